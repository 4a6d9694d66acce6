"""Worked cases of policy: facts and parameters of one month, and what a scheme must say; read from YAML and run.

The form is in `docs/howto/write-worked-cases.md`. Every mistake in a file is a `YamlError` with file and line; a
case that does not hold is a Chinese sentence with file and line. The readers of schemes and switches serve the
worked histories too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from zhucan.core import yamls
from zhucan.core.calendar import age
from zhucan.core.divisions import InvalidDivision, normalise_code
from zhucan.core.money import fen
from zhucan.core.yamls import Node, Place, Scalar, YamlError, nearest
from zhucan.policy.catalogue import SCHEMES, scheme
from zhucan.policy.engine import Decision, Outcome, decide, quantity_of, reckon
from zhucan.policy.expressions import RATE_DIGITS, Kind
from zhucan.policy.facts import BY_NAME, CATEGORY_LABELS, Fact, complete
from zhucan.policy.parameters import (
    PARAMETERS,
    BadParameter,
    Parameter,
    ParameterRow,
    baseline,
    parameter,
    resolve,
    value_of,
)
from zhucan.policy.schemes import ClaimError

_CASE_KEYS = ("name", "scheme", "month", "on", "division", "facts", "items", "switches", "expect")
_EXPECT_KEYS = ("outcome", "amount", "quantity", "failed", "unknown", "no_standard", "refused")
_OUTCOMES = {item.word: item for item in Outcome}
_SHORTHANDS = ("category", "grade", "components")
"""Besides the declared facts: one kind of disability and its grade, or several kinds."""


@dataclass(frozen=True)
class Expected:
    """What a case says must come out; None is not compared. `refused` stands in the sentence that refuses the items."""

    outcome: Outcome | None
    amount: Decimal | None
    quantity: int | None
    failed: frozenset[str] | None
    unknown: frozenset[str] | None
    no_standard: bool | None
    refused: str | None


@dataclass(frozen=True)
class Case:
    """One worked case of a file. Facts are complete and in engine units (money in fen); switches are texts by id.

    `on` is the day that picks the parameters: the first of the month, or the day of an application. `items` are those of
    a claim, None where the case has none.
    """

    place: Place
    name: str
    scheme: str
    on: date
    division: str
    facts: Mapping[str, Any]
    items: tuple[Mapping[str, Any], ...] | None
    switches: Mapping[str, str]
    expect: Expected


def load_cases(path: Path) -> tuple[Case, ...]:
    """Return the cases of a file. Raises `YamlError`."""
    root = yamls.load(path)
    cases = tuple(_case(item.as_mapping("一个案例")) for item in root.as_list("案例文件"))
    if not cases:
        raise root.error("文件里没有案例；请至少写一个。")
    return cases


def _params(case: Case, rows: Iterable[ParameterRow] | None) -> dict[str, Any]:
    params = resolve(baseline() if rows is None else rows, case.division, case.on)
    return params | {name: value_of(name, text) for name, text in case.switches.items()}


def decided(case: Case, rows: Iterable[ParameterRow] | None = None) -> Decision:
    """Return what the scheme says of a case, with the shipped parameters (or `rows`) and the case's switches.

    Where the case has items and nothing stands against it, the amount is what they come to. Raises `ClaimError`.
    """
    params, item = _params(case, rows), scheme(case.scheme)
    decision = decide(case.facts, params, (item,))[case.scheme]
    if case.items is None or not decision.awaits_claim:
        return decision
    amount = reckon(item, case.items, case.facts, params).amount_fen
    return replace(decision, outcome=Outcome.YES, amount_fen=amount, awaits_claim=False)


def _quantity(case: Case) -> int | None:
    if case.items is not None:
        counted = reckon(scheme(case.scheme), case.items, case.facts, _params(case, None)).quantity
        if counted is not None:
            return counted
    return quantity_of(scheme(case.scheme), case.facts, _params(case, None))


def run_case(case: Case) -> str:
    """Return what came out otherwise than expected as one sentence, "" when the case holds."""
    wanted = case.expect
    try:
        decision = decided(case)
    except ClaimError as error:
        if wanted.refused is not None and wanted.refused in str(error):
            return ""
        return f"{case.place}：申报的明细不能计算：{error}"
    if wanted.refused is not None:
        return f"{case.place}：申报的明细应当不予计算（“{wanted.refused}”），实际算出了结果。"
    labels = scheme(case.scheme).labels
    wrong = []
    if wanted.outcome is not None and decision.outcome is not wanted.outcome:
        wrong.append(f"结论应为 {wanted.outcome.word}，实为 {decision.outcome.word}")
    if wanted.amount is not None and decision.amount != wanted.amount:
        found = "无" if decision.amount is None else f"{decision.amount} 元"
        wrong.append(f"金额应为 {wanted.amount} 元，实为 {found}")
    if wanted.quantity is not None and (quantity := _quantity(case)) != wanted.quantity:
        wrong.append(f"数量应为 {wanted.quantity}，实为 {'不明' if quantity is None else quantity}")
    for what, expected, mask in (
        ("不符合的条件", wanted.failed, decision.not_met),
        ("不明的条件", wanted.unknown, decision.unknown),
    ):
        actual = _named(mask, labels)
        if expected is not None and expected != actual:
            wrong.append(f"{what}应为{_listed(expected)}，实为{_listed(actual)}")
    if wanted.no_standard is not None and decision.no_standard is not wanted.no_standard:
        wrong.append(f"{'应' if wanted.no_standard else '不应'}因没有配置当地标准而不能判断")
    if not wrong:
        return ""
    if wanted.failed is None and decision.not_met:
        wrong.append(f"不符合的条件有{_listed(_named(decision.not_met, labels))}")
    if wanted.unknown is None and decision.unknown:
        wrong.append(f"不明的条件有{_listed(_named(decision.unknown, labels))}")
    return f"{case.place}：{'；'.join(wrong)}。"


def read_scheme(node: Node) -> str:
    """Return the id of the scheme that a value names by its id or its Chinese name."""
    said = node.as_text("项目")
    for item in SCHEMES:
        if said in (item.id, item.name):
            return item.id
    raise node.error(f"没有项目“{said}”；{nearest(said, [item.id for item in SCHEMES])}")


def read_switches(node: Node) -> dict[str, str]:
    """Return the parameters to override as texts by id; `{ns_monthly: {full: …}}` stands for `ns_monthly_full`."""
    switches: dict[str, str] = {}
    fields = node.as_mapping("switches（参数替换）")
    for key, value in fields.items():
        if isinstance(value, yamls.Mapping):
            for part, inner in value.items():
                found = _parameter(f"{key}_{part}", value.keys[part])
                switches[found.id] = _parameter_text(found, inner)
        else:
            found = _parameter(key, fields.keys[key])
            switches[found.id] = _parameter_text(found, value)
    return switches


def _parameter(name: str, place: Place) -> Parameter:
    try:
        return parameter(name)
    except BadParameter as error:
        aliases = [alias for item in PARAMETERS.values() for alias in item.aliases]
        raise YamlError(place, f"没有参数“{name}”；{nearest(name, [*PARAMETERS, *aliases])}") from error


def _parameter_text(item: Parameter, node: Node) -> str:
    text = str(node.as_yuan(item.label)) if item.kind is Kind.MONEY else node.as_text(item.label)
    try:
        value_of(item.id, text)
    except BadParameter as error:
        raise node.error(str(error)) from error
    return text


def _case(node: yamls.Mapping) -> Case:
    node.only(_CASE_KEYS, "案例")
    scheme_id = read_scheme(node.require("scheme", "案例"))
    where = node.require("division", "案例")
    try:
        division = normalise_code(where.as_text("区划"))
    except InvalidDivision as error:
        raise where.error(str(error)) from error
    on, month = node.get("on"), node.get("month")
    if (on is None) == (month is None):
        raise node.error("按月的项目写 month（月份），按申请日判断的写 on（申请日期），两者写一个。")
    day = on.as_date("申请日期") if on is not None else node.require("month", "案例").as_month("月份").first
    eve = day if on is not None else day - timedelta(days=1)
    facts, switches, items = node.get("facts"), node.get("switches"), node.get("items")
    stated = {} if facts is None else _facts(facts.as_mapping("facts（事实）"), eve)
    stated.setdefault("judged_on", eve)
    if on is not None:
        stated.setdefault("applied_on", day)
    return Case(
        place=node.place,
        name=node.require("name", "案例").as_text("name（名称）"),
        scheme=scheme_id,
        on=day,
        division=division,
        facts=complete(stated),
        items=None if items is None else _items(items, scheme_id),
        switches={} if switches is None else read_switches(switches),
        expect=_expected(node.require("expect", "案例").as_mapping("expect（预期）"), scheme_id),
    )


def _items(node: Node, scheme_id: str) -> tuple[Mapping[str, Any], ...]:
    """Return the items of a claim in engine units."""
    claim = scheme(scheme_id).claim
    if claim is None:
        raise node.error("这个项目没有要申报的明细；请把 items 去掉，或改用有明细的项目。")
    found = []
    for one in node.as_list(f"items（{claim.item}）"):
        said = one.as_mapping(claim.item)
        said.only([item.name for item in claim.fields], claim.item)
        row: dict[str, Any] = {}
        for field in claim.fields:
            value = said.get(field.name)
            if value is None:
                if not field.optional:
                    raise said.error(f"{claim.item}缺少 {field.name}（{field.label}）。")
                row[field.name] = None
            elif field.kind is Kind.RATE:
                row[field.name] = int(Decimal(value.as_text(field.label)) * 10**RATE_DIGITS)
            else:
                row[field.name] = _value(Fact(field.name, field.kind, field.label, "", choices=field.choices), value)
        found.append(row)
    return tuple(found)


def _facts(node: yamls.Mapping, eve: date) -> dict[str, Any]:
    """Return the stated facts in engine units, with what follows from them."""
    node.only((*BY_NAME, *_SHORTHANDS), "facts（事实）")
    stated = {key: _value(BY_NAME[key], value) for key, value in node.items() if key in BY_NAME}
    stated |= _grades(node)
    return stated | _following(stated, eve)


def _value(fact: Fact, node: Node) -> Any:
    """Return a fact's value; empty, `null` and `unknown` say that it is not known."""
    if isinstance(node, Scalar) and (node.value is None or node.value == "unknown"):
        return None
    match fact.kind:
        case Kind.BOOL:
            return node.as_bool(fact.label)
        case Kind.INT:
            return node.as_int(fact.label)
        case Kind.MONEY:
            return fen(node.as_yuan(fact.label))
        case Kind.DATE:
            return node.as_date(fact.label)
    if not fact.choices:
        return node.as_text(fact.label)
    words = {label: code for code, label in fact.choices.items()}
    return words.get(node.as_text(fact.label)) or node.as_choice(fact.label, fact.choices)


