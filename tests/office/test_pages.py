"""The first staff pages: signed-in people see their own place, and nothing personal leaks."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.county import County
from zhucan.orgs import audit
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Appointment, Division, Role, User
from zhucan.payments.models import Run
from zhucan.registry.models import Person
from zhucan.reports.services import compose


@pytest.fixture
def somebody(county: County) -> Person:
    person = county.person()
    county.certify(person, "physical", 1)
    county.dibao(person)
    county.grant(person, "2025-01-06")
    county.book("2025-01")
    county.book("2025-02")
    return person


def _client(place: Division | None) -> Client:
    user = User.objects.create_user(username="reader", password="a long enough pass phrase")
    if place is not None:
        Appointment.objects.create(user=user, role=Role.values[0], division=place, valid_from=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    return client


def _pages(person: Person) -> list[str]:
    report = compose("county-work-report", "330499", 2025, at=moment(date(2026, 1, 5)), by=None)
    return [
        reverse("office:people-file", args=[person.pk]),
        reverse("office:runs-run", args=[Run.objects.first().pk]),
        reverse("office:reports-report", args=[report.pk]),
        *(reverse("office:reports-download", args=[report.pk, suffix]) for suffix in ("docx", "pdf", "json", "html")),
    ]


def test_nobody_sees_a_page_without_signing_in(somebody: Person):
    assert Client().get(reverse("office:home"))["Location"] == reverse("portal:welcome")
    for address in (reverse("office:people"), *_pages(somebody)):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("office:sign-in"))


def test_pages_of_ones_own_place_answer(somebody: Person, county: County):
    client = _client(county.a)
    for address in (reverse("office:home"), reverse("office:people"), *_pages(somebody)):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("appointed", "status", "said"),
    [(True, 404, "没有这个页面"), (False, 403, "您现在没有任何岗位")],
    ids=["elsewhere", "nowhere"],
)
def test_pages_of_another_place_do_not_open(somebody: Person, county: County, appointed: bool, status: int, said: str):
    client = _client(county.b if appointed else None)
    for address in _pages(somebody):
        found = client.get(address)
        assert found.status_code == status, address
        assert said in found.content.decode()


def test_lists_and_counts_hold_only_ones_own_place(somebody: Person, county: County):
    client = _client(county.b)

    assert somebody.name not in client.get(reverse("office:people")).content.decode()
    assert somebody.name not in client.post(reverse("office:people"), {"q": somebody.name}).content.decode().replace(
        f"“{somebody.name}”", ""
    ).replace(f'value="{somebody.name}"', "")
    home = client.get(reverse("office:home")).context
    assert home["runs"] == []
    assert all(tile.said == "0 人" for tile in home.get("tiles", ()))


def test_an_id_number_is_never_shown_whole(somebody: Person, county: County):
    client = _client(county.a)
    for address in (reverse("office:people"), reverse("office:people-file", args=[somebody.pk])):
        assert somebody.id_number not in client.get(address).content.decode()


def test_opening_a_person_is_logged(somebody: Person, county: County):
    client = _client(county.a)
    before = audit.head()[0]

    client.get(reverse("office:people-file", args=[somebody.pk]))

    assert audit.head()[0] == before + 1


def test_a_persons_page_gives_reasons_and_payments(somebody: Person, county: County):
    page = (
        _client(county.a).get(reverse("office:people-file", args=[somebody.pk]), {"month": "2025-02"}).content.decode()
    )

    assert "困难残疾人生活补贴" in page
    assert "重度残疾人护理补贴" in page
    assert "2025年1月" in page


def test_a_month_that_is_none_is_not_found(somebody: Person, county: County):
    client = _client(county.a)
    assert (
        client.get(reverse("office:people-entitlements", args=[somebody.pk]), {"month": "2025-13"}).status_code == 404
    )


def test_every_page_carries_a_strict_policy_and_is_not_stored(somebody: Person, county: County):
    answer = _client(county.a).get(reverse("office:home"))

    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


def test_a_wrong_password_gets_one_kind_sentence(county: County):
    answer = Client().post(reverse("office:sign-in"), {"username": "nobody", "password": "x"})

    assert "用户名或密码不对" in answer.content.decode()
