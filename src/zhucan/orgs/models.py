"""Divisions, local parameters, users with their roles, institutions, and the audit chain with its sealed head."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from zhucan.orgs.secrecy import SealedField


class Level(models.TextChoices):
    """How high a division stands."""

    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县（市、区）"
    TOWNSHIP = "township", "乡镇（街道）"
    VILLAGE = "village", "村（社区）"


class Division(models.Model):
    """An administrative division; its 12-digit code begins with its parent's significant digits."""

    code = models.CharField("区划代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=10, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ("code",)
        indexes = (models.Index(fields=("name",)),)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a user may be in a place; one person may hold several."""

    COMMISSIONER = "commissioner", "村（社区）专职委员"
    TOWNSHIP_CLERK = "township_clerk", "乡镇（街道）经办人"
    COUNTY_CLERK = "county_clerk", "县级经办人"
    APPROVER = "approver", "县级审批人"
    FINANCE = "finance", "财务"
    LEADER = "leader", "领导"
    AUDITOR = "auditor", "审计"
    ADMINISTRATOR = "administrator", "系统管理员"
    PARTNER = "partner", "合作机构"


class User(AbstractUser):
    """Somebody who signs in, or acts on the command line."""

    full_name = models.CharField("姓名", max_length=40, blank=True)
    password_given = models.BooleanField("初始密码", default=False)  # by somebody else: to be changed at first sign-in
    totp_secret = SealedField("动态口令密钥", default="")
    totp_step = models.BigIntegerField(default=0)  # the last half minute whose code was used: no code counts twice

    def __str__(self) -> str:
        return self.full_name or self.username


class FailedSignIn(models.Model):
    """A sign-in that failed: blind indexes of the name typed and of the address it came from, never the words."""

    name_index = models.CharField(max_length=32)
    address_index = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("name_index", "at")), models.Index(fields=("address_index", "at")))


class Appointment(models.Model):
    """A role that a user holds in a division from one day to another."""

    user = models.ForeignKey(User, models.CASCADE, related_name="appointments")
    role = models.CharField("角色", max_length=20, choices=Role)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="appointment_period"
            ),
        )


class LocalParameter(models.Model):
    """A number of the law for a place from a day on, with its document and both clocks."""

    parameter = models.CharField("参数", max_length=60)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）", null=True, blank=True)
    value = models.CharField("值", max_length=60)
    document = models.CharField("文件", max_length=200)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    retracted_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("parameter", "division", "valid_from")),)
        constraints = (
            models.UniqueConstraint(
                fields=("parameter", "division", "valid_from"),
                condition=Q(retracted_at__isnull=True),
                name="one_parameter_row_in_force",
            ),
        )


class Counter(models.Model):
    """Where people of a township or county go: address, phone and hours, as the office tells them to everybody."""

    division = models.OneToOneField(Division, models.PROTECT, related_name="counter")
    address = models.CharField("地址", max_length=120)
    phone = models.CharField("电话", max_length=40)
    hours = models.CharField("办公时间", max_length=80)
    told_at = models.DateTimeField("更新时间")
    told_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")


class Institution(models.Model):
    """A body that serves people for public money, or that is paid for them: a rehabilitation centre, a school, a supplier."""

    class Kind(models.TextChoices):
        REHABILITATION = "rehabilitation", "康复机构"
        HOSPITAL = "hospital", "医院"
        CARE = "care", "托养照护机构"
        SCHOOL = "school", "学校或培训机构"
        SUPPLIER = "supplier", "供应商"
        INSURER = "insurer", "保险经办机构"
        OTHER = "other", "其他"

    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="定点县")
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("种类", max_length=16, choices=Kind)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_on = models.DateField("终止日期", null=True, blank=True)  # from that day on it serves nobody

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("division", "name"), name="institution_once"),)

    def __str__(self) -> str:
        return self.name


class InstitutionAccount(models.Model):
    """The bank account of an institution; another takes its place, none is changed."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="accounts")
    bank = models.CharField("开户银行", max_length=60)
    number = SealedField("账号")
    holder = models.CharField("户名", max_length=80)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    retracted_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("institution",), condition=Q(retracted_at__isnull=True), name="one_account_of_an_institution"
            ),
        )


class InstitutionStaff(models.Model):
    """A user who works for an institution from one day to another."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="staff")
    user = models.ForeignKey(User, models.PROTECT, related_name="works_for")
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）", null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("institution", "user"), condition=Q(valid_to__isnull=True), name="institution_staff_once"
            ),
        )


class Document(models.Model):
    """A document that decisions rest on, with its file; taken back by mark, never removed."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    number = models.CharField("文号", max_length=60, blank=True)
    title = models.CharField("名称", max_length=120)
    issuer = models.CharField("发文机关", max_length=60)
    issued_on = models.DateField("发文日期")
    suffix = models.CharField(max_length=5)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField("登记时间")
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    retracted_at = models.DateTimeField("撤回时间", null=True)

    class Meta:
        indexes = (models.Index(fields=("division", "issued_on")),)
        constraints = (
            models.UniqueConstraint(
                fields=("division", "digest"), condition=Q(retracted_at__isnull=True), name="document_once"
            ),
        )


class AuditEntry(models.Model):
    """One line of the audit chain; its hash covers the line before it. Never changed, never removed."""

    sequence = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField("时间")
    actor = models.CharField("操作人", max_length=150)
    action = models.CharField("操作", max_length=60)
    target = models.CharField("对象", max_length=120)
    detail = models.JSONField("内容", default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("sequence",)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new entry; an existing one is refused."""
        if not self._state.adding:
            raise TypeError("an audit entry is never changed")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise TypeError("an audit entry is never removed")


class AuditHead(models.Model):
    """The one row that says where the audit chain ends, signed with a key that is not in the database."""

    sequence = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(pk=1), name="one_audit_head"),)
