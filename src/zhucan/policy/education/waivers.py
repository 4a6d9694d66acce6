"""两免一补和学费住宿费减免: what is not to be paid for schooling.

Source: 义务教育法, 残疾人保障法 art. 21 and the national base standards of the living aid; local methods for college.
Amounts: parameters/education.yaml.

- ED-10 tuition and textbooks are free for everybody in compulsory schooling, so the two exemptions need no decision; the living
  aid is by stage and boarding, by the year, and for one of two terms a share of it. The school pays it.
- ED-11 beside the federation's grants.
- Tuition and lodging of disabled college students: bills up to a cap each, at the place's share, once a school year.

Not modelled: state grants above compulsory schooling and student loans: applied for at the school, with no part of ours.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from zhucan.policy.asking import certified, here, poor
from zhucan.policy.education.shared import (
    COMPULSORY,
    EDUCATION_2017,
    FUND,
    LOCAL,
    PROTECTION,
    once_a_school_year,
    studying,
)
from zhucan.policy.expressions import ZERO, Expr, Kind, choose, round_fen, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, BILLS, CERTIFICATE, HARDSHIP, SCHOOL_PROOF
from zhucan.policy.parameters import p
from zhucan.policy.reckoning import Working, only_once, percent, share, standard, yuan_text
from zhucan.policy.schemes import (
    Cadence,
    Claim,
    Field,
    Gives,
    Group,
    LifeEvent,
    Overlap,
    Reckoned,
    Relation,
    Scheme,
    exclude,
    offered,
    require,
)

_LAW = str(COMPULSORY)


def _boarding(boarder: Expr, day: Expr) -> Expr:
    return choose((f.boards, boarder), (f.boards.known(), day), default=unknown_of(Kind.MONEY))


_year = choose(
    (f.school_stage == "primary", _boarding(p.living_aid_primary_boarding, p.living_aid_primary_day)),
    (f.school_stage == "junior", _boarding(p.living_aid_junior_boarding, p.living_aid_junior_day)),
    (f.school_stage.unknown(), unknown_of(Kind.MONEY)),
    default=ZERO,
)

compulsory_living_aid = Scheme(
    id="compulsory-living-aid",
    name="义务教育困难学生生活补助（两免一补）",
    sources=(COMPULSORY, PROTECTION, EDUCATION_2017),
    conditions=(
        require("本人在世", f.alive, source=_LAW, cause="died"),
        require("就读小学或初中", f.school_stage.isin("primary", "junior"), source=_LAW, cause="not_eligible"),
        require(
            "家庭经济困难，或当地把残疾学生列为补助对象",
            poor | (p.living_aid_covers_disabled & f.certificate_valid),
            source=_LAW,
            cause="hardship_ended",
        ),
        exclude(
            "休学超过一学期、退学或开除", f.suspended, source=_LAW, cause="not_eligible", said="休学、退学或被开除"
        ),
        require("符合条件的学期为一个或两个", f.terms.isin(1, 2), source=_LAW, cause="not_eligible"),
        once_a_school_year(f.living_aid_last),
    ),
    amount=choose(
        (f.terms == 1, round_fen(_year * p.living_aid_term_share)),
        (f.terms == 2, _year),
        default=unknown_of(Kind.MONEY),
    ),
    overlaps=(Overlap(Relation.STACK, "可与扶残助学金同时享受", LOCAL),),
    cadence=Cadence.YEARLY,
    gives=Gives.RELIEF,
    group=Group.EDUCATION,
    systems=("S102",),
    summary="义务教育不收学费和课本费；困难家庭的学生再由学校发生活补助。",
    events=(LifeEvent.STARTED_SCHOOL, LifeEvent.HARDSHIP),
    materials=(SCHOOL_PROOF, HARDSHIP),
    fund="教育经费（学校发放）",
)

_BILLS = {"tuition": "学费", "lodging": "住宿费"}


def _waive(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    only_once((_BILLS[item["kind"]] for item in items), "{}填了两次：每种费用一项，请合并。")
    rate, sum_up = standard(params, "tuition_waiver_rate"), Working()
    for item in items:
        most = standard(params, f"tuition_waiver_{item['kind']}_cap")
        due = max(item["due"] - (item["relieved"] or 0), 0)
        part = min(share(due, rate), most)
        sum_up.add(
            part,
            f"{_BILLS[item['kind']]}：应缴 {yuan_text(due)}，减免 {percent(rate)}，最多 {yuan_text(most)}，计 {yuan_text(part)}",
        )
    return sum_up.done()


tuition_lodging_waiver = Scheme(
    id="tuition-lodging-waiver",
    name="残疾大学生学费和住宿费减免",
    sources=(PROTECTION,),
    conditions=(
        offered(p.tuition_waiver_offered),
        *here(LOCAL),
        certified(LOCAL),
        require(
            "就读大专、本科或研究生",
            f.school_stage.isin("college", "bachelor", "master"),
            source=LOCAL,
            cause="not_eligible",
        ),
        *studying(),
        once_a_school_year(f.tuition_waiver_last),
    ),
    amount=unknown_of(Kind.MONEY),
    overlaps=(Overlap(Relation.STACK, "可与扶残助学金、国家奖助学金同时享受", LOCAL),),
    cadence=Cadence.YEARLY,
    gives=Gives.RELIEF,
    group=Group.EDUCATION,
    systems=("S100",),
    summary="残疾大学生的学费和住宿费，每学年按比例减免，各有上限。",
    claim=Claim(
        "费用",
        (
            Field("kind", "费用种类", Kind.TEXT, choices=_BILLS),
            Field("due", "学校应收金额", Kind.MONEY),
            Field("relieved", "学校或其他部门已减免", Kind.MONEY, optional=True),
        ),
        _waive,
    ),
    events=(LifeEvent.STARTED_SCHOOL,),
    materials=(CERTIFICATE, SCHOOL_PROOF, BILLS, ACCOUNT),
    fund=FUND,
)
SCHEMES = (compulsory_living_aid, tuition_lodging_waiver)
