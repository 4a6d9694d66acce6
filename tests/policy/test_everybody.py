"""Deciding everybody over arrays: cases of one person side by side, days far away, and files that say the same again."""

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest

from zhucan.policy.catalogue import MONTHLY
from zhucan.policy.engine import Outcome, shipped_parameters
from zhucan.policy.everybody import Judge, NotThere, Verdicts
from zhucan.policy.expressions import (
    Kind,
    add_months,
    column,
    full_months_between,
    month_day_of,
    year_of,
    years_between,
)
from zhucan.policy.gathering import read
from zhucan.policy.python import compile_expressions
from zhucan.policy.relations import RELATIONS
from zhucan.policy.sql import sql_type
from zhucan.policy.vectors import Lexicon, Program, bits_of, flags_of, padded, positions, spread, told

DIVISION, FIRST = "330499000000", date(2025, 9, 1)
FRAME = {"on_day": date(2025, 8, 31), "expiry_after": date(2025, 8, 31), "month_first": FIRST}


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    """Three persons: 7 poor and severely disabled, 8 the same and dead since, 9 of whom nothing is known."""
    con = duckdb.connect()
    con.execute("CREATE TABLE person (person_id BIGINT, born DATE, sex VARCHAR)")
    con.execute(
        "INSERT INTO person VALUES (9, '1970-01-01', 'male'), (7, '1960-05-05', 'female'), (8, '1960-05-05', 'male')"
    )
    for relation, columns in RELATIONS.items():
        own = "".join(f", {name} {sql_type(kind)}" for name, kind in columns.items())
        con.execute(f"CREATE TABLE {relation} (person_id BIGINT, valid_from DATE, valid_to DATE{own})")
    for person in (8, 7):  # in no order
        spell = f"({person}, '2020-01-01', NULL"
        card = "'physical', 1, 'valid', '2030-01-01')"
        con.execute(f"INSERT INTO certificate VALUES {spell}, {card}")
        con.execute(f"INSERT INTO component VALUES {spell}, {card}")
        con.execute(f"INSERT INTO residence VALUES {spell}, '330499101201')")
        con.execute(f"INSERT INTO hardship VALUES {spell}, 'dibao')")
        con.execute(f"INSERT INTO finding (person_id, valid_from, kind, number) VALUES ({person}, '2020-01-01', 'needs_care', 1)")  # fmt: skip
    con.execute("INSERT INTO death VALUES (8, '2025-07-01', NULL), (6, '2025-07-01', NULL)")  # 6 is nobody here
    return con


def _decide(con: duckdb.DuckDBPyConnection, **told: object) -> Verdicts:
    frame = {**FRAME, "applied_on": None, **told}
    return Judge(MONTHLY, frame, {DIVISION: shipped_parameters(DIVISION, FIRST)}).decide(con)


def test_everybody_is_decided_in_the_order_of_their_numbers(con):
    verdicts = _decide(con)

    assert verdicts.person_ids.tolist() == [7, 8, 9]
    outcomes = [verdicts.decision("nursing-subsidy", place).outcome for place in range(3)]
    assert outcomes == [Outcome.YES, Outcome.NO, Outcome.NO]
    assert [verdicts.fact("alive", place) for place in range(3)] == [True, False, True]
    assert [verdicts.fact("age", place) for place in range(3)] == [65, 65, 55]


def test_two_cases_of_a_person_have_each_their_own_day_and_place(con):
    elsewhere = "330498000000"
    params = {place: shipped_parameters(place, FIRST) for place in (DIVISION, elsewhere)}
    con.execute(
        "CREATE TABLE cases AS SELECT * FROM (VALUES (-1, 8, DATE '2025-06-30', '330499000000'),"
        " (3, 7, DATE '2025-06-30', '330498000000'), (2, 8, DATE '2025-08-31', '330499000000'))"
        " v(case_id, person_id, on_day, division)"
    )
    frame = {"expiry_after": FIRST, "month_first": FIRST, "applied_on": None}

    verdicts = Judge(MONTHLY, frame, params).decide(con, "SELECT * FROM cases")

    assert verdicts.case_ids.tolist() == [3, -1, 2]
    assert [verdicts.fact("hukou_here", place) for place in range(3)] == [False, True, True]
    assert [verdicts.fact("alive", place) for place in range(3)] == [True, True, False]


