"""The data rows of a sheet: what stands under the header, without totals, footnotes, headings and blank lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from zhucan.core.identifiers import normalise
from zhucan.registry.rosters.columns import field_of
from zhucan.registry.rosters.reading import Sheet

_TOTAL = re.compile(r"^(?:本[页村镇乡县]|全[县镇乡村部])?(?:合计|小计|总计|共计|累计|总人数)|(?:合计|小计|总计)[:：]?$")
_NOTE = re.compile(
    r"^(?:制表|填表|填报|审核|复核|审批|审定|负责人|单位负责|经办|主管|分管|报送|注[:：]|说明[:：]?|备注[:：]|附[:：]|联系人[:：]|日期[:：]"
    r"|单位\(|盖章|签字|签章|以上|第\d+页|\d{4}年\d{1,2}月\d{1,2}日$)"
)
# Written once over several rows that belong together. Never names or numbers: those are one person's own.
_SPREAD = frozenset({"county", "township", "village", "division", "hukou", "address", "bank", "hardship"})
_NUMBERS = frozenset({"id_number", "certificate"})


@dataclass(frozen=True, slots=True)
class Line:
    """A row that tells of a person: its number in the sheet from 1, its filled cells by field."""

    number: int
    said: dict[str, Any]
    formulas: frozenset[str]
    errors: frozenset[str]


def _long(cell: Any) -> bool:
    """Tell whether a cell holds an ID or certificate number, not the count of a total."""
    return (isinstance(cell, str) and len(normalise(cell)) >= 15) or (isinstance(cell, float | int) and cell >= 10**14)


def _written_number(cell: Any) -> bool:
    """Tell whether a cell surely holds an ID number, and no words, as a header repeated further down does."""
    return isinstance(cell, str) and len(cell) == 18 and cell.isascii()


@dataclass
class Lines:
    """Iterates a sheet's data rows; `skipped` collects the numbers of rows passed over that were not blank."""

    sheet: Sheet
    skipped: list[int] = field(default_factory=list)

    def __iter__(self) -> Iterator[Line]:
        sheet = self.sheet
        columns = tuple(sheet.header.positions.items())
        start = sheet.header.last + 1
        spread = self._spread()
        wide = {top for (top, left), (bottom, right) in sheet.merges if top == bottom and right - left >= 2}
        special = {row for row, _ in sheet.formulas} | {row for row, _ in sheet.errors}
        nothing: frozenset[str] = frozenset()
        for number in range(start, len(sheet.rows)):
            row = sheet.rows[number]
            width = len(row)
            said = {
                name: cell
                for name, column in columns
                if column < width and (cell := row[column]) != "" and not (type(cell) is str and cell.isspace())
            }
            formulas = errors = nothing
            if number in special:
                formulas = frozenset(name for name, column in columns if (number, column) in sheet.formulas)
                errors = frozenset(name for name, column in columns if (number, column) in sheet.errors)
            if not said and not formulas and not errors:
                if any(cell != "" and not (type(cell) is str and cell.isspace()) for cell in row):
                    self.skipped.append(number + 1)
                continue
            if not any(_long(said.get(name)) for name in _NUMBERS) and self._no_person(row, said, number in wide):
                self.skipped.append(number + 1)
                continue
            if (
                not _written_number(said.get("id_number"))
                and "name" in said
                and field_of(str(said["name"]))[0] == "name"
                and self._repeats_header(row)
            ):
                self.skipped.append(number + 1)
                continue
            for name, value in spread.get(number, {}).items():
                said.setdefault(name, value)
            yield Line(number + 1, said, formulas, errors)

    def _spread(self) -> dict[int, dict[str, Any]]:
        """Return what merged cells say for the rows below their first."""
        fields = {column: name for name, column in self.sheet.header.positions.items() if name in _SPREAD}
        found: dict[int, dict[str, Any]] = {}
        for (top, left), (bottom, _) in self.sheet.merges:
            if left in fields and bottom > top > self.sheet.header.last and top < len(self.sheet.rows):
                value = self.sheet.rows[top][left] if left < len(self.sheet.rows[top]) else ""
                for row in range(top + 1, min(bottom + 1, len(self.sheet.rows))):
                    if value != "":
                        found.setdefault(row, {})[fields[left]] = value
        return found

    @staticmethod
    def _no_person(row: Any, said: dict[str, Any], wide: bool) -> bool:
        """Tell whether a row without a whole number is a total, a footnote or a heading, not a half-written person."""
        texts = [normalise(cell) for cell in row if isinstance(cell, str) and cell and not cell.isspace()]
        if not texts:
            return False
        if wide and len(texts) == 1:
            return True
        first = next((cell for cell in row if cell != "" and not (isinstance(cell, str) and cell.isspace())), "")
        head = normalise(first) if isinstance(first, str) else ""
        name = said.get("name", "")
        called = normalise(name) if isinstance(name, str) else ""
        own = [head, called] if called else texts
        return any(_TOTAL.search(text) or _NOTE.search(text) for text in own)

    def _repeats_header(self, row: Any) -> bool:
        positions = self.sheet.header.positions
        said = [(name, row[column]) for name, column in positions.items() if column < len(row)]
        return sum(isinstance(cell, str) and field_of(cell)[0] == name for name, cell in said) >= 2
