"""免申即享: granting schemes to whoever is entitled without being asked, with a notice to each."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from zhucan.cases import awards, deadlines, finding
from zhucan.cases.finding import Candidate
from zhucan.cases.models import Application, Notice
from zhucan.cases.queries import receiving
from zhucan.core.divisions import county_of
from zhucan.core.errors import ZhucanError
from zhucan.core.money import fen
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Division, User
from zhucan.policy.catalogue import offered_with, scheme
from zhucan.policy.schemes import Scheme


class NotAutomatic(ZhucanError):
    """The place grants nothing without an application."""


@dataclass(frozen=True)
class Found:
    """Who would be granted what without asking, and of how many it is not known."""

    candidates: tuple[Candidate, ...]
    unknown: Mapping[str, int]

    @property
    def by_scheme(self) -> Mapping[str, int]:
        """Return how many people by scheme."""
        return Counter(one.scheme for one in self.candidates)


def schemes_of(place: str, on: date) -> tuple[Scheme, ...]:
    """Return the schemes that a place grants without an application, none unless it chose so."""
    params = deadlines.procedure(county_of(place), on)
    if not params["grants_without_application"]:
        return ()
    return tuple(item for item in offered_with(params) if item.automatic and item.claim is None)


def look(*, place: Division, on: date, at: datetime) -> Found:
    """Return who is entitled to an automatic scheme, does not receive it and has not asked. Raises `NotAutomatic`."""
    items = schemes_of(place.code, on)
    if not items:
        raise NotAutomatic(f"{place.name}没有开通免申即享：请先在标准里开通，并写明文件。")
    found = finding.survey(division=place, on=on, known_at=at, schemes=tuple(item.id for item in items))
    held = {(person, item.id) for item in items for person in receiving(item, on).values_list("person_id", flat=True)}
    ids = [item.id for item in items]
    held |= set(
        Application.objects.filter(scheme__in=ids, decided_on=None, closed_on=None).values_list("person_id", "scheme")
    )
    return Found(
        tuple(one for one in found.entitled if (one.person_id, one.scheme) not in held),
        {name: len(people) for name, people in found.unknown.items()},
    )


@transaction.atomic
def grant(*, place: Division, on: date, at: datetime, by: User | None) -> Found:
    """Grant everything that `look` finds, and tell everybody; all or nobody. Raises `NotAutomatic`."""
    found = look(place=place, on=on, at=at)
    county = division(county_of(place.code))
    monthly = [one for one in found.candidates if scheme(one.scheme).in_runs]
    awards.approve_all(monthly, division=county, on=on, at=at, by=by)
    people = awards.people_of(found.candidates)
    for one in found.candidates:
        if not scheme(one.scheme).in_runs:
            awards.grant(
                person=people[one.person_id], scheme_id=one.scheme, division=county, applied_on=on, approved_on=on,
                amount_fen=fen(one.amount), quantity=1, at=at, by=by,
            )  # fmt: skip
    Notice.objects.bulk_create(
        (
            Notice(
                person_id=one.person_id,
                division=county,
                text=f"您符合{scheme(one.scheme).name}的条件，已直接为您办好，不用申请。不想享受可以到乡镇（街道）残联退出。",
                at=at,
            )
            for one in found.candidates
        ),
        batch_size=2000,
    )
    return found
