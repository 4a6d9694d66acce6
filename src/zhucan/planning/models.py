"""Plan items as they were typed in."""

from django.db import models

from zhucan.orgs.models import Division, User


class PlanItem(models.Model):
    """Something a federation means to do in a year, perhaps with an indicator and the value to reach.

    A task of a longer plan names the plan (`programme`) and the department that answers for it.
    """

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="区划", related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    text = models.CharField("内容", max_length=500)
    indicator = models.CharField("指标", max_length=60, blank=True)
    target = models.DecimalField("目标值", max_digits=16, decimal_places=2, null=True, blank=True)
    programme = models.CharField("规划", max_length=80, blank=True)
    department = models.CharField("责任部门", max_length=40, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    retracted_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        ordering = ("year", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(indicator="", target=None)
                | (~models.Q(indicator="") & models.Q(target__isnull=False)),
                name="plan_target_has_indicator",
            ),
        )
