"""What a signed-in user may see: the divisions of the appointments in force."""

from typing import cast

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from zhucan.cases.models import Award
from zhucan.core.divisions import prefix
from zhucan.orgs.clock import today
from zhucan.orgs.models import Appointment, User
from zhucan.payments.models import Run
from zhucan.registry.models import Person, Residence


def places(request: HttpRequest) -> list[str]:
    """Return the code prefixes of the user's divisions today."""
    day = today()
    held = Appointment.objects.filter(user=cast(User, request.user), valid_from__lte=day).filter(
        Q(valid_to=None) | Q(valid_to__gt=day)
    )
    return [prefix(code) for code in held.values_list("division_id", flat=True)]


def _within(field: str, prefixes: list[str]) -> Q:
    condition = Q(pk__in=[])
    for text in prefixes:
        condition |= Q(**{f"{field}__startswith": text})
    return condition


def people(request: HttpRequest) -> QuerySet[Person]:
    """Return the people living in the user's divisions, or paid there."""
    prefixes = places(request)
    here = Residence.objects.filter(_within("division__code", prefixes), person=OuterRef("pk"), retracted_at=None)
    paid = Award.objects.filter(_within("division__code", prefixes), person=OuterRef("pk"))
    return Person.objects.filter(Exists(here.filter(valid_to=None)) | Exists(paid))


def runs(request: HttpRequest) -> QuerySet[Run]:
    """Return the runs of the user's divisions."""
    return Run.objects.filter(_within("division__code", places(request))).select_related("division", "calculated_by")
