"""Each month's work in the office: applications, the run with its two people, the bank, and what is owed back."""

import csv
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db.models import Sum

from zhucan.cases import awards, finding
from zhucan.cases.models import Award
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen
from zhucan.core.months import Month
from zhucan.demo.life import at
from zhucan.demo.people import Resident
from zhucan.orgs.models import Division, User
from zhucan.payments import bank, services
from zhucan.payments.models import Batch, LineKind, Payment, PaymentStatus, Run
from zhucan.policy.catalogue import MONTHLY
from zhucan.registry.models import Person

_SCHEMES = tuple(scheme.id for scheme in MONTHLY)
_FAILURES = ("账户已销户", "户名与账号不符", "账户已冻结", "账号不存在")


class DemoFailed(ZhucanError):
    """The invented county cannot be built here."""


@dataclass(frozen=True)
class Staff:
    """Who does what."""

    clerk: User
    approver: User
    finance: User


@dataclass(frozen=True)
class Paid:
    """What a month came to, in yuan."""

    month: Month
    persons: int
    amount: Decimal
    arrears: Decimal
    recoveries: Decimal
    failed: int
    without_account: int
    granted: int


class Office:
    """The county's office. Residents are found by their key in the registry."""

    def __init__(self, dice: random.Random, county: Division, staff: Staff, folder: Path, files_from: Month) -> None:
        self._dice, self._county, self._staff, self._folder = dice, county, staff, folder
        self._files_from = files_from
        self._people: dict[int, Resident] = {}
        self._first = True
        self._leaving = 0
        self._closed: dict[int, tuple[int, str]] = {}

    def know(self, residents: Iterable[Resident]) -> None:
        """Take note of who is registered."""
        self._people = {person.key: person for person in residents if person.key}

    def resident(self, key: int) -> Resident:
        """Return the resident behind a person's key."""
        return self._people[key]

    # --- applications ----------------------------------------------------------------------------------------------

    def grant(self, day: date) -> int:
        """Approve who is entitled and asks; return how many awards were made.

        At first everybody who was paid before is taken over; later some ask only in a following month, and a few ask in
        time but are approved a month late.
        """
        moment, by = at(day, 20), self._staff.approver
        asking = []
        for one in finding.eligible(division=self._county, on=day, known_at=moment):
            person = self._people[one.person_id]
            if person.cares and (self._first or self._dice.random() < 0.8):
                asking.append(one)
        late = [one for one in asking if self._asked_before(one, day)]
        in_time = [one for one in asking if one not in late] if late else asking
        made = awards.approve_all(in_time, division=self._county, on=day, at=moment, by=by)
        before = Month.of(day).previous.first.replace(day=12)
        made += [
            awards.approve(
                person=Person.objects.get(pk=one.person_id), scheme_id=one.scheme, division=self._county,
                applied_on=before, approved_on=day, at=moment, by=by,
            )
            for one in late
        ]  # fmt: skip
        for award in made:
            person = self._people[award.person_id]
            again = award.scheme in person.schemes
            if again and Month.of(person.issued) >= Month.of(day) - 1 and self._dice.random() < 0.6:
                awards.grant_backpay(award=award, on=day, at=moment, by=by, document=f"补发审批表 {day:%Y}-{award.pk}")
            person.schemes.add(award.scheme)
        self._first = False
        return len(made)

    def _asked_before(self, one: finding.Candidate, day: date) -> bool:
        person = self._people[one.person_id]
        known = person.issued < Month.of(day).previous.first and not person.schemes
        return known and not self._first and self._dice.random() < 0.05

    def withdraw(self, day: date, residents: Iterable[Resident]) -> None:
        """Let a few leave a scheme by wish; they do not ask again."""
        paid = [person for person in residents if person.schemes and person.alive and person.here and person.cares]
        self._leaving += len(paid) * 15  # of 10,000 a year
        count, self._leaving = divmod(self._leaving, 120_000)
        for person in self._dice.sample(paid, min(count, len(paid))):
            award = Award.objects.filter(person=person.key, scheme=min(person.schemes), withdrawn_on=None).last()
            if award is not None:
                person.cares = False
                awards.withdraw(award=award, on=day, at=at(day, 20), by=self._staff.clerk, reason="本人申请退出")

    # --- the run ---------------------------------------------------------------------------------------------------

    def run(self, month: Month, granted: int) -> Paid:
        """Calculate, check, approve, send and reconcile a month; return what it came to."""
        day, staff = month.first.replace(day=25), self._staff
        run = services.calculate(
            month=month, division=self._county, schemes=_SCHEMES, known_at=at(day, 8), at=at(day, 9), by=staff.clerk
        )
        if run is None:
            raise DemoFailed(f"{month.label}没有可以发放的内容：请换一个种子或更多的人重新生成。")
        run = services.check(run=run, at=at(day, 11), by=staff.clerk)
        run = services.approve(run=run, at=at(day, 15), by=staff.approver)
        send_on, back_on = day.replace(day=26), day.replace(day=27)
        batch = bank.send(run=run, day=send_on, at=at(send_on, 10), by=staff.finance)
        if batch is not None:
            self._through_bank(batch, back_on)
        self._follow_up(run, send_on, back_on)
        sums = {row["kind"]: row["sum"] for row in run.lines.values("kind").annotate(sum=Sum("amount_fen"))}
        first = run.payments.filter(follows=None)
        return Paid(
            month=month,
            persons=first.count(),
            amount=from_fen(first.aggregate(sum=Sum("amount_fen"))["sum"] or 0),
            arrears=from_fen(sums.get(LineKind.ARREARS, 0)),
            recoveries=from_fen(-sums.get(LineKind.RECOVERY, 0)),
            failed=first.filter(status=PaymentStatus.FAILED).count(),
            without_account=first.filter(status=PaymentStatus.NO_ACCOUNT).count(),
            granted=granted,
        )

    # --- the bank --------------------------------------------------------------------------------------------------

    def _through_bank(self, batch: Batch, day: date) -> None:
        """Write the bank's file, let the bank answer with a few failures, and take the answer in.

        Only the files of the last months stand in the folder, as they would after the older ones are filed away.
        """
        if batch.run.month >= self._files_from.index:
            bank.write(batch, self._folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{batch.number}-回盘.csv"
        with path.open("w", encoding="gb18030", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("批次号", "序号", "金额", "结果", "失败原因"))
            rows = batch.payments.order_by("number").values_list("number", "amount_fen", "person_id", "account_id")
            for number, amount, person, account in rows:
                reason = self._failure(person, account)
                result = "失败" if reason else "成功"
                writer.writerow((batch.number, number, from_fen(amount), result, reason))
        bank.reconcile(path=path, at=at(day, 16), by=self._staff.finance)
        if batch.run.month < self._files_from.index:
            path.unlink()

    def _failure(self, person: int, account: int) -> str:
        """Return why the bank could not pay, mostly nothing; an account that is closed stays closed."""
        closed, reason = self._closed.get(person, (0, ""))
        if closed == account:
            return reason
        if self._dice.random() >= 0.002:
            return ""
        reason = self._dice.choice(_FAILURES)
        self._closed[person] = (account, reason)
        self._people[person].account = False  # a new one is opened in one of the next months
        return reason

    def _follow_up(self, this: Run, day: date, back: date) -> None:
        """Pay again, run by run, what is waiting of people who have a new account by now."""
        waiting = Payment.objects.filter(
            status__in=(PaymentStatus.FAILED, PaymentStatus.NO_ACCOUNT), followed_by=None
        ).exclude(run=this)
        ready = {run for run, person in waiting.values_list("run_id", "person_id") if self._people[person].account}
        for run in Run.objects.filter(pk__in=ready).order_by("pk"):
            batch = bank.follow_up(run=run, day=day, at=at(day, 14), by=self._staff.finance)
            if batch is not None:
                self._through_bank(batch, back)
