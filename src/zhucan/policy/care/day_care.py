"""日间照料 and 居家托养: care by day, by attendance, and care at home, by the month to the person.

Where each rule of the fact base lives:

- CA-01 to CA-05 `shared.cared_for`. CA-13 nobody in a public-benefit post. CA-20, CA-21 amounts.
- CA-23 `_attended`: so many days of so many hours make a full month, fewer are paid by the day.
- CA-40 home care from the month after approval: its agreement is a finding dated by the approval, and a month is judged by
  what held on the eve of its first day; the month of the 60th birthday is the last.
- CA-11 home care beside the nursing subsidy.

Not modelled:

- CA-11 a place where home care and the nursing subsidy exclude each other: none served so far. CA-12 the passing on to
  care for the elderly at 60: another department's award.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from zhucan.policy.asking import LOCAL
from zhucan.policy.care.residential import refuse_after_60
from zhucan.policy.care.shared import PAPERS, SOURCES, cared_for
from zhucan.policy.care.sources import CARE_FUND
from zhucan.policy.employment.shared import no_post
from zhucan.policy.employment.sheltered_work import ATTENDANCE, days_that_count
from zhucan.policy.expressions import Kind, unknown_of
from zhucan.policy.materials import ACCOUNT
from zhucan.policy.materials import ATTENDANCE as ATTENDANCE_RECORD
from zhucan.policy.parameters import p
from zhucan.policy.reckoning import by_month, days_of, standards, yuan_text
from zhucan.policy.schemes import Claim, Gives, Group, LifeEvent, Overlap, Reckoned, Relation, Scheme, offered


def _attended(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    """Return a full month's amount for enough days, else the daily rate, month by month."""
    standards(params, "day_care_month", "day_care_day")
    working, total = [], 0
    for month, rows in by_month(items, what="考勤", once=False):
        refuse_after_60(month, facts)
        counted = days_that_count(rows, params["day_care_day_hours"], days_of(month))
        full = counted >= params["day_care_full_days"]
        part = params["day_care_month"] if full else counted * params["day_care_day"]
        working.append(
            f"{month.label}：满 {params['day_care_day_hours']} 小时 {counted} 天，{'按整月' if full else '按天'} {yuan_text(part)}"
        )
        total += part
    return Reckoned(total, tuple(working))


day_care = Scheme(
    id="day-care",
    name="残疾人日间照料补贴",
    sources=SOURCES,
    conditions=(offered(p.day_care_offered), *cared_for("day", "日间照料"), no_post()),
    amount=unknown_of(Kind.MONEY),
    claim=Claim("一组出勤", ATTENDANCE, _attended),
    overlaps=(Overlap(Relation.STACK, "可与护理补贴同时享受", LOCAL),),
    gives=Gives.SERVICE,
    group=Group.CARE,
    unit="人·月",
    exclusive="care-form",
    systems=("S159", "S160"),
    summary="白天到残疾人之家等机构接受照料的，按出勤天数补贴。",
    events=(LifeEvent.NEEDS_CARE,),
    materials=(*PAPERS, ATTENDANCE_RECORD),
    fund=CARE_FUND,
)

home_care = Scheme(
    id="home-care",
    name="残疾人居家托养补贴",
    sources=SOURCES,
    conditions=(offered(p.home_care_offered), *cared_for("home", "居家托养")),
    amount=p.home_care_month,
    overlaps=(Overlap(Relation.STACK, "可与护理补贴同时享受", LOCAL),),
    group=Group.CARE,
    exclusive="care-form",
    systems=("S159", "S160"),
    summary="在家里接受照护的智力、精神和重度肢体残疾人，每月发一份居家托养补贴。",
    events=(LifeEvent.NEEDS_CARE,),
    materials=(*PAPERS, ACCOUNT),
    fund=CARE_FUND,
)
