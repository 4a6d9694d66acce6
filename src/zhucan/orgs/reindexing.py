"""Making every blind index anew with another key: some thousand rows at a time, and from where it broke off."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models, transaction

from zhucan.orgs.secrecy import INDEX_DIGITS, BlindIndexField, keyed, unseal

_CHUNK = 2000


@dataclass(frozen=True)
class Column:
    """A column of blind indexes: its model and field."""

    model: type[models.Model]
    field: BlindIndexField

    @property
    def name(self) -> str:
        """The name it is told by."""
        return f"{self.model._meta.label}.{self.field.attname}"

    def index(self, data: bytes, key: str) -> str:
        """Return the index under a key of a sealed value. Raises `CannotOpen`."""
        said = unseal(data, f"{self.model._meta.label}.{self.field.sealed}")
        return keyed(key, said, self.field.purpose)[:INDEX_DIGITS]


def columns() -> list[Column]:
    """Return every column of blind indexes of the program."""
    return [
        Column(model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, BlindIndexField)
    ]


def reindex(column: Column, key: str) -> int:
    """Make the indexes of a column anew with a key, and return how many were of another. Raises `CannotOpen`."""
    count = 0
    for rows in _rows(column):
        fresh = [(column.index(data, key), pk, index) for pk, data, index in rows]
        old = [row for row in fresh if row[0] != row[2]]
        if old:
            with transaction.atomic():
                _write(column, old)
        count += len(old)
    return count


def _rows(column: Column) -> Iterator[list[tuple[int, bytes, str]]]:
    """Yield key, ciphertext and index of every row, a chunk at a time, by key."""
    meta = column.model._meta
    sealed = next(field.column for field in meta.concrete_fields if field.attname == column.field.sealed)
    index, last = column.field.column, -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {meta.pk.column}, {sealed}, {index} FROM {meta.db_table}"
                f" WHERE {meta.pk.column} > %s ORDER BY {meta.pk.column} LIMIT {_CHUNK}",
                [last],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield [(pk, bytes(data), said) for pk, data, said in rows if data]


def _write(column: Column, rows: list[tuple[str, int, str]]) -> None:
    meta, name = column.model._meta, column.field.column
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {meta.db_table} SET {name} = %s WHERE {meta.pk.column} = %s AND {name} = %s", rows)
