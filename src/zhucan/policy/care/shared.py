"""What the forms of care ask in common (CA-01 to CA-05)."""

from zhucan.policy.asking import LOCAL, PROTECTION_LAW, standing, working_age
from zhucan.policy.care.sources import CARE_NORM_2019, SUNSHINE_2012
from zhucan.policy.expressions import Expr
from zhucan.policy.facts import f
from zhucan.policy.materials import CERTIFICATE, IDENTITY
from zhucan.policy.schemes import Condition, Material, exclude, require

SOURCES = (PROTECTION_LAW, SUNSHINE_2012, CARE_NORM_2019)
ASSESSMENT = Material("care_assessment", "照护需求评估表", valid_months=12, known_by=("needs_care",))
AGREEMENT = Material("care_agreement", "服务协议", known_by=("care_form",))
PAPERS = (IDENTITY, CERTIFICATE, ASSESSMENT, Material("medical_check", "体检报告", valid_months=6), AGREEMENT)
_LAW = str(CARE_NORM_2019)

kinds: Expr = (f.grade_intellectual >= 1) | (f.grade_mental >= 1) | f.grade_physical.isin(1, 2)
"""Intellectual, mental, or severe physical disability."""


def cared_for(form: str, label: str) -> tuple[Condition, ...]:
    """Return the conditions of one form of care: kind, age, need, no work, and that form and no other by agreement."""
    return (
        *standing(str(SUNSHINE_2012)),
        require("智力、精神或重度肢体残疾", kinds, source=_LAW, cause="grade_changed"),
        require("年满十六周岁、未满六十周岁", working_age, source=_LAW, cause="conditions_ended"),
        require("经评估需要他人照护", f.needs_care, source=_LAW, cause="conditions_ended"),
        require("未就业", f.jobless, source=LOCAL, cause="conditions_ended"),
        exclude("特困人员救助供养", f.in_tekun, source=LOCAL, cause="other_benefit", said="享受特困人员救助供养"),
        exclude("患传染病或精神疾病在急性期", f.acutely_ill, source=LOCAL, cause="conditions_ended"),
        require(f"已签协议，托养形式为{label}", f.care_form == form, source=_LAW, cause="conditions_ended"),
    )
