"""A county with two townships, whose places the tests enter one by one."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from tests.county import County, told
from zhucan.core.months import Month
from zhucan.facilities import services
from zhucan.facilities.models import Facility, Standard
from zhucan.facilities.reading import Around
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division
from zhucan.registry import services as registry
from zhucan.registry.models import Person

AT = moment(date(2026, 1, 5))
YEAR = Period(Month(2025, 1), Month(2026, 1))


@dataclass
class Places:
    """The county with its villages; `enter` writes as a clerk types, by the words of the columns."""

    county: County
    villages: list[Division] = field(default_factory=list)

    def enter(self, what: str, subject: Any, **said: Any) -> Any:
        facility = subject if isinstance(subject, Facility) else None
        place = subject.division if isinstance(subject, Facility | Standard) else subject
        return services.enter(
            what=what, subject=subject, said=said, around=Around(place, facility), at=AT, by=self.county.clerk
        )

    def facility(self, kind: str, name: str, **said: Any) -> Facility:
        found: Facility = self.enter("facility", self.county.a, kind=kind, name=name, **said)
        return found

    def person(self, village: int = 0, **more: Any) -> Person:
        person = self.county.person(**more)
        registry.move(person=person, day=person.born, division=self.villages[village], witness=told("2020-01-01"))
        self.county.certify(person, "physical", 2)
        return person

    def stay(self, facility: Facility, person: Person, kind: str, since: str = "2025-02-01") -> Any:
        return self.enter("stay", facility, person=str(person.pk), kind=kind, valid_from=since)

    def figure(self, name: str, *, place: str = "330499", period: Period = YEAR) -> Any:
        return engine.figure(name, place, period).value

    def records(self, name: str, **more: Any) -> list[str]:
        return [one.detail for one in engine.records(name, "330499", YEAR, **more)]


@pytest.fixture
def places(county: County) -> Places:
    made = Places(county)
    for township in ("101", "102"):
        above = Division.objects.create(
            code=f"330499{township}000", name=f"{township}镇", level="township", parent=county.a
        )
        for number in ("001", "201"):
            made.villages.append(
                Division.objects.create(
                    code=f"330499{township}{number}", name=f"{township}{number}社区", level="village", parent=above
                )
            )
    return made
