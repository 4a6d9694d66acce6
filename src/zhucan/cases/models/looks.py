"""Looks at everybody of a place: whom they found, and what came of telling people."""

from django.db import models


class KeptLook(models.Model):
    """One look at everybody of a place (`finding.look`), kept with the day judged and the moment of what was known.

    Only the newest of a place keeps its rows; of earlier ones the counts remain.
    """

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+")
    on = models.DateField("判断日")
    known_at = models.DateTimeField("资料截至")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+", db_index=False)
    people = models.PositiveIntegerField("人数")
    tallies = models.JSONField("各项目的人数")

    class Meta:
        indexes = (models.Index(fields=("division", "-known_at")),)


class FoundRow(models.Model):
    """One person on one list of a look; `stake_fen` is what a year is worth, null where it cannot be told."""

    look = models.ForeignKey(KeptLook, models.CASCADE, related_name="rows", db_index=False)
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+")
    scheme = models.CharField("项目", max_length=40)
    list = models.CharField("名单", max_length=8)
    home = models.CharField("户籍地", max_length=12, blank=True)
    stake_fen = models.BigIntegerField("一年的金额（分）", null=True)
    what = models.CharField("说明", max_length=400, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("look", "scheme", "list")),
            models.Index(fields=("look", "list", "home")),
        )


class Approach(models.Model):
    """Somebody was told of a scheme, and what came of it; never changed, the newest counts."""

    class Outcome(models.TextChoices):
        INFORMED = "informed", "已告知"
        APPLIED = "applied", "已申请"
        REFUSED = "refused", "本人不要"
        NOT_ENTITLED = "not_entitled", "核实后不符合"

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="approaches")
    scheme = models.CharField("项目", max_length=40)
    outcome = models.CharField("结果", max_length=12, choices=Outcome)
    on = models.DateField("日期")
    note = models.CharField("备注", max_length=200, blank=True)
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        indexes = (models.Index(fields=("scheme", "person")),)
