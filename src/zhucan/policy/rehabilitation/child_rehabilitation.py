"""残疾儿童康复救助: children's rehabilitation training. The meals beside it are `child_meals.py`.

Source: 国发〔2018〕20号. Amounts: parameters/rehabilitation.yaml.

Where each rule of the fact base lives:

- RH-01 to RH-03, RH-05 `shared.child_conditions`: age and the day it is told on, certificate or diagnosis, hukou or
  residence permit, hardship where the place keeps the means test.
- RH-04, RH-40 months before the approval (before one, the application) come to nothing unless `child_rehab_retroactive`.
- RH-08 the overlaps; a month comes once in a claim. RH-09, RH-42, RH-43 `_work`: own cost up to the month's cap, the sum up
  to the year's, less what the year has granted. RH-10 `insured` is taken off first.
- RH-06, RH-07, RH-44 the institution, its settlement and its false attendance: the service's provider (`delivery`).
- RH-41 an approval ends with its year; a death or a move fails a condition.
- `child_rehab_method` year_standard: places (Nanjing 2021) with a standard a year by kind and age instead of month caps.

Not modelled:

- RH-08 a kind of training once a year: the year's cap holds all training together, so a second kind needs no rule.
- Travel allowances of hardship families (Shaanxi): its month rule leaves exactly ten days open.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from zhucan.policy.expressions import Kind, unknown_of
from zhucan.policy.materials import (
    AGREEMENT,
    ASSESSMENT,
    ATTENDANCE,
    CERTIFICATE,
    DIAGNOSIS,
    GUARDIAN_ID,
    HARDSHIP,
    HUKOU,
)
from zhucan.policy.parameters import p
from zhucan.policy.reckoning import (
    Working,
    evaluated,
    month_text,
    only_once,
    share,
    standard,
    within_year,
    yuan_text,
)
from zhucan.policy.rehabilitation.shared import (
    CHILD_2018,
    FUND,
    PREVENTION_2017,
    child_age,
    child_conditions,
    month_part,
    young,
)
from zhucan.policy.schemes import (
    Cadence,
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
)
from zhucan.policy.steps import ASSESSED

_age, _young = evaluated(child_age), evaluated(young)
_POOR = ("dibao", "dibian", "tekun")


def _class_of(item: Mapping[str, Any], facts: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    """Return the class whose caps hold in the month of an item: the household as it stood on its first day (RH-42)."""
    small = _young(facts, params)
    if small is None:
        raise ClaimError("不知道孩子的年龄，不能确定月上限：请先核对出生日期。")
    if not small:
        return "older"
    said = item["hardship"]
    if said is None and facts["hardship"] is None:
        raise ClaimError("家庭困难情况不明，不能确定月上限：请先核对民政数据，或在明细里填写。")
    return "hardship" if said or (said is None and facts["hardship"] in _POOR) else "young"


def _kind_of(facts: Mapping[str, Any]) -> str:
    """Return the kind that a standard by the year goes by; more than one is multiple."""
    grades = {
        name for name in ("visual", "hearing", "speech", "physical", "intellectual", "mental") if facts[f"grade_{name}"]
    }
    said = {"mental": "autism", "speech": "hearing"}
    kinds = {said.get(name, name) for name in grades} or {said.get(facts["diagnosis"], facts["diagnosis"])}
    if kinds <= {None, "none"}:
        raise ClaimError("不知道孩子的残疾类别：请先登记残疾人证或诊断结论。")
    return kinds.pop() if len(kinds) == 1 else "multiple"


def _year_standard(facts: Mapping[str, Any], params: Mapping[str, Any]) -> tuple[int, str]:
    """Return the year's standard by kind and age, in fen: from seven on a share of it, less a step for each further year."""
    kind, age = _kind_of(facts), _age(facts, params)
    if age is None:
        raise ClaimError("不知道孩子的年龄，不能确定年度标准：请先核对出生日期。")
    whole: int = standard(params, f"child_rehab_year_{kind}")
    until = params["child_rehab_young_until"]
    if age < until:
        return whole, f"年度标准 {yuan_text(whole)}"
    older = share(whole, standard(params, "child_rehab_older_rate")) - standard(params, "child_rehab_older_step") * (
        age - until
    )
    return max(older, 0), f"{age} 岁的年度标准 {yuan_text(max(older, 0))}"


def _work(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    within_year((item["month"] for item in items), "训练月份", facts)
    only_once((month_text(item["month"]) for item in items), "{}填了两次：同一个月请合并成一项。")
    begins = facts["aid_from"] or facts["applied_on"]
    by_year, sum_up, classes = params["child_rehab_method"] == "year_standard", Working(), set()
    for item in sorted(items, key=lambda one: one["month"]):
        said, own = month_text(item["month"]), max(item["fee"] - (item["insured"] or 0), 0)
        early = begins is not None and item["month"].replace(day=1) < begins.replace(day=1)
        if early and not params["child_rehab_retroactive"]:
            sum_up.add(0, f"{said}：批准以前的训练，不补助")
        elif by_year:
            sum_up.add(own, f"{said}：自付 {yuan_text(own)}")
        else:
            kind = _class_of(item, facts, params)
            classes.add(kind)
            part, why = month_part(own, standard(params, f"child_rehab_month_cap_{kind}"), item["days"], params)
            sum_up.add(part, f"{said}：{why}，计 {yuan_text(part)}")
    if by_year:
        limit, line = _year_standard(facts, params)
        sum_up.lines.append(line)
    else:
        limit = max((standard(params, f"child_rehab_year_cap_{kind}") for kind in classes), default=0)
    sum_up.cap(limit, facts["child_rehabilitation_granted"], "年度上限")
    return sum_up.done()


_overlaps = (
    Overlap(Relation.STACK, "可与困难残疾人生活补贴、重度残疾人护理补贴同时享受", str(CHILD_2018)),
    Overlap(Relation.STACK, "基本医疗保险先付，余下的再由救助负担", str(PREVENTION_2017)),
)
_papers = (DIAGNOSIS, CERTIFICATE, HUKOU, GUARDIAN_ID, HARDSHIP, ASSESSMENT, AGREEMENT, ATTENDANCE)

child_rehabilitation = Scheme(
    id="child-rehabilitation",
    name="残疾儿童康复救助",
    sources=(CHILD_2018, PREVENTION_2017),
    conditions=child_conditions(p.child_rehab_offered),
    amount=unknown_of(Kind.MONEY),
    overlaps=_overlaps,
    cadence=Cadence.YEARLY,
    gives=Gives.SERVICE,
    group=Group.REHABILITATION,
    systems=("S120", "S122"),
    summary="孩子在定点机构做康复训练，每月训练费在上限以内由政府补助。",
    unit="月",
    claim=Claim(
        "训练月份",
        (
            Field("month", "训练月份", Kind.DATE, "填当月任意一天"),
            Field("fee", "当月训练费用", Kind.MONEY),
            Field("days", "出勤天数", Kind.INT),
            Field("insured", "其中医保已付", Kind.MONEY, optional=True),
            Field("hardship", "当月一日是困难家庭", Kind.BOOL, "不填则按民政数据", optional=True),
        ),
        _work,
    ),
    events=(LifeEvent.CHILD_DIAGNOSED, LifeEvent.NEW_CERTIFICATE, LifeEvent.MOVED_HERE),
    materials=_papers,
    flow=ASSESSED,
    fund=FUND,
)
