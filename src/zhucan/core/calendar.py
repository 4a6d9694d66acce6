"""Dates by the law's counting: years and months, ages, working days, deadlines, festivals (CAL-2 to CAL-5).

The holiday table is data (`holidays.yaml`), one entry per year after the State Council's notice; a year without an
entry is an error and never a guess. An installation keeps the years it was told of in a file of its own beside the shipped
one, so that a notice need not wait for a new version.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import yaml
from lunardate import LunarDate

from zhucan.core.errors import ZhucanError

HOLIDAYS_FILE = Path(__file__).with_name("holidays.yaml")
FESTIVALS: Mapping[str, tuple[int, int]] = {
    "春节": (1, 1),
    "元宵": (1, 15),
    "端午": (5, 5),
    "中秋": (8, 15),
    "重阳": (9, 9),
}
"""Lunar festivals as month and day of the lunar calendar."""

_own: list[Path] = []  # the file of the installation, once it is said
_WRITTEN = re.compile(r"\d\d-\d\d(\.\.\d\d-\d\d)?")
_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


class NoHolidayTable(ZhucanError):
    """Working days were asked of a year the holiday table does not hold."""


class InvalidHolidayTable(ZhucanError, ValueError):
    """The holiday table has an entry that cannot be read."""


class UnknownFestival(ZhucanError, ValueError):
    """No festival has this name, or the lunar calendar does not reach that year."""


def add_months(day: date, count: int) -> date:
    """Return the same day `count` months later, or that month's last day when it has no such day (CAL-2, 民法典 art. 202).

    >>> add_months(date(2025, 1, 31), 1)
    datetime.date(2025, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, count: int) -> date:
    """Return the same day `count` years later; 29 February becomes 28 February where there is none (CAL-2).

    >>> add_years(date(2016, 2, 29), 10)
    datetime.date(2026, 2, 28)
    """
    return add_months(day, 12 * count)


def turns(born: date, years: int) -> date:
    """Return the day a person reaches an age in full years (CAL-3)."""
    return add_years(born, years)


def age(born: date, on: date) -> int:
    """Return the age in full years (周岁) on a day; the birthday itself counts (CAL-3).

    Raises `ValueError` for a day before the birth.

    >>> age(date(2012, 2, 29), date(2026, 2, 27)), age(date(2012, 2, 29), date(2026, 2, 28))
    (13, 14)
    """
    if on < born:
        raise ValueError(f"no age on {on}, before the birth on {born}")
    years = on.year - born.year
    return years if add_years(born, years) <= on else years - 1


@dataclass(frozen=True)
class Holidays:
    """Which days are worked: the weekdays, without the days off, with the weekend days made up.

    `years` are those the table holds; any other raises `NoHolidayTable`.
    """

    years: frozenset[int]
    off: frozenset[date]
    work: frozenset[date]

    def working_day(self, day: date) -> bool:
        """Tell whether a day is a working day (CAL-5)."""
        if day.year not in self.years:
            raise NoHolidayTable(
                f"放假安排中没有 {day.year} 年：请系统管理员按国务院办公厅的通知，用 zhucan import holidays 补上该年。"
            )
        if day in self.off:
            return False
        return day.weekday() < _SATURDAY or day in self.work

    def add_working_days(self, day: date, count: int) -> date:
        """Return the `count`-th working day after a day, which itself is not counted (CAL-4).

        A count of 0 returns the day. Raises `ValueError` for a negative count.
        """
        if count < 0:
            raise ValueError(f"working days are counted forwards, not {count}")
        while count:
            day += _ONE_DAY
            count -= self.working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Return how many working days lie after `start` up to and with `end`; negative when `end` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def add_calendar_days(self, day: date, count: int) -> date:
        """Return the last day of a period of calendar days; one that would end on a day off ends on the next that is not.

        Days off are weekends and statutory holidays alike (民法典 art. 203: 法定休假日). The first day is not counted.
        """
        return self._next_worked(day + timedelta(days=count))

    def deadline_in_months(self, day: date, count: int) -> date:
        """Return the last day of a period of months, moved past days off like `add_calendar_days` (arts. 202, 203)."""
        return self._next_worked(add_months(day, count))

    def _next_worked(self, day: date) -> date:
        while not self.working_day(day):
            day += _ONE_DAY
        return day


def load_holidays(path: Path | None = None) -> Holidays:
    """Return the holiday table of a file, by default the one shipped with the years the installation keeps.

    Raises `InvalidHolidayTable` naming the file and the year when an entry cannot be read.
    """
    return _in_force() if path is None else _table(path, _entries(path))


def keep_years_in(path: Path) -> None:
    """Say in which file the installation keeps years of its own; there need be none yet."""
    _own[:] = [path]


def add_years_of(path: Path) -> tuple[int, ...]:
    """Take the years of a file into those the installation keeps, in place of what was said of them; return the years.

    Other processes see them at once; of two that write at once the later one counts. Raises `InvalidHolidayTable`, and then
    changes nothing.
    """
    told = _entries(path)
    _table(path, told)
    own = _own[0]
    before = _entries(own) if own.exists() else {}
    _table(own, before)
    kept = before | told
    text = yaml.safe_dump({"holidays": dict(sorted(kept.items()))}, allow_unicode=True, default_flow_style=None)
    own.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=own.parent, prefix=own.name, delete=False) as beside:
        beside.write(text)
    Path(beside.name).replace(own)  # whoever reads meanwhile reads the one or the other
    return tuple(sorted(told))


