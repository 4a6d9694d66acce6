"""Reads of the registry: look-ups and search."""

from typing import Any

from django.db import connection
from django.db.models import Exists, F, OrderBy, OuterRef, Q, QuerySet

from zhucan.core.divisions import prefix
from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import InvalidNumber, certificate_number, normalise, resident_id
from zhucan.orgs.models import Division
from zhucan.registry.models import Certificate, Membership, Person, Residence
from zhucan.registry.services import certificate_index, id_index


class PersonNotFound(ZhucanError):
    """Nobody fits."""


class _ByBytes(OrderBy):
    """The order of a column's bytes, which on PostgreSQL an index for prefixes (varchar_pattern_ops) stands in.

    So the first page of all the 王 is read from the index, and not sorted out of tens of thousands.
    """

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Name the operator of that index; SQLite compares bytes anyway. Django looks for an ASC in what comes back."""
        return self.as_sql(compiler, connection, template="%(expression)s USING ~<~ /* ASC */")


def people_in(division: str) -> QuerySet[Person]:
    """Return the people whose hukou, as believed now and not ended, lies in a division."""
    here = Residence.objects.filter(
        person=OuterRef("pk"), retracted_at=None, valid_to=None, division__code__startswith=prefix(division)
    )
    return Person.objects.filter(Exists(here))


def search(
    text: str, division: str = "", *, among: QuerySet[Person] | None = None, few: bool = False
) -> QuerySet[Person]:
    """Return people by name, pinyin initials, ID number or its tail, certificate number, or village name.

    Of a division, or among the people given; where those are `few` (a village's) the database begins with them, and puts
    in order whom it finds.

    The forms are told apart by what is typed, so that each asks one index. Those found come by name, those found by their
    initials by these first.
    """
    text = normalise(text)
    people = among if among is not None else people_in(division) if division else Person.objects.all()
    if not text:
        return people.none()
    if len(text) >= 20 and text[:17].isdigit():
        try:
            number = certificate_number(text).number
        except InvalidNumber:
            return people.none()
        holders = Certificate.objects.filter(number_index=certificate_index(number)).values("person")
        return people.filter(pk__in=holders).order_by("id")
    if len(text) in (15, 18) and text[:15].isdigit():
        try:
            return people.filter(id_index=id_index(resident_id(text).number)).order_by("id")
        except InvalidNumber:
            return people.none()
    if len(text) == 4 and text[:3].isdigit():
        return people.filter(id_tail=text.upper()).order_by("name", "id")
    if text.isascii() and text.isalpha():
        usual, second = _begins("initials", text.lower()), _begins("second_initials", text.lower())
        second &= ~Q(second_initials="")  # the index holds only those there are, and the query has to say so to use it
        if few or Person.objects.filter(second).exists():  # an OR has no order of its own to walk in
            return people.filter(usual | second).order_by("initials", "name", "id")
        return people.filter(usual).order_by(_ByBytes(F("initials")), _ByBytes(F("name")), "id")
    named = _begins("name", text)
    villages = list(Division.objects.filter(name=text).values_list("code", flat=True))
    if villages:  # asked only where there are any: an OR over two tables uses no index
        live = Residence.objects.filter(division__in=villages, retracted_at=None, valid_to=None)
        named |= Q(pk__in=live.values("person"))
    return people.filter(named).order_by("name" if few else _ByBytes(F("name")), "id")


def _begins(field: str, text: str) -> Q:
    """Return the condition that a column begins with a text, in the form for which the database uses its index."""
    if connection.vendor == "postgresql":
        return Q(**{f"{field}__startswith": text})  # the index has varchar_pattern_ops
    return Q(**{f"{field}__gte": text, f"{field}__lt": text + "\U0010ffff"})


def household_of(person: Person) -> QuerySet[Person]:
    """Return the people who live in one household with somebody now, the person among them; nobody where none is known."""
    mine = Membership.objects.filter(person=person, valid_to=None).as_known().values("household")
    return Person.objects.filter(
        pk__in=Membership.objects.filter(household__in=mine, valid_to=None).as_known().values("person")
    )


def find(text: str) -> Person:
    """Return the one person that a number, ID, certificate number or exact name means. Raises `PersonNotFound`."""
    people = Person.objects.filter(pk=int(text)) if text.isdigit() and len(text) < 12 else search(text)
    found = list(people[:6])
    exact = [person for person in found if person.name == text]
    if len(found) != 1 and len(exact) == 1:
        found = exact
    if not found:
        raise PersonNotFound(f"没有找到“{text}”：请用人员编号、身份证号、残疾人证号或全名。")
    if len(found) > 1:
        choices = "、".join(f"{person.pk}" for person in found[:5])
        raise PersonNotFound(f"“{text}”对应不止一人（人员编号 {choices} 等）：请改用人员编号或身份证号。")
    return found[0]
