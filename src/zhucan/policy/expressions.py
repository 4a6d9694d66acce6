"""The language rules are written in: a small typed tree of column expressions.

An expression says nothing about where it runs; `python.py` turns it into a plain function, `sql.py` into DuckDB or Spark
text, `vectors.py` works it out over arrays. Every value may be unknown (null). Comparisons and arithmetic with an unknown are unknown; and/or/not follow
three-valued logic; in `choose` an unknown condition is not taken.

Numbers are integers everywhere: money in fen, a rate in ten-thousandths. Money times a rate is money with four more
decimals, and must be rounded (`round_fen`, `round_yuan`) before it can be an amount; comparing aligns the decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any

RATE_DIGITS = 4


class Kind(Enum):
    """What a column can hold."""

    BOOL = "bool"
    INT = "int"
    MONEY = "money"
    RATE = "rate"
    DATE = "date"
    TEXT = "text"


class ExpressionError(TypeError):
    """An expression does not fit together; raised where the rule is declared, never while it runs."""


@dataclass(frozen=True, eq=False)
class Expr:
    """One node. `op` is `const`, `column`, or an operation over `args`; `scale` counts a money value's extra decimals."""

    op: str
    kind: Kind
    args: tuple[Expr, ...] = ()
    value: Any = None  # of a const, or (namespace, name) of a column
    scale: int = 0

    def __bool__(self) -> bool:
        raise ExpressionError("an expression has no truth value here; use &, | and ~ instead of and, or, not")

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]  # comparison builds a node
        return _compare("eq", self, other)

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]  # comparison builds a node
        return _compare("ne", self, other)

    def __lt__(self, other: Any) -> Expr:
        return _compare("lt", self, other)

    def __le__(self, other: Any) -> Expr:
        return _compare("le", self, other)

    def __gt__(self, other: Any) -> Expr:
        return _compare("gt", self, other)

    def __ge__(self, other: Any) -> Expr:
        return _compare("ge", self, other)

    def __and__(self, other: Any) -> Expr:
        return _logic("and", self, other)

    def __or__(self, other: Any) -> Expr:
        return _logic("or", self, other)

    def __invert__(self) -> Expr:
        return _logic("not", self)

    def __add__(self, other: Any) -> Expr:
        return _sum("add", self, other)

    def __sub__(self, other: Any) -> Expr:
        return _sum("sub", self, other)

    def __mul__(self, other: Any) -> Expr:
        return _times(self, literal(other))

    def __rmul__(self, other: Any) -> Expr:
        return _times(literal(other), self)

    def __floordiv__(self, other: Any) -> Expr:
        return _whole("floordiv", self, other)

    def __mod__(self, other: Any) -> Expr:
        return _whole("mod", self, other)

    def isin(self, *values: Any) -> Expr:
        """Return whether the value is one of some constants."""
        return any_of(*(self == value for value in values))

    def unknown(self) -> Expr:
        """Return whether the value is unknown; never unknown itself."""
        return Expr("unknown", Kind.BOOL, (self,))

    def known(self) -> Expr:
        """Return whether the value is known; never unknown itself."""
        return ~self.unknown()

    def left(self, count: int) -> Expr:
        """Return the first characters of a text."""
        _want(self, Kind.TEXT)
        return Expr("left", Kind.TEXT, (self, literal(count)))

    def columns(self, namespace: str) -> Iterator[str]:
        """Yield the names of the columns of a namespace that the expression reads, each once, in order."""
        return iter(self._columns.get(namespace, ()))

    @cached_property
    def _columns(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, dict[str, None]] = {}
        stack = [self]
        while stack:
            node = stack.pop()
            if node.op == "column":
                found.setdefault(node.value[0], {})[node.value[1]] = None
            stack.extend(reversed(node.args))
        return {namespace: tuple(names) for namespace, names in found.items()}


