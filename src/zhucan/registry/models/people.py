"""People, households, certificates and every other dated spell.

A spell has two clocks: `valid_from`/`valid_to` say when it held (half-open), `recorded_at`/`retracted_at` when we
knew it. Rows are added and retracted, never overwritten; `spells.py` is the only writer.
"""

from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import StrIndex, Substr

from zhucan.orgs.secrecy import BlindIndexField, SealedField
from zhucan.registry.choices import (
    Channel,
    InsuranceKind,
    Outcome,
    Payer,
    Placement,
    Stage,
    WorkForm,
)

RESIDENT_ID, CERTIFICATE, ACCOUNT = "resident-id", "certificate", "account"  # purposes of blind indexes


class Sex(models.TextChoices):
    """As the resident ID tells it."""

    MALE = "male", "男"
    FEMALE = "female", "女"


class Category(models.TextChoices):
    """The statutory kinds of disability (DC-02)."""

    VISUAL = "visual", "视力"
    HEARING = "hearing", "听力"
    SPEECH = "speech", "言语"
    PHYSICAL = "physical", "肢体"
    INTELLECTUAL = "intellectual", "智力"
    MENTAL = "mental", "精神"
    MULTIPLE = "multiple", "多重"


class CertificateStatus(models.TextChoices):
    """Whether a certificate can be relied on; expiry is told by its date, not here (DC-08)."""

    VALID = "valid", "有效"
    FROZEN = "frozen", "冻结"
    CANCELLED = "cancelled", "注销"


class CertificateEvent(models.TextChoices):
    """What made a certificate spell begin."""

    NEW = "new", "新办"
    RENEWAL = "renewal", "换领"
    CHANGE = "change", "类别等级变更"
    LOSS = "loss", "挂失补办"
    TRANSFER = "transfer", "迁移"
    FREEZE = "freeze", "冻结"
    UNFREEZE = "unfreeze", "解冻"
    CANCEL = "cancel", "注销"


class HardshipKind(models.TextChoices):
    """The household's standing in social assistance."""

    DIBAO = "dibao", "低保"
    DIBIAN = "dibian", "低保边缘"
    TEKUN = "tekun", "特困供养"
    NONE = "none", "非困难"


class Person(models.Model):
    """Somebody the federation knows. What can change in a life is a spell; the name here is the current one."""

    name = models.CharField("姓名", max_length=60)
    initials = models.CharField("拼音首字母", max_length=80, blank=True)
    second_initials = models.GeneratedField(  # of the other reading of the surname, where there is one
        expression=Case(
            When(initials__contains=" ", then=Substr("initials", StrIndex("initials", Value(" ")) + 1)),
            default=Value(""),
        ),
        output_field=models.CharField(max_length=80),
        db_persist=True,
    )
    sex = models.CharField("性别", max_length=6, choices=Sex)
    born = models.DateField("出生日期")
    id_number = SealedField("公民身份号码")
    id_index = BlindIndexField(sealed="id_number", purpose=RESIDENT_ID)
    id_tail = models.CharField("身份号码后四位", max_length=4)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        indexes = (
            models.Index(fields=("name",), name="person_name", opclasses=("varchar_pattern_ops",)),
            models.Index(  # a page of a search in its order
                fields=("initials", "name", "id"),
                name="person_initials",
                opclasses=("varchar_pattern_ops", "varchar_pattern_ops", "int8_ops"),
            ),
            models.Index(
                fields=("second_initials",),
                name="person_second_initials",
                opclasses=("varchar_pattern_ops",),
                condition=~Q(second_initials=""),
            ),
            models.Index(fields=("id_tail",)),
        )
        constraints = (models.UniqueConstraint(fields=("id_index",), name="person_once"),)

    def __str__(self) -> str:
        return f"人员 {self.pk}"  # never the name: this text ends up in logs


