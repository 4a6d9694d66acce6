"""The sample roster: the fate of every row, the mended copy, the second import, and what a changed row leaves behind."""

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from zhucan.orgs import audit, divisions
from zhucan.orgs.clock import moment
from zhucan.orgs.models import AuditEntry
from zhucan.registry import checks, services
from zhucan.registry.models import (
    Certificate,
    CertificateComponent,
    Contact,
    Hardship,
    ImportBatch,
    Naming,
    PayeeAccount,
    Person,
    Residence,
)
from zhucan.registry.queries import find
from zhucan.registry.rosters.importing import ImportResult, import_people

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parents[2] / "data"
FATES = {
    int(number): fate
    for number, fate in json.loads((DATA / "roster-a.expected.json").read_text("utf-8"))["fate_by_row"].items()
}
TAKEN = ("ok", "bank account check digit (a warning may do)")
SENTENCES = {
    "id typed as a number": "是按数字输入的，末位已丢失",
    "impossible date": "没有 2025 年 2 月 30 日这一天",
    "grade disagrees with the certificate number": "残疾人证号第 20 位是",
    "certificate and id disagree": "前 18 位与身份证号不一致",
    "no name": "没有填写；请补填姓名",
    "grade digit 5": "应为 1 至 4，现为 5",
    "bad id check digit": "身份证号最后一位应为",
    "duplicate in the file": "是同一个身份证号",
}
NOVEMBER, DECEMBER = date(2026, 11, 10), date(2026, 12, 10)


@pytest.fixture(autouse=True)
def places() -> None:
    divisions.load(divisions.read(DATA / "divisions.csv"))


def imported(path: Path, out: Path, day: date = NOVEMBER) -> ImportResult:
    return import_people(path=path, at=moment(day), by=None, division="330499", out=out)


def rows_of(path: Path) -> dict[int, tuple[object, ...]]:
    page = openpyxl.load_workbook(path)["花名册"]
    return dict(enumerate(page.iter_rows(values_only=True), start=1))


def _day(cell: object) -> date:
    """Return what a date cell of the roster means, told apart from the code under test."""
    if isinstance(cell, datetime):
        return cell.date()
    numbers = [int(digits) for digits in re.findall(r"\d+", str(cell))]
    if len(numbers) == 3:
        return date(*numbers)
    return date.fromisoformat(str(cell)) if len(str(cell)) == 8 else date(1899, 12, 30) + timedelta(days=numbers[0])


def counts() -> dict[str, int]:
    models = (Person, Residence, Contact, PayeeAccount, Certificate, CertificateComponent, Hardship, AuditEntry)
    return {model.__name__: model.objects.count() for model in models}


@pytest.fixture
def first(tmp_path: Path) -> ImportResult:
    return imported(DATA / "roster-a.xlsx", tmp_path / "marked.xlsx")


def test_every_row_of_the_roster_meets_its_fate(first: ImportResult):
    said = {row.number: " ".join(remark.sentence for remark in row.faults) for row in first.rejected}

    assert first.new == sum(fate in TAKEN for fate in FATES.values()) == Person.objects.count()
    assert set(said) == {number for number, fate in FATES.items() if fate not in TAKEN}
    for number, sentence in said.items():
        assert SENTENCES[FATES[number]] in sentence, number


def test_every_row_that_came_back_has_one_remark_only(first: ImportResult):
    assert {len(row.faults) for row in first.rejected} == {1}


def test_every_sound_row_is_registered_as_it_is_written(first: ImportResult):
    rows = rows_of(DATA / "roster-a.xlsx")

    for number in (n for n, fate in FATES.items() if fate in TAKEN):
        _, name, sex, identity, card, _, _, issued, expires, township, village, phone, _, account, dibao, _ = rows[
            number
        ]
        person = Person.objects.get(name="".join(str(name).split()), id_tail="".join(str(identity).split())[-4:])
        certificate = Certificate.objects.get(person=person)
        assert person.get_sex_display() == sex
        assert certificate.number == "".join(str(card).split())
        assert person.id_number == certificate.number[:18]
        assert (certificate.issued, certificate.expires) == (_day(issued), _day(expires))
        division = Residence.objects.get(person=person).division
        assert (division.name, division.parent.name) == (village, township)
        assert Contact.objects.get(person=person).phone == phone
        assert PayeeAccount.objects.get(person=person).number == account
        assert Hardship.objects.filter(person=person).exists() == bool(dibao)


