"""Files that are refused as a whole, with nothing changed, and the marked-up copy of those that are read."""

import os
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from tests.registry.rosters.conftest import HEAD, TODAY, Office, line
from zhucan.core.errors import ZhucanError
from zhucan.orgs.divisions import UnknownDivision
from zhucan.orgs.models import AuditEntry, Division
from zhucan.registry.models import ImportBatch, Person
from zhucan.registry.rosters import marking, reading
from zhucan.registry.rosters.importing import ImportRefused


def refusal(office: Office, path: Path, **options: Any) -> str:
    """Import a file that must be refused as a whole, and return the sentence."""
    with pytest.raises(ZhucanError) as caught:
        office.take(path, **options)
    assert not Person.objects.exists()
    assert not ImportBatch.objects.exists()
    assert not AuditEntry.objects.exists()
    assert sorted(office.folder.glob("标注*")) == []
    sentence = str(caught.value)
    assert "请" in sentence
    assert "\n" not in sentence
    return sentence


# Files


def test_a_missing_file_is_refused(office: Office):
    assert refusal(office, office.folder / "没有.xlsx").startswith("没有文件")


def test_a_folder_is_refused(office: Office):
    assert "是文件夹" in refusal(office, office.folder)


def test_an_empty_file_is_refused(office: Office):
    (office.folder / "空.xlsx").write_bytes(b"")

    assert "是空文件" in refusal(office, office.folder / "空.xlsx")


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100), "是图片，不是表格"),
        ("a.xlsx", b"%PDF-1.7 ...", "是PDF 文件，不是表格"),
        ("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000), "是旧版 .xls"),
        ("a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "设有打开密码"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table>", "是网页或 XML"),
        ("a.csv", bytes(range(128, 256)) * 20, "不是 UTF-8 或 GB18030"),
        ("a.csv", "随便的一行字\n".encode(), "没有找到表头"),
        ("a.xlsx", b"PK\x03\x04" + bytes(200), "已损坏或不完整"),
        ("a.csv", '姓名,身份证号\n"王小明,1\n'.encode(), "引号不成对"),
    ],
)
def test_a_file_of_another_kind_is_refused(office: Office, name: str, data: bytes, sentence: str):
    (office.folder / name).write_bytes(data)

    assert sentence in refusal(office, office.folder / name)


def test_a_workbook_cut_in_half_is_refused(office: Office):
    path = office.xlsx([HEAD, *(line(n) for n in range(1, 200))])
    path.write_bytes(path.read_bytes()[:-3000])

    assert "已损坏或不完整" in refusal(office, path)


def test_a_zip_of_something_else_is_refused(office: Office):
    path = office.folder / "a.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("word/document.xml", "<a/>")

    assert "不是 xlsx 表格" in refusal(office, path)


def test_a_file_over_the_limit_is_refused_without_being_read(office: Office):
    path = office.folder / "big.xlsx"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)

    assert "有 200 MB，超过 50 MB 的上限" in refusal(office, path)


def _with_part(office: Office, name: str, data: bytes, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    source = office.xlsx([HEAD, line()], name="源.xlsx")
    path = office.folder / "bomb.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", compression) as new:
        for item in old.namelist():
            if item != name:
                new.writestr(item, old.read(item))
        new.writestr(name, data)
    return path


@pytest.mark.parametrize("part", ["xl/media/image1.png", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_a_zip_bomb_is_refused(office: Office, part: str):
    path = _with_part(office, part, bytes(40 * 1024 * 1024))

    assert "疑似压缩炸弹" in refusal(office, path)


def test_a_zip_bomb_that_lies_about_its_size_is_refused(office: Office):
    path = _with_part(office, "xl/sharedStrings.xml", bytes(40 * 1024 * 1024))
    data = bytearray(path.read_bytes())
    size = (40 * 1024 * 1024).to_bytes(4, "little")
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, (1000).to_bytes(4, "little")))

    assert "已损坏或不完整" in refusal(office, path)


def test_a_sheet_that_reaches_to_the_last_row_is_refused(office: Office):
    path = office.folder / "wide.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEAD)
        page.write_string(1_048_575, 16_383, "x")

    assert "请拆成几个文件" in refusal(office, path)


