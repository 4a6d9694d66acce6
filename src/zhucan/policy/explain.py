"""From masks back to sentences: each condition with its source, what was observed, and what would change a no.

A fact or parameter is named only where it mattered: where the condition would come out otherwise without it, or, of a
no, where another value would turn it. So a family on dibao is not told about incomes, and the smallest change is found
by trying values, not written by hand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any

from zhucan.core.money import from_fen, text
from zhucan.policy.engine import Decision, Outcome
from zhucan.policy.expressions import RATE_DIGITS, Expr, Kind
from zhucan.policy.facts import BY_NAME, Fact
from zhucan.policy.parameters import PARAMETERS
from zhucan.policy.python import compile_expressions
from zhucan.policy.schemes import Cadence, Condition, Overlap, Scheme

_MARKS = {True: "✓", False: "✕", None: "？"}
_LARGE = 10**12  # fen; more than any income
_GRADES = range(1, 5)
_NEVER = "本人已经去世"
_RESTORED = {"frozen": "残疾人证解冻", "cancelled": "重新申领残疾人证", "valid": "换领残疾人证（已过有效期）"}


def shown(value: Any, kind: Kind, choices: Mapping[str, str] | None = None) -> str:
    """Return a fact's or parameter's value as people read it."""
    if value is None:
        return "不详"
    if kind is Kind.MONEY:
        return f"{text(from_fen(value))} 元"
    if kind is Kind.RATE:
        whole = f"{value // 10**RATE_DIGITS}.{value % 10**RATE_DIGITS:0{RATE_DIGITS}d}"
        return whole.rstrip("0").rstrip(".")
    if kind is Kind.BOOL:
        return "是" if value else "否"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return (choices or {}).get(str(value), str(value))


@dataclass(frozen=True)
class Reason:
    """One condition as it stands: met True, False or None (unknown)."""

    label: str
    met: bool | None
    source: str
    observed: str
    threshold: str

    @property
    def said(self) -> str:
        """Return the reason as one line, without its source."""
        tail = "；".join(part for part in (self.observed, self.threshold) if part)
        return f"{_MARKS[self.met]} {self.label}" + (f"（{tail}）" if tail else "")

    @property
    def sentence(self) -> str:
        """Return the reason as one line."""
        return f"{self.said}，依据：{self.source}"


@dataclass(frozen=True)
class Explanation:
    """A decision as people read it."""

    scheme: Scheme
    verdict: str
    reasons: tuple[Reason, ...]
    change: str
    missing: tuple[str, ...] = ()
    """What has to be found out, one text for each condition that is not known."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return one line for each reason."""
        return tuple(reason.sentence for reason in self.reasons)


def explain(scheme: Scheme, decision: Decision, facts: Mapping[str, Any], params: Mapping[str, Any]) -> Explanation:
    """Return a decision's sentences, and the smallest change that would make it yes."""
    reasons: list[Reason] = []
    steps: list[str] = []
    missing: list[str] = []  # to be found out
    told: list[str] = []  # to be told by an application
    said: dict[str, bool | None] = {}
    for bit, condition in enumerate(scheme.conditions):
        met = said[condition.label] = _state(decision, bit)
        if condition.given and said[condition.given] is not True:
            continue
        view = _View(condition.met, facts, params)
        reasons.append(_reason(condition, met, view))
        if met is False:
            steps.append(_step(condition, view))
        elif met is None:
            (told if view.asked else missing).append(_missing(condition, view))
    for place, contest in enumerate(scheme.contests):
        met = _state(decision, len(scheme.conditions) + place)
        reason = _contest(scheme, contest, met, facts, params)
        reasons.append(reason)
        if met is False:
            steps.append(f"改选本补贴并停领其他待遇（{reason.observed}；{reason.threshold}）")
        elif met is None:
            missing.append("、".join(_unknown_amounts(contest, facts)) or contest.label)
    if decision.awaits_claim:
        told.append(_to_tell(scheme, facts))
    verdict = _verdict(scheme, decision, only_told=bool(told) and not missing)
    change = _change(decision, steps, missing, told)
    return Explanation(scheme, verdict, tuple(reasons), change, tuple(dict.fromkeys(missing)))


