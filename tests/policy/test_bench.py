"""The benchmark decides what it says it decides; its speed is not tested here."""

import pytest

from zhucan.policy import bench
from zhucan.policy.catalogue import SCHEMES


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bench, "_PART", 700)
    return bench.bench_decide(2000)


def test_it_prints_the_figures_of_the_design(small):
    assert {
        "people",
        "rows",
        "seconds",
        "peak_mb",
        "limit_seconds",
        "ratio_to_limit",
        "processor_ratio",
    } <= small.keys()
    assert small["people"] == 2000
    assert small["schemes"] == 2
    assert small["rows"] > 3 * 2000


def test_some_are_entitled_and_some_are_not(small):
    assert 0 < small["yes"] < 2000


def test_the_parts_do_not_change_who_is_entitled(small, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bench, "_PART", 5000)

    assert bench.bench_decide(2000)["yes"] == small["yes"]


def test_the_whole_catalogue_is_decided_and_more_are_entitled(small, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bench, "_PART_OF_ALL", 1500)
    whole = bench.bench_decide(2000, whole=True)

    assert whole["schemes"] == sum(item.administered for item in SCHEMES) > small["schemes"]
    assert small["yes"] < whole["yes"] <= 2000


@pytest.mark.parametrize("people", [0, -1, 10**9])
def test_a_senseless_number_is_refused(people: int):
    with pytest.raises(bench.BadSize, match="应在"):
        bench.bench_decide(people)
