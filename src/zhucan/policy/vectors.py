"""The back end for a whole catalogue: expressions over arrays, one entry a case, truths as bits.

A truth value is two bits a case, true and false (neither: unknown), sixty-four cases in a machine word, so that and, or
and not cost next to nothing; a number is an integer and one bit for whether it is known. Money is fen, a rate
ten-thousandths, a day the days since 1970, a text its code in a `Lexicon`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhucan.policy.expressions import Expr, ExpressionError, Kind, structure

Bits = NDArray[np.uint64]
Numbers = NDArray[np.int64]
WORD = 64
"""Cases in a machine word: arrays are as long as a multiple of it."""

_EPOCH = date(1970, 1, 1).toordinal()
_ALL = np.uint64(2**64 - 1)


@dataclass(frozen=True)
class Truths:
    """A truth value a case. No case is in both."""

    yes: Bits
    no: Bits

    @property
    def unknown(self) -> Bits:
        """Return of which cases it is not known."""
        return ~(self.yes | self.no)

    def at(self, place: int) -> bool | None:
        """Return the truth of one case."""
        return True if bit(self.yes, place) else False if bit(self.no, place) else None


@dataclass(frozen=True)
class Values:
    """A number, day or text a case; what stands where it is not known means nothing."""

    data: Numbers
    known: Bits


Column = Truths | Values


class Lexicon:
    """Texts and their codes; equal texts have equal codes. The empty one is there from the beginning."""

    def __init__(self) -> None:
        self.texts: list[str] = [""]
        self._codes: dict[str, int] = {"": 0}

    def code(self, text: str) -> int:
        """Return the code of a text, a new one for a new text."""
        found = self._codes.setdefault(text, len(self.texts))
        if found == len(self.texts):
            self.texts.append(text)
        return found

    def left(self, codes: Numbers, count: int) -> Numbers:
        """Return the codes of the first characters of texts."""
        shorter = np.array([self.code(text[:count]) for text in tuple(self.texts)], dtype=np.int64)
        found: Numbers = shorter[codes]
        return found


def padded(count: int) -> int:
    """Return how long the arrays of so many cases are."""
    return -(-count // WORD) * WORD


def bits_of(flags: NDArray[np.bool_]) -> Bits:
    """Return flags, a padded number of them, as bits."""
    return np.packbits(flags, bitorder="little").view(np.uint64)


def flags_of(bits: Bits) -> NDArray[np.bool_]:
    """Return bits as flags."""
    return np.unpackbits(bits.view(np.uint8), bitorder="little").view(np.bool_)


def positions(bits: Bits) -> NDArray[np.intp]:
    """Return the places of the cases whose bit is set, in order."""
    return np.flatnonzero(flags_of(bits))


def bit(bits: Bits, place: int) -> bool:
    """Say whether the bit of one case is set."""
    return bool(int(bits[place // WORD]) >> int(place % WORD) & 1)


def nobody(size: int) -> Bits:
    """Return bits none of which is set."""
    return np.zeros(size // WORD, dtype=np.uint64)


def everybody(size: int) -> Bits:
    """Return bits all of which are set."""
    return np.full(size // WORD, _ALL)


def number_of(value: Any, lexicon: Lexicon) -> int:
    """Return a known value that is no truth as the number that arrays hold."""
    match value:
        case date():
            return value.toordinal() - _EPOCH
        case str():
            return lexicon.code(value)
        case _:
            return int(value)


def told(column: Column, place: int, kind: Kind, lexicon: Lexicon) -> Any:
    """Return what a column says of the case at a place, None where it is not known."""
    if isinstance(column, Truths):
        return column.at(place)
    if not bit(column.known, place):
        return None
    number = int(column.data[place])
    if kind is Kind.TEXT:
        return lexicon.texts[number]
    return date.fromordinal(number + _EPOCH) if kind is Kind.DATE else number


def column_of(data: NDArray[Any], known: NDArray[np.bool_], kind: Kind) -> Column:
    """Return numbers, or truths as numbers, and which of them are known as a column, padded."""
    size = padded(len(data))
    there = np.zeros(size, dtype=np.bool_)
    there[: len(data)] = known
    numbers = np.zeros(size, dtype=np.int64)
    numbers[: len(data)] = data
    if kind is Kind.BOOL:
        return Truths(bits_of(there & (numbers == 1)), bits_of(there & (numbers != 1)))
    return Values(numbers, bits_of(there))


def spread(values: Sequence[Any], kind: Kind, lexicon: Lexicon) -> Column:
    """Return values, None where one is not known, as a column."""
    known = np.array([value is not None for value in values], dtype=np.bool_)
    numbers = [0 if value is None else number_of(value, lexicon) for value in values]
    return column_of(np.array(numbers, dtype=np.int64), known, kind)


def taken(column: Column, places: NDArray[Any]) -> Column:
    """Return what a column says at some places, in their order."""
    size = padded(len(places))

    def bits(of: Bits) -> Bits:
        flags = np.zeros(size, dtype=np.bool_)
        flags[: len(places)] = flags_of(of)[places]
        return bits_of(flags)

    if isinstance(column, Truths):
        return Truths(bits(column.yes), bits(column.no))
    data = np.zeros(size, dtype=np.int64)
    data[: len(places)] = column.data[places]
    return Values(data, bits(column.known))


def constant(value: Any, kind: Kind, size: int, lexicon: Lexicon) -> Column:
    """Return the same value for every case."""
    full, none = everybody(size), nobody(size)
    if kind is Kind.BOOL:
        return Truths(full if value is True else none, full if value is False else none)
    number = np.int64(0 if value is None else number_of(value, lexicon))
    return Values(np.broadcast_to(number, size), none if value is None else full)


# --- programs ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Step:
    """One distinct sub-expression: the steps its arguments come from, and those that nobody asks for after it."""

    expr: Expr
    args: tuple[int, ...]
    over: tuple[int, ...] = ()


class Program:
    """Expressions to be worked out over arrays, what they share once. `columns` are the (namespace, name) it reads."""

    def __init__(self, expressions: Sequence[Expr]) -> None:
        self._steps: list[_Step] = []
        self._known: dict[tuple[Any, ...], int] = {}
        self._results = [self._add(expression) for expression in expressions]
        self.columns = tuple(step.expr.value for step in self._steps if step.expr.op == "column")
        last = {arg: number for number, step in enumerate(self._steps) for arg in step.args}
        kept = set(self._results)
        for number, step in enumerate(self._steps):
            over = tuple({arg for arg in step.args if last[arg] == number and arg not in kept})
            self._steps[number] = _Step(step.expr, step.args, over)

    def _add(self, expr: Expr) -> int:
        key = structure(expr)
        if key not in self._known:
            args = tuple(self._add(arg) for arg in expr.args)
            self._known[key] = len(self._steps)
            self._steps.append(_Step(expr, args))
        return self._known[key]

    def run(self, columns: Mapping[tuple[str, str], Column], size: int, lexicon: Lexicon) -> list[Column]:
        """Return the value of each expression, in order; `size` is a padded number of cases."""
        found: list[Any] = []
        for step in self._steps:
            expr = step.expr
            if expr.op == "column":
                found.append(columns[expr.value])
            elif expr.op == "const":
                found.append(constant(expr.value, expr.kind, size, lexicon))
            elif expr.op == "left":
                (text, count) = (found[step.args[0]], expr.args[1].value)
                found.append(Values(lexicon.left(text.data, count), text.known))
            else:
                found.append(_worked(expr, [found[arg] for arg in step.args]))
            for arg in step.over:
                found[arg] = None
        return [found[number] for number in self._results]


def _worked(expr: Expr, args: list[Any]) -> Column:
    operation = _OPERATIONS.get(expr.op)
    if operation is None:
        raise ExpressionError(f"no operation {expr.op} over arrays")
    return operation(args)


# --- truths ------------------------------------------------------------------------------------------------------


def _unknown(args: list[Any]) -> Column:
    (value,) = args
    known = value.yes | value.no if isinstance(value, Truths) else value.known
    return Truths(~known, known)


def _choose(args: list[Any]) -> Column:
    *pairs, chosen = args
    for condition, value in reversed(list(zip(pairs[::2], pairs[1::2], strict=True))):
        here, rest = condition.yes, ~condition.yes
        if isinstance(value, Truths):
            chosen = Truths(here & value.yes | rest & chosen.yes, here & value.no | rest & chosen.no)
        else:
            chosen = Values(np.where(flags_of(here), value.data, chosen.data), here & value.known | rest & chosen.known)
    return chosen  # type: ignore[no-any-return]  # the default of a `choose` is a column


def _compared(test: Callable[[Numbers, Numbers], NDArray[np.bool_]]) -> Callable[[list[Any]], Column]:
    def compared(args: list[Any]) -> Column:
        left, right = args
        known, holds = left.known & right.known, bits_of(test(left.data, right.data))
        return Truths(known & holds, known & ~holds)

    return compared


def _same(args: list[Any]) -> Column:
    left, right = args
    if isinstance(left, Truths):
        return Truths(left.yes & right.yes | left.no & right.no, left.yes & right.no | left.no & right.yes)
    return _compared(np.equal)(args)


def _negated(value: Column) -> Truths:
    assert isinstance(value, Truths)
    return Truths(value.no, value.yes)


# --- numbers -----------------------------------------------------------------------------------------------------


def _reckoned(work: Callable[..., Numbers]) -> Callable[[list[Any]], Column]:
    """Return an operation that is unknown as soon as one of its arguments is."""

    def reckoned(args: list[Any]) -> Column:
        known = args[0].known
        for arg in args[1:]:
            known = known & arg.known
        return Values(work(*(arg.data for arg in args)), known)

    return reckoned


def _rounded(value: Numbers, unit: Numbers) -> Numbers:
    """Return value / unit rounded half away from zero."""
    rounded: Numbers = np.sign(value) * ((np.abs(value) + unit // 2) // unit)
    return rounded


def _largest(first: Numbers, *others: Numbers) -> Numbers:
    for other in others:
        first = np.maximum(first, other)
    return first


def _smallest(first: Numbers, *others: Numbers) -> Numbers:
    for other in others:
        first = np.minimum(first, other)
    return first


# --- days --------------------------------------------------------------------------------------------------------


# numpy reckons months slowly, and nearly every day lies in these four centuries
_FIRST_MONTH, _MONTHS = (1800 - 1970) * 12, 400 * 12
_STARTS = np.arange(_FIRST_MONTH, _FIRST_MONTH + _MONTHS + 1).astype("M8[M]").astype("M8[D]").astype(np.int64)
_MONTH_OF = np.repeat(np.arange(_FIRST_MONTH, _FIRST_MONTH + _MONTHS, dtype=np.int16), np.diff(_STARTS))


def _month(day: Numbers) -> Numbers:
    """Return the months since January 1970."""
    if len(day) and (day.min() < _STARTS[0] or day.max() >= _STARTS[-1]):
        return day.astype("M8[D]").astype("M8[M]").astype(np.int64)
    found: Numbers = _MONTH_OF[day - _STARTS[0]].astype(np.int64)
    return found


def _first_of(month: Numbers) -> Numbers:
    """Return the first day of months."""
    if len(month) and (month.min() < _FIRST_MONTH or month.max() > _FIRST_MONTH + _MONTHS):
        return month.astype("M8[M]").astype("M8[D]").astype(np.int64)
    first: Numbers = _STARTS[month - _FIRST_MONTH]
    return first


def _day_of_month(day: Numbers, month: Numbers) -> Numbers:
    return day - _first_of(month)


def _year(day: Numbers) -> Numbers:
    return _month(day) // 12 + 1970


def _month_day(day: Numbers) -> Numbers:
    month = _month(day)
    found: Numbers = month % 12 * 100 + _day_of_month(day, month) + 101
    return found


def _add_months(day: Numbers, count: Numbers) -> Numbers:
    """Return the same day some months on, or the last of that month (CAL-2)."""
    month = _month(day)
    goal = month + count
    first = _first_of(goal)
    there: Numbers = first + np.minimum(_day_of_month(day, month), _first_of(goal + 1) - first - 1)
    return there


def _full_months_between(start: Numbers, end: Numbers) -> Numbers:
    months = _month(end) - _month(start)
    return months - (end < _add_months(start, months))


def _years_between(start: Numbers, end: Numbers) -> Numbers:
    years = _year(end) - _year(start)
    return years - (end < _add_months(start, 12 * years))


_OPERATIONS: Mapping[str, Callable[[list[Any]], Column]] = {
    "and": lambda args: Truths(args[0].yes & args[1].yes, args[0].no | args[1].no),
    "or": lambda args: Truths(args[0].yes | args[1].yes, args[0].no & args[1].no),
    "not": lambda args: _negated(args[0]),
    "unknown": _unknown,
    "choose": _choose,
    "eq": _same,
    "ne": lambda args: _negated(_same(args)),
    "lt": _compared(np.less),
    "le": _compared(np.less_equal),
    "gt": _compared(np.greater),
    "ge": _compared(np.greater_equal),
    "add": _reckoned(np.add),
    "sub": _reckoned(np.subtract),
    "times": _reckoned(np.multiply),
    "floordiv": _reckoned(np.floor_divide),
    "mod": _reckoned(np.mod),
    "round": _reckoned(_rounded),
    "greatest": _reckoned(_largest),
    "least": _reckoned(_smallest),
    "year": _reckoned(_year),
    "month_day": _reckoned(_month_day),
    "months_between": _reckoned(lambda start, end: _month(end) - _month(start)),
    "full_months_between": _reckoned(_full_months_between),
    "years_between": _reckoned(_years_between),
    "add_months": _reckoned(_add_months),
}
