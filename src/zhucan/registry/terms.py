"""The terms of a school year. Their first days are parameters that a place may lay down for itself."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from zhucan.core.months import Month
from zhucan.orgs.divisions import parameter_rows
from zhucan.policy.parameters import ParameterRow, resolve

NAMES = ("spring_term_begins", "autumn_term_begins")
"""The first days of the two terms, as month and day; the spring term takes in the holidays after it."""


def term_rows(known_at: datetime | None = None) -> tuple[ParameterRow, ...]:
    """Return the rows that say when terms begin, as believed at a moment (None: now)."""
    rows = (row for row in parameter_rows(known_at) if row.parameter in NAMES)
    return tuple(
        replace(row, recorded_at=None, retracted_at=None)
        for row in rows
        if row.retracted_at is None or (known_at is not None and row.retracted_at > known_at)
    )


def term_of(day: date, place: str, rows: Iterable[ParameterRow]) -> tuple[date, date]:
    """Return the first day of the term that a day belongs to in a place, by the rows in force on it, and the day after its last.

    >>> from zhucan.policy.parameters import baseline
    >>> term_of(date(2026, 1, 15), "330499", baseline())
    (datetime.date(2025, 9, 1), datetime.date(2026, 2, 1))
    """
    values = resolve(rows, place, day)
    begins = [divmod(values[name], 100) for name in NAMES]
    starts = sorted(
        date(year, month, min(number, Month(year, month).last.day))  # 29 February where there is one
        for year in (day.year - 1, day.year, day.year + 1)
        for month, number in begins
    )
    return max(start for start in starts if start <= day), min(start for start in starts if start > day)


def term_starts(day: date, rows: Iterable[ParameterRow]) -> dict[str, date]:
    """Return the first day of the term of a day in each division with rows of its own; "" is everywhere else."""
    told = tuple(rows)
    return {place: term_of(day, place, told)[0] for place in {row.division for row in told}}
