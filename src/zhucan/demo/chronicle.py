"""Tells many lives to the registry at once, keeping both clocks as `registry.spells` keeps them.

`spells.begin` asks the database what is believed of one person; here the latest stage of every state is remembered, so
that a month of the county is written with a handful of statements.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from zhucan.orgs.models import User
from zhucan.registry.models import Certificate, Household, Person, Spell
from zhucan.registry.naming import initials
from zhucan.registry.rosters.writing import Keys, Pen, Writer
from zhucan.registry.services import id_index
from zhucan.registry.spells import Witness

Parts = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _Stage:
    """The latest row of a state that is believed: its own columns and, of a certificate, its components."""

    key: int
    start: date
    values: tuple[Any, ...]
    source: str
    parts: Parts = ()


class NotInOrder(Exception):
    """A state was told to change before its latest change: the life that tells it is wrong."""


class Chronicle:
    """Writes what is told of people. Everything told inside one `told` carries its moment and its source.

    Use each month inside one transaction: keys are taken from the database at its start.
    """

    def __init__(self) -> None:
        self._stages: dict[tuple[type[Spell], int], _Stage] = {}
        self._keys: dict[type[Any], Keys] = {}
        self._pen: Pen | None = None
        self._fresh: set[tuple[type[Spell], int]] = set()

    def renew_keys(self) -> None:
        """Forget the keys of the transaction before."""
        self._keys.clear()

    @contextmanager
    def told(self, at: datetime, by: User | None, source: str) -> Iterator[None]:
        """Collect what is told at a moment, and write it when the block is left."""
        self._witness = Witness(at=at, by=by, source=source)
        self._pen = Pen(self._witness)
        yield
        self._write()
        self._pen = None

    def _write(self) -> None:
        with Writer() as writer:
            writer.start(self._open)
        self._fresh.clear()

    @property
    def _open(self) -> Pen:
        if self._pen is None:
            raise NotInOrder("nothing can be told outside `told`")
        return self._pen

    def _take(self, model: type[Any]) -> int:
        if model not in self._keys:
            self._keys[model] = Keys(model)
        return self._keys[model].take()

    def person(self, *, name: str, sex: str, born: date, number: str) -> int:
        """Register somebody; return the key."""
        key = self._take(Person)
        self._open.person(
            key, name=name, initials=initials(name), sex=sex, born=born, number=number, index=id_index(number)
        )
        return key

    def households(self, count: int, at: datetime) -> list[int]:
        """Add so many households at once; return their keys."""
        keys = [self._take(Household) for _ in range(count)]
        Household.objects.bulk_create((Household(id=key, recorded_at=at) for key in keys), batch_size=2000)
        return keys

    def _add(
        self, model: type[Spell], person: int, start: date, stop: date | None, values: tuple[Any, ...], source: str,
        parts: Parts,
    ) -> int:  # fmt: skip
        key = self._take(model)
        self._open.add(model, person, start, stop, values, source=source, key=key)
        for category, grade in parts:
            self._open.component(key, category, grade)
        self._fresh.add((model, key))
        return key

    def add(self, model: type[Spell], person: int, start: date, stop: date | None, *values: Any) -> int:
        """Tell a spell of a kind of which several may hold at once; return its key."""
        return self._add(model, person, start, stop, values, self._witness.source, ())

    def _retract(self, model: type[Spell], key: int) -> None:
        if (model, key) in self._fresh:
            self._write()  # what is to be retracted must be in the database first
        self._open.retract(model, key)

    def _close(self, model: type[Spell], person: int, day: date, stage: _Stage) -> _Stage | None:
        """Say the stage again with an end; return it as it stands now, None where it began on that very day."""
        if day < stage.start:
            raise NotInOrder(f"{model.__name__} of {person} would change on {day}, before {stage.start}")
        self._retract(model, stage.key)
        if day == stage.start:
            return None
        key = self._add(model, person, stage.start, day, stage.values, stage.source, stage.parts)
        return replace(stage, key=key)

    def begin(self, model: type[Spell], person: int, day: date, *values: Any, parts: Parts = ()) -> None:
        """Let a state hold from a day on, and end what held before; saying what is believed adds nothing."""
        before = self._stages.get((model, person))
        if before is not None:
            if before.values == values and before.parts == parts:
                return
            before = self._close(model, person, day, before)
        if model is Certificate:
            values = (*values[:-1], before.key if before else None)  # the last column is the predecessor
        key = self._add(model, person, day, None, values, self._witness.source, parts)
        self._stages[model, person] = _Stage(key, day, values, self._witness.source, parts)

    def end(self, model: type[Spell], person: int, day: date) -> None:
        """End the state that holds; nothing happens when none does."""
        stage = self._stages.pop((model, person), None)
        if stage is not None:
            self._close(model, person, day, stage)
