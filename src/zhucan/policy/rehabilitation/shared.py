"""What rehabilitation schemes ask and cite, and how a month of training is reckoned."""

from collections.abc import Mapping
from typing import Any

from zhucan.policy.asking import certified, grade_within, here, poor
from zhucan.policy.expressions import Expr, choose, month_day_of, year_of, years_between
from zhucan.policy.facts import f
from zhucan.policy.parameters import p
from zhucan.policy.reckoning import standard, yuan_text
from zhucan.policy.schemes import ClaimError, Condition, Source, offered, require

PREVENTION_2017 = Source("残疾预防和残疾人康复条例", "2017-07-01", "国务院令第675号")
CHILD_2018 = Source("国务院关于建立残疾儿童康复救助制度的意见", "2018", "国发〔2018〕20号")
PROTECTION = Source("中华人民共和国残疾人保障法", "2018-10-26")
MENTAL_HEALTH = Source("中华人民共和国精神卫生法", "2018-04-27")
FUND = "残疾人事业发展补助资金（康复）"

asked_on = choose((f.applied_on.known(), f.applied_on), default=f.judged_on)
"""The day of the application, or of the judgement where nobody has applied yet."""

_age_on_jan1 = year_of(asked_on) - year_of(f.born) - choose((month_day_of(f.born) > 101, 1), default=0)
child_age = choose((p.child_rehab_age_reference == "jan1", _age_on_jan1), default=years_between(f.born, asked_on))
"""The age that sorts a child: on 1 January of the aid year, or on the day of application (RH-05)."""
before_certificate = years_between(f.born, asked_on) < p.child_rehab_certificate_from
"""So young that a diagnosis stands for the certificate (RH-02)."""
young = child_age < p.child_rehab_young_until
_on_certificate = f.certificate_valid & grade_within(
    ("visual", "hearing", "speech", "physical", "intellectual", "mental")
)
_diagnosed = f.diagnosis.isin("visual", "hearing", "speech", "physical", "intellectual", "autism", "multiple")


def child_conditions(switch: Expr) -> tuple[Condition, ...]:
    """Return what every part of the children's aid asks (RH-01 to RH-05)."""
    source = str(CHILD_2018)
    return (
        offered(switch),
        *here(source, permit=True),
        require("年龄在救助范围内", child_age < p.child_rehab_age_until, source=source, cause="not_eligible"),
        require(
            "有残疾人证，或年幼儿童有定点医疗机构的诊断",
            _on_certificate | (_diagnosed & (child_age < p.child_rehab_certificate_from)),
            source=source,
            cause="not_eligible",
        ),
        require(
            "家庭经济困难，或当地不限家庭收入",
            ~p.child_rehab_means_tested | poor,
            source=source,
            cause="hardship_ended",
        ),
    )


def adult_conditions(switch: Expr, source: str, categories: tuple[str, ...], label: str) -> tuple[Condition, ...]:
    """Return: offered, here, certified for some kinds of disability; a child not of school age may be diagnosed only."""
    kinds = [name for name in categories if name != "mental"]
    diagnosed = f.diagnosis.isin(*kinds, *(["autism"] if "intellectual" in kinds else []))
    held = f.certificate_valid & grade_within(categories)
    return (
        offered(switch),
        *here(source),
        require(
            label,
            held | (diagnosed & before_certificate),
            source=source,
            cause="grade_changed",
        ),
    )


def holder_conditions(
    switch: Expr, source: str, categories: tuple[str, ...], label: str, mildest: int = 4
) -> tuple[Condition, ...]:
    """Return: offered, here, holds a certificate of some kinds down to a grade."""
    kind = require(label, grade_within(categories, mildest), source=source, cause="grade_changed")
    return (offered(switch), *here(source), certified(source), kind)


def month_part(own: int, cap: int, days: int, params: Mapping[str, Any]) -> tuple[int, str]:
    """Return what a month of training comes to, in fen, and why: the cap follows the days attended.

    Enough days for a full month give the whole cap, fewer half of it, too few nothing. Raises `ClaimError`.
    """
    if days > 31:
        raise ClaimError(f"一个月出勤 {days} 天：请核对，不能超过 31 天。")
    if days < standard(params, "attendance_half_days"):
        return 0, f"出勤 {days} 天，不足 {params['attendance_half_days']} 天，不补助"
    if days < standard(params, "attendance_full_days"):
        half = (cap + 1) // 2
        return min(own, half), f"出勤 {days} 天，按半月上限 {yuan_text(half)}，自付 {yuan_text(own)}"
    return min(own, cap), f"出勤 {days} 天，月上限 {yuan_text(cap)}，自付 {yuan_text(own)}"
