"""Reads of applications: the queue of a role, one by its number, and who receives what already."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from zhucan.cases.models import Application, Award
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.orgs.divisions import inside
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.schemes import Cadence, Scheme
from zhucan.policy.steps import FLOWS


class NoSuchApplication(ZhucanError):
    """No application has this number."""


def in_place(code: str) -> QuerySet[Application]:
    """Return the applications of people of a place, and those that its county decides."""
    return Application.objects.filter(inside("place_id", code))


def open_in(code: str) -> QuerySet[Application]:
    """Return the cases of a place that are not over, the earliest due first; what has no deadline comes last."""
    return in_place(code).filter(closed_on=None)


def waiting_for(role: str) -> Q:
    """Return the condition that a case waits for a role, derived from the flows."""
    found = Q(pk__in=())
    for flow in FLOWS:
        states = [state.value for state in flow.waiting_for(role)]
        ids = [item.id for item in SCHEMES if item.flow is flow]
        if states and ids:
            found |= Q(state__in=states, scheme__in=ids)
    return found


def overdue(on: date) -> Q:
    """Return the condition that the deadline has passed; while papers are awaited none passes."""
    return Q(due_on__lt=on, paused_on=None, closed_on=None)


def find(number: str) -> Application:
    """Return the application of a number. Raises `NoSuchApplication`."""
    tail = number[4:] if len(number) == 11 and number.isdigit() else ""
    found = Application.objects.filter(pk=int(tail)).select_related("person", "bundle").first() if tail else None
    if found is None or found.number != number:
        raise NoSuchApplication(f"没有编号为 {number} 的申请：请照回执上的 11 位数字核对。")
    return found


def receiving(item: Scheme, on: date) -> QuerySet[Award]:
    """Return the awards of a scheme by which somebody receives it already, so that asking again is of no use."""
    found = Award.objects.filter(scheme=item.id, revoked_at=None)
    if item.in_runs:
        return found.filter(
            Q(withdrawn_on=None) | Q(withdrawn_on__gt=on), Q(lapsed_from=None) | Q(lapsed_from__gt=Month.of(on).index)
        )
    if item.cadence is Cadence.ONCE:
        return found
    if item.cadence is Cadence.YEARLY:
        return found.filter(applied_on__year=on.year)
    return found.filter(withdrawn_on=None, ends_on__gt=on) if item.cadence is Cadence.MONTHLY else found.none()


def in_force(items: Iterable[Scheme], on: date) -> QuerySet[Award]:
    """Return the awards of some schemes that hold on a day: those of the year, and those not yet at their end."""
    ids = [item.id for item in items]
    found = Award.objects.filter(scheme__in=ids, revoked_at=None, withdrawn_on=None, lapsed_from=None)
    return found.filter(
        Q(ends_on__gt=on) | Q(ends_on=None, granted_fen=None) | Q(ends_on=None, applied_on__year=on.year)
    )
