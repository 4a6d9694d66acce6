"""What the appointment acted as may see. Every query of a page begins here."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhucan.cases import queries
from zhucan.cases.models import Application, Award, FoundRow, KeptLook
from zhucan.core.divisions import Level, ancestors, county_of, level_of
from zhucan.office.access import OfficeRequest
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Division, Role
from zhucan.payments.models import Line, Payment, Run
from zhucan.registry.models import Doubt, Person, Residence
from zhucan.reports.models import CheckedText, Report

WITHOUT_PEOPLE = frozenset({Role.ADMINISTRATOR, Role.PARTNER})
"""Roles that see no personal file."""


def here(request: OfficeRequest) -> str:
    """Return the code of the place acted for."""
    return request.post.division_id


def below_county(request: OfficeRequest) -> bool:
    """Tell whether the place is a township or village: payments are its county's then."""
    return level_of(here(request)) in (Level.TOWNSHIP, Level.VILLAGE)


def county(request: OfficeRequest) -> str:
    """Return the county whose goods and institutions the acting place uses; a city's own code for a city."""
    place = here(request)
    return county_of(place) if level_of(place) in (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE) else place


def divisions(request: OfficeRequest) -> QuerySet[Division]:
    """Return the place and all places in it."""
    return Division.objects.filter(inside("code", here(request)))


def contains(request: OfficeRequest, code: str) -> bool:
    """Tell whether a division lies in the place."""
    own = here(request)
    return code == own or own in ancestors(code)


def people(request: OfficeRequest) -> QuerySet[Person]:
    """Return the people living in the place, or paid there."""
    if Role(request.post.role) in WITHOUT_PEOPLE:
        return Person.objects.none()
    living = Residence.objects.filter(
        inside("division_id", here(request)), person=OuterRef("pk"), retracted_at=None, valid_to=None
    )
    if below_county(request):
        return Person.objects.filter(Exists(living))
    paid = Award.objects.filter(inside("division_id", here(request)), person=OuterRef("pk"))
    return Person.objects.filter(Exists(living) | Exists(paid))


def found(request: OfficeRequest, look: KeptLook) -> QuerySet[FoundRow]:
    """Return the rows of a look about people of the place."""
    return FoundRow.objects.filter(_about(request), look=look)


def doubts(request: OfficeRequest) -> QuerySet[Doubt]:
    """Return the doubts about people of the place."""
    return Doubt.objects.filter(_about(request))


def _about(request: OfficeRequest) -> Any:
    """Return the condition that a row's `person` lives in the place, or is paid there; row by row, so that the first
    rows of a long list come at once."""
    if Role(request.post.role) in WITHOUT_PEOPLE:
        return Q(pk__in=())
    mine = inside("division_id", here(request))
    living = Exists(Residence.objects.filter(mine, person=OuterRef("person"), retracted_at=None, valid_to=None))
    if below_county(request):
        return living
    return living | Exists(Award.objects.filter(mine, person=OuterRef("person")))


def runs(request: OfficeRequest) -> QuerySet[Run]:
    """Return the runs that pay people of the place: its own and those in it, or its county's."""
    found = Run.objects.select_related("division", "calculated_by", "checked_by", "approved_by")
    if below_county(request):
        return found.filter(division=county_of(here(request)))
    return found.filter(inside("division_id", here(request)))


def lines(request: OfficeRequest, run: Run) -> QuerySet[Line]:
    """Return the lines of a run about people of the place."""
    found = run.lines.all()
    if below_county(request):
        living = Residence.objects.filter(
            inside("division_id", here(request)), person=OuterRef("person"), retracted_at=None, valid_to=None
        )
        return found.filter(Exists(living))
    return found


def payments(request: OfficeRequest) -> QuerySet[Payment]:
    """Return the payments to people of the place."""
    if below_county(request):
        return Payment.objects.filter(person__in=people(request).values("pk"))
    return Payment.objects.filter(Q(inside("run__division_id", here(request))))


def checked_texts(request: OfficeRequest) -> QuerySet[CheckedText]:
    """Return the texts that the place, and places in it, had checked."""
    return CheckedText.objects.filter(inside("division_id", here(request)))


def reports(request: OfficeRequest) -> QuerySet[Report]:
    """Return the reports of the place and of places in it."""
    return Report.objects.filter(inside("division_id", here(request)))


def applications(request: OfficeRequest) -> QuerySet[Application]:
    """Return the applications of people of the place."""
    if Role(request.post.role) in WITHOUT_PEOPLE:
        return Application.objects.none()
    return queries.in_place(here(request))
