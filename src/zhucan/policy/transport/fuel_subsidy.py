"""残疾人机动轮椅车燃油补贴: a sum a year for the owner of a motor wheelchair.

Where each rule of the fact base lives:

- HO-30 lower-limb disability and a vehicle of the standard with proof of purchase. HO-31 the amount a vehicle and year
  is national; one person has it for one vehicle. HO-32 a whole year's sum: the list is drawn on one day, who dies after it
  was on it (the money goes to the account or the heirs), a vehicle bought after it waits for the next.

Not modelled:

- HO-31 the month in which places take applications: set by their notice, not by the right.
- HO-30 who lost the fitness to drive: certified kinds stand for it, as in the places described.
"""

from zhucan.policy.asking import LOCAL, once_a_year, standing
from zhucan.policy.expressions import ONE
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, CERTIFICATE
from zhucan.policy.parameters import p
from zhucan.policy.schemes import Cadence, LifeEvent, Material, Overlap, Relation, Scheme, Source, require

FUEL_2010 = Source("关于残疾人机动轮椅车燃油补贴的通知", "2010", "财社〔2010〕256号")

fuel_subsidy = Scheme(
    id="fuel-subsidy",
    name="残疾人机动轮椅车燃油补贴",
    sources=(FUEL_2010,),
    conditions=(
        *standing(str(FUEL_2010)),
        require("持证的下肢残疾", (f.grade_physical >= 1) & f.lower_limb, source=str(FUEL_2010), cause="grade_changed"),
        require("名下有机动轮椅车", f.motor_wheelchairs >= ONE, source=str(FUEL_2010), cause="conditions_ended"),
        require("机动轮椅车符合国家标准、有购车凭证", f.wheelchair_meets_standard, source=str(FUEL_2010), cause="conditions_ended"),
        once_a_year(f.fuel_times, "燃油补贴", LOCAL),
    ),
    amount=p.fuel_subsidy_year,
    overlaps=(Overlap(Relation.STACK, "可与免费乘公交同时享受", LOCAL),),
    cadence=Cadence.YEARLY,
    systems=("S039",),
    summary="下肢残疾、有机动轮椅车的人，每年领一次燃油补贴，一人一辆。",
    events=(LifeEvent.NEW_CERTIFICATE,),
    materials=(
        CERTIFICATE,
        Material("vehicle_purchase", "购车凭证", valid_months=120),
        Material("vehicle_photo", "车辆照片和车架号"),
        ACCOUNT,
    ),
    fund="中央财政燃油补贴资金",
)  # fmt: skip
