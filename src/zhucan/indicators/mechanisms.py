"""Matters run through the counties' own service mechanisms: handled, in time, open and overdue.

A matter counts in the county that took it in; below the county where the person lived on that day.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from zhucan.cases.facts import known
from zhucan.casework.models import Matter
from zhucan.indicators.declared import Indicator, Measure
from zhucan.indicators.desk import Desk, learnt
from zhucan.indicators.registers import in_words
from zhucan.orgs.versions import number

_MATTER = {
    "matter_id": "BIGINT", "person_id": "BIGINT", "scheme": "VARCHAR", "payer": "VARCHAR", "mechanism": "VARCHAR",
    "opened_on": "DATE", "closed_on": "DATE", "outcome": "VARCHAR",
}  # fmt: skip
_WAIT = {"matter_id": "BIGINT", "due_on": "DATE", "until": "DATE"}
_OPENED = "归受理县，县以下按受理日户籍地统计"


def bring(desk: Desk, ours: str, known_at: datetime) -> None:
    """Take the matters `f` for which a condition holds out of the database, with the deadlines they waited for."""
    ours, key = f"{ours} AND {known(known_at, 'f')}", number("f")
    desk.bring(
        "matter_row",
        f"SELECT {key}, f.person_id, '', f.division_id, m.name, f.opened_on, f.closed_on, f.outcome FROM casework_matter f"
        f" JOIN casework_mechanism m ON m.id = f.mechanism_id WHERE {ours}",
        _MATTER,
    )  # fmt: skip
    desk.bring(
        "matter_wait",
        f"SELECT {key}, f.due_on, NULL FROM casework_matter f WHERE f.due_on IS NOT NULL AND {ours}"
        f" UNION ALL SELECT t.matter_id, t.due_on, t.day FROM casework_mattermove t JOIN casework_matter f ON {key} = t.matter_id"
        f" WHERE {ours}{learnt('t.recorded_at', known_at)}",
        _WAIT,
    )  # fmt: skip


def relations(start: str, day: str) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
    """Yield the relations over matters, as name, table, condition and columns, from one day (SQL) to another, both in."""
    within = f"BETWEEN {start} AND {day}"
    in_time = "NOT EXISTS (SELECT 1 FROM matter_wait w WHERE w.matter_id = b.matter_id AND w.until > w.due_on)"
    late = (
        f"EXISTS (SELECT 1 FROM matter_wait w WHERE w.matter_id = b.matter_id AND w.due_on < {day}"
        f" AND (w.until IS NULL OR w.until > {day}))"
    )
    yield (
        "matter_handled", "entrusted", f"b.closed_on {within} AND b.outcome <> '{Matter.Outcome.WITHDRAWN}'",
        {
            "month": "year(b.closed_on) * 12 + month(b.closed_on) - 1", "in_time": in_time,
            "dated": "NOT EXISTS (SELECT 1 FROM matter_wait w WHERE w.matter_id = b.matter_id AND w.due_on IS NULL)",
            "detail": f"b.mechanism || '，' || b.opened_on || ' 受理，' || b.closed_on || ' 办结，'"
            f" || {in_words('b.outcome', Matter.Outcome.choices)}",
        },
    )  # fmt: skip
    yield (
        "matter_open", "entrusted", f"b.opened_on <= {day} AND (b.closed_on IS NULL OR b.closed_on > {day})",
        {"overdue": late, "detail": "b.mechanism || '，' || b.opened_on || ' 受理'"},
    )  # fmt: skip


def figures() -> Iterator[Indicator]:
    """Yield the figures of matters."""
    yield Indicator(
        "matters-handled", "服务机制办结件数", "matter_handled", Measure.CASES,
        f"期内办结（本人撤回的不算）的服务机制办件数，{_OPENED}。",
    )  # fmt: skip
    yield Indicator(
        "matters-in-time", "服务机制按期办结件数", "matter_handled", Measure.CASES,
        f"期内办结（本人撤回的不算）、每一步都没有超过期限的服务机制办件数，{_OPENED}；有一步的期限要等放假安排公布才能算时为不明。",
        "in_time", known="(SELECT coalesce(bool_and(dated), true) FROM matter_handled)",
    )  # fmt: skip
    for name, title, words, where in (
        ("open", "服务机制在办件数", "没有办结的服务机制办件数", "true"),
        ("overdue", "服务机制超期在办件数", "没有办结、正在办的一步已超过期限的服务机制办件数", "overdue"),
    ):  # fmt: skip
        yield Indicator(
            f"matters-{name}", title, "matter_open", Measure.CASES, f"期末{words}，{_OPENED}。", where, stock=True
        )
