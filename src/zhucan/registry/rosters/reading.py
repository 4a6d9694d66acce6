"""From a file to sheets of raw cells: the kind is told from the content, and what cannot be read is refused up front."""

import csv
import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import python_calamine

from zhucan.registry.rosters.archive import MAX_ROWS, UnusableRoster, WorkbookMap, survey
from zhucan.registry.rosters.columns import HEADER_ROWS, Header, find_header

MAX_FILE = 50 * 1024 * 1024

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER_TYPES = {
    b"%PDF": "PDF 文件",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"Rar!": "压缩包",
    b"7z\xbc\xaf": "压缩包",
    b"\x1f\x8b": "压缩包",
    b"{\\rtf": "文字文档",
}
_DELIMITERS = (",", "\t", ";", "|")
_Area = tuple[tuple[int, int], tuple[int, int]]
Finder = Callable[[Sequence[Sequence[Any]], Sequence[_Area]], Header | None]
"""Finds the header among the first rows, given the merged cells; `columns.find_header` or one of another kind of list."""
_ASKS = "表头要有“姓名”，并有“身份证号”或“残疾人证号”列"


@dataclass
class Sheet:
    """One table with a header. Rows count from 0; `formulas` and `errors` are cells that hold no plain value."""

    name: str
    rows: Sequence[Sequence[Any]]
    header: Header
    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    merges: Sequence[_Area] = ()
    since_1904: bool = False


@dataclass
class Roster:
    """What a file holds: the sheets with a header, and why each other one was passed over."""

    path: Path
    kind: str
    digest: str
    sheets: list[Sheet]
    skipped: list[tuple[str, str]]
    cells: int = 0
    """How many cells a workbook holds, empty ones with a format too."""


def read(path: Path, finder: Finder = find_header, asks: str = _ASKS) -> Roster:
    """Return the tables of an .xlsx, or of a CSV in UTF-8, UTF-16 or GB18030. Raises `UnusableRoster`.

    `finder` finds the header, and `asks` says in words what it must have.
    """
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise UnusableRoster(f"{path} 是文件夹：请写明其中的表格文件。")
        if path.exists() and not path.is_file():
            raise UnusableRoster(f"{path} 不是普通文件：请写明 .xlsx 或 .csv 文件。")
        if size > MAX_FILE:
            raise UnusableRoster(
                f"{path.name} 有 {size >> 20} MB，超过 {MAX_FILE >> 20} MB 的上限：请拆成几个文件，或删去图片和多余的行。"
            )
        with path.open("rb") as file:
            head = file.read(4096)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise UnusableRoster(f"没有文件 {path}：请核对文件名和所在文件夹。") from error
    except OSError as error:
        raise UnusableRoster(f"读不了 {path.name}：请核对权限，或先在 Excel 中关闭该文件。") from error
    if not head.strip():
        raise UnusableRoster(f"{path.name} 是空文件：请重新导出后再导入。")
    if head.startswith(b"PK"):
        roster = _workbook(path, digest, finder)
    elif head.startswith(_OLE):
        raise _old_office(path)
    else:
        _refuse_other_types(path, head)
        roster = _text_table(path, digest, finder)
    if not roster.sheets:
        raise UnusableRoster(f"{path.name} 前 {HEADER_ROWS} 行里没有找到表头：{asks}；请补上后再导入。")
    if sum(len(sheet.rows) for sheet in roster.sheets) > MAX_ROWS + HEADER_ROWS:
        raise UnusableRoster(f"{path.name} 超过 {MAX_ROWS // 10000} 万行：请拆成几个文件后分别导入。")
    return roster


def _old_office(path: Path) -> UnusableRoster:
    if _ENCRYPTED in path.read_bytes():
        return UnusableRoster(f"{path.name} 设有打开密码：请在 Excel 或 WPS 中取消密码，另存后再导入。")
    return UnusableRoster(f"{path.name} 是旧版 .xls 或别的旧式文档：请用 Excel 或 WPS 另存为 .xlsx 后再导入。")