class SpellQuerySet(models.QuerySet[Any]):
    """Reads of dated rows."""

    def as_known(self, at: datetime | None = None) -> Self:
        """Return the rows believed at a moment (None: believed now)."""
        if at is None:
            return self.filter(retracted_at__isnull=True)
        return self.filter(Q(retracted_at__isnull=True) | Q(retracted_at__gt=at), recorded_at__lte=at)

    def on(self, day: date) -> Self:
        """Return the rows that held on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class Spell(models.Model):
    """What held for a person from one day to another, and when we knew it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="%(class)s_spells", db_index=False)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）", null=True, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    retracted_at = models.DateTimeField("撤回时间", null=True, blank=True)
    recorded_by = models.ForeignKey(
        "orgs.User", models.PROTECT, null=True, related_name="+", verbose_name="登记人", db_index=False
    )
    source = models.CharField("来源", max_length=80)

    objects = SpellQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes = (
            models.Index(fields=("person", "valid_from")),
            models.Index(fields=("recorded_at",)),
            # Only of the few taken back: with all rows in it, SQLite reads every believed one to find those of a person.
            models.Index(fields=("retracted_at",), condition=Q(retracted_at__isnull=False), name="%(class)s_retracted"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="%(class)s_period"
            ),
            models.CheckConstraint(
                condition=Q(retracted_at__isnull=True) | Q(retracted_at__gte=F("recorded_at")),
                name="%(class)s_retraction",
            ),
        )


class Naming(Spell):
    """What the person is called; there are rows only of those who ever took another name."""

    name = models.CharField("姓名", max_length=60)

    class Meta(Spell.Meta):
        verbose_name = "姓名"


class Residence(Spell):
    """Where the person's hukou is: a village or community (a county where no more is known)."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="户籍地")

    class Meta(Spell.Meta):
        verbose_name = "户籍"


class Contact(Spell):
    """Phone and address."""

    phone = SealedField("联系电话", default="")
    address = SealedField("住址", default="")

    class Meta(Spell.Meta):
        verbose_name = "联系方式"


class Guardianship(Spell):
    """Who looks after the person's affairs."""

    name = models.CharField("监护人", max_length=60)
    relation = models.CharField("关系", max_length=20, blank=True)
    phone = SealedField("监护人电话", default="")

    class Meta(Spell.Meta):
        verbose_name = "监护"


class PayeeAccount(Spell):
    """The account that money for this person goes to; it may be the guardian's."""

    bank = models.CharField("开户银行", max_length=80)
    number = SealedField("银行账号")
    number_index = BlindIndexField(sealed="number", purpose=ACCOUNT)
    holder = models.CharField("户名", max_length=60)
    guardian = models.BooleanField("监护人账户", default=False)

    class Meta(Spell.Meta):
        verbose_name = "收款账户"


class Certificate(Spell):
    """One stage in the life of a disability certificate; the spell runs until the next event."""

    number = SealedField("残疾人证号")
    number_index = BlindIndexField(sealed="number", purpose=CERTIFICATE)
    category = models.CharField("类别", max_length=12, choices=Category)
    grade = models.PositiveSmallIntegerField("等级")
    status = models.CharField("状态", max_length=9, choices=CertificateStatus)
    event = models.CharField("事项", max_length=9, choices=CertificateEvent)
    issued = models.DateField("发证日期")
    expires = models.DateField("有效期至")
    reason = models.CharField("原因", max_length=40, blank=True)
    predecessor = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")

    class Meta(Spell.Meta):
        verbose_name = "残疾人证"
        indexes = (  # type: ignore[assignment]  # two more
            *Spell.Meta.indexes,
            models.Index(fields=("number_index",)),
            models.Index(
                fields=("expires",),
                condition=Q(retracted_at__isnull=True, valid_to__isnull=True),
                name="certificate_expiry",
            ),
        )
        constraints = (  # type: ignore[assignment]  # one constraint more than the base has
            *Spell.Meta.constraints,
            models.CheckConstraint(condition=Q(grade__gte=1, grade__lte=4), name="certificate_grade"),
        )


