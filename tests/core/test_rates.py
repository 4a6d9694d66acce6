from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhucan.core.rates import (
    elapsed,
    exact_rate,
    growth,
    growth_text,
    one_decimal,
    points,
    points_text,
    rate,
    rate_text,
    shares,
)


def test_RR_E02_completion_may_exceed_a_hundred():
    assert rate(130, 120) == Decimal("108.3")
    assert rate_text(130, 120) == "108.3%"


def test_RR_05_a_rate_without_a_denominator_is_a_dash():
    assert rate(1, 0) is None
    assert rate_text(0, 0) == "—"
    assert rate_text(0, 5) == "0.0%"


def test_RR_E03_a_fall_against_last_year():
    assert growth_text(95, 100) == "同比下降5.0%"


def test_RR_E04_no_growth_from_nothing():
    assert growth(12, 0) is None
    assert growth_text(12, 0) == "—"


def test_RR_07_no_growth_from_a_negative_base():
    assert growth_text(5, -3) == "—"


def test_RR_E05_rates_change_in_percentage_points_from_the_exact_rates():
    assert points(Decimal("87.05"), Decimal("86.25")) == Decimal("0.8")
    assert points_text(Decimal("87.05"), Decimal("86.25")) == "提高0.8个百分点"
    assert points_text(exact_rate(1, 3), exact_rate(2, 3)) == "下降33.3个百分点"
    assert points_text(50, 50) == "持平"
    assert points_text(50, exact_rate(1, 0)) == "—"


def test_RR_E06_rounded_shares_are_not_forced_to_a_hundred():
    assert shares([4, 1, 1]) == (Decimal("66.7"), Decimal("16.7"), Decimal("16.7"))
    assert shares([0, 0]) == (None, None)


def test_RR_E17_a_change_that_rounds_to_nothing_is_level():
    assert growth_text(100_030, 100_000) == "与上年同期持平"
    assert growth_text(100_030, 100_000, against="环比") == "与上期持平"
    assert growth_text(120, 100, against="环比") == "环比增长20.0%"


def test_RR_06_time_passed():
    assert [elapsed(n) for n in (1, 6, 12)] == [Decimal("8.3"), Decimal("50.0"), Decimal("100.0")]


def test_halves_round_away_from_zero():
    assert one_decimal(Decimal("0.25")) == Decimal("0.3")
    assert one_decimal(Decimal("-0.25")) == Decimal("-0.3")
    assert str(one_decimal(Fraction(-1, 100))) == "0.0"


def test_a_float_is_refused():
    with pytest.raises(TypeError):
        rate(0.5, 1)


@given(st.fractions(-1000, 1000))
def test_rounding_is_never_off_by_more_than_half_a_tenth(value):
    assert abs(Fraction(one_decimal(value)) - value) <= Fraction(1, 20)


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_growth_agrees_with_the_rate_less_a_hundred(now, before):
    assert growth(now, before) == one_decimal(Fraction(now * 100, before) - 100)
