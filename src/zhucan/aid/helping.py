"""Help for single persons: a file with its cause, decided by somebody else, carried out in measures, followed up and closed."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, Sum

from zhucan.aid.models import HelpFile, HelpNote
from zhucan.aid.refusing import AidRefused, guard
from zhucan.cases.models import Award
from zhucan.core.divisions import county_of
from zhucan.core.months import Month
from zhucan.orgs import audit, versions
from zhucan.orgs.divisions import parameter_rows
from zhucan.orgs.models import User
from zhucan.payments.models import Line, LineKind
from zhucan.policy.catalogue import scheme as scheme_of
from zhucan.policy.parameters import resolve
from zhucan.registry.models import Benefit, Person

_Kind, _Decision, _Channel = HelpFile.Kind, HelpFile.Decision, HelpNote.Channel
_LINE = "dibao_monthly"


@transaction.atomic
def open_file(
    *, kind: str, person: Person, cause: str, asked_for: str, day: date, at: datetime, by: User | None,
    asked_fen: int | None = None, income_fen: int | None = None,
) -> HelpFile:  # fmt: skip
    """Open a file: what is wrong, and the amount or service asked for. Raises `AidRefused`.

    Of a poor person `income_fen` is the household's income a head and month, 0 for none; it is set beside the line of the day.
    """
    if kind not in _Kind.values or cause not in HelpFile.Cause.values:
        raise AidRefused(f"类别或困难原因不对：原因可以写 {'、'.join(HelpFile.Cause.values)}。")
    guard.day(day, at)
    place = guard.home(person, day)
    if kind == _Kind.POVERTY and income_fen is None:
        raise AidRefused("扶贫帮困要写帮扶前的家庭人均月收入，没有收入写 0：请填写。")
    _not_negative(income_fen)
    if HelpFile.objects.filter(person=person, kind=kind, cause=cause, closed_on=None).exists():
        raise AidRefused("本人同一原因的帮扶还没有结案：请在那一件里登记。")
    made = HelpFile.objects.create(
        kind=kind, person=person, place=place, cause=cause, opened_on=day, asked_for=guard.line(asked_for, "需要什么帮助"),
        asked_fen=guard.money(asked_fen, "申请金额"), income_before_fen=income_fen,
        line_before_fen=None if income_fen is None else line_on(place.code, day, at), recorded_at=at, by=by,
    )  # fmt: skip
    audit.record(actor=by, action="aid.help", target=f"help:{made.pk}", at=at, kind=kind, cause=cause, person=person.pk)
    return made


def _not_negative(income_fen: int | None) -> None:
    if income_fen is not None and income_fen < 0:
        raise AidRefused("收入不能为负：没有收入写 0。")


def line_on(division: str, day: date, at: datetime) -> int | None:
    """Return the standard of dibao of a county on a day, in fen a head and month; None where none is configured."""
    found: int | None = resolve(parameter_rows(at), county_of(division), Month.of(day).first, at)[_LINE]
    return found


@dataclass(frozen=True)
class Other:
    """Aid a person has had in a year from elsewhere than a file: what, the day, fen (None where it is not known)."""

    what: str
    day: date
    amount_fen: int | None


def other_aid(person: Person, year: int) -> list[Other]:
    """Return the aid of a year: awards granted, months paid, benefits of other bodies, and other files of help."""
    first, last = Month(year, 1), Month(year, 12)
    told = [
        Other(scheme_of(one.scheme).name, one.approved_on, one.granted_fen)
        for one in Award.objects.filter(
            person=person, approved_on__year=year, granted_fen__isnull=False, revoked_at=None
        )
    ]
    monthly = Line.objects.filter(
        person=person, booked=True, award__granted_fen=None, kind__in=(LineKind.REGULAR, LineKind.ARREARS, LineKind.RECOVERY),
        run__month__gte=first.index, run__month__lte=last.index,
    )  # fmt: skip
    for row in monthly.values("scheme").annotate(fen=Sum("amount_fen")).order_by("scheme"):
        told.append(Other(f"{scheme_of(row['scheme']).name}（全年累计）", first.first, row["fen"]))
    running = Benefit.objects.filter(Q(valid_to=None) | Q(valid_to__gt=first.first), person=person).as_known()
    for benefit in running.filter(valid_from__lt=last.next.first):
        told.append(Other(f"其他部门待遇 {benefit.kind}（每月）", benefit.valid_from, benefit.amount_fen))
    for file in HelpFile.objects.filter(person=person, decision=_Decision.GRANTED, decided_on__year=year):
        day = file.decided_on or file.opened_on  # a decision has its day
        told.append(Other(f"{file.get_kind_display()}：{file.get_cause_display()}", day, file.granted_fen))
    return sorted(told, key=lambda one: (one.day, one.what))


@transaction.atomic
def decide(
    *, file: HelpFile, decision: str, day: date, note: str, at: datetime, by: User | None, amount_fen: int | None = None
) -> HelpFile:
    """Decide a file, by somebody else than who opened it; the aid of the year so far is kept beside it. Raises `AidRefused`."""
    found = HelpFile.objects.select_for_update(of=("self",)).select_related("person").get(pk=file.pk)
    if found.decision:
        raise AidRefused(f"这件已于 {found.decided_on} 决定：不用再次办理。")
    if decision not in _Decision.values:
        raise AidRefused(f"没有这种决定“{decision}”：可以写 {'、'.join(_Decision.values)}。")
    if by is not None and found.by_id == by.pk:
        raise AidRefused("这件是您登记的，不能再由您决定：请由另一个人决定。")
    guard.day(day, at, since=found.opened_on, what="决定日期")
    granted = guard.money(amount_fen, "决定金额")
    if granted is not None and decision != _Decision.GRANTED:
        raise AidRefused("只有给予帮扶的才写金额：请核对。")
    versions.change(
        found, at=at, decision=decision, decided_on=day, decided_by=by, granted_fen=granted, decision_note=guard.line(note, "决定说明"),
        other_fen=sum(one.amount_fen or 0 for one in other_aid(found.person, day.year)),
    )  # fmt: skip
    audit.record(
        actor=by, action="aid.help-decided", target=f"help:{found.pk}", at=at, decision=decision, amount_fen=granted
    )
    return found


@transaction.atomic
def note(
    *, file: HelpFile, channel: str, day: date, what: str, worker: str, at: datetime, by: User | None,
    amount_fen: int | None = None,
) -> HelpNote:  # fmt: skip
    """Enter a measure with its channel, or a visit that follows it up. Raises `AidRefused`."""
    found = _running(file)
    if channel not in _Channel.values:
        raise AidRefused(f"没有这种渠道“{channel}”：可以写 {'、'.join(_Channel.values)}。")
    if channel != _Channel.VISIT and found.decision != _Decision.GRANTED:
        raise AidRefused("没有决定给予帮扶，只能登记回访：请核对。")
    guard.day(day, at, since=found.decided_on)
    if channel == _Channel.VISIT and amount_fen is not None:
        raise AidRefused("回访不写金额：请核对。")
    amount = guard.money(amount_fen, "金额")
    if found.granted_fen is not None and amount is not None:
        spent = found.notes.filter(retracted_at=None).aggregate(sum=Sum("amount_fen"))["sum"] or 0
        if spent + amount > found.granted_fen:
            raise AidRefused("登记的金额超过决定的金额：请核对，或另立一件。")
    made = HelpNote.objects.create(
        file=found, channel=channel, day=day, what=guard.line(what, "内容"), amount_fen=amount,
        worker=guard.line(worker, "办理人", longest=40), at=at, by=by,
    )  # fmt: skip
    audit.record(actor=by, action="aid.help-noted", target=f"help:{found.pk}", at=at, channel=channel, day=str(day))
    return made


@transaction.atomic
def take_back(*, note: HelpNote, reason: str, at: datetime, by: User | None) -> HelpNote:
    """Take back a note entered by mistake. Raises `AidRefused`."""
    found = HelpNote.objects.select_for_update(of=("self",)).select_related("file").get(pk=note.pk)
    _running(found.file)
    why = guard.take_back(found, reason, at)
    audit.record(actor=by, action="aid.help-retracted", target=f"help:{found.file_id}", at=at, reason=why)
    return found


@transaction.atomic
def close(
    *, file: HelpFile, day: date, outcome: str, at: datetime, by: User | None, income_fen: int | None = None
) -> HelpFile:
    """Close a file with what came of it; help that was given was followed up by a visit first. Raises `AidRefused`."""
    found = _running(file)
    visits = found.notes.filter(retracted_at=None, channel=_Channel.VISIT)
    last = found.notes.filter(retracted_at=None).order_by("-day").values_list("day", flat=True).first()
    guard.day(day, at, since=last or found.decided_on, what="结案日期")
    helped = found.decision == _Decision.GRANTED
    if helped and not visits.exists():
        raise AidRefused("还没有回访，不能结案：请先登记一次回访。")
    if helped and found.kind == _Kind.POVERTY and income_fen is None:
        raise AidRefused("扶贫帮困结案要写帮扶后的家庭人均月收入，没有收入写 0：请填写。")
    _not_negative(income_fen)
    line = None if income_fen is None else line_on(found.place_id, day, at)
    versions.change(
        found,
        at=at,
        closed_on=day,
        outcome=guard.line(outcome, "结果"),
        income_after_fen=income_fen,
        line_after_fen=line,
    )
    audit.record(actor=by, action="aid.help-closed", target=f"help:{found.pk}", at=at, on=str(day))
    return found


def _running(file: HelpFile) -> HelpFile:
    found = HelpFile.objects.select_for_update(of=("self",)).select_related("person").get(pk=file.pk)
    if not found.decision:
        raise AidRefused("这件还没有决定：请先由审批人决定。")
    if found.closed_on is not None:
        raise AidRefused(f"这件已于 {found.closed_on} 结案：不能再改。")
    return found
