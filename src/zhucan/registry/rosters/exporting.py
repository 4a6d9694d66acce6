"""The export of a roster: one sheet with the headers that the import reads, complete, so that it can be read in again.

Every cell is a text, so no spreadsheet runs one as a formula and no number loses its last digits. The first rows say
who took the list out and what for (RR-36); the audit chain says it too.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import CATEGORY_LABELS
from zhucan.orgs import audit, divisions
from zhucan.orgs.clock import SHANGHAI
from zhucan.orgs.models import Division, Level, User
from zhucan.registry.models import (
    CertificateStatus,
    Contact,
    Death,
    Guardianship,
    Hardship,
    HardshipKind,
    Income,
    PayeeAccount,
    Person,
    Residence,
    Sex,
    Spell,
)
from zhucan.registry.queries import people_in
from zhucan.registry.rosters.archive import MAX_ROWS
from zhucan.registry.rosters.columns import LABELS
from zhucan.registry.rosters.comparing import Believed, Known, known_people
from zhucan.registry.rosters.places import Gazetteer, UnknownPlace
from zhucan.registry.rosters.writing import chunks

COLUMNS: Mapping[str, int] = {
    "name": 10, "sex": 6, "born": 12, "id_number": 21, "certificate": 24, "category": 22, "grade": 8, "issued": 12,
    "expires": 12, "county": 12, "township": 14, "village": 14, "division": 15, "address": 30, "phone": 15,
    "guardian": 10, "guardian_relation": 12, "guardian_phone": 15, "bank": 18, "account": 22, "holder": 10,
    "hardship": 12, "income": 14, "status": 10,
}  # fmt: skip
"""The exported columns that the import reads, and their widths in characters."""

_GRADES = "一二三四"
_BATCH = 2000
_LONG_NUMBER = re.compile(r"\d{11,}")
_PURPOSE = range(2, 101)


class ExportRefused(ZhucanError):
    """The export cannot be done; nothing was written."""


@dataclass(frozen=True)
class ExportResult:
    """What was written: the file, its people, and how many were left out because they have died."""

    file: Path
    people: int
    dead: int


def export_people(*, path: Path, at: datetime, by: User | None, purpose: str, division: str = "") -> ExportResult:
    """Write the people whose hukou lies in a division (default: all) to a new .xlsx at `path`, as believed now.

    The dead are left out. The audit chain gets the purpose and the number of rows, nobody's data; no file appears
    without it. Raises `ExportRefused` and `UnknownDivision`.
    """
    purpose = _checked(path, purpose)
    inside = divisions.division(division) if division else None
    local = at.astimezone(SHANGHAI)
    keys, dead = _people(inside)
    if len(keys) > MAX_ROWS:
        raise ExportRefused(f"共 {len(keys)} 人，一个文件最多 {MAX_ROWS} 人：请用 --division 按县分别导出。")
    who = (by.full_name or by.username) if by else "系统"
    title = f"{inside.name if inside else ''}残疾人花名册（{len(keys)} 人）"
    note = f"导出：{who}　{local:%Y-%m-%d %H:%M}　用途：{purpose}"
    part = None
    try:
        # A temporary file is readable by its owner alone, and stays so: the list is people's whole record.
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".xlsx", delete=False) as file:
            part = Path(file.name)
        _write(part, title, note, _rows(keys, local.date()))
        if path.exists():
            raise _exists(path)
        audit.record(
            actor=by,
            action="registry.export",
            target=inside.code if inside else "全部",
            at=at,
            rows=len(keys),
            purpose=purpose,
            file=path.name,
        )
        part.replace(path)
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise ExportRefused(f"{path} 写不出来，没有导出：请核对文件夹、权限和剩余空间。") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
    return ExportResult(path, len(keys), dead)


def _exists(path: Path) -> ExportRefused:
    return ExportRefused(f"已有文件 {path.name}，没有覆盖：请换一个文件名。")


def _checked(path: Path, purpose: str) -> str:
    purpose = " ".join(purpose.split())
    if len(purpose) not in _PURPOSE:
        raise ExportRefused("导出要写明用途（2 至 100 个字）：请用 --purpose 说明给谁、做什么用。")
    if _LONG_NUMBER.search(purpose):
        raise ExportRefused("用途会记入审计，不能含身份证号、电话或账号：请改用文字说明。")
    if path.suffix.lower() != ".xlsx":
        raise ExportRefused(f"导出的文件 {path.name} 要以 .xlsx 结尾：请改一个文件名。")
    if path.exists():
        raise _exists(path)
    if not path.parent.is_dir():
        raise ExportRefused(f"没有文件夹 {path.parent}：请先建立，或换一个位置。")
    return purpose


def _people(inside: Division | None) -> tuple[list[int], int]:
    """Return the keys of the living in a division, village by village, and the number of the dead."""
    people = people_in(inside.code) if inside else Person.objects.all()
    died = set(Death.objects.filter(retracted_at=None).values_list("person", flat=True))
    places = Residence.objects.filter(retracted_at=None, valid_to=None).values_list("person", "division")
    place_of: dict[int, str] = dict(places)
    every = sorted(people.values_list("pk", flat=True), key=lambda key: (place_of.get(key, ""), key))
    living = [key for key in every if key not in died]
    return living, len(every) - len(living)


def _rows(keys: list[int], today: date) -> Iterator[dict[str, str]]:
    places = _Places()
    for part in chunks(keys, _BATCH):
        people = {person.pk: person for few in chunks(part) for person in Person.objects.filter(pk__in=few)}
        known = known_people([people[key].id_index for key in part])
        for key in part:
            person = people[key]
            yield _row(person, known[person.id_index], places, today)


class _Places:
    """The place columns of a division, made so that the import finds the same division in them."""

    def __init__(self) -> None:
        self._gazetteer = Gazetteer(Division.objects.all(), None)
        self._known: dict[str, dict[str, str]] = {}

    def columns(self, code: str) -> dict[str, str]:
        """Return names down to the village; the code too where the names alone do not tell the place."""
        if code not in self._known:
            self._known[code] = self._columns(code)
        return self._known[code]

    def _columns(self, code: str) -> dict[str, str]:
        names = {"county": "", "township": "", "village": ""}
        division = self._gazetteer.by_code.get(code)
        while division is not None:
            names[division.level] = division.name
            division = self._gazetteer.by_code.get(division.parent_id or "")
        found = {name: names[name] for name in ("county", "township", "village")}
        try:
            told = self._gazetteer.find("", found["county"], found["township"], found["village"])
        except UnknownPlace:
            told = None
        clear = told is not None and told.code == code and told.level == Level.VILLAGE
        return found if clear else {**found, "division": code}


def _row(person: Person, known: Known, places: _Places, today: date) -> dict[str, str]:
    """Return what is believed of a person today, by column, as the texts that the import reads."""

    def now(model: type[Spell]) -> Mapping[str, Any]:
        return next((spell.values for spell in known.states.get(model, []) if spell.holds(today)), {})

    residence, contact, guardian, account = now(Residence), now(Contact), now(Guardianship), now(PayeeAccount)
    said = {
        "name": person.name,
        "sex": Sex(person.sex).label,
        "born": person.born.isoformat(),
        "id_number": person.id_number,
        "phone": contact.get("phone", ""),
        "address": contact.get("address", ""),
        "guardian": guardian.get("name", ""),
        "guardian_relation": guardian.get("relation", ""),
        "guardian_phone": guardian.get("phone", ""),
        "bank": account.get("bank", ""),
        "account": account.get("number", ""),
        "holder": account.get("holder", ""),
    }
    if residence:
        said |= places.columns(residence["division_id"])
    if hardship := now(Hardship):
        said["hardship"] = HardshipKind(hardship["kind"]).label
    if income := now(Income):
        said["income"] = f"{Decimal(income['per_head_fen']) / 100:.2f}"
    if known.certificates:
        live = known.certificates[-1]
        said |= _certificate(live, known.components.get(live.key, ()))
    return said


def _certificate(live: Believed, components: tuple[tuple[str, int], ...]) -> dict[str, str]:
    """Return the certificate columns. A cancelled one leaves only its status: read in elsewhere it would be valid."""
    said = live.values
    status = str(CertificateStatus(said["status"]).label)
    if said["status"] == CertificateStatus.CANCELLED:
        return {"status": status}
    kinds = [f"{CATEGORY_LABELS[kind]}{_GRADES[grade - 1]}级" for kind, grade in components]
    category = CATEGORY_LABELS[said["category"]]
    return {
        "status": status,
        "certificate": said["number"],
        "category": "、".join(kinds) if said["category"] == "multiple" and kinds else category,
        "grade": f"{_GRADES[said['grade'] - 1]}级",
        "issued": said["issued"].isoformat(),
        "expires": said["expires"].isoformat(),
    }


def _write(path: Path, title: str, note: str, rows: Iterator[dict[str, str]]) -> None:
    """Write the sheet: title, note, header, one row a person; all cells are texts in cells formatted as text."""
    heads = {field: LABELS[field] for field in COLUMNS}
    # Strings are written by `write_string` alone, which never makes a formula, a number or a link of them.
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet("花名册")
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"num_format": "@", "bold": True, "bottom": 1})
        large = book.add_format({"num_format": "@", "bold": True, "font_size": 14})
        for column, width in enumerate(COLUMNS.values()):
            page.set_column(column, column, width, text)
        page.freeze_panes(3, 1)
        page.set_landscape()
        page.repeat_rows(2)
        page.set_footer(f"&L{note.replace('&', '&&')[:200]}&R&P/&N")
        page.write_string(0, 0, title, large)
        page.write_string(1, 0, note, text)
        for column, name in enumerate(heads.values()):
            page.write_string(2, column, name, head)
        for number, said in enumerate(rows, start=3):
            for column, field in enumerate(heads):
                if value := said.get(field, ""):
                    page.write_string(number, column, value[:32767], text)
