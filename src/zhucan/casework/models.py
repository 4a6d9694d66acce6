"""Milestones and reviews of plans, referrals, files with their keepers, contacts and incidents, counselling, mechanisms.

What is confidential is a sealed column. An entry made by mistake is taken back by mark, never removed.
"""

from django.db import models
from django.db.models import F, Q

from zhucan.delivery.models import Tier
from zhucan.orgs.kept import Recorded, Retractable
from zhucan.orgs.models import Role
from zhucan.orgs.secrecy import SealedField
from zhucan.orgs.versions import Versioned
from zhucan.policy.rehabilitation.needs import NEEDS


class Milestone(Versioned):
    """A step on the way to a plan's goal, with the day it is meant to be reached by."""

    plan = models.ForeignKey("delivery.Plan", models.PROTECT, related_name="milestones")
    text = models.CharField("阶段目标", max_length=120)
    due_on = models.DateField("应达到日期")
    reached_on = models.DateField("达到日期", null=True)
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("due_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "text"), condition=Q(retracted_at__isnull=True), name="milestone_once"
            ),
        )


class Review(Recorded, Retractable):
    """What an assessment on the way found: a score on the plan's scale."""

    plan = models.ForeignKey("delivery.Plan", models.PROTECT, related_name="reviews")
    day = models.DateField("评估日期")
    score = models.DecimalField("得分", max_digits=7, decimal_places=2)
    worker = models.CharField("评估人", max_length=40)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        ordering = ("day", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "day"), condition=Q(retracted_at__isnull=True), name="review_once_a_day"
            ),
        )


class Referral(Versioned):
    """Somebody sent on: from a screening, from a plan, or from one institution to another; taken, declined, or waiting.

    `onward` is the plan that came of it where one did. A joint referral keeps a person with both: a rehabilitation and a
    care institution (康养联合).
    """

    class Purpose(models.TextChoices):
        EARLY = "early", "早期筛查转介"
        TIER = "tier", "康复转介"
        JOINT = "joint", "康养联合转介"
        CRISIS = "crisis", "心理危机转介"

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="referrals")
    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="县")
    purpose = models.CharField("转介种类", max_length=8, choices=Purpose)
    plan = models.ForeignKey("delivery.Plan", models.PROTECT, null=True, related_name="referrals")
    source_tier = models.CharField("从哪一级", max_length=12, choices=Tier, blank=True)
    source = models.ForeignKey("orgs.Institution", models.PROTECT, null=True, related_name="+", verbose_name="转出机构")
    tier = models.CharField("到哪一级", max_length=12, choices=Tier)
    institution = models.ForeignKey("orgs.Institution", models.PROTECT, related_name="+", verbose_name="接收机构")
    reason = models.CharField("原因", max_length=200)
    day = models.DateField("转介日期")
    answered_on = models.DateField("答复日期", null=True)
    accepted = models.BooleanField("接收", null=True)
    answer = models.CharField("答复说明", max_length=200, blank=True)
    onward = models.OneToOneField("delivery.Plan", models.PROTECT, null=True, related_name="came_by")
    ended_on = models.DateField("结束日期", null=True)
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-day", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, accepted__isnull=True)
                | Q(answered_on__gte=F("day"), accepted__isnull=False),
                name="referral_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(accepted=True, ended_on__gte=F("answered_on")),
                name="referral_ends_after_it_was_taken",
            ),
        )


