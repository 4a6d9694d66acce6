"""农村危房改造, and the priority of disabled households in public housing.

Where each rule of the fact base lives:

- HO-01 `_groups`. HO-02 the appraisal (C repair, D rebuild) and the only house. HO-03 `_cap` by grade and group; the grant
  is what the works cost, up to it. HO-04 the WORKS flow, S115's order of found, rebuilt, paid, safe.
- HO-05 the protection period, and no second programme for the same house. HO-06 `home_adaptation.py` beside it.
- S116 `housing_priority` for households without a home, S119 for affordable and low-rent housing.

Not modelled:

- HO-01 the township's joint confirmation of "low-income disabled" in one county: a finding of hardship there.
- S117 donors' money beside public money: a fund of the same work, kept with what was given (`delivery`).
- A house sold after the works: recovered by decision, as any award that is revoked.
"""

from zhucan.policy.asking import LOCAL, PROTECTION_LAW, hard, poor, standing, years_since
from zhucan.policy.expressions import ZERO, Kind, choose, least, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.housing.sources import RURAL_HOUSING_2021
from zhucan.policy.materials import ACCOUNT, HARDSHIP, IDENTITY
from zhucan.policy.parameters import p
from zhucan.policy.schemes import (
    Cadence,
    Gives,
    Group,
    LifeEvent,
    Material,
    Overlap,
    Relation,
    Scheme,
    exclude,
    offered,
    require,
)
from zhucan.policy.steps import WORKS

_LAW = str(RURAL_HOUSING_2021)
# The amount depends on the standing, so not knowing it is not a yes even for the other groups.
_groups = f.rural & choose(
    (f.hardship.unknown(), unknown_of(Kind.BOOL)),
    default=poor | f.monitored | f.rigid_household | f.lifted_out,
)
_first_group = f.hardship.isin("dibao", "tekun")
_cap = choose(
    ((f.house_grade == "D") & _first_group, p.dangerous_house_d_dibao_tekun),
    (f.house_grade == "D", p.dangerous_house_d_others),
    (_first_group, p.dangerous_house_c_dibao_tekun),
    default=p.dangerous_house_c_others,
)

dangerous_house_repair = Scheme(
    id="dangerous-house-repair",
    name="农村危房改造",
    sources=(RURAL_HOUSING_2021,),
    conditions=(
        offered(p.dangerous_house_offered),
        *standing(_LAW),
        require("农村低保、特困、低保边缘、监测对象、刚性支出困难等住房保障对象", _groups, source=_LAW, cause="hardship_ended"),
        require("住房鉴定为 C 级或 D 级", f.house_grade.isin("C", "D"), source=_LAW, cause="conditions_ended"),
        require("唯一住房，或没有住房", f.only_house, source=_LAW, cause="conditions_ended"),
        require(
            "同一住房已过保护期", years_since(f.house_repaired_on, p.dangerous_house_protection_years), source=LOCAL, cause="other_benefit"
        ),
        exclude("同一住房已享受易地搬迁或灾后重建", f.rebuilt_otherwise, source=LOCAL, cause="other_benefit", said="用同一住房享受易地搬迁或灾后重建"),
    ),
    amount=least(f.works_cost, _cap),
    overlaps=(Overlap(Relation.STACK, "可与家庭无障碍改造一起做", LOCAL),),
    cadence=Cadence.EVENT,
    beneficiary="household",
    group=Group.HOUSING,
    unit="户",
    systems=("S114", "S115"),
    summary="农村困难残疾人家庭的房子鉴定为危房的，修缮或重建给予补助，验收后拨付。",
    events=(LifeEvent.UNSAFE_HOME,),
    materials=(
        IDENTITY,
        HARDSHIP,
        Material("appraisal", "住房安全鉴定报告", known_by=("house_grade",)),
        Material("house_proof", "宅基地或房屋证明", valid_months=60),
        Material("photo_before", "改造前照片"),
        Material("photo_after", "改造后照片"),
        Material("acceptance_sheet", "验收单"),
        ACCOUNT,
    ),
    flow=WORKS,
    fund="危房改造补助资金",
)  # fmt: skip

housing_priority = Scheme(
    id="housing-priority",
    name="保障性住房优先配租",
    sources=(PROTECTION_LAW,),
    conditions=(
        *standing(str(PROTECTION_LAW)),
        hard(str(PROTECTION_LAW)),
        require("没有住房", f.homeless, source=LOCAL, cause="conditions_ended"),
    ),
    amount=ZERO,
    cadence=Cadence.EVENT,
    gives=Gives.RELIEF,
    beneficiary="household",
    administered=False,
    group=Group.HOUSING,
    unit="户",
    systems=("S116", "S119"),
    summary="没有住房的困难残疾人家庭，申请公租房等保障性住房时优先；由住建部门办理，残联帮助申请。",
    events=(LifeEvent.UNSAFE_HOME, LifeEvent.HARDSHIP),
    materials=(IDENTITY, HARDSHIP),
)
