"""Somebody reads the own file, a guardian that of a ward, and nobody anybody else's; every opening is audited."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.county import County, told
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import Appointment, AuditEntry, Role, User
from zhucan.orgs.staff import StaffRefused
from zhucan.payments import bank
from zhucan.registry import holders
from zhucan.registry.holders import HolderRefused
from zhucan.registry.models import Holder, Person
from zhucan.registry.services import record_death


@pytest.fixture
def people(county: County) -> list[Person]:
    found = [county.person() for _ in range(3)]
    for person in found:
        county.certify(person, "physical", 1, expires=today() + timedelta(days=60))
        county.dibao(person)
        county.grant(person, "2025-01-06")
    run = county.book("2025-01")
    bank.send(run=run, day=date(2025, 2, 3), at=now(), by=None)
    return found


def _give(person: Person, username: str = "own", relation: str = "self", name: str = "测试甲") -> Holder:
    return holders.give(person=person, username=username, name=name, relation=relation, day=today(), at=now(), by=None)[
        0
    ]


def _client(username: str) -> Client:
    user = User.objects.get(username=username)
    user.set_password("four quiet words here")
    user.password_given = False
    user.save()
    client = Client()
    client.post(reverse("office:sign-in"), {"username": username, "password": "four quiet words here"})
    return client


def test_the_own_file_tells_what_one_gets_and_what_was_paid(people: list[Person]):
    _give(people[0])
    page = _client("own").get(reverse("portal:mine"))
    text = page.content.decode()
    assert people[0].name in text
    assert people[0].id_number not in text
    assert "困难残疾人生活补贴" in text
    assert "银行正在办理" in text
    assert "半年内到期" in text
    entry = AuditEntry.objects.filter(action="portal.opened").get()
    assert (entry.actor, entry.target) == ("own", f"person:{people[0].pk}")


def test_signing_in_leads_a_holder_to_the_own_file_and_staff_to_the_office(people: list[Person]):
    _give(people[0])
    user = User.objects.get(username="own")
    user.set_password("four quiet words here")
    user.password_given = False
    user.save()
    answer = Client().post(reverse("office:sign-in"), {"username": "own", "password": "four quiet words here"})
    assert answer["Location"] == reverse("portal:mine")


def test_nobody_reads_anybody_elses_file(people: list[Person]):
    _give(people[0])
    client = _client("own")
    assert client.get(reverse("portal:mine"), {"person": people[1].pk}).status_code == 404
    assert client.get(reverse("office:people-file", args=[people[0].pk])).status_code == 403
    assert client.get(reverse("office:people")).status_code == 403


def test_a_guardian_chooses_among_the_wards(people: list[Person]):
    for person in people[:2]:
        _give(person, "ward", "guardian", "费守诚")
    client = _client("ward")
    for person in people[:2]:
        assert person.name in client.get(reverse("portal:mine"), {"person": person.pk}).content.decode()
    assert client.get(reverse("portal:mine"), {"person": people[2].pk}).status_code == 404


def test_an_access_that_ended_opens_nothing(people: list[Person]):
    held = _give(people[0])
    client = _client("own")
    holders.end(holder=held, day=today(), at=now(), by=None)
    assert client.get(reverse("portal:mine")).status_code == 404
    with pytest.raises(HolderRefused, match="已经停了"):
        holders.end(holder=held, day=today(), at=now(), by=None)


def test_staff_have_no_own_file_under_the_same_name(people: list[Person], county: County):
    staff = User.objects.create_user(username="worker", password="four quiet words here", full_name="测试甲")
    Appointment.objects.create(user=staff, role=Role.AUDITOR, division=county.a, valid_from=date(2020, 1, 1))
    with pytest.raises(StaffRefused, match="办公账号分开"):
        _give(people[0], "worker")
    assert not Holder.objects.exists()


def test_one_account_is_one_person_and_the_dead_have_none(people: list[Person]):
    _give(people[0])
    with pytest.raises(HolderRefused, match="已经可以查询"):
        _give(people[0])
    with pytest.raises(HolderRefused, match="另一个人本人的账号"):
        _give(people[1])
    record_death(person=people[2], day=date(2025, 1, 20), witness=told("2025-02-20"))
    with pytest.raises(HolderRefused, match="已去世"):
        _give(people[2], "late", name="测试丙")


def test_a_clerk_gives_access_at_the_counter(people: list[Person], county: County):
    user = User.objects.create(username="counter")
    Appointment.objects.create(user=user, role=Role.TOWNSHIP_CLERK, division=county.a, valid_from=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    address = reverse("office:people-access", args=[people[0].pk])
    page = client.post(address, {"username": "own", "name": "测试甲", "relation": "self"})
    held = Holder.objects.get()
    assert held.user.check_password(page.context["password"])
    assert client.post(address, {"username": "own", "name": "测试甲", "relation": "king"}).status_code == 422
    again = client.post(reverse("office:people-access-password", args=[held.pk]))
    held.user.refresh_from_db()
    assert held.user.check_password(again.context["password"])
    client.post(reverse("office:people-access-end", args=[held.pk]))
    held.refresh_from_db()
    assert held.valid_to == today()
