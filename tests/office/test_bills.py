"""The page of months billed: look at the amount, enter it, take it back; sessions fill the attendance in."""

from datetime import date, time

import pytest
from django.test import Client
from django.urls import reverse

from tests.caseload import Office, sheltered
from zhucan.cases.models import Award, Bill
from zhucan.delivery import plans
from zhucan.delivery.models import Plan
from zhucan.orgs import institutions
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Appointment, Role, User


@pytest.fixture
def award(office: Office) -> Award:
    return sheltered(office)


def enter(office: Office, role: Role = Role.COUNTY_CLERK) -> Client:
    user = User.objects.create(username=f"bills-{role}", full_name="测试员")
    Appointment.objects.create(user=user, role=role, division=office.county.a, valid_from=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    return client


def form(month: str, days: str, hours: str = "4", row: int = 0, document: str = "四月考勤表") -> dict[str, str]:
    year, number = month.split("-")
    name = f"item_sheltered_work_{row}"
    return {
        f"{name}_month_year": year, f"{name}_month_month": number, f"{name}_month_day": "1", f"{name}_hours": hours,
        f"{name}_days": days, "document": document,
    }  # fmt: skip


def test_the_amount_is_looked_at_before_it_is_entered(office: Office, award: Award):
    client, page = enter(office), reverse("office:cases-bills", args=[award.application.pk])
    seen = client.post(page, form("2025-04", "10"))
    assert "这次结算 <b>200.00</b> 元" in seen.content.decode()
    assert not Bill.objects.exists()
    assert client.post(page, form("2025-04", "10") | {"save": ""}).status_code == 302
    award.refresh_from_db()
    assert award.granted_fen == 20_000
    told = client.get(page).content.decode()
    assert "已结算 <b>200.00</b> 元" in told
    assert "四月考勤表" in told
    case = client.get(reverse("office:cases-case", args=[award.application.pk])).content.decode()
    assert "按月结算，已结算 200.00 元" in case


def test_what_is_wrong_is_told_above_the_form_and_nothing_is_entered(office: Office, award: Award):
    client, page = enter(office), reverse("office:cases-bills", args=[award.application.pk])
    for wrong, said in (
        (form("2025-04", "31"), "超过当月的 30 天"), (form("2025-04", "3", document=""), "依据"), ({"document": "x"}, "至少填一条"),
    ):  # fmt: skip
        answer = client.post(page, wrong | {"save": ""})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert not Bill.objects.exists()


def test_the_last_bill_is_taken_back_with_a_reason(office: Office, award: Award):
    client, number = enter(office), award.application.pk
    client.post(reverse("office:cases-bills", args=[number]), form("2025-04", "10") | {"save": ""})
    bill = Bill.objects.get()
    client.post(reverse("office:cases-bills-retract", args=[number, bill.pk]), {"reason": ""})
    bill.refresh_from_db()
    assert bill.retracted_at is None
    client.post(reverse("office:cases-bills-retract", args=[number, bill.pk]), {"reason": "填错"})
    bill.refresh_from_db()
    assert bill.retraction == "填错"


def test_sessions_fill_the_attendance_in_by_how_long_each_day_was(office: Office, award: Award):
    made = _plan(office, award)
    for day, ends in ((7, 12), (8, 12), (9, 10)):
        _session(made, date(2025, 4, day), ends)
    seen = enter(office).get(reverse("office:cases-bills", args=[award.application.pk]) + "?sessions")
    boxes = seen.context["form"].initial
    assert {name: boxes[name] for name in sorted(boxes) if "document" not in name} == {
        "item_sheltered_work_0_month": date(2025, 4, 1), "item_sheltered_work_0_hours": "2", "item_sheltered_work_0_days": "1",
        "item_sheltered_work_1_month": date(2025, 4, 1), "item_sheltered_work_1_hours": "4", "item_sheltered_work_1_days": "2",
    }  # fmt: skip


def _plan(office: Office, award: Award) -> Plan:
    centre = institutions.register(
        name="示例工坊", kind="care", division=office.county.a, at=moment(date(2025, 1, 2)), by=None
    )
    return Plan.objects.create(  # attendance of a workshop is kept as sessions of the award, whatever the scheme gives
        award=award, person=award.person, institution=centre, discipline="other", units=100, unit="次",
        starts_on=date(2025, 3, 5), ends_on=date(2026, 1, 1), recorded_at=moment(date(2025, 3, 5)),
    )  # fmt: skip


def _session(plan: Plan, day: date, ends: int) -> None:
    plans.record(
        plan=plan, day=day, begins=time(8), ends=time(ends), units=1, worker="甲", signed_by="乙", at=moment(date(2025, 5, 2)),
        by=None,
    )  # fmt: skip
