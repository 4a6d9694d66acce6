"""Bank batches: the file that goes out, the file that comes back, and what follows a failure.

Out: CSV in GB18030 and xlsx with the columns of `OUT`. Back: as `returns.py` reads it, one row for every payment of the
batch and no other; an account told is held against the one paid to.
"""

import csv
import hashlib
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum

from zhucan.core import masking
from zhucan.core.money import from_fen
from zhucan.core.months import Month
from zhucan.orgs import audit
from zhucan.orgs.models import InstitutionAccount, User
from zhucan.payments import ledger
from zhucan.payments.models import Account, Batch, BatchStatus, Payment, PaymentStatus, Run, RunStatus
from zhucan.payments.returns import Answer, ReturnRefused, read, same_account
from zhucan.payments.services import RunRefused, _advance, payable_of
from zhucan.registry.models import PayeeAccount

OUT = ("批次号", "序号", "户名", "账号", "开户银行", "金额", "附言")


def _accounts(people: QuerySet[Any], day: date) -> dict[int, int]:
    """Return the key of the account on file, on a day, of each person whose key a query gives."""
    rows = PayeeAccount.objects.as_known().on(day).filter(person__in=people)
    return dict(rows.order_by("valid_from").values_list("person_id", "pk"))


def _institution_accounts(institutions: Collection[int]) -> dict[int, int]:
    """Return the key of the account in use of each institution."""
    rows = InstitutionAccount.objects.filter(institution__in=institutions, retracted_at=None)
    return dict(rows.values_list("institution_id", "pk"))


def _new_batch(run: Run, at: datetime, by: User | None) -> Batch:
    sequence = run.batches.count() + 1
    return Batch.objects.create(
        run=run,
        number=f"{run.division_id[:6]}-{Month.from_index(run.month)}-{run.sequence:02d}-{sequence:02d}",
        sequence=sequence,
        count=0,
        total_fen=0,
        created_at=at,
        created_by=by,
    )


@dataclass(frozen=True)
class _Due:
    """What is to be paid to an account of the person, or of the institution where there is one.

    `follows_id` is the key of the payment that did not arrive.
    """

    person_id: int
    account_id: int | None
    amount_fen: int
    follows_id: int | None = None
    institution_id: int | None = None


def _pay(run: Run, batch: Batch | None, dues: Sequence[_Due]) -> None:
    """Write payments: into a batch, numbered, or on the list of those without an account."""
    status = PaymentStatus.SENT if batch else PaymentStatus.NO_ACCOUNT
    columns = (
        "run_id",
        "person_id",
        "batch_id",
        "number",
        "account_id",
        "amount_fen",
        "status",
        "reason",
        "follows_id",
        "institution_id",
        "institution_account_id",
    )
    ledger.insert(
        "payments_payment",
        columns,
        [
            (run.pk, due.person_id, batch.pk if batch else None, number if batch else None,
             None if due.institution_id else due.account_id, due.amount_fen, status.value, "", due.follows_id,
             due.institution_id, due.account_id if due.institution_id else None)
            for number, due in enumerate(dues, start=1)
        ],
    )  # fmt: skip


def _fill(run: Run, batch: Batch, dues: Sequence[_Due], at: datetime) -> Batch:
    """Put payments into a batch and move their money into transit."""
    _pay(run, batch, dues)
    ledger.book_payments(batch, Account.PAYABLE, Account.TRANSIT, at, status=PaymentStatus.SENT)
    batch.count, batch.total_fen = len(dues), sum(due.amount_fen for due in dues)
    batch.save(update_fields=["count", "total_fen"])
    return batch


@transaction.atomic
def send(*, run: Run, day: date, at: datetime, by: User | None) -> Batch | None:
    """Make the run's first batch from the accounts on file; people without one are kept on a list, not lost.

    Returns None when nobody can be paid through the bank.
    """
    locked = _advance(run, "send")
    owed = payable_of(locked)
    accounts = _accounts(locked.lines.values("person_id"), day)
    paid_for = _institution_accounts({payee for _, payee in owed if payee})
    dues = [
        _Due(person, paid_for.get(payee) if payee else accounts.get(person), amount, institution_id=payee)
        for (person, payee), amount in owed.items()
        if amount > 0
    ]
    _pay(locked, None, [due for due in dues if due.account_id is None])
    with_account = [due for due in dues if due.account_id is not None]
    batch = _fill(locked, _new_batch(locked, at, by), with_account, at) if with_account else None
    if batch is None:
        locked.status = RunStatus.RECONCILED
    locked.save()
    total = sum(due.amount_fen for due in with_account)
    audit.record(
        actor=by,
        action="payments.send",
        target=f"run:{run.pk}",
        at=at,
        batch=batch.number if batch else "",
        payments=len(with_account),
        amount_fen=total,
        without_account=len(dues) - len(with_account),
    )
    return batch


