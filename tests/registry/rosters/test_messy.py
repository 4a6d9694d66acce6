"""Rows that cannot be right: each comes back with a sentence that has place and remedy, and changes nothing."""

import re
from datetime import date, timedelta
from io import StringIO
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from tests.registry.rosters.conftest import HEAD, TODAY, Office, card, identity, line
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division
from zhucan.registry import services
from zhucan.registry.models import Certificate, Contact, ImportBatch, Person
from zhucan.registry.rosters.importing import ImportRefused
from zhucan.registry.spells import Witness

REMEDY = re.compile(r"；请")
TOLD = Witness(at=moment(TODAY), source="test")


# Rows: numbers


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id": identity(1)[:17] + "1"}, "身份证号最后一位应为 8，现为 1"),
        ({"id": identity(1)[:16]}, "应为 18 位，现有 16 位"),
        ({"id": "33049919701332001X", "card": "33049919701332001X42"}, "出生日期 19701332 不存在"),
        ({"id": "3.30499E+17"}, "被表格改成了 3.30499E+17，后几位已丢失"),
        ({"id": 330499197003020018}, "是按数字输入的，末位已丢失"),
        ({"card": 33049919700302001842}, "是按数字输入的，末位已丢失"),
        ({"card": card(2)}, "前 18 位与身份证号不一致"),
        ({"card": card(1)[:19] + "5"}, "残疾人证号第 20 位（残疾等级）应为 1 至 4，现为 5"),
        ({"card": card(1)[:18] + "82"}, "残疾人证号第 19 位"),
        ({"card": card(1)[:19]}, "现有 19 位"),
        ({"category": "视力"}, "写的是视力，残疾人证号第 19 位是肢体"),
        ({"grade": "一级"}, "写的是一级，残疾人证号第 20 位是二级"),
        ({"grade": "五级"}, "残疾等级只有一至四级"),
        ({"category": "残疾军人"}, "不是残疾类别"),
        ({"card": ""}, "残疾人证号：没有填写，却填了残疾类别"),
        ({"name": ""}, "姓名：没有填写"),
        ({"name": "王小明13800000001"}, "不像姓名"),
        ({"name": 12}, "不是文字"),
        ({"card": card(1, "multiple", 2), "category": "视力三级、听力三级"}, "各类中最重的是三级"),
        ({"card": card(1, "multiple", 2), "category": "视力二级、视力三级"}, "同一类残疾写了两次"),
    ],
)
def test_a_number_or_word_that_cannot_be_right_comes_back_with_the_reason(
    office: Office, changes: dict[str, Any], sentence: str
):
    said = office.fault(*line(**changes))

    assert sentence in said
    assert REMEDY.search(said)


def test_a_row_without_any_number_comes_back(office: Office):
    head = ("姓名", "身份证号", "村")

    assert office.fault("王小明", "", "河湾村", head=head) == "身份证号：没有填写；请对照证件补填。"


def test_an_id_typed_as_a_number_is_never_rebuilt_from_the_certificate(office: Office):
    office.fault(*line(id=330499197003020018))

    assert not Person.objects.exists()


@pytest.mark.parametrize(("head", "cell"), [("性别", "女"), ("出生日期", "1970-03-03"), ("出生年月", "1971.03")])
def test_sex_and_birth_must_agree_with_the_id(office: Office, head: str, cell: str):
    assert "身份证号" in office.fault(*line(), cell, head=(*HEAD, head))


# Rows: days, amounts, accounts


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("2025-02-30", "没有 2025 年 2 月 30 日这一天"),
        ("2025年13月1日", "没有 2025 年 13 月 1 日这一天"),
        ("20250230", "没有 2025 年 2 月 30 日这一天"),
        ("2025-02", "缺少日"),
        ("25.3.1", "年份只有两位"),
        ("去年", "看不出是哪一天"),
        ("1025-03-01", "年份不对"),
        (TODAY + timedelta(days=1), "还没有到"),
        ("", "发证日期：没有填写"),
        (True, "不是日期"),
    ],
)
def test_a_day_that_is_not_or_that_is_not_told_comes_back(office: Office, cell: Any, sentence: str):
    said = office.fault(*line(issued=cell))

    assert said.startswith("发证日期：")
    assert sentence in said
    assert REMEDY.search(said)


def test_an_expiry_before_the_issue_comes_back(office: Office):
    assert "2019-05-06 早于发证日期 2020-05-06" in office.fault(*line(expires="2019-05-06"))


