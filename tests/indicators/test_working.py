"""Who works, as what, since when, who began to and who would like to: counted by hand, with the lists behind each figure."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.county import County, told
from tests.given import grant
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.engine import Figures
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division
from zhucan.orgs.standards import set_standard
from zhucan.payments import services as payments
from zhucan.planning.services import add_plan_item, progress
from zhucan.policy.catalogue import scheme
from zhucan.registry import services as registry
from zhucan.registry.choices import WorkForm
from zhucan.registry.findings import set_finding
from zhucan.registry.models import Person
from zhucan.registry.occupations import end_job, set_job

pytestmark = pytest.mark.django_db

YEAR = Period.year(2025)
COUNTY, OTHER = "330499000000", "330498000000"
TOWN, VILLAGE = "330499101001", "330499101201"
PEOPLE = {
    "ann": (date(1970, 3, 2), VILLAGE), "bob": (date(1985, 3, 2), TOWN), "cat": (date(1990, 3, 2), TOWN),
    "dan": (date(1980, 3, 2), VILLAGE), "eve": (date(1995, 3, 2), VILLAGE), "fay": (date(1988, 3, 2), TOWN),
    "gus": (date(1960, 3, 2), TOWN), "hal": (date(2012, 3, 2), TOWN), "ivy": (date(1991, 3, 2), VILLAGE),
}  # fmt: skip
SHOP = {"kind": "self_employed", "workplace": "示例杂货店", "licence": "92330499MA00000000"}
ONLINE = {"kind": "self_employed", "workplace": "示例网店", "channel": "shop", "product": "竹编"}
GOATS = {"kind": "farming", "product": "山羊", "scale": "40 只"}
AT = moment(date(2026, 3, 1))


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Person]]:
    """Nine people of the county and what they work as.

    ann   keeps goats since February, inspected in June, with a farming grant; six months to October, then stops
    bob   a shop since 2023; another one online from May on, with a startup grant paid in June; his income told anew in July
    cat   at an employer by quota since 2020; laid off in March, again by quota from September on
    dan   found to be at work in 2024 and no more is known; from April on at an employer by quota, and beside it chickens
          since September, inspected, and a job by the hour since October
    eve   centralised work from November on; was never employed before
    fay   wants to work and can; gus is past 60 and works; hal is a child; ivy can work and does not want to
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(County())
        transaction.set_rollback(True)


