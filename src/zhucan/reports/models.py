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


class CheckedText(models.Model):
    """A report from elsewhere that somebody had checked: its lines, and the Word file they came in, if they did."""

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="区划", related_name="+")
    name = models.CharField("名称", max_length=120)
    lines = models.JSONField("文字")
    word = models.BinaryField("Word 文件", null=True)
    at = models.DateTimeField("检查时间")
    by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name="检查人", related_name="+")

    class Meta:
        ordering = ("-at",)


class Dismissal(models.Model):
    """A finding that somebody looked at and let stand, with the reason; it is never taken back silently."""

    report = models.ForeignKey(Report, models.CASCADE, null=True, related_name="dismissals")
    text = models.ForeignKey(CheckedText, models.CASCADE, null=True, related_name="dismissals")
    finding = models.CharField("发现", max_length=64)
    line = models.PositiveIntegerField("行")
    kind = models.CharField("种类", max_length=40)
    reason = models.CharField("理由", max_length=200)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name="处理人", related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(report=None, text__isnull=False) | models.Q(report__isnull=False, text=None),
                name="dismissal_is_of_one_document",
            ),
            models.UniqueConstraint(fields=("report", "finding"), name="one_dismissal_a_report_and_finding"),
            models.UniqueConstraint(fields=("text", "finding"), name="one_dismissal_a_text_and_finding"),
        )


class Release(models.Model):
    """A report of ours let out of the house: when, by whom, and why although errors were found in it, if they were."""

    report = models.OneToOneField(Report, models.CASCADE, related_name="release")
    at = models.DateTimeField("定稿时间")
    by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name="定稿人", related_name="+")
    reason = models.CharField("仍然定稿的理由", max_length=200, blank=True)
    errors = models.JSONField("定稿时的错误")
