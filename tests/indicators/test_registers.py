"""Who is insured, employed and at school, and who ought to be: counted by hand, with the lists of those who are not."""

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
from zhucan.delivery import plans, reliefs
from zhucan.indicators import engine
from zhucan.indicators.engine import BREAKDOWNS, Figures
from zhucan.indicators.periods import Period
from zhucan.orgs import institutions
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division
from zhucan.payments import services as payments
from zhucan.policy.catalogue import scheme
from zhucan.registry import services as registry
from zhucan.registry.choices import PENSIONS, Placement, Stage
from zhucan.registry.findings import set_finding, set_insurance, set_schooling
from zhucan.registry.models import Person

pytestmark = pytest.mark.django_db  # so that the file can be run alone: without it no database is made

YEAR = Period.year(2025)
COUNTY, OTHER, NORTH, SOUTH = "330499000000", "330498000000", "330499101000", "330499102000"
PEOPLE = {
    "ann": (date(1970, 3, 2), NORTH, "physical", 2),
    "bob": (date(1960, 3, 2), NORTH, "hearing", 3),
    "cat": (date(1990, 3, 2), SOUTH, "mental", 2),
    "dan": (date(2015, 3, 2), SOUTH, "physical", 1),
    "eve": (date(2008, 3, 2), SOUTH, "visual", 1),
    "fay": (date(1985, 3, 2), NORTH, "speech", 4),
    "gus": (date(2017, 5, 2), NORTH, "hearing", 1),
    "hal": (date(2016, 5, 2), NORTH, "visual", 1),
    "ivy": (date(2018, 12, 1), SOUTH, "intellectual", 2),  # six on 31 August 2025
    "jo": (date(2019, 10, 1), SOUTH, "hearing", 2),  # five on that day
    "kit": (date(2014, 5, 2), SOUTH, "multiple", 1),
    "lee": (date(2013, 5, 2), SOUTH, "mental", 1),
    "ned": (date(2012, 5, 2), NORTH, "", 0),  # has no certificate, his father has
    "mia": (date(1970, 3, 2), OTHER, "physical", 1),  # of a county that nothing was told of
}
AID = ("disabled-student-grant", "child-of-disabled-grant")
INSURED = (
    ("ann", "employee_pension", "employer", "2024-01-01"),
    ("ann", "employee_medical", "employer", "2024-01-01"),
    ("bob", "resident_pension", "government", "2025-03-01"),
    ("bob", "resident_medical", "self", "2024-01-01"),
    ("bob", "resident_medical", "government", "2025-01-01"),  # goes on, another pays
    ("cat", "employee_pension", "employer", "2023-01-01"),
    ("cat", "resident_pension", "self", "2025-06-01"),
    ("dan", "resident_medical", "government", "2025-01-01"),
    ("dan", "accident", "government", "2025-02-01"),
)
AT_SCHOOL = (
    ("eve", "senior", "ordinary", "示例一中", "2023-09-01"),
    ("gus", "primary", "special_school", "示例特教学校", "2024-09-01"),
    ("gus", "primary", "regular", "示例小学", "2025-09-01"),
    ("hal", "primary", "regular", "示例小学", "2022-09-01"),
    ("jo", "kindergarten", "ordinary", "示例幼儿园", "2024-09-01"),
    ("lee", "junior", "home", "示例中学", "2025-09-01"),
    ("ned", "junior", "ordinary", "示例中学", "2024-09-01"),
)


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Person]]:
    """Fourteen people with what three departments tell of them; bob's and dan's premiums are paid, three are granted aid."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(County())
        transaction.set_rollback(True)


def build(county: County) -> dict[str, Person]:
    people = {}
    for code in (NORTH, SOUTH):
        Division.objects.create(code=code, name=code, level="township", parent=county.a)
    for name, (born, code, category, grade) in PEOPLE.items():
        people[name] = county.person(born=born)
        registry.move(
            person=people[name], day=born, division=Division.objects.get(code=code), witness=told("2020-01-01")
        )
        parts = {"components": [("visual", 2), ("physical", 1)]} if category == "multiple" else {}
        if category:
            county.certify(people[name], category, grade, **parts)
    for name, kind, payer, day in INSURED:
        set_insurance(person=people[name], day=date.fromisoformat(day), kind=kind, payer=payer, witness=told(day))
    for name, stage, placement, school, day in AT_SCHOOL:
        said = {"stage": stage, "placement": placement, "school": school, "full_time": True, "boarding": False}
        set_schooling(person=people[name], day=date.fromisoformat(day), said=said, witness=told(day))
    for name, said in (("ann", "否"), ("bob", "是"), ("cat", "否")):
        set_finding(person=people[name], day=date(2025, 1, 1), kind="jobless", said=said, witness=told("2025-01-02"))
    more: dict[str, Any] = {"at": moment(date(2026, 3, 1)), "by": None}
    for name, premium, fen in (("bob", "pension-premium-subsidy", 10_000), ("dan", "medical-premium-subsidy", 38_000)):
        relief = grant(county, people[name], scheme(premium), fen, "2025-03-05")
        reliefs.begin(award=relief, valid_from=date(2025, 3, 5), valid_to=date(2026, 1, 1), amount_fen=fen, **more)
    school = institutions.register(name="示例中学", kind="training", division=county.a, **more)
    plan = plans.plan(
        award=grant(county, people["lee"], scheme("home-teaching"), 0, "2025-09-01"), institution=school, discipline="other",
        units=40, unit="次", starts_on=date(2025, 9, 1), ends_on=date(2026, 7, 1), **more,
    )  # fmt: skip
    for day, units in ((date(2025, 9, 8), 1), (date(2025, 9, 15), 2)):
        plans.record(
            plan=plan, day=day, begins=time(9), ends=time(10), units=units, worker="李老师", signed_by="家长", **more
        )
    for name, aid, fen in (("gus", AID[0], 80_000), ("eve", AID[0], 200_000), ("ned", AID[1], 60_000)):
        grant(county, people[name], scheme(aid), fen, "2025-10-08")
    at = moment(Month(2025, 11).first)
    run = payments.calculate(month=Month(2025, 10), division=county.a, schemes=AID, known_at=at, at=at, by=county.clerk)
    assert run is not None
    payments.check(run=run, at=at, by=county.clerk)
    payments.approve(run=run, at=at, by=county.approver)
    return people


@pytest.fixture(scope="module")
def counted(people: dict[str, Person], django_db_blocker: DjangoDbBlocker) -> Iterator[Figures]:
    """Open the figures of the county and year once for the tests that only read them."""
    with django_db_blocker.unblock():
        opened = Figures(COUNTY, YEAR)
    yield opened
    opened.close()


BY_HAND = {
    "insured-resident-pension": ["bob", "cat"], "insured-employee-pension": ["ann"], "insured-other-pension": [],
    "insured-pension": ["ann", "bob", "cat"], "insured-pension-government": ["bob"],
    "insured-resident-medical": ["bob", "dan"], "insured-employee-medical": ["ann"], "insured-medical": ["ann", "bob", "dan"],
    "insured-medical-government": ["bob", "dan"], "insured-accident": ["dan"], "insured-employee-both": ["ann"],
    # eve is a student, the children are too young
    "pension-due": ["ann", "bob", "cat", "fay"], "pension-uncovered": ["fay"],
    "medical-uncovered": ["cat", "eve", "fay", "gus", "hal", "ivy", "jo", "kit", "lee"],
    "fully-insured": ["ann", "bob", "dan"], "employed": ["ann", "cat"], "employed-insured": ["ann"],
    "employed-no-employee-pension": ["cat"], "employed-no-employee-medical": ["cat"],
    "enrolled-resident-pension": ["bob", "cat"], "enrolled-resident-pension-government": ["bob"],
    "enrolled-employee-pension": [], "enrolled-resident-medical": ["dan"], "enrolled-accident": ["dan"],
    "pupils": ["eve", "gus", "hal", "jo", "lee"], "pupils-kindergarten": ["jo"], "pupils-primary": ["gus", "hal"],
    "pupils-junior": ["lee"], "pupils-senior": ["eve"], "pupils-college": [],
    "school-age": ["dan", "gus", "hal", "ivy", "kit", "lee"], "school-age-in-school": ["gus", "hal", "lee"],
    "school-age-regular": ["gus", "hal"], "school-age-special-school": [], "school-age-home": ["lee"],
    "school-age-kindergarten": [], "school-age-out": ["dan", "ivy", "kit"],
    "school-age-three": ["gus", "hal", "ivy", "kit"], "school-age-three-in-class": ["gus", "hal"],
    "school-age-blind": ["hal", "kit"], "school-age-blind-in-school": ["hal"], "school-age-blind-out": ["kit"],
    "mainstreamed": ["gus"], "mainstreamed-hearing": ["gus"], "mainstreamed-intellectual": [],
    "pension-premium-subsidy-persons": ["bob"], "medical-premium-subsidy-persons": ["dan"],
    "student-aid-persons": ["eve", "gus", "ned"],
}  # fmt: skip
"""Who is counted in the year 2025."""
RATES = {
    "pension-coverage": "75.00", "medical-coverage": "25.00", "social-insurance-coverage": "25.00", "employed-insured-rate": "50.00",
    "school-age-enrolment": "50.00", "school-age-three-enrolment": "50.00", "school-age-blind-enrolment": "50.00",
    "three-in-class-rate": "50.00",
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_a_figure_lists_the_people_that_one_counts_by_hand(people: dict[str, Person], counted: Figures, name: str):
    found = counted.figures([name])[0]
    listed = {record.person_id for record in counted.records(name)}

    assert listed == {people[who].pk for who in BY_HAND[name]}
    assert found.value == found.records == len(BY_HAND[name])


@pytest.mark.parametrize("name", RATES)
def test_a_rate_is_persons_over_those_who_ought_to_be(counted: Figures, name: str):
    assert counted.figures([name])[0].value == Decimal(RATES[name])


def test_what_a_register_never_told_is_not_known_and_makes_no_rate(people: dict[str, Person]):
    stocks = [name for name in BY_HAND if name.startswith(("insured", "employed", "pupils"))]

    with engine.together():
        for name in (*stocks, *RATES):
            assert engine.figure(name, OTHER, YEAR).value is None, name
            assert engine.records(name, OTHER, YEAR) == []
            assert engine.figure(name, "330400000000", YEAR).value is None, name  # one county of the city has not told
        assert engine.figure("holders", OTHER, YEAR).value == 1


def test_a_township_without_one_insured_person_lists_them_all_where_the_county_has_told(people: dict[str, Person]):
    with engine.together():
        assert engine.figure("employed-insured", SOUTH, YEAR).value == 0
        assert engine.figure("pension-uncovered", SOUTH, YEAR).value == 0
        assert engine.figure("pupils-senior", NORTH, YEAR).value == 0
        parts = {part.key: part.value for part in engine.breakdown("medical-uncovered", COUNTY, YEAR, "division")}
    assert (parts[NORTH], parts[SOUTH]) == (3, 6)


def test_insurance_is_told_as_it_was_on_a_day_and_as_it_was_known(people: dict[str, Person]):
    may = Period.month(Month(2025, 5))

    assert engine.figure("insured-employee-pension", COUNTY, may).value == 2  # cat changed in June
    assert engine.figure("insured-resident-pension", COUNTY, may).value == 1
    before = Period.month(Month(2022, 5))
    assert engine.figure("insured-pension", COUNTY, before).value is None  # nobody was on any list yet
    assert engine.figure("pension-due", COUNTY, before).value == 4
    early = engine.figure("insured-pension", COUNTY, YEAR, known_at=moment(date(2025, 2, 1)))
    assert early.value == 2  # bob's enrolment was not known yet


@pytest.mark.parametrize("by", ["category", "grade", "age", "sex", "division", "stage", "placement"])
def test_the_kinds_add_up_and_so_do_the_parts_of_each(counted: Figures, by: str):
    assert by in BREAKDOWNS
    for whole, kinds in (
        ("insured-pension", [f"insured-{kind.replace('_', '-')}" for kind in PENSIONS]),
        ("pension-due", ["pension-due-insured", "pension-uncovered"]),
        ("holders", ["insured-medical", "medical-uncovered"]),
        ("pupils", [f"pupils-{stage}" for stage in Stage]),
        ("school-age", ["school-age-in-school", "school-age-kindergarten", "school-age-out"]),
        ("school-age-in-school", [f"school-age-{way.replace('_', '-')}" for way in Placement]),
        (
            "school-age-blind",
            ["school-age-blind-in-school", "school-age-blind-kindergarten", "school-age-blind-out"],
        ),
    ):
        value = counted.figures([whole])[0].value
        assert sum(figure.value for figure in counted.figures(kinds)) == value  # type: ignore[misc]  # known
        assert sum(part.value for part in counted.breakdown(whole, by)) == value  # type: ignore[misc]  # known


def test_aid_to_students_is_told_by_the_stage_of_the_day_it_was_paid(people: dict[str, Person]):
    with engine.together():
        persons = engine.breakdown("student-aid-persons", COUNTY, YEAR, "stage")
        money = engine.breakdown("student-aid-amount", COUNTY, YEAR, "stage")

    assert [(part.label, part.value) for part in persons] == [("小学", 1), ("初中", 1), ("普通高中", 1)]
    assert [(part.label, part.value) for part in money] == [
        ("小学", Decimal(800)), ("初中", Decimal(600)), ("普通高中", Decimal(2000)),
    ]  # fmt: skip


def test_the_list_of_pupils_says_where_each_is_at_school_since_when(people: dict[str, Person]):
    details = {record.person_id: record.detail for record in engine.records("school-age-blind", COUNTY, YEAR)}

    assert details == {
        people["hal"].pk: "小学 随班就读 示例小学 2022-09-01入学",
        people["kit"].pk: "没有就学登记",
    }
    moved = engine.records("mainstreamed", COUNTY, YEAR)
    assert [record.detail for record in moved] == ["2025-09-01 特教学校→随班就读 示例小学"]


def test_lessons_at_home_are_counted_with_the_counties_that_give_them(people: dict[str, Person], counted: Figures):
    served, lessons = counted.figures(["home-teaching-persons", "home-teaching-quantity"])
    assert (served.value, lessons.value) == (1, 3)
    assert {record.person_id for record in counted.records("home-teaching-persons")} == {people["lee"].pk}

    with engine.together():  # one county of the two has pupils taught at home
        found = engine.figures(
            "330400000000", YEAR, ["home-teaching-counties", "counties", "home-teaching-counties-share"]
        )
        assert [figure.value for figure in found] == [1, 2, Decimal("50.00")]
        assert [one.detail for one in engine.records("counties", "330400000000", YEAR)] == ["示例县", "示例乙县"]
        assert [one.detail for one in engine.records("home-teaching-counties", "330400000000", YEAR)] == ["示例县"]


def test_the_list_of_new_enrolments_says_since_when_and_who_pays(people: dict[str, Person]):
    found = engine.records("enrolled-resident-pension", COUNTY, YEAR)

    assert sorted(record.detail for record in found) == [
        "城乡居民养老保险 2025-03-01 政府缴费",
        "城乡居民养老保险 2025-06-01 本人缴费",
    ]


def test_premiums_paid_for_people_are_counted_in_persons_and_money(people: dict[str, Person]):
    with engine.together():
        for name, money in (("pension", "100.00"), ("medical", "380.00")):
            assert engine.figure(f"{name}-premium-subsidy-amount", COUNTY, YEAR).value == Decimal(money)
        assert engine.figure("pension-premium-subsidy-amount", SOUTH, YEAR).value == 0
