"""Half-open periods of days, and sets of them: the arithmetic of "when was it so"."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from zhucan.core.errors import ZhucanError


class InvalidPeriod(ZhucanError, ValueError):
    """A period that would end on or before the day it starts."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to but without `end`; an `end` of None is open.

    >>> date(2025, 6, 1) in Period(date(2025, 5, 1), date(2025, 6, 1))
    False
    """

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise InvalidPeriod(f"时间段从 {self.start} 起却在 {self.end} 结束；请让结束日晚于开始日。")

    @property
    def last(self) -> date | None:
        """The last day inside, None when open."""
        return None if self.end is None else self.end - timedelta(days=1)

    @property
    def days(self) -> int | None:
        """The number of days inside, None when open."""
        return None if self.end is None else (self.end - self.start).days

    def contains(self, day: date) -> bool:
        """Tell whether a day lies inside."""
        return self.start <= day and (self.end is None or day < self.end)

    __contains__ = contains

    def overlaps(self, other: "Period") -> bool:
        """Tell whether the two have a day in common; touching is not overlapping."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def intersection(self, other: "Period") -> "Period | None":
        """Return the days in both, None when there are none."""
        if not self.overlaps(other):
            return None
        return Period(max(self.start, other.start), _earlier(self.end, other.end))


class PeriodSet:
    """A set of days as the fewest disjoint periods in order; equal when the days are equal.

    >>> spring = PeriodSet([Period(date(2025, 3, 1), date(2025, 4, 1)), Period(date(2025, 4, 1), date(2025, 6, 1))])
    >>> len(spring), date(2025, 4, 1) in spring
    (1, True)
    """

    __slots__ = ("periods",)

    periods: tuple[Period, ...]

    def __init__(self, periods: Iterable[Period] = ()) -> None:
        self.periods = tuple(_merged(periods))

    def contains(self, day: date) -> bool:
        """Tell whether a day lies inside."""
        return any(day in period for period in self.periods)

    __contains__ = contains

    def overlaps(self, other: "PeriodSet") -> bool:
        """Tell whether the two have a day in common."""
        return bool(self.intersection(other))

    def union(self, other: "PeriodSet") -> "PeriodSet":
        """Return the days in either."""
        return PeriodSet((*self.periods, *other.periods))

    def intersection(self, other: "PeriodSet") -> "PeriodSet":
        """Return the days in both."""
        common = (mine.intersection(theirs) for mine in self.periods for theirs in other.periods)
        return PeriodSet(period for period in common if period is not None)

    def difference(self, other: "PeriodSet") -> "PeriodSet":
        """Return the days in this one and not in the other."""
        return PeriodSet(piece for period in self.periods for piece in _without(period, other.periods))

    __or__ = union
    __and__ = intersection
    __sub__ = difference

    def __iter__(self) -> Iterator[Period]:
        return iter(self.periods)

    def __len__(self) -> int:
        return len(self.periods)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PeriodSet) and self.periods == other.periods

    def __hash__(self) -> int:
        return hash(self.periods)

    def __repr__(self) -> str:
        return f"PeriodSet({list(self.periods)!r})"


def _earlier(one: date | None, other: date | None) -> date | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _merged(periods: Iterable[Period]) -> Iterator[Period]:
    """Yield the same days in order, touching and overlapping periods joined."""
    current: Period | None = None
    for period in sorted(periods, key=lambda period: period.start):
        if current is None:
            current = period
        elif current.end is None or period.start <= current.end:
            end = None if current.end is None or period.end is None else max(current.end, period.end)
            current = Period(current.start, end)
        else:
            yield current
            current = period
    if current is not None:
        yield current


def _without(period: Period, holes: Iterable[Period]) -> Iterator[Period]:
    """Yield what is left of a period when ordered, disjoint holes are cut out."""
    start = period.start
    for hole in holes:
        if not hole.overlaps(period):
            continue
        if start < hole.start:
            yield Period(start, hole.start)
        if hole.end is None:
            return
        start = hole.end
    if period.end is None or start < period.end:
        yield Period(start, period.end)
