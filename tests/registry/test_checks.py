"""What the registry's checks find, and that they find nothing in a sound registry."""

from datetime import date

import pytest

from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division
from zhucan.registry import checks, services
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
    services.issue_certificate(person=made, issued=date(2020, 1, 1), category="physical", grade=1, witness=TOLD)
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
