"""Every page of the table with every role: who may not is told 403, what lies elsewhere is not found, and a page that
only acts does not act when it is merely looked at."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from tests.county import County
from tests.office import makers
from zhucan.cases import informing
from zhucan.cases.finding import look
from zhucan.cases.models import Award
from zhucan.office import work
from zhucan.office.access import Page
from zhucan.office.models import SavedList
from zhucan.office.pages import PAGES
from zhucan.orgs.clock import moment, now, today
from zhucan.orgs.models import Appointment, AuditEntry, Division, Role, User
from zhucan.payments import bank
from zhucan.payments.models import Batch, Entry, Line, Run
from zhucan.registry.models import Hardship, Person
from zhucan.reports import checking
from zhucan.reports.models import CheckedText
from zhucan.reports.services import compose

_ACTS = {405}
"""What a page answers that only acts."""


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[County]:
    """Make the county once, with something for every page to show: each test leaves it as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _fill(County())
        transaction.set_rollback(True)


@pytest.fixture
def filled(db: None, made: County) -> County:
    return made


def _fill(county: County) -> County:
    person = county.person()
    county.certify(person, "physical", 1)
    county.dibao(person)
    county.grant(person, "2025-01-06")
    run = county.book("2025-01")
    bank.send(run=run, day=date(2025, 2, 3), at=now(), by=None)
    compose("county-work-report", "330499", 2025, at=moment(date(2026, 1, 5)), by=None)
    informing.keep(look(division=county.a, on=today(), known_at=now()), by=None)
    makers.doubt(county)
    _, user = _client(Role.COUNTY_CLERK, county.a)
    for page in PAGES:
        _address(page, county, user)
    return county


