"""Who works in a facility or watches over an area, and the training they went through."""

from django.db import models
from django.db.models import F, Q

from zhucan.facilities.kinds import POSTS
from zhucan.facilities.models.kept import PERIOD, Kept, Located


class Worker(Located):
    """Somebody with a post, from one day to another. An empty qualification is one that was not shown."""

    name = models.CharField("姓名", max_length=40)
    post = models.CharField("岗位", max_length=24, choices=[(code, post.label) for code, post in POSTS.items()])
    employer = models.CharField("单位", max_length=80, blank=True)  # where it is no facility
    qualification = models.CharField("资格证书", max_length=80, blank=True)
    area = models.CharField("负责片区", max_length=80, blank=True)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）", null=True)

    class Meta:
        ordering = ("post", "name", "pk")
        constraints = (models.CheckConstraint(condition=PERIOD, name="worker_period"),)

    def __str__(self) -> str:
        return self.name


class Training(Kept):
    """Hours that somebody was trained, all counted on its first day; the same day, topic and organiser make one training."""

    worker = models.ForeignKey(Worker, models.PROTECT, related_name="trainings")
    day = models.DateField("日期")
    last_on = models.DateField("结束日期", null=True)  # a day of it; null: it took one day
    topic = models.CharField("内容", max_length=120)
    organiser = models.CharField("举办单位", max_length=80)
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)

    class Meta:
        ordering = ("-day", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(hours__gt=0), name="training_hours"),
            models.CheckConstraint(condition=Q(last_on__isnull=True) | Q(last_on__gte=F("day")), name="training_days"),
            models.UniqueConstraint(
                fields=("worker", "day", "topic"), condition=Q(retracted_at__isnull=True), name="training_once"
            ),
        )
