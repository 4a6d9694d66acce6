"""创业贷款贴息: interest on a loan for the person's own business, reckoned stretch by stretch of the balance.

Where each rule of the fact base lives:

- EM-10 `_interest`: Σ of the balance up to a cap × the rate up to a cap × days ÷ basis × share, within so many months of
  the payout, and never more than the interest paid (penalty interest left out by what is declared).
- EM-11 a stretch counts its first day and not its last; the sum is rounded once. EM-12 no second interest subsidy.

The rate cap is a place's own (`loan_rate_cap`), or the one-year LPR published for the contract's day. LPR rows ship with
the program; a contract from before the first of them needs the place's cap.

Not modelled:

- EM-12 "not two years running" of one province: no county served so far has it.
- Loans to bases (EM-22): their own, by persons employed.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from zhucan.core.calendar import add_months
from zhucan.policy.asking import LOCAL, standing
from zhucan.policy.employment.shared import before_retirement, no_post
from zhucan.policy.employment.sources import LEVY_FUND, SELF_EMPLOYED_2018
from zhucan.policy.expressions import RATE_DIGITS, Kind, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, CERTIFICATE, IDENTITY
from zhucan.policy.parameters import baseline, p, value_of
from zhucan.policy.python import round_half_up
from zhucan.policy.reckoning import plain, standards, yuan_text
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

_UNIT = 10**RATE_DIGITS


def lpr_on(day: date) -> int | None:
    """Return the one-year LPR in force on a day in ten-thousandths, None before the first that ships."""
    rows = [row for row in baseline() if row.parameter == "lpr_1y" and row.value is not None and row.valid_from <= day]
    return value_of("lpr_1y", max(rows, key=lambda row: row.valid_from).value) if rows else None


def _rate_cap(facts: Mapping[str, Any], params: Mapping[str, Any]) -> int:
    if params["loan_rate_cap"] is not None:
        return int(params["loan_rate_cap"])
    if facts.get("loan_contract_on") is None:
        raise ClaimError("还不知道借款合同日期：请补填，利率上限按合同日的一年期 LPR 计算。")
    found = lpr_on(facts["loan_contract_on"])
    if found is None:
        raise ClaimError("系统里没有合同签订日的一年期 LPR：请由当地录入贴息利率上限（loan_rate_cap），再计算。")
    return found


def _interest(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    """Return the subsidy of the stretches; refuses stretches that overlap or end before they begin."""
    standards(params, "loan_principal_cap", "loan_share")
    cap, until = _rate_cap(facts, params), None
    paid_out = facts.get("loan_disbursed_on")
    if paid_out is None:
        raise ClaimError("还不知道放款日期：请补填，贴息期从放款日起算。")
    limit = add_months(paid_out, params["loan_max_months"])
    working, total = [], 0
    for item in sorted(items, key=lambda one: one["start"]):
        start, stop = item["start"], item["end"]
        if stop <= start:
            raise ClaimError(f"{start} 起的一段，止日 {stop} 不在起日之后：请核对（止日不计息）。")
        if start < paid_out:
            raise ClaimError(f"{start} 起的一段早于放款日 {paid_out}：请核对起日。")
        if until is not None and start < until:
            raise ClaimError(f"{start} 起的一段和前一段重叠：请按还款日分段，前一段的止日是后一段的起日。")
        until = stop
        days = max((min(stop, limit) - start).days, 0)
        balance, rate = min(item["balance"], params["loan_principal_cap"]), min(item["rate"], cap)
        total += balance * rate * days
        working.append(
            f"{start} 至 {stop}（不含）：{yuan_text(balance)} × {plain(rate * 100)}% × {days} 天 ÷ {params['loan_day_basis']}"
        )
    amount = round_half_up(total * params["loan_share"], params["loan_day_basis"] * _UNIT * _UNIT)
    paid = facts.get("loan_interest_paid")
    if paid is not None and amount > paid:
        amount = paid
        working.append(f"不超过实际支付的利息 {yuan_text(paid)}")
    working.append(f"贴息比例 {plain(params['loan_share'] * 100)}%，合计 {yuan_text(amount)}")
    return Reckoned(amount, tuple(working))


loan_interest = Scheme(
    id="loan-interest",
    name="残疾人创业贷款贴息",
    sources=(SELF_EMPLOYED_2018,),
    conditions=(
        offered(p.loan_interest_offered),
        *standing(LOCAL),
        before_retirement(),
        require("贷款用于本人生产经营", f.loan_for_business, source=str(SELF_EMPLOYED_2018), cause="conditions_ended"),
        exclude(
            "同一贷款已享受其他贴息",
            f.loan_subsidised_elsewhere,
            source=LOCAL,
            cause="other_benefit",
            said="用同一贷款享受其他贴息",
        ),
        no_post(),
    ),
    amount=unknown_of(Kind.MONEY),
    claim=Claim(
        "一段贷款余额",
        (
            Field("start", "起日（放款日或还款日）", Kind.DATE),
            Field("end", "止日（下次还款日，当天不计息）", Kind.DATE),
            Field("balance", "这一段的贷款余额", Kind.MONEY),
            Field("rate", "实际年利率", Kind.RATE, hint="如 4.35% 写 0.0435"),
        ),
        _interest,
    ),
    overlaps=(Overlap(Relation.STACK, "可与创业一次性补助同时享受", LOCAL),),
    cadence=Cadence.YEARLY,
    group=Group.EMPLOYMENT,
    systems=("S060", "S058"),
    summary="残疾人贷款创业，按贷款余额、天数和规定的利率上限补贴利息，每年凭银行利息单申请一次。",
    events=(LifeEvent.STARTED_BUSINESS,),
    materials=(
        IDENTITY,
        CERTIFICATE,
        Material("loan_contract", "借款合同"),
        Material("interest_slips", "银行利息单、还款记录"),
        ACCOUNT,
    ),
    fund=LEVY_FUND,
)
