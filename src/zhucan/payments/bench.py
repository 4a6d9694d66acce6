"""How long a month takes: a county from an invented roster, everybody entitled approved, then two months run."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.registry.rosters.bench import write_divisions, write_roster

COUNTY = "330499"
_FILE = 250_000  # people in one roster; a file of many more is refused


class BenchFailed(ZhucanError):
    """A step of the measured walk did not end as it should."""


@contextmanager
def county(people: int, month: Month, database: str = "") -> Iterator[tuple[dict[str, str], dict[str, float]]]:
    """Give a county of so many people with `month - 1` booked and `month` calculated: its environment, and the seconds
    of each step. It is gone afterwards, unless `database` names an (empty) PostgreSQL database.
    """
    with tempfile.TemporaryDirectory(prefix="zhucan-bench-") as name:
        folder = Path(name)
        environment = {key: value for key, value in os.environ.items() if key != "ZHUCAN_DATABASE"}
        environment |= {
            "ZHUCAN_HOME": str(folder / "home"),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        if database:
            environment["ZHUCAN_DATABASE"] = database
        villages = write_divisions(folder / "divisions.csv")
        _zhucan(environment, "init")
        _zhucan(environment, "import", "divisions", str(folder / "divisions.csv"))
        before = month.previous
        seen = (before - 6).first.isoformat()
        took = {"import": 0.0}
        for first in range(0, people, _FILE):
            roster = folder / "roster.xlsx"
            write_roster(roster, min(_FILE, people - first), villages, first)
            took["import"] += _zhucan(
                environment, "import", "people", str(roster), "--division", COUNTY, "--as-of", seen
            )
        took |= {
            "approve": _zhucan(environment, "award", "approve-eligible", "--division", COUNTY, "--month", str(before)),
            "first_month": _zhucan(environment, "run", str(before), "--division", COUNTY, "--through", "approved"),
            "month": _zhucan(environment, "run", str(month), "--division", COUNTY, "--through", "calculated"),
        }
        yield environment, took


def bench_run(people: int, month: Month, database: str = "") -> dict[str, int | float | str]:
    """Import so many people, approve who is entitled, book `month - 1`, calculate `month`; return seconds of each.

    Every step is the command of that name in a process of its own. `database` names an empty PostgreSQL database;
    else an SQLite file in a temporary folder is used.
    """
    with county(people, month, database) as (_, took):
        pass
    return {
        "people": people,
        "database": "postgresql" if database else "sqlite",
        "import_seconds": round(took["import"], 2),
        "approve_seconds": round(took["approve"], 2),
        "first_month_booked_seconds": round(took["first_month"], 2),
        "seconds": round(took["month"], 2),
    }


def _zhucan(environment: dict[str, str], *arguments: str) -> float:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "zhucan", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchFailed(f"测速时 {' '.join(arguments[:2])} 没有成功：{(done.stderr or done.stdout).strip()[-300:]}")
    return time.perf_counter() - started
