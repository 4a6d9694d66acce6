"""How long an import takes, beside what reading the file and inserting the rows alone would cost."""

import csv
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import python_calamine
import xlsxwriter

from zhucan.core.calendar import add_years
from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import CATEGORY_LABELS, check_character, make_certificate_number

_COUNTY = "330499"
_HEADER = (
    "序号", "姓名", "性别", "身份证号", "残疾人证号", "残疾类别", "残疾等级", "发证日期", "有效期至", "乡镇（街道）", "村（社区）", "家庭住址",
    "联系电话", "监护人姓名", "监护人电话", "开户银行", "银行账号", "户名", "低保类别", "人均收入",
)  # fmt: skip
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹窦章苏潘葛范彭鲁韦马苗方俞任袁柳曾单"
_GIVEN = "海宁涛波飞生文平静丽云春秀志军红建梅霞刚英兰玉国强勇伟明芳娟敏杰磊洋艳超鹏辉慧婷雪倩颖佳琪浩宇轩子涵欣怡"


class BenchFailed(ZhucanError):
    """The measured import did not end as it should."""


def bench_import(rows: int) -> dict[str, int | float | None]:
    """Import an invented roster of so many rows into an empty SQLite database; return the figures.

    `seconds` is the whole command from start to exit in a process of its own, `peak_mb` its memory; `limit_seconds`
    is reading the cells by calamine plus inserting the same rows, ready made, into the same tables.
    """
    with tempfile.TemporaryDirectory(prefix="zhucan-bench-") as name:
        folder = Path(name)
        home = folder / "home"
        environment = {key: value for key, value in os.environ.items() if key != "ZHUCAN_DATABASE"}
        environment |= {"ZHUCAN_HOME": str(home), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        villages = write_divisions(folder / "divisions.csv")
        write_roster(folder / "roster.xlsx", rows, villages)
        _zhucan(environment, "init")
        _zhucan(environment, "import", "divisions", str(folder / "divisions.csv"))
        started = time.perf_counter()
        _zhucan(environment, "import", "people", str(folder / "roster.xlsx"), "--division", _COUNTY)
        seconds = time.perf_counter() - started
        peak = _children_peak_mb()
        limit = _read_seconds(folder / "roster.xlsx") + _insert_seconds(
            home / "zhucan.sqlite3", folder / "floor.sqlite3"
        )
    return {
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds),
        "peak_mb": peak,
        "limit_seconds": round(limit, 2),
        "ratio_to_limit": round(seconds / limit, 2),
    }


def _zhucan(environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zhucan", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchFailed(f"测速时 {' '.join(arguments[:2])} 没有成功：{(done.stderr or done.stdout).strip()[-300:]}")


def _children_peak_mb() -> int | None:
    """Return the largest memory of any child so far, None where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))


def _read_seconds(path: Path) -> float:
    started = time.perf_counter()
    python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return time.perf_counter() - started


def _insert_seconds(source: Path, target: Path) -> float:
    """Return how long it takes to insert the rows of a database into an empty one with the same tables and indexes."""
    seconds = 0.0
    with sqlite3.connect(source) as old, sqlite3.connect(target, isolation_level=None) as new:
        new.execute("PRAGMA journal_mode=WAL")
        new.execute("PRAGMA synchronous=NORMAL")
        schema = old.execute("SELECT type, name, sql FROM sqlite_master WHERE name LIKE 'registry_%' AND sql NOT NULL")
        statements = sorted(schema, key=lambda row: row[0] != "table")
        for _, _, sql in statements:
            new.execute(sql)
        tables = [name for kind, name, _ in statements if kind == "table"]
        new.execute("BEGIN")
        for table in tables:
            # what a table is told; the columns it makes itself are not named here
            columns = [row[1] for row in old.execute(f'PRAGMA table_info("{table}")')]
            names = ", ".join(f'"{column}"' for column in columns)
            found = old.execute(f'SELECT {names} FROM "{table}"').fetchall()
            if found:
                marks = ", ".join("?" * len(columns))
                started = time.perf_counter()
                new.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', found)
                seconds += time.perf_counter() - started
        started = time.perf_counter()
        new.execute("COMMIT")
        seconds += time.perf_counter() - started
    old.close()
    new.close()
    return seconds


def write_divisions(path: Path) -> list[tuple[str, str]]:
    """Write an invented county with 12 townships of 12 villages; return (township, village) names."""
    lines = [("330400000000", "示例市", "city", ""), (f"{_COUNTY}000000", "示例县", "county", "330400000000")]
    names = []
    for township in range(12):
        code = f"{_COUNTY}{101 + township}"
        lines.append((f"{code}000", f"第{township + 1}示例镇", "township", f"{_COUNTY}000000"))
        for village in range(12):
            lines.append((f"{code}{201 + village}", f"示例{village + 1}村", "village", f"{code}000"))
            names.append((f"第{township + 1}示例镇", f"示例{village + 1}村"))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("code", "name", "level", "parent"), *lines])
    return names


def write_roster(path: Path, rows: int, villages: list[tuple[str, str]], first: int = 0) -> None:
    """Write an invented roster in which every row is sound: all columns, dates as date cells, IDs as text.

    `first` is the number of the first person, so that several files hold different people.
    """
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    page = book.add_worksheet("花名册")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    page.write_string(0, 0, "示例县残疾人花名册")
    for column, text in enumerate(_HEADER):
        page.write_string(1, column, text)
    for number, values in enumerate(_people(range(first, first + rows), villages), start=2):
        for column, value in enumerate(values):
            if isinstance(value, date):
                page.write_datetime(number, column, value, day)
            elif isinstance(value, int):
                page.write_number(number, column, value)
            elif value:
                page.write_string(number, column, value)
    book.close()


def _people(numbers: range, villages: list[tuple[str, str]]) -> Iterator[tuple[str | int | date, ...]]:
    dice = random.Random(20260101 + numbers.start)
    categories = tuple(CATEGORY_LABELS)[:6]
    for number in numbers:
        born = date(1935, 1, 1) + timedelta(days=number % 30000)
        body = f"{_COUNTY}{born:%Y%m%d}{number // 30000:03d}"
        identity = body + check_character(body)
        category, grade = dice.choice(categories), dice.randint(1, 4)
        issued = date(2018, 1, 1) + timedelta(days=dice.randrange(2500))
        name = dice.choice(_SURNAMES) + "".join(dice.choices(_GIVEN, k=dice.choice((1, 2, 2, 2))))
        township, village = dice.choice(villages)
        phone = f"139{dice.randrange(10**8):08d}"
        guardian = name[0] + dice.choice(_GIVEN) + dice.choice(_GIVEN) if number % 4 == 0 else ""
        yield (
            number + 1, name, "男" if int(body[16]) % 2 else "女", identity, make_certificate_number(identity, category, grade),
            CATEGORY_LABELS[category], f"{'一二三四'[grade - 1]}级", issued, add_years(issued, 10), township, village,
            f"示例县{township}{village}{number % 300 + 1}号", phone, guardian, phone if guardian else "", "示例农商银行",
            _card(dice.randrange(10**12)), name, dice.choice(("低保", "低保边缘", "特困", "否", "否", "")), dice.randrange(500, 3000),
        )  # fmt: skip


def _card(number: int) -> str:
    """Return an invented 19-digit card number whose Luhn check holds."""
    digits = f"622848{number:012d}"
    total = sum(sum(divmod(2 * int(d), 10)) for d in digits[::-2]) + sum(map(int, digits[-2::-2]))
    return f"{digits}{-total % 10}"
