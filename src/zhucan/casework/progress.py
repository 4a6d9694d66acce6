"""How a plan goes on: its milestones, and reviews at intervals with a score on its scale."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from zhucan.casework.models import Milestone, Review
from zhucan.casework.refusing import CaseworkRefused, guard
from zhucan.delivery.models import Plan
from zhucan.orgs import audit, versions
from zhucan.orgs.models import User


def _open(plan: Plan) -> Plan:
    found = Plan.objects.select_for_update(of=("self",)).select_related("person").get(pk=plan.pk)
    if found.closed_on is not None:
        raise CaseworkRefused(f"这个服务计划已于 {found.closed_on} 结案：不能再改。")
    return found


@transaction.atomic
def set_milestone(*, plan: Plan, text: str, due_on: date, at: datetime, by: User | None) -> Milestone:
    """Set a step of an open plan, to be reached within its period. Raises `CaseworkRefused`."""
    found, words = _open(plan), guard.line(text, "阶段目标", longest=120)
    if not found.starts_on <= due_on <= found.ends_on:
        raise CaseworkRefused(f"应达到日期 {due_on} 不在服务期 {found.starts_on} 至 {found.ends_on} 内：请核对日期。")
    if found.milestones.filter(text=words).exists():
        raise CaseworkRefused(f"这个计划已有阶段目标“{words}”：不用重复登记。")
    made = Milestone.objects.create(plan=found, text=words, due_on=due_on, recorded_at=at, by=by)
    audit.record(actor=by, action="casework.milestone", target=f"plan:{found.pk}", at=at, day=str(due_on))
    return made


@transaction.atomic
def reach(*, milestone: Milestone, day: date, at: datetime, by: User | None) -> Milestone:
    """Say that a step was reached on a day. Raises `CaseworkRefused`."""
    plan = _open(milestone.plan)
    found = Milestone.objects.select_for_update().get(pk=milestone.pk)
    if found.reached_on is not None:
        raise CaseworkRefused(f"这个阶段目标已于 {found.reached_on} 达到：不用再次登记。")
    guard.day(day, at, since=plan.starts_on, what="达到日期")
    versions.change(found, at=at, reached_on=day)
    audit.record(actor=by, action="casework.milestone-reached", target=f"plan:{plan.pk}", at=at, day=str(day))
    return found


@transaction.atomic
def review(
    *, plan: Plan, day: date, score: Decimal, worker: str, at: datetime, by: User | None, note: str = ""
) -> Review:
    """Enter what an assessment of an open plan found, on the scale it names. Raises `CaseworkRefused`."""
    found = _open(plan)
    if not found.scale:
        raise CaseworkRefused("这个计划没有评估量表，得分没有意义：请结案后另立带量表的计划。")
    guard.day(day, at, since=found.starts_on, what="评估日期")
    guard.alive(found.person, day)
    if found.reviews.filter(day=day, retracted_at=None).exists():
        raise CaseworkRefused(f"{day} 已登记过一次评估：要改，请先撤回那一次。")
    made = Review.objects.create(
        plan=found, day=day, score=score, worker=guard.line(worker, "评估人", longest=40), note=note.strip()[:200], recorded_at=at, by=by
    )  # fmt: skip
    audit.record(actor=by, action="casework.review", target=f"plan:{found.pk}", at=at, day=str(day))
    return made


@transaction.atomic
def take_back(*, review: Review, reason: str, at: datetime, by: User | None) -> Review:
    """Take back a review entered by mistake. Raises `CaseworkRefused`."""
    _open(review.plan)
    found = Review.objects.select_for_update().get(pk=review.pk)
    words = guard.take_back(found, reason, at, what="这次评估")
    audit.record(actor=by, action="casework.review-retracted", target=f"plan:{found.plan_id}", at=at, reason=words)
    return found


def next_review(plan: Plan) -> date | None:
    """Return the day the next review of an open plan is due; None where it has no interval, or its period is over by then."""
    last = plan.reviews.filter(retracted_at=None).aggregate(last=Max("day"))["last"]
    return _due(plan, last)


def _due(plan: Plan, last: date | None) -> date | None:
    if plan.review_days is None or plan.closed_on is not None:
        return None
    due = (last or plan.starts_on) + timedelta(days=plan.review_days)
    return due if due < plan.ends_on else None


def overdue(found: QuerySet[Plan], day: date) -> list[tuple[Plan, date]]:
    """Return those of some plans that are open and whose review was due before a day, with the day it was due, longest ago first."""
    known = found.filter(closed_on=None, review_days__isnull=False).annotate(
        last=Max("reviews__day", filter=Q(reviews__retracted_at=None))
    )
    told = [(one, due) for one in known if (due := _due(one, one.last)) is not None and due < day]
    return sorted(told, key=lambda row: (row[1], row[0].pk))