@pytest.mark.parametrize("cell", ["1650.505", 1650.505, "约一千", "-5", "1e3"])
def test_an_amount_with_three_decimals_or_of_no_number_comes_back(office: Office, cell: Any):
    said = office.fault(*line(), cell, head=(*HEAD, "家庭人均月收入"))

    assert said.startswith("家庭人均月收入：")
    assert "请" in said


@pytest.mark.parametrize("cell", ["990000", "99000000000000000a", 6228480034058097477])
def test_an_account_that_cannot_be_one_comes_back(office: Office, cell: Any):
    assert "请" in office.fault(*line(), "示例银行", cell, head=(*HEAD, "开户行", "银行账号"))


@pytest.mark.parametrize("cell", ["看情况", "是/否", "？"])
def test_a_hardship_that_nobody_can_read_comes_back(office: Office, cell: str):
    assert "看不出是哪一种困难" in office.fault(*line(), cell, head=(*HEAD, "是否低保"))


def test_two_standings_at_once_come_back(office: Office):
    assert "不能同时享受" in office.fault(*line(), "是", "是", head=(*HEAD, "是否低保", "是否特困"))


# Rows: places


@pytest.mark.parametrize(
    ("head", "cells", "sentence"),
    [
        (("村",), ("不存在村",), "里没有“不存在村”这个村（社区）"),
        (("乡镇", "村"), ("不存在镇", "河湾村"), "区划表里没有“不存在镇”这个乡镇"),
        (("乡镇", "村"), ("白水乡", "河湾村"), "“白水乡”没有“河湾村”，它在青石镇"),
        (("乡镇", "村"), ("青石镇", ""), "看不出户籍地"),
        (("区划代码",), ("330499999999",), "区划表里没有代码 330499999999"),
        (("家庭住址",), ("外省某地",), "看不出户籍地"),
    ],
)
def test_a_place_that_is_not_known_comes_back(
    office: Office, head: tuple[str, ...], cells: tuple[str, ...], sentence: str
):
    said = office.fault(*line()[:7], *cells, head=(*HEAD[:7], *head))

    assert sentence in said
    assert REMEDY.search(said)


def test_a_village_name_that_stands_in_two_townships_comes_back(office: Office):
    Division.objects.create(code="330499102299", name="河湾村", level="village", parent_id="330499102000")

    assert "有 2 个村（社区）叫“河湾村”" in office.fault(*line())


# Rows: formulas and errors


def test_a_formula_in_a_needed_cell_comes_back_whatever_it_shows(office: Office):
    path = office.folder / "f.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, line())
        page.write_formula(1, 5, "=TODAY()-100", None, 45000)

    result = office.take(path)

    assert [r.sentence for r in result.rejected[0].faults] == [
        "发证日期是公式，不是填写的内容；请复制后“选择性粘贴为数值”再导入。"
    ]


def test_a_formula_in_a_spare_column_or_in_the_count_of_a_total_harms_nothing(office: Office):
    head = ("序号", *HEAD, "年龄")
    rows = [head, ["=ROW()-1", *line(), "=2026-1970"], ["合计", "", "=COUNTA(C2:C2)", *[""] * 7]]

    result = office.take(office.xlsx(rows))

    assert (result.new, result.rejected, result.skipped_rows) == (1, [], 1)


def test_an_error_value_comes_back(office: Office):
    path = office.folder / "e.xlsx"
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    book.active.append(line())
    book.active["G2"] = "#N/A"
    book.active["G2"].data_type = "e"
    book.save(path)

    assert "有效期至是错误值" in office.take(path).rejected[0].faults[0].sentence


def test_a_formula_in_a_csv_comes_back_and_is_a_text_in_the_copy(office: Office):
    result = office.take(office.csv([HEAD, line(name="=HYPERLINK(1)")]))

    assert "是公式" in result.rejected[0].faults[0].sentence
    cell = openpyxl.load_workbook(result.marked).active["A2"]
    assert (cell.data_type, cell.value) == ("s", "=HYPERLINK(1)")


# Rows: duplicates


def test_the_second_of_two_rows_with_one_id_comes_back_and_names_the_first(office: Office):
    result = office.take(office.xlsx([HEAD, line(1), line(2, name="李四"), line(1)]))

    assert (result.new, [row.number for row in result.rejected]) == (2, [4])
    assert result.rejected[0].faults[0].sentence == "与第 2 行是同一个身份证号；请只保留正确的一行。"


