"""The writers of places: enter, change, end, take back; score a check; refer and settle an issue; take in a list."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from zhucan.core.errors import ZhucanError
from zhucan.facilities.entries import AREA, DETAILS, ENTRIES, FACILITY, STANDARD, Entry
from zhucan.facilities.kinds import GOES_ON
from zhucan.facilities.models import Check, Facility, Issue, Kept, Score, Standard, Stay, Training, Worker
from zhucan.facilities.reading import Around, EntryRefused, value_of
from zhucan.orgs import audit, documents, versions
from zhucan.orgs.clock import day_of
from zhucan.orgs.models import Division, User
from zhucan.orgs.wording import plain
from zhucan.registry.entering import Guard

Subject = Facility | Division | Standard
_LONGEST = 200
_guard = Guard(EntryRefused)


@transaction.atomic
def enter(
    *, what: str, subject: Subject, said: Mapping[str, Any], around: Around, at: datetime, by: User | None
) -> Kept:
    """Enter one thing about a facility, an area or a standard, and return its row. Raises `EntryRefused`.

    `said` holds what was typed, by field. What is entered already, word for word, is returned and not entered again.
    """
    entry = ENTRIES[what]
    values = {**_about(entry, subject), **_values(entry, said, around)}
    return _keep(entry, entry.model(recorded_at=at, recorded_by=by, **values), at, by)


def train(
    *, worker: Worker, day: date, last_on: date | None, topic: str, organiser: str, hours: Decimal, at: datetime,
    by: User | None,
) -> Training:  # fmt: skip
    """Enter hours of training that are told elsewhere, as those of a course somebody attended. Raises `EntryRefused`."""
    row = Training(
        worker=worker, day=day, last_on=last_on, topic=topic, organiser=organiser, hours=hours, recorded_at=at, recorded_by=by
    )  # fmt: skip
    with transaction.atomic():
        made = _keep(ENTRIES["training"], row, at, by)
    assert isinstance(made, Training)
    return made


def _keep(entry: Entry, row: Kept, at: datetime, by: User | None) -> Kept:
    """Save a row unless it is there word for word, or something speaks against it; return what is kept."""
    twin = _twin(entry, row)
    if twin is not None:
        return twin
    if entry.day:
        _guard.day(getattr(row, entry.day), at, what=_label(entry, entry.day))
    if sentence := entry.refuse(row):
        raise EntryRefused(sentence)
    row.save()
    audit.record(actor=by, action="facilities.record", target=f"{entry.id}:{row.pk}", at=at, what=entry.title)
    return row


def _about(entry: Entry, subject: Subject) -> dict[str, Any]:
    """Return the fields that say what a row is about."""
    names = {field.name for field in entry.model._meta.fields}
    kind = {Facility: FACILITY, Division: AREA, Standard: STANDARD}[type(subject)]
    if kind not in entry.about:
        raise EntryRefused(f"{entry.title}不登记在“{subject}”上：请从它所属的场所或地方登记。")
    if isinstance(subject, Standard):
        return {"standard": subject}
    if isinstance(subject, Division):
        return {"division": subject} if "division" in names else {}
    about: dict[str, Any] = {"facility": subject} if "facility" in names else {}
    return {**about, "division": subject.division} if "division" in names else about


def _values(entry: Entry, said: Mapping[str, Any], around: Around) -> dict[str, Any]:
    return {
        column.field: value_of(
            column, said.get(column.field, ""), around,
            longest=getattr(entry.model._meta.get_field(column.field), "max_length", None),
        )
        for column in entry.columns
    }  # fmt: skip


def _label(entry: Entry, field: str) -> str:
    return next(column.label for column in entry.columns if column.field == field)


def _twin(entry: Entry, row: Kept) -> Kept | None:
    """Return the live row that says the same; of what may happen twice in one day, none."""
    apart = {"id", "recorded_at", "recorded_by", "retracted_at", "valid_to"}
    same = {
        field.name: getattr(row, field.name)
        for field in entry.model._meta.fields
        if field.name not in apart and (field.name in _KEYS or any(field.name == one.field for one in entry.columns))
    }
    found: Kept | None = entry.model._default_manager.filter(retracted_at=None, **same).first()
    return found


_KEYS = ("division", "facility", "standard")


@transaction.atomic
def amend(*, facility: Facility, said: Mapping[str, Any], around: Around, at: datetime, by: User | None) -> Facility:
    """Change a facility's address, capacity, coordinates or institution; the trail keeps what was there before."""
    row: Facility = Facility.objects.select_for_update().get(pk=facility.pk)
    before = {column.label: str(getattr(row, column.field) or "") for column in DETAILS.columns}
    values = _values(DETAILS, said, around)
    for field, value in values.items():
        setattr(row, field, value)
    if sentence := DETAILS.refuse(row):
        raise EntryRefused(sentence)
    changed = [
        f"{column.label}：{before[column.label] or '没有'}"
        for column in DETAILS.columns
        if before[column.label] != str(getattr(row, column.field) or "")
    ]
    if changed:
        versions.change(row, at=at, **values)
        audit.record(actor=by, action="facilities.amend", target=f"facility:{row.pk}", at=at, before=changed)
    return row


