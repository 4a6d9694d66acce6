"""What was given is one relation, and every scheme has its figures without code of its own; counted by hand here."""

import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.county import County, told
from tests.given import GIVEN, IDS, STARTUP, TRAINING, TUITION, WHEELCHAIR, grant, put_into_catalogue
from zhucan.cases import awards
from zhucan.core.months import Month
from zhucan.delivery import plans, reliefs, stock
from zhucan.indicators import catalog, engine, given, schemes
from zhucan.indicators.catalog import shown_in
from zhucan.indicators.declared import Ratio
from zhucan.indicators.periods import Period
from zhucan.orgs import institutions
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division
from zhucan.payments import services
from zhucan.planning.services import add_plan_item, progress
from zhucan.registry import services as registry
from zhucan.registry.models import Person

pytestmark = pytest.mark.django_db  # so that the file can be run alone: without it no database is made

YEAR = Period.year(2025)
AT = moment(date(2026, 3, 1))
NORTH, SOUTH = "330499101000", "330499102000"
FIGURES = {item.id: item for scheme in GIVEN for item in schemes.figures_of(scheme)}


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Person]]:
    """Four people of two townships, ann and bob in one household.

    ann   north, start-up grant 5000.00 in March, paid in March; a wheelchair (800.00) granted in February, handed over in May.
    bob   north, a wheelchair granted in April, not handed over; one lamp in a round, which is of no scheme.
    cat   south, training of 10 sessions planned, priced 50.00: three sessions in February and March (4 units);
          tuition waived from September, 3000.00.
    dan   south, training granted without a plan, 1200.00 paid to the centre for 12 sessions in June; a start-up grant revoked
          before it was paid.
    """
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        put_into_catalogue(patch)
        for item in FIGURES.values():
            patch.setitem(catalog._BY_ID, item.id, item)
        patch.setattr(catalog, "MADE", (*catalog.MADE, *FIGURES.values()))
        yield build(County())
        transaction.set_rollback(True)


def build(county: County) -> dict[str, Person]:
    def person(name: str, code: str) -> Person:
        place, _ = Division.objects.get_or_create(
            code=code, defaults={"name": code, "level": "township", "parent": county.a}
        )
        made = county.person()
        registry.move(person=made, day=made.born, division=place, witness=told("2020-01-01"))
        county.certify(made, "physical", 1)
        return made

    people = {name: person(name, NORTH if name in ("ann", "bob") else SOUTH) for name in ("ann", "bob", "cat", "dan")}
    ann, bob, cat, dan = people.values()
    registry.form_household(members={ann: "户主", bob: "配偶"}, day=date(2020, 1, 1), at=AT, witness=told("2020-01-01"))
    more: dict[str, Any] = {"at": AT, "by": None}
    centre = institutions.register(name="示例康复中心", kind="rehabilitation", division=county.a, **more)
    store = stock.add_store(division=county.a, name="仓库", **more)
    chair = stock.add_item(division=county.a, name="轮椅", unit="辆", scheme=WHEELCHAIR.id, worth_fen=80_000, **more)
    lamp = stock.add_item(division=county.a, name="节能灯", unit="只", worth_fen=1_500, **more)

    grant(county, ann, STARTUP, 500_000, "2025-03-10")
    award = grant(county, ann, WHEELCHAIR, 80_000, "2025-02-01", quantity=1)
    grant(county, bob, WHEELCHAIR, 80_000, "2025-04-01", quantity=1)

    def on(day: str) -> stock.Told:
        return stock.Told(date.fromisoformat(day), AT, None)

    for item in (chair, lamp):
        stock.receive(store=store, item=item, quantity=5, told=on("2025-01-02"))
    stock.issue(store=store, item=chair, person=ann, quantity=1, told=on("2025-05-06"), award=award)
    lamps = stock.open_round(
        division=county.a, name="节能灯", item=lamp, each=1, opens_on=date(2025, 1, 1), closes_on=None, **more
    )
    stock.issue(store=store, item=lamp, person=bob, quantity=1, told=on("2025-05-06"), round=lamps)

    plan = plans.plan(
        award=grant(county, cat, TRAINING, 0, "2025-01-10"), institution=centre, discipline="physical", units=10, unit="次",
        unit_fen=5_000, starts_on=date(2025, 2, 1), ends_on=date(2026, 1, 1), **more,
    )  # fmt: skip
    clock = moment(date(2025, 1, 1)).time()
    for day, units in ((date(2025, 2, 3), 1), (date(2025, 2, 10), 2), (date(2025, 3, 3), 1)):
        plans.record(
            plan=plan, day=day, begins=clock.replace(hour=9), ends=clock.replace(hour=10), units=units, worker="甲",
            signed_by="乙", **more,
        )  # fmt: skip
    reliefs.begin(
        award=grant(county, cat, TUITION, 300_000, "2025-08-20"), valid_from=date(2025, 9, 1), valid_to=date(2026, 7, 1),
        amount_fen=300_000, **more,
    )  # fmt: skip
    grant(county, dan, TRAINING, 120_000, "2025-06-02", quantity=12, payee=centre)
    revoked = grant(county, dan, STARTUP, 500_000, "2025-06-02")
    awards.revoke(award=revoked, at=moment(date(2025, 6, 3)), by=None, cause="false_proof")
    for month in ("2025-03", "2025-06"):
        at = moment(Month.parse(month).next.first)
        run = services.calculate(
            month=Month.parse(month), division=county.a, schemes=IDS, known_at=at, at=at, by=county.clerk
        )
        assert run is not None
        services.check(run=run, at=at, by=county.clerk)
        services.approve(run=run, at=at, by=county.approver)
    return people


