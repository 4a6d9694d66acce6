"""What a change in the registry would do to a person's money: the next run, decided with it and without it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from zhucan.cases.models import Award
from zhucan.core.months import Month
from zhucan.orgs.clock import day_of
from zhucan.payments.decide import Draft, decide_month
from zhucan.payments.models import LineKind
from zhucan.payments.scope import Scope
from zhucan.policy.catalogue import MONTHLY
from zhucan.registry.models import Person

_Key = tuple[str, int, int]


@dataclass(frozen=True)
class Effect:
    """One scheme and month that the next run would decide otherwise. Amounts are fen.

    `booked_fen` is what was booked for it before; `was` and `will` the lines of the next run without and with the
    change, as (kind, cause, fen), None for no line.
    """

    scheme: str
    month: Month
    booked_fen: int
    was: tuple[str, str, int] | None
    will: tuple[str, str, int] | None

    @property
    def difference_fen(self) -> int:
        """How much more (or, negative, less) the next run would pay for it."""
        return (self.will[2] if self.will else 0) - (self.was[2] if self.was else 0)


@dataclass(frozen=True)
class Effects:
    """What the next run of a month would do otherwise, and whether the person has an award at all."""

    month: Month
    awarded: bool
    changes: tuple[Effect, ...]

    @property
    def difference_fen(self) -> int:
        """The sum over all changes, in fen."""
        return sum(change.difference_fen for change in self.changes)


def effects_of(*, person: Person, change: Callable[[], object], at: datetime) -> Effects:
    """Return what a change would do, and leave everything as it was.

    `change` records something as known at `at`, and may raise what its services raise; so does this.
    """
    awards = list(Award.objects.filter(person=person).values_list("division_id", "decided_through"))
    this = Month.of(day_of(at))
    through = [last for _, last in awards if last is not None]
    month = Month.from_index(max([this.index, *(last + 1 for last in through)]))
    counties = sorted({county for county, _ in awards})
    with transaction.atomic():
        before = _decided(person, counties, month, at)
        change()
        after = _decided(person, counties, month, at)
        transaction.set_rollback(True)
    changes = [
        Effect(
            key[0],
            Month.from_index(key[1]),
            (after.get(key) or before[key]).booked_fen,
            _said(before.get(key)),
            _said(after.get(key)),
        )
        for key in sorted(before.keys() | after.keys())
    ]
    return Effects(month, bool(awards), tuple(one for one in changes if one.was != one.will))


def _decided(person: Person, counties: list[str], month: Month, at: datetime) -> dict[_Key, Draft]:
    drafts = [
        draft for county in counties for draft in decide_month(Scope(month, county, MONTHLY, at, person.pk)).drafts
    ]
    return {(draft.scheme, draft.month, draft.award_id): draft for draft in drafts}


def _said(draft: Draft | None) -> tuple[str, str, int] | None:
    if draft is None or (draft.kind == LineKind.REGULAR and draft.amount_fen == 0):
        return None
    return draft.kind, draft.cause, draft.amount_fen
