"""Activities with those who take part, programmes over years, and agreements. Amounts are fen.

What was entered by mistake is taken back by mark, never removed.
"""

from django.db import models
from django.db.models import F, Q

from zhucan.community.kinds import CHANNELS, KINDS, STAGES, Who
from zhucan.core.identifiers import CATEGORY_LABELS
from zhucan.orgs.secrecy import SealedField
from zhucan.orgs.versions import Versioned


def word(model: type[models.Model], name: str) -> str:
    """Return what a column is called."""
    return str(getattr(model._meta.get_field(name), "verbose_name", name))


class Programme(models.Model):
    """Activities under one name over years, with how many persons it is to reach in all."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="区划")
    name = models.CharField("名称", max_length=80)
    target = models.PositiveIntegerField("目标人数")
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束（不含）", null=True, blank=True)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ("-starts_on", "name")
        constraints = (
            models.UniqueConstraint(fields=("division", "name"), name="programme_once"),
            models.CheckConstraint(condition=Q(target__gt=0), name="programme_has_target"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="programme_period"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Relative(models.Model):
    """A member of a person's family who takes part for or with them."""

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="relatives")
    name = models.CharField("姓名", max_length=40)
    relation = models.CharField("关系", max_length=20, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "name"), name="relative_once"),)

    def __str__(self) -> str:
        return f"家属 {self.pk}"  # never the name: this text ends up in logs


class Agreement(models.Model):
    """What an institution agreed to do with the federation, as a hospital that gives lectures."""

    institution = models.ForeignKey("orgs.Institution", models.PROTECT, related_name="agreements", verbose_name="机构")
    about = models.CharField("内容", max_length=200)
    signed_on = models.DateField("签订日期")
    ends_on = models.DateField("到期（这一天不再有效）", null=True, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-signed_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("signed_on")), name="agreement_period"
            ),
        )


