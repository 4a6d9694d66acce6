"""Pupils, examinations, graduates, aid by the term, terminals and devices: counted by hand, with the lists behind each figure."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.county import County, told
from tests.given import grant
from zhucan.cases.models import Award
from zhucan.core.months import Month
from zhucan.delivery import fittings, stock
from zhucan.indicators import engine
from zhucan.indicators.engine import Figures
from zhucan.indicators.given import given_to
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.orgs.standards import set_standard
from zhucan.planning.services import PlanRefused, add_plan_item, progress
from zhucan.policy.catalogue import scheme
from zhucan.registry.findings import set_finding, set_schooling
from zhucan.registry.models import Candidacy, Person, TermAid
from zhucan.registry.occupations import end_schooling, set_job
from zhucan.registry.studies import StudyRefused, follow_up, give_term_aid, set_candidacy, set_contract
from zhucan.registry.terms import term_of, term_rows

pytestmark = pytest.mark.django_db

YEAR = Period.year(2025)
COUNTY, OTHER = "330499000000", "330498000000"
AT = moment(date(2026, 3, 1))
PEOPLE = {
    "gus": (date(2017, 5, 2), "hearing", 1), "hal": (date(2016, 5, 2), "visual", 1), "ivy": (date(2019, 3, 1), "intellectual", 2),
    "lee": (date(2013, 5, 2), "mental", 1), "kit": (date(2014, 5, 2), "physical", 1), "eve": (date(2007, 3, 2), "visual", 1),
    "fay": (date(2006, 3, 2), "physical", 3), "mo": (date(2006, 5, 2), "physical", 3), "ann": (date(2001, 3, 2), "physical", 2),
    "bob": (date(2000, 3, 2), "physical", 3), "cat": (date(1999, 3, 2), "physical", 3), "dan": (date(1950, 3, 2), "physical", 1),
    "una": (date(1948, 3, 2), "physical", 2), "vic": (date(1949, 3, 2), "physical", 2), "pia": (date(2015, 5, 2), "hearing", 2),
}  # fmt: skip
AT_SCHOOL = (
    ("gus", "2024-09-01", "primary", "special_school", "示例特教学校", {}),
    ("gus", "2025-09-01", "primary", "regular", "示例小学", {"year": 2, "class_name": "二班", "support": "资源教师", "boarding": True}),
    ("hal", "2022-09-01", "primary", "regular", "示例小学", {"year": 4, "support": "无"}),
    ("pia", "2022-09-01", "primary", "special_school", "示例特教学校", {}),
    ("pia", "2024-03-01", "primary", "regular", "示例小学", {}),
    ("ivy", "2025-09-01", "kindergarten", "ordinary", "示例幼儿园", {}),
    ("lee", "2024-09-01", "junior", "home", "示例中学", {"support": "送教上门"}),
    ("eve", "2023-09-01", "senior", "ordinary", "示例一中", {"year": 2}),
    ("eve", "2024-09-01", "senior", "ordinary", "示例一中", {"year": 3}),
    ("fay", "2024-09-01", "vocational", "ordinary", "示例职校", {"year": 1, "class_name": "电商班"}),
    ("fay", "2025-09-01", "vocational", "ordinary", "示例职校", {"year": 2, "class_name": "电商班"}),
    ("mo", "2024-09-01", "senior", "ordinary", "示例一中", {"year": 1}),
    ("ann", "2021-09-01", "bachelor", "ordinary", "示例大学", {}),
    ("bob", "2022-09-01", "college", "ordinary", "示例学院", {}),
    ("cat", "2021-09-01", "college", "ordinary", "示例学院", {}),
)  # fmt: skip
LEFT = (
    ("eve", "2025-07-01", "graduated"), ("mo", "2025-03-01", "left"), ("ann", "2025-06-30", "graduated"), ("bob", "2025-06-30", "graduated"),
    ("cat", "2024-06-30", "graduated"),
)  # fmt: skip


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Person]]:
    """Fifteen people of the county, what became of each, and what they were given."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(County())
        transaction.set_rollback(True)


