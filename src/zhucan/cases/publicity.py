"""Hanging out intended decisions: masked by RR-34 and RR-35, taken down by itself once its days are over."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from zhucan.cases import deadlines
from zhucan.cases.models import Application, Publication
from zhucan.cases.weighing import Weighed
from zhucan.core import calendar, masking
from zhucan.core.calendar import age
from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import User
from zhucan.policy.steps import State
from zhucan.registry.models import Person

_ADULT = 18


class PublicityRefused(ZhucanError):
    """The entry cannot be taken down; nothing was changed."""


def shown_name(person: Person, on: date) -> str:
    """Return a name as it may hang out (RR-34): a minor's hides all but its first character."""
    minor = person.born <= on and age(person.born, on) < _ADULT
    return masking.minor_name(person.name) if minor else masking.name(person.name)


def hang_out(application: Application, weighed: Weighed, *, on: date, at: datetime, by: User | None) -> Publication:
    """Hang an intended decision out for as long as its flow waits: name, kind of aid, amount, and nothing else (RR-35).

    Raises `NoHolidayTable`.
    """
    flow = weighed.scheme.flow
    params = deadlines.procedure(application.division_id, on)
    waits = [params[flow.pause(step)] for step in flow.leaving(State.PUBLICISED) if step.wait is not None]
    return Publication.objects.create(
        application=application,
        division_id=application.division_id,
        place_id=application.place_id,
        name=shown_name(application.person, on),
        scheme=weighed.scheme.name,
        amount_fen=weighed.amount_fen or None,  # a certificate costs nothing and says no amount
        first_day=on,
        last_day=calendar.add_working_days(on, max(waits, default=0)),
        at=at,
        by=by,
    )


def hanging(on: date, division: str = "") -> QuerySet[Publication]:
    """Return what hangs out on a day, by place; what is over, or was taken down, is not there."""
    found = Publication.objects.filter(first_day__lte=on, last_day__gte=on, taken_down_at=None)
    return found.filter(inside("place_id", division)).select_related("place").order_by("place_id", "scheme", "pk")


@transaction.atomic
def take_down(*, publication: Publication, at: datetime, by: User | None) -> None:
    """Take an entry down before its time. Raises `PublicityRefused`."""
    if not Publication.objects.filter(pk=publication.pk, taken_down_at=None).update(taken_down_at=at):
        raise PublicityRefused("这一条已经撤下：请刷新页面。")
    audit.record(actor=by, action="cases.taken-down", target=f"publication:{publication.pk}", at=at)
