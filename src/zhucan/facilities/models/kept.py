"""What all rows here share: when we learnt them, and whether they were taken back; and what stands in a facility or an area."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from zhucan.orgs.versions import Clocked

PERIOD = Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))


class KeptQuerySet(models.QuerySet[Any]):
    """Reads of rows that can be taken back."""

    def live(self) -> Self:
        """Return the rows that were not taken back."""
        return self.filter(retracted_at=None)


class Kept(Clocked):
    """A row that is entered, and taken back by mark if it was wrong; where it changes, what was believed stays beside it."""

    recorded_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+", verbose_name="登记人")

    objects = KeptQuerySet.as_manager()

    class Meta:
        abstract = True


class Located(Kept):
    """What stands in a facility, or in an area where no facility is named."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="地方")
    facility = models.ForeignKey("facilities.Facility", models.PROTECT, null=True, related_name="%(class)ss")

    class Meta:
        abstract = True

    @property
    def where(self) -> str:
        """Return the facility's name, or the area's."""
        return str(self.facility or self.division)
