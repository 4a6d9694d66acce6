"""How a number that is not money is written."""

from decimal import Decimal


def plain(value: Decimal | int) -> str:
    """Return a number in digits, without zeros that say nothing.

    >>> plain(Decimal("6.0")), plain(Decimal("0.0")), plain(Decimal("1.50")), plain(Decimal("1E+2")), plain(20)
    ('6', '0', '1.5', '100', '20')
    """
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
