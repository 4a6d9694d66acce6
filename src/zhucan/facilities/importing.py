"""Lists of facilities, staff, trainings, features, criteria, coordinates …: read by the columns of their entry."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from zhucan.core.errors import ZhucanError
from zhucan.facilities import services
from zhucan.facilities.entries import AREA, ENTRIES, FACILITY, STANDARD, Entry
from zhucan.facilities.models import Facility, Standard
from zhucan.facilities.reading import Around, EntryRefused, facility_named
from zhucan.orgs import audit
from zhucan.orgs.divisions import division, inside
from zhucan.orgs.models import Division, User
from zhucan.registry.rosters import cells
from zhucan.registry.rosters.columns import Header, find_header, plain
from zhucan.registry.rosters.reading import read

_FACILITY, _AREA = "场所", "地方"
_ABOUT = {"@facility": _FACILITY, "@area": _AREA}


def headings(entry: Entry) -> list[str]:
    """Return the headings a list of an entry has: what each row is about, and its columns."""
    about = [word for kind, word in ((FACILITY, _FACILITY), (AREA, _AREA)) if kind in entry.about]
    return [*about, *(column.label for column in entry.columns)]


def take_in(
    *, path: Path, what: str, place: Division, at: datetime, by: User | None, standard: Standard | None = None,
    people: Any = None,
) -> tuple[int, int]:  # fmt: skip
    """Enter a list of one kind about facilities and areas of a place, or the criteria of a standard: all rows or none.

    Return how many rows were new and how many were there already. Raises `UnusableRoster` for a file that cannot be read
    and `EntryRefused` with every row that cannot be entered.
    """
    entry = ENTRIES[what]
    if (standard is None) == (STANDARD in entry.about):
        raise EntryRefused("标准条目的清单要写明是哪个标准的，其他清单不写标准。")
    wanted = {column.label for column in entry.columns if column.required}
    roster = read(path, partial(_header, entry), f"要有{'、'.join(headings(entry))}这些列")
    rows = []
    for sheet in roster.sheets:
        missing = wanted - {_labels(entry)[field] for field in sheet.header.positions}
        if missing:
            raise EntryRefused(f"{path.name} 缺少{'、'.join(sorted(missing))}列：请补上再导入。")
        for number in range(sheet.header.last + 1, len(sheet.rows)):
            said = {
                field: sheet.rows[number][column]
                for field, column in sheet.header.positions.items()
                if column < len(sheet.rows[number])
            }
            if not any(cells.text(cell) for cell in said.values()):
                continue
            named = f"第 {number + 1} 行"
            if any((number, column) in sheet.formulas | sheet.errors for column in sheet.header.positions.values()):
                raise EntryRefused(f"{named}有公式或错误值：请复制后“选择性粘贴为数值”再导入。")
            try:
                subject = standard or _subject(entry, said, place)
            except ZhucanError as error:
                raise EntryRefused(f"{named}：{error}") from error
            rows.append((subject, said, _around(subject, place, people), named))
    if not rows:
        raise EntryRefused(f"{path.name} 表头下面没有内容：请核对。")
    new, old = services.enter_all(what=what, rows=rows, at=at, by=by)
    audit.record(
        actor=by, action="facilities.import", target=f"{what}:{place.code}", at=at, file=path.name, digest=roster.digest,
        new=new, unchanged=old,
    )  # fmt: skip
    return new, old


def _labels(entry: Entry) -> Mapping[str, str]:
    return {**_ABOUT, **{column.field: column.label for column in entry.columns}}


def _header(entry: Entry, rows: Sequence[Sequence[Any]], merges: Sequence[Any] = ()) -> Header | None:
    fields = {plain(label): field for field, label in _labels(entry).items()}

    def means(text: str) -> tuple[str, int]:
        return fields.get(plain(text), ""), 0

    def enough(found: Set[str]) -> bool:
        return len(found) >= min(2, len(entry.columns))

    return find_header(rows, merges, means, enough)


def _subject(entry: Entry, said: Mapping[str, Any], place: Division) -> Facility | Division:
    facility, area = cells.text(said.get("@facility", "")), cells.text(said.get("@area", ""))
    if facility and FACILITY in entry.about:
        found = facility_named(facility, place)
        if not Facility.objects.filter(inside("division_id", place.code), pk=found.pk).exists():
            raise EntryRefused(f"“{facility}”不在{place}：请由当地登记。")
        return found
    if AREA not in entry.about:
        raise EntryRefused("没有填写场所：请写场所名称。")
    return _area(area, place) if area else place


def _area(text: str, place: Division) -> Division:
    here = Division.objects.filter(inside("code", place.code))
    if text.isdigit():
        found = division(text)
        if not here.filter(pk=found.pk).exists():
            raise EntryRefused(f"区划 {text} 不在{place}：请核对。")
        return found
    named = list(here.filter(name=text)[:2])
    if len(named) != 1:
        raise EntryRefused(f"{place}{'有不止一个' if named else '没有'}“{text}”：请改写区划代码。")
    return named[0]


def _around(subject: Any, place: Division, people: Any) -> Around:
    where = subject.division if isinstance(subject, Facility | Standard) else subject
    facility = subject if isinstance(subject, Facility) else None
    return Around(where, facility) if people is None else Around(where, facility, people)
