"""A partner institution learns whether a certificate is valid, of somebody whose whole number it has, and nothing else."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.county import County
from zhucan.orgs.models import Appointment, AuditEntry, Division, Role, User
from zhucan.registry.models import Person


def _client(place: Division, role: Role = Role.PARTNER) -> Client:
    user = User.objects.create(username=f"{role}-{place.pk}")
    Appointment.objects.create(user=user, role=role, division=place, valid_from=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    return client


def _ask(client: Client, number: str, reason: str = "办理就诊优惠"):
    return client.post(reverse("office:lookup"), {"number": number, "reason": reason})


@pytest.fixture
def person(county: County) -> Person:
    made = county.person()
    county.certify(made, "physical", 1, expires=date(2039, 12, 31))
    return made


def test_a_valid_certificate_is_told_with_a_masked_name_and_audited(person: Person, county: County):
    page = _ask(_client(county.a), person.id_number).content.decode()
    assert "✓ 有效" in page
    assert "肢体 1 级" in page
    assert person.name not in page
    entry = AuditEntry.objects.get(action="office.looked-up")
    assert (entry.target, entry.detail) == (f"person:{person.pk}", {"reason": "办理就诊优惠"})


def test_an_expired_one_and_a_stranger_are_told_apart(county: County, person: Person):
    old = county.person()
    county.certify(old, "visual", 2, expires=date(2021, 1, 1))
    client = _client(county.a)
    assert "✕ 无效" in _ask(client, old.id_number).content.decode()
    assert "本地没有" in _ask(_client(county.b), person.id_number).content.decode()


@pytest.mark.parametrize("number", ["测试1", "0011", "33049919", "", "33049919700302001"])
def test_names_and_parts_of_numbers_find_nobody(person: Person, county: County, number: str):
    assert _ask(_client(county.a), number).status_code == 422
    assert not AuditEntry.objects.filter(action="office.looked-up").exists()


def test_a_reason_is_needed_and_other_roles_have_other_pages(person: Person, county: County):
    assert _ask(_client(county.a), person.id_number, "").status_code == 422
    assert _ask(_client(county.a, Role.AUDITOR), person.id_number).status_code == 403
