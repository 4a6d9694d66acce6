"""Finding people on pages: counts open their lists, each place sees its own, outcomes are recorded, lists leave marked."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from tests.county import County, told
from zhucan.cases.models import Approach, KeptLook
from zhucan.orgs.clock import today
from zhucan.orgs.models import Appointment, AuditEntry, Division, Role, User
from zhucan.registry import services
from zhucan.registry.models import Person

LS = "living-allowance"


@pytest.fixture
def village(county: County) -> Division:
    town = Division.objects.create(code="330499001000", name="示例镇", level="township", parent=county.a)
    return Division.objects.create(code="330499001001", name="示例村", level="village", parent=town)


@pytest.fixture
def people(county: County, village: Division) -> dict[str, Person]:
    """Two entitled and without award, one of them in the village; one paid and dead; one of whom hardship is unknown."""
    found = {name: county.person() for name in ("poor", "near", "dead", "asked")}
    for name, person in found.items():
        county.certify(person, "physical", 2, expires=date(2099, 1, 1))
        if name != "asked":
            county.dibao(person)
    services.move(person=found["near"], day=date(2024, 1, 1), division=village, witness=told("2024-01-01"))
    county.grant(found["dead"], "2025-01-06", schemes=(LS,))
    county.book("2025-01")
    services.record_death(person=found["dead"], day=date(2025, 5, 3), witness=told("2025-06-02"))
    return found


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


def _work_off() -> None:
    for row in DBTaskResult.objects.ready():
        row.claim("test")
        row.set_successful(row.task.call(**row.args_kwargs["kwargs"]))


@pytest.fixture
def clerk(enter: Callable[..., Client], people: dict[str, Person]) -> Client:
    """A county clerk who has looked today."""
    made = enter()
    answer = made.post(reverse("office:finding-start"))
    _work_off()
    assert made.get(answer["Location"]).status_code == 302
    return made


def _list(which: str, scheme: str = LS) -> str:
    return reverse("office:finding-list", args=[scheme, which])


def _rows(client: Client, which: str, query: str = "") -> set[int]:
    return {row["person"].pk for row in client.get(_list(which) + query).context["rows"]}


def test_every_count_opens_the_list_it_counts(clerk: Client, people: dict[str, Person]):
    page = clerk.get(reverse("office:finding"))
    for row in page.context["rows"]:
        for which, count in row["lists"]:
            listed = clerk.get(_list(which.value, row["scheme"].id)).context
            assert count == listed["count"] == len(listed["rows"])
    assert _rows(clerk, "entitled") == {people["poor"].pk, people["near"].pk}
    assert _rows(clerk, "stop") == {people["dead"].pk}
    assert _rows(clerk, "unknown") == {people["asked"].pk}


def test_what_would_settle_opens_those_it_settles(clerk: Client, people: dict[str, Person]):
    page = clerk.get(_list("unknown"))
    (group,) = page.context["groups"]

    assert group["people"] == 1
    assert "查清" in page.content.decode()
    assert {row["person"].pk for row in clerk.get(f"{_list('unknown')}?{group['link']}").context["rows"]} == {
        people["asked"].pk
    }
    assert _rows(clerk, "unknown", "?what=x") == set()


def test_a_commissioner_sees_and_counts_the_own_village_alone(
    clerk: Client, enter: Callable[..., Client], village: Division, people: dict[str, Person]
):
    mine = enter(Role.COMMISSIONER, village)

    page = mine.get(reverse("office:finding"))
    assert [dict(row["lists"])["entitled"] for row in page.context["rows"] if row["scheme"].id == LS] == [1]
    assert _rows(mine, "entitled") == {people["near"].pk}
    assert _rows(mine, "stop") == set()
    visits = mine.get(reverse("office:finding-visits"))
    assert [row["person"] for row in visits.context["rows"]] == [people["near"].pk]
    assert people["poor"].name not in visits.content.decode()
    own = reverse("office:finding-tell", args=[people["near"].pk, LS])
    other = reverse("office:finding-tell", args=[people["poor"].pk, LS])
    assert (mine.get(own).status_code, mine.get(other).status_code) == (200, 404)
    assert mine.post(_list("entitled"), {"person": [people["poor"].pk]}).status_code == 404
    assert not Approach.objects.exists()
    assert mine.post(reverse("office:finding-start")).status_code == 403


def test_visits_are_ordered_by_the_money_at_stake(clerk: Client, people: dict[str, Person]):
    rows = clerk.get(reverse("office:finding-visits")).context["rows"]
    stakes = [float(row["stake"].replace(",", "")) for row in rows]

    assert len(rows) == 3
    assert stakes == sorted(stakes, reverse=True)
    assert stakes[0] > 0


def test_people_told_are_marked_and_their_outcome_counts(clerk: Client, people: dict[str, Person]):
    clerk.post(_list("entitled"), {"person": [people["poor"].pk, people["near"].pk]})
    assert _rows(clerk, "entitled", "?told=no") == set()

    day = {f"on_{part}": getattr(today(), part) for part in ("year", "month", "day")}
    address = reverse("office:finding-tell", args=[people["near"].pk, LS])
    answer = clerk.post(address, {"outcome": "not_entitled", "note": "已上门核实", **day}, follow=True)
    assert "已登记：核实后不符合" in answer.content.decode()
    (row,) = [one for one in clerk.get(reverse("office:finding")).context["rows"] if one["scheme"].id == LS]
    assert (row["precision"].informed, row["precision"].disproved, row["precision"].percent) == (2, 1, 0)
    visits = {one["person"]: one["details"] for one in clerk.get(reverse("office:finding-visits")).context["rows"]}
    assert not any("生活补贴" in detail for detail in visits.get(people["near"].pk, ()))
    assert any("生活补贴" in detail for detail in visits[people["poor"].pk])


def test_nobody_chosen_or_a_bad_note_is_told_in_one_sentence(clerk: Client, people: dict[str, Person]):
    assert "还没有勾选人" in clerk.post(_list("entitled"), {}, follow=True).content.decode()
    address = reverse("office:finding-tell", args=[people["near"].pk, LS])
    answer = clerk.post(
        address, {"outcome": "informed", "note": "=1+1", "on_year": "2025", "on_month": "1", "on_day": "1"}
    )
    assert answer.status_code == 422
    assert not Approach.objects.exists()
    assert clerk.get(_list("nothing")).status_code == 404
    assert clerk.get(_list("stop", "no-scheme")).status_code == 404


def test_a_list_of_another_day_says_so(clerk: Client):
    assert "不是今天的情况" not in clerk.get(_list("stop")).content.decode()
    look = KeptLook.objects.get()
    KeptLook.objects.filter(pk=look.pk).update(on=look.on - timedelta(days=3))

    for address in (_list("stop"), reverse("office:finding"), reverse("office:finding-visits")):
        assert "3 天前找的，不是今天的情况" in clerk.get(address).content.decode()


def test_a_list_leaves_with_a_purpose_and_a_mark(clerk: Client, people: dict[str, Person]):
    address = reverse("office:finding-export", args=[LS, "entitled"])
    assert clerk.post(address, {"kind": "csv"}).status_code == 422

    text = clerk.post(address, {"kind": "csv", "purpose": "通知应享未享的人"}).content.decode("utf-8-sig")

    assert "通知应享未享的人" in text.splitlines()[0]
    assert people["poor"].name in text
    assert people["poor"].id_number not in text
    assert AuditEntry.objects.get(action="office.exported").detail["rows"] == 2


def test_the_workbench_tells_who_is_to_be_told(clerk: Client):
    todos = {todo.what: todo for todo in clerk.get(reverse("office:home")).context["todos"]}

    assert todos["应享未享，还没有告知的人"].people >= 2
    assert todos["还在享受、资料已不符合的人"].stake == "1 人项"


def test_work_of_another_place_is_not_found(clerk: Client, enter: Callable[..., Client], county: County):
    answer = clerk.post(reverse("office:finding-start"))

    assert enter(place=county.b).get(answer["Location"]).status_code == 404
