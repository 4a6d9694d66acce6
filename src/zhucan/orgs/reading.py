"""One look at the database for long reads, during which others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def one_look() -> Iterator[None]:
    """Let everything within be read as of one moment and nothing be written.

    SQLite lets one transaction write at a time and ours take that turn when they begin; this one never takes it, so
    that a page that writes does not wait for it. Within a transaction of the caller's it changes nothing.
    """
    if connection.in_atomic_block or connection.vendor != "sqlite":
        with transaction.atomic():
            yield
        return
    base: Any = connection  # only SQLite's has a mode
    mode, base.transaction_mode = base.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic():
            yield
    finally:
        base.transaction_mode = mode
