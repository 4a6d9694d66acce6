"""Folding: what an expression comes to once some of its columns are known, worked out before anybody is decided.

What the parameters of a place, the day and facts that only an application tells settle for everybody need not be asked of
each person: the constants are put in and three-valued logic is carried through as far as it goes.
"""

from collections.abc import Mapping
from typing import Any

from zhucan.policy.expressions import Expr, Kind, literal
from zhucan.policy.python import compile_expressions

Known = Mapping[tuple[str, str], Any]
"""The values of columns by (namespace, name), in engine units; None is an unknown."""


def fold(expr: Expr, known: Known) -> Expr:
    """Return an expression that has the same value wherever the columns have the values given, as small as it gets."""
    if expr.op == "const":
        return expr
    if expr.op == "column":
        return Expr("const", expr.kind, value=known[expr.value]) if expr.value in known else expr
    args = tuple(fold(arg, known) for arg in expr.args)
    match expr.op:
        case "and":
            return _joined(expr, args, neutral=True)
        case "or":
            return _joined(expr, args, neutral=False)
        case "not" if args[0].op == "not":
            return args[0].args[0]
        case "choose":
            return _chosen(expr, args)
    if any(arg.op != "const" for arg in args):
        nothing = expr.op != "unknown" and any(arg.op == "const" and arg.value is None for arg in args)
        return _constant(expr, None) if nothing else Expr(expr.op, expr.kind, args, expr.value, expr.scale)
    places = tuple(Expr("column", arg.kind, value=("args", number), scale=arg.scale) for number, arg in enumerate(args))
    worked = compile_expressions([Expr(expr.op, expr.kind, places, scale=expr.scale)], ("args",))
    return _constant(expr, worked([arg.value for arg in args])[0])


def _constant(expr: Expr, value: Any) -> Expr:
    return Expr("const", expr.kind, value=value, scale=expr.scale)


def _joined(expr: Expr, args: tuple[Expr, ...], *, neutral: bool) -> Expr:
    """Fold `and` (neutral: true) or `or` (neutral: false)."""
    constant = [arg for arg in args if arg.op == "const"]
    if any(arg.value is not neutral and arg.value is not None for arg in constant):
        return literal(not neutral)
    rest = [arg for arg in args if arg.op != "const" or arg.value is None]
    if not rest:
        return literal(neutral)
    if len(rest) == 1:
        return rest[0]
    if len(constant) == len(args):
        return Expr("const", Kind.BOOL)
    return Expr(expr.op, Kind.BOOL, args)


def _chosen(expr: Expr, args: tuple[Expr, ...]) -> Expr:
    *pairs, default = args
    kept: list[Expr] = []
    for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
        if condition.op != "const":
            kept += [condition, value]
        elif condition.value is True:  # what comes after is never reached
            default = value
            break
    return Expr("choose", expr.kind, (*kept, default), scale=expr.scale) if kept else default
