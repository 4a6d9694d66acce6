"""The relations of a period, each laid when it is first asked for: a figure stands on few of more than a hundred."""

import re
from collections.abc import Iterable

import duckdb

_CREATED = re.compile(r"\s*CREATE OR REPLACE VIEW (\w+) AS\b")
_NAME = re.compile(r"\w+")


class Laid:
    """What is laid over the rows of a connection, and what waits until it is named."""

    def __init__(self, con: duckdb.DuckDBPyConnection, statements: Iterable[str]) -> None:
        """Take statements that each create one view, in an order in which a view stands only on those before it."""
        self._con = con
        self._waiting: dict[str, tuple[int, str]] = {}  # place in the order and statement, by name
        for place, statement in enumerate(statements):
            created = _CREATED.match(statement)
            assert created is not None, statement
            assert created[1] not in self._waiting, created[1]
            self._waiting[created[1]] = (place, statement)
        self._most = len(self._waiting)

    def lay(self, sql: str) -> None:
        """Lay every view that an SQL text names, and those it stands on."""
        self._lay(sql, self._most)

    def _lay(self, sql: str, before: int) -> None:
        # A word may be that of a column: a view laid in vain does no harm, and one that comes later is not meant.
        for name in _NAME.findall(sql):
            if name in self._waiting and self._waiting[name][0] < before:
                place, statement = self._waiting.pop(name)
                self._lay(statement, place)
                self._con.execute(statement)
