"""What each coordinator has to do: communities, files, contacts made this year, and those that are overdue."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from zhucan.casework import files
from zhucan.casework.models import CaseFile, Contact, Coordinator, Keeper, Kind
from zhucan.orgs.models import Division


@dataclass
class Load:
    """One coordinator on a day. `overdue` are the files nobody looked after within their interval."""

    name: str
    communities: list[str] = field(default_factory=list)
    caseload: int = 0
    contacts: int = 0
    overdue: list[CaseFile] = field(default_factory=list)


def loads(found: QuerySet[CaseFile], divisions: QuerySet[Division], day: date) -> list[Load]:
    """Return every coordinator of some places and files with what they have to do and did this year, by name."""
    told: dict[str, Load] = {}

    def of(name: str) -> Load:
        return told.setdefault(name, Load(name))

    held = Coordinator.objects.filter(division__in=divisions, valid_from__lte=day).select_related("division")
    for one in held.filter(Q(valid_to=None) | Q(valid_to__gt=day)):
        of(one.name).communities.append(one.division.name)
    open_ = found.filter(kind=Kind.COORDINATION, closed_on=None)
    late = {one.pk for one in files.overdue(open_, day)}
    keepers = Keeper.objects.filter(file__in=open_, side=Keeper.Side.COORDINATOR, valid_to=None)
    for keeper in keepers.select_related("file__person"):
        load = of(keeper.name)
        load.caseload += 1
        if keeper.file_id in late:
            load.overdue.append(keeper.file)
    made = Contact.objects.filter(
        file__in=found.filter(kind=Kind.COORDINATION), day__year=day.year, day__lte=day, retracted_at=None
    )
    for name in made.values_list("worker", flat=True):
        of(name).contacts += 1
    return sorted(told.values(), key=lambda one: one.name)
