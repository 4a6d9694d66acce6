"""The back end for a run: expressions as SQL text for DuckDB, or Spark.

Only constants of the rules and names declared by the program get into the text, never anything a user typed.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from zhucan.policy.expressions import Expr, Kind, structure

Namer = Callable[[str, str], str]
_INFIX = {
    "eq": "=",
    "ne": "<>",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "add": "+",
    "sub": "-",
    "times": "*",
    "and": "AND",
    "or": "OR",
    "mod": "%",
}
_SQL_TYPE = {
    Kind.BOOL: "BOOLEAN",
    Kind.INT: "BIGINT",
    Kind.MONEY: "BIGINT",
    Kind.RATE: "BIGINT",
    Kind.DATE: "DATE",
    Kind.TEXT: "VARCHAR",
}


def sql_type(kind: Kind) -> str:
    """Return the DuckDB type of a kind; money is fen, a rate ten-thousandths."""
    return _SQL_TYPE[kind]


def constant(value: object, kind: Kind) -> str:
    """Return a constant as SQL."""
    match value:
        case None:
            return f"CAST(NULL AS {_SQL_TYPE[kind]})"
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case date():
            return f"DATE '{value.isoformat()}'"
        case _:
            return "'" + str(value).replace("'", "''") + "'"


def to_sql(
    expr: Expr, name: Namer, dialect: str = "duckdb", hoisted: Callable[[Expr], str | None] = lambda node: None
) -> str:
    """Return an expression as SQL; `name(namespace, column)` says what its columns are called there, `hoisted` which
    sub-expressions stand ready as columns."""
    ready = hoisted(expr)
    if ready is not None:
        return ready

    def text(node: Expr) -> str:
        return to_sql(node, name, dialect, hoisted)

    match expr.op:
        case "const":
            return constant(expr.value, expr.kind)
        case "column":
            return name(*expr.value)
        case "not":
            return f"(NOT {text(expr.args[0])})"
        case "unknown":
            return f"({text(expr.args[0])} IS NULL)"
        case "left":
            return f"left({text(expr.args[0])}, {expr.args[1].value})"
        case "choose":
            *pairs, default = expr.args
            whens = " ".join(
                f"WHEN {text(condition)} THEN {text(value)}"
                for condition, value in zip(pairs[::2], pairs[1::2], strict=True)
            )
            return f"(CASE {whens} ELSE {text(default)} END)"
        case "greatest" | "least":
            # the engines differ in whether null counts here: an unknown stays unknown
            parts = [text(arg) for arg in expr.args]
            unknown = " OR ".join(f"{part} IS NULL" for part in parts)
            return f"(CASE WHEN {unknown} THEN NULL ELSE {expr.op}({', '.join(parts)}) END)"
        case "round":
            money, unit = text(expr.args[0]), expr.args[1].value
            div = "//" if dialect == "duckdb" else "DIV"
            return f"(CASE WHEN {money} >= 0 THEN ({money} + {unit // 2}) {div} {unit} ELSE -((-{money} + {unit // 2}) {div} {unit}) END)"  # fmt: skip
        case "floordiv":
            left, unit = text(expr.args[0]), expr.args[1].value
            # rounds down for negative numbers too, as Python does
            div = "//" if dialect == "duckdb" else "DIV"
            return f"(({left} - (({left} % {unit}) + {unit}) % {unit}) {div} {unit})"
        case "mod":
            left, unit = text(expr.args[0]), expr.args[1].value
            return f"((({left} % {unit}) + {unit}) % {unit})"
        case "year":
            return f"year({text(expr.args[0])})"
        case "month_day":
            return f"(month({text(expr.args[0])}) * 100 + day({text(expr.args[0])}))"
        case "add_months":
            day, count = (text(arg) for arg in expr.args)
            if dialect == "duckdb":
                return f"CAST({day} + to_months(CAST({count} AS INTEGER)) AS DATE)"
            return f"add_months({day}, CAST({count} AS INTEGER))"
        case "years_between":
            start, end = (text(arg) for arg in expr.args)
            years = f"(year({end}) - year({start}))"
            turned = (
                f"CAST({start} + to_years(CAST({years} AS INTEGER)) AS DATE)"
                if dialect == "duckdb"
                else f"add_months({start}, 12 * {years})"
            )
            return f"({years} - CASE WHEN {end} < {turned} THEN 1 ELSE 0 END)"
        case "months_between":
            start, end = (text(arg) for arg in expr.args)
            return f"((year({end}) - year({start})) * 12 + month({end}) - month({start}))"
        case "full_months_between":
            start, end = (text(arg) for arg in expr.args)
            months = f"((year({end}) - year({start})) * 12 + month({end}) - month({start}))"
            reached = (
                f"CAST({start} + to_months(CAST({months} AS INTEGER)) AS DATE)"
                if dialect == "duckdb"
                else f"add_months({start}, {months})"
            )
            return f"({months} - CASE WHEN {end} < {reached} THEN 1 ELSE 0 END)"
    first, second = expr.args
    return f"({text(first)} {_INFIX[expr.op]} {text(second)})"


class Layers:
    """Expressions that stand in many places, each computed once: SELECTs stacked so that the text stays short."""

    def __init__(self, expressions: Sequence[Expr], name: Namer, dialect: str) -> None:
        self._name, self._dialect = name, dialect
        counts: Counter[tuple[Any, ...]] = Counter()
        nodes: dict[tuple[Any, ...], Expr] = {}
        for expression in expressions:
            self._count(expression, counts, nodes)
        self._shared: dict[tuple[Any, ...], str] = {}
        self.levels: list[list[str]] = []
        depths: dict[tuple[Any, ...], int] = {}
        for key in sorted((key for key, count in counts.items() if count > 1), key=_size):
            level = max((depths[inner] + 1 for inner in _inside(nodes[key]) if inner in depths), default=0)
            while len(self.levels) <= level:
                self.levels.append([])
            text = self.text(nodes[key])
            column = f"h{len(self._shared)}"
            self.levels[level].append(f"{text} AS {column}")
            self._shared[key], depths[key] = column, level

    def _count(self, expr: Expr, counts: Counter[tuple[Any, ...]], nodes: dict[tuple[Any, ...], Expr]) -> None:
        if expr.op in ("const", "column") or _plain(expr):
            return
        key = structure(expr)
        nodes.setdefault(key, expr)
        counts[key] += 1
        if counts[key] == 1:
            for arg in expr.args:
                self._count(arg, counts, nodes)

    def text(self, expr: Expr) -> str:
        """Return an expression over the stacked columns."""

        def hoisted(node: Expr) -> str | None:
            return self._shared.get(structure(node)) if node.args else None

        return to_sql(expr, self._name, self._dialect, hoisted)

    def over(self, source: str) -> str:
        """Return a source with the shared columns added, level by level."""
        for number, level in enumerate(self.levels):
            source = f"(SELECT *, {', '.join(level)} FROM {source} s{number})"
        return source


def _plain(expr: Expr) -> bool:
    """Say whether an expression is too small to be worth a column of its own."""
    return all(arg.op in ("const", "column") for arg in expr.args) and len(expr.args) <= 2


def _size(key: tuple[Any, ...]) -> int:
    return 1 + sum(_size(inner) for inner in key[4])


def _inside(expr: Expr) -> Iterator[tuple[Any, ...]]:
    for arg in expr.args:
        if arg.args:
            yield structure(arg)
            yield from _inside(arg)