def test_a_wrong_account_check_digit_is_a_warning_only(first: ImportResult):
    doubtful = {number for number, fate in FATES.items() if fate == TAKEN[1]}

    warned = {row.number: " ".join(remark.sentence for remark in row.doubts) for row in first.warned}

    assert all("银行卡号校验不符" in warned[number] for number in doubtful)


def test_blanks_inside_numbers_and_names_are_mended(first: ImportResult):
    assert not Person.objects.filter(name__regex=r"\s").exists()
    assert all(len(person.id_number) == 18 for person in Person.objects.all())


def test_the_second_sheet_and_the_totals_are_passed_over(first: ImportResult):
    assert first.sheets == ["花名册"]
    assert first.skipped_sheets == [("填表说明", "没有找到表头")]
    assert first.skipped_rows == 2


def test_the_registry_is_sound_after_the_import(first: ImportResult):
    assert list(checks.faults()) == []
    assert list(audit.faults()) == []


def test_the_import_is_in_the_audit_chain_without_anybodys_number(first: ImportResult):
    entry = AuditEntry.objects.get(action="registry.import")

    assert entry.detail["new"] == first.new
    assert Person.objects.first().id_number not in json.dumps(entry.detail)


def test_the_marked_copy_is_the_office_s_own_file_with_a_sentence_in_each_bad_row(first: ImportResult):
    rows, marked = rows_of(DATA / "roster-a.xlsx"), rows_of(first.marked)

    assert marked[3][-1] == "错误说明"
    for number, row in rows.items():
        assert marked[number][:-1] == row
        if FATES.get(number, "ok") not in TAKEN:
            assert SENTENCES[FATES[number]] in marked[number][-1]
    assert DATA.joinpath("roster-a.xlsx").read_bytes() != first.marked.read_bytes()


def test_importing_the_same_file_again_changes_nothing(first: ImportResult, tmp_path: Path):
    before = counts()

    again = imported(DATA / "roster-a.xlsx", tmp_path / "again.xlsx", DECEMBER)

    assert (again.new, again.corrected, again.unchanged) == (0, 0, first.new)
    assert len(again.rejected) == len(first.rejected)
    assert counts() == before
    assert ImportBatch.objects.count() == 1


def _mend(page: Worksheet) -> None:
    for number, fate in FATES.items():
        identity, card, category, grade, issued = (page.cell(number, column) for column in (4, 5, 6, 7, 8))
        if fate == "no name":
            page.cell(number, 2).value = "补名"
        elif fate == "id typed as a number":
            identity.value, identity.number_format = str(card.value)[:18], "@"
        elif fate == "impossible date":
            issued.value = page.cell(number, 9).value.replace(year=page.cell(number, 9).value.year - 10)
        elif fate == "grade disagrees with the certificate number":
            grade.value = "一二三四"[int(str(card.value)[19]) - 1] + "级"
        elif fate == "certificate and id disagree":
            card.value = str(identity.value) + str(card.value)[18:]
        elif fate == "grade digit 5":
            card.value = str(card.value)[:19] + str("一二三四".index(str(grade.value)[0]) + 1)
        elif fate == "bad id check digit":
            identity.value = str(identity.value)[:17] + "3"
            card.value = identity.value + str(card.value)[18:]
        assert category.value


def test_the_mended_copy_goes_in_and_what_was_in_stays_as_it_was(first: ImportResult, tmp_path: Path):
    copy = openpyxl.load_workbook(first.marked)
    _mend(copy["花名册"])
    copy.save(tmp_path / "mended.xlsx")

    mended = imported(tmp_path / "mended.xlsx", tmp_path / "mended-marked.xlsx", DECEMBER)

    assert {row.number for row in mended.rejected} == {
        n for n, fate in FATES.items() if fate == "duplicate in the file"
    }
    assert (mended.new, mended.corrected, mended.unchanged) == (16, 0, first.new)
    assert list(checks.faults()) == []


def test_the_mended_copy_has_no_marks_of_before_where_nothing_is_wrong(first: ImportResult, tmp_path: Path):
    copy = openpyxl.load_workbook(first.marked)
    _mend(copy["花名册"])
    copy.save(tmp_path / "mended.xlsx")

    mended = imported(tmp_path / "mended.xlsx", tmp_path / "mended-marked.xlsx", DECEMBER)

    page = openpyxl.load_workbook(mended.marked)["花名册"]
    assert page.cell(36, 17).value is None
    assert page.cell(36, 2).comment is None
    assert page.cell(104, 17).value.startswith("与第 62 行")


