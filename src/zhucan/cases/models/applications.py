"""Applications: what somebody asked for, where it stands, and every step it took."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from zhucan.policy.schemes import LifeEvent
from zhucan.policy.steps import State


class Channel(models.TextChoices):
    """How an application came."""

    WINDOW = "window", "窗口"
    ONLINE = "online", "网上"
    VISIT = "visit", "上门代办"


class Relation(models.TextChoices):
    """Who asks, seen from the person concerned."""

    SELF = "self", "本人"
    GUARDIAN = "guardian", "监护人"
    KIN = "kin", "近亲属"
    ENTRUSTED = "entrusted", "受委托人"
    COMMISSIONER = "commissioner", "专职委员代办"


class Bundle(models.Model):
    """What was asked for at one time: one form, for an event in a life or for schemes picked one by one.

    Whoever asks for somebody else says by what right; a guardian's is the registered guardianship.
    """

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="bundles")
    event = models.CharField("事项", max_length=20, blank=True, choices=[(one.value, one.label) for one in LifeEvent])
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    relation = models.CharField("申请人与本人关系", max_length=12, choices=Relation)
    applicant = models.CharField("申请人", max_length=40)
    authorisation = models.CharField("代办依据", max_length=120, blank=True)
    applied_on = models.DateField("申请日期")
    recorded_at = models.DateTimeField("登记时间")
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+", verbose_name="登记人")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(relation__in=("self", "guardian")) | ~Q(authorisation=""), name="bundle_authorised"
            ),
        )


class Application(models.Model):
    """One scheme asked for. `answers` holds what only the applicant can tell: facts by name, and the items of a claim.

    `applied_on` is the day that counts for the rule; `place` where the person lives, `division` the county that decides.
    `due_on` is the last day for the step that waits; while papers are awaited `paused_on` is set and the clock stands. A
    case is open until it is decided or left; somebody has one open case for a scheme.
    """

    bundle = models.ForeignKey(Bundle, models.PROTECT, related_name="applications")
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="applications")
    scheme = models.CharField("项目", max_length=40)
    division = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="办理县")
    place = models.ForeignKey("orgs.Division", models.PROTECT, related_name="+", verbose_name="户籍地")
    applied_on = models.DateField("申请日期")
    answers = models.JSONField("填写内容", default=dict)
    state = models.CharField("状态", max_length=12, choices=[(one.value, one.label) for one in State])
    state_since = models.DateField("到此状态的日期")
    due_on = models.DateField("办理期限", null=True)
    paused_on = models.DateField("停止计时", null=True)
    decided_on = models.DateField("决定日期", null=True)
    closed_on = models.DateField("办结日期", null=True)
    award = models.OneToOneField("cases.Award", models.PROTECT, null=True, related_name="application")
    transferred_from = models.OneToOneField("self", models.PROTECT, null=True, related_name="transferred_to")
    review_of = models.OneToOneField("self", models.PROTECT, null=True, related_name="review")

    class Meta:
        indexes = (
            models.Index(fields=("place", "due_on"), condition=Q(closed_on__isnull=True), name="application_queue"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("person", "scheme"),
                condition=Q(decided_on__isnull=True, closed_on__isnull=True),
                name="application_open_once",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("applied_on")), name="application_closed_after"
            ),
        )

    @property
    def number(self) -> str:
        """Return the number that is told to the applicant; it never changes."""
        return f"{self.applied_on:%Y}{self.pk:07d}"


class Move(models.Model):
    """One step that an application took. Never changed, never removed."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="moves")
    step = models.CharField("步骤", max_length=12)
    source = models.CharField("从", max_length=12)
    target = models.CharField("到", max_length=12)
    role = models.CharField("以什么身份", max_length=20)
    by = models.ForeignKey("orgs.User", models.PROTECT, null=True, related_name="+", verbose_name="谁")
    on = models.DateField("日期")
    at = models.DateTimeField("登记时间")
    reason = models.CharField("原因", max_length=400, blank=True)

    class Meta:
        ordering = ("pk",)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new move; an existing one is refused."""
        if not self._state.adding:
            raise TypeError("a move is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise TypeError("a move is never removed")
