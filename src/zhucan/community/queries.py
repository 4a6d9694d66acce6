"""Reads of activities: who may be seen where, what an activity came to, programmes, and who never came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from zhucan.community.kinds import FINALISTS, Who
from zhucan.community.models import Activity, Agreement, Participant, Programme
from zhucan.core.divisions import ancestors
from zhucan.core.errors import ZhucanError
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Division
from zhucan.orgs.versions import believed
from zhucan.registry.models import Death, Person


class NotFound(ZhucanError):
    """Nothing of this name or number is there."""


def activities(place: str) -> QuerySet[Activity]:
    """Return the activities held in a place that were not taken back, the latest first."""
    return Activity.objects.filter(inside("division_id", place), retracted_at=None).select_related("division")


def activity(key: int, place: Division) -> Activity:
    """Return an activity of a place. Raises `NotFound`."""
    found = activities(place.code).filter(pk=key).first()
    if found is None:
        raise NotFound(f"{place.name}没有编号 {key} 的活动：请用 zhucan activity list 查看。")
    return found


def with_counts(found: QuerySet[Activity]) -> QuerySet[Activity]:
    """Return activities, the latest first, with how many were `entered` by name and how many of them `came`."""
    live = Q(participants__retracted_at=None)
    counted = found.annotate(
        entered=Count("participants", filter=live),
        came=Count("participants", filter=live & Q(participants__attended__gt=0)),
    )
    return counted.order_by("-starts_on", "-pk")


def running_in(place: Division) -> QuerySet[Programme]:
    """Return the programmes of a place and of the places it lies in."""
    return Programme.objects.filter(division__in=(place.code, *ancestors(place.code))).select_related("division")


def programme(name: str, place: Division) -> Programme:
    """Return a programme that runs in a place, by name. Raises `NotFound`."""
    found = running_in(place).filter(name=name.strip()).first()
    if found is None:
        raise NotFound(f"{place.name}没有项目“{name}”：请先登记项目。")
    return found


def agreements(place: str) -> QuerySet[Agreement]:
    """Return the agreements with institutions of the counties in a place, or of the county it lies in."""
    return Agreement.objects.filter(inside("institution__division_id", place)).select_related("institution")


@dataclass(frozen=True)
class Outcome:
    """What an activity came to: signed up, attended, person-times with those not entered by name, passed, certified.

    Guests from outside the county are told apart in `guests`: they are signed up, but neither persons nor person-times.
    `events` are the entrants of a competition by event; without entries in several they add up to `persons` and guests.
    """

    signed_up: int
    attended: int
    person_times: int
    guests: int
    persons: int
    passed: int
    certified: int
    finalists: int
    agreed: int
    hired: int
    events: Sequence[tuple[str, int]]


def outcome(found: Activity) -> Outcome:
    """Return what came of an activity."""
    live = found.participants.filter(retracted_at=None)
    came = live.filter(attended__gt=0).exclude(who=Who.GUEST)
    told = came.aggregate(
        passed=Count("pk", filter=Q(passed=True)),
        certified=Count("pk", filter=~Q(number="")),
        finalists=Count("person", filter=Q(stage__in=FINALISTS), distinct=True),
        agreed=Count("pk", filter=Q(outcome__in=("agreed", "hired"))),
        hired=Count("pk", filter=Q(outcome="hired")),
    )
    persons = came.values("who", "person", "relative", "worker").distinct().count()
    entered = dict(live.exclude(event="").values_list("event").annotate(many=Count("pk")).order_by())
    return Outcome(
        signed_up=live.count(), attended=came.count(), person_times=came.count() + found.headcount, persons=persons,
        guests=live.filter(attended__gt=0, who=Who.GUEST).count(), events=[(one, entered.get(one, 0)) for one in found.events],
        **told,
    )  # fmt: skip


def taken_part(person: Person, known_at: datetime | None = None) -> QuerySet[Participant]:
    """Return what a person, or a relative with or for them, is signed up for, as known at a moment, the latest first."""
    held = Activity.everything.filter(
        Q(retracted_at=None) if known_at is None else Q(retracted_at=None) | Q(retracted_at__gt=known_at)
    )
    found = Participant.everything.filter(believed(known_at), person=person, activity__in=held)
    return found.select_related("activity__division", "relative").order_by("-activity__starts_on", "-pk")


def reached(found: Programme, through: date) -> int:
    """Return how many persons a programme has reached by a day, each once over all its years."""
    return (
        Participant.objects.filter(
            activity__programme=found, activity__retracted_at=None, activity__starts_on__lte=through, retracted_at=None,
            who="self", attended__gt=0,
        ).values("person").distinct().count()
    )  # fmt: skip


def by_year(found: Programme, through: date) -> list[tuple[int, int, int, int]]:
    """Return for each year of a programme: classes, person-times, and persons who came for the first time in it."""
    rows = Participant.objects.filter(
        activity__programme=found, activity__retracted_at=None, activity__starts_on__lte=through, retracted_at=None,
        who="self", attended__gt=0,
    ).values_list("activity__starts_on__year", "activity", "person")  # fmt: skip
    held = found.activities.filter(retracted_at=None, starts_on__lte=through)
    years = {year: [0, 0, 0] for year in held.values_list("starts_on__year", flat=True)}
    for year in held.values_list("starts_on__year", flat=True):
        years[year][0] += 1
    seen = set[int]()
    for year, _, person in rows.order_by("activity__starts_on", "pk"):
        years[year][1] += 1
        assert person is not None  # `who` is a person of the register
        if person not in seen:
            seen.add(person)
            years[year][2] += 1
    return [(year, classes, times, first) for year, (classes, times, first) in sorted(years.items())]


def never_trained(among: QuerySet[Person], kinds: Sequence[str], day: date) -> QuerySet[Person]:
    """Return who of some people, living on a day, never attended an activity of some kinds."""
    came = Participant.objects.filter(
        person=OuterRef("pk"), who="self", retracted_at=None, attended__gt=0, activity__kind__in=kinds,
        activity__starts_on__lte=day,
    )  # fmt: skip
    dead = Death.objects.filter(person=OuterRef("pk"), retracted_at=None, valid_from__lte=day)
    return among.filter(~Exists(came), ~Exists(dead))
