"""Households that wait for a home: registered with the cause, put in a queue by their ground, offered a measure, housed."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from zhucan.aid.models import HousingNeed
from zhucan.aid.refusing import AidRefused, guard
from zhucan.core.divisions import county_of, prefix
from zhucan.orgs import audit, versions
from zhucan.orgs.models import User
from zhucan.registry.findings import set_finding
from zhucan.registry.models import Person
from zhucan.registry.queries import household_of
from zhucan.registry.spells import Witness

_Sought = HousingNeed.Sought
_GROUNDS = tuple(HousingNeed.Ground)
"""In the order in which they come first."""


@transaction.atomic
def register(
    *, person: Person, sought: str, cause: str, ground: str, asked_on: date, at: datetime, by: User | None
) -> HousingNeed:
    """Register a household without a home, or its application for one; a household waits once for each. Raises `AidRefused`.

    A household without a home is also found to be so, which the rule of priority in public housing waits for.
    """
    for value, choices, what in (
        (sought, _Sought, "类别"), (cause, HousingNeed.Cause, "缺房原因"), (ground, HousingNeed.Ground, "优先依据"),
    ):  # fmt: skip
        if value not in choices.values:
            raise AidRefused(f"没有这种{what}“{value}”：可以写 {'、'.join(choices.values)}。")
    guard.day(asked_on, at)
    place = guard.home(person, asked_on)
    Person.objects.select_for_update().get(pk=person.pk)
    family = Q(person=person) | Q(person__in=household_of(person))
    same = HousingNeed.objects.filter(family, sought=sought, settled_on=None, left_on=None).first()
    if same is not None:
        raise AidRefused(f"这户已在等{same.get_sought_display()}（编号 {same.pk}）：不用重复登记。")
    made = HousingNeed.objects.create(
        person=person, place=place, sought=sought, cause=cause, ground=ground, asked_on=asked_on, recorded_at=at, by=by
    )
    if sought == _Sought.HOMELESS:
        _find(made, asked_on, "是", at, by)
    audit.record(actor=by, action="aid.housing", target=f"housing:{made.pk}", at=at, sought=sought, person=person.pk)
    return made


def _find(need: HousingNeed, day: date, said_: str, at: datetime, by: User | None) -> None:
    witness = Witness(at, by, f"住房 {need.pk}")
    set_finding(person=need.person, day=day, kind="homeless", said=said_, witness=witness)


@transaction.atomic
def offer(*, need: HousingNeed, measure: str, day: date, at: datetime, by: User | None) -> HousingNeed:
    """Say how a household is to be housed: by building, renting or allocation. Raises `AidRefused`."""
    found = _waiting(need)
    if measure not in HousingNeed.Measure.values:
        raise AidRefused(f"没有这种办法“{measure}”：可以写 {'、'.join(HousingNeed.Measure.values)}。")
    guard.day(day, at, since=found.asked_on, what="安排日期")
    versions.change(found, at=at, measure=measure, offered_on=day)
    audit.record(actor=by, action="aid.housing-offered", target=f"housing:{found.pk}", at=at, measure=measure)
    return found


@transaction.atomic
def settle(*, need: HousingNeed, day: date, home: str, at: datetime, by: User | None) -> HousingNeed:
    """Say that a household lives in its home from a day on. Raises `AidRefused`."""
    found = _waiting(need)
    if not found.measure or found.offered_on is None:
        raise AidRefused("还没有登记怎么安排：请先登记安排的办法。")
    guard.day(day, at, since=found.offered_on, what="住上日期")
    versions.change(found, at=at, settled_on=day, home=guard.line(home, "住房情况", longest=120))
    if found.sought == _Sought.HOMELESS:
        _find(found, day, "否", at, by)
    audit.record(actor=by, action="aid.housing-settled", target=f"housing:{found.pk}", at=at, on=str(day))
    return found


@transaction.atomic
def leave(*, need: HousingNeed, day: date, reason: str, at: datetime, by: User | None) -> HousingNeed:
    """Take a household off the queue without a home, with the reason. Raises `AidRefused`."""
    found = _waiting(need)
    guard.day(day, at, since=found.asked_on, what="退出日期")
    versions.change(found, at=at, left_on=day, left_reason=guard.line(reason, "退出原因"))
    audit.record(actor=by, action="aid.housing-left", target=f"housing:{found.pk}", at=at, reason=found.left_reason)
    return found


def _waiting(need: HousingNeed) -> HousingNeed:
    found = HousingNeed.objects.select_for_update(of=("self",)).select_related("person").get(pk=need.pk)
    if found.settled_on is not None:
        raise AidRefused(f"这户已于 {found.settled_on} 住上：不用再次办理。")
    if found.left_on is not None:
        raise AidRefused(f"这户已于 {found.left_on} 退出：需要时请重新登记。")
    return found


@dataclass(frozen=True)
class Queued:
    """Who waits, and at which place of the county's queue (from 1)."""

    need: HousingNeed
    number: int


def queue(county: str, sought: str) -> list[Queued]:
    """Return who waits in a county for one kind of home: by ground, then by the day of asking."""
    rank = Case(
        *(When(ground=ground, then=Value(place)) for place, ground in enumerate(_GROUNDS)), output_field=IntegerField()
    )
    found: QuerySet[HousingNeed] = (
        HousingNeed.objects.filter(
            place__code__startswith=prefix(county_of(county)), sought=sought, settled_on=None, left_on=None
        )
        .select_related("person", "place")
        .order_by(rank, "asked_on", "pk")
    )
    return [Queued(need, number) for number, need in enumerate(found, start=1)]