class Coordinator(Recorded):
    """Somebody who coordinates rehabilitation in a community from one day to another."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="社区")
    name = models.CharField("康复协调员", max_length=40)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）", null=True)

    class Meta:
        ordering = ("division", "name")
        constraints = (
            models.UniqueConstraint(
                fields=("division",), condition=Q(valid_to__isnull=True), name="one_coordinator_of_a_community"
            ),
        )


class Kind(models.TextChoices):
    """Why somebody is followed."""

    COORDINATION = "coordination", "康复协调"
    GUARDIANSHIP = "guardianship", "联合监护"
    SOCIAL_WORK = "social_work", "社工服务"


class CaseFile(Versioned):
    """A person followed for a reason: who keeps the file, how often they look, what they found.

    For social work `needs` are the needs found indicated when the file was opened, each to be served.
    """

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="case_files")
    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="县")
    kind = models.CharField("种类", max_length=12, choices=Kind)
    every_days = models.PositiveSmallIntegerField("每隔几天联系")
    needs = models.JSONField("需求", default=list)  # codes of policy.rehabilitation.needs
    goal = models.CharField("目标", max_length=200, blank=True)
    opened_on = models.DateField("建档日期")
    closed_on = models.DateField("结案日期", null=True)
    close_note = models.CharField("结案说明", max_length=200, blank=True)
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("opened_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("person", "kind"),
                condition=Q(closed_on__isnull=True, retracted_at__isnull=True),
                name="case_file_open_once",
            ),
            models.CheckConstraint(condition=Q(every_days__gt=0), name="case_file_interval"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")), name="case_file_period"
            ),
        )

    @property
    def need_labels(self) -> list[str]:
        """Return the listed needs in words."""
        return [need.label for need in NEEDS if need.code in self.needs]


class Keeper(Recorded):
    """Somebody who keeps a file for one side, from one day to another; one at a time for each side."""

    class Side(models.TextChoices):
        OFFICE = "office", "乡镇（街道）"
        COMMUNITY = "community", "村（社区）"
        FEDERATION = "federation", "残联"
        COORDINATOR = "coordinator", "康复协调员"
        SOCIAL_WORKER = "social_worker", "社会工作者"

    file = models.ForeignKey(CaseFile, models.PROTECT, related_name="keepers")
    side = models.CharField("哪一方", max_length=14, choices=Side)
    name = models.CharField("姓名", max_length=40)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）", null=True)

    class Meta:
        ordering = ("side", "valid_from")
        constraints = (
            models.UniqueConstraint(
                fields=("file", "side"), condition=Q(valid_to__isnull=True), name="one_keeper_a_side"
            ),
        )


class Way(models.TextChoices):
    """How people meet."""

    VISIT = "visit", "上门"
    PHONE = "phone", "电话"
    ONLINE = "online", "网上"
    CENTRE = "centre", "到中心"


class Contact(Recorded, Retractable):
    """One time a keeper looked after the person of a file. `note` is confidential."""

    file = models.ForeignKey(CaseFile, models.PROTECT, related_name="contacts")
    day = models.DateField("日期")
    way = models.CharField("方式", max_length=8, choices=Way)
    worker = models.CharField("联系人", max_length=40)
    note = SealedField("情况", default="")

    class Meta:
        ordering = ("-day", "-pk")


class Incident(Recorded, Retractable):
    """Harm done by the person of a guardianship file, or danger of it. `account` is confidential."""

    file = models.ForeignKey(CaseFile, models.PROTECT, related_name="incidents")
    day = models.DateField("发生日期")
    account = SealedField("经过和处置")

    class Meta:
        ordering = ("-day", "-pk")


class Counselling(Recorded):
    """A counselling hour: booked for a way and a time, then held or called off. Note and risk level are confidential.

    One asked for by the person or a guardian has `asked_at`, and no counsellor until staff confirm it (`confirmed_at`).
    """

    class Risk(models.TextChoices):
        NONE = "none", "没有风险"
        LOW = "low", "低"
        MEDIUM = "medium", "中"
        HIGH = "high", "高"

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="counselling")
    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="县")
    way = models.CharField("方式", max_length=8, choices=Way)
    day = models.DateField("日期")
    begins = models.TimeField("开始时间")
    ends = models.TimeField("结束时间")
    counsellor = models.CharField("咨询师", max_length=40, blank=True)
    asked_at = models.DateTimeField("提出预约", null=True)
    confirmed_at = models.DateTimeField("确认预约", null=True)
    held_at = models.DateTimeField("登记完成", null=True)
    note = SealedField("记录", default="")
    risk = SealedField("风险等级", default="")
    referral = models.OneToOneField(Referral, models.PROTECT, null=True, related_name="counselling")
    called_off_at = models.DateTimeField("取消时间", null=True)

    class Meta:
        ordering = ("day", "begins")
        constraints = (
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="counselling_times"),
            models.CheckConstraint(
                condition=Q(held_at__isnull=True) | Q(called_off_at__isnull=True), name="counselling_held_or_called_off"
            ),
            models.CheckConstraint(
                condition=~Q(counsellor="") | Q(asked_at__isnull=False, confirmed_at=None, held_at=None),
                name="counselling_has_a_counsellor",
            ),
        )

    @property
    def waiting(self) -> bool:
        """Whether it was asked for and is neither confirmed nor called off."""
        return self.asked_at is not None and self.confirmed_at is None and self.called_off_at is None


class Mechanism(Recorded):
    """A service mechanism that a county named and laid down for itself, by a document, from one day to another."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="县")
    name = models.CharField("名称", max_length=60)
    document = models.CharField("文件", max_length=200)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）", null=True)

    class Meta:
        ordering = ("name", "-valid_from")
        constraints = (
            models.UniqueConstraint(
                fields=("division", "name"), condition=Q(valid_to__isnull=True), name="mechanism_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="mechanism_period"
            ),
        )

    def __str__(self) -> str:
        return self.name


