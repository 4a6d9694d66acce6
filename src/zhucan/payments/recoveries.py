"""Recovery accounts: what people owe by scheme and cause, and the recorded decisions that settle it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from zhucan.core.errors import ZhucanError
from zhucan.core.money import fen, from_fen
from zhucan.orgs import audit
from zhucan.orgs.clock import day_of
from zhucan.orgs.models import User
from zhucan.payments.models import Account, Entry, LineKind, RecoveryDecision, Run
from zhucan.registry.entering import Guard
from zhucan.registry.models import Person

_LONGEST_DOCUMENT = 200
_DIRECT = {RecoveryDecision.Kind.REPAID: Account.RETURNED, RecoveryDecision.Kind.WAIVED: Account.WAIVED}


class RecoveryRefused(ZhucanError):
    """The decision does not fit what is owed."""


_guard = Guard(RecoveryRefused)


@dataclass(frozen=True)
class Debt:
    """What one person owes for one scheme and cause, in yuan (positive)."""

    person_id: int
    scheme: str
    cause: str
    amount: Decimal


def debts(person: Person | None = None, *, among: QuerySet[Person] | None = None) -> Iterator[Debt]:
    """Yield every open recovery account, of one person or of some people."""
    entries = Entry.objects.all() if person is None else Entry.objects.filter(person=person)
    sums: dict[tuple[int, str, str], int] = defaultdict(int)
    for account, sign in ((Q(source=Account.RECOVERABLE), 1), (Q(target=Account.RECOVERABLE), -1)):
        for row in entries.filter(account).values("person_id", "scheme", "cause").annotate(sum=Sum("amount_fen")):
            sums[row["person_id"], row["scheme"], row["cause"]] += sign * row["sum"]
    wanted = None if among is None else _among({key[0] for key, amount in sums.items() if amount}, among)
    for (person_id, scheme, cause), amount in sorted(sums.items()):
        if amount and (wanted is None or person_id in wanted):
            yield Debt(person_id, scheme, cause, from_fen(amount))


def _among(people: set[int], among: QuerySet[Person]) -> set[int]:
    """Return those of some people; debtors are few, so they are looked for and not everybody's debts."""
    ordered = sorted(people)
    found: set[int] = set()
    for start in range(0, len(ordered), 5000):
        found.update(among.filter(pk__in=ordered[start : start + 5000]).values_list("pk", flat=True))
    return found


def _queue(people: Iterable[int]) -> None:
    """Wait for others who settle these people's debts, so that nobody settles what another just did."""
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk").values_list("pk"))


def _owed(person_id: int, scheme: str, cause: str) -> int:
    entries = Entry.objects.filter(person_id=person_id, scheme=scheme, cause=cause)
    sums = entries.aggregate(
        out=Sum("amount_fen", filter=Q(source=Account.RECOVERABLE)),
        into=Sum("amount_fen", filter=Q(target=Account.RECOVERABLE)),
    )
    return (sums["out"] or 0) - (sums["into"] or 0)


def _arisen(person_id: int, scheme: str, cause: str) -> date:
    """Return the day on which a debt was first booked."""
    booked = Entry.objects.filter(person_id=person_id, scheme=scheme, cause=cause, source=Account.RECOVERABLE)
    return day_of(booked.order_by("at").values_list("at", flat=True)[0])


def _done(decision: RecoveryDecision) -> int:
    return decision.entries.aggregate(sum=Sum("amount_fen"))["sum"] or 0


