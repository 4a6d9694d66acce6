"""Rosters as offices write them: encodings, headers, columns, dates, kinds, places. All of these go in."""

from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest

from tests.registry.rosters.conftest import HEAD, TODAY, Office, card, identity, line
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.registry.models import (
    Certificate,
    Contact,
    Guardianship,
    Hardship,
    Income,
    PayeeAccount,
    Person,
    Residence,
)

# Files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_any_of_the_encodings_that_offices_have(office: Office, encoding: str):
    result = office.take(office.csv([HEAD, line(name="王䶮")], encoding))

    assert result.new == 1
    assert Person.objects.get().name == "王䶮"


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_may_be_parted_by_commas_tabs_or_semicolons(office: Office, delimiter: str):
    assert office.take(office.csv([HEAD, line()], delimiter=delimiter)).new == 1


def test_numbers_in_a_csv_keep_their_last_digits_behind_an_apostrophe_or_an_equals_sign(office: Office):
    rows = [HEAD, line(1, id=f"'{identity(1)}"), line(2, id=f'="{identity(2)}"')]

    assert office.take(office.csv(rows)).new == 2


def test_an_xlsx_is_known_by_its_content_whatever_it_is_called(office: Office):
    assert office.take(office.xlsx([HEAD, line()], name="名单.csv")).new == 1


def test_a_csv_that_goes_in_changes_nothing_when_it_comes_as_xlsx_again(office: Office):
    office.take(office.csv([HEAD, line()], "gb18030"))

    assert not office.take(office.xlsx([HEAD, line()])).changed


# Headers


def test_the_header_stands_in_row_3_under_a_merged_title(office: Office):
    rows = [["示例县残疾人花名册", *[""] * 7], ["填报单位：示例县残联", *[""] * 6, "2026年10月"], HEAD, line()]

    assert office.take(office.xlsx(rows, merges=["A1:H1"])).new == 1


def test_the_columns_may_stand_in_any_order_with_spare_ones_between(office: Office):
    order = [7, 3, 1, 0, 5, 2, 6, 4]
    head = [part for column in order for part in (HEAD[column], f"自定{column}")]
    row = [part for column in order for part in (line()[column], "随便")]

    result = office.take(office.xlsx([head, row]))

    assert result.new == 1
    assert result.ignored == [f"自定{column}" for column in order]


@pytest.mark.parametrize(
    "head",
    [
        ("残疾人姓名", "公民身份号码", "残疾证号", "残疾类型", "级别", "签发日期", "有效期限", "所属社区"),
        ("姓 名", "身份证\n号码", "残疾人证编号", "残疾种类", "等级", "发证时间", "到期时间", "行政村"),
        (
            "＊姓名（必填）",
            "身份证号码（18位）",
            "第二代残疾人证号",
            "类别",
            "残疾程度",
            "办证日期",
            "截止日期",
            "村居",
        ),
        ("1.姓名", "2.身份证号", "3.持证号", "4.残疾类别", "5.残疾等级", "6.领证日期", "7.有效期", "8.所在村"),
    ],
)
def test_headers_are_understood_in_the_words_offices_use(office: Office, head: tuple[str, ...]):
    certificate = office.certificate(*line(), head=head)

    assert (certificate.issued, certificate.expires) == (date(2020, 5, 6), date(2030, 5, 6))
    assert Residence.objects.get().division.name == "河湾村"


def test_a_header_of_two_rows_is_read_together(office: Office):
    upper = ("姓名", "身份证号", "残疾人证", "", "", "", "", "村", "监护人", "")
    lower = ("", "", "证号", "类别", "等级", "发证日期", "有效期至", "", "姓名", "电话")
    path = office.xlsx([upper, lower, [*line(), "王大明", "13800000001"]], merges=[])

    assert office.take(path).new == 1
    assert Person.objects.get().name == "王小明"
    assert (Guardianship.objects.get().name, Guardianship.objects.get().phone) == ("王大明", "13800000001")
    assert Certificate.objects.get().number == card(1)


def test_the_head_of_the_household_is_not_the_person(office: Office):
    head = ("户主姓名", "户主身份证号", *HEAD)

    office.take(office.xlsx([head, ["王户主", identity(9), *line()]]))

    assert Person.objects.get().name == "王小明"


