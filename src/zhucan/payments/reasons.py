"""Why a line says what it says: the conditions as decided, and the row behind every fact, with who recorded it and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhucan.cases.facts import SOURCES, days
from zhucan.cases.models import Curtailment
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.orgs.clock import SHANGHAI
from zhucan.payments import causes
from zhucan.payments.models import Line
from zhucan.policy.catalogue import scheme as scheme_of
from zhucan.policy.engine import Decision, Outcome
from zhucan.policy.explain import Explanation, explain, shown
from zhucan.policy.expressions import Kind
from zhucan.policy.facts import BY_NAME, Timing
from zhucan.policy.parameters import PARAMETERS
from zhucan.registry.models import Spell


@dataclass(frozen=True)
class Used:
    """A fact a decision read: its label, value as people read it, source of law, and the rows it was made of."""

    label: str
    value: str
    source: str
    rows: tuple[Spell, ...]


@dataclass(frozen=True)
class Reasons:
    """A line's explanation, the facts it used with their rows, and the standards it used as (label, value)."""

    explanation: Explanation
    facts: tuple[Used, ...]
    standards: tuple[tuple[str, str], ...]


def reasons_of(line: Line) -> Reasons | None:
    """Return why a line was decided so, from the basis kept with it; None for one without a basis."""
    if line.basis is None:
        return None
    scheme = scheme_of(line.scheme)
    facts = {name: _read(name, value) for name, value in line.basis.content["facts"].items()}
    params: Mapping[str, Any] = line.basis.content["parameters"]
    outcome = next(one for one in Outcome if one.word == line.outcome)
    decision = Decision(line.scheme, outcome, line.entitled_fen, line.not_met, line.unknown)
    month = Month.from_index(line.month)
    on, _ = days(month, line.award.applied_on)
    spells = _spells(line)
    used = []
    for name in scheme.columns("fact"):
        fact = BY_NAME[name]
        relations = _relations(name)
        rows = tuple(
            spell
            for relation in relations
            for spell in spells.get(relation, ())
            if _counts(spell, fact.timing, on, month)
        )
        used.append(Used(fact.label, shown(facts.get(name), fact.kind, fact.choices), fact.source, rows))
    standards = tuple(
        (PARAMETERS[name].label, shown(params.get(name), PARAMETERS[name].kind, PARAMETERS[name].choices))
        for name in scheme.columns("parameter")
    )
    return Reasons(explain(scheme, decision, facts, params), tuple(used), standards)


def grounds_of(line: Line) -> tuple[tuple[str, str], ...]:
    """Return what a line rests on that was granted case by case, as (label, words); nothing for the others."""
    award = line.award
    if award.granted_fen is None:
        return ()
    known = line.run.known_at
    bills = [
        one
        for one in award.bills.order_by("pk")
        if one.recorded_at <= known and (one.retracted_at is None or one.retracted_at > known)
    ]
    found = [] if bills else [("批准金额", f"{text(from_fen(award.granted_fen))} 元")]
    found += [
        (
            f"{one.recorded_at.astimezone(SHANGHAI):%Y-%m-%d} 结算",
            f"{'、'.join(Month.of(month).label for month in one.months)}，{text(from_fen(one.amount_fen))} 元",
        )
        for one in bills
    ]
    if award.quantity is not None:
        found.append(("批准数量", f"{award.quantity} {scheme_of(award.scheme).unit}"))
    if award.ends_on is not None:
        found.append(("到期日", str(award.ends_on)))
    if award.payee is not None:
        found.append(("款项付给", award.payee.name))
    if award.revoked_at is not None and award.revoked_at <= known:
        found.append(
            ("撤销", f"{award.revoked_at.astimezone(SHANGHAI):%Y-%m-%d}，{causes.label(award.revocation_cause)}")
        )
    cut = Curtailment.objects.filter(award=award, recorded_at__lte=known).first()
    if cut is not None:
        found.append(
            (
                "按月退回",
                f"应满 {cut.required} 个月，实满 {cut.served} 个月，应退 {text(from_fen(cut.amount_fen))} 元"
                f"（{cut.decided_on}，{causes.label(cut.cause)}，{cut.document}）",
            )
        )
    return tuple(found)


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if BY_NAME[name].kind is Kind.DATE and isinstance(value, str) else value


def _relations(name: str) -> tuple[str, ...]:
    """Return the relations a fact is made of, through the facts of its formula."""
    fact = BY_NAME[name]
    if fact.relation:
        return (fact.relation,)
    parts = fact.formula.columns("fact") if fact.formula is not None else ()
    return tuple(dict.fromkeys(relation for part in parts for relation in _relations(part)))


def _spells(line: Line) -> dict[str, list[Spell]]:
    """Return the person's rows of every relation, as known when the run looked."""
    found: dict[str, list[Spell]] = {}
    for relation, source in SOURCES.items():
        if not issubclass(source.model, Spell):  # awards: what was granted is no row of the registry
            continue
        rows = source.model._default_manager.filter(person=line.person_id)
        known = rows.as_known(line.run.known_at)
        found[relation] = list(known.select_related("recorded_by").order_by("valid_from"))
    return found


def _counts(spell: Spell, timing: Timing, on: date, month: Month) -> bool:
    if timing is Timing.IN_MONTH:
        return spell.valid_from < month.next.first and (spell.valid_to is None or spell.valid_to > month.first)
    return spell.valid_from <= on and (spell.valid_to is None or spell.valid_to > on)
