"""Each operator of the rule language does what it says, with unknowns, and alike in Python and in SQL."""

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from zhucan.policy.expressions import (
    Expr,
    ExpressionError,
    Kind,
    add_months,
    add_years,
    all_of,
    any_of,
    choose,
    column,
    greatest,
    least,
    literal,
    months_between,
    round_fen,
    round_yuan,
    unknown_of,
    years_between,
)
from zhucan.policy.python import compile_expressions
from zhucan.policy.sql import constant, to_sql

YES, NO, UNKNOWN = literal(True), literal(False), unknown_of(Kind.BOOL)
NUMBER = column("t", "number", Kind.INT)
NOBODY_KNOWS = unknown_of(Kind.INT)
MONEY = column("t", "money", Kind.MONEY)
RATE = column("t", "rate", Kind.RATE)


def value(expr: Expr, **columns: Any) -> Any:
    """Return what an expression is over some columns, the same by both back ends."""
    names = {"number": Kind.INT, "money": Kind.MONEY, "rate": Kind.RATE, "day": Kind.DATE, "word": Kind.TEXT}
    row = {name: columns.get(name) for name in names}
    (python,) = compile_expressions([expr], ("t",))(row)

    table = ", ".join(f"{constant(row[name], kind)} AS {name}" for name, kind in names.items())
    sql = duckdb.connect().execute(
        f"SELECT {to_sql(expr, lambda space, name: f'{space}.{name}')} FROM (SELECT {table}) t"
    )
    (answer,) = sql.fetchone() or (None,)

    assert python == answer, to_sql(expr, lambda space, name: name)
    assert type(python) is type(answer)
    return python


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (YES, YES, True, True),
        (YES, NO, False, True),
        (NO, NO, False, False),
        (YES, UNKNOWN, None, True),
        (NO, UNKNOWN, False, None),
        (UNKNOWN, UNKNOWN, None, None),
    ],
)
def test_and_and_or_follow_three_valued_logic_in_either_order(left: Expr, right: Expr, both: Any, either: Any):
    assert value(left & right) is both
    assert value(right & left) is both
    assert value(left | right) is either
    assert value(right | left) is either


@pytest.mark.parametrize(("part", "denied"), [(YES, False), (NO, True), (UNKNOWN, None)])
def test_not_of_an_unknown_is_unknown(part: Expr, denied: Any):
    assert value(~part) is denied


def test_a_comparison_with_an_unknown_is_unknown_even_with_itself():
    for test in (NUMBER == 1, NUMBER != 1, NUMBER < 1, NUMBER >= 1, NUMBER == NUMBER, NUMBER >= 1):
        assert value(test) is None


