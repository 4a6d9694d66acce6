"""A small county whose figures can be counted by hand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.county import County, told
from zhucan.core.months import Month, months
from zhucan.indicators import engine
from zhucan.orgs.models import Division
from zhucan.registry import services as registry
from zhucan.registry.models import Person


@dataclass
class Town:
    """The county, its townships and villages, and its people by name."""

    county: County
    north: Division
    south: Division
    village_n: Division
    village_s: Division
    people: Mapping[str, Person]


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """Build the town once for all the tests of a module, which only read it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(County())
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def shared() -> Iterator[None]:
    """Let the tests of a module that ask for it bring out the rows of a place and period once: for those that only read."""
    with engine.together():
        yield


def build(county: County) -> Town:
    """Five people in two townships; 2025 is booked month by month.

    ann   north, physical 1, dibao, both subsidies from January (345 + 500); dies on 2 June, learnt on 10 September:
          July and August (1690 yuan) are recovered in September.
    bob   north, hearing 4, dibao, living allowance from January (330, 345 from July on).
    cat   south, mental 2, hardship not known; asked for both, gets the nursing subsidy only (250).
    dan   south, visual 3, no hardship; a child of ten; no award; his certificate ends on 30 June.
    eve   moves from north to south on 15 May; intellectual 2, dibao; both subsidies, applied for in March,
          approved in April.
    """

    def place(code: str, name: str, level: str, parent: Division) -> Division:
        return Division.objects.create(code=code, name=name, level=level, parent=parent)

    north = place("330499101000", "北镇", "township", county.a)
    south = place("330499102000", "南乡", "township", county.a)
    village_n = place("330499101201", "北一村", "village", north)
    village_s = place("330499102201", "南一村", "village", south)

    def person(born: date, where: Division) -> Person:
        made = county.person(born=born)
        registry.move(person=made, day=born, division=where, witness=told("2020-01-01"))
        return made

    people = {
        "ann": person(date(1970, 3, 2), village_n),
        "bob": person(date(1950, 3, 2), village_n),
        "cat": person(date(1990, 3, 2), village_s),
        "dan": person(date(2015, 3, 2), village_s),
        "eve": person(date(1985, 3, 2), village_n),
    }
    for name, category, grade in (
        ("ann", "physical", 1), ("bob", "hearing", 4), ("cat", "mental", 2), ("eve", "intellectual", 2),
    ):  # fmt: skip
        county.certify(people[name], category, grade)
    county.certify(people["dan"], "visual", 3, expires=date(2025, 6, 30))
    for name in ("ann", "bob", "eve"):
        county.dibao(people[name])
    county.dibao(people["dan"], kind="none")
    county.grant(people["ann"], "2025-01-05")
    county.grant(people["bob"], "2025-01-05", schemes=("living-allowance",))
    county.grant(people["cat"], "2025-01-05")
    county.grant(people["eve"], "2025-03-28", "2025-04-18")
    registry.move(person=people["eve"], day=date(2025, 5, 15), division=village_s, witness=told("2025-05-15"))
    for month in months(Month(2025, 1), Month(2026, 1)):
        if month == Month(2025, 9):
            registry.record_death(person=people["ann"], day=date(2025, 6, 2), witness=told("2025-09-10"))
        county.book(str(month))
    return Town(county, north, south, village_n, village_s, people)
