"""Windows of a service hall: appointments by slot, and who came, waited and was served."""

from django.db import models
from django.db.models import F, Q

from zhucan.orgs.kept import Recorded
from zhucan.orgs.secrecy import SealedField


class Window(Recorded):
    """A window where people are served. A slot takes so many appointments, and so many may be present at a time."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="地方")
    name = models.CharField("窗口", max_length=40)
    matters = models.CharField("办理事项", max_length=200)
    slot_minutes = models.PositiveSmallIntegerField("时段（分钟）")
    per_slot = models.PositiveSmallIntegerField("每时段人数")
    most_present = models.PositiveSmallIntegerField("同时在场人数上限")

    class Meta:
        ordering = ("division", "name")
        constraints = (
            models.UniqueConstraint(fields=("division", "name"), name="window_once"),
            models.CheckConstraint(
                condition=Q(slot_minutes__gt=0, per_slot__gt=0, most_present__gt=0), name="window_takes_somebody"
            ),
        )

    def __str__(self) -> str:
        return self.name


class WindowVisit(Recorded):
    """Somebody who comes to a window, with an appointment or without: arrived, called, gone. The name is kept sealed."""

    window = models.ForeignKey(Window, models.PROTECT, related_name="visits")
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")
    visitor = SealedField("来访人")
    matter = models.CharField("办什么事", max_length=80)
    day = models.DateField("日期")
    slot = models.TimeField("预约时段", null=True)
    arrived_at = models.DateTimeField("到达", null=True)
    called_at = models.DateTimeField("叫号", null=True)
    left_at = models.DateTimeField("办完", null=True)
    cancelled_at = models.DateTimeField("取消", null=True)

    class Meta:
        ordering = ("day", "slot", "pk")
        indexes = (models.Index(fields=("window", "day")),)
        constraints = (
            models.CheckConstraint(
                condition=(Q(called_at__isnull=True) | Q(called_at__gte=F("arrived_at")))
                & (Q(left_at__isnull=True) | Q(left_at__gte=F("called_at"))),
                name="window_visit_in_order",
            ),
        )
