"""The figures of every scheme, without code of its own: who was given what, how often, how much, and how much is left to give.

They count the one relation of what was given (`given.py`) and what was granted. A target for any of them is a plan item;
`planning.services.progress` sets the figure against it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Exists

from zhucan.cases.models import Award
from zhucan.core.divisions import prefix
from zhucan.delivery.models import Item
from zhucan.indicators.declared import Indicator, Measure, Ratio
from zhucan.orgs.clock import day_of
from zhucan.orgs.divisions import inside, parameter_rows
from zhucan.orgs.models import Division
from zhucan.policy.catalogue import offered_with
from zhucan.policy.parameters import resolve
from zhucan.policy.schemes import Gives, Scheme

_PLACE = "归给付县，县以下按给付月月末户籍地统计，月末户籍已不在给付县的归县本级"
_MEASURE = {
    Gives.CASH: (Measure.AMOUNT, "金额"),
    Gives.GOODS: (Measure.QUANTITY, "数量"),
    Gives.SERVICE: (Measure.QUANTITY, "数量"),
    Gives.RELIEF: (Measure.PERSONS, "人数"),
}
"""What tells how much of what was granted has been given."""
_GIVEN = {
    Gives.CASH: "入账发放（当月发放或补发）",
    Gives.GOODS: "发到本人手里",
    Gives.SERVICE: "实际服务",
    Gives.RELIEF: "开始减免或代缴",
}
_ONCE = {Gives.CASH: "每笔发放", Gives.GOODS: "每次发放", Gives.SERVICE: "每次服务", Gives.RELIEF: "每次减免"}


def figures_of(scheme: Scheme) -> Iterator[Indicator | Ratio]:
    """Yield the figures of a scheme; of one that the monthly runs decide only what `catalog.py` does not declare."""
    if not scheme.administered:
        return
    name, of, told = scheme.name, f"scheme = '{scheme.id}'", _GIVEN[scheme.gives]

    def given(
        suffix: str, title: str, measure: Measure, words: str, where: str = "true", *, known: str = "true",
        counted_in: str = "",
    ) -> Indicator:  # fmt: skip
        return Indicator(
            f"{scheme.id}-{suffix}", f"{name}{title}", "given", measure, f"期内{words}。{_PLACE}。", f"{of} AND {where}",
            scheme=scheme.id, known=known, counted_in=counted_in,
        )  # fmt: skip

    yield given(
        "households", "户数", Measure.HOUSEHOLDS, f"{told}{name}的人所在户数，按期末家庭，同一户只计一次；没有登记家庭的人不计入",
        "household_id IS NOT NULL", known="(SELECT count(*) > 0 FROM membership)",
    )  # fmt: skip
    if scheme.in_runs:
        return
    yield given("persons", "人数", Measure.PERSONS, f"{told}{name}的人数，同一人只计一次")
    yield given("times", "次数", Measure.TIMES, f"{told}{name}的次数，{_ONCE[scheme.gives]}计一次")
    if scheme.gives in (Gives.GOODS, Gives.SERVICE):
        yield given(
            "quantity", "数量", Measure.QUANTITY, f"{told}{name}的数量，{'按' + scheme.unit if scheme.gives is Gives.GOODS else '按服务计划的单位，没有计划的按' + scheme.unit}计", "quantity > 0",
            counted_in=scheme.unit if scheme.gives is Gives.GOODS else "",
        )  # fmt: skip
    yield given(
        "amount", "金额", Measure.AMOUNT,
        f"{told}{name}的金额：款项按入账金额，实物按单价、服务按单价、减免按减免金额；付给机构的只按款项计一次", "amount_fen <> 0",
    )  # fmt: skip
    yield Indicator(
        f"{scheme.id}-granted", f"批准{name}人数", "allotted", Measure.PERSONS,
        f"批准日期在期内、没有撤销的{name}人数，同一人只计一次，归给付县，县以下按批准日户籍地统计。", of, scheme=scheme.id,
    )  # fmt: skip
    measure, word = _MEASURE[scheme.gives]
    unit = scheme.unit if scheme.gives is Gives.GOODS else ""
    where = f"{of} AND quantity > 0" if measure is Measure.QUANTITY else of
    yield Indicator(
        f"{scheme.id}-allotted", f"批准{name}的{word}", "allotted", measure,
        f"批准日期在期内、没有撤销的{name}的{word}（有服务计划的按计划数量），归给付县，县以下按批准日户籍地统计。",
        where, scheme=scheme.id, counted_in=unit,
    )  # fmt: skip
    yield Indicator(
        f"{scheme.id}-fulfilled", f"期内批准的{name}已给付的{word}", "fulfilled", measure,
        f"批准日期在期内、没有撤销的{name}，到期末已{told}的{word}，归给付县，县以下按批准日户籍地统计。",
        where, scheme=scheme.id, counted_in=unit,
    )  # fmt: skip
    yield Ratio(
        f"{scheme.id}-completion", f"{name}完成率", f"{scheme.id}-fulfilled", f"{scheme.id}-allotted",
        f"“期内批准的{name}已给付的{word}”除以“批准{name}的{word}”，以百分数表示；分母为0时为不明。",
        stock=False, scheme=scheme.id,
    )  # fmt: skip


def shown(division: str, known_at: datetime, schemes: Iterable[str]) -> frozenset[str]:
    """Return those schemes whose figures a place is shown: those it runs today, and those anybody there was ever granted or given."""
    day = day_of(known_at)
    offered = {item.id for item in offered_with(resolve(parameter_rows(known_at), division, day, known_at))}
    county = inside("division_id", prefix(division)[:6].ljust(12, "0"))
    handed = set(Item.objects.filter(county).exclude(scheme="").order_by().values_list("scheme", flat=True).distinct())
    asked = [name for name in schemes if name not in offered | handed]
    if not asked:
        return frozenset(offered | handed)
    # one question for each scheme, answered from the index; what is DISTINCT among a million awards takes a tenth of a second
    ever = Division.objects.filter(pk=division).values_list(
        *(Exists(Award.objects.filter(county, scheme=scheme)) for scheme in asked)
    )
    return frozenset(offered | handed | {scheme for scheme, found in zip(asked, ever[0], strict=True) if found})
