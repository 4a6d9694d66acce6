"""Services: a plan by an institution, its sessions, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import QuerySet, Sum

from zhucan.cases.models import Award
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month, months
from zhucan.delivery.models import Discipline, Plan, Session, Tier
from zhucan.orgs import audit
from zhucan.orgs.models import Institution, User
from zhucan.policy.catalogue import scheme as scheme_of
from zhucan.policy.schemes import Gives
from zhucan.registry.entering import Guard
from zhucan.registry.findings import set_finding
from zhucan.registry.spells import Witness

_IMPLANT = "cochlear-implant"
_YEAR = 366


class ServiceRefused(ZhucanError):
    """The plan or session cannot be entered like this; nothing was changed."""


_guard = Guard(ServiceRefused)


@transaction.atomic
def plan(
    *,
    award: Award,
    institution: Institution,
    discipline: str,
    units: int,
    unit: str,
    starts_on: date,
    ends_on: date,
    at: datetime,
    by: User | None,
    unit_fen: int | None = None,
    monthly_units: int | None = None,
    carry_months: int = 0,
    goal: str = "",
    scale: str = "",
    start_score: Decimal | None = None,
    less_is_better: bool = False,
    tier: str = Tier.INSTITUTION,
    review_days: int | None = None,
) -> Plan:
    """Let an institution render a service under an award: so many units from `starts_on` up to but without `ends_on`.

    Raises `ServiceRefused`.
    """
    found = Award.objects.select_for_update().get(pk=award.pk)
    if found.revoked_at is not None:
        raise ServiceRefused("这项批准已经撤销，不能再安排服务：请核对。")
    if scheme_of(found.scheme).gives is not Gives.SERVICE:
        raise ServiceRefused(f"{scheme_of(found.scheme).name}不是服务项目，没有服务计划：请核对。")
    if discipline not in Discipline.values:
        raise ServiceRefused(f"没有服务内容“{discipline}”：可以写 {'、'.join(Discipline.values)}。")
    if tier not in Tier.values:
        raise ServiceRefused(f"没有服务层级“{tier}”：可以写 {'、'.join(Tier.values)}。")
    if review_days is not None and not 1 <= review_days <= _YEAR:
        raise ServiceRefused(f"评估间隔应为 1 至 {_YEAR} 天：请核对。")
    if units < 1 or not unit.strip():
        raise ServiceRefused("计划数量至少为 1，单位要写：请核对。")
    if starts_on < found.approved_on or ends_on <= starts_on:
        raise ServiceRefused(f"服务期应从批准日期 {found.approved_on} 之后开始，结束晚于开始：请核对日期。")
    if institution.ended_on is not None and institution.ended_on <= starts_on:
        raise ServiceRefused(f"{institution.name}自 {institution.ended_on} 起不再是定点机构：请另选机构。")
    if found.plans.filter(discipline=discipline, closed_on=None).exists():
        raise ServiceRefused("这项批准已有同样内容的服务计划没有结案：请先结案。")
    made = Plan.objects.create(
        award=found, person=found.person, institution=institution, discipline=discipline, units=units, unit=unit.strip(),
        unit_fen=unit_fen, monthly_units=monthly_units, carry_months=carry_months, starts_on=starts_on, ends_on=ends_on,
        goal=goal.strip(), scale=scale.strip(), start_score=start_score, less_is_better=less_is_better,
        tier=tier, review_days=review_days, recorded_at=at, recorded_by=by,
    )  # fmt: skip
    audit.record(actor=by, action="delivery.plan", target=f"plan:{made.pk}", at=at, person=made.person_id, units=units)
    return made


@transaction.atomic
def record(
    *, plan: Plan, day: date, begins: time, ends: time, units: int, worker: str, signed_by: str, at: datetime,
    by: User | None, note: str = "",
) -> Session:  # fmt: skip
    """Enter one session of an open plan: within its period and units, and no worker in two places at once (CA-24).

    Raises `ServiceRefused`.
    """
    Institution.objects.select_for_update(no_key=True).get(pk=plan.institution_id)  # its workers' times, one at a time
    found = Plan.objects.select_for_update().select_related("person", "award").get(pk=plan.pk)
    if found.closed_on is not None:
        raise ServiceRefused(f"这个服务计划已于 {found.closed_on} 结案，不能再登记：请另立计划。")
    if found.award.revoked_at is not None:
        raise ServiceRefused("这项批准已经撤销，不能再登记服务：请核对。")
    if not found.starts_on <= day < found.ends_on:
        raise ServiceRefused(f"日期 {day} 不在服务期 {found.starts_on} 至 {found.ends_on}（不含）内：请核对日期。")
    _guard.day(day, at)
    _guard.alive(found.person, day)
    if ends <= begins or units < 1:
        raise ServiceRefused("结束时间要晚于开始时间，数量至少为 1：请核对。")
    if not worker.strip() or not signed_by.strip():
        raise ServiceRefused("服务人员和签字人都要写：请补上。")
    left = found.units - done(found)
    if units > left:
        raise ServiceRefused(f"计划只剩 {left} {found.unit}，不能登记 {units}：请核对数量。")
    if found.monthly_units is not None:
        _within_voucher(found, day, units)
    same_time = Session.objects.filter(day=day, retracted_at=None, begins__lt=ends, ends__gt=begins)
    busy = same_time.filter(plan__institution=found.institution_id, worker=worker.strip()).first()
    if busy is not None:
        raise ServiceRefused(
            f"{worker.strip()}在 {day} {busy.begins:%H:%M}—{busy.ends:%H:%M} 已有另一次服务，时间重叠：请核对时间。"
        )
    twice = same_time.filter(plan__person=found.person_id).first()
    if twice is not None:
        raise ServiceRefused(
            f"本人在 {day} {twice.begins:%H:%M}—{twice.ends:%H:%M} 正在接受另一次服务，时间重叠：请核对时间。"
        )
    made = Session.objects.create(
        plan=found, day=day, begins=begins, ends=ends, units=units, worker=worker.strip(), signed_by=signed_by.strip(),
        note=note.strip(), at=at, by=by,
    )  # fmt: skip
    audit.record(
        actor=by,
        action="delivery.session",
        target=f"session:{made.pk}",
        at=at,
        plan=found.pk,
        day=str(day),
        units=units,
    )
    return made


@transaction.atomic
def retract(*, session: Session, reason: str, at: datetime, by: User | None) -> Session:
    """Take back a session entered by mistake. Raises `ServiceRefused`."""
    found = Session.objects.select_for_update().select_related("plan").get(pk=session.pk)
    if found.plan.closed_on is not None:
        raise ServiceRefused("服务计划已经结案，不能再改它的记录。")
    why = _guard.take_back(found, reason, at, what="这次服务")
    audit.record(actor=by, action="delivery.session-retracted", target=f"session:{found.pk}", at=at, reason=why)
    return found


@transaction.atomic
def close(
    *, plan: Plan, day: date, at: datetime, by: User | None, reached: bool | None, end_score: Decimal | None = None,
    note: str = "",
) -> Plan:  # fmt: skip
    """Close a plan with what came of it: the score at the end and whether the goal was reached. Raises `ServiceRefused`.

    An implantation that succeeded becomes the finding that rules about implants wait for, of the day it was done.
    """
    found = Plan.objects.select_for_update(of=("self",)).select_related("person", "award").get(pk=plan.pk)
    if found.closed_on is not None:
        raise ServiceRefused(f"这个服务计划已于 {found.closed_on} 结案：不用再次办理。")
    _guard.day(day, at, what="结案日期")
    if day < found.starts_on:
        raise ServiceRefused(f"结案日期 {day} 早于开始日期 {found.starts_on}：请核对。")
    last = found.sessions.filter(retracted_at=None).order_by("-day").first()
    if last is not None and last.day > day:
        raise ServiceRefused(f"结案日期 {day} 早于最后一次服务 {last.day}：请核对。")
    if found.goal and reached is None:
        raise ServiceRefused("这个计划有目标：请写明达到没有。")
    found.closed_on, found.reached, found.end_score, found.close_note = day, reached, end_score, note.strip()
    found.save(update_fields=["closed_on", "reached", "end_score", "close_note"])
    if found.award.scheme == _IMPLANT and reached and last is not None:
        set_finding(
            person=found.person,
            day=last.day,
            kind="implanted",
            said="",
            witness=Witness(at, by, f"手术 计划 {found.pk}"),
        )
    audit.record(actor=by, action="delivery.plan-closed", target=f"plan:{found.pk}", at=at, reached=reached)
    return found


def done(plan: Plan) -> int:
    """Return how many units of a plan were rendered."""
    return plan.sessions.filter(retracted_at=None).aggregate(sum=Sum("units"))["sum"] or 0


def completion(plan: Plan) -> Decimal:
    """Return what was rendered of what was planned, in percent with one decimal."""
    return (Decimal(done(plan)) * 100 / plan.units).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Attended:
    """What was rendered in a month: days with at least `hours` hours, units, and money where units have a price."""

    month: Month
    days: int
    units: int
    amount_fen: int
    minutes: tuple[int, ...] = ()  # of each day there was a session, the shortest first


def attendance(plan: Plan, first: Month, after: Month, *, hours: int = 0) -> list[Attended]:
    """Return what was rendered month by month; a day counts from so many hours on (CA-23: four).

    Schemes that pay by attendance take these as the items of a claim.
    """
    told = []
    for month in months(first, after):
        rows = plan.sessions.filter(retracted_at=None, day__gte=month.first, day__lt=month.next.first)
        minutes: dict[date, int] = {}
        units = 0
        for row in rows:
            minutes[row.day] = minutes.get(row.day, 0) + _minutes(row)
            units += row.units
        days = sum(spent >= hours * 60 for spent in minutes.values())
        told.append(Attended(month, days, units, units * (plan.unit_fen or 0), tuple(sorted(minutes.values()))))
    return told


def _minutes(row: Session) -> int:
    return (row.ends.hour - row.begins.hour) * 60 + row.ends.minute - row.begins.minute


@dataclass(frozen=True)
class VoucherMonth:
    """A month of a voucher, in units: what could be used, what was, what goes on to the next month and what lapses."""

    month: Month
    available: int
    used: int
    carried: int
    lapsed: int


def voucher_months(monthly: int, carry: int, used: Sequence[tuple[Month, int]]) -> list[VoucherMonth]:
    """Return how a voucher's units are used up, oldest first; what is older than `carry` months lapses (CA-24).

    `used` names every month from the first on. A month may be overdrawn only by a mistake: `available` then tells it.

    >>> [(one.available, one.carried, one.lapsed) for one in voucher_months(30, 1, [(Month(2025, 1), 22), (Month(2025, 2), 36)])]
    [(30, 8, 0), (38, 2, 0)]
    """
    told, held = [], list[int]()  # units left of the months before, oldest first
    for month, units in used:
        held.append(monthly)
        available = sum(held)
        rest = units
        for place, left in enumerate(held):
            taken = min(left, rest)
            held[place], rest = left - taken, rest - taken
        lapsed = sum(held[: len(held) - carry]) if carry else sum(held)
        held = held[-carry:] if carry else []
        told.append(VoucherMonth(month, available, units, sum(held), lapsed))
    return told


def voucher(plan: Plan, through: Month) -> list[VoucherMonth]:
    """Return the months of a plan that is a voucher, from its first on."""
    first = Month.of(plan.starts_on)
    used = [(one.month, one.units) for one in attendance(plan, first, through.next)]
    return voucher_months(plan.monthly_units or 0, plan.carry_months, used)


def _within_voucher(plan: Plan, day: date, units: int) -> None:
    """Refuse what the voucher has not left in the month, or what a later month has used already."""
    month, last = Month.of(day), plan.sessions.filter(retracted_at=None).order_by("-day").first()
    through = max(month, Month.of(last.day)) if last else month
    used = [
        (one.month, one.units + (units if one.month == month else 0))
        for one in attendance(plan, Month.of(plan.starts_on), through.next)
    ]
    for one in voucher_months(plan.monthly_units or 0, plan.carry_months, used):
        if one.used > one.available:
            raise ServiceRefused(
                f"{one.month.label}服务券可用 {one.available} {plan.unit}，登记后用到 {one.used}：请核对数量。"
            )


def of_institutions(institutions: QuerySet[Institution]) -> QuerySet[Plan]:
    """Return the plans of some institutions."""
    return Plan.objects.filter(institution__in=institutions).select_related("person", "institution", "award")