class MechanismStep(models.Model):
    """One step of a mechanism: what is done, the role that answers for it, and in how many working days."""

    mechanism = models.ForeignKey(Mechanism, models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField("第几步")
    name = models.CharField("做什么", max_length=40)
    role = models.CharField("责任岗位", max_length=16, choices=Role)
    working_days = models.PositiveSmallIntegerField("几个工作日内")

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("mechanism", "number"), name="mechanism_step_once"),
            models.CheckConstraint(condition=Q(working_days__gt=0), name="mechanism_step_days"),
        )


class Matter(Versioned):
    """What somebody asked for, run through a mechanism: at which step it waits until which day, or how it ended.

    `asked` is confidential.
    """

    class Outcome(models.TextChoices):
        SOLVED = "solved", "已解决"
        UNSOLVED = "unsolved", "没有解决"
        WITHDRAWN = "withdrawn", "本人撤回"

    mechanism = models.ForeignKey(Mechanism, models.PROTECT, related_name="matters")
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="matters")
    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="县")
    opened_on = models.DateField("受理日期")
    asked = SealedField("要办什么")
    step = models.ForeignKey(MechanismStep, models.PROTECT, related_name="+")
    due_on = models.DateField("这一步的期限", null=True)  # None too while no holiday table reaches that far
    closed_on = models.DateField("办结日期", null=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome, blank=True)
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("due_on", "pk")
        indexes = (models.Index(fields=("closed_on", "due_on")),)
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, outcome="")
                | Q(closed_on__gte=F("opened_on"), due_on__isnull=True) & ~Q(outcome=""),
                name="matter_waits_or_is_closed",
            ),
        )


class MatterMove(Recorded):
    """What was done at a step of a matter, on which day, and by when it had to be. `note` is confidential."""

    class Kind(models.TextChoices):
        DONE = "done", "办好"
        RETURNED = "returned", "退回上一步"
        ENDED = "ended", "办结"

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="moves")
    step = models.ForeignKey(MechanismStep, models.PROTECT, related_name="moves")
    kind = models.CharField("怎么办的", max_length=10, choices=Kind)
    day = models.DateField("日期")
    due_on = models.DateField("期限", null=True)
    note = SealedField("说明", default="")

    class Meta:
        ordering = ("pk",)
