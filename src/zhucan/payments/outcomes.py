"""What came out of a worked history, compared with what it expects; a difference tells what was found instead."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from zhucan.core.money import from_fen
from zhucan.core.months import Month
from zhucan.payments.histories import NOTHING, Expectation, History, normal_cause
from zhucan.payments.models import Account, Entry, Line, LineKind, Payment
from zhucan.policy.catalogue import scheme
from zhucan.registry.models import Person

_PAID_OUT = (LineKind.REGULAR, LineKind.ARREARS)
_MOVES_MONEY = (*_PAID_OUT, LineKind.RECOVERY)


def differences(history: History, people: Mapping[str, Person]) -> list[str]:
    """Return a sentence with file and line for every expectation that does not hold."""
    found = []
    for wanted in history.expect:
        person = people[wanted.person]
        wrong = list(_line_differences(wanted, person)) + list(_sum_differences(wanted, person))
        if wrong:
            found.append(f"{wanted.place}：{wanted.person} {'；'.join(wrong)}。{_everything(wanted, person)}")
    return found


def _lines(wanted: Expectation, person: Person) -> QuerySet[Line]:
    """Return the booked lines of the expected run, for the expected month and scheme."""
    lines = Line.objects.filter(person=person, booked=True)
    if wanted.run is not None:
        lines = lines.filter(run__month=wanted.run.index)
    if wanted.month is not None:
        lines = lines.filter(month=wanted.month.index)
    if wanted.scheme is not None:
        lines = lines.filter(scheme=wanted.scheme)
    return lines


def _line_differences(wanted: Expectation, person: Person) -> Iterator[str]:
    if wanted.kind is None and wanted.amount is None and (wanted.cause is None or wanted.sums):
        return
    about = f"{wanted.run} 的运行" + (f"、所属月 {wanted.month}" if wanted.month else "")
    lines = _lines(wanted, person)
    if wanted.kind == NOTHING:
        moved = _total(lines.filter(kind__in=_MOVES_MONEY))
        if lines.filter(kind__in=_MOVES_MONEY).exists():
            yield f"{about}应没有发放或追回，实为 {moved} 元"
        return
    if wanted.kind is not None:
        lines = lines.filter(kind=wanted.kind)
    label = LineKind(wanted.kind).label if wanted.kind else "各项"
    if wanted.amount is not None and _total(lines) != wanted.amount:
        yield f"{about}{label}应为 {wanted.amount} 元，实为 {_total(lines)} 元"
    elif wanted.amount != 0 and not lines.exists():
        yield f"{about}应有{label}，没有找到"
    if wanted.cause is not None:
        causes = sorted({normal_cause(cause) for cause in lines.values_list("cause", flat=True)} - {wanted.cause})
        if causes:
            yield f"{about}{label}的原因应为 {wanted.cause}，实为 {'、'.join(cause or '（空）' for cause in causes)}"


def _sum_differences(wanted: Expectation, person: Person) -> Iterator[str]:
    for name, amount in wanted.sums.items():
        label, measure = _SUMS[name]
        actual = measure(wanted, person)
        if actual != amount:
            about = f"{wanted.run} 的运行" if wanted.run else ""
            yield f"{about}{label}应为 {amount} 元，实为 {actual} 元"


def _total(lines: QuerySet[Line]) -> Decimal:
    return from_fen(lines.aggregate(sum=Sum("amount_fen"))["sum"] or 0)


def _run_total(wanted: Expectation, person: Person) -> Decimal:
    return _total(_lines(wanted, person).filter(kind__in=_PAID_OUT))


def _run_sent(wanted: Expectation, person: Person) -> Decimal:
    payments = Payment.objects.filter(person=person, batch__isnull=False)
    if wanted.run is not None:
        payments = payments.filter(run__month=wanted.run.index)
    return from_fen(payments.filter(follows__isnull=True).aggregate(sum=Sum("amount_fen"))["sum"] or 0)


def _booked(wanted: Expectation, person: Person) -> Decimal:
    return _total(_lines(wanted, person).filter(kind__in=_MOVES_MONEY))


def _balance(account: Account) -> Callable[[Expectation, Person], Decimal]:
    """Return the measure of what an account of the person holds: what came in less what went out."""

    def measure(wanted: Expectation, person: Person) -> Decimal:
        entries = Entry.objects.filter(person=person)
        if wanted.scheme is not None:
            entries = entries.filter(scheme=wanted.scheme)
        if wanted.cause is not None:
            entries = entries.filter(cause=wanted.cause)
        sums = entries.aggregate(
            into=Sum("amount_fen", filter=Q(target=account)), out=Sum("amount_fen", filter=Q(source=account))
        )
        return from_fen((sums["into"] or 0) - (sums["out"] or 0))

    return measure


_SUMS: Mapping[str, tuple[str, Callable[[Expectation, Person], Decimal]]] = {
    "total": ("发放合计", _run_total),
    "sent": ("报盘金额", _run_sent),
    "balance": ("应追回余额", _balance(Account.RECOVERABLE)),
    "paid": ("累计发放减追回", _booked),
    "unpaid": ("应发待付余额", _balance(Account.PAYABLE)),
}


def _everything(wanted: Expectation, person: Person) -> str:
    """Return all lines of the person in that run (or in all runs) as one sentence."""
    lines = Line.objects.filter(person=person, booked=True).select_related("run")
    if wanted.run is not None:
        lines = lines.filter(run__month=wanted.run.index)
    written: Sequence[str] = [
        f"{Month.from_index(line.run.month)} 运行：{scheme(line.scheme).name} {Month.from_index(line.month)} "
        f"{LineKind(line.kind).label} {from_fen(line.amount_fen)}" + (f"（{line.cause}）" if line.cause else "")
        for line in lines.order_by("run__month", "month", "scheme", "id")
    ]
    return f"实际各行：{'；'.join(written)}。" if written else "没有任何发放行。"
