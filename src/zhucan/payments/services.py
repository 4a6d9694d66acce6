"""The life of a run: calculated → checked → approved (by somebody else) → sent → reconciled."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Max, Q, Sum

from zhucan.cases.facts import as_utc, stamp
from zhucan.core.divisions import Level, county_of, level_of, prefix
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.orgs import audit
from zhucan.orgs.models import Division, User
from zhucan.orgs.reading import one_look
from zhucan.payments import ledger, recoveries
from zhucan.payments.decide import Draft, Result, decide_month, stored_bases
from zhucan.payments.grants import decide_grants
from zhucan.payments.models import Account, Bookmark, Entry, Line, LineKind, Remark, Run, RunStatus
from zhucan.payments.scope import Scope
from zhucan.policy.catalogue import scheme
from zhucan.registry.models import Residence
from zhucan.registry.tally import tally

OPEN = (RunStatus.CALCULATED, RunStatus.CHECKED)


class RunRefused(ZhucanError):
    """The run cannot be made, or cannot make this move."""


@dataclass(frozen=True)
class Step:
    """One allowed move of a run."""

    name: str
    source: RunStatus
    target: RunStatus


FLOW = (
    Step("check", RunStatus.CALCULATED, RunStatus.CHECKED),
    Step("approve", RunStatus.CHECKED, RunStatus.APPROVED),
    Step("send", RunStatus.APPROVED, RunStatus.SENT),
    Step("reconcile", RunStatus.SENT, RunStatus.RECONCILED),
)
_STEPS = {step.name: step for step in FLOW}


def scope_of(run: Run) -> Scope:
    """Return which awards a run decides."""
    return Scope(
        Month.from_index(run.month), run.division_id, tuple(scheme(item) for item in run.schemes), run.known_at
    )


def _footprint(scope: Scope) -> list[Any]:
    """Return a fingerprint of the bookmarks in scope: it changes whenever another run books any of these awards."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), max({as_utc('a.decided_at')}), coalesce(sum(a.decided_through), 0), max(a.decided_through)"
            f" FROM cases_award a WHERE a.id IN ({scope.awards_sql()})"
        )
        count, latest, through, last = cursor.fetchone()
    return [count, str(latest) if latest else "", int(through), last]


def _queue(division: Division) -> None:
    """Wait for the other runs in the same counties: one at a time is calculated or approved.

    SQLite lets only one transaction write anyway; elsewhere two runs could both look before either has written.
    """
    if level_of(division.code) in (Level.TOWNSHIP, Level.VILLAGE):
        paying = Q(code=county_of(division.code))
    else:
        paying = Q(code__startswith=prefix(division.code)) & ~Q(level__in=(Level.TOWNSHIP, Level.VILLAGE))
    list(Division.objects.select_for_update(no_key=True).filter(paying).order_by("code"))


def _of_one_kind(schemes: Sequence[str]) -> None:
    """Raise `RunRefused` where schemes are of the months and granted case by case, or none at all."""
    kinds = {scheme(item).in_runs for item in schemes}
    if not kinds:
        raise RunRefused("没有要发放的项目：请先选项目。")
    if len(kinds) > 1:
        raise RunRefused("按月发放的项目和单项批准的项目不能放在同一次发放里：请分两次计算。")


def calculate(
    *, month: Month, division: Division, schemes: Sequence[str], known_at: datetime, at: datetime, by: User | None
) -> Run | None:
    """Calculate a month; an open run of the same month and place is calculated anew.

    A run holds schemes of the months or schemes granted case by case, never both; one of each may be open at a time.
    Deciding takes long and writes nothing: others go on writing meanwhile. Only keeping the result is a transaction,
    which refuses what another booking has overtaken. Returns None when there is nothing new to a month that is booked
    already, or nothing granted to pay. Raises `RunRefused`, `NoStandard`.
    """
    _of_one_kind(schemes)
    if known_at.astimezone(at.tzinfo) > at:
        raise RunRefused("资料截至时间在将来：请核对。")
    scope = Scope(month, division.code, tuple(scheme(item) for item in sorted(set(schemes))), known_at)
    before, _ = _open_to(scope)
    with one_look():
        result = decide_grants(scope) if scope.granted else decide_month(scope)
    return _keep(scope, result, before, at, by)