@cache
def _compiled(expr: Expr) -> Any:
    return compile_expressions([expr], ("fact", "parameter"))


def _value(expr: Expr, facts: Mapping[str, Any], params: Mapping[str, Any]) -> Any:
    return _compiled(expr)(facts, params)[0]


class _View:
    """A condition over some facts and parameters, and what it would say over slightly different ones."""

    def __init__(self, expr: Expr, facts: Mapping[str, Any], params: Mapping[str, Any]) -> None:
        self.expr, self.facts, self.params = expr, facts, params
        self._facts = {name: facts.get(name) for name in expr.columns("fact")}  # what it reads: a small copy is changed
        self._params = {name: params.get(name) for name in expr.columns("parameter")}
        self.result = _value(expr, self._facts, self._params)

    def with_fact(self, name: str, value: Any) -> Any:
        """Return what the condition says if one fact were otherwise."""
        return _value(self.expr, {**self._facts, name: value}, self._params)

    @cached_property
    def mattering(self) -> list[Fact]:
        """Return the facts without which the result would differ, or that could turn a no; of an unknown, those that
        could settle it."""
        named = [BY_NAME[name] for name in self.expr.columns("fact")]
        if self.result is not None:
            known = [fact for fact in named if self.facts.get(fact.name) is not None]
            return [
                fact
                for fact in known
                if self.with_fact(fact.name, None) != self.result or (self.result is False and self._turns(fact))
            ]
        unknown = [fact for fact in named if self.facts.get(fact.name) is None]
        settling = [
            fact for fact in unknown if any(self.with_fact(fact.name, value) is not None for value in _candidates(fact))
        ]
        return settling or unknown

    def _turns(self, fact: Fact) -> bool:
        return any(self.with_fact(fact.name, value) is True for value in _candidates(fact))

    @property
    def asked(self) -> bool:
        """Say whether an unknown is only for want of what an application tells."""
        facts = self.mattering if self.result is None else []
        return bool(facts) and all(fact.asked for fact in facts)

    def numbers(self) -> list[str]:
        """Return the amounts, rates and numbers among the parameters without which the result would differ."""
        return [
            name
            for name in self.expr.columns("parameter")
            if PARAMETERS[name].kind in (Kind.MONEY, Kind.RATE, Kind.INT)
            and self.params.get(name) is not None
            and _value(self.expr, self._facts, {**self._params, name: None}) != self.result
        ]

    def limits(self) -> dict[str, int]:
        """Return, for each fact that must not exceed an amount, that amount in ten-thousandths of a fen."""
        worked = ((name, most, _value(most, self.facts, self.params)) for name, most in _limited(self.expr))
        return {name: limit * 10 ** (RATE_DIGITS - most.scale) for name, most, limit in worked if limit is not None}


@cache
def _limited(expr: Expr) -> tuple[tuple[str, Expr], ...]:
    """Return the facts of an expression that must not exceed an amount, each with what that is worked out by."""
    return tuple(
        (names[0], node.args[1])
        for node in _nodes(expr)
        if node.op == "le" and node.args[0].kind is Kind.MONEY and not [*node.args[1].columns("fact")]
        if len(names := [*node.args[0].columns("fact")]) == 1
    )


def _nodes(expr: Expr) -> Iterator[Expr]:
    yield expr
    for arg in expr.args:
        yield from _nodes(arg)


def _candidates(fact: Fact) -> list[Any]:
    """Return values of a fact to try."""
    match fact.kind:
        case Kind.BOOL:
            return [True, False]
        case Kind.INT:
            return [0, *_GRADES, 30, 90]
        case Kind.MONEY:
            return [0, _LARGE]
        case Kind.TEXT:
            return list(fact.choices or ())
    return []


def _state(decision: Decision, bit: int) -> bool | None:
    if decision.not_met >> bit & 1:
        return False
    return None if decision.unknown >> bit & 1 else True


