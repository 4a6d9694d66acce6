"""A new standard is tried out on everybody first, saved with its document, and comes as arrears where it is late."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from tests.county import County
from zhucan.core.money import from_fen, text
from zhucan.orgs.models import Appointment, Division, LocalParameter, Role, User
from zhucan.payments.models import LineKind
from zhucan.policy.parameters import PARAMETERS

NAME = "ns_monthly_full"


@pytest.fixture
def enter(county: County) -> Callable[..., Client]:
    def client(role: Role = Role.COUNTY_CLERK, place: Division | None = None) -> Client:
        where = place or county.a
        user, _ = User.objects.get_or_create(username=f"{role}-{where.pk}")
        Appointment.objects.get_or_create(user=user, role=role, division=where, valid_from=date(2020, 1, 1))
        made = Client()
        made.force_login(user)
        return made

    return client


@pytest.fixture
def paid(county: County) -> County:
    person = county.person()
    county.certify(person, "physical", 1, expires=date(2039, 12, 31))
    county.dibao(person)
    county.grant(person, "2025-01-06")
    county.book("2025-01")
    county.book("2025-02")
    return county


def _asked(**more: str) -> dict[str, str]:
    return {
        "value": "900.00", "document": "示例县民残〔2025〕3号（虚构）", "valid_from_year": "2025", "valid_from_month": "2",
        "valid_from_day": "1", **more,
    }  # fmt: skip


def _work_off() -> None:
    for row in DBTaskResult.objects.ready():
        row.claim("test")
        row.set_successful(row.task.call(**row.args_kwargs["kwargs"]))


def test_trying_tells_people_and_money_and_saves_nothing(paid: County, enter):
    client = enter()
    answer = client.post(reverse("office:standards-set", args=[NAME]), _asked())
    assert client.get(answer["Location"], headers={"accept": "application/json"}).json()["done"] is False
    _work_off()
    page = client.get(answer["Location"])
    assert page.context["result"]["gaining"] == 1
    assert not LocalParameter.objects.exists()

    saved = client.post(reverse("office:standards-set", args=[NAME]), _asked(step="save"))
    assert saved.status_code == 302
    run = paid.calculate("2026-11")
    arrears = run.lines.filter(kind=LineKind.ARREARS, month=24301).get()  # February 2025
    assert arrears.cause == "standard_raised"
    assert text(from_fen(page.context["result"]["back_fen"])) == page.context["back"]


@pytest.mark.parametrize(
    "wrong", [{"value": "-1"}, {"value": "很多"}, {"document": ""}, {"valid_from_month": "13"}, {"document": "=1"}]
)
def test_a_wrong_standard_is_told_and_not_saved(paid: County, enter, wrong: dict[str, str]):
    for step in ("try", "save"):
        answer = enter().post(reverse("office:standards-set", args=[NAME]), _asked(step=step, **wrong))
        assert answer.status_code == 422
    assert not LocalParameter.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_every_parameter_has_its_page_and_tells_where_it_comes_from(paid: County, enter):
    client = enter()
    page = client.get(reverse("office:standards"))
    assert len(page.context["rows"]) == len(PARAMETERS)
    for name in PARAMETERS:
        assert client.get(reverse("office:standards-standard", args=[name])).status_code == 200, name
    assert client.get(reverse("office:standards-standard", args=["nothing"])).status_code == 404


def test_a_standard_is_taken_back_and_stays_to_be_read(paid: County, enter):
    client = enter()
    client.post(reverse("office:standards-set", args=[NAME]), _asked(step="save"))
    row = LocalParameter.objects.get()
    assert client.post(reverse("office:standards-retract", args=[row.pk]), {"sure": ""}).status_code == 422
    client.post(reverse("office:standards-retract", args=[row.pk]), {"sure": "on"})
    row.refresh_from_db()
    assert row.retracted_at is not None
    assert "已撤回" in client.get(reverse("office:standards-standard", args=[NAME])).content.decode()


def test_another_county_neither_sees_nor_takes_back(paid: County, enter):
    enter().post(reverse("office:standards-set", args=[NAME]), _asked(step="save"))
    row = LocalParameter.objects.get()
    other = enter(Role.COUNTY_CLERK, paid.b)
    assert other.post(reverse("office:standards-retract", args=[row.pk]), {"sure": "on"}).status_code == 404
    assert not other.get(reverse("office:standards-standard", args=[NAME])).context["history"]


def test_choices_are_told_and_picked_in_words(paid: County, enter):
    client = enter()
    told = {row["item"].id: row["value"] for row in client.get(reverse("office:standards")).context["rows"]}
    assert told["elder_service_subsidy_vs_ns"] == "可以同时享受"
    assert told["ls_rounding"] == "保留到分"
    assert not [code for item in PARAMETERS.values() for code in item.choices if code in told.values()]

    name = "elder_service_subsidy_vs_ns"
    form = client.get(reverse("office:standards-set", args=[name])).content.decode()
    assert "有该待遇就不发护理补贴" in form
    address = reverse("office:standards-set", args=[name])
    assert client.post(address, _asked(step="save", value="no such choice")).status_code == 422
    assert client.post(address, _asked(step="save", value="exclude_ns")).status_code == 302
    assert LocalParameter.objects.get().value == "exclude_ns"
    history = client.get(reverse("office:standards-standard", args=[name])).content.decode()
    assert "有该待遇就不发护理补贴" in history

    switch = client.get(reverse("office:standards-set", args=["custody_stops"])).content.decode()
    assert 'value="true"' in switch
