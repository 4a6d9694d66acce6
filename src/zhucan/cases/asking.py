"""What an application has to be asked, and the answers: read, checked, and kept as JSON in the engine's units.

Only what no register tells is asked: the asked facts of the schemes chosen, each once, and the items of their claims.
Answers are kept by application as `{"facts": {name: value}, "items": [{field: value}]}`; money is fen, days are ISO texts.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from zhucan.core.errors import ZhucanError
from zhucan.core.money import fen, parse_yuan
from zhucan.policy.expressions import RATE_DIGITS, Kind
from zhucan.policy.facts import BY_NAME, Fact
from zhucan.policy.schemes import Field, Scheme
from zhucan.policy.steps import State

FROM_ASSESSMENT = frozenset({"assessed_category", "assessed_grade", "device_assessed"})
"""Asked facts that the finding of an assessment answers."""
FROM_APPLICANT = frozenset({"guardian_applies"})
"""Asked facts that follow from who applies."""
_MOST_ITEMS = 60
_MOST = 10**11  # fen, or a count: what is larger is a slip
_LONGEST = 60


class AnswersRefused(ZhucanError):
    """An answer cannot be so; nothing was changed."""


def told_by(scheme: Scheme) -> tuple[Fact, ...]:
    """Return the facts of a scheme that only its application can tell."""
    return tuple(BY_NAME[name] for name in scheme.columns("fact") if BY_NAME[name].asked)


def questions(schemes: Iterable[Scheme]) -> tuple[Fact, ...]:
    """Return the facts that schemes ask of the applicant, each once, in the order of the schemes.

    What the assessment of a scheme's flow will tell is not asked, nor what follows from who applies.
    """
    found: dict[str, Fact] = {}
    for scheme in schemes:
        assessed = State.ASSESSING in scheme.flow.states
        for fact in told_by(scheme):
            if fact.name not in FROM_APPLICANT and not (assessed and fact.name in FROM_ASSESSMENT):
                found[fact.name] = fact
    return tuple(found.values())


def read(label: str, kind: Kind, said: str, choices: Mapping[str, str] | None = None) -> Any:
    """Return a typed value in the engine's units, None for an empty one. Raises `AnswersRefused`."""
    said = said.strip()
    if not said:
        return None
    try:
        match kind:
            case Kind.BOOL:
                return {"yes": True, "是": True, "true": True, "no": False, "否": False, "false": False}[said]
            case Kind.INT:
                return int(said)
            case Kind.MONEY:
                return fen(parse_yuan(said))
            case Kind.RATE:
                scaled = Decimal(said) * 10**RATE_DIGITS
                if scaled != int(scaled):
                    raise ValueError
                return int(scaled)
            case Kind.DATE:
                return date.fromisoformat(said)
            case Kind.TEXT:
                words = {word: code for code, word in (choices or {}).items()}
                return words.get(said, said)
    except (KeyError, ValueError, InvalidOperation, OverflowError) as error:
        wanted = {
            Kind.BOOL: "是或否",
            Kind.INT: "整数",
            Kind.MONEY: "金额，最多两位小数",
            Kind.RATE: "最多四位小数的数",
            Kind.DATE: "日期，如 2025-01-02",
        }[kind]
        raise AnswersRefused(f"{label}“{said[:20]}”不对：应填{wanted}。") from error


def _kept(label: str, kind: Kind, value: Any, choices: Mapping[str, str] | None, born: date) -> Any:
    """Return a value as JSON keeps it. Raises `AnswersRefused` for one that cannot be."""
    if kind is Kind.BOOL:
        fits = isinstance(value, bool)
    elif kind is Kind.DATE:
        fits = isinstance(value, date)
        if fits and value < born:
            raise AnswersRefused(f"{label} {value} 早于出生日期：请核对。")
    elif kind is Kind.TEXT:
        fits = isinstance(value, str) and (value in choices if choices else 0 < len(value) <= _LONGEST)
    else:
        fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST
    if not fits:
        listed = f"：应为{'、'.join(choices.values())}之一" if choices else "：请核对"
        raise AnswersRefused(f"{label}填得不对{listed}。")
    return value.isoformat() if isinstance(value, date) else value


def _value(kind: Kind, kept: Any) -> Any:
    return date.fromisoformat(kept) if kind is Kind.DATE and isinstance(kept, str) else kept


def cleaned(
    scheme: Scheme, facts: Mapping[str, Any], items: Sequence[Mapping[str, Any]], *, born: date
) -> dict[str, Any]:
    """Return one scheme's part of the answers as they are kept; an answer of None is left out: not known.

    The items of a claim may come later, once there are bills. Raises `AnswersRefused` for a value that does not fit and a
    day before the birth.
    """
    told: dict[str, Any] = {}
    for fact in told_by(scheme):
        value = facts.get(fact.name)
        if value is not None:
            told[fact.name] = _kept(fact.label, fact.kind, value, fact.choices, born)
    if scheme.claim is None:
        return {"facts": told}
    if len(items) > _MOST_ITEMS:
        raise AnswersRefused(f"{scheme.claim.item}超过 {_MOST_ITEMS} 项：请分次申请。")
    return {"facts": told, "items": [_item(scheme.claim.fields, item, born) for item in items]}


def _item(fields: Sequence[Field], item: Mapping[str, Any], born: date) -> dict[str, Any]:
    kept = {}
    for field in fields:
        value = item.get(field.name)
        if value is not None:
            kept[field.name] = _kept(field.label, field.kind, value, field.choices, born)
        elif field.optional:
            kept[field.name] = None
        else:
            raise AnswersRefused(f"没有填写{field.label}：请补全。")
    return kept


def facts_in(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the asked facts of kept answers in the engine's units; one that is declared no more is left out."""
    told = answers.get("facts", {})
    return {name: _value(BY_NAME[name].kind, value) for name, value in told.items() if name in BY_NAME}


def items_in(scheme: Scheme, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the items of kept answers in the engine's units."""
    if scheme.claim is None:
        return []
    kinds = {field.name: field.kind for field in scheme.claim.fields}
    return [
        {name: _value(kinds[name], value) for name, value in item.items() if name in kinds}
        for item in answers.get("items", [])
    ]
