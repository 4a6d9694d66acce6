"""A county with two villages, people of several ages, a hospital with an agreement, and staff."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from tests.county import County, told
from zhucan.community import activities, participants
from zhucan.community.models import Activity, Participant
from zhucan.community.participants import Entrant
from zhucan.facilities import services as facilities
from zhucan.facilities.models import Facility, Worker
from zhucan.facilities.reading import Around
from zhucan.orgs import institutions
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division, Institution
from zhucan.registry import services as registry
from zhucan.registry.models import Person

AT = moment(date(2026, 3, 1))


@dataclass
class Hall:
    """What tests of activities stand on; everything is told on 1 March 2026."""

    county: County
    village: Division
    other: Division
    hospital: Institution
    therapist: Worker = field(init=False)

    def worker(self, name: str, post: str, where: Facility | Division | None = None, **said: str) -> Worker:
        """Enter somebody who works in a facility or an area (default: county a), as a clerk does."""
        subject = where or self.county.a
        facility = subject if isinstance(subject, Facility) else None
        place = facility.division if facility else subject
        made = facilities.enter(
            what="worker", subject=subject, around=Around(place, facility), **self.told,
            said={"name": name, "post": post, "valid_from": "2024-01-01"} | said,
        )  # fmt: skip
        assert isinstance(made, Worker)
        return made

    @property
    def told(self) -> dict[str, Any]:
        return {"at": AT, "by": self.county.clerk}

    def person(self, born: date = date(1980, 5, 6), where: Division | None = None, **card: Any) -> Person:
        made = self.county.person(born=born)
        registry.move(person=made, day=born, division=where or self.village, witness=told("2020-01-01"))
        self.county.certify(made, card.get("category", "physical"), card.get("grade", 3))
        return made

    def hold(self, kind: str, title: str, day: date, **more: Any) -> Activity:
        said = {"title": title, "organiser": "示例县残联", "starts_on": day} | more
        return activities.hold(kind=kind, division=said.pop("division", self.county.a), **said, **self.told)

    def join(self, activity: Activity, who: Person | Worker, attended: int | None = 1, **said: Any) -> Participant:
        asked = {name: said.pop(name) for name in ("family_name", "relation", "role", "event") if name in said}
        entrant = Entrant(worker=who, **asked) if isinstance(who, Worker) else Entrant(who, **asked)
        made = participants.sign_up(activity=activity, entrant=entrant, **self.told)
        if attended is None and not said:
            return made
        return participants.note(participant=made, attended=attended, **said, **self.told)


@pytest.fixture
def hall(county: County) -> Hall:
    town = Division.objects.create(code="330499101000", name="北镇", level="township", parent=county.a)
    village = Division.objects.create(code="330499101201", name="北一村", level="village", parent=town)
    south = Division.objects.create(code="330499102000", name="南乡", level="township", parent=county.a)
    other = Division.objects.create(code="330499102201", name="南一村", level="village", parent=south)
    by: dict[str, Any] = {"at": AT, "by": county.clerk}
    hospital = institutions.register(name="示例医院", kind="hospital", division=county.a, **by)
    made = Hall(county, village, other, hospital)
    made.therapist = made.worker("甲治疗师", "therapist", employer="示例医院", qualification="康复治疗师")
    return made


@pytest.fixture
def figure(hall: Hall) -> Callable[..., Any]:
    """Return the value of an indicator of 2025, its records being as many as it counts."""
    from zhucan.indicators import engine
    from zhucan.indicators.periods import Period

    def value(name: str, place: str = "330499", period: Period | None = None) -> Any:
        when = period or Period.year(2025)
        found = engine.figure(name, place, when)
        assert len(engine.records(name, place, when)) == found.records
        parts = engine.breakdown(name, place, when, "division")
        assert found.value is None or sum(part.value for part in parts) == found.value
        return found.value

    return value