class CertificateComponent(models.Model):
    """One kind of disability on a certificate; a single-kind certificate has one, a multiple one two or more."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="components", db_index=False)
    category = models.CharField("类别", max_length=12, choices=Category)
    grade = models.PositiveSmallIntegerField("等级")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("certificate", "category"), name="component_once"),
            models.CheckConstraint(
                condition=Q(grade__gte=1, grade__lte=4) & ~Q(category="multiple"), name="component_valid"
            ),
        )


class Hardship(Spell):
    """The social assistance standing of the person's household; `none` is a finding, no row is not known."""

    kind = models.CharField("困难类型", max_length=6, choices=HardshipKind)

    class Meta(Spell.Meta):
        verbose_name = "困难身份"


class Income(Spell):
    """The household's income a head, in fen a month."""

    per_head_fen = models.BigIntegerField("家庭人均月收入（分）")

    class Meta(Spell.Meta):
        verbose_name = "家庭收入"


class OwnIncome(Spell):
    """The person's own income, in fen a month."""

    amount_fen = models.BigIntegerField("本人月收入（分）")

    class Meta(Spell.Meta):
        verbose_name = "本人收入"


class Stay(Spell):
    """Approved care in an institution."""

    kind = models.CharField("机构", max_length=40, default="institution")

    class Meta(Spell.Meta):
        verbose_name = "机构托养"


class Custody(Spell):
    """Serving a sentence in prison."""

    kind = models.CharField("类型", max_length=20, default="prison")

    class Meta(Spell.Meta):
        verbose_name = "服刑"


class Benefit(Spell):
    """A benefit that another body pays; `amount_fen` a month where known."""

    kind = models.CharField("待遇", max_length=30)
    amount_fen = models.BigIntegerField("月金额（分）", null=True)

    class Meta(Spell.Meta):
        verbose_name = "其他待遇"


class Job(Spell):
    """What the person works as, at an employer or in a business or farm of their own.

    Somebody has one main job at a time, by which they are counted, and beside it any others that its form allows
    (`registry.occupations`): a side business, a second part-time job. Each is one form.
    `channel` is set for a very small business that sells online, `scale` and `inspected_on` for a farm; `ended` says why
    it came to its end. `income_fen` is a month's, null where it is not known.
    """

    kind = models.CharField("就业形式", max_length=30, choices=WorkForm)
    workplace = models.CharField("单位或字号", max_length=80, blank=True)
    licence = models.CharField("营业执照号", max_length=40, blank=True)
    channel = models.CharField("线上渠道", max_length=10, choices=Channel, blank=True)
    product = models.CharField("产品或项目", max_length=60, blank=True)
    scale = models.CharField("规模", max_length=40, blank=True)
    inspected_on = models.DateField("现场核验日期", null=True, blank=True)
    income_fen = models.BigIntegerField("月收入（分）", null=True, blank=True)
    ended = models.CharField("结束原因", max_length=40, blank=True)
    main = models.BooleanField("主要工作", default=True)

    class Meta(Spell.Meta):
        verbose_name = "就业"


class Finding(Spell):
    """What somebody established about the person: one kind of `policy.declared.findings`, with a word or a number.

    A yes is number 1 and a no number 0; money is fen. `detail` holds what a diagnosis or survey says in words.
    """

    kind = models.CharField("事项", max_length=40)
    word = models.CharField("内容", max_length=40, blank=True)
    number = models.BigIntegerField("数值", null=True)
    detail = SealedField("说明", default="")

    class Meta(Spell.Meta):
        verbose_name = "认定事项"


class Schooling(Spell):
    """Where and how the person goes to school, in which class and year, with which support; `outcome` is how it ended."""

    stage = models.CharField("学段", max_length=12, choices=Stage)
    placement = models.CharField("就读方式", max_length=14, choices=Placement, default=Placement.ORDINARY)
    school = models.CharField("学校", max_length=80, blank=True)
    full_time = models.BooleanField("全日制", default=True)
    boarding = models.BooleanField("寄宿", default=False)
    year = models.PositiveSmallIntegerField("年级", null=True, blank=True)
    class_name = models.CharField("班级", max_length=30, blank=True)
    support = models.CharField("支持服务", max_length=80, blank=True)
    outcome = models.CharField("结果", max_length=11, choices=Outcome, blank=True)

    class Meta(Spell.Meta):
        verbose_name = "就学"