def _open_to(scope: Scope) -> tuple[list[Any], Run | None]:
    """Return the footprint and the open run that a new result replaces. Raises `RunRefused` where none may come."""
    month, known_at = scope.month, scope.known_at
    runs = Run.objects.filter(month=month.index, division=scope.division, granted=scope.granted)
    still_open = runs.filter(status__in=OPEN).first()
    if still_open is not None and sorted(still_open.schemes) != sorted(item.id for item in scope.schemes):
        raise RunRefused(f"{month.label}还有一次未批准的发放（项目不同）：请先批准或作废它，再计算。")
    before = _footprint(scope)
    if before[3] is not None and before[3] > month.index:
        last = Month.from_index(before[3])
        raise RunRefused(
            f"{last.label}已经发放，{month.label}不能再单独计算：更正会在{last.next.label}自动补发或追回。"
        )
    if before[1] and before[1] > stamp(known_at):
        raise RunRefused("资料截至时间早于上次发放所依据的时间：请用更晚的时间。")
    return before, still_open


@transaction.atomic
def _keep(scope: Scope, result: Result, before: list[Any], at: datetime, by: User | None) -> Run | None:
    """Write a run down, or None when there is nothing new. Raises `RunRefused` for what was overtaken meanwhile."""
    division, month = Division.objects.get(pk=scope.division), scope.month
    _queue(division)
    now, still_open = _open_to(scope)
    if now != before:
        raise RunRefused("计算的时候又有别的发放入账，这次结果已过期：请重新计算。")
    every = Run.objects.filter(month=month.index, division=division)
    earlier = every.filter(granted=scope.granted).exclude(status__in=OPEN)
    if still_open is None and not result.drafts and (scope.granted or earlier.exists()):
        return None
    if still_open is not None:
        Remark.objects.filter(line__run=still_open).delete()
        still_open.lines.all()._raw_delete(still_open.lines.db)  # draft lines have no dependants
        still_open.bookmarks.all().delete()
        sequence = still_open.sequence
        still_open.delete()
    else:
        sequence = (every.aggregate(most=Max("sequence"))["most"] or 0) + 1
    run = Run.objects.create(
        month=month.index,
        division=division,
        schemes=[item.id for item in scope.schemes],
        granted=scope.granted,
        sequence=sequence,
        known_at=scope.known_at,
        calculated_at=at,
        calculated_by=by,
        totals={"footprint": before},
    )
    _write(run, result)
    run.totals["lines"] = totals(run)
    run.save(update_fields=["totals"])
    audit.record(
        actor=by, action="payments.calculate", target=f"run:{run.pk}", at=at, month=str(month), lines=len(result.drafts)
    )
    return run


def _write(run: Run, result: Result) -> None:
    known = result.stored | _keep_bases(result.bases)
    columns = (
        "run_id", "award_id", "person_id", "scheme", "month", "kind", "cause", "amount_fen", "entitled_fen",
        "booked_fen", "outcome", "not_met", "unknown", "basis_id", "sequence", "booked",
    )  # fmt: skip

    def row(draft: Draft) -> tuple[Any, ...]:
        *own, basis, sequence = draft  # the columns of a draft stand in the order of the table's
        return (run.pk, *own, known.get(basis), sequence, False)

    ledger.insert("payments_line", columns, [row(draft) for draft in result.drafts])
    Bookmark.objects.bulk_create(
        [Bookmark(run=run, award_id=award, lapsed_from=lapsed) for award, lapsed in result.lapses.items()],
        batch_size=2000,
    )


