"""What a user keeps for the own convenience."""

from django.db import models


class SavedList(models.Model):
    """Filters for people under a name; whoever opens it sees who fits them then, in the place acted for."""

    user = models.ForeignKey("orgs.User", models.CASCADE, related_name="+")
    name = models.CharField("名称", max_length=40)
    filters = models.JSONField("条件")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "name"), name="saved_list_once"),)
