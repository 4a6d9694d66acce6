"""The adapter from the registry's tables to the relations that policy reads.

For everybody, rows go out of the database through its own library (stdlib sqlite3, or PostgreSQL COPY) as CSV and
into DuckDB: DuckDB never opens the database itself, because a second SQLite library in the process can lose
committed rows. For one person they are read by the ORM. Both read what was known at a moment.
"""

import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection
from django.db.models import F, Model, Q

from zhucan.cases.models import Award
from zhucan.core.months import Month
from zhucan.orgs.divisions import parameter_rows
from zhucan.policy.catalogue import SCHEMES, offered_with
from zhucan.policy.engine import Decision, decide, facts_of, needed
from zhucan.policy.facts import BY_NAME
from zhucan.policy.parameters import resolve
from zhucan.policy.schemes import Scheme
from zhucan.registry import models as registry
from zhucan.registry.queries import household_of


@dataclass(frozen=True)
class Source:
    """Where a relation of policy stands in the database. `columns` maps its own columns to SQL over the table `t`.

    `rows` stands for the table where the relation is not one of its own kind: a SELECT with all columns and clocks.
    """

    model: type[Model]
    columns: Mapping[str, str]
    types: Mapping[str, str]
    join: str = ""
    rows: str = ""

    @property
    def table(self) -> str:
        """Return what stands behind FROM."""
        return f"({self.rows})" if self.rows else self.model._meta.db_table


SHARED: tuple[str, ...] = tuple(item.id for item in SCHEMES if item.administered and item.beneficiary == "household")
"""The schemes that are given to a household: what one member was granted, every member was."""
_AWARD = (
    "a.applied_on AS valid_from, CAST(NULL AS DATE) AS valid_to, a.recorded_at, a.revoked_at AS retracted_at, a.scheme,"
    " a.approved_on AS granted, a.ends_on AS ends, a.granted_fen AS amount_fen, a.quantity"
)
_KINDS = tuple(kind for kind in registry.Category.values if kind != registry.Category.MULTIPLE)
SOURCES: Mapping[str, Source] = {
    "certificate": Source(
        registry.Certificate,
        {"category": "t.category", "grade": "t.grade", "status": "t.status", "expires": "t.expires"},
        {"category": "VARCHAR", "grade": "INTEGER", "status": "VARCHAR", "expires": "DATE"},
    ),
    "component": Source(
        registry.Certificate,
        {
            "category": "COALESCE(c.category, k.category)",
            "grade": "c.grade",
            "status": "t.status",
            "expires": "t.expires",
        },
        {"category": "VARCHAR", "grade": "INTEGER", "status": "VARCHAR", "expires": "DATE"},
        # A certificate for multiple disability whose kinds were not written may be of any kind, of a grade not known.
        join=(
            f"LEFT JOIN {registry.CertificateComponent._meta.db_table} c ON c.certificate_id = t.id"
            f" LEFT JOIN ({' UNION ALL '.join(f'SELECT {chr(39)}{kind}{chr(39)} AS category' for kind in _KINDS)}) k"
            " ON c.id IS NULL AND t.category = 'multiple'"
        ),
    ),
    "residence": Source(registry.Residence, {"division": "t.division_id"}, {"division": "VARCHAR"}),
    "hardship": Source(registry.Hardship, {"kind": "t.kind"}, {"kind": "VARCHAR"}),
    "income": Source(registry.Income, {"per_head_fen": "t.per_head_fen"}, {"per_head_fen": "BIGINT"}),
    "own_income": Source(registry.OwnIncome, {"amount_fen": "t.amount_fen"}, {"amount_fen": "BIGINT"}),
    "stay": Source(registry.Stay, {"kind": "t.kind"}, {"kind": "VARCHAR"}),
    "custody": Source(registry.Custody, {"kind": "t.kind"}, {"kind": "VARCHAR"}),
    "benefit": Source(
        registry.Benefit,
        {"kind": "t.kind", "amount_fen": "t.amount_fen"},
        {"kind": "VARCHAR", "amount_fen": "BIGINT"},
    ),
    "job": Source(registry.Job, {"kind": "t.kind"}, {"kind": "VARCHAR"}),
    "death": Source(registry.Death, {}, {}),
    "finding": Source(
        registry.Finding,
        {"kind": "t.kind", "number": "t.number", "word": "t.word"},
        {"kind": "VARCHAR", "number": "BIGINT", "word": "VARCHAR"},
    ),
    "schooling": Source(
        registry.Schooling,
        {"stage": "t.stage", "placement": "t.placement", "full_time": "t.full_time", "boarding": "t.boarding"},
        {"stage": "VARCHAR", "placement": "VARCHAR", "full_time": "BOOLEAN", "boarding": "BOOLEAN"},
    ),
    "insurance": Source(
        registry.Insurance, {"kind": "t.kind", "payer": "t.payer"}, {"kind": "VARCHAR", "payer": "VARCHAR"}
    ),
    "parent": Source(
        registry.Certificate,
        {"category": "t.category", "grade": "t.grade", "status": "t.status", "expires": "t.expires"},
        {"category": "VARCHAR", "grade": "INTEGER", "status": "VARCHAR", "expires": "DATE"},
        rows=(  # a child's relation: the certificates of the parents, while both are believed
            "SELECT p.person_id, c.valid_from, c.valid_to, c.recorded_at, c.retracted_at, c.category, c.grade, c.status,"
            f" c.expires FROM {registry.Certificate._meta.db_table} c JOIN {registry.Parentage._meta.db_table} p"
            " ON p.parent_id = c.person_id AND p.retracted_at IS NULL AND p.valid_to IS NULL"
        ),
    ),
    "award": Source(
        Award,
        {
            "scheme": "t.scheme",
            "granted": "t.granted",
            "ends": "t.ends",
            "amount_fen": "t.amount_fen",
            "quantity": "t.quantity",
        },
        {"scheme": "VARCHAR", "granted": "DATE", "ends": "DATE", "amount_fen": "BIGINT", "quantity": "INTEGER"},
        rows=(
            f"SELECT a.person_id, {_AWARD} FROM {Award._meta.db_table} a"
            # what a household was given, each of its members was: one ramp, one doorbell
            f" UNION ALL SELECT o.person_id, {_AWARD} FROM {Award._meta.db_table} a"
            f" JOIN {registry.Membership._meta.db_table} m ON m.person_id = a.person_id"
            " AND m.retracted_at IS NULL AND m.valid_to IS NULL"
            f" JOIN {registry.Membership._meta.db_table} o ON o.household_id = m.household_id"
            " AND o.retracted_at IS NULL AND o.valid_to IS NULL AND o.person_id <> a.person_id"
            f" WHERE a.scheme IN ({', '.join(repr(name) for name in SHARED)})"
        ),
    ),
}
_PERIOD = {"valid_from": "DATE", "valid_to": "DATE"}


