"""Somebody asks for an hour of counselling, staff confirm or move it, and nobody sees or calls off what another asked for."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.caseload import Office
from tests.office.test_reliefs import days, enter
from tests.portal.test_courses import _enter
from zhucan.casework import counselling
from zhucan.casework.models import Counselling
from zhucan.casework.refusing import CaseworkRefused
from zhucan.orgs.clock import now, today
from zhucan.registry.models import Person

pytestmark = pytest.mark.django_db


def _ask(client: Client, person: Person, ahead: int = 3, begins: str = "09:30", **more: str) -> Any:
    said = {"person": person.pk, "way": "phone", "begins": begins} | days(day=today() + timedelta(days=ahead)) | more
    return client.post(reverse("portal:counselling"), said)


def test_an_hour_asked_for_is_confirmed_at_another_time_and_then_held(office: Office):
    person = office.person()
    client, staff = _enter(person), enter(office)
    assert _ask(client, person).status_code == 302
    booking = Counselling.objects.get()
    assert (booking.counsellor, f"{booking.ends:%H:%M}", booking.by and booking.by.username) == ("", "10:30", "own")
    page = reverse("portal:counselling")
    assert "等工作人员确认" in client.get(page).content.decode()
    assert "还有一次预约" in _ask(client, person, 4).content.decode()

    assert "等您确认的心理疏导预约" in staff.get(reverse("office:home")).content.decode()
    with pytest.raises(CaseworkRefused, match="还没有确认"):
        counselling.hold(booking=booking, note="谈了", risk="none", at=now(), by=None)
    listed = staff.get(reverse("office:services-counselling"), {"which": "asked"}).content.decode()
    confirm = reverse("office:services-counselling-confirm", args=[booking.pk])
    assert confirm in listed
    said = {"way": "visit", "begins": "14:00", "ends": "15:00", "counsellor": "宁咨询师"}
    assert staff.post(confirm, said | days(day=today() - timedelta(days=1))).status_code == 422
    assert staff.post(confirm, said | days(day=today())).status_code == 302
    told = client.get(page).content.decode()
    assert "约好了" in told
    assert "宁咨询师" in told
    assert "14:00" in told
    assert "等您确认的心理疏导预约" not in staff.get(reverse("office:home")).content.decode()
    counselling.hold(booking=booking, note="谈了", risk="none", at=now(), by=None)
    told = client.get(page).content.decode()
    assert "谈过了" in told


@pytest.mark.parametrize(
    ("ahead", "begins", "why"),
    [(-1, "09:00", "已经过去"), (61, "09:00", "60 天以内"), (3, "23:30", "太晚"), (3, "9点", "09:00")],
)
def test_a_time_that_cannot_be_is_refused_with_what_to_do(office: Office, ahead: int, begins: str, why: str):
    person = office.person()
    answer = _ask(_enter(person), person, ahead, begins)

    assert (answer.status_code, why in answer.content.decode()) == (422, True)
    assert not Counselling.objects.exists()


def test_what_somebody_asked_for_is_nobody_elses_to_see_or_call_off(office: Office):
    person, other = office.person(), office.person()
    client, guardian = _enter(person), _enter(person, "guardian", "guardian", "测试乙")
    _ask(client, person)
    booking = Counselling.objects.get()
    off = reverse("portal:counselling-off", args=[booking.pk])

    assert "等工作人员确认" not in guardian.get(reverse("portal:counselling")).content.decode()
    assert guardian.post(off, {"person": person.pk}).status_code == 404
    assert _ask(client, other).status_code == 404
    staff = Client()
    staff.force_login(office.clerk)
    assert staff.get(reverse("portal:counselling")).status_code == 404
    assert Client().get(reverse("portal:counselling")).status_code == 302
    assert client.post(off, {"person": person.pk}).status_code == 302
    assert Counselling.objects.get().called_off_at is not None
    assert client.post(off, {"person": person.pk}).status_code == 409
