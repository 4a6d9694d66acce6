"""The rows that figures are counted from, for one place as known at one moment.

Where something counts: persons and certificates at the hukou of the day; money, awards and debts in the county that
pays, at the hukou on the last day of the month (entries and awards: on their day), and at the county itself when the
hukou was outside it by then.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from zhucan.cases.facts import as_utc, known, selects, stamp
from zhucan.core.divisions import Level, county_of, level_of, prefix
from zhucan.indicators import (
    activities,
    aided,
    casework,
    elsewhere,
    following,
    given,
    handling,
    places,
    registers,
    relieved,
    serving,
    studies,
    working,
)
from zhucan.indicators.desk import Desk, learnt
from zhucan.indicators.periods import Period

_CARD_TYPES = {
    "person_id": "BIGINT", "valid_from": "DATE", "valid_to": "DATE", "category": "VARCHAR", "grade": "INTEGER",
    "status": "VARCHAR", "event": "VARCHAR", "expires": "DATE",
}  # fmt: skip
_HOME_TYPES = {"person_id": "BIGINT", "valid_from": "DATE", "valid_to": "DATE", "household_id": "BIGINT"}
_LINE_TYPES = {
    "line_id": "BIGINT", "run_id": "BIGINT", "person_id": "BIGINT", "scheme": "VARCHAR", "benefit_month": "INTEGER",
    "run_month": "INTEGER", "kind": "VARCHAR", "cause": "VARCHAR", "amount_fen": "BIGINT", "payer": "VARCHAR",
}  # fmt: skip
_ENTRY_TYPES = {
    "person_id": "BIGINT", "scheme": "VARCHAR", "cause": "VARCHAR", "source": "VARCHAR", "target": "VARCHAR",
    "amount_fen": "BIGINT", "day": "DATE", "run_id": "BIGINT",
}  # fmt: skip
_AWARD_TYPES = {
    "person_id": "BIGINT", "scheme": "VARCHAR", "start": "INTEGER", "day": "DATE", "payer": "VARCHAR", "award_id": "BIGINT",
    "granted_fen": "BIGINT", "quantity": "BIGINT",
}  # fmt: skip


@dataclass(frozen=True)
class View:
    """What is looked at: the place, the period, and the day its stocks are told for."""

    division: str
    period: Period
    day: date

    @property
    def inside(self) -> str:
        """Return the SQL operator and pattern for places in the division."""
        return f"LIKE '{prefix(self.division)}%'"

    @property
    def payers(self) -> str:
        """Return the digits that paying counties of this place begin with."""
        below = level_of(self.division) in (Level.TOWNSHIP, Level.VILLAGE)
        return prefix(county_of(self.division) if below else self.division)


def opened(view: View, known_at: datetime) -> Desk:
    """Return a desk with the name of every table about a place, as known at a moment; each comes when it is looked at."""
    people = f"SELECT h.person_id FROM registry_residence h WHERE h.division_id {view.inside}"
    payer = f"a.division_id LIKE '{view.payers}%'"
    if view.payers == prefix(view.division):
        people += f" UNION SELECT a.person_id FROM cases_award a WHERE {payer}"
    desk = Desk(people)
    for name, select, types in selects(known_at, desk.people, ("residence", "hardship", "death", "stay", "insurance")):
        desk.bring(name, select, types)
    desk.bring(
        "card",
        "SELECT t.person_id, t.valid_from, t.valid_to, t.category, t.grade, t.status, t.event, t.expires"
        f" FROM registry_certificate t WHERE {known(known_at)} AND t.person_id IN ({desk.people})",
        _CARD_TYPES,
    )
    desk.bring(
        "membership",
        "SELECT t.person_id, t.valid_from, t.valid_to, t.household_id FROM registry_membership t"
        f" WHERE {known(known_at)} AND t.person_id IN ({desk.people})",
        _HOME_TYPES,
    )
    _money(desk, view, payer, known_at)
    registers.bring(desk, counties=view.payers, first=view.period.start, known_at=known_at)
    working.bring(desk, counties=view.payers, day=view.day, known_at=known_at)
    handling.bring(desk, view.division, known_at)
    aided.bring(desk, view.division, known_at)
    serving.bring(desk, payer, known_at)
    casework.bring(desk, view.payers, known_at)
    places.bring(desk, view.division, view.payers, known_at)
    studies.bring(desk, known_at)
    elsewhere.bring(desk, view.division, known_at)
    following.bring(desk, payer, known_at)
    relieved.bring(desk, payer, known_at)
    activities.bring(desk, view.inside, known_at)
    _settle(desk)
    return desk


def _money(desk: Desk, view: View, payer: str, known_at: datetime) -> None:
    first, last = view.period.first.index, view.period.last.index
    desk.bring(
        "booked",
        "SELECT l.id, l.run_id, l.person_id, l.scheme, l.month, r.month, l.kind, l.cause, l.amount_fen, a.division_id"
        " FROM payments_line l JOIN payments_run r ON r.id = l.run_id JOIN cases_award a ON a.id = l.award_id"
        f" WHERE l.booked AND (r.month <= {last} OR l.month BETWEEN {first - 1} AND {last}) AND {payer}"
        f" AND l.person_id IN ({desk.people}){learnt('r.approved_at', known_at)}",
        _LINE_TYPES,
    )
    desk.bring(
        "ledger",
        "SELECT e.person_id, e.scheme, e.cause, e.source, e.target, e.amount_fen, "
        f"{_day('e.at')}, p.run_id FROM payments_entry e LEFT JOIN payments_payment p ON p.id = e.payment_id"
        " WHERE (e.source IN ('transit', 'recoverable') OR e.target = 'recoverable')"
        f" AND e.person_id IN ({desk.people}){learnt('e.at', known_at)}",
        _ENTRY_TYPES,
    )
    desk.bring(
        "award",
        "SELECT a.person_id, a.scheme, a.start, a.approved_on, a.division_id, a.id,"
        f" CASE WHEN a.revoked_at IS NULL OR {as_utc('a.revoked_at')} > '{stamp(known_at)}' THEN a.granted_fen END,"
        " coalesce((SELECT sum(p.units) FROM delivery_plan p WHERE p.award_id = a.id), a.quantity, 1)"
        " FROM cases_award a"
        f" WHERE {payer} AND a.person_id IN ({desk.people}){learnt('a.recorded_at', known_at)}",
        _AWARD_TYPES,
    )
    desk.bring(
        "handed",
        f"SELECT * FROM ({given.select(desk.people, known_at)}) g WHERE g.payer LIKE '{view.payers}%'",
        given.TYPES,
    )


def _day(column: str) -> str:
    """Return SQL for the Shanghai day of a timestamp column, on both databases."""
    if connection.vendor == "postgresql":
        return f"({column} AT TIME ZONE 'Asia/Shanghai')::date"
    return f"date({column}, '+8 hours')"


def _settle(desk: Desk) -> None:
    """Say of every line, entry and award where it counts."""
    # An entry of the bank belongs to the county of the person's lines in that run; one on a recovery account to the
    # county that found the debt, whatever run or decision settles it.
    desk.derive(
        "entry_payer",
        """
        SELECT e.*, coalesce(d.payer, r.payer) AS payer FROM ledger e
        LEFT JOIN (SELECT person_id, scheme, cause, arg_max(payer, line_id) AS payer FROM booked
            WHERE kind = 'recovery' GROUP BY ALL) d
            ON 'recoverable' IN (e.source, e.target) AND d.person_id = e.person_id AND d.scheme = e.scheme AND d.cause = e.cause
        LEFT JOIN (SELECT person_id, run_id, min(payer) AS payer FROM booked GROUP BY ALL) r
            ON r.person_id = e.person_id AND r.run_id = e.run_id
        """,
    )
    last = "last_day(make_date(({0} // 12)::BIGINT, ({0} % 12 + 1)::BIGINT, 1))"
    for table, source, day in (
        ("paid", "booked", last.format("run_month")),
        ("earned", "booked", last.format("benefit_month")),
        ("moved", "(SELECT * FROM entry_payer WHERE payer IS NOT NULL)", "day"),
        ("granted", "award", "day"),
        ("handed_here", "handed", f"coalesce({last.format('month')}, day)"),
        ("fitted", "fitting", "day"),
        ("planned", "plan", "starts_on"),
        *casework.SETTLED,
        ("relieved", "relief", "valid_from"),
        ("settled_claim", "claim", "paid_on"),
        ("taking_part", "participation", "starts_on"),
    ):
        desk.derive(
            table,
            "SELECT b.*, CASE WHEN left(r.division, 6) = left(b.payer, 6)"
            " AND (r.valid_to IS NULL OR r.valid_to > b.counts_on) THEN r.division ELSE b.payer END AS place"
            f" FROM (SELECT *, {day} AS counts_on FROM {source}) b"
            " ASOF LEFT JOIN residence r ON b.person_id = r.person_id AND b.counts_on >= r.valid_from",
        )
    at_school = "CASE WHEN c.valid_to IS NULL OR c.valid_to > b.counts_on THEN c.{0} END AS {0}"
    desk.derive(
        "provided",
        f"SELECT b.*, {at_school.format('stage')}, {at_school.format('placement')} FROM handed_here b"
        " ASOF LEFT JOIN schooling c ON b.person_id = c.person_id AND b.counts_on >= c.valid_from",
    )
