"""The only writer of spells: begin, end, correct. Nothing is overwritten; both clocks are kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar, cast

from django.db import transaction

from zhucan.core.errors import ZhucanError
from zhucan.orgs.models import User
from zhucan.registry.models import Person, Spell

_S = TypeVar("_S", bound=Spell)
_TOGETHER = 1000
_CLOCKS = {"id", "valid_from", "valid_to", "recorded_at", "retracted_at", "recorded_by", "recorded_by_id", "source"}


class NoSuchSpell(ZhucanError):
    """Nothing holds on the day in question."""


@dataclass(frozen=True)
class Witness:
    """Who tells it, when we learnt it and from where."""

    at: datetime
    by: User | None = None
    source: str = "manual"


def values_of(spell: Spell) -> dict[str, Any]:
    """Return what a spell says, without its person and its clocks."""
    return {
        field.attname: getattr(spell, field.attname)
        for field in spell._meta.concrete_fields
        if field.attname not in _CLOCKS and field.attname != "person_id"
    }


def _add(
    model: type[_S], person: Person, start: date, end: date | None, witness: Witness, values: dict[str, Any]
) -> _S:
    made = model._default_manager.create(
        person=person,
        valid_from=start,
        valid_to=end,
        recorded_at=witness.at,
        recorded_by=witness.by,
        source=witness.source,
        **values,
    )
    return cast(_S, made)


def _believed(model: type[_S], person: Person, **match: Any) -> Sequence[_S]:
    rows = model._default_manager.filter(person=person, retracted_at__isnull=True, **match)
    return cast(Sequence[_S], list(rows.order_by("valid_from", "id")))


def _retract(spell: Spell, witness: Witness) -> None:
    spell.retracted_at = witness.at
    spell.save(update_fields=["retracted_at"])


def _reissue(spell: _S, end: date | None, witness: Witness) -> _S:
    """Say the same again with another end: the old row is retracted, so what was believed before stays readable."""
    _retract(spell, witness)
    again = _add(
        type(spell),
        spell.person,
        spell.valid_from,
        end,
        Witness(witness.at, witness.by, spell.source),
        values_of(spell),
    )
    copy_parts(spell, again)
    return again


def copy_parts(old: Spell, new: Spell) -> None:
    """Carry the components of a certificate over to the row that replaces it."""
    parts = getattr(old, "components", None)
    if parts is not None:
        parts.model.objects.bulk_create(
            parts.model(certificate_id=new.pk, category=part.category, grade=part.grade) for part in parts.all()
        )


@transaction.atomic
def begin(
    model: type[_S], person: Person, day: date, witness: Witness, *, match: dict[str, Any] | None = None, **values: Any
) -> _S:
    """Let a state hold from `day` until the next change already recorded, and end what held before.

    A state is something a person has one of at a time (`match` narrows that, e.g. to one kind of benefit).
    Saying what is believed already adds nothing and returns the existing row.
    """
    believed = _believed(model, person, **(match or {}))
    following = min((spell.valid_from for spell in believed if spell.valid_from > day), default=None)
    for spell in believed:
        if spell.valid_from <= day and (spell.valid_to is None or spell.valid_to > day):
            said = values_of(spell)
            if all(said.get(key, getattr(spell, key, None)) == value for key, value in values.items()):
                return spell
            if spell.valid_from == day:
                _retract(spell, witness)
            else:
                _reissue(spell, day, witness)
    return _add(model, person, day, following, witness, values)


@transaction.atomic
def end(model: type[_S], person: Person, day: date, witness: Witness, **match: Any) -> _S:
    """End the state that holds on `day` or the day before. Raises `NoSuchSpell` when nothing holds."""
    for spell in _believed(model, person, **match):
        if spell.valid_from < day and (spell.valid_to is None or spell.valid_to > day):
            return _reissue(spell, day, witness)
    raise NoSuchSpell(f"{day} 没有可以结束的{model._meta.verbose_name}记录：请核对日期和人员。")


@transaction.atomic
def add(model: type[_S], person: Person, start: date, stop: date | None, witness: Witness, **values: Any) -> _S:
    """Record a spell of a kind of which several may hold at once."""
    return _add(model, person, start, stop, witness, values)


@transaction.atomic
def add_all(
    model: type[_S], people: Iterable[int], start: date, stop: date | None, witness: Witness, **values: Any
) -> None:
    """Record the same spell of many people at once, for a kind of which several may hold or of whom none holds."""
    rows = (
        model(
            person_id=person,
            valid_from=start,
            valid_to=stop,
            recorded_at=witness.at,
            recorded_by=witness.by,
            source=witness.source,
            **values,
        )
        for person in people
    )
    model._default_manager.bulk_create(rows, batch_size=_TOGETHER)


@transaction.atomic
def correct(spell: _S, witness: Witness, **changes: Any) -> _S:
    """Replace what a spell says, or its dates; the old row stays, retracted."""
    said = {**values_of(spell), **{k: v for k, v in changes.items() if k not in ("valid_from", "valid_to")}}
    _retract(spell, witness)
    new = _add(
        type(spell),
        spell.person,
        changes.get("valid_from", spell.valid_from),
        changes.get("valid_to", spell.valid_to),
        witness,
        said,
    )
    copy_parts(spell, new)
    return new


@transaction.atomic
def retract(spell: Spell, witness: Witness) -> None:
    """Say that something never was so."""
    _retract(spell, witness)
