"""The back ends agree on random people: from the spells to masks and amounts, with nulls, dates and ages."""

import csv
import random
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.policy.worked import CASES
from zhucan.core.months import Month
from zhucan.policy.catalogue import MONTHLY, SCHEMES, scheme
from zhucan.policy.declared.findings import FINDING_KINDS
from zhucan.policy.engine import decide, decide_sql, judge_sql, needed, needed_parameters
from zhucan.policy.everybody import Judge, Rules, Verdicts
from zhucan.policy.expressions import (
    Kind,
    add_months,
    add_years,
    choose,
    column,
    full_months_between,
    greatest,
    least,
    month_day_of,
    months_between,
    round_fen,
    round_yuan,
    unknown_of,
    year_of,
    years_between,
)
from zhucan.policy.facts import BENEFIT_LABELS, BY_NAME, CATEGORY_LABELS, FACTS, facts_of, facts_sql
from zhucan.policy.parameters import PARAMETERS, ParameterRow, baseline, resolve, value_of
from zhucan.policy.python import compile_expressions
from zhucan.policy.relations import RELATIONS
from zhucan.policy.sql import sql_type, to_sql
from zhucan.policy.vectors import Lexicon, Program, padded, spread, told

_MIDNIGHT = time()
_KNOWN = datetime.combine(date(2025, 6, 1), _MIDNIGHT)


def _day(rng: random.Random, first: date = date(2023, 1, 1), days: int = 1100) -> date:
    return first + timedelta(days=rng.randrange(days))


def _spell(rng: random.Random, kind: str) -> dict[str, object]:
    start = _day(rng)
    month = date(2025, 5, 1)
    if rng.random() < 0.3:
        start = rng.choice([month, month - timedelta(days=1), month + timedelta(days=30), date(2024, 2, 29)])
    stop = None if rng.random() < 0.5 else start + timedelta(days=rng.randrange(1, 800))
    if rng.random() < 0.2 and start < month:
        stop = month
    recorded = datetime.combine(start, _MIDNIGHT) + timedelta(days=rng.randrange(0, 90))
    row: dict[str, object] = {
        "valid_from": start,
        "valid_to": stop,
        "recorded_at": recorded,
        "retracted_at": None if rng.random() < 0.8 else recorded + timedelta(days=rng.randrange(0, 200)),
    }
    for name, column_kind in RELATIONS[kind].items():
        row[name] = {
            "category": lambda: rng.choice([*CATEGORY_LABELS, "multiple"]),
            "grade": lambda: rng.randint(1, 4),
            "status": lambda: rng.choice(["valid", "valid", "valid", "frozen", "cancelled"]),
            "expires": lambda: rng.choice([month, month - timedelta(days=1), date(2030, 1, 1), _day(rng)]),
            "division": lambda: rng.choice(["330499101201", "330498101201", "330499000000"]),
            "kind": lambda: rng.choice(
                {
                    "hardship": ["dibao", "dibian", "tekun", "none"],
                    "benefit": list(BENEFIT_LABELS),
                    "job": ["public_payroll", "farmer"],
                    "finding": list(FINDING_KINDS),
                }.get(kind, ["x"])
            ),
            "per_head_fen": lambda: rng.choice([0, 164999, 165000, 165001, 172500, 500000]),
            "number": lambda: rng.choice([None, 0, 1, 1, 2, 150000]),
            "word": lambda: rng.choice(_WORDS),
            "stage": lambda: rng.choice(["primary", "senior", "bachelor"]),
            "placement": lambda: rng.choice(["regular", "home"]),
            "full_time": lambda: rng.random() < 0.8,
            "boarding": lambda: rng.random() < 0.3,
            "payer": lambda: rng.choice(["self", "government"]),
            "scheme": lambda: rng.choice([item.id for item in SCHEMES]),
            "granted": lambda: start,
            "ends": lambda: rng.choice([None, stop, month]),
            "quantity": lambda: rng.choice([None, 1, 2]),
            "amount_fen": lambda: rng.choice([None, 0, 5000, 12500, 25000, 34500, 100000]),
        }[name]()
        assert column_kind
    return row


