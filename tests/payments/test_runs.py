"""The worked examples through the whole loop: facts, awards, runs, ledger."""

from datetime import date

import pytest

from tests.county import County, told
from zhucan.core.months import Month
from zhucan.orgs.clock import moment
from zhucan.orgs.models import LocalParameter
from zhucan.payments import checks, ledger, services
from zhucan.payments.models import Account, Entry, Line, Run
from zhucan.policy.parameters import NoStandard
from zhucan.registry import services as registry

LIVING, NURSING = {"scheme": "living-allowance"}, {"scheme": "nursing-subsidy"}


def test_TS_E01_the_first_payout_pays_from_the_month_of_application(county: County, lines):
    person = county.person()
    county.certify(person, "physical", 2)
    county.dibao(person)
    county.grant(person, "2025-03-28", "2025-04-18")

    county.book("2025-03")
    county.book("2025-04")

    assert lines(person) == [
        ("2025-04", "2025-03", "arrears", "late_application_approved", 33000),
        ("2025-04", "2025-03", "arrears", "late_application_approved", 25000),
        ("2025-04", "2025-04", "regular", "new", 33000),
        ("2025-04", "2025-04", "regular", "new", 25000),
    ]
    assert list(checks.faults()) == []


def _expired(county: County, grade: int, expires: str, renewed: str, applied: str):
    person = county.person()
    county.certify(person, "physical", grade, "2020-01-01", expires=date.fromisoformat(expires))
    county.dibao(person)
    county.grant(person, "2025-01-05")
    months = [str(Month(2025, number)) for number in range(1, 12)]
    for month in months:
        if month == renewed[:7]:
            county.certify(person, "physical", grade, renewed)
        if month == applied[:7]:
            county.grant(person, applied)
            from zhucan.cases import awards
            from zhucan.cases.models import Award

            for award in Award.objects.filter(person=person, applied_on=date.fromisoformat(applied)):
                awards.grant_backpay(
                    award=award, on=date.fromisoformat(applied), at=moment(date.fromisoformat(applied)), by=None
                )
        county.book(month)
    return person


def test_TS_E14_a_renewal_gap_of_two_months_is_paid_back(county: County, lines):
    person = _expired(county, 2, "2025-08-15", "2025-11-10", "2025-11-20")

    found = [line for line in lines(person) if line[0] >= "2025-08"]
    assert sum(line[4] for line in found if line[0] == "2025-08") == 58000 + 1500
    assert [line[2:] for line in found if line[0] in ("2025-09", "2025-10")] == [
        ("stop", "certificate_expired", 0),
        ("stop", "certificate_expired", 0),
    ]
    assert [line[1:] for line in found if line[0] == "2025-11"] == [
        ("2025-09", "arrears", "renewal_backpay", 34500),
        ("2025-09", "arrears", "renewal_backpay", 25000),
        ("2025-10", "arrears", "renewal_backpay", 34500),
        ("2025-10", "arrears", "renewal_backpay", 25000),
        ("2025-11", "regular", "new", 34500),
        ("2025-11", "regular", "new", 25000),
    ]


def test_TS_E15_at_most_three_months_are_paid_back_latest_first(county: County, lines):
    person = _expired(county, 1, "2025-03-31", "2025-09-30", "2025-10-09")

    october = [line for line in lines(person) if line[0] == "2025-10"]
    assert sorted({line[1] for line in october if line[2] == "arrears"}) == ["2025-07", "2025-08", "2025-09"]
    assert sum(line[4] for line in october if line[2] == "arrears") == 253500
    assert sum(line[4] for line in october if line[2] == "regular") == 84500


