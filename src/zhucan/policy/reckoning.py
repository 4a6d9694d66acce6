"""What claims share: standards that must be there, items that must not repeat, sums under a cap, the arithmetic in words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.policy.expressions import RATE_DIGITS, Expr
from zhucan.policy.parameters import PARAMETERS
from zhucan.policy.python import compile_expressions, round_half_up
from zhucan.policy.schemes import ClaimError, Reckoned


def evaluated(expr: Expr) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Any]:
    """Return a function of facts and parameters that gives an expression's value, None where it is unknown."""
    compiled = compile_expressions([expr], ("fact", "parameter"))
    return lambda facts, params: compiled(facts, params)[0]


def standard(params: Mapping[str, Any], name: str) -> Any:
    """Return a parameter of the place in engine units. Raises `ClaimError` where the place has not set it."""
    if params[name] is None:
        raise ClaimError(f"当地还没有配置“{PARAMETERS[name].label}”：请先在标准管理里录入标准和文件，再计算。")
    return params[name]


def standards(params: Mapping[str, Any], *names: str) -> None:
    """Refuse to reckon where one of the standards that an amount follows from is not set. Raises `ClaimError`."""
    for name in names:
        standard(params, name)


def yuan_text(fen: int) -> str:
    """Return fen as people read an amount."""
    return f"{text(from_fen(fen))} 元"


def share(fen: int, rate: int) -> int:
    """Return money times a rate, rounded half up to the fen (MON-2)."""
    return round_half_up(fen * rate, 10**RATE_DIGITS)


def plain(number: int) -> str:
    """Return a number of ten-thousandths as people write it.

    >>> plain(205000), plain(200000)
    ('20.5', '20')
    """
    whole = f"{number // 10**RATE_DIGITS}.{number % 10**RATE_DIGITS:0{RATE_DIGITS}d}"
    return whole.rstrip("0").rstrip(".")


def percent(rate: int) -> str:
    """Return a rate as people read it."""
    return f"{rate / 100:g}%"


def only_once(keys: Iterable[Any], said: str) -> None:
    """Refuse a key that comes twice; `said` says what it is and what to do, with {} for the key."""
    seen = set()
    for key in keys:
        if key in seen:
            raise ClaimError(said.format(key))
        seen.add(key)


def month_text(day: date) -> str:
    """Return the month of a day as people read it."""
    return f"{day.year}年{day.month}月"


def within_year(days: Iterable[date], word: str, facts: Mapping[str, Any]) -> None:
    """Refuse days of several years, or of another year than the application: caps are yearly, nothing is carried over."""
    years = {day.year for day in days}
    if len(years) > 1:
        raise ClaimError(
            f"{word}跨了{'、'.join(str(year) for year in sorted(years))}年：年度限额各算各的，请按年分开申报。"
        )
    asked = facts["applied_on"] or facts["judged_on"]
    if years != {asked.year}:
        raise ClaimError(f"{word}是 {years.pop()} 年的，申请是 {asked.year} 年的：年度限额不跨年，请核对日期。")


def by_month(
    items: Iterable[Mapping[str, Any]], *, what: str, once: bool
) -> Iterator[tuple[Month, list[Mapping[str, Any]]]]:
    """Yield items by the month that their `month` day lies in, in order. Raises `ClaimError` where one comes twice."""
    months: dict[Month, list[Mapping[str, Any]]] = {}
    for item in items:
        months.setdefault(Month.of(item["month"]), []).append(item)
    for month in sorted(months):
        if once and len(months[month]) > 1:
            raise ClaimError(f"{month.label}的{what}填了 {len(months[month])} 次：请合成一条。")
        yield month, months[month]


def days_of(month: Month) -> int:
    """Return how many days a month has."""
    last: date = month.next.first
    return (last - month.first).days


class Working:
    """A sum in the making: parts with their arithmetic, then a cap less what was granted before."""

    def __init__(self) -> None:
        self.total = 0
        self.units = 0
        self.lines: list[str] = []

    def add(self, fen: int, line: str, units: int = 1) -> None:
        """Add a part of an amount, its arithmetic, and how many units it pays; what comes to nothing pays none."""
        self.total += fen
        self.units += units if fen else 0
        self.lines.append(line)

    def cap(self, limit: int | None, before: int | None, word: str) -> None:
        """Hold the sum to a limit less what was granted before; None for a limit where the place has none.

        Raises `ClaimError` where earlier grants are not known.
        """
        if limit is None:
            return
        if before is None:
            raise ClaimError(f"本年度已批准的金额不明，不能核对{word}：请先查清以前的批准记录。")
        left = max(limit - before, 0)
        if self.total > left:
            spent = f"，本年度已批准 {yuan_text(before)}" if before else ""
            self.lines.append(
                f"合计 {yuan_text(self.total)}，超过{word} {yuan_text(limit)}{spent}，按 {yuan_text(left)} 计"
            )
            self.total = left

    def done(self) -> Reckoned:
        """Return what it comes to."""
        return Reckoned(self.total, (*self.lines, f"应补助 {yuan_text(self.total)}"), self.units)
