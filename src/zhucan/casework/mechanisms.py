"""A county's own service mechanisms: laid down step by step, revised, ended; matters run through them by their deadlines.

Each step has the role that answers for it and its working days. A mechanism that matters went into is not rewritten: a
revision ends it and begins another, and what is under way goes on as it began.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from zhucan.casework.models import Matter, MatterMove, Mechanism, MechanismStep
from zhucan.casework.refusing import CaseworkRefused, guard
from zhucan.core.calendar import deadline
from zhucan.core.divisions import Level, level_of
from zhucan.orgs import audit, versions
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Division, Role, User
from zhucan.registry.models import Person

MOST_STEPS = 12
RESPONSIBLE = (Role.COMMISSIONER, Role.TOWNSHIP_CLERK, Role.COUNTY_CLERK, Role.APPROVER, Role.FINANCE, Role.LEADER)
"""Who may answer for a step."""
_MOST_DAYS = 250  # a year of working days
Kind, Outcome = MatterMove.Kind, Matter.Outcome


@dataclass(frozen=True)
class Step:
    """One step as it is laid down."""

    name: str
    role: str
    working_days: int


def in_force(division: str, day: date) -> QuerySet[Mechanism]:
    """Return the mechanisms of a county that matters can go into on a day."""
    held = Mechanism.objects.filter(division=division, valid_from__lte=day)
    return held.filter(Q(valid_to=None) | Q(valid_to__gt=day))


def _checked(steps: Sequence[Step]) -> list[Step]:
    if not steps:
        raise CaseworkRefused("机制至少要有一步：请写明第一步做什么、谁负责、几个工作日。")
    if len(steps) > MOST_STEPS:
        raise CaseworkRefused(f"机制有 {len(steps)} 步，超过 {MOST_STEPS} 步：请并成少一些。")
    for number, one in enumerate(steps, 1):
        guard.line(one.name, f"第 {number} 步做什么", longest=40)
        if one.role not in RESPONSIBLE:
            raise CaseworkRefused(f"第 {number} 步的责任岗位“{one.role}”不对：可以写 {'、'.join(RESPONSIBLE)}。")
        if not 1 <= one.working_days <= _MOST_DAYS:
            raise CaseworkRefused(f"第 {number} 步的期限应为 1 至 {_MOST_DAYS} 个工作日：请核对。")
    return list(steps)


def _lay(mechanism: Mechanism, steps: Sequence[Step]) -> None:
    for number, one in enumerate(_checked(steps), 1):
        MechanismStep.objects.create(
            mechanism=mechanism, number=number, name=one.name.strip(), role=one.role, working_days=one.working_days
        )


def _named(division: Division, name: str, besides: int | None = None) -> str:
    """Return a name that no other mechanism of the county has now. Raises `CaseworkRefused`."""
    words = guard.line(name, "名称", longest=60)
    same = Mechanism.objects.filter(division=division, name=words, valid_to=None)
    if (same.exclude(pk=besides) if besides else same).exists():
        raise CaseworkRefused(f"{division.name}已有“{words}”：要改步骤的，请修订原来的机制。")
    return words


@transaction.atomic
def define(
    *, division: Division, name: str, document: str, valid_from: date, steps: Sequence[Step], at: datetime, by: User | None
) -> Mechanism:  # fmt: skip
    """Lay down a mechanism of a county with its steps in order. Raises `CaseworkRefused`."""
    if level_of(division.code) is not Level.COUNTY:
        raise CaseworkRefused(f"服务机制由县（市、区）订立，{division.name}不是：请由县级经办人登记。")
    words = _named(division, name)
    made = Mechanism.objects.create(
        division=division,
        name=words,
        document=guard.line(document, "文件"),
        valid_from=valid_from,
        recorded_at=at,
        by=by,
    )
    _lay(made, steps)
    audit.record(
        actor=by, action="casework.mechanism", target=f"mechanism:{made.pk}", at=at, name=words, steps=len(steps)
    )
    return made


def _standing(mechanism: Mechanism) -> Mechanism:
    found = Mechanism.objects.select_for_update(of=("self",)).select_related("division").get(pk=mechanism.pk)
    if found.valid_to is not None:
        raise CaseworkRefused(f"“{found}”到 {found.valid_to} 为止，不能再改：请登记新的机制。")
    return found


@transaction.atomic
def revise(
    *, mechanism: Mechanism, name: str, document: str, valid_from: date, steps: Sequence[Step], at: datetime,
    by: User | None,
) -> Mechanism:  # fmt: skip
    """Write a mechanism anew; one with matters in it ends on the day from which the new one holds. Raises `CaseworkRefused`."""
    found = _standing(mechanism)
    if Matter.everything.filter(mechanism=found).exists():  # also what was taken back stays as it was
        _end(found, valid_from, at, by)
        return define(
            division=found.division, name=name, document=document, valid_from=valid_from, steps=steps, at=at, by=by
        )
    found.name = _named(found.division, name, besides=found.pk)
    found.document, found.valid_from = guard.line(document, "文件"), valid_from
    found.save(update_fields=["name", "document", "valid_from"])
    found.steps.all().delete()  # nothing was ever done by them
    _lay(found, steps)
    audit.record(
        actor=by, action="casework.mechanism-rewritten", target=f"mechanism:{found.pk}", at=at, name=found.name,
        steps=len(steps),
    )  # fmt: skip
    return found


@transaction.atomic
def end(*, mechanism: Mechanism, day: date, at: datetime, by: User | None) -> Mechanism:
    """Let nothing go into a mechanism from a day on; what is under way goes on. Raises `CaseworkRefused`."""
    return _end(_standing(mechanism), day, at, by)


def _end(found: Mechanism, day: date, at: datetime, by: User | None) -> Mechanism:
    last = found.matters.order_by("-opened_on").values_list("opened_on", flat=True).first()
    if day <= (last or found.valid_from):
        raise CaseworkRefused(f"“{found}”自 {found.valid_from} 起，最近受理 {last or '没有'}：截止日期应在这之后。")
    found.valid_to = day
    found.save(update_fields=["valid_to"])
    audit.record(actor=by, action="casework.mechanism-ended", target=f"mechanism:{found.pk}", at=at, on=str(day))
    return found


@transaction.atomic
def open_matter(
    *, mechanism: Mechanism, person: Person, asked: str, day: date, at: datetime, by: User | None
) -> Matter:
    """Let a person's matter go into a mechanism of their county; the first step is due from that day. Raises `CaseworkRefused`."""
    guard.born(person, day, what="受理日期")
    guard.day(day, at, what="受理日期")
    home = guard.county(person, day)
    if not in_force(home.pk, day).filter(pk=mechanism.pk).exists():
        raise CaseworkRefused(f"“{mechanism}” {day} 不在实行，或不是{home.name}的：请另选机制。")
    first = mechanism.steps.all()[0]
    made = Matter.objects.create(
        mechanism=mechanism, person=person, division=home, opened_on=day, asked=guard.prose(asked, "要办什么", longest=1000), step=first,
        due_on=deadline(day, first.working_days), recorded_at=at, by=by,
    )  # fmt: skip
    audit.record(actor=by, action="casework.matter", target=f"matter:{made.pk}", at=at, person=person.pk)
    return made


