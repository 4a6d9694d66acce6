"""寄宿制托养: residential care, by the month and the days present, paid to the institution.

Where each rule of the fact base lives:

- CA-01 to CA-05 `shared.cared_for`. CA-20, CA-21 amounts by severity, or by hardship where a place has it so.
- CA-22 `_present`: entry day counts and leaving day not, days in hospital and at home count up to so many a month, and the
  part of a month is rounded once. CA-40 from the entry day; the month of the 60th birthday is the last.
- CA-10 the nursing subsidy stays (`subsidies/nursing_subsidy.py`, `institution_factor`).

Not modelled:

- CA-02 who comes first on a waiting list, CA-04 trial periods: agreements of people. CA-41 places found within 30 days
  when an institution loses its qualification, CA-30 to CA-32 stars, money to build and run: `facilities`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from zhucan.core.calendar import turns
from zhucan.core.months import Month
from zhucan.policy.asking import LOCAL, hard_up, severe
from zhucan.policy.care.shared import PAPERS, SOURCES, cared_for
from zhucan.policy.care.sources import CARE_FUND
from zhucan.policy.expressions import Kind, unknown_of
from zhucan.policy.materials import ATTENDANCE as ATTENDANCE_RECORD
from zhucan.policy.parameters import p
from zhucan.policy.python import compile_expressions, round_half_up
from zhucan.policy.reckoning import by_month, days_of, standards, yuan_text
from zhucan.policy.schemes import (  # fmt: skip
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
)

_LAST_AGE = 60  # 就业年龄段托养: up to the 60th birthday (CA-01, CA-40)
_standing = compile_expressions([severe, hard_up], ("fact", "parameter"))


def refuse_after_60(month: Month, facts: Mapping[str, Any]) -> None:
    """Refuse a month after that of the 60th birthday (CA-40). Raises `ClaimError`."""
    born: date | None = facts.get("born")
    if born is not None and month > Month.of(turns(born, _LAST_AGE)):
        raise ClaimError(f"{month.label}已过满六十周岁的月份：从次月起转养老服务，请去掉这个月。")


def _month_amount(facts: Mapping[str, Any], params: Mapping[str, Any]) -> int:
    is_severe, is_hard_up = _standing(facts, params)
    if params["residential_month_hard_up"] is not None:
        standards(params, "residential_month_not_hard_up")
        which, found = is_hard_up, ("residential_month_hard_up", "residential_month_not_hard_up")
    else:
        standards(params, "residential_month_severe", "residential_month_other")
        which, found = is_severe, ("residential_month_severe", "residential_month_other")
    if which is None:
        raise ClaimError("还不知道残疾等级或家庭困难类型：请先查明，再计算。")
    return int(params[found[0] if which else found[1]])


def _present(month: Month, item: Mapping[str, Any], params: Mapping[str, Any]) -> int:
    """Return the days that count as present in a month."""
    first, end = month.first, month.next.first
    entered, left = item["entered"] or first, item["left"] or end
    if not (first <= entered < end and first <= left <= end and entered <= left):
        raise ClaimError(f"{month.label}：入住 {entered} 和离开 {left} 不在当月或先后颠倒，请核对；整月在住的不填。")
    hospital, home = item["hospital_days"] or 0, item["home_days"] or 0
    stayed: int = (left - entered).days
    if hospital + home > stayed:
        raise ClaimError(f"{month.label}：住院 {hospital} 天、回家 {home} 天，合计超过在住的 {stayed} 天，请核对。")
    absent = max(hospital - params["care_hospital_days"], 0) + max(home - params["care_home_leave_days"], 0)
    return stayed - int(absent)


def _stays(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    """Return the month's amount by the days present, month by month."""
    amount = _month_amount(facts, params)
    working, total = [], 0
    for month, (item,) in by_month(items, what="在住情况", once=True):
        refuse_after_60(month, facts)
        present, days = _present(month, item, params), days_of(month)
        part = round_half_up(amount * present, days)
        working.append(f"{month.label}：{yuan_text(amount)} × {present} ÷ {days} = {yuan_text(part)}")
        total += part
    return Reckoned(total, tuple(working))


residential_care = Scheme(
    id="residential-care",
    name="残疾人寄宿制托养补贴",
    sources=SOURCES,
    conditions=(offered(p.residential_care_offered), *cared_for("residential", "寄宿制")),
    amount=unknown_of(Kind.MONEY),
    claim=Claim(
        "一个月的在住情况",
        (
            Field("month", "月份（填该月任一天）", Kind.DATE),
            Field("entered", "当月入住日", Kind.DATE, optional=True),
            Field("left", "当月离开日（当天不计）", Kind.DATE, optional=True),
            Field("hospital_days", "住院天数", Kind.INT, optional=True),
            Field("home_days", "回家天数", Kind.INT, optional=True),
        ),
        _stays,
    ),
    overlaps=(Overlap(Relation.STACK, "可与护理补贴同时享受", LOCAL),),
    gives=Gives.SERVICE,
    group=Group.CARE,
    unit="人·月",
    exclusive="care-form",
    systems=("S158", "S159", "S160"),
    summary="需要长期照护的智力、精神和重度肢体残疾人住进托养机构，按月、按在住天数补贴给机构。",
    events=(LifeEvent.NEEDS_CARE,),
    materials=(*PAPERS, ATTENDANCE_RECORD),
    fund=CARE_FUND,
)
