"""Which people fit what is asked: filters over the people of one's place, as known now or on an earlier day."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict

from zhucan.cases.models import Award
from zhucan.core import masking
from zhucan.core.calendar import add_years
from zhucan.core.divisions import Level, level_of
from zhucan.core.months import Month
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.orgs.clock import last_moment, today
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Division
from zhucan.payments.models import Bookmark
from zhucan.policy.catalogue import MONTHLY
from zhucan.registry.models import (
    Category,
    Certificate,
    CertificateStatus,
    Hardship,
    HardshipKind,
    Naming,
    Person,
    Residence,
    Spell,
    SpellQuerySet,
)
from zhucan.registry.queries import search
from zhucan.web.forms import DateField, Form

_ANY = ("", "不限")
_AGES = {"0-6": (0, 7), "7-17": (7, 18), "18-59": (18, 60), "60-": (60, 150)}


class FilterForm(Form):
    """找哪些人。"""

    quiet = True

    q = forms.CharField(
        label="姓名、拼音首字母、身份证号或后四位、残疾人证号、村名",
        required=False,
        max_length=60,
        widget=forms.TextInput({"type": "search", "autocomplete": "off", "data-live": "#found"}),
    )
    place = forms.ChoiceField(label="地方", required=False)
    category = forms.ChoiceField(label="残疾类别", required=False, choices=[_ANY, *Category.choices])
    grade = forms.ChoiceField(
        label="等级", required=False, choices=[_ANY, *((str(grade), f"{grade} 级") for grade in range(1, 5))]
    )
    certificate = forms.ChoiceField(
        label="残疾人证",
        required=False,
        choices=[_ANY, ("valid", "有效"), ("frozen", "冻结"), ("expired", "过期"), ("none", "没有")],
    )
    expiring = forms.ChoiceField(
        label="到期",
        required=False,
        choices=[_ANY, ("1", "一个月内"), ("3", "三个月内"), ("6", "半年内"), ("12", "一年内")],
    )
    hardship = forms.ChoiceField(
        label="困难类型", required=False, choices=[_ANY, *HardshipKind.choices, ("unknown", "没有登记")]
    )
    age = forms.ChoiceField(
        label="年龄",
        required=False,
        choices=[_ANY, *((key, f"{key}岁" if key != "60-" else "60岁以上") for key in _AGES)],
    )
    award = forms.ChoiceField(
        label="在享待遇", required=False, choices=[_ANY, *((one.id, one.name) for one in MONTHLY)]
    )

    known = DateField(
        label="按哪一天知道的情况找", required=False, help_text="不填就按现在的情况；例如核对某次发放时的名单。"
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [("", "全部"), *places]  # type: ignore[attr-defined]  # a ChoiceField, declared above

    @property
    def known_day(self) -> date | None:
        """The day as known on which is asked for; None: as known now."""
        day: date | None = getattr(self, "cleaned_data", {}).get("known")
        return None if day is None or day >= today() else day


NAMES = frozenset({*FilterForm.base_fields, *(f"known_{part}" for part in ("year", "month", "day"))})
"""What a form of filters sends: its names in an address."""


def places(request: OfficeRequest) -> list[tuple[str, str]]:
    """Return the places right below one's own, and below and beside the one chosen: not hundreds of villages at once."""
    own = scope.here(request)
    chosen = (
        Division.objects.filter(pk=request.POST.get("place") or request.GET.get("place", ""))
        .values_list("pk", "parent")
        .first()
    )
    parents = {own, *(code for code in chosen or () if code and scope.contains(request, code))}
    found = scope.divisions(request).filter(parent__in=parents).order_by("code").values_list("code", "name", "parent")
    return [(code, name if parent == own else f"　{name}") for code, name, parent in found]


def _believed(model: type[Spell], day: date | None) -> SpellQuerySet:
    """Return the spells of a kind that hold now, or held on a day as known at its end."""
    if day is None:
        return model.objects.filter(retracted_at=None, valid_to=None)
    return model.objects.as_known(last_moment(day)).on(day)


