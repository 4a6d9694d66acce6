"""Monthly allowances that a place switches on are paid by runs and counted, each at its own dated standard."""

from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.county import County, told
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs import standards
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division
from zhucan.payments import services
from zhucan.planning.services import add_plan_item, progress
from zhucan.registry.findings import set_finding
from zhucan.registry.models import Person
from zhucan.registry.services import move, record_death, set_own_income

pytestmark = pytest.mark.django_db

YEAR = Period.year(2025)
EARLY = moment(date(2025, 1, 2))
SWITCHES = {
    "near-poor-supplement": "near_poor_supplement",
    "county-allowance": "county_allowance",
    "tekun-hardship-allowance": "tekun_hardship",
    "severe-jobless-allowance": "severe_jobless",
    "unemployed-allowance": "unemployed_allowance",
}
HARDSHIP = ("tekun-hardship-allowance", "severe-jobless-allowance", "unemployed-allowance")


def _switch_on(scheme: str, standard: str, place: str = "330499", since: date = date(2025, 1, 1)) -> None:
    switch = SWITCHES[scheme]
    for name, value in ((f"{switch}_offered", "true"), (f"{switch}_monthly", standard)):
        standards.set_standard(
            name=name, place=place, valid_from=since, value=value, document="示例文件", at=EARLY, by=None
        )


def _entitled(county: County, scheme: str) -> Person:
    """Return somebody of county a who has what the scheme asks, as known from the beginning of the year."""
    person = county.person()
    severe = scheme in ("county-allowance", "severe-jobless-allowance")
    county.certify(person, "physical" if severe else "hearing", 2 if severe else 3)
    county.dibao(person, kind={"near-poor-supplement": "dibian", HARDSHIP[0]: "tekun"}.get(scheme, "none"))
    first: dict[str, Any] = {"person": person, "day": date(2025, 1, 1), "witness": told("2025-01-02")}
    if severe:
        for kind in ("no_fixed_income", "jobless"):
            set_finding(kind=kind, said="是", **first)
    if scheme == "unemployed-allowance":
        set_finding(kind="registered_unemployed", said="是", **first)
        set_own_income(amount_fen=20_000, **first)
    return person


def _book(county: County, place: Division, schemes: tuple[str, ...], *numbers: int) -> None:
    for number in numbers:
        month = Month(2025, number)
        at = moment(month.next.first)
        run = services.calculate(month=month, division=place, schemes=schemes, known_at=at, at=at, by=county.clerk)
        assert run is not None
        services.check(run=run, at=at, by=county.clerk)
        services.approve(run=run, at=at, by=county.approver)


@pytest.mark.parametrize("scheme", SWITCHES)
def test_an_allowance_of_a_place_is_paid_by_the_month_at_its_dated_standard(county: County, scheme: str):
    _entitled(county, scheme)
    county.grant(Person.objects.get(), "2025-01-10", schemes=(scheme,))
    _switch_on(scheme, "150.00")
    _switch_on(scheme, "200.00", since=date(2025, 2, 1))

    _book(county, county.a, (scheme,), 1, 2)

    with engine.together():
        found = {
            name: engine.figure(f"{scheme}-{name}", "330499", YEAR).value
            for name in ("persons", "times", "person-months", "amount")
        }
    assert found == {"persons": 1, "times": 2, "person-months": 2, "amount": Decimal("350.00")}


@pytest.mark.parametrize(
    ("scheme", "kind", "said"),
    [
        ("county-allowance", "no_fixed_income", "否"),
        ("severe-jobless-allowance", "jobless", "否"),
        ("unemployed-allowance", "registered_unemployed", "否"),
    ],
)
def test_who_no_longer_meets_a_condition_is_stopped_with_the_cause(county: County, scheme: str, kind: str, said: str):
    person = _entitled(county, scheme)
    county.grant(person, "2025-01-10", schemes=(scheme,))
    _switch_on(scheme, "150.00")
    _book(county, county.a, (scheme,), 1)

    set_finding(person=person, day=date(2025, 1, 20), kind=kind, said=said, witness=told("2025-01-21"))
    _book(county, county.a, (scheme,), 2)

    february = Period.month(Month(2025, 2))
    with engine.together():
        assert engine.figure(f"{scheme}-recipients", "330499", february).value == 0
        assert engine.figure(f"{scheme}-left", "330499", february).value == 1
        (cause,) = engine.breakdown(f"{scheme}-left", "330499", february, "cause")
    assert cause.label in ("不再符合困难条件", "不再符合条件")


def test_own_income_above_the_standard_ends_the_allowance_of_the_unemployed(county: County):
    person = _entitled(county, "unemployed-allowance")
    county.grant(person, "2025-01-10", schemes=("unemployed-allowance",))
    _switch_on("unemployed-allowance", "150.00")
    _book(county, county.a, ("unemployed-allowance",), 1)

    set_own_income(person=person, day=date(2025, 1, 20), amount_fen=900_000, witness=told("2025-01-21"))
    _book(county, county.a, ("unemployed-allowance",), 2)

    assert engine.figure("unemployed-allowance-amount", "330499", YEAR).value == Decimal("150.00")