class Insurance(Spell):
    """An enrolment in one insurance, and who pays the person's part."""

    kind = models.CharField("险种", max_length=18, choices=InsuranceKind)
    payer = models.CharField("缴费方", max_length=12, default=Payer.SELF, choices=Payer)

    class Meta(Spell.Meta):
        verbose_name = "参保"


class Parentage(Spell):
    """Whose child the person is."""

    parent = models.ForeignKey(Person, models.PROTECT, related_name="children_spells")

    class Meta(Spell.Meta):
        verbose_name = "亲子关系"


class Death(Spell):
    """The person died on `valid_from`."""

    class Meta(Spell.Meta):
        verbose_name = "死亡"


class Household(models.Model):
    """People who live and budget together."""

    recorded_at = models.DateTimeField("登记时间")


class Membership(Spell):
    """A person's place in a household."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships")
    role = models.CharField("与户主关系", max_length=20)

    class Meta(Spell.Meta):
        verbose_name = "家庭成员"


class Holder(models.Model):
    """Somebody who may read one person's file as that person, or as the guardian, from one day to another."""

    class Relation(models.TextChoices):
        SELF = "self", "本人"
        GUARDIAN = "guardian", "监护人"

    user = models.ForeignKey("orgs.User", models.PROTECT, related_name="holdings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="holders")
    relation = models.CharField("关系", max_length=8, choices=Relation)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）", null=True)
    granted_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "person"), condition=models.Q(valid_to__isnull=True), name="holder_once"
            ),
        )


class ImportBatch(models.Model):
    """One file that was read in: who, when, what came of it."""

    kind = models.CharField("种类", max_length=20)
    file_name = models.CharField("文件", max_length=200)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField("时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")
    counts = models.JSONField("结果")


class Doubt(models.Model):
    """Somebody else's list says otherwise than the registry: both sides, whose it is to settle and until when.

    `claim` is what the list says in the registry's terms (days, kinds, fen), `told` its row as it came (JSON, sealed).
    `key` is a blind index of who and what, so that the same word said twice makes one doubt; `repeats` counts the later
    lists that said again what had been rejected.
    """

    class Status(models.TextChoices):
        OPEN = "open", "待核实"
        ACCEPTED = "accepted", "采信名单"
        REJECTED = "rejected", "名单有误"

    class Match(models.TextChoices):
        EXACT = "exact", "号码一致"
        FUZZY = "fuzzy", "疑似本人"

    kind = models.CharField("名单", max_length=16)
    problem = models.CharField("问题", max_length=24)
    person = models.ForeignKey(Person, models.PROTECT, related_name="doubts")
    source = models.CharField("来源", max_length=40)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="doubts", db_index=False)
    row = models.PositiveIntegerField("行")
    told = SealedField("名单原文")
    claim = models.JSONField("名单所说")
    key = models.CharField(max_length=32, unique=True)
    match = models.CharField("怎么对上的", max_length=5, choices=Match)
    score = models.PositiveSmallIntegerField("相似分")
    because = models.CharField("对上的依据", max_length=200, blank=True)
    role = models.CharField("由谁核实", max_length=20)
    place = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="核实地")
    since = models.DateField("期限从哪天起算")
    due = models.DateField("期限", null=True)  # not known until the holiday table of its year is out
    recorded_at = models.DateTimeField("登记时间")
    status = models.CharField("处理", max_length=8, choices=Status, default=Status.OPEN)
    reason = models.CharField("理由", max_length=200, blank=True)
    settled_at = models.DateTimeField("处理时间", null=True)
    settled_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+", db_index=False)
    repeats = models.PositiveIntegerField("驳回后又报", default=0)

    class Meta:
        indexes = (models.Index(fields=("status", "due")),)
        constraints = (
            models.CheckConstraint(condition=Q(status="open") | Q(settled_at__isnull=False), name="doubt_settled_when"),
        )