def _running(awards: QuerySet[Award], day: date | None) -> QuerySet[Award]:
    """Return the awards neither withdrawn, lapsed nor revoked, now or as known on a day."""
    if day is None:
        return awards.filter(withdrawn_on=None, lapsed_from=None, revoked_at=None)
    at = last_moment(day)
    booked = Bookmark.objects.filter(award=OuterRef("pk"), run__approved_at__lte=at).order_by(
        "-run__approved_at", "-pk"
    )
    left = Q(withdrawal_recorded_at__lte=at, withdrawn_on__lte=day) | Q(revoked_at__lte=at)
    known = awards.filter(recorded_at__lte=at).exclude(left).annotate(gone=Subquery(booked.values("lapsed_from")[:1]))
    return known.filter(Q(gone=None) | Q(gone__gt=Month.of(day).index))


def found(request: OfficeRequest, asked: Mapping[str, Any], known_day: date | None = None) -> QuerySet[Person]:
    """Return the people of one's place that fit what was asked, as known now or on a day.

    Who may be seen is told by where people live or are paid now; of them, those are found who fitted then.
    """
    people, day = scope.people(request), known_day or today()
    its = {"person": OuterRef("pk")}
    homes, hardships = _believed(Residence, known_day), _believed(Hardship, known_day)
    if known_day is not None:
        people = people.filter(recorded_at__lte=last_moment(known_day))
    if asked.get("place"):
        people = people.filter(Exists(homes.filter(inside("division_id", asked["place"]), **its)))
    elif known_day is not None:
        people = people.filter(Exists(homes.filter(inside("division_id", scope.here(request)), **its)))
    card, wanted = _believed(Certificate, known_day).filter(**its), Q()
    if asked.get("category"):
        wanted &= Q(category=asked["category"])
    if asked.get("grade"):
        wanted &= Q(grade=asked["grade"])
    match asked.get("certificate"):
        case "valid":
            wanted &= Q(status=CertificateStatus.VALID, expires__gte=day)
        case "frozen":
            wanted &= Q(status=CertificateStatus.FROZEN)
        case "expired":
            wanted &= Q(status=CertificateStatus.VALID, expires__lt=day)
        case "none":
            people = people.filter(~Exists(card.exclude(status=CertificateStatus.CANCELLED)))
    if asked.get("expiring"):
        last = day + timedelta(days=round(int(asked["expiring"]) * 30.5))
        soon = _believed(Certificate, known_day).filter(
            status=CertificateStatus.VALID, expires__gte=day, expires__lt=last
        )
        people = people.filter(pk__in=soon.values("person"))  # these are few, and an index finds them
    if wanted:
        people = people.filter(Exists(card.filter(wanted)))
    if asked.get("hardship") == "unknown":
        people = people.filter(~Exists(hardships.filter(**its)))
    elif asked.get("hardship"):
        people = people.filter(Exists(hardships.filter(kind=asked["hardship"], **its)))
    if asked.get("age"):
        youngest, older = _AGES[asked["age"]]
        people = people.filter(born__lte=add_years(day, -youngest), born__gt=add_years(day, -older))
    if asked.get("award"):
        people = people.filter(Exists(_running(Award.objects.filter(scheme=asked["award"], **its), known_day)))
    query = (asked.get("q") or "").strip()
    if not query:
        return people.order_by("pk")
    few = Level.VILLAGE in {level_of(scope.here(request)), level_of(asked.get("place") or scope.here(request))}
    return search(query, among=people, few=few)


def rows(people: Iterable[Person], known_day: date | None = None) -> Iterator[dict[str, Any]]:
    """Yield each person with the home and the certificate, as known now or on a day."""
    shown = list(people)
    keys = [person.pk for person in shown]
    homes = dict(_believed(Residence, known_day).filter(person__in=keys).values_list("person_id", "division__name"))
    cards = {row.person_id: row for row in _believed(Certificate, known_day).filter(person__in=keys)}
    called = {}
    if known_day is not None:
        called = dict(_believed(Naming, known_day).filter(person__in=keys).values_list("person_id", "name"))
    for person in shown:
        yield {
            "name": called.get(person.pk, person.name),
            "person": person,
            "identity": masking.resident_id(person.id_number),
            "home": homes.get(person.pk, "已迁出或未登记"),
            "certificate": cards.get(person.pk),
        }


def without_query(asked: QueryDict) -> QueryDict:
    """Return the filters among what was asked: neither what was typed to be found, nor anything else."""
    kept = QueryDict(mutable=True)
    kept.update({name: str(value) for name, value in asked.items() if name in NAMES and name != "q" and value})
    return kept
