"""Who waits for a home has a cause, a ground and a place in the queue, until a measure has housed them."""

from datetime import date
from typing import Any

import pytest

from tests.aid.conftest import AT
from tests.caseload import Office
from tests.county import told
from zhucan.aid import homes
from zhucan.aid.models import HousingNeed
from zhucan.aid.refusing import AidRefused
from zhucan.cases.facts import judge
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.policy.engine import Outcome
from zhucan.registry import services as registry
from zhucan.registry.models import Person

pytestmark = pytest.mark.django_db

COUNTY, YEAR = "330499", Period.year(2025)


def figure(name: str) -> Any:
    return engine.figure(name, COUNTY, YEAR).value


def register(person: Person, sought: str, ground: str = "holder", on: str = "2025-02-03", cause: str = "never_had") -> HousingNeed:  # fmt: skip
    return homes.register(
        person=person, sought=sought, cause=cause, ground=ground, asked_on=date.fromisoformat(on), at=AT, by=None
    )


def test_s116_a_household_without_a_home_waits_until_a_measure_has_housed_it(office: Office):
    person = office.person()
    need = register(person, "homeless", cause="collapsed")
    register(office.person(), "homeless", cause="demolished")

    def right() -> Outcome:
        return judge(person, Month(2025, 7), division=COUNTY).decisions["housing-priority"].outcome

    assert right() is Outcome.YES
    with pytest.raises(AidRefused, match="先登记安排的办法"):
        homes.settle(need=need, day=date(2025, 5, 1), home="示例小区", at=AT, by=None)
    homes.offer(need=need, measure="rent", day=date(2025, 4, 1), at=AT, by=None)
    homes.settle(need=need, day=date(2025, 5, 1), home="示例小区 1-101", at=AT, by=None)

    assert right() is Outcome.NO
    assert (figure("homeless-registered"), figure("homeless-housed"), figure("homeless-waiting")) == (2, 1, 1)
    housed = engine.breakdown("homeless-housed", COUNTY, YEAR, "cause")
    waiting = engine.breakdown("homeless-waiting", COUNTY, YEAR, "cause")
    assert [(part.label, part.value) for part in (*housed, *waiting)] == [("租赁", 1), ("拆除后没有安置", 1)]
    assert engine.records("homeless-housed", COUNTY, YEAR)[0].person_id == person.pk


def test_s119_the_queue_is_by_ground_and_day_and_who_is_allocated_a_home_leaves_it(office: Office):
    plain = register(office.person(), "low_rent", on="2025-01-06", cause="crowded")
    severe = register(office.person(), "low_rent", "severe", on="2025-03-03")
    early = register(office.person(), "low_rent", "severe", on="2025-02-03")
    register(office.person(), "affordable", on="2025-01-06")

    def order() -> list[tuple[int, int]]:
        return [(one.number, one.need.pk) for one in homes.queue(COUNTY, "low_rent")]

    assert order() == [(1, early.pk), (2, severe.pk), (3, plain.pk)]
    homes.offer(need=early, measure="allocate", day=date(2025, 6, 2), at=AT, by=None)
    homes.settle(need=early, day=date(2025, 6, 20), home="示例新村 3 幢 201", at=AT, by=None)
    homes.leave(need=plain, day=date(2025, 7, 1), reason="自己买房", at=AT, by=None)
    assert order() == [(1, severe.pk)]
    assert (figure("public-housing-registered"), figure("public-housing-housed")) == (4, 1)
    assert figure("public-housing-waiting") == 2
    with pytest.raises(AidRefused, match="已于 2025-06-20 住上"):
        homes.leave(need=early, day=date(2025, 7, 1), reason="误", at=AT, by=None)


def test_a_household_waits_once_whoever_of_it_asks(office: Office):
    person, sister = office.person(), office.person()
    registry.form_household(
        members={person: "户主", sister: "妹妹"}, day=date(2024, 1, 1), at=moment(date(2024, 1, 1)),
        witness=told("2024-01-01"),
    )  # fmt: skip
    register(person, "low_rent")

    with pytest.raises(AidRefused, match="这户已在等廉租房"):
        register(sister, "low_rent")
    with pytest.raises(AidRefused, match="没有这种优先依据"):
        register(sister, "affordable", "nobody")
    assert figure("public-housing-waiting") == 1


def test_who_was_housed_still_waits_in_the_figures_of_before_it_was_entered(office: Office):
    need = homes.register(
        person=office.person(), sought="homeless", cause="collapsed", ground="holder", asked_on=date(2025, 2, 3),
        at=moment(date(2025, 2, 4)), by=None,
    )  # fmt: skip
    homes.offer(need=need, measure="rent", day=date(2025, 3, 3), at=moment(date(2025, 5, 1)), by=None)
    homes.settle(need=need, day=date(2025, 3, 10), home="示例小区 1-101", at=moment(date(2025, 6, 1)), by=None)
    march = Period(Month(2025, 3), Month(2025, 4))

    def known(at: date | None) -> tuple[Any, ...]:
        told_at = None if at is None else moment(at)
        names = ("homeless-waiting", "homeless-housed")
        return tuple(engine.figure(name, COUNTY, march, known_at=told_at).value for name in names)

    assert known(date(2025, 4, 15)) == known(date(2025, 5, 15)) == (1, 0)
    assert known(date(2025, 6, 15)) == known(None) == (0, 1)
    assert [(one.measure, one.settled_on) for one in HousingNeed.everything.order_by("pk")] == [
        ("rent", date(2025, 3, 10)), ("", None), ("rent", None),
    ]  # fmt: skip