def literal(value: Any) -> Expr:
    """Return a constant. Money must be a Decimal of yuan; a float is refused."""
    match value:
        case Expr():
            return value
        case bool():
            return Expr("const", Kind.BOOL, value=value)
        case int():
            return Expr("const", Kind.INT, value=value)
        case Decimal():
            cents = value * 100
            if cents != int(cents):
                raise ExpressionError(f"money has two decimals: {value}")
            return Expr("const", Kind.MONEY, value=int(cents))
        case date():
            return Expr("const", Kind.DATE, value=value)
        case str():
            return Expr("const", Kind.TEXT, value=value)
    raise ExpressionError(f"{value!r} cannot stand in an expression")


def column(namespace: str, name: str, kind: Kind) -> Expr:
    """Return a reference to a fact, parameter or spell column."""
    return Expr("column", kind, value=(namespace, name))


def structure(expr: Expr) -> tuple[Any, ...]:
    """Return a key that is equal for equal trees."""
    return (expr.op, expr.kind, expr.scale, repr(expr.value), tuple(structure(arg) for arg in expr.args))


def unknown_of(kind: Kind) -> Expr:
    """Return an unknown value of a kind."""
    return Expr("const", kind, value=None)


def _want(expr: Expr, *kinds: Kind) -> None:
    if expr.kind not in kinds:
        raise ExpressionError(f"expected {' or '.join(kind.value for kind in kinds)}, not {expr.kind.value}")


def _scaled(expr: Expr, scale: int) -> Expr:
    """Return the same money counted in finer units."""
    if expr.scale == scale:
        return expr
    return Expr("times", Kind.MONEY, (expr, literal(10 ** (scale - expr.scale))), scale=scale)


def _aligned(left: Expr, right: Expr) -> tuple[Expr, Expr]:
    if left.kind is not right.kind:
        raise ExpressionError(f"{left.kind.value} and {right.kind.value} cannot be set against each other")
    scale = max(left.scale, right.scale)
    return _scaled(left, scale), _scaled(right, scale)


def _compare(op: str, left: Expr, other: Any) -> Expr:
    pair = _aligned(left, literal(other))
    if left.kind in (Kind.BOOL, Kind.TEXT) and op not in ("eq", "ne"):
        raise ExpressionError(f"{left.kind.value} has no order")
    return Expr(op, Kind.BOOL, pair)


def _logic(op: str, *parts: Any) -> Expr:
    args = tuple(literal(part) for part in parts)
    for arg in args:
        _want(arg, Kind.BOOL)
    return Expr(op, Kind.BOOL, args)


def _sum(op: str, left: Expr, other: Any) -> Expr:
    pair = _aligned(left, literal(other))
    _want(left, Kind.INT, Kind.MONEY)
    return Expr(op, left.kind, pair, scale=pair[0].scale)


def _times(left: Expr, right: Expr) -> Expr:
    if left.kind is Kind.RATE and right.kind is Kind.MONEY:
        left, right = right, left
    if left.kind is Kind.MONEY and right.kind is Kind.RATE:
        if left.scale:
            raise ExpressionError("round money before it is multiplied by another rate")
        return Expr("times", Kind.MONEY, (left, right), scale=RATE_DIGITS)
    if left.kind is Kind.INT and right.kind is Kind.MONEY:
        left, right = right, left
    _want(left, Kind.INT, Kind.MONEY)
    _want(right, Kind.INT)
    return Expr("times", left.kind, (left, right), scale=left.scale)


def _whole(op: str, left: Expr, other: Any) -> Expr:
    right = literal(other)
    _want(left, Kind.INT)
    if right.op != "const" or right.kind is not Kind.INT or right.value <= 0:
        raise ExpressionError("divide by a positive whole number only")
    return Expr(op, Kind.INT, (left, right))


def all_of(*parts: Expr) -> Expr:
    """Return the conjunction of parts."""
    first, *rest = parts
    for part in rest:
        first = first & part
    return first


