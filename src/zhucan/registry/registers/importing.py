"""Registers taken in: a row is recorded through the services, with the file as its source, or it comes back.

Unlike a list of `crosschecks`, which only raises doubts, these registers are the federation's own to keep. A row is recorded
from its own day or from the day the file speaks for. Every row goes in or comes back, all in one transaction; the same file
twice changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from zhucan.core.divisions import within
from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit, divisions
from zhucan.orgs.clock import day_of
from zhucan.orgs.models import Division, User
from zhucan.registry.crosschecks.matching import Match, match
from zhucan.registry.crosschecks.rows import Told
from zhucan.registry.models import ImportBatch
from zhucan.registry.registers.kinds import REGISTERS
from zhucan.registry.registers.rows import RegisterReader
from zhucan.registry.rosters import marking
from zhucan.registry.rosters.cells import BadCell
from zhucan.registry.rosters.importing import ImportRefused, ImportResult
from zhucan.registry.rosters.places import Gazetteer
from zhucan.registry.rosters.reading import read
from zhucan.registry.rosters.remarks import Remark, Row
from zhucan.registry.spells import Witness
from zhucan.registry.tally import tally

KIND = "register:"
"""An import batch of a register is of this kind and the register's."""


def import_register(
    *, register: str, path: Path, at: datetime, by: User | None, division: str = "", as_of: date | None = None,
    out: Path | None = None,
) -> ImportResult:  # fmt: skip
    """Take a register in, as of a day (default: that of `at`); `new` counts people of whom nothing of the kind was known,
    or rows not known where a person may have several.

    Rows that cannot be taken come back in a marked-up copy at `out` (default: beside the file). Raises `UnusableRoster`
    and `ImportRefused` with nothing changed.
    """
    which, today = REGISTERS[register], day_of(at)
    day = as_of or today
    if day > today:
        raise ImportRefused(f"名册的日期 {day} 还没有到：请改用今天或以前的日期。")
    inside = divisions.division(division) if division else None
    target = marking.target(path, out)
    roster = read(path, which.kind.find_header, which.kind.asks)
    reader = RegisterReader(which.kind, roster, Gazetteer(Division.objects.all(), None), today)
    result = ImportResult(
        path, unit=which.unit, sheets=[sheet.name for sheet in roster.sheets], skipped_sheets=roster.skipped
    )
    result.ignored = list(dict.fromkeys(name for sheet in roster.sheets for name in sheet.header.ignored))
    with transaction.atomic():
        rows = list(reader)
        result.skipped_rows = reader.skipped
        witness = Witness(at, by, f"导入：{path.name}"[:80])
        for row, found, fault in _meant(rows, inside, which.apart):
            if fault or found is None:
                _back(result, row, fault)
                continue
            told = which.model._default_manager.filter(person=found.person).as_known()
            before = told.count()
            try:
                with transaction.atomic():
                    changed = which.take(found.person, row.claim, day, witness)
            except (ZhucanError, BadCell) as error:
                _back(result, row, str(error))
                continue
            new = changed and (told.count() > before if which.unit == "行" else not before)
            result.new += new
            result.corrected += changed and not new
            result.unchanged += not changed
        _log(result, roster.digest, register, at, by, day)
        if result.rejected:
            result.only_rejected = marking.write(roster, result.rejected, (), target)
            result.marked = target
    return result


def _meant(
    rows: list[Told], inside: Division | None, apart: Callable[[Mapping[str, Any]], tuple[Any, ...]]
) -> Iterator[tuple[Told, Match | None, str]]:
    """Yield each row with the person its number means, or why it comes back."""
    matches = match([row for row in rows if row.identity is not None], division=inside.code if inside else "")
    numbered = iter(range(len(rows)))
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        found = matches.get(next(numbered)) if row.identity is not None else None
        if row.fault:
            yield row, None, row.fault
        elif row.identity is None:
            yield row, None, "没有能用的身份证号或残疾人证号；请补填。"
        elif found is None or (not found.exact and found.person.id_number != row.identity.number):
            yield row, None, "登记里没有这个身份证号；请先登记本人，再导入。"
        elif not found.exact:
            yield row, None, "身份证号是登记里另一个姓名的；请核对是不是填错了人。"
        elif inside is not None and not (found.home and within(found.home, inside.code)):
            yield row, None, f"这个人的户籍不在{inside.name}；请交给户籍地登记，或由上级导入。"
        elif (key := (found.person.pk, *apart(row.claim))) in seen:
            same = "同一个人的同一件事" if key[1:] else "同一个人"
            yield row, None, f"与第 {seen[key]} 行是{same}；请只保留一行。"
        else:
            seen[key] = row.number
            yield row, found, ""


def _back(result: ImportResult, row: Told, sentence: str) -> None:
    result.rejected.append(Row(row.sheet, row.number, name=row.name, faults=[Remark("name", sentence)]))


def _log(result: ImportResult, digest: str, register: str, at: datetime, by: User | None, day: date) -> None:
    kind = f"{KIND}{register}"
    if not result.changed and ImportBatch.objects.filter(kind=kind, digest=digest).exists():
        return
    batch = ImportBatch.objects.create(
        kind=kind, file_name=result.file.name[:200], digest=digest, at=at, by=by, counts=result.counts()
    )
    audit.record(
        actor=by, action="registry.register", target=f"import:{batch.pk}", at=at, what=register, as_of=day.isoformat(),
        recorded=tally(at), **result.counts(),
    )  # fmt: skip
