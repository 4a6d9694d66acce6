from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhucan.core import money
from zhucan.core.money import InvalidMoney, capital, fen, from_fen, parse_yuan, wan, yuan

fens = st.integers(-(10**14) + 1, 10**14 - 1)


def test_MON_2_an_amount_is_rounded_half_up_to_the_fen():
    assert yuan("79.835") == Decimal("79.84")
    assert yuan("79.8349") == Decimal("79.83")
    assert yuan("-0.005") == Decimal("-0.01")
    assert str(yuan(3)) == "3.00"


@pytest.mark.parametrize("make", [yuan, fen, wan])
def test_MON_1_a_float_is_never_money(make):
    with pytest.raises(TypeError, match="money must not be a float"):
        make(0.1)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1,234.50", "1234.50"),
        ("１，２３４．５", "1234.50"),
        (" 330 元 ", "330.00"),
        ("￥330", "330.00"),
        ("1234567.89元", "1234567.89"),
        ("+5", "5.00"),
        ("0", "0.00"),
    ],
)
def test_a_typed_amount_is_read(typed, amount):
    assert str(parse_yuan(typed)) == amount


@pytest.mark.parametrize(
    "typed",
    [
        "1.234",
        "1.230",
        "NaN",
        "Infinity",
        "1e3",
        "",
        " ",
        "元",
        "一百",
        "12,34",
        "1.2.3",
        "--1",
        "1.",
        ".5",
        "3万",
        "3万元",
        "1000000000000",
        "٣",
    ],
)
def test_what_is_no_amount_is_refused_with_the_next_step(typed):
    with pytest.raises(InvalidMoney, match=r"；请.+。$"):
        parse_yuan(typed)


def test_a_negative_amount_needs_leave():
    with pytest.raises(InvalidMoney, match="是负数"):
        parse_yuan("-845.00")

    assert parse_yuan("-845.00", allow_negative=True) == Decimal("-845.00")
    assert fen("-845.00") == -84500


@pytest.mark.parametrize("amount", [Decimal("0.001"), "0.001", Decimal("NaN"), Decimal("Infinity")])
def test_fen_are_exact_or_refused(amount):
    with pytest.raises(InvalidMoney):
        fen(amount)


def test_RR_E07_yuan_become_wan_with_one_rounding():
    assert wan(Decimal("1234567.89")) == Decimal("123.46")
    assert wan(Decimal("50")) == Decimal("0.01")


def test_RR_E13_capital_amount_with_inner_zeros():
    assert capital(Decimal("10005.06")) == "壹万零伍元零陆分"


def test_RR_E14_capital_amount_without_fen_ends_with_zheng():
    assert capital(Decimal("2300.00")) == "贰仟叁佰元整"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10.50", "壹拾元伍角整"),
        ("15", "壹拾伍元整"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("100000500", "壹亿零伍佰元整"),
        ("100010000", "壹亿零壹万元整"),
        ("10100100", "壹仟零壹拾万零壹佰元整"),
        ("1001000", "壹佰万壹仟元整"),
        ("-845.00", "负捌佰肆拾伍元整"),
    ],
)
def test_RR_23_capital_amounts_read_zeros_once_and_end_with_zheng_without_fen(amount, written):
    assert capital(Decimal(amount)) == written


@given(st.integers(0, 10**14 - 1))
def test_capital_amounts_say_what_an_independent_reader_says(count):
    written = capital(from_fen(count))

    # cn2an leaves out the 整 that RR-23 wants after 角; the rest must agree.
    assert written.removesuffix("整") == cn2an.an2cn(str(from_fen(count)), "rmb").removesuffix("整")
    assert written.endswith("分") == (count % 10 != 0)
    assert "零零" not in written


def test_an_amount_too_large_for_capitals_is_refused():
    with pytest.raises(InvalidMoney, match="太大"):
        capital(Decimal(10) ** 12)


@given(fens)
def test_fen_and_yuan_are_the_same_amount(count):
    amount = from_fen(count)

    assert fen(amount) == count
    assert fen(money.text(amount)) == count
    assert parse_yuan(money.text(amount) + "元", allow_negative=True) == amount
    assert yuan(amount) == amount


def test_amounts_are_shown_with_separators_and_two_decimals():
    assert money.text(Decimal("1160")) == "1,160.00"
    assert money.text(Decimal("-1690.5")) == "-1,690.50"
    assert money.text(Decimal("0")) == "0.00"