class Activity(Versioned):
    """Something held for people from one day through another. What its kind does not ask for stays empty."""

    kind = models.CharField("种类", max_length=16, choices=[(kind.id, kind.label) for kind in KINDS])
    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="举办地")
    title = models.CharField("名称", max_length=120)
    organiser = models.CharField("主办单位", max_length=80)
    starts_on = models.DateField("开始日期")
    last_on = models.DateField("结束日期")  # a day of the activity
    place = models.CharField("地点", max_length=120, blank=True)
    note = models.CharField("说明", max_length=400, blank=True)
    subject = models.CharField("内容分类", max_length=16, blank=True)
    trainer = models.CharField("授课人", max_length=60, blank=True)
    category = models.CharField("面向哪类残疾", max_length=12, choices=list(CATEGORY_LABELS.items()), blank=True)
    institution = models.ForeignKey(
        "orgs.Institution", models.PROTECT, null=True, related_name="+", verbose_name="合作机构"
    )
    agreement = models.ForeignKey(Agreement, models.PROTECT, null=True, related_name="activities")
    programme = models.ForeignKey(Programme, models.PROTECT, null=True, related_name="activities", verbose_name="项目")
    partners = models.CharField("联合单位", max_length=200, blank=True)
    slogan = models.CharField("主题口号", max_length=120, blank=True)
    platform = models.CharField("线上平台", max_length=120, blank=True)
    accessibility = models.CharField("无障碍安排", max_length=120, blank=True)
    edition = models.PositiveSmallIntegerField("第几届", null=True, blank=True)
    held = models.BooleanField("本级举办", default=True)
    events = models.JSONField("比赛项目", default=list)  # names, in order; results name one of them
    multiple = models.BooleanField("一人可以参加多项", default=False)
    hours = models.DecimalField("学时", max_digits=6, decimal_places=1, null=True, blank=True)
    sessions = models.PositiveSmallIntegerField("课次", default=1)
    planned = models.PositiveIntegerField("名额", null=True, blank=True)
    headcount = models.PositiveIntegerField("未逐人登记的到场人数", default=0)
    employers = models.PositiveIntegerField("用人单位数", null=True, blank=True)
    vacancies = models.PositiveIntegerField("岗位数", null=True, blank=True)
    channel = models.CharField("渠道", max_length=10, blank=True, choices=[(k, c.label) for k, c in CHANNELS.items()])
    quantity = models.PositiveIntegerField("数量", null=True, blank=True)
    reach = models.PositiveIntegerField("覆盖人次", null=True, blank=True)
    again_months = models.PositiveSmallIntegerField("几个月后再查", null=True, blank=True)
    fund = models.CharField("资金来源", max_length=40, blank=True)
    cost_fen = models.BigIntegerField("费用（分）", null=True, blank=True)
    recorded_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-starts_on", "-pk")
        indexes = (models.Index(fields=("kind", "starts_on")), models.Index(fields=("division", "starts_on")))
        constraints = (
            models.CheckConstraint(condition=Q(last_on__gte=F("starts_on")), name="activity_days"),
            models.CheckConstraint(condition=Q(sessions__gt=0), name="activity_sessions"),
            models.CheckConstraint(condition=Q(cost_fen__isnull=True) | Q(cost_fen__gte=0), name="activity_cost"),
            models.UniqueConstraint(
                fields=("division", "kind", "title", "starts_on"), condition=Q(retracted_at__isnull=True), name="activity_once"
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.title


class Participant(Versioned):
    """Somebody signed up for an activity, and what came of it: sessions attended (null: not known yet), exam, outcome.

    `who` says which of `person`, `relative` and `worker` it is; a relative has the person too. A guest from outside the county
    has a name and where they come from. `training` holds the hours that a worker has of it. `finding` is what a health examination found: opened only with a reason.
    """

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="participants")
    who = models.CharField("谁", max_length=8, choices=[(who.value, who.label) for who in Who])
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="participations")
    relative = models.ForeignKey(Relative, models.PROTECT, null=True, related_name="participations")
    worker = models.ForeignKey("facilities.Worker", models.PROTECT, null=True, related_name="participations")
    training = models.OneToOneField("facilities.Training", models.PROTECT, null=True, related_name="participation")
    guest_name = models.CharField("来宾姓名", max_length=40, blank=True)
    guest_from = models.CharField("来自哪里", max_length=40, blank=True)
    role = models.CharField("身份", max_length=24, blank=True)
    event = models.CharField("比赛项目", max_length=40, blank=True)
    attended = models.PositiveSmallIntegerField("到课次数", null=True)
    passed = models.BooleanField("考试合格（线上服务：学完）", null=True)
    number = models.CharField("证书编号", max_length=40, blank=True)
    level = models.CharField("证书等级", max_length=20, blank=True)
    stage = models.CharField("成绩", max_length=12, blank=True, choices=list(STAGES.items()))
    outcome = models.CharField("结果", max_length=10, blank=True)
    outcome_from = models.DateField("结果从哪一天起", null=True)
    outcome_to = models.DateField("到哪一天为止（不含）", null=True)
    income_fen = models.BigIntegerField("月收入（分）", null=True)
    feedback = models.CharField("反馈", max_length=200, blank=True)
    finding = SealedField("检查结果", default="")
    recorded_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "活动参加记录"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(who="self", person__isnull=False, relative__isnull=True, worker__isnull=True)
                | Q(who="relative", person__isnull=False, relative__isnull=False, worker__isnull=True)
                | Q(who="worker", person__isnull=True, relative__isnull=True, worker__isnull=False)
                | Q(who="guest", person__isnull=True, relative__isnull=True, worker__isnull=True),
                name="participant_is_one",
            ),
            models.CheckConstraint(
                condition=Q(who="guest") & ~Q(guest_name="") & ~Q(guest_from="") | ~Q(who="guest") & Q(guest_name="", guest_from=""),
                name="participant_guest_is_named",
            ),
            models.UniqueConstraint(
                fields=("activity", "guest_name", "guest_from", "event"), condition=Q(who="guest", retracted_at__isnull=True),
                name="participant_guest_once",
            ),
            *(
                models.UniqueConstraint(
                    fields=("activity", name, "event"), condition=Q(who=who, retracted_at__isnull=True),
                    name=f"participant_{who}_once",
                )
                for who, name in (("self", "person"), ("relative", "relative"), ("worker", "worker"))
            ),
            models.CheckConstraint(
                condition=Q(outcome_to__isnull=True) | Q(outcome_to__gt=F("outcome_from")), name="participant_outcome_period"
            ),
        )  # fmt: skip
