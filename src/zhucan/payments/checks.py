"""What may never be false of the money; each check returns sentences, never raises."""

from collections.abc import Callable, Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from zhucan.core.money import from_fen
from zhucan.core.months import Month
from zhucan.orgs.models import AuditEntry
from zhucan.payments.models import (
    Account,
    Basis,
    Batch,
    Entry,
    Line,
    LineKind,
    Payment,
    PaymentStatus,
    Remark,
    Run,
    RunStatus,
)
from zhucan.registry.models import Death


def lines_and_entries_agree() -> Iterator[str]:
    """Every booked line has one entry of its amount, and no other line has any."""
    booking = Q(entries__source__in=(Account.FUND, Account.RECOVERABLE), entries__line__isnull=False)
    moving = Line.objects.exclude(kind__in=(LineKind.STOP, LineKind.DOUBT)).annotate(
        times=Count("entries", filter=booking), moved=Sum("entries__amount_fen", filter=booking)
    )
    for line in moving.filter(booked=True).filter(~Q(times=1) | ~Q(moved=F("amount_fen")) & ~Q(moved=-F("amount_fen")))[
        :100
    ]:
        yield f"发放行 {line.pk} 与账簿不符（应有一条 {from_fen(abs(line.amount_fen))} 元的分录）：账簿或该行被改动过。"
    for line in moving.filter(booked=False, times__gt=0)[:100]:
        yield f"发放行 {line.pk} 没有入账却有分录：请报告管理员。"
    for row in (
        Line.objects.filter(run__status__in=(RunStatus.APPROVED, RunStatus.SENT, RunStatus.RECONCILED), booked=False)
        .exclude(remark__kind=Remark.Kind.HELD)
        .values("run_id")
        .annotate(count=Count("id"))
    ):
        yield f"发放 {row['run_id']} 已批准，却有 {row['count']} 行没有入账：请报告管理员。"


def lines_stand_on_what_they_name() -> Iterator[str]:
    """Every line has its run and its basis, and is of the person whose award it is; only the award's key is constrained."""
    for line in Line.objects.exclude(Exists(Run.objects.filter(pk=OuterRef("run_id"))))[:100]:
        yield f"发放行 {line.pk} 的发放 {line.run_id} 不存在：记录被删除过，请报告管理员。"
    for line in Line.objects.filter(basis__isnull=False).exclude(Exists(Basis.objects.filter(pk=OuterRef("basis_id"))))[
        :100
    ]:
        yield f"发放行 {line.pk} 的认定依据 {line.basis_id} 不存在：记录被删除过，请报告管理员。"
    for line in Line.objects.exclude(person=F("award__person"))[:100]:
        yield f"发放行 {line.pk} 与待遇 {line.award_id} 不是同一个人：记录被改动过，请报告管理员。"


def months_add_up() -> Iterator[str]:
    """What is booked for an award and month is what its last line says is due, and its lines are numbered from 0."""
    booked = Line.objects.filter(booked=True).exclude(kind__in=(LineKind.STOP, LineKind.DOUBT))
    groups = booked.values("award_id", "month").annotate(sum=Sum("amount_fen"), count=Count("id"))
    for row in groups.filter(sum__lt=0)[:100]:
        yield f"待遇 {row['award_id']} 的 {Month.from_index(row['month']).label}累计为负：请报告管理员。"


def accounts_are_not_overdrawn() -> Iterator[str]:
    """Nobody has been paid, sent or set off more than was due; recoverable never holds more than was owed."""
    for account, name in ((Account.PAYABLE, "应发待付"), (Account.TRANSIT, "在途"), (Account.PAID, "已发")):
        rows = (
            Entry.objects.filter(Q(source=account) | Q(target=account))
            .values("person_id")
            .annotate(
                into=Sum("amount_fen", filter=Q(target=account), default=0),
                out=Sum("amount_fen", filter=Q(source=account), default=0),
            )
            .filter(into__lt=F("out"))
        )
        for row in rows[:100]:
            yield f"人员 {row['person_id']} 的{name}账户透支 {from_fen(row['out'] - row['into'])} 元：请报告管理员。"
    owed = (
        Entry.objects.filter(Q(source=Account.RECOVERABLE) | Q(target=Account.RECOVERABLE))
        .values("person_id", "scheme", "cause")
        .annotate(
            into=Sum("amount_fen", filter=Q(target=Account.RECOVERABLE), default=0),
            out=Sum("amount_fen", filter=Q(source=Account.RECOVERABLE), default=0),
        )
        .filter(into__gt=F("out"))
    )
    for row in owed[:100]:
        yield f"人员 {row['person_id']} 的追回超过应追回：请报告管理员。"


def payments_and_entries_agree() -> Iterator[str]:
    """A payment's entries tell its state, and a batch's payments its count and total."""
    into = {PaymentStatus.PAID: Account.PAID, PaymentStatus.FAILED: Account.PAYABLE}
    for status, account in into.items():
        wrong = Payment.objects.filter(status=status).annotate(
            sent=Sum("entries__amount_fen", filter=Q(entries__target=Account.TRANSIT), default=0),
            back=Sum(
                "entries__amount_fen", filter=Q(entries__source=Account.TRANSIT, entries__target=account), default=0
            ),
        )
        for payment in wrong.exclude(sent=F("amount_fen"), back=F("amount_fen"))[:100]:
            yield f"代发 {payment.pk} 的状态与账簿不符：请报告管理员。"
    for batch in Batch.objects.annotate(real=Count("payments"), sum=Sum("payments__amount_fen", default=0)).filter(
        ~Q(real=F("count")) | ~Q(sum=F("total_fen"))
    ):
        yield f"批次 {batch.number} 的笔数或金额与明细不符：记录被改动过。"


def money_leaves_a_trace() -> Iterator[str]:
    """No money has moved without an entry in the audit chain: a chain removed whole, with its head, would look new."""
    if Entry.objects.exists() and not AuditEntry.objects.exists():
        yield "账簿里有分录，审计链却是空的：审计记录被删除过，请与留存的链头核对，并报告管理员。"


def runs_by_two_people() -> Iterator[str]:
    """Nobody approved what they calculated."""
    for run in Run.objects.filter(approved_by=F("calculated_by"), approved_by__isnull=False):
        yield f"发放 {run.pk} 由同一人计算和批准：请报告管理员。"


def nothing_regular_after_death() -> Iterator[str]:
    """A month after the month of a known death is not left paid once a later run has looked at it."""
    dead = Death.objects.filter(retracted_at=None)
    for death in dead.iterator():
        after = Month.of(death.valid_from).index
        rows = (
            Line.objects.filter(
                person_id=death.person_id, booked=True, month__gt=after, award__granted_fen=None
            )  # what is granted once may well be paid to the heirs
            .values("award_id", "month", "award__decided_at")
            .annotate(sum=Sum("amount_fen"))
            .filter(sum__gt=0, award__decided_at__gte=death.recorded_at)
        )
        for row in rows:
            yield f"人员 {death.person_id} 死亡后 {Month.from_index(row['month']).label}仍有发放未追回：请核对待遇 {row['award_id']}。"


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    lines_and_entries_agree,
    lines_stand_on_what_they_name,
    months_add_up,
    accounts_are_not_overdrawn,
    payments_and_entries_agree,
    money_leaves_a_trace,
    runs_by_two_people,
    nothing_regular_after_death,
)


def faults() -> Iterator[str]:
    """Yield every fault that any check finds."""
    for check in CHECKS:
        yield from check()
