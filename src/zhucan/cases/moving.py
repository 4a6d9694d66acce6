"""One step of an application: who may take it, what must be there, and the log of it. Everything follows from the flow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from zhucan.cases import deadlines, materials
from zhucan.cases.models import Application, Move, Publication
from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit
from zhucan.orgs.models import Role, User
from zhucan.orgs.wording import plain
from zhucan.policy.catalogue import scheme
from zhucan.policy.steps import APPLICANT, Flow, State, Step
from zhucan.registry.entering import Guard

_LONGEST = 400
_CHECKS = ("check", "assess", "survey", "publicise", "amend")
"""Steps by which staff vouch for a case: who took one does not decide it."""

_BESIDE: Mapping[str, str] = {
    "review": "要求复核",
    "transfer": "从外地转来",
    "amend": "核实改填",
    "card": "残疾人证已发",
}
"""What can happen to a case beside the steps of its flow."""


class StepRefused(ZhucanError):
    """The application cannot take this step now, or not by this person; nothing was changed."""


_guard = Guard(StepRefused)


@dataclass(frozen=True)
class Actor:
    """Who acts, and as what: a role of the staff, or the applicant."""

    user: User | None
    role: str

    @property
    def word(self) -> str:
        """Return the role as people read it."""
        return "申请人" if self.role == APPLICANT else str(Role(self.role).label)


def flow_of(application: Application) -> Flow:
    """Return the flow an application goes through."""
    return scheme(application.scheme).flow


def word(move: Move) -> str:
    """Return what a line of the log is called."""
    step = flow_of(move.application).step(move.step, State(move.source))
    return step.label if step else _BESIDE.get(move.step, move.step)


def steps_for(application: Application, role: str) -> tuple[Step, ...]:
    """Return the steps that a role may take from where an application stands; none once it is closed."""
    if application.closed_on is not None:
        return ()
    return tuple(step for step in flow_of(application).leaving(State(application.state)) if role in step.roles)


def begin(
    application: Application, name: str, actor: Actor, *, on: date, at: datetime, reason: str, seen: str = ""
) -> tuple[Application, Step]:
    """Lock an application and return it with the step, once everything that a step asks is there.

    `seen` is the state that the actor had before their eyes. Raises `StepRefused`.
    """
    locked = (
        Application.objects.select_for_update(of=("self",)).select_related("bundle", "person").get(pk=application.pk)
    )
    state = State(locked.state)
    step = flow_of(locked).step(name, state)
    if (seen and seen != state.value) or (step is None and state.value != application.state):
        last = locked.moves.select_related("by").last()
        who = (last.by if last else None) or "别人"
        raise StepRefused(f"这件刚由{who}办到“{state.label}”：什么都没有改动，请刷新页面再看。")
    if step is None:
        raise StepRefused(f"这件现在是“{state.label}”，不能这样办：请从列出的步骤里选。")
    if actor.role not in step.roles:
        raise StepRefused(f"{actor.word}不能“{step.label}”：请由有权限的人办理。")
    _dated(locked, on, at)
    _waited(locked, step, on)
    if step.needs_reason and not reason.strip():
        raise StepRefused(f"“{step.label}”要写明原因：请填写后再办。")
    if len(reason) > _LONGEST or (reason and not plain(reason.replace("\n", " ").replace("\r", " "))):
        raise StepRefused(f"原因不要超过 {_LONGEST} 个字，不要有尖括号，也不要用等号、加减号开头：请改写。")
    if step.decides:
        _by_somebody_else(locked, actor)
    missing = materials.there(locked, step.evidence, on)
    if missing:
        raise StepRefused(f"“{step.label}”还缺{'、'.join(missing)}：请先上传。")
    return locked, step


def _dated(application: Application, on: date, at: datetime) -> None:
    _guard.day(on, at)
    if on < application.state_since:
        raise StepRefused(f"日期 {on} 早于上一步（{application.state_since}）：请核对。")


def _waited(application: Application, step: Step, on: date) -> None:
    """Let a step pass that has waited long enough; what is reviewed hung out before."""
    if step.wait is None or application.review_of_id is not None:
        return
    params = deadlines.procedure(application.division_id, on)
    last = deadlines.waits_until(flow_of(application), step, application.state_since, params)
    if last is not None and on <= last:
        raise StepRefused(f"公示到 {last} 为止，还没有期满：请在期满后再{step.label}。")


def _by_somebody_else(application: Application, actor: Actor) -> None:
    """Let nobody decide what they checked, or decide anew what they decided before."""
    if actor.user is None:
        return
    own = Q(application=application, step__in=_CHECKS)
    if application.review_of_id is not None:
        own |= Q(application=application.review_of_id) & ~Q(role=APPLICANT)
    if Move.objects.filter(own, by=actor.user).exists():
        raise StepRefused("您办过这件的审核，不能再由您决定：请由另一个人决定。")


def finish(
    locked: Application, step: Step, actor: Actor, *, on: date, at: datetime, reason: str = "", **changes: object
) -> Application:
    """Move a locked application on, with its deadline and a line in its log. Raises `StepRefused` when it moved meanwhile."""
    flow = flow_of(locked)
    values: dict[str, object] = {"state": step.target.value, "state_since": on, **changes}
    if step.pauses:
        values["paused_on"] = on
    elif locked.paused_on is not None:
        values |= {"paused_on": None, "due_on": deadlines.resumed(locked.due_on, locked.paused_on, on)}
    else:
        values["due_on"] = deadlines.due(flow, step.target, on, deadlines.procedure(locked.division_id, on))
    if step.target in flow.final:
        values |= {"closed_on": on, "due_on": None, "paused_on": None}
    moved = Application.objects.filter(pk=locked.pk, state=step.source.value, closed_on=None).update(**values)
    if not moved:
        raise StepRefused("这件刚由别人办过：什么都没有改动，请刷新页面再看。")
    record(locked, step.name, step.source.value, step.target.value, actor, on=on, at=at, reason=reason)
    if step.source is State.PUBLICISED and step.target is not State.APPROVED:
        Publication.objects.filter(application=locked, last_day__gte=on, taken_down_at=None).update(taken_down_at=at)
    locked.refresh_from_db()
    return locked


def record(
    application: Application,
    step: str,
    source: str,
    target: str,
    actor: Actor,
    *,
    on: date,
    at: datetime,
    reason: str = "",
    **detail: object,
) -> None:
    """Write a line into the log of an application and into the audit chain, there with any detail."""
    Move.objects.create(
        application=application, step=step, source=source, target=target, role=actor.role, by=actor.user, on=on, at=at,
        reason=reason.strip(),
    )  # fmt: skip
    audit.record(
        actor=actor.user,
        action="cases.step",
        target=f"application:{application.pk}",
        at=at,
        step=step,
        role=actor.role,
        **detail,
    )
