"""Programmes rated by what comes of them for their money: persons improved, and yuan for each."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from zhucan.indicators.engine import Figures
from zhucan.indicators.measures import Value
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.schemes import Gives, Group, Scheme

PROGRAMMES: tuple[Scheme, ...] = tuple(
    item for item in SCHEMES if item.group is Group.REHABILITATION and item.gives is Gives.SERVICE and item.administered
)
"""The services that are closed with a score."""


@dataclass(frozen=True)
class Rated:
    """What came of a programme in a period. `each` is yuan a person improved; None where nobody was, or nothing was spent."""

    scheme: Scheme
    finished: int
    scored: int
    improved: int
    reached: int
    share: Decimal | None
    amount: Decimal
    each: Decimal | None


def rated(opened: Figures) -> list[Rated]:
    """Return the programmes with an outcome or cost, the one that improves somebody for least money first."""
    parts = ("finished", "scored", "improved", "reached", "improved-share", "amount")
    told = opened.figures([f"{item.id}-{part}" for item in PROGRAMMES for part in parts])
    values = {one.id: one.value for one in told}
    rows = [_rated(item, [values[f"{item.id}-{part}"] for part in parts]) for item in PROGRAMMES]
    shown = [row for row in rows if row.finished or row.amount]
    return sorted(shown, key=lambda row: (row.each is None, row.each or 0, -row.improved, row.scheme.name))


def _rated(item: Scheme, values: list[Value]) -> Rated:
    finished, scored, improved, reached = (int(value or 0) for value in values[:4])
    share, amount = values[4], Decimal(values[5] or 0)
    each = None
    if improved and amount:
        each = (amount / improved).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return Rated(item, finished, scored, improved, reached, None if share is None else Decimal(share), amount, each)
