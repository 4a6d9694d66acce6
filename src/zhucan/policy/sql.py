"""The back end for everybody: expressions as SQL text for DuckDB, or Spark.

Only constants of the rules and names declared by the program get into the text, never anything a user typed.
"""

from collections.abc import Callable
from datetime import date

from zhucan.policy.expressions import Expr, Kind

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


def to_sql(expr: Expr, name: Namer, dialect: str = "duckdb") -> str:
    """Return an expression as SQL; `name(namespace, column)` says what its columns are called there."""

    def text(node: Expr) -> str:
        return to_sql(node, name, dialect)

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
            # greatest() skips nulls in one engine and not in the other: spelled out, an unknown stays unknown
            left, right = (text(arg) for arg in expr.args)
            sign = ">=" if expr.op == "greatest" else "<="
            return f"(CASE WHEN {left} {sign} {right} THEN {left} WHEN {left} IS NOT NULL THEN {right} END)"
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
        case "add_months":
            day, count = text(expr.args[0]), expr.args[1].value
            if dialect == "duckdb":
                return f"CAST({day} + INTERVAL ({count}) MONTH AS DATE)"
            return f"add_months({day}, {count})"
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
    left, right = expr.args
    return f"({text(left)} {_INFIX[expr.op]} {text(right)})"
