"""How cases went, told again from their logs: when each step was due and taken, how long it took, how often somebody came.

Everything follows from the append-only moves by the rules of `deadlines`, so that it can be told as known at a moment.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter

from django.db.models import F

from zhucan.cases import deadlines
from zhucan.cases.models import Application, Channel, Move
from zhucan.core import calendar
from zhucan.core.calendar import NoHolidayTable
from zhucan.orgs.divisions import inside, parameter_rows
from zhucan.policy.catalogue import scheme
from zhucan.policy.parameters import resolve
from zhucan.policy.schemes import Scheme
from zhucan.policy.steps import APPLICANT, FLOWS, Flow, State

LEFT = (State.APPROVED, State.REFUSED, State.WITHDRAWN, State.TRANSFERRED)
"""Where a case no longer waits to be decided."""
_AT_HOME = frozenset({APPLICANT, "commissioner"})
"""Whoever hands something in as one of these did not come to a counter."""
_COMES = frozenset({"submit", "supply", "assess", "review"})
"""Steps for which somebody comes: to a counter, or to the institution that assesses."""
_NAMES = ("days_", "wait_")
_FLOWS = {flow.id: flow for flow in FLOWS}
_TIMED = frozenset((flow.id, step.source) for flow in FLOWS for step in flow.steps if step.days is not None)
"""The states of flows that have their days."""

Due = Callable[[Flow, State, str, date], date | None]
"""Return the last day for what is to be done in a state of a flow, in a county, from a day on; None where nothing is due,
or the holiday table does not reach that far."""


@dataclass(frozen=True)
class Taken:
    """One line of the log of an application."""

    step: str
    source: str
    target: str
    role: str
    by: str
    on: date


@dataclass(frozen=True)
class Stand:
    """A time that a case stood in a state: from a day up to the day it left (None: it stands there still).

    `due` is the last day for leaving; `timed` whether there is one by rule, so that `timed` without `due` is not known.
    `by` brought it here.
    """

    state: State
    since: date
    until: date | None
    due: date | None
    timed: bool
    by: str

    @property
    def late(self) -> bool | None:
        """Say whether the case left after the last day; None while it stands there, and where that cannot be told."""
        if self.until is None or not self.timed:
            return None if self.until is None else False
        return None if self.due is None else self.until > self.due


@dataclass(frozen=True)
class Course:
    """How one case went. `asked_on` is where waiting begins: the day of application, or of a review or transfer to here.

    `waited` are the working days up to the day it was decided or left, without those for which papers were awaited;
    None before, and where the holiday table does not reach. `visits` are the days on which somebody had to come.
    """

    asked_on: date
    stands: tuple[Stand, ...]
    left: State | None
    left_on: date | None
    waited: int | None
    visits: int

    @property
    def on_time(self) -> bool | None:
        """Say whether every step up to the decision was taken within its days; None where one of them cannot be told."""
        lates = [one.late for one in self._before() if one.until is not None]
        if True in lates:
            return False
        return None if None in lates or self.left is None else True

    def _before(self) -> Iterator[Stand]:
        for one in self.stands:
            if one.state in LEFT:
                return
            yield one


def visits_needed(item: Scheme) -> int:
    """Return how often somebody who asks at a counter has to come when nothing is lacking: to ask, and to be assessed."""
    return 1 + (State.ASSESSING in item.flow.states)


def due_by(known_at: datetime | None = None) -> Due:
    """Return what tells deadlines by the parameter rows known at a moment; each of them is worked out once."""
    rows = [row for row in parameter_rows(known_at) if row.parameter.startswith(_NAMES)]

    @cache
    def standards(county: str, on: date) -> dict[str, int]:
        return resolve(rows, county, on, known_at)

    @cache
    def told(flow: str, state: State, county: str, on: date) -> date | None:
        return deadlines.due(_FLOWS[flow], state, on, standards(county, on))

    def due(flow: Flow, state: State, county: str, on: date) -> date | None:
        return told(flow.id, state, county, on)

    return due


def course(item: Scheme, county: str, channel: str, applied_on: date, log: Sequence[Taken], due: Due) -> Course:
    """Return how a case went by its log, which begins with the step that made the case."""
    moves = [one for one in log if one.source != one.target]
    stands: list[Stand] = []
    last_day: date | None = None
    paused_on: date | None = None
    lost = 0
    unknown = False
    for number, one in enumerate(moves):
        state = State(one.target)
        timed = (item.flow.id, state) in _TIMED
        pauses = state is State.CORRECTING
        if paused_on is not None:
            last_day = deadlines.resumed(last_day, paused_on, one.on)
            passed = _between(paused_on, one.on)
            lost, unknown = lost + (passed or 0), unknown or passed is None
            paused_on = None
        elif not pauses:
            last_day = due(item.flow, state, county, one.on)
        if pauses:
            paused_on = one.on
        until = moves[number + 1].on if number + 1 < len(moves) else None
        stands.append(Stand(state, one.on, until, None if pauses else last_day, timed and not pauses, one.by))
    first = moves[0]
    asked_on = min(applied_on, first.on) if first.step == "submit" else first.on
    left = next((one for one in stands if one.state in LEFT), None)
    passed = None if left is None else _between(asked_on, left.since)
    return Course(
        asked_on,
        tuple(stands),
        None if left is None else left.state,
        None if left is None else left.since,
        None if passed is None or unknown else max(passed - lost, 0),
        _visits(moves, channel, asked_on),
    )


@lru_cache(maxsize=1 << 16)
def _between(start: date, end: date) -> int | None:
    try:
        return calendar.load_holidays().working_days_between(start, end)
    except NoHolidayTable:
        return None


def _visits(moves: Iterable[Taken], channel: str, asked_on: date) -> int:
    """Count the days on which somebody had to come; several things done on one day are one visit."""
    days = set()
    for one in moves:
        if one.step not in _COMES or (one.step != "assess" and one.role in _AT_HOME):
            continue
        if one.step == "submit":
            if channel == Channel.WINDOW:
                days.add(asked_on)
        else:
            days.add(one.on)
    return len(days)


@dataclass(frozen=True)
class Case:
    """A case of a place with how it went. Places are codes."""

    application_id: int
    number: str
    person_id: int
    scheme: str
    place: str
    channel: str
    course: Course


def in_place(code: str, known_at: datetime | None = None) -> Iterator[Case]:
    """Yield every case of the people of a place, as known at a moment, by its number in the database."""
    found = Move.objects.filter(inside("application__place_id", code))
    if known_at is not None:
        found = found.filter(at__lte=known_at)
    rows = (
        found.order_by("application_id", "pk")
        .values_list(
            "application_id", "application__person_id", "application__scheme", "application__division_id",
            "application__place_id", "application__bundle__channel", "application__applied_on",
            "step", "source", "target", "role", F("by__full_name"), F("by__username"), "on",
        )
        .iterator(chunk_size=5000)
    )  # fmt: skip
    due = due_by(known_at)
    for head, log in groupby(rows, itemgetter(slice(0, 7))):
        pk, person, scheme_id, county, place, channel, applied_on = head
        taken = [
            Taken(step, source, target, role, name or username or "", on)
            for step, source, target, role, name, username, on in (row[7:] for row in log)
        ]
        told = course(scheme(scheme_id), county, channel, applied_on, taken, due)
        yield Case(pk, Application(pk=pk, applied_on=applied_on).number, person, scheme_id, place, channel, told)
