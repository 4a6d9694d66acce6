"""Goods with their stock, services with their sessions, pick-ups of medicine, and reliefs. Amounts are fen."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from zhucan.orgs.kept import Recorded, Retractable
from zhucan.registry.choices import Payer


class Item(models.Model):
    """A kind of thing that is handed out. `scheme` is the one it is given under; "" for several or none."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="县")
    name = models.CharField("名称", max_length=60)
    unit = models.CharField("单位", max_length=8)
    scheme = models.CharField("项目", max_length=40, blank=True)
    worth_fen = models.BigIntegerField("单价（分）", default=0)
    years_of_use = models.PositiveSmallIntegerField("使用年限（年）", null=True, blank=True)
    numbered = models.BooleanField("逐件编号", default=False)
    fund = models.CharField("资金来源", max_length=40, blank=True)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("division", "name"), name="item_once"),
            models.CheckConstraint(condition=Q(worth_fen__gte=0), name="item_worth"),
        )

    def __str__(self) -> str:
        return self.name


class Store(models.Model):
    """A place where goods are kept."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="区划")
    name = models.CharField("名称", max_length=60)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("division", "name"), name="store_once"),)

    def __str__(self) -> str:
        return self.name


class Balance(models.Model):
    """What of an item a store holds: ready to hand out, and waiting for repair. Always the sum of its moves."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="balances")
    item = models.ForeignKey(Item, models.PROTECT, related_name="balances")
    ready = models.IntegerField("可用", default=0)
    broken = models.IntegerField("待修", default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("store", "item"), name="balance_once"),
            models.CheckConstraint(condition=Q(ready__gte=0, broken__gte=0), name="balance_not_below_zero"),
        )