def test_every_sheet_with_a_header_is_read_and_the_others_are_named(office: Office):
    result = office.take(office.xlsx([HEAD, line(1)], [["说明"], ["请如实填写"]], [HEAD, line(2, name="李四")]))

    assert (result.new, result.sheets) == (2, ["Sheet1", "Sheet3"])
    assert result.skipped_sheets == [("Sheet2", "没有找到表头")]


def test_totals_footnotes_headings_and_repeated_headers_are_no_people(office: Office):
    rows = [
        HEAD,
        ["青石镇", *[""] * 7],
        line(1),
        ["小计", "1人", *[""] * 6],
        HEAD,
        line(2, name="李四"),
        ["合 计", "", "2人", *[""] * 5],
        ["", "", "", "", "", "", "", ""],
        ["制表人：某某", "", "", "审核：某某", "", "", "", "2026年10月1日"],
        ["注：本表一式两份", *[""] * 7],
    ]

    result = office.take(office.xlsx(rows, merges=[]))

    assert result.new == 2
    assert [row.faults for row in result.rejected if row.number not in (2,)] == []


def test_a_village_merged_over_several_rows_counts_for_each(office: Office):
    rows = [HEAD, line(1), line(2, name="李四", village=""), line(3, name="赵五", village="")]
    path = office.folder / "merged.xlsx"
    office.xlsx(rows, name="merged.xlsx")
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("H2:H4")
    book.save(path)

    assert office.take(path).new == 3
    assert set(Residence.objects.values_list("division__name", flat=True)) == {"河湾村"}


# Cells