def _grades(node: yamls.Mapping) -> dict[str, Any]:
    """Return the grade facts that `category` with `grade`, or `components`, stand for."""
    labels = {label: code for code, label in CATEGORY_LABELS.items()}
    found: dict[str, Any] = {}
    category, grade, components = node.get("category"), node.get("grade"), node.get("components")
    if (category is None) != (grade is None):
        raise node.error(
            "category（残疾类别）和 grade（等级）要一起写；多重残疾请写 components，如 {visual: 2, speech: 3}。"
        )
    if category is not None and grade is not None:
        word = category.as_text("残疾类别")
        if word in ("multiple", "多重"):
            raise category.error("多重残疾请写 components（各类残疾及等级），如 {visual: 2, speech: 3}。")
        found[f"grade_{labels.get(word) or category.as_choice('残疾类别', CATEGORY_LABELS)}"] = _grade(grade)
    if components is not None:
        fields = components.as_mapping("components（各类残疾）")
        fields.only((*CATEGORY_LABELS, *labels), "components（各类残疾）")
        found |= {f"grade_{labels.get(kind, kind)}": _grade(value) for kind, value in fields.items()}
    return found


def _grade(node: Node) -> int:
    grade = node.as_int("残疾等级")
    if grade not in (1, 2, 3, 4):
        raise node.error(f"残疾等级没有 {grade}；应为 1 至 4。")
    return grade


