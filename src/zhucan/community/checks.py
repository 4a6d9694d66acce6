"""What is wrong with the records of activities; all checks run by `zhucan verify`."""

from collections.abc import Callable, Iterator

from django.db.models import Count, F

from zhucan.community.activities import credited
from zhucan.community.models import Activity, Participant
from zhucan.registry.models import Death


def nobody_after_death() -> Iterator[str]:
    """Nobody takes part after their death, learnt late perhaps."""
    dead = dict(Death.objects.filter(retracted_at=None).values_list("person_id", "valid_from"))
    rows = Participant.objects.filter(who="self", retracted_at=None, attended__gt=0, person__in=dead)
    for key, person, day in rows.values_list("pk", "person_id", "activity__starts_on"):
        assert person is not None  # the filter says so
        if day > dead[person]:
            yield f"人员 {person} 于 {dead[person]} 去世，之后 {day} 仍有参加活动的记录 {key}：请核对。"


def sessions_are_enough() -> Iterator[str]:
    """Nobody attended more sessions than there were."""
    rows = Participant.objects.filter(retracted_at=None, attended__gt=F("activity__sessions"))
    for key, name in rows.values_list("pk", "activity__title"):
        yield f"活动“{name}”的参加记录 {key} 到课次数多于课次：请核对。"


def places_are_enough() -> Iterator[str]:
    """No activity has more people than places."""
    rows = Activity.objects.filter(retracted_at=None, participants__retracted_at=None, planned__isnull=False)
    for found in rows.annotate(many=Count("participants")).filter(many__gt=F("planned")):
        yield f"活动 {found.pk} 名额 {found.planned}，报名 {found.many}：请核对。"


def hours_stand_once() -> Iterator[str]:
    """The hours that workers have of an activity stand among their trainings, and nowhere they were taken back."""
    for one in Participant.everything.filter(worker__isnull=False, version_of=None).select_related(
        "activity", "worker", "training"
    ):
        want = None if one.retracted_at else credited(one, one.activity)
        held = one.training if one.training and one.training.retracted_at is None else None
        if (held and held.hours) != (want and want["hours"]):
            yield f"活动“{one.activity}”的参加记录 {one.pk}：{one.worker}的学时与登记的培训不一致：请重新登记到场。"


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    nobody_after_death, sessions_are_enough, places_are_enough, hours_stand_once,
)  # fmt: skip


def faults() -> Iterator[str]:
    """Yield every fault that any check finds."""
    for check in CHECKS:
        yield from check()
