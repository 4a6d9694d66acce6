"""Figures of a town counted by hand (see `conftest.build` for who is who)."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.indicators.conftest import Town
from zhucan.core.months import Month
from zhucan.indicators import desk, engine
from zhucan.indicators.catalog import CATALOG
from zhucan.indicators.declared import Indicator, Measure
from zhucan.indicators.engine import Figures
from zhucan.indicators.measures import Value
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment, now
from zhucan.registry import services as registry
from zhucan.registry.spells import Witness

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shared")]
YEAR = Period.year(2025)
COUNTY, NORTH, SOUTH, VILLAGE = "330499", "330499101", "330499102", "330499102201"


@pytest.fixture(scope="module")
def values(town: Town) -> dict[str, Value]:
    return {figure.id: figure.value for figure in engine.figures(COUNTY, YEAR)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("residents", 4), ("holders", 3), ("holders-hearing", 1), ("holders-hearing-speech", 1), ("holders-visual", 0), ("holders-severe", 2),
        ("holders-elderly", 1), ("holders-children", 0), ("holders-working-age", 2), ("holders-dibao", 2),
        ("holders-hardship-unknown", 1), ("certificates-lapsed", 1), ("holders-died", 1), ("certificates-new", 0),
    ],
)  # fmt: skip
def test_people_are_counted_as_they_stand_on_the_last_day(values: dict[str, Value], name: str, value: int):
    assert values[name] == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # bob and eve receive in December; ann received from January to August, and July and August were taken back
        ("living-allowance-recipients", 2), ("living-allowance-persons", 3), ("living-allowance-new", 3),
        ("living-allowance-times", 8 + 12 + 9), ("living-allowance-person-months", 6 + 12 + 10),
        ("living-allowance-stopped", 1), ("living-allowance-doubts", 1), ("living-allowance-approved", 4),
        # 6 × 330 + 2 × 345 (ann), 6 × 330 + 6 × 345 (bob), 4 × 330 + 6 × 345 (eve)
        ("living-allowance-amount", Decimal("10110.00")),
        ("living-allowance-arrears-amount", Decimal("330.00")),
        ("living-allowance-recovered-amount", Decimal("690.00")),
        ("living-allowance-net-amount", Decimal("9420.00")),
        ("living-allowance-debt", Decimal("690.00")),
        # 8 × 500 (ann), 12 × 250 (cat), 10 × 250 (eve)
        ("nursing-subsidy-amount", Decimal("9500.00")),
        ("nursing-subsidy-debt", Decimal("1000.00")),
        ("nursing-subsidy-doubts", 0),
        # each person once: ann, bob, cat and eve were paid; bob, cat and eve still are, eve by both
        ("subsidies-persons", 4), ("subsidies-recipients", 3), ("subsidies-recipients-both", 1),
        ("subsidies-times", 58), ("subsidies-amount", Decimal("19610.00")), ("subsidies-debt", Decimal("1690.00")),
        ("subsidies-debtors", 1), ("subsidies-recovered-persons", 1),
    ],
)  # fmt: skip
def test_money_is_counted_from_what_was_booked(values: dict[str, Value], name: str, value: Value):
    assert values[name] == value


def test_a_ratio_is_a_percentage_of_its_denominator(values: dict[str, Value]):
    assert values["nursing-subsidy-coverage"] == Decimal("100.00")
    assert values["holders-severe-share"] == Decimal("66.67")


def test_what_nobody_recorded_is_unknown_and_not_zero(values: dict[str, Value]):
    assert values["households"] is None
    assert values["households-several"] is None


def test_a_month_that_is_not_booked_has_no_recipients_yet(town: Town):
    january = Period.month(Month(2026, 1))

    for name in ("subsidies-recipients", "living-allowance-doubts", "nursing-subsidy-coverage"):
        figure = engine.figure(name, COUNTY, january)
        assert (figure.value, figure.records) == (None, 0)
        assert engine.records(name, COUNTY, january) == []
    assert engine.breakdown("subsidies-recipients", COUNTY, january, "grade") == []
    assert engine.figure("subsidies-amount", COUNTY, january).value == 0


@pytest.mark.sqlite_only  # what is asked of the rows once they are brought out is the same for every database
@pytest.mark.parametrize("item", CATALOG, ids=lambda item: item.id)
@pytest.mark.parametrize("place", [COUNTY, VILLAGE])
def test_every_figure_opens_the_records_it_counts(town: Town, item: Indicator, place: str):
    figure = engine.figure(item.id, place, YEAR)

    found = engine.records(item.id, place, YEAR)

    assert len(found) == figure.records
    if figure.value is None:
        assert found == []
    elif isinstance(item, Indicator) and item.measure is Measure.AMOUNT:
        assert sum((row.amount or Decimal(0) for row in found), Decimal(0)) == figure.value
    elif isinstance(item, Indicator) and item.measure not in (Measure.MEDIAN, Measure.LONGEST):  # these do not count
        assert figure.value == figure.records


def test_pages_of_records_read_one_after_the_other_are_all_of_them(town: Town):
    figures = Figures(COUNTY, YEAR)
    whole = figures.records("living-allowance-times")
    first, second = (figures.records("living-allowance-times", start=start, count=10) for start in (0, 10))
    held = figures.records("holders", by="month", part="2025-03")  # other records in between, of another month
    assert first + second == whole[:20]
    assert figures.records("living-allowance-times", start=20) == whole[20:]
    assert figures.counted("holders", by="month", part="2025-03") == len(held) != figures.counted("holders")
    assert figures.breakdown("holders", "month") == figures.breakdown("holders", "month")
    figures.close()


def test_what_is_looked_at_later_is_as_known_when_the_figures_were_opened(town: Town):
    figures = Figures(COUNTY, YEAR)
    anybody = town.people["bob"]
    registry.record_death(person=anybody, day=date(2025, 12, 1), witness=Witness(at=now(), source="test"))

    later = Figures(COUNTY, YEAR)  # not what other tests share
    assert [one.figures(["residents"])[0].value for one in (figures, later)] == [4, 3]
    figures.close()
    later.close()


def test_a_figure_brings_what_it_stands_on_and_that_once(town: Town, monkeypatch: pytest.MonkeyPatch):
    brought: list[str] = []
    load = desk.load
    monkeypatch.setattr(desk, "load", lambda con, name, *rest: (brought.append(name), load(con, name, *rest)))
    figures = Figures(COUNTY, YEAR)
    assert brought == []

    figures.figures(["bank-paid"])

    assert {"ledger", "booked", "residence"} <= set(brought)
    assert not {"handed", "participation", "undertaking", "plan", "session_row"} & set(brought)
    figures.figures(["bank-paid", "holders", "employed"])
    assert len(brought) == len(set(brought))
    figures.close()


def test_records_say_who_and_what(town: Town):
    rows = engine.records("living-allowance-recovered-amount", COUNTY, YEAR)

    assert [(row.person_id, row.label, row.detail, row.amount) for row in rows] == [
        (town.people["ann"].pk, "测*1", "困难残疾人生活补贴 追回2025年7月 死亡", Decimal("345.00")),
        (town.people["ann"].pk, "测*1", "困难残疾人生活补贴 追回2025年8月 死亡", Decimal("345.00")),
    ]
    assert [row.detail for row in engine.records("holders", VILLAGE, YEAR)] == ["精神二级", "智力二级"]


def test_money_counts_where_the_person_lived_in_that_month(town: Town):
    # eve moved on 15 May: April (with March's arrears) counts in the north, May to December in the south
    parts = engine.breakdown("living-allowance-amount", COUNTY, YEAR, "division")

    north, south = Decimal(2670 + 4050 + 660), Decimal(2 * 330 + 6 * 345)
    assert [(part.label, part.value) for part in parts] == [("北镇", north), ("南乡", south)]
    assert engine.figure("living-allowance-amount", NORTH, YEAR).value == north
    assert engine.figure("living-allowance-amount", SOUTH, YEAR).value == south
    assert engine.figure("living-allowance-amount", VILLAGE, YEAR).value == south
    assert engine.figure("living-allowance-amount", "330400", YEAR).value == north + south


def test_a_move_inside_the_county_is_a_move_for_the_townships_only(town: Town):
    for place, moved_in, moved_out in ((COUNTY, 0, 0), (NORTH, 0, 1), (SOUTH, 1, 0)):
        found = {figure.id: figure.value for figure in engine.figures(place, YEAR, ["moved-in", "moved-out"])}
        assert found == {"moved-in": moved_in, "moved-out": moved_out}


def test_who_moved_is_new_only_once(town: Town):
    assert engine.figure("living-allowance-new", SOUTH, YEAR).value == 0
    assert engine.figure("living-allowance-new", NORTH, YEAR).value == 3


def test_a_figure_is_told_as_it_was_known(town: Town):
    year_to_june = Period(Month(2025, 1), Month(2025, 7))
    august, october = moment(Month(2025, 8).first), moment(Month(2025, 10).first)

    def told(name: str, at: datetime) -> Value:
        return engine.figure(name, COUNTY, year_to_june, known_at=at).value

    assert told("holders", august) == 5  # ann's death on 2 June was not known
    assert told("holders", october) == 4
    assert told("holders-died", august) == 0
    assert told("holders-died", october) == 1
    july = Period.month(Month(2025, 7))
    assert engine.figure("subsidies-recipients", COUNTY, july, known_at=august).value == 4
    assert engine.figure("subsidies-recipients", COUNTY, july, known_at=october).value == 3
    assert engine.figure("subsidies-recipients", COUNTY, july, known_at=moment(Month(2025, 7).last)).value is None


def test_what_a_run_booked_in_its_month_never_changes(town: Town):
    july = Period.month(Month(2025, 7))

    booked = [
        engine.figure("subsidies-amount", COUNTY, july, known_at=moment(Month(2025, number).first)).value
        for number in (8, 10, 12)
    ]

    # 345 + 500 (ann), 345 (bob), 250 (cat), 345 + 250 (eve)
    assert booked == [Decimal("2035.00")] * 3


def test_a_stock_by_month_is_a_series_of_month_ends(town: Town):
    parts = engine.breakdown("holders", COUNTY, YEAR, "month")

    # ann's death counts from June, dan's certificate is good through 30 June
    assert [part.value for part in parts] == [5] * 5 + [4] + [3] * 6
    assert (parts[0].key, parts[0].label) == ("2025-01", "2025年1月")
    assert len(engine.records("holders", COUNTY, YEAR, by="month", part="2025-02")) == 5
    assert engine.figure("holders", COUNTY, YEAR).value == 3


def test_a_certificate_lapses_on_the_day_after_its_last_one(town: Town):
    june, july = Period.month(Month(2025, 6)), Period.month(Month(2025, 7))

    assert engine.figure("certificates-lapsed", COUNTY, june).value == 0
    assert engine.figure("certificates-lapsed", COUNTY, july).value == 1


def test_stopped_people_are_told_by_cause(town: Town):
    parts = engine.breakdown("subsidies-stopped", COUNTY, YEAR, "cause")

    assert parts == [("died", "死亡", 1)]
    rows = engine.records("subsidies-stopped", COUNTY, YEAR, by="cause", part="died")
    assert [row.person_id for row in rows] == [town.people["ann"].pk]


def test_amounts_by_month_are_those_of_the_runs(town: Town):
    parts = engine.breakdown("subsidies-amount", COUNTY, YEAR, "month")

    assert [part.key for part in parts] == [f"2025-{number:02d}" for number in range(1, 13)]
    assert sum(part.value or 0 for part in parts) == Decimal("19610.00")


@pytest.mark.sqlite_only  # as above
@pytest.mark.parametrize("item", [item for item in CATALOG if isinstance(item, Indicator)], ids=lambda item: item.id)
def test_the_parts_of_every_breakdown_add_up(town: Town, item: Indicator):
    whole = engine.figure(item.id, COUNTY, YEAR)
    for by in engine.BREAKDOWNS:
        if by == "month" and item.stock:
            continue
        personal = by in ("category", "grade", "age", "sex") or (by == "division" and item.stock)
        parts = engine.breakdown(item.id, COUNTY, YEAR, by)
        total = sum((part.value or 0 for part in parts), 0)
        if item.measure in (Measure.AMOUNT, Measure.CASES, Measure.PAYMENTS) or (
            personal and item.measure is Measure.PERSONS
        ):
            assert total == (whole.value or 0), (item.id, by)
        elif item.measure is not Measure.HOUSEHOLDS:
            assert total >= (whole.value or 0)
        for part in parts:
            assert len(engine.records(item.id, COUNTY, YEAR, by=by, part=part.key)) <= whole.records