def _following(stated: Mapping[str, Any], eve: date) -> dict[str, Any]:
    """Return what follows from stated facts for others left out, so that a case need not say the same thing twice.

    Without any grade the grades are unknown, not "no such disability".
    """
    more: dict[str, Any] = {}
    if not any(name.startswith("grade_") for name in stated):
        more |= {f"grade_{category}": None for category in CATEGORY_LABELS}
    if "hardship" in stated and "in_tekun" not in stated:
        more["in_tekun"] = None if stated["hardship"] is None else stated["hardship"] == "tekun"
    if stated.get("in_tekun") and "hardship" not in stated:
        more["hardship"] = "tekun"
    if stated.get("born") is not None and "age" not in stated:
        more["age"] = age(stated["born"], eve) if stated["born"] <= eve else 0
    for name in BY_NAME:
        kind = name.removesuffix("_amount")
        if kind == name or f"gets_{kind}" not in BY_NAME:
            continue
        if name in stated and f"gets_{kind}" not in stated:
            more[f"gets_{kind}"] = None if stated[name] is None else stated[name] > 0
        if stated.get(f"gets_{kind}", False) is not False and name not in stated:
            more[name] = None
    return more


def _expected(node: yamls.Mapping, scheme_id: str) -> Expected:
    node.only(_EXPECT_KEYS, "expect（预期）")
    outcome, amount, no_standard = node.get("outcome"), node.get("amount"), node.get("no_standard")
    quantity, refused = node.get("quantity"), node.get("refused")
    if outcome is None and amount is None and refused is None:
        raise node.error("预期要写 outcome（yes、no 或 unknown）、amount（金额）或 refused（明细不予计算的原因）。")
    return Expected(
        outcome=None if outcome is None else _OUTCOMES[outcome.as_choice("结论", _OUTCOMES)],
        amount=None if amount is None else amount.as_yuan("金额"),
        quantity=None if quantity is None else quantity.as_int("数量"),
        refused=None if refused is None else refused.as_text("refused（不予计算的原因）"),
        failed=_labels(node, "failed", scheme_id),
        unknown=_labels(node, "unknown", scheme_id),
        no_standard=None if no_standard is None else no_standard.as_bool("no_standard（没有配置标准）"),
    )


def _labels(node: yamls.Mapping, key: str, scheme_id: str) -> frozenset[str] | None:
    listed = node.get(key)
    if listed is None:
        return None
    return frozenset(item.as_choice("条件", scheme(scheme_id).labels) for item in listed.as_list(key))


def _named(mask: int, labels: Iterable[str]) -> frozenset[str]:
    return frozenset(label for bit, label in enumerate(labels) if mask >> bit & 1)


def _listed(labels: Iterable[str]) -> str:
    return "、".join(f"“{label}”" for label in sorted(labels)) or "（无）"
