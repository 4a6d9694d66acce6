"""What the rows of many tables share: when and by whom they were entered, and whether they were taken back."""

from django.db import models


class Recorded(models.Model):
    """A row that tells when we learnt it, and from which user (none: the command line)."""

    recorded_at = models.DateTimeField("登记时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True


class Retractable(models.Model):
    """A row that is taken back by mark if it was wrong; never removed, never overwritten in silence."""

    retracted_at = models.DateTimeField("撤回时间", null=True)

    class Meta:
        abstract = True
