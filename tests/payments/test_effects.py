"""What a change would do is what the next run does when it has been made; looking changes nothing."""

from datetime import date, timedelta

import pytest

from tests.county import County, told
from zhucan.core.months import Month
from zhucan.orgs.clock import moment
from zhucan.payments.effects import effects_of
from zhucan.registry import certificates, services
from zhucan.registry.models import Death, Person
from zhucan.registry.spells import Witness


@pytest.fixture
def person(county: County) -> Person:
    made = county.person()
    county.certify(made, "physical", 1)
    county.dibao(made)
    county.grant(made, "2025-01-06")
    for month in ("2025-01", "2025-02", "2025-03"):
        county.book(month)
    return made


@pytest.mark.parametrize("what", ["death", "hardship ends", "grade", "nothing"])
def test_what_is_foretold_is_what_the_next_run_books(county: County, person: Person, lines, what: str):
    at = moment(date(2025, 4, 15))
    witness = Witness(at=at, source="test")

    def change() -> None:
        match what:
            case "death":
                services.record_death(person=person, day=date(2025, 1, 20), witness=witness)
            case "hardship ends":
                services.set_hardship(person=person, day=date(2025, 2, 10), kind="none", witness=witness)
            case "grade":
                certificates.freeze(person=person, day=date(2025, 2, 10), witness=witness, reason="test")
            case _:
                services.set_hardship(person=person, day=date(2025, 2, 10), kind="dibao", witness=witness)

    told_before = effects_of(person=person, change=change, at=at)
    if what == "nothing":
        assert told_before.changes == ()
        return
    assert told_before.changes
    untouched = effects_of(person=person, change=lambda: None, at=at)
    assert untouched.changes == ()
    assert not Death.objects.filter(person=person).exists()

    change()
    county.book("2025-04")
    booked = {
        (month, kind, cause, fen)
        for _, month, kind, cause, fen in lines(person, run__month=Month.parse("2025-04").index)
    }
    foretold = {(str(one.month), *one.will) for one in told_before.changes if one.will}
    assert foretold <= booked
    gone = {(str(one.month), *one.was) for one in told_before.changes if one.was}
    assert not gone & booked


def test_a_change_that_is_refused_is_refused_here_too(county: County, person: Person):
    at = moment(date(2025, 4, 15))
    with pytest.raises(services.NotInLife):
        effects_of(
            person=person,
            change=lambda: services.record_death(
                person=person, day=date(2025, 4, 15) + timedelta(days=30), witness=told("2025-04-15")
            ),
            at=at,
        )


def test_somebody_without_an_award_has_no_money_to_change(county: County):
    stranger = county.person()
    found = effects_of(person=stranger, change=lambda: county.dibao(stranger), at=moment(date(2025, 4, 15)))
    assert (found.awarded, found.changes) == (False, ())
