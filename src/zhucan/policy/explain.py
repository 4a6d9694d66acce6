"""From masks back to sentences: each condition with its source, what was observed, and what would change a no."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhucan.core.money import from_fen, text
from zhucan.policy.engine import Decision, Outcome
from zhucan.policy.expressions import RATE_DIGITS, Kind
from zhucan.policy.facts import BY_NAME
from zhucan.policy.parameters import PARAMETERS
from zhucan.policy.schemes import Scheme

_MARKS = {True: "✓", False: "✕", None: "？"}


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
    def sentence(self) -> str:
        """Return the reason as one line."""
        tail = "；".join(part for part in (self.observed, self.threshold) if part)
        return f"{_MARKS[self.met]} {self.label}" + (f"（{tail}）" if tail else "") + f"，依据：{self.source}"


@dataclass(frozen=True)
class Explanation:
    """A decision as people read it."""

    scheme: Scheme
    verdict: str
    reasons: tuple[Reason, ...]
    change: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return one line for each reason."""
        return tuple(reason.sentence for reason in self.reasons)


def explain(scheme: Scheme, decision: Decision, facts: Mapping[str, Any], params: Mapping[str, Any]) -> Explanation:
    """Return a decision's sentences, and the smallest change that would make it yes."""
    reasons = []
    for bit, condition in enumerate(scheme.conditions):
        met = _state(decision, bit)
        names = [name for name in condition.met.columns("fact")]
        numbers = [name for name in condition.met.columns("parameter") if PARAMETERS[name].kind is not Kind.BOOL]
        label = f"未{condition.label}" if condition.excludes and met else condition.label
        if condition.excludes and not condition.label.startswith(("领取", "享受", "全额", "正在")):
            label = f"不属于{condition.label}" if met else condition.label
        elif condition.excludes:
            label = f"没有{condition.label}" if met else condition.label
        reasons.append(Reason(label, met, condition.source, _observed(names, facts, met), _threshold(numbers, params)))
    for place, contest in enumerate(scheme.contests):
        met = _state(decision, len(scheme.conditions) + place)
        names = [name for name in (contest.rival.columns("fact") if contest.rival is not None else ())]
        some = [name for name in names if facts.get(name) != 0]
        reasons.append(Reason(contest.label, met, contest.source, _observed(some, facts, met), ""))
    return Explanation(scheme, _verdict(decision), tuple(reasons), _change(scheme, decision, facts, params))


def _state(decision: Decision, bit: int) -> bool | None:
    if decision.not_met >> bit & 1:
        return False
    return None if decision.unknown >> bit & 1 else True


def _observed(names: list[str], facts: Mapping[str, Any], met: bool | None) -> str:
    """Name what was seen: everything behind a no or an unknown, and numbers and kinds behind a yes."""
    parts = []
    for name in names:
        fact, value = BY_NAME[name], facts.get(name)
        if fact.kind is Kind.BOOL and met is not None:
            continue
        if met and (value is None or value == 0):
            continue
        if met is False and value is None and fact.kind is not Kind.BOOL and len(names) > 1:
            continue
        parts.append(f"{fact.label}：{shown(value, fact.kind, fact.choices)}")
    return "，".join(parts)


def _threshold(names: list[str], params: Mapping[str, Any]) -> str:
    shown_ = [
        f"{PARAMETERS[name].label} {shown(params.get(name), PARAMETERS[name].kind)}"
        for name in names
        if PARAMETERS[name].kind in (Kind.MONEY, Kind.RATE) and params.get(name) is not None
    ]
    return "，".join(shown_)


def _verdict(decision: Decision) -> str:
    if decision.outcome is Outcome.YES:
        return f"可以享受，每月 {text(from_fen(decision.amount_fen or 0))} 元"
    if decision.outcome is Outcome.NO:
        return "不能享受"
    return "没有配置当地标准，暂不能判断" if decision.no_standard else "还不能确定"


def _change(scheme: Scheme, decision: Decision, facts: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    if decision.outcome is Outcome.YES:
        return ""
    if decision.no_standard:
        return "请先录入当地标准及其文件，再判断。"
    labels = scheme.labels
    missing = [labels[bit] for bit in range(len(labels)) if decision.unknown >> bit & 1]
    failed = [bit for bit in range(len(labels)) if decision.not_met >> bit & 1]
    if not failed:
        return f"只要查明：{'、'.join(missing)}，就能作出判断。"
    steps = [_step(scheme, bit, facts, params) for bit in failed]
    also = f"；并须查明：{'、'.join(missing)}" if missing else ""
    if len(steps) == 1:
        return f"只差一项：{steps[0]}{also}。"
    return f"还差 {len(steps)} 项：{'；'.join(steps)}{also}。"


def _step(scheme: Scheme, bit: int, facts: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    """Return the smallest change for one condition; for an income limit, by how much it is exceeded."""
    if bit >= len(scheme.conditions):
        return "其他待遇金额更高，按择高只能享受一项；放弃或停领其他待遇后可以改领"
    condition = scheme.conditions[bit]
    limit = _income_limit(params)
    income = facts.get("income_per_head")
    if "income_per_head" in condition.met.columns("fact") and income is not None and limit is not None:
        over = income * 10**RATE_DIGITS - limit
        cents = -(-over // 10**RATE_DIGITS)
        return f"家庭人均月收入再低 {text(from_fen(cents))} 元，或被认定为低保、低保边缘家庭"
    if condition.excludes:
        return (
            f"不再{condition.label}"
            if condition.label[:2] in ("领取", "享受", "全额", "正在")
            else f"不再属于{condition.label}"
        )
    return condition.label


def _income_limit(params: Mapping[str, Any]) -> int | None:
    """Return the income limit in ten-thousandths of a fen."""
    base, multiple = params.get("dibao_monthly"), params.get("ls_income_multiple")
    return None if base is None or multiple is None else base * multiple