_WORDS = sorted({word for item in FINDING_KINDS.values() for word in item.choices or {}} | {"x"})
_ROWS = {
    "certificate": 2, "component": 3, "residence": 1, "hardship": 1, "income": 1, "own_income": 1, "stay": 1,
    "custody": 1, "benefit": 3, "death": 1, "job": 1, "finding": 6, "schooling": 1, "insurance": 2, "parent": 2, "award": 4,
}  # fmt: skip
_RARE = {"death": 0.1, "custody": 0.15, "benefit": 0.5, "job": 0.3, "stay": 0.4}


def _population(rng: random.Random, count: int) -> Iterator[dict[str, list[dict[str, object]]]]:
    for number in range(count):
        someone: dict[str, list[dict[str, object]]] = {
            "person": [{"person_id": number, "born": _day(rng, date(1930, 1, 1), 34000), "sex": "male"}]
        }
        for kind, most in _ROWS.items():
            many = rng.randint(0 if kind != "residence" else 1, most) if rng.random() < _RARE.get(kind, 0.95) else 0
            rows = []
            for _ in range(many):
                row = {"person_id": number, **_spell(rng, kind)}
                if kind not in ("benefit", "component", "parent") and any(
                    other["valid_from"] == row["valid_from"] for other in rows
                ):
                    continue  # two states from one day on cannot be; "latest" would have no answer
                rows.append(row)
            someone[kind] = rows
        if number % 2:
            _settle(rng, someone)
        yield someone


def _settle(rng: random.Random, someone: dict[str, list[dict[str, object]]]) -> None:
    """Give half the people a sound certificate and home, so that amounts are reached and not only refusals."""
    lasting = {
        "valid_from": date(2023, 1, 1), "valid_to": None, "recorded_at": datetime.combine(date(2023, 1, 1), _MIDNIGHT), "retracted_at": None,
        "person_id": someone["person"][0]["person_id"],
    }  # fmt: skip
    grade, category = rng.randint(1, 3), rng.choice(list(CATEGORY_LABELS))
    clocks = {name: lasting[name] for name in ("person_id", "valid_from", "valid_to", "recorded_at", "retracted_at")}
    card = {**clocks, "category": category, "grade": grade, "status": "valid", "expires": date(2033, 1, 1)}
    someone["certificate"], someone["component"] = [card], [dict(card)]
    someone["residence"] = [{**clocks, "division": "330499101201"}]
    someone["death"], someone["custody"] = [], []