def test_a_pilot_pays_in_its_county_only(county: County):
    here, there = _entitled(county, "county-allowance"), _entitled(county, "county-allowance")
    move(person=there, day=there.born, division=county.b, witness=told("2020-01-01"))
    _switch_on("county-allowance", "100.00")
    for person, place in ((here, county.a), (there, county.b)):
        county.grant(person, "2025-01-10", schemes=("county-allowance",), place=place)
        _book(county, place, ("county-allowance",), 1, 2)

    names = [f"county-allowance-{name}" for name in ("persons", "person-months", "amount")]
    with engine.together():
        pilot = [one.value for one in engine.figures("330499", YEAR, names)]
        others = [one.value for one in engine.figures("330498", YEAR, names)]
        city = [one.value for one in engine.figures("330400", YEAR, names)]
    assert pilot == city == [1, 2, Decimal("200.00")]
    assert others == [0, 0, Decimal(0)]


def test_the_destitute_of_the_countryside_are_paid_a_raised_standard_and_set_against_the_target(county: County):
    scheme = "tekun-hardship-allowance"
    for said in ("是", "否"):
        person = _entitled(county, scheme)
        set_finding(person=person, day=date(2025, 1, 1), kind="rural", said=said, witness=told("2025-01-02"))
        county.grant(person, "2025-01-10", schemes=(scheme,))
    _switch_on(scheme, "150.00")
    _switch_on(scheme, "200.00", since=date(2025, 2, 1))
    _book(county, county.a, (scheme,), 1, 2)
    add_plan_item(
        division="330499", year=2025, text="提高农村特困残疾人救助标准", indicator=f"{scheme}-rural-persons", target="4",
        at=EARLY, by=None,
    )  # fmt: skip

    with engine.together():
        assert engine.figure("holders-tekun-rural", "330499", YEAR).value == 1
        assert engine.figure(f"{scheme}-rural-amount", "330499", YEAR).value == Decimal("350.00")
        months = engine.breakdown(f"{scheme}-rural-amount", "330499", YEAR, "month")
        assert engine.figure("holders-tekun-rural", "330400", YEAR).value == 1
    (item,) = progress("330499", YEAR)
    assert [part.value for part in months] == [Decimal(150), Decimal(200)]  # the old standard and the new one
    assert (item.figure and item.figure.value, item.rate) == (1, Decimal("25.0"))


def test_without_word_of_town_or_country_nobody_is_called_rural_or_not(county: County):
    _entitled(county, "tekun-hardship-allowance")

    assert engine.figure("holders-tekun-rural", "330499", YEAR).value is None


@pytest.fixture
def hardship(county: County) -> dict[str, Person]:
    """Three people, one on each hardship allowance from January to March, at 150, 200 and 100 yuan; the last one died on
    20 January, learnt in March."""
    people = {}
    for scheme, standard in zip(HARDSHIP, ("150.00", "200.00", "100.00"), strict=True):
        people[scheme] = _entitled(county, scheme)
        county.grant(people[scheme], "2025-01-10", schemes=(scheme,))
        _switch_on(scheme, standard)
    _book(county, county.a, HARDSHIP, 1, 2)
    record_death(person=people["unemployed-allowance"], day=date(2025, 1, 20), witness=told("2025-03-10"))
    _book(county, county.a, HARDSHIP, 3)
    return people


def test_hardship_payments_are_summed_to_the_fen_up_to_a_day_with_their_schemes_and_persons(
    hardship: dict[str, Person],
):
    to_february = Period(Month(2025, 1), Month(2025, 3))

    with engine.together():
        amount = engine.figure("hardship-allowances-amount", "330499", to_february)
        parts = engine.breakdown("hardship-allowances-amount", "330499", to_february, "scheme")
        listed = engine.people("hardship-allowances-amount", "330499", to_february)
        persons = engine.figure("hardship-allowances-persons", "330499", to_february).value

    assert (amount.value, amount.records, amount.until) == (Decimal("900.00"), 6, date(2025, 2, 28))
    assert sorted((part.key, part.value) for part in parts) == [
        ("severe-jobless-allowance", Decimal(400)), ("tekun-hardship-allowance", Decimal(300)), ("unemployed-allowance", Decimal(200)),
    ]  # fmt: skip
    assert sum(fen for _, _, fen in listed if fen) == 90_000
    assert {person for person, _, _ in listed} == {one.pk for one in hardship.values()}
    assert persons == 3


def test_what_was_paid_too_much_comes_off_the_net_sum_in_the_month_it_is_found(hardship: dict[str, Person]):
    to_march = Period(Month(2025, 1), Month(2025, 4))

    with engine.together():
        paid = engine.figure("hardship-allowances-amount", "330499", to_march).value
        back = engine.figure("hardship-allowances-recovered-amount", "330499", to_march).value
        net = engine.figure("hardship-allowances-net-amount", "330499", to_march).value

    assert (paid, back, net) == (Decimal("1250.00"), Decimal("100.00"), Decimal("1150.00"))


def test_the_command_prints_the_ledger_up_to_a_month_with_its_sum_and_its_last_day(hardship: dict[str, Person]):
    out = StringIO()
    call_command(
        "indicators", "--division", "330499", "--year", "2025", "--through", "2", "--records", "hardship-allowances-amount",
        stdout=out,
    )  # fmt: skip

    lines = out.getvalue().splitlines()
    assert len(lines) == 7
    assert lines[-1] == "共 6 条。困难补助金发放金额：900.00 元，截至 2025-02-28。"
    assert sum("失业残疾人生活困难补助金 当月发放2025年1月" in line for line in lines) == 1


def test_one_month_and_months_to_date_do_not_go_together(county: County):
    with pytest.raises(CommandError, match="请只写其中一个"):
        call_command("indicators", "--division", "330499", "--year", "2025", "--through", "2", "--month", "1")
