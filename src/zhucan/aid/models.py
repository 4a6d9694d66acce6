"""Projects in parts with their money, homes waited for, and help in single cases. Amounts are fen."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from zhucan.orgs.kept import Retractable
from zhucan.orgs.versions import Versioned
from zhucan.policy.projects import PROJECTS, Project, project
from zhucan.policy.steps import State
from zhucan.registry.models import Category

_ACCEPTED = (State.ACCEPTED.value, State.DELIVERED.value)


class Undertaking(Versioned):
    """A project done for one person's household, or at an address for those who live there.

    Where a scheme grants money for it, the case (`application`) tells when it was finished and accepted; else these days do.
    """

    project = models.CharField("项目", max_length=20, choices=[(one.id, one.name) for one in PROJECTS])
    place = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="所在地")
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="undertakings")
    address = models.CharField("地址", max_length=120, blank=True)
    application = models.ForeignKey("cases.Application", models.PROTECT, null=True, related_name="undertakings")
    opened_on = models.DateField("登记日期")
    plan = models.CharField("方案", max_length=400, blank=True)
    started_on = models.DateField("开工日期", null=True)
    finished_on = models.DateField("完工日期", null=True)
    accepted_on = models.DateField("验收日期", null=True)
    accepted_by = models.CharField("验收人", max_length=60, blank=True)
    dropped_on = models.DateField("终止日期", null=True)
    drop_reason = models.CharField("终止原因", max_length=200, blank=True)
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-opened_on", "-pk")
        indexes = (models.Index(fields=("project", "place")),)
        constraints = (
            models.CheckConstraint(
                condition=Q(person__isnull=False, address="") | (Q(person__isnull=True) & ~Q(address="")),
                name="undertaking_for_somebody_or_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True)
                | Q(finished_on__isnull=True)
                | Q(finished_on__gte=F("started_on")),
                name="undertaking_finished_after_start",
            ),
            models.UniqueConstraint(
                fields=("application",), condition=Q(retracted_at__isnull=True), name="undertaking_of_a_case_once"
            ),
        )

    @property
    def of(self) -> Project:
        """Return what project it is."""
        return project(self.project)

    @property
    def done_on(self) -> date | None:
        """Return the day on which it was accepted, by its own entry or by the last acceptance of its case."""
        if self.accepted_on is not None or self.application is None or self.application.state not in _ACCEPTED:
            return self.accepted_on
        last = self.application.moves.filter(target=State.ACCEPTED.value).last()
        return None if last is None else last.on


class Served(models.Model):
    """Somebody who lives at the address of a work and is served by it."""

    undertaking = models.ForeignKey(Undertaking, models.PROTECT, related_name="served")
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("undertaking", "person"), name="served_once"),)


class Mark(Retractable):
    """What was found of one part on a day: lacking, in place, or not needed. The newest of a part counts.

    What is lacking is a task: somebody is to see to it by a day. One entered by mistake is taken back by mark.
    """

    class Standing(models.TextChoices):
        LACKING = "lacking", "还缺"
        IN_PLACE = "in_place", "已到位"
        NOT_NEEDED = "not_needed", "不需要"

    undertaking = models.ForeignKey(Undertaking, models.PROTECT, related_name="marks")
    part = models.CharField("部分", max_length=20)
    standing = models.CharField("情况", max_length=10, choices=Standing)
    day = models.DateField("核实日期")
    need = models.CharField("为哪类残疾", max_length=12, choices=Category, blank=True)
    what = models.CharField("内容", max_length=200, blank=True)
    cost_fen = models.BigIntegerField("费用（分）", null=True)
    evidence = models.CharField("依据", max_length=200, blank=True)
    worker = models.CharField("责任人", max_length=40, blank=True)
    due_on = models.DateField("完成期限", null=True)
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("day", "pk")
        constraints = (
            models.CheckConstraint(
                condition=~Q(standing="lacking") | (Q(due_on__isnull=False) & ~Q(worker="")), name="mark_lacking_is_a_task"
            ),
            models.CheckConstraint(condition=Q(cost_fen__isnull=True) | Q(cost_fen__gte=0), name="mark_cost"),
        )  # fmt: skip


class Fund(models.TextChoices):
    """Where money for a project comes from."""

    GOVERNMENT = "government", "财政资金"
    FEDERATION = "federation", "残联资金"
    DONOR = "donor", "慈善捐赠"
    COMMUNITY = "community", "社区自筹"
    HOUSEHOLD = "household", "家庭自筹"
    OTHER = "other", "其他"


class Contribution(Retractable):
    """Money put into a project. What its case pays is told by the ledger and not entered again."""

    undertaking = models.ForeignKey(Undertaking, models.PROTECT, related_name="contributions")
    fund = models.CharField("来源", max_length=10, choices=Fund)
    payer = models.CharField("出资人", max_length=60)
    programme = models.CharField("捐赠项目", max_length=60, blank=True)
    amount_fen = models.BigIntegerField("金额（分）")
    day = models.DateField("到账日期")
    document = models.CharField("凭证", max_length=120)
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("day", "pk")
        constraints = (models.CheckConstraint(condition=Q(amount_fen__gt=0), name="contribution_positive"),)


class HousingNeed(Versioned):
    """A household that waits for a home: why it has none, or what it applied for and where it stands in the queue."""

    class Sought(models.TextChoices):
        HOMELESS = "homeless", "无房户救助"
        AFFORDABLE = "affordable", "经济适用房"
        LOW_RENT = "low_rent", "廉租房（公租房）"

    class Cause(models.TextChoices):
        NEVER_HAD = "never_had", "从来没有房"
        COLLAPSED = "collapsed", "房屋倒塌"
        DISASTER = "disaster", "灾毁"
        DEMOLISHED = "demolished", "拆除后没有安置"
        FAMILY = "family", "离婚分户等家庭变故"
        CROWDED = "crowded", "住房面积不足"
        OTHER_CAUSE = "other_cause", "其他"

    class Ground(models.TextChoices):
        SEVERE = "severe", "重度残疾"
        SEVERAL = "several", "一户多残"
        HARD_UP = "hard_up", "低保、特困"
        AGED = "aged", "老年残疾人"
        HOLDER = "holder", "持证残疾人"

    class Measure(models.TextChoices):
        BUILD = "build", "新建"
        RENT = "rent", "租赁"
        ALLOCATE = "allocate", "配租配售"

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="housing_needs")
    place = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="户籍地")
    sought = models.CharField("类别", max_length=10, choices=Sought)
    cause = models.CharField("缺房原因", max_length=12, choices=Cause)
    ground = models.CharField("优先依据", max_length=10, choices=Ground)
    asked_on = models.DateField("申请或登记日期")
    measure = models.CharField("安排的办法", max_length=8, choices=Measure, blank=True)
    offered_on = models.DateField("安排日期", null=True)
    settled_on = models.DateField("住上日期", null=True)
    home = models.CharField("住房情况", max_length=120, blank=True)
    left_on = models.DateField("退出日期", null=True)
    left_reason = models.CharField("退出原因", max_length=200, blank=True)
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("asked_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("person", "sought"),
                condition=Q(settled_on__isnull=True, left_on__isnull=True, retracted_at__isnull=True),
                name="housing_need_once",
            ),
            models.CheckConstraint(
                condition=Q(settled_on__isnull=True) | (~Q(measure="") & Q(left_on__isnull=True)),
                name="housing_settled_by_a_measure",
            ),
        )


class HelpFile(Versioned):
    """Help for one person: what is wrong, what was asked, what was decided, and what became of it.

    Of a poor person (`poverty`) the file also tells the income a head before and after, and the line of each day.
    `other_fen` is what the person had from elsewhere in the same year, as it stood when it was decided.
    """

    class Kind(models.TextChoices):
        HARDSHIP = "hardship", "困难个案"
        POVERTY = "poverty", "扶贫帮困"

    class Cause(models.TextChoices):
        ILLNESS = "illness", "生病住院"
        ACCIDENT = "accident", "意外事故"
        DISASTER = "disaster", "灾害"
        NO_WORK = "no_work", "没有工作"
        NO_CARER = "no_carer", "没人照顾"
        SCHOOLING = "schooling", "上学负担"
        HOUSING = "housing", "住房困难"
        LOW_INCOME = "low_income", "收入低"
        OTHER = "other", "其他"

    class Decision(models.TextChoices):
        GRANTED = "granted", "给予帮扶"
        REFERRED = "referred", "转介其他部门"
        REFUSED = "refused", "不予帮扶"

    kind = models.CharField("类别", max_length=8, choices=Kind)
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="help_files")
    place = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="户籍地")
    cause = models.CharField("困难原因", max_length=10, choices=Cause)
    opened_on = models.DateField("登记日期")
    asked_fen = models.BigIntegerField("申请金额（分）", null=True)
    asked_for = models.CharField("需要什么帮助", max_length=200)
    income_before_fen = models.BigIntegerField("帮扶前人均月收入（分）", null=True)
    line_before_fen = models.BigIntegerField("当时的低保标准（分）", null=True)
    decision = models.CharField("决定", max_length=8, choices=Decision, blank=True)
    decided_on = models.DateField("决定日期", null=True)
    decided_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")
    decision_note = models.CharField("决定说明", max_length=200, blank=True)
    granted_fen = models.BigIntegerField("决定金额（分）", null=True)
    other_fen = models.BigIntegerField("当年其他救助（分）", null=True)
    closed_on = models.DateField("结案日期", null=True)
    outcome = models.CharField("结果", max_length=200, blank=True)
    income_after_fen = models.BigIntegerField("帮扶后人均月收入（分）", null=True)
    line_after_fen = models.BigIntegerField("结案时的低保标准（分）", null=True)
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-opened_on", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("person", "kind", "cause"),
                condition=Q(closed_on__isnull=True, retracted_at__isnull=True),
                name="help_open_once",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_on__isnull=True) | (~Q(decision="") & Q(decided_on__isnull=False)),
                name="help_decided_when",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(decided_on__isnull=False), name="help_closed_after_decision"
            ),
        )

    @property
    def lifted(self) -> bool | None:
        """Say whether the income has come from below the line to it or above it; None where that cannot be told."""
        known = (self.income_before_fen, self.line_before_fen, self.income_after_fen, self.line_after_fen)
        if any(value is None for value in known):
            return None
        before, line_before, after, line_after = (int(value or 0) for value in known)
        return before < line_before and after >= line_after


class HelpNote(Retractable):
    """One thing done for somebody (a measure, with its channel), or a visit that follows it up."""

    class Channel(models.TextChoices):
        WORK = "work", "就业"
        FARMING = "farming", "种养殖"
        BUSINESS = "business", "创业"
        BASE = "base", "扶贫基地带动"
        LOAN = "loan", "贷款贴息"
        TRAINING = "training", "培训"
        RELIEF = "relief", "救助金"
        PAIRED = "paired", "结对帮扶"
        GOODS = "goods", "物资"
        SERVICE = "service", "服务"
        VISIT = "visit", "回访"

    file = models.ForeignKey(HelpFile, models.PROTECT, related_name="notes")
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    day = models.DateField("日期")
    what = models.CharField("内容", max_length=200)
    amount_fen = models.BigIntegerField("金额（分）", null=True)
    worker = models.CharField("办理人", max_length=40)
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("day", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_fen__isnull=True) | (Q(amount_fen__gt=0) & ~Q(channel="visit")), name="help_note_amount"
            ),
        )  # fmt: skip
