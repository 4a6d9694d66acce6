"""Months billed once a scheme is granted: what each adds, taking back, what the runs pay, and what is refused."""

from datetime import date
from typing import Any

import pytest

from tests.caseload import SHELTERED, Office, sheltered
from tests.county import told
from tests.payments.books import sound
from zhucan.cases import awards, billing
from zhucan.cases.billing import BillRefused
from zhucan.cases.models import Award, Bill
from zhucan.core.months import Month
from zhucan.orgs.clock import moment
from zhucan.payments import services
from zhucan.payments.models import Line
from zhucan.payments.reasons import grounds_of
from zhucan.registry import findings
from zhucan.registry import services as registry


def days(month: str, count: int = 10, hours: int = 4) -> dict[str, Any]:
    return {"month": date.fromisoformat(f"{month}-01"), "hours": hours * 10_000, "days": count}


def add(award: Award, *items: dict[str, Any], on: str = "2025-06-10", document: str = "考勤表") -> Bill:
    award.refresh_from_db()
    return billing.bill(award=award, items=items, document=document, at=moment(date.fromisoformat(on)), by=None)


@pytest.fixture
def award(office: Office) -> Award:
    return sheltered(office)


def run(office: Office, month: str) -> None:
    at = moment(Month.parse(month).next.first)
    made = services.calculate(
        month=Month.parse(month), division=office.county.a, schemes=(SHELTERED,), known_at=at, at=at, by=office.clerk
    )
    if made is not None:
        services.check(run=made, at=at, by=office.clerk)
        services.approve(run=made, at=at, by=office.approver)


def test_what_is_billed_by_the_month_is_granted_before_there_is_anything_to_bill(award: Award):
    decision = award.application.decision
    assert (award.granted_fen, decision.judged, decision.amount_fen) == (0, "yes", 0)
    assert "attendance" not in [paper["code"] for paper in decision.materials]  # it is shown when months are billed
    assert decision.working == ["批准后按一组出勤结算，凭单据算出每次的金额。"]


def test_each_bill_adds_its_months_and_the_next_run_pays_them(office: Office, award: Award, lines: Any):
    run(office, "2025-03")
    assert lines(award.person) == []
    assert add(award, days("2025-03"), on="2025-04-02").amount_fen == 20_000
    run(office, "2025-04")
    assert add(award, days("2025-04", 30), days("2025-05", 5), on="2025-06-02").amount_fen == 22 * 2000 + 10_000
    run(office, "2025-06")
    assert [row[2:] for row in lines(award.person)] == [("regular", "billed", 20_000), ("regular", "billed", 54_000)]
    last = Line.objects.filter(person=award.person).latest("pk")
    assert grounds_of(last)[:2] == (
        ("2025-04-02 结算", "2025年3月，200.00 元"),
        ("2025-06-02 结算", "2025年4月、2025年5月，540.00 元"),
    )
    assert sound()
    assert list(billing.faults()) == []


def test_the_last_bill_can_be_taken_back_and_what_it_paid_is_recovered(office: Office, award: Award, lines: Any):
    first, last = add(award, days("2025-03")), add(award, days("2025-04"))
    run(office, "2025-06")
    with pytest.raises(BillRefused, match="只能撤回最近的一次"):
        billing.retract(bill=first, reason="填错", at=moment(date(2025, 7, 2)), by=None)
    with pytest.raises(BillRefused, match="撤回原因"):
        billing.retract(bill=last, reason=" ", at=moment(date(2025, 7, 2)), by=None)
    billing.retract(bill=last, reason="没有来", at=moment(date(2025, 7, 2)), by=None)
    run(office, "2025-07")
    assert [row[2:] for row in lines(award.person)] == [("regular", "billed", 40_000), ("recovery", "error", -20_000)]
    assert add(award, days("2025-04", 8), on="2025-08-02").amount_fen == 16_000
    assert sound()
    assert list(billing.faults()) == []


