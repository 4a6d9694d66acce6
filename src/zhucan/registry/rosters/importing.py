"""The import of a roster: every row goes in or comes back, all in one transaction, the same file twice changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, connection, transaction

from zhucan.core.errors import ZhucanError
from zhucan.core.garbage import no_garbage_collection
from zhucan.orgs import audit, divisions
from zhucan.orgs.clock import day_of
from zhucan.orgs.models import Division, User
from zhucan.registry.models import Certificate, CertificateStatus, ImportBatch, Person
from zhucan.registry.rosters import marking
from zhucan.registry.rosters.cells import names_more_than_dibao
from zhucan.registry.rosters.comparing import Known, Teller, holders_of, known_people, not_valid, refused
from zhucan.registry.rosters.lines import Lines
from zhucan.registry.rosters.places import Gazetteer
from zhucan.registry.rosters.reading import Roster, Sheet, read
from zhucan.registry.rosters.remarks import Remark, Row
from zhucan.registry.rosters.rows import Checker
from zhucan.registry.rosters.writing import Keys, Pen, Writer
from zhucan.registry.services import id_index, rename
from zhucan.registry.spells import Witness
from zhucan.registry.tally import tally

_FIRST_DAY = date(1990, 1, 1)
_BATCH = 5000  # people looked up, compared and written at a time, so that memory stays flat
_LOCK = 0x7A68_7264  # any fixed number: lets one import at a time write on PostgreSQL


class ImportRefused(ZhucanError):
    """The import as a whole cannot be done; nothing was changed."""


@dataclass
class ImportResult:
    """What came of a file. `rejected` and `warned` are rows; every row read is new, corrected, unchanged or rejected."""

    file: Path
    new: int = 0
    corrected: int = 0
    unchanged: int = 0
    rejected: list[Row] = field(default_factory=list)
    warned: list[Row] = field(default_factory=list)
    skipped_rows: int = 0
    sheets: list[str] = field(default_factory=list)
    skipped_sheets: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    only_not_dibao: int = 0
    """Rows taken that say no more of the standing than that it is not 低保."""
    marked: Path | None = None
    only_rejected: bool = False
    unit: str = "人"

    @property
    def changed(self) -> bool:
        """Whether anything was written beyond the import log."""
        return bool(self.new or self.corrected)

    def counts(self) -> dict[str, int | bool]:
        """Return the figures for the import log."""
        return {
            "new": self.new,
            "corrected": self.corrected,
            "unchanged": self.unchanged,
            "rejected": len(self.rejected),
            "warned": len(self.warned),
            "skipped_rows": self.skipped_rows,
            "skipped_sheets": len(self.skipped_sheets),
            "no_change": not self.changed,
        }


def import_people(
    *,
    path: Path,
    at: datetime,
    by: User | None,
    as_of: date | None = None,
    division: str = "",
    out: Path | None = None,
    allow_rename: bool = False,
) -> ImportResult:
    """Read a roster into the registry; `as_of` (default: the day of `at`) is the day it speaks for.

    Rows that cannot be taken come back in a marked-up copy at `out` (default: beside the file). Raises
    `UnusableRoster` or `ImportRefused` with nothing changed; so does a copy that cannot be written.
    """
    today = day_of(at)
    as_of = as_of or today
    if as_of > today:
        raise ImportRefused(f"花名册的日期 {as_of} 还没有到：请改用今天或以前的日期。")
    if as_of < _FIRST_DAY:
        raise ImportRefused(f"花名册的日期 {as_of} 太早：应不早于 {_FIRST_DAY}，请核对年份。")
    target = marking.target(path, out)
    inside = divisions.division(division) if division else None
    roster = read(path)
    places = Gazetteer(Division.objects.all(), inside)
    if not places.by_code:
        raise ImportRefused("还没有区划表：请先运行 zhucan import divisions 文件 导入乡镇和村。")
    result = ImportResult(path, sheets=[sheet.name for sheet in roster.sheets], skipped_sheets=roster.skipped)
    with no_garbage_collection():
        try:
            with transaction.atomic():
                _one_at_a_time()
                rows = _check(roster, result, places, inside, today)
                _take(rows, result, Witness(at, by, f"导入：{path.name}"[:80]), as_of, allow_rename)
                _log(result, roster, at, by, as_of)
                if result.rejected or result.warned:
                    result.only_rejected = marking.write(roster, result.rejected, result.warned, target)
                    result.marked = target
        except IntegrityError as error:
            raise ImportRefused("导入时有人登记了名单中的同一人，没有导入：请重新导入一次。") from error
    return result


def _one_at_a_time() -> None:
    if connection.vendor == "postgresql":  # on SQLite the transaction itself holds the only write lock
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _check(
    roster: Roster, result: ImportResult, places: Gazetteer, inside: Division | None, today: date
) -> Iterator[Row]:
    """Yield every row, checked; a row about somebody who stands further up already comes back and names that row."""
    first: dict[str, tuple[int, int]] = {}
    for number, sheet in enumerate(roster.sheets):
        result.ignored += [name for name in sheet.header.ignored if name not in result.ignored]
        checker = Checker(
            sheet=number,
            labels=sheet.header.words,
            places=places,
            today=today,
            fallback=inside,
            since_1904=sheet.since_1904,
            hardship_covers_all=_names_more_than_dibao(sheet),
        )
        lines = Lines(sheet)
        for line in lines:
            row = checker.read(line.number, line.said, line.formulas, line.errors)
            if row.identity is not None:
                before = first.setdefault(row.identity.number, (number, line.number))
                if before != (number, line.number):
                    where = "" if before[0] == number else f"表“{roster.sheets[before[0]].name}”"
                    which = "id_number" if "id_number" in sheet.header.positions else "certificate"
                    row.faults.append(
                        Remark(which, f"与{where}第 {before[1]} 行是同一个身份证号；请只保留正确的一行。")
                    )
            yield row
        result.skipped_rows += len(lines.skipped)


def _names_more_than_dibao(sheet: Sheet) -> bool:
    """Tell whether the column that says who has 低保 also names 低保边缘 or 特困 somewhere."""
    column = sheet.header.positions.get("hardship")
    if column is None:
        return False
    said = {row[column] for row in sheet.rows[sheet.header.last + 1 :] if column < len(row)}
    return any(isinstance(cell, str) and names_more_than_dibao(cell) for cell in said)


def _take(rows: Iterator[Row], result: ImportResult, witness: Witness, as_of: date, allow_rename: bool) -> None:
    """Hold the rows against the registry and write what they change, a batch being written while the next is checked."""
    pen = Pen(witness)
    teller = Teller(pen, as_of, Keys(Person), Keys(Certificate))
    with Writer() as writer:
        while batch := list(islice(rows, _BATCH)):
            sound = [
                (row, id_index(row.identity.number), row.certificate.number_index if row.certificate else "")
                for row in batch
                if row.identity is not None and not row.faults
            ]
            writer.wait()
            known = known_people([index for _, index, _ in sound])
            holders = holders_of([number for _, _, number in sound if number])
            for row, index, number in sound:
                if holders.get(number, index) != index:
                    row.faults.append(
                        Remark("certificate", "残疾人证：这个证号登记在另一个身份证号下；请核对是哪一个填错了。")
                    )
                elif index in known:
                    _take_known(teller, known[index], row, result, allow_rename, witness)
                elif row.place_fault is not None or row.status not in ("", CertificateStatus.VALID):
                    row.faults.append(row.place_fault or not_valid(row))
                else:
                    teller.register(row, index)
                    result.new += 1
            result.only_not_dibao += sum(row.only_not_dibao for row in batch if not row.faults)
            result.rejected += [row for row in batch if row.faults]
            result.warned += [row for row in batch if row.doubts and not row.faults]
            writer.start(pen)


def _take_known(
    teller: Teller, somebody: Known, row: Row, result: ImportResult, allow_rename: bool, witness: Witness
) -> None:
    row.faults += refused(somebody, row, allow_rename=allow_rename)
    if row.faults:
        return
    changed, fault = teller.certificate(somebody, row)
    if fault is not None:
        row.faults.append(fault)
        return
    changed |= teller.update(somebody, row)
    if somebody.name != row.name:
        person = Person.objects.get(pk=somebody.key)
        rename(person=person, name=row.name, day=max(teller.as_of, person.born), witness=witness)
        changed = True
    result.corrected += changed
    result.unchanged += not changed


def _log(result: ImportResult, roster: Roster, at: datetime, by: User | None, as_of: date) -> None:
    """Keep what came of the file; one that was read before and changes nothing leaves nothing new to tell."""
    if not result.changed and ImportBatch.objects.filter(kind="people", digest=roster.digest).exists():
        return
    batch = ImportBatch.objects.create(
        kind="people", file_name=roster.path.name[:200], digest=roster.digest, at=at, by=by, counts=result.counts()
    )
    if result.changed:
        audit.record(
            actor=by,
            action="registry.import",
            target=f"导入 {batch.pk}",
            at=at,
            digest=roster.digest,
            as_of=as_of.isoformat(),
            recorded=tally(at),
            **result.counts(),
        )