def _keep_bases(bases: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Write what decisions rest on, each once; return the keys by digest."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS run_bases")
        cursor.execute("CREATE TEMPORARY TABLE run_bases (digest VARCHAR(32), content TEXT)")
        ledger.insert("run_bases", ("digest", "content"), [(key, json.dumps(bases[key])) for key in sorted(bases)])
        content = "content::jsonb" if connection.vendor == "postgresql" else "content"
        cursor.execute(  # a run of another place may be writing the same one
            f"INSERT INTO payments_basis (digest, content) SELECT digest, {content} FROM run_bases WHERE TRUE"
            " ON CONFLICT DO NOTHING"
        )
    return stored_bases(bases)


def totals(run: Run) -> list[dict[str, Any]]:
    """Return lines and amounts (fen) by scheme, kind and cause."""
    found = (
        run.lines.values("scheme", "kind", "cause")
        .annotate(lines=Count("id"), sum_fen=Sum("amount_fen"))
        .order_by("scheme", "kind", "cause")
    )
    names = ("scheme", "kind", "cause", "lines", "amount_fen")
    return [dict(zip(names, row, strict=True)) for row in found.values_list(*names[:4], "sum_fen")]


def _locked(run: Run) -> Run:
    """Return the run as it stands now, locked. Raises `RunRefused` when another calculation has replaced it."""
    found = Run.objects.select_for_update().filter(pk=run.pk).first()
    if found is None:
        raise RunRefused(f"{Month.from_index(run.month).label}的这次计算已作废或已由新的计算代替：请重新计算。")
    return found


def _advance(run: Run, name: str) -> Run:
    """Return the run locked and known to stand where the step begins. Raises `RunRefused`."""
    locked = _locked(run)
    step = _STEPS[name]
    if locked.status != step.source:
        raise RunRefused(
            f"{Month.from_index(locked.month).label}的发放现在是“{locked.get_status_display()}”，"
            f"不能变为“{step.target.label}”：请先完成前面的步骤。"
        )
    locked.status = step.target
    return locked


@transaction.atomic
def check(*, run: Run, at: datetime, by: User | None) -> Run:
    """Say that somebody looked through the lines."""
    locked = _advance(run, "check")
    locked.checked_at, locked.checked_by = at, by
    locked.save()
    audit.record(actor=by, action="payments.check", target=f"run:{run.pk}", at=at)
    return locked


@transaction.atomic
def approve(*, run: Run, at: datetime, by: User) -> Run:
    """Approve and book a run. Raises `RunRefused` when it is stale or calculated by the same person."""
    _queue(run.division)
    locked = _advance(run, "approve")
    if locked.calculated_by_id == by.pk:
        raise RunRefused("计算和批准不能是同一个人：请由另一位审批人批准。")
    scope = scope_of(locked)
    now = _footprint(scope)
    if now != locked.totals["footprint"]:
        raise RunRefused("计算之后又有别的发放入账，这次结果已过期：请重新计算再批准。")
    locked.approved_at, locked.approved_by = at, by
    locked.save()
    try:
        with transaction.atomic():
            held = list(locked.lines.filter(remark__kind=Remark.Kind.HELD).values_list("pk", "award_id"))
            locked.lines.exclude(pk__in=[line for line, _ in held]).update(booked=True)
            ledger.book_lines(locked, at)
    except IntegrityError as error:
        raise RunRefused("有月份已由别的发放入账，不能重复入账：请重新计算再批准。") from error
    locked.totals["homes"] = _homes(locked)
    locked.save(update_fields=["totals"])
    _net(locked, at)
    recoveries.apply_set_offs(run=locked, at=at)
    awards = scope.awards_sql().replace("%", "%%")  # a statement with parameters takes a bare % for one
    again = sorted({award for _, award in held})  # these keep their bookmark: the next run decides their month again
    but = f" AND id NOT IN ({', '.join(map(str, again))})" if again else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE cases_award SET decided_through = {locked.month}, decided_at = %s WHERE id IN ({awards}){but}",
            [locked.known_at],
        )
    for mark in locked.bookmarks.exclude(award__in=again).select_related("award").iterator():
        mark.award.lapsed_from = mark.lapsed_from
        mark.award.save(update_fields=["lapsed_from"])
    amount = locked.lines.filter(amount_fen__gt=0, booked=True).aggregate(sum=Sum("amount_fen"))["sum"] or 0
    audit.record(
        actor=by, action="payments.approve", target=f"run:{run.pk}", at=at, amount_fen=amount, held=len(held),
        recorded=tally(at),
    )  # fmt: skip
    return locked


