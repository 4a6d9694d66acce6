"""Periods: whole months, said as documents say them."""

from datetime import date

import pytest

from zhucan.core.months import Month
from zhucan.indicators.periods import InvalidPeriod, Period


@pytest.mark.parametrize(
    ("period", "label"),
    [
        (Period.year(2025), "2025年"),
        (Period(Month(2025, 1), Month(2025, 10)), "2025年1—9月"),
        (Period.month(Month(2025, 3)), "2025年3月"),
        (Period(Month(2024, 11), Month(2025, 3)), "2024年11月—2025年2月"),
    ],
)
def test_a_period_is_said_as_documents_say_it(period: Period, label: str):
    assert period.label == label


def test_a_period_is_half_open():
    year = Period.year(2025)

    assert (year.start, year.stop, year.last) == (date(2025, 1, 1), date(2026, 1, 1), Month(2025, 12))


def test_the_previous_period_is_the_same_months_a_year_before():
    assert Period(Month(2025, 1), Month(2025, 10)).previous == Period(Month(2024, 1), Month(2024, 10))


def test_a_period_without_a_month_is_refused():
    with pytest.raises(InvalidPeriod, match="不含任何月份"):
        Period(Month(2025, 3), Month(2025, 3))
