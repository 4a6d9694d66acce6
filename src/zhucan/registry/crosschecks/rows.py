"""What one row of a list says: who it is about, as far as it tells, and what is claimed in the registry's terms."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhucan.core.identifiers import InvalidNumber, ResidentID, certificate_number, resident_id
from zhucan.orgs.models import Division
from zhucan.registry.choices import InsuranceKind
from zhucan.registry.crosschecks.kinds import ListKind
from zhucan.registry.rosters import cells
from zhucan.registry.rosters.cells import BadCell, NotKept
from zhucan.registry.rosters.lines import Line, Lines
from zhucan.registry.rosters.places import Gazetteer, UnknownPlace
from zhucan.registry.rosters.reading import Roster, Sheet

_SEXES = {"男": "male", "男性": "male", "女": "female", "女性": "female"}
_INSURANCES = (
    (re.compile(r"(?:城乡)?居民.*养老|新农保|城居保"), InsuranceKind.RESIDENT_PENSION),
    (re.compile(r"(?:城镇)?职工.*养老|企业.*养老|机关.*养老"), InsuranceKind.EMPLOYEE_PENSION),
    (re.compile(r"养老"), InsuranceKind.OTHER_PENSION),
    (re.compile(r"(?:城乡)?居民.*医|新农合"), InsuranceKind.RESIDENT_MEDICAL),
    (re.compile(r"职工.*医"), InsuranceKind.EMPLOYEE_MEDICAL),
    (re.compile(r"意外"), InsuranceKind.ACCIDENT),
)


@dataclass(slots=True)
class Told:
    """One row. `identity` is None where no sound number stands in it, and `number` is what was written instead."""

    sheet: int
    number: int
    name: str = ""
    identity: ResidentID | None = None
    written: str = ""
    sex: str = ""
    born: date | None = None
    division: Division | None = None
    claim: dict[str, Any] = field(default_factory=dict)
    cells: list[tuple[str, str]] = field(default_factory=list)
    fault: str = ""

    @property
    def day(self) -> date | None:
        """Return the day from which the claim holds."""
        said = self.claim.get("day")
        return date.fromisoformat(said) if said else None


class Reader:
    """Reads the rows of a file of one kind; places are looked up among all there are."""

    def __init__(self, kind: ListKind, roster: Roster, places: Gazetteer, today: date) -> None:
        self.kind, self.roster, self.places, self.today = kind, roster, places, today
        self.skipped = 0

    def __iter__(self) -> Iterator[Told]:
        for number, sheet in enumerate(self.roster.sheets):
            lines = Lines(sheet)
            for line in lines:
                yield self._row(number, sheet, line)
            self.skipped += len(lines.skipped)

    def _row(self, number: int, sheet: Sheet, line: Line) -> Told:
        row = Told(number, line.number)
        row.cells = [(sheet.header.label(name), cells.text(cell)[:80]) for name, cell in line.said.items()]
        broken = (line.formulas | line.errors) - {"county", "sex"}
        if broken:
            word = sheet.header.label(next(iter(sorted(broken))))
            row.fault = f"{word}是公式或错误值，不是填写的内容；请复制后“选择性粘贴为数值”再导入。"
            return row
        try:
            self._who(row, line.said)
            self._what(row, line.said, sheet)
        except (BadCell, NotKept) as error:
            row.fault = str(error)
        return row

    def _who(self, row: Told, said: Mapping[str, Any]) -> None:
        name, bad = said.get("name", ""), None
        try:
            row.name = cells.person_name(name) if isinstance(name, str) and name else ""
        except BadCell as error:
            bad = error  # a sound number tells who is meant without it
        for column in ("id_number", "certificate"):
            cell = said.get(column, "")
            if cell == "" or row.identity is not None:
                continue
            written = cells.optional(cell).upper() if isinstance(cell, str) else ""
            row.written = row.written or written or "末位丢失的号码"
            try:
                read = resident_id if column == "id_number" else lambda text: certificate_number(text).id
                row.identity = read(written)
            except InvalidNumber:
                continue  # matched by the rest of what the row says, and told so
        row.sex = row.identity.sex if row.identity else _SEXES.get(cells.optional(said.get("sex", "")), "")
        if row.identity is not None:
            row.born = row.identity.born
        elif "born" in said:
            row.born = cells.day(said["born"])
        elif re.fullmatch(r"\d{17}[\dX]", row.written):
            row.born = _day_in(row.written)
        if bad is not None and row.identity is None:
            raise bad
        if not row.name and row.identity is None:
            raise BadCell("既没有姓名，也没有能用的身份证号，认不出是谁；请补填。")
        words = [cells.optional(said.get(name, "")) for name in ("division", "county", "township", "village")]
        address = cells.optional(said.get("hukou", "")) or cells.optional(said.get("address", ""))
        try:
            row.division = self.places.find(*words) if any(words) else None
            if row.division is None and address:
                row.division = self.places.in_address(address, words[2])
        except UnknownPlace:
            row.division = None  # the place only helps to tell people apart

    def _what(self, row: Told, said: Mapping[str, Any], sheet: Sheet) -> None:
        for name in ("day", "end"):
            found = cells.day(said[name], since_1904=sheet.since_1904) if name in said else None
            word = sheet.header.label(name)
            if found is None and name in self.kind.needs:
                raise BadCell(f"没有填写{word}；请补填。")
            if found is not None and name == "day" and found > self.today:
                raise BadCell(f"{word} {found} 还没有到；请核对。")
            if found is not None and row.born is not None and found < row.born:
                raise BadCell(f"{word} {found} 早于出生日期 {row.born}；请核对是不是填错了人或日期。")
            if found is not None:
                row.claim[name] = found.isoformat()
        if "end" in row.claim and row.claim["end"] <= row.claim.get("day", ""):
            raise BadCell("结束日期不晚于开始日期；请核对。")
        match self.kind.id:
            case "dibao":
                row.claim["kind"] = (
                    cells.hardship(cells.optional(said["hardship"])) if said.get("hardship") else "dibao"
                )
            case "insurance":
                row.claim["kind"] = _insurance(cells.optional(said.get("type", "")))
            case "move":
                row.claim["place"] = self._destination(cells.optional(said.get("to", ""))).code
            case "work-injury":
                row.claim["amount_fen"] = cells.amount_fen(said.get("amount", ""))

    def _destination(self, written: str) -> Division:
        code = re.sub(r"\D", "", written) if written.isdigit() else ""
        try:
            found = self.places.find(code, "", "", "") if code else self.places.in_address(written, "")
        except UnknownPlace:
            found = None
        if found is None:
            found = next((one for one in self.places.by_code.values() if one.name and one.name in written), None)
        if found is None:
            raise BadCell(f"区划表里没有“{written[:20]}”；请改写区划代码，或先导入那里的区划。")
        return found


def _day_in(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _insurance(written: str) -> str:
    for form, kind in _INSURANCES:
        if form.search(written):
            return str(kind.value)
    raise BadCell(f"“{written[:20]}”看不出是哪种保险；请填写{'、'.join(InsuranceKind.labels)}之一。")
