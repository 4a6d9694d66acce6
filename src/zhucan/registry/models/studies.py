"""Examinations, aid by the term, following up, terminals under contract, and what schools report. See `people.py` for spells."""

from django.db import models
from django.db.models import Q

from zhucan.orgs.kept import Retractable
from zhucan.registry.choices import FollowUpKind, Stage, TermAidKind
from zhucan.registry.models.people import Spell


class Candidacy(Spell):
    """One year's entrance examination: the adjustments made, the score, whether it reached the line, and the admission.

    The spell begins on the first day of the examination. `qualified` is null until the line is known.
    """

    year = models.PositiveSmallIntegerField("年度")
    adjustments = models.CharField("合理便利", max_length=80, blank=True)
    score = models.DecimalField("成绩", max_digits=5, decimal_places=1, null=True, blank=True)
    qualified = models.BooleanField("上线", null=True)
    stage = models.CharField("录取学段", max_length=12, choices=Stage, blank=True)
    school = models.CharField("录取学校", max_length=80, blank=True)

    class Meta(Spell.Meta):
        verbose_name = "高考"
        constraints = (  # type: ignore[assignment]  # two constraints more than the base has
            *Spell.Meta.constraints,
            models.CheckConstraint(condition=Q(school="") | Q(qualified=True), name="candidacy_admitted_is_qualified"),
            models.UniqueConstraint(
                fields=("person", "year"), condition=Q(retracted_at__isnull=True), name="candidacy_once_a_year"
            ),
        )


class TermAid(Spell):
    """What a pupil was spared or given in a term of compulsory schooling; the spell is the term, in fen where known."""

    kind = models.CharField("项目", max_length=9, choices=TermAidKind)
    amount_fen = models.BigIntegerField("金额（分）", null=True, blank=True)
    school = models.CharField("学校", max_length=80, blank=True)

    class Meta(Spell.Meta):
        verbose_name = "两免一补"
        constraints = (  # type: ignore[assignment]  # one constraint more than the base has
            *Spell.Meta.constraints,
            models.UniqueConstraint(
                fields=("person", "kind", "valid_from"), condition=Q(retracted_at__isnull=True), name="term_aid_once"
            ),
        )


class FollowUp(Spell):
    """One time that somebody was asked after, helped on, or answered; the spell is that day."""

    kind = models.CharField("跟进什么", max_length=10, choices=FollowUpKind)
    worker = models.CharField("跟进人", max_length=40)
    said = models.CharField("措施和情况", max_length=200)
    well = models.BooleanField("情况正常", null=True)

    class Meta(Spell.Meta):
        verbose_name = "跟进"


class TerminalContract(Spell):
    """The contract under which the calls of a person's terminal are answered."""

    number = models.CharField("合同编号", max_length=40)
    provider = models.CharField("服务商", max_length=80)

    class Meta(Spell.Meta):
        verbose_name = "呼叫终端服务合同"


class SchoolSurvey(Retractable):
    """How many pupils with disabilities an ordinary school reported on a day, none included; taken back by mark."""

    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="县")
    school = models.CharField("学校", max_length=80)
    day = models.DateField("摸底日期")
    pupils = models.PositiveSmallIntegerField("残疾学生人数")
    worker = models.CharField("摸底人", max_length=40)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-day", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("division", "school", "day"), condition=Q(retracted_at__isnull=True), name="school_survey_once"
            ),
        )
