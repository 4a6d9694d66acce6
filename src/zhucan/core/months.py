"""Calendar months, the unit in which benefits are decided and paid (CAL-1)."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self, overload

from zhucan.core.errors import ZhucanError

_WRITTEN = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})|([0-9]{2})|年([0-9]{1,2})月)")


_FIRST_YEAR, _LAST_YEAR = 1900, 2999  # what anybody may type; days beyond a calendar cannot be reached from these


class InvalidMonth(ZhucanError, ValueError):
    """The text or the numbers name no calendar month."""


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """One calendar month; ordered, hashable, and countable by whole months.

    >>> Month(2025, 12) + 2
    Month(year=2026, month=2)
    >>> Month(2026, 2) - Month(2025, 12)
    2
    """

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.year <= 9999 and 1 <= self.month <= 12):
            raise InvalidMonth(f"没有 {self.year} 年 {self.month} 月这个月份；请按 2025-05 的形式填写。")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month written as `2025-05` (also `202505` and `2025年5月`).

        Raises `InvalidMonth` for anything else, and for years in which nobody alive can have been paid.

        >>> Month.parse("2025-05")
        Month(year=2025, month=5)
        """
        match = _WRITTEN.fullmatch(text.strip())
        if match is None:
            raise InvalidMonth(f"“{text}”不是月份；请按 2025-05 的形式填写。")
        if not _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR:
            raise InvalidMonth(f"“{text}”不在 {_FIRST_YEAR} 年至 {_LAST_YEAR} 年之间；请按 2025-05 的形式填写。")
        return cls(int(match[1]), int(match[2] or match[3] or match[4]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month a day lies in."""
        return cls(day.year, day.month)

    @classmethod
    def from_index(cls, index: int) -> Self:
        """Return the month with this running number (the inverse of `index`)."""
        return cls(index // 12, index % 12 + 1)

    @property
    def index(self) -> int:
        """The running number of the month, `year * 12 + month - 1`."""
        return self.year * 12 + self.month - 1

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """The last day."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    @property
    def next(self) -> Self:
        """The month after this one."""
        return self + 1

    @property
    def previous(self) -> Self:
        """The month before this one."""
        return self - 1

    @property
    def label(self) -> str:
        """The month as documents write it: `2025年5月`, without a leading zero (RR-20)."""
        return f"{self.year}年{self.month}月"

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def __contains__(self, day: date) -> bool:
        return day.year == self.year and day.month == self.month

    def __add__(self, count: int) -> Self:
        return self.from_index(self.index + count)

    @overload
    def __sub__(self, other: "Month") -> int: ...
    @overload
    def __sub__(self, other: int) -> Self: ...
    def __sub__(self, other: "Month | int") -> "Self | int":
        if isinstance(other, Month):
            return self.index - other.index
        return self.from_index(self.index - other)


def months(start: Month, end: Month) -> Iterator[Month]:
    """Yield every month from `start` up to but without `end`; nothing when `end` is not later.

    >>> [str(month) for month in months(Month(2024, 12), Month(2025, 2))]
    ['2024-12', '2025-01']
    """
    for index in range(start.index, end.index):
        yield Month.from_index(index)
