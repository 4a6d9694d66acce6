"""What support to work asks in common."""

from zhucan.policy.asking import LOCAL
from zhucan.policy.employment.retirement import months_to_retirement
from zhucan.policy.facts import f
from zhucan.policy.parameters import p
from zhucan.policy.schemes import Condition, require

to_retirement = months_to_retirement(f.born, f.sex, f.woman_retires_at, f.judged_on)
"""Calendar months up to the month of retirement; that month still counts."""


def before_retirement() -> Condition:
    """Return the condition of somebody of 16 and more who has not reached the retirement age (LQ-17)."""
    return require(
        "年满十六周岁、未到法定退休年龄",
        (f.age >= p.working_age_from) & (to_retirement >= 0),
        source="《国务院关于渐进式延迟法定退休年龄的办法》",
        cause="conditions_ended",
    )


def no_post() -> Condition:
    """Return the condition of nobody placed in a public-benefit post, which shuts out support to other work."""
    return require("不在公益性岗位", ~f.in_public_post, source=LOCAL, cause="other_benefit")
