"""临时救助: the federation's own relief, for need of any kind and for illness, and civil affairs' beside it.

Where each rule of the fact base lives:

- AS-30 `civil_affairs_relief`: up to a multiple of the dibao standard a person, more for an exceptional need.
- AS-31 `temporary_relief`: so many times a year, each up to a cap, all up to a cap of the year, beside civil affairs'.
  `illness_relief` (S034) shares count and cap of the year; its amount follows from the bills.

Not modelled:

- AS-30 small amounts decided by townships, emergency first and papers later: the flow of a case, not its amount.
- The fund's yearly budget: payments see what is left of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from zhucan.policy.asking import LOCAL, standing
from zhucan.policy.assistance.sources import ASSISTANCE_2014, DISABLED_RELIEF_2015, TEMPORARY_2014, TEMPORARY_2018
from zhucan.policy.expressions import RATE_DIGITS, ZERO, Kind, choose, greatest, least, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, BILLS, CERTIFICATE, HARDSHIP, IDENTITY, INSURANCE_SLIP
from zhucan.policy.parameters import p
from zhucan.policy.python import round_half_up
from zhucan.policy.reckoning import standards, yuan_text
from zhucan.policy.schemes import (
    Cadence,
    Claim,
    ClaimError,
    Condition,
    Field,
    LifeEvent,
    Material,
    Overlap,
    Reckoned,
    Relation,
    Scheme,
    offered,
    require,
)  # fmt: skip
from zhucan.policy.steps import PUBLIC

_left = greatest(p.relief_year_cap - f.relief_this_year, ZERO)
_STACK = Overlap(Relation.STACK, "可与民政临时救助先后享受", str(DISABLED_RELIEF_2015))


def _within_year() -> tuple[Condition, ...]:
    return (
        require(
            "今年残联临时救助未满规定次数", f.relief_times < p.relief_times_a_year, source=LOCAL, cause="other_benefit"
        ),
        require("今年临时救助还有余额", _left > ZERO, source=LOCAL, cause="other_benefit"),
    )


temporary_relief = Scheme(
    id="temporary-relief",
    name="残疾人临时救助（残联）",
    sources=(DISABLED_RELIEF_2015,),
    conditions=(
        offered(p.temporary_relief_offered),
        *standing(LOCAL),
        require("申请救助的金额大于零", f.relief_asked > ZERO, source=LOCAL, cause="conditions_ended"),
        *_within_year(),
    ),
    amount=least(f.relief_asked, p.relief_cap_each, _left),
    overlaps=(_STACK,),
    cadence=Cadence.EVENT,
    systems=("S051", "S034"),
    summary="突然遇到难处的残疾人，在民政救助之后还可以向残联申请临时救助，每年有次数和金额上限。",
    events=(LifeEvent.HARDSHIP, LifeEvent.ILLNESS, LifeEvent.LOST_JOB),
    materials=(IDENTITY, CERTIFICATE, Material("need_proof", "困难原因的证明（票据、火灾证明等）"), ACCOUNT),
    flow=PUBLIC,
    fund="残疾人就业保障金、残联专项",
)


def _bills(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    """Return a share of what the person bore of the bills, within what is left of the year."""
    standards(params, "illness_relief_share", "relief_cap_each", "relief_year_cap")
    working, borne = [], 0
    for number, item in enumerate(items, 1):
        own = item["charged"] - item["reimbursed"]
        if own < 0:
            raise ClaimError(f"第 {number} 张票据：已报销的比费用还多；请核对费用和各项报销的合计。")
        borne += own
        working.append(
            f"第 {number} 张：{yuan_text(item['charged'])} − 已报销 {yuan_text(item['reimbursed'])} = {yuan_text(own)}"
        )
    share = round_half_up(borne * params["illness_relief_share"], 10**RATE_DIGITS)
    left = max(params["relief_year_cap"] - facts["relief_this_year"], 0)
    amount = min(share, params["relief_cap_each"], left)
    working.append(
        f"自付 {yuan_text(borne)}，按比例 {yuan_text(share)}；每次上限 {yuan_text(params['relief_cap_each'])}，今年余额 {yuan_text(left)}"
    )
    return Reckoned(amount, tuple(working))


illness_relief = Scheme(
    id="illness-relief",
    name="残疾人大病临时救助（残联）",
    sources=(DISABLED_RELIEF_2015,),
    conditions=(
        offered(p.illness_relief_offered),
        *standing(LOCAL),
        require(
            "低保、低保边缘、特困或刚性支出困难家庭",
            f.hardship.isin("dibao", "dibian", "tekun") | f.rigid_household,
            source=LOCAL,
            cause="hardship_ended",
        ),
        *_within_year(),
    ),
    amount=unknown_of(Kind.MONEY),
    claim=Claim(
        "一张票据",
        (
            Field("illness", "病名", Kind.TEXT),
            Field("charged", "医疗费用", Kind.MONEY),
            Field("reimbursed", "医保、大病保险、医疗救助等已报销", Kind.MONEY),
        ),
        _bills,
    ),
    overlaps=(_STACK,),
    cadence=Cadence.EVENT,
    systems=("S034",),
    summary="困难残疾人生大病，医保和各项救助报销后自付仍重的，可以向残联申请一次补助。",
    events=(LifeEvent.ILLNESS,),
    materials=(IDENTITY, CERTIFICATE, HARDSHIP, BILLS, INSURANCE_SLIP, ACCOUNT),
    flow=PUBLIC,
    fund="残疾人就业保障金、残联专项",
)

civil_affairs_relief = Scheme(
    id="civil-affairs-relief",
    name="临时救助（民政）",
    sources=(ASSISTANCE_2014, TEMPORARY_2014, TEMPORARY_2018),
    conditions=(
        require("本人在世", f.alive, source=str(TEMPORARY_2014), cause="died"),
        require("申请救助的金额大于零", f.relief_asked > ZERO, source=str(TEMPORARY_2014), cause="conditions_ended"),
    ),
    amount=least(
        f.relief_asked,
        choose(
            (f.relief_special.unknown(), unknown_of(Kind.MONEY)),
            (f.relief_special, p.dibao_monthly * p.civil_relief_special_multiple),
            default=p.dibao_monthly * p.civil_relief_multiple,
        ),
    ),
    overlaps=(Overlap(Relation.STACK, "之后还可以向残联申请临时救助", str(DISABLED_RELIEF_2015)),),
    cadence=Cadence.EVENT,
    administered=False,
    systems=("S031", "S034"),
    summary="遇到急难的家庭先向民政申请临时救助；残联帮助申请。",
    events=(LifeEvent.HARDSHIP, LifeEvent.ILLNESS),
    materials=(IDENTITY,),
    fund="民政临时救助资金",
)