def stamp(at: datetime) -> str:
    """Return a moment as both databases compare it: UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def as_utc(column: str) -> str:
    """Return SQL that reads a timestamp column as UTC without a zone."""
    return f"({column} AT TIME ZONE 'UTC')" if connection.vendor == "postgresql" else column


def known(at: datetime | None, table: str = "t") -> str:
    """Return the SQL condition for rows believed at a moment (None: believed now)."""
    if at is None:
        return f"{table}.retracted_at IS NULL"
    text = stamp(at)
    recorded, retracted = as_utc(f"{table}.recorded_at"), as_utc(f"{table}.retracted_at")
    return f"{recorded} <= '{text}' AND ({table}.retracted_at IS NULL OR {retracted} > '{text}')"


def load(con: duckdb.DuckDBPyConnection, table: str, select: str, types: Mapping[str, str]) -> None:
    """Create a DuckDB table from a SELECT run in the database; `types` names its columns in order.

    The SQL text is the program's own; no user text may be in it.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv)") as copy:
                _fill(con, table, copy, types, _write_chunks)
        else:
            names = ", ".join(f"c{number}" for number in range(len(types)))
            # A plus sign hides a column's declared type, so that days and moments come as the texts they are stored
            # as: made into Python values and back into text, they would be most of the work.
            cursor.execute(f"WITH q ({names}) AS ({select}) SELECT {names.replace('c', '+c')} FROM q")
            _fill(con, table, cursor.cursor, types, _write_rows)


def load_rows(
    con: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Iterable[Any]], types: Mapping[str, str]
) -> None:
    """Create a DuckDB table from rows of values; `types` names its columns in order, and an empty text comes in as NULL."""
    _fill(con, table, rows, types, _write_rows)


