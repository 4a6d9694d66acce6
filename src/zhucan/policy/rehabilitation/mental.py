"""精神残疾人服药补助和住院补贴: medication and inpatient care of persons with mental disability.

Source: 精神卫生法; RH-30, RH-31. Amounts: parameters/rehabilitation.yaml. The federation bears a share of what is left to
pay after insurance, critical-illness insurance and medical assistance: bills state that rest. RH-30 months of medication up
to a yearly cap; RH-31 stays, each up to a cap, together up to the year's. Families count as in hardship by their
standing, or by income up to a multiple of dibao where the place sets one (Fenghua 2008).

Not modelled:

- The year of a stay: it counts in the year in which it is granted, so that one discharged in December is not lost.
- RH-32 the reward of guardians of risk-graded patients: another department pays it beside ours.
- Admissions under other diagnoses: the discharge paper is looked at by the clerk.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from zhucan.policy.asking import grade_within, here, poor
from zhucan.policy.expressions import Kind, choose, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, BILLS, DISCHARGE, HARDSHIP, INSURANCE_SLIP, PRESCRIPTION
from zhucan.policy.parameters import p
from zhucan.policy.reckoning import (
    Working,
    month_text,
    only_once,
    percent,
    share,
    standard,
    within_year,
    yuan_text,
)
from zhucan.policy.rehabilitation.shared import FUND, MENTAL_HEALTH
from zhucan.policy.schemes import (
    Cadence,
    Claim,
    ClaimError,
    Field,
    Gives,
    Group,
    LifeEvent,
    Overlap,
    Reckoned,
    Relation,
    Scheme,
    offered,
    require,
)

_LAW = str(MENTAL_HEALTH)
_within_income = choose(
    (poor, True),
    (f.income_per_head.known(), f.income_per_head <= p.dibao_monthly * p.mental_income_multiple),
    (f.hardship.known(), False),
    default=unknown_of(Kind.BOOL),
)
_hardship = require(
    "低保、低保边缘、特困或收入在标准以内的困难家庭，或当地不限家庭收入",
    choose((p.mental_means_tested, _within_income), default=True),
    source="当地规定",
    cause="hardship_ended",
)
_certified = f.certificate_valid & grade_within(("mental",))


def _medicine(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    within_year((item["month"] for item in items), "领药月份", facts)
    only_once((month_text(item["month"]) for item in items), "{}填了两次：同一个月请合并成一项。")
    rate, limit = standard(params, "medication_ratio"), standard(params, "medication_year_cap")
    spent, sum_up = facts["medication_granted"], Working()
    if spent is None:
        raise ClaimError("本年度已批准的服药补助不明，不能核对年度上限：请先查清以前的批准记录。")
    for item in sorted(items, key=lambda one: one["month"]):
        part = min(share(item["cost"], rate), max(limit - spent - sum_up.total, 0))
        sum_up.add(
            part,
            f"{month_text(item['month'])}：药费 {yuan_text(item['cost'])}，补 {percent(rate)}，年度上限内计 {yuan_text(part)}",
        )
    return sum_up.done()


mental_medication = Scheme(
    id="mental-medication",
    name="精神残疾人服药补助",
    sources=(MENTAL_HEALTH,),
    conditions=(
        offered(p.medication_offered),
        *here(_LAW),
        require(
            "有精神残疾证，或列入严重精神障碍患者服务名单",
            _certified | f.severe_mental_list,
            source="当地规定",
            cause="not_eligible",
        ),
        _hardship,
    ),
    amount=unknown_of(Kind.MONEY),
    overlaps=(Overlap(Relation.STACK, "同一药费不再申请门诊补助", "当地规定"),),
    cadence=Cadence.YEARLY,
    gives=Gives.SERVICE,
    group=Group.REHABILITATION,
    systems=("S125",),
    summary="精神残疾人按月领取基本治疗药品，一年在上限以内由政府负担。",
    unit="月",
    claim=Claim(
        "领药月份",
        (
            Field("month", "领药月份", Kind.DATE, "填当月任意一天"),
            Field("cost", "医保等报销后的自付药费", Kind.MONEY),
        ),
        _medicine,
    ),
    events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.ILLNESS),
    materials=(PRESCRIPTION, HARDSHIP),
    fund=FUND,
)


def _stays(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    for item in items:
        if item["discharged"] < item["admitted"]:
            raise ClaimError(f"出院日期 {item['discharged']} 早于入院日期 {item['admitted']}：请核对。")
        if item["cost"] is not None and item["own"] > item["cost"]:
            raise ClaimError(f"自付 {yuan_text(item['own'])} 多于总费用 {yuan_text(item['cost'])}：请核对。")
    ordered = sorted(items, key=lambda one: one["admitted"])
    for first, second in pairwise(ordered):
        if second["admitted"] < first["discharged"]:
            raise ClaimError(f"{second['admitted']} 入院时上一次住院还没有出院：同一次住院不能填两次，请核对。")
    rate, most = standard(params, "inpatient_ratio"), standard(params, "inpatient_stay_cap")
    sum_up = Working()
    for item in ordered:
        part = min(share(item["own"], rate), most)
        sum_up.add(
            part,
            f"{item['admitted']} 至 {item['discharged']}：自付 {yuan_text(item['own'])}，补 {percent(rate)}，"
            f"每次最多 {yuan_text(most)}，计 {yuan_text(part)}",
        )
    sum_up.cap(standard(params, "inpatient_year_cap"), facts["inpatient_granted"], "年度上限")
    return sum_up.done()


mental_inpatient = Scheme(
    id="mental-inpatient-subsidy",
    name="精神残疾人住院补贴",
    sources=(MENTAL_HEALTH,),
    conditions=(
        offered(p.inpatient_offered),
        *here(_LAW),
        require("有精神残疾证", _certified, source="当地规定", cause="not_eligible"),
        _hardship,
    ),
    amount=unknown_of(Kind.MONEY),
    overlaps=(Overlap(Relation.STACK, "先由医保、大病保险、医疗救助支付，余下的再补贴", "当地规定"),),
    cadence=Cadence.EVENT,
    group=Group.REHABILITATION,
    systems=("S126",),
    summary="精神残疾人住院，医保等报销后自己付的部分按比例补贴。",
    unit="次",
    claim=Claim(
        "住院",
        (
            Field("admitted", "入院日期", Kind.DATE),
            Field("discharged", "出院日期", Kind.DATE),
            Field("own", "政策范围内自付费用", Kind.MONEY, "医保、大病保险、医疗救助之后"),
            Field("institution", "医院", Kind.TEXT, "填全称", optional=True),
            Field("cost", "住院总费用", Kind.MONEY, optional=True),
        ),
        _stays,
    ),
    events=(LifeEvent.ILLNESS,),
    materials=(DISCHARGE, BILLS, INSURANCE_SLIP, HARDSHIP, ACCOUNT),
    fund=FUND,
)
SCHEMES = (mental_medication, mental_inpatient)