def _keys(county: County) -> Mapping[str, Callable[[User], dict[str, Any]]]:
    """Return for each page with a key in its address what fills it: something of county a."""
    from zhucan.reports.models import Report

    person = Person.objects.get().pk

    def of_run(user: User) -> dict[str, Any]:
        return {"pk": Run.objects.get().pk}

    def of_line(user: User) -> dict[str, Any]:
        return {"pk": Line.objects.first().pk}

    def of_report(user: User) -> dict[str, Any]:
        return {"pk": Report.objects.get().pk}

    def of_text(user: User) -> dict[str, Any]:
        place = county.a.code
        text = CheckedText.objects.first() or checking.keep(
            place=place, name="a.txt", data="共3人。".encode(), at=now(), by=None
        )
        return {"pk": text.pk}

    def of_list(user: User) -> dict[str, Any]:
        return {"pk": SavedList.objects.get_or_create(user=user, name="名单", defaults={"filters": {}})[0].pk}

    return {
        "people-file": lambda user: {"pk": person},
        "people-access": lambda user: {"pk": person},
        **{f"people-access-{name}": lambda user: {"pk": makers.holder(county).pk} for name in ("end", "password")},
        "people-entitlements": lambda user: {"pk": person},
        "people-letter": lambda user: {"pk": person},
        "people-opened": lambda user: {"pk": person, "what": "id-number"},
        "people-record": lambda user: {"pk": person, "what": "death"},
        "people-correct": lambda user: {"pk": person, "kind": "hardship", "spell": Hardship.objects.get().pk},
        "people-schools-retract": lambda user: {"pk": makers.surveyed(county).pk},
        "people-open-list": of_list,
        "people-drop-list": of_list,
        "doubts-doubt": lambda user: {"pk": makers.doubt(county).pk},
        **{f"doubts-{name}": lambda user: {"work_id": makers.weighed(county, user)} for name in ("weighed", "accept")},
        **{f"doubts-{name}": lambda user: {"work_id": makers.listed(county, user)} for name in ("listed", "marked")},
        "finding-progress": lambda user: {"work_id": work.start(work.find_people, place=county.a.code, by=user.pk)},
        "finding-tell": lambda user: {"pk": person, "scheme_id": "living-allowance"},
        **{f"finding-{name}": lambda user: {"scheme_id": "living-allowance", "list_id": "stop"} for name in ("list", "export")},
        "cases-ask": lambda user: {"pk": person},
        **{
            f"cases-{name}": lambda user: {"pk": makers.refused(county).pk}
            for name in ("case", "amend", "review", "upload", "book")
        },
        **{f"cases-window-{name}": lambda user: {"pk": makers.window_visit(county).window_id} for name in ("book", "come")},
        "cases-window-step": lambda user: {"pk": makers.window_visit(county).pk, "what": "call"},
        "cases-payee": lambda user: {"pk": makers.granted(county).pk},
        **{f"cases-{name}": lambda user: {"pk": makers.granted(county).pk} for name in ("revoke", "curtail")},
        "accidents-policy": lambda user: {"pk": makers.accident(county).relief.policy_id},
        **{f"accidents-{name}": lambda user: {"pk": makers.accident(county).relief.policy_id} for name in ("insure", "export")},
        "accidents-claim": lambda user: {"pk": makers.accident(county).relief_id},
        **{
            f"accidents-claim-{name}": lambda user: {"pk": makers.accident(county).pk}
            for name in ("decide", "pay", "retract")
        },
        "reliefs-begin": lambda user: {"pk": makers.given(county, "free-bus-card").pk},
        **{f"reliefs-{name}": lambda user: {"pk": makers.a_relief(county).pk} for name in ("renew", "end")},
        "activities-hold": lambda user: {"kind_id": "lecture"},
        **{
            f"activities-{name}": lambda user: {"pk": makers.examined(county).activity_id}
            for name in ("activity", "edit", "retract", "sign-up", "results", "list", "marked")
        },
        **{f"activities-{name}": lambda user: {"pk": makers.examined(county).pk} for name in ("withdraw", "finding")},
        "medicine-pick-up": lambda user: {"pk": makers.given(county, "mental-medication").pk},
        **{name: lambda user: {"pk": person} for name in ("aid-new", "aid-home-new", "aid-help-new")},
        "aid-one": lambda user: {"pk": makers.aided(county).pk},
        "aid-mark": lambda user: {"pk": makers.aided(county).pk, "part": "indoor"},
        "aid-act": lambda user: {"pk": makers.aided(county).pk, "deed": "start"},
        "aid-mark-retract": lambda user: {"pk": makers.aided(county).marks.get().pk},
        "aid-money-retract": lambda user: {"pk": makers.aided(county).contributions.get().pk},
        "aid-home-act": lambda user: {"pk": makers.homeless(county).pk, "deed": "offer"},
        **{f"aid-help{name}": lambda user: {"pk": makers.helped(county).pk} for name in ("", "-decide", "-note", "-close")},
        "aid-help-retract": lambda user: {"pk": makers.helped(county).notes.get().pk},
        "cases-bills": lambda user: {"pk": makers.billed(county).award.application.pk},
        "cases-bills-retract": lambda user: {
            "pk": makers.billed(county).award.application.pk, "bill": makers.billed(county).pk,
        },
        "cases-step": lambda user: {"pk": makers.refused(county).pk, "step": "check"},
        "cases-letter": lambda user: {"pk": makers.refused(county).pk, "suffix": "html"},
        "cases-material": lambda user: {"pk": makers.booked(county).application.bundle.materials.get().pk},
        "cases-retract": lambda user: {"pk": makers.booked(county).application.bundle.materials.get().pk},
        "assessments-record": lambda user: {"pk": makers.booked(county).pk},
        "publicity-down": lambda user: {"pk": makers.hung_out(county).pk},
        "runs-progress": lambda user: {
            "work_id": work.start(work.calculate, month="2025-01", place=county.a.code, by=user.pk)
        },
        "standards-standard": lambda user: {"name": "ns_monthly_full"},
        "standards-set": lambda user: {"name": "ns_monthly_full"},
        "standards-retract": lambda user: {"pk": makers.standard(county).pk},
        "standards-tried": lambda user: {
            "work_id": work.start(
                work.try_standard, name="ns_monthly_full", place=county.a.code, valid_from="2025-01-01", value="1.00",
                document="x", by=user.pk,
            )
        },
        **{f"imports-{name}": lambda user: {"work_id": makers.taken_in(county, user)} for name in ("looked", "take", "marked")},
        "documents-download": lambda user: {"pk": makers.document(county).pk},
        "documents-retract": lambda user: {"pk": makers.document(county).pk},
        "counters-edit": lambda user: {"code": county.a.code},
        "stock-issue": lambda user: {"pk": person},
        "stock-back": lambda user: {"pk": makers.goods(county).pk},
        **{f"stock-{name}": lambda user: {"pk": makers.fitted(county).award_id} for name in ("device", "fitting")},
        "stock-fitting-retract": lambda user: {"pk": makers.fitted(county).pk},
        "stock-kept": lambda user: {"pk": makers.goods(county).store.balances.get().pk},
        **{f"services-{name}": lambda user: {"pk": makers.a_plan(county, user).pk} for name in ("plan", "session", "close")},
        **{f"services-{name}": lambda user: {"pk": makers.a_plan(county, user).pk} for name in ("milestone", "review")},
        "services-reached": lambda user: {"pk": makers.casework(county, user).milestone},
        "services-review-retract": lambda user: {"pk": makers.casework(county, user).review},
        **{f"services-{name}": lambda user: {"pk": makers.casework(county, user).referral} for name in ("answer", "referral-end")},
        **{f"services-{name}": lambda user: {"pk": person} for name in ("refer", "file-open", "counselling-book")},
        **{
            f"services-{name}": lambda user: {"pk": makers.casework(county, user).file}
            for name in ("file", "contact", "incident", "keeper", "interval", "file-close")
        },
        **{
            f"services-{name}": lambda user: {
                "pk": makers.casework(county, user).file, "what": "contact", "entry": makers.casework(county, user).contact,
            }
            for name in ("told", "entry-retract")
        },
        **{
            f"services-counselling-{name}": lambda user: {"pk": makers.casework(county, user).hour}
            for name in ("confirm", "assign", "hold", "off", "refer", "told")
        },
        **{
            f"services-mechanism-{name}": lambda user: {"pk": makers.matter(county).mechanism_id} for name in ("revise", "end")
        },
        "services-matter-new": lambda user: {"pk": person},
        **{f"services-{name}": lambda user: {"pk": makers.matter(county).pk} for name in ("matter", "matter-retract")},
        "services-retract": lambda user: {"pk": makers.session(county, user).pk},
        "services-new": lambda user: {"pk": makers.a_plan(county, user).award_id},
        **{f"services-{name}": lambda user: {"pk": makers.a_plan(county, user).institution_id} for name in ("account", "staff")},
        **{f"facilities-{name}": lambda user: {"pk": makers.school(county).pk} for name in ("place", "amend")},
        **{f"facilities-{name}": lambda user: {"key": makers.school(county).pk, "what": "worker"} for name in ("rows", "add")},
        **{f"facilities-area-{name}": lambda user: {"key": county.a.pk, "what": "worker"} for name in ("rows", "add")},
        "facilities-area": lambda user: {"code": county.a.pk},
        **{
            f"facilities-{name}": lambda user: {"pk": makers.school(county).workers.get().pk, "what": "worker"}
            for name in ("end", "retract")
        },
        "facilities-follow": lambda user: {"pk": makers.school(county).stays.live().get().pk},
        **{f"facilities-{name}": lambda user: {"pk": makers.criteria(county).pk} for name in ("standard", "criterion", "criteria")},
        "facilities-check": lambda user: {"pk": makers.criteria(county).checks.get().pk},
        **{
            f"facilities-{name}": lambda user: {"pk": makers.school(county).issues.get().pk}
            for name in ("issue", "refer", "settle", "photo")
        },
        "runs-decide": lambda user: {"pk": person, "scheme_id": "living-allowance", "cause": "died"},
        "runs-line": of_line,
        "runs-hold": of_line,
        "runs-release": of_line,
        "runs-bank-file": lambda user: {"pk": Batch.objects.get().pk, "suffix": "csv"},
        "users-end": lambda user: {"pk": makers.colleague(county).appointments.get().pk},
        **{f"users-{name}": lambda user: {"pk": makers.colleague(county).pk} for name in ("password", "device", "close", "reopen")},
        **dict.fromkeys(("reports-findings", "reports-dismiss", "reports-marked", "reports-release"), of_report),
        **dict.fromkeys(("reports-check", "reports-check-dismiss", "reports-check-marked", "reports-check-drop"), of_text),
        "reports-report": of_report,
        "reports-figure": of_report,
        "reports-download": lambda user: {**of_report(user), "suffix": "json"},
        **dict.fromkeys(("runs-run", "runs-look-at", "runs-check", "runs-approve", "runs-discard", "runs-send", "runs-reconcile", "runs-waiting", "runs-follow-up"), of_run),
    }  # fmt: skip


