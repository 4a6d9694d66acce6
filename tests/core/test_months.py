from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhucan.core.months import InvalidMonth, Month, months

some_months = st.builds(Month, st.integers(1900, 2200), st.integers(1, 12))


def test_a_month_knows_its_days_and_its_names():
    month = Month(2024, 2)

    assert (month.first, month.last) == (date(2024, 2, 1), date(2024, 2, 29))
    assert (str(month), month.label) == ("2024-02", "2024年2月")
    assert date(2024, 2, 29) in month
    assert date(2023, 2, 28) not in month


@pytest.mark.parametrize("text", ["2025-05", "2025-5", "202505", "2025年5月", " 2025-05 "])
def test_a_month_is_read_however_it_is_commonly_written(text):
    assert Month.parse(text) == Month(2025, 5)


@pytest.mark.parametrize("text", ["", "2025", "2025-13", "2025-00", "0000-01", "2025-05-01", "五月", "２０２５-05"])
def test_anything_else_is_refused_with_a_chinese_sentence(text):
    with pytest.raises(InvalidMonth, match="请按 2025-05 的形式填写"):
        Month.parse(text)


def test_months_run_up_to_but_without_the_end():
    assert list(months(Month(2024, 11), Month(2025, 2))) == [Month(2024, 11), Month(2024, 12), Month(2025, 1)]
    assert list(months(Month(2025, 2), Month(2025, 2))) == []
    assert list(months(Month(2025, 3), Month(2025, 2))) == []


@given(some_months, st.integers(-600, 600))
def test_adding_months_is_undone_by_subtracting_them(month, count):
    later = month + count

    assert later - month == count
    assert later - count == month
    assert Month.from_index(month.index) == month
    assert (later > month) == (count > 0)


@given(some_months)
def test_a_month_touches_its_neighbours_without_a_gap(month):
    assert Month.parse(str(month)) == month
    assert (month.next.first - month.last).days == 1
    assert month.next.previous == month
    assert Month.of(month.last) == month
    assert hash(Month.of(month.first)) == hash(month)
