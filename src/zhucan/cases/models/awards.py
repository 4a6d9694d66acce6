"""Awards: who was granted which scheme, from when, by whom."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from zhucan.orgs.kept import Recorded, Retractable


class Award(models.Model):
    """A scheme granted to a person by a paying county, from the month of application on.

    `recorded_at` and `withdrawal_recorded_at` are its second clock. `decided_through` (month index), `decided_at`
    (what was known) and `lapsed_from` are the bookmark that the last booked run left: they steer the look-back and
    can always be derived again from the runs.

    A scheme of the monthly runs is decided by them. For every other one the award is the decision itself: `granted_fen`
    is the money (where months are billed, the sum of its bills so far), `quantity` the units of what it gives, `ends_on` the end of its period or useful life, `payee` the
    institution its money goes to where that is not the person. `revoked_at` says that it ought never to have been granted.
    """

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="awards", db_index=False)
    scheme = models.CharField("项目", max_length=40)
    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="发放县")
    applied_on = models.DateField("申请日期")
    approved_on = models.DateField("批准日期")
    start = models.IntegerField("起发月")  # Month.index
    approved_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField("登记时间")
    withdrawn_on = models.DateField("退出日期", null=True, blank=True)
    withdrawal_recorded_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.CharField("退出原因", max_length=80, blank=True)
    granted_fen = models.BigIntegerField("批准金额（分）", null=True)
    quantity = models.PositiveIntegerField("批准数量", null=True)
    ends_on = models.DateField("到期日", null=True, blank=True)
    payee = models.ForeignKey(
        "orgs.Institution", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="收款机构"
    )
    revoked_at = models.DateTimeField("撤销时间", null=True)
    revocation_cause = models.CharField("撤销原因", max_length=30, blank=True)

    decided_through = models.IntegerField(null=True)  # Month.index
    decided_at = models.DateTimeField(null=True)
    lapsed_from = models.IntegerField(null=True)  # Month.index

    class Meta:
        indexes = (models.Index(fields=("scheme", "division")),)
        constraints = (
            models.UniqueConstraint(fields=("person", "scheme", "applied_on"), name="award_once"),
            models.CheckConstraint(condition=Q(approved_on__gte=F("applied_on")), name="award_approved_after"),
            models.CheckConstraint(
                condition=Q(granted_fen__isnull=True) | Q(granted_fen__gte=0), name="award_not_negative"
            ),
        )


class Bill(Recorded, Retractable):
    """What came of months billed after a scheme was granted: `items` as a claim has them, and the money they add.

    A bill taken back stays with its day and reason. What an award is owed is the sum of its bills and of what was
    granted with the application itself.
    """

    award = models.ForeignKey(Award, models.PROTECT, related_name="bills")
    items = models.JSONField("明细")
    amount_fen = models.BigIntegerField("结算金额（分）")
    working = models.JSONField("算式")
    document = models.CharField("依据", max_length=200)
    retraction = models.CharField("撤回原因", max_length=200, blank=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(amount_fen__gt=0), name="bill_positive"),)

    @property
    def months(self) -> list[date]:
        """The months it bills, each by a day that lies in it."""
        return sorted({date.fromisoformat(item["month"]).replace(day=1) for item in self.items})


class BackpayGrant(Recorded):
    """A recorded decision to pay back months lost between expiry and renewal of a certificate (TS-42)."""

    award = models.OneToOneField(Award, models.PROTECT, related_name="backpay")
    granted_on = models.DateField("决定日期")
    document = models.CharField("文件", max_length=200, blank=True)


class Curtailment(Recorded):
    """A recorded decision that part of what was granted is to come back: the period it was given for was not served (EM-71)."""

    award = models.OneToOneField(Award, models.PROTECT, related_name="curtailment")
    decided_on = models.DateField("决定日期")
    required = models.PositiveSmallIntegerField("应满月数")
    served = models.PositiveSmallIntegerField("实满月数")
    amount_fen = models.BigIntegerField("应退金额（分）")
    cause = models.CharField(max_length=30)
    document = models.CharField("文件", max_length=200)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(served__lt=F("required")), name="curtailment_served_less"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="curtailment_positive"),
        )
