"""What education aid asks and cites: the stage, the window, the school year, whose child somebody is."""

from zhucan.policy.asking import poor
from zhucan.policy.expressions import ZERO, Expr, Kind, choose, month_day_of, unknown_of, year_of
from zhucan.policy.facts import f
from zhucan.policy.parameters import p
from zhucan.policy.rehabilitation.shared import asked_on
from zhucan.policy.schemes import Condition, Source, exclude, require

PROTECTION = Source("中华人民共和国残疾人保障法", "2018-10-26")
EDUCATION_2017 = Source("残疾人教育条例", "2017-05-01", "国务院令第674号")
COMPULSORY = Source("中华人民共和国义务教育法", "2018-12-29")
LOCAL = "当地扶残助学规定"
FUND = "残疾人事业发展补助资金（教育）"
STAGES = ("kindergarten", "primary", "junior", "senior", "vocational", "college", "bachelor", "master")


def by_stage(prefix: str, stages: tuple[str, ...] = STAGES) -> Expr:
    """Return the amount of the stage from parameters `<prefix>_<stage>`, nothing for others, unknown with the stage."""
    cases = [(f.school_stage == name, getattr(p, f"{prefix}_{name}")) for name in stages]
    return choose((f.school_stage.unknown(), unknown_of(Kind.MONEY)), *cases, default=ZERO)


def school_year(day: Expr) -> Expr:
    """Return the year in which the school year of a day begins."""
    return year_of(day) - choose((month_day_of(day) < p.school_year_turn, 1), default=0)


def in_window() -> Condition:
    """Return: applied within the yearly window; a place without one takes applications all year (ED-E12)."""
    day = month_day_of(asked_on)
    within = (day >= p.edu_window_from) & (day <= p.edu_window_until)
    return require(
        "在受理期内申请",
        choose((p.edu_window_from.unknown(), True), default=within),
        source=LOCAL,
        cause="not_eligible",
    )


def once_a_school_year(earlier: Expr) -> Condition:
    """Return: not granted yet in the school year of the application."""
    return require(
        "本学年还没有领取",
        choose((earlier.unknown(), True), default=school_year(earlier) != school_year(asked_on)),
        source=LOCAL,
        cause="other_benefit",
    )


def studying() -> tuple[Condition, ...]:
    """Return the state of a student (ED-13, ED-14): not suspended, full time above compulsory schooling, no repeat year."""
    lower = f.school_stage.isin("kindergarten", "primary", "junior")
    return (
        exclude(
            "休学超过一学期、退学或开除", f.suspended, source=LOCAL, cause="not_eligible", said="休学、退学或被开除"
        ),
        require(
            "全日制就读（学前和义务教育不论）",
            choose((lower, True), default=f.full_time_student),
            source=LOCAL,
            cause="not_eligible",
        ),
        exclude(
            "复读原年级",
            f.repeats_year & ~p.edu_repeat_year_paid,
            source=LOCAL,
            cause="not_eligible",
            said="复读原年级",
        ),
    )


child_of_disabled = f.parent_grade.isin(1, 2) | ((f.parent_grade > 0) & poor)
"""A parent of grade 1 or 2, or any parent with a certificate in a household in hardship; two do not double it (ED-12)."""
