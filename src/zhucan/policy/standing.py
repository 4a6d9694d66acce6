"""What most schemes ask of a person: alive, hukou here, a valid certificate; severe, hard up, of working age.

The two subsidies ask the same and more (`subsidies/shared.py`): there a month stops for it, so each has its own cause.
"""

from zhucan.policy.expressions import Expr, Kind, any_of, choose, full_months_between, unknown_of, years_between
from zhucan.policy.facts import CATEGORY_LABELS, f
from zhucan.policy.parameters import p
from zhucan.policy.schemes import Condition, Material, Source, require

PROTECTION_LAW = Source("中华人民共和国残疾人保障法", "2018-10-26")
LOCAL = "当地规定"

IDENTITY = Material("identity", "身份证、户口簿")
CERTIFICATE = Material("certificate", "残疾人证", known_by=("certificate_valid",))
ACCOUNT = Material("account", "本人或监护人的银行账户", valid_months=36)
HARDSHIP_PROOF = Material("hardship_proof", "低保、低保边缘、特困等证明", known_by=("hardship",))

severe: Expr = any_of(*(getattr(f, f"grade_{kind}").isin(1, 2) for kind in CATEGORY_LABELS))
"""Grade 1 or 2 of any kind (重度)."""

on_relief: Expr = f.hardship.isin("dibao", "dibian", "tekun")
"""Of a dibao, near-poor or tekun household; unknown where civil affairs' finding is."""

hard_up: Expr = on_relief | f.monitored
"""Of a household recognised as hard up, in whichever way."""

working_age: Expr = (f.age >= p.working_age_from) & (f.age < p.working_age_until)
"""From 16 up to the age at which care for the elderly begins."""


def standing(source: str) -> tuple[Condition, ...]:
    """Return the conditions of nearly every scheme: alive, hukou here, a valid certificate."""
    return (
        require("本人在世", f.alive, source=source, cause="died", reapply=True),
        require("户籍在本县", f.hukou_here, source=source, cause="moved", reapply=True),
        require("持有有效残疾人证", f.certificate_valid, source=source, cause="certificate_expired", reapply=True),
    )


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
