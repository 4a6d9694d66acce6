"""`zhucan indicators`: the catalogue with its values for a place and period."""

import json
from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.catalog import CATALOG, MADE, indicator, shown_in
from zhucan.indicators.engine import Figure
from zhucan.indicators.measures import Value
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division

_BY_HELP = "按什么分：" + "、".join(engine.BREAKDOWNS)


class IndicatorsRefused(ZhucanError):
    """The options do not go together."""


class Command(Base):
    help = "当地的指标及其数值；可以分开列，也可以列出一个指标背后的每一条记录。项目的指标只列当地开展的，或有记录的。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--division", metavar="CODE", help="区划代码")
        parser.add_argument("--year", type=int, metavar="Y", help="年度；还没有过完的年度算到上月底")
        parser.add_argument("--month", type=int, metavar="M", help="只看这一个月（1—12）")
        parser.add_argument("--through", type=int, metavar="M", help="从年初累计到这个月（1—12）")
        parser.add_argument("--id", action="append", metavar="ID", help="只看这个指标（可多次）")
        parser.add_argument("--by", choices=engine.BREAKDOWNS, metavar="BY", help=_BY_HELP)
        parser.add_argument("--records", metavar="ID", help="列出这个指标的每一条记录")
        parser.add_argument("--json", action="store_true", help="输出 JSON")
        parser.add_argument("--list", action="store_true", help="只列出指标及其定义")

    def run(self, **options: Any) -> None:
        """Print what was asked for."""
        if options["list"]:
            for item in (*CATALOG, *MADE):
                self.stdout.write(f"{item.id}\t{item.name}（{item.unit}）\t{item.definition}")
            return
        if not options["division"] or options["year"] is None:
            raise IndicatorsRefused("请写明区划和年度，如 zhucan indicators --division 330499 --year 2025。")
        ids = list(options["id"] or [])
        for name in [*ids, *([options["records"]] if options["records"] else [])]:
            indicator(name)
        code = division(options["division"]).code
        if options["month"] is not None and options["through"] is not None:
            raise IndicatorsRefused("--month 只看一个月，--through 从年初累计到一个月：请只写其中一个。")
        period = period_of(options["year"], options["through"] or options["month"], today())
        if options["through"] is not None:
            period = Period(Month(options["year"], 1), period.after)
        with engine.together():
            if options["records"]:
                self._records(options["records"], code, period, as_json=options["json"])
            elif options["by"]:
                ids = ids or [item.id for item in shown_in(code, now())]
                self._parts(ids, code, period, options["by"], as_json=options["json"])
            else:
                self._figures(engine.figures(code, period, ids or None), as_json=options["json"])

    def _figures(self, figures: list[Figure], *, as_json: bool) -> None:
        if as_json:
            self._json([_plain(figure) for figure in figures])
            return
        for figure in figures:
            told = "不明" if figure.value is None else figure.value
            self.stdout.write(f"{figure.id:<40}{told!s:>16} {figure.unit:<4}{figure.name}")

    def _parts(self, ids: list[str], code: str, period: Period, by: str, *, as_json: bool) -> None:
        told = []
        for figure in engine.figures(code, period, ids):
            parts = engine.breakdown(figure.id, code, period, by)
            told.append(
                _plain(figure)
                | {
                    "by": by,
                    "parts": [{"key": key, "label": label, "value": _say(value)} for key, label, value in parts],
                }
            )
        if as_json:
            self._json(told)
            return
        for item in told:
            whole = "不明" if item["value"] is None else item["value"]
            self.stdout.write(f"{item['name']}（{item['unit']}）：{whole}")
            for part in item["parts"]:
                self.stdout.write(f"    {'不明' if part['value'] is None else part['value']!s:>16}  {part['label']}")

    def _records(self, name: str, code: str, period: Period, *, as_json: bool) -> None:
        found = engine.records(name, code, period)
        if as_json:
            self._json(
                [
                    {"person": row.person_id, "label": row.label, "detail": row.detail, "amount": _say(row.amount)}
                    for row in found
                ]
            )
            return
        figure = engine.figure(name, code, period)
        for row in found:
            amount = "" if row.amount is None else f"\t{row.amount}"
            self.stdout.write(f"{row.person_id or '—'}\t{row.label}\t{row.detail}{amount}")
        told = "不明" if figure.value is None else f"{figure.value} {figure.unit}"
        self.stdout.write(f"共 {len(found)} 条。{figure.name}：{told}，截至 {figure.until}。")

    def _json(self, content: list[dict[str, Any]]) -> None:
        self.stdout.write(json.dumps(content, ensure_ascii=False, indent=1))


def period_of(year: int, month: int | None, day: date) -> Period:
    """Return the period asked for; the year that runs ends with its last full month (in January, with January).

    Raises `IndicatorsRefused` for what has not begun or is no year or month.
    """
    this = Month.of(day)
    if not 1990 <= year <= 2200:
        raise IndicatorsRefused(f"年度 {year} 不对：请写四位数的年份，如 {this.year}。")
    if month is not None:
        if not 1 <= month <= 12:
            raise IndicatorsRefused(f"没有 {month} 月：月份应为 1 到 12。")
        if Month(year, month) > this:
            raise IndicatorsRefused(f"{year}年{month}月还没有到，没有数字：请选以前的月份。")
        return Period.month(Month(year, month))
    if year > this.year:
        raise IndicatorsRefused(f"{year}年还没有到，没有数字：请选以前的年度。")
    return Period(Month(year, 1), min(Month(year + 1, 1), max(this, Month(year, 2))))


def _plain(figure: Figure) -> dict[str, Any]:
    return {
        "id": figure.id,
        "name": figure.name,
        "unit": figure.unit,
        "division": figure.division,
        "period": figure.period.label,
        "until": str(figure.until),
        "value": _say(figure.value),
    }


def _say(value: Value) -> str | int | None:
    """Return counts as they are; amounts and percentages as text, so that no reader makes them inexact."""
    return value if value is None or isinstance(value, int) else str(value)