def _refuse_other_types(path: Path, head: bytes) -> None:
    for magic, kind in _OTHER_TYPES.items():
        if head.startswith(magic):
            raise UnusableRoster(f"{path.name} 是{kind}，不是表格：请导入 .xlsx 或 .csv 文件。")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<html", b"<!doctype", b"<?xml", b"<table", b"mime-version")):
        raise UnusableRoster(f"{path.name} 是网页或 XML，不是真正的表格：请用 Excel 打开后另存为 .xlsx 再导入。")


def _workbook(path: Path, digest: str, finder: Finder) -> Roster:
    found = survey(path)
    sheets: list[Sheet] = []
    skipped: list[tuple[str, str]] = []
    try:
        book = python_calamine.load_workbook(str(path))
        for about in book.sheets_metadata:
            if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                skipped.append((about.name, "不是工作表"))
            elif about.visible != python_calamine.SheetVisibleEnum.Visible:
                skipped.append((about.name, "隐藏的表"))
            else:
                sheet = _sheet(book.get_sheet_by_name(about.name), about.name, found, finder)
                if sheet is None:
                    skipped.append((about.name, "没有找到表头"))
                else:
                    sheets.append(sheet)
    except python_calamine.PasswordError as error:
        raise UnusableRoster(f"{path.name} 设有密码：请在 Excel 或 WPS 中取消密码，另存后再导入。") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise UnusableRoster(f"{path.name} 已损坏或不完整，读不出来：请用 Excel 打开另存后再导入。") from error
    return Roster(path, "xlsx", digest, sheets, skipped, sum(sheet.cells for sheet in found.sheets.values()))


def _sheet(raw: python_calamine.CalamineSheet, name: str, found: WorkbookMap, finder: Finder) -> Sheet | None:
    rows = raw.to_python(skip_empty_area=False)
    if not any(any(cell != "" for cell in row) for row in rows[: HEADER_ROWS + 1]):
        return None
    merges: Sequence[_Area] = raw.merged_cell_ranges or ()
    header = finder(rows, merges)
    if header is None:
        return None
    special = found.sheets.get(name)
    return Sheet(
        name,
        rows,
        header,
        special.formulas if special else set(),
        special.errors if special else set(),
        merges,
        found.since_1904,
    )


def decode(data: bytes) -> str | None:
    """Return the text of a CSV in UTF-8, UTF-16 with a mark, or GB18030; None when it is none of them.

    Strict: a byte that fits nowhere means the file is not what it seems, and nothing is replaced silently.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif data.startswith(b"\xef\xbb\xbf"):
        encodings = ("utf-8-sig",)
    else:
        encodings = ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _text_table(path: Path, digest: str, finder: Finder) -> Roster:
    text = decode(path.read_bytes())
    if text is None:
        raise UnusableRoster(
            f"{path.name} 不是 UTF-8 或 GB18030 编码的文本表格：请用 Excel 另存为 .xlsx 或 CSV 后再导入。"
        )
    best: Header | None = None
    delimiter = ","
    for candidate in _DELIMITERS:
        try:
            sample = _first_rows(text, candidate)
        except csv.Error:
            continue
        header = finder(sample, ())
        if header is not None and (best is None or len(header.positions) > len(best.positions)):
            best, delimiter = header, candidate
    if best is None:
        return Roster(path, "csv", digest, [], [])
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UnusableRoster(f"{path.name} 的引号不成对或某格过长，读不出来：请用 Excel 打开另存后再导入。") from error
    formulas = {
        (number, column)
        for number, row in enumerate(rows)
        if any(cell[:1] == "=" for cell in row)
        for column, cell in enumerate(row)
        if cell[:1] == "=" and not (cell[1:2] == '"' and cell.endswith('"') and cell.count('"') == 2)
    }
    return Roster(path, "csv", digest, [Sheet(path.stem, rows, best, formulas)], [])


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [row for row, _ in zip(reader, range(HEADER_ROWS + 1), strict=False)]
