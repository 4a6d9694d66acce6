"""Sealing every sealed column anew with the key in use: some thousand rows at a time, and from where it broke off."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from zhucan.orgs.secrecy import SealedField, seal, unseal

_CHUNK = 2000


@dataclass(frozen=True)
class Column:
    """A sealed column: its model and field, and the name its ciphertexts are bound to."""

    model: type[models.Model]
    field: SealedField

    @property
    def name(self) -> str:
        """The name that ciphertexts of the column are bound to."""
        return f"{self.model._meta.label}.{self.field.attname}"


def columns() -> list[Column]:
    """Return every sealed column of the program."""
    return [
        Column(model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedField)
    ]


def versions(column: Column) -> Counter[int]:
    """Return how many values of a column are sealed with which version of the key."""
    found: Counter[int] = Counter()
    for rows in _rows(column):
        found.update(data[0] for _, data in rows)
    return found


def reseal(column: Column) -> int:
    """Seal anew what is sealed with a former key, and return how many values that were. Raises `CannotOpen`."""
    count = 0
    for rows in _rows(column):
        old = [(pk, data) for pk, data in rows if data[0] != settings.ZHUCAN_FIELD_VERSION]
        if old:
            with transaction.atomic():
                _write(column, [(seal(unseal(data, column.name), column.name), pk, data) for pk, data in old])
        count += len(old)
    return count


def _rows(column: Column) -> Iterator[list[tuple[int, bytes]]]:
    """Yield key and ciphertext of every value there is, a chunk at a time, by key."""
    table, name = column.model._meta.db_table, column.field.column
    key, last = column.model._meta.pk.column, -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {key}, {name} FROM {table} WHERE {key} > %s ORDER BY {key} LIMIT {_CHUNK}", [last])
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield [(pk, bytes(data)) for pk, data in rows if data]


def _write(column: Column, rows: list[tuple[bytes, int, bytes]]) -> None:
    """Replace ciphertexts that are still the ones read: what somebody else wrote meanwhile is newer."""
    table, name = column.model._meta.db_table, column.field.column
    key = column.model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {name} = %s WHERE {key} = %s AND {name} = %s", rows)
