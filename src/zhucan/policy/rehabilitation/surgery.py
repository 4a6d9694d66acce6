"""康复手术: cataract operations, cochlear implants, corrective surgery of limbs.

Source: 残疾预防和残疾人康复条例 art. 25; 国发〔2018〕20号 for children. Amounts: parameters/rehabilitation.yaml. Insurance comes
first (RH-10): bills state what is left to pay, and public money bears it up to a cap, per eye, per part, per operation.
A cochlear implant is for one ear, once: device, operation, first mapping; the training after it is `cochlear-training`,
a new processor later `device-implant-processor`.

Not modelled:

- That an eye was operated on years before: the award tells no eye; the clerk looks at the file.
- Urgent operations filed within ten working days afterwards: local and unsure; the application may name any day.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from zhucan.policy.asking import here, poor
from zhucan.policy.expressions import Kind, least, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import BILLS, CERTIFICATE, DIAGNOSIS, HARDSHIP, HUKOU, INSURANCE_SLIP
from zhucan.policy.parameters import p
from zhucan.policy.reckoning import Working, only_once, standard, yuan_text
from zhucan.policy.rehabilitation.shared import CHILD_2018, FUND, PREVENTION_2017, child_conditions
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
    offered,
    require,
)
from zhucan.policy.steps import ASSESSED

_LAW = str(PREVENTION_2017)
_EYES = {"left": "左眼", "right": "右眼"}
_PARTS = {"device": "植入体和处理器", "surgery": "手术", "mapping": "首次开机调试"}
_insured_first = Overlap(Relation.STACK, "基本医疗保险先付，余下的再补助", _LAW)


def _eyes(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    only_once((_EYES[item["eye"]] for item in items), "{}填了两次：每只眼一项，请核对。")
    most, sum_up = standard(params, "cataract_per_eye"), Working()
    for item in items:
        part = min(item["own"], most)
        sum_up.add(
            part,
            f"{_EYES[item['eye']]}：自付 {yuan_text(item['own'])}，每眼最多 {yuan_text(most)}，计 {yuan_text(part)}",
        )
    return sum_up.done()


cataract_surgery = Scheme(
    id="cataract-surgery",
    name="白内障复明手术补助",
    sources=(PREVENTION_2017,),
    conditions=(
        offered(p.cataract_offered),
        *here(_LAW),
        require("诊断为白内障且适合手术", f.cataract, source=_LAW, cause="not_eligible"),
        require(
            "家庭经济困难，或当地不限家庭收入",
            ~p.cataract_means_tested | poor,
            source="当地规定",
            cause="hardship_ended",
        ),
    ),
    amount=unknown_of(Kind.MONEY),
    overlaps=(_insured_first,),
    cadence=Cadence.EVENT,
    gives=Gives.SERVICE,
    group=Group.REHABILITATION,
    systems=("S128", "S133"),
    summary="做白内障手术，医保报销后自己付的部分按眼补助。",
    unit="例",
    claim=Claim(
        "手术",
        (Field("eye", "眼别", Kind.TEXT, choices=_EYES), Field("own", "医保报销后自付", Kind.MONEY)),
        _eyes,
    ),
    events=(LifeEvent.ILLNESS,),
    materials=(DIAGNOSIS, BILLS, INSURANCE_SLIP, HARDSHIP),
    fund=FUND,
)


def _implant(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    only_once((_PARTS[item["part"]] for item in items), "{}填了两次：每项填一次，请合并。")
    sum_up = Working()
    for item in items:
        most = standard(params, f"implant_{item['part']}_cap")
        part = min(item["own"], most)
        sum_up.add(
            part, f"{_PARTS[item['part']]}：自付 {yuan_text(item['own'])}，最多 {yuan_text(most)}，计 {yuan_text(part)}"
        )
    return sum_up.done()


cochlear_implant = Scheme(
    id="cochlear-implant",
    name="人工耳蜗植入补助",
    sources=(CHILD_2018, PREVENTION_2017),
    conditions=(
        *child_conditions(p.implant_offered),
        require("经评估适合植入人工耳蜗", f.implant_indicated, source=str(CHILD_2018), cause="not_eligible"),
        require("还没有获得过人工耳蜗植入补助", ~f.implant_granted, source="当地规定", cause="other_benefit"),
    ),
    amount=unknown_of(Kind.MONEY),
    overlaps=(_insured_first, Overlap(Relation.STACK, "术后可申请人工耳蜗术后康复训练", "当地规定")),
    cadence=Cadence.ONCE,
    gives=Gives.SERVICE,
    group=Group.REHABILITATION,
    systems=("S122", "S145"),
    summary="重度听力损失的孩子植入人工耳蜗，产品、手术和首次调试分项补助，一生一次。",
    unit="例",
    claim=Claim(
        "项目",
        (Field("part", "项目", Kind.TEXT, choices=_PARTS), Field("own", "医保报销后自付", Kind.MONEY)),
        _implant,
    ),
    events=(LifeEvent.CHILD_DIAGNOSED,),
    materials=(DIAGNOSIS, CERTIFICATE, HUKOU, BILLS, INSURANCE_SLIP),
    flow=ASSESSED,
    fund=FUND,
)

limb_surgery = Scheme(
    id="limb-surgery",
    name="肢体矫治手术补助",
    sources=(CHILD_2018, PREVENTION_2017),
    conditions=(
        *child_conditions(p.limb_surgery_offered),
        require("有肢体矫治手术适应证", f.limb_surgery_indicated, source=str(CHILD_2018), cause="not_eligible"),
    ),
    amount=least(f.own_cost, p.limb_surgery_cap),
    overlaps=(_insured_first, Overlap(Relation.STACK, "术后可申请肢体康复训练和矫形器", "当地规定")),
    cadence=Cadence.EVENT,
    gives=Gives.SERVICE,
    group=Group.REHABILITATION,
    systems=("S122",),
    summary="脑瘫、马蹄足等孩子做矫治手术，医保报销后自己付的部分在上限以内补助。",
    unit="例",
    events=(LifeEvent.CHILD_DIAGNOSED,),
    materials=(DIAGNOSIS, CERTIFICATE, HUKOU, BILLS, INSURANCE_SLIP),
    flow=ASSESSED,
    fund=FUND,
)
SCHEMES = (cataract_surgery, cochlear_implant, limb_surgery)
