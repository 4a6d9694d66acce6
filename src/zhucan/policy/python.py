"""The back end for one person: expressions compiled to a plain Python function.

Each distinct sub-expression becomes one assignment, so that what conditions share is computed once. None is unknown.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from zhucan.core.calendar import add_months
from zhucan.policy.expressions import Expr, structure

_INFIX = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "add": "+", "sub": "-", "times": "*"}
_Key = tuple[Any, ...]


def round_half_up(value: int, unit: int) -> int:
    """Return value / unit rounded half away from zero."""
    return (value + unit // 2) // unit if value >= 0 else -((-value + unit // 2) // unit)


def months_between(start: date, end: date) -> int:
    """Return the calendar months between two days' months."""
    return (end.year - start.year) * 12 + end.month - start.month


def full_months_between(start: date, end: date) -> int:
    """Return the full months between two days (CAL-2), negative when `end` comes first, as the SQL back end does."""
    months = months_between(start, end)
    return months - (1 if end < add_months(start, months) else 0)


class _Compiler:
    """Collects assignments; equal trees share one variable."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names  # namespace → the Python name of its mapping
        self.lines: list[str] = []
        self.known: dict[_Key, str] = {}
        self.constants: dict[str, Any] = {}

    def assign(self, expr: Expr) -> str:
        """Return the variable that holds an expression, adding what it needs."""
        if expr.op == "const" and (expr.value is None or isinstance(expr.value, bool | int | str)):
            return repr(expr.value)
        key = structure(expr)
        if key not in self.known:
            text = self.text(expr)
            name = f"v{len(self.known)}"
            self.known[key] = name
            self.lines.append(f"    {name} = {text}")
        return self.known[key]

    def text(self, expr: Expr) -> str:
        if expr.op == "const":
            name = f"c{len(self.constants)}"
            self.constants[name] = expr.value
            return name
        if expr.op == "column":
            namespace, column = expr.value
            return f"{self.names[namespace]}[{column!r}]"
        a = [self.assign(arg) for arg in expr.args]
        match expr.op:
            case "and":
                return f"False if {a[0]} is False or {a[1]} is False else (None if {a[0]} is None or {a[1]} is None else True)"  # fmt: skip
            case "or":
                return f"True if {a[0]} is True or {a[1]} is True else (None if {a[0]} is None or {a[1]} is None else False)"  # fmt: skip
            case "not":
                return f"None if {a[0]} is None else not {a[0]}"
            case "unknown":
                return f"{a[0]} is None"
            case "choose":
                whens = " ".join(
                    f"{value} if {condition} is True else" for condition, value in zip(a[:-1:2], a[1::2], strict=False)
                )
                return f"{whens} {a[-1]}"
            case "left":
                return f"None if {a[0]} is None else {a[0]}[:{a[1]}]"
            case "round":
                return f"None if {a[0]} is None else round_half_up({a[0]}, {a[1]})"
        match expr.op:
            case "greatest":
                body = f"max({', '.join(a)})"
            case "least":
                body = f"min({', '.join(a)})"
            case "years_between":
                body = f"age({a[0]}, {a[1]})"
            case "months_between":
                body = f"months_between({a[0]}, {a[1]})"
            case "full_months_between":
                body = f"full_months_between({a[0]}, {a[1]})"
            case "year":
                body = f"{a[0]}.year"
            case "month_day":
                body = f"{a[0]}.month * 100 + {a[0]}.day"
            case "add_months":
                body = f"add_months({a[0]}, {a[1]})"
            case "floordiv":
                body = f"{a[0]} // {a[1]}"
            case "mod":
                body = f"{a[0]} % {a[1]}"
            case _:
                body = f"{a[0]} {_INFIX[expr.op]} {a[1]}"
        unknown = [f"{name} is None" for name in dict.fromkeys(a) if name[0] == "v" or name == "None"]
        return f"None if {' or '.join(unknown)} else {body}" if unknown else body


def compile_expressions(expressions: Sequence[Expr], namespaces: Sequence[str]) -> Callable[..., tuple[Any, ...]]:
    """Return a function of one mapping a namespace (in order) that gives the expressions' values as a tuple."""
    compiler = _Compiler({name: f"n{number}" for number, name in enumerate(namespaces)})
    results = [compiler.assign(expression) for expression in expressions]
    arguments = ", ".join(f"n{number}" for number in range(len(namespaces)))
    source = "\n".join(
        [f"def compiled({arguments}):", *compiler.lines, f"    return ({', '.join(results)}{',' if results else ''})"]
    )
    scope: dict[str, Any] = {
        "round_half_up": round_half_up,
        "add_months": add_months,
        "age": _full_years,
        "months_between": months_between,
        "full_months_between": full_months_between,
        **compiler.constants,
    }
    exec(compile(source, "<rules>", "exec"), scope)  # our own generated text; no user input reaches it
    function: Callable[..., tuple[Any, ...]] = scope["compiled"]
    return function


def _full_years(start: date, end: date) -> int:
    """Return full years between two days (CAL-3), negative when `end` comes first, as the SQL back end does."""
    years = end.year - start.year
    return years - (1 if end < add_months(start, 12 * years) else 0)
