"""Facts: what rules may ask of a person on a day or in a month, each declared once.

A fact is a column of the person or the frame, an expression over other facts, or an aggregate over a spell relation
with a filter. The SQL of a run, the arrays of a whole catalogue (`gathering.py`) and the Python for one person are all made
from the declaration (`declared/`).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.policy.declared import FACTS
from zhucan.policy.declared.core import BENEFIT_LABELS, CATEGORY_LABELS, HARDSHIP_LABELS
from zhucan.policy.expressions import Expr, Kind, column
from zhucan.policy.fact import UNSTATED, Aggregate, Fact, Timing
from zhucan.policy.folding import fold
from zhucan.policy.python import compile_expressions
from zhucan.policy.sql import constant, to_sql

__all__ = [
    "BENEFIT_LABELS",
    "BY_NAME",
    "CATEGORY_LABELS",
    "FACTS",
    "HARDSHIP_LABELS",
    "Aggregate",
    "Fact",
    "Timing",
    "UnknownFact",
    "complete",
    "f",
    "facts_of",
    "facts_sql",
    "settled_facts",
]


class UnknownFact(ZhucanError, KeyError):
    """No fact has this name."""

    def __str__(self) -> str:
        return str(self.args[0])


BY_NAME: Mapping[str, Fact] = {fact.name: fact for fact in FACTS}


class Facts:
    """The facts as typed columns: `f.income_per_head <= …`."""

    def __getattr__(self, name: str) -> Expr:
        if name not in BY_NAME:
            raise AttributeError(f"no fact {name}")
        return column("fact", name, BY_NAME[name].kind)


f = Facts()


def complete(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return all facts from some: what is left out is presumed where a fact says so, else unknown.

    `category` and `grade` may stand for a single kind of disability. Raises `UnknownFact`.
    """
    rest = dict(stated)
    category, grade = rest.pop("category", None), rest.pop("grade", None)
    if category is not None and grade is not None:
        if category not in CATEGORY_LABELS:
            raise UnknownFact(
                f"残疾类别“{category}”不对：应为 {'、'.join(CATEGORY_LABELS)} 之一；多重残疾请写各类 grade_…。"
            )
        rest.setdefault(f"grade_{category}", grade)
    for name in rest:
        if name not in BY_NAME:
            raise UnknownFact(f"没有名为 {name} 的事实：请对照 zhucan cases --facts 列出的名称。")
    return {fact.name: rest.get(fact.name, None if fact.presumed is UNSTATED else fact.presumed) for fact in FACTS}


# --- everybody ---------------------------------------------------------------------------------------------------


def _names(row: str, person_table: str, frame_table: str) -> Any:
    tables = {"row": row, "person": person_table, "frame": frame_table, "fact": "facts"}
    return lambda namespace, name: f"{tables[namespace]}.{name}"


def _when(fact: Fact) -> str:
    if fact.timing is Timing.IN_MONTH:
        return (
            "(r.valid_from < CAST(fr.month_first + INTERVAL (1) MONTH AS DATE)"
            " AND (r.valid_to IS NULL OR r.valid_to > fr.month_first))"
        )
    return "(r.valid_from <= fr.on_day AND (r.valid_to IS NULL OR r.valid_to > fr.on_day))"


