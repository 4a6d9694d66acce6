"""A line held back is not paid with its run, and comes again with the next one, once and in full."""

from datetime import date

import pytest

from tests.county import County, told
from zhucan.core.months import Month
from zhucan.orgs.clock import moment
from zhucan.payments import checks, remarks, services
from zhucan.payments.models import Entry, LineKind, Run
from zhucan.payments.services import RunRefused
from zhucan.registry.models import Person
from zhucan.registry.services import record_death


@pytest.fixture
def two(county: County) -> tuple[Person, Person]:
    people = county.person(), county.person()
    for person in people:
        county.certify(person, "physical", 1)
        county.dibao(person)
        county.grant(person, "2025-01-06")
    return people


def _approve(county: County, run: Run, month: str) -> Run:
    at = moment(Month.parse(month).next.first)
    services.check(run=run, at=at, by=county.clerk)
    return services.approve(run=run, at=at, by=county.approver)


def _hold(county: County, run: Run, person: Person, text: str = "收到举报，先核实") -> None:
    for line in run.lines.filter(person=person):
        remarks.hold(line=line, text=text, at=run.calculated_at, by=county.approver)


def test_the_others_are_paid_and_the_one_held_back_is_not(county: County, two: tuple[Person, Person]):
    run = county.calculate("2025-01")
    _hold(county, run, two[0])
    _approve(county, run, "2025-01")

    assert not Entry.objects.filter(person=two[0]).exists()
    assert set(services.payable_of(run)) == {(two[1].pk, None)}
    assert list(checks.faults()) == []


@pytest.mark.parametrize("months", [1, 3])
def test_what_was_held_back_comes_as_arrears_once_it_is_let_go(
    county: County, two: tuple[Person, Person], lines, months: int
):
    county.book("2025-01")
    for number in range(2, 2 + months):
        run = county.calculate(f"2025-{number:02}")
        _hold(county, run, two[0])
        _approve(county, run, f"2025-{number:02}")
    last = f"2025-{2 + months:02}"
    county.book(last)

    paid = {(month, kind) for _, month, kind, _, _ in lines(two[0], run__month=Month.parse(last).index)}
    assert paid == {(f"2025-{number:02}", "arrears") for number in range(2, 2 + months)} | {(last, "regular")}
    sums = [sum(row[4] for row in lines(person)) for person in two]
    assert sums[0] == sums[1]
    county.book(f"2025-{3 + months:02}")
    assert [sum(row[4] for row in lines(person)) for person in two] == [sums[1] // (2 + months) * (3 + months)] * 2
    assert list(checks.faults()) == []


def test_a_recovery_held_back_is_found_again(county: County, two: tuple[Person, Person], lines):
    for month in ("2025-01", "2025-02", "2025-03"):
        county.book(month)
    record_death(person=two[0], day=date(2025, 1, 20), witness=told("2025-04-20"))
    run = county.calculate("2025-04")
    assert set(run.lines.filter(person=two[0]).values_list("kind", flat=True)) >= {LineKind.RECOVERY}
    for line in run.lines.filter(person=two[0], kind=LineKind.RECOVERY):
        remarks.hold(line=line, text="家属有异议", at=run.calculated_at, by=county.approver)
    _approve(county, run, "2025-04")
    assert not Entry.objects.filter(person=two[0], source="recoverable").exists()

    county.book("2025-05")
    taken = [row for row in lines(two[0]) if row[2] == "recovery"]
    assert {row[1] for row in taken} == {"2025-02", "2025-03"}
    assert list(checks.faults()) == []


def test_a_line_let_go_again_is_paid_with_its_run(county: County, two: tuple[Person, Person]):
    run = county.calculate("2025-01")
    line = run.lines.filter(person=two[0]).first()
    remarks.hold(line=line, text="核实", at=run.calculated_at, by=county.approver)
    remarks.release(line=line, at=run.calculated_at, by=county.approver)
    _approve(county, run, "2025-01")
    assert set(services.payable_of(run)) == {(person.pk, None) for person in two}


def test_calculating_anew_and_discarding_take_the_remarks_along(county: County, two: tuple[Person, Person]):
    run = county.calculate("2025-01")
    _hold(county, run, two[0])
    run = county.calculate("2025-01")
    assert not remarks.held(run).exists()
    _hold(county, run, two[0])
    services.discard(run=run, at=run.calculated_at, by=county.clerk)
    assert not Run.objects.exists()


def test_who_calculated_does_not_hold_back_and_a_reason_is_needed(county: County, two: tuple[Person, Person]):
    run = county.calculate("2025-01")
    line = run.lines.first()
    with pytest.raises(RunRefused, match="同一个人"):
        remarks.hold(line=line, text="核实", at=run.calculated_at, by=county.clerk)
    with pytest.raises(RunRefused, match="没有写原因"):
        remarks.hold(line=line, text="  ", at=run.calculated_at, by=county.approver)


def test_an_approved_run_takes_no_more_remarks(county: County, two: tuple[Person, Person]):
    run = county.book("2025-01")
    with pytest.raises(RunRefused, match="已批准"):
        remarks.hold(line=run.lines.first(), text="核实", at=run.calculated_at, by=county.approver)
    with pytest.raises(RunRefused, match="已批准"):
        remarks.look_at(run=run, lines=[1], text="", at=run.calculated_at, by=county.clerk)


def test_doubts_are_counted_until_somebody_has_looked(county: County):
    person = county.person()
    county.certify(person, "physical", 1)
    county.grant(person, "2025-01-06", schemes=("living-allowance",))
    run = county.calculate("2025-01")
    assert remarks.unseen_doubts(run) == 1
    doubt = run.lines.get(kind=LineKind.DOUBT)
    assert remarks.look_at(run=run, lines=[doubt.pk], text="已电话核实", at=run.calculated_at, by=county.clerk) == 1
    assert remarks.look_at(run=run, lines=[doubt.pk], text="", at=run.calculated_at, by=county.clerk) == 0
    assert remarks.unseen_doubts(run) == 0
