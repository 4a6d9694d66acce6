"""灵活就业社会保险补贴: a share of the social-insurance premiums that a self-employed or casual worker paid.

Where each rule of the fact base lives:

- EM-40 the share of premiums actually paid, for at most so many months in all, or up to retirement for those near it.
- EM-42 a place's premium subsidy for hard-up workers is this one with its own share. EM-72 premiums that another subsidy
  covered are taken off first.

Not modelled:

- EM-41 the employer's share: `employers`. EM-70 a start by half-years: the months declared are those claimed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from zhucan.policy.asking import LOCAL, standing
from zhucan.policy.employment.retirement import months_to_retirement
from zhucan.policy.employment.shared import before_retirement, no_post
from zhucan.policy.employment.sources import EMPLOYMENT_FUNDS_2017, LEVY_FUND
from zhucan.policy.expressions import Kind, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, CERTIFICATE, IDENTITY
from zhucan.policy.parameters import p
from zhucan.policy.python import compile_expressions, round_half_up
from zhucan.policy.reckoning import yuan_text
from zhucan.policy.schemes import (  # fmt: skip
    Cadence,
    Claim,
    ClaimError,
    Field,
    Group,
    LifeEvent,
    Material,
    Overlap,
    Reckoned,
    Relation,
    Scheme,
    exclude,
    offered,
    require,
)

_LAW = str(EMPLOYMENT_FUNDS_2017)
_MONTHS_A_YEAR = 12
INSURANCES = {"pension": "养老保险", "medical": "医疗保险", "unemployment": "失业保险"}
# At the first approval: before it no month was subsidised, so as many lie between as were.
_to_retirement_at_first = months_to_retirement(f.born, f.sex, f.woman_retires_at, f.judged_on) + f.flexible_months
_near_retirement = _to_retirement_at_first < p.flexible_near_retirement_years * _MONTHS_A_YEAR
_near = compile_expressions([_near_retirement], ("fact", "parameter"))


def _subsidy(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    """Return the share of what the person paid and nobody covered; refuses more months than are left."""
    working, borne = [], 0
    for item in items:
        covered = item["covered"] or 0
        if covered > item["paid"]:
            raise ClaimError(
                f"{INSURANCES[item['kind']]}：其他补贴 {yuan_text(covered)} 超过实缴 {yuan_text(item['paid'])}，请核对。"
            )
        borne += item["paid"] - covered
        less = f" − 其他补贴 {yuan_text(covered)}" if covered else ""
        working.append(f"{INSURANCES[item['kind']]}：实缴 {yuan_text(item['paid'])}{less}")
    months = facts.get("flexible_months_claimed")
    if months is None:
        raise ClaimError("还不知道申报几个月的保费：请补填，补贴的月数有上限。")
    left = params["flexible_max_months"] - facts["flexible_months"]
    if months > left and _near(facts, params)[0] is not True:
        raise ClaimError(f"申报 {months} 个月，还能补贴 {max(left, 0)} 个月：请只申报没有补贴过的月份。")
    amount = round_half_up(borne * params["flexible_share_of"], params["flexible_share_in"])
    working.append(
        f"{yuan_text(borne)} × {params['flexible_share_of']} ÷ {params['flexible_share_in']} = {yuan_text(amount)}"
    )
    return Reckoned(amount, tuple(working))


flexible_work_insurance = Scheme(
    id="flexible-work-insurance",
    name="灵活就业社会保险补贴",
    sources=(EMPLOYMENT_FUNDS_2017,),
    conditions=(
        offered(p.flexible_insurance_offered),
        *standing(_LAW),
        before_retirement(),
        require("有缴费凭证", f.premiums_receipted, source=_LAW, cause="conditions_ended"),
        exclude("按月领取养老金", f.draws_pension, source=_LAW, cause="conditions_ended"),
        require(
            "补贴未满规定月数，或首次享受时距退休不满规定年数",
            (f.flexible_months < p.flexible_max_months) | _near_retirement,
            source=_LAW,
            cause="other_benefit",
        ),
        no_post(),
    ),
    amount=unknown_of(Kind.MONEY),
    claim=Claim(
        "一种保险的缴费",
        (
            Field("kind", "险种", Kind.TEXT, choices=INSURANCES),
            Field("paid", "本人实际缴费", Kind.MONEY),
            Field("covered", "其他补贴已补的部分", Kind.MONEY, optional=True),
        ),
        _subsidy,
    ),
    overlaps=(Overlap(Relation.STACK, "同一保费只补一次，其他补贴没有补到的部分可以补", LOCAL),),
    cadence=Cadence.YEARLY,
    group=Group.EMPLOYMENT,
    unit="个月",
    quantity=f.flexible_months_claimed,
    systems=("S078", "S044"),
    summary="自谋职业、灵活就业的残疾人，自己缴的社会保险费按比例补贴。",
    events=(LifeEvent.STARTED_WORK, LifeEvent.STARTED_BUSINESS),
    materials=(IDENTITY, CERTIFICATE, Material("premium_receipts", "社会保险缴费凭证"), ACCOUNT),
    fund=f"就业补助资金、{LEVY_FUND}",
)
