"""What the tests of interrupted and simultaneous runs share: people with every kind of line, and the books compared."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from tests.county import County, told
from zhucan.cases.models import Award
from zhucan.core.money import from_fen
from zhucan.orgs import audit
from zhucan.payments import checks
from zhucan.payments.models import Batch, Entry, Line, Payment, RecoveryDecision, Run
from zhucan.registry import services as registry
from zhucan.registry.models import Person

NURSING = ("nursing-subsidy",)


def books() -> dict[str, list[tuple[Any, ...]]]:
    """Return all that was decided and moved, without keys and clocks, so that two databases can be compared."""
    rows = {
        "runs": Run.objects.values_list("month", "division", "sequence", "status"),
        "lines": Line.objects.values_list(
            "person__name", "award__applied_on", "scheme", "run__month", "run__sequence", "month", "kind", "cause",
            "amount_fen", "entitled_fen", "booked_fen", "outcome", "basis__digest", "sequence", "booked",
        ),
        "entries": Entry.objects.values_list(
            "person__name", "source", "target", "amount_fen", "scheme", "cause", "line__run__month", "line__month",
            "line__kind", "payment__batch__number", "payment__number", "decision__document",
        ),
        "batches": Batch.objects.values_list("number", "run__month", "status", "count", "total_fen"),
        "payments": Payment.objects.values_list(
            "person__name", "run__month", "run__sequence", "batch__number", "number", "account__valid_from",
            "amount_fen", "status", "reason", "follows__batch__number",
        ),
        "decisions": RecoveryDecision.objects.values_list("person__name", "cause", "kind", "amount_fen", "document"),
        "awards": Award.objects.values_list("person__name", "scheme", "applied_on", "decided_through", "lapsed_from"),
    }  # fmt: skip
    return {name: sorted(found, key=repr) for name, found in rows.items()}


def sound() -> bool:
    """Say that ledger and audit chain hold together."""
    return [*checks.faults(), *audit.faults()] == []


def paid_through_bank() -> dict[tuple[str, int], int]:
    """Return what was sent to the bank, by person and month of the run, in fen; follow-ups count once with the first."""
    found: dict[tuple[str, int], int] = {}
    for name, month, amount in Payment.objects.filter(follows=None).values_list(
        "person__name", "run__month", "amount_fen"
    ):
        found[name, month] = found.get((name, month), 0) + amount
    return found


def answer(batch: Batch, path: Path, *, failed: tuple[int, ...] = ()) -> Path:
    """Write the bank's answer to a batch."""
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("批次号", "序号", "金额", "结果", "失败原因"))
        for payment in batch.payments.order_by("number"):
            bad = payment.number in failed
            amount = from_fen(payment.amount_fen)
            writer.writerow((batch.number, payment.number, amount, *(("失败", "销户") if bad else ("成功", ""))))
    return path


def populate(county: County) -> list[Person]:
    """Let people live so that the months from 2025-03 have every kind of line and payment."""
    plain, dying, changing, poor, unknown, late = people = [
        county.person(account=number != 3) for number in range(6)
    ]  # the fourth has no account
    for person in people:
        county.certify(person, "physical", 2)
    for person in (plain, dying, poor, late):
        county.dibao(person)
    for person in (plain, dying, poor, unknown):
        county.grant(person, "2025-02-03")
    county.grant(changing, "2025-01-06", schemes=NURSING)
    county.book("2025-02")
    county.book("2025-03")
    registry.record_death(person=dying, day=date(2025, 2, 10), witness=told("2025-04-10"))
    registry.enter_institution(person=changing, day=date(2025, 1, 10), witness=told("2025-04-11"))
    registry.leave_institution(person=changing, day=date(2025, 2, 10), witness=told("2025-04-11"))
    county.certify(changing, "visual", 2, "2025-02-20")
    county.grant(late, "2025-03-20", "2025-04-15")
    registry.set_hardship(person=poor, day=date(2025, 2, 12), kind="none", witness=told("2025-04-12"))
    return people
