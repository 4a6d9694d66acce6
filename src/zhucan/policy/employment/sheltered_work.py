"""辅助性就业补贴: meals and travel of people in sheltered work, by the days they came.

Where each rule of the fact base lives:

- EM-50 intellectual, mental or severe physical disability, of working age, not fit for open jobs for now.
- EM-51 the person's part: days of so many hours, up to so many a month, at a rate a day.

Not modelled:

- EM-51 money to institutions by the person-month and to start up: `facilities`. Pay by the piece: their income books.
- EM-50 the count for the levy: `employers` (LQ-10).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from zhucan.policy.asking import standing, working_age
from zhucan.policy.employment.shared import no_post
from zhucan.policy.employment.sources import LEVY_FUND, SHELTERED_2015
from zhucan.policy.expressions import RATE_DIGITS, Kind, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, CERTIFICATE
from zhucan.policy.materials import ATTENDANCE as ATTENDANCE_RECORD
from zhucan.policy.parameters import p
from zhucan.policy.reckoning import by_month, days_of, standards, yuan_text
from zhucan.policy.schemes import (  # fmt: skip
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

_LAW = str(SHELTERED_2015)
ATTENDANCE = (
    Field("month", "月份（填该月任一天）", Kind.DATE),
    Field("hours", "每天时数", Kind.RATE, hint="可带小数，如 3.5"),
    Field("days", "这样的天数", Kind.INT),
)
"""Attendance, the days of a month put together by how many hours each had."""


def days_that_count(rows: Sequence[Mapping[str, Any]], least_hours: int, days_in_month: int) -> int:
    """Return the days of at least so many hours. Raises `ClaimError` where there are more days than the month has."""
    if sum(row["days"] for row in rows) > days_in_month:
        raise ClaimError(f"出勤合计超过当月的 {days_in_month} 天：请核对考勤。")
    return sum(row["days"] for row in rows if row["hours"] >= least_hours * 10**RATE_DIGITS)


def _attended(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    """Return the days that count times the rate, month by month."""
    standards(params, "sheltered_day")
    working, total = [], 0
    for month, rows in by_month(items, what="考勤", once=False):
        counted = days_that_count(rows, params["sheltered_day_hours"], days_of(month))
        paid = min(counted, params["sheltered_month_days"])
        total += paid * params["sheltered_day"]
        capped = f"，按上限 {paid} 天" if paid < counted else ""
        working.append(
            f"{month.label}：满 {params['sheltered_day_hours']} 小时 {counted} 天{capped}，{yuan_text(paid * params['sheltered_day'])}"
        )
    return Reckoned(total, tuple(working))


sheltered_work = Scheme(
    id="sheltered-work",
    name="辅助性就业出勤补贴",
    sources=(SHELTERED_2015,),
    conditions=(
        offered(p.sheltered_work_offered),
        *standing(_LAW),
        require(
            "智力、精神或重度肢体残疾",
            (f.grade_intellectual >= 1) | (f.grade_mental >= 1) | f.grade_physical.isin(1, 2),
            source=_LAW,
            cause="grade_changed",
        ),
        require("在劳动年龄内", working_age, source=_LAW, cause="conditions_ended"),
        require("暂不能进入竞争性就业", f.unfit_for_open_jobs, source=_LAW, cause="conditions_ended"),
        no_post(),
    ),
    amount=unknown_of(Kind.MONEY),
    claim=Claim("一组出勤", ATTENDANCE, _attended),
    group=Group.EMPLOYMENT,
    systems=("S085", "S090"),
    summary="在庇护工场、残疾人之家等做手工活的残疾人，按出勤天数补贴伙食和交通。",
    events=(LifeEvent.LOST_JOB, LifeEvent.NEEDS_CARE),
    materials=(CERTIFICATE, Material("work_agreement", "劳动协议", valid_months=12), ATTENDANCE_RECORD, ACCOUNT),
    fund=LEVY_FUND,
)  # fmt: skip
