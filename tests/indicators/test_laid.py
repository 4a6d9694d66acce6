"""Relations are laid when they are named, with what they stand on, and again for another period."""

import duckdb
import pytest

from zhucan.indicators.laid import Laid

STATEMENTS = (
    "CREATE OR REPLACE VIEW base AS SELECT 1 AS number, 'later' AS later",
    "\n  CREATE OR REPLACE VIEW middle AS SELECT number + 1 AS number FROM base",
    "CREATE OR REPLACE VIEW top AS SELECT number * 10 AS number FROM middle",
    "CREATE OR REPLACE VIEW later AS SELECT number FROM base",
)


@pytest.fixture
def con():
    with duckdb.connect() as con:
        yield con


def _views(con: duckdb.DuckDBPyConnection) -> set[str]:
    return {name for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}


def test_a_relation_is_laid_with_those_it_stands_on_and_no_other(con: duckdb.DuckDBPyConnection):
    laid = Laid(con, STATEMENTS)
    assert _views(con) == set()

    laid.lay("SELECT number FROM top")

    assert _views(con) == {"base", "middle", "top"}  # `later`, a column of the first, comes after it and is not meant
    assert con.execute("SELECT number FROM top").fetchall() == [(20,)]


def test_for_another_period_what_is_named_is_laid_anew(con: duckdb.DuckDBPyConnection):
    Laid(con, STATEMENTS).lay("top")

    Laid(con, (STATEMENTS[0].replace("1 AS", "5 AS"), *STATEMENTS[1:])).lay("top")

    assert con.execute("SELECT number FROM top").fetchall() == [(60,)]


def test_a_statement_that_is_no_relation_or_one_said_twice_is_refused(con: duckdb.DuckDBPyConnection):
    for wrong in (("CREATE TABLE rows (number INTEGER)",), (STATEMENTS[0], STATEMENTS[0])):
        with pytest.raises(AssertionError):
            Laid(con, wrong)
