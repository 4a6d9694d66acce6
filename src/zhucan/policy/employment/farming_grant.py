"""种养殖扶持: a grant once a year by what was found growing or kept at inspection.

Where each rule of the fact base lives:

- EM-20 conditions; amounts by head, by the hundred and by mu, capped. EM-21 `farm_band_rule`: all heads at the rate of the
  band that their number falls in, or each band's heads at its own.

Not modelled:

- EM-20 least scales by species: the inspection says whether the place's is reached. EM-22 grants to bases: not a person's.
- Rabbits, bees and what else places name: a place's own row when one asks for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from zhucan.policy.asking import LOCAL, once_a_year, standing
from zhucan.policy.employment.shared import before_retirement
from zhucan.policy.employment.sources import LEVY_FUND, SELF_EMPLOYED_2018
from zhucan.policy.expressions import RATE_DIGITS, Kind, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, CERTIFICATE, IDENTITY
from zhucan.policy.parameters import p
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
    Reckoned,
    Scheme,
    offered,
    require,
)

_UNIT = 10**RATE_DIGITS
_POULTRY_LOT = 100
KINDS = {"large": "大牲畜（头）", "poultry": "家禽（只）", "pond": "水面养殖（亩）", "crop": "种植（亩）"}


def of_large_livestock(heads: int, params: Mapping[str, Any]) -> int:
    """Return the grant for so many heads in fen, before the cap, whole or marginal by the place's rule (EM-21)."""
    bands = (
        (params["farm_large_band_1_to"], params["farm_large_rate_1"]),
        (params["farm_large_band_2_to"], params["farm_large_rate_2"]),
        (heads, params["farm_large_rate_3"]),
    )
    if params["farm_band_rule"] == "whole":
        return next((heads * int(rate) for upto, rate in bands if heads <= upto), 0)
    total, below = 0, 0
    for upto, rate in bands:
        here = max(min(heads, upto) - below, 0)
        total, below = total + here * rate, max(below, upto)
    return total


def _grant(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    """Return the grant for everything found, up to the cap; heads must be whole numbers, and each kind comes once."""
    standards(
        params, "farm_large_rate_1", "farm_large_rate_2", "farm_large_rate_3", "farm_poultry_per_100", "farm_pond_per_mu",
        "farm_crop_per_mu", "farm_cap",
    )  # fmt: skip
    seen: set[str] = set()
    working, total = [], 0
    for item in items:
        kind, quantity = item["kind"], item["quantity"]
        if kind in seen:
            raise ClaimError(f"{KINDS[kind]}填了两次：请把同一种合成一条。")
        seen.add(kind)
        if kind in ("large", "poultry") and quantity % _UNIT:
            raise ClaimError(f"{KINDS[kind]}的数量 {plain(quantity)} 不是整数：请按核验的头数、只数填写。")
        match kind:
            case "large":
                part = of_large_livestock(quantity // _UNIT, params)
            case "poultry":
                part = quantity // _UNIT // _POULTRY_LOT * params["farm_poultry_per_100"]
            case _:
                rate = params["farm_pond_per_mu" if kind == "pond" else "farm_crop_per_mu"]
                part = round_half_up(quantity * rate, _UNIT)
        working.append(f"{KINDS[kind]} {plain(quantity)}：{yuan_text(part)}")
        total += part
    if total > params["farm_cap"]:
        working.append(f"合计 {yuan_text(total)}，上限 {yuan_text(params['farm_cap'])}")
    return Reckoned(min(total, params["farm_cap"]), tuple(working))


farming_grant = Scheme(
    id="farming-grant",
    name="残疾人种养殖扶持",
    sources=(SELF_EMPLOYED_2018,),
    conditions=(
        offered(p.farming_grant_offered),
        *standing(LOCAL),
        before_retirement(),
        require("有自有或租赁的场地", f.farm_land, source=LOCAL, cause="conditions_ended"),
        require("经现场核验达到当地最低规模", f.farm_inspected, source=LOCAL, cause="conditions_ended"),
        once_a_year(f.farming_times, "种养殖扶持", LOCAL),
    ),
    amount=unknown_of(Kind.MONEY),
    claim=Claim(
        "一种种养项目",
        (
            Field("kind", "种类", Kind.TEXT, choices=KINDS),
            Field("quantity", "核验的数量", Kind.RATE, hint="头、只写整数，亩可带小数；家禽每满一百只计一份"),
        ),
        _grant,
    ),
    cadence=Cadence.YEARLY,
    group=Group.EMPLOYMENT,
    systems=("S061", "S049"),
    summary="残疾人种地、养殖达到一定规模，每年按现场核验的数量给予扶持，有上限。",
    events=(LifeEvent.STARTED_BUSINESS, LifeEvent.HARDSHIP),
    materials=(
        IDENTITY,
        CERTIFICATE,
        Material("land_proof", "土地、水面承包或租赁证明", valid_months=12),
        Material("site_photo", "种养现场照片"),
        ACCOUNT,
    ),
    fund=LEVY_FUND,
)