def _load(con: duckdb.DuckDBPyConnection, people: list[dict[str, list[dict[str, object]]]], known: bool) -> None:
    con.execute("CREATE TABLE person (person_id BIGINT, born DATE, sex VARCHAR)")
    con.executemany("INSERT INTO person VALUES (?, ?, ?)", [list(p["person"][0].values()) for p in people])
    for kind, columns in RELATIONS.items():
        own = "".join(f", {name} {sql_type(what)}" for name, what in columns.items())
        con.execute(
            f"CREATE TABLE {kind} (person_id BIGINT, valid_from DATE, valid_to DATE, recorded_at TIMESTAMP,"
            f" retracted_at TIMESTAMP{own})"
        )
        rows = [list(row.values()) for someone in people for row in someone[kind]]
        if rows:
            con.executemany(f"INSERT INTO {kind} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        if known:
            con.execute(
                f"DELETE FROM {kind} WHERE recorded_at > ? OR (retracted_at IS NOT NULL AND retracted_at <= ?)",
                [_KNOWN, _KNOWN],
            )


_SWITCHES = (
    {},
    {"elder_service_subsidy_vs_ns": "exclude_ns", "ltci_vs_ns": "exclude_ns", "veteran_pension_vs_both": "exclude"},
    {"elder_service_subsidy_vs_ns": "choose_higher", "ltci_vs_ns": "stack", "public_payroll_bars_ls": "true"},
    {"ls_own_income_counts": "true", "ls_rounding": "yuan_half_up", "ls_rate_of_dibao": "0.3333"},
    {"ls_monthly": "209.00", "custody_stops": "false", "ns_covers_grades_3_4": "false", "institution_factor": "1.333"},
)


@pytest.mark.parametrize("case", range(len(_SWITCHES) * 2))
def test_random_people_are_decided_alike_by_every_back_end(case: int):
    rng = random.Random(7000 + case)
    known = case % 2 == 1
    switches = _SWITCHES[case // 2]
    people = list(_population(rng, 150))
    month, division = Month(2025, 5), "330499000000"
    on, applied = (date(2025, 5, 14), date(2025, 5, 14)) if case % 3 == 0 else (date(2025, 4, 30), date(2025, 2, 3))
    expiry_after = on - timedelta(days=1) if on == applied else on
    extra = [ParameterRow(name, division, date(2000, 1, 1), value, "test") for name, value in switches.items()]
    params = resolve((*baseline(), *extra), division, month.first)
    con = duckdb.connect()
    _load(con, people, known)
    frame = {
        "division": division,
        "on_day": on,
        "expiry_after": expiry_after,
        "month_first": month.first,
        "applied_on": applied,
    }
    con.execute(
        "CREATE TABLE frame AS SELECT person_id + 1000 AS case_id, person_id, ?::VARCHAR AS division, ?::DATE AS on_day,"
        " ?::DATE AS expiry_after, ?::DATE AS month_first, ?::DATE AS applied_on FROM person",
        list(frame.values()),
    )

    names = [fact.name for fact in FACTS]
    select = f"SELECT {', '.join(names)} FROM"
    by_frame = con.execute(f"{select} ({facts_sql(names)}) ORDER BY person_id").fetchall()
    by_constant = con.execute(f"{select} ({facts_sql(names, constant_frame=frame)}) ORDER BY person_id").fetchall()
    given = {(division, month.first): params}
    decided = con.execute(f"SELECT * FROM ({decide_sql(SCHEMES, params=given)}) ORDER BY person_id").fetchall()
    in_the_text = decide_sql(SCHEMES, params=given, constant_frame=frame)  # the same numbers, written into the rules
    assert con.execute(f"SELECT * EXCLUDE (case_id) FROM ({in_the_text}) ORDER BY person_id").fetchall() == [
        row[1:] for row in decided
    ]
    assert (
        con.execute(
            f"SELECT * EXCLUDE (case_id) FROM ({decide_sql(SCHEMES, params=given, constant_frame=frame, basis=True)})"
            " ORDER BY person_id"
        ).fetchall()
        == con.execute(
            f"SELECT * EXCLUDE (case_id) FROM ({decide_sql(SCHEMES, params=given, basis=True)}) ORDER BY person_id"
        ).fetchall()
    )

    day = {name: frame[name] for name in ("on_day", "expiry_after", "month_first")}
    by_arrays = Judge(SCHEMES, frame, {division: params}).decide(con)
    # other parameters elsewhere, so that those of each case are looked up, and the day of application told case by case
    elsewhere = {name: value for name, value in params.items() if name == "ls_rate_of_dibao"}
    places = {division: params, "330498000000": {**params, **dict.fromkeys(elsewhere)}}
    by_case = Judge(SCHEMES, day, places).decide(con, "SELECT * FROM frame")

    outcomes = set()
    for place, (someone, row, constant_row, result) in enumerate(
        zip(people, by_frame, by_constant, decided, strict=True)
    ):
        facts = facts_of(
            someone,
            on=on,
            expiry_after=expiry_after,
            month=month,
            division=division,
            known_at=_KNOWN if known else None,
            applied_on=applied,
        )
        assert dict(zip(names, row, strict=True)) == facts
        assert {name: by_case.fact(name, place) for name in needed(SCHEMES)}.items() <= facts.items()
        assert row == constant_row
        flat: list[object] = []
        for decision in decide(facts, params, SCHEMES).values():
            assert by_arrays.decision(decision.scheme, place) == decision
            assert by_case.decision(decision.scheme, place) == decision
            outcomes.add((decision.scheme, decision.outcome))
            flat += [
                decision.outcome.value,
                decision.not_met,
                decision.unknown,
                decision.amount_fen,
                decision.no_standard,
            ]
        assert list(result[2:]) == flat
    assert len(outcomes) >= 5, "the random people must reach yes, no and unknown"


def _other(rng: random.Random, kind: Kind, choices: object) -> object:
    """Return some value of a kind, near the limits that rules set."""
    match kind:
        case Kind.BOOL:
            return rng.choice([None, True, False])
        case Kind.INT:
            return rng.choice([None, 0, 1, 2, 3, 5, 815, 1015])
        case Kind.MONEY:
            return rng.choice([None, 0, 1, 5001, 165000, 165001, 1200000])
        case Kind.RATE:
            return rng.choice([None, 0, 3333, 5000, 10000, 15000])
        case Kind.DATE:
            return rng.choice([None, date(2018, 1, 1), date(2018, 1, 2), date(2020, 2, 29), date(2025, 8, 15), date(2025, 10, 16)])  # fmt: skip
    return rng.choice([None, *(choices if isinstance(choices, list) else [])])


def test_worked_cases_and_their_near_misses_are_decided_alike_by_every_back_end(tmp_path: Path):
    rng = random.Random(11)
    facts_of_rules = [BY_NAME[name] for name in needed(SCHEMES)]
    names = needed_parameters(SCHEMES)
    rows: list[tuple[dict[str, object], dict[str, object]]] = []
    for case in CASES:
        params = resolve(baseline(), case.division, case.on)
        params |= {name: value_of(name, text) for name, text in case.switches.items()}
        for changes in (0, 1, 2):
            facts, own = dict(case.facts), dict(params)
            # what the case's own scheme reads, so that the change can matter
            read = [BY_NAME[name] for name in scheme(case.scheme).columns("fact")]
            for fact in rng.sample(read, min(changes, len(read))):
                facts[fact.name] = _other(rng, fact.kind, list(fact.choices or ()))
            for name in rng.sample(names, changes):
                own[name] = _other(rng, PARAMETERS[name].kind, list(PARAMETERS[name].choices))
            rows.append((facts, own))
    columns = {f"fact_{fact.name}": fact.kind for fact in facts_of_rules}
    columns |= {f"parameter_{name}": PARAMETERS[name].kind for name in names}
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE told (case_id BIGINT, person_id BIGINT"
        + "".join(f", {name} {sql_type(kind)}" for name, kind in columns.items())
        + ")"
    )
    cells = [
        [number, number, *(facts[fact.name] for fact in facts_of_rules), *(own[name] for name in names)]
        for number, (facts, own) in enumerate(rows)
    ]
    path = tmp_path / "told.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(["\\N" if cell is None else cell for cell in row] for row in cells)
    con.execute(f"COPY told FROM '{path}' (FORMAT csv, HEADER false, NULLSTR '\\N')")

    decided = con.execute(f"SELECT * FROM ({judge_sql(SCHEMES, 'SELECT * FROM told')}) ORDER BY case_id").fetchall()
    lexicon = Lexicon()
    columns_told = {("fact", fact.name): spread([facts[fact.name] for facts, _ in rows], fact.kind, lexicon) for fact in facts_of_rules}  # fmt: skip
    columns_told |= {("parameter", name): spread([own[name] for _, own in rows], PARAMETERS[name].kind, lexicon) for name in names}  # fmt: skip
    conditions, ruled = Rules(SCHEMES, {}).run(columns_told, len(rows), lexicon)
    numbers = np.arange(len(rows))
    by_arrays = Verdicts(numbers, numbers, conditions, ruled)

    reached = set()
    for number, ((facts, own), result) in enumerate(zip(rows, decided, strict=True)):
        flat: list[object] = []
        for one in decide(facts, own, SCHEMES).values():
            assert by_arrays.decision(one.scheme, number) == one
            if one.amount_fen is not None or one.awaits_claim:
                reached.add(one.scheme)
            flat += [one.outcome.value, one.not_met, one.unknown, one.amount_fen, one.no_standard]
        assert list(result[2:]) == flat
    assert reached >= {item.id for item in SCHEMES if item.administered}


def test_operators_agree_on_random_values_with_nulls():
    rng = random.Random(5)
    a, b = column("t", "a", Kind.INT), column("t", "b", Kind.INT)
    m, n = column("t", "m", Kind.MONEY), column("t", "n", Kind.MONEY)
    r = column("t", "r", Kind.RATE)
    d, e = column("t", "d", Kind.DATE), column("t", "e", Kind.DATE)
    x, y = column("t", "x", Kind.BOOL), column("t", "y", Kind.BOOL)
    s = column("t", "s", Kind.TEXT)
    expressions = [
        a == b, a != b, a < b, a <= b, a > b, a >= b, a + b, a - b, a * b, a // 7, a % 7, x & y, x | y, ~x,
        a.unknown(), a.known(), a.isin(1, 2, 3), greatest(a, b), least(a, b), greatest(d, e), m * r <= n, m + n, m - n,
        round_fen(m * r), round_yuan(m * r), round_yuan(m), choose((x, m), (y, n), default=m + n),
        choose((x & y, a), default=unknown_of(Kind.INT)), years_between(d, e), months_between(d, e), full_months_between(d, e), add_months(d, 1),
        add_months(d, 12), add_months(d, -3), add_months(d, a), add_years(d, a), month_day_of(d), year_of(d), d < e, d == e, s == "vis'ual", s.left(3), (m * r) + (n * r) >= m * r,
    ]  # fmt: skip
    kinds = {"a": Kind.INT, "b": Kind.INT, "m": Kind.MONEY, "n": Kind.MONEY, "r": Kind.RATE, "d": Kind.DATE,
             "e": Kind.DATE, "x": Kind.BOOL, "y": Kind.BOOL, "s": Kind.TEXT}  # fmt: skip
    makers = {
        Kind.INT: lambda: rng.randint(-20, 20),
        Kind.MONEY: lambda: rng.choice([0, 1, 50, 99, 100, 26190, 10**11, rng.randint(-10_000, 500_000)]),
        Kind.RATE: lambda: rng.choice([0, 1, 3000, 15000, 3333, 10000]),
        Kind.DATE: lambda: rng.choice([date(2012, 2, 29), date(2024, 2, 29), date(2025, 3, 31), _day(rng)]),
        Kind.BOOL: lambda: rng.random() < 0.5,
        Kind.TEXT: lambda: rng.choice(["vis'ual", "hearing", ""]),
    }
    rows = [{name: None if rng.random() < 0.2 else makers[kind]() for name, kind in kinds.items()} for _ in range(800)]
    con = duckdb.connect()
    con.execute(f"CREATE TABLE t (i INTEGER, {', '.join(f'{n} {sql_type(k)}' for n, k in kinds.items())})")
    con.executemany(f"INSERT INTO t VALUES (?{', ?' * len(kinds)})", [[i, *row.values()] for i, row in enumerate(rows)])
    texts = ", ".join(to_sql(expression, lambda _, name: f"t.{name}") for expression in expressions)

    compiled = compile_expressions(expressions, ("t",))
    lexicon = Lexicon()
    columns = {("t", name): spread([row[name] for row in rows], kind, lexicon) for name, kind in kinds.items()}
    worked = Program(expressions).run(columns, padded(len(rows)), lexicon)
    found = con.execute(f"SELECT {texts} FROM t ORDER BY i").fetchall()

    for place, (row, result) in enumerate(zip(rows, found, strict=True)):
        assert result == compiled(row), row
        assert (
            tuple(
                told(column, place, expression.kind, lexicon)
                for column, expression in zip(worked, expressions, strict=True)
            )
            == result
        ), row


def test_the_spark_text_differs_only_where_the_dialects_do():
    names = needed(MONTHLY)  # what a batch over everybody decides
    params = {("330499000000", date(2025, 5, 1)): resolve(baseline(), "330499000000", date(2025, 5, 1))}
    duck = decide_sql(MONTHLY, params=params)
    spark = decide_sql(MONTHLY, params=params, dialect="spark")
    in_months = re.compile(r"CAST\((fact_\w+) \+ to_(?:months|years)\(CAST\((.+?) AS INTEGER\)\) AS DATE\)")

    assert names
    assert duck != spark
    found = in_months.sub(lambda match: f"add_months({match[1]}, {match[2]})", duck)
    assert spark.replace(" DIV ", " // ").replace("12 * (year", "(year") == found


def test_spark_adds_months_in_its_own_words():
    day, count = column("t", "d", Kind.DATE), column("t", "a", Kind.INT)

    assert to_sql(add_months(day, count), lambda _, name: name, "spark") == "add_months(d, CAST(a AS INTEGER))"
    assert "add_months(d, 12 * " in to_sql(years_between(day, day), lambda _, name: name, "spark")
    assert to_sql(month_day_of(day), lambda _, name: name, "spark") == "(month(d) * 100 + day(d))"
