"""Settling doubts: the list is believed and recorded, or wrong, or somebody else is to look; and who errs how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet, Sum

from zhucan.core.calendar import deadline
from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit
from zhucan.orgs.clock import day_of
from zhucan.orgs.divisions import inside, parameter_rows
from zhucan.orgs.models import Division, Role, User
from zhucan.policy.parameters import ParameterRow, resolve
from zhucan.registry.crosschecks.comparing import PROBLEMS, record
from zhucan.registry.crosschecks.kinds import KINDS
from zhucan.registry.models import Doubt
from zhucan.registry.spells import Witness


class DoubtRefused(ZhucanError):
    """The doubt cannot be settled so."""


def witness_of(doubt: Doubt, at: datetime, by: User | None) -> Witness:
    """Return whom the registry names for what a list says: the department, its list and row."""
    row = f"第 {doubt.row} 行" if doubt.row else ""
    return Witness(at, by, f"{doubt.source}{KINDS[doubt.kind].label}{row}（疑点 {doubt.pk}）"[:80])


def _open(doubt: Doubt) -> Doubt:
    found = Doubt.objects.select_for_update().select_related("person").get(pk=doubt.pk)
    if found.status != Doubt.Status.OPEN:
        raise DoubtRefused(f"疑点 {doubt.pk} 已经处理过（{found.get_status_display()}）：不用再次处理。")
    return found


def _settle(doubt: Doubt, status: str, reason: str, at: datetime, by: User | None) -> Doubt:
    doubt.status, doubt.reason, doubt.settled_at, doubt.settled_by = status, reason, at, by
    doubt.save(update_fields=["status", "reason", "settled_at", "settled_by"])
    audit.record(
        actor=by, action=f"registry.doubt-{status}", target=f"doubt:{doubt.pk}", at=at, what=PROBLEMS[doubt.problem],
        person=doubt.person_id,
    )  # fmt: skip
    return doubt


@transaction.atomic
def accept(*, doubt: Doubt, at: datetime, by: User | None, reason: str = "") -> Doubt:
    """Believe the list: the registry records what it says, with it as the source. Raises `DoubtRefused` and what the
    registry's services raise."""
    found = _open(doubt)
    record(found, witness_of(found, at, by))
    return _settle(found, Doubt.Status.ACCEPTED, reason, at, by)


@transaction.atomic
def accept_all(*, doubts: Sequence[Doubt], at: datetime, by: User | None) -> int:
    """Believe several, all of them or none; only those whose number matched. Returns how many."""
    for doubt in doubts:
        if doubt.match != Doubt.Match.EXACT:
            raise DoubtRefused(f"疑点 {doubt.pk} 只是疑似本人，不能成批采信：请逐条核实。")
        accept(doubt=doubt, at=at, by=by, reason="成批采信，号码一致")
    return len(doubts)


@transaction.atomic
def reject(*, doubt: Doubt, reason: str, at: datetime, by: User | None) -> Doubt:
    """Say that the list is wrong, and why; the registry stays as it is. Raises `DoubtRefused`."""
    if not reason.strip():
        raise DoubtRefused("请写明为什么名单有误，例如：已上门见到本人。")
    return _settle(_open(doubt), Doubt.Status.REJECTED, reason.strip(), at, by)


@transaction.atomic
def refer(*, doubt: Doubt, role: Role, place: Division, reason: str, at: datetime, by: User | None) -> Doubt:
    """Let another post look at it, with the deadline beginning anew. Raises `DoubtRefused`."""
    found = _open(doubt)
    if (found.role, found.place_id) == (role.value, place.pk):
        raise DoubtRefused(f"这条疑点已经由{place.name}{role.label}核实：请转给别的岗位。")
    if not reason.strip():
        raise DoubtRefused("请写明为什么转交。")
    found.role, found.place, found.reason, found.since = role.value, place, reason.strip(), day_of(at)
    found.due = _due(found, parameter_rows(at), at)
    found.save(update_fields=["role", "place", "reason", "since", "due"])
    audit.record(
        actor=by,
        action="registry.doubt-referred",
        target=f"doubt:{found.pk}",
        at=at,
        role=role.value,
        division=place.pk,
    )
    return found


def _due(doubt: Doubt, rows: Sequence[ParameterRow], at: datetime) -> date | None:
    return deadline(doubt.since, resolve(rows, doubt.place_id, doubt.since, at)["doubt_working_days"])


@transaction.atomic
def fill_deadlines(*, division: Division, at: datetime, by: User | None) -> int:
    """Work out the deadlines of a place that no holiday table reached when they began; returns how many came to be known."""
    filled, rows = 0, parameter_rows(at)
    waiting = Doubt.objects.select_for_update().filter(status=Doubt.Status.OPEN, due=None)
    for one in waiting.filter(inside("place_id", division.code)):
        one.due = _due(one, rows, at)
        if one.due is not None:
            one.save(update_fields=["due"])
            filled += 1
    if filled:
        audit.record(actor=by, action="registry.doubt-deadlines", target=f"division:{division.pk}", at=at, rows=filled)
    return filled


@dataclass(frozen=True)
class Record:
    """How a department's lists of one kind have fared: `accepted` the registry erred, `rejected` the list did, `repeats`
    how often it said again what had been rejected."""

    source: str
    kind: str
    doubts: int
    open: int
    accepted: int
    rejected: int
    repeats: int
    last: date

    @property
    def percent_wrong(self) -> int | None:
        """How many of a hundred settled were the list's error."""
        settled = self.accepted + self.rejected
        return None if not settled else (self.rejected * 100 + settled // 2) // settled


def records(among: QuerySet[Doubt]) -> list[Record]:
    """Return the record of every source and kind of list among some doubts, the one that errs most first."""
    rows = (
        among.order_by()
        .values("source", "kind")
        .annotate(
            doubts=Count("pk"),
            open=Count("pk", filter=Q(status=Doubt.Status.OPEN)),
            accepted=Count("pk", filter=Q(status=Doubt.Status.ACCEPTED)),
            rejected=Count("pk", filter=Q(status=Doubt.Status.REJECTED)),
            repeated=Sum("repeats"),
            latest=Max("recorded_at"),
        )
    )
    found = [
        Record(
            row["source"], row["kind"], row["doubts"], row["open"], row["accepted"], row["rejected"], row["repeated"],
            day_of(row["latest"]),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.repeats, -one.rejected, one.source, one.kind))