def _write_chunks(path: Path, chunks: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(chunks)


def _write_rows(path: Path, rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def _fill(
    con: duckdb.DuckDBPyConnection,
    table: str,
    parts: Iterable[Any],
    types: Mapping[str, str],
    write: Callable[[Path, Iterable[Any]], None],
) -> None:
    """Create a DuckDB table by way of a file of CSV; where there is nothing to write, as of most relations, without."""
    coming = iter(parts)
    first = next(coming, None)
    if first is None:
        empty = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        con.execute(f"CREATE OR REPLACE TABLE {table} ({empty})")
        return
    with tempfile.TemporaryDirectory(prefix="zhucan-") as folder:
        path = Path(folder) / "rows.csv"
        write(path, chain((first,), coming))
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
        con.execute(
            f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM read_csv(?, auto_detect = false, header = false, delim = ',',"
            f" quote = '\"', escape = '\"', nullstr = '', columns = {{{columns}}})",
            [os.fspath(path)],
        )


def gather(name: str, select: str) -> str:
    """Put the person ids of a SELECT into a temporary table of the database; return the SELECT that lists them.

    A score of SELECTs ask for the same people; finding them once is much of the work. The table lasts until the name is
    gathered again or the connection ends. `name` and `select` are the program's own text.
    """
    key = "BIGINT" if connection.vendor == "postgresql" else "INTEGER"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} (person_id {key} PRIMARY KEY)")
        cursor.execute(f"INSERT INTO {name} SELECT DISTINCT s.person_id FROM ({select}) s")
        if connection.vendor == "postgresql":
            cursor.execute(f"ANALYZE {name}")
    return f"SELECT g.person_id FROM {name} g"


def selects(
    known_at: datetime | None, people: str | None = None, relations: Iterable[str] | None = None
) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Yield each relation of policy, and the people, as name, SELECT and types; as known at a moment, which ends here.

    `people` is a SELECT of person ids in the database that narrows them. Amounts are fen.
    """
    within = f" AND t.person_id IN ({people})" if people else ""
    for name in SOURCES if relations is None else relations:
        source = SOURCES[name]
        own = "".join(f", {sql}" for sql in source.columns.values())
        yield (
            name,
            f"SELECT t.person_id, t.valid_from, t.valid_to{own} FROM {source.table} t {source.join}"
            f" WHERE {known(known_at)}{within}",
            {"person_id": "BIGINT", **_PERIOD, **source.types},
        )
    narrowed = f" WHERE t.id IN ({people})" if people else ""
    yield (
        "person",
        f"SELECT t.id, t.born, t.sex FROM {registry.Person._meta.db_table} t{narrowed}",
        {"person_id": "BIGINT", "born": "DATE", "sex": "VARCHAR"},
    )


def export(
    con: duckdb.DuckDBPyConnection,
    *,
    known_at: datetime | None,
    people: str | None = None,
    relations: Iterable[str] | None = None,
) -> None:
    """Create every relation of policy (`selects`), or some, as a DuckDB table."""
    for name, select, types in selects(known_at, people, relations):
        load(con, name, select, types)


def relations_of(schemes: Iterable[Scheme]) -> tuple[str, ...]:
    """Return the relations that the facts of schemes are made from."""
    found = (BY_NAME[name].relation for name in needed(tuple(schemes)))
    return tuple(dict.fromkeys(name for name in found if name))


def export_changes(
    con: duckdb.DuckDBPyConnection,
    *,
    since: datetime,
    known_at: datetime,
    people: str | None = None,
    relations: Iterable[str] | None = None,
) -> None:
    """Create `changes(person_id, changed_at)`: when anything about somebody was last recorded or retracted in (since, known_at]."""
    within = f" AND t.person_id IN ({people})" if people else ""
    first, last = stamp(since), stamp(known_at)
    parts = []
    recorded, retracted = as_utc("t.recorded_at"), as_utc("t.retracted_at")
    taken_back = f"{retracted} > '{first}' AND {retracted} <= '{last}'"
    own = [SOURCES[name] for name in (SOURCES if relations is None else relations) if not SOURCES[name].rows]
    for source in {s.model: s for s in own}.values():
        parts.append(
            f"SELECT t.person_id, CASE WHEN {taken_back} THEN {retracted} ELSE {recorded} END AS at"
            f" FROM {source.model._meta.db_table} t"
            f" WHERE (({recorded} > '{first}' AND {recorded} <= '{last}') OR ({taken_back})){within}"
        )
    load(
        con,
        "changes",
        f"SELECT c.person_id, max(c.at) FROM ({' UNION ALL '.join(parts)}) c GROUP BY c.person_id",
        {"person_id": "BIGINT", "changed_at": "TIMESTAMP"},
    )


def spells_of(
    person: registry.Person, known_at: datetime | None = None, *, beside: int | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Return one person's rows of every relation, as known at a moment; the award `beside` is left out."""
    believed = (
        Q(retracted_at__isnull=True)
        if known_at is None
        else Q(recorded_at__lte=known_at) & (Q(retracted_at__isnull=True) | Q(retracted_at__gt=known_at))
    )
    rows: dict[str, list[dict[str, Any]]] = {
        "person": [{"person_id": person.pk, "born": person.born, "sex": person.sex}],
    }
    clocks = ("person_id", "valid_from", "valid_to", "recorded_at", "retracted_at")
    for name, source in SOURCES.items():
        if name == "parent":
            parents = registry.Parentage.objects.filter(person=person, valid_to=None).as_known(known_at)
            cards = registry.Certificate.objects.filter(believed, person__in=parents.values("parent"))
            rows[name] = list(cards.values(*clocks, *source.columns))
            continue
        if name == "award":
            rows[name] = list(_awards_of(person, known_at, beside))
            continue
        found = source.model._default_manager.filter(believed, person_id=person.pk)
        if name == "component":
            written = found.values(
                *clocks,
                "status",
                "expires",
                kind=F("components__category"),
                of=F("components__grade"),
                whole=F("category"),
            )
            rows[name] = [
                {**{key: row[key] for key in (*clocks, "status", "expires")}, "category": kind, "grade": row["of"]}
                for row in written
                for kind in ([row["kind"]] if row["kind"] else _KINDS if row["whole"] == "multiple" else ())
            ]
        else:
            columns = {alias: sql.removeprefix("t.") for alias, sql in source.columns.items()}
            rows[name] = [
                {**{key: row[key] for key in clocks}, **{alias: row[column] for alias, column in columns.items()}}
                for row in found.values(*clocks, *columns.values())
            ]
    return rows


def _awards_of(person: registry.Person, known_at: datetime | None, beside: int | None) -> Iterator[dict[str, Any]]:
    """Yield the rows of one person's relation of awards."""
    found = Award.objects.filter(Q(person=person) | Q(scheme__in=SHARED, person__in=household_of(person)))
    if beside is not None:
        found = found.exclude(pk=beside)
    if known_at is None:
        found = found.filter(revoked_at=None)
    else:
        found = found.filter(Q(revoked_at=None) | Q(revoked_at__gt=known_at), recorded_at__lte=known_at)
    for one in found:
        yield {
            "person_id": person.pk, "valid_from": one.applied_on, "valid_to": None, "recorded_at": one.recorded_at,
            "retracted_at": one.revoked_at, "scheme": one.scheme, "granted": one.approved_on, "ends": one.ends_on,
            "amount_fen": one.granted_fen, "quantity": one.quantity,
        }  # fmt: skip


def days(month: Month, applied_on: date | None = None) -> tuple[date, date]:
    """Return (on, expiry_after) for a month: the eve of its first day, or the application date in its month (TS-36, TS-40)."""
    if applied_on is not None and Month.of(applied_on) >= month:
        return applied_on, applied_on - timedelta(days=1)
    eve = month.first - timedelta(days=1)
    return eve, eve


@dataclass(frozen=True)
class Judgement:
    """What every scheme says of one person for one month, with the facts and parameters it rests on."""

    month: Month
    division: str
    on: date
    facts: Mapping[str, Any]
    params: Mapping[str, Any]
    decisions: Mapping[str, Decision]

    @property
    def offered(self) -> tuple[Scheme, ...]:
        """Return the schemes that the place runs."""
        return offered_with(self.params)


def judge(
    person: registry.Person,
    month: Month,
    *,
    division: str,
    known_at: datetime | None = None,
    applied_on: date | None = None,
    answers: Mapping[str, Any] | None = None,
    beside: int | None = None,
) -> Judgement:
    """Decide all schemes for one person and month by the compiled rules, from the database.

    `answers` are the asked facts that an application tells; `beside` is an award that is looked at, and does not count
    among those granted before.
    """
    on, expiry_after = days(month, applied_on)
    facts = facts_of(
        spells_of(person, known_at, beside=beside),
        on=on,
        expiry_after=expiry_after,
        month=month,
        division=division,
        applied_on=applied_on,
        answers=answers,
    )
    params = resolve(parameter_rows(known_at), division, month.first, known_at)
    return Judgement(month, division, on, facts, params, decide(facts, params, SCHEMES))
