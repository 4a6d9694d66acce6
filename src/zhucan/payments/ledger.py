"""Money moves here and nowhere else: one row a movement, so the books cannot be out of balance."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, Sum

from zhucan.core.money import from_fen
from zhucan.payments.models import Account, Batch, Entry, PaymentStatus, Run


def insert(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert many rows quickly within the running transaction."""
    if not rows:
        return
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", rows
            )  # sqlite3's own cursor


def book_lines(run: Run, at: datetime) -> None:
    """Book the lines of a run that are not held back: what is granted becomes payable, what was too much becomes recoverable."""
    with connection.cursor() as cursor:
        for kinds, source, target, amount in (
            ("'regular', 'arrears'", Account.FUND, Account.PAYABLE, "amount_fen"),
            ("'recovery'", Account.RECOVERABLE, Account.FUND, "-amount_fen"),
        ):
            cause = "cause" if source is Account.RECOVERABLE else "''"
            cursor.execute(
                "INSERT INTO payments_entry (source, target, amount_fen, person_id, scheme, cause, line_id, at)"
                f" SELECT '{source.value}', '{target.value}', {amount}, person_id, scheme, {cause}, id, %s"
                f" FROM payments_line WHERE run_id = %s AND booked AND kind IN ({kinds}) ORDER BY id",
                [at, run.pk],
            )


def book_payments(batch: Batch, source: Account, target: Account, at: datetime, *, status: PaymentStatus) -> None:
    """Move the money of a batch's payments that have a status from one account to another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_entry (source, target, amount_fen, person_id, scheme, cause, payment_id, at)"
            f" SELECT '{source.value}', '{target.value}', amount_fen, person_id, '', '', id, %s"
            " FROM payments_payment WHERE batch_id = %s AND status = %s ORDER BY number",
            [at, batch.pk, status.value],
        )


def balance(account: Account, *, person_id: int | None = None, scheme: str = "", cause: str = "") -> Decimal:
    """Return what came in less what went out of an account, in yuan; narrowed to a person, scheme or cause."""
    entries = Entry.objects.all()
    if person_id is not None:
        entries = entries.filter(person_id=person_id)
    if scheme:
        entries = entries.filter(scheme=scheme)
    if cause:
        entries = entries.filter(cause=cause)
    sums = entries.aggregate(
        into=Sum("amount_fen", filter=Q(target=account)), out=Sum("amount_fen", filter=Q(source=account))
    )
    return from_fen((sums["into"] or 0) - (sums["out"] or 0))
