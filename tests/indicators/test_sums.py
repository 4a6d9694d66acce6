"""Whatever the county, the parts of its figures add up and open their records."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.county import BOTH, County, told
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.catalog import CATALOG
from zhucan.indicators.declared import Indicator, Measure
from zhucan.indicators.periods import Period
from zhucan.orgs.models import Division
from zhucan.registry import services as registry
from zhucan.registry.choices import PENSIONS, Placement, Stage
from zhucan.registry.findings import set_insurance, set_schooling

PERIOD = Period(Month(2025, 1), Month(2025, 5))
PLACES = ("330499101000", "330499102000", "330499000000", "330498000000")

RELATIVE = ("arrived", "departed", "newcomer", "gained", "lost")
"""A move, or a payment that begins or ends, is one to some of the places that it concerns and none to others."""

_person = st.fixed_dictionaries(
    {
        "born": st.dates(date(1930, 1, 1), date(2019, 12, 31)),
        "category": st.sampled_from(["visual", "mental", "intellectual", "physical"]),
        "grade": st.integers(1, 4),
        "home": st.sampled_from(PLACES[:3]),
        "hardship": st.sampled_from(["dibao", "dibian", "tekun", "none", None]),
        "applied": st.none() | st.dates(date(2025, 1, 1), date(2025, 4, 20)),
        "moves": st.none() | st.tuples(st.dates(date(2025, 1, 2), date(2025, 4, 30)), st.sampled_from(PLACES)),
        "pension": st.lists(
            st.tuples(st.dates(date(2024, 12, 1), date(2025, 4, 20)), st.sampled_from(PENSIONS)), max_size=2
        ),
        "school": st.lists(
            st.tuples(
                st.dates(date(2024, 12, 1), date(2025, 4, 20)), st.sampled_from(Stage), st.sampled_from(Placement)
            ),
            max_size=2,
        ),
        "dies": st.none() | st.dates(date(2025, 1, 2), date(2025, 4, 30)),
    }
)


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _live(county: County, lives: list[dict[str, Any]]) -> None:
    for code in PLACES[:2]:
        Division.objects.create(code=code, name=code, level="township", parent=county.a)
    for life in lives:
        person = county.person(born=life["born"])
        home = Division.objects.get(code=life["home"])
        registry.move(person=person, day=life["born"], division=home, witness=told("2020-01-01"))
        county.certify(person, life["category"], life["grade"])
        if life["hardship"]:
            county.dibao(person, kind=life["hardship"])
        if life["applied"]:
            county.grant(person, str(life["applied"]))
        for day, kind in life["pension"]:
            set_insurance(person=person, day=max(day, life["born"]), kind=kind, witness=told("2025-04-21"))
        for day, stage, placement in life["school"]:
            said = {"stage": stage, "placement": placement}
            set_schooling(person=person, day=max(day, life["born"]), said=said, witness=told("2025-04-21"))
        if life["moves"]:
            day, code = life["moves"]
            registry.move(person=person, day=day, division=Division.objects.get(code=code), witness=told(str(day)))
        if life["dies"]:  # learnt at the end of April: what was paid too much comes back then
            registry.record_death(person=person, day=life["dies"], witness=told("2025-04-30"))
    for number in range(1, 5):
        county.book(str(Month(2025, number)))


@pytest.mark.sqlite_only  # what stands on either database once the rows are brought out is the same
@pytest.mark.django_db
@settings(max_examples=4, phases=(Phase.explicit, Phase.generate))  # a smaller county would take minutes to find
@given(st.lists(_person, min_size=1, max_size=5))
def test_figures_of_any_county_add_up(lives: list[dict[str, Any]]):
    with _undone():
        _live(County(), lives)
        with engine.together():
            for item in CATALOG:
                city = engine.figure(item.id, "330400", PERIOD)
                assert len(engine.records(item.id, "330400", PERIOD)) == city.records
                if not isinstance(item, Indicator) or city.value is None or item.relation in RELATIVE:
                    continue
                additive = item.measure in (Measure.AMOUNT, Measure.CASES) or (
                    item.stock and item.measure is Measure.PERSONS and not item.id.startswith("subsidies")
                )
                for place in ("330400", "330499"):
                    whole = engine.figure(item.id, place, PERIOD).value
                    parts = engine.breakdown(item.id, place, PERIOD, "division")
                    if additive and whole is not None:
                        assert sum(part.value or 0 for part in parts) == whole
                    for part in parts:
                        if part.key:
                            below = engine.figure(item.id, part.key, PERIOD).value
                            assert below in (part.value, None), (item.id, part.key)
            for place in ("330499", *PLACES[:2]):
                _kinds_make_the_whole(place)
                for period in (PERIOD, Period.month(Month(2025, 3))):
                    _who_came_and_went_makes_the_difference(place, period)


WHOLES = {
    "insured-pension": [f"insured-{kind.replace('_', '-')}" for kind in PENSIONS],
    "pension-due": ["pension-due-insured", "pension-uncovered"],
    "pupils": [f"pupils-{stage}" for stage in Stage],
    "school-age": ["school-age-in-school", "school-age-kindergarten", "school-age-out"],
    "school-age-in-school": [f"school-age-{way.replace('_', '-')}" for way in Placement],
}
"""What several figures, each person in exactly one of them, make together."""


def _who_came_and_went_makes_the_difference(place: str, period: Period) -> None:
    for scheme in BOTH:
        names = [f"{scheme}-{name}" for name in ("opening", "gained", "left", "recipients")]
        before, more, fewer, after = (found.value for found in engine.figures(place, period, names))
        assert before + more - fewer == after, (scheme, place, period)  # type: ignore[operator]  # every month is booked


def _kinds_make_the_whole(place: str) -> None:
    for name, kinds in WHOLES.items():
        whole = engine.figure(name, place, PERIOD).value
        parts = [engine.figure(kind, place, PERIOD).value for kind in kinds]
        assert None in parts or sum(parts) == whole, (name, place)  # type: ignore[arg-type]  # none is None here


@pytest.mark.sqlite_only  # what stands on either database once the rows are brought out is the same
@pytest.mark.django_db
@settings(max_examples=4, phases=(Phase.explicit, Phase.generate))  # a smaller county would take minutes to find
@given(st.lists(_person, min_size=1, max_size=5))
def test_a_year_of_money_is_the_sum_of_its_months(lives: list[dict[str, Any]]):
    with _undone():
        _live(County(), lives)
        for name in ("subsidies-amount", "subsidies-net-amount", "subsidies-approved", "certificates-cancelled"):
            months = [
                engine.figure(name, "330499101", Period.month(Month(2025, number))).value for number in range(1, 5)
            ]
            assert sum(value or 0 for value in months) == engine.figure(name, "330499101", PERIOD).value
