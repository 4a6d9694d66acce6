"""The invented county, made as a new user makes it: by the command, in an empty folder."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest


def _zhucan(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "ZHUCAN_DATABASE"}
    environment |= {"ZHUCAN_HOME": str(home), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, "-m", "zhucan", *arguments], env=environment, capture_output=True, text=True, check=False
    )


def _demo(home: Path, people: int, months: int) -> Path:
    done = _zhucan(home, "demo", "--people", str(people), "--months", str(months))
    assert done.returncode == 0, done.stderr
    return home


def _asked(home: Path, select: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(home / "zhucan.sqlite3") as database:
        return database.execute(select).fetchall()


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _demo(tmp_path_factory.mktemp("demo") / "home", 300, 14)


def test_the_whole_of_it_verifies(year: Path):
    done = _zhucan(year, "verify")

    assert done.returncode == 0, done.stdout + done.stderr


def test_deaths_learnt_late_are_recovered_with_their_cause(year: Path):
    assert _asked(year, "SELECT COUNT(*) FROM payments_line WHERE kind = 'recovery' AND cause = 'died' AND booked")[
        0
    ] > (0,)


def test_a_standard_raised_late_is_made_up(year: Path):
    rows = _asked(
        year, "SELECT COUNT(*) FROM payments_line WHERE kind = 'arrears' AND cause = 'standard_raised' AND booked"
    )

    assert rows[0] > (0,)


def test_the_years_report_lies_ready_in_three_forms(year: Path):
    files = sorted(path.suffix for path in (year / "reports").iterdir())
    data = json.loads(next((year / "reports").glob("*.json")).read_text(encoding="utf-8"))

    assert files == [".docx", ".json", ".pdf"]
    assert data["sections"][-1]["heading"].endswith("2026年工作计划")
    assert {figure["indicator"] for figure in data["figures"]} >= {"holders", "subsidies-amount", "subsidies-debt"}


def test_it_builds_only_in_an_empty_database(year: Path):
    done = _zhucan(year, "demo", "--people", "50", "--months", "1")

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_same_seed_gives_the_same_county(tmp_path: Path):
    select = (
        "SELECT r.month, l.person_id, l.scheme, l.month, l.kind, l.cause, l.amount_fen FROM payments_line l"
        " JOIN payments_run r ON r.id = l.run_id ORDER BY 1, 2, 3, 4, 5, 6, 7"
    )
    one, two = _demo(tmp_path / "one", 100, 2), _demo(tmp_path / "two", 100, 2)

    assert _asked(one, select) == _asked(two, select)
    assert _asked(one, select)
    assert _asked(one, "SELECT name, born FROM registry_person ORDER BY id") == _asked(
        two, "SELECT name, born FROM registry_person ORDER BY id"
    )
