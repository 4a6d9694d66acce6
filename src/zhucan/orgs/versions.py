"""Rows that go on and change: each time, what was believed until then is left beside the row, retracted at that moment.

A row keeps its number, and what hangs on it, through all changes. `objects` are the rows believed now. Whoever asks as
known at a moment reads those believed then in SQL (`cases.facts.known`), with `number` as what they hang together by.
"""

from datetime import datetime
from typing import Any, TypeVar

from django.db import models

from zhucan.orgs.kept import Retractable


class Clocked(Retractable):
    """A row with the clock of what was believed when. A version of another row is always retracted."""

    recorded_at = models.DateTimeField("登记时间")
    version_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True


_Row = TypeVar("_Row", bound=Clocked)


class Believed(models.Manager[_Row]):
    """The rows that are believed now: neither versions of before, nor taken back."""

    def get_queryset(self) -> models.QuerySet[_Row]:
        """Return those rows."""
        return super().get_queryset().filter(retracted_at=None)


class Versioned(Clocked):
    """A row of which only what is believed now is read, where nobody asks for everything."""

    objects = Believed()
    everything = models.Manager()

    class Meta:
        abstract = True


def change(row: _Row, *, at: datetime, **values: Any) -> _Row:
    """Change columns of a row that is believed now, and leave what was believed beside it. Returns the row, saved.

    What was believed is what the database holds, whatever was tried out on the row; what was entered at that very moment
    nobody has believed. What only one row may point at stays with the row alone. Who changed it stands in the audit chain.
    """
    held = type(row)._base_manager.get(pk=row.pk)
    if held.recorded_at != at:
        columns = [field for field in row._meta.concrete_fields if not field.primary_key and not field.one_to_one]
        before = {field.attname: getattr(held, field.attname) for field in columns}
        type(row)(**{**before, "retracted_at": at, "version_of_id": row.pk}).save(force_insert=True)
    for name, value in {**values, "recorded_at": at}.items():
        setattr(row, name, value)
    row.save(update_fields=[*values, "recorded_at"])
    return row


def believed(at: datetime | None) -> models.Q:
    """Return the condition for the rows of `everything` that were believed at a moment (None: now)."""
    if at is None:
        return models.Q(retracted_at=None)
    return models.Q(recorded_at__lte=at) & (models.Q(retracted_at=None) | models.Q(retracted_at__gt=at))


def number(table: str) -> str:
    """Return SQL for the number of the row that a row of a table is, or is a version of."""
    return f"coalesce({table}.version_of_id, {table}.id)"