def test_TS_E16_a_death_learnt_late_recovers_the_months_after_it(county: County, lines):
    person = county.person()
    county.certify(person, "physical", 1)
    county.dibao(person)
    county.grant(person, "2025-01-05")
    for number in range(1, 9):
        county.book(str(Month(2025, number)))
    registry.record_death(person=person, day=date(2025, 6, 2), witness=told("2025-09-10"))

    county.book("2025-09")

    assert [line[1:] for line in lines(person) if line[0] == "2025-09"] == [
        ("2025-07", "recovery", "died", -34500),
        ("2025-07", "recovery", "died", -50000),
        ("2025-08", "recovery", "died", -34500),
        ("2025-08", "recovery", "died", -50000),
        ("2025-09", "stop", "died", 0),
        ("2025-09", "stop", "died", 0),
    ] or sum(line[4] for line in lines(person) if line[0] == "2025-09") == -169000
    assert ledger.balance(Account.RECOVERABLE, person_id=person.pk) == -1690
    assert list(checks.faults()) == []


def test_TS_E17_a_standard_raised_late_becomes_arrears(county: County, lines):
    person = county.person()
    county.certify(person, "hearing", 4)
    county.dibao(person)
    county.grant(person, "2026-07-01", schemes=("living-allowance",))
    county.book("2026-07")
    county.book("2026-08")
    LocalParameter.objects.create(
        parameter="dibao_monthly", division=county.a, valid_from=date(2026, 7, 1), value="1250.00", document="虚构文件",
        recorded_at=moment(date(2026, 9, 20)),
    )  # fmt: skip

    county.book("2026-09")

    assert [line[1:] for line in lines(person) if line[0] == "2026-09"] == [
        ("2026-07", "arrears", "standard_raised", 1500),
        ("2026-08", "arrears", "standard_raised", 1500),
        ("2026-09", "regular", "standard_raised", 37500),
    ]


def test_TS_E18_a_new_grade_pays_from_the_month_after_the_new_card(county: County, lines):
    person = county.person()
    county.certify(person, "physical", 2)
    county.grant(person, "2025-05-02", schemes=("nursing-subsidy",))
    county.certify(person, "physical", 1, "2025-05-20")

    county.book("2025-05")
    county.book("2025-06")

    assert [line[1:] for line in lines(person)] == [
        ("2025-05", "regular", "new", 25000),
        ("2025-06", "regular", "grade_changed", 50000),
    ]


def test_TS_E19_an_institution_raises_the_subsidy_from_the_next_month(county: County, lines):
    person = county.person()
    county.certify(person, "intellectual", 1)
    county.grant(person, "2025-02-01", schemes=("nursing-subsidy",))
    registry.enter_institution(person=person, day=date(2025, 2, 14), witness=told("2025-02-14"))
    registry.leave_institution(person=person, day=date(2025, 5, 30), witness=told("2025-05-30"))

    for number in range(2, 7):
        county.book(str(Month(2025, number)))

    assert [line[4] for line in lines(person)] == [50000, 75000, 75000, 75000, 50000]
    assert [line[3] for line in lines(person)] == ["new", "institution", "", "", "institution"]


def test_TS_E20_a_move_is_paid_by_the_old_county_in_its_month_and_by_the_new_after(county: County, lines):
    person = county.person()
    county.certify(person, "mental", 2)
    county.dibao(person)
    county.grant(person, "2025-03-01")
    county.book("2025-03")
    registry.move(person=person, day=date(2025, 4, 20), division=county.b, witness=told("2025-04-20"))
    county.grant(person, "2025-04-25", place=county.b)

    for month in ("2025-04", "2025-05"):
        county.book(month, county.a)
        county.book(month, county.b)

    paid = {}
    for run, _, _, _, fen in lines(person):
        paid[run] = paid.get(run, 0) + fen
    assert paid == {"2025-03": 58000, "2025-04": 58000, "2025-05": 48800}


def test_TS_E23_prison_stops_from_the_next_month(county: County, lines):
    person = county.person()
    county.certify(person, "physical", 2)
    county.grant(person, "2025-04-01", schemes=("nursing-subsidy",))
    for number in range(4, 8):
        county.book(str(Month(2025, number)))
    registry.enter_custody(person=person, day=date(2025, 5, 20), witness=told("2025-08-03"))

    county.book("2025-08")

    august = [line[1:] for line in lines(person) if line[0] == "2025-08"]
    assert [line for line in august if line[1] == "recovery"] == [
        ("2025-06", "recovery", "custody", -25000),
        ("2025-07", "recovery", "custody", -25000),
    ]


