"""残疾儿童康复伙食补助: so much a day of attendance, up to days a month and months a year (Nanjing 2021).

Source: local methods beside 国发〔2018〕20号. Amounts: parameters/rehabilitation.yaml, all set by the place. Who may have it is
who may have the training (RH-01 to RH-05, `shared.child_conditions`).

Not modelled: that a day of meals was a day of training: the attendance sheet shows both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from zhucan.policy.expressions import Kind, unknown_of
from zhucan.policy.materials import ATTENDANCE
from zhucan.policy.parameters import p
from zhucan.policy.reckoning import Working, month_text, only_once, standard, within_year, yuan_text
from zhucan.policy.rehabilitation.shared import CHILD_2018, FUND, child_conditions
from zhucan.policy.schemes import Cadence, Claim, Field, Group, LifeEvent, Overlap, Reckoned, Relation, Scheme


def _meals(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    within_year((item["month"] for item in items), "训练月份", facts)
    only_once((month_text(item["month"]) for item in items), "{}填了两次：同一个月请合并成一项。")
    daily, most = standard(params, "child_meal_daily"), standard(params, "child_meal_month_days")
    months, sum_up = standard(params, "child_meal_year_months"), Working()
    for place, item in enumerate(sorted(items, key=lambda one: one["month"])):
        said, days = month_text(item["month"]), min(item["days"], most)
        if place >= months:
            sum_up.add(0, f"{said}：一年最多补 {months} 个月，不再补助")
        else:
            sum_up.add(daily * days, f"{said}：{days} 天，每天 {yuan_text(daily)}，计 {yuan_text(daily * days)}")
    sum_up.cap(daily * most * months, facts["child_meals_granted"], "年度上限")
    return sum_up.done()


child_meals = Scheme(
    id="child-rehabilitation-meals",
    name="残疾儿童康复伙食补助",
    sources=(CHILD_2018,),
    conditions=child_conditions(p.child_meals_offered),
    amount=unknown_of(Kind.MONEY),
    overlaps=(Overlap(Relation.STACK, "可与残疾儿童康复救助同时享受", "当地规定"),),
    cadence=Cadence.YEARLY,
    group=Group.REHABILITATION,
    systems=("S122",),
    summary="孩子在机构训练期间，按出勤天数补助伙食。",
    claim=Claim(
        "训练月份",
        (Field("month", "训练月份", Kind.DATE, "填当月任意一天"), Field("days", "在机构用餐的天数", Kind.INT)),
        _meals,
    ),
    events=(LifeEvent.CHILD_DIAGNOSED,),
    materials=(ATTENDANCE,),
    fund=FUND,
)
