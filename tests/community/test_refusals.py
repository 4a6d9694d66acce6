"""What cannot be is refused in one sentence, and changes nothing."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.community.conftest import Hall
from tests.county import told
from zhucan.community import activities, checks, participants
from zhucan.community.activities import ActivityRefused
from zhucan.community.kinds import KINDS
from zhucan.community.models import Activity, Participant
from zhucan.community.participants import Entrant
from zhucan.registry import services as registry

pytestmark = pytest.mark.django_db
DAY = date(2025, 5, 12)


def refused(message: str):
    return pytest.raises(ActivityRefused, match=message)


def test_nobody_takes_part_before_birth_after_death_from_elsewhere_or_twice(hall: Hall):
    course = hall.hold("vocational", "电脑班", DAY, subject="computer")
    ann, dead = hall.person(), hall.person()
    registry.record_death(person=dead, day=date(2025, 3, 1), witness=told("2025-03-02"))
    gone = hall.person()
    registry.move(person=gone, day=date(2025, 1, 1), division=hall.county.b, witness=told("2025-01-02"))
    with refused("早于.*出生日期"):
        hall.join(hall.hold("lecture", "讲座", date(1979, 1, 1)), ann, None)
    with refused("已去世"):
        hall.join(course, dead, None)
    with refused("户籍当时不在"):
        hall.join(course, gone, None)
    hall.join(course, ann, None)
    with refused("同一个人只能报一次"):
        hall.join(course, ann, None)
    assert Participant.objects.count() == 1


def test_places_and_sessions_are_not_exceeded(hall: Hall):
    course = hall.hold("vocational", "电脑班", DAY, subject="computer", planned=1, sessions=3)
    ann = hall.person()
    row = hall.join(course, ann, None)
    with refused("名额 1 人已满"):
        hall.join(course, hall.person(), None)
    with refused("多于.*3 次"):
        participants.note(participant=row, attended=4, **hall.told)
    participants.note(participant=row, attended=3, **hall.told)
    same = {"title": "电脑班", "organiser": "示例县残联", "starts_on": DAY, "subject": "computer"}
    with refused("已登记有人到课 3 次"):
        activities.correct(activity=course, **same, sessions=2, **hall.told)
    assert activities.correct(activity=course, **same, sessions=5, **hall.told).planned is None
    assert list(checks.faults()) == []


def test_what_came_of_a_part_agrees_with_itself(hall: Hall):
    course = hall.hold("vocational", "电脑班", DAY, subject="computer")
    row = hall.join(course, hall.person(), None)
    for message, said in (
        ("没有到场，不会有结果", {"passed": True}),
        ("考试却没有合格", {"attended": 1, "number": "ZS-1"}),
        ("却没有证书编号", {"attended": 1, "level": "初级"}),
        ("没有“结果”这一项", {"attended": 1, "outcome": "hired"}),
    ):
        with refused(message):
            participants.note(participant=row, **said, **hall.told)
    business = hall.hold("online_business", "I创计划", DAY, platform="示例平台")
    start = hall.join(business, hall.person(), None)
    for message, said in (
        ("从哪一天起", {"attended": 1, "outcome": "shop"}),
        ("应在活动开始和今天之间", {"attended": 1, "outcome": "shop", "outcome_from": date(2025, 1, 1)}),
        ("月收入", {"attended": 1, "outcome": "none", "income_fen": 1}),
    ):
        with refused(message):
            participants.note(participant=start, **said, **hall.told)
    row.refresh_from_db()
    assert (row.attended, row.passed) == (None, None)
    later = hall.hold("vocational", "明年的班", date(2026, 9, 1), subject="computer")
    with refused("不能先登记到场"):
        hall.join(later, hall.person(), 1)


def test_an_activity_records_what_its_kind_asks_and_nothing_else(hall: Hall):
    for message, kind, more in (
        ("要写内容分类", "vocational", {}),
        ("要写渠道", "campaign", {}),
        ("没有“渠道”这一项", "lecture", {"channel": "bus"}),
        ("早于开始日期", "lecture", {"last_on": date(2025, 5, 1)}),
        ("学时要大于 0", "lecture", {"hours": Decimal(0)}),
    ):
        with refused(message):
            hall.hold(kind, "不对的", DAY, **more)
    campaign = hall.hold("campaign", "横幅", DAY, channel="banner", quantity=30)
    with refused("不登记参加人"):
        participants.sign_up(activity=campaign, entrant=Entrant(hall.person()), **hall.told)
    with refused("不登记工作人员"):
        hall.join(hall.hold("vocational", "班", DAY, subject="computer"), hall.therapist)
    with refused("已经登记过"):
        hall.hold("campaign", "横幅", DAY, channel="banner", quantity=30)
    assert Activity.objects.count() == 2


def test_what_is_taken_back_takes_its_list_along_and_leaves_a_reason(hall: Hall):
    course = hall.hold("vocational", "电脑班", DAY, subject="computer")
    ann = hall.person()
    first = hall.join(course, ann, None)
    participants.withdraw(participant=first, reason="报错", **hall.told)
    hall.join(course, ann, 1)  # may be signed up again
    with refused("没有写撤回原因"):
        activities.retract(activity=course, reason=" ", **hall.told)
    activities.retract(activity=course, reason="取消", **hall.told)
    assert not Participant.objects.filter(retracted_at=None).exists()
    with refused("已经撤回"):
        hall.join(course, ann, None)


def test_a_death_learnt_late_is_found_by_the_checks(hall: Hall):
    ann = hall.person()
    hall.join(hall.hold("vocational", "电脑班", DAY, subject="computer"), ann)
    registry.record_death(person=ann, day=date(2025, 1, 1), witness=told("2026-01-05"))

    assert [sentence for sentence in checks.faults() if f"人员 {ann.pk}" in sentence]


def test_every_kind_is_declared_soundly():
    fields = {field.name for field in Activity._meta.get_fields()}
    columns = {field.name for field in Participant._meta.get_fields()}
    for kind in KINDS:
        assert {"cost_fen" if name == "cost" else name for name in kind.asks} <= fields
        assert {"income_fen" if name == "income" else name for name in kind.tells} <= columns
        assert bool(kind.subjects) == ("subject" in kind.asks)
        assert bool(kind.outcomes) == ("outcome" in kind.tells)
        assert kind.who or not kind.tells
        assert kind.systems


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(planned=st.integers(1, 4), asked=st.integers(1, 7))
def test_never_more_take_part_than_there_are_places(hall: Hall, planned: int, asked: int):
    course = hall.hold("vocational", f"班{Activity.objects.count()}", DAY, subject="computer", planned=planned)
    for _ in range(asked):
        try:
            hall.join(course, hall.person(), None)
        except ActivityRefused:
            assert course.participants.count() == planned
    assert course.participants.count() == min(planned, asked)
