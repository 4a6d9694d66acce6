"""Who may ask at all: the conditions that nearly every scheme on application shares."""

from zhucan.policy.expressions import Expr, any_of
from zhucan.policy.facts import f
from zhucan.policy.schemes import Condition, require
from zhucan.policy.subsidies.shared import certificate_cause

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
