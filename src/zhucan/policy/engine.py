"""Deciding: the same schemes for one person in microseconds, or for everybody in one SQL text (`everybody.py` decides a whole
catalogue).

For each scheme a decision keeps two bit masks, conditions not met and conditions unknown, in the order of the scheme's
conditions and then its choose-higher contests. Amounts are fen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from zhucan.core.money import from_fen
from zhucan.policy.expressions import Expr, ExpressionError, Kind, choose, column, literal
from zhucan.policy.facts import BY_NAME, complete, facts_of, facts_sql, settled_facts
from zhucan.policy.folding import Known, fold
from zhucan.policy.parameters import PARAMETERS, ParameterRow, baseline, resolve
from zhucan.policy.python import compile_expressions
from zhucan.policy.schemes import ClaimError, Reckoned, Scheme
from zhucan.policy.sql import Layers, constant, sql_type

__all__ = [
    "Decision",
    "Outcome",
    "cause_of",
    "complete",
    "decide",
    "decide_sql",
    "facts_of",
    "judge_sql",
    "needed",
    "reckon",
    "settled",
]


class Outcome(Enum):
    """Yes, no, or not known yet. The values are the codes in SQL results."""

    NO = 0
    YES = 1
    UNKNOWN = 2

    @property
    def word(self) -> str:
        """Return the outcome as worked cases and JSON write it."""
        return self.name.lower()

    @property
    def label(self) -> str:
        """Return the outcome as people read it."""
        return ("不能享受", "可以享受", "还不能确定")[self.value]


@dataclass(frozen=True)
class Decision:
    """What a scheme says: outcome, amount in fen (None unless yes), and the masks behind it.

    `no_standard`: nothing can be said because the place has no standard configured. `awaits_claim`: every condition is
    met, and only the amount waits for what an application tells.
    """

    scheme: str
    outcome: Outcome
    amount_fen: int | None
    not_met: int
    unknown: int
    no_standard: bool = False
    awaits_claim: bool = False

    @property
    def rank(self) -> int:
        """Return how soon people are told of it: 0 a yes, 1 one whose amount waits for an application, 2 unknown, 3 a no."""
        if self.outcome is Outcome.YES:
            return 0
        return 3 if self.outcome is Outcome.NO else 1 if self.awaits_claim else 2

    @property
    def amount(self) -> Decimal | None:
        """Return the amount in yuan; 0.00 for a no, None while unknown."""
        if self.outcome is Outcome.UNKNOWN:
            return None
        return from_fen(self.amount_fen or 0)


@dataclass(frozen=True)
class Plan:
    """A scheme as expressions: every condition and contest (true = no obstacle), amount, and whether a standard lacks."""

    tests: tuple[Expr, ...]
    amount: Expr
    lacking: Expr
    waiting: Expr  # the amount follows from what an application has yet to tell

    def folded(self, known: Known) -> "Plan":
        """Return the plan with what is known worked in."""
        tests = tuple(fold(test, known) for test in self.tests)
        return Plan(tests, fold(self.amount, known), fold(self.lacking, known), fold(self.waiting, known))


@cache
def plan_of(scheme: Scheme) -> Plan:
    """Return a scheme as expressions."""
    amount = scheme.amount
    contests = tuple(
        # The rival wins when it is larger, or equal and there first; unknown rivals leave the contest unknown.
        ~((rival > amount) | ((rival == amount) & (rival > literal(Decimal(0))) & first))
        for rival, first in (
            (contest.rival, contest.rival_first if contest.rival_first is not None else literal(False))
            for contest in scheme.contests
            if contest.rival is not None
        )
    )
    # A contest against nothing is won even where our own amount is not known.
    contests = tuple(
        choose((contest.rival == literal(Decimal(0)), True), default=test)
        for contest, test in zip(scheme.contests, contests, strict=True)
        if contest.rival is not None
    )
    asked = {name for condition in scheme.conditions for name in condition.met.columns("parameter")}
    standards = [PARAMETERS[name] for name in sorted(asked) if PARAMETERS[name].standard]
    lacking = literal(False)
    for item in standards:
        lacking = lacking | column("parameter", item.id, item.kind).unknown()
    waiting = literal(scheme.claim is not None)
    for fact in (BY_NAME[name] for name in amount.columns("fact")):
        if fact.asked:
            waiting = waiting | column("fact", fact.name, fact.kind).unknown()
    return Plan((*(condition.met for condition in scheme.conditions), *contests), amount, lacking, waiting)


_SOURCE = "\0"  # stands for the sub-select of facts and parameters while the SQL around it is written


@cache
def _compiled(schemes: tuple[Scheme, ...]) -> Any:
    parts: list[Expr] = []
    for scheme in schemes:
        plan = plan_of(scheme)
        parts += [*plan.tests, plan.amount, plan.lacking, plan.waiting]
    return compile_expressions(parts, ("fact", "parameter"))


def decide(
    facts: Mapping[str, Any], params: Mapping[str, Any], schemes: Sequence[Scheme] | None = None
) -> dict[str, Decision]:
    """Decide schemes (default: all) for one person from complete facts (`facts_of` or `complete`) and parameters."""
    if schemes is None:
        from zhucan.policy.catalogue import SCHEMES  # the catalogue's schemes are built from this module's neighbours

        schemes = SCHEMES
    chosen = tuple(schemes)
    values = iter(_compiled(chosen)(facts, params))
    decisions = {}
    for scheme in chosen:
        not_met = unknown = 0
        bit = 1
        for _ in plan_of(scheme).tests:
            value = next(values)
            if value is False:
                not_met |= bit
            elif value is None:
                unknown |= bit
            bit <<= 1
        amount, lacking, waiting = next(values), next(values), next(values)
        if not_met:
            outcome = Outcome.NO
        elif unknown or amount is None:
            outcome = Outcome.UNKNOWN
        else:
            outcome = Outcome.YES
        decisions[scheme.id] = Decision(
            scheme.id,
            outcome,
            amount if outcome is Outcome.YES else None,
            not_met,
            unknown,
            outcome is Outcome.UNKNOWN and ((amount is None and not unknown and not waiting) or bool(lacking)),
            outcome is Outcome.UNKNOWN and not unknown and waiting and not lacking,
        )
    return decisions


def reckon(
    scheme: Scheme, items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]
) -> Reckoned:
    """Return what the items of a claim come to under a scheme that has one. Raises `ClaimError`, `ExpressionError`."""
    if scheme.claim is None:
        raise ExpressionError(f"{scheme.id} has no claim to reckon")
    if not items:
        raise ClaimError(f"还没有填{scheme.claim.item}：请至少填一条。")
    for number, item in enumerate(items, 1):
        for field in scheme.claim.fields:
            value = item[field.name]
            if field.kind in (Kind.INT, Kind.MONEY, Kind.RATE) and value is not None and value < 0:
                raise ClaimError(f"第 {number} 条的{field.label}是负数：请核对后改正。")
    return scheme.claim.work(items, facts, params)


def needed(schemes: Sequence[Scheme]) -> tuple[str, ...]:
    """Return the facts that schemes read, each once."""
    return tuple(dict.fromkeys(name for scheme in schemes for name in scheme.columns("fact")))


def needed_parameters(schemes: Sequence[Scheme]) -> tuple[str, ...]:
    """Return the parameters that schemes read, each once."""
    return tuple(dict.fromkeys(name for scheme in schemes for name in scheme.columns("parameter")))


def parameters_sql(names: Sequence[str], params: Mapping[tuple[str, date], Mapping[str, Any]]) -> str:
    """Return a SELECT of the parameter table: one row for each (division, first of month)."""
    rows = []
    for (division, first), values in params.items():
        cells = [constant(division, Kind.TEXT), constant(first, Kind.DATE)]
        cells += [constant(values[name], PARAMETERS[name].kind) for name in names]
        rows.append(f"({', '.join(cells)})")
    columns = ["division", "month_first", *names]
    casts = [f"CAST({name} AS {sql_type(PARAMETERS[name].kind)}) AS {name}" for name in names]
    return f"SELECT {', '.join(['division', 'month_first', *casts])} FROM (VALUES {', '.join(rows)}) v({', '.join(columns)})"  # fmt: skip


def decide_sql(
    schemes: Sequence[Scheme],
    *,
    params: Mapping[tuple[str, date], Mapping[str, Any]],
    frame_table: str = "frame",
    constant_frame: Mapping[str, Any] | None = None,
    basis: bool = False,
    dialect: str = "duckdb",
) -> str:
    """Return a SELECT that decides schemes for every row of the frame.

    `params` holds the resolved parameters by (division, first of month), for every pair in the frame. Columns of the
    result: case_id, person_id, and for each scheme key_outcome (an `Outcome` value), key_not_met, key_unknown,
    key_amount (fen, null unless yes), key_no_standard; with `basis` also every fact and parameter read, as fact_… and
    parameter_….
    """
    chosen = tuple(schemes)
    if constant_frame is not None:
        # what is the same for everybody stands in the rules themselves: the engine calculates with it once
        (values,) = params.values()
        known = settled(constant_frame, values)
        return judge_sql(chosen, _gather_sql(chosen, constant_frame, known), basis, dialect, known)
    facts, names = needed(chosen), needed_parameters(chosen)
    read = ["f.case_id", "f.person_id", *(f"f.{item} AS fact_{item}" for item in facts)]
    read += [f"p.{item} AS parameter_{item}" for item in names]
    before, after = _judging(chosen, basis, dialect)
    joined = (
        f"({_facts_of_frame(facts, frame_table)}) f LEFT JOIN ({parameters_sql(names, params)}) p"
        " ON p.division = f.division AND p.month_first = f.month_first"
    )
    return f"{before}(SELECT {', '.join(read)} FROM {joined}){after}"


def settled(constant_frame: Mapping[str, Any], params: Mapping[str, Any]) -> Known:
    """Return what is the same for everybody judged on one day in one place: its parameters, and some of the facts."""
    return {("parameter", name): value for name, value in params.items()} | {
        ("fact", name): value for name, value in settled_facts(constant_frame).items()
    }


def _gather_sql(schemes: Sequence[Scheme], constant_frame: Mapping[str, Any], known: Known) -> str:
    """Return a SELECT of what `judge_sql` reads for everybody judged on one day, without what is `known`."""
    facts = [name for name in needed(schemes) if ("fact", name) not in known]
    read = ["f.case_id", "f.person_id", *(f"f.{name} AS fact_{name}" for name in facts)]
    return f"SELECT {', '.join(read)} FROM ({facts_sql(facts, constant_frame=constant_frame)}) f"


def judge_sql(
    schemes: Sequence[Scheme],
    source: str,
    basis: bool = False,
    dialect: str = "duckdb",
    known: Known | None = None,
) -> str:
    """Return a SELECT that decides schemes over facts and parameters already gathered.

    `source` selects case_id, person_id and every fact and parameter read, as fact_… and parameter_…, but for those whose
    values are `known`; the columns of the result are those of `decide_sql`.
    """
    chosen = tuple(schemes)
    given = None
    if known is not None:
        read = [("fact", name) for name in needed(chosen)] + [("parameter", name) for name in needed_parameters(chosen)]
        given = tuple((column, known[column]) for column in read if column in known)
    before, after = _judging(chosen, basis, dialect, given)
    return f"{before}({source}){after}"


@cache
def _facts_of_frame(facts: tuple[str, ...], frame_table: str) -> str:
    return facts_sql(facts, frame_table=frame_table)


@cache
def _judging(
    schemes: tuple[Scheme, ...],
    basis: bool,
    dialect: str,
    known: tuple[tuple[tuple[str, str], Any], ...] | None = None,
) -> tuple[str, str]:
    """Return the SQL around the facts and parameters: what stands before that sub-select, and what after it.

    What is `known` for everybody is folded into the rules, and the sub-select need not have it. The text takes a while
    to write and depends on little, so it is written once a process.
    """
    given = dict(known or ())
    facts, names = needed(schemes), needed_parameters(schemes)
    plans = [plan_of(scheme).folded(given) if given else plan_of(scheme) for scheme in schemes]
    layers = Layers(
        [part for plan in plans for part in (*plan.tests, plan.amount, plan.lacking, plan.waiting)],
        lambda namespace, column: f"{namespace}_{column}",
        dialect,
    )
    tests: dict[str, str] = {}  # SQL of a distinct condition → its column
    columns, results = [], []
    for scheme, plan in zip(schemes, plans, strict=True):
        key = scheme.key
        not_met: list[str] = []
        unknown: list[str] = []
        for bit, test in enumerate(plan.tests):
            if test.op == "const":  # the same for everybody
                if test.value is not True:
                    (unknown if test.value is None else not_met).append(str(1 << bit))
                continue
            column = tests.setdefault(layers.text(test), f"t{len(tests)}")
            not_met.append(f"CASE WHEN NOT {column} THEN {1 << bit} ELSE 0 END")
            unknown.append(f"CASE WHEN {column} IS NULL THEN {1 << bit} ELSE 0 END")
        columns += [
            f"{layers.text(plan.amount)} AS {key}_a",
            f"{layers.text(plan.lacking)} AS {key}_l",
            f"{layers.text(plan.waiting)} AS {key}_w",
        ]
        masks_of = (f"CAST({' + '.join(parts) or 0} AS BIGINT)" for parts in (not_met, unknown))
        results.append((key, *masks_of))
    columns += [f"{text} AS {column}" for text, column in tests.items()]
    if basis:
        columns += [_basis("fact", name, BY_NAME[name].kind, given) for name in facts]
        columns += [_basis("parameter", name, PARAMETERS[name].kind, given) for name in names]
    kept = [f"fact_{item}" for item in facts] + [f"parameter_{item}" for item in names] if basis else []
    masks, finals = [], []
    for key, not_met_sql, unknown_sql in results:
        masks += [f"{not_met_sql} AS {key}_not_met", f"{unknown_sql} AS {key}_unknown"]
        masks += [f"{key}_a", f"{key}_l", f"{key}_w"]
        yes = f"({key}_not_met = 0 AND {key}_unknown = 0 AND {key}_a IS NOT NULL)"
        finals += [
            f"CAST(CASE WHEN {key}_not_met <> 0 THEN 0 WHEN {yes} THEN 1 ELSE 2 END AS TINYINT) AS {key}_outcome",
            f"{key}_not_met",
            f"{key}_unknown",
            f"CAST(CASE WHEN {yes} THEN {key}_a END AS BIGINT) AS {key}_amount",
            f"({key}_not_met = 0 AND NOT {yes} AND ("
            f"({key}_a IS NULL AND {key}_unknown = 0 AND NOT {key}_w) OR {key}_l)) AS {key}_no_standard",
        ]
    text = (
        f"SELECT {', '.join(['case_id', 'person_id', *finals, *kept])} FROM ("
        f"SELECT {', '.join(['case_id', 'person_id', *masks, *kept])} FROM ("
        f"SELECT {', '.join(['case_id', 'person_id', *columns])} FROM {layers.over(_SOURCE)} x) tests) masks"
    )
    before, _, after = text.partition(_SOURCE)
    return before, after


def _basis(namespace: str, name: str, kind: Kind, given: Known) -> str:
    if (namespace, name) not in given:
        return f"{namespace}_{name}"
    return f"CAST({constant(given[namespace, name], kind)} AS {sql_type(kind)}) AS {namespace}_{name}"


@cache
def _single(expr: Expr) -> Any:
    return compile_expressions([expr], ("fact", "parameter"))


def cause_of(scheme: Scheme, not_met: int, facts: Mapping[str, Any]) -> str:
    """Return the cause code of the first condition not met; a lost contest is `other_benefit`; "" when all are met."""
    for bit, condition in enumerate(scheme.conditions):
        if not_met >> bit & 1:
            if isinstance(condition.cause, Expr):
                return str(_single(condition.cause)(facts, {})[0])
            return condition.cause
    return "other_benefit" if not_met else ""


def shipped_parameters(division: str, first_day: date, extra: Sequence[ParameterRow] = ()) -> dict[str, Any]:
    """Return the shipped parameters of a division on a day, with extra rows laid over them."""
    return resolve((*baseline(), *extra), division, first_day)


def quantity_of(scheme: Scheme, facts: Mapping[str, Any], params: Mapping[str, Any]) -> int | None:
    """Return how many units a scheme gives to somebody, None while that is not known."""
    found: int | None = _single(scheme.quantity)(facts, params)[0]
    return found


def amount_of(scheme: Scheme, facts: Mapping[str, Any], params: Mapping[str, Any]) -> int | None:
    """Return what a scheme comes to in fen whatever its conditions say, None while that is not known."""
    found: int | None = _single(scheme.amount)(facts, params)[0]
    return found
