"""居家照护服务券, and 阳光家园: hours of help at home by voucher, and the yearly sum of the national project.

Where each rule of the fact base lives:

- CA-24 `settle`: so many hours a month, unused ones carried over for some months and then lapsed, the oldest used first.
- CA-20 `sunshine_home`: a person and year, by form of care; the national sums are the least that a place may pay.

Not modelled:

- CA-24 records of one worker that overlap in time: refused where services are recorded (`delivery`).
- Vouchers of elder care (CA-12): civil affairs'.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhucan.core.months import Month
from zhucan.policy.asking import LOCAL, PROTECTION_LAW, once_a_year, severe, standing
from zhucan.policy.care.shared import ASSESSMENT, kinds
from zhucan.policy.care.sources import CARE_FUND, SUNSHINE_2012
from zhucan.policy.expressions import RATE_DIGITS, Kind, choose, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import CERTIFICATE, IDENTITY
from zhucan.policy.parameters import p
from zhucan.policy.python import round_half_up
from zhucan.policy.reckoning import by_month, plain, standards, yuan_text
from zhucan.policy.schemes import (  # fmt: skip
    Cadence,
    Claim,
    ClaimError,
    Field,
    Gives,
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


@dataclass(frozen=True)
class VoucherMonth:
    """What became of the vouchers in one month, in ten-thousandths of an hour, and the amount in fen."""

    month: Month
    used: int
    lapsed: int
    carried: int
    amount_fen: int


def settle(used: Mapping[Month, int], params: Mapping[str, Any]) -> list[VoucherMonth]:
    """Return each month from the first to the last with its hours used, lapsed and carried. Raises `ClaimError`."""
    if not used:
        return []
    rows: list[VoucherMonth] = []
    lots: list[tuple[Month, int]] = []  # the month they were issued for, and the hours left
    month = min(used)
    while month <= max(used):
        lots.append((month, params["voucher_hours_month"] * _UNIT))
        wanted, left = used.get(month, 0), []
        available = sum(hours for _, hours in lots)
        if wanted > available:
            raise ClaimError(
                f"{month.label}用了 {plain(wanted)} 小时，只有 {plain(available)} 小时可用：请核对服务记录。"
            )
        for issued, hours in lots:
            taken = min(hours, wanted)
            wanted -= taken
            left.append((issued, hours - taken))
        lots = [
            (issued, hours)
            for issued, hours in left
            if hours and month.index - issued.index < params["voucher_carry_months"]
        ]
        carried = sum(hours for _, hours in lots)
        spent = used.get(month, 0)
        rows.append(
            VoucherMonth(
                month, spent, available - spent - carried, carried, round_half_up(spent * params["voucher_hour"], _UNIT)
            )
        )
        month = month.next
    return rows


def _vouchers(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    """Return the hours used times the price; hours not used are told as carried over or lapsed."""
    standards(params, "voucher_hour", "voucher_hours_month")
    used = {month: rows[0]["hours"] for month, rows in by_month(items, what="服务时数", once=True)}
    rows = settle(used, params)
    working = tuple(
        f"{row.month.label}：用 {plain(row.used)} 小时，{yuan_text(row.amount_fen)}；结转 {plain(row.carried)} 小时，作废 {plain(row.lapsed)} 小时"
        for row in rows
    )
    return Reckoned(sum(row.amount_fen for row in rows), working)


home_care_voucher = Scheme(
    id="home-care-voucher",
    name="居家照护服务券",
    sources=(PROTECTION_LAW,),
    conditions=(
        offered(p.voucher_offered),
        *standing(LOCAL),
        require("残疾等级为一级或二级，或智力、精神残疾", severe | kinds, source=LOCAL, cause="grade_changed"),
        require("经评估需要他人照护", f.needs_care, source=LOCAL, cause="conditions_ended"),
        exclude("在寄宿托养", f.in_residential_care, source=LOCAL, cause="other_benefit", said="在机构寄宿托养"),
        exclude("领取养老服务补贴", f.gets_elder_service, source=LOCAL, cause="other_benefit"),
    ),
    amount=unknown_of(Kind.MONEY),
    claim=Claim(
        "一个月的服务",
        (
            Field("month", "月份（填该月任一天）", Kind.DATE),
            Field("hours", "用掉的时数", Kind.RATE, hint="可带小数，如 1.5"),
        ),
        _vouchers,
    ),
    gives=Gives.SERVICE,
    group=Group.CARE,
    unit="小时",
    systems=("S162",),
    summary="需要照护的残疾人每月领一定时数的服务券，请人上门照护；用不完的可以结转。",
    events=(LifeEvent.NEEDS_CARE, LifeEvent.TURNED_60),
    materials=(
        IDENTITY,
        CERTIFICATE,
        ASSESSMENT,
        Material("service_record", "服务记录（起止时间、签字）", with_bill=True),
    ),
    fund=CARE_FUND,
)

sunshine_home = Scheme(
    id="sunshine-home",
    name="阳光家园托养资助",
    sources=(SUNSHINE_2012,),
    conditions=(
        offered(p.sunshine_home_offered),
        *standing(str(SUNSHINE_2012)),
        require("残疾等级为一级或二级，或智力、精神残疾", severe | kinds, source=str(SUNSHINE_2012), cause="grade_changed"),
        require("有寄宿、日间或居家的托养协议", f.care_form.isin("residential", "day", "home"), source=str(SUNSHINE_2012), cause="conditions_ended"),
        exclude("在享其他托养补贴", f.draws_care, source=LOCAL, cause="other_benefit", said="享受其他托养补贴"),
        once_a_year(f.sunshine_times, "阳光家园资助", LOCAL),
    ),
    amount=choose((f.care_form == "residential", p.sunshine_home_residential), default=p.sunshine_home_other),
    overlaps=(Overlap(Relation.STACK, "可与护理补贴同时享受", LOCAL),),
    cadence=Cadence.YEARLY,
    group=Group.CARE,
    exclusive="care-form",
    systems=("S161",),
    summary="国家阳光家园计划对智力、精神和重度残疾人托养的按年资助。",
    events=(LifeEvent.NEEDS_CARE,),
    materials=(IDENTITY, CERTIFICATE, ASSESSMENT),
    fund="阳光家园计划资金",
)  # fmt: skip