def test_arithmetic_with_an_unknown_is_unknown():
    for sum_ in (NUMBER + 1, NUMBER - 1, NUMBER * 2, NUMBER // 3, NUMBER % 3):
        assert value(sum_) is None


def test_whether_something_is_known_is_itself_always_known():
    assert value(NUMBER.unknown()) is True
    assert value(NUMBER.unknown(), number=0) is False
    assert value(NUMBER.known(), number=0) is True


def test_choose_takes_the_first_true_condition_and_passes_over_unknown_ones():
    chosen = choose((NUMBER == 1, "one"), (NUMBER.unknown(), "unknown"), (NUMBER < 9, "few"), default="many")

    assert value(chosen, number=1) == "one"
    assert value(chosen, number=5) == "few"
    assert value(chosen, number=9) == "many"
    assert value(chosen) == "unknown"
    assert value(choose((UNKNOWN, "a"), default="b")) == "b"


def test_being_one_of_some_values_is_unknown_for_an_unknown():
    assert value(NUMBER.isin(3, 4), number=4) is True
    assert value(NUMBER.isin(3, 4), number=2) is False
    assert value(NUMBER.isin(3, 4)) is None


def test_the_largest_and_the_smallest_are_unknown_if_any_part_is():
    assert value(greatest(NUMBER, 3, 5), number=4) == 5
    assert value(least(NUMBER, 3, 5), number=4) == 3
    assert value(greatest(NUMBER, 3)) is None
    assert value(least(NOBODY_KNOWS, 3)) is None


def test_all_of_and_any_of_join_many():
    parts = [NUMBER > 1, NUMBER < 9, NUMBER != 5]

    assert value(all_of(*parts), number=4) is True
    assert value(all_of(*parts), number=5) is False
    assert value(any_of(NUMBER == 1, NUMBER == 2), number=2) is True


@pytest.mark.parametrize(("number", "quotient", "rest"), [(7, 3, 1), (-7, -4, 1), (0, 0, 0), (-2, -1, 0)])
def test_whole_division_rounds_down_and_the_rest_is_never_negative(number: int, quotient: int, rest: int):
    assert value(NUMBER // 2, number=number) == quotient
    assert value(NUMBER % 2, number=number) == rest


@pytest.mark.parametrize(
    ("fen", "rate", "rounded", "whole_yuan"),
    [
        (87300, 3000, 26190, 26200),  # TS-E22: 873 × 30 % = 261.90 → 262
        (100000, 3333, 33330, 33300),
        (101, 5000, 51, 100),  # 0.505 → 0.51: half goes up
        (99, 5000, 50, 0),  # 0.495 → 0.50 in fen, 0 in whole yuan
        (-101, 5000, -51, -100),  # away from zero
        (0, 5000, 0, 0),
    ],
)
def test_money_times_a_rate_is_rounded_half_up_once(fen: int, rate: int, rounded: int, whole_yuan: int):
    assert value(round_fen(MONEY * RATE), money=fen, rate=rate) == rounded
    assert value(round_yuan(MONEY * RATE), money=fen, rate=rate) == whole_yuan


def test_an_unknown_amount_or_rate_stays_unknown_through_rounding():
    assert value(round_fen(MONEY * RATE), rate=3000) is None
    assert value(round_yuan(MONEY * RATE), money=100) is None


def test_TS_E02_money_is_compared_with_a_product_before_any_rounding():
    limit = MONEY * RATE

    assert value(literal(Decimal("1650.00")) <= limit, money=110000, rate=15000) is True
    assert value(literal(Decimal("1650.01")) <= limit, money=110000, rate=15000) is False
    assert value(literal(Decimal("0.33")) <= limit, money=66, rate=4999) is False  # 0.329934 is below 0.33


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2016, 2, 29), 120, date(2026, 2, 28)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
    ],
)
def test_CAL_2_a_day_that_does_not_exist_becomes_the_last_of_its_month(day: date, months: int, then: date):
    assert value(add_months(column("t", "day", Kind.DATE), months), day=day) == then


def test_years_are_twelve_months():
    assert value(add_years(literal(date(2016, 2, 29)), 10)) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2012, 2, 29), date(2026, 2, 27), 13),
        (date(2012, 2, 29), date(2026, 2, 28), 14),
        (date(1960, 5, 1), date(2020, 4, 30), 59),
        (date(1960, 5, 1), date(2020, 5, 1), 60),
        (date(2025, 5, 2), date(2025, 5, 1), -1),
    ],
)
def test_CAL_3_full_years_change_on_the_birthday(born: date, on: date, years: int):
    assert value(years_between(literal(born), literal(on))) == years


def test_months_between_counts_calendar_months_not_days():
    assert value(months_between(literal(date(2025, 1, 31)), literal(date(2025, 2, 1)))) == 1
    assert value(months_between(literal(date(2025, 3, 1)), literal(date(2024, 12, 31)))) == -3


def test_the_first_characters_of_an_unknown_text_are_unknown():
    word = column("t", "word", Kind.TEXT)

    assert value(word.left(6), word="330499101201") == "330499"
    assert value(word.left(6)) is None


def test_a_quote_in_a_text_does_not_end_it():
    assert value(literal("a'b") == "a'b") is True


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: NUMBER == MONEY,
        lambda: MONEY + 1,
        lambda: MONEY * MONEY,
        lambda: MONEY * RATE * RATE,
        lambda: RATE + RATE,
        lambda: NUMBER // 0,
        lambda: NUMBER // NUMBER,
        lambda: literal(0.3),
        lambda: literal(Decimal("0.001")),
        lambda: literal("a") < "b",
        lambda: YES & NUMBER,
        lambda: choose((NUMBER, 1), default=2),
        lambda: choose((YES, 1), default="2"),
        lambda: greatest(NUMBER, MONEY),
        lambda: round_fen(NUMBER),
        lambda: add_years(NUMBER, 1),
        lambda: bool(NUMBER == 1),
    ],
)
def test_what_does_not_fit_together_is_refused_where_it_is_written(mistake: Any):
    with pytest.raises(ExpressionError):
        mistake()


def test_an_expression_names_the_columns_it_reads_once_and_in_order():
    expr = (MONEY * RATE <= MONEY) & (NUMBER == 1)

    assert list(expr.columns("t")) == ["money", "rate", "number"]
    assert list(expr.columns("elsewhere")) == []
