"""Registers of jobs and of pupils: every row goes in or comes back with its reason; the same file again changes nothing."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command

from tests.county import County, told
from zhucan.core.identifiers import check_character
from zhucan.orgs.clock import moment
from zhucan.orgs.models import AuditEntry
from zhucan.registry.checks import jobs_that_exclude_each_other, overlapping_states
from zhucan.registry.findings import set_schooling
from zhucan.registry.models import Candidacy, Finding, FollowUp, Job, Person, Schooling, TermAid, TerminalContract
from zhucan.registry.occupations import JobRefused, SchoolingRefused, end_job, end_schooling, set_job
from zhucan.registry.registers.importing import import_register
from zhucan.registry.rosters.archive import UnusableRoster
from zhucan.registry.rosters.importing import ImportResult
from zhucan.registry.services import NotInLife, rename
from zhucan.registry.spells import NoSuchSpell

AT = moment(date(2025, 10, 8))
JOBS = (
    "姓名",
    "身份证号",
    "就业形式",
    "开始日期",
    "结束日期",
    "结束原因",
    "单位名称",
    "线上渠道",
    "产品",
    "规模",
    "月收入",
)
PUPILS = (
    "姓名",
    "身份证号",
    "学段",
    "就读方式",
    "学校",
    "年级",
    "班级",
    "寄宿",
    "支持服务",
    "入学日期",
    "毕业日期",
    "结果",
)


@pytest.fixture
def people(county: County) -> list[Person]:
    found = [county.person(born=day) for day in (date(1985, 3, 2), date(1990, 3, 2), date(2013, 5, 2))]
    for person, name in zip(found, ("张明", "李芳", "王小云"), strict=True):
        rename(person=person, name=name, day=date(2020, 1, 1), witness=told("2020-01-01"))
    return found


def _take(
    register: str, path: Path, head: Sequence[str], *rows: Sequence[str], day: date = date(2025, 9, 30), at=AT
) -> ImportResult:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return import_register(register=register, path=path, at=at, by=None, as_of=day, division="330499")


def _who(person: Person) -> tuple[str, str]:
    return person.name, person.id_number


def test_a_register_of_jobs_is_taken_row_by_row_and_once(people: list[Person], tmp_path: Path):
    one, two, child = people
    rows = (
        (*_who(one), "个体就业", "2025-03-01", "", "", "示例网店", "网店", "竹编", "", "2500.50"),
        (*_who(two), "按比例就业", "2024-01-01", "2025-08-01", "合同到期", "示例纺织厂", "", "", "", ""),
        (*_who(child), "按比例就业", "2025-01-01", "", "", "示例纺织厂", "", "", "", ""),
        (
            "赵强",
            "330499" + "19990101001" + check_character("33049919990101001"),
            "按比例就业",
            "",
            "",
            "",
            "示例纺织厂",
            "",
            "",
            "",
            "",
        ),
    )
    result = _take("jobs", tmp_path / "就业.csv", JOBS, *rows)

    assert (result.new, result.corrected, result.unchanged) == (2, 0, 0)
    assert [row.number for row in result.rejected] == [4, 5]
    assert "登记里没有这个身份证号" in result.rejected[1].faults[0].sentence
    assert result.marked is not None
    assert "未满 16 周岁" in str([cell.value for cell in openpyxl.load_workbook(result.marked).active[4]])
    job = Job.objects.as_known().get(person=one)
    assert (job.kind, job.workplace, job.channel, job.product, job.income_fen) == (
        "self_employed", "示例网店", "shop", "竹编", 250_050,
    )  # fmt: skip
    left = Job.objects.as_known().get(person=two)
    assert (left.valid_from, left.valid_to, left.ended) == (date(2024, 1, 1), date(2025, 8, 1), "合同到期")

    before = Job.objects.count(), AuditEntry.objects.count()
    again = _take("jobs", tmp_path / "就业.csv", JOBS, *rows, at=moment(date(2025, 10, 9)))
    assert (again.new, again.corrected, again.unchanged, len(again.rejected)) == (0, 0, 2, 2)
    assert (Job.objects.count(), AuditEntry.objects.count()) == before


def test_what_goes_on_otherwise_differs_from_the_day_of_the_file_and_history_stays(
    people: list[Person], tmp_path: Path
):
    one = people[0]
    row = [*_who(one), "种养殖业", "2025-03-01", "", "", "", "", "山羊", "20只", ""]
    _take("jobs", tmp_path / "一.csv", JOBS, row, day=date(2025, 6, 30))
    row[9] = "40只"
    result = _take("jobs", tmp_path / "二.csv", JOBS, row)

    assert result.corrected == 1
    assert [(job.valid_from, job.valid_to, job.scale) for job in Job.objects.as_known().order_by("valid_from")] == [
        (date(2025, 3, 1), date(2025, 9, 30), "20只"), (date(2025, 9, 30), None, "40只"),
    ]  # fmt: skip
    assert list(overlapping_states()) == []


def test_a_register_of_pupils_is_checked_each_term_and_says_how_school_ended(people: list[Person], tmp_path: Path):
    child = people[2]
    row = [*_who(child), "小学", "随班就读", "示例小学", "六年级", "2班", "否", "资源教师", "2019-09-01", "", ""]
    assert (
        _take("schooling", tmp_path / "春.csv", PUPILS, row, day=date(2025, 3, 3), at=moment(date(2025, 3, 4))).new == 1
    )
    checked = _take("schooling", tmp_path / "夏.csv", PUPILS, row, day=date(2025, 6, 2), at=moment(date(2025, 6, 3)))
    assert checked.corrected == 1  # nothing new but that it was looked at again
    row[9:] = ["", "2025-07-01", "毕业"]
    assert _take("schooling", tmp_path / "毕业.csv", PUPILS, row).corrected == 1

    school = Schooling.objects.as_known().get(person=child)
    assert (school.year, school.class_name, school.support, school.placement) == (6, "2班", "资源教师", "regular")
    assert (school.valid_from, school.valid_to, school.outcome) == (date(2019, 9, 1), date(2025, 7, 1), "graduated")
    days = Finding.objects.as_known().filter(kind="roll_checked").values_list("valid_from", flat=True)
    assert list(days.order_by("valid_from")) == [date(2025, 3, 3), date(2025, 6, 2), date(2025, 9, 30)]


@pytest.mark.parametrize(
    ("column", "said", "why"),
    [
        (2, "打工", "就业形式"), (3, "2027-01-01", "还没有到"), (3, "1980-01-01", "早于出生日期"), (4, "2025-02-01", "结束日期不晚于开始日期"),
        (6, "", "字号"), (7, "集市", "线上渠道"), (8, "", "产品"), (10, "-5", "月收入"), (6, "长" * 81, "超过 80 字"),
        (1, "330499198503020013", "身份证号"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_comes_back_and_changes_nothing(
    people: list[Person], tmp_path: Path, column: int, said: str, why: str
):
    row = [*_who(people[0]), "个体就业", "2025-03-01", "", "", "示例网店", "网店", "竹编", "", "2500"]
    row[column] = said
    result = _take("jobs", tmp_path / "就业.csv", JOBS, row)

    assert len(result.rejected) == 1
    assert why in result.rejected[0].faults[0].sentence
    assert not Job.objects.exists()


def test_a_file_without_its_columns_is_refused_whole(people: list[Person], tmp_path: Path):
    with pytest.raises(UnusableRoster, match="就业形式"):
        _take("jobs", tmp_path / "花名册.csv", JOBS[:2], _who(people[0]))


def test_the_command_takes_a_register_and_tells_what_came_of_it(people: list[Person], tmp_path: Path, capsys):
    path = tmp_path / "学籍.csv"
    path.write_text(
        f"姓名,身份证号,学段,就读方式,学校\n{people[2].name},{people[2].id_number},初中,特教学校,示例特教学校\n", encoding="utf-8"
    )  # fmt: skip
    call_command("import", "schooling", str(path), "--division", "330499")

    assert "新登记 1 人" in capsys.readouterr().out
    assert AuditEntry.objects.filter(action="registry.register").count() == 1
    assert Schooling.objects.get(person=people[2]).placement == "special_school"


def test_jobs_stand_beside_each_other_where_their_forms_allow_it(people: list[Person], tmp_path: Path):
    one, two, _ = people
    witness = told("2025-10-01")

    def works(day: str, kind: str, workplace: str = "", *, main: bool = False, **said: str) -> Job:
        values = {"kind": kind, "workplace": workplace, "main": main, **said}
        return set_job(person=one, day=date.fromisoformat(day), said=values, witness=witness)

    works("2025-01-01", "quota", "示例厂", main=True)
    works("2025-02-01", "self_employed", "示例网店", channel="shop", product="竹编")
    works("2025-03-01", "flexible", "示例超市")
    for kind, workplace, why in (
        ("concentrated", "示例福利厂", "一个单位"), ("public_post", "示例村", "不能与别的工作"), ("quota", "示例厂", "主要工作"),
    ):  # fmt: skip
        with pytest.raises(JobRefused, match=why):
            works("2025-04-01", kind, workplace)
    with pytest.raises(JobRefused, match="不能与别的工作"):  # nor may such a post become the main one beside them
        works("2025-04-01", "public_post", "示例村", main=True)
    held = Job.objects.as_known().on(date(2025, 4, 1))
    assert held.count() == 3
    assert list(overlapping_states()) == list(jobs_that_exclude_each_other()) == []

    with pytest.raises(JobRefused, match="同时有几份工作：按比例就业，示例厂；"):
        end_job(person=one, day=date(2025, 5, 1), reason="离职", witness=witness)
    end_job(person=one, day=date(2025, 5, 1), reason="离职", kind="flexible", witness=witness)
    works(
        "2025-06-01", "self_employed", "示例网店", main=True, channel="shop", product="竹编"
    )  # the shop is all that is left
    rows = Job.objects.as_known().order_by("valid_from", "pk").values_list("kind", "valid_from", "valid_to", "main")
    assert list(rows) == [
        ("quota", date(2025, 1, 1), date(2025, 6, 1), True), ("self_employed", date(2025, 2, 1), date(2025, 6, 1), False),
        ("flexible", date(2025, 3, 1), date(2025, 5, 1), False), ("self_employed", date(2025, 6, 1), None, True),
    ]  # fmt: skip

    head = (*JOBS, "主要工作")
    rows_ = [(*_who(two), "灵活就业", "2025-03-01", "", "", f"示例{place}", "", "", "", "", main) for place, main in
             (("超市", ""), ("饭店", "否"), ("饭店", "兼职"), ("茶馆", "是"))]  # fmt: skip
    result = _take("jobs", tmp_path / "兼职.csv", head, *rows_)
    assert ([row.number for row in result.rejected], result.new + result.corrected) == ([4, 5], 2)
    later = moment(date(2025, 10, 9))
    again = _take(
        "jobs", tmp_path / "再.csv", JOBS, (*_who(two), "灵活就业", "", "", "", "示例饭店", "", "", "", ""), at=later
    )
    assert again.unchanged == 1  # a list without the column leaves it a side job
    Job.objects.filter(person=two, main=False).update(workplace="示例超市")
    assert len(list(jobs_that_exclude_each_other())) == 1


def test_services_refuse_what_cannot_be_with_what_to_do(people: list[Person]):
    one, _, child = people
    witness = told("2025-10-01")
    set_job(person=one, day=date(2025, 3, 1), said={"kind": "quota", "workplace": "示例厂"}, witness=witness)

    for said, why in (
        ({"kind": "painting"}, "就业形式"), ({"kind": "farming", "product": "羊"}, "规模"),
        ({"kind": "quota", "channel": "shop", "product": "竹编"}, "个体就业和网络就业"),
        ({"kind": "quota", "inspected_on": date(2025, 6, 1)}, "核验"), ({"kind": "quota", "income_fen": -1}, "负"),
    ):  # fmt: skip
        with pytest.raises(JobRefused, match=why):
            set_job(person=one, day=date(2025, 5, 1), said=said, witness=witness)
    with pytest.raises(NotInLife):
        set_job(person=one, day=date(2026, 1, 1), said={"kind": "quota"}, witness=witness)
    with pytest.raises(JobRefused, match="结束原因"):
        end_job(person=one, day=date(2025, 5, 1), reason=" ", witness=witness)
    with pytest.raises(NoSuchSpell):
        end_job(person=one, day=date(2025, 3, 1), reason="离职", witness=witness)
    with pytest.raises(SchoolingRefused):
        end_schooling(person=child, day=date(2025, 5, 1), outcome="vanished", witness=witness)
    with pytest.raises(NoSuchSpell):
        end_schooling(person=child, day=date(2025, 5, 1), outcome="graduated", witness=witness)
    assert Job.objects.as_known().count() == 1


def test_exams_aid_by_the_term_follow_ups_and_contracts_are_taken_and_come_back_row_by_row(
    people: list[Person], tmp_path: Path
):
    one, two, child = people
    witness = told("2025-09-01")
    school = {"stage": "primary", "placement": "ordinary", "school": "示例小学", "boarding": False}
    set_schooling(person=child, day=date(2025, 9, 1), said=school, witness=witness)

    aid = _take(
        "term-aid", tmp_path / "两免一补.csv", ("姓名", "身份证号", "项目", "学期日期", "金额"),
        (*_who(child), "免学杂费", "2025-09-01", ""), (*_who(child), "书本费", "2025-09-20", "85.50"),
        (*_who(child), "寄宿生活补助", "2025-09-01", "625"), (*_who(child), "免学杂费", "2025-09-01", ""),
        (*_who(one), "免学杂费", "2025-09-01", ""),
    )  # fmt: skip
    assert (aid.new, aid.corrected, aid.unit) == (2, 0, "行")
    reasons = {row.number: row.faults[0].sentence for row in aid.rejected}
    assert [(number, word in reasons[number]) for number, word in ((4, "寄宿"), (5, "第 2 行"), (6, "就学登记"))] == [
        (4, True), (5, True), (6, True),
    ]  # fmt: skip
    assert set(TermAid.objects.as_known().values_list("kind", "amount_fen", "school")) == {
        ("tuition", None, "示例小学"), ("textbooks", 8_550, "示例小学"),
    }  # fmt: skip

    head = ("姓名", "身份证号", "年度", "合理便利", "成绩", "上线", "录取学段", "录取学校")
    row = [*_who(one), "2003", "大字试卷", "512.5", "", "", ""]
    assert _take("exams", tmp_path / "高考.csv", head, row).new == 1
    row[4:] = ["", "上线", "专科", "示例学院"]
    assert _take("exams", tmp_path / "高考2.csv", head, row).corrected == 1
    bad = _take("exams", tmp_path / "高考3.csv", head, [*_who(two), "2008", "", "", "", "本科", "示例大学"])
    assert "上线" in bad.rejected[0].faults[0].sentence
    exam = Candidacy.objects.as_known().get()
    assert (exam.year, exam.adjustments, str(exam.score), exam.qualified, exam.stage, exam.school) == (
        2003, "大字试卷", "512.5", True, "college", "示例学院",
    )  # fmt: skip

    head = ("姓名", "身份证号", "合同编号", "服务商", "开始日期", "到期日期")
    contract = _take(
        "contracts", tmp_path / "合同.csv", head, (*_who(one), "HT-1", "示例服务社", "2025-01-01", "2026-01-01")
    )
    assert contract.new == 1
    assert TerminalContract.objects.as_known().get().valid_to == date(2026, 1, 1)

    head = ("姓名", "身份证号", "跟进事项", "日期", "跟进人", "情况", "是否正常")
    rows = (
        (*_who(one), "呼叫", "2025-09-01", "王某", "叫车去医院，已办好。", "正常"), (*_who(one), "呼叫", "2025-09-02", "王某", "问药。", ""),
        (*_who(two), "呼叫", "2025-09-01", "王某", "问药。", ""), (*_who(two), "就业跟踪", "2025-09-01", "王某", "推荐面试", "没准"),
    )  # fmt: skip
    called = _take("follow-ups", tmp_path / "跟进.csv", head, *rows)
    assert (called.new, [row.number for row in called.rejected]) == (2, [4, 5])
    assert "合同" in called.rejected[0].faults[0].sentence
    assert list(FollowUp.objects.as_known().order_by("valid_from").values_list("said", "well")) == [
        ("叫车去医院，已办好。", True), ("问药。", None),
    ]  # fmt: skip
    again = _take("follow-ups", tmp_path / "跟进.csv", head, *rows, at=moment(date(2025, 10, 9)))
    assert (again.new, again.unchanged) == (0, 2)
