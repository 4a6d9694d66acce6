"""The marked-up copy: the office's own workbook with every bad cell filled and every sentence in a last column.

A mended copy can be read in again: the column 错误说明 is passed over, and rows that went in before change nothing.
"""

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
import xlsxwriter
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from zhucan.core.errors import ZhucanError
from zhucan.registry.rosters.columns import MARKS, field_of
from zhucan.registry.rosters.reading import Roster, Sheet
from zhucan.registry.rosters.remarks import Remark, Row

FULL_COPY_ROWS = 20_000
"""Above this many rows only those that came back are written: reopening the whole workbook would take minutes."""
_FULL_COPY_CELLS = 1_000_000

_AUTHOR = "助残"
_WRONG, _DOUBTFUL = "FFFFC7CE", "FFFFEB9C"
_WIDTH = 60


class CannotMark(ZhucanError):
    """The marked-up copy cannot be written."""


def target(path: Path, out: Path | None) -> Path:
    """Return where the copy goes: `out`, or a free name beside the file. Raises `CannotMark`."""
    if out is not None:
        if out.suffix.lower() != ".xlsx":
            raise CannotMark(f"标注副本 {out.name} 要以 .xlsx 结尾：请改一个文件名。")
        if out.exists():
            raise CannotMark(f"{out.name} 已经存在，没有覆盖（也许是改到一半的副本）：请用 --out 另取一个名字。")
        if not out.parent.is_dir():
            raise CannotMark(f"没有文件夹 {out.parent}：请先建立它，或用 --out 指明别处。")
        folder = out.parent
    else:
        folder = path.parent
    if folder.exists() and not os.access(folder, os.W_OK):
        raise CannotMark(f"文件夹 {folder} 不能写入，标注副本无处可放：请用 --out 指明别处。")
    if out is not None:
        return out
    stem = path.stem.split("-标注")[0] or path.stem
    candidates = [
        path.with_name(f"{stem}-标注.xlsx"),
        *(path.with_name(f"{stem}-标注{n}.xlsx") for n in range(2, 1000)),
    ]
    return next(candidate for candidate in candidates if not candidate.exists())


def write(roster: Roster, rejected: Sequence[Row], warned: Sequence[Row], out: Path) -> bool:
    """Write the copy; return whether it holds only the rows that came back. Raises `CannotMark`.

    It is written beside its place and moved there whole, so that a full disk leaves no half file.
    """
    lines = sum(len(sheet.rows) for sheet in roster.sheets)
    only_rejected = lines > FULL_COPY_ROWS or roster.cells > _FULL_COPY_CELLS
    part = None
    try:
        with tempfile.NamedTemporaryFile(dir=out.parent, prefix=".", suffix=".xlsx", delete=False) as file:
            part = Path(file.name)
        if only_rejected:
            _rows_alone(roster, [*rejected, *warned], part)
        elif roster.kind == "xlsx":
            _own_workbook(roster, rejected, warned, part)
        else:
            _from_text(roster, rejected, warned, part)
        part.replace(out)
    except (OSError, ValueError, TypeError, KeyError, BadZipFile, InvalidFileException) as error:
        raise CannotMark(
            f"标注副本 {out.name} 写不出来，没有导入：请核对位置和空间，或把原文件另存为 .xlsx 后再导入。"
        ) from error
    finally:
        if part is not None and part.exists():
            part.unlink()
    return only_rejected


def explanation(row: Row) -> str:
    """Return all sentences of a row as one text; warnings are called so."""
    sentences = [remark.sentence for remark in row.faults]
    sentences += [f"提醒：{remark.sentence}" for remark in row.doubts]
    return neutral(" ".join(sentences))