@transaction.atomic
def decide(
    *,
    person: Person,
    scheme: str,
    cause: str,
    kind: str,
    amount: Decimal,
    document: str,
    on: date,
    at: datetime,
    by: User | None,
    monthly: Decimal | None = None,
) -> RecoveryDecision:
    """Record how a debt is settled. Repaid and waived move money at once; a set-off works in the coming runs, at most
    `monthly` yuan a month; instalments are noted, and each one that comes in is recorded as repaid.

    Raises `RecoveryRefused` when more is decided than is owed and not yet decided upon, and for a day that has not come
    or on which nothing was owed yet.
    """
    if not document.strip():
        raise RecoveryRefused("没有写明依据：追回的处理必须写明决定文件或协议。")
    if len(document) > _LONGEST_DOCUMENT:
        raise RecoveryRefused(f"依据超过 {_LONGEST_DOCUMENT} 个字：请只写文件名和文号。")
    wanted = fen(amount)
    if wanted <= 0 or (monthly is not None and monthly <= 0):
        raise RecoveryRefused("金额必须大于零：请核对。")
    _queue([person.pk])
    owed = _owed(person.pk, scheme, cause)
    pending = sum(
        decision.amount_fen - _done(decision)
        for decision in RecoveryDecision.objects.filter(
            person=person, scheme=scheme, cause=cause, kind=RecoveryDecision.Kind.SET_OFF
        )
    )
    free = owed - (pending if kind == RecoveryDecision.Kind.SET_OFF else 0)
    if wanted > free:
        raise RecoveryRefused(f"应追回余额为 {from_fen(max(free, 0))} 元，不能处理 {amount} 元：请核对金额。")
    _guard.day(on, at, then="只能登记已经作出的决定或已经收到的归还。")
    arisen = _arisen(person.pk, scheme, cause)
    if on < arisen:
        raise RecoveryRefused(f"日期 {on} 早于这笔应追回产生的日期 {arisen}：请核对日期。")
    decision = RecoveryDecision.objects.create(
        person=person,
        scheme=scheme,
        cause=cause,
        kind=kind,
        amount_fen=wanted,
        monthly_fen=None if monthly is None else fen(monthly),
        document=document,
        decided_on=on,
        recorded_at=at,
        by=by,
    )
    source = _DIRECT.get(RecoveryDecision.Kind(kind))
    if source is not None:
        Entry.objects.create(
            source=source,
            target=Account.RECOVERABLE,
            amount_fen=wanted,
            person=person,
            scheme=scheme,
            cause=cause,
            decision=decision,
            at=at,
        )
    audit.record(
        actor=by, action=f"payments.{kind}", target=f"person:{person.pk}", at=at, amount_fen=wanted, document=document
    )
    return decision


def apply_set_offs(*, run: Run, at: datetime) -> None:
    """Set recorded decisions off against what a run pays: never more than decided, owed, or left of the money."""
    decisions = RecoveryDecision.objects.filter(
        kind=RecoveryDecision.Kind.SET_OFF, person__lines__run=run, recorded_at__lte=at
    ).distinct()
    _queue(decisions.values_list("person_id", flat=True))
    for decision in decisions.order_by("recorded_at", "id"):
        room = min(decision.amount_fen - _done(decision), _owed(decision.person_id, decision.scheme, decision.cause))
        if decision.monthly_fen is not None:
            this_run = decision.entries.filter(line__run=run).aggregate(sum=Sum("amount_fen"))["sum"] or 0
            room = min(room, decision.monthly_fen - this_run)
        lines = run.lines.filter(
            person_id=decision.person_id,
            kind__in=(LineKind.REGULAR, LineKind.ARREARS),
            booked=True,
            award__payee=None,  # what an institution is paid is not the person's to pay debts with
        )
        for line in lines.order_by("id"):
            taken = Entry.objects.filter(line=line, source=Account.PAYABLE).aggregate(sum=Sum("amount_fen"))["sum"] or 0
            amount = min(room, line.amount_fen - taken)
            if amount > 0:
                Entry.objects.create(
                    source=Account.PAYABLE,
                    target=Account.RECOVERABLE,
                    amount_fen=amount,
                    person_id=decision.person_id,
                    scheme=decision.scheme,
                    cause=decision.cause,
                    line=line,
                    decision=decision,
                    at=at,
                )
                room -= amount