def build(county: County) -> dict[str, Person]:
    people = {}
    for name, (born, category, grade) in PEOPLE.items():
        people[name] = county.person(born=born)
        county.certify(people[name], category, grade)
    for name in ("gus", "hal"):
        county.dibao(people[name])
    county.dibao(people["lee"], kind="none")
    for name, day, stage, placement, school, more in AT_SCHOOL:
        said = {"stage": stage, "placement": placement, "school": school, **more}
        set_schooling(person=people[name], day=date.fromisoformat(day), said=said, witness=told(day))
    for name, day, outcome in LEFT:
        end_schooling(person=people[name], day=date.fromisoformat(day), outcome=outcome, witness=told(day))
    set_schooling(
        person=people["eve"], day=date(2025, 9, 1), witness=told("2025-09-01"),
        said={"stage": "college", "placement": "ordinary", "school": "示例职业学院", "year": 1},
    )  # fmt: skip
    for name, kind, said, day in (
        ("gus", "mainstream_assessment", "通过", "2025-07-10"), ("ivy", "mainstream_assessment", "通过", "2025-06-01"),
        ("gus", "roll_checked", "", "2025-09-15"), ("lee", "roll_checked", "", "2025-10-10"), ("hal", "roll_checked", "", "2025-03-03"),
    ):  # fmt: skip
        set_finding(person=people[name], day=date.fromisoformat(day), kind=kind, said=said, witness=told(day))
    for name, kind, fen in (
        ("gus", "tuition", None),
        ("gus", "textbooks", 9_000),
        ("gus", "boarding", 62_500),
        ("hal", "tuition", None),
    ):
        give_term_aid(person=people[name], day=date(2025, 10, 1), kind=kind, amount_fen=fen, witness=told("2025-10-08"))
    exams: tuple[tuple[str, dict[str, Any]], ...] = (
        ("eve", {"adjustments": "大字试卷", "score": Decimal("430.5")}), ("eve", {"qualified": True}),
        ("eve", {"stage": "college", "school": "示例职业学院"}), ("fay", {"score": Decimal("401"), "qualified": True}),
        ("mo", {"score": Decimal("210"), "qualified": False}),
    )  # fmt: skip
    for name, said in exams:
        set_candidacy(person=people[name], year=2025, said=said, witness=told("2025-08-20"))
    set_job(
        person=people["ann"],
        day=date(2025, 9, 15),
        said={"kind": "quota", "workplace": "示例厂"},
        witness=told("2025-09-15"),
    )
    _follow_and_give(county, people)
    return people


def _follow_and_give(county: County, people: dict[str, Person]) -> None:
    handed = stock.Told(date(2025, 5, 6), AT, None)
    more: dict[str, Any] = {"at": AT, "by": None}
    store = stock.add_store(division=county.a, name="仓库", **more)
    chair = stock.add_item(division=county.a, name="轮椅", unit="辆", scheme="device-wheelchair", **more)
    stock.receive(store=store, item=chair, quantity=2, told=handed)
    award = grant(county, people["ann"], scheme("device-wheelchair"), 80_000, "2025-05-02", quantity=1)
    stock.issue(store=store, item=chair, person=people["ann"], quantity=1, told=handed, award=award)
    for kind, day, works in (("fit", 7, None), ("accept", 8, None), ("visit", 20, True)):
        fittings.record(award=award, kind=kind, day=date(2025, 5, day), worker="王师傅", works=works, **more)
    bell = stock.add_item(
        division=county.a, name="一键呼叫终端", unit="台", scheme="device-call-terminal", numbered=True, **more
    )
    stock.receive(store=store, item=bell, quantity=3, told=handed, serials=("HJ-1", "HJ-2", "HJ-3"))
    for name, piece in zip(("dan", "una", "vic"), bell.pieces.all(), strict=True):
        award = grant(county, people[name], scheme("device-call-terminal"), 0, "2025-05-02", quantity=1)
        out = stock.issue(
            store=store, item=bell, person=people[name], quantity=1, told=handed, award=award, piece=piece
        )
        if name != "una":
            set_contract(
                person=people[name], day=date(2025, 5, 6), stop=date(2026, 5, 6), number=f"2025-{piece}", provider="示例服务中心",
                witness=told("2025-05-06"),
            )  # fmt: skip
        if name == "vic":
            back = stock.Told(date(2025, 11, 5), AT, None)
            stock.take_back(issued=out, store=store, quantity=1, broken=False, told=back)
    for name, kind, day, said in (
        ("gus", "mainstream", "2025-11-03", "适应良好"), ("pia", "mainstream", "2024-10-08", "跟得上"), ("ann", "graduate", "2025-08-01", "推荐岗位两个"), ("bob", "graduate", "2025-07-10", "参加招聘会"),
        ("bob", "graduate", "2025-10-10", "登记求职"), ("dan", "call", "2025-06-01", "求助送医，已联系家属"), ("dan", "call", "2025-08-09", "误按"),
    ):  # fmt: skip
        follow_up(
            person=people[name],
            day=date.fromisoformat(day),
            kind=kind,
            worker="陈委员",
            said=said,
            well=True,
            witness=told(day),
        )


