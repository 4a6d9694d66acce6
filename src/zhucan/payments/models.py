"""Runs and their lines, the ledger, bank batches and decisions on recoveries. Amounts are fen."""

from typing import Any

from django.db import models
from django.db.models import F, Q


class RunStatus(models.TextChoices):
    """How far a run has come; `FLOW` in `services.py` tells the allowed moves."""

    CALCULATED = "calculated", "已计算"
    CHECKED = "checked", "已审核"
    APPROVED = "approved", "已批准"
    SENT = "sent", "已报盘"
    RECONCILED = "reconciled", "已回盘"


class Run(models.Model):
    """The decision of a month for some schemes in a division, from what was known at `known_at`."""

    month = models.IntegerField("月份")  # Month.index
    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+")
    schemes = models.JSONField("项目")
    granted = models.BooleanField(
        "单项发放", default=False
    )  # of what is granted case by case; not a month of all awards
    sequence = models.PositiveSmallIntegerField("批次", default=1)
    status = models.CharField("状态", max_length=12, choices=RunStatus, default=RunStatus.CALCULATED)
    known_at = models.DateTimeField("资料截至")
    calculated_at = models.DateTimeField()
    calculated_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")
    totals = models.JSONField("合计", default=dict)

    class Meta:
        ordering = ("month", "sequence", "id")
        constraints = (
            models.UniqueConstraint(fields=("month", "division", "sequence"), name="run_once"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("calculated_by")), name="run_two_people"
            ),
        )


class Basis(models.Model):
    """The facts and parameters a decision rested on; shared by all lines that rested on the same."""

    digest = models.CharField(max_length=32)
    content = models.JSONField()

    class Meta:
        # as a constraint here, PostgreSQL keeps one index for it; as unique=True of a text column it keeps two
        constraints = (models.UniqueConstraint(fields=("digest",), name="basis_once"),)


class LineKind(models.TextChoices):
    """What a line does."""

    REGULAR = "regular", "当月发放"
    ARREARS = "arrears", "补发"
    RECOVERY = "recovery", "追回"
    STOP = "stop", "停发"
    DOUBT = "doubt", "待核实"


class Line(models.Model):
    """What a run pays, makes up, takes back, stops or cannot decide for one award and one month.

    `amount_fen` = entitled - booked before: positive for regular and arrears, negative for recovery, 0 for stop and doubt.
    """

    # The indexes below begin with these keys, and nobody looks lines up by their basis: one index less each to write.
    # The database looks every constrained key of every line up when a run is saved, which was a third of the time of a
    # large one. One stays: the award, which holds the person. The run is written and the bases are read in the same
    # transaction as the lines, neither is ever removed under them, and `checks.py` asks all three of every line.
    run = models.ForeignKey(Run, models.PROTECT, related_name="lines", db_index=False, db_constraint=False)
    award = models.ForeignKey("cases.Award", models.PROTECT, related_name="lines", db_index=False)
    person = models.ForeignKey(
        "registry.Person", models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    scheme = models.CharField(max_length=40)
    month = models.IntegerField("所属月")  # Month.index
    kind = models.CharField(max_length=8, choices=LineKind)
    cause = models.CharField(max_length=30, blank=True)
    amount_fen = models.BigIntegerField("金额（分）")
    entitled_fen = models.BigIntegerField()
    booked_fen = models.BigIntegerField()  # already booked for the award and month before this line
    outcome = models.CharField(max_length=7)
    not_met = models.BigIntegerField(default=0)
    unknown = models.BigIntegerField(default=0)
    basis = models.ForeignKey(Basis, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    sequence = models.PositiveSmallIntegerField(default=0)  # how many lines were booked for the award and month before
    booked = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("award", "month")),
            models.Index(fields=("person", "month")),
            models.Index(fields=("run", "kind", "cause", "id"), name="line_listed"),  # a page of a list, in its order
            models.Index(fields=("month",)),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("award", "month", "sequence"), condition=Q(booked=True), name="a_month_is_booked_once"
            ),
            models.UniqueConstraint(fields=("run", "award", "month"), name="one_line_a_run"),
            models.CheckConstraint(
                condition=Q(amount_fen=F("entitled_fen") - F("booked_fen")) | Q(kind="doubt"), name="line_adds_up"
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=("regular", "arrears"), amount_fen__gt=0))
                | Q(kind="recovery", amount_fen__lt=0)
                | Q(kind__in=("stop", "doubt"), amount_fen=0),
                name="line_sign",
            ),
        )


class Remark(models.Model):
    """What somebody said of one line before the run was approved: looked at, or held back from this run."""

    class Kind(models.TextChoices):
        SEEN = "seen", "已看过"
        HELD = "held", "暂不发放"

    line = models.OneToOneField(Line, models.PROTECT, related_name="remark")
    kind = models.CharField(max_length=4, choices=Kind)
    text = models.CharField("说明", max_length=200, blank=True)
    at = models.DateTimeField("时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")


