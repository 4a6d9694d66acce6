"""视力康复训练: orientation and mobility for blind people, training with low-vision aids; each once in a life.

Source: 残疾预防和残疾人康复条例 art. 21; 残疾人精准康复服务行动. Amounts: parameters/rehabilitation.yaml. Who fits: visual 1
or 2 and able to walk; visual 3 or 4 with sight that can be used. The cane beside it is `device-cane`.

Not modelled: the ten to twenty lessons and their trainer: the plan of the service (`delivery`).
"""

from zhucan.policy.facts import f
from zhucan.policy.materials import ASSESSMENT, CERTIFICATE
from zhucan.policy.parameters import p
from zhucan.policy.rehabilitation.shared import FUND, PREVENTION_2017, holder_conditions
from zhucan.policy.schemes import Cadence, Gives, Group, LifeEvent, Overlap, Relation, Scheme, require

_LAW = str(PREVENTION_2017)

orientation_mobility = Scheme(
    id="orientation-mobility",
    name="盲人定向行走训练",
    sources=(PREVENTION_2017,),
    conditions=(
        *holder_conditions(p.orientation_mobility_offered, _LAW, ("visual",), "视力残疾一级或二级", mildest=2),
        require("能独立行走", f.walks, source=_LAW, cause="not_eligible"),
        require("还没有参加过定向行走训练", ~f.mobility_trained, source="当地规定", cause="other_benefit"),
    ),
    amount=p.orientation_mobility_once,
    overlaps=(Overlap(Relation.STACK, "可同时领用盲杖", "当地规定"),),
    cadence=Cadence.ONCE,
    gives=Gives.SERVICE,
    group=Group.REHABILITATION,
    systems=("S129",),
    summary="由受过训练的老师教盲人用盲杖独自出行，一生一次。",
    unit="期",
    events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.GRADE_CHANGED),
    materials=(CERTIFICATE, ASSESSMENT),
    fund=FUND,
)

low_vision_training = Scheme(
    id="low-vision-training",
    name="低视力康复训练",
    sources=(PREVENTION_2017,),
    conditions=(
        *holder_conditions(p.low_vision_training_offered, _LAW, ("visual",), "有视力残疾"),
        require(
            "视力残疾三级或四级", f.grade_visual.isin(3, 4), source=_LAW, cause="grade_changed", given="有视力残疾"
        ),
        require("有可以利用的残余视力", f.usable_sight, source=_LAW, cause="not_eligible"),
        require("还没有参加过低视力训练", ~f.low_vision_trained, source="当地规定", cause="other_benefit"),
    ),
    amount=p.low_vision_training_once,
    overlaps=(Overlap(Relation.STACK, "可同时适配助视器", "当地规定"),),
    cadence=Cadence.ONCE,
    gives=Gives.SERVICE,
    group=Group.REHABILITATION,
    systems=("S133",),
    summary="教低视力的人用好助视器和剩下的视力，一生一次。",
    unit="期",
    events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.NEEDS_DEVICE),
    materials=(CERTIFICATE, ASSESSMENT),
    fund=FUND,
)
SCHEMES = (orientation_mobility, low_vision_training)
