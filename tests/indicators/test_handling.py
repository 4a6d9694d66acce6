"""How cases are handled, counted by hand from the steps that were taken; each figure opens the cases it counts."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.plugin import DjangoDbBlocker

from tests import caseload
from tests.caseload import Office
from tests.county import County, told
from zhucan.cases import courses, materials
from zhucan.cases.courses import Taken, course
from zhucan.cases.models import Application
from zhucan.core.months import Month, months
from zhucan.indicators import engine
from zhucan.indicators.catalog import CATALOG
from zhucan.indicators.measures import Value
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division
from zhucan.policy.catalogue import scheme
from zhucan.policy.steps import FLOWS, State
from zhucan.registry import services as registry

pytestmark = pytest.mark.django_db

YEAR, MARCH = Period.year(2025), Period.month(Month(2025, 3))
COUNTY, VILLAGE, STREET = "330499", "330499101201", "330499001001"
FIGURES = [item.id for item in CATALOG if item.id.startswith("cases-")]


@pytest.fixture(scope="module")
def town(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """Ten cases, asked for on 3 March at the counter of a village unless told otherwise; the third lives in a street.

    1  checked on the 4th, approved on the 13th: 8 working days, one visit
    2  papers asked for on the 4th and brought to the counter on the 18th, approved on the 28th: 19 working days less 10
    3  asked for online; checked on the 20th, eight working days late; refused on 1 April: 21 working days, no visit
    4  withdrawn on the 5th
    5  nobody has looked at it: overdue since the 10th
    6  asked for on the 24th, papers awaited since the 25th
    7  works: surveyed, approved on the 13th, built on the 20th, again on the 28th, accepted on the 31st, paid on 1 April
    8  asked for on the 31st on paper, typed in on 2 April
    9  transferred on the 12th to the other county, where the person lives since the 10th: two days late at the first check
    10 works, approved on the 14th (9 working days), not built: overdue from June on
    """
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "ZHUCAN_HOME", tmp_path_factory.mktemp("home"))
        caseload.add_made_up(patch)
        yield _build(caseload.make(County()))
        transaction.set_rollback(True)


def _build(office: Office) -> Office:
    county = office.county
    street = Division.objects.create(code="330499001000", name="城关街道", level="township", parent=county.a)
    quarter = Division.objects.create(code=STREET, name="东门社区", level="village", parent=street)

    def ask(
        scheme_id: str = "nursing-subsidy", *, grade: int = 1, category: str = "physical", **more: object
    ) -> Application:
        return office.ask(office.person(category=category, grade=grade), scheme_id, **more)[0]  # type: ignore[arg-type]  # as told

    def steps(one: Application, *taken: tuple[str, str, str]) -> None:
        for step, day, role in taken:
            office.step(one, step, day, role, reason="示例" if step in ("ask", "rework", "transfer") else "")

    def decided(one: Application, *days: str, step: str = "approve") -> None:
        steps(one, ("check", days[0], ""), ("publicise", days[1], ""), (step, days[2], "approver"))

    decided(ask(), "2025-03-04", "2025-03-05", "2025-03-13")
    second = ask()
    steps(second, ("ask", "2025-03-04", ""), ("supply", "2025-03-18", "township_clerk"))
    decided(second, "2025-03-19", "2025-03-20", "2025-03-28")
    person = office.person(category="hearing", grade=4)
    registry.move(person=person, day=date(2021, 1, 1), division=quarter, witness=told("2021-01-01"))
    online = office.ask(person, channel="online", role="applicant")[0]
    decided(online, "2025-03-20", "2025-03-21", "2025-04-01", step="refuse")
    steps(ask(), ("withdraw", "2025-03-05", ""))
    ask()
    steps(ask(on="2025-03-24"), ("ask", "2025-03-25", ""))
    _works(office, ask("test-home"))
    ask(on="2025-03-31", at=moment(date(2025, 4, 2)))
    ninth = ask()
    registry.move(person=ninth.person, day=date(2025, 3, 10), division=county.b, witness=told("2025-03-10"))
    steps(ninth, ("transfer", "2025-03-12", ""))
    tenth = ask("test-home")
    _bring(tenth)
    steps(tenth, ("survey", "2025-03-04", ""), ("publicise", "2025-03-05", ""), ("approve", "2025-03-14", "approver"))
    return office


def _bring(one: Application) -> None:
    day = date(2025, 3, 4)
    for code in ("photo_before", "photo_after", "acceptance_sheet"):
        content = b"\xff\xd8\xff" + code.encode()
        materials.upload(application=one, code=code, name="a.jpg", chunks=[content], on=day, at=moment(day), by=None)


def _works(office: Office, one: Application) -> None:
    _bring(one)
    for step, on, role in (
        ("survey", "2025-03-04", ""), ("publicise", "2025-03-05", ""), ("approve", "2025-03-13", "approver"),
        ("build", "2025-03-20", ""), ("rework", "2025-03-21", ""), ("build", "2025-03-28", ""), ("accept", "2025-03-31", ""),
        ("deliver", "2025-04-01", "finance"),
    ):  # fmt: skip
        office.step(one, step, on, role, reason="坡度不够" if step == "rework" else "")


def _value(name: str, place: str = COUNTY, period: Period = MARCH, **more: object) -> Value:
    return engine.figure(f"cases-{name}", place, period, **more).value  # type: ignore[arg-type]  # known_at


IN_MARCH = {
    "received": 10, "applicants": 10, "online": 1, "decided": 4, "approved": 4, "refused": 0, "withdrawn": 1, "transferred": 1,
    "timed": 4, "on-time": 4, "late": 0, "untimed": 0, "on-time-share": Decimal(100), "refused-share": Decimal(0),
    "waited-median": Decimal("8.5"), "waited-longest": 9, "one-visit": 3, "several-visits": 1,
    "standard-met": 3, "standard-missed": 1, "standard-share": Decimal(75), "one-visit-share": Decimal(75), "online-share": Decimal(10), "surveyed": 2, "built": 1, "accepted": 1,
    "delivered": 0, "pending": 4, "paused": 1, "undelivered": 4, "overdue": 1, "due-unknown": 0, "steps-late": 2,
}  # fmt: skip
IN_THE_YEAR = {
    "decided": 5, "refused": 1, "on-time": 4, "late": 1, "on-time-share": Decimal(80), "refused-share": Decimal(20),
    "standard-met": 3, "standard-missed": 2, "standard-share": Decimal(60), "waited-median": Decimal(9), "waited-longest": 21, "one-visit-share": Decimal(80), "delivered": 1,
}  # fmt: skip


@pytest.mark.parametrize("name", IN_MARCH)
@pytest.mark.usefixtures("shared")
def test_a_figure_of_cases_is_what_one_counts_by_hand(town: Office, name: str):
    assert _value(name) == IN_MARCH[name]


@pytest.mark.parametrize("name", IN_THE_YEAR)
@pytest.mark.usefixtures("shared")
def test_a_year_of_cases_is_what_one_counts_by_hand(town: Office, name: str):
    assert _value(name, period=YEAR) == IN_THE_YEAR[name]


def test_no_case_has_no_share_and_no_waiting_and_not_zero(town: Office):
    may = Period.month(Month(2025, 5))

    for name in ("on-time-share", "refused-share", "waited-median", "waited-longest"):
        assert _value(name, period=may) is None
    parts = engine.breakdown("cases-waited-longest", COUNTY, YEAR, "division")
    assert {part.key[6:9]: part.value for part in parts} == {"001": 21, "101": 9}


@pytest.mark.parametrize("place", ["330400", COUNTY, VILLAGE, STREET, "330498"])
def test_what_came_in_is_what_went_out_and_what_still_waits(town: Office, place: str):
    before = 0
    for month in months(Month(2025, 1), Month(2025, 7)):
        with engine.together():
            told_of = {
                name: _value(name, place, Period.month(month))
                for name in ("pending", "received", "approved", "refused", "decided", "withdrawn", "transferred", "on-time", "late", "untimed")
            }  # fmt: skip
        counts = {name: value for name, value in told_of.items() if isinstance(value, int)}
        assert len(counts) == len(told_of)
        gone = counts["decided"] + counts["withdrawn"] + counts["transferred"]
        assert counts["pending"] == before + counts["received"] - gone
        assert counts["decided"] == counts["approved"] + counts["refused"]
        assert counts["decided"] == counts["on-time"] + counts["late"] + counts["untimed"]
        before = counts["pending"]


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.usefixtures("shared")
def test_every_figure_opens_its_cases_and_its_parts_add_up(town: Office, name: str):
    with engine.together():
        figure = engine.figure(name, COUNTY, YEAR)
        assert len(engine.records(name, COUNTY, YEAR)) == figure.records
        if isinstance(figure.value, int) and not name.endswith(("share", "longest")):
            for by in ("division", "scheme", "step", "area"):
                assert sum(part.value or 0 for part in engine.breakdown(name, COUNTY, YEAR, by)) == figure.value


def test_a_case_typed_in_later_counts_from_the_day_it_was_asked_for_once_it_is_known(town: Office):
    early = moment(date(2025, 4, 1))

    assert (_value("received", known_at=early), _value("received")) == (9, 10)
    assert (_value("pending", known_at=early), _value("pending")) == (3, 4)


def test_who_waits_where_and_since_when_is_listed(town: Office):
    late = engine.records("cases-overdue", COUNTY, MARCH)[0]
    standing = engine.breakdown("cases-undelivered", COUNTY, MARCH, "step")
    came_twice = engine.records("cases-several-visits", COUNTY, MARCH)[0]

    assert late.detail.endswith("2025-03-03 待初审（clerk），期限 2025-03-10")
    assert [(part.label, part.value) for part in standing] == [("已批准", 3), ("已验收", 1)]
    assert came_twice.detail.endswith("2025-03-03 申请，2025-03-28 已批准，等候 9 个工作日，跑 2 次")


def test_s115_a_home_is_followed_from_found_to_paid_and_one_that_is_stuck_is_told_with_its_step(town: Office):
    june = Period.month(Month(2025, 6))
    with engine.together():
        passed = {
            name: {part.key: part.value for part in engine.breakdown(f"cases-{name}", COUNTY, YEAR, "scheme")}[
                "test-home"
            ]
            for name in ("surveyed", "approved", "built", "accepted", "delivered")
        }
        stuck = [one.detail for one in engine.records("cases-overdue", COUNTY, june, by="step", part="approved")]
        homes = engine.records("cases-accepted", COUNTY, YEAR)

    assert passed == {"surveyed": 2, "approved": 2, "built": 1, "accepted": 1, "delivered": 1}
    assert [one.split(" ", 2)[2] for one in stuck] == ["2025-03-14 已批准（approver），期限 2025-06-12"]
    assert homes[0].detail.endswith("2025-03-31 已验收（clerk），期限 2025-04-28")


def test_town_and_country_are_told_apart_by_the_community(town: Office):
    def by_area(name: str) -> dict[str, Value]:
        return {part.label: part.value for part in engine.breakdown(f"cases-{name}", COUNTY, YEAR, "area")}

    with engine.together():
        assert by_area("received") == {"城镇（居委会）": 1, "农村（村委会）": 9}
        assert by_area("waited-median") == {"城镇（居委会）": 21, "农村（村委会）": Decimal("8.5")}
        assert by_area("refused-share") == {"城镇（居委会）": 100, "农村（村委会）": 0}


def test_a_deadline_told_again_is_the_one_the_case_had(town: Office):
    found = {one.application_id: one.course for one in courses.in_place("330400")}

    assert len(found) == 11
    for one in Application.objects.all():
        last = found[one.pk].stands[-1]
        assert (last.state.value, last.until) == (one.state, None)
        if one.closed_on is None and one.paused_on is None:
            assert last.due == one.due_on


def test_what_has_to_be_assessed_needs_two_visits(town: Office):
    assert courses.visits_needed(scheme("nursing-subsidy")) == 1
    assert courses.visits_needed(scheme("device-wheelchair")) == 2


@given(st.data())
def test_whatever_steps_a_case_takes_its_times_fit_together(data: st.DataObject):
    flow = data.draw(st.sampled_from(FLOWS))
    item = next(scheme(name) for name in ("nursing-subsidy", "device-cane", "device-wheelchair", "certificate-new", "home-adaptation") if scheme(name).flow is flow)  # fmt: skip
    day = date(2025, 1, 6)
    log: list[Taken] = []
    state = flow.start
    while state not in flow.final and len(log) < 12:
        step = data.draw(st.sampled_from(list(flow.leaving(state)))) if log else flow.steps[0]
        day += timedelta(days=data.draw(st.integers(0, 20)))
        role = data.draw(st.sampled_from(sorted(step.roles)))
        log.append(Taken(step.name, state.value, step.target.value, role, "", day))
        state = step.target

    found = course(item, COUNTY, "window", log[0].on, log, courses.due_by())

    assert [one.state.value for one in found.stands] == [one.target for one in log]
    assert all(one.until == after.since for one, after in zip(found.stands, found.stands[1:], strict=False))
    assert 1 <= found.visits <= len(log) or log[0].role in ("applicant", "commissioner")
    assert (found.waited is None) is (found.left is None)
    if found.waited is not None and found.left_on is not None:
        assert 0 <= found.waited <= (found.left_on - log[0].on).days
    if State.CORRECTING not in {one.state for one in found.stands}:
        assert found.on_time is not True or not any(one.late for one in found.stands[: -1] if one.state not in courses.LEFT)  # fmt: skip
