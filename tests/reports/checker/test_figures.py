"""Figures of a sentence: values, what their precision leaves open, units, and numbers that count nothing."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhucan.reports.checker.figures import Figure, figures_of
from zhucan.reports.checker.numbers import ENDLESS, Interval, exactly, numeral, told, total
from zhucan.reports.checker.text import canonical


def _one(text: str) -> Figure:
    (found,) = figures_of(canonical(text))
    return found


@pytest.mark.parametrize(
    ("text", "kind", "low", "high"),
    [
        ("发放补贴１,２３４人", "person", 1234, 1234),
        ("共计45,000元", "money", "44999.5", "45000.5"),
        ("投入1.28亿元", "money", 127500000, 128500000),
        ("资金78万多元", "money", 780000, 790000),
        ("价值5万余元", "money", 50000, 60000),
        ("200多名残疾人", "person", 200, 300),
        ("3000多户", "household", 3000, 4000),
        ("近60人", "person", 54, 60),
        ("约120件", "item", 108, 132),
        ("不足20家", "place", 0, 20),
        ("达到90%以上", "percent", 90, None),
        ("占43.7%", "percent", "43.65", "43.75"),
        ("百分之四十三点七的人", "percent", "43.65", "43.75"),
        ("八个行政村", "place", 8, 8),
        ("二十三名专职委员", "person", 23, 23),
        ("80—100人", "person", 80, 100),
        ("提高3.3个百分点", "points", "3.25", "3.35"),
        ("服务1.2万人次", "times", 11500, 12500),
        ("面积71367平方米", "area", "71366.5", "71367.5"),
        ("6成", "percent", 55, 65),
    ],
)
def test_a_figure_has_its_kind_and_the_values_it_may_stand_for(text: str, kind: str, low: object, high: object):
    figure = _one(text)

    assert figure.kind == kind
    assert figure.span == Interval(Fraction(str(low)), ENDLESS if high is None else Fraction(str(high)))


@pytest.mark.parametrize(
    "text",
    [
        "第22个全国助残日",
        "2024年5月18日",
        "18号楼4单元",
        "〔2024〕15号文件",
        "一户一策",
        "第三届残疾人运动会",
        "三四十人",
        "十四五规划",
        "5年制合同",
    ],
)
def test_dates_ranks_and_fixed_words_are_no_figures(text: str):
    assert figures_of(canonical(text)) == []


def test_a_figure_knows_the_words_around_it():
    figure = figures_of("全县持证残疾人990人，其中视力残疾151人")[1]

    assert (figure.label, figure.tail) == ("其中视力残疾", "")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("两", 2),
        ("十", 10),
        ("二十", 20),
        ("一百零五", 105),
        ("三千二百", 3200),
        ("二〇二三", 2023),
        ("三四", None),
        ("", None),
    ],
)
def test_numerals_are_read(text: str, value: int | None):
    assert numeral(text) == value


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_a_sum_lies_in_the_sum_of_its_intervals(parts: list[int]):
    summed = total([Interval(Fraction(one) - Fraction(1, 2), Fraction(one) + Fraction(1, 2)) for one in parts])

    assert summed.meets(exactly(sum(parts)))
    assert not summed.meets(exactly(sum(parts) + len(parts)))


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(0, 2))
def test_a_share_rounded_half_up_always_fits_what_it_was_worked_out_from(part: int, whole: int, places: int):
    figure = _one(f"占{told(Fraction(part * 100, whole), places)}%")

    assert figure.fits(exactly(part) / exactly(whole) * exactly(100))


@given(st.integers(0, 10**9))
def test_a_number_is_told_as_it_is(value: int):
    assert told(Fraction(value)) == str(value)