def _aggregate(fact: Fact, condition: str) -> str:
    """Return the SQL aggregate of a fact; FILTER conditions with nulls count as not true, as in Python."""
    value = f"r.{fact.column}"
    match fact.aggregate:
        case Aggregate.ANY:
            return f"bool_or(coalesce({condition}, FALSE))"
        case Aggregate.NONE:
            return f"NOT bool_or(coalesce({condition}, FALSE))"
        case Aggregate.MIN | Aggregate.MAX:
            # One pass without nulls: an unknown and nothing at all take part as numbers beyond all others.
            far = 2**62 if fact.kind is Kind.MONEY else 2**31 - 1
            unknown, nothing = (-far, far) if fact.aggregate is Aggregate.MIN else (far, -far)
            found = (
                f"{fact.aggregate.value}(CASE WHEN {condition} THEN coalesce({value}, {unknown}) ELSE {nothing} END)"
            )
            return f"nullif(CASE WHEN {found} = {nothing} THEN {constant(fact.empty, fact.kind)} ELSE {found} END, {unknown})"
        case Aggregate.COUNT:
            return f"count(*) FILTER ({condition})"
        case Aggregate.FLAG:
            return f"coalesce(max(CASE WHEN {condition} THEN {value} END) = 1, {constant(fact.empty, fact.kind)})"
        case Aggregate.LATEST:
            only = "" if fact.where is None else f" FILTER ({condition})"
            latest = f"arg_max_null({value}, r.valid_from){only}"
            if fact.empty is None:
                return latest
            return f"CASE WHEN count(*){only} = 0 THEN {constant(fact.empty, fact.kind)} ELSE {latest} END"
        case Aggregate.SUM:
            return (
                f"CASE WHEN count(*) FILTER ({condition} AND {value} IS NULL) > 0 THEN NULL"
                f" ELSE coalesce(sum({value}) FILTER ({condition}), 0)::BIGINT END"
            )


def _or_empty(fact: Fact, table: str, key: str) -> str:
    """Return the SQL of a fact joined from its aggregates: its empty value where nothing counted."""
    if fact.empty is None:
        return f"{table}.{fact.name}"
    if fact.aggregate in (Aggregate.ANY, Aggregate.NONE, Aggregate.COUNT):  # never null where something counted
        return f"coalesce({table}.{fact.name}, {constant(fact.empty, fact.kind)})"
    return f"CASE WHEN {table}.{key} IS NULL THEN {constant(fact.empty, fact.kind)} ELSE {table}.{fact.name} END"


def facts_sql(
    needed: Sequence[str], *, frame_table: str = "frame", constant_frame: Mapping[str, Any] | None = None
) -> str:
    """Return a SELECT of case_id, person_id, division, month_first and the needed facts for every row of the frame.

    With `constant_frame` (division, on_day, expiry_after, month_first, applied_on) everybody in `person` is judged on
    the same day and no frame table is needed: spells are then aggregated without a join.
    """
    wanted = [BY_NAME[name] for name in needed]
    naming = _names("r", "p", "fr")
    joins, columns = [], []
    key = "case_id" if constant_frame is None else "person_id"
    for relation in dict.fromkeys(fact.relation for fact in wanted if fact.relation):
        own = [fact for fact in wanted if fact.relation == relation]
        parts = []
        for fact in own:
            condition = "TRUE" if fact.where is None else to_sql(fact.where, naming)
            parts.append(f"{_aggregate(fact, condition)} AS {fact.name}")
            columns.append(f"{_or_empty(fact, f'a_{relation}', key)} AS {fact.name}")
        (window,) = {
            _when(fact) for fact in own
        }  # one timing a relation, so that absent spells mean the same everywhere
        if constant_frame is None:
            joins.append(
                f"LEFT JOIN (SELECT fr.case_id, {', '.join(parts)} FROM {frame_table} fr JOIN {relation} r"
                f" ON r.person_id = fr.person_id WHERE {window} GROUP BY fr.case_id) a_{relation}"
                f" ON a_{relation}.case_id = fr.case_id"
            )
        else:
            text = f"SELECT r.person_id, {', '.join(parts)} FROM {relation} r WHERE {window} GROUP BY r.person_id"
            joins.append(
                f"LEFT JOIN ({_inline(text, constant_frame)}) a_{relation} ON a_{relation}.person_id = p.person_id"
            )
    for fact in wanted:
        if fact.formula is not None:
            columns.append(f"{to_sql(fact.formula, naming)} AS {fact.name}")
    if constant_frame is None:
        head = "fr.case_id, fr.person_id, fr.division, fr.month_first"
        source = f"{frame_table} fr JOIN person p ON p.person_id = fr.person_id"
        return f"SELECT {', '.join([head, *columns])} FROM {source} {' '.join(joins)}"
    head = "p.person_id AS case_id, p.person_id, fr.division AS division, fr.month_first AS month_first"
    return _inline(f"SELECT {', '.join([head, *columns])} FROM person p {' '.join(joins)}", constant_frame)


