"""Rates, changes and shares as reports write them (RR-05 to RR-08). Nothing is rounded before the last step."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

NONE = "—"
"""What stands where there is no rate."""
SHARES_NOTE = "分项合计因四舍五入可能与总数略有差异"

Number = int | Decimal | Fraction


def rate(done: Number, total: Number) -> Decimal | None:
    """Return `done` of `total` in percent with one decimal, half up; None when the total is 0. May exceed 100.

    >>> rate(130, 120), rate(1, 0)
    (Decimal('108.3'), None)
    """
    exact = exact_rate(done, total)
    return None if exact is None else one_decimal(exact)


def exact_rate(done: Number, total: Number) -> Fraction | None:
    """Return `done` of `total` in percent, unrounded; None when the total is 0."""
    whole = _fraction(total)
    return _fraction(done) * 100 / whole if whole else None


def rate_text(done: Number, total: Number) -> str:
    """Return a rate as text, “—” when the total is 0.

    >>> rate_text(130, 120), rate_text(0, 0)
    ('108.3%', '—')
    """
    value = rate(done, total)
    return NONE if value is None else f"{value}%"


def growth(now: Number, before: Number) -> Decimal | None:
    """Return the change against an earlier value in percent with one decimal; None when that was 0 or negative.

    >>> growth(95, 100)
    Decimal('-5.0')
    """
    base = _fraction(before)
    return one_decimal((_fraction(now) - base) * 100 / base) if base > 0 else None


def growth_text(now: Number, before: Number, *, against: str = "同比") -> str:
    """Return the change in words, `against` being 同比 (same period last year) or 环比 (previous period).

    “—” when there is no rate, 持平 when the rounded change is 0.0 (RR-07).

    >>> growth_text(95, 100), growth_text(12, 0), growth_text(100030, 100000)
    ('同比下降5.0%', '—', '与上年同期持平')
    """
    value = growth(now, before)
    if value is None:
        return NONE
    if not value:
        return {"同比": "与上年同期持平", "环比": "与上期持平"}.get(against, f"{against}持平")
    return f"{against}{'增长' if value > 0 else '下降'}{abs(value)}%"


def points(now: Number, before: Number) -> Decimal:
    """Return the change between two exact rates in percentage points, rounded once to one decimal.

    >>> points(Decimal("87.05"), Decimal("86.25"))
    Decimal('0.8')
    """
    return one_decimal(_fraction(now) - _fraction(before))


def points_text(now: Number | None, before: Number | None) -> str:
    """Return the change between two exact rates in words; “—” when one of them does not exist.

    >>> points_text(Decimal("87.05"), Decimal("86.25"))
    '提高0.8个百分点'
    """
    if now is None or before is None:
        return NONE
    change = points(now, before)
    if not change:
        return "持平"
    return f"{'提高' if change > 0 else '下降'}{abs(change)}个百分点"


def shares(parts: Sequence[Number]) -> tuple[Decimal | None, ...]:
    """Return each part's share of their sum in percent, each rounded by itself; None throughout when the sum is 0.

    The shares are not forced to sum to 100.0; print `SHARES_NOTE` when they do not (RR-08).

    >>> [str(share) for share in shares([4, 1, 1])]
    ['66.7', '16.7', '16.7']
    """
    total = sum((_fraction(part) for part in parts), Fraction(0))
    return tuple(rate(part, total) for part in parts)


def elapsed(months_passed: int) -> Decimal:
    """Return how much of the year has passed, in percent (序时进度, RR-06).

    >>> elapsed(5)
    Decimal('41.7')
    """
    return one_decimal(Fraction(months_passed * 100, 12))


def one_decimal(value: Number) -> Decimal:
    """Return a number with one decimal, rounded half up (away from zero when negative)."""
    exact = _fraction(value)
    tenths = (2 * abs(exact.numerator) * 10 + exact.denominator) // (2 * exact.denominator)
    return Decimal(-tenths if exact < 0 else tenths).scaleb(-1)


def _fraction(value: Number) -> Fraction:
    if isinstance(value, float):
        raise TypeError(f"rates are made of whole numbers or Decimal, not of the float {value}")
    return Fraction(value)
