"""What is wrong or to be done in a place, whose it is and until when; the patrols that find it."""

from django.db import models
from django.db.models import F, Q

from zhucan.facilities.models.kept import Located
from zhucan.facilities.models.staff import Worker


class Patrol(Located):
    """A round of somebody who watches over barrier-free facilities."""

    worker = models.ForeignKey(Worker, models.PROTECT, related_name="patrols", verbose_name="监督员")
    day = models.DateField("日期")
    route = models.CharField("巡查范围", max_length=120)
    found = models.CharField("情况", max_length=200)

    class Meta:
        ordering = ("-day", "-pk")


class Issue(Located):
    """A problem, a defect or a task: what and where, the unit that is to settle it, and until when."""

    class Kind(models.TextChoices):
        PROBLEM = "problem", "困难和问题"
        DEFECT = "defect", "设施缺陷"
        TASK = "task", "创建任务"

    kind = models.CharField("种类", max_length=8, choices=Kind)
    text = models.CharField("内容", max_length=200)
    spot = models.CharField("具体位置", max_length=120, blank=True)
    campaign = models.CharField("创建活动和牵头单位", max_length=80, blank=True)
    unit = models.CharField("责任单位", max_length=80)
    found_on = models.DateField("发现（下达）日期")
    due_on = models.DateField("解决期限")
    patrol = models.ForeignKey(Patrol, models.PROTECT, null=True, related_name="issues", verbose_name="哪次巡查")
    photo = models.CharField(max_length=64, blank=True)  # digest of the kept file
    photo_suffix = models.CharField(max_length=5, blank=True)
    referred_on = models.DateField("转交日期", null=True)
    settled_on = models.DateField("解决日期", null=True)
    outcome = models.CharField("解决情况", max_length=200, blank=True)

    class Meta:
        ordering = ("due_on", "pk")
        indexes = (models.Index(fields=("settled_on", "due_on")),)
        constraints = (
            models.CheckConstraint(
                condition=Q(settled_on__isnull=True) | Q(settled_on__gte=F("found_on")), name="issue_settled_after"
            ),
        )
