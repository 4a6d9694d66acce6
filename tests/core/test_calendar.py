from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhucan.core import calendar
from zhucan.core.calendar import (
    HOLIDAYS_FILE,
    InvalidHolidayTable,
    NoHolidayTable,
    UnknownFestival,
    add_calendar_days,
    add_months,
    add_working_days,
    add_years,
    age,
    festival,
    load_holidays,
    turns,
    working_day,
)
from zhucan.core.errors import ZhucanError

births = st.dates(date(1900, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("received", "count", "due"),
    [
        (date(2025, 9, 26), 5, date(2025, 10, 10)),
        (date(2025, 4, 25), 10, date(2025, 5, 13)),
        (date(2025, 1, 24), 5, date(2025, 2, 7)),
    ],
)
def test_CAL_4_working_days_count_made_up_days_and_skip_holidays(received, count, due):
    assert add_working_days(received, count) == due
    assert load_holidays().working_days_between(received, due) == count


def test_CAL_2_the_29th_of_february_becomes_the_28th():
    assert add_years(date(2016, 2, 29), 10) == date(2026, 2, 28)
    assert add_months(date(2024, 8, 31), 6) == date(2025, 2, 28)
    assert add_months(date(2025, 3, 31), -1) == date(2025, 2, 28)


def test_CAL_3_a_person_born_on_29_february_turns_14_on_the_28th():
    born = date(2012, 2, 29)

    assert age(born, date(2026, 2, 27)) == 13
    assert age(born, date(2026, 2, 28)) == 14
    assert turns(born, 14) == date(2026, 2, 28)


@given(births, st.integers(0, 120))
def test_age_changes_on_the_day_a_person_turns(born, years):
    day = turns(born, years)

    assert age(born, day) == years
    if years:
        assert age(born, day - timedelta(days=1)) == years - 1


def test_there_is_no_age_before_birth():
    with pytest.raises(ValueError, match="before the birth"):
        age(date(2025, 1, 2), date(2025, 1, 1))


def test_DC_E11_a_certificate_of_29_february_expires_on_the_28th_ten_years_on():
    assert add_years(date(2016, 2, 29), 10) == date(2026, 2, 28)


def test_DC_E12_a_renewed_certificate_runs_ten_years_from_its_own_issue():
    assert add_years(date(2025, 7, 1), 10) == date(2035, 7, 1)


def test_DC_E14_more_than_six_months_excludes_the_day_itself():
    moved = date(2025, 1, 15)

    assert add_months(moved, 6) + timedelta(days=1) == date(2025, 7, 16)
    assert add_months(moved, 12) + timedelta(days=1) == date(2026, 1, 16)


def test_DC_E19_the_last_day_to_object_counts_worked_weekends():
    assert add_working_days(date(2025, 9, 24), 10) == date(2025, 10, 14)


def test_RR_E15_vouchers_are_kept_thirty_years_from_the_next_first_of_january():
    assert add_years(date(2026, 1, 1), 30) - timedelta(days=1) == date(2055, 12, 31)


def test_art_203_a_period_ending_on_a_day_off_ends_on_the_next_that_is_not():
    assert add_calendar_days(date(2025, 9, 23), 10) == date(2025, 10, 9)
    assert add_calendar_days(date(2025, 9, 18), 10) == date(2025, 9, 28)  # a Sunday that is worked
    assert load_holidays().deadline_in_months(date(2025, 4, 1), 1) == date(2025, 5, 6)


def test_CAL_5_a_year_without_a_table_is_an_error_not_a_guess():
    with pytest.raises(NoHolidayTable, match=r"没有 2027 年：请.*补上该年。"):
        add_working_days(date(2026, 12, 31), 1)
    with pytest.raises(ZhucanError):
        working_day(date(1999, 1, 2))


def test_working_days_are_counted_forwards_only():
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(date(2025, 1, 1), -1)
    assert add_working_days(date(2025, 1, 1), 0) == date(2025, 1, 1)
    assert load_holidays().working_days_between(date(2025, 1, 3), date(2025, 1, 2)) == -1


def test_the_table_agrees_with_its_seed_on_every_day():
    day = date(2012, 1, 1)
    while day.year <= 2026:
        assert working_day(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_a_year_is_added_by_editing_a_file(tmp_path):
    table = tmp_path / "holidays.yaml"
    table.write_text("holidays:\n  2031: {off: [01-01..01-03], work: [01-04]}\n", encoding="utf-8")

    holidays = load_holidays(table)

    assert holidays.years == {2031}
    assert not holidays.working_day(date(2031, 1, 3))
    assert holidays.working_day(date(2031, 1, 4))  # a Saturday
    assert load_holidays(HOLIDAYS_FILE) == load_holidays()


def test_an_installation_keeps_years_of_its_own_over_the_shipped_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(calendar, "_own", [])
    calendar.keep_years_in(tmp_path / "own.yaml")
    assert load_holidays() == load_holidays(HOLIDAYS_FILE)
    notice = tmp_path / "notice.yaml"

    notice.write_text("holidays:\n  2031: {off: [01-01..01-03], work: [01-04]}\n", encoding="utf-8")
    assert calendar.add_years_of(notice) == (2031,)
    assert working_day(date(2031, 1, 4))
    assert working_day(date(2026, 12, 31))
    notice.write_text(
        "holidays:\n  2031: {off: [01-01], work: []}\n  2032: {off: [01-01], work: []}\n", encoding="utf-8"
    )
    assert calendar.add_years_of(notice) == (2031, 2032)  # the notice was changed
    assert not working_day(date(2031, 1, 4))

    notice.write_text("holidays:\n  2032: {off: [01-01], work: [01-01]}\n", encoding="utf-8")
    before = (tmp_path / "own.yaml").read_text(encoding="utf-8")
    with pytest.raises(InvalidHolidayTable, match=r"notice\.yaml"):
        calendar.add_years_of(notice)
    assert (tmp_path / "own.yaml").read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "holidays: [",
        "holidays: {这: {}}",
        "holidays:\n  2031: {off: [13-01], work: []}",
        "holidays:\n  2031: {off: [01-03..01-01], work: []}",
        "holidays:\n  2031: {off: []}",
        "holidays:\n  2031: {off: [01-01], work: [01-02]}",
        "holidays:\n  2031: {off: [01-01, 01-04], work: [01-04]}",
        "holidays:\n  2031: {off: [], work: []}",  # no year is without its first day off
        "holidays:\n  2031: {off: [[01-01]], work: []}",
        "holidays:\n  2031: {off: [01-01, W01-3], work: []}",
        "holidays:\n  20310: {off: [01-01], work: []}",
        "holidays: {}",
    ],
)
def test_a_broken_table_is_refused_naming_the_file(tmp_path, text):
    table = tmp_path / "table.yaml"
    table.write_text(text, encoding="utf-8")

    with pytest.raises(InvalidHolidayTable, match=r"table\.yaml"):
        load_holidays(table)


