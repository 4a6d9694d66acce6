"""A pretended office that writes rosters in its own ways and hands them in."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from zhucan.core.identifiers import check_character, make_certificate_number
from zhucan.orgs import divisions
from zhucan.orgs.clock import moment
from zhucan.registry.models import Certificate, Person
from zhucan.registry.rosters.importing import ImportResult, import_people

DATA = Path(__file__).parents[2] / "data"
TODAY = date(2026, 11, 10)

Rows = Sequence[Sequence[Any]]


def identity(number: int, born: str = "19700302") -> str:
    """Return an invented ID number of the demo county."""
    body = f"330499{born}{number:03d}"
    return body + check_character(body)


def card(number: int, category: str = "physical", grade: int = 2, born: str = "19700302") -> str:
    """Return the certificate number that belongs to an invented ID."""
    return make_certificate_number(identity(number, born), category, grade)


HEAD = ("姓名", "身份证号", "残疾人证号", "残疾类别", "残疾等级", "发证日期", "有效期至", "村（社区）")


def line(number: int = 1, **changes: Any) -> list[Any]:
    """Return a sound row under `HEAD`; `changes` are by name, issue, expiry…"""
    said: dict[str, Any] = {
        "name": "王小明",
        "id": identity(number),
        "card": card(number),
        "category": "肢体",
        "grade": "二级",
        "issued": "2020-05-06",
        "expires": "2030-05-06",
        "village": "河湾村",
    }
    unknown = changes.keys() - said.keys()
    assert not unknown, unknown
    return list((said | changes).values())


class Office:
    """Writes files into a folder and imports them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def xlsx(self, *sheets: Rows, name: str = "名单.xlsx", merges: Sequence[str] = ()) -> Path:
        """Write sheets; texts beginning with = are formulas, days are date cells."""
        path = self.folder / name
        with xlsxwriter.Workbook(str(path)) as book:
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            for sheet in sheets:
                page = book.add_worksheet()
                for row, cells in enumerate(sheet):
                    for column, cell in enumerate(cells):
                        if isinstance(cell, date):
                            page.write_datetime(row, column, cell, day)
                        elif isinstance(cell, str) and not cell.startswith("="):
                            page.write_string(row, column, cell)
                        else:
                            page.write(row, column, cell)
                for merge in merges:
                    page.merge_range(merge, sheet[0][0])
        return path

    def csv(self, rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> Path:
        """Write a text table."""
        path = self.folder / "名单.csv"
        path.write_bytes("".join(delimiter.join(map(str, row)) + "\r\n" for row in rows).encode(encoding))
        return path

    def take(self, path: Path, **options: Any) -> ImportResult:
        """Import a file as of `TODAY`; the copy of the time before makes way."""
        copy = self.folder / "标注.xlsx"
        copy.unlink(missing_ok=True)
        chosen: dict[str, Any] = {"at": moment(TODAY), "by": None, "out": copy, **options}
        return import_people(path=path, **chosen)

    def certificate(self, *cells: Any, head: Sequence[str] = HEAD) -> Certificate:
        """Import one row, which must go in, and return its certificate."""
        result = self.take(self.xlsx([head, cells]))
        assert [row.faults for row in result.rejected] == []
        assert result.new == 1
        return Certificate.objects.get()

    def fault(self, *cells: Any, head: Sequence[str] = HEAD) -> str:
        """Import one row, which must come back for one reason, and return the sentence."""
        result = self.take(self.xlsx([head, cells]))
        assert (result.new, len(result.rejected)) == (0, 1)
        assert not Person.objects.exists()
        assert len(result.rejected[0].faults) == 1, result.rejected[0].faults
        return result.rejected[0].faults[0].sentence

    def doubts(self, *cells: Any, head: Sequence[str] = HEAD) -> list[str]:
        """Import one row, which must go in, and return what is remarked about it."""
        result = self.take(self.xlsx([head, cells]))
        assert (result.new, [row.faults for row in result.rejected]) == (1, [])
        return [remark.sentence for row in result.warned for remark in row.doubts]


@pytest.fixture
def office(db: None, tmp_path: Path) -> Office:
    divisions.load(divisions.read(DATA / "divisions.csv"))
    return Office(tmp_path)
