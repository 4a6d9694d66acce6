"""Facts of everybody as arrays: what `facts.py` declares, gathered from the spells of DuckDB's tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from zhucan.policy.expressions import Expr, Kind, add_months
from zhucan.policy.fact import Aggregate, Fact, Timing
from zhucan.policy.folding import Known, fold
from zhucan.policy.relations import RELATIONS, Columns
from zhucan.policy.vectors import (
    Bits,
    Column,
    Lexicon,
    Numbers,
    Program,
    Truths,
    Values,
    bits_of,
    column_of,
    flags_of,
    nobody,
    number_of,
    padded,
    positions,
    taken,
)

Places = NDArray[np.intp]


# --- reading -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """Rows read from DuckDB: keys as they are, columns padded to whole words."""

    keys: Mapping[str, NDArray[np.int64]]
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(next(iter(self.keys.values())))


def read(
    con: duckdb.DuckDBPyConnection, source: str, keys: Sequence[str], kinds: Mapping[str, Kind], lexicon: Lexicon
) -> Table:
    """Return the rows of a table or sub-select in the order of its keys; texts new to the lexicon are learnt."""
    found = _fetched(con, source, keys, kinds, lexicon)
    unlearnt = [name for name, kind in kinds.items() if kind is Kind.TEXT and (_filled(found[name]) < 0).any()]
    if unlearnt:
        for name in unlearnt:
            texts = con.execute(f"SELECT DISTINCT {name} FROM {source} s WHERE {name} IS NOT NULL").fetchall()
            for (text,) in sorted(texts):
                lexicon.code(text)
        found = _fetched(con, source, keys, kinds, lexicon)
    order = _order([found[key] for key in keys])
    if order is not None:
        found = {name: values[order] for name, values in found.items()}
    return Table({key: found[key] for key in keys}, {name: _column(found[name], kind) for name, kind in kinds.items()})


def _fetched(
    con: duckdb.DuckDBPyConnection, source: str, keys: Sequence[str], kinds: Mapping[str, Kind], lexicon: Lexicon
) -> dict[str, Any]:
    """Return each column as an array of whole numbers or truths, masked where a row does not tell it."""
    columns, joins = list(keys), []
    for name, kind in kinds.items():
        if kind is Kind.DATE:
            columns.append(f"s.{name} - DATE '1970-01-01' AS {name}")
        elif kind is Kind.TEXT:
            columns.append(f"CASE WHEN s.{name} IS NULL THEN NULL ELSE coalesce(w_{name}.code, -1) END AS {name}")
            joins.append(
                f" LEFT JOIN (SELECT unnest($texts) AS text, unnest($codes) AS code) w_{name} ON w_{name}.text = s.{name}"
            )
        else:
            columns.append(f"s.{name}")
    told = {"texts": lexicon.texts, "codes": list(range(len(lexicon.texts)))} if joins else None
    found: dict[str, Any] = con.execute(f"SELECT {', '.join(columns)} FROM {source} s{''.join(joins)}", told).fetchnumpy()  # fmt: skip
    return found


def _filled(values: Any) -> Any:
    return values.filled(0) if isinstance(values, np.ma.MaskedArray) else values


def _order(keys: Sequence[NDArray[np.int64]]) -> Places | None:
    """Return the order of rows by their keys, None where they stand in it."""
    first, *rest = keys
    if len(first) < 2 or (not rest and bool((first[1:] >= first[:-1]).all())):
        return None
    return np.lexsort(tuple(reversed(keys)))


def _column(values: Any, kind: Kind) -> Column:
    return column_of(np.ma.getdata(values), ~np.ma.getmaskarray(values), kind)


# --- gathering ---------------------------------------------------------------------------------------------------


class Gathering:
    """The facts of one relation made ready to be gathered; what is the same for every case is worked in."""

    def __init__(self, relation: str, facts: Sequence[Fact], framed: Known) -> None:
        self._relation, self._facts = relation, tuple(facts)
        (timing,) = {fact.timing for fact in facts}
        window = _window(relation, timing)
        counting = [window if fact.where is None else window & fact.where for fact in facts]
        self._program = Program([fold(item, framed) for item in (window, *counting)])
        self.frame = tuple(name for namespace, name in self._program.columns if namespace == "frame")
        wanted = {name for namespace, name in self._program.columns if namespace == "row"}
        wanted |= {fact.column for fact in facts if fact.column} | {"valid_from"}
        kinds = {"valid_from": Kind.DATE, "valid_to": Kind.DATE, **RELATIONS[relation]}
        self._kinds = {name: kind for name, kind in kinds.items() if name in wanted}

    def gather(
        self,
        con: duckdb.DuckDBPyConnection,
        persons: NDArray[np.int64],
        frame: Mapping[str, Column],
        lexicon: Lexicon,
    ) -> dict[str, Column]:
        """Return each fact of the cases of some persons, who stand in order; `frame` holds what the cases tell."""
        first, last = (int(persons[0]), int(persons[-1])) if len(persons) else (0, -1)
        source = f"(SELECT * FROM {self._relation} WHERE person_id BETWEEN {first} AND {last})"
        table = read(con, source, ("person_id",), self._kinds, lexicon)
        row, case = _joined(table.keys["person_id"], persons)
        spells = table.columns if row is None else {name: taken(table.columns[name], row) for name in self._kinds}
        rows = _Rows(case, spells, padded(len(persons)))
        columns = {("row", name): value for name, value in rows.columns.items()}
        columns |= {("frame", name): taken(frame[name], case) for name in self.frame}
        window, *counting = self._program.run(columns, padded(len(case)), lexicon)
        assert isinstance(window, Truths)
        seen = rows.marked(case[positions(window.yes)])
        return {
            fact.name: rows.aggregated(fact, positions(counts.yes), seen, lexicon)
            for fact, counts in zip(self._facts, counting, strict=True)
            if isinstance(counts, Truths)
        }


def _window(relation: str, timing: Timing) -> Expr:
    """Return whether a spell counts for a case, as `facts.py` has it in SQL."""
    row, frame = Columns(relation), Columns("frame")
    if timing is Timing.IN_MONTH:
        first, after = frame.month_first, add_months(frame.month_first, 1)
        return (row.valid_from < after) & (row.valid_to.unknown() | (row.valid_to > first))
    return (row.valid_from <= frame.on_day) & (row.valid_to.unknown() | (row.valid_to > frame.on_day))


def _joined(rows: NDArray[np.int64], cases: NDArray[np.int64]) -> tuple[Places | None, Places]:
    """Return row and case of each pair of the same person, in the order of the cases; no rows where it is each once.

    Both stand in the order of their persons.
    """
    if not len(cases) or not len(rows):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    if bool((cases[1:] > cases[:-1]).all()):
        first = _found(cases, rows)
        there = cases[np.minimum(first, len(cases) - 1)] == rows
        return (None, first) if there.all() else (np.flatnonzero(there), first[there])
    first = np.searchsorted(cases, rows, "left")
    many = np.searchsorted(cases, rows, "right") - first
    row = np.repeat(np.arange(len(rows)), many)
    case = np.repeat(first, many) + np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many)
    order = np.argsort(case, kind="stable")
    return row[order], case[order]


def _found(persons: NDArray[np.int64], wanted: NDArray[np.int64]) -> Places:
    """Return where each wanted person stands, or would stand, among distinct ones in order."""
    first, last = int(persons[0]), int(persons[-1])
    if last - first >= 4 * len(persons) or wanted[0] < first or wanted[-1] > last:
        return np.searchsorted(persons, wanted)
    place = np.zeros(last - first + 1, dtype=np.intp)  # numbers close together: a table is faster than a search
    place[persons - first] = np.arange(len(persons))
    return place[wanted - first]


@dataclass(frozen=True)
class _Rows:
    """The spells of a relation, each with its case, in the order of the cases."""

    case: Places
    columns: Mapping[str, Column]
    size: int  # of the cases, padded

    def marked(self, cases: Places) -> Bits:
        """Return cases as bits."""
        flags = np.zeros(self.size, dtype=np.bool_)
        flags[cases] = True
        return bits_of(flags)

    def aggregated(self, fact: Fact, counting: Places, seen: Bits, lexicon: Lexicon) -> Column:
        """Return a fact from the rows that count; `seen` are the cases with a spell of any sort in time."""
        case = self.case[counting]
        if fact.aggregate in (Aggregate.ANY, Aggregate.NONE):
            hit = self.marked(case)
            yes, no = (hit, seen & ~hit) if fact.aggregate is Aggregate.ANY else (seen & ~hit, hit)
            return _or_empty(Truths(yes, no), seen, fact, lexicon)
        if fact.aggregate is Aggregate.COUNT:
            counts = np.bincount(case, minlength=self.size).astype(np.int64)
            return _or_empty(Values(counts, seen), seen, fact, lexicon)
        if not len(counting):
            nothing = nobody(self.size)
            bare = (
                Truths(nothing, nothing) if fact.kind is Kind.BOOL else Values(np.zeros(self.size, np.int64), nothing)
            )
            return _or_empty(bare, nothing, fact, lexicon)
        starts = np.flatnonzero(np.diff(case, prepend=-1))
        return self._reduced(fact, counting, starts, case[starts], lexicon)

    def _reduced(self, fact: Fact, counting: Places, starts: Places, cases: Places, lexicon: Lexicon) -> Column:
        """Return a fact that is one value of many: those of each case begin at `starts`."""
        if fact.aggregate is Aggregate.LATEST:
            counting = self._latest(counting, starts)
        data, known = self._told(fact.column, counting)
        match fact.aggregate:
            case Aggregate.MIN:
                data, known = np.minimum.reduceat(data, starts), np.logical_and.reduceat(known, starts)
            case Aggregate.MAX:
                data, known = np.maximum.reduceat(data, starts), np.logical_and.reduceat(known, starts)
            case Aggregate.SUM:
                data, known = np.add.reduceat(data, starts), np.logical_and.reduceat(known, starts)
            case Aggregate.FLAG:
                data = (np.maximum.reduceat(np.where(known, data, -1), starts) == 1).astype(np.int64)
                known = np.logical_or.reduceat(known, starts)
                cases, data, known = cases[known], data[known], known[known]  # nothing told is as nothing there
        there = self.marked(cases)
        if fact.kind is Kind.BOOL:
            return _or_empty(Truths(self.marked(cases[known & (data == 1)]), self.marked(cases[known & (data != 1)])), there, fact, lexicon)  # fmt: skip
        spread = np.zeros(self.size, dtype=np.int64)
        spread[cases] = data
        return _or_empty(Values(spread, self.marked(cases[known])), there, fact, lexicon)

    def _latest(self, counting: Places, starts: Places) -> Places:
        """Return of each case the row that began last; of several the first."""
        if len(starts) == len(counting):
            return counting
        since = self.columns["valid_from"]
        assert isinstance(since, Values)
        order = np.lexsort((-np.arange(len(counting)), since.data[counting], self.case[counting]))
        last: Places = counting[order[np.append(starts[1:], len(counting)) - 1]]
        return last

    def _told(self, name: str, rows: Places) -> tuple[Numbers, NDArray[np.bool_]]:
        values = self.columns[name]
        if isinstance(values, Truths):
            return flags_of(values.yes)[rows].astype(np.int64), flags_of(values.yes | values.no)[rows]
        return values.data[rows], flags_of(values.known)[rows]


def _or_empty(found: Column, there: Bits, fact: Fact, lexicon: Lexicon) -> Column:
    """Return a fact with its empty value for the cases where nothing counted."""
    if fact.empty is None:
        return found
    if isinstance(found, Truths):
        return Truths(found.yes | ~there, found.no) if fact.empty else Truths(found.yes, found.no | ~there)
    empty = number_of(fact.empty, lexicon)
    data = np.where(flags_of(there), found.data, empty) if empty else found.data
    return Values(data, found.known | ~there)
