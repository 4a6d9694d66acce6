"""A look into a workbook's zip before it is unpacked: its size, its sheets' extents, cells with formulas or errors.

The workbook reader allocates a sheet's whole rectangle and copies shared texts into every cell, so a small file can
ask for all memory. Everything is therefore unpacked once here in small pieces and counted, whatever the zip's own
directory says.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from zhucan.core.errors import ZhucanError

MAX_UNPACKED = 1024 * 1024 * 1024
MAX_RATIO = 250
MAX_ENTRIES = 3000
MAX_CELLS = 30_000_000
MAX_ROWS = 500_000
MAX_TEXT = 1024 * 1024 * 1024

_PIECE = 4 * 1024 * 1024
_SMALL = 16 * 1024 * 1024  # below this no ratio is suspicious
_LONG_TEXT = 2000
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PREFIX = re.compile(rb"<([A-Za-z0-9_]+):worksheet")
_ROW_NUMBER = re.compile(rb"""<row\b[^>]*?\sr=["'](\d+)""")
_WIDE = re.compile(rb"""\sr=["']([A-Z]{2,3})\d+["'][^>]*[^/]>""")
_BEYOND_Z = re.compile(rb"""r=["'][A-Z][A-Z]""")
_TAG = re.compile(rb"""<row\b[^>]*>|<c(?=[\s/>])[^>]*>""")
_REF = re.compile(rb"""\sr=["']([A-Z]*)(\d+)["']""")
_CELL = re.compile(rb"<c(?=[\s>])([^>]*[^/]|)>(.*?)</c>", re.DOTALL)
_FORMULA = re.compile(rb"<f[\s>/]")
_FORMULA_STARTS = (b"<f>", b"<f ", b"<f/", b"<f\n", b"<f\r", b"<f\t")
_ERROR_STARTS = (b't="e"', b"t='e'")
_AREA = re.compile(rb"""<f\b[^>]*\sref=["']([A-Z]+)(\d+):([A-Z]+)(\d+)["']""")
_ERROR = re.compile(rb"""\st=["']e["']""")
_INDEX = re.compile(rb"<v>(\d+)</v>")


class UnusableRoster(ZhucanError):
    """The file cannot be read in; nothing was changed."""


@dataclass
class SheetMap:
    """Where a sheet has cells that must not be read as plain values; rows and columns count from 0."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    rows: int = 0
    columns: int = 26
    cells: int = 0
    texts: int = 0


@dataclass
class WorkbookMap:
    """What stands in a workbook, by sheet name."""

    sheets: dict[str, SheetMap]
    since_1904: bool


def column_number(letters: str) -> int:
    """Return the number of a column from 0.

    >>> column_number("A"), column_number("AA")
    (0, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def survey(path: Path) -> WorkbookMap:
    """Return the map of a workbook that is safe to open. Raises `UnusableRoster`."""
    name = path.name
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            parts = {info.filename.lstrip("/"): info for info in archive.infolist()}
            _check_directory(name, archive.infolist(), path.stat().st_size)
            if "xl/workbook.xml" not in parts:
                kind = "xlsb 工作簿" if "xl/workbook.bin" in parts else "压缩包或别的文档"
                raise UnusableRoster(f"{name} 是{kind}，不是 xlsx 表格：请用 Excel 或 WPS 另存为 .xlsx 后再导入。")
            return _survey(file, parts)
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, KeyError, ValueError) as error:
        raise UnusableRoster(
            f"{name} 已损坏或不完整，读不出来：请重新取得文件，或用 Excel 打开另存后再导入。"
        ) from error
    except (NotImplementedError, RuntimeError) as error:  # how zipfile reports encryption and rare compressions
        raise UnusableRoster(f"{name} 设有密码或用了少见的压缩：请去掉密码另存为 .xlsx 后再导入。") from error


