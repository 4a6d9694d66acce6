"""What was granted case by case is paid once, taken back when it was not due, and never twice."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.caseload import add_made_up, make
from tests.county import BOTH, County
from tests.given import IDS, STARTUP, TRAINING, WHEELCHAIR, grant, put_into_catalogue
from tests.payments.books import answer, books, sound
from zhucan.cases import awards, materials
from zhucan.cases.awards import AwardRefused
from zhucan.cases.models import Award
from zhucan.core.months import Month
from zhucan.orgs import institutions
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Institution
from zhucan.payments import bank, ledger, recoveries, services
from zhucan.payments.models import Account, Line, Payment, Run
from zhucan.payments.reasons import grounds_of


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    put_into_catalogue(monkeypatch)


def at(month: str) -> Any:
    return moment(Month.parse(month).next.first)


def calculate(county: County, month: str, schemes: tuple[str, ...] = IDS) -> Run | None:
    return services.calculate(
        month=Month.parse(month), division=county.a, schemes=schemes, known_at=at(month), at=at(month), by=county.clerk
    )


def book(county: County, month: str) -> Run | None:
    run = calculate(county, month)
    if run is None:
        return None
    services.check(run=run, at=at(month), by=county.clerk)
    return services.approve(run=run, at=at(month), by=county.approver)


def centre(county: County, *, account: bool = True) -> Institution:
    made = institutions.register(
        name="示例康复中心", kind="rehabilitation", division=county.a, at=moment(date(2025, 1, 2)), by=None
    )
    if account:
        institutions.set_account(
            institution=made, bank="示例银行", number="330499000001", holder="示例康复中心", at=moment(date(2025, 1, 2)),
            by=None,
        )  # fmt: skip
    return made


def test_what_was_granted_is_paid_once_in_the_month_it_was_approved(county: County, lines: Any):
    person = county.person()
    grant(county, person, STARTUP, 500_000, "2025-06-10")

    book(county, "2025-06")

    assert lines(person) == [("2025-06", "2025-06", "regular", "new", 500_000)]
    assert book(county, "2025-06") is None
    assert book(county, "2025-07") is None
    assert ledger.balance(Account.PAYABLE, person_id=person.pk) == Decimal("5000.00")
    assert sound()


def test_a_grant_that_a_run_missed_is_paid_by_the_next_and_belongs_to_its_own_month(county: County, lines: Any):
    person = county.person()
    grant(county, person, STARTUP, 100_000, "2025-06-30")

    book(county, "2025-08")

    assert lines(person) == [("2025-08", "2025-06", "regular", "new", 100_000)]


def test_a_grant_revoked_before_the_run_is_not_paid(county: County):
    award = grant(county, county.person(), STARTUP, 100_000, "2025-06-10")
    awards.revoke(award=award, at=moment(date(2025, 6, 20)), by=None, cause="granted_in_error")

    assert book(county, "2025-06") is None


def test_a_grant_revoked_after_it_was_paid_is_taken_back_with_its_cause(county: County, lines: Any):
    person = county.person()
    award = grant(county, person, STARTUP, 100_000, "2025-06-10")
    book(county, "2025-06")
    awards.revoke(award=award, at=moment(date(2025, 7, 20)), by=None, cause="false_proof")

    book(county, "2025-07")

    assert lines(person)[1:] == [("2025-07", "2025-06", "recovery", "false_proof", -100_000)]
    assert [(debt.cause, debt.amount) for debt in recoveries.debts(person)] == [("false_proof", Decimal("1000.00"))]
    assert book(county, "2025-08") is None
    assert ("撤销", "2025-07-20，材料不实") in grounds_of(Line.objects.get(kind="recovery"))
    assert sound()


def test_em_e15_a_business_closed_after_seven_months_repays_five_twelfths(county: County, lines: Any):
    person = county.person()
    award = grant(county, person, STARTUP, 500_000, "2025-06-10")
    book(county, "2025-06")
    decision = awards.curtail(
        award=award, required=12, served=7, cause="business_closed", document="示例县残追〔2026〕1号（虚构）",
        on=date(2026, 1, 15), at=moment(date(2026, 1, 15)), by=None,
    )  # fmt: skip

    book(county, "2026-01")

    assert decision.amount_fen == 208_333
    assert lines(person)[-1] == ("2026-01", "2025-06", "recovery", "business_closed", -208_333)
    assert book(county, "2026-02") is None
    with pytest.raises(AwardRefused, match="已经决定过按月退回"):
        awards.curtail(
            award=award, required=12, served=7, cause="business_closed", document="再次", on=date(2026, 1, 16),
            at=moment(date(2026, 1, 16)), by=None,
        )  # fmt: skip


@pytest.mark.parametrize(("served", "document", "cause"), [(12, "文", "died"), (3, " ", "died"), (3, "文", "whim")])
def test_a_curtailment_without_months_document_or_known_cause_is_refused(county: County, served, document, cause):
    award = grant(county, county.person(), STARTUP, 500_000, "2025-06-10")

    with pytest.raises(AwardRefused):
        awards.curtail(
            award=award, required=12, served=served, cause=cause, document=document, on=date(2026, 1, 15),
            at=moment(date(2026, 1, 15)), by=None,
        )  # fmt: skip


def test_goods_and_services_are_paid_only_where_an_institution_is(county: County):
    person = county.person()
    grant(county, person, WHEELCHAIR, 80_000, "2025-06-10", quantity=1)
    grant(county, person, TRAINING, 1_200_000, "2025-06-10", payee=centre(county))
    grant(county, person, STARTUP, 500_000, "2025-06-10")

    run = book(county, "2025-06")
    assert run is not None
    batch = bank.send(run=run, day=date(2025, 7, 2), at=at("2025-06"), by=None)

    assert batch is not None
    told = {(one.institution_id is not None, one.payee.holder, one.amount_fen) for one in batch.payments.all()}
    assert told == {(True, "示例康复中心", 1_200_000), (False, person.name, 500_000)}
    assert batch.total_fen == 1_700_000
    assert sound()


def test_an_institution_whose_account_fails_is_paid_again_to_its_new_one(county: County, tmp_path: Path):
    place = centre(county)
    grant(county, county.person(), TRAINING, 1_200_000, "2025-06-10", payee=place)
    run = book(county, "2025-06")
    assert run is not None
    batch = bank.send(run=run, day=date(2025, 7, 2), at=at("2025-06"), by=None)
    assert batch is not None
    bank.reconcile(path=answer(batch, tmp_path / "back.csv", failed=(1,)), at=at("2025-06"), by=None)
    assert bank.follow_up(run=run, day=date(2025, 7, 9), at=at("2025-06"), by=None) is None
    institutions.set_account(
        institution=place, bank="示例银行", number="330499000002", holder="示例康复中心", at=at("2025-06"), by=None
    )

    again = bank.follow_up(run=run, day=date(2025, 7, 10), at=at("2025-06"), by=None)

    assert again is not None
    assert [row[3] for row in bank._rows_out(again)] == ["330499000002"]
    bank.reconcile(path=answer(again, tmp_path / "again.csv"), at=at("2025-06"), by=None)
    assert Payment.objects.filter(status="paid").count() == 1
    assert sound()


def test_an_institution_without_an_account_waits_and_is_not_lost(county: County):
    grant(county, county.person(), TRAINING, 1_200_000, "2025-06-10", payee=centre(county, account=False))
    run = book(county, "2025-06")
    assert run is not None

    assert bank.send(run=run, day=date(2025, 7, 2), at=at("2025-06"), by=None) is None

    assert [one.amount_fen for one in bank.waiting(run)] == [1_200_000]


def test_what_an_institution_is_paid_does_not_settle_the_persons_debts(county: County):
    person = county.person()
    wrong = grant(county, person, STARTUP, 100_000, "2025-05-10")
    book(county, "2025-05")
    awards.revoke(award=wrong, at=moment(date(2025, 6, 2)), by=None, cause="false_proof")
    book(county, "2025-06")
    recoveries.decide(
        person=person, scheme=STARTUP.id, cause="false_proof", kind="set_off", amount=Decimal(1000), document="协议",
        on=date(2025, 7, 2), at=moment(date(2025, 7, 2)), by=None,
    )  # fmt: skip
    grant(county, person, TRAINING, 300_000, "2025-07-10", payee=centre(county))

    run = book(county, "2025-07")

    assert run is not None
    assert services.set_off_of(run) == 0


def test_months_and_grants_are_not_mixed_in_one_run(county: County):
    with pytest.raises(services.RunRefused, match="不能放在同一次发放里"):
        calculate(county, "2025-06", (STARTUP.id, *BOTH))


def test_both_kinds_of_run_may_be_open_in_one_month(county: County):
    person = county.person()
    county.certify(person, "physical", 1)
    county.dibao(person)
    county.grant(person, "2025-06-02")
    grant(county, person, STARTUP, 100_000, "2025-06-10")

    monthly, granted = county.calculate("2025-06"), calculate(county, "2025-06")

    assert monthly is not None
    assert granted is not None
    assert (monthly.sequence, granted.sequence) == (1, 2)
    services.check(run=granted, at=at("2025-06"), by=county.clerk)
    services.approve(run=granted, at=at("2025-06"), by=county.approver)
    services.check(run=monthly, at=at("2025-06"), by=county.clerk)
    services.approve(run=monthly, at=at("2025-06"), by=county.approver)
    assert sound()


def test_two_people_are_needed(county: County):
    grant(county, county.person(), STARTUP, 100_000, "2025-06-10")
    run = calculate(county, "2025-06")
    assert run is not None
    services.check(run=run, at=at("2025-06"), by=county.clerk)

    with pytest.raises(services.RunRefused, match="不能是同一个人"):
        services.approve(run=run, at=at("2025-06"), by=county.clerk)


def test_of_two_runs_over_the_same_grants_only_one_can_be_booked(county: County):
    grant(county, county.person(), STARTUP, 100_000, "2025-06-10")
    june, july = calculate(county, "2025-06"), calculate(county, "2025-07")
    assert june is not None
    assert july is not None
    for run in (june, july):
        services.check(run=run, at=at("2025-07"), by=county.clerk)
    services.approve(run=june, at=at("2025-07"), by=county.approver)

    with pytest.raises(services.RunRefused, match="请重新计算"):
        services.approve(run=july, at=at("2025-07"), by=county.approver)

    assert Line.objects.filter(booked=True).count() == 1


def test_a_run_broken_off_before_it_was_booked_is_done_again_to_the_same_end(county: County):
    grant(county, county.person(), STARTUP, 100_000, "2025-06-10")
    with transaction.atomic():
        book(county, "2025-06")
        whole = books()
        transaction.set_rollback(True)
    calculate(county, "2025-06")  # and then the machine went down

    book(county, "2025-06")

    assert books() == whole


def test_the_command_pays_what_was_granted_and_says_when_there_is_nothing(
    county: County, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr("zhucan.payments.management.commands.run.GRANTED", (STARTUP, TRAINING))
    person = county.person()
    grant(county, person, STARTUP, 100_000, "2025-06-10")

    def run(*words: str) -> str:
        out = StringIO()
        call_command("run", "2025-06", "--division", "330499", *words, "--out", str(tmp_path), stdout=out)
        return out.getvalue()

    assert "测试创业补助 当月发放（新增）：1 行，1,000.00 元" in run("--granted", "--through", "sent")
    assert "没有变化" in run("--granted")
    with pytest.raises(CommandError, match="单项批准的项目：请加上 --granted"):
        run("--scheme", STARTUP.id)
    with pytest.raises(CommandError, match="按月发放的项目：请去掉 --granted"):
        run("--granted", "--scheme", "nursing-subsidy")


_events = st.lists(
    st.tuples(
        st.sampled_from(["grant", "revoke", "curtail", "book", "calculate"]),
        st.integers(0, 3),
        st.integers(1, 300_001),
    ),
    max_size=14,
)


@settings(max_examples=25)
@given(events=_events)
def test_whatever_is_granted_revoked_and_curtailed_the_books_hold_what_is_due(county: County, events: list[Any]):
    with transaction.atomic():
        people = [county.person() for _ in range(2)]
        made: list[Award] = []
        day = date(2025, 3, 3)
        for what, which, fen in events:
            day += timedelta(days=20)
            month = str(Month.of(day))
            if what == "grant":
                made.append(grant(county, people[which % 2], STARTUP, fen, str(day)))
            elif what == "revoke" and made and made[which % len(made)].revoked_at is None:
                chosen = made[which % len(made)]
                made[made.index(chosen)] = awards.revoke(award=chosen, at=moment(day), by=None, cause="false_proof")
            elif what == "curtail" and made:
                chosen = made[which % len(made)]
                if chosen.revoked_at is None and not hasattr(Award.objects.get(pk=chosen.pk), "curtailment"):
                    awards.curtail(
                        award=chosen, required=12, served=which, cause="business_closed", document="文", on=day,
                        at=moment(day), by=None,
                    )  # fmt: skip
            elif what == "calculate":
                calculate(county, month)
            else:
                book(county, month)
        last = str(Month.of(day + timedelta(days=40)))
        book(county, last)
        assert book(county, last) is None  # a rerun changes nothing
        for award in Award.objects.filter(scheme=STARTUP.id):
            due = 0 if award.revoked_at else award.granted_fen - (award.curtailment.amount_fen if hasattr(award, "curtailment") else 0)  # fmt: skip
            booked = sum(line.amount_fen for line in award.lines.filter(booked=True))
            assert booked == due
        assert sound()
        transaction.set_rollback(True)


def test_works_are_paid_once_they_are_accepted_and_to_the_institution_named(
    county: County, lines: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
):
    settings.ZHUCAN_HOME = tmp_path
    add_made_up(monkeypatch)
    office = make(county)
    person = office.person()
    one = office.ask(person, "test-home", on="2025-03-03")[0]

    def bring(code: str) -> None:
        day = moment(date(2025, 3, 4))
        materials.upload(application=one, code=code, name="a.jpg", chunks=[b"\xff\xd8\xff"], on=date(2025, 3, 4), at=day, by=None)  # fmt: skip

    bring("photo_before")
    for step, day, role in (("survey", "2025-03-04", ""), ("publicise", "2025-03-05", ""), ("approve", "2025-03-13", "approver")):  # fmt: skip
        office.step(one, step, day, role)
    award = Award.objects.get(application=one)
    awards.pay_to(award=award, payee=centre(county), on=date(2025, 3, 14), at=moment(date(2025, 3, 14)), by=None)
    with pytest.raises(AwardRefused, match="已经写明收款机构"):
        awards.pay_to(award=award, payee=Institution.objects.get(), on=date(2025, 3, 14), at=moment(date(2025, 3, 14)), by=None)  # fmt: skip
    assert calculate(county, "2025-03", ("test-home",)) is None  # approved, built by nobody yet
    bring("photo_after")
    office.step(one, "build", "2025-04-07")
    bring("acceptance_sheet")
    office.step(one, "accept", "2025-04-10")
    assert calculate(county, "2025-03", ("test-home",)) is None  # what was known at the end of March
    run = calculate(county, "2025-04", ("test-home",))
    assert run is not None
    assert [line.amount_fen for line in Line.objects.filter(run=run)] == [300_000]


def test_money_for_the_person_goes_to_no_institution(county: County):
    award = grant(county, county.person(), STARTUP, 500_000, "2025-06-10")
    with pytest.raises(AwardRefused, match="现金发给本人"):
        awards.pay_to(award=award, payee=centre(county), on=date(2025, 6, 11), at=moment(date(2025, 6, 11)), by=None)