def _waiting(run: Run) -> QuerySet[Payment]:
    return run.payments.filter(status__in=(PaymentStatus.FAILED, PaymentStatus.NO_ACCOUNT), followed_by=None)


def waiting(run: Run) -> list[Payment]:
    """Return the failed payments, and those without an account, that no later payment follows."""
    return list(_waiting(run).order_by("person_id", "id"))


@transaction.atomic
def follow_up(
    *, run: Run, day: date, at: datetime, by: User | None, same_account: Collection[int] = ()
) -> Batch | None:
    """Pay again what failed and what had no account, to the accounts now on file.

    A failed payment needs another account since the failure, unless its person is in `same_account`: somebody decided
    that the old one will do (the bank was at fault). Returns None when nobody can be paid. Raises `RunRefused`.
    """
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.status not in (RunStatus.SENT, RunStatus.RECONCILED):
        raise RunRefused(f"{Month.from_index(locked.month).label}还没有报盘：请先报盘，再补发失败的款项。")
    if locked.batches.filter(status=BatchStatus.SENT).exists():
        raise RunRefused("还有批次没有回盘：请先导入银行回盘文件。")
    failed = waiting(locked)
    strangers = set(same_account) - {payment.person_id for payment in failed}
    if strangers:
        raise RunRefused(f"人员 {min(strangers)} 在这次发放中没有未付的款项：请用 zhucan bank waiting {run.pk} 核对。")
    accounts = _accounts(_waiting(locked).values("person_id"), day)
    paid_for = _institution_accounts({old.institution_id for old in failed if old.institution_id})
    again = []
    for old in failed:
        used = old.institution_account_id if old.institution_id else old.account_id
        now = paid_for.get(old.institution_id) if old.institution_id else accounts.get(old.person_id)
        if now is not None and (now != used or old.person_id in same_account):
            again.append(_Due(old.person_id, now, old.amount_fen, old.pk, old.institution_id))
    if not again:
        return None
    batch = _fill(locked, _new_batch(locked, at, by), again, at)
    locked.status = RunStatus.SENT
    locked.save(update_fields=["status"])
    audit.record(
        actor=by,
        action="payments.follow_up",
        target=f"run:{run.pk}",
        at=at,
        batch=batch.number,
        payments=batch.count,
        same_account=sorted(same_account),
    )
    return batch


def unanswered(run: Run) -> list[Batch]:
    """Return the batches of a run that the bank has not answered."""
    return list(run.batches.filter(status=BatchStatus.SENT).order_by("sequence"))


def folder(named: str | None) -> Path:
    """Return the folder for bank files: the one named, or `bank` among the data. Raises `RunRefused` if it cannot be one."""
    path = Path(named) if named else Path(settings.ZHUCAN_HOME) / "bank"
    try:
        path.mkdir(parents=not named, exist_ok=True)
    except OSError as error:
        raise RunRefused(f"银行文件不能写到 {path}：请核对它的上级文件夹在不在、是不是文件夹、能不能写。") from error
    if not os.access(path, os.W_OK):
        raise RunRefused(f"文件夹 {path} 不能写入：请换一个位置，或改它的权限。")
    return path


def _rows_out(batch: Batch) -> list[tuple[str, ...]]:
    month = Month.from_index(batch.run.month)
    return [
        (
            batch.number,
            str(payment.number),
            payment.payee.holder,
            payment.payee.number,
            payment.payee.bank,
            str(from_fen(payment.amount_fen)),
            f"{month.label}残疾人补贴" + (f"（{payment.person.name}）" if payment.institution_id else ""),
        )
        for payment in batch.payments.select_related("account", "institution_account", "person").order_by("number")
        if payment.payee is not None
    ]


