"""What only rehabilitation asks."""

from zhucan.policy.declared.awards import had, in_year
from zhucan.policy.expressions import Kind
from zhucan.policy.fact import Fact, asked

FACTS: tuple[Fact, ...] = (
    in_year("child_rehabilitation_granted", "本年度已批准的儿童康复救助", "child-rehabilitation"),
    in_year("child_meals_granted", "本年度已批准的康复伙食补助", "child-rehabilitation-meals"),
    in_year("hearing_speech_granted", "本年度已批准的听力言语训练补助", "hearing-speech-training"),
    in_year("intellectual_granted", "本年度已批准的智力康复训练补助", "intellectual-training"),
    in_year("physical_granted", "本年度已批准的肢体康复训练补助", "physical-training"),
    in_year("cochlear_granted", "本年度已批准的耳蜗术后训练补助", "cochlear-training"),
    in_year("rehabilitation_items_granted", "本年度已批准的医疗康复项目补助", "rehabilitation-items"),
    in_year("medication_granted", "本年度已批准的服药补助", "mental-medication"),
    in_year("inpatient_granted", "本年度已批准的住院补贴", "mental-inpatient-subsidy"),
    had("implant_granted", "已获人工耳蜗植入补助", "cochlear-implant"),
    had("mobility_trained", "已安排过定向行走训练", "orientation-mobility"),
    had("low_vision_trained", "已安排过低视力训练", "low-vision-training"),
    asked("aid_from", Kind.DATE, "康复救助的批准日期"),
    asked("own_cost", Kind.MONEY, "医保等报销后的自付费用"),
    asked("sessions", Kind.INT, "服务次数"),
)