def settled_facts(constant_frame: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that are the same for everybody judged on one day: the days themselves, and what only an
    application tells."""
    known = {("frame", name): value for name, value in constant_frame.items()}
    formulas = {fact.name: fold(fact.formula, known) for fact in FACTS if fact.formula is not None}
    return {name: formula.value for name, formula in formulas.items() if formula.op == "const"}


def _inline(text: str, values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        kind = Kind.TEXT if name == "division" else Kind.DATE
        text = text.replace(f"fr.{name}", constant(value, kind))
    return text


# --- one person --------------------------------------------------------------------------------------------------

_filters = {fact.name: compile_expressions([fact.where], ("row", "frame")) for fact in FACTS if fact.where is not None}
_formulas = {
    fact.name: compile_expressions([fact.formula], ("person", "frame")) for fact in FACTS if fact.formula is not None
}


def facts_of(
    spells: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    on: date,
    expiry_after: date,
    month: Month,
    division: str,
    known_at: datetime | None = None,
    applied_on: date | None = None,
    answers: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return every fact of one person from the rows of the relations (`person` holds one row). Money is fen.

    `answers` are the values of asked facts that an application tells; they go before what a register says.
    """
    values: dict[str, Any] = {}
    row = {
        "division": division,
        "on_day": on,
        "expiry_after": expiry_after,
        "month_first": month.first,
        "applied_on": applied_on,
    }
    believed = {
        name: rows if known_at is None or name == "person" else [item for item in rows if _known(item, known_at)]
        for name, rows in spells.items()
    }
    someone = believed["person"][0]
    after = month.next.first
    for fact in FACTS:
        if fact.asked and answers and answers.get(fact.name) is not None:
            values[fact.name] = answers[fact.name]
            continue
        if fact.formula is not None:
            values[fact.name] = _formulas[fact.name](someone, row)[0]
            continue
        start, stop = (on, on) if fact.timing is Timing.ON_DAY else (None, month.first)
        counting: list[Mapping[str, Any] | None] = []
        for item in believed.get(fact.relation, ()):
            begins, ends = item["valid_from"], item["valid_to"]
            if (begins <= start if start is not None else begins < after) and (ends is None or ends > stop):
                if fact.where is None or _filters[fact.name](item, row)[0] is True:
                    counting.append(item)
                elif fact.aggregate in (Aggregate.ANY, Aggregate.NONE):
                    counting.append(None)  # seen, and not what is asked: tells "no" from "nothing recorded"
        values[fact.name] = _aggregated(fact, counting)
    return values


def _known(item: Mapping[str, Any], at: datetime) -> bool:
    return item["recorded_at"] <= at and (item["retracted_at"] is None or item["retracted_at"] > at)


def _aggregated(fact: Fact, counting: list[Mapping[str, Any] | None]) -> Any:
    if not counting:
        return fact.empty
    rows = [item for item in counting if item is not None]
    match fact.aggregate:
        case Aggregate.ANY:
            return bool(rows)
        case Aggregate.NONE:
            return not rows
        case Aggregate.COUNT:
            return len(rows)
        case Aggregate.FLAG:
            numbers = [item[fact.column] for item in rows if item[fact.column] is not None]
            return max(numbers) == 1 if numbers else fact.empty
        case Aggregate.LATEST:
            return max(rows, key=lambda item: item["valid_from"])[fact.column]
    amounts = [item[fact.column] for item in rows]
    if fact.aggregate is Aggregate.SUM:
        return None if None in amounts else sum(amounts)
    if None in amounts:
        return None  # the one not known might be the least or the most
    if not amounts:
        return fact.empty
    return min(amounts) if fact.aggregate is Aggregate.MIN else max(amounts)
