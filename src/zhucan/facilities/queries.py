"""Reads of places: what lies in a division, which standards hold there, and how somebody stands under one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet, Sum

from zhucan.core.divisions import ancestors
from zhucan.facilities.kinds import POSTS, Status
from zhucan.facilities.models import Check, Facility, Issue, Score, Standard, Worker
from zhucan.orgs.divisions import inside, parameter_rows
from zhucan.orgs.models import Division
from zhucan.policy.parameters import resolve


def facilities_in(code: str) -> "QuerySet[Facility]":
    """Return the facilities in a division."""
    found: QuerySet[Facility] = Facility.objects.live().filter(inside("division_id", code)).select_related("division")
    return found


def issues_in(code: str) -> "QuerySet[Issue]":
    """Return the problems, defects and tasks of a division, the earliest due first."""
    found: QuerySet[Issue] = Issue.objects.live().filter(inside("division_id", code))
    return found.select_related("facility", "division")


def standards_of(place: Division) -> "QuerySet[Standard]":
    """Return the standards that hold in a place: its own and those of the places it lies in."""
    found: QuerySet[Standard] = Standard.objects.live().filter(division__in=(place.code, *ancestors(place.code)))
    return found


def open_spells(day: date) -> Q:
    """Return the condition that a row holds on a day."""
    return (Q(valid_from=None) | Q(valid_from__lte=day)) & (Q(valid_to=None) | Q(valid_to__gt=day))


@dataclass(frozen=True)
class Serving:
    """Somebody in post, with the hours of training of the year so far, and how many the place asks a year for the post.

    `wanted` is None where no document of the place sets it, or the post takes none.
    """

    worker: Worker
    hours: Decimal
    wanted: int | None

    @property
    def short(self) -> bool:
        """Tell whether the hours are known to be below what is asked."""
        return self.wanted is not None and self.hours < self.wanted


def people_in(code: str, day: date) -> "QuerySet[Worker]":
    """Return who has a post in a division on a day, with `hours` of training since the year began."""
    so_far = Q(trainings__retracted_at=None, trainings__day__year=day.year, trainings__day__lte=day)
    live: QuerySet[Worker] = Worker.objects.live().filter(inside("division_id", code)).filter(open_spells(day))
    return live.annotate(hours=Sum("trainings__hours", filter=so_far)).select_related("facility", "division")


def serving(found: Iterable[Any], day: date) -> list[Serving]:
    """Return workers as `people_in` counted them, each with the hours that the place asks of the post."""
    asked: dict[str, dict[str, Any]] = {}
    told = []
    for one in found:
        place, post = one.division_id, POSTS[one.post]
        if place not in asked:
            asked[place] = resolve(parameter_rows(), place, day.replace(month=1, day=1))
        hours = (one.hours or Decimal(0)).quantize(Decimal("0.1"))  # databases sum with and without the tenth
        told.append(Serving(one, hours, asked[place][post.hours] if post.hours else None))
    return told


@dataclass(frozen=True)
class Found:
    """What a scored check comes to: the points given and possible, and what is missing of which criterion."""

    check: Check
    points: Decimal
    of: Decimal
    gaps: tuple[Score, ...]

    @property
    def status(self) -> Status | None:
        """Return where it leaves the place; None where the standard sets no mark to pass."""
        standard = self.check.standard
        if standard.pass_mark is None:
            return None
        if self.points < standard.pass_mark or any(gap.criterion.essential for gap in self.gaps):
            return Status.CREATING
        reached = standard.advanced_mark is not None and self.points >= standard.advanced_mark
        return Status.ADVANCED if reached else Status.MET


def found_by(check: Check) -> Found | None:
    """Return what a check came to; None for one that is announced and has no scores yet."""
    scores = list(check.scores.select_related("criterion"))
    if not scores:
        return None
    return Found(
        check,
        sum((one.points for one in scores), Decimal(0)),
        sum((one.criterion.points for one in scores), Decimal(0)),
        tuple(one for one in scores if one.missing > 0),
    )


@dataclass(frozen=True)
class Standing:
    """How a facility or an area stands under a standard on a day.

    `latest` is the last scored check of any kind and tells the gaps; `official` the last that was not the place's own and
    tells the status; `announced` the next that is to come; `number` the place in the order of acceptance.
    """

    standard: Standard
    subject: Facility | Division
    latest: Found | None
    official: Found | None
    announced: Check | None
    accepted_on: date | None
    number: int | None

    @property
    def status(self) -> Status | None:
        """Return the status: creating until somebody else found it met; None where the standard sets no mark."""
        if self.standard.pass_mark is None:
            return None
        return (self.official.status if self.official else None) or Status.CREATING


def standings(standard: Standard, day: date, *, within: str = "") -> list[Standing]:
    """Return how everybody who was ever checked against a standard stands on a day, those in `within` alone.

    Acceptances are numbered among all places of the standard, in the order of their days.
    """
    rows = standard.checks.live().select_related("facility", "division", "standard")
    rows = rows.prefetch_related(Prefetch("scores", Score.objects.select_related("criterion")))
    by_subject: dict[Any, list[Check]] = {}
    for check in rows.order_by("day", "pk"):
        by_subject.setdefault(check.facility or check.division, []).append(check)
    found = [_standing(standard, subject, checks, day) for subject, checks in by_subject.items()]
    found.sort(key=lambda one: (one.accepted_on or date.max, str(one.subject)))
    numbered, number = [], 0
    for one in found:
        number += one.accepted_on is not None
        numbered.append(_numbered(one, number) if one.accepted_on else one)
    codes = set(Division.objects.filter(inside("code", within)).values_list("code", flat=True)) if within else None
    return [one for one in numbered if codes is None or _place(one.subject) in codes]


def _place(subject: Facility | Division) -> str:
    return subject.division_id if isinstance(subject, Facility) else subject.code


def _numbered(one: Standing, number: int) -> Standing:
    return Standing(one.standard, one.subject, one.latest, one.official, one.announced, one.accepted_on, number)


def _standing(standard: Standard, subject: Facility | Division, checks: list[Check], day: date) -> Standing:
    latest = official = announced = accepted_on = None
    for check in checks:
        found = found_by(check)
        if found is None:
            if announced is None and check.day >= day:
                announced = check
            continue
        if check.day > day:
            continue
        latest = found
        if check.kind != Check.Kind.SELF:
            official = found
        if (
            check.kind == Check.Kind.ACCEPTANCE
            and accepted_on is None
            and found.status in (Status.MET, Status.ADVANCED)
        ):
            accepted_on = check.day
    return Standing(standard, subject, latest, official, announced, accepted_on, None)


@dataclass(frozen=True)
class Department:
    """How far the criteria of one department are met: points given and possible, and how many are open."""

    name: str
    points: Decimal
    of: Decimal
    open: int


def readiness(found: Found) -> list[Department]:
    """Return what a check came to by department, those with most open first."""
    rows: dict[str, list[Score]] = {}
    for score in found.check.scores.select_related("criterion"):
        rows.setdefault(score.criterion.department or "没有分工", []).append(score)
    told = [
        Department(
            name,
            sum((one.points for one in scores), Decimal(0)),
            sum((one.criterion.points for one in scores), Decimal(0)),
            sum(one.missing > 0 for one in scores),
        )
        for name, scores in rows.items()
    ]
    return sorted(told, key=lambda one: (-one.open, one.name))


def late(day: date) -> Q:
    """Return the condition that an issue is open past its day."""
    return Q(settled_on=None, due_on__lt=day)


def oldest_first(found: "QuerySet[Issue]") -> "QuerySet[Issue]":
    """Return open issues first, by deadline, then settled ones, the last first."""
    return found.order_by(F("settled_on").desc(nulls_first=True), "due_on", "pk")