def working_day(day: date) -> bool:
    """Tell whether a day is a working day by the table in force.

    >>> working_day(date(2025, 9, 28)), working_day(date(2025, 10, 8))
    (True, False)
    """
    return _in_force().working_day(day)


def add_working_days(day: date, count: int) -> date:
    """Return the `count`-th working day after a day by the table in force (CAL-4).

    >>> add_working_days(date(2025, 9, 26), 5)
    datetime.date(2025, 10, 10)
    """
    return _in_force().add_working_days(day, count)


def deadline(day: date, count: int) -> date | None:
    """Return the last day of what may take some working days from a day on; None while the table in force ends before it.

    What runs is not refused for a table that is not out yet: its deadline is filled in once it is.

    >>> deadline(date(2025, 9, 26), 5)
    datetime.date(2025, 10, 10)
    """
    try:
        return add_working_days(day, count)
    except NoHolidayTable:
        return None


def add_calendar_days(day: date, count: int) -> date:
    """Return the last day of a period of calendar days by the table in force (民法典 arts. 201, 203).

    >>> add_calendar_days(date(2025, 9, 23), 10)
    datetime.date(2025, 10, 9)
    """
    return _in_force().add_calendar_days(day, count)


def festival(name: str, year: int) -> date:
    """Return the day of a lunar festival (`FESTIVALS`) that falls in a year of the solar calendar.

    Raises `UnknownFestival` for another name or a year outside 1900 to 2099.

    >>> festival("春节", 2025), festival("中秋", 2025)
    (datetime.date(2025, 1, 29), datetime.date(2025, 10, 6))
    """
    if name not in FESTIVALS:
        raise UnknownFestival(f"没有“{name}”这个农历节日；请从{'、'.join(FESTIVALS)}中选择。")
    month, day = FESTIVALS[name]
    if not 1900 <= year <= 2099:
        raise UnknownFestival(f"农历表没有 {year} 年；请选择 1900 至 2099 年。")
    solar: date = LunarDate(year, month, day).to_solar_date()
    return solar


def _in_force() -> Holidays:
    try:
        changed = _own[0].stat().st_mtime_ns
    except (IndexError, FileNotFoundError, NotADirectoryError):
        return _laid_over(None, 0)
    return _laid_over(_own[0], changed)


@lru_cache(maxsize=4)
def _laid_over(own: Path | None, changed: int) -> Holidays:
    """Return the shipped table with the years of another laid over it; `changed` tells one state of a file from the next."""
    shipped = _entries(HOLIDAYS_FILE)
    if own is None:
        return _table(HOLIDAYS_FILE, shipped)
    kept = _entries(own)
    _table(own, kept)  # a mistake is told with the name of its file
    return _table(own, shipped | kept)


def _entries(path: Path) -> dict[int, Any]:
    try:
        # BaseLoader keeps every scalar as text: YAML would read the key `off` as False.
        table = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)["holidays"]
        entries = {int(year): entry for year, entry in table.items()}
    except (OSError, UnicodeError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidHolidayTable(
            f"放假安排文件 {path.name} 读不出来（{type(error).__name__}）；请核对文件格式。"
        ) from error
    if not entries or any(not 1949 < year < 2200 for year in entries):
        raise InvalidHolidayTable(f"放假安排文件 {path.name} 里没有年份，或年份不对；请写成四位数的年份。")
    return entries


def _table(path: Path, entries: Mapping[int, Any]) -> Holidays:
    off: set[date] = set()
    work: set[date] = set()
    for year, entry in entries.items():
        try:
            off.update(day for written in entry["off"] for day in _days(year, written))
            made_up = {day for written in entry["work"] for day in _days(year, written)}
            if date(year, 1, 1) not in off:
                raise ValueError("01-01 is no day off")
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidHolidayTable(
                f"放假安排文件 {path.name} 的 {year} 年有误（{error}）；请写成 off、work 两列 MM-DD 或 MM-DD..MM-DD。"
            ) from error
        clash = sorted(day for day in made_up if day in off or day.weekday() < _SATURDAY)
        if clash:
            raise InvalidHolidayTable(
                f"放假安排文件 {path.name} 中 {clash[0]} 不能补班；补班日应是周末且不在放假日内，请核对通知。"
            )
        work |= made_up
    return Holidays(frozenset(entries), frozenset(off), frozenset(work))


def _days(year: int, written: str) -> Iterator[date]:
    """Yield the days of `MM-DD` or `MM-DD..MM-DD` in a year."""
    if not isinstance(written, str) or not _WRITTEN.fullmatch(written):
        raise ValueError(f"{written} is no day")
    first, _, last = written.partition("..")
    day = date.fromisoformat(f"{year}-{first}")
    end = date.fromisoformat(f"{year}-{last or first}")
    if end < day:
        raise ValueError(f"{written} ends before it starts")
    while day <= end:
        yield day
        day += _ONE_DAY
