"""Many rows of the registry written at once: the statements `bulk_create` would send, without its objects.

A spell is added or retracted here exactly as `registry.spells` does it for one person; a roster of 100,000 rows makes
some 800,000 spells, and building model instances for them would take longer than all the checks.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, count
from typing import Any, Self

from django.db import connection
from django.db.models import DateField, DateTimeField, Model

from zhucan.orgs.secrecy import SealedField, seal
from zhucan.registry.models import CertificateComponent, Person, Spell
from zhucan.registry.spells import Witness

_CLOCKS = ("person_id", "valid_from", "valid_to", "recorded_at", "retracted_at", "recorded_by_id", "source")
_CHUNK = 500  # SQLite of old machines takes at most 999 variables in a statement


def chunks(items: Iterable[Any], size: int = _CHUNK) -> Iterable[list[Any]]:
    """Yield lists short enough for an IN (...)."""
    every = list(items)
    for start in range(0, len(every), size):
        yield every[start : start + size]


def own_fields(model: type[Model]) -> tuple[str, ...]:
    """Return the columns of a spell beyond its person and its clocks, in the model's order."""
    return tuple(f.attname for f in model._meta.concrete_fields if f.attname not in _CLOCKS and f.attname != "id")


class Keys:
    """Primary keys that nobody else will get. Use inside the transaction that inserts them."""

    def __init__(self, model: type[Model]) -> None:
        self._table = model._meta.db_table
        self._waiting: Iterator[int] = iter(())

    def take(self) -> int:
        """Return the next key."""
        key = next(self._waiting, None)
        if key is None:
            self._waiting = self._more()
            key = next(self._waiting)
        return key

    def _more(self) -> Iterator[int]:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, 1000)",
                    [f'"{self._table}"'],
                )
                return iter([int(row[0]) for row in cursor.fetchall()])
            # The transaction has held the write lock since its start; the sequence also remembers rows since deleted.
            cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [self._table])
            used = int(cursor.fetchone()[0])
            cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {connection.ops.quote_name(self._table)}")
            return count(max(used, int(cursor.fetchone()[0])) + 1)


Pile = tuple[type[Model], tuple[str, ...], list[tuple[Any, ...]]]
"""A table, its columns, and rows whose values are already what the database stores."""


def _copy(piles: Sequence[Pile]) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for model, columns, rows in piles:
            names = ", ".join(map(quote, columns))
            with cursor.cursor.copy(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


def _execute(raw: sqlite3.Connection, piles: Sequence[Pile]) -> None:
    """Insert by the raw connection, thousands of values a statement: the interpreter is free while SQLite works."""
    variables = min(raw.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER), 32_000)
    for model, columns, rows in piles:
        size = max(1, variables // len(columns))
        marks = f"({', '.join('?' * len(columns))})"
        names = ", ".join(f'"{column}"' for column in columns)
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            statement = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES {", ".join([marks] * len(part))}'
            raw.execute(statement, list(chain.from_iterable(part)))


class Writer:
    """Inserts one pen's rows while the next are being checked; on SQLite in a second thread.

    The database must not be asked anything between `start` and `wait`. Leaving the context waits; an error of the
    thread comes out there or at the next `wait`, inside the caller's transaction.
    """

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(max_workers=1) if connection.vendor == "sqlite" else None
        self._running: Future[None] | None = None
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                self.wait()
        finally:
            if self._pool is not None:
                self._pool.shutdown(wait=True)

    def start(self, pen: "Pen") -> None:
        """Retract and insert what a pen holds."""
        piles = pen.hand_over()
        if self._pool is None:
            _copy(piles)
        else:
            connection.ensure_connection()
            self._running = self._pool.submit(_execute, connection.connection, piles)

    def wait(self) -> None:
        """Return when everything started is in the database."""
        if self._running is not None:
            running, self._running = self._running, None
            running.result()


@dataclass
class _Pile:
    """The rows of one table waiting to be written, and how its own columns are stored."""

    columns: tuple[str, ...]
    sealed: tuple[tuple[int, str], ...] = ()
    days: tuple[int, ...] = ()
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    keyed: list[tuple[Any, ...]] = field(default_factory=list)


def _pile(model: type[Spell]) -> _Pile:
    own = own_fields(model)
    fields = {f.attname: f for f in model._meta.concrete_fields}
    return _Pile(
        (*_CLOCKS, *own),
        tuple((at, f"{model._meta.label}.{n}") for at, n in enumerate(own) if isinstance(fields[n], SealedField)),
        tuple(at for at, name in enumerate(own) if isinstance(fields[name], DateField)),
    )


class _Days(dict[date | None, Any]):
    """Days as the database stores them, each made once."""

    def __missing__(self, day: date | None) -> Any:
        stored = self[day] = None if day is None else connection.ops.adapt_datefield_value(day)
        return stored


class Pen:
    """Collects what an import says and writes it in one go; nothing is written before `write`."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self._recorded = DateTimeField().get_db_prep_value(witness.at, connection)
        self._by = witness.by.pk if witness.by else None
        self._days = _Days()
        self._people = _Pile(
            ("id", "name", "initials", "sex", "born", "id_number", "id_index", "id_tail", "recorded_at")
        )
        self._spells: dict[type[Spell], _Pile] = {}
        self._components = _Pile(("certificate_id", "category", "grade"))
        self._retracted: dict[type[Spell], list[int]] = defaultdict(list)

    def add(
        self,
        model: type[Spell],
        person: int,
        start: date,
        stop: date | None,
        values: Iterable[Any],
        *,
        source: str | None = None,
        key: int | None = None,
    ) -> None:
        """Note a spell; `values` are its own columns in the model's order, in clear."""
        pile = self._spells.get(model)
        if pile is None:
            pile = self._spells[model] = _pile(model)
        stored = list(values)
        for at, column in pile.sealed:
            stored[at] = seal(stored[at], column) if stored[at] else b""
        for at in pile.days:
            stored[at] = self._days[stored[at]]
        first, last = self._days[start], self._days[stop]
        told = self._witness.source if source is None else source
        if key is None:
            pile.rows.append((person, first, last, self._recorded, None, self._by, told, *stored))
        else:
            pile.keyed.append((key, person, first, last, self._recorded, None, self._by, told, *stored))

    def person(self, key: int, *, name: str, initials: str, sex: str, born: date, number: str, index: str) -> None:
        """Note a new person."""
        sealed = seal(number, "registry.Person.id_number")
        self._people.rows.append(
            (key, name, initials, sex, self._days[born], sealed, index, number[-4:], self._recorded)
        )

    def component(self, certificate: int, category: str, grade: int) -> None:
        """Note a component kind of a certificate."""
        self._components.rows.append((certificate, category, grade))

    def retract(self, model: type[Spell], key: int) -> None:
        """Note that a spell is no longer believed."""
        self._retracted[model].append(key)

    def hand_over(self) -> list[Pile]:
        """Retract what was noted, and return the rows to insert in an order that references allow. Empties the pen."""
        for spell, keys in self._retracted.items():
            for part in chunks(keys):
                spell._default_manager.filter(pk__in=part).update(retracted_at=self._witness.at)
            keys.clear()
        piles: list[Pile] = []
        known: list[tuple[type[Model], _Pile]] = [(Person, self._people), *self._spells.items()]
        known.append((CertificateComponent, self._components))
        for model, pile in known:
            piles += [(model, pile.columns, pile.rows), (model, ("id", *pile.columns), pile.keyed)]
            pile.rows, pile.keyed = [], []
        return [pile for pile in piles if pile[2]]
