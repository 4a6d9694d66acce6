"""What is told of a facility or an area on its page: a table for each kind of entry, those in force first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.urls import reverse

from zhucan.core import masking
from zhucan.core.decimals import plain
from zhucan.core.money import from_fen, text
from zhucan.facilities import queries
from zhucan.facilities.entries import ENTRIES, Column, Entry
from zhucan.facilities.kinds import GOES_ON
from zhucan.facilities.models import Check, Facility, Issue, Patrol, Worker
from zhucan.orgs.clock import today
from zhucan.orgs.models import Division

_SHOWN = 20  # rows of a section on a place's own page


@dataclass(frozen=True)
class Row:
    """One row of a section: its key, what its columns say, where it opens, whether it ended, and what may be done."""

    pk: int
    cells: list[tuple[str, str]]
    link: str = ""
    over: bool = False
    follow: bool = False


@dataclass(frozen=True)
class Section:
    """What is entered of one kind about a place."""

    entry: Entry
    heads: list[str]
    rows: list[Row]
    count: int
    add: str
    more: str = ""

    @property
    def ends(self) -> bool:
        """Tell whether its rows can end."""
        return self.entry.ends


def said(day: date | None) -> str:
    """Return a day as people read it, "" for none."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _shown(column: Column, row: Any) -> str:
    value = getattr(row, column.field)
    if value is None or value == "":
        return "—"
    match column.kind:
        case "choice":
            return str(getattr(row, f"get_{column.field}_display")())
        case "day":
            return said(value)
        case "yuan":
            return text(from_fen(value))
        case "flag":
            return "是" if value else "否"
        case "person":
            return f"{masking.name(value.name)}（{value.pk}）"
        case "decimal":
            return plain(value)
    return str(value.pk if isinstance(value, Patrol) else value)


def _trained(row: Worker) -> str:
    told = row.trainings.live().filter(day__year=today().year).aggregate(hours=Sum("hours"))["hours"]
    return plain(told or 0)


def _came_to(row: Check) -> str:
    found = queries.found_by(row)
    if found is None:
        return "还没有打分"
    status = f"，{found.status.label}" if found.status and row.kind != Check.Kind.SELF else ""
    return f"{found.points:f}/{found.of:f}{status}，差距 {len(found.gaps)} 条"


def _state(row: Issue) -> str:
    if row.settled_on:
        return f"{said(row.settled_on)}解决"
    late = "，已超期" if row.due_on < today() else ""
    return f"{'已转交' if row.referred_on else '没有解决'}{late}"


_ALSO: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "worker": ("今年学时", _trained),
    "check": ("结果", _came_to),
    "issue": ("进展", _state),
    "stay": ("去向", lambda row: GOES_ON.get(row.goes_on, "—")),
    "patrol": ("编号", lambda row: str(row.pk)),
}
"""What a section tells beside what was entered."""
_OPENS = {"check": "office:facilities-check", "issue": "office:facilities-issue"}


def section_of(entry: Entry, found: "QuerySet[Any]", add: str, more: str, rows: Any = None) -> Section:  # fmt: skip
    """Return the rows of one kind, those in force first."""
    shown = list(found[:_SHOWN]) if rows is None else list(rows)
    also = _ALSO.get(entry.id)
    heads = [column.label for column in entry.columns]
    heads += ["至"] if entry.ends else []
    heads += [also[0]] if also else []
    made = []
    for row in shown:
        cells = [_shown(column, row) for column in entry.columns]
        cells += [said(row.valid_to) or "—"] if entry.ends else []
        cells += [also[1](row)] if also else []
        link = reverse(_OPENS[entry.id], args=[row.pk]) if entry.id in _OPENS else ""
        over = entry.ends and row.valid_to is not None
        made.append(Row(row.pk, list(zip(heads, cells, strict=True)), link, over, over and entry.id == "stay"))
    count = found.count()
    return Section(entry, heads, made, count, add, more if count > len(made) else "")


def rows_of(entry: Entry, subject: Facility | Division) -> "QuerySet[Any]":
    live = entry.model._default_manager.filter(retracted_at=None)
    names = {field.name for field in entry.model._meta.fields}
    if entry.id == "training":
        about = {"worker__facility": subject} if isinstance(subject, Facility) else {"worker__division": subject, "worker__facility": None}  # fmt: skip
    elif isinstance(subject, Facility):
        about = {"facility": subject}
    else:
        about = {"division": subject, **({"facility": None} if "facility" in names and entry.id != "travel" else {})}
    joined = [name for name in ("person", "worker", "standard", "patrol") if name in names]
    found = live.filter(**about)
    if joined:
        found = found.select_related(*joined)
    return (
        found.order_by(F("valid_to").desc(nulls_first=True), *(entry.model._meta.ordering or ()))
        if entry.ends
        else found
    )


def sections_of(subject: Facility | Division, what: tuple[str, ...]) -> list[Section]:
    of = "facility" if isinstance(subject, Facility) else "area"
    page = {"facility": "facilities-add", "area": "facilities-area-add"}[of]
    listing = {"facility": "facilities-rows", "area": "facilities-area-rows"}[of]
    return [
        section_of(
            ENTRIES[name], rows_of(ENTRIES[name], subject),
            reverse(f"office:{page}", args=[subject.pk, name]), reverse(f"office:{listing}", args=[subject.pk, name]),
        )
        for name in what
    ]  # fmt: skip