def _check_directory(name: str, entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(info.file_size for info in entries)
    names = {info.filename.lstrip("/") for info in entries}
    if len(names) < len(entries) or len(entries) > MAX_ENTRIES or sum(info.compress_size for info in entries) > size:
        raise UnusableRoster(f"{name} 的内部结构不正常（疑似压缩炸弹）：没有导入，请核对文件来源。")
    if unpacked > MAX_UNPACKED:
        raise _too_big(name)
    if unpacked > _SMALL and unpacked > MAX_RATIO * size:
        raise UnusableRoster(
            f"{name} 解开后会胀大 {unpacked // max(size, 1)} 倍（疑似压缩炸弹）：没有导入，请核对文件来源。"
        )
    if any(info.flag_bits & 1 for info in entries):
        raise UnusableRoster(f"{name} 设有密码：请去掉密码另存为 .xlsx 后再导入。")


def _too_big(name: str) -> UnusableRoster:
    return UnusableRoster(f"{name} 解开后超过 {MAX_UNPACKED >> 20} MB：没有导入，请拆成几个文件，或核对文件来源。")


def _survey(file: IO[bytes], parts: dict[str, zipfile.ZipInfo]) -> WorkbookMap:
    name = Path(file.name).name
    book = ElementTree.fromstring(_whole(file, parts["xl/workbook.xml"]))
    links = ElementTree.fromstring(_whole(file, parts["xl/_rels/workbook.xml.rels"]))
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    strict = book.tag.removesuffix("workbook")
    names = {}
    for sheet in book.iter(f"{strict}sheet"):
        link = next((value for key, value in sheet.attrib.items() if key == _REL or key.endswith("}id")), "")
        target = targets.get(link, "")
        names[target.lstrip("/") if target.startswith("/") else f"xl/{target}"] = sheet.get("name", "")
    settings = book.find(f"{strict}workbookPr")
    since_1904 = settings is not None and settings.get("date1904") in ("1", "true")
    long_texts = _long_texts(file, parts)
    sheets: dict[str, SheetMap] = {}
    for part, info in parts.items():
        if part in names:
            found = _survey_sheet(name, names[part], _pieces(file, info), long_texts)
            sheets[names[part]] = found
        elif part != "xl/sharedStrings.xml":
            for _ in _pieces(file, info):
                pass  # only to hold what it really unpacks to against the directory
    if sum(sheet.rows * sheet.columns for sheet in sheets.values()) > MAX_CELLS:
        raise UnusableRoster(
            f"{name} 的表格范围太大（超过 {MAX_CELLS // 10000} 万格）：请删去表外的多余行列，或拆成几个文件。"
        )
    if sum(sheet.texts for sheet in sheets.values()) > MAX_TEXT:
        raise _too_big(name)
    return WorkbookMap(sheets, since_1904)


def _pieces(file: IO[bytes], info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what an entry really unpacks to, never more than its directory entry says."""
    file.seek(info.header_offset)
    head = file.read(30)
    if head[:4] != b"PK\x03\x04" or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile(info.filename)
    file.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
    left, unpacked = info.compress_size, 0
    inflate = zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
    waiting = b""
    while left or waiting:
        if not waiting:
            waiting = file.read(min(left, 1 << 20))
            if not waiting:
                raise EOFError(info.filename)
            left -= len(waiting)
        if inflate is None:
            piece, waiting = waiting, b""
        else:
            piece = inflate.decompress(waiting, _PIECE)
            waiting = inflate.unconsumed_tail
        unpacked += len(piece)
        if unpacked > info.file_size:
            raise zipfile.BadZipFile(info.filename)
        yield piece
    while inflate is not None and not inflate.eof:
        piece = inflate.decompress(b"", _PIECE)
        unpacked += len(piece)
        if not piece or unpacked > info.file_size:
            break
        yield piece
    if unpacked != info.file_size:
        raise zipfile.BadZipFile(info.filename)


def _whole(file: IO[bytes], info: zipfile.ZipInfo) -> bytes:
    if info.file_size > _SMALL:
        raise zipfile.BadZipFile(info.filename)
    data = b"".join(_pieces(file, info))
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise zipfile.BadZipFile(info.filename)
    return data


def _long_texts(file: IO[bytes], parts: dict[str, zipfile.ZipInfo]) -> dict[int, int]:
    """Return the lengths of the shared texts that are long, by index."""
    info = parts.get("xl/sharedStrings.xml")
    lengths: dict[int, int] = {}
    if info is None:
        return lengths
    index, length, rest = -1, 0, b""
    for piece in _pieces(file, info):
        data = rest + piece
        rest = data[-8:]  # a tag may be cut in two
        chunks = re.split(rb"<(?:\w+:)?si(?=[\s>])", data[: len(data) - len(rest)])
        for number, chunk in enumerate(chunks):
            if number:
                index, length = index + 1, 0
            length += len(chunk)
            if length > _LONG_TEXT:
                lengths[index] = length
    return lengths


def _survey_sheet(name: str, sheet: str, pieces: Iterator[bytes], long_texts: dict[int, int]) -> SheetMap:
    found = SheetMap()
    rest, prefix, position = b"", b"", (0, -1)
    first = True
    for piece in pieces:
        if first:
            first = False
            if piece[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<!DOCTYPE" in piece[:2000]:
                raise zipfile.BadZipFile(name)
            match = _PREFIX.search(piece[:2000])
            prefix = match[1] + b":" if match else b""
        data = rest + piece
        cut = data.rfind(b"<" + prefix + b"row")
        if cut <= 0:
            rest = data
            if len(rest) > 8 * _PIECE:  # one row of 32 MB is no roster
                raise UnusableRoster(f"{name} 的表“{sheet}”有一行大得不正常：没有导入，请核对文件来源。")
            continue
        position = _survey_rows(found, data[:cut], prefix, long_texts, position)
        rest = data[cut:]
    _survey_rows(found, rest, prefix, long_texts, position)
    if found.rows > MAX_ROWS + 100:
        raise UnusableRoster(f"{name} 的表“{sheet}”超过 {MAX_ROWS // 10000} 万行：请拆成几个文件，或删去表尾多余的行。")
    return found


def _survey_rows(
    found: SheetMap, data: bytes, prefix: bytes, long_texts: dict[int, int], position: tuple[int, int]
) -> tuple[int, int]:
    """Add what whole rows hold to the map; return the last row's number and column for rows that do not say theirs."""
    if prefix:
        data = data.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
    cells = data.count(b"<c ") + data.count(b"<c>")
    if not cells and b"<row" not in data:
        return position
    found.cells += cells
    rows = data.count(b"<row ") + data.count(b"<row>")
    if data.count(b"<c r=") == cells and len(numbers := _ROW_NUMBER.findall(data)) == rows:
        last_value = max(data.rfind(b"</v>"), data.rfind(b"</is>"), data.rfind(b"</f>"))
        if last_value >= 0:
            start = max(data.rfind(b"<row", 0, last_value), 0)
            found.rows = max((found.rows, *map(int, _ROW_NUMBER.findall(data, start, last_value))))
            if _BEYOND_Z.search(data):
                widest = max(set(_WIDE.findall(data)), key=lambda letters: (len(letters), letters), default=b"")
                found.columns = max(found.columns, column_number(widest.decode()) + 1)
        position = (int(numbers[-1]) if numbers else position[0], -1)
    else:
        position = _walk(found, data, position)
    if any(start in data for start in (*_FORMULA_STARTS, *_ERROR_STARTS)):
        _note_cells(found, data)
    if long_texts:
        found.texts += sum(long_texts.get(int(index), 0) for index in _INDEX.findall(data))
    return position


def _walk(found: SheetMap, data: bytes, position: tuple[int, int]) -> tuple[int, int]:
    """Follow every tag, for writers that leave the references out; their empty cells count as filled."""
    row, column = position
    for match in _TAG.finditer(data):
        tag = match[0]
        reference = _REF.search(tag)
        if tag.startswith(b"<row"):
            row, column = int(reference[2]) if reference else row + 1, -1
            continue
        column = column_number(reference[1].decode()) if reference and reference[1] else column + 1
        row = int(reference[2]) if reference and reference[1] else row
        found.rows, found.columns = max(found.rows, row), max(found.columns, column + 1)
    return row, column


def _note_cells(found: SheetMap, data: bytes) -> None:
    """Note the cells with a formula or an error. A cell without a reference cannot be placed and is passed over."""
    for match in _CELL.finditer(data):
        formula, error = _FORMULA.search(match[2]), _ERROR.search(match[1])
        if not formula and not error:
            continue
        reference = _REF.search(match[1])
        if reference is None:
            continue
        cell = (int(reference[2]) - 1, column_number(reference[1].decode()))
        (found.formulas if formula else found.errors).add(cell)
        area = _AREA.search(match[2])
        if area and b't="array"' in match[2]:
            last = (min(int(area[4]), MAX_ROWS), min(column_number(area[3].decode()), cell[1] + 100))
            for row in range(cell[0], last[0]):
                found.formulas.update((row, column) for column in range(cell[1], last[1] + 1))
