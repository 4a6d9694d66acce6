"""What the registry's checks find, and that they find nothing in a sound registry."""

from datetime import date

import pytest
from django.db import connection

from tests.county import County
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division
from zhucan.registry import certificates, checks, services
from zhucan.registry.models import CertificateComponent, Death, Hardship, Person
from zhucan.registry.spells import Witness

pytestmark = pytest.mark.django_db
TOLD = Witness(at=moment(date(2025, 1, 1)), source="test")


@pytest.fixture
def person() -> Person:
    county = Division.objects.create(code="330499000000", name="示例县", level="county")
    made = services.register_person(
        name="王小明", id_number="330499196002290011", division=county, since=date(1960, 2, 29), witness=TOLD
    )
    certificates.issue(person=made, issued=date(2020, 1, 1), category="physical", grade=1, witness=TOLD)
    services.set_hardship(person=made, day=date(2024, 1, 1), kind="dibao", witness=TOLD)
    services.set_hardship(person=made, day=date(2024, 6, 1), kind="none", witness=TOLD)
    return made


def test_a_sound_registry_has_no_faults(person: Person):
    assert list(checks.faults()) == []


def test_two_standings_at_once_are_found(person: Person):
    Hardship.objects.create(
        person=person, kind="tekun", valid_from=date(2024, 3, 1), recorded_at=TOLD.at, source="by hand"
    )

    assert len(list(checks.overlapping_states())) == 2


def test_a_certificate_without_kinds_is_found(person: Person):
    CertificateComponent.objects.all().delete()

    assert len(list(checks.certificates_without_components())) == 1


def test_a_death_before_birth_is_found(person: Person):
    Death.objects.create(person=person, valid_from=date(1950, 1, 1), recorded_at=TOLD.at, source="by hand")

    assert len(list(checks.dead_before_birth())) == 1


def test_an_id_number_changed_by_hand_is_found(person: Person):
    Person.objects.filter(pk=person.pk).update(id_index="0" * 32)

    assert len(list(checks.numbers_that_disagree())) == 1


def test_a_row_taken_out_is_missed_once_the_chain_has_told_of_it(county: County):
    person = county.person()
    county.certify(person, "physical", 1)
    county.dibao(person)
    county.grant(person, "2025-01-06")
    county.book("2025-01")
    assert list(checks.faults()) == []

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_hardship WHERE person_id = %s", [person.pk])

    (said,) = list(checks.faults())
    assert "困难身份" in said
    assert "只剩 0 条" in said


def test_what_is_recorded_late_and_what_is_retracted_are_not_taken_for_gone(county: County):
    person = county.person()
    county.grant(person, "2025-01-06")
    county.book("2025-01")
    county.dibao(person, "2024-01-01")  # bears a moment before the tally
    county.dibao(person, "2024-01-01", kind="none", known="2025-03-01")  # retracts it

    assert list(checks.faults()) == []