class Piece(models.Model):
    """One numbered thing: a wheelchair, a hearing aid. Where it is follows from its last move."""

    class State(models.TextChoices):
        READY = "ready", "在库"
        OUT = "out", "在用"
        BROKEN = "broken", "待修"
        GONE = "gone", "已报废"

    item = models.ForeignKey(Item, models.PROTECT, related_name="pieces")
    serial = models.CharField("编号", max_length=40)
    state = models.CharField("状态", max_length=6, choices=State)
    store = models.ForeignKey(Store, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("serial",)
        constraints = (models.UniqueConstraint(fields=("item", "serial"), name="piece_once"),)

    def __str__(self) -> str:
        return self.serial


class Round(models.Model):
    """One distribution of an item: everybody it reaches gets `each` of it, once."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="区划")
    name = models.CharField("名称", max_length=80)
    item = models.ForeignKey(Item, models.PROTECT, related_name="rounds")
    each = models.PositiveSmallIntegerField("每人数量", default=1)
    opens_on = models.DateField("开始")
    closes_on = models.DateField("结束（不含）", null=True, blank=True)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ("-opens_on", "name")
        constraints = (
            models.UniqueConstraint(fields=("division", "name"), name="round_once"),
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(closes_on__gt=F("opens_on")), name="round_period"
            ),
            models.CheckConstraint(condition=Q(each__gt=0), name="round_gives_something"),
        )

    def __str__(self) -> str:
        return self.name


class MoveKind(models.TextChoices):
    """What happened to goods."""

    RECEIVE = "receive", "入库"
    ISSUE = "issue", "发放"
    LOAN = "loan", "借出"
    RETURN = "return", "归还完好"
    RETURN_BROKEN = "return_broken", "归还待修"
    REPAIR = "repair", "修好"
    WRITE_OFF = "write_off", "报废"


class Move(models.Model):
    """One movement of goods: what it adds to or takes from what a store has ready and broken. Never changed or removed."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="moves")
    item = models.ForeignKey(Item, models.PROTECT, related_name="moves")
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="moves")
    kind = models.CharField("事项", max_length=13, choices=MoveKind)
    quantity = models.PositiveIntegerField("数量")
    ready_change = models.IntegerField()
    broken_change = models.IntegerField()
    day = models.DateField("日期")
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="moves")
    award = models.ForeignKey("cases.Award", models.PROTECT, null=True, related_name="moves")
    round = models.ForeignKey(Round, models.PROTECT, null=True, related_name="moves")
    of = models.ForeignKey("self", models.PROTECT, null=True, related_name="returns")  # the issue that comes back
    due_on = models.DateField("应还日期", null=True)
    worth_fen = models.BigIntegerField("价值（分）", default=0)
    note = models.CharField("说明", max_length=200, blank=True)
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=("item", "store", "day")), models.Index(fields=("day",)))
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gt=0), name="move_something"),
            models.CheckConstraint(
                condition=Q(kind__in=("receive", "return"), ready_change=F("quantity"), broken_change=0)
                | Q(kind__in=("issue", "loan"), ready_change=-F("quantity"), broken_change=0)
                | Q(kind="return_broken", ready_change=0, broken_change=F("quantity"))
                | Q(kind="repair", ready_change=F("quantity"), broken_change=-F("quantity"))
                | Q(kind="write_off", ready_change=-F("quantity"), broken_change=0)
                | Q(kind="write_off", ready_change=0, broken_change=-F("quantity")),
                name="move_changes_what_its_kind_says",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("issue", "loan", "return", "return_broken"), person__isnull=False)
                | Q(kind__in=("receive", "repair", "write_off"), person__isnull=True),
                name="move_of_a_person",
            ),
            models.UniqueConstraint(
                fields=("round", "person"), condition=Q(round__isnull=False), name="one_issue_a_round"
            ),
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new move; an existing one is refused."""
        if not self._state.adding:
            raise TypeError("a move of goods is never changed; move them back")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise TypeError("a move of goods is never removed; move them back")


class Discipline(models.TextChoices):
    """What a service is about."""

    HEARING_SPEECH = "hearing_speech", "听力言语训练"
    PHYSICAL = "physical", "肢体训练"
    INTELLECTUAL = "intellectual", "智力训练"
    AUTISM = "autism", "孤独症训练"
    LOW_VISION = "low_vision", "低视力训练"
    MOBILITY = "mobility", "定向行走训练"
    PROSTHETICS = "prosthetics", "假肢矫形器"
    SURGERY = "surgery", "手术"
    MENTAL = "mental", "精神康复"
    DAY_CARE = "day_care", "日间照料"
    HOME_CARE = "home_care", "居家服务"
    CARER_TRAINING = "carer_training", "家属培训"
    OTHER = "other", "其他"


class Tier(models.TextChoices):
    """Where a service is rendered: the three tiers of the rehabilitation network."""

    INSTITUTION = "institution", "专业机构"
    COMMUNITY = "community", "社区"
    HOME = "home", "家庭"


class Plan(models.Model):
    """A service an institution is to render to a person: so many units within a period, and what comes of it.

    With `monthly_units` it is a voucher: so many each month, unused ones carried over `carry_months` (CA-24). Somebody
    looks how it goes every `review_days` (`casework`).
    """

    award = models.ForeignKey("cases.Award", models.PROTECT, related_name="plans")
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="plans")
    institution = models.ForeignKey("orgs.Institution", models.PROTECT, related_name="plans", verbose_name="服务机构")
    discipline = models.CharField("服务内容", max_length=16, choices=Discipline)
    tier = models.CharField("服务层级", max_length=12, choices=Tier, default=Tier.INSTITUTION)
    units = models.PositiveIntegerField("计划数量")
    unit = models.CharField("单位", max_length=8)
    unit_fen = models.BigIntegerField("单价（分）", null=True, blank=True)
    monthly_units = models.PositiveSmallIntegerField("每月数量", null=True, blank=True)
    carry_months = models.PositiveSmallIntegerField("未用结转月数", default=0)
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束（不含）")
    goal = models.CharField("目标", max_length=200, blank=True)
    scale = models.CharField("评估量表", max_length=40, blank=True)
    start_score = models.DecimalField("开始时得分", max_digits=7, decimal_places=2, null=True, blank=True)
    end_score = models.DecimalField("结束时得分", max_digits=7, decimal_places=2, null=True, blank=True)
    less_is_better = models.BooleanField("得分越低越好", default=False)
    review_days = models.PositiveSmallIntegerField("每隔几天评估", null=True, blank=True)
    reached = models.BooleanField("达到目标", null=True)
    closed_on = models.DateField("结案日期", null=True)
    close_note = models.CharField("结案说明", max_length=200, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-starts_on", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="plan_period"),
            models.CheckConstraint(condition=Q(units__gt=0), name="plan_of_something"),
        )


class Session(Retractable):
    """One time a service was rendered; one entered by mistake is taken back by mark."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="sessions")
    day = models.DateField("日期")
    begins = models.TimeField("开始时间")
    ends = models.TimeField("结束时间")
    units = models.PositiveSmallIntegerField("数量")
    worker = models.CharField("服务人员", max_length=40)
    signed_by = models.CharField("签字人", max_length=40)
    note = models.CharField("说明", max_length=200, blank=True)
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("day", "begins")
        indexes = (models.Index(fields=("day",)),)
        constraints = (
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="session_times"),
            models.CheckConstraint(condition=Q(units__gt=0), name="session_of_something"),
        )


class Pickup(models.Model):
    """A month's medicine fetched under an award (S125)."""

    award = models.ForeignKey("cases.Award", models.PROTECT, related_name="pickups")
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="pickups")
    institution = models.ForeignKey("orgs.Institution", models.PROTECT, related_name="+")
    month = models.IntegerField("月份")  # Month.index
    day = models.DateField("领药日期")
    worth_fen = models.BigIntegerField("药费（分）", default=0)
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("award", "month"), name="pickup_once_a_month"),)


