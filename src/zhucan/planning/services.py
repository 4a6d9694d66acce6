"""Enter, list and take back plan items."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.db import transaction
from django.db.models import QuerySet

from zhucan.core.errors import ZhucanError
from zhucan.indicators.catalog import indicator as declared
from zhucan.indicators.declared import Ratio
from zhucan.indicators.engine import Figure, figure, together
from zhucan.indicators.periods import Period
from zhucan.orgs import audit
from zhucan.orgs.divisions import division as place_of
from zhucan.orgs.models import User
from zhucan.planning.models import PlanItem

_LONGEST = 500
_WHOLE = Decimal(100)


class PlanRefused(ZhucanError, ValueError):
    """A plan item that cannot be entered or taken back; nothing was changed."""


@transaction.atomic
def add_plan_item(
    *, division: str, year: int, text: str, indicator: str = "", target: str = "", programme: str = "", department: str = "",
    at: datetime, by: User | None,
) -> PlanItem:  # fmt: skip
    """Enter a plan item of a year; a target is a value of the indicator (amounts in yuan, ratios in percent).

    Raises `PlanRefused`, `UnknownDivision` or `UnknownIndicator`.
    """
    place = place_of(division)
    words = text.strip().rstrip("。；;")
    if not words:
        raise PlanRefused("计划内容是空的：请写明要做什么。")
    if len(words) > _LONGEST:
        raise PlanRefused(f"计划内容有 {len(words)} 字，超过 {_LONGEST} 字：请拆成几条。")
    if not 2000 <= year <= 2100:
        raise PlanRefused(f"年度 {year} 不对：请写四位数的年份，如 2026。")
    if bool(indicator) != bool(target):
        raise PlanRefused("指标和目标值要么都写，要么都不写：请补上缺的一个。")
    measure = declared(indicator) if indicator else None
    if isinstance(measure, Ratio) and measure.part and _value(target) > _WHOLE:
        raise PlanRefused(f"“{measure.name}”不会超过 100%，目标不能是 {target}：请核对。")
    item = PlanItem.objects.create(
        division=place,
        year=year,
        text=words,
        indicator=measure.id if measure else "",
        target=_value(target) if target else None,
        programme=_short(programme, "规划名称", 80),
        department=_short(department, "责任部门", 40),
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(actor=by, action="planning.item", target=f"plan:{item.pk}", at=at, year=year, division=place.code)
    return item


def _short(text: str, what: str, most: int) -> str:
    words = text.strip()
    if len(words) > most:
        raise PlanRefused(f"{what}有 {len(words)} 字，超过 {most} 字：请写短一些。")
    return words


def _value(text: str) -> Decimal:
    try:
        value = Decimal(text)
        if not value.is_finite() or value < 0 or value != value.quantize(Decimal("0.01")) or value >= 10**13:
            raise InvalidOperation
    except InvalidOperation as error:
        raise PlanRefused(f"目标值“{text}”不对：应为不小于 0、最多两位小数的数。") from error
    return value


def plan_items(division: str, year: int) -> QuerySet[PlanItem]:
    """Return the items of a place and year that were not taken back, in the order they were entered."""
    return PlanItem.objects.filter(division=place_of(division), year=year, retracted_at=None).order_by("pk")


@transaction.atomic
def retract_plan_item(*, key: int, at: datetime, by: User | None) -> PlanItem:
    """Take an item back. Raises `PlanRefused`."""
    item = PlanItem.objects.filter(pk=key, retracted_at=None).first()
    if item is None:
        raise PlanRefused(f"没有编号为 {key} 的计划，或已撤回：请用 zhucan plan list 查看编号。")
    PlanItem.objects.filter(pk=key).update(retracted_at=at)
    audit.record(actor=by, action="planning.item-retracted", target=f"plan:{key}", at=at)
    return item


@dataclass(frozen=True)
class Progress:
    """A plan item with what its figure has come to; `rate` is percent of the target with one decimal, None if unknown."""

    item: PlanItem
    figure: Figure | None
    rate: Decimal | None


def progress(division: str, period: Period) -> list[Progress]:
    """Return the items of a place for the year a period begins in, each set against its figure: the target rate of any indicator."""
    told = []
    with together():
        for item in plan_items(division, period.first.year):
            found = figure(item.indicator, item.division_id, period) if item.indicator else None
            value = None if found is None else found.value
            rate = None
            if value is not None and item.target:
                rate = (Decimal(value) * 100 / item.target).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
            told.append(Progress(item, found, rate))
    return told


@dataclass(frozen=True)
class Department:
    """What a department answers for: tasks, those whose completion can be told, and those that reached their target."""

    name: str
    tasks: int
    told: int
    reached: int

    @property
    def rate(self) -> Decimal | None:
        """Return the tasks reached of those that can be told, in percent with one decimal; None where none can."""
        if not self.told:
            return None
        return (Decimal(self.reached) * 100 / self.told).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def by_department(items: Sequence[Progress]) -> list[Department]:
    """Return how far each department has come, in the order of their first tasks."""
    names = dict.fromkeys(one.item.department for one in items)
    told = []
    for name in names:
        rates = [one.rate for one in items if one.item.department == name]
        known = [rate for rate in rates if rate is not None]
        told.append(Department(name, len(rates), len(known), sum(rate >= _WHOLE for rate in known)))
    return told