@transaction.atomic
def end(*, row: Any, day: date, at: datetime, by: User | None, goes_on: str = "") -> None:
    """Let what lasts end on a day (not in it any more): a facility closes, a designation is lost, somebody leaves.

    Of a stay also where the person goes on to. Raises `EntryRefused`.
    """
    held = type(row).objects.select_for_update().get(pk=row.pk)
    if held.retracted_at is not None or held.valid_to is not None:
        raise EntryRefused("这一条已经结束或撤回：请刷新页面。")
    if held.valid_from is not None and day <= held.valid_from:
        raise EntryRefused(f"结束日期 {day} 应晚于开始日期 {held.valid_from}：请核对。")
    _guard.day(day, at, what="结束日期")
    if isinstance(held, Stay) and goes_on not in GOES_ON:
        raise EntryRefused("没有选择去向：去向不明也请选上，以便继续追踪。")
    if isinstance(held, Facility) and held.stays.live().filter(valid_to=None).exists():
        raise EntryRefused(f"{held}还有在册的人：请先登记他们离开和去向，再停用。")
    more = {"goes_on": goes_on} if isinstance(held, Stay) else {}
    versions.change(held, at=at, valid_to=day, **more)
    audit.record(actor=by, action="facilities.end", target=f"{_kind(type(held))}:{held.pk}", at=at, on=day.isoformat())


@transaction.atomic
def follow(*, stay: Stay, goes_on: str, at: datetime, by: User | None) -> None:
    """Say where somebody who left went on to, once it is known. Raises `EntryRefused`."""
    held = Stay.objects.select_for_update().get(pk=stay.pk)
    if held.valid_to is None or held.retracted_at is not None:
        raise EntryRefused("此人还在册：离开时再登记去向。")
    if goes_on not in GOES_ON:
        raise EntryRefused("没有选择去向：请从列出的里面选。")
    before = held.goes_on
    versions.change(held, at=at, goes_on=goes_on)
    audit.record(
        actor=by, action="facilities.followed", target=f"stay:{held.pk}", at=at, before=before, outcome=goes_on
    )


def _kind(model: type[Kept]) -> str:
    return next(entry.id for entry in ENTRIES.values() if entry.model is model)


@transaction.atomic
def retract(*, row: Any, reason: str, at: datetime, by: User | None) -> None:
    """Take back what was entered in error, with the reason. Raises `EntryRefused` where something stands on it."""
    held = type(row).objects.select_for_update().get(pk=row.pk)
    said = reason.strip()
    if not said or len(said) > _LONGEST or not plain(said):
        raise EntryRefused(f"没有写撤回原因，或写得不对：请用不超过 {_LONGEST} 字写明哪里登记错了。")
    if held.retracted_at is not None:
        raise EntryRefused("这一条已经撤回：请刷新页面。")
    for relation in held._meta.related_objects:
        if relation.related_model is Score:
            continue  # scores go with their check
        table = relation.related_model
        if not any(field.name == "retracted_at" for field in table._meta.fields):
            continue
        if table._default_manager.filter(retracted_at=None, **{relation.field.name: held}).exists():
            title = ENTRIES[_kind(table)].title if issubclass(table, Kept) else table._meta.verbose_name
            raise EntryRefused(f"还有登记在它上面的{title}：请先撤回它们。")
    held.retracted_at = at
    held.save(update_fields=["retracted_at"])
    audit.record(actor=by, action="facilities.retract", target=f"{_kind(type(held))}:{held.pk}", at=at, reason=said)


