"""Keys of partner systems."""

from django.db import models


class Right(models.TextChoices):
    """What a key may ask for."""

    LOOK_UP = "people.look-up", "按号码核验人员"
    ENTITLEMENTS = "entitlements.read", "查询待遇判断"
    INDICATORS = "indicators.read", "查询指标"


class ApiKey(models.Model):
    """A partner system's key: what it may ask for, where, and until when. The secret itself is kept nowhere."""

    name = models.CharField("合作系统", max_length=60)
    public = models.CharField("编号", max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    rights = models.JSONField("权限")
    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="范围")
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）")
    created_at = models.DateTimeField("发放时间")
    created_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField("收回时间", null=True)
    last_used = models.DateField("最近使用", null=True)