def _homes(run: Run) -> dict[str, int]:
    """Return how many people a run pays for its month, by the place they live in when it is booked."""
    # IN, not EXISTS: the lines of the run are read once, not once for each person
    paid = run.lines.filter(kind=LineKind.REGULAR, booked=True).values("person")
    homes = Residence.objects.filter(person__in=paid, retracted_at=None, valid_to=None)
    return dict(
        homes.values_list("division_id").annotate(people=Count("person", distinct=True)).order_by("division_id")
    )


def _net(run: Run, at: datetime) -> None:
    """Set what a run makes up against what it takes back, within one person and scheme (EFF-3)."""
    owed: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for line in run.lines.filter(kind=LineKind.RECOVERY, booked=True).order_by("month", "id"):
        owed[line.person_id, line.scheme].append(line)
    if not owed:
        return
    people = {person for person, _ in owed}
    entries = []
    arrears = run.lines.filter(kind=LineKind.ARREARS, booked=True).order_by("month", "id")
    left = {key: [-line.amount_fen for line in lines] for key, lines in owed.items()}
    for line in arrears.iterator():
        if line.person_id not in people:
            continue
        room = line.amount_fen
        debts = left.get((line.person_id, line.scheme), [])
        for place, debt in enumerate(debts):
            amount = min(room, debt)
            if amount:
                cause = owed[line.person_id, line.scheme][place].cause
                entries.append(
                    Entry(
                        source=Account.PAYABLE, target=Account.RECOVERABLE, amount_fen=amount, person_id=line.person_id,
                        scheme=line.scheme, cause=cause, line=line, at=at,
                    )
                )  # fmt: skip
                room -= amount
                debts[place] -= amount
    Entry.objects.bulk_create(entries)


@transaction.atomic
def discard(*, run: Run, at: datetime, by: User | None) -> None:
    """Throw an unapproved run away."""
    locked = _locked(run)
    if locked.status not in OPEN:
        raise RunRefused("已批准的发放不能作废：请用更正在下月补发或追回。")
    audit.record(actor=by, action="payments.discard", target=f"run:{run.pk}", at=at)
    Remark.objects.filter(line__run=locked).delete()
    locked.lines.all().delete()
    locked.bookmarks.all().delete()
    locked.delete()


def set_offs_of(run: Run) -> dict[int, int]:
    """Return what was taken from each line of a run towards what is owed back, in fen, by the line's key."""
    taken = Entry.objects.filter(line__run=run, source=Account.PAYABLE, target=Account.RECOVERABLE)
    return dict(taken.values_list("line").annotate(sum=Sum("amount_fen")))


def set_off_of(run: Run) -> int:
    """Return what was taken from a run towards what is owed back, in fen."""
    return sum(set_offs_of(run).values())


def payable_of(run: Run) -> dict[tuple[int, int | None], int]:
    """Return what is to be paid from a run, in fen, for each person and institution paid for them (None: themselves).

    It is what was booked, less what was set off.
    """
    sums: dict[tuple[int, int | None], int] = defaultdict(int)
    own = Entry.objects.filter(line__run=run, payment__isnull=True)
    for side, sign in ((Q(target=Account.PAYABLE), 1), (Q(source=Account.PAYABLE), -1)):
        for person, payee, amount in (
            own.filter(side).values_list("person_id", "line__award__payee_id").annotate(sum=Sum("amount_fen"))
        ):
            sums[person, payee] += sign * amount
    return {key: sums[key] for key in sorted(sums, key=lambda key: (key[0], key[1] or 0)) if sums[key]}
