"""Files of people who are followed: coordination, joint guardianship, social work; keepers, contacts, incidents.

Whoever keeps a file looks after the person every so many days; joint guardianship has a keeper of the township office, of the
community and of the federation, and social work a named social worker.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from zhucan.casework.models import CaseFile, Contact, Coordinator, Incident, Keeper, Kind, Way
from zhucan.casework.refusing import CaseworkRefused, guard
from zhucan.orgs import audit, versions
from zhucan.orgs.models import Division, Level, User
from zhucan.policy.rehabilitation.needs import INDICATED, NEEDS
from zhucan.registry.entering import home_on
from zhucan.registry.models import Category, Certificate, Finding, Person

Side = Keeper.Side
SIDES: Mapping[Kind, tuple[Side, ...]] = {
    Kind.COORDINATION: (Side.COORDINATOR,),
    Kind.GUARDIANSHIP: (Side.OFFICE, Side.COMMUNITY, Side.FEDERATION),
    Kind.SOCIAL_WORK: (Side.SOCIAL_WORKER,),
}
"""Who has to keep a file of each kind."""
_LONGEST = 366


@transaction.atomic
def appoint(*, division: Division, name: str, day: date, at: datetime, by: User | None) -> Coordinator:
    """Let somebody coordinate rehabilitation in a village or community from a day on; it ends the one before.

    Raises `CaseworkRefused`.
    """
    if division.level != Level.VILLAGE:
        raise CaseworkRefused(f"{division.name}不是村（社区）：请选择村或社区。")
    words = guard.line(name, "协调员姓名", longest=40)
    before = Coordinator.objects.select_for_update().filter(division=division, valid_to=None).first()
    if before is not None:
        if before.name == words:
            raise CaseworkRefused(f"{division.name}的康复协调员已经是{words}：不用重复登记。")
        if day <= before.valid_from:
            raise CaseworkRefused(f"{before.name}自 {before.valid_from} 起担任，新的日期应在这之后：请核对。")
        before.valid_to = day
        before.save(update_fields=["valid_to"])
    made = Coordinator.objects.create(division=division, name=words, valid_from=day, recorded_at=at, by=by)
    audit.record(actor=by, action="casework.coordinator", target=f"division:{division.pk}", at=at, name=words)
    return made


def coordinator_of(person: Person, day: date) -> str:
    """Return who coordinates rehabilitation where a person lives on a day, "" where nobody does."""
    home = home_on(person, day)
    if home is None:
        return ""
    held = Coordinator.objects.filter(division=home.division_id, valid_from__lte=day)
    found = held.filter(Q(valid_to=None) | Q(valid_to__gt=day)).first()
    return "" if found is None else found.name


@transaction.atomic
def open_file(
    *, person: Person, kind: str, every_days: int, keepers: Mapping[str, str], day: date, at: datetime, by: User | None,
    goal: str = "",
) -> CaseFile:  # fmt: skip
    """Open a file with a keeper of every side it needs; a coordination without one goes to the community's coordinator.

    Social work lists the needs found indicated by that day. Raises `CaseworkRefused`.
    """
    if kind not in Kind.values:
        raise CaseworkRefused(f"没有“{kind}”这种档案：可以写 {'、'.join(Kind.values)}。")
    guard.born(person, day, what="建档日期")
    guard.day(day, at, what="建档日期")
    home = guard.county(person, day)
    if not 1 <= every_days <= _LONGEST:
        raise CaseworkRefused(f"联系间隔应为 1 至 {_LONGEST} 天：请核对。")
    if CaseFile.objects.filter(person=person, kind=kind, closed_on=None).exists():
        raise CaseworkRefused(f"本人已有没有结案的{Kind(kind).label}档案：请在那一份上登记。")
    named = {side: name.strip() for side, name in keepers.items() if name.strip()}
    if kind == Kind.COORDINATION and not named:
        named = {Side.COORDINATOR: coordinator_of(person, day)}
    lacking = [side.label for side in SIDES[Kind(kind)] if not named.get(side)]
    if lacking:
        raise CaseworkRefused(f"{Kind(kind).label}要写明{'、'.join(lacking)}的负责人：请补上。")
    if kind == Kind.GUARDIANSHIP and not registered(person, day):
        raise CaseworkRefused("本人没有有效的精神残疾证，也没有列入严重精神障碍患者服务名单：请先核对登记。")
    needs = indicated(person, day) if kind == Kind.SOCIAL_WORK else []
    if kind == Kind.SOCIAL_WORK and not needs:
        raise CaseworkRefused("没有评估出“有需求，适合做”的康复需求：请先在人员档案里登记需求评估。")
    made = CaseFile.objects.create(
        person=person, division=home, kind=kind, every_days=every_days, needs=needs, goal=goal.strip()[:200],
        opened_on=day, recorded_at=at, by=by,
    )  # fmt: skip
    for side in SIDES[Kind(kind)]:
        Keeper.objects.create(file=made, side=side, name=named[side][:40], valid_from=day, recorded_at=at, by=by)
    audit.record(actor=by, action="casework.file", target=f"file:{made.pk}", at=at, person=person.pk, kind=kind)
    return made


def registered(person: Person, day: date) -> bool:
    """Say whether a person holds a certificate of mental disability on a day, or is on the list of severe mental illness."""
    mental = Q(category=Category.MENTAL) | Q(components__category=Category.MENTAL)
    held = Certificate.objects.filter(mental, person=person, retracted_at=None, status="valid", valid_from__lte=day)
    if held.filter(Q(valid_to=None) | Q(valid_to__gt=day)).exists():
        return True
    listed = Finding.objects.filter(person=person, kind="severe_mental_list", retracted_at=None, valid_from__lte=day)
    return listed.filter(Q(valid_to=None) | Q(valid_to__gt=day), number=1).exists()


def indicated(person: Person, day: date) -> list[str]:
    """Return the codes of the needs that are found indicated on a day."""
    held = Finding.objects.filter(person=person, retracted_at=None, valid_from__lte=day, word=INDICATED)
    kinds = set(held.filter(Q(valid_to=None) | Q(valid_to__gt=day)).values_list("kind", flat=True))
    return [need.code for need in NEEDS if need.finding in kinds]


def _open(file: CaseFile) -> CaseFile:
    found = CaseFile.objects.select_for_update(of=("self",)).select_related("person").get(pk=file.pk)
    if found.closed_on is not None:
        raise CaseworkRefused(f"这份档案已于 {found.closed_on} 结案：不能再登记。")
    return found


@transaction.atomic
def change_keeper(*, file: CaseFile, side: str, name: str, day: date, at: datetime, by: User | None) -> Keeper:
    """Let somebody else keep an open file for a side from a day on. Raises `CaseworkRefused`."""
    found, words = _open(file), guard.line(name, "负责人", longest=40)
    before = found.keepers.filter(side=side, valid_to=None).first()
    if before is None:
        raise CaseworkRefused(f"{Kind(found.kind).label}档案没有这一方：请核对。")
    if day <= before.valid_from or before.name == words:
        raise CaseworkRefused(f"现在是{before.name}，自 {before.valid_from} 起：请核对姓名和日期。")
    before.valid_to = day
    before.save(update_fields=["valid_to"])
    made = Keeper.objects.create(file=found, side=side, name=words, valid_from=day, recorded_at=at, by=by)
    audit.record(actor=by, action="casework.keeper", target=f"file:{found.pk}", at=at, name=words)
    return made


@transaction.atomic
def reschedule(*, file: CaseFile, every_days: int, at: datetime, by: User | None) -> CaseFile:
    """Let a person be looked after at another interval. Raises `CaseworkRefused`."""
    found = _open(file)
    if not 1 <= every_days <= _LONGEST:
        raise CaseworkRefused(f"联系间隔应为 1 至 {_LONGEST} 天：请核对。")
    versions.change(found, at=at, every_days=every_days)
    audit.record(actor=by, action="casework.interval", target=f"file:{found.pk}", at=at, days=every_days)
    return found


@transaction.atomic
def contact(*, file: CaseFile, day: date, way: str, worker: str, note: str, at: datetime, by: User | None) -> Contact:
    """Enter a check or follow-up; the next one is due from its day on. Raises `CaseworkRefused`."""
    found = _open(file)
    if way not in Way.values:
        raise CaseworkRefused(f"没有方式“{way}”：可以写 {'、'.join(Way.values)}。")
    guard.day(day, at, since=found.opened_on, what="联系日期")
    guard.alive(found.person, day)
    made = Contact.objects.create(
        file=found,
        day=day,
        way=way,
        worker=guard.line(worker, "联系人", longest=40),
        note=note.strip(),
        recorded_at=at,
        by=by,
    )
    audit.record(actor=by, action="casework.contact", target=f"file:{found.pk}", at=at, day=str(day))
    return made


@transaction.atomic
def incident(*, file: CaseFile, day: date, account: str, at: datetime, by: User | None) -> Incident:
    """Enter an incident under joint guardianship. Raises `CaseworkRefused`."""
    found = _open(file)
    if found.kind != Kind.GUARDIANSHIP:
        raise CaseworkRefused("肇事肇祸事件只登记在联合监护档案上：请核对。")
    guard.day(day, at, since=found.opened_on, what="发生日期")
    made = Incident.objects.create(
        file=found, day=day, account=guard.prose(account, "经过和处置", longest=2000), recorded_at=at, by=by
    )
    audit.record(actor=by, action="casework.incident", target=f"file:{found.pk}", at=at, day=str(day))
    return made


@transaction.atomic
def take_back(*, entry: Contact | Incident, reason: str, at: datetime, by: User | None) -> None:
    """Take back a contact or incident entered by mistake. Raises `CaseworkRefused`."""
    found = type(entry)._default_manager.select_for_update().get(pk=entry.pk)
    words = guard.take_back(found, reason, at, what="这条记录")
    audit.record(actor=by, action="casework.entry-retracted", target=f"file:{found.file_id}", at=at, reason=words)


@transaction.atomic
def close(*, file: CaseFile, day: date, note: str, at: datetime, by: User | None) -> CaseFile:
    """Close a file with its reason; social work only once every listed need was served, or the note says why not.

    Raises `CaseworkRefused`.
    """
    found, words = _open(file), guard.line(note, "结案说明")
    guard.day(day, at, since=found.opened_on, what="结案日期")
    last = found.contacts.filter(retracted_at=None).order_by("-day").first()
    if last is not None and last.day > day:
        raise CaseworkRefused(f"结案日期 {day} 早于最后一次联系 {last.day}：请核对。")
    versions.change(found, at=at, closed_on=day, close_note=words)
    found.keepers.filter(valid_to=None, valid_from__lt=day).update(valid_to=day)
    audit.record(actor=by, action="casework.file-closed", target=f"file:{found.pk}", at=at, day=str(day))
    return found


def next_contact(file: CaseFile) -> date | None:
    """Return the day the next contact of an open file is due, None once it is closed."""
    return _due(file, file.contacts.filter(retracted_at=None).aggregate(last=Max("day"))["last"])


def _due(file: CaseFile, last: date | None) -> date | None:
    return None if file.closed_on is not None else (last or file.opened_on) + timedelta(days=file.every_days)


def overdue(found: QuerySet[CaseFile], day: date) -> QuerySet[CaseFile]:
    """Return those of some files that are open and whose next contact was due before a day."""
    open_ = found.filter(closed_on=None).annotate(last=Max("contacts__day", filter=Q(contacts__retracted_at=None)))
    late = [one.pk for one in open_ if (due := _due(one, one.last)) is not None and due < day]
    return found.filter(pk__in=late)
