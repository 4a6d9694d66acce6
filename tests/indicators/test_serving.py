"""What came of services and devices, counted by hand: improved by the scale, in training on a day, accepted, due again."""

from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.county import County, told
from tests.given import grant
from zhucan.core.months import Month
from zhucan.delivery import fittings, plans, stock
from zhucan.delivery.models import Plan
from zhucan.indicators import engine
from zhucan.indicators.catalog import CATALOG, MADE
from zhucan.indicators.declared import Ratio
from zhucan.indicators.measures import Value
from zhucan.indicators.periods import Period
from zhucan.orgs import institutions
from zhucan.orgs.clock import moment
from zhucan.planning.services import add_plan_item, progress
from zhucan.policy.catalogue import scheme
from zhucan.registry import services as registry
from zhucan.registry.models import Person

pytestmark = pytest.mark.django_db

YEAR = Period.year(2025)
AT = moment(date(2026, 3, 1))
RELATIONS = ("serving", "served_out", "fitting_done", "device_granted", "hearing_home")
OWN = [item.id for item in (*CATALOG, *MADE) if getattr(item, "relation", "") in RELATIONS]


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Person]]:
    """Eight people of the county; ann and fay are of dibao families.

    ann   limb training from 30 to 42 points, goal reached; a prosthesis accepted in April; a wheelchair accepted in May 2021
    hal   limb training from 50 down to 45 points
    bob   intellectual training on a scale where less is better: from 20 to 12
    cat   six years old, trained after an implant, still in training; a doorbell accepted in June in her home
    eve   of a third home, has several disabilities, one of them of hearing
    dan   deaf, of another home; his and cat's are chosen to be adapted
    fay   a cane in May and mobility training in June; gus a cane and no training
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield _build(County())
        transaction.set_rollback(True)


def _build(county: County) -> dict[str, Person]:
    more: dict[str, Any] = {"at": AT, "by": None}
    kinds = {
        "ann": ("physical", 2), "hal": ("physical", 3), "bob": ("intellectual", 2), "cat": ("hearing", 1), "dan": ("hearing", 2),
        "eve": ("multiple", 1), "fay": ("visual", 1), "gus": ("visual", 2),
    }  # fmt: skip
    people = {}
    for name, (kind, grade) in kinds.items():
        person = people[name] = county.person(born=date(2019, 3, 2) if name == "cat" else date(1970, 3, 2))
        parts = {"components": [("hearing", 2), ("physical", 1)]} if kind == "multiple" else {}
        county.certify(person, kind, grade, **parts)
        county.dibao(person, kind="dibao" if name in ("ann", "fay") else "none")
    for name in ("cat", "dan", "eve"):
        registry.form_household(members={people[name]: "户主"}, day=date(2020, 1, 1), at=AT, witness=told("2020-01-01"))
    centre = institutions.register(name="示例康复中心", kind="rehabilitation", division=county.a, **more)

    def serve(name: str, scheme_id: str, discipline: str, day: str, **asked: Any) -> Plan:
        on = date.fromisoformat(day)
        plan = plans.plan(
            award=grant(county, people[name], scheme(scheme_id), 0, "2025-02-03"), institution=centre, discipline=discipline,
            units=10, unit="次", starts_on=date(2025, 3, 3), ends_on=date(2026, 3, 3), **asked, **more,
        )  # fmt: skip
        plans.record(plan=plan, day=on, begins=time(9), ends=time(10), units=1, worker=name, signed_by="家属", **more)
        return plan

    def close(plan: Plan, day: str, reached: bool | None, score: int) -> None:
        plans.close(plan=plan, day=date.fromisoformat(day), reached=reached, end_score=Decimal(score), **more)

    close(serve("ann", "physical-training", "physical", "2025-04-01", start_score=Decimal(30)), "2025-05-30", True, 42)
    close(serve("hal", "physical-training", "physical", "2025-04-02", start_score=Decimal(50)), "2025-06-30", False, 45)
    bob = serve(
        "bob", "intellectual-training", "intellectual", "2025-04-03", start_score=Decimal(20), less_is_better=True
    )
    close(bob, "2025-06-10", None, 12)
    serve("cat", "cochlear-training", "hearing_speech", "2025-04-04", start_score=Decimal(5))
    serve("fay", "orientation-mobility", "mobility", "2025-06-02")

    def fit(name: str, scheme_id: str, granted: str, *done: tuple[str, str]) -> None:
        award = grant(county, people[name], scheme(scheme_id), 0, granted, quantity=1)
        for kind, day in done:
            fittings.record(award=award, kind=kind, day=date.fromisoformat(day), worker="王师傅", **more)

    fit("ann", "device-prosthesis-below-knee", "2025-03-03", ("measure", "2025-03-05"), ("fit", "2025-04-01"), ("accept", "2025-04-20"))  # fmt: skip
    fit("ann", "device-wheelchair", "2021-01-04", ("accept", "2021-05-10"))
    fit("cat", "device-doorbell", "2025-05-06", ("fit", "2025-06-01"), ("accept", "2025-06-01"))
    store = stock.add_store(division=county.a, name="仓库", **more)
    cane = stock.add_item(division=county.a, name="盲杖", unit="根", scheme="device-cane", **more)
    stock.receive(store=store, item=cane, quantity=5, told=stock.Told(date(2025, 1, 2), AT, None))
    for name in ("fay", "gus"):
        award = grant(county, people[name], scheme("device-cane"), 0, "2025-05-02", quantity=1)
        handed = stock.Told(date(2025, 5, 6), AT, None)
        stock.issue(store=store, item=cane, person=people[name], quantity=1, told=handed, award=award)
    for name in ("cat", "dan"):
        grant(county, people[name], scheme("home-adaptation"), 300_000, "2025-04-07")
    return people


def _value(name: str, period: Period = YEAR, **more: Any) -> Value:
    return engine.figure(name, "330499", period, **more).value


BY_HAND = {
    "physical-training-finished": 2, "physical-training-scored": 2, "physical-training-improved": 1, "physical-training-reached": 1,
    "physical-training-improved-share": Decimal(50), "physical-training-persons": 2,
    "intellectual-training-improved": 1, "intellectual-training-improved-share": Decimal(100),
    "cochlear-training-serving": 1, "cochlear-training-finished": 0, "cochlear-training-improved-share": None,
    "prostheses-fitted": 1, "device-prosthesis-below-knee-fitted": 1, "device-prosthesis-below-knee-due": 0,
    "device-wheelchair-due": 1, "device-wheelchair-not-accepted": 0, "device-cane-not-accepted": 2,
    "hearing-homes": 3, "hearing-homes-with-bell": 1, "hearing-homes-bell-share": Decimal("33.33"),
    "device-cane-persons": 2, "canes-with-training": 1, "canes-without-training": 1, "devices-items": 2, "devices-persons": 2,
    "aids-walking": 2, "aids-hearing": 0, "aids-persons": 2, "aids-hard-up": 1,
    # ann, hal, bob, cat and fay by sessions, fay and gus by a cane
    "home-adaptation-chosen": 2,
    "rehabilitation-served": 6, "rehabilitation-hard-up": 2, "rehabilitation-children": 1,
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.usefixtures("shared")
def test_what_came_of_it_is_what_one_counts_by_hand(people: dict[str, Person], name: str):
    assert _value(name) == BY_HAND[name]


def test_every_figure_opens_its_records_and_its_parts_add_up(people: dict[str, Person]):
    with engine.together():
        for name in OWN:
            figure = engine.figure(name, "330499", YEAR)
            assert len(engine.records(name, "330499", YEAR)) == figure.records, name
            assert (
                sum(part.value or 0 for part in engine.breakdown(name, "330499", YEAR, "division")) == figure.value
            ), name
        for item in MADE:
            if isinstance(item, Ratio) and item.id.endswith("improved-share"):
                over, under = _value(item.numerator), _value(item.denominator)
                assert isinstance(over, int)
                assert isinstance(under, int)
                assert over <= under <= int(_value(item.numerator.replace("improved", "finished")) or 0)


def test_who_is_in_training_is_told_for_the_day_and_what_is_due_for_its_day(people: dict[str, Person]):
    february, april = Period.month(Month(2025, 2)), Period.month(Month(2025, 4))

    assert (_value("cochlear-training-serving", february), _value("cochlear-training-serving", april)) == (0, 1)
    assert (_value("physical-training-serving", april), _value("physical-training-serving")) == (2, 0)
    assert (_value("device-wheelchair-due", april), _value("hearing-homes-with-bell", april)) == (0, 0)


def test_an_outcome_shows_its_scores_and_a_fitting_who_did_it(people: dict[str, Person]):
    improved = engine.records("physical-training-improved", "330499", YEAR)[0]
    fitted = engine.records("prostheses-fitted", "330499", YEAR)[0]

    assert improved.detail == "肢体残疾人康复训练 2025-05-30 结案，示例康复中心，得分 30.00 → 42.00"
    assert fitted.detail.endswith("2025-04-20 王师傅")


def test_what_was_entered_later_was_not_known_before(people: dict[str, Person]):
    early = moment(date(2025, 7, 1))

    assert [_value(name, known_at=early) for name in ("prostheses-fitted", "physical-training-finished")] == [0, 0]


def test_a_target_is_held_against_who_was_helped(people: dict[str, Person]):
    for name, target in (("intellectual-training-improved", "4"), ("prostheses-fitted", "2")):
        add_plan_item(division="330499", year=2025, text=name, indicator=name, target=target, at=AT, by=None)

    assert [one.rate for one in progress("330499", YEAR)] == [Decimal("25.0"), Decimal("50.0")]
