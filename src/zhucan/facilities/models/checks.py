"""Standards of scored criteria, and how facilities and areas stood when they were checked against one."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from zhucan.facilities.kinds import LEVELS, TOPICS
from zhucan.facilities.models.kept import Kept, Located


class Standard(Kept):
    """A standard of a place for itself and all places in it, with its document. Marks that no document sets stay empty."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="适用地方")
    topic = models.CharField("对象", max_length=24, choices=[(code, topic.label) for code, topic in TOPICS.items()])
    level = models.CharField("级别", max_length=8, choices=list(LEVELS.items()))
    name = models.CharField("名称", max_length=80)
    document = models.CharField("文件", max_length=200)
    pass_mark = models.DecimalField("达标分", max_digits=6, decimal_places=2, null=True)
    advanced_mark = models.DecimalField("先进分", max_digits=6, decimal_places=2, null=True)

    class Meta:
        ordering = ("topic", "name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("division", "name"), condition=Q(retracted_at__isnull=True), name="standard_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Criterion(Kept):
    """One thing a standard asks for: its points, whose it is, what proves it, and whether nothing makes up for it."""

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="criteria")
    number = models.CharField("编号", max_length=12)
    text = models.CharField("内容", max_length=200)
    department = models.CharField("责任部门", max_length=60, blank=True)
    points = models.DecimalField("分值", max_digits=6, decimal_places=2)
    proof = models.CharField("佐证材料", max_length=120, blank=True)
    essential = models.BooleanField("必须达到", default=False)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(points__gt=0), name="criterion_points"),
            models.UniqueConstraint(
                fields=("standard", "number"), condition=Q(retracted_at__isnull=True), name="criterion_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.text}"


class Check(Located):
    """A facility or an area held against a standard on a day; one without scores is announced, and yet to come."""

    class Kind(models.TextChoices):
        SELF = "self", "自查"
        INSPECTION = "inspection", "检查"
        ACCEPTANCE = "acceptance", "验收"

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="checks", verbose_name="标准")
    kind = models.CharField("方式", max_length=10, choices=Kind)
    day = models.DateField("日期")
    inspector = models.CharField("检查单位或人员", max_length=80)
    scored_at = models.DateTimeField("打分时间", null=True)

    class Meta:
        ordering = ("-day", "-pk")


class Score(models.Model):
    """What a check found of one criterion: points, never more than it has, and the evidence or what is missing."""

    check_of = models.ForeignKey(Check, models.PROTECT, related_name="scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="scores")
    points = models.DecimalField("得分", max_digits=6, decimal_places=2)
    evidence = models.CharField("佐证或缺什么", max_length=200, blank=True)

    class Meta:
        ordering = ("criterion_id",)
        constraints = (models.UniqueConstraint(fields=("check_of", "criterion"), name="score_once"),)

    @property
    def missing(self) -> Decimal:
        """Return the points that were not given."""
        return self.criterion.points - self.points
