"""Load and look up divisions; the parameters in force for them."""

import csv
import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from zhucan.core.divisions import InvalidDivision, ancestors, level_of, normalise_code, prefix
from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit
from zhucan.orgs.models import Division, Level, LocalParameter, User
from zhucan.orgs.wording import plain
from zhucan.policy.parameters import ParameterRow, baseline

Row = tuple[str, str, str, str]
"""Code (12 digits), name, level, parent's code ("" for none)."""

_COLUMNS = ("code", "name", "level", "parent")
_LARGEST = 50 << 20  # bytes
_LONGEST_NAME = 60


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


def inside(field: str, code: str) -> Q:
    """Return the condition that a division code in `field` lies in `code`; a range, so that every database uses its index."""
    digits = prefix(code)
    ends = {f"{field}__gte": digits.ljust(12, "0"), f"{field}__lte": digits.ljust(12, "9")}
    return Q(**ends) if digits else Q()


def _wrong(code: str, name: str, level: str, parent: str) -> str:
    """Return what is wrong with a division, "" when nothing is: its code tells its level and what it lies in."""
    who = f"区划 {code} {name if plain(name) else ''}".rstrip()
    if not code:
        return (
            f"区划“{name}”没有代码：请填写 12 位区划代码。"
            if plain(name)
            else "有一个区划没有代码和像样的名称：请补全。"
        )
    if not name or len(name) > _LONGEST_NAME or not plain(name):
        return f"{who} 的名称不对：请填写一至 {_LONGEST_NAME} 个字，不要有尖括号或看不见的字符。"
    if level not in Level.values:
        return f"{who} 的层级“{level}”不对：应为 {'、'.join(Level.values)} 之一。"
    if level != (told := level_of(code)):
        return f"{who} 的层级写成{Level(level).label}，代码却是{Level(told).label}的：请核对代码和层级。"
    if parent == code:
        return f"{who} 的上级是它自己：请填写真正的上级。"
    if not parent and level in (Level.TOWNSHIP, Level.VILLAGE):
        return f"{who} 没有写上级：请填写它所在的区划代码。"
    if parent and parent not in ancestors(code):
        return f"{who} 的上级 {parent} 不对：上级的代码应是它自己代码的前几位，请核对。"
    return ""


def faults() -> Iterator[str]:
    """Yield a sentence for every division that breaks the rules of the tree."""
    for found in Division.objects.all().iterator():
        if sentence := _wrong(found.code, found.name, found.level, found.parent_id or ""):
            yield sentence


@transaction.atomic
def load(rows: Iterable[Row]) -> int:
    """Add or rename divisions given as (code, name, level, parent); return how many rows were new or changed.

    All of them or none: raises `BadDivisionFile` for the first row that breaks the rules of the tree.
    """
    changed = 0
    known = {found.code: found for found in Division.objects.all()}
    told: dict[str, tuple[str, str, str]] = {}
    for code, name, level, parent in rows:
        if sentence := _wrong(code, name, level, parent):
            raise BadDivisionFile(sentence)
        if told.setdefault(code, (name, level, parent)) != (name, level, parent):
            raise BadDivisionFile(f"区划 {code} 写了两次，内容不同（{told[code][0]}、{name}）：请只留正确的一行。")
    for code, (name, level, parent) in sorted(told.items(), key=lambda item: (len(prefix(item[0])), item[0])):
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


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadDivisionFile(f"区划表 {path.name} 超过 {_LARGEST >> 20} MB：请只留本地的区划，或分成几个文件。")
        return path.read_bytes()
    except OSError as error:
        raise BadDivisionFile(f"打不开区划表 {path}：请核对文件名和位置。") from error


def _rows(name: str, content: bytes) -> Iterator[Row]:
    try:
        table = csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""))
        cells = [(table.line_num, tuple(row[column].strip() for column in _COLUMNS)) for row in table]
    except (UnicodeDecodeError, csv.Error, KeyError, AttributeError) as error:
        raise BadDivisionFile(f"读不了区划表 {name}：需要 UTF-8 的 CSV，列为 {','.join(_COLUMNS)}。") from error
    for number, (code, title, level, parent) in cells:
        try:
            row = (normalise_code(code), title, level, normalise_code(parent))
        except InvalidDivision as error:
            raise BadDivisionFile(f"{name} 第 {number} 行：{error}") from error
        if sentence := _wrong(*row):
            raise BadDivisionFile(f"{name} 第 {number} 行：{sentence}")
        yield row


def read(path: Path) -> list[Row]:
    """Return the rows of a CSV with the columns code, name, level, parent. Raises `BadDivisionFile`."""
    return list(_rows(path.name, _content(path)))


@transaction.atomic
def load_file(path: Path, *, at: datetime, by: User | None) -> int:
    """Load a file as `read` takes it, and tell the audit chain; return how many divisions were new or changed."""
    content = _content(path)
    rows = list(_rows(path.name, content))
    changed = load(rows)
    audit.record(
        actor=by,
        action="orgs.divisions",
        target="divisions",
        at=at,
        file=path.name,
        digest=hashlib.sha256(content).hexdigest(),
        rows=len(rows),
        changed=changed,
    )
    return changed


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