@transaction.atomic
def move(
    *, matter: Matter, what: str, role: str, day: date, note: str, at: datetime, by: User | None, outcome: str = ""
) -> Matter:
    """Do what the current step asks: done, returned to the step before, or ended with an outcome.

    Only the role that answers for the step may. The last step done is an end. Raises `CaseworkRefused`.
    """
    found = _held(matter)
    if found.closed_on is not None:
        raise CaseworkRefused(f"这件事已于 {found.closed_on} 办结：不能再办。")
    here, due_on = found.step, found.due_on
    if role != here.role:
        raise CaseworkRefused(f"“{here.name}”由{Role(here.role).label}办理：请转给负责的岗位。")
    if what not in Kind.values:
        raise CaseworkRefused(f"没有“{what}”这种办法：可以写 {'、'.join(Kind.values)}。")
    last = found.moves.order_by("-pk").first()
    guard.day(day, at, since=last.day if last else found.opened_on, what="办理日期")
    if what == Kind.ENDED and outcome not in Outcome.values:
        raise CaseworkRefused(f"办结要写结果：可以写 {'、'.join(Outcome.values)}。")
    if what == Kind.ENDED:
        goes_on: dict[str, Any] = {"closed_on": day, "due_on": None, "outcome": outcome}
    else:
        step = _next(found, here, what)
        goes_on = {"step": step, "due_on": deadline(day, step.working_days)}
    words = guard.prose(note, "说明", longest=1000) if what != Kind.DONE else note.strip()[:1000]
    versions.change(found, at=at, **goes_on)
    made = MatterMove.objects.create(
        matter=found, step=here, kind=what, day=day, due_on=due_on, note=words, recorded_at=at, by=by
    )
    audit.record(actor=by, action="casework.matter-moved", target=f"matter:{found.pk}", at=at, what=what, move=made.pk)
    return found