def test_more_rows_than_one_import_takes_are_refused(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "MAX_ROWS", 30)
    path = office.csv([HEAD, *(line(n) for n in range(60))])

    assert "请拆成几个文件" in refusal(office, path)


def test_entities_in_the_xml_are_refused(office: Office):
    book = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxx">]><workbook/>'

    assert "已损坏" in refusal(office, _with_part(office, "xl/workbook.xml", book))


def test_an_unknown_division_is_refused(office: Office):
    with pytest.raises(UnknownDivision):
        office.take(office.xlsx([HEAD, line()]), division="330497")


def test_without_a_list_of_divisions_the_import_is_refused(office: Office):
    for level in ("village", "township", "county", "city"):
        Division.objects.filter(level=level).delete()

    assert "先运行 zhucan import divisions" in refusal(office, office.xlsx([HEAD, line()]))


def test_a_roster_of_a_day_to_come_is_refused(office: Office):
    with pytest.raises(ImportRefused, match="还没有到"):
        office.take(office.xlsx([HEAD, line()]), as_of=TODAY + timedelta(days=1))


# The copy


def test_when_the_copy_cannot_be_written_nothing_goes_in(office: Office, monkeypatch: pytest.MonkeyPatch):
    def full(*args: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(marking, "_own_workbook", full)

    with pytest.raises(marking.CannotMark, match="写不出来，没有导入"):
        office.take(office.xlsx([HEAD, line(1), line(2, name="")]))

    assert not Person.objects.exists()
    assert [path.name for path in office.folder.iterdir()] == ["名单.xlsx"]


def test_a_pipe_is_not_waited_for(office: Office):
    path = office.folder / "名单.csv"
    os.mkfifo(path)

    assert "不是普通文件" in refusal(office, path)


def test_a_workbook_is_told_by_what_it_holds_not_by_its_name(office: Office):
    path = office.xlsx([HEAD, line(1), line(2, name="")]).rename(office.folder / "名单.csv")

    result = office.take(path)

    assert (result.new, len(result.rejected)) == (1, 1)
    assert openpyxl.load_workbook(result.marked).active is not None


def test_the_copy_may_not_take_the_place_of_the_file(office: Office):
    path = office.xlsx([HEAD, line(1, name="")])

    assert "名单.xlsx 已经存在，没有覆盖" in refusal(office, path, out=path)


def test_a_file_without_faults_leaves_no_copy(office: Office):
    assert office.take(office.xlsx([HEAD, line()])).marked is None
    assert not (office.folder / "标注.xlsx").exists()


def test_the_copy_of_a_csv_is_a_workbook_that_goes_in_when_mended(office: Office):
    result = office.take(office.csv([HEAD, line(1), line(2, issued="2025-02-30")], "gb18030"))
    book = openpyxl.load_workbook(result.marked)
    assert book.active["I3"].value == "发证日期：没有 2025 年 2 月 30 日这一天；请对照证件改正。"
    assert book.active["F3"].comment.text.startswith("发证日期")
    book.active["F3"].value = "2025-02-28"
    book.save(office.folder / "改好.xlsx")

    mended = office.take(office.folder / "改好.xlsx", out=office.folder / "标注2.xlsx")

    assert (mended.new, mended.unchanged, mended.rejected) == (1, 1, [])


def test_of_a_long_file_only_the_rows_that_came_back_are_copied(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(marking, "FULL_COPY_ROWS", 3)
    rows = [["名单"], HEAD, line(1), line(2, name="李四", issued="2025-02-30"), line(3, name="赵五")]

    result = office.take(office.xlsx(rows))

    copied = list(openpyxl.load_workbook(result.marked).active.iter_rows(values_only=True))
    assert result.only_rejected
    assert copied[0] == ("原行号", *HEAD, "错误说明")
    assert (len(copied), copied[1][0], copied[1][1]) == (2, 4, "李四")


def test_the_copy_of_a_long_file_goes_in_when_mended(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(marking, "FULL_COPY_ROWS", 1)
    result = office.take(office.xlsx([HEAD, line(1), line(2, name="李四", issued="2025-02-30")]))
    book = openpyxl.load_workbook(result.marked)
    book.active["G2"].value = "2025-02-28"
    book.save(office.folder / "改好.xlsx")

    assert office.take(office.folder / "改好.xlsx", out=office.folder / "标注2.xlsx").new == 1
