"""免费乘车卡: city public transport free of charge.

Where each rule of the fact base lives:

- HO-40 blind persons (visual grades 1 and 2) everywhere, by the law itself. HO-41 the severe, or all holders, where a place
  says so. HO-42 the card ends with the certificate, death or a move: the conditions are asked again with each list that
  goes to the carriers.

Not modelled:

- HO-40 devices carried free, free post in braille: nothing to grant. HO-42 the file for the carriers: its own export.
"""

from zhucan.policy.asking import LOCAL, PROTECTION_LAW, severe, standing
from zhucan.policy.expressions import ZERO
from zhucan.policy.facts import f
from zhucan.policy.materials import CERTIFICATE
from zhucan.policy.parameters import p
from zhucan.policy.schemes import Cadence, Gives, LifeEvent, Material, Overlap, Relation, Scheme, exclude, require

free_bus_card = Scheme(
    id="free-bus-card",
    name="残疾人免费乘车卡",
    sources=(PROTECTION_LAW,),
    conditions=(
        *standing(str(PROTECTION_LAW)),
        require(
            "盲人（视力一级或二级），或当地规定的其他残疾人",
            f.grade_visual.isin(1, 2) | (p.free_bus_severe & severe) | p.free_bus_all,
            source=str(PROTECTION_LAW),
            cause="grade_changed",
        ),
        exclude("已有在用的乘车卡", f.holds_bus_card, source=LOCAL, cause="other_benefit", said="持有在用的乘车卡"),
    ),
    amount=ZERO,
    overlaps=(Overlap(Relation.STACK, "可与燃油补贴同时享受", LOCAL),),
    cadence=Cadence.EVENT,
    gives=Gives.RELIEF,
    unit="张",
    systems=("S041",),
    summary="盲人免费乘坐市内公交、地铁；各地可以放宽到其他残疾人。",
    events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.GRADE_CHANGED, LifeEvent.MOVED_HERE),
    materials=(CERTIFICATE, Material("photo", "近期照片")),
    fund="公共交通企业、本级财政",
)
