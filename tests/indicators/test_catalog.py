"""The catalogue is consistent, and every word in it can be read."""

import re
from collections import Counter

import pytest

from zhucan.indicators.catalog import CATALOG, indicator
from zhucan.indicators.declared import Indicator, Measure, Ratio, UnknownIndicator


def test_ids_and_names_are_said_once():
    assert max(Counter(item.id for item in CATALOG).values()) == 1
    assert max(Counter(item.name for item in CATALOG).values()) == 1


@pytest.mark.parametrize("item", CATALOG, ids=lambda item: item.id)
def test_every_figure_has_a_definition_and_an_id_that_a_report_can_name(item: Indicator | Ratio):
    assert re.fullmatch(r"[a-z0-9-]+", item.id)
    assert item.definition.endswith("。")
    assert item.name
    assert item.unit


def test_every_ratio_stands_on_two_counts_of_one_kind_of_the_catalogue():
    for item in CATALOG:
        if isinstance(item, Ratio):
            over, under = indicator(item.numerator), indicator(item.denominator)
            assert isinstance(over, Indicator)
            assert isinstance(under, Indicator)
            assert over.measure is under.measure
            assert over.measure in (Measure.PERSONS, Measure.HOUSEHOLDS, Measure.CASES, Measure.COUNTIES, Measure.TIMES)


def test_an_unknown_id_is_one_sentence():
    with pytest.raises(UnknownIndicator, match="没有指标 holder：请用") as refused:
        indicator("holder")
    assert str(refused.value).startswith("没有指标")