def test_the_same_month_again_changes_nothing(county: County):
    person = county.person()
    county.certify(person, "physical", 2)
    county.grant(person, "2025-03-01")
    county.book("2025-03")
    before = (Line.objects.count(), Entry.objects.count(), Run.objects.count())

    assert county.book("2025-03") is None
    assert (Line.objects.count(), Entry.objects.count(), Run.objects.count()) == before


def test_a_calculation_is_replaced_by_the_next_one(county: County):
    person = county.person()
    county.certify(person, "physical", 2)
    county.grant(person, "2025-03-01", schemes=("nursing-subsidy",))

    county.calculate("2025-03")
    county.calculate("2025-03")

    assert Run.objects.count() == 1
    assert Line.objects.count() == 1


def test_nobody_approves_what_they_calculated(county: County):
    person = county.person()
    county.certify(person, "physical", 2)
    county.grant(person, "2025-03-01")
    run = county.calculate("2025-03")
    services.check(run=run, at=moment(date(2025, 4, 1)), by=county.clerk)

    with pytest.raises(services.RunRefused, match="同一个人"):
        services.approve(run=run, at=moment(date(2025, 4, 1)), by=county.clerk)
    assert Entry.objects.count() == 0


def test_a_month_without_a_standard_is_refused(county: County):
    person = county.person()
    county.certify(person, "physical", 2)
    county.dibao(person)
    county.grant(person, "2023-05-01")

    with pytest.raises(NoStandard, match="没有配置"):
        county.calculate("2023-05")
    assert Run.objects.count() == 0


def test_an_earlier_month_is_not_run_after_a_later_one(county: County):
    person = county.person()
    county.certify(person, "physical", 2)
    county.grant(person, "2025-03-01")
    county.book("2025-04")

    with pytest.raises(services.RunRefused, match="已经发放"):
        county.calculate("2025-03")


def test_arrears_and_recoveries_of_one_scheme_are_netted_and_the_current_month_is_not(county: County, lines):
    person = county.person()
    county.certify(person, "physical", 2)
    county.grant(person, "2025-01-01", schemes=("nursing-subsidy",))
    for number in range(1, 5):
        county.book(str(Month(2025, number)))
    registry.enter_institution(person=person, day=date(2025, 1, 10), witness=told("2025-05-10"))
    registry.leave_institution(person=person, day=date(2025, 2, 10), witness=told("2025-05-10"))
    county.certify(person, "visual", 2, "2025-03-10")

    county.book("2025-05")

    assert [line[1:] for line in lines(person) if line[0] == "2025-05"] == [
        ("2025-02", "arrears", "institution", 12500),
        ("2025-04", "recovery", "grade_changed", -12500),
        ("2025-05", "regular", "grade_changed", 12500),
    ]
    assert ledger.balance(Account.RECOVERABLE, person_id=person.pk) == 0
    assert services.payable_of(Run.objects.get(month=Month(2025, 5).index)) == {(person.pk, None): 12500}


def test_a_line_whose_run_basis_or_person_is_not_there_is_found(county: County):
    person, other = county.person(), county.person()
    county.certify(person, "physical", 1)
    county.dibao(person)
    county.grant(person, "2025-01-05")
    county.book("2025-01")
    first, second = Line.objects.order_by("pk")
    assert list(checks.lines_stand_on_what_they_name()) == []

    Line.objects.filter(pk=first.pk).update(person=other, basis=None)
    Line.objects.filter(pk=second.pk).update(basis_id=second.basis_id + 999)
    Run.objects.all()._raw_delete("default")

    assert {fault.split("：")[0] for fault in checks.lines_stand_on_what_they_name()} == {
        f"发放行 {first.pk} 的发放 {first.run_id} 不存在",
        f"发放行 {second.pk} 的发放 {second.run_id} 不存在",
        f"发放行 {second.pk} 的认定依据 {second.basis_id + 999} 不存在",
        f"发放行 {first.pk} 与待遇 {first.award_id} 不是同一个人",
    }
