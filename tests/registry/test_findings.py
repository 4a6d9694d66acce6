"""What somebody establishes about a person is recorded with both clocks, and is the fact that rules ask for."""

from datetime import date

import pytest

from tests.county import County, told
from zhucan.cases.facts import judge
from zhucan.core.months import Month
from zhucan.policy.declared.findings import FINDINGS
from zhucan.policy.expressions import Kind
from zhucan.registry.findings import BadFinding, finding_words, set_finding, set_insurance, set_schooling
from zhucan.registry.models import Finding, Insurance, Person

_SAID = {Kind.BOOL: "是", Kind.INT: "3", Kind.MONEY: "1500.50", Kind.DATE: ""}


@pytest.fixture
def someone(county: County) -> Person:
    return county.person()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", FINDINGS, ids=lambda one: one.name)
def test_every_kind_of_finding_becomes_its_fact(someone: Person, county: County, kind):
    said = _SAID.get(kind.kind) if kind.kind is not Kind.TEXT else next(iter(kind.choices.values()))
    made = set_finding(person=someone, day=date(2025, 3, 1), kind=kind.label, said=said, witness=told("2025-03-02"))

    fact = judge(someone, Month(2025, 5), division=county.a.pk).facts[kind.name]

    wanted = {Kind.BOOL: True, Kind.INT: 3, Kind.MONEY: 150050, Kind.DATE: date(2025, 3, 1)}
    assert fact == wanted.get(kind.kind, next(iter(kind.choices or {"": ""})))
    assert finding_words(made).startswith(kind.label)


@pytest.mark.django_db
def test_a_later_finding_ends_the_earlier_of_its_kind_alone(someone: Person):
    set_finding(person=someone, day=date(2025, 1, 1), kind="jobless", said="是", witness=told("2025-01-02"))
    set_finding(person=someone, day=date(2025, 2, 1), kind="rural", said="是", witness=told("2025-02-02"))
    set_finding(person=someone, day=date(2025, 3, 1), kind="jobless", said="否", witness=told("2025-03-02"))

    held = Finding.objects.filter(person=someone).as_known().on(date(2025, 4, 1))

    assert {(one.kind, one.number) for one in held} == {("jobless", 0), ("rural", 1)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "said"),
    [("jobless", "也许"), ("family_size", "三"), ("family_income", "1.234"), ("family_income", "-5"), ("house_grade", "E"), ("nothing", "是")],
)  # fmt: skip
def test_what_a_kind_cannot_say_is_refused_and_changes_nothing(someone: Person, kind: str, said: str):
    with pytest.raises(BadFinding):
        set_finding(person=someone, day=date(2025, 3, 1), kind=kind, said=said, witness=told("2025-03-02"))

    assert not Finding.objects.exists()


@pytest.mark.django_db
def test_everybody_has_one_pension_and_one_medical_insurance_at_a_time(someone: Person, county: County):
    for kind, day in (("resident_pension", 1), ("resident_medical", 2), ("employee_pension", 3)):
        set_insurance(person=someone, day=date(2025, day, 1), kind=kind, payer="self", witness=told("2025-03-02"))
    schooling = {"stage": "primary", "placement": "regular", "school": "示例小学", "full_time": True, "boarding": False}
    set_schooling(person=someone, day=date(2025, 3, 1), said=schooling, witness=told("2025-03-02"))

    held = Insurance.objects.filter(person=someone).as_known().on(date(2025, 4, 1))

    assert {one.kind for one in held} == {"employee_pension", "resident_medical"}
