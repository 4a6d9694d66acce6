"""Periods that figures are given for: whole months, half-open."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month


class InvalidPeriod(ZhucanError, ValueError):
    """A period without a month."""


@dataclass(frozen=True, order=True)
class Period:
    """The months from `first` up to but without `after`.

    >>> Period.year(2025).label, Period(Month(2025, 1), Month(2025, 10)).label
    ('2025年', '2025年1—9月')
    """

    first: Month
    after: Month

    def __post_init__(self) -> None:
        if self.after <= self.first:
            raise InvalidPeriod(f"时段从 {self.first} 到 {self.after} 不含任何月份：结束月应晚于开始月。")

    @classmethod
    def year(cls, year: int) -> Self:
        """Return the calendar year."""
        return cls(Month(year, 1), Month(year + 1, 1))

    @classmethod
    def month(cls, month: Month) -> Self:
        """Return one month."""
        return cls(month, month.next)

    @property
    def start(self) -> date:
        """The first day."""
        return self.first.first

    @property
    def stop(self) -> date:
        """The day after the last one."""
        return self.after.first

    @property
    def last(self) -> Month:
        """The last month."""
        return self.after.previous

    @property
    def previous(self) -> Self:
        """The same months a year before."""
        return type(self)(self.first - 12, self.after - 12)

    @property
    def label(self) -> str:
        """The period as documents write it."""
        if self.first.month == 1 and self.after - self.first == 12:
            return f"{self.first.year}年"
        if self.after - self.first == 1:
            return self.first.label
        if self.first.year == self.last.year:
            return f"{self.first.year}年{self.first.month}—{self.last.month}月"
        return f"{self.first.label}—{self.last.label}"
