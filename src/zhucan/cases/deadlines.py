"""When a step is due: working days from arriving where the case stands, by the flow or by what the place says."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhucan.core import calendar
from zhucan.core.calendar import NoHolidayTable
from zhucan.orgs.divisions import parameter_rows
from zhucan.policy.parameters import resolve
from zhucan.policy.steps import Flow, State, Step


def procedure(division: str, on: date) -> Mapping[str, Any]:
    """Return the parameters that a place has set for its procedure on a day."""
    return resolve(parameter_rows(), division, on)


def allowed(flow: Flow, state: State, params: Mapping[str, Any]) -> int | None:
    """Return the working days that whatever is to be done in a state may take; None where nothing is due."""
    limits = [params[flow.deadline(step)] for step in flow.leaving(state) if step.days is not None]
    waits = [params[flow.pause(step)] for step in flow.leaving(state) if step.wait is not None]
    return max(min(limits), max(waits, default=0)) if limits else None


def due(flow: Flow, state: State, arrived: date, params: Mapping[str, Any]) -> date | None:
    """Return the last day for whatever is to be done in a state; None where nothing is due.

    None too while the holiday table does not reach that far: a case is not refused for it, and `zhucan case deadlines`
    fills the day in once the table is there.
    """
    days = allowed(flow, state, params)
    return None if days is None else calendar.deadline(arrived, days)


def waits_until(flow: Flow, step: Step, arrived: date, params: Mapping[str, Any]) -> date | None:
    """Return the day that must be over before a step, None where it need not wait. Raises `NoHolidayTable`."""
    days = params[flow.pause(step)] if step.wait is not None else 0
    return calendar.add_working_days(arrived, days) if days else None


def resumed(due_on: date | None, paused_on: date, on: date) -> date | None:
    """Return a deadline moved on by the working days during which the clock stood."""
    if due_on is None:
        return None
    try:
        lost = calendar.load_holidays().working_days_between(paused_on, on)
        return calendar.add_working_days(due_on, max(lost, 0))
    except NoHolidayTable:
        return None
