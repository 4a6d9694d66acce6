"""People are found by what is known of them, within one's place only, and lists leave with purpose, mark and trail."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.county import County, told
from zhucan.office.models import SavedList
from zhucan.orgs.clock import today
from zhucan.orgs.models import Appointment, AuditEntry, Division, Role, User
from zhucan.registry import services
from zhucan.registry.models import Person


@pytest.fixture
def enter(county: County) -> Callable[..., Client]:
    def client(role: Role = Role.COUNTY_CLERK, place: Division | None = None) -> Client:
        where = place or county.a
        user, _ = User.objects.get_or_create(username=f"{role}-{where.pk}", defaults={"full_name": "=cmd()"})
        Appointment.objects.get_or_create(user=user, role=role, division=where, valid_from=date(2020, 1, 1))
        made = Client()
        made.force_login(user)
        return made

    return client


@pytest.fixture
def people(county: County) -> list[Person]:
    town = Division.objects.create(code="330499101000", name="青石镇", level="township", parent=county.a)
    village = Division.objects.create(code="330499101001", name="上浦村", level="village", parent=town)
    old, young, bare = county.person(), county.person(born=today() - timedelta(days=9 * 365)), county.person()
    county.certify(old, "physical", 1, expires=today() + timedelta(days=60))
    county.dibao(old)
    county.grant(old, "2025-01-06", schemes=("living-allowance",))
    county.certify(young, "hearing", 2, issued="2022-01-01", expires=date(2039, 12, 31))
    services.move(person=young, day=date(2024, 1, 1), division=village, witness=told("2024-01-01"))
    return [old, young, bare]


def _found(client: Client, **asked: str) -> set[int]:
    address = reverse("office:people")
    page = client.post(address, asked) if "q" in asked else client.get(address, asked)
    assert page.status_code == 200
    return {row["person"].pk for row in page.context["rows"]}


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ({}, {0, 1, 2}),
        ({"category": "physical"}, {0}),
        ({"grade": "2"}, {1}),
        ({"certificate": "valid"}, {0, 1}),
        ({"certificate": "none"}, {2}),
        ({"certificate": "expired"}, set()),
        ({"expiring": "3"}, {0}),
        ({"expiring": "1"}, set()),
        ({"hardship": "dibao"}, {0}),
        ({"hardship": "unknown"}, {1, 2}),
        ({"age": "7-17"}, {1}),
        ({"age": "18-59"}, {0, 2}),
        ({"award": "living-allowance"}, {0}),
        ({"place": "330499101000"}, {1}),
        ({"place": "330499101001", "category": "physical"}, set()),
        ({"q": "测试1"}, {0}),
        ({"q": "测试1", "grade": "2"}, set()),
        ({"q": "上浦村"}, {1}),
    ],
)
def test_filters_find_who_fits(people: list[Person], enter, asked: dict[str, str], who: set[int]):
    assert _found(enter(), **asked) == {people[place].pk for place in who}


def test_what_is_typed_to_find_somebody_never_stands_in_an_address(people: list[Person], county: County, enter):
    for _ in range(60):
        county.person()
    client = enter()
    text = client.post(reverse("office:people"), {"q": "测试"}).content.decode()
    assert not [link for link in re.findall(r'(?:href|action)="([^"]*)"', text) if "测试" in link or "%E6" in link]
    assert 'name="page" value="2"' in text
    second = client.post(reverse("office:people"), {"q": "测试", "page": "2"})
    assert second.context["page"].number == 2
    assert len(second.context["rows"]) == 25
    ignored = client.get(reverse("office:people"), {"q": people[0].id_number})
    assert ignored.context["query"] == ""


def test_a_filter_that_does_not_exist_is_refused(people: list[Person], enter):
    for wrong in ({"grade": "9"}, {"place": "330498000000"}, {"hardship": "x' OR 1=1"}):
        assert enter().get(reverse("office:people"), wrong).status_code == 422


def test_a_commissioner_finds_only_her_village(people: list[Person], enter):
    village = Division.objects.get(code="330499101001")
    client = enter(Role.COMMISSIONER, village)
    assert _found(client) == {people[1].pk}
    assert _found(client, q="测试") == {people[1].pk}
    assert _found(client, q=people[0].id_number) == set()
    assert client.get(reverse("office:people-file", args=[people[0].pk])).status_code == 404
    assert client.get(reverse("office:people-export")).status_code == 403


def test_a_list_is_kept_as_conditions_and_is_ones_own(people: list[Person], enter):
    client = enter()
    client.post(reverse("office:people-save-list") + "?grade=2&q=张三&page=4", {"name": "二级"})
    kept = SavedList.objects.get()
    assert kept.filters == {"grade": "2"}
    opened = client.get(reverse("office:people-open-list", args=[kept.pk]))
    assert opened["Location"] == reverse("office:people") + "?grade=2"
    assert enter(Role.AUDITOR).get(reverse("office:people-open-list", args=[kept.pk])).status_code == 404
    assert enter(Role.AUDITOR).post(reverse("office:people-drop-list", args=[kept.pk])).status_code == 404
    client.post(reverse("office:people-drop-list", args=[kept.pk]))
    assert not SavedList.objects.exists()


def _taken(client: Client, **asked: str):
    return client.post(
        reverse("office:people-export") + "?certificate=valid", {"purpose": "核对低保", "kind": "csv", **asked}
    )


def test_a_list_leaves_marked_counted_and_masked(people: list[Person], enter):
    services.rename(person=people[0], name="=HYPERLINK(1)", day=date(2025, 1, 1), witness=told("2025-01-01"))
    rows = list(csv.reader(io.StringIO(_taken(enter()).content.decode("utf-8-sig"))))
    assert "用途：核对低保，共 2 行" in rows[0][0]
    assert {row[0] for row in rows[2:]} == {str(people[0].pk), str(people[1].pk)}
    text = str(rows)
    assert people[0].id_number not in text
    assert all(cell[:1] not in ("=", "+", "-", "@") for row in rows[1:] for cell in row)
    entry = AuditEntry.objects.get(action="office.exported")
    assert (entry.detail["rows"], entry.detail["purpose"], entry.detail["whole"]) == (2, "核对低保", False)


def test_a_workbook_holds_texts_only_and_its_mark(people: list[Person], enter):
    services.rename(person=people[0], name="=1+1", day=date(2025, 1, 1), witness=told("2025-01-01"))
    book = openpyxl.load_workbook(io.BytesIO(_taken(enter(), kind="xlsx").content))
    page = book.active
    assert "用途：核对低保" in page["A1"].value
    assert {cell.data_type for row in page.iter_rows(min_row=2) for cell in row if cell.value} == {"s"}
    assert "用途：核对低保" in page.oddFooter.center.text


def test_whole_numbers_leave_only_with_clerks_who_ask_for_them(people: list[Person], enter):
    assert people[0].id_number in _taken(enter(), whole="on").content.decode("utf-8-sig")
    assert people[0].id_number not in _taken(enter(Role.AUDITOR), whole="on").content.decode("utf-8-sig")
    assert [entry.detail["whole"] for entry in AuditEntry.objects.filter(action="office.exported")] == [True, False]


@pytest.mark.parametrize("purpose", ["", "=1+1", "<script>"])
def test_nothing_leaves_without_a_purpose(people: list[Person], enter, purpose: str):
    assert _taken(enter(), purpose=purpose).status_code == 422
    assert not AuditEntry.objects.filter(action="office.exported").exists()


def test_a_longer_list_asks_no_more_questions_of_the_database(people: list[Person], county: County, enter):
    client = enter()

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("office:people"))
        return len(queries)

    asked()
    before = asked()
    for _ in range(12):
        county.certify(county.person(), "physical", 3)
    assert asked() == before


def _known(day: str) -> dict[str, str]:
    year, month, number = day.split("-")
    return {"known_year": year, "known_month": month, "known_day": number}


def test_a_list_can_be_seen_as_it_was_known_on_a_day(people: list[Person], county: County, enter):
    old, young, _ = people
    learnt = told("2025-06-15")  # of what had changed in March
    services.set_hardship(person=old, day=date(2025, 3, 1), kind="none", witness=learnt)
    services.move(person=young, day=date(2025, 3, 1), division=county.a, witness=learnt)
    client = enter()

    assert _found(client, hardship="dibao") == set()
    assert _found(client, hardship="dibao", **_known("2025-06-14")) == {old.pk}
    assert _found(client, hardship="dibao", **_known("2025-06-15")) == set()
    assert _found(client, place="330499101000") == set()
    assert _found(client, place="330499101000", **_known("2025-06-14")) == {young.pk}
    assert _found(client, **_known("2019-12-31")) == set()  # nobody was known yet
    assert _found(client, award="living-allowance", **_known("2025-01-05")) == set()
    assert _found(client, award="living-allowance", **_known("2025-01-06")) == {old.pk}
    assert _found(client, age="7-17", **_known("2022-06-30")) == set()  # six years old then
    page = client.get(reverse("office:people"), {"hardship": "dibao", **_known("2025-06-14")}).content.decode()
    assert "按 2025年6月14日 知道的情况" in page
    assert "known_day=14" in page


def test_an_award_that_lapsed_later_is_running_as_known_before(people: list[Person], county: County, enter):
    old = people[0]
    county.book("2025-01")
    services.record_death(person=old, day=date(2025, 2, 10), witness=told("2025-02-20"))
    county.book("2025-02")
    county.book("2025-03")
    client = enter()

    assert _found(client, award="living-allowance") == set()
    assert _found(client, award="living-allowance", **_known("2025-02-27")) == {old.pk}
    assert _found(client, award="living-allowance", **_known("2025-04-02")) == set()


def test_a_list_known_on_a_day_is_kept_and_taken_out_as_it_was_shown(people: list[Person], county: County, enter):
    services.set_hardship(person=people[0], day=date(2025, 3, 1), kind="none", witness=told("2025-06-15"))
    client = enter()
    asked = {"hardship": "dibao", **_known("2025-06-14")}
    query = "&".join(f"{name}={value}" for name, value in asked.items())

    client.post(f"{reverse('office:people-save-list')}?{query}", {"name": "六月的低保"})
    kept = client.get(reverse("office:people-open-list", args=[SavedList.objects.get().pk]), follow=True)
    assert {row["person"].pk for row in kept.context["rows"]} == {people[0].pk}

    taken = client.post(f"{reverse('office:people-export')}?{query}", {"purpose": "核对", "kind": "csv"})
    lines = list(csv.reader(io.StringIO(taken.content.decode("utf-8-sig"))))
    assert "2025-06-14所知" in lines[0][0]
    assert [line[0] for line in lines[2:]] == [str(people[0].pk)]


def test_a_day_that_is_none_is_told(people: list[Person], enter):
    answer = enter().get(reverse("office:people"), {"known_year": "2025", "known_month": "13", "known_day": "1"})
    assert answer.status_code == 422
    assert "不是一个日子" in answer.content.decode()


def test_while_somebody_types_only_what_was_found_is_answered(people: list[Person], enter):
    client = enter(Role.COUNTY_CLERK)
    asked = {"q": people[0].name}

    whole = client.post(reverse("office:people"), asked).content.decode()
    part = client.post(reverse("office:people"), asked, headers={"x-requested-with": "fetch"}).content.decode()

    assert part.startswith('<div id="found">')
    assert people[0].name in part
    assert '<form role="search"' in whole
    assert '<form role="search"' not in part
    assert people[0].name in whole