class AccidentPolicy(Recorded):
    """An accident insurance that a county buys for many people from one day to another; its insured are the reliefs under it."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="县")
    insurer = models.CharField("承保公司", max_length=60)
    number = models.CharField("保单号", max_length=40)
    premium_fen = models.BigIntegerField("每人保费（分）")
    payer = models.CharField("缴费方", max_length=12, choices=Payer, default=Payer.GOVERNMENT)
    starts_on = models.DateField("生效日期")
    ends_on = models.DateField("到期日期（不含）")

    class Meta:
        ordering = ("-starts_on", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("insurer", "number"), name="accident_policy_once"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="accident_policy_period"),
            models.CheckConstraint(condition=Q(premium_fen__gt=0), name="accident_policy_premium"),
        )

    def __str__(self) -> str:
        return f"{self.insurer} {self.number}"


class Relief(models.Model):
    """Something a person need not pay, or that is paid for them, from one day to another; a renewal is a row of its own."""

    award = models.ForeignKey("cases.Award", models.PROTECT, related_name="reliefs")
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="reliefs")
    institution = models.ForeignKey("orgs.Institution", models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）", null=True)
    amount_fen = models.BigIntegerField("减免金额（分）", null=True)
    end_reason = models.CharField("终止原因", max_length=80, blank=True)
    renews = models.OneToOneField("self", models.PROTECT, null=True, related_name="renewed_by")
    policy = models.ForeignKey(AccidentPolicy, models.PROTECT, null=True, related_name="insured")
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-valid_from", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="relief_period"
            ),
        )


class AccidentClaim(Retractable):
    """A claim of somebody insured for an accident: reported, decided by the insurer with an amount or a reason to refuse, paid.

    One entered only once it was paid has no day of report or decision. One entered by mistake is taken back by mark.
    """

    relief = models.ForeignKey(Relief, models.PROTECT, related_name="claims")
    accident_on = models.DateField("出险日期")
    reported_on = models.DateField("报案日期", null=True)
    decided_on = models.DateField("核定日期", null=True)
    refusal = models.CharField("拒赔理由", max_length=200, blank=True)
    amount_fen = models.BigIntegerField("赔付金额（分）", null=True)
    paid_on = models.DateField("赔付日期", null=True)
    paid_at = models.DateTimeField("赔付登记时间", null=True)
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-accident_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_fen=None, paid_on=None, paid_at=None) | Q(amount_fen__gt=0, refusal=""),
                name="accident_claim_amount",
            ),
            models.CheckConstraint(
                condition=(Q(paid_on=None) | Q(paid_on__gte=F("accident_on")))
                & (Q(reported_on=None) | Q(reported_on__gte=F("accident_on")))
                & (Q(decided_on=None) | Q(decided_on__gte=F("reported_on")))
                & (Q(decided_on=None) | Q(paid_on=None) | Q(paid_on__gte=F("decided_on"))),
                name="accident_claim_days",
            ),
            models.UniqueConstraint(
                fields=("relief", "accident_on"), condition=Q(retracted_at=None, paid_on=None, refusal=""),
                name="accident_claim_open_once",
            ),
            models.UniqueConstraint(
                fields=("relief", "accident_on", "paid_on"), condition=Q(retracted_at=None), name="accident_claim_once"
            ),
        )  # fmt: skip

    @property
    def state(self) -> str:
        """Return how far it is, in a word."""
        if self.retracted_at is not None:
            return "已撤回"
        if self.paid_on is not None:
            return "已赔付"
        return "拒赔" if self.refusal else "待赔付" if self.decided_on is not None else "待核定"


class Fitting(Retractable):
    """One thing done so that a device granted to a person serves them: measured, fitted, tried, accepted, repaired, visited.

    `works` is what a visit found. An acceptance tells the rule from when the years of use run (RH-22). One entered by
    mistake is taken back by mark.
    """

    class Kind(models.TextChoices):
        MEASURE = "measure", "测量取型"
        FIT = "fit", "适配安装"
        TRAIN = "train", "使用训练"
        ACCEPT = "accept", "验收合格"
        REPAIR = "repair", "维修"
        VISIT = "visit", "回访"

    award = models.ForeignKey("cases.Award", models.PROTECT, related_name="fittings")
    kind = models.CharField("事项", max_length=8, choices=Kind)
    day = models.DateField("日期")
    worker = models.CharField("办理人", max_length=40)
    works = models.BooleanField("能正常使用", null=True)
    note = models.CharField("说明", max_length=200, blank=True)
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("day", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("award",), condition=Q(kind="accept", retracted_at__isnull=True), name="fitting_accepted_once"
            ),
            models.CheckConstraint(
                condition=~Q(kind="visit") | Q(works__isnull=False), name="fitting_visit_says_whether_it_works"
            ),
        )
