"""What the claims of schemes share: how amounts are told, what must be configured, and items that name one month."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.policy.expressions import RATE_DIGITS
from zhucan.policy.parameters import PARAMETERS
from zhucan.policy.schemes import ClaimError


def told(fen: int) -> str:
    """Return an amount of fen as people read it.

    >>> told(123456)
    '1,234.56 元'
    """
    return f"{text(from_fen(fen))} 元"


def plain(number: int) -> str:
    """Return a number of ten-thousandths as people write it.

    >>> plain(205000), plain(200000)
    ('20.5', '20')
    """
    whole = f"{number // 10**RATE_DIGITS}.{number % 10**RATE_DIGITS:0{RATE_DIGITS}d}"
    return whole.rstrip("0").rstrip(".")


def lacking(params: Mapping[str, Any], *names: str) -> None:
    """Refuse to reckon where a standard that the amount follows from is not configured. Raises `ClaimError`."""
    missing = [PARAMETERS[name].label for name in names if params.get(name) is None]
    if missing:
        raise ClaimError(f"当地没有配置{'、'.join(missing)}：请先录入标准及其文件，再计算。")


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
