"""A clerk lays down a mechanism, takes a matter in, and each role finds what waits for it and does its own step alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.caseload import Office
from zhucan.casework.models import Matter, Mechanism
from zhucan.orgs.clock import today
from zhucan.orgs.models import Appointment, AuditEntry, Division, User

pytestmark = pytest.mark.django_db


def _client(role: str, place: Division) -> Client:
    user = User.objects.create(username=f"{role}-{place.pk}", full_name=role)
    Appointment.objects.create(user=user, role=role, division=place, valid_from=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    return client


def _day(name: str, day: date) -> dict[str, str]:
    return {f"{name}_year": str(day.year), f"{name}_month": str(day.month), f"{name}_day": str(day.day)}


def _laid(since: date | None = None, **more: Any) -> dict[str, Any]:
    return {
        "name": "助残直通车", "document": "示例文件", **_day("valid_from", since or today() - timedelta(days=60)),
        "name_1": "受理", "role_1": "county_clerk", "days_1": "2", "name_2": "答复", "role_2": "leader", "days_2": "5", **more,
    }  # fmt: skip


def test_s187_each_role_does_its_own_step_of_a_matter(office: Office):
    clerk, leader = (_client(role, office.county.a) for role in ("county_clerk", "leader"))
    wrong = clerk.post(reverse("office:services-mechanism-new"), _laid(role_2=""))
    assert (wrong.status_code, "第 2 步要写全" in wrong.content.decode()) == (422, True)
    gap = clerk.post(reverse("office:services-mechanism-new"), _laid(name_2="", role_2="", days_2="", name_3="x", role_3="leader", days_3="1"))  # fmt: skip
    assert (gap.status_code, Mechanism.objects.exists()) == (422, False)
    assert clerk.post(reverse("office:services-mechanism-new"), _laid()).status_code == 302
    assert leader.post(reverse("office:services-mechanism-new"), _laid(name="另一个")).status_code == 403
    mechanism = Mechanism.objects.get()
    assert "答复：领导，5 个工作日内" in leader.get(reverse("office:services-mechanisms")).content.decode()

    person, began = office.person(), today() - timedelta(days=40)
    new = reverse("office:services-matter-new", args=[person.pk])
    assert clerk.post(new, {"mechanism": mechanism.pk, "asked": "台阶太高", **_day("day", began)}).status_code == 302
    matter = Matter.objects.get()
    page = reverse("office:services-matter", args=[matter.pk])
    assert "按服务机制等您办的事" in clerk.get("/").content.decode()
    assert "按服务机制等您办的事" not in leader.get("/").content.decode()
    assert "已超期" in clerk.get(reverse("office:services-matters"), {"which": "overdue"}).content.decode()

    step = {"what": "done", **_day("day", began), "note": "看过了", "outcome": ""}
    assert leader.post(page, step).status_code == 403
    assert clerk.post(page, step).status_code == 302
    assert clerk.post(page, step).status_code == 403  # it waits for the leader now
    assert "按服务机制等您办的事" in leader.get("/").content.decode()
    told = leader.get(page).content.decode()
    assert "台阶太高" in told
    assert "看过了" in told
    auditor = _client("auditor", office.county.a).get(page).content.decode()
    assert "台阶太高" not in auditor
    assert "保密" in auditor
    refused = leader.post(page, {**step, "what": "ended"})
    assert (refused.status_code, "办结要写结果" in refused.content.decode()) == (422, True)
    ended = {"what": "ended", **_day("day", today()), "note": "铺了坡道", "outcome": "solved"}
    assert leader.post(page, ended).status_code == 302
    matter.refresh_from_db()
    assert (matter.outcome, matter.closed_on) == ("solved", today())
    assert leader.post(page, ended).status_code == 422
    assert "已解决" in clerk.get(reverse("office:services-matters"), {"which": "closed"}).content.decode()
    assert "台阶" not in str(list(AuditEntry.objects.values_list("detail")))
    assert AuditEntry.objects.filter(action="office.matter", target=f"matter:{matter.pk}").exists()


def test_a_mechanism_with_matters_is_replaced_and_a_county_sees_its_own_alone(office: Office):
    clerk, other = (_client("county_clerk", place) for place in (office.county.a, office.county.b))
    clerk.post(reverse("office:services-mechanism-new"), _laid())
    mechanism, person = Mechanism.objects.get(), office.person()
    new = reverse("office:services-matter-new", args=[person.pk])
    clerk.post(new, {"mechanism": mechanism.pk, "asked": "x", **_day("day", today() - timedelta(days=3))})
    address = reverse("office:services-mechanism-revise", args=[mechanism.pk])

    assert "已有 1 件按它办" in clerk.get(address).content.decode()
    assert clerk.post(address, _laid(today(), days_1="9")).status_code == 302
    mechanism.refresh_from_db()
    assert mechanism.valid_to == today()
    assert mechanism.steps.get(number=1).working_days == 2
    assert Mechanism.objects.get(valid_to=None).steps.get(number=1).working_days == 9

    assert other.get(address).status_code == 404
    assert other.get(reverse("office:services-matter", args=[Matter.objects.get().pk])).status_code == 404
    assert "助残直通车" not in other.get(reverse("office:services-mechanisms")).content.decode()
    ending = reverse("office:services-mechanism-end", args=[Mechanism.objects.get(valid_to=None).pk])
    assert clerk.post(ending, {**_day("day", today())}).status_code == 422  # it has only just begun
    assert clerk.post(ending, {**_day("day", today() + timedelta(days=1))}).status_code == 302


def test_the_form_grows_a_step_at_a_time_and_keeps_what_was_typed(office: Office):
    clerk, address = _client("county_clerk", office.county.a), reverse("office:services-mechanism-new")
    first = clerk.get(address).content.decode()
    assert ('name="name_3"' in first, 'name="name_4"' in first) == (True, False)

    grown = clerk.post(address, _laid(steps="3", more="1", days_1="many"))
    page = grown.content.decode()
    assert (grown.status_code, Mechanism.objects.exists()) == (200, False)
    for kept in ('value="助残直通车"', 'value="受理"', 'value="many"', 'name="name_4"', "autofocus"):
        assert kept in page
    assert "处需要修改" not in page

    full = clerk.post(address, _laid(steps="11", more="1")).content.decode()
    assert ('name="name_12"' in full, "再加一步" in full) == (True, False)
    twelve = {
        f"{field}_{number}": value
        for number in range(1, 13)
        for field, value in (("name", f"第{number}步"), ("role", "leader"), ("days", "1"))
    }
    assert clerk.post(address, _laid(steps="12", **twelve)).status_code == 302
    mechanism = Mechanism.objects.get()
    assert mechanism.steps.count() == 12
    revise = clerk.get(reverse("office:services-mechanism-revise", args=[mechanism.pk])).content.decode()
    assert 'value="第12步"' in revise


def test_a_clerk_of_the_county_takes_a_matter_back_with_the_reason(office: Office):
    clerk = _client("county_clerk", office.county.a)
    clerk.post(reverse("office:services-mechanism-new"), _laid())
    new = reverse("office:services-matter-new", args=[office.person().pk])
    clerk.post(new, {"mechanism": Mechanism.objects.get().pk, "asked": "x", **_day("day", today())})
    matter = Matter.objects.get()
    address = reverse("office:services-matter-retract", args=[matter.pk])
    assert address in clerk.get(reverse("office:services-matter", args=[matter.pk])).content.decode()

    assert clerk.post(address, {"reason": ""}).status_code == 422
    assert clerk.post(address, {"reason": "登记错人"}).status_code == 302

    matter.refresh_from_db()
    assert matter.retracted_at is not None
    assert clerk.get(reverse("office:services-matter", args=[matter.pk])).status_code == 404
    assert "按服务机制等您办的事" not in clerk.get("/").content.decode()
