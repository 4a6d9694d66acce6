"""The one way to take a step of an application, whatever it is: checked, deciding, publicity, transfer, or plain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from zhucan.cases import deciding, materials, moving, notices, publicity, reopening
from zhucan.cases.models import Application
from zhucan.cases.moving import Actor, StepRefused, flow_of
from zhucan.cases.weighing import weigh
from zhucan.core.errors import ZhucanError
from zhucan.policy.steps import State

_FIRST = ("check", "survey")
"""Steps by which the papers are found complete."""


@transaction.atomic
def take(
    *,
    application: Application,
    step: str,
    actor: Actor,
    on: date,
    at: datetime,
    reason: str = "",
    seen: str = "",
    ends_on: date | None = None,
) -> Application:
    """Take a step and tell the applicant; all of it or nothing. Returns the application as it stands then.

    `seen` is the state that the actor saw: of two who act at once the second gets one sentence. Raises `StepRefused`,
    and what deciding, publicity and transfers refuse.
    """
    planned = flow_of(application).step(step, State(application.state))
    if planned is not None and planned.decides:
        decision = deciding.decide(
            application=application, step=step, actor=actor, on=on, at=at, reason=reason, seen=seen, ends_on=ends_on
        )
        moved = Application.objects.select_related("person", "bundle").get(pk=application.pk)
        notices.tell(moved, at=at, reason=decision.reason)
        return moved
    if step == "transfer":
        return reopening.transfer(application=application, actor=actor, on=on, at=at, reason=reason, seen=seen)
    if step == "assess":
        raise StepRefused("请用“录入评定结果”登记评定机构的结论，不能直接跳过。")
    locked, taken = moving.begin(application, step, actor, on=on, at=at, reason=reason, seen=seen)
    if step in _FIRST:
        _complete(locked, on)
    if step == "publicise":
        publicity.hang_out(locked, weigh(locked), on=on, at=at, by=actor.user)
    moved = moving.finish(locked, taken, actor, on=on, at=at, reason=reason)
    notices.tell(moved, at=at, reason=reason)
    return moved


def _complete(application: Application, on: date) -> None:
    """Refuse while papers are lacking; what a step asks as its own evidence is asked there, once there can be any."""
    facts = weigh(application).facts
    later = {code for step in flow_of(application).steps for code in step.evidence}
    lacking = [
        need.label for need in materials.needs(application, facts, on) if need.lacking and need.code not in later
    ]
    if lacking:
        raise StepRefused(f"还缺{'、'.join(lacking)}：请补齐，或退回补正。")


@dataclass(frozen=True)
class Many:
    """What came of a step taken for many: how many went through, and why the others did not."""

    done: int
    refused: tuple[tuple[Application, str], ...]


def take_many(*, applications: Sequence[Application], step: str, actor: Actor, on: date, at: datetime) -> Many:
    """Take a step for each of many applications, each by itself: one that is refused keeps nobody else waiting."""
    refused = []
    for one in applications:
        try:
            take(application=one, step=step, actor=actor, on=on, at=at, seen=one.state)
        except ZhucanError as error:
            refused.append((one, str(error)))
    return Many(len(applications) - len(refused), tuple(refused))
