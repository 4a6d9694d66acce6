"""Who may ask: the conditions that most schemes share, and what they mean by severe, poor, hard up and of working age."""

from dataclasses import replace

from zhucan.policy.expressions import Expr, Kind, any_of, choose, full_months_between, unknown_of, years_between
from zhucan.policy.facts import CATEGORY_LABELS, f
from zhucan.policy.parameters import p
from zhucan.policy.schemes import Condition, Source, require
from zhucan.policy.subsidies.shared import certificate_cause

PROTECTION_LAW = Source("中华人民共和国残疾人保障法", "2018-10-26")
LOCAL = "当地规定"

poor = f.hardship.isin("dibao", "dibian", "tekun")
"""The household is on dibao, just above it, or tekun; not known while its standing is not."""


def here(source: str, *, permit: bool = False) -> tuple[Condition, ...]:
    """Return: alive, and registered in the county; with `permit` a residence permit will do."""
    lives = require(
        "户籍或居住证在当地" if permit else "户籍在当地",
        f.hukou_here | f.residence_permit if permit else f.hukou_here,
        source=source,
        cause="moved",
    )
    return (require("本人在世", f.alive, source=source, cause="died"), lives)


def certified(source: str) -> Condition:
    """Return: holds a certificate that is good today."""
    return require("持有有效残疾人证", f.certificate_valid, source=source, cause=certificate_cause)


def grade_within(categories: tuple[str, ...], mildest: int = 4) -> Expr:
    """Return whether some kind of disability is on the certificate with a grade no milder than one."""
    return any_of(*(getattr(f, f"grade_{category}").isin(*range(1, mildest + 1)) for category in categories))


severe: Expr = any_of(*(getattr(f, f"grade_{kind}").isin(1, 2) for kind in CATEGORY_LABELS))
"""Grade 1 or 2 of any kind (重度)."""

hard_up: Expr = poor | f.monitored
"""Of a household recognised as hard up, in whichever way."""

working_age: Expr = (f.age >= p.working_age_from) & (f.age < p.working_age_until)
"""From 16 up to the age at which care for the elderly begins."""


def standing(source: str) -> tuple[Condition, ...]:
    """Return: alive, registered here, and certified; whoever loses one of them has to apply anew."""
    return tuple(replace(condition, reapply=True) for condition in (*here(source), certified(source)))


def hard(source: str) -> Condition:
    """Return the condition of a household that is hard up."""
    return require("低保、低保边缘、特困或监测对象家庭", hard_up, source=source, cause="hardship_ended")


def once_a_year(given: Expr, what: str, source: str) -> Condition:
    """Return the condition that a scheme was not yet given in the calendar year."""
    return require(f"今年还没有享受过{what}", given == 0, source=source, cause="other_benefit")


def years_since(last: Expr, years: Expr) -> Expr:
    """Return whether so many full years have gone by since a day; true where there is no such day."""
    return choose((last.unknown(), True), default=years_between(last, f.judged_on) >= years)


def months_since(start: Expr, months: Expr) -> Expr:
    """Return whether so many full months have gone by since a day."""
    return full_months_between(start, f.judged_on) >= months


def either(*cases: tuple[Expr, Expr]) -> Expr:
    """Return the first value that is known, as a yes or no; unknown where none is: `(known, value)` pairs in order."""
    return choose(*cases, default=unknown_of(Kind.BOOL))
