"""支持性康复服务: training of families, psychological counselling, health examinations.

Source: 残疾预防和残疾人康复条例 arts. 21 and 22; 残疾人精准康复服务行动. So much a time to the provider, as the place sets it
(0 where its own staff give it); at most so many times in one application.

Not modelled: what is said in counselling and how urgent it is: confidential notes of the service (`delivery`).
"""

from zhucan.policy.asking import certified, here
from zhucan.policy.expressions import Expr
from zhucan.policy.facts import f
from zhucan.policy.materials import CERTIFICATE
from zhucan.policy.parameters import p
from zhucan.policy.rehabilitation.shared import FUND, PREVENTION_2017
from zhucan.policy.schemes import (
    Cadence,
    Condition,
    Gives,
    Group,
    LifeEvent,
    Overlap,
    Relation,
    Scheme,
    offered,
    require,
)

_LAW = str(PREVENTION_2017)


def _support(
    scheme_id: str, name: str, switch: Expr, conditions: tuple[Condition, ...], system: str, summary: str,
    *, rate: Expr, most: Expr, events: tuple[LifeEvent, ...],
) -> Scheme:  # fmt: skip
    return Scheme(
        id=scheme_id,
        name=name,
        sources=(PREVENTION_2017,),
        conditions=(
            offered(switch),
            *here(_LAW),
            *conditions,
            require(
                "次数在当地规定以内", (f.sessions > 0) & (f.sessions <= most), source="当地规定", cause="not_eligible"
            ),
        ),
        amount=rate * f.sessions,
        overlaps=(Overlap(Relation.STACK, "可与其他康复服务同时享受", "当地规定"),),
        cadence=Cadence.YEARLY,
        gives=Gives.SERVICE,
        group=Group.REHABILITATION,
        systems=(system,),
        summary=summary,
        unit="次",
        quantity=f.sessions,
        events=events,
        materials=(CERTIFICATE,),
        fund=FUND,
    )


_holder_or_child = require(
    "有有效残疾人证，或家中有人正在接受康复服务",
    f.certificate_valid | f.family_in_service,
    source=_LAW,
    cause="not_eligible",
)

family_training = _support(
    "family-training", "残疾儿童家长和家属康复培训", p.family_training_offered, (_holder_or_child,), "S124",
    "教家长和家属在家里怎样照护、怎样训练。",
    rate=p.family_training_session, most=p.family_training_sessions, events=(LifeEvent.CHILD_DIAGNOSED,),
)  # fmt: skip
counselling = _support(
    "psychological-counselling", "心理疏导", p.counselling_offered, (_holder_or_child,), "S143",
    "残疾人和家属可以预约心理疏导，当面、电话、网上或上门都行。",
    rate=p.counselling_session, most=p.counselling_sessions, events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.ILLNESS),
)  # fmt: skip
health_examination = _support(
    "health-examination", "残疾人健康体检", p.examination_offered, (certified(_LAW),), "S141",
    "残疾人到合作医院做一次身体检查。",
    rate=p.examination_session, most=p.examination_sessions, events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.TURNED_60),
)  # fmt: skip
SCHEMES = (family_training, counselling, health_examination)
