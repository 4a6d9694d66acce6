"""盲童入学扶助和送教上门: help to get into school, and lessons at home for those who cannot go.

Source: 残疾人教育条例 arts. 17 to 21. Amounts and visits: parameters/education.yaml, set by the place.

- ED-01 lessons at home are the last of the four ways and keep the school's registration; ED-05 the visits are the place's.

Not modelled: the expert committee's assessment (ED-03) is the school side's; its outcome is the placement.
"""

from zhucan.policy.asking import certified, here
from zhucan.policy.education.shared import EDUCATION_2017, FUND, LOCAL
from zhucan.policy.expressions import ZERO
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, ASSESSMENT, CERTIFICATE, SCHOOL_PROOF
from zhucan.policy.parameters import p
from zhucan.policy.schemes import Cadence, Gives, Group, LifeEvent, Overlap, Relation, Scheme, offered, require

_LAW = str(EDUCATION_2017)

blind_child_entry = Scheme(
    id="blind-child-entry",
    name="盲童入学扶助",
    sources=(EDUCATION_2017,),
    conditions=(
        offered(p.blind_entry_offered),
        *here(LOCAL),
        certified(LOCAL),
        require("视力残疾一级或二级", f.grade_visual.isin(1, 2), source=LOCAL, cause="grade_changed"),
        require("就读小学或初中", f.school_stage.isin("primary", "junior"), source=_LAW, cause="not_eligible"),
        require("还没有领过盲童入学扶助", ~f.blind_entry_granted, source=LOCAL, cause="other_benefit"),
    ),
    amount=p.blind_entry_once,
    overlaps=(Overlap(Relation.STACK, "可与扶残助学金同时享受", LOCAL),),
    cadence=Cadence.ONCE,
    group=Group.EDUCATION,
    systems=("S106",),
    summary="盲童入学时给一次扶助，帮助置办学习用具。",
    events=(LifeEvent.STARTED_SCHOOL,),
    materials=(CERTIFICATE, SCHOOL_PROOF, ACCOUNT),
    fund=FUND,
)

home_teaching = Scheme(
    id="home-teaching",
    name="送教上门",
    sources=(EDUCATION_2017,),
    conditions=(
        offered(p.home_teaching_offered),
        *here(LOCAL),
        certified(_LAW),
        require("处在义务教育阶段", f.school_stage.isin("primary", "junior"), source=_LAW, cause="not_eligible"),
        require("经评估不能到校，安排送教上门", f.placement == "home", source=_LAW, cause="not_eligible"),
    ),
    amount=ZERO,  # teachers are paid by the school
    overlaps=(Overlap(Relation.STACK, "保留学籍，可同时享受扶残助学金和两免一补", _LAW),),
    cadence=Cadence.YEARLY,
    gives=Gives.SERVICE,
    group=Group.EDUCATION,
    systems=("S111",),
    summary="不能到校的残疾孩子，老师上门教，学籍保留。",
    unit="次",
    quantity=p.home_teaching_visits,
    events=(LifeEvent.STARTED_SCHOOL, LifeEvent.CHILD_DIAGNOSED),
    materials=(CERTIFICATE, ASSESSMENT),
    fund="教育经费",
)
SCHEMES = (blind_child_entry, home_teaching)
