"""Schools, bases, kindergartens and stations with their people, and what is counted of them."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from tests.county import told
from tests.facilities.conftest import AT, YEAR, Places
from tests.given import grant
from zhucan.delivery import plans
from zhucan.facilities import services
from zhucan.facilities.models import Stay
from zhucan.facilities.reading import EntryRefused
from zhucan.indicators import engine
from zhucan.orgs import institutions
from zhucan.orgs.clock import moment
from zhucan.orgs.models import AuditEntry
from zhucan.orgs.standards import set_standard
from zhucan.policy.catalogue import scheme
from zhucan.registry import findings
from zhucan.registry import services as registry

pytestmark = pytest.mark.django_db

TEACHER = {"post": "special_teacher", "valid_from": "2020-09-01"}


def test_s107_a_special_school_has_pupils_teachers_facilities_and_an_issue_list(places: Places):
    school = places.facility("special_school", "示例特教学校", capacity="60", address="示例路 1 号")
    for _ in range(3):
        places.stay(school, places.person(born=date(2014, 5, 1)), "pupil")
    places.enter("worker", school, name="王老师", qualification="教师资格证", **TEACHER)
    places.enter("feature", school, kind="room", room="律动教室", quantity="1", valid_from="2024-09-01")
    issue = places.enter(
        "issue",
        school,
        kind="problem",
        text="校车不够",
        unit="示例县教育局",
        found_on="2025-03-01",
        due_on="2025-09-01",
    )

    assert [places.figure(name) for name in ("special-schools", "special-school-pupils", "special-teachers")] == [
        1,
        3,
        1,
    ]
    assert places.records("facility-problems-open") == ["示例特教学校，校车不够，示例县教育局，期限 2025-09-01"]
    assert places.figure("facility-problems-late") == 1

    services.settle(issue=issue, day=date(2025, 12, 1), outcome="新增一辆校车", at=AT, by=None)

    assert [places.figure(f"facility-problems-{name}") for name in ("open", "settled")] == [0, 1]


def test_s109_a_child_of_a_kindergarten_is_followed_to_the_next_stage(places: Places):
    garden = places.facility("kindergarten", "示例康教幼儿园", capacity="30")
    at_school, lost, staying = (places.person(born=date(2018, 5, 1)) for _ in range(3))
    for child in (at_school, lost, staying):
        places.stay(garden, child, "child")
    places.enter(
        "support",
        garden,
        day="2025-05-06",
        amount_fen="20000",
        purpose="康教结合扶持",
        document="示例县财教〔2025〕1号",
    )
    body = institutions.register(name="示例康教幼儿园", kind="rehabilitation", division=places.county.a, at=AT, by=None)
    plan = plans.plan(
        award=grant(places.county, at_school, scheme("physical-training"), 100_000, "2025-04-01"), institution=body,
        discipline="physical", units=9, unit="次", unit_fen=10_000, starts_on=date(2025, 4, 1), ends_on=date(2026, 1, 1),
        at=moment(date(2025, 4, 1)), by=None,
    )  # fmt: skip
    for day in (date(2025, 4, 8), date(2025, 10, 8)):  # in the kindergarten, and after it
        plans.record(
            plan=plan, day=day, begins=time(9), ends=time(10), units=1, worker="甲", signed_by="乙", at=AT, by=None
        )
    for child, where in ((at_school, "primary"), (lost, "unknown")):
        stay = Stay.objects.get(person=child)
        services.end(row=stay, day=date(2025, 9, 1), at=AT, by=None, goes_on=where)
    findings.set_schooling(
        person=at_school, day=date(2025, 9, 1), said={"stage": "primary", "placement": "regular", "school": "示例小学"},
        witness=told("2025-09-02"),
    )  # fmt: skip

    assert places.figure("preschool-places") == 30
    assert places.figure("preschool-children") == 1
    assert places.figure("preschool-support") == Decimal("20000.00")
    assert places.figure("preschool-children-support") == Decimal("100.00")
    assert [places.figure(f"preschool-{name}") for name in ("left", "at-school", "to-follow")] == [2, 1, 1]
    assert places.records("preschool-at-school") == ["示例康教幼儿园，2025-09-01 离开，升入普通小学，就学登记：小学"]

    services.follow(stay=Stay.objects.get(person=lost), goes_on="home", at=AT, by=None)

    assert places.figure("preschool-to-follow") == 0


def test_s113_teachers_below_the_yearly_training_and_schools_short_of_teachers_are_listed(places: Places):
    school = places.facility("special_school", "示例特教学校")
    ordinary = places.facility("ordinary_school", "示例小学")
    for _ in range(5):
        places.stay(school, places.person(born=date(2014, 5, 1)), "pupil")
    places.enter("worker", school, name="王老师", qualification="特教教师证", **TEACHER)
    places.enter("worker", ordinary, name="李老师", post="资源教师", valid_from="2022-09-01")
    for day, hours in (("2025-03-01", "24"), ("2025-06-01", "24"), ("2025-07-01", "24"), ("2024-07-01", "20")):
        places.enter("training", school, worker="王老师", day=day, topic="培智课程", organiser="示例师院", hours=hours)

    assert places.figure("special-teachers-below") == 1
    assert places.records("special-teachers-below") == ["示例小学，资源教师李老师，没有资格证书，本年学时 0.0，要求 72"]
    assert places.figure("special-teachers-trained") == 3
    assert places.figure("pupils-per-teacher") == Decimal("500.00")
    assert places.records("special-schools-short") == ["示例特教学校，学生 5 名，教师 1 名，每名教师 5.0 名学生"]

    places.enter("worker", school, name="赵老师", qualification="特教教师证", **TEACHER)

    assert places.figure("special-schools-short") == 0
    assert places.figure("special-teachers-below") == 2


def test_a_requirement_that_no_document_sets_leaves_the_figure_unknown(places: Places):
    school = places.enter("facility", places.county.b, kind="special_school", name="乙县特教学校")
    places.enter("worker", school, name="王老师", qualification="特教教师证", **TEACHER)

    assert places.figure("special-teachers-below", place="330498") is None
    assert places.figure("special-schools-short", place="330498") is None

    set_standard(
        name="special_teacher_training_hours", place="330498", valid_from=date(2025, 1, 1), value="10", document="乙县文件", at=AT, by=None
    )  # fmt: skip

    assert places.figure("special-teachers-below", place="330498") == 1


def test_s084_bases_by_level_with_workers_placed_and_households_reached(places: Places):
    base, other = (places.facility("poverty_base", name) for name in ("示例菌菇基地", "示例果园"))
    for where, level, day in (
        (base, "county", "2023-06-01"),
        (base, "省级", "2025-06-01"),
        (other, "county", "2025-07-01"),
    ):
        places.enter("designation", where, level=level, title="扶贫基地", valid_from=day, document="示例文件")
    worker, reached = places.person(), places.person()
    places.stay(base, worker, "worker")
    registry.form_household(members={reached: "户主"}, day=date(2020, 1, 1), at=AT, witness=told("2020-01-01"))
    places.stay(base, reached, "household")

    assert places.figure("poverty-bases") == 2
    assert [places.figure(f"poverty-bases-new-{level}") for level in ("provincial", "city", "county")] == [1, 0, 1]
    assert [places.figure(f"poverty-base-{name}") for name in ("workers", "households")] == [1, 1]
    assert places.records("poverty-bases-new-provincial") == ["示例菌菇基地，省级扶贫基地，2025-06-01 批准"]

    services.end(row=other, day=date(2025, 12, 1), at=AT, by=None)

    assert places.figure("poverty-bases") == 1


def test_s142_trainings_and_staff_below_the_requirement_are_told(places: Places):
    centre = places.facility("rehabilitation_centre", "示例康复中心")
    for name, post, paper in (
        ("陈", "therapist", "治疗师证"),
        ("钱", "volunteer", ""),
        ("孙", "manager", "培训合格证"),
    ):
        places.enter("worker", centre, name=name, post=post, qualification=paper, valid_from="2024-01-01")
    for name in ("陈", "孙"):
        places.enter(
            "training", centre, worker=name, day="2025-04-01", topic="社区康复", organiser="示例省残联", hours="16"
        )
    places.enter("training", centre, worker="陈", day="2025-10-01", topic="辅具适配", organiser="示例省残联", hours="8")

    assert [
        places.figure(name) for name in ("rehabilitation-staff", "trainings-held", "rehabilitation-staff-trained")
    ] == [3, 2, 3]
    assert places.records("rehabilitation-staff-below") == [
        "示例康复中心，基层康复管理人员孙，培训合格证，本年学时 16.0，要求 24",
        "示例康复中心，康复志愿者钱，没有资格证书，本年学时 0.0，要求 24",
    ]


def test_s182_features_are_kept_by_facility_and_room_with_their_day(places: Places):
    centre, stop = (
        places.facility("service_facility", "示例综合服务中心"),
        places.facility("public_place", "示例图书馆"),
    )
    for room, day in (("101 室", "2024-05-01"), ("102 室", "2025-05-01")):
        places.enter("feature", centre, kind="braille_sign", room=room, quantity="1", valid_from=day)
    old = places.enter("feature", stop, kind="braille_sign", room="阅览室", quantity="2", valid_from="2025-03-01")
    places.enter("feature", centre, kind="induction_loop", room="报告厅", quantity="1", valid_from="2025-05-01")
    services.end(row=old, day=date(2025, 8, 1), at=AT, by=None)

    assert places.figure("braille-signs") == 2
    assert places.figure("braille-signs-new") == 3
    assert places.figure("braille-signs-facilities") == 1
    assert places.records("braille-signs") == [
        "示例综合服务中心，盲文标志门牌，101 室，1 处，2024-05-01",
        "示例综合服务中心，盲文标志门牌，102 室，1 处，2025-05-01",
    ]
    assert places.figure("induction-loops-facilities") == 1


@pytest.mark.parametrize(
    ("what", "said", "sentence"),
    [
        ("stay", {"person": "测试1", "kind": "worker", "valid_from": "2025-01-01"}, "只能是学生"),
        ("stay", {"person": "999999", "kind": "pupil", "valid_from": "2025-01-01"}, "登记里没有符合的人"),
        ("worker", {"name": "", "post": "therapist", "valid_from": "2025-01-01"}, "没有填写姓名"),
        ("worker", {"name": "甲", "post": "院长", "valid_from": "2025-01-01"}, "岗位没有“院长”"),
        ("worker", {"name": "=甲", "post": "therapist", "valid_from": "2025-01-01"}, "等号"),
        ("worker", {"name": "甲", "post": "therapist", "valid_from": "2030-01-01"}, "还没有到"),
        ("feature", {"kind": "ramp", "quantity": "0", "valid_from": "2025-01-01"}, "大于 0"),
        ("training", {"worker": "无人", "day": "2025-01-01", "topic": "a", "organiser": "b", "hours": "8"}, "没有登记"),
        ("support", {"day": "2025-01-01", "amount_fen": "-5", "purpose": "a", "document": "b"}, "金额"),
        ("designation", {"level": "县级", "title": "a", "valid_from": "2025-13-01", "document": "b"}, "批准日期"),
        ("patrol", {"worker": "甲", "day": "2025-01-01", "route": "a", "found": "b"}, "不登记在"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(places: Places, what: str, said: dict[str, str], sentence: str):
    school = places.facility("special_school", "示例特教学校")
    places.person()
    before = AuditEntry.objects.count()

    with pytest.raises(Exception, match=sentence) as caught:
        places.enter(what, school, **said)

    assert type(caught.value).__module__.startswith("zhucan")
    assert AuditEntry.objects.count() == before


def test_the_same_thing_said_twice_is_entered_once(places: Places):
    first, again = (places.facility("special_school", "示例特教学校", address="示例路") for _ in range(2))

    assert first == again
    with pytest.raises(EntryRefused, match="不用重复登记"):
        places.facility("special_school", "示例特教学校", address="另一条路")


def test_nobody_is_twice_in_a_place_at_once_and_a_full_place_is_not_closed(places: Places):
    school, pupil = places.facility("special_school", "示例特教学校"), places.person(born=date(2014, 5, 1))
    stay = places.stay(school, pupil, "pupil")

    with pytest.raises(EntryRefused, match="先结束那一段"):
        places.stay(school, pupil, "pupil", "2025-04-01")
    with pytest.raises(EntryRefused, match="还有在册的人"):
        services.end(row=school, day=date(2025, 12, 1), at=AT, by=None)
    with pytest.raises(EntryRefused, match="没有选择去向"):
        services.end(row=stay, day=date(2025, 12, 1), at=AT, by=None)
    services.end(row=stay, day=date(2025, 4, 1), at=AT, by=None, goes_on="home")

    assert places.stay(school, pupil, "pupil", "2025-04-01").pk != stay.pk


def test_what_was_entered_in_error_is_taken_back_with_its_reason_and_counts_no_more(places: Places):
    school = places.facility("special_school", "示例特教学校")
    worker = places.enter("worker", school, name="王老师", **TEACHER)

    with pytest.raises(EntryRefused, match="还有登记在它上面的人员"):
        services.retract(row=school, reason="登记错了", at=AT, by=None)
    services.retract(row=worker, reason="登记到了别的学校", at=AT, by=None)
    services.retract(row=school, reason="登记错了", at=AT, by=None)

    assert [places.figure(name) for name in ("special-schools", "special-teachers")] == [0, 0]
    with pytest.raises(EntryRefused, match="已经撤回"):
        services.retract(row=school, reason="再撤", at=AT, by=None)


def test_figures_of_a_past_moment_leave_out_what_was_entered_later(places: Places):
    places.facility("special_school", "示例特教学校")

    assert engine.figure("special-schools", "330499", YEAR, known_at=moment(date(2026, 1, 4))).value == 0
    assert engine.figure("special-schools", "330499", YEAR, known_at=moment(date(2026, 1, 6))).value == 1


def test_what_was_settled_or_lost_late_in_the_books_still_stands_in_the_figures_of_before(places: Places):
    school = places.facility("special_school", "示例特教学校")
    issue = places.enter(
        "issue",
        school,
        kind="problem",
        text="校车不够",
        unit="示例县教育局",
        found_on="2025-03-01",
        due_on="2025-09-01",
    )
    base = places.facility("training_base", "示例盲人按摩基地")
    title = places.enter("designation", base, level="city", title="培训基地", valid_from="2024-05-01", document="示例")
    later: dict[str, Any] = {"at": moment(date(2026, 3, 1)), "by": None}
    services.settle(issue=issue, day=date(2025, 12, 1), outcome="新增一辆校车", **later)
    services.end(row=title, day=date(2025, 11, 1), **later)

    def known(at: datetime | None) -> tuple[Any, bool]:
        told = [one.detail for one in engine.records("training-bases", "330499", YEAR, known_at=at)]
        return engine.figure("facility-problems-open", "330499", YEAR, known_at=at).value, "市级培训基地" in str(told)

    assert known(moment(date(2026, 2, 1))) == (1, True)
    assert known(None) == known(moment(date(2026, 4, 1))) == (0, False)
    assert base.designations.live().get().valid_to == date(2025, 11, 1)
