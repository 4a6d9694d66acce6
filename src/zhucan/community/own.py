"""Signing up for oneself: which online courses and sessions are open to somebody, in, and out again until they begin."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from zhucan.community.activities import ActivityRefused
from zhucan.community.models import Activity, Participant
from zhucan.community.participants import Entrant, sign_up, withdraw
from zhucan.core.divisions import ancestors, county_of
from zhucan.orgs.clock import day_of
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import User
from zhucan.registry.entering import home_on
from zhucan.registry.models import Person

KIND = "online"
"""The one kind that people sign up for by themselves: nobody has to know beforehand who will come through a door."""
GUARDIAN = "监护人"


def offered(person: Person, day: date) -> "QuerySet[Activity]":
    """Return what begins after a day where a person lives, in the county or above it, with how many are `entered`, the next first."""
    home = home_on(person, day)
    if home is None:
        return Activity.objects.none()
    county = county_of(home.division_id)
    ours = inside("division_id", county) | Q(division__in=ancestors(county))
    found = Activity.objects.filter(ours, kind=KIND, retracted_at=None, starts_on__gt=day).select_related("division")
    return found.annotate(entered=Count("participants", filter=Q(participants__retracted_at=None))).order_by(
        "starts_on", "pk"
    )


def free(found: "QuerySet[Activity]") -> "QuerySet[Activity]":
    """Return those of `offered` that still have a place."""
    return found.filter(Q(planned=None) | Q(planned__gt=F("entered")))


def entries(person: Person, family_name: str = "") -> "QuerySet[Participant]":
    """Return what a person, or a relative of theirs by name, is or was signed up for online, the latest first."""
    who = Q(who="self") | Q(who="relative", relative__name=family_name) if family_name else Q(who="self")
    found = Participant.objects.filter(who, person=person, retracted_at=None, activity__kind=KIND)
    return (
        found.filter(activity__retracted_at=None)
        .select_related("activity__division", "relative")
        .order_by("-activity__starts_on", "-pk")
    )


@transaction.atomic
def join(*, person: Person, activity: Activity, at: datetime, by: User, family_name: str = "") -> Participant:
    """Sign a person up, or by name the guardian of one, for what has not begun and is not full. Raises `ActivityRefused`."""
    day = day_of(at)
    # held until it is written: of two who want the last place one comes later
    held = Activity.objects.select_for_update().filter(pk=activity.pk).first()
    found = None if held is None else offered(person, day).filter(pk=held.pk).first()
    if found is None:
        raise ActivityRefused(f"“{activity}”已经开始、取消，或不在您的县：请选别的课程。")
    mine = entries(person, family_name).filter(activity=found, who="relative" if family_name else "self")
    if mine.exists():
        raise ActivityRefused(f"已经报过“{found}”：不用再报。")
    if not free(offered(person, day)).filter(pk=found.pk).exists():
        raise ActivityRefused(f"“{found}”的 {found.planned} 个名额已经报满：请选别的课程，或问主办单位。")
    entrant = Entrant(person, family_name, GUARDIAN if family_name else "")
    return sign_up(activity=found, entrant=entrant, at=at, by=by)


@transaction.atomic
def leave(*, entry: Participant, at: datetime, by: User) -> Participant:
    """Take somebody off the list again before it begins. Raises `ActivityRefused`."""
    found = entry.activity
    if found.starts_on <= day_of(at):
        raise ActivityRefused(f"“{found}”已经开始，不能再取消报名：不能参加的，请告诉主办单位。")
    return withdraw(participant=entry, reason="本人或监护人取消报名", at=at, by=by)
