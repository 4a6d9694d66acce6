"""The catalogue: what is counted, of which records, and what the figure is called. Nothing is computed here.

A flow counts what happened in the period, a stock what is so on its last day (money: in its last month).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from zhucan.core.identifiers import CATEGORY_LABELS
from zhucan.indicators import (
    activities,
    aided,
    casework_figures,
    elsewhere,
    following,
    handling,
    insurance,
    place_figures,
    relieved,
    schemes,
    schooling,
    serving,
    studies,
    working,
)
from zhucan.indicators.declared import Indicator, Measure, Ratio, UnknownIndicator
from zhucan.indicators.registers import listed, told
from zhucan.policy.assistance.allowances import tekun_hardship_allowance
from zhucan.policy.catalogue import MONTHLY, SCHEMES

_PLACE = "归发放县，县以下按所属月月末户籍地统计，月末户籍已不在发放县的归县本级"


def _holders() -> Iterator[Indicator]:
    valid = "残疾人证有效（未冻结、未注销、未过期）"

    def holders(name: str, title: str, where: str, words: str) -> Indicator:
        told = f"期末户籍在本区划、未死亡、{valid}{words}的人数。"
        return Indicator(name, title, "holder", Measure.PERSONS, told, where, stock=True)

    yield Indicator(
        "residents", "登记人数", "resident", Measure.PERSONS,
        "期末户籍在本区划、未死亡的全部登记人数，不论有没有残疾人证。", stock=True,
    )  # fmt: skip
    yield holders("holders", "持证残疾人", "true", "")
    for category, label in CATEGORY_LABELS.items():
        yield holders(f"holders-{category}", f"{label}残疾人", f"category = '{category}'", f"、类别为{label}残疾")
    yield holders(
        "holders-hearing-speech", "听力、言语残疾人", "category IN ('hearing', 'speech')", "、类别为听力或言语残疾"
    )
    yield holders("holders-severe", "重度残疾人（一、二级）", "grade <= 2", "、等级为一级或二级")
    yield holders("holders-preschool", "0—6岁持证残疾儿童", "age <= 6", "、未满7周岁")
    yield holders("holders-children", "未成年持证残疾人", "age < 18", "、未满18周岁")
    yield holders("holders-working-age", "劳动年龄段持证残疾人", "age BETWEEN 16 AND 59", "、年满16周岁未满60周岁")
    yield holders("holders-elderly", "60周岁及以上持证残疾人", "age >= 60", "、年满60周岁")
    yield holders("holders-80", "80周岁及以上持证残疾人", "age >= 80", "、年满80周岁")
    yield holders("holders-dibao", "低保对象中的持证残疾人", "hardship = 'dibao'", "、家庭为最低生活保障对象")
    yield holders("holders-dibian", "低保边缘家庭中的持证残疾人", "hardship = 'dibian'", "、家庭为低保边缘家庭")
    yield holders("holders-tekun", "特困供养的持证残疾人", "hardship = 'tekun'", "、为特困供养人员")
    yield holders(
        "holders-hardship", "困难家庭持证残疾人", "hardship IN ('dibao', 'dibian')", "、家庭为低保或低保边缘家庭"
    )
    yield holders("holders-hardship-unknown", "困难情况不明的持证残疾人", "hardship IS NULL", "、没有登记困难类型")
    yield holders("holders-in-institution", "机构托养的持证残疾人", "in_institution", "、正在机构托养")
    recorded = "(SELECT count(*) > 0 FROM household)"
    yield Indicator(
        "households", "持证残疾人家庭", "household", Measure.HOUSEHOLDS,
        "期末有持证残疾人的家庭户数；没有登记家庭的人不计入，一户都没有登记时为不明。", stock=True, known=recorded,
    )  # fmt: skip
    yield Indicator(
        "households-several", "一户多残家庭", "household", Measure.HOUSEHOLDS,
        "期末有两名及以上持证残疾人的家庭户数；没有登记家庭的人不计入，一户都没有登记时为不明。",
        "holders >= 2", stock=True, known=recorded,
    )  # fmt: skip


def _events() -> Iterator[Indicator]:
    where = "按事项发生日的户籍地统计"
    yield Indicator(
        "certificates-new", "新办残疾人证人数", "certificate_event", Measure.PERSONS,
        f"期内新办残疾人证的人数，同一人只计一次，{where}。", "kind = 'new'",
    )  # fmt: skip
    for name, title, kind, words in (
        ("certificates-renewed", "换领残疾人证", "renewal", "到期换领残疾人证"),
        ("certificates-changed", "变更残疾类别等级", "change", "变更残疾类别或等级"),
        ("certificates-replaced", "补办残疾人证", "loss", "挂失补办残疾人证"),
        ("certificates-transferred", "迁入残疾人证", "transfer", "随户籍转入残疾人证"),
        ("certificates-frozen", "冻结残疾人证", "freeze", "冻结残疾人证"),
        ("certificates-cancelled", "注销残疾人证", "cancel", "注销残疾人证"),
    ):
        yield Indicator(
            name, title, "certificate_event", Measure.CASES, f"期内{words}的件数，{where}。", f"kind = '{kind}'"
        )
    yield Indicator(
        "certificates-lapsed", "到期未换证人数", "lapsed", Measure.PERSONS,
        "残疾人证在期内失效（有效期最后一天的次日在期内）、期末仍没有换领、户籍在本区划且未死亡的人数。",
    )  # fmt: skip
    yield Indicator(
        "holders-died", "死亡的持证残疾人", "died", Measure.PERSONS,
        "办过残疾人证、死亡日期在期内的人数，按最后的户籍地统计。",
    )  # fmt: skip
    yield Indicator("moved-in", "迁入人数", "arrived", Measure.PERSONS, "期内户籍由本区划以外迁入的登记人数。")
    yield Indicator("moved-out", "迁出人数", "departed", Measure.PERSONS, "期内户籍迁出本区划的登记人数。")


def _payments(prefix: str, short: str, of: str, *, several: bool = False) -> Iterator[Indicator]:
    """Yield what is asked of one scheme (`of` narrows to it) and of several together alike."""
    decided = _decided(of)
    both = "，同一人只计一次" if several else ""
    one = f"{short}中至少一项" if several else short
    paying = "kind IN ('regular', 'arrears')"
    yield Indicator(
        f"{prefix}-recipients", f"{short}期末享受人数", "recipient", Measure.PERSONS,
        f"期末月份的{one}已入账净额大于0的人数{both}；该月还没有发放时为不明。{_PLACE}。", of, stock=True, known=decided,
    )  # fmt: skip
    yield Indicator(
        f"{prefix}-doubts", f"{short}待核实人数", "doubt", Measure.PERSONS,
        f"期末月份的发放批次中因{one}情况不明而待核实的人数{both}；该月还没有发放时为不明。{_PLACE}。",
        of, stock=True, known=decided,
    )  # fmt: skip
    yield Indicator(
        f"{prefix}-persons", f"{short}发放人数", "line", Measure.PERSONS,
        f"期内各月发放批次中领到{one}（当月发放或补发）的人数，同一人只计一次。{_PLACE}。", f"{of} AND {paying}",
    )  # fmt: skip
    yield Indicator(
        f"{prefix}-times", f"{short}发放人次", "line", Measure.PERSON_TIMES,
        f"期内各月发放批次中领到{short}（当月发放或补发）的人次，同一人同一项目每月批次计一次。{_PLACE}。",
        f"{of} AND {paying}",
    )  # fmt: skip
    yield Indicator(
        f"{prefix}-person-months", f"{short}享受人月", "benefit_month", Measure.PERSON_MONTHS,
        f"所属月在期内、已入账净额大于0的{short}人月数，各项目分别计。{_PLACE}。", of,
    )  # fmt: skip
    for name, title, relation, where, words in (
        ("amount", "发放金额", "line", paying, "当月发放和补发"),
        ("regular-amount", "当月发放金额", "line", "kind = 'regular'", "当月发放"),
        ("arrears-amount", "补发金额", "line", "kind = 'arrears'", "补发"),
        ("recovered-amount", "应追回金额", "recovery", "true", "查出多发、应当追回"),
        ("net-amount", "净支出金额", "line", "amount_fen <> 0", "当月发放和补发减去应追回"),
    ):
        yield Indicator(
            f"{prefix}-{name}", f"{short}{title}", relation, Measure.AMOUNT,
            f"期内各月发放批次中{short}{words}的入账金额合计。{_PLACE}。", f"{of} AND {where}",
        )  # fmt: skip
    yield Indicator(
        f"{prefix}-recovered-persons", f"{short}多发人数", "recovery", Measure.PERSONS,
        f"期内各月发放批次中查出多发{one}的人数，同一人只计一次。{_PLACE}。", of,
    )  # fmt: skip
    yield Indicator(
        f"{prefix}-new", f"新增{short}人数", "newcomer", Measure.PERSONS,
        f"在发放县（市级以上为所辖各县合计）第一次领到{one}、该批次在期内的人数{both}。{_PLACE}。", of,
    )  # fmt: skip
    yield Indicator(
        f"{prefix}-stopped", f"停发{short}人数", "line", Measure.PERSONS,
        f"期内发放批次中被停发{one}的人数，同一人只计一次；停发原因可分开列。{_PLACE}。", f"{of} AND kind = 'stop'",
    )  # fmt: skip
    if not several:  # of several schemes at once somebody can lose one and keep the other
        yield from _changes(prefix, short, of)
    yield Indicator(
        f"{prefix}-approved", f"批准{short}申请", "approval", Measure.CASES,
        f"批准日期在期内的{short}申请件数，归发放县，县以下按批准日户籍地统计。", of,
    )  # fmt: skip
    yield Indicator(
        f"{prefix}-debt", f"{short}待追回余额", "debt", Measure.AMOUNT,
        f"期末仍未归还、抵扣或核销的{short}应追回金额，归发放县，县以下按期末户籍地统计。", of, stock=True,
    )  # fmt: skip
    yield Indicator(
        f"{prefix}-debtors", f"有{short}待追回余额的人数", "debt", Measure.PERSONS,
        f"期末仍有{short}应追回金额没有归还、抵扣或核销的人数{both}，归发放县，县以下按期末户籍地统计。", of, stock=True,
    )  # fmt: skip


def _changes(prefix: str, short: str, of: str) -> Iterator[Indicator]:
    """Yield who received it before the period, who came and who went: opening + gained - left = recipients."""
    for name, title, relation, words, known in (
        ("opening", "期初享受人数", "recipient_before", "期初前一个月的{}已入账净额大于0的人数", _decided(of, "undecided_before")),
        ("gained", "期内增加人数", "gained", "期末月份享受{}、期初前一个月没有享受的人数，按新增、恢复、迁入分开列", _changed(of)),
        ("left", "期内减少人数", "lost", "期初前一个月享受{}、期末月份不再享受的人数，按死亡、迁出、不再符合等原因分开列", _changed(of)),
    ):  # fmt: skip
        yield Indicator(
            f"{prefix}-{name}", f"{short}{title}", relation, Measure.PERSONS,
            f"{words.format(short)}；期初加增加减减少等于期末；有关月份还没有发放时为不明。{_PLACE}。", of,
            stock=name == "opening", known=known,
        )  # fmt: skip


def _decided(of: str, table: str = "undecided") -> str:
    return f"NOT EXISTS (SELECT 1 FROM {table} WHERE {of})"


def _changed(of: str) -> str:
    return f"{_decided(of)} AND {_decided(of, 'undecided_before')}"


def _coverage() -> Iterator[Indicator]:
    for name, title, scheme, where, words in (
        ("nursing-subsidy-severe", "享受护理补贴的重度残疾人", "nursing-subsidy", "grade <= 2", "重度残疾人"),
        (
            "living-allowance-hardship", "享受生活补贴的困难家庭残疾人", "living-allowance",
            "hardship IN ('dibao', 'dibian')", "困难家庭持证残疾人",
        ),
    ):  # fmt: skip
        of = f"scheme = '{scheme}'"
        yield Indicator(
            name, title, "served", Measure.PERSONS,
            f"期末{words}中，期末月份{_NAMES[scheme]}已入账净额大于0的人数，按期末户籍地统计；该月还没有发放时为不明。",
            f"{of} AND {where}", stock=True, known=f"NOT EXISTS (SELECT 1 FROM undecided WHERE {of})",
        )  # fmt: skip
    yield Indicator(
        "subsidies-holders", "享受两项补贴的持证残疾人", "served", Measure.PERSONS,
        "期末持证残疾人中，期末月份至少一项补贴已入账净额大于0的人数，按期末户籍地统计；该月还没有发放时为不明。",
        _BOTH, stock=True, known=_decided(_BOTH),
    )  # fmt: skip
    yield Indicator(
        "subsidies-recipients-both", "同时享受两项补贴人数", "recipient_both", Measure.PERSONS,
        f"期末月份的两项补贴已入账净额都大于0的人数；该月还没有发放时为不明。{_PLACE}。",
        stock=True, known=_decided(_BOTH),
    )  # fmt: skip


def _rural() -> Iterator[Indicator]:
    """Yield the destitute of the countryside and what they are paid; a target for them is a plan item."""
    short, of = (
        tekun_hardship_allowance.name,
        f"scheme = '{tekun_hardship_allowance.id}' AND kind IN ('regular', 'arrears') AND rural",
    )
    without = "当地没有城乡户籍资料时为不明"
    yield Indicator(
        "holders-tekun-rural", "农村特困供养的持证残疾人", "holder", Measure.PERSONS,
        f"期末户籍在本区划、未死亡、残疾人证有效（未冻结、未注销、未过期）、为特困供养人员、认定为农村户籍的人数；{without}。",
        "hardship = 'tekun' AND rural", stock=True, known=told("rural"),
    )  # fmt: skip
    for name, title, measure, words in (
        ("persons", "发放人数", Measure.PERSONS, "的人数，同一人只计一次"),
        ("amount", "发放金额", Measure.AMOUNT, "的入账金额合计"),
    ):
        yield Indicator(
            f"{tekun_hardship_allowance.id}-rural-{name}", f"农村{short}{title}", "line", measure,
            f"期内各月发放批次中，期末认定为农村户籍的人领到{short}（当月发放或补发）{words}；{without}。{_PLACE}。", of, known=told("rural"),
        )  # fmt: skip


def _bank() -> Iterator[Indicator]:
    where = "按记账日期统计，归发放县，县以下按当日户籍地统计"
    for name, title, measure, kind, words in (
        ("bank-paid", "银行代发到户金额", Measure.AMOUNT, "transit-paid", "银行回盘确认到户的金额合计，不分项目"),
        (
            "bank-paid-persons",
            "银行代发到户人数",
            Measure.PERSONS,
            "transit-paid",
            "银行回盘确认到户的人数，同一人只计一次",
        ),
        ("bank-paid-times", "银行代发到户笔数", Measure.PAYMENTS, "transit-paid", "银行回盘确认到户的笔数"),
        ("bank-failed", "银行代发失败金额", Measure.AMOUNT, "transit-payable", "银行回盘退回的金额合计，不分项目"),
        ("bank-failed-times", "银行代发失败笔数", Measure.PAYMENTS, "transit-payable", "银行回盘退回的笔数"),
        ("recoveries-returned", "已收回金额", Measure.AMOUNT, "returned-recoverable", "本人或家属退回的金额合计"),
        ("recoveries-set-off", "已抵扣金额", Measure.AMOUNT, "payable-recoverable", "从应发补贴中抵扣的金额合计"),
        ("recoveries-waived", "核销金额", Measure.AMOUNT, "waived-recoverable", "按决定核销的金额合计"),
    ):
        yield Indicator(name, title, "entry", measure, f"期内{words}，{where}。", f"kind = '{kind}'")


def _indicators() -> Iterator[Indicator]:
    yield from _holders()
    yield from _events()
    yield from insurance.indicators()
    yield from schooling.indicators()
    yield from working.indicators()
    yield from studies.indicators()
    yield from following.indicators()
    for scheme, name in _NAMES.items():
        yield from _payments(scheme, name, f"scheme = '{scheme}'")
    yield from _payments("subsidies", "两项补贴", _BOTH, several=True)
    yield from _payments("hardship-allowances", "困难补助金", f"scheme IN ({listed(_HARDSHIP)})", several=True)
    yield from _coverage()
    yield from _rural()
    yield from _bank()
    yield from handling.figures()
    yield from serving.figures()
    yield from casework_figures.figures()
    yield from place_figures.figures()
    yield from activities.figures()
    yield from elsewhere.figures()


def _ratios(indicators: Mapping[str, Indicator]) -> Iterator[Ratio]:
    for name, title, numerator, denominator in (
        ("nursing-subsidy-coverage", "重度残疾人护理补贴覆盖率", "nursing-subsidy-severe", "holders-severe"),
        ("living-allowance-coverage", "困难残疾人生活补贴覆盖率", "living-allowance-hardship", "holders-hardship"),
        ("subsidies-coverage", "享受两项补贴的残疾人占持证残疾人的比例", "subsidies-holders", "holders"),
        ("holders-severe-share", "重度残疾人占比", "holders-severe", "holders"),
        ("holders-children-share", "未成年残疾人占比", "holders-children", "holders"),
        ("holders-elderly-share", "60周岁及以上残疾人占比", "holders-elderly", "holders"),
        *insurance.RATIOS,
        *schooling.RATIOS,
        *working.RATIOS,
        *studies.RATIOS,
    ):
        over, under = indicators[numerator].name, indicators[denominator].name
        told = f"“{over}”除以“{under}”，以百分数表示；分母为0或不明时为不明。"
        yield Ratio(name, title, numerator, denominator, told)
    for name, title, numerator, denominator in (*studies.PARTS, *following.PARTS):
        over, under = indicators[numerator].name, indicators[denominator].name
        told = f"“{over}”除以“{under}”（前者是后者的一部分，不会超过100%），以百分数表示；分母为0或不明时为不明。"
        yield Ratio(name, title, numerator, denominator, told, stock=indicators[numerator].stock, part=True)
    yield from handling.ratios()
    yield from serving.ratios()
    yield from casework_figures.ratios()
    yield from place_figures.ratios()


_NAMES = {scheme.id: scheme.name for scheme in MONTHLY}
_BOTH = "scheme IN ('living-allowance', 'nursing-subsidy')"
_HARDSHIP = tuple(scheme.id for scheme in MONTHLY if "S038" in scheme.systems)
"""The allowances that a place sums up together as 困难补助金."""
_INDICATORS = {item.id: item for item in _indicators()}
CATALOG: tuple[Indicator | Ratio, ...] = (*_INDICATORS.values(), *_ratios(_INDICATORS))
"""The figures declared one by one; those made for every scheme stand in `schemes.py`."""
MADE: tuple[Indicator | Ratio, ...] = (
    *(
        item
        for scheme in SCHEMES
        for item in (*schemes.figures_of(scheme), *serving.figures_of(scheme), *relieved.figures_of(scheme))
    ),
    *aided.figures(),
)
"""The figures made for every scheme of the policy catalogue, for every project, for homes and help."""
_BY_ID = {item.id: item for item in (*CATALOG, *MADE)}


def shown_in(division: str, known_at: datetime) -> tuple[Indicator | Ratio, ...]:
    """Return the figures a place is shown: those declared one by one, and those of the schemes that concern it.

    Every other figure can still be asked for by its id; the catalogue has several hundred that would all be 0.
    """
    concerned = schemes.shown(division, known_at, dict.fromkeys(item.scheme for item in MADE)) | aided.shown(division)
    return (*CATALOG, *(item for item in MADE if item.scheme in concerned))


def indicator(indicator_id: str) -> Indicator | Ratio:
    """Return an indicator or ratio by id. Raises `UnknownIndicator`."""
    try:
        return _BY_ID[indicator_id]
    except KeyError as error:
        raise UnknownIndicator(f"没有指标 {indicator_id}：请用 zhucan indicators --list 查看可用的指标。") from error
