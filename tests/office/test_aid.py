"""The pages of projects, of homes waited for and of help: what is typed in stands on the page, what is refused is told."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.caseload import Office
from zhucan.aid.models import HelpFile, HousingNeed, Undertaking
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import Appointment, Role, User
from zhucan.planning.services import add_plan_item

pytestmark = pytest.mark.django_db


def _client(office: Office, role: Role, name: str = "") -> Client:
    user, _ = User.objects.get_or_create(username=name or str(role))
    Appointment.objects.create(user=user, role=role, division=office.county.a, valid_from=today().replace(year=2020))
    client = Client()
    client.force_login(user)
    return client


def _day(name: str = "day", year: int = 2025, month: int = 3, day: int = 3) -> dict[str, int]:
    return {f"{name}_year": year, f"{name}_month": month, f"{name}_day": day}


def _post(client: Client, page: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(f"office:{page}", args=args), data)


def test_a_project_is_entered_part_by_part_and_stands_against_the_target(office: Office):
    clerk, person = _client(office, Role.COUNTY_CLERK), office.person()
    day = today()
    now_ = _day("day", day.year, day.month, day.day)
    assert _post(clerk, "aid-new", person.pk, project="liveable-home", plan="示例", **now_).status_code == 302
    one = Undertaking.objects.get()
    home = reverse("office:aid-one", args=[one.pk])

    refused = _post(clerk, "aid-mark", one.pk, "indoor", standing="lacking", what="地面", worker="张三", **now_)
    assert (refused.status_code, "完成期限" in refused.content.decode()) == (422, True)
    _post(
        clerk,
        "aid-mark",
        one.pk,
        "indoor",
        standing="lacking",
        what="地面",
        worker="张三",
        **now_,
        **_day("due_on", 2999),
    )
    listed = clerk.get(reverse("office:aid")).content.decode()
    assert all(word in listed for word in ("家居环境优化：地面", "张三", "2999年3月3日"))
    assert "排查和工程里还缺的项" in clerk.get(reverse("office:home")).content.decode()
    _post(clerk, "aid-act", one.pk, "start", plan="示例方案", **now_)
    for part, standing, cost in (
        ("indoor", "in_place", "1200.50"),
        ("secure", "not_needed", ""),
        ("access", "in_place", "300"),
    ):
        answer = _post(
            clerk, "aid-mark", one.pk, part, standing=standing, what="示例", cost=cost, evidence="照片", **now_
        )
        assert answer.status_code == 302, answer.content.decode()
    money = _post(clerk, "aid-act", one.pk, "money", fund="donor", payer="示例基金会", programme="安居", amount="1500.50", document="收据", **now_)  # fmt: skip
    assert money.status_code == 302
    finished = _day("finished_on", day.year, day.month, day.day)
    assert _post(clerk, "aid-act", one.pk, "accept", accepted_by="示例镇", **now_, **finished).status_code == 302
    add_plan_item(
        division="330499101",
        year=day.year,
        text="宜居",
        indicator="liveable-home-accepted",
        target="4",
        at=now(),
        by=None,
    )

    told = clerk.get(home).content.decode()
    assert "费用合计 1,500.50 元" in told
    assert "资金合计 1,500.50 元" in told
    assert "示例镇" in told
    reached = clerk.get(f"{reverse('office:aid')}?project=liveable-home").context["reached"]
    assert [(row["place"], row["done"], str(row["rate"])) for row in reached] == [("青石镇", 1, "25.0")]


def test_a_small_work_is_entered_with_its_address_and_residents(office: Office):
    clerk, person = _client(office, Role.COUNTY_CLERK), office.person()
    made = _post(clerk, "aid-new-address", place=office.village.pk, address="二区18号楼4单元", **_day())
    one = Undertaking.objects.get()
    assert made.headers["Location"] == reverse("office:aid-one", args=[one.pk])
    assert _post(clerk, "aid-act", one.pk, "serve", person=person.pk, **_day()).status_code == 302
    assert _post(clerk, "aid-act", one.pk, "serve", person=person.pk, **_day()).status_code == 422
    assert _post(clerk, "aid-act", one.pk, "serve", person=99_999_999, **_day()).status_code == 404

    assert f"（{person.pk}）" in clerk.get(reverse("office:aid-one", args=[one.pk])).content.decode()


def test_a_household_waits_in_the_queue_until_it_has_moved_in(office: Office):
    clerk, person = _client(office, Role.COUNTY_CLERK), office.person()
    asked = {"sought": "low_rent", "cause": "crowded", "ground": "severe", **_day("asked_on")}
    assert _post(clerk, "aid-home-new", person.pk, **asked).status_code == 302
    assert _post(clerk, "aid-home-new", person.pk, **asked).status_code == 422
    need = HousingNeed.objects.get()
    queue = f"{reverse('office:aid-homes')}?sought=low_rent"
    assert [row["number"] for row in clerk.get(queue).context["waiting"]] == [1]
    _post(clerk, "aid-home-act", need.pk, "offer", measure="allocate", **_day())
    assert _post(clerk, "aid-home-act", need.pk, "settle", home="示例新村", **_day()).status_code == 302

    page = clerk.get(queue)
    assert page.context["waiting"] == []
    assert "示例新村" in page.content.decode()
    assert clerk.get(reverse("office:aid-home-act", args=[need.pk, "nothing"])).status_code == 404


def test_a_hardship_is_decided_by_the_approver_and_followed_up(office: Office):
    clerk, approver, person = _client(office, Role.COUNTY_CLERK), _client(office, Role.APPROVER), office.person()
    asked = {"kind": "hardship", "cause": "illness", "asked_for": "住院费", "asked": "5000", **_day()}
    assert _post(clerk, "aid-help-new", person.pk, **asked).status_code == 302
    file = HelpFile.objects.get()
    assert _post(clerk, "aid-help-decide", file.pk, decision="granted", note="示例", **_day()).status_code == 403
    assert "等您决定的帮扶个案" in approver.get(reverse("office:home")).content.decode()
    assert _post(approver, "aid-help-decide", file.pk, decision="granted", amount="3000", note="示例", **_day()).status_code == 302  # fmt: skip
    for channel, amount in (("relief", "3000"), ("visit", "")):
        noted = _post(
            clerk, "aid-help-note", file.pk, channel=channel, what="示例", worker="李四", amount=amount, **_day()
        )
        assert noted.status_code == 302
    assert _post(clerk, "aid-help-close", file.pk, outcome="已出院", **_day()).status_code == 302

    told = clerk.get(reverse("office:aid-help", args=[file.pk])).content.decode()
    assert all(word in told for word in ("给予帮扶，3,000.00 元", "回访", "已出院", "当年其他救助合计 0.00 元"))
