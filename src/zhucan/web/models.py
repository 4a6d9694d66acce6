"""How often somebody asked of late, where several processes answer."""

from django.db import models


class Asked(models.Model):
    """One reader's requests within a span of time; told by a blind index, never by name or address."""

    who = models.CharField(max_length=32, primary_key=True)
    until = models.DateTimeField()
    times = models.PositiveIntegerField()