class Bookmark(models.Model):
    """What a run found of an award's lapse; it becomes the award's own bookmark when the run is booked."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="bookmarks")
    award = models.ForeignKey("cases.Award", models.PROTECT, related_name="+")
    lapsed_from = models.IntegerField(null=True)  # Month.index

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "award"), name="bookmark_once"),)


class Account(models.TextChoices):
    """Where money can be. All but `fund` and `bank` are kept per person."""

    FUND = "fund", "补贴资金"
    PAYABLE = "payable", "应发待付"
    TRANSIT = "transit", "银行代发在途"
    PAID = "paid", "已发到户"
    RECOVERABLE = "recoverable", "应追回"
    RETURNED = "returned", "追回收款"
    WAIVED = "waived", "核销"


class BatchStatus(models.TextChoices):
    """How far a bank batch has come."""

    SENT = "sent", "已报盘"
    RECONCILED = "reconciled", "已回盘"


class Batch(models.Model):
    """One file for the bank."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="batches")
    number = models.CharField("批次号", max_length=40, unique=True)
    sequence = models.PositiveSmallIntegerField(default=1)  # 1 the first file of the run, 2… follow-ups
    status = models.CharField(max_length=12, choices=BatchStatus, default=BatchStatus.SENT)
    count = models.PositiveIntegerField("笔数")
    total_fen = models.BigIntegerField("金额（分）")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)
    return_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "sequence"), name="batch_once"),)


class PaymentStatus(models.TextChoices):
    """What became of a payment."""

    NO_ACCOUNT = "no_account", "无账户"
    SENT = "sent", "已报盘"
    PAID = "paid", "已到账"
    FAILED = "failed", "失败"


class Payment(models.Model):
    """What one person, or an institution for that person, is paid in one run to one account.

    A failed one is followed by another in a later batch.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="payments")
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="payments")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="payments", db_index=False)
    number = models.PositiveIntegerField("序号", null=True)  # position in the batch file
    account = models.ForeignKey("registry.PayeeAccount", models.PROTECT, null=True, related_name="+")
    # paid for the person; nobody looks the many payments without one up by it
    institution = models.ForeignKey("orgs.Institution", models.PROTECT, null=True, related_name="+", db_index=False)
    institution_account = models.ForeignKey(
        "orgs.InstitutionAccount", models.PROTECT, null=True, related_name="+", db_index=False
    )
    amount_fen = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=PaymentStatus)
    reason = models.CharField("失败原因", max_length=120, blank=True)
    follows = models.OneToOneField("self", models.PROTECT, null=True, related_name="followed_by")

    class Meta:
        # the few that did not arrive are looked for every day
        indexes = (
            models.Index(
                fields=("status", "run"), condition=Q(status__in=("failed", "no_account")), name="payment_open"
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_positive"),
            models.UniqueConstraint(fields=("batch", "number"), name="payment_number_once"),
            models.UniqueConstraint(
                fields=("run", "person"),
                condition=Q(follows__isnull=True, institution__isnull=True),
                name="one_first_payment_a_run",
            ),
            models.UniqueConstraint(
                fields=("run", "person", "institution"),
                condition=Q(follows__isnull=True, institution__isnull=False),
                name="one_first_payment_a_payee",
            ),
            models.CheckConstraint(
                condition=Q(institution__isnull=True, institution_account__isnull=True)
                | Q(institution__isnull=False, account__isnull=True),
                name="payment_to_one_payee",
            ),
        )

    @property
    def payee(self) -> Any:
        """Return the account it goes to, of the person or of an institution: holder, number and bank; None without one."""
        return self.institution_account if self.institution_id else self.account


class RecoveryDecision(models.Model):
    """A recorded decision on money a person owes: set off, repay by instalments, repaid, or written off."""

    class Kind(models.TextChoices):
        SET_OFF = "set_off", "抵扣"
        INSTALMENTS = "instalments", "分期归还"
        REPAID = "repaid", "已归还"
        WAIVED = "waived", "核销"

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="recovery_decisions")
    scheme = models.CharField(max_length=40)
    cause = models.CharField(max_length=30)
    kind = models.CharField(max_length=12, choices=Kind)
    amount_fen = models.BigIntegerField("金额（分）")
    monthly_fen = models.BigIntegerField("每月（分）", null=True)  # set-off and instalments: at most this a month
    document = models.CharField("依据", max_length=200)
    decided_on = models.DateField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(amount_fen__gt=0), name="decision_positive"),)


class Entry(models.Model):
    """Money moved once from one account to another for one person; never changed, never removed."""

    source = models.CharField("转出", max_length=12, choices=Account)
    target = models.CharField("转入", max_length=12, choices=Account)
    amount_fen = models.BigIntegerField("金额（分）")
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="entries", db_index=False)
    scheme = models.CharField(max_length=40, blank=True)
    cause = models.CharField(max_length=30, blank=True)  # of a recovery, carried by every entry on its account
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="entries")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="entries")
    decision = models.ForeignKey(RecoveryDecision, models.PROTECT, null=True, related_name="entries")
    at = models.DateTimeField("时间")

    class Meta:
        indexes = (
            models.Index(fields=("person", "source")),
            models.Index(fields=("person", "target")),
            models.Index(fields=("person",), condition=Q(source="recoverable"), name="entry_owed"),
            models.Index(fields=("person",), condition=Q(target="recoverable"), name="entry_settled"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="entry_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="entry_moves"),
            models.UniqueConstraint(
                fields=("line", "source"),
                condition=Q(line__isnull=False, source__in=("fund", "recoverable")),
                name="a_line_is_booked_once",
            ),
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new entry; an existing one is refused."""
        if not self._state.adding:
            raise TypeError("a ledger entry is never changed; book the opposite")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise TypeError("a ledger entry is never removed; book the opposite")