def build(county: County) -> dict[str, Person]:
    township = Division.objects.create(code="330499101000", name="北镇", level="township", parent=county.a)
    for code, name in ((TOWN, "示例社区"), (VILLAGE, "示例村")):
        Division.objects.create(code=code, name=name, level="village", parent=township)
    people = {}
    for name, (born, code) in PEOPLE.items():
        people[name] = county.person(born=born)
        registry.move(
            person=people[name], day=born, division=Division.objects.get(code=code), witness=told("2020-01-01")
        )
        county.certify(people[name], "physical", 3)
    elsewhere = county.person(born=date(1975, 3, 2))
    registry.move(person=elsewhere, day=elsewhere.born, division=county.b, witness=told("2020-01-01"))
    county.certify(elsewhere, "physical", 2)

    def works(name: str, day: str, **said: Any) -> None:
        set_job(person=people[name], day=date.fromisoformat(day), said=said, witness=told(day))

    works("ann", "2025-02-10", **GOATS)
    works("ann", "2025-06-05", **GOATS, inspected_on=date(2025, 6, 5), income_fen=80_000)
    end_job(person=people["ann"], day=date(2025, 8, 1), reason="停养", witness=told("2025-08-01"))
    works("bob", "2023-01-01", **SHOP)
    works("bob", "2025-05-01", **ONLINE)
    works("bob", "2025-07-01", **ONLINE, income_fen=250_050)
    works("cat", "2020-06-01", kind="quota", workplace="示例纺织厂")
    end_job(person=people["cat"], day=date(2025, 3, 1), reason="合同到期", witness=told("2025-03-01"))
    works("cat", "2025-09-01", kind="quota", workplace="示例电子厂")
    works("dan", "2025-04-01", kind="quota", workplace="示例纺织厂")
    works(
        "dan", "2025-09-01", kind="farming", product="土鸡", scale="300 只", inspected_on=date(2025, 9, 1), main=False
    )
    works("dan", "2025-10-01", kind="flexible", workplace="示例超市", income_fen=90_000, main=False)
    works("eve", "2025-11-03", kind="concentrated", workplace="示例福利厂")
    for name, kind, said, day in (
        ("dan", "jobless", "否", "2024-01-01"), ("gus", "jobless", "否", "2025-01-01"), ("fay", "wants_work", "是", "2025-02-01"),
        ("fay", "can_work", "是", "2025-02-01"), ("ivy", "wants_work", "否", "2025-02-01"), ("ivy", "can_work", "是", "2025-02-01"),
    ):  # fmt: skip
        set_finding(person=people[name], day=date.fromisoformat(day), kind=kind, said=said, witness=told(day))
    aid = ("startup-grant", "farming-grant")
    grant(county, people["bob"], scheme(aid[0]), 500_000, "2025-06-03")
    grant(county, people["ann"], scheme(aid[1]), 160_000, "2025-06-10")
    at = moment(Month(2025, 7).first)
    run = payments.calculate(month=Month(2025, 6), division=county.a, schemes=aid, known_at=at, at=at, by=county.clerk)
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
    "employed": ["bob", "cat", "dan", "eve", "gus"], "employed-quota": ["cat", "dan"], "employed-concentrated": ["eve"],
    "employed-self-employed": ["bob"], "employed-farming": [], "employed-unstated": ["gus"], "farming-inspected": ["dan"],
    "employed-flexible": [], "employed-several": ["dan"],
    "self-employment-started": ["bob"], "self-employment-ended": ["bob"],  # the shop closed, the one online opened
    "micro-businesses": ["bob"], "micro-businesses-new": ["bob"],
    "newly-employed": ["ann", "eve"],  # cat and bob were employed when the year began, dan was found to be
    "newly-employed-farming": ["ann"], "newly-employed-concentrated": ["eve"], "newly-employed-quota": [],
    "newly-employed-town": [], "newly-employed-country": ["ann", "eve"],
    "labour": ["bob", "cat", "dan", "eve", "fay"], "labour-employed": ["bob", "cat", "dan", "eve"],
    "labour-town": ["bob", "cat", "fay"], "labour-town-employed": ["bob", "cat"],
    "rural-workers": ["dan", "eve"], "rural-workers-stable": ["dan"],
    "farming-grant-persons": ["ann"],
}  # fmt: skip
"""Who is counted in the year 2025."""


@pytest.mark.parametrize("name", BY_HAND)
def test_a_figure_of_work_lists_the_people_that_one_counts_by_hand(
    people: dict[str, Person], counted: Figures, name: str
):
    found = counted.figures([name])[0]

    assert {record.person_id for record in counted.records(name)} == {people[who].pk for who in BY_HAND[name]}
    assert found.value == found.records == len(BY_HAND[name])


def test_everybody_employed_has_exactly_one_form_and_the_forms_add_up(counted: Figures):
    forms = [f"employed-{form.replace('_', '-')}" for form in WorkForm]
    kinds = counted.figures([*forms, "employed"])

    assert sum(figure.value for figure in kinds[:-1]) == kinds[-1].value == 5  # type: ignore[misc]  # known
    parts = counted.breakdown("employed", "form")
    assert [(part.label, part.value) for part in parts] == [
        ("集中就业", 1), ("按比例就业", 2), ("个体就业或自谋职业", 1), ("形式待核", 1),
    ]  # fmt: skip


def test_who_has_several_jobs_is_counted_once_by_the_main_one_and_lists_all(counted: Figures):
    (record,) = counted.records("employed-several")

    assert record.detail == (
        "按比例就业 示例纺织厂 2025-04-01起；兼 灵活就业 示例超市 2025-10-01起 月收入900.00元；兼 种养殖业 土鸡 300 只 2025-09-01起 2025-09-01核验"
    )
    assert [one.person_id for one in counted.records("employed")].count(record.person_id) == 1


def test_self_employment_says_the_business_its_start_income_and_what_supported_it(counted: Figures):
    (record,) = counted.records("employed-self-employed")

    assert record.detail == (
        "个体就业或自谋职业 示例网店 网店 竹编 2025-05-01起 月收入2500.50元 扶持：残疾人创业一次性补助 2025-07-01 5000.00元"
    )
    before, after = (engine.figure("employed-self-employed", COUNTY, Period.month(Month(2025, m))) for m in (4, 5))
    assert (before.value, after.value) == (1, 1)
    shop = engine.records("employed-self-employed", COUNTY, Period.month(Month(2025, 4)))[0]
    assert shop.detail == "个体就业或自谋职业 示例杂货店 执照92330499MA00000000 2023-01-01起"
    assert [one.detail for one in engine.records("self-employment-ended", COUNTY, YEAR)] == ["2025-05-01 个体就业或自谋职业 示例杂货店"]  # fmt: skip


