"""事实无人抚养儿童基本生活补贴: the child benefit that tops up beside the living allowance (TS-14).

Source: 民发〔2019〕62号, 民发〔2020〕125号. Paid by civil affairs; here only to compute the difference that a child who
already has dibao or the living allowance is due.
"""

from zhucan.policy.expressions import ZERO, greatest
from zhucan.policy.facts import f
from zhucan.policy.parameters import p
from zhucan.policy.schemes import Overlap, Relation, Scheme, Source, require

LAW_2019 = Source("关于进一步加强事实无人抚养儿童保障工作的意见", "2019", "民发〔2019〕62号")

unattended_child_supplement = Scheme(
    id="unattended-child-supplement",
    name="事实无人抚养儿童基本生活补贴（补差）",
    sources=(LAW_2019,),
    conditions=(
        require("认定为事实无人抚养儿童", f.unattended, source=str(LAW_2019), cause="other_benefit"),
        require("本人在世", f.alive, source=str(LAW_2019), cause="died"),
    ),
    amount=greatest(p.unattended_child_standard - f.child_benefits_amount, ZERO),
    overlaps=(Overlap(Relation.STACK, "可与重度残疾人护理补贴同时享受", str(LAW_2019)),),
    administered=False,
)
