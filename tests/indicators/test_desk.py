"""Tables and relations come when they are named, with what they stand on, and relations again for another period."""

from collections.abc import Iterator

import pytest

from zhucan.indicators.desk import Desk

RELATIONS = (
    "CREATE OR REPLACE VIEW middle AS SELECT number + 1 AS number, 'later' AS later FROM base",
    "\n  CREATE OR REPLACE VIEW top AS WITH later AS (SELECT number FROM middle) SELECT number * 10 AS number FROM later",
    "CREATE OR REPLACE VIEW later AS SELECT number FROM base",
)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def desk(told: list[str]) -> Iterator[Desk]:
    def base() -> list[tuple[int]]:
        told.append("base")
        return [(1,)]

    made = Desk("SELECT 1 AS person_id")
    made.tell("base", base, {"number": "INTEGER"})
    for statement in RELATIONS:
        made.lay(statement)
    yield made
    made.close()


def _there(desk: Desk) -> set[str]:
    views = "SELECT view_name FROM duckdb_views() WHERE NOT internal"
    return {name for (name,) in desk.execute(f"{views} UNION SELECT table_name FROM duckdb_tables()").fetchall()}


def test_a_relation_comes_with_what_it_stands_on_and_no_other(desk: Desk, told: list[str]):
    assert _there(desk) == set()

    found = desk.execute("SELECT number FROM top").fetchall()

    assert found == [(20,)]
    assert _there(desk) == {"base", "middle", "top"}  # `later` is a column of one and named within another for itself
    assert desk.execute("SELECT number FROM later").fetchall() == [(1,)]
    assert told == ["base"]


def test_for_another_period_what_is_named_is_laid_anew(desk: Desk, told: list[str]):
    desk.execute("SELECT number FROM top")
    desk.lay(RELATIONS[0].replace("+ 1", "+ 5"))
    desk.lay(RELATIONS[1])

    assert desk.execute("SELECT number FROM top").fetchall() == [(60,)]
    assert told == ["base"]


def test_a_statement_that_names_no_relation_is_refused(desk: Desk):
    with pytest.raises(AssertionError):
        desk.lay("CREATE TABLE rows (number INTEGER)")