def _held(matter: Matter) -> Matter:
    found = Matter.everything.select_for_update(of=("self",)).select_related("step", "mechanism").get(pk=matter.pk)
    if found.retracted_at is not None:
        raise CaseworkRefused("这件事已经撤回：不能再办。")
    return found


@transaction.atomic
def take_back(*, matter: Matter, reason: str, at: datetime, by: User | None) -> Matter:
    """Take back a matter that was entered by mistake, with all that was done in it. Raises `CaseworkRefused`."""
    found = _held(matter)
    words = guard.take_back(found, reason, at, what="这件事")
    audit.record(actor=by, action="casework.matter-retracted", target=f"matter:{found.pk}", at=at, reason=words)
    return found


@transaction.atomic
def fill_deadlines(*, division: Division, at: datetime, by: User | None) -> int:
    """Work out the deadlines of a place that no holiday table reached when they began; returns how many came to be known."""
    filled = 0
    here = Matter.objects.filter(inside("division_id", division.code))
    lacking = Q(closed_on=None, due_on=None) | Q(moves__due_on=None, moves__isnull=False)
    for found in here.filter(lacking).distinct().select_related("step"):
        since, before = found.opened_on, filled
        for one in found.moves.select_related("step"):
            if one.due_on is None and (due := deadline(since, one.step.working_days)):
                filled += MatterMove.objects.filter(pk=one.pk).update(due_on=due)
            since = one.day
        if found.closed_on is None and found.due_on is None and (due := deadline(since, found.step.working_days)):
            versions.change(found, at=at, due_on=due)
            filled += 1
        if filled > before:
            audit.record(actor=by, action="casework.matter-deadlines", target=f"matter:{found.pk}", at=at)
    return filled


def _next(found: Matter, here: MechanismStep, what: str) -> MechanismStep:
    """Return the step that follows, forwards or back."""
    number = here.number + (1 if what == Kind.DONE else -1)
    step = found.mechanism.steps.filter(number=number).first()
    if step is not None:
        return step
    if what == Kind.DONE:
        raise CaseworkRefused("这是最后一步：请办结，并写明结果。")
    raise CaseworkRefused("这是第一步，没有可以退回的：请办好，或办结并写明结果。")


def waiting(found: QuerySet[Matter], role: str = "") -> QuerySet[Matter]:
    """Return the matters that are not closed, those of one role alone where it is given, the earliest due first.

    What has no deadline yet comes last.
    """
    open_ = found.filter(closed_on=None).order_by(F("due_on").asc(nulls_last=True), "pk")
    return open_.filter(step__role=role) if role else open_


def overdue(found: QuerySet[Matter], day: date) -> QuerySet[Matter]:
    """Return the matters whose current step should have been done before a day."""
    return waiting(found).filter(due_on__lt=day)