def _changed(tmp_path: Path, changes: dict[tuple[int, int], object]) -> Path:
    book = openpyxl.load_workbook(DATA / "roster-a.xlsx")
    for (row, column), value in changes.items():
        book["花名册"].cell(row, column).value = value
    book.save(tmp_path / "changed.xlsx")
    return tmp_path / "changed.xlsx"


def test_a_changed_row_is_a_correction_that_keeps_both_clocks(first: ImportResult, tmp_path: Path):
    person = find("330499201209012960")
    before = Contact.objects.get(person=person)

    again = imported(_changed(tmp_path, {(4, 12): "13700000001", (4, 15): "否"}), tmp_path / "m.xlsx", DECEMBER)

    assert (again.new, again.corrected, again.unchanged) == (0, 1, first.new - 1)
    believed = list(Contact.objects.filter(person=person, retracted_at=None).order_by("valid_from"))
    assert [(spell.phone, spell.valid_from, spell.valid_to) for spell in believed] == [
        (before.phone, before.valid_from, DECEMBER),
        ("13700000001", DECEMBER, None),
    ]
    was = Contact.objects.get(person=person, retracted_at=moment(DECEMBER))
    assert (was.pk, was.phone, was.valid_to, was.recorded_at) == (before.pk, before.phone, None, moment(NOVEMBER))
    assert Contact.objects.filter(person=person).as_known(moment(date(2026, 12, 1))).get().phone == before.phone
    kinds = Hardship.objects.filter(person=person, retracted_at=None).order_by("valid_from")
    assert list(kinds.values_list("kind", "valid_to")) == [("dibao", DECEMBER), ("none", None)]


def test_a_moved_village_ends_one_residence_and_begins_another(first: ImportResult, tmp_path: Path):
    imported(_changed(tmp_path, {(4, 10): "白水乡", (4, 11): "下洋村"}), tmp_path / "m.xlsx", DECEMBER)

    spells = Residence.objects.filter(person=find("330499201209012960"), retracted_at=None).order_by("valid_from")

    assert [(spell.division.name, spell.valid_to) for spell in spells] == [("南山社区", DECEMBER), ("下洋村", None)]


def test_a_new_grade_with_a_new_issue_date_is_a_new_stage_of_the_certificate(first: ImportResult, tmp_path: Path):
    path = _changed(
        tmp_path,
        {
            (4, 5): "33049920120901296042",
            (4, 7): "二级",
            (4, 8): "2026-12-01",
            (4, 9): "2036-12-01",
        },
    )

    imported(path, tmp_path / "m.xlsx", DECEMBER)

    stages = list(
        Certificate.objects.filter(person=find("330499201209012960"), retracted_at=None).order_by("valid_from")
    )
    assert [(stage.event, stage.grade, stage.valid_from) for stage in stages] == [
        ("new", 4, date(2021, 9, 11)),
        ("change", 2, date(2026, 12, 1)),
    ]
    assert stages[1].predecessor_id == stages[0].pk
    assert stages[0].valid_to == date(2026, 12, 1)


def test_another_name_under_a_registered_number_comes_back_unless_a_rename_is_meant(
    first: ImportResult, tmp_path: Path
):
    path = _changed(tmp_path, {(4, 2): "唐改名"})

    refused = imported(path, tmp_path / "m.xlsx", DECEMBER)
    assert next(row for row in refused.rejected if row.number == 4).faults[0].sentence.startswith("姓名与登记不符")
    assert find("330499201209012960").name == "唐海宁"

    import_people(
        path=path, at=moment(DECEMBER), by=None, division="330499", out=tmp_path / "m2.xlsx", allow_rename=True
    )
    person = find("330499201209012960")
    assert person.name == "唐改名"
    known = [(row.name, row.valid_to) for row in Naming.objects.filter(person=person).as_known().order_by("valid_from")]
    assert known == [("唐海宁", DECEMBER), ("唐改名", None)]
    assert services.name_of(person, DECEMBER, moment(DECEMBER) - timedelta(seconds=1)) == "唐海宁"
    assert list(checks.faults()) == []
