"""Facilities with their designations, people, features and support; where communities lie and how far it is."""

from django.db import models
from django.db.models import Q

from zhucan.facilities.kinds import FEATURES, GOES_ON, KINDS, LEVELS, STAYS
from zhucan.facilities.models.kept import PERIOD, Kept, Located


class Facility(Kept):
    """A place that serves people. Who is paid for it is its institution, where there is one."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="所在地")
    kind = models.CharField("种类", max_length=24, choices=[(code, kind.label) for code, kind in KINDS.items()])
    name = models.CharField("名称", max_length=80)
    address = models.CharField("地址", max_length=120, blank=True)
    capacity = models.PositiveIntegerField("核定人数", null=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True)
    institution = models.ForeignKey(
        "orgs.Institution", models.PROTECT, null=True, related_name="facilities", verbose_name="收款机构"
    )
    valid_from = models.DateField("启用日期", null=True)
    valid_to = models.DateField("停用日期", null=True)

    class Meta:
        ordering = ("division", "name")
        constraints = (
            models.UniqueConstraint(
                fields=("division", "kind", "name"), condition=Q(retracted_at__isnull=True), name="facility_once"
            ),
            models.CheckConstraint(condition=PERIOD | Q(valid_from__isnull=True), name="facility_period"),
        )

    def __str__(self) -> str:
        return self.name


class Designation(Kept):
    """A level at which a facility was approved, from its approval on until it was lost."""

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="designations")
    level = models.CharField("级别", max_length=8, choices=list(LEVELS.items()))
    title = models.CharField("称号", max_length=60)
    document = models.CharField("批准文件", max_length=200)
    valid_from = models.DateField("批准日期")
    valid_to = models.DateField("取消日期", null=True)

    class Meta:
        ordering = ("-valid_from", "pk")
        constraints = (models.CheckConstraint(condition=PERIOD, name="designation_period"),)


class Stay(Kept):
    """What somebody is in a facility over some days, and what came after."""

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="stays")
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="facility_stays")
    kind = models.CharField("身份", max_length=10, choices=list(STAYS.items()))
    course = models.CharField("班级、课程或岗位", max_length=60, blank=True)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）", null=True)
    goes_on = models.CharField("去向", max_length=16, choices=list(GOES_ON.items()), blank=True)

    class Meta:
        ordering = ("-valid_from", "pk")
        indexes = (models.Index(fields=("person", "valid_from")),)
        constraints = (models.CheckConstraint(condition=PERIOD, name="facility_stay_period"),)


class Feature(Located):
    """Something a room, a facility or an area is equipped with, from its installation on until it is taken away."""

    kind = models.CharField("种类", max_length=20, choices=list(FEATURES.items()))
    name = models.CharField("名称或型号", max_length=80, blank=True)
    room = models.CharField("房间或位置", max_length=80, blank=True)
    quantity = models.PositiveIntegerField("数量", default=1)
    evidence = models.CharField("佐证", max_length=200, blank=True)
    valid_from = models.DateField("安装（竣工）日期")
    valid_to = models.DateField("拆除日期", null=True)

    class Meta:
        ordering = ("kind", "room", "pk")
        constraints = (
            models.CheckConstraint(condition=PERIOD, name="feature_period"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="feature_quantity"),
        )


class Support(Kept):
    """Money a facility was paid to run, as its document says; the program does not pay it."""

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="supports")
    day = models.DateField("拨付日期")
    amount_fen = models.BigIntegerField("金额（分）")
    purpose = models.CharField("用途", max_length=80)
    document = models.CharField("拨付文件", max_length=200)

    class Meta:
        ordering = ("-day", "pk")
        constraints = (models.CheckConstraint(condition=Q(amount_fen__gt=0), name="support_amount"),)


class Spot(Kept):
    """Where a community lies: the point that ways are counted from."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="社区")
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("division",), condition=Q(retracted_at__isnull=True), name="one_spot"),
        )


class Travel(Kept):
    """How many minutes it takes from a community to a facility, as somebody measured it; it goes before reckoning."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="社区")
    facility = models.ForeignKey(Facility, models.PROTECT, related_name="ways")
    minutes = models.PositiveSmallIntegerField("路程（分钟）")
    source = models.CharField("依据", max_length=80)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("division", "facility"), condition=Q(retracted_at__isnull=True), name="one_way"
            ),
        )
