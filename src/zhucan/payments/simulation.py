"""What a new standard would do: the next run of a place, decided with it and without it, and nothing kept."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from zhucan.cases.models import Award
from zhucan.core.months import Month
from zhucan.orgs.clock import day_of
from zhucan.orgs.divisions import inside
from zhucan.payments.decide import Draft, decide_month
from zhucan.payments.scope import Scope
from zhucan.policy.catalogue import MONTHLY
from zhucan.registry.models import Residence

_MOST_TOLD = 50
_CHUNK = 5000


@dataclass(frozen=True)
class Simulation:
    """What the run of `month` would pay otherwise; amounts are fen.

    `before_fen` and `after_fen` are what the month itself costs, `back_fen` what is made up for (or, negative, taken
    back of) months gone by. `schemes` and `places` tell people and the sum of both by scheme id and by the code of the
    hukou; `people` the ones it changes most, as (person, fen).
    """

    month: Month
    gaining: int
    losing: int
    before_fen: int
    after_fen: int
    back_fen: int
    schemes: dict[str, tuple[int, int]]
    places: dict[str, tuple[int, int]]
    people: list[tuple[int, int]]


def simulate(*, place: str, change: Callable[[], object], at: datetime) -> Simulation:
    """Return what a change of standards would do in a place, and leave everything as it was.

    Raises what `change` raises, and `NoStandard` when the place has none.
    """
    month = next_month(place, at)
    schemes = MONTHLY
    scope = Scope(month, place, schemes, at)
    before = _decided(scope)  # as known at one moment, so nobody's writing is in the way, nor kept waiting on SQLite
    with transaction.atomic():
        change()
        after = _decided(scope)
        transaction.set_rollback(True)
    return _compare(month, before, after)


def next_month(place: str, at: datetime) -> Month:
    """Return the month that the next run of a place decides."""
    last = Award.objects.filter(inside("division_id", place)).aggregate(last=Max("decided_through"))["last"]
    this = Month.of(day_of(at))
    return this if last is None else max(this, Month.from_index(last).next)


def _decided(scope: Scope) -> dict[tuple[int, int], Draft]:
    return {(draft.award_id, draft.month): draft for draft in decide_month(scope).drafts}


def _compare(month: Month, before: dict[tuple[int, int], Draft], after: dict[tuple[int, int], Draft]) -> Simulation:
    sums, by_scheme = defaultdict(int), defaultdict(lambda: defaultdict(int))  # type: ignore[var-annotated]  # of fen
    back = 0
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        difference = (new.amount_fen if new else 0) - (old.amount_fen if old else 0)
        if difference:
            draft = new or old
            assert draft is not None  # one of the two has the key
            sums[draft.person_id] += difference
            by_scheme[draft.scheme][draft.person_id] += difference
            back += difference if key[1] != month.index else 0
    homes = _homes(list(sums))
    places: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for person, fen in sums.items():
        entry = places[homes.get(person, "")]
        entry[0] += 1
        entry[1] += fen
    return Simulation(
        month=month,
        gaining=sum(fen > 0 for fen in sums.values()),
        losing=sum(fen < 0 for fen in sums.values()),
        before_fen=sum(draft.amount_fen for (_, at), draft in before.items() if at == month.index),
        after_fen=sum(draft.amount_fen for (_, at), draft in after.items() if at == month.index),
        back_fen=back,
        schemes={name: (len(people), sum(people.values())) for name, people in by_scheme.items()},
        places={code: (people, fen) for code, (people, fen) in sorted(places.items())},
        people=sorted(sums.items(), key=lambda item: (-abs(item[1]), item[0]))[:_MOST_TOLD],
    )


def _homes(people: list[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(people), _CHUNK):
        rows = Residence.objects.filter(person__in=people[start : start + _CHUNK], retracted_at=None, valid_to=None)
        found.update(rows.values_list("person_id", "division_id"))
    return found
