"""Looks at everybody kept for the pages; telling people what they may get, and how often a look was right."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from zhucan.cases.finding import Look
from zhucan.cases.models import Approach, Award, FoundRow, KeptLook
from zhucan.core.divisions import ancestors
from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit
from zhucan.orgs.models import Division, User
from zhucan.policy.catalogue import SCHEMES, scheme
from zhucan.registry.entering import Guard
from zhucan.registry.models import Benefit, Person

_LONGEST = 400


class ApproachRefused(ZhucanError):
    """What came of telling somebody cannot be recorded so."""


_guard = Guard(ApproachRefused)


@transaction.atomic
def keep(found: Look, *, by: User | None) -> KeptLook:
    """Keep a look with its rows, and throw the rows of earlier looks at the place away; their counts stay."""
    division = Division.objects.get(pk=found.division)
    FoundRow.objects.filter(look__division=division).delete()
    kept = KeptLook.objects.create(
        division=division,
        on=found.on,
        known_at=found.known_at,
        by=by,
        people=found.people,
        tallies=[asdict(tally) for tally in found.tallies],
    )
    FoundRow.objects.bulk_create(
        (
            FoundRow(
                look=kept, person_id=row.person_id, scheme=row.scheme, list=row.list.value, home=row.home,
                stake_fen=row.stake_fen, what=row.what[:_LONGEST],
            )
            for row in found.rows
        ),
        batch_size=2000,
    )  # fmt: skip
    audit.record(
        actor=by, action="cases.looked", target=f"division:{division.pk}", at=found.known_at, rows=len(found.rows)
    )
    return kept


def latest(place: str) -> KeptLook | None:
    """Return the newest look at a place, or at one that it lies in."""
    looks = KeptLook.objects.filter(division__in=(place, *ancestors(place))).select_related("division", "by")
    return looks.order_by("-known_at").first()


@transaction.atomic
def tell(
    *, person: Person, scheme_id: str, outcome: str, on: date, note: str, at: datetime, by: User | None
) -> Approach:
    """Record that somebody was told of a scheme, or what came of it. Raises `ApproachRefused` and `UnknownScheme`."""
    name = scheme(scheme_id).name
    if outcome not in Approach.Outcome.values:
        raise ApproachRefused(f"没有“{outcome}”这种结果：请从列出的里面选。")
    _guard.born(person, on)
    earlier = Approach.objects.filter(person=person, scheme=scheme_id).order_by("-on").first()
    if earlier is not None and on < earlier.on:
        raise ApproachRefused(f"{earlier.on} 已登记“{earlier.get_outcome_display()}”，新的结果不能早于那天：请核对。")
    _guard.day(on, at)
    made = Approach.objects.create(
        person=person, scheme=scheme_id, outcome=outcome, on=on, note=note, by=by, recorded_at=at
    )
    audit.record(actor=by, action="cases.told", target=f"person:{person.pk}", at=at, scheme=name, outcome=made.outcome)
    return made


@transaction.atomic
def tell_all(*, people: Sequence[Person], scheme_id: str, on: date, note: str, at: datetime, by: User | None) -> int:
    """Record that several people were told of a scheme the same day; all of them or nobody. Returns how many."""
    for person in people:
        tell(person=person, scheme_id=scheme_id, outcome="informed", on=on, note=note, at=at, by=by)
    return len(people)


def standing(people: Sequence[int], scheme_id: str = "") -> Mapping[tuple[int, str], Approach]:
    """Return the newest word on each of some people, by person and scheme."""
    rows = Approach.objects.filter(person__in=people).select_related("by")
    if scheme_id:
        rows = rows.filter(scheme=scheme_id)
    return {(row.person_id, row.scheme): row for row in rows.order_by("on", "pk")}


@dataclass(frozen=True)
class Precision:
    """How right a scheme's list was, of the people informed: how many proved entitled (an award was made since), how
    many did not, how many refused, how many are still open."""

    informed: int = 0
    proved: int = 0
    disproved: int = 0
    refused: int = 0

    @property
    def pending(self) -> int:
        """Of how many it is not settled."""
        return self.informed - self.proved - self.disproved - self.refused

    @property
    def percent(self) -> int | None:
        """How many of a hundred settled proved entitled, None while nothing is settled."""
        settled = self.proved + self.disproved
        return None if not settled else (self.proved * 100 + settled // 2) // settled


def precision(among: QuerySet[Person]) -> dict[str, Precision]:
    """Return the precision of each scheme of which somebody among some people was told."""
    first: dict[tuple[int, str], date] = {}
    last: dict[tuple[int, str], str] = {}
    told = Approach.objects.filter(person__in=among.values("pk")).order_by("on", "pk")
    for person, name, on, outcome in told.values_list("person_id", "scheme", "on", "outcome"):
        first.setdefault((person, name), on)
        last[person, name] = outcome
    granted = {
        (person, name)
        for person, name, on in Award.objects.filter(
            person__in={person for person, _ in first}, scheme__in={name for _, name in first}, revoked_at=None
        ).values_list("person_id", "scheme", "applied_on")
        if (person, name) in first and on >= first[person, name]
    }
    paid_as = {item.paid_as: item.id for item in SCHEMES if item.paid_as}
    granted |= {
        (person, paid_as[kind])
        for person, kind, on in Benefit.objects.as_known()
        .filter(person__in={person for person, _ in first}, kind__in=paid_as)
        .values_list("person_id", "kind", "valid_from")
        if (person, paid_as[kind]) in first and on >= first[person, paid_as[kind]]
    }
    counts: dict[str, list[int]] = {}
    for key, outcome in last.items():
        row = counts.setdefault(key[1], [0, 0, 0, 0])
        row[0] += 1
        if key in granted:
            row[1] += 1
        elif outcome == Approach.Outcome.NOT_ENTITLED:
            row[2] += 1
        elif outcome == Approach.Outcome.REFUSED:
            row[3] += 1
    return {name: Precision(*row) for name, row in counts.items()}