def safe(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def write(batch: Batch, folder: Path) -> tuple[Path, Path]:
    """Write a batch as CSV (GB18030) and xlsx; return both paths. The last row holds count and total.

    Each file is written beside its place and moved there whole, readable by its owner alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = _rows_out(batch)
    total = ("合计", str(batch.count), "", "", "", str(from_fen(batch.total_fen)), "")
    plain = folder / f"{batch.number}.csv"
    with _whole(plain) as part, part.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(OUT)
        writer.writerows([safe(cell) for cell in row] for row in rows)
        writer.writerow(total)
    sheet_path = folder / f"{batch.number}.xlsx"
    with (
        _whole(sheet_path) as part,
        xlsxwriter.Workbook(part, {"strings_to_formulas": False, "strings_to_numbers": False}) as book,
    ):
        sheet = book.add_worksheet("代发")
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "0.00"})
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, OUT, bold)
        sheet.set_column(0, 6, 20)
        for line, row in enumerate([*rows, total], start=1):
            for place, cell in enumerate(row):
                if place == 5:
                    sheet.write_number(line, place, Decimal(cell), money)  # the file format holds numbers only this way
                else:
                    sheet.write_string(line, place, cell)
    return plain, sheet_path


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a place to write to that becomes `path` only when all is written."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=path.suffix, delete=False) as file:
        part = Path(file.name)
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _matched(batch: Batch, answers: Sequence[Answer]) -> Mapping[int, Answer]:
    """Return the answers by payment number. Raises `ReturnRefused` unless each payment is answered once, to the fen."""
    payments = {str(number): (number, amount) for number, amount in batch.payments.values_list("number", "amount_fen")}
    # account numbers are sealed, and opening them all is most of the work: only for a file that tells them
    accounts = (
        {payment.number: payment.payee for payment in batch.payments.select_related("account", "institution_account")}
        if any(answer.account for answer in answers)
        else {}
    )
    seen: dict[int, Answer] = {}
    for answer in answers:
        number, amount = payments.get(answer.number, (None, 0))
        if answer.batch != batch.number:
            raise ReturnRefused(
                f"第 {answer.row} 行批次号 {answer.batch} 不是本批 {batch.number}：请核对是否拿错了文件。"
            )
        if number is None:
            raise ReturnRefused(f"第 {answer.row} 行序号 {answer.number} 不在本批中：请向银行核对。")
        if number in seen:
            raise ReturnRefused(f"第 {answer.row} 行序号 {answer.number} 重复出现：请向银行核对。")
        if amount != answer.amount_fen:
            raise ReturnRefused(
                f"第 {answer.row} 行金额 {from_fen(answer.amount_fen)} 与报盘金额 {from_fen(amount)} 不符：请向银行核对。"
            )
        account = accounts.get(number)
        if account is not None and not same_account(answer.account, account.number):
            raise ReturnRefused(
                f"第 {answer.row} 行账号 {masking.card(answer.account)} 与报盘的账号不同：请向银行核对。"
            )
        seen[number] = answer
    if len(seen) != len(payments):
        raise ReturnRefused(f"回盘只有 {len(seen)} 笔，报盘是 {len(payments)} 笔：请向银行索取完整的回盘文件。")
    return seen


@dataclass(frozen=True)
class Reconciliation:
    """What a return file said, in yuan."""

    batch: Batch
    paid: int
    paid_amount: Decimal
    failed: int
    failed_amount: Decimal
    again: bool = False  # the file was read before and changed nothing


@transaction.atomic
def reconcile(*, path: Path, at: datetime, by: User | None, run: Run | None = None) -> Reconciliation:
    """Take in a bank's return file, of a run where one is named; the same file twice changes nothing.

    Raises `ReturnRefused`, and nothing changes.
    """
    answers = read(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if not answers:
        raise ReturnRefused(f"回盘文件 {path.name} 没有明细：请向银行索取完整的文件。")
    number = answers[0].batch
    batch = Batch.objects.select_for_update().filter(number=number).select_related("run").first()
    if batch is None or (run is not None and batch.run_id != run.pk):
        raise ReturnRefused(f"{'这次发放' if run else ''}没有批次 {number}：请核对是否拿错了文件。")
    if batch.status == BatchStatus.RECONCILED:
        if batch.return_digest == digest:
            return _summary(batch, again=True)
        raise ReturnRefused(f"批次 {number} 已经回盘，内容与这份文件不同：请向银行核对哪一份有效。")
    matched = _matched(batch, answers)
    batch.payments.update(status=PaymentStatus.PAID)
    for position, answer in matched.items():
        if not answer.paid:
            batch.payments.filter(number=position).update(
                status=PaymentStatus.FAILED, reason=(answer.reason or "银行未说明")[:120]
            )
    ledger.book_payments(batch, Account.TRANSIT, Account.PAID, at, status=PaymentStatus.PAID)
    ledger.book_payments(batch, Account.TRANSIT, Account.PAYABLE, at, status=PaymentStatus.FAILED)
    batch.status, batch.returned_at, batch.return_digest = BatchStatus.RECONCILED, at, digest
    batch.save(update_fields=["status", "returned_at", "return_digest"])
    _advance(batch.run, "reconcile").save()
    summary = _summary(batch)
    audit.record(
        actor=by, action="payments.reconcile", target=f"batch:{number}", at=at, paid=summary.paid, failed=summary.failed
    )
    return summary


def _summary(batch: Batch, *, again: bool = False) -> Reconciliation:
    sums = {
        status: (batch.payments.filter(status=status).count(), from_fen(batch.payments.filter(status=status).aggregate(sum=Sum("amount_fen"))["sum"] or 0))
        for status in (PaymentStatus.PAID, PaymentStatus.FAILED)
    }  # fmt: skip
    paid, failed = sums[PaymentStatus.PAID], sums[PaymentStatus.FAILED]
    return Reconciliation(batch, *paid, *failed, again)
