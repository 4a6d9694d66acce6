from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhucan.core.periods import InvalidPeriod, Period, PeriodSet

DAY_0 = date(2025, 1, 1)
DAYS = [DAY_0 + timedelta(days=n) for n in range(60)]


def day(n):
    return DAY_0 + timedelta(days=n)


periods = st.builds(
    lambda start, length: Period(day(start), None if length is None else day(start + length)),
    st.integers(0, 40),
    st.none() | st.integers(1, 15),
)
sets = st.lists(periods, max_size=6).map(PeriodSet)


def days_of(periods):
    return {d for d in DAYS if d in periods}


def test_the_first_day_is_in_and_the_end_is_out():
    period = Period(day(0), day(10))

    assert day(0) in period
    assert day(9) in period
    assert not period.contains(day(10))
    assert (period.days, period.last) == (10, day(9))


def test_an_open_period_never_ends():
    period = Period(day(0))

    assert date(9999, 12, 31) in period
    assert (period.days, period.last) == (None, None)


@pytest.mark.parametrize("end", [0, -1])
def test_a_period_of_no_days_is_refused(end):
    with pytest.raises(InvalidPeriod, match="请让结束日晚于开始日"):
        Period(day(0), day(end))


def test_touching_periods_do_not_overlap_and_become_one():
    first, second = Period(day(0), day(5)), Period(day(5), day(9))

    assert not first.overlaps(second)
    assert list(PeriodSet([second, first])) == [Period(day(0), day(9))]


def test_a_hole_splits_an_open_period():
    left = PeriodSet([Period(day(0))]) - PeriodSet([Period(day(3), day(5))])

    assert list(left) == [Period(day(0), day(3)), Period(day(5))]


@given(periods, periods)
def test_periods_overlap_exactly_when_they_share_a_day(one, other):
    shared = days_of(one) & days_of(other)

    assert one.overlaps(other) == other.overlaps(one) == bool(shared)
    common = one.intersection(other)
    assert (days_of(common) if common else set()) == shared


@given(sets, sets)
def test_set_operations_do_to_days_what_they_do_to_sets(one, other):
    assert days_of(one | other) == days_of(one) | days_of(other)
    assert days_of(one & other) == days_of(one) & days_of(other)
    assert days_of(one - other) == days_of(one) - days_of(other)
    assert one.overlaps(other) == bool(one & other)


@given(sets, sets)
def test_a_set_is_in_order_disjoint_and_equal_when_its_days_are(one, other):
    for result in (one, one | other, one & other, one - other):
        for earlier, later in zip(result.periods, result.periods[1:], strict=False):
            assert earlier.end is not None
            assert earlier.end < later.start
    assert (one - other) | (one & other) == one
    assert hash(one | other) == hash(other | one)
