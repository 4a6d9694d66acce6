"""Bank batches: the file that goes out, the file that comes back, and what follows a failure.

Out: CSV in GB18030 and xlsx with the columns of `OUT`. Back: CSV (UTF-8 or GB18030) or xlsx with at least 批次号, 序号,
金额 and 结果 (成功 or 失败), and 失败原因 for a failure; one row for every payment of the batch, no other.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.db import transaction
from django.db.models import Sum
from python_calamine import CalamineError, CalamineWorkbook

from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import normalise
from zhucan.core.money import InvalidMoney, fen, from_fen, parse_yuan
from zhucan.core.months import Month
from zhucan.orgs import audit
from zhucan.orgs.models import User
from zhucan.payments import ledger
from zhucan.payments.models import Account, Batch, BatchStatus, Payment, PaymentStatus, Run, RunStatus
from zhucan.payments.services import RunRefused, _advance, payable_of
from zhucan.registry.models import PayeeAccount

OUT = ("批次号", "序号", "户名", "账号", "开户银行", "金额", "附言")
_LARGEST = 50 * 1024 * 1024


class ReturnRefused(ZhucanError):
    """The bank's return file does not fit its batch; nothing was changed."""


def _accounts(people: Iterable[int], day: date) -> dict[int, int]:
    """Return the key of the account on file of each person on a day."""
    wanted = list(people)
    found: dict[int, int] = {}
    for start in range(0, len(wanted), 900):
        rows = PayeeAccount.objects.as_known().on(day).filter(person__in=wanted[start : start + 900])
        found.update(rows.order_by("valid_from").values_list("person_id", "pk"))
    return found


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
    """What one person is to be paid to an account; `follows` is the key of the payment that did not arrive."""

    person_id: int
    account_id: int | None
    amount_fen: int
    follows_id: int | None = None


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
    )
    ledger.insert(
        "payments_payment",
        columns,
        [
            (run.pk, due.person_id, batch.pk if batch else None, number if batch else None, due.account_id,
             due.amount_fen, status.value, "", due.follows_id)
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
    accounts = _accounts(owed, day)
    dues = [_Due(person, accounts.get(person), amount) for person, amount in owed.items() if amount > 0]
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


def waiting(run: Run) -> list[Payment]:
    """Return the failed payments, and those without an account, that no later payment follows."""
    found = run.payments.filter(status__in=(PaymentStatus.FAILED, PaymentStatus.NO_ACCOUNT), followed_by=None)
    return list(found.order_by("person_id", "id"))


@transaction.atomic
def follow_up(*, run: Run, day: date, at: datetime, by: User | None) -> Batch | None:
    """Pay again what failed and what had no account, to the accounts now on file.

    A failed payment needs another account, or one recorded anew, since the failure. Returns None when nobody has one.
    """
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.status not in (RunStatus.SENT, RunStatus.RECONCILED):
        raise RunRefused(f"{Month.from_index(locked.month).label}还没有报盘：请先报盘，再补发失败的款项。")
    if locked.batches.filter(status=BatchStatus.SENT).exists():
        raise RunRefused("还有批次没有回盘：请先导入银行回盘文件。")
    failed = waiting(locked)
    accounts = _accounts([payment.person_id for payment in failed], day)
    again = [
        _Due(old.person_id, accounts[old.person_id], old.amount_fen, old.pk)
        for old in failed
        if old.person_id in accounts and accounts[old.person_id] != old.account_id
    ]
    if not again:
        return None
    batch = _fill(locked, _new_batch(locked, at, by), again, at)
    locked.status = RunStatus.SENT
    locked.save(update_fields=["status"])
    audit.record(
        actor=by, action="payments.follow_up", target=f"run:{run.pk}", at=at, batch=batch.number, payments=batch.count
    )
    return batch


def _rows_out(batch: Batch) -> list[tuple[str, ...]]:
    month = Month.from_index(batch.run.month)
    return [
        (
            batch.number,
            str(payment.number),
            payment.account.holder,
            payment.account.number,
            payment.account.bank,
            str(from_fen(payment.amount_fen)),
            f"{month.label}残疾人补贴",
        )
        for payment in batch.payments.select_related("account").order_by("number")
        if payment.account is not None
    ]


def _safe(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def write(batch: Batch, folder: Path) -> tuple[Path, Path]:
    """Write a batch as CSV (GB18030) and xlsx; return both paths. The last row holds count and total."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = _rows_out(batch)
    total = ("合计", str(batch.count), "", "", "", str(from_fen(batch.total_fen)), "")
    plain = folder / f"{batch.number}.csv"
    with plain.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(OUT)
        writer.writerows([_safe(cell) for cell in row] for row in rows)
        writer.writerow(total)
    sheet_path = folder / f"{batch.number}.xlsx"
    with xlsxwriter.Workbook(sheet_path, {"strings_to_formulas": False, "strings_to_numbers": False}) as book:
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


@dataclass(frozen=True)
class _Answer:
    row: int
    batch: str
    number: str
    amount_fen: int
    paid: bool
    reason: str


_HEADERS = {
    "批次号": "batch", "批号": "batch", "序号": "number", "明细序号": "number", "金额": "amount", "交易金额": "amount",
    "代发金额": "amount", "结果": "result", "处理结果": "result", "交易结果": "result", "状态": "result", "原因": "reason",
    "失败原因": "reason", "备注": "reason", "账号": "account", "收款账号": "account",
}  # fmt: skip
_GOOD, _BAD = {"成功", "已到账", "交易成功"}, {"失败", "未成功", "退回", "交易失败"}


def _cells(path: Path) -> list[list[str]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise ReturnRefused(f"回盘文件 {path.name} 太大：应不超过 50 MB，请核对是不是银行的回盘文件。")
        data = path.read_bytes()
    except OSError as error:
        raise ReturnRefused(f"读不了回盘文件 {path.name}：请核对文件名和位置。") from error
    if data[:2] == b"PK":
        try:
            sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        except CalamineError as error:
            raise ReturnRefused(f"回盘文件 {path.name} 不是可读的 xlsx：请向银行重新索取。") from error
        return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return [[normalise(cell) for cell in row] for row in csv.reader(io.StringIO(data.decode(encoding)))]
        except UnicodeDecodeError:
            continue
        except csv.Error:
            break
    raise ReturnRefused(f"回盘文件 {path.name} 不是 CSV 或 xlsx：请向银行索取这两种格式之一。")


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        # a spreadsheet has only floating numbers: back to what was typed, to the fen
        return str(int(cell)) if cell.is_integer() else str(Decimal(repr(cell)))
    return normalise(str(cell))


def _answers(path: Path) -> list[_Answer]:
    rows = _cells(path)
    headers = [{_HEADERS[cell]: place for place, cell in enumerate(row) if cell in _HEADERS} for row in rows[:20]]
    start = next(
        (at for at, found in enumerate(headers) if {"batch", "number", "amount", "result"} <= found.keys()), None
    )
    if start is None:
        raise ReturnRefused(f"回盘文件 {path.name} 没有表头：需要“批次号、序号、金额、结果、失败原因”各列。")
    places = headers[start]
    answers = []
    for line, row in enumerate(rows[start + 1 :], start=start + 2):
        if not any(row) or row[0] in ("合计", "总计"):
            continue

        def cell(name: str, row: list[str] = row) -> str:
            place = places.get(name)
            return row[place] if place is not None and place < len(row) else ""

        result = cell("result")
        if result not in _GOOD | _BAD:
            raise ReturnRefused(f"回盘文件第 {line} 行结果“{result}”看不懂：应为“成功”或“失败”。")
        try:
            amount = fen(parse_yuan(cell("amount")))
        except InvalidMoney as error:
            raise ReturnRefused(f"回盘文件第 {line} 行金额“{cell('amount')}”不对：{error}") from error
        answers.append(_Answer(line, cell("batch"), cell("number"), amount, result in _GOOD, cell("reason")))
    return answers


def _matched(batch: Batch, answers: Sequence[_Answer]) -> Mapping[int, _Answer]:
    """Return the answers by payment number. Raises `ReturnRefused` unless each payment is answered once, to the fen."""
    payments = {str(number): (number, amount) for number, amount in batch.payments.values_list("number", "amount_fen")}
    seen: dict[int, _Answer] = {}
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
def reconcile(*, path: Path, at: datetime, by: User | None) -> Reconciliation:
    """Take in a bank's return file; the same file twice changes nothing. Raises `ReturnRefused`, and nothing changes."""
    answers = _answers(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if not answers:
        raise ReturnRefused(f"回盘文件 {path.name} 没有明细：请向银行索取完整的文件。")
    number = answers[0].batch
    batch = Batch.objects.select_for_update().filter(number=number).select_related("run").first()
    if batch is None:
        raise ReturnRefused(f"没有批次 {number}：请核对是否拿错了文件。")
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