@transaction.atomic
def score(*, check: Check, points: Mapping[int, tuple[Decimal, str]], at: datetime, by: User | None) -> Check:
    """Score an announced check: by criterion the points and the evidence, or what is missing. Raises `EntryRefused`."""
    held: Check = Check.objects.select_for_update().get(pk=check.pk)
    if held.retracted_at is not None or held.scores.exists():
        raise EntryRefused("这次检查已经打过分或撤回：请登记新的一次检查。")
    _guard.day(held.day, at, what="检查日期", then="到时再打分。")
    criteria = list(held.standard.criteria.live())
    for one in criteria:
        if one.pk not in points:
            raise EntryRefused(f"条目 {one.number} 没有打分：每一条都要打分，没有做到的打 0 分。")
        given, told = points[one.pk]
        if not 0 <= given <= one.points:
            raise EntryRefused(f"条目 {one.number} 的得分 {given} 不对：应在 0 至 {one.points} 之间。")
        if len(told) > _LONGEST or not plain(told):
            raise EntryRefused(f"条目 {one.number} 的佐证超过 {_LONGEST} 字，或有尖括号、等号开头：请改写。")
        if given == one.points and one.proof and not told.strip():
            raise EntryRefused(f"条目 {one.number} 得了满分，要写明佐证（{one.proof}）在哪里。")
    Score.objects.bulk_create(
        Score(check_of=held, criterion=one, points=points[one.pk][0], evidence=points[one.pk][1].strip())
        for one in criteria
    )
    held.scored_at = at
    held.save(update_fields=["scored_at"])
    audit.record(
        actor=by, action="facilities.scored", target=f"check:{held.pk}", at=at,
        value=str(sum((points[one.pk][0] for one in criteria), Decimal(0))),
    )  # fmt: skip
    return held


@transaction.atomic
def attach(*, issue: Issue, name: str, chunks: Any, at: datetime, by: User | None) -> None:
    """Keep the photograph of an issue. Raises `DocumentRefused` and `EntryRefused`."""
    kept = documents.looked_through(name, chunks)
    if kept.suffix not in (".jpg", ".png"):
        raise EntryRefused("照片要用 jpg 或 png：请转换后再上传。")
    issue.photo, issue.photo_suffix = kept.digest, kept.suffix
    issue.save(update_fields=["photo", "photo_suffix"])
    kept.write()
    audit.record(actor=by, action="facilities.photo", target=f"issue:{issue.pk}", at=at, digest=kept.digest)


@transaction.atomic
def refer(*, issue: Issue, day: date, at: datetime, by: User | None) -> None:
    """Say that an issue was handed to its unit. Raises `EntryRefused`."""
    held = _open(issue, day, at)
    if held.referred_on is not None:
        raise EntryRefused(f"已于 {held.referred_on} 转交{held.unit}：不用再转。")
    versions.change(held, at=at, referred_on=day)
    audit.record(actor=by, action="facilities.referred", target=f"issue:{held.pk}", at=at, on=day.isoformat())


@transaction.atomic
def settle(*, issue: Issue, day: date, outcome: str, at: datetime, by: User | None) -> None:
    """Say that an issue was settled, and how. Raises `EntryRefused`."""
    held, said = _open(issue, day, at), outcome.strip()
    if not said or len(said) > _LONGEST or not plain(said):
        raise EntryRefused(f"没有写怎么解决的，或写得不对：请用不超过 {_LONGEST} 字写明。")
    if held.kind == Issue.Kind.DEFECT and held.referred_on is None:
        raise EntryRefused("设施缺陷还没有转交责任单位：请先登记转交，再登记修复。")
    versions.change(held, at=at, settled_on=day, outcome=said)
    audit.record(actor=by, action="facilities.settled", target=f"issue:{held.pk}", at=at, on=day.isoformat())


def _open(issue: Issue, day: date, at: datetime) -> Issue:
    held: Issue = Issue.objects.select_for_update().get(pk=issue.pk)
    if held.retracted_at is not None or held.settled_on is not None:
        raise EntryRefused("这一条已经解决或撤回：请刷新页面。")
    if not (held.referred_on or held.found_on) <= day <= day_of(at):
        raise EntryRefused(f"日期 {day} 不对：不能早于发现或转交，也不能晚于今天。")
    return held


@transaction.atomic
def enter_all(
    *, what: str, rows: Sequence[tuple[Subject, Mapping[str, Any], Around, str]], at: datetime, by: User | None
) -> tuple[int, int]:
    """Enter the rows of a list, all or none; return how many were new and how many were there already.

    Each row has what it is about, what it says by field, where its names are looked up, and how a fault names it.
    Raises `EntryRefused` with every row that cannot be entered.
    """
    faults, table = [], ENTRIES[what].model._default_manager
    before = table.count()
    for subject, said, around, named in rows:
        try:
            with transaction.atomic():
                enter(what=what, subject=subject, said=said, around=around, at=at, by=by)
        except ZhucanError as error:
            faults.append(f"{named}：{error}")
    if faults:
        shown = "".join(faults[:20]) + (f"另有 {len(faults) - 20} 行。" if len(faults) > 20 else "")
        raise EntryRefused(f"{len(rows)} 行里有 {len(faults)} 行不能登记，全部没有登记。{shown}")
    new = table.count() - before
    return new, len(rows) - new
