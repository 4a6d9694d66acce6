"""Parameters: the numbers of the law, as dated rows by division. No number of the law stands in Python.

A look-up takes the nearest division up the tree, then the latest row begun by the first day of the month (EFF-1). A
national row without a value says that no standard exists; the look-up then answers None: "no standard configured".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from zhucan.core.divisions import ancestors, normalise_code
from zhucan.core.errors import ZhucanError
from zhucan.core.money import fen
from zhucan.core.months import Month
from zhucan.policy.expressions import RATE_DIGITS, Expr, Kind, column

_FOLDER = Path(__file__).parent
BEGINNING = date(1900, 1, 1)
# No standard of a person and month comes near these; a slip of the finger does, and then runs over the engine's columns.
_MOST_MONEY, _MOST_RATE, _MOST_INT = Decimal("999999.99"), Decimal(10), 1200
_WANTED = {
    Kind.MONEY: "0 至 999999.99、最多两位小数的金额（元），如 330.00",
    Kind.RATE: "0 至 10、最多四位小数的数，如 0.30",
    Kind.INT: "0 至 1200 的整数，如 3",
    Kind.BOOL: "true 或 false",
}


class BadParameter(ZhucanError, ValueError):
    """A parameter, or a value of one, that cannot be used."""


class NoStandard(ZhucanError):
    """A place has no standard configured for a month; nothing may be paid, and nothing called zero."""

    def __init__(self, division: str, month: Month, scheme: str) -> None:
        super().__init__(
            f"区划 {division} 没有配置 {month.label}的{scheme}标准：请先用 zhucan standard set 录入标准及其文件。"
        )


@dataclass(frozen=True)
class Parameter:
    """A declared parameter. `standard` marks what must be set before a month can be decided; `choices` are code and words."""

    id: str
    kind: Kind
    label: str
    unit: str
    checked_on: str
    standard: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    @property
    def day_of_year(self) -> bool:
        """Say whether the number is a day of the year, 815 for 15 August."""
        return self.kind is Kind.INT and self.unit.startswith("月日")


@dataclass(frozen=True)
class ParameterRow:
    """One value of a parameter for a division ("" = the nation) over [valid_from, valid_to). The value is its text."""

    parameter: str
    division: str
    valid_from: date
    value: str | None
    source: str
    valid_to: date | None = None
    recorded_at: datetime | None = None
    retracted_at: datetime | None = None


@cache
def _documents() -> tuple[tuple[str, Mapping[str, Any]], ...]:
    found: list[tuple[str, Mapping[str, Any]]] = []
    for path in sorted(_FOLDER.glob("*.yaml")):
        found += yaml.safe_load(path.read_text(encoding="utf-8")).items()
    return tuple(found)


@cache
def declared() -> Mapping[str, Parameter]:
    """Return every declared parameter by id."""
    return {
        name: Parameter(
            id=name,
            kind=Kind(said["kind"]),
            label=said["label"],
            unit=said["unit"],
            checked_on=said["checked_on"],
            standard=said.get("standard", False),
            choices=said.get("choices", {}),
            aliases=tuple(said.get("aliases", ())),
        )
        for name, said in _documents()
    }


PARAMETERS: Mapping[str, Parameter] = declared()
_ALIASES = {alias: item.id for item in PARAMETERS.values() for alias in item.aliases}


def parameter(name: str) -> Parameter:
    """Return a parameter by its id or alias. Raises `BadParameter`."""
    found = PARAMETERS.get(_ALIASES.get(name, name))
    if found is None:
        raise BadParameter(f"没有名为 {name} 的参数：可用的有 {'、'.join(PARAMETERS)}。")
    return found


def value_of(name: str, text: str | None) -> Any:
    """Return a parameter's value as the engine counts it (fen, ten-thousandths) from its text. Raises `BadParameter`."""
    item = parameter(name)
    if text is None:
        return None
    try:
        match item.kind:
            case Kind.MONEY:
                return fen(_between(Decimal(text), _MOST_MONEY))
            case Kind.RATE:
                scaled = _between(Decimal(text), _MOST_RATE) * 10**RATE_DIGITS
                if scaled != int(scaled):
                    raise ValueError
                return int(scaled)
            case Kind.INT if item.day_of_year:
                number = int(text)
                date(2024, number // 100, number % 100)  # a leap year: 29 February is a day too
                return number
            case Kind.INT:
                return int(_between(Decimal(int(text)), Decimal(_MOST_INT)))
            case Kind.BOOL:
                return {"true": True, "false": False}[text.lower()]
            case Kind.TEXT if text in item.choices:
                return text
    except (ValueError, InvalidOperation, KeyError):
        pass
    wanted = (
        "、".join(f"{code}（{words}）" for code, words in item.choices.items())
        if item.choices
        else ("月日，如 815 为八月十五日" if item.day_of_year else _WANTED.get(item.kind, item.unit))
    )
    raise BadParameter(f"参数 {item.label}（{item.id}）的值“{text}”不对：应为{wanted}。")


def _between(value: Decimal, most: Decimal) -> Decimal:
    if not 0 <= value <= most:
        raise ValueError
    return value


@cache
def baseline() -> tuple[ParameterRow, ...]:
    """Return the shipped rows: national ones, and those of the two demo counties."""
    rows = []
    for name, said in _documents():
        for row in said["values"]:
            division = row.get("division", "")
            value = row["value"]
            rows.append(
                ParameterRow(
                    parameter=name,
                    division=normalise_code(division) if division else "",
                    valid_from=date.fromisoformat(row["from"]) if "from" in row else BEGINNING,
                    value=None if value is None else str(value),
                    source=row["source"],
                )
            )
            value_of(name, rows[-1].value)
    return tuple(rows)


def resolve(
    rows: Iterable[ParameterRow], division: str, first_day: date, known_at: datetime | None = None
) -> dict[str, Any]:
    """Return every parameter's value in force in a division on a day, in engine units; None where no row has one.

    `known_at` leaves out local rows recorded later and keeps those retracted later.
    """
    code = normalise_code(division)
    nearness = {place: distance for distance, place in enumerate((code, *ancestors(code)))}
    best: dict[str, tuple[int, date, ParameterRow]] = {}
    for row in rows:
        distance = nearness.get(row.division)
        if distance is None or row.valid_from > first_day or (row.valid_to is not None and row.valid_to <= first_day):
            continue
        if known_at is None:
            if row.retracted_at is not None:
                continue
        elif (row.recorded_at is not None and row.recorded_at > known_at) or (
            row.retracted_at is not None and row.retracted_at <= known_at
        ):
            continue
        name = _ALIASES.get(row.parameter, row.parameter)
        held = best.get(name)
        if held is None or distance < held[0] or (distance == held[0] and row.valid_from >= held[1]):
            best[name] = (distance, row.valid_from, row)
    return {name: value_of(name, best[name][2].value) if name in best else None for name in PARAMETERS}


class Parameters:
    """The parameters as typed columns: `p.dibao_monthly * p.rate`."""

    def __getattr__(self, name: str) -> Expr:
        found = PARAMETERS.get(_ALIASES.get(name, name))
        if found is None:
            raise AttributeError(f"no parameter {name}")
        return column("parameter", found.id, found.kind)


p = Parameters()


def source_of(rows: Sequence[ParameterRow], name: str, division: str, first_day: date) -> str:
    """Return the document of the row in force, or an empty text."""
    code = normalise_code(division)
    for place in (code, *ancestors(code)):
        found = [row for row in rows if row.parameter == name and row.division == place and row.valid_from <= first_day]
        if found:
            return max(found, key=lambda row: row.valid_from).source
    return ""