@pytest.fixture(scope="module")
def counted(people: dict[str, Person], django_db_blocker: DjangoDbBlocker) -> Iterator[Figures]:
    """Open the figures of the county and year once for the tests that only read them."""
    with django_db_blocker.unblock():
        opened = Figures(COUNTY, YEAR)
    yield opened
    opened.close()


BY_HAND = {
    "school-age": ["gus", "hal", "ivy", "lee", "kit", "pia"], "school-age-registered": ["gus", "lee"], "school-age-incomplete": ["hal", "ivy", "kit", "pia"],
    "school-age-three": ["gus", "hal", "ivy", "pia"], "school-age-three-in-class": ["gus", "hal", "pia"],
    "senior-entered": [], "senior-finished": ["eve"], "senior-left": ["mo"], "senior-advanced": [], "vocational-advanced": ["fay"],
    "vocational-entered": [], "college-entered": ["eve"], "college-finished": ["bob"], "bachelor-finished": ["ann"],
    "exam-candidates": ["eve", "fay", "mo"], "exam-adjusted": ["eve"], "exam-qualified": ["eve", "fay"], "exam-admitted": ["eve"],
    "term-aid-eligible": ["gus", "hal"], "term-aid-whole": ["gus"], "term-aid-missing": ["hal"], "term-aid-tuition": ["gus", "hal"],
    "term-aid-textbooks": ["gus"], "term-aid-boarding": ["gus"],
    "graduates": ["ann", "bob"], "graduates-placed": ["ann"], "graduates-helped": ["ann", "bob"], "graduates-followed": ["bob", "cat"],
    "mainstreamed": ["gus", "ivy"], "mainstreamed-hearing": ["gus"], "mainstreamed-intellectual": ["ivy"],
    "mainstream-in-year": ["gus", "ivy"], "mainstream-visited": ["gus"], "mainstream-unvisited": ["ivy"], "mainstream-year-over": ["pia"], "mainstream-stayed": ["pia"],
    "terminals-held": ["dan", "una"], "terminals-working": ["dan"], "terminals-without-contract": ["una"], "terminals-broken": [],
    "terminals-returned": ["vic"],
}  # fmt: skip
"""Who is counted in the year 2025."""
RATES = {
    "school-register-completeness": "33.33", "exam-admission-rate": "50.00", "term-aid-coverage": "50.00", "graduate-placement-rate": "50.00",
    "three-in-class-rate": "75.00",
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_a_figure_lists_the_people_that_one_counts_by_hand(people: dict[str, Person], counted: Figures, name: str):
    found = counted.figures([name])[0]

    assert {record.person_id for record in counted.records(name)} == {people[who].pk for who in BY_HAND[name]}
    assert found.value == found.records == len(BY_HAND[name])


@pytest.mark.parametrize("name", RATES)
def test_a_rate_is_one_list_over_another(counted: Figures, name: str):
    assert counted.figures([name])[0].value == Decimal(RATES[name])


def _details(counted: Figures, people: dict[str, Person], name: str) -> dict[str, str]:
    who = {person.pk: name for name, person in people.items()}
    return {who[record.person_id]: record.detail for record in counted.records(name)}


def test_aid_by_the_term_names_who_lacks_what_and_counts_as_given(people: dict[str, Person], counted: Figures):
    assert _details(counted, people, "term-aid-missing") == {"hal": "示例小学 缺：免书本费"}
    assert counted.figures(["term-aid-boarding-amount"])[0].value == Decimal(625)
    assert sorted(one.amount for one in given_to(people["gus"].pk)) == [Decimal(0), Decimal(90), Decimal(625)]
    assert counted.figures(["compulsory-living-aid-amount"])[0].value == Decimal(715)
    with engine.together():  # the spring term has no aid on record
        spring = Period.month(Month(2025, 4))
        assert engine.figure("term-aid-whole", COUNTY, spring).value == 0
        assert len(engine.records("term-aid-missing", COUNTY, spring)) == 2

    witness = told("2025-10-08")
    with pytest.raises(StudyRefused, match="寄宿"):
        give_term_aid(person=people["hal"], day=date(2025, 10, 1), kind="boarding", witness=witness)
    with pytest.raises(StudyRefused, match="就学登记"):
        give_term_aid(person=people["kit"], day=date(2025, 10, 1), kind="tuition", witness=witness)
    again = give_term_aid(
        person=people["gus"], day=date(2025, 9, 2), kind="boarding", amount_fen=62_500, witness=told("2025-12-01")
    )
    assert again.recorded_at == witness.at
    assert TermAid.objects.as_known().filter(person=people["gus"]).count() == 3


def test_terms_begin_where_a_place_says_so(people: dict[str, Person]):
    with transaction.atomic():
        for name, value in (("autumn_term_begins", "825"), ("spring_term_begins", "229")):
            set_standard(
                name=name, place=COUNTY, valid_from=date(2025, 1, 1), value=value, document="校历", at=AT, by=None
            )
        rows = term_rows()
        assert term_of(date(2025, 8, 26), COUNTY, rows) == (date(2025, 8, 25), date(2026, 2, 28))
        assert term_of(date(2025, 8, 26), "330498", rows) == (date(2025, 2, 1), date(2025, 9, 1))
        set_finding(
            person=people["lee"], day=date(2025, 8, 20), kind="roll_checked", said="", witness=told("2025-08-20")
        )
        given = give_term_aid(
            person=people["hal"], day=date(2025, 8, 30), kind="textbooks", witness=told(str(AT.date()))
        )
        assert (given.valid_from, given.valid_to) == (date(2025, 8, 25), date(2026, 2, 28))
        with engine.together():
            august = Period.month(Month(2025, 8))
            assert engine.records("school-age-registered", COUNTY, august) == []  # looked at in the term before
            lacks = {one.person_id: one.detail for one in engine.records("term-aid-missing", COUNTY, august)}
            assert lacks[people["hal"].pk] == "示例小学 缺：免学杂费"
        transaction.set_rollback(True)


def test_the_register_of_pupils_is_complete_only_when_checked_in_its_term(people: dict[str, Person], counted: Figures):
    assert _details(counted, people, "school-age-registered") == {
        "gus": "小学 随班就读 示例小学 2024-09-01入学 二班 资源教师 2025-09-15核对",
        "lee": "初中 送教上门 示例中学 2024-09-01入学 送教上门 2025-10-10核对",
    }
    assert _details(counted, people, "school-age-incomplete")["kit"] == "没有就学登记 没有核对"
    with engine.together():  # the next term begins with nobody checked
        assert engine.figure("school-age-registered", COUNTY, Period.month(Month(2026, 2))).value == 0
        assert engine.figure("school-register-completeness", OTHER, YEAR).value is None


def test_an_admission_rate_above_a_hundred_is_refused_wherever_it_could_arise(
    people: dict[str, Person], counted: Figures
):
    assert _details(counted, people, "exam-candidates") == {
        "eve": "2025年 大字试卷 430.5分 上线 录取：示例职业学院", "fay": "2025年 401.0分 上线", "mo": "2025年 210.0分 没有上线",
    }  # fmt: skip
    witness = told("2025-09-01")
    with pytest.raises(StudyRefused, match="超过 100%"):
        set_candidacy(person=people["mo"], year=2025, said={"school": "示例学院", "stage": "college"}, witness=witness)
    with pytest.raises(IntegrityError), transaction.atomic():
        Candidacy.objects.filter(person=people["mo"]).update(school="示例学院")
    with pytest.raises(PlanRefused, match="100%"):
        add_plan_item(
            division=COUNTY, year=2025, text="录取率", indicator="exam-admission-rate", target="101", at=AT, by=None
        )
    add_plan_item(
        division=COUNTY, year=2025, text="录取率", indicator="exam-admission-rate", target="80", at=AT, by=None
    )
    assert [one.rate for one in progress(COUNTY, YEAR)] == [Decimal("62.5")]
    with transaction.atomic():  # while a line is not known, nothing over it is
        set_candidacy(person=people["mo"], year=2025, said={"qualified": None}, witness=witness)
        assert engine.figure("exam-admission-rate", COUNTY, YEAR).value is None
        transaction.set_rollback(True)


def test_a_child_moved_to_an_ordinary_class_has_its_assessment_and_a_year_of_visits(
    people: dict[str, Person], counted: Figures
):
    assert _details(counted, people, "mainstream-in-year") == {
        "gus": "2025-09-01 特教学校→随班就读 示例小学 2025-07-10评估通过 跟进1次，最近 2025-11-03 适应良好（陈委员）",
        "ivy": "2025-09-01 普通就读 示例幼儿园 2025-06-01评估通过 还没有跟进",
    }
    parts = counted.breakdown("mainstreamed", "category")
    assert [(part.label, part.value) for part in parts] == [("听力残疾", 1), ("智力残疾", 1)]
    assert _details(counted, people, "mainstream-year-over") == {
        "pia": "2024-03-01 特教学校→随班就读 示例小学 跟进1次，最近 2024-10-08 跟得上（陈委员）"
    }
    with engine.together():
        assert engine.figure("mainstream-in-year", COUNTY, Period.month(Month(2025, 2))).value == 1  # pia
        assert engine.figure("mainstream-in-year", COUNTY, Period.month(Month(2025, 3))).value == 0


def test_stages_above_compulsory_schooling_tell_classes_progress_and_graduation(
    people: dict[str, Person], counted: Figures
):
    assert _details(counted, people, "vocational-advanced") == {"fay": "2025-09-01 中等职业 示例职校 2年级 电商班"}
    assert _details(counted, people, "senior-finished") == {"eve": "2025-07-01 普通高中 示例一中 3年级"}
    with engine.together():
        year = Period.year(2024)
        assert engine.figure("senior-advanced", COUNTY, year).value == 1  # eve
        assert engine.figure("senior-entered", COUNTY, year).value == 1  # mo
        assert engine.figure("vocational-entered", COUNTY, year).value == 1  # fay


def test_graduates_are_followed_with_what_was_done_until_they_work(people: dict[str, Person], counted: Figures):
    assert _details(counted, people, "graduates") == {
        "ann": "2025-06-30毕业 本科 示例大学 2025-09-15起就业（按比例就业） 跟进1次，最近 2025-08-01 推荐岗位两个（陈委员）",
        "bob": "2025-06-30毕业 大专 示例学院 跟进2次，最近 2025-10-10 登记求职（陈委员）",
    }
    with engine.together():
        august = Period.month(Month(2025, 8))
        assert {one.person_id for one in engine.records("graduates-followed", COUNTY, august)} == {
            people[name].pk for name in ("ann", "bob", "cat")
        }


def test_devices_are_told_by_item_person_and_task_number(people: dict[str, Person], counted: Figures):
    assert [figure.value for figure in counted.figures(["device-wheelchair-quantity", "device-wheelchair-persons", "devices-items", "devices-persons", "device-wheelchair-accepted", "device-wheelchair-visits", "device-wheelchair-completion"])] == [1, 1, 4, 4, 1, 1, Decimal(100)]  # fmt: skip
    with transaction.atomic():
        add_plan_item(
            division=COUNTY, year=2025, text="发放辅具 8 件", indicator="devices-items", target="8", at=AT, by=None
        )
        assert [one.rate for one in progress(COUNTY, YEAR) if one.item.indicator == "devices-items"] == [
            Decimal("50.0")
        ]
        transaction.set_rollback(True)


def test_a_terminal_has_number_holder_contract_calls_and_return(people: dict[str, Person], counted: Figures):
    assert _details(counted, people, "terminals-held") == {
        "dan": "终端HJ-1 2025-05-06发放 合同2025-HJ-1 示例服务中心 呼叫2次", "una": "终端HJ-2 2025-05-06发放 没有有效合同 呼叫0次",
    }  # fmt: skip
    assert _details(counted, people, "terminals-returned") == {"vic": "终端HJ-3 2025-11-05归还"}
    assert counted.figures(["terminal-calls"])[0].value == 2
    with engine.together():
        assert (
            engine.figure("terminals-working", COUNTY, Period.month(Month(2025, 6))).value == 2
        )  # vic's was not back yet
    award = Award.objects.get(person=people["dan"], scheme="device-call-terminal")
    with transaction.atomic():  # a visit finds it broken
        fittings.record(award=award, kind="visit", day=date(2025, 12, 1), worker="王师傅", works=False, at=AT, by=None)
        assert engine.figure("terminals-working", COUNTY, YEAR).value == 0
        assert engine.figure("terminals-broken", COUNTY, YEAR).value == 1
        transaction.set_rollback(True)
    with pytest.raises(StudyRefused, match="合同"):
        follow_up(
            person=people["una"],
            day=date(2025, 6, 1),
            kind="call",
            worker="陈委员",
            said="求助",
            witness=told("2025-06-02"),
        )
