"""Load and look up divisions; the parameters in force for them."""

import csv
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.db import transaction

from zhucan.core.divisions import normalise_code
from zhucan.core.errors import ZhucanError
from zhucan.orgs.models import Division, Level, LocalParameter
from zhucan.policy.parameters import ParameterRow, baseline


class UnknownDivision(ZhucanError):
    """No division has this code."""


class BadDivisionFile(ZhucanError):
    """The list of divisions cannot be used."""


def division(code: str) -> Division:
    """Return the division of a 6, 9 or 12-digit code. Raises `UnknownDivision`."""
    try:
        return Division.objects.get(code=normalise_code(code))
    except (Division.DoesNotExist, ValueError) as error:
        raise UnknownDivision(
            f"没有区划代码 {code}：请核对代码，或先用 zhucan import divisions 导入区划表。"
        ) from error


@transaction.atomic
def load(rows: Iterable[tuple[str, str, str, str]]) -> int:
    """Add or rename divisions given as (code, name, level, parent); return how many rows were new or changed."""
    changed = 0
    known = {found.code: found for found in Division.objects.all()}
    for code, name, level, parent in sorted(rows, key=lambda row: list(Level.values).index(row[2])):
        found = known.get(code)
        if found and (found.name, found.level, found.parent_id or "") == (name, level, parent):
            continue
        if parent and parent not in known:
            raise BadDivisionFile(f"区划 {code} {name} 的上级 {parent} 不在表中：请补上上级后再导入。")
        known[code], _ = Division.objects.update_or_create(
            code=code, defaults={"name": name, "level": level, "parent_id": parent or None}
        )
        changed += 1
    return changed


def load_file(path: Path) -> int:
    """Load a CSV with the columns code, name, level, parent. Raises `BadDivisionFile`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [
                (normalise_code(row["code"]), row["name"].strip(), row["level"].strip(), row["parent"].strip())
                for row in csv.DictReader(file)
            ]
    except (OSError, UnicodeDecodeError, KeyError, ValueError, AttributeError) as error:
        raise BadDivisionFile(f"读不了区划表 {path.name}：需要 UTF-8 的 CSV，列为 code,name,level,parent。") from error
    for code, name, level, _ in rows:
        if level not in Level.values:
            raise BadDivisionFile(f"区划 {code} {name} 的层级“{level}”不对：应为 {'、'.join(Level.values)} 之一。")
    return load(rows)


def parameter_rows(known_at: datetime | None = None) -> tuple[ParameterRow, ...]:
    """Return every parameter row: the shipped ones and the local ones as known at a time (None = all not retracted)."""
    rows = LocalParameter.objects.all()
    rows = rows.filter(retracted_at__isnull=True) if known_at is None else rows.filter(recorded_at__lte=known_at)
    return baseline() + tuple(
        ParameterRow(
            parameter=row.parameter,
            division=row.division_id,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            value=row.value,
            source=row.document,
            recorded_at=row.recorded_at,
            retracted_at=row.retracted_at,
        )
        for row in rows
    )