@pytest.mark.parametrize(
    "cell",
    [
        date(2025, 3, 1), 45717, "45717", "2025-03-01", "2025.3.1", "2025/3/1", "2025年3月1日", "20250301", 20250301,
        "2025-03-01 00:00:00", " ２０２５．３．１ ", "2025年03月01号", "2025-3-1 8:30",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_form_that_is_not_ambiguous(office: Office, cell: Any):
    assert office.certificate(*line(issued=cell, expires="")).issued == date(2025, 3, 1)


@pytest.mark.parametrize(
    "cell",
    ["2020年5月6日至2030年5月6日", "2020.05.06-2030.05.06", "2020-05-06~2030-05-06", "至2030年5月6日", "2030/5/6"],
)
def test_an_expiry_may_be_a_range(office: Office, cell: str):
    assert office.certificate(*line(expires=cell)).expires == date(2030, 5, 6)


def test_an_expiry_written_as_for_ever_is_ten_years_and_said_so(office: Office):
    assert office.doubts(*line(expires="长期")) == [
        "有效期至：残疾人证有效期为十年，“长期”已按 2030-05-06 登记；请核对。"
    ]


def test_blanks_and_full_width_characters_are_mended(office: Office):
    office.certificate(
        *line(name=" 王　小 明", id=f"{identity(1)[:6]} {identity(1)[6:]}", card="\u200b" + card(1) + "\t")
    )

    assert (Person.objects.get().name, Person.objects.get().id_number) == ("王小明", identity(1))


@pytest.mark.parametrize(("cell", "grade"), [("二级", 2), ("2", 2), (2, 2), ("Ⅱ级", 2), ("贰级", 2), ("肢体二级", 2)])
def test_a_grade_is_read_however_it_is_written(office: Office, cell: Any, grade: int):
    assert office.certificate(*line(grade=cell)).grade == grade


def test_kind_and_grade_may_stand_in_one_column(office: Office):
    head = ("姓名", "身份证号", "残疾人证号", "残疾类别及等级", "发证日期", "村")

    certificate = office.certificate("王小明", identity(1), card(1), "肢体残疾二级", "2020-05-06", "河湾村", head=head)

    assert list(certificate.components.values_list("category", "grade")) == [("physical", 2)]


@pytest.mark.parametrize("word", ["听力语言", "听力言语残疾", "聋哑"])
@pytest.mark.parametrize("kind", ["hearing", "speech"])
def test_a_merged_kind_is_told_apart_by_the_certificate_and_its_grade_has_its_day(office: Office, word: str, kind: str):
    said = line(card=card(1, kind, 2), category=word, grade="二级")

    doubts = office.doubts(*said)

    assert "听力言语合写，已按证号登记为" in doubts[0]
    certificate = Certificate.objects.get()
    assert (certificate.category, certificate.grade, certificate.valid_from) == (kind, 2, date(2020, 5, 6))
    counted = {
        name: engine.figure(name, "330499", Period.year(2025)).value for name in ("holders-severe", f"holders-{kind}")
    }
    assert counted == {"holders-severe": 1, f"holders-{kind}": 1}


def test_the_kinds_of_a_multiple_disability_are_registered_each_with_its_grade(office: Office):
    certificate = office.certificate(
        *line(card=card(1, "multiple", 2), category="多重（视力二级、智力三级）", grade="二级")
    )

    assert sorted(certificate.components.values_list("category", "grade")) == [("intellectual", 3), ("visual", 2)]


def test_a_multiple_disability_without_its_kinds_goes_in_with_a_remark_and_no_kinds(office: Office):
    doubts = office.doubts(*line(card=card(1, "multiple", 2), category="多重", grade="二级"))

    assert "没有写明各类残疾和等级" in doubts[0]
    assert not Certificate.objects.get().components.exists()


def test_without_a_column_for_the_certificate_number_it_follows_from_id_kind_and_grade(office: Office):
    head = ("姓名", "身份证号", "残疾类别", "残疾等级", "发证日期", "村")

    assert office.certificate("王小明", identity(1), "视力", "一级", "2020-05-06", "河湾村", head=head).number == card(
        1, "visual", 1
    )


def test_without_a_column_for_the_id_it_is_the_head_of_the_certificate_number(office: Office):
    head = ("姓名", "残疾人证号", "发证日期", "村")

    office.certificate("王小明", card(1), "2020-05-06", "河湾村", head=head)

    assert Person.objects.get().id_number == identity(1)


@pytest.mark.parametrize(
    ("head", "cell", "kind"),
    [
        ("低保", "是", "dibao"),
        ("是否为低保", "是", "dibao"),
        ("低保等级", "B级", "dibao"),
        ("是否低保/低边", "低边", "dibian"),
        ("困难残疾人类型", "低保边缘", "dibian"),
        ("是否五保户", "是", "tekun"),
        ("是否低收入家庭", "是", "dibian"),
        ("是否低保", "√", "dibao"),
        ("低保类别", "农村低保", "dibao"),
        ("低保类别", "低保边缘家庭", "dibian"),
        ("困难类型", "特困人员", "tekun"),
        ("困难类型", "非困难", "none"),
        ("是否低保边缘", "是", "dibian"),
        ("是否特困", "是", "tekun"),
        ("是否享受低保", "享受", "dibao"),
    ],
)
def test_hardship_is_read_from_yes_and_no_and_from_words(office: Office, head: str, cell: str, kind: str):
    office.certificate(*line(), cell, head=(*HEAD, head))

    assert Hardship.objects.get().kind == kind


def test_not_being_dibao_leaves_open_what_the_standing_is(office: Office):
    head = (*HEAD, "是否低保")
    result = office.take(office.xlsx([head, (*line(1), "是"), (*line(2), "否")]))

    assert [row.kind for row in Hardship.objects.all()] == ["dibao"]
    assert result.only_not_dibao == 1

    office.take(office.xlsx([head, (*line(1), "否"), (*line(2), "否")]), at=moment(TODAY + timedelta(days=31)))

    assert [row.kind for row in Hardship.objects.as_known()] == ["dibao", "none"]


def test_a_no_beside_other_kinds_of_hardship_denies_those_too(office: Office):
    office.take(office.xlsx([(*HEAD, "是否低保"), (*line(1), "边缘"), (*line(2), "否")]))

    assert [row.kind for row in Hardship.objects.order_by("person_id")] == ["dibian", "none"]


@pytest.mark.parametrize("cell", ["原低保户", "已退出低保", "低保申请中", "拟纳入低保", "低保已停", "曾享受低保"])
def test_what_was_or_may_be_is_not_what_is(office: Office, cell: str):
    (said,) = office.doubts(*line(), cell, head=(*HEAD, "低保情况"))

    assert "说的不是现在享受的" in said
    assert not Hardship.objects.exists()


@pytest.mark.parametrize(("cell", "refused"), [("正常", False), ("注销", True), ("已冻结", True), ("已死亡", True)])
def test_a_certificate_that_is_not_valid_comes_back(office: Office, cell: str, refused: bool):
    result = office.take(office.xlsx([(*HEAD, "证件状态"), (*line(), cell)]))

    assert (result.new, len(result.rejected)) == ((0, 1) if refused else (1, 0))


@pytest.mark.parametrize(
    ("head", "cell", "told"),
    [
        ("监护人姓名及关系", "王大山（父亲）", ("王大山", "父亲", "")),
        ("监护人及电话", "王大山 13900000002", ("王大山", "", "13900000002")),
        ("监护人", "王大山(父亲)，13900000002", ("王大山", "父亲", "13900000002")),
    ],
)
def test_a_guardian_told_in_one_cell_is_taken_apart(office: Office, head: str, cell: str, told: tuple[str, ...]):
    office.certificate(*line(), cell, head=(*HEAD, head))

    guardian = Guardianship.objects.get()
    assert (guardian.name, guardian.relation, guardian.phone) == told


def test_a_blank_hardship_is_not_known_and_not_none(office: Office):
    office.certificate(*line(), "", head=(*HEAD, "是否低保"))

    assert not Hardship.objects.exists()


def test_hardship_in_three_columns_is_one_standing(office: Office):
    office.certificate(*line(), "否", "是", "否", head=(*HEAD, "是否低保", "是否低保边缘", "是否特困"))

    assert Hardship.objects.get().kind == "dibian"


@pytest.mark.parametrize("cell", ["1650.50", 1650.5, "1,650.5", "1650.50元", "１６５０．５"])
def test_income_is_kept_to_the_fen(office: Office, cell: Any):
    office.certificate(*line(), cell, head=(*HEAD, "家庭人均月收入"))

    assert Income.objects.get().per_head_fen == 165050


def test_income_of_a_year_is_another_measure_and_not_taken(office: Office):
    office.certificate(*line(), "19800", head=(*HEAD, "人均收入（元/年）"))

    assert not Income.objects.exists()


def test_guardian_phone_bank_and_account_are_registered(office: Office):
    head = (*HEAD, "联系电话", "监护人姓名", "与监护人关系", "监护人电话", "开户行", "银行卡号", "户名")
    more = ("138 0000 0001", "王大明", "父亲", 13900000002.0, "示例农商银行", "9900 0000 0000 0000 01", "王大明")

    office.certificate(*line(), *more, head=head)

    guardian, account = Guardianship.objects.get(), PayeeAccount.objects.get()
    assert Contact.objects.get().phone == "13800000001"
    assert (guardian.name, guardian.relation, guardian.phone) == ("王大明", "父亲", "13900000002")
    assert (account.bank, account.number, account.holder) == ("示例农商银行", "990000000000000001", "王大明")
    assert account.guardian


# Places


@pytest.mark.parametrize(
    ("head", "cells", "place"),
    [
        (("乡镇（街道）", "村（社区）"), ("青石镇", "河湾村"), "河湾村"),
        (("乡镇", "村"), ("青石", "河湾"), "河湾村"),
        (("所属村",), ("河湾村委会",), "河湾村"),
        (("所属村",), ("青石镇河湾村",), "河湾村"),
        (("户籍地址",), ("示例县青石镇河湾村3组12号",), "河湾村"),
        (("家庭住址",), ("南山街道云台社区5幢301室",), "云台社区"),
        (("地址",), ("河湾村12号",), "河湾村"),
        (("街道", "社区"), ("南山街道", "南山社区居委会"), "南山社区"),
        (("区划代码",), ("330499101201",), "河湾村"),
        (("村",), ("330499101201",), "河湾村"),
    ],
)
def test_the_village_is_found_in_columns_codes_and_addresses(
    office: Office, head: tuple[str, ...], cells: tuple[str, ...], place: str
):
    office.certificate(*line()[:7], *cells, head=(*HEAD[:7], *head))

    assert Residence.objects.get().division.name == place


def test_without_any_place_the_division_of_the_command_stands(office: Office):
    office.take(office.xlsx([HEAD[:7], line()[:7]]), division="330499101")

    assert Residence.objects.get().division.name == "青石镇"
