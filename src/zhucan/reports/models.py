"""Reports as they were composed, and the records behind each figure."""

import json
import zlib
from collections.abc import Sequence

from django.db import models

from zhucan.orgs.models import Division, User


class Report(models.Model):
    """A composed report. Its text, figures and records are kept as they were; a later one is a new report."""

    form = models.CharField("格式", max_length=40)
    division = models.ForeignKey(Division, models.PROTECT, verbose_name="区划", related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("标题", max_length=200)
    created_at = models.DateTimeField("生成时间")
    by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name="生成人", related_name="+")
    content = models.JSONField("内容")
    digest = models.CharField("内容摘要", max_length=64)

    class Meta:
        ordering = ("-created_at",)


class FigureRecords(models.Model):
    """The records that one figure of a report counts, added up by person and packed: some count a whole county."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="records")
    key = models.CharField("数字", max_length=120)
    packed = models.BinaryField("记录")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("report", "key"), name="one_record_list_per_figure"),)

    @staticmethod
    def pack(rows: Sequence[tuple[int, int, int | None]]) -> bytes:
        """Return the rows compressed."""
        return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 1)

    def rows(self) -> list[tuple[int, int, int | None]]:
        """Return (person, number of records, fen or None), by person."""
        unpacked: list[tuple[int, int, int | None]] = json.loads(zlib.decompress(bytes(self.packed)))
        return unpacked
