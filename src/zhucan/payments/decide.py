"""What a month owes: every award in scope, for the month and for every earlier month whose facts changed.

The work is set-based in DuckDB over rows that `cases/facts.py` brings out of the database. Nothing is written here.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import duckdb
from django.db import connection

from zhucan.cases.facts import as_utc, export, export_changes, gather, load, relations_of, stamp
from zhucan.core.divisions import ancestors, county_of
from zhucan.core.months import Month
from zhucan.orgs.divisions import parameter_rows
from zhucan.payments import causes, ledger
from zhucan.payments.scope import Scope
from zhucan.policy.engine import Outcome, cause_of, decide_sql, needed, needed_parameters
from zhucan.policy.parameters import PARAMETERS, NoStandard, resolve
from zhucan.policy.schemes import Scheme

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
# A row bears the moment its writing began, and is seen when that has ended: a run may miss what bears an earlier moment
# than its own. The next run looks for such rows this far back.
_LATE = timedelta(minutes=10)


class Draft(NamedTuple):  # not a dataclass: a million are made at once
    """A line to be. Amounts are fen; months are `Month.index`."""

    award_id: int
    person_id: int
    scheme: str
    month: int
    kind: str
    cause: str
    amount_fen: int
    entitled_fen: int
    booked_fen: int
    outcome: str
    not_met: int
    unknown: int
    basis: str  # digest
    sequence: int


@dataclass(frozen=True)
class Result:
    """The drafts of a month, what they rest on, and the lapses found (award → month index or None).

    Of the bases behind the drafts, `stored` has the keys of those already in the database, and `bases` the content of
    those that are not.
    """

    drafts: list[Draft]
    stored: dict[str, int]
    bases: dict[str, dict[str, Any]]
    lapses: dict[int, int | None]


def decide_month(scope: Scope) -> Result:
    """Decide all that a run has to; raises `NoStandard`."""
    con = duckdb.connect()
    try:
        return _Decider(con, scope).run()
    finally:
        con.close()


class _Decider:
    def __init__(self, con: duckdb.DuckDBPyConnection, scope: Scope) -> None:
        self.con, self.scope = con, scope
        self.month = scope.month.index
        self.people = gather("run_people", scope.awards_sql("a.person_id"))
        self._asking(scope.schemes)

    def _asking(self, schemes: tuple[Scheme, ...]) -> None:
        """Settle which schemes are decided, and so what is read."""
        self.schemes, self.relations = schemes, relations_of(schemes)
        self.facts, self.parameters = needed(schemes), needed_parameters(schemes)

    def run(self) -> Result:
        self._awards()
        self._affected()
        export(self.con, known_at=self.scope.known_at, people=self.people, relations=self.relations)
        self._months()
        self._decide("frame", "judged")
        self._entitle()
        self._backpay()
        self._booked()
        self._refuse_without_standard()
        return Result(*self._lines(), self._lapses())

    def _awards(self) -> None:
        """Bring in the awards of everybody in scope, with their siblings elsewhere."""
        limit = stamp(self.scope.known_at)
        load(
            self.con,
            "award",
            "SELECT a.id, a.person_id, a.scheme, a.division_id, a.applied_on, a.start,"
            f" CASE WHEN {as_utc('a.withdrawal_recorded_at')} <= '{limit}' THEN a.withdrawn_on END,"
            f" a.decided_through, {as_utc('a.decided_at')}, a.lapsed_from, {as_utc('a.recorded_at')},"
            f" CASE WHEN {as_utc('a.withdrawal_recorded_at')} <= '{limit}' THEN {as_utc('a.withdrawal_recorded_at')} END,"
            f" CASE WHEN {as_utc('g.recorded_at')} <= '{limit}' THEN {as_utc('g.recorded_at')} END,"
            f" CASE WHEN {self.scope.within} THEN 1 ELSE 0 END"
            f" FROM cases_award a LEFT JOIN cases_backpaygrant g ON g.award_id = a.id"
            f" WHERE a.scheme IN ({self.scope.scheme_list}) AND {as_utc('a.recorded_at')} <= '{limit}'"
            f" AND a.start <= {self.month} AND a.person_id IN ({self.people})",
            {
                "award_id": "BIGINT",
                "person_id": "BIGINT",
                "scheme": "VARCHAR",
                "division": "VARCHAR",
                "applied_on": "DATE",
                "start": "INTEGER",
                "withdrawn_on": "DATE",
                "decided_through": "INTEGER",
                "decided_at": "TIMESTAMP",
                "lapsed_from": "INTEGER",
                "recorded_at": "TIMESTAMP",
                "withdrawal_at": "TIMESTAMP",
                "grant_at": "TIMESTAMP",
                "mine": "BOOLEAN",
            },
        )
        self.con.execute("CREATE VIEW in_scope AS SELECT award_id FROM award WHERE mine")
        held = {name for (name,) in self.con.execute("SELECT DISTINCT scheme FROM award").fetchall()}
        # What nobody was granted has nothing to decide; reading its facts would only cost time.
        self._asking(tuple(item for item in self.scope.schemes if item.id in held) or self.scope.schemes)

    def _affected(self) -> None:
        """Find the people of whom anything was learnt since their awards were last decided, or who were held back."""
        first = self.con.execute("SELECT min(decided_at), max(decided_at) FROM award").fetchone()
        since = first[0].replace(tzinfo=UTC) - _LATE if first and first[0] else _EVER
        export_changes(
            self.con, since=since, known_at=self.scope.known_at, people=self.people, relations=self.relations
        )
        self.con.execute(
            "CREATE TABLE moved_parameters AS SELECT NULL::VARCHAR AS division, NULL::TIMESTAMP AS changed_at WHERE FALSE"
        )
        counties = [row[0] for row in self.con.execute("SELECT DISTINCT division FROM award").fetchall()]
        moved = []
        for row in parameter_rows(self.scope.known_at):
            for moment in (row.recorded_at, row.retracted_at):
                if moment is not None and moment <= self.scope.known_at:
                    moved += [
                        (county, stamp(moment)) for county in counties if row.division in (county, *ancestors(county))
                    ]
        if moved:
            self.con.executemany("INSERT INTO moved_parameters VALUES (?, ?)", moved)
        self.con.execute(
            f"""
            CREATE TABLE affected AS SELECT DISTINCT a.person_id
            FROM (SELECT *, decided_at - INTERVAL {_LATE.seconds} SECOND AS seen_to FROM award) a
            LEFT JOIN changes c ON c.person_id = a.person_id
            LEFT JOIN (SELECT division, max(changed_at) AS changed_at FROM moved_parameters GROUP BY division) p
                ON p.division = a.division
            LEFT JOIN (SELECT person_id, max(greatest(recorded_at, coalesce(withdrawal_at, recorded_at),
                coalesce(grant_at, recorded_at))) AS changed_at FROM award GROUP BY person_id) w
                ON w.person_id = a.person_id
            WHERE a.decided_at IS NULL OR c.changed_at > a.seen_to OR p.changed_at > a.seen_to
                OR w.changed_at > a.seen_to OR a.decided_through < {self.month - 1}
            """
        )

    def _months(self) -> None:
        """List every award and month to decide, and the distinct frames that decide them."""
        self.con.execute(
            f"""
            CREATE TABLE award_month AS
            SELECT a.*, m.month, make_date((m.month // 12)::BIGINT, (m.month % 12 + 1)::BIGINT, 1) AS month_first,
                year(a.applied_on) * 12 + month(a.applied_on) - 1 AS applied_month,
                f.person_id IS NOT NULL AS again
            FROM award a LEFT JOIN affected f ON f.person_id = a.person_id,
                LATERAL (SELECT unnest(generate_series(
                    CASE WHEN f.person_id IS NOT NULL OR a.decided_through IS NULL THEN a.start
                         ELSE greatest(a.start, a.decided_through + 1) END, {self.month})) AS month) m
            """
        )
        self.con.execute(
            """
            CREATE TABLE frame AS SELECT row_number() OVER () AS case_id, * FROM (
                SELECT DISTINCT person_id, division, month_first, applied_on,
                    CASE WHEN month <= applied_month THEN applied_on ELSE month_first - 1 END AS on_day,
                    CASE WHEN month <= applied_month THEN applied_on - 1 ELSE month_first - 1 END AS expiry_after
                FROM award_month)
            """
        )

    def _decide(self, frame: str, table: str) -> None:
        """Decide all schemes for the rows of a frame."""
        rows = parameter_rows(self.scope.known_at)
        pairs = self.con.execute(f"SELECT DISTINCT division, month_first FROM {frame}").fetchall()
        params = {(division, first): resolve(rows, division, first, self.scope.known_at) for division, first in pairs}
        if not params:
            # an empty frame still needs a table of the right shape
            params = {(county_of(self.scope.division), self.scope.month.first): dict.fromkeys(PARAMETERS)}
        select = decide_sql(self.schemes, params=params, frame_table=frame, basis=True)
        kept = [f"fact_{name}" for name in self.facts] + [f"parameter_{name}" for name in self.parameters]
        digest = "md5(concat_ws('|', " + ", ".join(f"coalesce({name}::VARCHAR, '?')" for name in kept) + "))"
        self.con.execute(f"CREATE TABLE {table} AS SELECT d.*, {digest} AS basis FROM ({select}) d")

    def _by_scheme(self, frame: str, judged: str, months: str) -> str:
        """Return a SELECT of award, month and that scheme's decision."""
        parts = [
            f"SELECT m.*, j.{s.key}_outcome AS outcome, j.{s.key}_not_met AS not_met, j.{s.key}_unknown AS unknown,"
            f" j.{s.key}_amount AS amount, j.{s.key}_no_standard AS no_standard, j.basis, j.case_id,"
            f" {s.reapply_mask} AS reapply_mask FROM {months} m JOIN {frame} f ON f.person_id = m.person_id"
            f" AND f.division = m.division AND f.month_first = m.month_first AND f.applied_on = m.applied_on"
            f" JOIN {judged} j ON j.case_id = f.case_id WHERE m.scheme = '{s.id}'"
            for s in self.schemes
        ]
        return " UNION ALL ".join(parts)

    def _entitle(self) -> None:
        """Apply withdrawal and lapse, and let one award a person, scheme and month pay."""
        self.con.execute(f"CREATE TABLE decided AS {self._by_scheme('frame', 'judged', 'award_month')}")
        self.con.execute(
            """
            CREATE TABLE lapse AS SELECT award_id,
                CASE WHEN bool_or(again) THEN min(month) FILTER (gone)
                     ELSE coalesce(any_value(lapsed_from), min(month) FILTER (gone)) END AS lapsed,
                arg_min(not_met, month) FILTER (gone) AS lapse_not_met,
                arg_min(basis, month) FILTER (gone) AS lapse_basis
            FROM (SELECT *, month > applied_month AND (not_met & reapply_mask) <> 0 AS gone FROM decided)
            GROUP BY award_id
            """
        )
        self.con.execute(
            """
            CREATE TABLE entitled AS SELECT *, row_number() OVER (
                PARTITION BY person_id, scheme, month, granted > 0 ORDER BY applied_on, award_id) AS place
            FROM (SELECT d.*, l.lapsed, l.lapse_not_met, l.lapse_basis,
                d.withdrawn_on IS NOT NULL AND d.month > year(d.withdrawn_on) * 12 + month(d.withdrawn_on) - 1 AS left_it,
                l.lapsed IS NOT NULL AND d.month >= l.lapsed AS gone,
                CASE WHEN d.withdrawn_on IS NOT NULL AND d.month > year(d.withdrawn_on) * 12 + month(d.withdrawn_on) - 1
                    OR (l.lapsed IS NOT NULL AND d.month >= l.lapsed) THEN 0 ELSE coalesce(d.amount, 0) END AS granted,
                FALSE AS backpay
                FROM decided d JOIN lapse l ON l.award_id = d.award_id)
            """
        )

    def _backpay(self) -> None:
        """Add the months of a renewal gap that a recorded decision pays back (TS-42), latest first."""
        grants = self.con.execute(
            "SELECT DISTINCT a.award_id, a.division FROM award a JOIN affected f ON f.person_id = a.person_id"
            " WHERE a.grant_at IS NOT NULL"
        ).fetchall()
        if not grants:
            return
        rows = parameter_rows(self.scope.known_at)
        most = {
            division: resolve(rows, division, self.scope.month.first, self.scope.known_at)["renewal_backpay_max_months"]
            for division in {division for _, division in grants}
        }
        self.con.execute("CREATE TABLE backpay_limit (award_id BIGINT, most INTEGER)")
        self.con.executemany(
            "INSERT INTO backpay_limit VALUES (?, ?)", [(award, most[place]) for award, place in grants]
        )
        self.con.execute(
            """
            CREATE TABLE backpay_month AS
            SELECT a.*, m.month, make_date((m.month // 12)::BIGINT, (m.month % 12 + 1)::BIGINT, 1) AS month_first,
                year(a.applied_on) * 12 + month(a.applied_on) - 1 AS applied_month, TRUE AS again
            FROM award a JOIN backpay_limit b ON b.award_id = a.award_id
            JOIN (SELECT n.award_id, arg_max(l.lapsed, o.applied_on) AS lapsed FROM award n
                JOIN award o ON o.person_id = n.person_id AND o.scheme = n.scheme AND o.applied_on < n.applied_on
                LEFT JOIN lapse l ON l.award_id = o.award_id GROUP BY n.award_id) g ON g.award_id = a.award_id,
            LATERAL (SELECT unnest(generate_series(greatest(g.lapsed, a.start - b.most), a.start - 1)) AS month) m
            WHERE g.lapsed IS NOT NULL
            """
        )
        self.con.execute(
            """
            CREATE TABLE backpay_frame AS SELECT row_number() OVER () AS case_id, * FROM (
                SELECT DISTINCT person_id, division, month_first, applied_on, applied_on AS on_day,
                    applied_on - 1 AS expiry_after FROM backpay_month)
            """
        )
        self._decide("backpay_frame", "backpay_judged")
        decided = self._by_scheme("backpay_frame", "backpay_judged", "backpay_month")
        self.con.execute(
            f"""
            INSERT INTO entitled BY NAME SELECT d.*, NULL AS lapsed, NULL AS lapse_not_met, NULL AS lapse_basis,
                FALSE AS left_it, FALSE AS gone, coalesce(d.amount, 0) AS granted, TRUE AS backpay,
                CASE WHEN EXISTS (SELECT 1 FROM entitled e WHERE e.person_id = d.person_id AND e.scheme = d.scheme
                    AND e.month = d.month AND e.granted > 0) THEN 2 ELSE 1 END AS place
            FROM ({decided}) d
            """
        )

    def _booked(self) -> None:
        """Bring in what was booked: of people looked back at all of it, of the others the last two months."""
        people = self.con.execute("SELECT person_id FROM affected").fetchall()
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS run_affected")
            cursor.execute("CREATE TEMPORARY TABLE run_affected (person_id BIGINT PRIMARY KEY)")
            ledger.insert("run_affected", ("person_id",), people)
            if connection.vendor == "postgresql":
                cursor.execute("ANALYZE run_affected")
        last = self.month - 1
        parts = (
            f"SELECT l.award_id, l.month, sum(l.amount_fen), count(*), max(l.id),"
            f" max(CASE WHEN l.kind = 'doubt' THEN l.id END) FROM payments_line l WHERE l.booked AND {these}"
            f" GROUP BY l.award_id, l.month"
            for these in (
                f"l.month >= {last} AND l.person_id IN ({self.people})",
                f"l.month < {last} AND l.person_id IN (SELECT person_id FROM run_affected)",
            )
        )
        names = ("award_id", "month", "amount", "times", "line_id", "doubt_id")
        types = dict.fromkeys(names, "BIGINT") | {"month": "INTEGER", "times": "INTEGER"}
        load(self.con, "booked", " UNION ALL ".join(parts), types)

    def _refuse_without_standard(self) -> None:
        row = self.con.execute(
            "SELECT e.division, e.month, any_value(e.scheme) FROM entitled e JOIN in_scope USING (award_id)"
            " WHERE e.no_standard AND NOT e.gone AND NOT e.left_it GROUP BY 1, 2 ORDER BY 2, 1 LIMIT 1"
        ).fetchone()
        if row:
            name = next(scheme.name for scheme in self.schemes if scheme.id == row[2])
            raise NoStandard(row[0], Month.from_index(row[1]), name)

    def _lapses(self) -> dict[int, int | None]:
        rows = self.con.execute(
            "SELECT l.award_id, l.lapsed FROM lapse l JOIN in_scope USING (award_id) JOIN award a USING (award_id)"
            " WHERE l.lapsed IS DISTINCT FROM a.lapsed_from"
        ).fetchall()
        return dict(rows)

    def _lines(self) -> tuple[list[Draft], dict[str, int], dict[str, dict[str, Any]]]:
        """Compare with what was booked, and say of every difference what it is and why.

        Most lines are explained by themselves; of the others the facts before and after are read and compared.
        """
        self.con.execute(
            f"""
            CREATE TABLE compared AS SELECT *, CASE
                WHEN outcome = 2 AND NOT gone AND NOT left_it THEN
                    CASE WHEN (month = {self.month} OR booked > 0)
                        AND (line_id IS NULL OR doubt_id IS DISTINCT FROM line_id) THEN 'doubt' END
                WHEN granted > booked THEN CASE WHEN month = {self.month} THEN 'regular' ELSE 'arrears' END
                WHEN granted < booked THEN 'recovery'
                WHEN month = {self.month} AND granted = 0 AND booked = 0 AND times = 0 AND before > 0 THEN 'stop'
                END AS kind
            FROM (SELECT e.* EXCLUDE (granted), CASE WHEN e.place = 1 THEN e.granted ELSE 0 END AS granted,
                e.granted > 0 AND e.place > 1 AS yields,
                coalesce(b.amount, 0) AS booked, coalesce(b.times, 0) AS times, coalesce(p.amount, 0) AS before,
                b.line_id, b.doubt_id, p.line_id AS before_line
                FROM entitled e JOIN in_scope USING (award_id)
                LEFT JOIN booked b ON b.award_id = e.award_id AND b.month = e.month
                LEFT JOIN booked p ON p.award_id = e.award_id AND p.month = e.month - 1)
            """
        )
        self.con.execute(
            """
            CREATE TABLE line AS SELECT * EXCLUDE (granted),
                CASE WHEN kind = 'doubt' THEN booked ELSE granted END AS granted,
                CASE WHEN kind = 'doubt' THEN 'unknown_fact'
                    WHEN granted = 0 THEN CASE WHEN left_it THEN 'withdrawn' END
                    WHEN backpay THEN 'renewal_backpay'
                    WHEN booked <> 0 THEN NULL
                    WHEN kind = 'arrears' THEN
                        CASE WHEN month <= decided_through THEN 'error' ELSE 'late_application_approved' END
                    WHEN before = 0 THEN 'new'
                    WHEN before = granted THEN ''
                END AS cause
            FROM compared WHERE kind IS NOT NULL
            """
        )
        resting = {row[0] for row in self.con.execute("SELECT DISTINCT basis FROM line").fetchall()}
        stored = stored_bases(resting)
        unexplained = list(
            self._rows(
                "SELECT award_id, month, scheme, granted, booked, not_met, basis, line_id, before_line, gone,"
                " lapse_not_met, lapse_basis FROM line WHERE cause IS NULL"
            )
        )
        telling = {line["basis"] for line in unexplained}
        telling |= {line["lapse_basis"] for line in unexplained if line["gone"]}
        bases = self._bases((resting - stored.keys()) | telling)
        old = self._old_bases([before for line in unexplained if (before := _line_before(line)) is not None])
        schemes = {scheme.id: scheme for scheme in self.schemes}
        self.con.execute("CREATE TABLE explained (award_id BIGINT, month INTEGER, cause VARCHAR)")
        found = [
            (line["award_id"], line["month"], self._explained(line, schemes[line["scheme"]], bases, old))
            for line in unexplained
        ]
        if found:
            self.con.execute(
                "INSERT INTO explained SELECT unnest(?), unnest(?), unnest(?)",
                [list(column) for column in zip(*found, strict=True)],
            )
        words = " ".join(f"WHEN {outcome.value} THEN '{outcome.word}'" for outcome in Outcome)
        rows = self.con.execute(
            "SELECT l.award_id, l.person_id, l.scheme, l.month, l.kind, coalesce(l.cause, e.cause), l.granted - l.booked,"
            f" l.granted, l.booked, CASE l.outcome {words} END, l.not_met, l.unknown, l.basis, l.times"
            " FROM line l LEFT JOIN explained e ON e.award_id = l.award_id AND e.month = l.month"
            " ORDER BY l.award_id, l.month"
        ).fetchall()
        return list(map(Draft._make, rows)), stored, {digest: bases[digest] for digest in resting - stored.keys()}

    def _rows(self, sql: str) -> Iterator[dict[str, Any]]:
        cursor = self.con.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        for row in cursor.fetchall():
            yield dict(zip(names, row, strict=True))

    def _bases(self, digests: set[Any]) -> dict[str, dict[str, Any]]:
        """Return the facts and parameters behind digests, as JSON can hold them."""
        columns = [f"any_value(fact_{name}) AS fact_{name}" for name in self.facts]
        columns += [f"any_value(parameter_{name}) AS parameter_{name}" for name in self.parameters]
        self.con.execute("CREATE OR REPLACE TABLE wanted (basis VARCHAR)")
        if digests:
            self.con.execute("INSERT INTO wanted SELECT unnest(?)", [sorted(digest for digest in digests if digest)])
        found: dict[str, dict[str, Any]] = {}
        tables = [row[0] for row in self.con.execute("SHOW TABLES").fetchall() if row[0].endswith("judged")]
        for table in tables:
            for row in self._rows(
                f"SELECT basis, {', '.join(columns)} FROM {table} JOIN wanted USING (basis) GROUP BY basis"
            ):
                found[row["basis"]] = {
                    "facts": {name: _plain(row[f"fact_{name}"]) for name in self.facts},
                    "parameters": {name: row[f"parameter_{name}"] for name in self.parameters},
                }
        return found

    def _old_bases(self, line_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        with connection.cursor() as cursor:
            for start in range(0, len(line_ids), 500):
                part = ", ".join(str(line_id) for line_id in line_ids[start : start + 500])
                cursor.execute(
                    "SELECT l.id, b.content FROM payments_line l JOIN payments_basis b ON b.id = l.basis_id"
                    f" WHERE l.id IN ({part})"
                )
                for line_id, content in cursor.fetchall():
                    found[line_id] = json.loads(content) if isinstance(content, str) else content
        return found

    def _explained(
        self, line: dict[str, Any], scheme: Scheme, bases: dict[str, dict[str, Any]], old: dict[int, dict[str, Any]]
    ) -> str:
        """Return the cause of a line that pays nothing, or another amount than before."""
        if line["granted"]:
            return causes.of_change(scheme, old.get(_line_before(line)), bases[line["basis"]])
        if line["gone"] and line["lapse_not_met"]:
            return cause_of(scheme, line["lapse_not_met"] & scheme.reapply_mask, bases[line["lapse_basis"]]["facts"])
        return cause_of(scheme, line["not_met"], bases[line["basis"]]["facts"]) or "error"


def _line_before(line: dict[str, Any]) -> Any:
    """Return the key of the line that an amount differs from: what was booked of the month, else the month before."""
    return line["line_id"] if line["booked"] else line["before_line"]


def stored_bases(digests: Collection[str]) -> dict[str, int]:
    """Return the keys of the bases that the database has."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS run_digests")
        cursor.execute("CREATE TEMPORARY TABLE run_digests (digest VARCHAR(32) PRIMARY KEY)")
        ledger.insert("run_digests", ("digest",), [(digest,) for digest in sorted(digests)])
        cursor.execute("SELECT b.digest, b.id FROM payments_basis b JOIN run_digests d ON d.digest = b.digest")
        return dict(cursor.fetchall())


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
