"""Assessments: an appointment with an institution, and what it found."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhucan.cases import moving, notices
from zhucan.cases.asking import told_by
from zhucan.cases.certificates import ASSESSED
from zhucan.cases.models import Application, Assessment
from zhucan.cases.moving import Actor, StepRefused
from zhucan.core.identifiers import combined
from zhucan.orgs import audit
from zhucan.orgs.clock import day_of
from zhucan.orgs.wording import plain
from zhucan.policy.catalogue import scheme
from zhucan.policy.steps import State
from zhucan.registry.models import Category

_LONGEST = 60


class AssessmentRefused(StepRefused):
    """The assessment cannot be booked or recorded so; nothing was changed."""


@transaction.atomic
def book(*, application: Application, institution: str, day: date, actor: Actor, at: datetime) -> Assessment:
    """Book an assessment, or another day for it, and tell the applicant. Raises `AssessmentRefused`."""
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    today = day_of(at)
    if locked.state != State.ASSESSING.value:
        raise AssessmentRefused(f"这件现在是“{State(locked.state).label}”，不能预约评定：请核对。")
    if not institution.strip() or len(institution) > _LONGEST or not plain(institution):
        raise AssessmentRefused(f"评定机构不对：请写机构名称，不超过 {_LONGEST} 个字。")
    if not today <= day or (day - today).days > 366:
        raise AssessmentRefused(f"预约日期 {day} 不对：应在今天以后一年以内。")
    made, _ = Assessment.objects.update_or_create(
        application=locked,
        defaults={"institution": institution.strip(), "booked_for": day, "booked_at": at, "booked_by": actor.user},
    )
    notices.tell(
        locked,
        at=at,
        words=f"请于 {day.year}年{day.month}月{day.day}日到{institution.strip()}评定，带上身份证件。不能去请提前告诉我们改期。",
    )
    audit.record(
        actor=actor.user, action="cases.assessment-booked", target=f"application:{locked.pk}", at=at, day=str(day)
    )
    return made


def _answered(application: Application, found: Assessment) -> dict[str, Any]:
    """Return the answers of an application with what its assessment tells the rule: 0 is no grade at all."""
    worst = min(found.components, key=lambda part: part[1])[0] if found.components else found.category
    told = {"device_assessed": found.qualifies, "assessed_grade": found.grade or 0, "assessed_category": worst or None}
    names = {fact.name for fact in told_by(scheme(application.scheme))}
    facts = {name: value for name, value in told.items() if name in names and value is not None}
    return {**application.answers, "facts": {**application.answers.get("facts", {}), **facts}}


@transaction.atomic
def found(
    *,
    application: Application,
    qualifies: bool,
    actor: Actor,
    on: date,
    at: datetime,
    category: str = "",
    grade: int | None = None,
    components: Sequence[tuple[str, int]] = (),
    remark: str = "",
    seen: str = "",
) -> Application:
    """Record what an assessment found and pass the case on. Raises `AssessmentRefused`, `StepRefused`.

    A certificate needs kind and grade; for several kinds each with its grade, of which the worst is the grade (DC-03).
    """
    locked, step = moving.begin(application, "assess", actor, on=on, at=at, reason="", seen=seen)
    booked = Assessment.objects.filter(application=locked).first()
    if booked is None:
        raise AssessmentRefused("还没有预约评定：请先登记评定机构和日期。")
    if len(remark) > 200 or not plain(remark):
        raise AssessmentRefused("评定意见不要超过 200 个字，不要有尖括号：请改写。")
    if locked.scheme in ASSESSED and qualifies:
        if category not in Category.values or grade not in (1, 2, 3, 4):
            raise AssessmentRefused("评定为残疾的，要写明类别和等级：请补全。")
        if category == Category.MULTIPLE:
            if len({kind for kind, _ in components}) < 2 or combined(list(components))[1] != grade:
                raise AssessmentRefused("多重残疾要写明至少两类及各自等级，等级取最重的一类：请更正。")
        elif components:
            raise AssessmentRefused("单类残疾不用另写各类等级：请更正。")
    booked.found_on, booked.found_by, booked.qualifies = on, actor.user, qualifies
    booked.category, booked.grade = (category, grade) if qualifies else ("", None)
    booked.components, booked.remark = [list(one) for one in components], remark.strip()
    booked.save()
    moved = moving.finish(locked, step, actor, on=on, at=at, answers=_answered(locked, booked))
    notices.tell(moved, at=at)
    return moved
