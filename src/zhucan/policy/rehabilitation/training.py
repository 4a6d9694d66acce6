"""康复训练: hearing and speech, intellectual, physical training, and training after a cochlear implant.

Source: 残疾预防和残疾人康复条例 arts. 21 and 25; 残疾人精准康复服务行动. Amounts: parameters/rehabilitation.yaml, all
set by the place. One family: months of training at a named centre, own cost up to the month's cap by attendance, the sum
up to the year's (RH-09, RH-10). The typical items and who fits them are in the conditions; RH-20's assessment is the
flow and `training_indicated`.

Not modelled: how many lessons a week and of which kind: the plan of the service (`delivery`) holds them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from zhucan.policy.expressions import Expr, Kind, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import ASSESSMENT, ATTENDANCE, CERTIFICATE, DIAGNOSIS
from zhucan.policy.parameters import p
from zhucan.policy.reckoning import Working, month_text, only_once, standard, within_year, yuan_text
from zhucan.policy.rehabilitation.shared import FUND, PREVENTION_2017, adult_conditions, month_part
from zhucan.policy.schemes import (
    Cadence,
    Claim,
    Condition,
    Field,
    Gives,
    Group,
    LifeEvent,
    Overlap,
    Reckoned,
    Relation,
    Scheme,
    require,
)
from zhucan.policy.steps import ASSESSED

_LAW = str(PREVENTION_2017)


def _months(prefix: str, granted: str) -> Claim:
    """Return the claim of months under the caps of one kind of training."""

    def work(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
        within_year((item["month"] for item in items), "训练月份", facts)
        only_once((month_text(item["month"]) for item in items), "{}填了两次：同一个月请合并成一项。")
        cap, sum_up = standard(params, f"{prefix}_month_cap"), Working()
        for item in sorted(items, key=lambda one: one["month"]):
            own = max(item["fee"] - (item["insured"] or 0), 0)
            part, why = month_part(own, cap, item["days"], params)
            sum_up.add(part, f"{month_text(item['month'])}：{why}，计 {yuan_text(part)}")
        sum_up.cap(standard(params, f"{prefix}_year_cap"), facts[granted], "年度上限")
        return sum_up.done()

    fields = (
        Field("month", "训练月份", Kind.DATE, "填当月任意一天"),
        Field("fee", "当月训练费用", Kind.MONEY),
        Field("days", "出勤天数", Kind.INT),
        Field("insured", "其中医保已付", Kind.MONEY, optional=True),
    )
    return Claim("训练月份", fields, work)


def _training(
    scheme_id: str, name: str, switch: Expr, granted: str, systems: tuple[str, ...], summary: str,
    conditions: tuple[Condition, ...],
) -> Scheme:  # fmt: skip
    prefix = scheme_id.replace("-", "_")
    return Scheme(
        id=scheme_id,
        name=name,
        sources=(PREVENTION_2017,),
        conditions=conditions,
        amount=unknown_of(Kind.MONEY),
        overlaps=(Overlap(Relation.STACK, "可与两项补贴、辅助器具补贴同时享受", "当地规定"),),
        cadence=Cadence.YEARLY,
        gives=Gives.SERVICE,
        group=Group.REHABILITATION,
        systems=systems,
        summary=summary,
        unit="月",
        claim=_months(prefix, granted),
        events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.CHILD_DIAGNOSED),
        materials=(CERTIFICATE, DIAGNOSIS, ASSESSMENT, ATTENDANCE),
        flow=ASSESSED,
        fund=FUND,
    )


_fits = require("经评估适合康复训练", f.training_indicated, source=_LAW, cause="not_eligible")

hearing_speech_training = _training(
    "hearing-speech-training", "听力言语康复训练", p.hearing_speech_training_offered, "hearing_speech_granted", ("S130",),
    "听力、言语残疾人在定点机构做听觉和说话训练，费用在上限以内补助。",
    (*adult_conditions(p.hearing_speech_training_offered, _LAW, ("hearing", "speech"), "有听力或言语残疾"), _fits),
)  # fmt: skip
intellectual_training = _training(
    "intellectual-training", "智力残疾人康复训练", p.intellectual_training_offered, "intellectual_granted", ("S131",),
    "智力残疾人（含孤独症儿童）在定点机构做认知、自理和交往训练，费用在上限以内补助。",
    (*adult_conditions(p.intellectual_training_offered, _LAW, ("intellectual", "mental"), "有智力残疾或孤独症"), _fits),
)  # fmt: skip
physical_training = _training(
    "physical-training", "肢体残疾人康复训练", p.physical_training_offered, "physical_granted", ("S132",),
    "肢体残疾人在恢复期做功能训练，费用在上限以内补助。",
    (*adult_conditions(p.physical_training_offered, _LAW, ("physical",), "有肢体残疾"), _fits),
)  # fmt: skip
cochlear_training = _training(
    "cochlear-training", "人工耳蜗术后康复训练", p.cochlear_training_offered, "cochlear_granted", ("S130", "S145"),
    "植入人工耳蜗以后，在定点机构做听觉言语训练，费用在上限以内补助。",
    (
        *adult_conditions(p.cochlear_training_offered, _LAW, ("hearing", "speech"), "有听力或言语残疾"),
        require("已经植入人工耳蜗", f.implanted.known(), source=_LAW, cause="not_eligible"),
    ),
)  # fmt: skip
SCHEMES = (hearing_speech_training, intellectual_training, physical_training, cochlear_training)
