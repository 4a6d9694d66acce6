"""Numbers as a report prints them: exact fractions, the interval their printed precision leaves, Chinese numerals."""

import re
from dataclasses import dataclass
from fractions import Fraction

ENDLESS = Fraction(10**18)
"""Stands for no upper bound: larger than anything a report counts."""
_DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    "〇": 0,
    "两": 2,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
_STEPS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
NUMERAL = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+")


def numeral(text: str) -> int | None:
    """Return what a Chinese numeral says, None where it is none.

    >>> numeral("二十三"), numeral("一百零五"), numeral("十"), numeral("一万二千"), numeral("二〇一二"), numeral("三四")
    (23, 105, 10, 12000, 2012, None)
    """
    if text and all(one in _DIGITS for one in text):
        if len(text) == 1:
            return _DIGITS[text]
        return int("".join(str(_DIGITS[one]) for one in text)) if "〇" in text or len(text) == 4 else None
    total, section, digit = 0, 0, None
    for one in text:
        if one in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[one]
        elif one in _STEPS:
            section += _STEPS[one] * (1 if digit is None else digit)
            digit = None
        elif one in _LARGE:
            total = (total + section + (digit or 0)) * _LARGE[one] or _LARGE[one]
            section, digit = 0, None
        else:
            return None
    return total + section + (digit or 0) if text else None


@dataclass(frozen=True)
class Interval:
    """All values from low to high that a printed figure, or what follows from some, may stand for; none is negative."""

    low: Fraction
    high: Fraction

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(self.low + other.low, min(self.high + other.high, ENDLESS))

    def __sub__(self, other: "Interval") -> "Interval":
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: "Interval") -> "Interval":
        return Interval(self.low * other.low, min(self.high * other.high, ENDLESS))

    def __truediv__(self, other: "Interval") -> "Interval":
        high = ENDLESS if other.low <= 0 else min(self.high / other.low, ENDLESS)
        return Interval(self.low / other.high if other.high > 0 else ENDLESS, high)

    def meets(self, other: "Interval") -> bool:
        """Tell whether some value lies in both."""
        return self.low <= other.high and other.low <= self.high

    def wider(self, by: Fraction) -> "Interval":
        """Return the interval with `by` added on both sides."""
        return Interval(self.low - by, self.high + by)


def exactly(value: Fraction | int) -> Interval:
    """Return the interval of one value."""
    return Interval(Fraction(value), Fraction(value))


def total(parts: list[Interval]) -> Interval:
    """Return the sum."""
    return sum(parts, exactly(0))


def told(value: Fraction, places: int = 2) -> str:
    """Return a value as people write it: up to so many decimals, half up, no empty ones.

    >>> told(Fraction(12, 34) * 10), told(Fraction(5)), told(Fraction(247, 12000) * 100)
    ('3.53', '5', '2.06')
    """
    scale = 10**places
    sign, size = ("-" if value < 0 else ""), abs(value)
    whole, rest = divmod(int(size * scale + Fraction(1, 2)), scale)
    decimals = f"{rest:0{places}}".rstrip("0") if places else ""
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"
