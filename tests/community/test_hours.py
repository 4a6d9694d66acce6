"""The hours that workers have of courses stand among their trainings: once, as they are known now, and taken back with them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.community.conftest import Hall
from zhucan.community import activities, checks, participants
from zhucan.community.activities import ActivityRefused
from zhucan.community.models import Activity, Participant
from zhucan.facilities import services as facilities
from zhucan.facilities.models import Training, Worker
from zhucan.facilities.reading import Around, EntryRefused
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.models import AuditEntry

pytestmark = pytest.mark.django_db
Figure = Callable[..., Any]
DAY = date(2025, 5, 12)
FIVE = {"subject": "therapy", "hours": Decimal(30), "sessions": 5, "last_on": date(2025, 5, 16)}


def hours(worker: Worker) -> list[Decimal]:
    """Return the hours of the trainings of a worker that stand."""
    return list(worker.trainings.filter(retracted_at=None).order_by("day", "pk").values_list("hours", flat=True))


def course(hall: Hall, title: str = "康复技术班", **more: Any) -> Activity:
    return hall.hold("professional", title, DAY, **{**FIVE, **more})


def test_s097_s142_attended_courses_and_trainings_entered_in_a_place_make_one_sum_of_hours(
    hall: Hall, figure: Figure, capsys: pytest.CaptureFixture[str]
):
    held = course(hall)
    hall.join(held, hall.therapist, 4)
    volunteer = hall.worker("乙志愿者", "volunteer", qualification="培训合格证")
    hall.join(held, volunteer, 1)
    one = Training.objects.get(worker=hall.therapist)

    assert (one.day, one.last_on, one.topic, one.organiser, one.hours) == (
        DAY, date(2025, 5, 16), "康复技术班", "示例县残联", Decimal("24.0"),
    )  # fmt: skip
    assert (figure("rehabilitation-staff"), figure("rehabilitation-staff-below")) == (2, 1)
    assert [one.detail for one in engine.records("rehabilitation-staff-below", "330499", Period.year(2025))] == [
        "康复志愿者乙志愿者，培训合格证，本年学时 6.0，要求 24"
    ]
    assert (figure("trainings-held"), figure("rehabilitation-staff-trained"), figure("attended-professional")) == (
        1,
        2,
        2,
    )
    assert figure("rehabilitation-staff-below", period=Period.year(2024)) == 2  # none had any that year
    call_command("facility", "people", "--on", "2025-12-31", "--division", "330499")
    said = capsys.readouterr().out
    assert "康复治疗师甲治疗师 示例医院 24.0 学时，达到 24" in said
    assert "康复志愿者乙志愿者 示例县 6.0 学时，没有达到 24" in said

    facilities.enter(
        what="training", subject=hall.county.a, around=Around(hall.county.a), **hall.told,
        said={"worker": volunteer.name, "day": "2025-09-01", "topic": "志愿服务", "organiser": "示例市残联", "hours": "18"},
    )  # fmt: skip
    assert figure("rehabilitation-staff-below") == 0
    assert list(checks.faults()) == []


def test_noting_a_result_again_leaves_the_hours_as_they_are_and_another_result_replaces_them(hall: Hall):
    row = hall.join(course(hall), hall.therapist, 4)
    first, before = Training.objects.get(), AuditEntry.objects.count()
    participants.note(participant=row, attended=4, **hall.told)
    assert (Training.objects.get(), AuditEntry.objects.count()) == (first, before)

    participants.note(participant=row, passed=True, number="GW-1", **hall.told)
    assert Training.objects.get() == first  # a certificate changes no hours
    participants.note(participant=row, attended=5, **hall.told)
    assert hours(hall.therapist) == [Decimal(30)]
    first.refresh_from_db()
    assert first.retracted_at is not None
    participants.note(participant=row, attended=0, passed=None, number="", **hall.told)
    assert hours(hall.therapist) == []
    assert list(checks.faults()) == []


def test_a_corrected_course_changes_the_hours_of_everybody_who_came(hall: Hall):
    held, other = course(hall), hall.worker("乙", "volunteer")
    rows = [hall.join(held, hall.therapist, 5), hall.join(held, other, 2)]
    said = {"title": held.title, "organiser": held.organiser, "starts_on": DAY, **FIVE}
    activities.correct(activity=held, **said, note="补写说明", **hall.told)
    assert Training.objects.count() == 2  # nothing about the hours changed

    activities.correct(activity=held, **{**said, "hours": Decimal(20), "title": "康复技术一班"}, **hall.told)
    assert (hours(hall.therapist), hours(other)) == ([Decimal(20)], [Decimal(8)])
    assert {one.topic for one in Training.objects.filter(retracted_at=None)} == {"康复技术一班"}
    activities.correct(activity=held, **{**said, "hours": None}, **hall.told)
    assert hours(hall.therapist) == hours(other) == []
    activities.correct(activity=held, **said, **hall.told)
    participants.withdraw(participant=rows[0], reason="报错", **hall.told)
    assert (hours(hall.therapist), hours(other)) == ([], [Decimal(12)])
    activities.retract(activity=held, reason="没有办成", **hall.told)
    assert hours(other) == []
    assert list(checks.faults()) == []


def test_hours_of_a_course_are_not_entered_a_second_time_by_hand(hall: Hall):
    told: dict[str, Any] = {"what": "training", "subject": hall.county.a, "around": Around(hall.county.a), **hall.told}
    by_hand = {"worker": hall.therapist.name, "day": "2025-05-12", "topic": "康复技术班", "organiser": "示例县残联"}
    row = hall.join(course(hall), hall.therapist, 4)
    with pytest.raises(EntryRefused, match="已经登记"):
        facilities.enter(said={**by_hand, "hours": "8"}, **told)
    same = facilities.enter(said={**by_hand, "last_on": "2025-05-16", "hours": "24"}, **told)
    row.refresh_from_db()
    assert same == row.training == Training.objects.get()

    second = facilities.enter(said={**by_hand, "topic": "辅具适配班", "hours": "8"}, **told)
    with pytest.raises(ActivityRefused, match="先撤回再登记"):
        hall.join(course(hall, "辅具适配班"), hall.therapist, 5)
    assert Training.objects.filter(retracted_at=None).count() == 2
    facilities.retract(row=second, reason="改由活动登记", **hall.told)
    assert Participant.objects.get(activity__title="辅具适配班").training is None


def test_hours_that_come_from_an_activity_are_corrected_there_alone(hall: Hall):
    row = hall.join(course(hall), hall.therapist, 4)
    with pytest.raises(EntryRefused, match="还有登记在它上面的活动参加记录"):
        facilities.retract(row=Training.objects.get(), reason="不对", **hall.told)
    with pytest.raises(EntryRefused, match="还有登记在它上面的"):
        facilities.retract(row=hall.therapist, reason="不对", **hall.told)
    participants.withdraw(participant=row, reason="报错", **hall.told)
    facilities.retract(row=hall.therapist, reason="登记错了", **hall.told)


def test_the_same_course_held_twice_counts_its_hours_once(hall: Hall):
    hall.join(course(hall), hall.therapist, 5)
    again = course(hall, division=hall.village.parent)
    with pytest.raises(ActivityRefused, match="已从另一项活动登记学时"):
        hall.join(again, hall.therapist, 5)
    assert hours(hall.therapist) == [Decimal(30)]


def test_a_course_has_no_more_hours_than_its_days_and_only_courses_for_staff_give_any(hall: Hall):
    with pytest.raises(ActivityRefused, match="1 天不会有 30 学时"):
        course(hall, last_on=DAY)
    hall.join(hall.hold("joint", "志愿行动", DAY), hall.therapist)
    hall.join(course(hall, "康复管理班", hours=None), hall.therapist)
    hall.join(course(hall, "辅具班"), hall.person(), 5)  # a person of the register has no hours of work
    assert not Training.objects.exists()


def test_hours_that_went_astray_are_found_by_the_checks(hall: Hall):
    hall.join(course(hall), hall.therapist, 5)
    Training.objects.update(hours=Decimal(3))
    assert [one for one in checks.faults() if "学时与登记的培训不一致" in one]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(st.none() | st.integers(0, 5), min_size=1, max_size=5))
def test_whatever_is_noted_one_training_at_most_stands_and_tells_what_was_noted_last(
    hall: Hall, told: list[int | None]
):
    held = course(hall, f"班{Activity.objects.count()}")
    row = hall.join(held, hall.therapist, None)
    for attended in told:
        row = participants.note(participant=row, attended=attended, **hall.told)
    stands = Training.objects.filter(topic=held.title, retracted_at=None)
    assert [one.hours for one in stands] == ([Decimal(6 * told[-1])] if told[-1] else [])
    assert list(checks.faults()) == []
