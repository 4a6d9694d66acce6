"""How long everybody takes: from raw spells in Parquet to files of decisions, beside the machine's own limit."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from zhucan.core.errors import ZhucanError
from zhucan.policy.catalogue import MONTHLY, SCHEMES
from zhucan.policy.declared.findings import FINDING_KINDS
from zhucan.policy.engine import decide_sql, needed, shipped_parameters
from zhucan.policy.everybody import Judge, Verdicts
from zhucan.policy.facts import BY_NAME
from zhucan.policy.relations import RELATIONS
from zhucan.policy.schemes import Scheme

_PART = 250_000  # people decided at a time: memory stays flat, and larger parts were slower
_PART_OF_ALL = 125_000  # the same where the whole catalogue is decided
_AT_ONCE = 2
_DIVISION, _MONTH, _EVE = "330499000000", date(2025, 9, 1), date(2025, 8, 31)
_FRAME = {"division": _DIVISION, "on_day": _EVE, "expiry_after": _EVE, "month_first": _MONTH, "applied_on": None}
_MOST = 100_000_000
_TICK = 0.001  # seconds: what clocks tell apart


class BadSize(ZhucanError, ValueError):
    """A number of people that cannot be generated."""


class BenchFailed(ZhucanError):
    """The measured process did not end as it should."""


def bench_decide(people: int, *, whole: bool = False) -> dict[str, Any]:
    """Generate so many people with their spells, decide the two subsidies of the state for one month, or with `whole` the
    whole catalogue as where all of it is run; return the figures.

    `seconds` is the decision alone, from the first file read to the last one written, in a process of its own with
    `peak_mb` of memory. `limit_seconds` is reading the needed columns of the same files and writing the same result.
    The processor's time says the same where other work takes turns on the machine.
    """
    if not 1 <= people <= _MOST:
        raise BadSize(f"人数 {people} 不对：应在 1 到 {_MOST} 之间。")
    with tempfile.TemporaryDirectory(prefix="zhucan-bench-") as name:
        folder = Path(name)
        started = time.perf_counter()
        rows = _generate(folder, people, whole)
        generated = time.perf_counter() - started
        decided = _measured("decide_parts", folder, whole)
        limit = _measured("limit_parts", folder, whole)
    return {
        "people": people,
        "schemes": len(_schemes(whole)),
        "rows": rows,
        "yes": decided["yes"],
        "seconds": round(decided["seconds"], 2),
        "peak_mb": decided["peak_mb"],
        "limit_seconds": round(limit["seconds"], 2),
        "ratio_to_limit": round(decided["seconds"] / max(limit["seconds"], _TICK), 2),
        "processor_seconds": round(decided["processor"], 2),
        "processor_ratio": round(decided["processor"] / max(limit["processor"], _TICK), 2),
        "generate_seconds": round(generated, 2),
    }


def _measured(function: str, folder: Path, whole: bool) -> dict[str, Any]:
    code = f"import sys; from zhucan.policy import bench; bench.{function}(sys.argv[1], {whole})"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchFailed(f"测速没有成功：{done.stderr.strip()[-300:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


# --- the population ----------------------------------------------------------------------------------------------


def _generate(folder: Path, people: int, whole: bool) -> int:
    """Write the parts; return how many spells there are. Everybody is drawn from their number alone.

    Never from `hash(i)` itself: joins place people by it, and those chosen by its bits would crowd each other there.
    """
    con = _connect(folder)
    rows = 0
    size = _PART_OF_ALL if whole else _PART
    for part, first in enumerate(range(0, people, size)):
        last = min(first + size, people)
        con.execute(
            "CREATE OR REPLACE TEMP TABLE everybody AS SELECT i AS person_id, hash(i + 3000000019) AS a,"
            f" hash(i + 1000000007) AS b, hash(i + 2000000011) AS c FROM range({first}, {last}) t(i)"
        )
        for relation, select in {**_POPULATION, **(_MORE if whole else {})}.items():
            target = folder / f"{relation}-{part}.parquet"
            con.execute(f"COPY ({select}) TO '{target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
            if relation != "person":
                found = con.execute(f"SELECT count(*) FROM read_parquet('{target}')").fetchone()
                rows += found[0] if found else 0
    con.close()
    return rows


_KNOWN = "TIMESTAMP '2020-01-02' AS recorded_at, CASE WHEN a % 50 = 7 THEN TIMESTAMP '2025-01-05' END AS retracted_at"
_SINCE = "DATE '2016-01-01' + CAST(b % 3000 AS INTEGER) AS valid_from"
_KINDS = "['visual', 'hearing', 'speech', 'physical', 'physical', 'physical', 'intellectual', 'mental', 'mental']"
_CARD = (
    f"person_id, {_SINCE}, CAST(NULL AS DATE) AS valid_to, {_KNOWN}, {_KINDS}[1 + CAST(a % 9 AS INTEGER)] AS category,"
    " CAST(1 + b % 4 AS INTEGER) AS grade, CASE WHEN c % 60 = 0 THEN 'frozen' ELSE 'valid' END AS status,"
    " DATE '2025-03-01' + CAST(c % 3600 AS INTEGER) AS expires"
)


def _spell(own: str, share: int, *, ends: int = 0) -> str:
    """Return a SELECT for one person in `share`; one spell in `ends` has ended."""
    end = f"CASE WHEN c % {ends} = 0 THEN DATE '2025-04-01' END" if ends else "CAST(NULL AS DATE)"
    own = f", {own}" if own else ""
    return (
        f"SELECT person_id, DATE '2016-01-01' + CAST(b % 3000 AS INTEGER) AS valid_from, {end} AS valid_to, {_KNOWN}{own}"
        f" FROM everybody WHERE (a >> 16) % {share} = 0 ORDER BY person_id"
    )


_POPULATION = {
    "person": "SELECT person_id, DATE '1930-01-01' + CAST(a % 34000 AS INTEGER) AS born,"
    " CASE WHEN a % 2 = 0 THEN 'female' ELSE 'male' END AS sex FROM everybody ORDER BY person_id",
    "certificate": f"SELECT {_CARD} FROM everybody ORDER BY person_id",
    "component": f"SELECT {_CARD} FROM everybody ORDER BY person_id",
    "residence": _spell("CASE WHEN c % 40 = 1 THEN '330498001001' ELSE '330499001001' END AS division", 1, ends=50),
    "hardship": _spell("['dibao', 'dibian', 'tekun', 'none'][1 + CAST(c % 4 AS INTEGER)] AS kind", 2, ends=10),
    "income": _spell("CAST(30000 + c % 300000 AS BIGINT) AS per_head_fen", 3, ends=20),
    "own_income": _spell("CAST(c % 400000 AS BIGINT) AS amount_fen", 20),
    "stay": _spell("'institution' AS kind", 80, ends=3),
    "custody": _spell("'prison' AS kind", 400, ends=2),
    "benefit": _spell(
        "['elder_service', 'ltci', 'old_age_nursing', 'veteran_pension', 'orphan'][1 + CAST(c % 5 AS INTEGER)] AS kind,"
        " CAST(5000 + c % 50000 AS BIGINT) AS amount_fen",
        8,
        ends=4,
    ),
    "death": _spell("", 60),
    "finding": _spell(
        "['needs_care', 'jobless', 'no_fixed_income', 'registered_unemployed', 'acutely_ill', 'care_form']"
        "[1 + CAST(c % 6 AS INTEGER)] AS kind, CAST(c % 2 AS BIGINT) AS number,"
        " CASE WHEN c % 6 = 5 THEN ['residential', 'day', 'home'][1 + CAST(b % 3 AS INTEGER)] END AS word",
        6,
        ends=8,
    ),
    "job": _spell("CASE WHEN c % 10 = 0 THEN 'public_payroll' ELSE 'other' END AS kind", 10),
}
_FOUND, _GRANTED = str(sorted(FINDING_KINDS)), str([item.id for item in SCHEMES])
_MORE = {  # what only the whole catalogue asks for, or asks more of
    "finding": _spell(
        f"{_FOUND}[1 + CAST(c % {len(FINDING_KINDS)} AS INTEGER)] AS kind, CAST(b % 2 AS BIGINT) AS number, '' AS word",
        2,
    ),
    "schooling": _spell(
        "['primary', 'junior', 'vocational', 'college', 'bachelor'][1 + CAST(c % 5 AS INTEGER)] AS stage,"
        " 'ordinary' AS placement, c % 3 > 0 AS full_time, c % 2 = 0 AS boarding",
        15,
        ends=3,
    ),
    "insurance": _spell(
        "['resident_pension', 'employee_pension', 'resident_medical', 'employee_medical'][1 + CAST(c % 4 AS INTEGER)]"
        " AS kind, CASE WHEN c % 3 = 0 THEN 'government' ELSE 'self' END AS payer",
        2,
    ),
    "parent": _spell(
        f"{_KINDS}[1 + CAST(a % 9 AS INTEGER)] AS category, CAST(1 + b % 4 AS INTEGER) AS grade, 'valid' AS status,"
        " DATE '2025-03-01' + CAST(c % 3600 AS INTEGER) AS expires",
        30,
    ),
    "award": _spell(
        f"{_GRANTED}[1 + CAST(c % {len(SCHEMES)} AS INTEGER)] AS scheme, DATE '2016-01-01' + CAST(b % 3000 AS INTEGER)"
        " AS granted, CAST(NULL AS DATE) AS ends, CAST(5000 + c % 500000 AS BIGINT) AS amount_fen, 1 AS quantity",
        6,
    ),
}


def _schemes(whole: bool) -> tuple[Scheme, ...]:
    """Return what is decided: every scheme of our own, or the monthly ones that every place runs."""
    return tuple(item for item in (SCHEMES if whole else MONTHLY) if item.administered and (whole or not item.switch))


def _parameters(whole: bool) -> dict[str, Any]:
    """Return the shipped parameters; for the whole catalogue with every scheme switched on."""
    shipped = shipped_parameters(_DIVISION, _MONTH)
    return {**shipped, **{item.switch: True for item in SCHEMES if item.switch}} if whole else shipped


# --- what is measured --------------------------------------------------------------------------------------------


def decide_parts(folder: str, whole: bool = False) -> None:
    """Decide every part and print the seconds, the memory and how many are entitled to something, as JSON."""
    results = Path(folder) / "decided"
    results.mkdir()
    started, busy = time.perf_counter(), time.process_time()
    others = _decide_all(Path(folder), results) if whole else _decide_monthly(Path(folder), results)
    spent: dict[str, Any] = {
        "seconds": time.perf_counter() - started,
        "processor": time.process_time() - busy + sum(one.busy for one in others),
    }
    peaks = [_peak_mb(), *(one.peak_mb for one in others)]
    known = [peak for peak in peaks if peak is not None]
    spent["peak_mb"] = sum(known) if len(known) == len(peaks) else None
    print(json.dumps(spent | {"yes": sum(_entitled(results, whole))}))


@dataclass(frozen=True)
class _Worked:
    """What a process that decided parts has spent so far."""

    process: int
    busy: float
    peak_mb: int | None


def _decide_monthly(folder: Path, results: Path) -> list[_Worked]:
    """Decide in DuckDB; one part is planned and written while another is calculated. No other process works."""
    con = _connect(folder)
    params = {(_DIVISION, _MONTH): _parameters(whole=False)}
    decision = decide_sql(_schemes(whole=False), params=params, constant_frame=_FRAME)

    def decide(part: int) -> None:
        own = con.cursor()
        _open(own, folder, part)
        _write(own, decision, results / f"{part}.parquet")
        own.close()

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(decide, range(_parts(folder))))
    return []


def _decide_all(folder: Path, results: Path) -> list[_Worked]:
    """Decide over arrays, in as many processes: each has its own connection and rules, and starting it counts."""
    with ProcessPoolExecutor(_AT_ONCE, initializer=_make_ready, initargs=(folder, results)) as pool:
        worked = pool.map(_decide_part, range(_parts(folder)))
        last = {one.process: one for one in sorted(worked, key=lambda one: one.busy)}
    return list(last.values())


_ready: dict[str, Any] = {}  # of a process that decides parts


def _make_ready(folder: Path, results: Path) -> None:
    con = _connect(folder)
    con.execute("SET threads = 1")
    judge = Judge(_schemes(whole=True), _FRAME, {_DIVISION: _parameters(whole=True)})
    _ready.update(folder=folder, results=results, con=con, judge=judge)


def _decide_part(part: int) -> _Worked:
    _open(_ready["con"], _ready["folder"], part)
    _ready["judge"].decide(_ready["con"]).save(_ready["results"] / f"{part}.npz")
    return _Worked(os.getpid(), time.process_time(), _peak_mb())


def _entitled(results: Path, whole: bool) -> Iterator[int]:
    """Yield how many people of each part are entitled to something."""
    if not whole:
        anything = " OR ".join(f"{scheme.key}_outcome = 1" for scheme in _schemes(whole))
        counted = f"SELECT count(*) FROM read_parquet('{results}/*.parquet') WHERE {anything}"
        found = duckdb.connect().execute(counted).fetchone()
        yield found[0] if found else 0
        return
    for part in results.glob("*.npz"):
        ruled = [item.entitled for item in Verdicts.load(part).ruled.values()]
        yield int(np.bitwise_count(np.bitwise_or.reduce(ruled)).sum())


def limit_parts(folder: str, whole: bool = False) -> None:
    """Read what a decision needs and write what it writes, without deciding; print the seconds as JSON."""
    con = _connect(Path(folder))
    relations = {BY_NAME[name].relation for name in needed(_schemes(whole))} - {None, ""}
    results = Path(folder) / "decided"
    started, busy = time.perf_counter(), time.process_time()
    for part in range(_parts(Path(folder))):
        _open(con, Path(folder), part)
        for relation in sorted(str(name) for name in relations):
            columns = ("person_id", "valid_from", "valid_to", *RELATIONS[relation])
            con.execute(f"SELECT {', '.join(f'max({column})' for column in columns)} FROM {relation}").fetchall()
        con.execute("SELECT max(person_id), max(born) FROM person").fetchall()
        if whole:
            Verdicts.load(results / f"{part}.npz").save(results / "again.npz")
        else:
            _write(con, f"SELECT * FROM read_parquet('{results}/{part}.parquet')", results / "again.parquet")
    print(json.dumps({"seconds": time.perf_counter() - started, "processor": time.process_time() - busy}))


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET memory_limit = '1500MB'")
    con.execute("SET preserve_insertion_order = false")
    con.execute("SET enable_progress_bar = false")
    con.execute(f"SET temp_directory = '{folder / 'spill'}'")
    return con


def _parts(folder: Path) -> int:
    return len(list(folder.glob("person-*.parquet")))


def _open(con: duckdb.DuckDBPyConnection, folder: Path, part: int) -> None:
    for relation in {path.name.rpartition("-")[0] for path in folder.glob(f"*-{part}.parquet")}:
        believed = "" if relation == "person" else " WHERE retracted_at IS NULL"
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW {relation} AS SELECT * FROM read_parquet('{folder}/{relation}-{part}.parquet'){believed}"
        )


def _write(con: duckdb.DuckDBPyConnection, select: str, target: Path) -> None:
    con.execute(f"COPY ({select}) TO '{target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")


def _peak_mb() -> int | None:
    """Return this process's largest memory so far, None where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))
