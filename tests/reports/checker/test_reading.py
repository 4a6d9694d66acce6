"""What a clerk drops in is read, or refused with one Chinese sentence."""

import io
import json
import zipfile
from pathlib import Path

import docx
import pytest
from django.core.management import CommandError, call_command

from zhucan.reports.checker import check, reading
from zhucan.reports.checker.reading import Unreadable, read

TEXT = "青禾县残联2024年工作总结\n全县持证残疾人100人，其中男60人，女30人。"


def _word(rows: list[list[str]] | None = None) -> bytes:
    document = docx.Document()
    for line in TEXT.split("\n"):
        document.add_paragraph(line)
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_encodings_offices_write(encoding: str):
    assert read("report.txt", TEXT.encode(encoding)) == TEXT.split("\n")


def test_windows_line_ends_do_not_change_line_numbers():
    assert read("report.md", TEXT.replace("\n", "\r\n").encode()) == TEXT.split("\n")


def test_word_is_read_in_order_with_tables_as_rows():
    lines = read("report.docx", _word([["乡镇", "人数"], ["甲乡", "3"], ["乙乡", "4"], ["合计", "8"]]))

    assert lines[:2] == TEXT.split("\n")
    assert lines[-1] == "合计\t8"
    assert [(one.kind, one.line) for one in check(lines) if one.severity == "error"] == [
        ("parts-and-whole", 2),
        ("table-total", 6),
    ]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("report.doc", b"\xd0\xcf\x11\xe0", "另存为 .docx"),
        ("report.pdf", b"%PDF-1.7", "不是能检查的文件"),
        ("report.txt", b"  \n ", "是空的"),
        ("report.txt", b"\0\1\2\0", "不是文字文件"),
        ("report.txt", "残".encode() * 700_000, "字"),
        ("report.txt", b"\xff" * 21 * 1024 * 1024, "MB"),
        ("report.txt", b"\x80\xff\x81", "编码"),
        ("report.docx", b"PK\x03\x04broken", "打不开"),
        ("report.docx", b"just text", "打不开"),
    ],
)
def test_what_is_no_report_is_refused_with_one_sentence(name: str, data: bytes, said: str):
    with pytest.raises(Unreadable, match=said) as refused:
        read(name, data)

    assert str(refused.value).count("。") == 1


def test_a_package_that_unpacks_to_too_much_is_not_opened():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"0" * (reading._UNPACKED + 1))

    with pytest.raises(Unreadable, match="展开"):
        read("report.docx", out.getvalue())


def test_a_word_file_of_pictures_alone_has_nothing_to_check():
    out = io.BytesIO()
    docx.Document().save(out)

    with pytest.raises(Unreadable, match="没有文字"):
        read("report.docx", out.getvalue())


def test_the_command_prints_findings_and_their_number(tmp_path: Path):
    path, out = tmp_path / "report.txt", io.StringIO()
    path.write_text(TEXT, encoding="utf-8")

    call_command("check-report", str(path), stdout=out)

    assert "第 2 行 [错误] 分项与合计：60 + 30 = 90，比100人少 10 人" in out.getvalue()
    assert "共 1 处：错误 1，存疑 0，文字 0。" in out.getvalue()


def test_the_command_gives_json_in_its_fixed_form(tmp_path: Path):
    path, out = tmp_path / "report.txt", io.StringIO()
    path.write_text(TEXT, encoding="utf-8")

    call_command("check-report", str(path), "--json", stdout=out)

    (finding,) = json.loads(out.getvalue())
    assert list(finding) == ["kind", "severity", "line", "sentence", "detail"]
    assert (finding["kind"], finding["severity"], finding["line"]) == ("parts-and-whole", "error", 2)


@pytest.mark.parametrize("name", ["missing.txt", "", "report.pdf"])
def test_the_command_refuses_what_it_cannot_read(tmp_path: Path, name: str):
    (tmp_path / "report.pdf").write_bytes(b"%PDF-")

    with pytest.raises(CommandError, match=r"。$"):
        call_command("check-report", str(tmp_path / name))
