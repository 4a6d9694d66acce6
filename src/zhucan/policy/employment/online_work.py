"""居家网络就业补贴: a sum for each month in which somebody worked enough hours online at home.

EM-63 lives here: the least hours, whether that number itself counts (`online_hours_inclusive`: places write 20 小时以上 or
超过 20 小时), and the hourly pay below which the subsidy is due (`online_hourly_below`, where a place has one).

Not modelled:

- The platforms' own records: hours and income are declared with their printouts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from zhucan.policy.asking import LOCAL, standing
from zhucan.policy.employment.shared import before_retirement, no_post
from zhucan.policy.employment.sources import ACTION_2025, LEVY_FUND
from zhucan.policy.expressions import RATE_DIGITS, Kind, unknown_of
from zhucan.policy.materials import ACCOUNT, CERTIFICATE
from zhucan.policy.parameters import p
from zhucan.policy.reckoning import by_month, plain, standards, yuan_text
from zhucan.policy.schemes import Claim, Field, Group, LifeEvent, Material, Reckoned, Scheme, offered

_UNIT = 10**RATE_DIGITS


def _worked(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    """Return the monthly sum for each month with enough hours and little enough pay."""
    standards(params, "online_work_month")
    working, total = [], 0
    least, below = params["online_hours"] * _UNIT, params["online_hourly_below"]
    for month, (item,) in by_month(items, what="工作时数", once=True):
        hours = item["hours"]
        enough = hours >= least if params["online_hours_inclusive"] else hours > least
        # hourly pay < limit, without dividing: pay in fen × 10^4 < limit × hours in ten-thousandths
        poor = below is None or item["income"] * _UNIT < below * hours
        paid = params["online_work_month"] if enough and poor else 0
        why = "" if paid else "，时数不够" if not enough else "，每小时收入已达到标准"
        working.append(
            f"{month.label}：{plain(hours)} 小时，收入 {yuan_text(item['income'])}，补 {yuan_text(paid)}{why}"
        )
        total += paid
    return Reckoned(total, tuple(working))


online_home_work = Scheme(
    id="online-home-work",
    name="残疾人居家网络就业补贴",
    sources=(ACTION_2025,),
    conditions=(offered(p.online_work_offered), *standing(LOCAL), before_retirement(), no_post()),
    amount=unknown_of(Kind.MONEY),
    claim=Claim(
        "一个月的工作",
        (
            Field("month", "月份（填该月任一天）", Kind.DATE),
            Field("hours", "工作时数", Kind.RATE, hint="可带小数，如 20.5"),
            Field("income", "当月收入", Kind.MONEY),
        ),
        _worked,
    ),
    group=Group.EMPLOYMENT,
    systems=("S057", "S058"),
    summary="在家通过网络工作的残疾人，每月工作满规定时数的，按月补贴。",
    events=(LifeEvent.STARTED_WORK,),
    materials=(CERTIFICATE, Material("platform_record", "平台工作时数和收入记录", with_bill=True), ACCOUNT),
    fund=LEVY_FUND,
)