def _named(fact: Fact) -> str:
    return fact.label.partition("（0")[0]


def _is_grade(fact: Fact) -> bool:
    return fact.name.startswith("grade_")


def _reason(condition: Condition, met: bool | None, view: _View) -> Reason:
    return Reason(_label(condition, met, view), met, condition.source, _observed(view), _threshold(view))


def _label(condition: Condition, met: bool | None, view: _View) -> str:
    if met is None and not any(view.facts.get(name) is None for name in condition.met.columns("fact")):
        return f"没有配置当地标准：{condition.label}"
    open_ = "申请时填写：" if view.asked else "尚待查明："
    if not condition.excludes:
        return {True: "", False: "不符合：", None: open_}[met] + condition.label
    if met is None:
        return f"{open_}{condition.phrase('是否')}"
    if met is False:
        return f"因{condition.said or condition.label}不能享受"
    held = [view.facts.get(name) for name in condition.met.columns("fact")]
    if True in held:
        return f"{condition.said or condition.label}，按当地规定不影响本项"
    if None in held:
        return f"{condition.phrase('是否')}，按当地规定都不影响本项"
    return condition.phrase("没有")


def _observed(view: _View) -> str:
    """Name what was seen of the facts that mattered; yes and no are in the label already."""
    facts = [fact for fact in view.mattering if fact.kind is not Kind.BOOL]
    grades = [fact for fact in facts if _is_grade(fact) and view.facts.get(fact.name) != 0]
    if any(_is_grade(fact) for fact in facts) and not grades:
        return "没有登记任何类别的残疾等级"
    parts = []
    for fact in facts:
        value = view.facts.get(fact.name)
        if _is_grade(fact):
            if value != 0:
                parts.append(f"{_named(fact)}：{'不详' if value is None else f'{value} 级'}")
        else:
            parts.append(f"{_named(fact)}：{shown(value, fact.kind, fact.choices)}")
    return "，".join(parts)


def _threshold(view: _View) -> str:
    """Name the limit that was held against the facts, and the parameters that it comes from."""
    numbers = "，".join(f"{PARAMETERS[name].label}：{_standard(name, view.params[name])}" for name in view.numbers())
    seen = {fact.name for fact in view.mattering}
    limits = {limit for name, limit in view.limits().items() if name in seen}
    if len(limits) != 1:
        return numbers
    words = f"上限：{shown(limits.pop() // 10**RATE_DIGITS, Kind.MONEY)}"
    return f"{words}，其中{numbers}" if numbers else words


def _standard(name: str, value: int) -> str:
    """Return a parameter's value as people read it, a number with its unit, a day of the year as one."""
    item = PARAMETERS[name]
    if item.kind is not Kind.INT:
        return shown(value, item.kind, item.choices)
    if item.day_of_year:
        return f"{value // 100}月{value % 100}日"
    return f"{value} {item.unit.partition('/')[0]}"


def _step(condition: Condition, view: _View) -> str:
    """Return the smallest change that would make one condition hold: alternatives of one fact each."""
    if isinstance(condition.cause, str) and condition.cause == "died":
        return _NEVER
    if condition.excludes:
        return condition.phrase("不再")
    limits, ways = view.limits(), []
    for name in condition.met.columns("fact"):
        fact, value = BY_NAME[name], view.facts.get(name)
        if fact.kind is Kind.MONEY and name in limits:
            most = limits[name] // 10**RATE_DIGITS
            if view.with_fact(name, most) is True:
                ways.append(
                    f"{_named(fact)}查明不超过 {shown(most, Kind.MONEY)}"
                    if value is None
                    else f"{_named(fact)}再低 {shown(value - most, Kind.MONEY)}"
                )
        elif fact.kind is Kind.TEXT and not fact.asked:  # what an application says is as it is
            words = [label for code, label in (fact.choices or {}).items() if view.with_fact(name, code) is True]
            if words:
                ways.append(f"{_named(fact)}认定为{'、'.join(words)}")
        elif _is_grade(fact) and value:
            nearest = [grade for grade in reversed(_GRADES) if grade < value and view.with_fact(name, grade) is True]
            if nearest:
                ways.append(f"{_named(fact)}评定为 {nearest[0]} 级")
    if "certificate_valid" in condition.met.columns("fact"):
        return _RESTORED.get(str(view.facts.get("certificate_status")), condition.label)
    return "，或".join(ways) or condition.label