def any_of(*parts: Expr) -> Expr:
    """Return the disjunction of parts."""
    first, *rest = parts
    for part in rest:
        first = first | part
    return first


def choose(*cases: tuple[Expr, Any], default: Any) -> Expr:
    """Return the value beside the first condition that is true; an unknown condition is not taken."""
    values = [literal(value) for _, value in cases] + [literal(default)]
    kind = values[0].kind
    for value in values:
        _want(value, kind)
    scale = max(value.scale for value in values)
    values = [_scaled(value, scale) for value in values]
    args: list[Expr] = []
    for (condition, _), value in zip(cases, values, strict=False):
        _want(condition, Kind.BOOL)
        args += [condition, value]
    return Expr("choose", kind, (*args, values[-1]), scale=scale)


def _extreme(op: str, parts: Iterable[Any]) -> Expr:
    args = [literal(part) for part in parts]
    scale = max(arg.scale for arg in args)
    for arg in args:
        _want(arg, Kind.INT, Kind.MONEY, Kind.DATE)
        _want(arg, args[0].kind)
    return Expr(op, args[0].kind, tuple(_scaled(arg, scale) for arg in args), scale=scale)


def greatest(*parts: Any) -> Expr:
    """Return the largest; unknown if any part is."""
    return _extreme("greatest", parts)


def least(*parts: Any) -> Expr:
    """Return the smallest; unknown if any part is."""
    return _extreme("least", parts)


def round_fen(money: Expr) -> Expr:
    """Return money rounded half up (away from zero) to the fen (MON-2)."""
    _want(money, Kind.MONEY)
    if not money.scale:
        return money
    return Expr("round", Kind.MONEY, (money, literal(10**money.scale)))


def round_yuan(money: Expr) -> Expr:
    """Return money rounded half up to whole yuan (TS-35)."""
    _want(money, Kind.MONEY)
    rounded = Expr("round", Kind.MONEY, (money, literal(100 * 10**money.scale)))
    return Expr("times", Kind.MONEY, (rounded, literal(100)))


def add_years(day: Expr, count: int | Expr) -> Expr:
    """Return the same day some years on; 29 February becomes the 28th where there is none (CAL-2)."""
    return add_months(day, literal(count) * 12 if isinstance(count, Expr) else 12 * count)


def add_months(day: Expr, count: int | Expr) -> Expr:
    """Return the same day some months on, or the last of that month (CAL-2)."""
    _want(day, Kind.DATE)
    _want(months := literal(count), Kind.INT)
    return Expr("add_months", Kind.DATE, (day, months))


def years_between(start: Expr, end: Expr) -> Expr:
    """Return full years from one day to another: the age, when `start` is the birth date (CAL-3)."""
    _want(start, Kind.DATE)
    _want(end, Kind.DATE)
    return Expr("years_between", Kind.INT, (start, end))


def months_between(start: Expr, end: Expr) -> Expr:
    """Return how many calendar months the month of `end` lies after the month of `start`."""
    _want(start, Kind.DATE)
    _want(end, Kind.DATE)
    return Expr("months_between", Kind.INT, (start, end))


def full_months_between(start: Expr, end: Expr) -> Expr:
    """Return full months from one day to another: a month is full on its corresponding day (CAL-2)."""
    _want(start, Kind.DATE)
    _want(end, Kind.DATE)
    return Expr("full_months_between", Kind.INT, (start, end))


def year_of(day: Expr) -> Expr:
    """Return the calendar year of a day."""
    _want(day, Kind.DATE)
    return Expr("year", Kind.INT, (day,))


def month_day_of(day: Expr) -> Expr:
    """Return where in its year a day lies: the month times a hundred and the day, as in 815 for 15 August."""
    _want(day, Kind.DATE)
    return Expr("month_day", Kind.INT, (day,))


ZERO = literal(Decimal(0))
"""No money."""
ONE = literal(1)
"""One of whatever is counted."""
