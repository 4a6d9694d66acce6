"""The pages of reliefs and of medicine: begin, renew, end, end with the certificate, note a pick-up; and money taken back."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests.caseload import Office, sheltered
from tests.county import told
from zhucan.cases import awards
from zhucan.cases.models import Award
from zhucan.delivery.models import Pickup, Relief
from zhucan.orgs import institutions
from zhucan.orgs.clock import moment, now, today
from zhucan.orgs.models import Appointment, Institution, Role, User
from zhucan.registry import services as registry
from zhucan.registry.models import Person

_DAY = date(2025, 3, 3)


@pytest.fixture
def hospital(office: Office) -> Institution:
    return institutions.register(name="示例医院", kind="hospital", division=office.county.a, at=moment(_DAY), by=None)


def enter(office: Office, role: Role = Role.COUNTY_CLERK) -> Client:
    user = User.objects.create(username=f"reliefs-{role}", full_name="测试员")
    Appointment.objects.create(user=user, role=role, division=office.county.a, valid_from=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    return client


def granted(office: Office, scheme: str, person: Person | None = None, fen: int = 0, on: date = _DAY) -> Award:
    return awards.grant(
        person=person or office.person(), scheme_id=scheme, division=office.county.a, applied_on=on, approved_on=on,
        amount_fen=fen, at=moment(on), by=None,
    )  # fmt: skip


def days(**named: date) -> dict[str, int]:
    return {f"{name}_{part}": getattr(day, part) for name, day in named.items() for part in ("year", "month", "day")}


def test_a_relief_is_begun_from_its_award_and_renewed_for_as_long_again(office: Office):
    client, award = enter(office), granted(office, "tuition-lodging-waiver", fen=500_000)
    assert "开始减免" in client.get(reverse("office:reliefs")).content.decode()
    begin = reverse("office:reliefs-begin", args=[award.pk])
    assert client.get(begin).context["form"].initial["amount"] == "5,000.00"
    first, after = today() - timedelta(days=330), today() + timedelta(days=30)
    assert client.post(begin, days(valid_from=first, valid_to=after) | {"amount": "5,000.00"}).status_code == 302
    relief = Relief.objects.get()
    assert (relief.amount_fen, relief.valid_to) == (500_000, after)
    listed = client.get(reverse("office:reliefs")).content.decode()
    assert "快到期" in listed
    renew = reverse("office:reliefs-renew", args=[relief.pk])
    assert client.get(renew).context["form"].initial["valid_to"] == after + timedelta(days=360)
    overlapping = client.post(renew, days(valid_from=after - timedelta(days=1)))
    assert overlapping.status_code == 422
    assert "时间不能重叠" in overlapping.content.decode()
    assert client.post(renew, days(valid_from=after)).status_code == 302
    assert Relief.objects.get(renews=relief).valid_from == after


def test_a_relief_is_ended_with_a_reason_or_with_the_certificate(office: Office):
    client = enter(office)
    one, gone = (granted(office, "free-bus-card") for _ in range(2))
    for award in (one, gone):
        client.post(reverse("office:reliefs-begin", args=[award.pk]), days(valid_from=date(2025, 3, 4)))
    registry.record_death(person=gone.person, day=date(2025, 5, 4), witness=told("2025-05-10"))
    assert "本人去世" in client.get(reverse("office:reliefs")).content.decode()
    client.post(reverse("office:reliefs-end-all"))
    assert Relief.objects.get(person=gone.person).end_reason == "本人去世"
    end = reverse("office:reliefs-end", args=[Relief.objects.get(person=one.person).pk])
    assert client.post(end, days(on=date(2025, 6, 1)) | {"reason": ""}).status_code == 422
    client.post(end, days(on=date(2025, 6, 1)) | {"reason": "搬走"})
    assert Relief.objects.get(person=one.person).valid_to == date(2025, 6, 1)


def test_medicine_is_noted_once_a_month_and_missed_months_are_told(office: Office, hospital: Institution):
    client, award = (
        enter(office, Role.TOWNSHIP_CLERK),
        granted(office, "mental-medication", fen=0, on=date(2025, 11, 3)),
    )
    Award.objects.filter(pk=award.pk).update(ends_on=date(2026, 2, 1))
    assert "2025年11月、2025年12月、2026年1月" in client.get(reverse("office:medicine")).content.decode()
    pick_up = reverse("office:medicine-pick-up", args=[award.pk])
    body = days(day=date(2025, 12, 5)) | {"institution": hospital.pk, "worth": "41.00"}
    assert client.post(pick_up, body).status_code == 302
    assert Pickup.objects.get().worth_fen == 4100
    again = client.post(pick_up, body)
    assert "每月只领一次" in again.content.decode()
    assert "2025年11月、2026年1月" in client.get(reverse("office:medicine")).content.decode()


def test_an_approver_revokes_or_has_unserved_months_paid_back(office: Office):
    client, award = enter(office, Role.APPROVER), sheltered(office)
    Award.objects.filter(pk=award.pk).update(granted_fen=600_000)
    number = award.application.pk
    curtail = reverse("office:cases-curtail", args=[number])
    body = {"required": "12", "served": "12", "cause": "business_closed", "document": "示例决定"}
    assert "没有要退回的" in client.post(curtail, body).content.decode()
    client.post(curtail, body | {"served": "9"})
    award.refresh_from_db()
    assert award.curtailment.amount_fen == 150_000
    case = reverse("office:cases-case", args=[number])
    assert "应满 12 个月，实满 9 个月" in client.get(case).content.decode()
    client.post(reverse("office:cases-revoke", args=[number]), {"cause": "false_proof"})
    award.refresh_from_db()
    assert award.revocation_cause == "false_proof"
    assert "已撤销" in client.get(case).content.decode()
    assert client.get(reverse("office:cases-revoke", args=[number])).status_code == 404


def test_the_same_by_command(office: Office, capsys: pytest.CaptureFixture[str]):
    award = sheltered(office)
    Award.objects.filter(pk=award.pk).update(granted_fen=600_000)
    number = award.application.number
    call_command(
        "award", "curtail", number, "--required", "12", "--served", "9", "--cause", "business_closed", "--document", "示例决定",
    )  # fmt: skip
    assert "应退 1,500.00 元" in capsys.readouterr().out
    call_command("award", "revoke", number, "--cause", "false_proof")
    assert "已撤销" in capsys.readouterr().out
    with pytest.raises(CommandError, match="已经撤销过"):
        call_command("award", "revoke", number, "--cause", "false_proof")
    relief = granted(office, "free-bus-card")
    place = ("--division", "330499")
    call_command("service", "relief", str(relief.pk), "--from", "2025-03-04", "--to", "2026-03-04", *place)
    first = Relief.objects.get()
    call_command("service", "relief", str(relief.pk), "--from", "2026-03-04", "--renews", str(first.pk), *place)
    second = Relief.objects.get(renews=first)
    call_command("service", "end-relief", str(second.pk), "--on", "2026-05-01", "--reason", "搬走", *place)
    second.refresh_from_db()
    assert (second.valid_to, second.end_reason) == (date(2026, 5, 1), "搬走")
    assert now() > second.at