OWN = {"people-open-list", "people-drop-list", "standards-standard", "standards-set", "activities-hold"}
"""Pages about what is the user's own, wherever."""
NOTHING_THERE = {"runs-decide", "reports-figure"}
"""Pages whose key names nothing in this small county even for those who may."""


def _client(role: Role, place: Division) -> tuple[Client, User]:
    user, _ = User.objects.get_or_create(username=f"{role}-{place.pk}")
    Appointment.objects.get_or_create(user=user, role=role, division=place, valid_from=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    return client, user


def _address(page: Page, county: County, user: User) -> str:
    return reverse(f"office:{page.name}", kwargs=_keys(county)[page.name](user) if "<" in page.path else {})


def _standing() -> tuple[int, int, str, int]:
    return Entry.objects.count(), Line.objects.count(), Run.objects.get().status, Award.objects.count()


@pytest.mark.parametrize("role", list(Role))
def test_every_page_opens_to_its_roles_alone_and_looking_changes_nothing(filled: County, role: Role):
    client, user = _client(role, filled.a)
    before = _standing()
    for page in PAGES:
        answer = client.get(_address(page, filled, user))
        if role not in page.roles:
            assert answer.status_code == 403, (page.name, role)
        elif page.name in NOTHING_THERE:
            assert answer.status_code == 404, (page.name, role)
        else:
            assert answer.status_code in {200, 302} | _ACTS, (page.name, role)
    assert _standing() == before


@pytest.mark.parametrize("role", list(Role))
def test_what_is_of_another_county_is_not_found(filled: County, role: Role):
    client, user = _client(role, filled.b)
    for page in PAGES:
        if "<" not in page.path or role not in page.roles or page.name in OWN:
            continue
        address = _address(page, filled, user)
        looked = client.get(address)
        assert looked.status_code in {404} | _ACTS, (page.name, role)
        if looked.status_code in _ACTS:
            assert client.post(address).status_code == 404, (page.name, role)


@pytest.mark.parametrize("role", list(Role))
def test_nothing_of_another_county_stands_in_a_list_or_a_count(filled: County, role: Role):
    client, user = _client(role, filled.b)
    person = Person.objects.get()
    for page in PAGES:
        if "<" in page.path or role not in page.roles:
            continue
        text = client.get(_address(page, filled, user)).content.decode()
        for secret in (person.name, f"（{person.pk}）", person.id_number):
            assert secret not in text, (page.name, role)


@pytest.mark.sqlite_only  # the pages were asked before: nothing new is asked of the database
def test_no_address_log_or_trail_holds_anything_personal(filled: County, caplog: pytest.LogCaptureFixture):
    person = Person.objects.get()
    client, user = _client(Role.COUNTY_CLERK, filled.a)
    for page in PAGES:
        address = _address(page, filled, user)
        assert person.name not in address
        client.get(address)
    client.post(reverse("office:people"), {"q": person.id_number})
    said = caplog.text + str(list(AuditEntry.objects.values_list("target", "detail")))
    for secret in (person.name, person.id_number, person.payeeaccount_spells.get().number):
        assert secret not in said


@pytest.mark.sqlite_only  # the pages were asked before: nothing new is asked of the database
def test_every_page_stands_behind_its_row(filled: County, settings):
    settings.ZHUCAN_ASKED_A_MINUTE_UNKNOWN = 2 * len(PAGES)  # one reader, asking for all of them at once
    for page in PAGES:
        address = _address(page, filled, User.objects.get(username="clerk"))
        answer = Client().get(address)
        assert answer.status_code == 302, page.name
        way = reverse("portal:welcome") if page.name == "home" else reverse("office:sign-in")
        assert answer["Location"].startswith(way), page.name


def test_work_that_never_was_is_not_found(filled: County):
    client, _ = _client(Role.COUNTY_CLERK, filled.a)
    assert client.get(reverse("office:runs-progress", args=[uuid4()])).status_code == 404