def test_a_very_small_business_has_its_channel_product_and_owner_with_grants(
    people: dict[str, Person], counted: Figures
):
    (record,) = counted.records("micro-businesses")
    assert record.person_id == people["bob"].pk
    assert "网店 竹编" in record.detail
    assert "残疾人创业一次性补助" in record.detail

    june = Period.month(Month(2025, 6))
    with engine.together():  # an income told anew is no new business
        assert engine.figure("micro-businesses-new", COUNTY, Period.month(Month(2025, 5))).value == 1
        assert engine.figure("micro-businesses-new", COUNTY, Period.month(Month(2025, 7))).value == 0
        assert engine.figure("micro-businesses", COUNTY, june).value == 1


def test_a_farm_is_told_with_project_scale_inspection_and_grant(people: dict[str, Person], counted: Figures):
    with engine.together():
        july = Period.month(Month(2025, 7))
        (record,) = engine.records("farming-inspected", COUNTY, july)
        assert record.person_id == people["ann"].pk
        assert record.detail == "种养殖业 山羊 40 只 2025-02-10起 2025-06-05核验 月收入800.00元 扶持：残疾人种养殖扶持 2025-07-01 1600.00元"  # fmt: skip
        assert engine.figure("employed-farming", COUNTY, july).value == 1
    assert counted.figures(["farming-grant-amount"])[0].value == Decimal(1600)
    assert [one.detail for one in counted.records("newly-employed-farming")] == ["2025-02-10 种养殖业 山羊"]


def test_the_newly_employed_count_once_by_form_and_area_against_the_target(counted: Figures):
    parts = {
        by: [(part.label, part.value) for part in counted.breakdown("newly-employed", by)] for by in ("form", "area")
    }
    assert parts == {"form": [("集中就业", 1), ("种养殖业", 1)], "area": [("农村（村委会）", 2)]}

    add_plan_item(
        division=COUNTY, year=2025, text="残疾人新增就业 4 人", indicator="newly-employed", target="4", at=AT, by=None
    )
    (told_of,) = progress(COUNTY, YEAR)
    assert (told_of.figure.value, told_of.rate) == (2, Decimal("50.0"))  # type: ignore[union-attr]  # has an indicator


def test_the_employment_rate_has_both_lists_and_is_refused_without_its_base(
    people: dict[str, Person], counted: Figures
):
    with engine.together():
        assert engine.figure("employment-rate", COUNTY, YEAR).value == Decimal("80.00")
        assert engine.figure("employment-rate-town", COUNTY, YEAR).value == Decimal("66.67")
        over = {one.person_id for one in engine.records("employment-rate", COUNTY, YEAR)}
        under = {one.person_id: one.detail for one in engine.records("labour", COUNTY, YEAR)}
        assert over < set(under)
        assert under[people["fay"].pk] == "有就业愿望和就业能力，没有就业"

        # a county that nobody was asked in has no base, and makes none for its city; nor is there one before the survey
        for place in (OTHER, "330400000000"):
            assert engine.figure("employment-rate", place, YEAR).value is None
            assert engine.records("labour", place, YEAR) == []
        assert engine.figure("employment-rate", COUNTY, Period.month(Month(2025, 1))).value is None


def test_steady_work_in_villages_follows_the_rule_of_the_place(people: dict[str, Person]):
    details = {one.person_id: one.detail for one in engine.records("rural-workers", COUNTY, YEAR)}
    assert details[people["dan"].pk].startswith("本年就业9个月 按比例就业")
    assert details[people["eve"].pk].startswith("本年就业2个月 集中就业")
    july = Period.month(Month(2025, 7))
    assert engine.figure("rural-workers-stable", COUNTY, july).value == 1  # ann, since February
    add_plan_item(
        division=COUNTY,
        year=2025,
        text="农村稳定从业 2 人",
        indicator="rural-workers-stable",
        target="2",
        at=AT,
        by=None,
    )
    assert Decimal("50.0") in [one.rate for one in progress(COUNTY, YEAR)]

    with transaction.atomic():
        set_standard(
            name="stable_work_months", place=COUNTY, valid_from=date(2025, 1, 1), value="2", document="县文件", at=AT, by=None,
        )  # fmt: skip
        assert engine.figure("rural-workers-stable", COUNTY, YEAR).value == 2
        transaction.set_rollback(True)