def _missing(condition: Condition, view: _View) -> str:
    """Return what has to be found out before one condition can be judged."""
    if condition.excludes:
        return condition.phrase("是否")
    facts = view.mattering
    if not facts or any(fact.kind is Kind.BOOL for fact in facts):
        return f"是否{condition.label}"
    return ("、" if _is_grade(facts[0]) else "或").join(_named(fact) for fact in facts)


def _unknown_amounts(contest: Overlap, facts: Mapping[str, Any]) -> list[str]:
    names = contest.rival.columns("fact") if contest.rival is not None else ()
    return [BY_NAME[name].label for name in names if facts.get(name) is None]


def _contest(
    scheme: Scheme, contest: Overlap, met: bool | None, facts: Mapping[str, Any], params: Mapping[str, Any]
) -> Reason:
    names = [*contest.rival.columns("fact")] if contest.rival is not None else []
    seen = [f"{BY_NAME[name].label}：{shown(facts.get(name), Kind.MONEY)}" for name in names if facts.get(name) != 0]
    own = _value(scheme.amount, facts, params)
    threshold = f"本补贴：{shown(own, Kind.MONEY)}" if seen and own is not None else ""
    label = {True: contest.label, False: f"{contest.label}，应领其他待遇", None: f"尚待查明：{contest.label}"}[met]
    return Reason(label, met, contest.source, "，".join(seen) or "没有这类待遇", threshold)


def _to_tell(scheme: Scheme, facts: Mapping[str, Any]) -> str:
    """Return what an application tells for the amount to follow."""
    if scheme.claim is not None:
        return f"{scheme.claim.item}（{'、'.join(field.label for field in scheme.claim.fields if not field.optional)}）"
    names = [name for name in scheme.amount.columns("fact") if BY_NAME[name].asked and facts.get(name) is None]
    return "、".join(BY_NAME[name].label for name in names)


def _verdict(scheme: Scheme, decision: Decision, *, only_told: bool) -> str:
    if decision.outcome is Outcome.YES:
        each = {Cadence.MONTHLY: "每月 ", Cadence.YEARLY: "每年 "}.get(scheme.cadence, "")
        if scheme.claim is not None:
            each = "共 "  # for what was declared, be it one month or several
        return "可以享受" + (f"，{each}{text(from_fen(decision.amount_fen))} 元" if decision.amount_fen else "")
    if decision.outcome is Outcome.NO:
        return "不能享受"
    if decision.awaits_claim:
        return "可以申请，金额按申请时提交的材料计算"
    if decision.no_standard:
        return "没有配置当地标准，暂不能判断"
    return "可以申请，按申请时填写的情况确定" if only_told else "还不能确定"


def _change(decision: Decision, steps: list[str], missing: list[str], told: list[str]) -> str:
    if decision.outcome is Outcome.YES:
        return ""
    if _NEVER in steps:
        return f"{_NEVER}，不再发放。"
    if decision.no_standard:
        return "请先录入当地标准及其文件，再判断。"
    if not steps:
        known = f"查明：{'；'.join(missing)}" if missing else ""
        said = f"申请时填写：{'；'.join(told)}" if told else ""
        both = "，".join(part for part in (known, said) if part)
        return f"{both}，就能算出金额。" if decision.awaits_claim else f"只要{both}，就能作出判断。"
    also = f"；并须查明：{'；'.join([*missing, *told])}" if missing or told else ""
    if len(steps) == 1:
        return f"只差一项：{steps[0]}{also}。"
    return f"还差 {len(steps)} 项：{'；'.join(steps)}{also}。"
