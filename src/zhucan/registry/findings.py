"""What somebody established about a person: findings of every declared kind, schooling and insurance."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from zhucan.core.errors import ZhucanError
from zhucan.core.money import fen, from_fen, yuan
from zhucan.core.money import text as text_of
from zhucan.policy.declared.findings import FINDING_KINDS, FindingKind
from zhucan.policy.expressions import Kind
from zhucan.registry import spells
from zhucan.registry.choices import MEDICAL, PENSIONS, InsuranceKind, Payer
from zhucan.registry.models import Finding, Insurance, Person, Schooling
from zhucan.registry.services import in_life
from zhucan.registry.spells import Witness

_MOST = 10_000
_YES_NO = {"是": 1, "否": 0, "true": 1, "false": 0}


class BadFinding(ZhucanError, ValueError):
    """A finding of no declared kind, or one that says what its kind cannot say."""


def finding_kind(name: str) -> FindingKind:
    """Return a kind of finding by its name or label. Raises `BadFinding`."""
    for item in FINDING_KINDS.values():
        if name in (item.name, item.label):
            return item
    raise BadFinding(f"没有“{name}”这种认定事项：可用的有 {'、'.join(FINDING_KINDS)}。")


def finding_value(kind: FindingKind, said: str) -> dict[str, Any]:
    """Return the word or number of a finding from what was typed; of a day nothing, its spell says it. Raises `BadFinding`."""
    text = said.strip()
    wanted = ""
    match kind.kind:
        case Kind.DATE:
            return {}
        case Kind.BOOL:
            if text in _YES_NO:
                return {"number": _YES_NO[text]}
            wanted = "是或否"
        case Kind.INT:
            if text.isdigit() and int(text) <= _MOST:
                return {"number": int(text)}
            wanted = f"0 至 {_MOST} 的整数"
        case Kind.MONEY:
            if re.fullmatch(r"\d{1,9}(\.\d{1,2})?", text):
                return {"number": fen(yuan(text))}
            wanted = "不小于 0、最多两位小数的金额（元）"
        case _:
            choices = kind.choices or {}
            code = text if text in choices else next((code for code, word in choices.items() if word == text), "")
            if code:
                return {"word": code}
            wanted = "、".join(choices.values())
    raise BadFinding(f"“{kind.label}”不能写“{said}”：应为{wanted}。")


def set_finding(*, person: Person, day: date, kind: str, said: str, witness: Witness) -> Finding:
    """Record a finding from a day on; it ends what the same kind said before, but a day on which something happened ends
    no other. Raises `BadFinding`, `NotInLife`.
    """
    found = finding_kind(kind)
    values = finding_value(found, said)
    in_life(person, day, witness)
    if found.kind is Kind.DATE:
        there = Finding.objects.filter(person=person, kind=found.name, valid_from=day).as_known().first()
        return there or spells.add(Finding, person, day, None, witness, kind=found.name)
    return spells.begin(Finding, person, day, witness, match={"kind": found.name}, kind=found.name, **values)


def finding_words(finding: Finding) -> str:
    """Return what a finding says as people read it; one of a kind no longer declared by its code."""
    kind = FINDING_KINDS.get(finding.kind)
    if kind is None:
        return finding.kind
    match kind.kind:
        case Kind.DATE:
            said = ""
        case Kind.TEXT:
            said = (kind.choices or {}).get(finding.word, finding.word)
        case Kind.BOOL:
            said = "是" if finding.number else "否"
        case Kind.MONEY if finding.number is not None:
            said = f"{text_of(from_fen(finding.number))} 元"
        case _:
            said = "" if finding.number is None else str(finding.number)
    return f"{kind.label}：{said}" if said else kind.label


def set_schooling(*, person: Person, day: date, said: Mapping[str, Any], witness: Witness) -> Schooling:
    """Record where and how the person goes to school (stage, placement, school, full_time, boarding) from a day on."""
    in_life(person, day, witness)
    return spells.begin(Schooling, person, day, witness, **said)


def set_insurance(*, person: Person, day: date, kind: str, witness: Witness, payer: str = Payer.SELF) -> Insurance:
    """Record an enrolment; every pension is exactly one, and so is every medical insurance: a new one ends the other."""
    in_life(person, day, witness)
    group = next((group for group in (PENSIONS, MEDICAL) if kind in group), (kind,))
    return spells.begin(Insurance, person, day, witness, match={"kind__in": list(group)}, kind=kind, payer=payer)


@transaction.atomic
def insure_all(
    *, people: Collection[int], day: date, stop: date, kind: InsuranceKind, witness: Witness, payer: str
) -> None:
    """Enrol many people in one insurance for [day, stop), as `set_insurance` does each; they live, and are born by the day."""
    held = Insurance.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), kind=kind).as_known()
    among = frozenset(people)
    told = {row.person for row in held.select_related("person") if row.person_id in among}
    without = among - {person.pk for person in told}
    spells.add_all(Insurance, sorted(without), day, stop, witness, kind=kind, payer=payer)
    for person in sorted(told, key=lambda one: one.pk):
        made = set_insurance(person=person, day=day, kind=kind, payer=payer, witness=witness)
        if made.valid_to is None or made.valid_to > stop:
            spells.end(Insurance, person, stop, witness, kind=kind)
