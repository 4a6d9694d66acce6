"""Many rows of the registry written at once: the statements `bulk_create` would send, without its objects.

A spell is added or retracted here exactly as `registry.spells` does it for one person; a roster of 100,000 rows makes
some 800,000 spells, and building model instances for them would take longer than all the checks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import count
from typing import Any

from django.db import connection
from django.db.models import BinaryField, DateField, DateTimeField, Field, Model

from zhucan.orgs.secrecy import SealedField, seal
from zhucan.registry.models import Person, Spell
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
                    "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, 1000)", [f'"{self._table}"']
                )
                return iter([int(row[0]) for row in cursor.fetchall()])
            # The transaction has held the write lock since its start; the sequence also remembers rows since deleted.
            cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [self._table])
            used = int(cursor.fetchone()[0])
            cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {connection.ops.quote_name(self._table)}")
            return count(max(used, int(cursor.fetchone()[0])) + 1)


def insert(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose values are already what the database stores."""
    if not rows:
        return
    quote = connection.ops.quote_name
    table, names = quote(model._meta.db_table), ", ".join(quote(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


class Pen:
    """Collects what an import says and writes it in one go; nothing is written before `write`."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        recorded = DateTimeField().get_db_prep_value(witness.at, connection)
        self._recorded = recorded
        self._by = witness.by.pk if witness.by else None
        self._day = connection.ops.adapt_datefield_value
        self._days: dict[date, Any] = {}
        self._rows: dict[tuple[type[Model], tuple[str, ...]], list[tuple[Any, ...]]] = defaultdict(list)
        self._retracted: dict[type[Spell], list[int]] = defaultdict(list)
        self._layouts: dict[type[Spell], tuple[tuple[str, str], ...]] = {}
        self._plans: dict[type[Spell], tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]] = {}

    def day(self, day: date | None) -> Any:
        """Return a day as the database stores it."""
        if day is None:
            return None
        stored = self._days.get(day)
        if stored is None:
            stored = self._days[day] = self._day(day)
        return stored

    def _layout(self, model: type[Spell]) -> tuple[tuple[str, str], ...]:
        """Return how each own column is stored: (kind, sealed column name)."""
        kinds = []
        for name in own_fields(model):
            field: Field[Any, Any] = model._meta.get_field(name.removesuffix("_id"))  # type: ignore[assignment]  # only concrete columns are asked for
            if isinstance(field, SealedField):
                kinds.append(("sealed", f"{model._meta.label}.{field.attname}"))
            else:
                kinds.append(("day" if isinstance(field, DateField) else "plain", ""))
        self._layouts[model] = tuple(kinds)
        with_id = (*_CLOCKS, *own_fields(model))
        self._plans[model] = (self._rows[(model, with_id)], self._rows[(model, ("id", *with_id))])
        return self._layouts[model]

    def add(
        self,
        model: type[Spell],
        person: int,
        start: date,
        stop: date | None,
        values: Sequence[Any],
        *,
        source: str | None = None,
        key: int | None = None,
    ) -> None:
        """Note a spell; `values` are its own columns in the model's order, in clear."""
        layout = self._layouts.get(model) or self._layout(model)
        stored = [
            value
            if kind == "plain"
            else self.day(value)
            if kind == "day"
            else (seal(value, column) if value else b"")
            for (kind, column), value in zip(layout, values, strict=True)
        ]
        clocks = (
            person,
            self.day(start),
            self.day(stop),
            self._recorded,
            None,
            self._by,
            self._witness.source if source is None else source,
        )
        without, with_key = self._plans[model]
        if key is None:
            without.append((*clocks, *stored))
        else:
            with_key.append((key, *clocks, *stored))

    def person(self, key: int, *, name: str, initials: str, sex: str, born: date, number: str, index: str) -> None:
        """Note a new person."""
        columns = ("id", "name", "initials", "sex", "born", "id_number", "id_index", "id_tail", "recorded_at")
        sealed = seal(number, f"{Person._meta.label}.id_number")
        self._rows[(Person, columns)].append(
            (key, name, initials, sex, self.day(born), sealed, index, number[-4:], self._recorded)
        )

    def plain(self, model: type[Model], columns: tuple[str, ...], values: tuple[Any, ...]) -> None:
        """Note a row of a table without clocks, values as stored."""
        self._rows[(model, columns)].append(values)

    def retract(self, model: type[Spell], key: int) -> None:
        """Note that a spell is no longer believed."""
        self._retracted[model].append(key)

    def write(self) -> int:
        """Retract and insert everything noted, people first; return how many rows that was. Call inside a transaction."""
        written = sum(map(len, self._rows.values())) + sum(map(len, self._retracted.values()))
        for model, keys in self._retracted.items():
            for part in chunks(keys):
                model._default_manager.filter(pk__in=part).update(retracted_at=self._witness.at)
            keys.clear()
        for (model, columns), rows in sorted(self._rows.items(), key=lambda item: item[0][0] is not Person):
            insert(model, columns, rows)
            rows.clear()
        return written
