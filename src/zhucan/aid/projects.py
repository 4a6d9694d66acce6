"""The only writer of undertakings: open one, say of its parts what is lacking and in place, what it cost and who paid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from zhucan.aid.models import Contribution, Fund, Mark, Served, Undertaking
from zhucan.aid.refusing import AidRefused, guard
from zhucan.cases.models import Application
from zhucan.core.divisions import county_of
from zhucan.orgs import audit, versions
from zhucan.orgs.models import Division, User
from zhucan.payments.models import Line, LineKind
from zhucan.policy.catalogue import scheme as scheme_of
from zhucan.policy.projects import PROJECTS, Part, Project, project
from zhucan.policy.steps import State
from zhucan.registry.models import Category, Finding, Person
from zhucan.registry.queries import household_of

_Standing = Mark.Standing
_MONEY = (LineKind.REGULAR, LineKind.ARREARS, LineKind.RECOVERY)
_OVER = (State.REFUSED.value, State.WITHDRAWN.value, State.TRANSFERRED.value)


def project_of(project_id: str) -> Project:
    """Return a project by id. Raises `AidRefused`."""
    try:
        return project(project_id)
    except KeyError as error:
        raise AidRefused(f"没有项目“{project_id}”：可用的有 {'、'.join(one.id for one in PROJECTS)}。") from error


@transaction.atomic
def open_for(
    *, project_id: str, person: Person, day: date, at: datetime, by: User | None, plan: str = "",
    application: Application | None = None,
) -> Undertaking:  # fmt: skip
    """Open a project for somebody's household, with the case that grants money for it where there is one.

    A household has one of a project at a time: whoever gives money for the same work joins it. Raises `AidRefused`.
    """
    item = project_of(project_id)
    if item.at_address:
        raise AidRefused(f"{item.name}按地址登记，不按家庭：请写明地址。")
    guard.day(day, at)
    place = guard.home(person, day)
    Person.objects.select_for_update().get(pk=person.pk)
    family = Q(person=person) | Q(person__in=household_of(person))
    there = Undertaking.objects.filter(family, project=item.id, dropped_on=None).select_related("application")
    running = next((one for one in there if one.done_on is None), None)
    if running is not None:
        raise AidRefused(
            f"这户已有正在办的{item.name}（编号 {running.pk}）：同一处只登记一次，新的资金请登记在那一件里。"
        )
    if application is None and item.case_needed:
        raise AidRefused(f"{item.name}要从申请办起：请先受理{scheme_of(item.scheme).name}，再登记改造内容。")
    if application is not None:
        _fits(item, person, application)
    elif item.scheme:
        case = Application.objects.filter(family, scheme=item.scheme, closed_on=None, undertakings=None).first()
        if case is not None:
            raise AidRefused(
                f"这户已有{scheme_of(item.scheme).name}的申请 {case.number}：请从那件申请登记，不另立一件。"
            )
    made = Undertaking.objects.create(
        project=item.id, place=place, person=person, application=application, opened_on=day,
        plan=guard.line(plan, "方案", longest=400, needed=False), recorded_at=at, by=by,
    )  # fmt: skip
    audit.record(
        actor=by, action="aid.opened", target=f"undertaking:{made.pk}", at=at, project=item.id, person=person.pk
    )
    return made


def _fits(item: Project, person: Person, application: Application) -> None:
    if application.scheme != item.scheme or application.person_id != person.pk:
        raise AidRefused("这件申请不是本人的，或不是同一个项目：请核对申请编号。")
    if application.state in _OVER:
        raise AidRefused(f"申请 {application.number} 没有批准或已撤回：请核对申请编号。")
    if Undertaking.objects.filter(application=application).exists():
        raise AidRefused(f"申请 {application.number} 已经登记过：不用重复登记。")


@transaction.atomic
def attach(*, undertaking: Undertaking, application: Application, at: datetime, by: User | None) -> Undertaking:
    """Join a case that grants money to a work that others began, so that it counts once. Raises `AidRefused`."""
    found = _building(undertaking)
    if found.application is not None:
        raise AidRefused(f"这件已经对应申请 {found.application.number}：不用再次办理。")
    if found.person is None or not found.of.scheme:
        raise AidRefused(f"{found.of.name}没有对应的申请：请核对。")
    _fits(found.of, found.person, application)
    if found.contributions.filter(fund=Fund.GOVERNMENT, retracted_at=None).exists():
        raise AidRefused("这件已经手工登记了财政资金，会与申请的发放重复：请先撤回那一笔。")
    versions.change(found, at=at, application=application)
    audit.record(actor=by, action="aid.attached", target=f"undertaking:{found.pk}", at=at, application=application.pk)
    return found


@transaction.atomic
def open_at(
    *, project_id: str, place: Division, address: str, served: Sequence[Person], day: date, at: datetime, by: User | None,
    plan: str = "",
) -> Undertaking:  # fmt: skip
    """Open a work at an address, with the residents with disabilities whom it serves. Raises `AidRefused`."""
    item = project_of(project_id)
    if not item.at_address:
        raise AidRefused(f"{item.name}按家庭登记，不按地址：请选择人员。")
    guard.day(day, at)
    where = guard.line(address, "地址", longest=120)
    same = Undertaking.objects.filter(project=item.id, place=place, address=where, accepted_on=None, dropped_on=None)
    if same.exists():
        raise AidRefused(f"“{where}”已有正在办的{item.name}：请在那一件里登记。")
    made = Undertaking.objects.create(
        project=item.id, place=place, address=where, opened_on=day, recorded_at=at, by=by,
        plan=guard.line(plan, "方案", longest=400, needed=False),
    )  # fmt: skip
    for person in served:
        _serve(made, person, day, at)
    audit.record(actor=by, action="aid.opened", target=f"undertaking:{made.pk}", at=at, project=item.id)
    return made


@transaction.atomic
def serve(*, undertaking: Undertaking, person: Person, day: date, at: datetime, by: User | None) -> Served:
    """Add somebody who lives there and is served by a work. Raises `AidRefused`."""
    found = _open(undertaking)
    if not found.of.at_address:
        raise AidRefused("按家庭登记的项目不另登记受益人：家里人都算。")
    made = _serve(found, person, day, at)
    audit.record(actor=by, action="aid.served", target=f"undertaking:{found.pk}", at=at, person=person.pk)
    return made


def _serve(undertaking: Undertaking, person: Person, day: date, at: datetime) -> Served:
    if county_of(guard.home(person, day).code) != county_of(undertaking.place_id):
        raise AidRefused(f"人员 {person.pk} 的户籍不在本县：只登记本县的残疾人。")
    if undertaking.served.filter(person=person).exists():
        raise AidRefused(f"人员 {person.pk} 已经登记过：不用重复登记。")
    return Served.objects.create(undertaking=undertaking, person=person, recorded_at=at)


@transaction.atomic
def mark(
    *, undertaking: Undertaking, part: str, standing: str, day: date, at: datetime, by: User | None, what: str = "",
    need: str = "", cost_fen: int | None = None, evidence: str = "", worker: str = "", due_on: date | None = None,
) -> Mark:  # fmt: skip
    """Say of a part that it is lacking (a task for somebody by a day), in place, or not needed. Raises `AidRefused`."""
    found = _open(undertaking)
    item = found.of
    if part not in item.labels:
        raise AidRefused(f"{item.name}没有这一部分：可以选 {'、'.join(item.labels.values())}。")
    if standing not in _Standing.values:
        raise AidRefused(f"没有这种情况“{standing}”：可以写 {'、'.join(_Standing.values)}。")
    before = standings(found)[part].mark
    guard.day(day, at, since=before.day if before else None, what="核实日期")
    if need and need not in Category.values:
        raise AidRefused(f"没有这种残疾类别“{need}”：请从列出的里面选。")
    lacking = standing == _Standing.LACKING
    if lacking and due_on is None:
        raise AidRefused("还缺的要写明完成期限：请填写。")
    if lacking and due_on is not None and due_on < day:
        raise AidRefused(f"完成期限 {due_on} 早于核实日期 {day}：请核对。")
    if cost_fen is not None and (standing != _Standing.IN_PLACE or not item.builds):
        raise AidRefused("只有已到位的工程内容才写费用：请核对。")
    if standing == _Standing.IN_PLACE and item.builds and cost_fen is None:
        raise AidRefused("已到位的要写实际费用，没有花钱的写 0：请填写。")
    made = Mark.objects.create(
        undertaking=found, part=part, standing=standing, day=day, need=need, cost_fen=cost_fen, at=at, by=by,
        what=guard.line(what, "内容", needed=item.builds and standing != _Standing.NOT_NEEDED),
        evidence=guard.line(evidence, "依据", needed=not lacking), due_on=due_on if lacking else None,
        worker=guard.line(worker, "责任人", longest=40, needed=lacking) if lacking else "",
    )  # fmt: skip
    audit.record(
        actor=by,
        action="aid.marked",
        target=f"undertaking:{found.pk}",
        at=at,
        part=part,
        standing=standing,
        day=str(day),
    )
    return made


@transaction.atomic
def take_back(*, mark: Mark, reason: str, at: datetime, by: User | None) -> Mark:
    """Take back what was said of a part by mistake. Raises `AidRefused`."""
    found = Mark.objects.select_for_update(of=("self",)).select_related("undertaking").get(pk=mark.pk)
    _open(found.undertaking)
    why = guard.take_back(found, reason, at)
    audit.record(actor=by, action="aid.mark-retracted", target=f"undertaking:{found.undertaking_id}", at=at, reason=why)
    return found


@transaction.atomic
def start(*, undertaking: Undertaking, day: date, plan: str, at: datetime, by: User | None) -> Undertaking:
    """Let the work begin on a day, by a plan; where a case grants money, not before it is granted. Raises `AidRefused`."""
    found = _building(undertaking)
    if found.started_on is not None:
        raise AidRefused(f"已于 {found.started_on} 开工：不用再次办理。")
    since = found.opened_on
    case = found.application
    if case is not None:
        if case.award is None:
            raise AidRefused(f"申请 {case.number} 还没有批准，不能开工：请先审批。")
        since = max(since, case.award.approved_on)
    guard.day(day, at, since=since, what="开工日期")
    versions.change(found, at=at, started_on=day, plan=guard.line(plan or found.plan, "方案", longest=400))
    audit.record(actor=by, action="aid.started", target=f"undertaking:{found.pk}", at=at, on=str(day))
    return found


@transaction.atomic
def accept(
    *, undertaking: Undertaking, finished_on: date, day: date, accepted_by: str, at: datetime, by: User | None
) -> Undertaking:
    """Accept what was built: every part in place or not needed, nothing lacking. Raises `AidRefused`."""
    found = _building(undertaking)
    if found.application is not None:
        raise AidRefused(f"申请 {found.application.number} 的完工和验收在申请里办：请打开申请。")
    if found.started_on is None:
        raise AidRefused("还没有登记开工：请先登记开工。")
    guard.day(finished_on, at, since=found.started_on, what="完工日期")
    guard.day(day, at, since=finished_on, what="验收日期")
    parts = standings(found)
    lacking = [one.part.label for one in parts.values() if one.mark is not None and one.lacking]
    unsaid = [one.part.label for one in parts.values() if found.of.every and one.mark is None]
    if lacking or unsaid:
        raise AidRefused(f"{'、'.join(lacking + unsaid)}还没有到位，不能验收：请先逐项登记。")
    if not any(one.in_place for one in parts.values()):
        raise AidRefused("没有一项登记为已到位，不能验收：请先登记做了什么、花了多少。")
    if found.of.at_address and not found.served.exists():
        raise AidRefused("没有登记受益的残疾人，不能验收：请先登记住在这里的残疾人。")
    if found.of.at_address and not found.contributions.filter(retracted_at=None).exists():
        raise AidRefused("没有登记谁出的资金，不能验收：请先登记资金。")
    who = guard.line(accepted_by, "验收人", longest=60)
    versions.change(found, at=at, finished_on=finished_on, accepted_on=day, accepted_by=who)
    audit.record(actor=by, action="aid.accepted", target=f"undertaking:{found.pk}", at=at, on=str(day))
    return found


@transaction.atomic
def drop(*, undertaking: Undertaking, day: date, reason: str, at: datetime, by: User | None) -> Undertaking:
    """Give a project up, with the reason. Raises `AidRefused`."""
    found = _open(undertaking)
    guard.day(day, at, since=found.opened_on)
    if found.contributions.filter(retracted_at=None).exists():
        raise AidRefused("已经登记了资金，不能终止：请先撤回资金登记，或照实验收。")
    versions.change(found, at=at, dropped_on=day, drop_reason=guard.line(reason, "终止原因"))
    audit.record(actor=by, action="aid.dropped", target=f"undertaking:{found.pk}", at=at, reason=found.drop_reason)
    return found


@transaction.atomic
def contribute(
    *, undertaking: Undertaking, fund: str, payer: str, amount_fen: int, day: date, document: str, at: datetime,
    by: User | None, programme: str = "",
) -> Contribution:  # fmt: skip
    """Enter money somebody put in, also after the acceptance. Raises `AidRefused`."""
    found = Undertaking.objects.select_for_update(of=("self",)).select_related("application").get(pk=undertaking.pk)
    if found.dropped_on is not None or not found.of.builds:
        raise AidRefused("这件已经终止，或不是工程，不登记资金：请核对。")
    if fund not in Fund.values:
        raise AidRefused(f"没有这种来源“{fund}”：可以写 {'、'.join(Fund.values)}。")
    if fund == Fund.GOVERNMENT and found.application is not None:
        raise AidRefused("财政补助由申请发放，发放后自动计入：不用在这里再登记一次。")
    guard.day(day, at, what="到账日期")
    named = guard.line(programme, "捐赠项目", longest=60, needed=fund == Fund.DONOR)
    made = Contribution.objects.create(
        undertaking=found, fund=fund, payer=guard.line(payer, "出资人", longest=60), programme=named,
        amount_fen=guard.money(amount_fen, "金额"), day=day, document=guard.line(document, "凭证", longest=120), at=at,
        by=by,
    )  # fmt: skip
    audit.record(
        actor=by, action="aid.contributed", target=f"undertaking:{found.pk}", at=at, fund=fund, amount_fen=amount_fen
    )
    return made


@transaction.atomic
def take_back_money(*, contribution: Contribution, reason: str, at: datetime, by: User | None) -> Contribution:
    """Take back money entered by mistake. Raises `AidRefused`."""
    found = Contribution.objects.select_for_update().get(pk=contribution.pk)
    why = guard.take_back(found, reason, at, what="这一笔")
    audit.record(
        actor=by, action="aid.contribution-retracted", target=f"undertaking:{found.undertaking_id}", at=at, reason=why
    )
    return found


def _open(undertaking: Undertaking) -> Undertaking:
    found = (
        Undertaking.objects.select_for_update(of=("self",))
        .select_related("application__award", "place")
        .get(pk=undertaking.pk)
    )
    if found.dropped_on is not None:
        raise AidRefused(f"这件已于 {found.dropped_on} 终止：不能再改。")
    if found.done_on is not None:
        raise AidRefused(f"这件已于 {found.done_on} 验收：不能再改。")
    return found


def _building(undertaking: Undertaking) -> Undertaking:
    found = _open(undertaking)
    if not found.of.builds:
        raise AidRefused(f"{found.of.name}没有开工和验收：请逐项登记是否到位。")
    return found


# --- reading -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PartStanding:
    """A part and what was last said of it; `mark` is None where nothing was."""

    part: Part
    mark: Mark | None

    @property
    def in_place(self) -> bool:
        """Say whether it is in place."""
        return self.mark is not None and self.mark.standing == _Standing.IN_PLACE

    @property
    def lacking(self) -> bool:
        """Say whether it was found lacking."""
        return self.mark is not None and self.mark.standing == _Standing.LACKING


def standings(undertaking: Undertaking) -> dict[str, PartStanding]:
    """Return how each part stands, by code in the order of the project."""
    last = {one.part: one for one in undertaking.marks.filter(retracted_at=None)}
    return {part.code: PartStanding(part, last.get(part.code)) for part in undertaking.of.parts}


def lacking(undertakings: QuerySet[Undertaking]) -> QuerySet[Mark]:
    """Return what is lacking now in some undertakings that are not given up: the tasks, by their day."""
    later = Mark.objects.filter(retracted_at=None, undertaking__in=undertakings).order_by(
        "undertaking", "part", "-day", "-pk"
    )
    newest: dict[tuple[int, str], int] = {}
    for pk, of, part in later.values_list("pk", "undertaking", "part"):
        newest.setdefault((of, part), pk)
    found = Mark.objects.filter(pk__in=newest.values(), standing=_Standing.LACKING, undertaking__dropped_on=None)
    return found.select_related("undertaking__person", "undertaking__place").order_by("due_on", "pk")


@dataclass(frozen=True)
class Money:
    """Money of one work from one source, in fen; `entry` is None for what its case pays."""

    fund: str
    payer: str
    programme: str
    amount_fen: int
    day: date | None
    entry: Contribution | None


def funds(undertaking: Undertaking) -> list[Money]:
    """Return the money put into a work: what its case has paid first, then what others gave, each once."""
    return list(_funds(undertaking))


def _funds(undertaking: Undertaking) -> Iterator[Money]:
    case = undertaking.application
    if case is not None and case.award is not None:
        paid = Line.objects.filter(award=case.award, booked=True, kind__in=_MONEY).aggregate(sum=Sum("amount_fen"))[
            "sum"
        ]
        if paid:
            yield Money(Fund.GOVERNMENT.label, scheme_of(case.scheme).fund, "", paid, None, None)
    for one in undertaking.contributions.filter(retracted_at=None):
        yield Money(one.get_fund_display(), one.payer, one.programme, one.amount_fen, one.day, one)


def cost_fen(undertaking: Undertaking) -> int:
    """Return what the parts in place cost together, in fen."""
    return sum(one.mark.cost_fen or 0 for one in standings(undertaking).values() if one.in_place and one.mark)


def danger_grade(undertaking: Undertaking) -> str:
    """Return the grade that the appraisal gave the house of a household last, "" where none is recorded."""
    if undertaking.person_id is None:
        return ""
    found = Finding.objects.filter(person=undertaking.person_id, kind="house_grade").as_known().order_by("-valid_from")
    first = found.first()
    return "" if first is None else first.word


def donors(undertakings: QuerySet[Undertaking]) -> list[tuple[str, str, int, int]]:
    """Return what donors gave to some undertakings, by programme and payer: (programme, payer, households, fen)."""
    rows = (
        Contribution.objects.filter(undertaking__in=undertakings, fund=Fund.DONOR, retracted_at=None)
        .values_list("programme", "payer", "undertaking", "amount_fen")
        .order_by("programme", "payer")
    )
    told: dict[tuple[str, str], tuple[set[int], int]] = {}
    for programme, payer, of, amount in rows:
        homes, total = told.get((programme, payer), (set(), 0))
        told[programme, payer] = (homes | {of}, total + amount)
    return [(programme, payer, len(homes), total) for (programme, payer), (homes, total) in told.items()]