def test_a_duplicate_in_another_sheet_names_the_sheet(office: Office):
    result = office.take(office.xlsx([HEAD, line(1)], [HEAD, line(1)]))

    assert result.rejected[0].faults[0].sentence.startswith("与表“Sheet1”第 2 行是同一个身份证号")


def test_a_certificate_older_than_the_registered_one_comes_back(office: Office):
    office.take(office.xlsx([HEAD, line()]))

    result = office.take(office.xlsx([HEAD, line(issued="2019-01-01", expires="2029-01-01")]))

    assert "早于已登记的残疾人证" in result.rejected[0].faults[0].sentence
    assert Certificate.objects.count() == 1


def test_somebody_registered_as_dead_comes_back(office: Office):
    office.take(office.xlsx([HEAD, line()]))
    services.record_death(person=Person.objects.get(), day=date(2026, 11, 1), witness=TOLD)

    result = office.take(office.xlsx([HEAD, line(village="上坪村")]))

    assert "已于 2026-11-01 去世" in result.rejected[0].faults[0].sentence


def test_a_bad_row_does_not_keep_the_good_ones_out(office: Office):
    result = office.take(office.xlsx([HEAD, line(1), line(2, issued="2025-02-30"), line(3, name="赵五")]))

    assert (result.new, [row.number for row in result.rejected]) == (2, [3])


def test_a_bad_row_about_somebody_registered_changes_nothing_of_theirs(office: Office):
    head = (*HEAD, "联系电话")
    office.take(office.xlsx([head, [*line(), "13800000001"]]))

    office.take(office.xlsx([head, [*line(issued="2025-02-30"), "13900000009"]]))

    assert Contact.objects.get().phone == "13800000001"


def test_every_fault_of_a_row_is_told_at_once(office: Office):
    result = office.take(office.xlsx([HEAD, line(name="", issued="2025-02-30", village="不存在村")]))

    assert {remark.field for remark in result.rejected[0].faults} == {"name", "issued", "village"}


# The command


def command(*arguments: str) -> tuple[str, str, int]:
    said = StringIO()
    try:
        call_command("import", *arguments, stdout=said)
    except CommandError as error:
        return said.getvalue(), str(error), error.returncode
    return said.getvalue(), "", 0


def test_the_command_ends_with_0_when_all_went_in_2_when_rows_came_back_and_1_when_refused(office: Office):
    good, bad = office.xlsx([HEAD, line(1)], name="好.xlsx"), office.xlsx([HEAD, line(2, name="")], name="坏.xlsx")

    assert command("people", str(good))[1:] == ("", 0)
    said, error, code = command("people", str(bad))
    assert code == 2
    assert "退回 第 2 行：姓名：没有填写；请补填姓名。" in said
    assert error == f"1 行退回：请打开 {office.folder / '坏-标注.xlsx'}，按最后一列“错误说明”改好后再导入。"
    assert command("people", str(office.folder / "无.xlsx"))[2] == 1


def test_the_command_refuses_a_day_that_is_not(office: Office):
    _, error, code = command("people", str(office.xlsx([HEAD, line()])), "--as-of", "2025-02-30")

    assert code == 1
    assert error.startswith("--as-of：日期 2025-02-30 不对：请写成 2025-01-02 的形式；")


def test_a_roster_speaks_for_no_day_before_the_certificates(office: Office):
    path = office.xlsx([HEAD, line()])

    with pytest.raises(ImportRefused, match="0025-01-02 太早"):
        office.take(path, as_of=date(25, 1, 2))


def test_columns_that_seem_to_matter_and_were_not_read_are_told_of(office: Office):
    head = (*HEAD, "低保证编号", "备注", "户主身份证号")
    said, _, code = command("people", str(office.xlsx([head, (*line(), "DB001", "", identity(2))])))

    assert code == 0
    assert "没有用到的列：低保证编号、备注、户主身份证号" in said
    assert "注意：低保证编号 像是登记要用的资料" in said


def test_nothing_of_a_person_stands_in_the_import_log(office: Office):
    office.take(office.xlsx([HEAD, line(), line(2, name="")]))

    assert identity(1) not in str(ImportBatch.objects.values())
    assert "王小明" not in str(ImportBatch.objects.values())
