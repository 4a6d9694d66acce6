"""A new database gets at once the tables that the migrations lay one by one."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path


def _made(home: Path, command: str) -> sqlite3.Connection:
    """Return the database that a command makes in an empty folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHUCAN_")}
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "zhucan", command],
        env={**kept, "ZHUCAN_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return sqlite3.connect(home / "zhucan.sqlite3")


def _parts(sql: str) -> list[str]:
    """Return the columns and constraints of a table, or what else a statement says, in no order."""
    body = re.sub(r"\s+", " ", sql[sql.index("(") + 1 : sql.rindex(")")])
    parts, depth = [""], 0
    for sign in body:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return sorted(part.strip() for part in parts)


def _tables(base: sqlite3.Connection) -> dict[str, list[str]]:
    rows = base.execute("SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: _parts(sql) for name, sql in rows}


def test_a_new_database_has_the_tables_of_all_migrations_and_notes_them_as_done(tmp_path: Path):
    at_once, by_steps = _made(tmp_path / "a", "init"), _made(tmp_path / "b", "migrate")

    assert _tables(at_once) == _tables(by_steps)
    for told in (
        "SELECT app, name FROM django_migrations ORDER BY 1, 2",
        "SELECT app_label, model FROM django_content_type ORDER BY 1, 2",
        "SELECT codename FROM auth_permission ORDER BY 1",
    ):
        assert at_once.execute(told).fetchall() == by_steps.execute(told).fetchall() != []
