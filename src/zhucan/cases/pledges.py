"""What a place promises of each service: its steps with their days, how often one has to come, and the papers.

Derived from the declared flow and the place's own days, so that what is published is what cases are measured against
(`indicators/handling.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from zhucan.cases import deadlines
from zhucan.cases.courses import LEFT, visits_needed
from zhucan.policy.catalogue import offered_with
from zhucan.policy.schemes import Scheme
from zhucan.policy.steps import WAYS_OUT, Flow, State, Step


@dataclass(frozen=True)
class Pledge:
    """One service: `steps` are labels with their working days (None: no limit), `days` those up to the decision."""

    scheme: Scheme
    steps: tuple[tuple[str, int | None], ...]
    days: int
    visits: int


def pledges(division: str, on: date) -> list[Pledge]:
    """Return the pledge of every service that a place runs on a day."""
    params = deadlines.procedure(division, on)
    told = []
    for item in offered_with(params):
        taken = list(main_steps(item.flow))
        steps = tuple((step.label, deadlines.allowed(item.flow, step.source, params)) for step in taken)
        before = [days for step, (_, days) in zip(taken, steps, strict=True) if step.source not in LEFT and days]
        told.append(Pledge(item, steps, sum(before), visits_needed(item)))
    return told


def main_steps(flow: Flow) -> Iterator[Step]:
    """Yield the steps of a flow that a case takes when nothing is lacking, after it was handed in."""
    state, seen = flow.steps[0].target, set[State]()
    while state not in seen:
        seen.add(state)
        onward = [step for step in flow.leaving(state) if step.name not in WAYS_OUT and not step.needs_reason]
        if not onward:
            return
        yield onward[0]
        state = onward[0].target