def test_a_missing_table_is_refused_naming_the_file(tmp_path):
    with pytest.raises(InvalidHolidayTable, match=r"none\.yaml"):
        load_holidays(tmp_path / "none.yaml")


@given(st.dates(date(2012, 1, 1), date(2026, 6, 30)), st.integers(1, 60))
def test_the_last_day_of_a_working_day_period_is_worked_and_counts_back(start, count):
    due = add_working_days(start, count)

    assert working_day(due)
    assert load_holidays().working_days_between(start, due) == count


@pytest.mark.parametrize(
    ("name", "year", "day"),
    [
        ("春节", 2024, date(2024, 2, 10)),
        ("春节", 2026, date(2026, 2, 17)),
        ("元宵", 2025, date(2025, 2, 12)),
        ("端午", 2025, date(2025, 5, 31)),
        ("中秋", 2024, date(2024, 9, 17)),
        ("中秋", 2033, date(2033, 9, 8)),  # before the leap eleventh month of 2033
        ("重阳", 2025, date(2025, 10, 29)),
    ],
)
def test_lunar_festivals_fall_on_their_day(name, year, day):
    assert festival(name, year) == day


@pytest.mark.parametrize(("name", "year"), [("国庆", 2025), ("春节", 1899), ("春节", 2100)])
def test_an_unknown_festival_or_year_is_refused(name, year):
    with pytest.raises(UnknownFestival, match="；请"):
        festival(name, year)