def neutral(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    >>> neutral("=1+1"), neutral("青石镇")
    ("'=1+1", '青石镇')
    """
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _column(sheet: Sheet, remark: Remark) -> int:
    positions = sheet.header.positions  # a list that goes by numbers may have no names
    return next(
        (positions[name] for name in (remark.field, "name", "id_number", "certificate") if name in positions), 0
    )


def _by_sheet(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.sheet].append(row)
    return found


def _own_workbook(roster: Roster, rejected: Sequence[Row], warned: Sequence[Row], out: Path) -> None:
    with roster.path.open("rb") as file:  # openpyxl goes by the name, which may say .csv
        book = openpyxl.load_workbook(file)
    rows = _by_sheet([*rejected, *warned])
    for number, sheet in enumerate(roster.sheets):
        page = book[sheet.name]
        column = _marks_column(page, sheet)
        _clear_marks(page, sheet, column)
        head = page.cell(sheet.header.first + 1, column)
        if not isinstance(head, MergedCell):
            head.value = MARKS
            head.font = Font(bold=True)
        page.column_dimensions[get_column_letter(column)].width = _WIDTH
        for row in rows.get(number, ()):
            said = page.cell(row.number, column)
            if isinstance(said, Cell):
                said.value = explanation(row)
                said.alignment = Alignment(wrap_text=True, vertical="top")
            for remark, colour in [(r, _WRONG) for r in row.faults] + [(r, _DOUBTFUL) for r in row.doubts]:
                _mark(page.cell(row.number, _column(sheet, remark) + 1), remark, colour)
    book.save(out)


def _marks_column(page: Worksheet, sheet: Sheet) -> int:
    """Return the column of an earlier 错误说明, or the first free one behind the table."""
    for line in (sheet.header.first + 1, sheet.header.last + 1):
        for cell in page[line]:
            if isinstance(cell.value, str) and cell.value.strip() == MARKS:
                return int(cell.column or 1)
    filled = (column for row in sheet.rows for column in range(len(row) - 1, -1, -1) if row[column] != "")
    widest = max(max(sheet.header.positions.values()), max(filled, default=0))
    return widest + 2


def _clear_marks(page: Worksheet, sheet: Sheet, column: int) -> None:
    """Take off the marks of an earlier copy, so that mended cells look mended."""
    for line in page.iter_rows(min_row=sheet.header.last + 2, max_row=len(sheet.rows), max_col=column):
        for cell in line:
            if isinstance(cell, MergedCell):
                continue
            if cell.comment is not None and cell.comment.author == _AUTHOR:
                cell.comment = None
                cell.fill = PatternFill()
            if cell.column == column and cell.value is not None:
                cell.value = None


def _mark(cell: Cell | MergedCell, remark: Remark, colour: str) -> None:
    cell.fill = PatternFill("solid", fgColor=colour)
    if isinstance(cell, MergedCell):
        return  # only the first cell of a merged one can carry a comment; the last column says it anyway
    before = f"{cell.comment.text}\n" if cell.comment is not None and cell.comment.author == _AUTHOR else ""
    cell.comment = Comment(before + remark.sentence, _AUTHOR, width=320, height=120)


class _Page:
    """One sheet of a new workbook that is written from raw cells."""

    def __init__(self, book: xlsxwriter.Workbook, name: str) -> None:
        self.page = book.add_worksheet(name)
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.bold = book.add_format({"bold": True, "text_wrap": True})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.fills = {
            colour: book.add_format({"bg_color": f"#{colour[2:]}", "num_format": "@"}) for colour in (_WRONG, _DOUBTFUL)
        }

    def put(self, row: int, column: int, value: Any, form: Any = None) -> None:
        """Write a cell as it was: texts stay texts whatever they begin with."""
        if value is None or value == "":
            if form is not None:
                self.page.write_blank(row, column, None, form)
        elif isinstance(value, bool):
            self.page.write_boolean(row, column, value, form)
        elif isinstance(value, int | float):
            self.page.write_number(row, column, value, form)
        elif isinstance(value, datetime | date):
            self.page.write_datetime(row, column, value, form or self.day)
        else:
            self.page.write_string(row, column, str(value)[:32767], form)

    def mark(self, at: int, sheet: Sheet, row: Row, cells: Sequence[Any], shift: int) -> None:
        """Fill a row's bad cells and put its comments."""
        sentences: dict[int, list[str]] = defaultdict(list)
        colours: dict[int, str] = {}
        for remark, colour in [(r, _DOUBTFUL) for r in row.doubts] + [(r, _WRONG) for r in row.faults]:
            column = _column(sheet, remark)
            sentences[column].append(remark.sentence)
            colours[column] = colour
        for column, said in sentences.items():
            self.put(at, column + shift, cells[column] if column < len(cells) else "", self.fills[colours[column]])
            self.page.write_comment(at, column + shift, "\n".join(said), {"author": _AUTHOR, "x_scale": 2})


def _book(out: Path) -> xlsxwriter.Workbook:
    return xlsxwriter.Workbook(
        str(out), {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    )


def _from_text(roster: Roster, rejected: Sequence[Row], warned: Sequence[Row], out: Path) -> None:
    """Write a CSV as a workbook, all cells as text, with the marks."""
    rows = {(row.sheet, row.number): row for row in [*rejected, *warned]}
    with _book(out) as book:
        for number, sheet in enumerate(roster.sheets):
            page = _Page(book, "名单")
            old = {
                column
                for line in sheet.rows[sheet.header.first : sheet.header.last + 1]
                for column, cell in enumerate(line)
                if field_of(cell)[0] == "marks"
            }
            width = max((len(line) for line in sheet.rows), default=1)
            for at, line in enumerate(sheet.rows):
                for column, cell in enumerate(line):
                    if column not in old:
                        page.put(at, column, cell, page.bold if at == sheet.header.first else None)
                row = rows.get((number, at + 1))
                if row is not None:
                    page.mark(at, sheet, row, line, 0)
                    page.put(at, width, explanation(row), page.wrap)
            page.put(sheet.header.first, width, MARKS, page.bold)
            page.page.set_column(width, width, _WIDTH)
            page.page.freeze_panes(sheet.header.last + 1, 0)


def _rows_alone(roster: Roster, rows: Sequence[Row], out: Path) -> None:
    """Write only the rows that came back or were warned of, under their header, with their row numbers in the file."""
    with _book(out) as book:
        for number, found in sorted(_by_sheet(rows).items()):
            sheet = roster.sheets[number]
            page = _Page(book, f"退回{number + 1}")
            header = [
                next((str(sheet.rows[line][column]) for line in (sheet.header.last, sheet.header.first)
                      if column < len(sheet.rows[line]) and sheet.rows[line][column] != ""), "")
                for column in range(max(len(sheet.rows[sheet.header.first]), len(sheet.rows[sheet.header.last])))
            ]  # fmt: skip
            if sheet.header.first < sheet.header.last:  # two rows become one, which must mean the same by itself
                for field, column in sheet.header.positions.items():
                    header[column] = sheet.header.label(field)
            for column, text in enumerate(["原行号", *header]):
                page.put(0, column, text, page.bold)
            width = len(header) + 1
            page.put(0, width, MARKS, page.bold)
            page.page.set_column(width, width, _WIDTH)
            page.page.freeze_panes(1, 0)
            for at, row in enumerate(sorted(found, key=lambda row: row.number), start=1):
                cells = sheet.rows[row.number - 1]
                page.put(at, 0, row.number)
                for column, cell in enumerate(cells):
                    page.put(at, column + 1, cell)
                page.mark(at, sheet, row, cells, 1)
                page.put(at, width, explanation(row), page.wrap)