def test_a_case_of_a_division_without_parameters_is_refused(con):
    params = {place: shipped_parameters(place, FIRST) for place in (DIVISION, "330498000000")}
    judge = Judge(MONTHLY, {"on_day": FIRST, "expiry_after": FIRST, "month_first": FIRST, "applied_on": None}, params)

    for division in ("'330411000000'", "NULL::VARCHAR"):
        with pytest.raises(NotThere, match="没有它的标准"):
            judge.decide(con, f"SELECT 1 AS case_id, 7 AS person_id, {division} AS division")


def test_an_empty_text_is_a_text_and_not_the_first_one_learnt(con):
    con.execute("CREATE TABLE words AS SELECT * FROM (VALUES (1, '', 'b'), (2, '', 'c')) v(k, a, b)")
    lexicon = Lexicon()

    found = read(con, "words", ("k",), {"a": Kind.TEXT, "b": Kind.TEXT}, lexicon)

    assert [[told(found.columns[name], place, Kind.TEXT, lexicon) for place in (0, 1)] for name in "ab"] == [
        ["", ""], ["b", "c"],
    ]  # fmt: skip


def test_a_file_that_holds_no_decisions_is_told_in_one_sentence(tmp_path: Path):
    (tmp_path / "junk.npz").write_bytes(b"junk")

    for name in ("junk.npz", "none.npz"):
        with pytest.raises(NotThere, match=name):
            Verdicts.load(tmp_path / name)


def test_what_was_kept_in_a_file_says_the_same_again(con, tmp_path: Path):
    verdicts = _decide(con)

    verdicts.save(tmp_path / "kept.npz")
    again = Verdicts.load(tmp_path / "kept.npz")

    assert again.case_ids.tolist() == verdicts.case_ids.tolist()
    for item in MONTHLY:
        for place in range(3):
            assert again.decision(item.id, place) == verdicts.decision(item.id, place)
    with pytest.raises(LookupError, match="没有事实"):
        again.fact("alive", 0)


def test_nobody_at_all_is_decided_too(con):
    con.execute("DELETE FROM person")

    verdicts = _decide(con)

    assert len(verdicts.person_ids) == 0
    assert not any(len(positions(item.entitled)) for item in verdicts.ruled.values())


def test_days_before_and_after_the_table_of_months_are_reckoned_alike():
    days = [date(1, 1, 1), date(1700, 2, 28), date(1799, 12, 31), date(1800, 1, 1), date(2199, 12, 31), date(2200, 2, 28), date(9000, 5, 31)]  # fmt: skip
    day, other = column("t", "day", Kind.DATE), column("t", "other", Kind.DATE)
    expressions = [
        year_of(day), month_day_of(day), add_months(day, 13), years_between(day, other), full_months_between(other, day),
    ]  # fmt: skip
    rows = [{"day": day, "other": other} for day in days for other in days]
    lexicon = Lexicon()
    columns = {("t", name): spread([row[name] for row in rows], Kind.DATE, lexicon) for name in ("day", "other")}
    worked = Program(expressions).run(columns, padded(len(rows)), lexicon)
    compiled = compile_expressions(expressions, ("t",))

    for place, row in enumerate(rows):
        found = tuple(told(value, place, one.kind, lexicon) for value, one in zip(worked, expressions, strict=True))
        assert found == compiled(row), row


def test_bits_and_flags_are_the_same_thing():
    flags = np.arange(padded(100)) % 3 == 0

    assert flags_of(bits_of(flags)).tolist() == flags.tolist()
    assert positions(bits_of(flags)).tolist() == np.flatnonzero(flags).tolist()
