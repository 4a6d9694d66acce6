"""Where a list and the registry differ about a person, what the registry says with its source, and what would settle it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhucan.core.divisions import prefix
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen, text
from zhucan.orgs.clock import day_of
from zhucan.orgs.models import Division
from zhucan.policy.facts import BENEFIT_LABELS
from zhucan.registry import services
from zhucan.registry.choices import InsuranceKind
from zhucan.registry.crosschecks.kinds import KINDS
from zhucan.registry.findings import set_insurance
from zhucan.registry.models import (
    Benefit,
    Custody,
    Death,
    Doubt,
    Hardship,
    HardshipKind,
    Insurance,
    Residence,
    Spell,
)
from zhucan.registry.rosters.writing import chunks
from zhucan.registry.spells import Witness

MODELS: Mapping[str, type[Spell]] = {
    "death": Death,
    "dibao": Hardship,
    "custody": Custody,
    "insurance": Insurance,
    "move": Residence,
    "work-injury": Benefit,
}
"""Which spells a list of a kind is held against."""

PROBLEMS: Mapping[str, str] = {
    "death_missing": "名单上已死亡，登记在世",
    "death_day": "死亡日期不一致",
    "hardship_missing": "名单上在享救助，登记没有",
    "hardship_differs": "救助类型不一致",
    "hardship_ended": "名单上已退出，登记还在享",
    "hardship_off_list": "登记在享救助，名单上没有这个人",
    "custody_missing": "名单上在服刑，登记没有",
    "custody_ended": "名单上已释放，登记还在服刑",
    "insurance_missing": "名单上已参保，登记没有",
    "moved": "户籍地不一致",
    "benefit_missing": "名单上在领工伤护理费，登记没有",
    "benefit_amount": "工伤护理费金额不一致",
    "benefit_ended": "名单上已停领工伤护理费，登记还在领",
}
_INJURY = "work_injury_nursing"
Claim = Mapping[str, Any]


def spells_of(kind: str, people: Iterable[int]) -> dict[int, list[Spell]]:
    """Return what the registry believes now of some people in the matter of a kind of list."""
    found: dict[int, list[Spell]] = defaultdict(list)
    for part in chunks(people):
        rows = MODELS[kind]._default_manager.filter(person__in=part, retracted_at=None)
        if kind == "work-injury":
            rows = rows.filter(kind=_INJURY)
        for spell in rows.select_related("recorded_by").order_by("valid_from", "pk"):
            found[spell.person_id].append(spell)
    return found


def _day(claim: Claim, name: str) -> date | None:
    return date.fromisoformat(claim[name]) if claim.get(name) else None


def _holding(spells: Sequence[Spell], on: date) -> Any:
    return next((one for one in spells if one.valid_from <= on and (one.valid_to is None or one.valid_to > on)), None)


def _death(claim: Claim, spells: Sequence[Any], on: date) -> str:
    if not spells:
        return "death_missing"
    return "" if spells[-1].valid_from == _day(claim, "day") else "death_day"


def _hardship(claim: Claim, spells: Sequence[Any], on: date) -> str:
    ours, stop = _holding(spells, on), _day(claim, "end")
    if stop is not None and stop <= on:
        return "hardship_ended" if ours is not None and ours.kind == claim["kind"] else ""
    if ours is None:
        return "hardship_missing"
    return "" if ours.kind == claim["kind"] else "hardship_differs"


def _custody(claim: Claim, spells: Sequence[Any], on: date) -> str:
    start, stop = _day(claim, "day"), _day(claim, "end")
    ours = _holding(spells, start) if start is not None else None
    if ours is None:
        return "custody_missing"
    return "custody_ended" if stop is not None and stop <= on and ours.valid_to is None else ""


def _insurance(claim: Claim, spells: Sequence[Any], on: date) -> str:
    return "" if _holding([one for one in spells if one.kind == claim["kind"]], on) else "insurance_missing"


def _moved(claim: Claim, spells: Sequence[Any], on: date) -> str:
    ours = _holding(spells, on)
    there = ours is not None and ours.division_id.startswith(prefix(claim["place"]))
    return "" if there else "moved"


def _injury(claim: Claim, spells: Sequence[Any], on: date) -> str:
    ours, stop = _holding(spells, on), _day(claim, "end")
    if stop is not None and stop <= on:
        return "benefit_ended" if ours is not None else ""
    if ours is None:
        return "benefit_missing"
    told = claim.get("amount_fen")
    return "" if told is None or told == ours.amount_fen else "benefit_amount"


_COMPARE: Mapping[str, Callable[[Claim, Sequence[Any], date], str]] = {
    "death": _death,
    "dibao": _hardship,
    "custody": _custody,
    "insurance": _insurance,
    "move": _moved,
    "work-injury": _injury,
}


def problem_of(kind: str, claim: Claim, spells: Sequence[Spell], on: date) -> str:
    """Return how a claim and the registry differ on a day, "" where they agree."""
    return _COMPARE[kind](claim, spells, on)


# --- both sides in words -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ours:
    """One spell of the registry as evidence: what it says, since when, and who told it when."""

    what: str
    start: date
    stop: date | None
    recorded: date
    by: str
    source: str


def ours(doubt: Doubt) -> list[Ours]:
    """Return what the registry believes of the person in the matter of a doubt."""
    return [
        Ours(
            _said(spell),
            spell.valid_from,
            spell.valid_to,
            day_of(spell.recorded_at),
            str(spell.recorded_by or "导入或命令行"),
            spell.source,
        )
        for spell in spells_of(doubt.kind, [doubt.person_id])[doubt.person_id]
    ]


def _said(spell: Any) -> str:
    match spell:
        case Death():
            return "死亡"
        case Custody():
            return "服刑"
        case Residence():
            return f"户籍在{spell.division.name}"
        case Benefit():
            amount = "" if spell.amount_fen is None else f"，每月 {text(from_fen(spell.amount_fen))} 元"
            return f"{BENEFIT_LABELS[spell.kind]}{amount}"
    return str(spell.get_kind_display())


def theirs(doubt: Doubt) -> str:
    """Return what the list says, in one sentence of ours."""
    claim, parts = doubt.claim, []
    if claim.get("off_list"):
        return f"{claim['day']} 的名单上没有这个人"
    if claim.get("day"):
        parts.append(f"{claim['day']} {'死亡' if doubt.kind == 'death' else '起'}")
    if claim.get("end"):
        parts.append(f"{claim['end']} 止")
    if doubt.kind == "dibao":
        parts.append(HardshipKind(claim["kind"]).label)
    elif doubt.kind == "insurance":
        parts.append(InsuranceKind(claim["kind"]).label)
    elif doubt.kind == "move":
        place = Division.objects.filter(pk=claim["place"]).first()
        parts.append(f"迁往{place.name if place else claim['place']}")
    elif doubt.kind == "work-injury" and claim.get("amount_fen") is not None:
        parts.append(f"每月 {text(from_fen(claim['amount_fen']))} 元")
    return f"{KINDS[doubt.kind].label}：{'，'.join(parts)}"


# --- what settles it ---------------------------------------------------------------------------------------------


class CannotSettle(ZhucanError):
    """What the list says cannot be recorded."""


def record(doubt: Doubt, witness: Witness) -> Spell:
    """Record in the registry what the list says. Raises what the services raise, and `CannotSettle`."""
    who, claim = doubt.person, doubt.claim
    day, stop = _day(claim, "day"), _day(claim, "end")
    match doubt.problem:
        case "death_missing":
            return services.record_death(person=who, day=_needed(day), witness=witness)
        case "death_day":
            return services.correct_death(person=who, day=_needed(day), witness=witness)
        case "hardship_missing" | "hardship_differs":
            return services.set_hardship(person=who, day=_needed(day), kind=claim["kind"], witness=witness)
        case "hardship_ended" | "hardship_off_list":
            return services.end_hardship(person=who, day=_needed(stop or day), witness=witness)
        case "custody_missing":
            made: Spell = services.enter_custody(person=who, day=_needed(day), witness=witness)
            if stop is not None and stop <= day_of(witness.at):
                return services.leave_custody(person=who, day=stop, witness=witness)
            return made
        case "custody_ended":
            return services.leave_custody(person=who, day=_needed(stop), witness=witness)
        case "insurance_missing":
            return set_insurance(person=who, day=_needed(day), kind=claim["kind"], witness=witness)
        case "moved":
            place = Division.objects.get(pk=claim["place"])
            return services.move(person=who, day=_needed(day), division=place, witness=witness)
        case "benefit_ended":
            return services.end_benefit(person=who, kind=_INJURY, day=_needed(stop), witness=witness)
        case "benefit_missing" | "benefit_amount":
            return services.set_benefit(
                person=who,
                kind=_INJURY,
                start=_needed(day),
                stop=stop,
                amount_fen=claim.get("amount_fen"),
                witness=witness,
            )
    raise CannotSettle(f"不知道怎么登记“{doubt.problem}”：请在人员档案里登记，再驳回这条疑点。")


def _needed(day: date | None) -> date:
    if day is None:
        raise CannotSettle("名单没有写明从哪天起：请核实日期，在人员档案里登记，再处理这条疑点。")
    return day
