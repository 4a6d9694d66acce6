"""What belongs to an application: papers, assessments, the decision, notices, and what is hung out."""

from django.db import models
from django.db.models import F, Q

from zhucan.orgs.kept import Retractable
from zhucan.registry.models import Category


class MaterialFile(Retractable):
    """A paper, uploaded once and used by every application until `valid_until`; without it, by its own bundle alone."""

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="materials")
    bundle = models.ForeignKey("cases.Bundle", models.PROTECT, related_name="materials")
    code = models.CharField("材料", max_length=40)
    suffix = models.CharField(max_length=5)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    valid_until = models.DateField("可用至", null=True)
    added_at = models.DateTimeField("上传时间")
    added_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=("person", "code")),)


class Assessment(models.Model):
    """An appointment with an institution, and what it found. For a certificate: kind and grade, or no disability."""

    application = models.OneToOneField("cases.Application", models.PROTECT, related_name="assessment")
    institution = models.CharField("评定机构", max_length=60)
    booked_for = models.DateField("预约日期")
    booked_at = models.DateTimeField("登记时间")
    booked_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")
    found_on = models.DateField("评定日期", null=True)
    found_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")
    qualifies = models.BooleanField("符合", null=True)
    category = models.CharField("类别", max_length=12, choices=Category, blank=True)
    grade = models.PositiveSmallIntegerField("等级", null=True)
    components = models.JSONField("各类残疾及等级", default=list)
    remark = models.CharField("评定意见", max_length=200, blank=True)
    certificate = models.OneToOneField("registry.Certificate", models.PROTECT, null=True, related_name="assessment")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(found_on__isnull=True, qualifies__isnull=True)
                | Q(found_on__isnull=False, qualifies__isnull=False),
                name="assessment_found_whole",
            ),
            models.CheckConstraint(
                condition=Q(grade__isnull=True) | Q(grade__gte=1, grade__lte=4), name="assessment_grade"
            ),
        )


class Decision(models.Model):
    """What was decided on an application and everything it rests on, sealed: it can be explained in ten years.

    `judged` is what the rule said; a yes against an unknown carries `reason` and what was `missing`.
    """

    application = models.OneToOneField("cases.Application", models.PROTECT, related_name="decision")
    granted = models.BooleanField("批准")
    judged = models.CharField("规则判断", max_length=8)  # policy Outcome.word
    decided_on = models.DateField("决定日期")
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")
    reason = models.CharField("理由", max_length=400, blank=True)
    missing = models.CharField("缺的情况", max_length=400, blank=True)
    amount_fen = models.BigIntegerField("金额（分）", null=True)
    quantity = models.PositiveIntegerField("数量", null=True)
    ends_on = models.DateField("到期日", null=True)
    working = models.JSONField("怎么算", default=list)
    reasons = models.JSONField("逐条判断", default=list)
    facts = models.JSONField("事实", default=dict)
    params = models.JSONField("标准", default=dict)
    materials = models.JSONField("材料", default=list)
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(granted=False) | ~Q(judged="no"), name="decision_never_grants_a_no"),
            models.CheckConstraint(
                condition=Q(granted=True, judged="yes") | ~Q(reason=""), name="decision_gives_its_reason"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__isnull=True) | Q(amount_fen__gte=0), name="decision_not_negative"
            ),
        )


class Notice(models.Model):
    """Words to a person about a case: shown in the portal, and written once into the file for the SMS gateway."""

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="notices")
    application = models.ForeignKey("cases.Application", models.PROTECT, null=True, related_name="notices")
    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+")
    text = models.CharField("内容", max_length=600)
    at = models.DateTimeField("时间")
    handed_at = models.DateTimeField("交给短信网关", null=True)

    class Meta:
        indexes = (models.Index(fields=("division", "id"), condition=Q(handed_at__isnull=True), name="notice_waiting"),)


class Publication(models.Model):
    """An intended decision hung out: masked as RR-35 asks, from `first_day` to `last_day`, and gone after."""

    application = models.ForeignKey("cases.Application", models.PROTECT, related_name="publications")
    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+")
    place = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+")
    name = models.CharField("姓名（遮住）", max_length=60)
    scheme = models.CharField("项目", max_length=60)
    amount_fen = models.BigIntegerField("金额（分）", null=True)
    first_day = models.DateField("公示自")
    last_day = models.DateField("公示至")
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")
    taken_down_at = models.DateTimeField("提前撤下", null=True)

    class Meta:
        indexes = (models.Index(fields=("division", "last_day")),)
        constraints = (models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="publication_period"),)
