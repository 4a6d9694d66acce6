"""What figures are counted from, side by side in DuckDB: each table comes when a statement first names it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from zhucan.cases.facts import as_utc, gather, load, load_rows, stamp

_NAMED = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_]\w*)")
_ITS_OWN = re.compile(r"\b(\w+) AS \(")  # WITH working AS (…)
_LAID = re.compile(r"CREATE OR REPLACE (?:TABLE|VIEW) (\w+) AS\s")
_PEOPLE = "counted_people"


def learnt(column: str, at: datetime) -> str:
    """Return the SQL condition, after others, for rows whose moment in a column had come by `at`."""
    return f" AND {as_utc(column)} <= '{stamp(at)}'"


class Desk:
    """Tables and views by name, made when they are first looked at, and what they stand on before them.

    So a figure of the ledger does not wait for the activities. Whatever is brought says itself as known at which moment:
    what comes late must not know more than what came first. A name that was never given is an error of DuckDB.
    """

    people = f"SELECT g.person_id FROM {_PEOPLE} g"
    """The keys of the people counted, for statements of the database."""

    def __init__(self, people: str) -> None:
        self._con = duckdb.connect()
        self._select = people
        self._gathered = False
        self._makers: dict[str, Callable[[], object]] = {}

    def close(self) -> None:
        """Let go of the rows."""
        self._con.close()

    def bring(self, name: str, select: str, types: Mapping[str, str]) -> None:
        """Name a table that comes from the database by a SELECT."""

        def make() -> None:
            if self.people in select and not self._gathered:
                gather(_PEOPLE, self._select)
                self._gathered = True
            load(self._con, name, select, types)

        self._makers[name] = make

    def tell(self, name: str, rows: Callable[[], Iterable[Iterable[Any]]], types: Mapping[str, str]) -> None:
        """Name a table whose rows are worked out in Python."""
        self._makers[name] = lambda: load_rows(self._con, name, rows(), types)

    def derive(self, name: str, select: str) -> None:
        """Name a table that is worked out from others, whatever period is looked at."""
        self._statement(name, f"CREATE TABLE {name} AS {select}")

    def lay(self, statement: str) -> None:
        """Name a table or view over others for one period (`CREATE OR REPLACE …`), in place of that of the period before."""
        found = _LAID.match(statement.strip())
        assert found is not None, statement
        self._statement(found[1], statement)

    def _statement(self, name: str, statement: str) -> None:
        def make() -> None:
            self._need(statement)
            self._con.execute(statement)

        self._makers[name] = make

    def execute(self, statement: str, values: Sequence[Any] = ()) -> duckdb.DuckDBPyConnection:
        """Run a statement over the tables, once all that it names are there."""
        self._gathered = False  # another desk may have gathered its own people since, or this be another connection
        self._need(statement)
        return self._con.execute(statement, values)

    def _need(self, statement: str) -> None:
        for name in {*_NAMED.findall(statement)} - {*_ITS_OWN.findall(statement)}:
            make = self._makers.get(name)
            if make is not None:
                make()
                del self._makers[name]