def test_a_run_pays_what_was_billed_by_the_moment_it_knows(office: Office, award: Award):
    add(award, days("2025-03"), on="2025-04-02")
    late = add(award, days("2025-04"), on="2025-05-20")
    known = moment(date(2025, 5, 1))
    made = services.calculate(
        month=Month(2025, 4), division=office.county.a, schemes=(SHELTERED,), known_at=known,
        at=moment(date(2025, 5, 21)), by=office.clerk,
    )  # fmt: skip
    assert made is not None
    assert [line.amount_fen for line in made.lines.all()] == [20_000]
    billing.retract(bill=late, reason="填错", at=moment(date(2025, 5, 22)), by=None)
    again = services.calculate(
        month=Month(2025, 4), division=office.county.a, schemes=(SHELTERED,), known_at=moment(date(2025, 5, 21)),
        at=moment(date(2025, 5, 23)), by=office.clerk,
    )  # fmt: skip
    assert again is not None
    assert [line.amount_fen for line in again.lines.all()] == [40_000]


@pytest.mark.parametrize(
    ("items", "match"),
    [
        ((), "还没有填一组出勤"),
        ((days("2025-07"),), "还没有到"),
        ((days("2025-02"),), "在申请（2025-03-03）以前"),
        ((days("2025-04"), days("2025-03")), "2025年3月已经结算过"),
        ((days("2025-04", 31),), "超过当月的 30 天"),
        ((days("2025-04", 5, hours=3),), "没有可以结算的金额"),
    ],
)
def test_a_month_that_cannot_be_billed_is_refused_and_nothing_is_written(award: Award, items: Any, match: str):
    add(award, days("2025-03"))
    with pytest.raises(BillRefused, match=match):
        add(award, *items)
    award.refresh_from_db()
    assert (award.granted_fen, Bill.objects.count()) == (20_000, 1)


def test_without_a_document_nothing_is_billed(award: Award):
    with pytest.raises(BillRefused, match="没有写依据"):
        add(award, days("2025-03"), document=" ")


def test_nothing_is_billed_after_a_death_or_a_withdrawal(office: Office, award: Award):
    registry.record_death(person=award.person, day=date(2025, 4, 9), witness=told("2025-04-20"))
    with pytest.raises(BillRefused, match="2025-04-09 去世，不能结算2025年5月"):
        add(award, days("2025-05"))
    awards.withdraw(award=award, on=date(2025, 3, 20), at=moment(date(2025, 3, 20)), by=None, reason="不去了")
    with pytest.raises(BillRefused, match="2025-03-20 已经退出，不能结算2025年4月"):
        add(award, days("2025-04"))


def test_months_after_a_move_away_are_billed_where_the_person_lives_now(office: Office, award: Award):
    registry.move(person=award.person, day=date(2025, 4, 9), division=office.county.b, witness=told("2025-04-20"))
    assert add(award, days("2025-04", 6)).amount_fen == 12_000
    with pytest.raises(BillRefused, match="2025年5月本人户籍已在外县"):
        add(award, days("2025-05"))


def test_what_turns_out_never_to_have_been_due_is_not_billed_on(award: Award):
    findings.set_finding(
        person=award.person, day=date(2025, 1, 5), kind="unfit_for_open_jobs", said="否", witness=told("2025-05-05")
    )
    with pytest.raises(BillRefused, match="当时不该批准（不符合：暂不能进入竞争性就业）"):
        add(award, days("2025-03"))
    awards.revoke(award=award, at=moment(date(2025, 5, 6)), by=None, cause="false_proof")
    with pytest.raises(BillRefused, match="已经撤销"):
        add(award, days("2025-03"))


def test_an_amount_altered_by_hand_is_found(award: Award):
    add(award, days("2025-03"))
    Award.objects.filter(pk=award.pk).update(granted_fen=99)
    (said,) = billing.faults()
    assert "0.99 元，结算单合计 200.00 元" in said


def test_only_schemes_that_count_months_are_billed(office: Office):
    granted = awards.grant(
        person=office.person(), scheme_id="startup-grant", division=office.county.a, applied_on=date(2025, 3, 3),
        approved_on=date(2025, 3, 3), amount_fen=100, at=moment(date(2025, 3, 3)), by=None,
    )  # fmt: skip
    with pytest.raises(BillRefused, match="不是按月结算的项目"):
        add(granted, days("2025-03"))