BY_HAND = {
    "test-startup-persons": 1, "test-startup-times": 1, "test-startup-households": 1, "test-startup-amount": Decimal(5000),
    "test-startup-granted": 1, "test-startup-allotted": Decimal(5000), "test-startup-completion": Decimal(100),
    "test-wheelchair-persons": 1, "test-wheelchair-quantity": 1, "test-wheelchair-amount": Decimal(800),
    "test-wheelchair-granted": 2, "test-wheelchair-allotted": 2, "test-wheelchair-completion": Decimal(50),
    # three sessions and one paid bill; 4 units of 10 planned, and 12 of 12 on the bill
    "test-training-persons": 2, "test-training-times": 4, "test-training-quantity": 16, "test-training-amount": Decimal(1400),
    "test-training-allotted": 22, "test-training-fulfilled": 16, "test-training-completion": Decimal("72.73"),
    "test-training-households": 0,
    "test-tuition-persons": 1, "test-tuition-amount": Decimal(3000), "test-tuition-completion": Decimal(100),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.usefixtures("shared")
def test_a_figure_of_a_scheme_is_what_one_counts_by_hand(people: dict[str, Person], name: str):
    assert engine.figure(name, "330499", YEAR).value == BY_HAND[name]


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.usefixtures("shared")
def test_every_figure_opens_its_records_and_its_parts_add_up(people: dict[str, Person], name: str):
    with engine.together():
        figure = engine.figure(name, "330499", YEAR)
        assert len(engine.records(name, "330499", YEAR)) == figure.records
        for by in ("division", "month", "sex", "age", "scheme"):
            parts = engine.breakdown(name, "330499", YEAR, by)
            if not isinstance(FIGURES[name], Ratio) and by == "division":
                assert sum(part.value or 0 for part in parts) == figure.value


def test_what_was_given_is_told_by_place_and_month(people: dict[str, Person]):
    with engine.together():
        assert engine.figure("test-training-quantity", NORTH, YEAR).value == 0
        assert [
            (part.key, part.value) for part in engine.breakdown("test-training-quantity", SOUTH, YEAR, "month")
        ] == [("2025-02", 3), ("2025-03", 1), ("2025-06", 12)]
        assert engine.records("test-wheelchair-times", "330499", YEAR)[0].detail.startswith(
            "测试轮椅 实物 2025-05-06 出库"
        )


def test_a_figure_is_told_as_it_was_known(people: dict[str, Person]):
    early = moment(date(2025, 7, 5))

    assert (
        engine.figure("test-training-persons", "330499", YEAR, known_at=early).value == 1
    )  # the sessions were typed in later
    assert engine.figure("test-startup-granted", "330499", YEAR, known_at=moment(date(2025, 6, 2))).value == 2


def test_all_that_a_person_was_given_reads_as_one_list(people: dict[str, Person]):
    told = given.given_to(people["ann"].pk)

    assert [(one.kind.label, one.scheme, one.amount, one.provider) for one in told] == [
        ("实物", "测试轮椅", Decimal("800.00"), "仓库"),
        ("款项", "测试创业补助", Decimal("5000.00"), ""),
    ]
    assert [(one.kind.label, one.quantity, one.unit) for one in given.given_to(people["bob"].pk)] == [("实物", 1, "只")]
    assert {(one.kind.label, one.unit) for one in given.given_to(people["cat"].pk)} == {
        ("服务", "次"),
        ("减免代缴", "学年"),
    }


def test_a_target_typed_for_any_figure_tells_its_rate(people: dict[str, Person]):
    add_plan_item(
        division="330499", year=2025, text="发轮椅", indicator="test-wheelchair-quantity", target="4", at=AT, by=None
    )
    add_plan_item(division="330499", year=2025, text="走访", at=AT, by=None)

    chairs, visits = progress("330499", YEAR)

    assert (chairs.figure and chairs.figure.value, chairs.rate) == (1, Decimal("25.0"))
    assert (visits.figure, visits.rate) == (None, None)


def test_a_place_is_shown_the_figures_of_the_schemes_that_concern_it(people: dict[str, Person]):
    here = {item.id for item in shown_in("330499000000", AT)}
    there = {item.id for item in shown_in("330498000000", AT)}

    assert {*BY_HAND} <= here
    assert not {name for name in there if name.startswith("test-")}
    assert {"living-allowance-households"} <= there


def test_several_hundred_figures_are_told_in_a_few_seconds(people: dict[str, Person]):
    ids = [*FIGURES] * 16  # as many as some sixty schemes have
    begun = time.perf_counter()
    with engine.together():
        engine.figures("330499", YEAR, ids)

    assert len(ids) > 450
    assert time.perf_counter() - begun < 20  # about two when nothing else runs
