"""Events at the edges of periods, places and knowledge; bank and recoveries; one reader of many figures."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.county import County, told
from zhucan.core.money import from_fen
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.declared import UnknownIndicator
from zhucan.indicators.engine import FutureFigure, UnknownBreakdown
from zhucan.indicators.measures import Value
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.orgs.divisions import UnknownDivision
from zhucan.payments import bank, recoveries
from zhucan.payments.models import Batch
from zhucan.registry import certificates
from zhucan.registry import services as registry

A, B, CITY = "330499", "330498", "330400"
YEAR = Period.year(2025)
MARCH = Period.month(Month(2025, 3))


def value(name: str, period: Period = YEAR, place: str = A) -> Value:
    return engine.figure(name, place, period).value


def test_the_life_of_a_certificate_is_counted_event_by_event(county: County):
    person = county.person()
    county.certify(person, "physical", 3, "2025-01-01")
    county.certify(person, "physical", 2, "2025-03-31")
    certificates.freeze(person=person, day=date(2025, 5, 1), witness=told("2025-05-01"), reason="未办迁移")
    certificates.unfreeze(person=person, day=date(2025, 6, 1), witness=told("2025-06-01"))
    certificates.replace_lost(person=person, day=date(2025, 7, 1), witness=told("2025-07-01"))
    certificates.cancel(person=person, day=date(2025, 12, 31), witness=told("2025-12-31"), reason="本人申请")

    names = ("new", "changed", "frozen", "replaced", "cancelled", "renewed")
    assert [value(f"certificates-{name}") for name in names] == [1, 1, 1, 1, 1, 0]
    assert [value(f"certificates-{name}", MARCH) for name in names] == [0, 1, 0, 0, 0, 0]
    holding = [part.label for part in engine.breakdown("holders", A, YEAR, "month") if part.value]
    assert holding == [f"2025年{number}月" for number in (1, 2, 3, 4, 6, 7, 8, 9, 10, 11)]
    assert engine.breakdown("holders", A, MARCH, "grade") == [("2", "二级", 1)]


def test_an_age_is_that_of_the_last_day(county: County):
    person = county.person(born=date(2007, 3, 31))
    county.certify(person, "visual", 1)

    assert value("holders-children", Period.month(Month(2025, 2))) == 1
    assert value("holders-children", MARCH) == 0


def test_a_move_between_counties_leaves_one_and_reaches_the_other(county: County):
    person = county.person()
    county.certify(person, "physical", 1)
    registry.move(person=person, day=date(2025, 3, 31), division=county.b, witness=told("2025-03-31"))

    assert [value(name, MARCH, A) for name in ("holders", "moved-in", "moved-out")] == [0, 0, 1]
    assert [value(name, MARCH, B) for name in ("holders", "moved-in", "moved-out")] == [1, 1, 0]
    assert [value(name, MARCH, CITY) for name in ("holders", "moved-in", "moved-out")] == [1, 0, 0]
    assert engine.breakdown("holders", CITY, MARCH, "division") == [
        ("330498000000", "示例乙县", 1), ("330499000000", "示例县", 0),
    ]  # fmt: skip


def test_a_month_paid_by_the_old_county_counts_there(county: County):
    person = county.person()
    county.certify(person, "physical", 1)
    county.grant(person, "2025-03-01", schemes=("nursing-subsidy",))
    registry.move(person=person, day=date(2025, 3, 10), division=county.b, witness=told("2025-03-10"))
    county.book("2025-03")

    assert value("nursing-subsidy-amount", MARCH, A) == Decimal("500.00")
    assert engine.breakdown("nursing-subsidy-amount", A, MARCH, "division") == [("", "示例县本级", Decimal("500.00"))]
    assert value("nursing-subsidy-amount", MARCH, B) == 0
    assert value("nursing-subsidy-recipients", MARCH, CITY) == 1


def test_a_scheme_without_awards_has_no_recipients_for_certain(county: County):
    county.certify(county.person(), "physical", 1)

    assert value("nursing-subsidy-recipients", MARCH) == 0
    assert value("nursing-subsidy-coverage", MARCH) == Decimal("0.00")
    assert value("living-allowance-coverage", MARCH) is None  # no hardship holder: nothing to divide by


def test_households_are_counted_once_and_only_where_recorded(county: County):
    first, second, alone = county.person(), county.person(), county.person()
    for person in (first, second, alone):
        county.certify(person, "physical", 3)
    registry.form_household(
        members={first: "户主", second: "配偶"},
        day=date(2025, 1, 1),
        at=moment(date(2025, 1, 1)),
        witness=told("2025-01-01"),
    )

    assert (value("households"), value("households-several"), value("holders")) == (1, 1, 3)
    assert [row.detail for row in engine.records("households", A, YEAR)] == ["持证残疾人2名"]
    assert value("households", Period.year(2024)) is None


def _answer(made: Batch, folder: Path, failed: tuple[int, ...]) -> Path:
    path = folder / f"{made.number}-return.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["批次号", "序号", "金额", "结果", "失败原因"])
        for payment in made.payments.order_by("number"):
            good = payment.number not in failed
            writer.writerow(
                [
                    made.number,
                    payment.number,
                    from_fen(payment.amount_fen),
                    "成功" if good else "失败",
                    "" if good else "户名不符",
                ]
            )
    return path


def test_the_bank_is_counted_on_the_day_its_answer_is_booked(county: County, tmp_path: Path):
    for _ in range(2):
        person = county.person()
        county.certify(person, "physical", 1)
        county.grant(person, "2025-12-01", schemes=("nursing-subsidy",))
    run = county.book("2025-12")
    assert run is not None
    midnight = moment(date(2026, 1, 1))
    made = bank.send(run=run, day=date(2026, 1, 1), at=midnight, by=county.clerk)
    assert made is not None
    bank.reconcile(path=_answer(made, tmp_path, failed=(2,)), at=midnight, by=county.clerk)

    january = Period.month(Month(2026, 1))
    names = ("bank-paid", "bank-paid-persons", "bank-paid-times", "bank-failed", "bank-failed-times")
    assert [value(name) for name in names] == [0, 0, 0, 0, 0]
    assert [value(name, january) for name in names] == [Decimal("500.00"), 1, 1, Decimal("500.00"), 1]
    assert value("nursing-subsidy-amount") == Decimal("1000.00")


def test_a_debt_shrinks_as_it_is_settled(county: County):
    person = county.person()
    county.certify(person, "physical", 1)
    county.grant(person, "2025-01-05", schemes=("nursing-subsidy",))
    county.book("2025-01")
    county.book("2025-02")
    registry.record_death(person=person, day=date(2025, 1, 10), witness=told("2025-03-10"))
    county.book("2025-03")
    april = date(2025, 4, 20)
    for kind, amount in (("repaid", "300.00"), ("waived", "50.00")):
        recoveries.decide(
            person=person, scheme="nursing-subsidy", cause="died", kind=kind, amount=Decimal(amount), document="虚构文件",
            on=april, at=moment(april), by=county.approver,
        )  # fmt: skip

    # March's run was booked on 1 April: at the end of March nothing was owed yet
    owed = [value("nursing-subsidy-debt", Period.month(Month(2025, number))) for number in (3, 4)]
    assert owed == [0, Decimal("150.00")]
    assert (value("recoveries-returned"), value("recoveries-waived")) == (Decimal("300.00"), Decimal("50.00"))
    assert value("subsidies-debtors") == 1
    assert engine.breakdown("subsidies-debt", A, YEAR, "cause") == [("died", "死亡", Decimal("150.00"))]


@pytest.mark.sqlite_only  # the rows that are shared are out of the database
def test_shared_rows_give_the_same_figures(county: County):
    county.certify(county.person(), "physical", 1)
    alone = engine.figures(A, YEAR)

    with engine.together():
        assert engine.figures(A, YEAR) == alone
        assert engine.figures(A, YEAR.previous) != alone
        assert engine.figures(A, YEAR) == alone


def test_what_cannot_be_answered_is_refused_in_a_sentence(county: County):
    with pytest.raises(UnknownDivision, match="没有区划代码 999999"):
        engine.figures("999999", YEAR)
    with pytest.raises(UnknownIndicator, match="没有指标 nothing"):
        engine.figures(A, YEAR, ["nothing"])
    with pytest.raises(FutureFigure, match="2199年还没有开始"):
        engine.figures(A, Period.year(2199))
    with pytest.raises(FutureFigure, match="2025年还没有开始"):
        engine.figures(A, YEAR, known_at=moment(date(2024, 12, 31)))
    with pytest.raises(UnknownBreakdown, match="不能按“colour”分"):
        engine.breakdown("holders", A, YEAR, "colour")
    with pytest.raises(UnknownBreakdown):
        engine.records("holders", A, YEAR, by="colour", part="")


def test_a_running_year_is_told_up_to_the_day_it_is_known(county: County):
    person = county.person()
    county.certify(person, "physical", 1, expires=date(2025, 6, 30))

    assert engine.figure("holders", A, YEAR, known_at=moment(date(2025, 3, 1))).value == 1
    assert engine.figure("holders", A, YEAR).value == 0
