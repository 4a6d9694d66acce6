"""Ordinary schools asked each term how many pupils with disabilities they have, held against who is registered there."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, QuerySet

from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit
from zhucan.orgs.models import Division, User
from zhucan.registry.choices import Placement, Stage
from zhucan.registry.entering import Guard
from zhucan.registry.models import Person, Schooling, SchoolSurvey
from zhucan.registry.terms import term_of, term_rows

ORDINARY = (Placement.REGULAR, Placement.ORDINARY, Placement.SPECIAL_CLASS)
"""The placements in an ordinary school."""
_STAGES = (Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR, Stage.VOCATIONAL)
_MOST = 2000


class SurveyRefused(ZhucanError, ValueError):
    """A survey that cannot be entered or taken back; nothing was changed."""


_guard = Guard(SurveyRefused)


@dataclass(frozen=True)
class School:
    """An ordinary school in a term: the survey of it, None where it was not asked, and who is registered there."""

    name: str
    survey: SchoolSurvey | None
    registered: int

    @property
    def agrees(self) -> bool:
        """Say whether it reported as many as are registered."""
        return self.survey is not None and self.survey.pupils == self.registered


@transaction.atomic
def survey(
    *, division: Division, school: str, day: date, pupils: int, worker: str, at: datetime, by: User | None
) -> SchoolSurvey:
    """Enter what an ordinary school of a county reported on a day. Raises `SurveyRefused`."""
    name = school.strip()
    if not name or not worker.strip():
        raise SurveyRefused("学校和摸底人都要写：请补填。")
    _guard.day(day, at, what="摸底日期")
    if not 0 <= pupils <= _MOST:
        raise SurveyRefused(f"残疾学生人数 {pupils} 不对：应为 0 至 {_MOST}，没有就写 0。")
    if SchoolSurvey.objects.filter(division=division, school=name, day=day, retracted_at=None).exists():
        raise SurveyRefused(f"{name}在 {day} 已经登记过摸底：请先撤回那一条，或核对日期。")
    made = SchoolSurvey.objects.create(
        division=division, school=name, day=day, pupils=pupils, worker=worker.strip(), recorded_at=at, recorded_by=by
    )
    audit.record(actor=by, action="registry.school-survey", target=f"survey:{made.pk}", at=at, name=name, count=pupils)
    return made


@transaction.atomic
def take_back(*, survey: SchoolSurvey, reason: str, at: datetime, by: User | None) -> None:
    """Take back a survey entered by mistake. Raises `SurveyRefused`."""
    found = SchoolSurvey.objects.select_for_update().get(pk=survey.pk)
    why = _guard.take_back(found, reason, at, what="这次摸底")
    audit.record(actor=by, action="registry.school-survey-retracted", target=f"survey:{found.pk}", at=at, reason=why)


def schools(*, division: Division, people: QuerySet[Person], day: date) -> list[School]:
    """Return the ordinary schools of a county in the term of a day, those first that were not asked or do not agree."""
    first, after = term_of(day, division.code, term_rows())
    believed = SchoolSurvey.objects.filter(division=division, retracted_at=None)
    asked: dict[str, SchoolSurvey] = {}
    for one in believed.filter(day__gte=first, day__lt=after).order_by("day", "pk"):
        asked[one.school] = one
    held = Schooling.objects.as_known().on(day).filter(person__in=people, placement__in=ORDINARY, stage__in=_STAGES)
    counted = dict(held.exclude(school="").values_list("school").annotate(n=Count("person", distinct=True)).order_by())
    names = {*counted, *believed.values_list("school", flat=True)}
    found = [School(name, asked.get(name), counted.get(name, 0)) for name in names]
    return sorted(found, key=lambda one: (one.survey is not None, one.agrees, one.name))
