"""Figures and reports: any place and period within one's own, and every number opens the records it counts."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.county import County
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Appointment, AuditEntry, Division, Role, User
from zhucan.registry.models import Person
from zhucan.reports.models import Report
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


def _client(place: Division, role: Role = Role.COUNTY_CLERK) -> Client:
    user = User.objects.create_user(username=f"{role}-{place.pk}", password="a long enough pass phrase")
    Appointment.objects.create(user=user, role=role, division=place, valid_from=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    return client


def _asked(place: str, **more: str) -> dict[str, str]:
    return {"id": "living-allowance-amount", "division": place, "first": "2025-01", "last": "2025-02", **more}


@pytest.fixture
def report(somebody: Person) -> Report:
    return compose("county-work-report", "330499", 2025, at=moment(date(2026, 1, 5)), by=None)


def test_a_figure_shows_its_value_definition_and_records(somebody: Person, county: County):
    client = _client(county.a)
    page = client.get(reverse("office:indicators-figure"), _asked(county.a.code))
    assert page.status_code == 200
    told = page.context["figure"]
    assert told.value is not None
    assert told.value > 0
    assert page.context["counted"] == told.records > 0
    assert f"（{somebody.pk}）" in page.content.decode()


def test_the_parts_of_a_figure_add_up_and_open_their_records(somebody: Person, county: County):
    client = _client(county.a)
    page = client.get(reverse("office:indicators-figure"), _asked(county.a.code, by="month"))
    chart = page.context["chart"]
    assert sum(bar.value for bar in chart.bars) == page.context["figure"].value
    one = client.get(reverse("office:indicators-figure") + chart.bars[0].link)
    assert one.context["counted"] < page.context["counted"]


def test_a_place_outside_is_not_found(somebody: Person, county: County):
    client = _client(county.a)
    assert client.get(reverse("office:indicators-figure"), _asked(county.b.code)).status_code == 404
    assert client.get(reverse("office:indicators-figure"), _asked("nowhere")).status_code == 404


def test_months_out_of_order_are_told_and_compute_nothing(somebody: Person, county: County):
    answer = _client(county.a).get(
        reverse("office:indicators-figure"), {**_asked(county.a.code), "first": "2025-03", "last": "2025-01"}
    )
    assert answer.status_code == 422
    assert "结束的月份早于开始的月份" in answer.content.decode()


def test_a_period_to_come_is_refused_in_words(somebody: Person, county: County):
    answer = _client(county.a).get(
        reverse("office:indicators-figure"), {**_asked(county.a.code), "first": "2199-01", "last": "2199-02"}
    )
    assert answer.status_code == 422
    assert "还没有开始" in answer.content.decode()


def test_the_catalogue_is_paged_narrowed_by_words_and_keeps_the_place_looked_at(county: County):
    client, town = (
        _client(county.a),
        Division.objects.create(code="330499101000", name="北镇", level="township", parent=county.a),
    )
    address = reverse("office:indicators")
    first, second = client.get(address), client.get(address, {"page": 2})
    names = [[row["item"].id for row in page.context["items"]] for page in (first, second)]
    assert len(names[0]) == 100
    assert not set(names[0]) & set(names[1])

    found = client.get(address, {"q": "追回", "division": town.code, "first": "2025-01", "last": "2025-03"})
    assert found.context["fitting"] == len(found.context["items"]) > 0
    assert all("追回" in row["item"].name + row["item"].definition for row in found.context["items"])
    shown = client.get(found.context["items"][0]["link"])
    assert shown.context["place"] == town
    assert shown.context["figure"].period.label == "2025年1—3月"
    again = client.get(shown.context["others"])
    assert f"division={town.code}" in again.context["items"][0]["link"]


def test_a_figure_that_there_is_not_is_told(county: County):
    answer = _client(county.a).get(reverse("office:indicators-figure"), _asked(county.a.code, id="nothing"))
    assert answer.status_code == 422
    assert "没有这个指标：请从指标目录里选。" in answer.content.decode()


def test_every_mark_of_a_report_stands_on_its_figure(report: Report):
    known = {figure["key"] for figure in report.content["figures"]}
    marks = [
        (section["text"][left:right], key)
        for section in report.content["sections"]
        for left, right, key in section["marks"]
    ]
    assert marks
    assert {key for _, key in marks} <= known
    assert all(words.replace(".", "").isdigit() or words.endswith("%") for words, _ in marks)


def test_every_figure_of_a_report_opens_its_records(report: Report, county: County):
    client = _client(county.a)
    page = client.get(reverse("office:reports-report", args=[report.pk]))
    text = page.content.decode()
    for figure in page.context["figures"]:
        opened = client.get(figure["link"])
        assert opened.status_code == 200, figure["key"]
        assert sum(row["records"] for row in opened.context["rows"]) == figure["records"], figure["key"]
    assert 'class="fig"' in text


def test_a_figure_that_a_report_does_not_have_is_not_found(report: Report, county: County):
    client = _client(county.a)
    assert client.get(reverse("office:reports-figure", args=[report.pk]), {"key": "nothing"}).status_code == 404


def test_a_report_is_composed_from_the_page(somebody: Person, county: County):
    client = _client(county.a)
    answer = client.post(
        reverse("office:reports-new"), {"form": "county-work-report", "division": county.a.code, "year": "2025"}
    )
    made = Report.objects.get()
    assert answer["Location"] == reverse("office:reports-report", args=[made.pk])
    assert AuditEntry.objects.filter(action="reports.compose").count() == 1


def test_a_report_for_another_place_or_a_year_to_come_is_refused(somebody: Person, county: County):
    client = _client(county.a)
    for wrong in ({"division": county.b.code}, {"year": "2199"}, {"form": "nothing"}):
        asked = {"form": "county-work-report", "division": county.a.code, "year": "2025", **wrong}
        assert client.post(reverse("office:reports-new"), asked).status_code == 422
    assert not Report.objects.exists()


def test_only_county_clerks_and_leaders_compose(somebody: Person, county: County):
    assert _client(county.a, Role.AUDITOR).get(reverse("office:reports-new")).status_code == 403
