"""Standards of scored criteria, checks against them, what is open, defects and their repair, and the circle."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.facilities.conftest import AT, YEAR, Places
from tests.given import grant
from zhucan.community import activities
from zhucan.core.months import Month
from zhucan.delivery import plans
from zhucan.facilities import queries, services
from zhucan.facilities.importing import take_in
from zhucan.facilities.kinds import Status
from zhucan.facilities.models import Check, Criterion, Facility, Standard, Worker
from zhucan.facilities.reading import Around, EntryRefused
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs import institutions
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division
from zhucan.policy.catalogue import scheme

pytestmark = pytest.mark.django_db

CRITERIA = (  # number, points, department, essential
    ("1", "40", "县残联", "是"), ("2", "30", "县卫健局", "否"), ("3", "30", "县民政局", "否"),
)  # fmt: skip


def standard(places: Places, topic: str, *, division: Division | None = None, **more: Any) -> Standard:
    made: Standard = places.enter(
        "standard", division or places.county.a, name=f"示例{topic}标准", topic=topic,
        **{"level": "province", "document": "示例文件", "pass_mark": "80", "advanced_mark": "95", **more},
    )  # fmt: skip
    for number, points, department, essential in CRITERIA:
        places.enter(
            "criterion", made, number=number, text=f"条目{number}", department=department, points=points, proof="照片",
            essential=essential,
        )  # fmt: skip
    return made


def check(places: Places, under: Standard, subject: Any, kind: str, day: str, *points: str) -> Check:
    made: Check = places.enter("check", subject, standard=under.name, kind=kind, day=day, inspector="检查组")
    if points:
        criteria = list(under.criteria.live())
        told = {
            one.pk: (Decimal(given), "见照片" if given != "0" else "没有做")
            for one, given in zip(criteria, points, strict=True)
        }
        services.score(check=made, points=told, at=AT, by=None)
    return made


def test_s135_an_area_is_creating_until_an_inspection_finds_it_met_and_its_gaps_are_told(places: Places):
    under = standard(places, "rehabilitation_area")
    first, second = places.villages[0], places.villages[1]
    check(places, under, first, "self", "2025-03-01", "40", "30", "30")
    check(places, under, second, "self", "2025-03-01", "40", "10", "30")

    def stand() -> dict[str, tuple[Status | None, int]]:
        found = queries.standings(under, date(2025, 12, 31))
        return {str(one.subject): (one.status, len(one.latest.gaps) if one.latest else 0) for one in found}

    assert stand() == {str(first): (Status.CREATING, 0), str(second): (Status.CREATING, 1)}
    assert [places.figure(f"rehabilitation-area-{name}") for name in ("creating", "met", "gaps")] == [2, 0, 1]

    check(places, under, first, "inspection", "2025-06-01", "40", "30", "30")
    check(places, under, second, "inspection", "2025-06-01", "40", "20", "30")

    assert stand() == {str(first): (Status.ADVANCED, 0), str(second): (Status.MET, 1)}
    assert [places.figure(f"rehabilitation-area-{name}") for name in ("creating", "met", "advanced")] == [0, 2, 1]
    assert places.figure("rehabilitation-communities-met") == 2
    assert places.records("rehabilitation-area-gaps") == ["101201社区，2 条目2，县卫健局，差 10.00 分"]
    half = Period(Month(2025, 1), Month(2025, 6))
    assert places.figure("rehabilitation-area-met", period=half) == 0  # nobody had inspected by the end of May


def test_an_essential_criterion_is_made_up_for_by_nothing_and_a_standard_without_marks_judges_nobody(places: Places):
    under, open_ = (
        standard(places, "rehabilitation_area"),
        standard(places, "barrier_free_city", pass_mark="", advanced_mark=""),
    )
    check(places, under, places.villages[0], "inspection", "2025-06-01", "39", "30", "30")
    check(places, open_, places.county.a, "inspection", "2025-06-01", "40", "30", "30")

    assert queries.standings(under, date(2025, 12, 31))[0].status is Status.CREATING
    assert queries.standings(open_, date(2025, 12, 31))[0].status is None
    assert places.figure("barrier-free-city-met") is None


def test_s136_a_station_has_staff_equipment_and_a_yearly_check_and_those_that_meet_it_are_told_by_county(
    places: Places,
):
    under = standard(places, "rehabilitation_station")
    station, poor = (places.facility("rehabilitation_station", name) for name in ("甲站", "乙站"))
    places.enter("worker", station, name="陈", post="centre_worker", qualification="上岗证", valid_from="2024-01-01")
    places.enter(
        "feature", station, kind="equipment", name="平行杠", room="训练室", quantity="1", valid_from="2024-01-01"
    )
    check(places, under, station, "inspection", "2025-06-01", "40", "30", "20")
    check(places, under, poor, "inspection", "2025-06-01", "40", "0", "20")

    assert [places.figure(f"rehabilitation-station-{name}") for name in ("met", "checked")] == [1, 2]
    assert places.figure("station-standard-share") == Decimal("50.00")
    parts = engine.breakdown("rehabilitation-station-met", "330400", YEAR, "division")
    assert [(part.label, part.value) for part in parts] == [("示例乙县", 0), ("示例县", 1)]
    assert places.records("rehabilitation-station-met") == [
        "甲站，示例rehabilitation_station标准，达标，90.00/100.00，差距 1 条"
    ]

    county = places.county
    body = institutions.register(name="示例社区康复站", kind="rehabilitation", division=county.a, at=AT, by=None)
    linked = {"address": "", "institution": "示例社区康复站"}
    services.amend(facility=station, said=linked, around=Around(county.a, station), at=AT, by=None)
    person = places.person()
    award = grant(county, person, scheme("day-care"), 0, "2025-01-06")
    plan = plans.plan(
        award=award, institution=body, discipline="day_care", units=9, unit="天", starts_on=date(2025, 1, 6),
        ends_on=date(2026, 1, 1), at=moment(date(2025, 1, 6)), by=None,
    )  # fmt: skip
    for month in (2, 2, 5):
        day = date(2025, month, 3 + plan.sessions.count())
        plans.record(
            plan=plan, day=day, begins=time(9), ends=time(13), units=1, worker="甲", signed_by="乙", at=AT, by=None
        )

    parts = engine.breakdown("station-services", "330499", YEAR, "month")

    assert [(part.key, part.value) for part in parts] == [("2025-02", 2), ("2025-05", 1)]


def test_s083_a_training_base_shows_which_criterion_of_the_province_is_missing(places: Places):
    under = standard(places, "training_base")
    base = places.facility("training_base", "示例盲人按摩基地", capacity="40")
    for level, since, until in (("county", "2020-05-01", "2024-05-01"), ("city", "2024-05-01", "")):
        row = places.enter("designation", base, level=level, title="培训基地", valid_from=since, document="示例文件")
        if until:
            services.end(row=row, day=date.fromisoformat(until), at=AT, by=None)
    learner = places.person()
    places.enter("stay", base, person=str(learner.pk), kind="trainee", course="盲人按摩初级班", valid_from="2025-03-01")
    check(places, under, base, "inspection", "2025-06-01", "40", "0", "30")

    assert [places.figure(f"training-base{name}") for name in ("s", "-trainees", "-met", "-creating", "-gaps")] == [
        1,
        1,
        0,
        1,
        1,
    ]
    assert places.records("training-base-gaps") == ["示例盲人按摩基地，2 条目2，县卫健局，差 30.00 分"]
    assert places.records("training-base-trainees") == ["示例盲人按摩基地，学员，盲人按摩初级班，2025-03-01 起"]
    assert places.records("training-bases") == ["示例盲人按摩基地，市级培训基地"]
    assert [one.level for one in base.designations.all()] == ["city", "county"]


def test_s174_barrier_free_communities_are_numbered_in_the_order_of_their_acceptance(places: Places):
    under = standard(places, "barrier_free_community")
    a, b, c = places.villages[:3]
    places.enter(
        "feature", a, kind="ramp", room="东门", quantity="3", valid_from="2025-04-01", evidence="竣工照片 12 号"
    )
    places.enter("feature", a, kind="accessible_toilet", room="服务中心", quantity="1", valid_from="2025-05-01")
    check(places, under, b, "acceptance", "2025-05-01", "40", "30", "30")
    check(places, under, a, "acceptance", "2025-09-01", "40", "30", "20")
    check(places, under, c, "acceptance", "2025-04-01", "40", "0", "30")

    found = {str(one.subject): (one.number, one.accepted_on) for one in queries.standings(under, date(2025, 12, 31))}

    assert found == {str(b): (1, date(2025, 5, 1)), str(a): (2, date(2025, 9, 1)), str(c): (None, None)}
    assert places.figure("barrier-free-communities-province") == 2
    assert places.figure("barrier-free-communities-province-new", period=Period.month(Month(2025, 9))) == 1
    assert [places.figure(name) for name in ("ramps", "accessible-toilets", "barrier-free-works")] == [3, 1, 4]
    within = queries.standings(under, date(2025, 12, 31), within=a.code)
    assert [(str(one.subject), one.number) for one in within] == [(str(a), 2)]


def test_s176_readiness_and_open_gaps_are_told_by_department_before_an_announced_inspection(places: Places):
    city = Division.objects.get(code="330400000000")
    under = standard(places, "barrier_free_city", division=city, level="national")
    check(places, under, city, "self", "2025-06-01", "40", "10", "0")
    coming = check(places, under, city, "inspection", "2026-03-01")

    found = queries.standings(under, date(2026, 1, 5))[0]

    assert found.announced == coming
    assert found.latest is not None
    assert (found.latest.points, found.latest.of) == (Decimal(50), Decimal(100))
    ready = [(one.name, one.points, one.of, one.open) for one in queries.readiness(found.latest)]
    assert ready == [("县卫健局", 10, 30, 1), ("县民政局", 0, 30, 1), ("县残联", 40, 40, 0)]
    told = [one.detail for one in engine.records("barrier-free-city-gaps", "330400", YEAR)]
    assert told == ["示例市，2 条目2，县卫健局，差 20.00 分", "示例市，3 条目3，县民政局，差 30.00 分"]
    with pytest.raises(EntryRefused, match="还没有到"):
        services.score(check=coming, points={}, at=AT, by=None)


def test_s177_a_supervisor_patrols_and_a_defect_goes_to_its_unit_and_is_repaired(
    places: Places, settings: Any, tmp_path: Path
):
    settings.ZHUCAN_HOME = tmp_path
    town = places.villages[0]
    places.enter("worker", town, name="周", post="supervisor", area="中心商圈", valid_from="2025-01-01")
    patrol = places.enter("patrol", town, worker="周", day="2025-03-02", route="人民路", found="盲道被占")
    said = {
        "kind": "defect", "text": "盲道断头", "spot": "人民路 12 号门前", "unit": "示例县住建局", "found_on": "2025-03-02",
        "due_on": "2025-03-20", "patrol": str(patrol.pk),
    }  # fmt: skip
    with pytest.raises(EntryRefused, match="具体位置"):
        places.enter("issue", town, **{**said, "spot": ""})
    defect = places.enter("issue", town, **said)
    services.attach(issue=defect, name="a.jpg", chunks=[b"\xff\xd8\xff photo"], at=AT, by=None)
    assert defect.photo
    assert defect.patrol == patrol

    assert [places.figure(f"barrier-free-defects-{name}") for name in ("open", "late", "unreferred")] == [1, 1, 1]
    with pytest.raises(EntryRefused, match="还没有转交"):
        services.settle(issue=defect, day=date(2025, 4, 1), outcome="接通", at=AT, by=None)
    services.refer(issue=defect, day=date(2025, 3, 3), at=AT, by=None)
    services.settle(issue=defect, day=date(2025, 4, 1), outcome="已接通", at=AT, by=None)

    assert [places.figure(f"barrier-free-{name}") for name in ("supervisors", "patrols", "defects-found", "defects-settled", "defects-open")] == [1, 1, 1, 1, 0]  # fmt: skip
    assert places.records("barrier-free-patrols") == ["2025-03-02 周，人民路"]


def test_s179_rules_of_the_regulation_are_made_known_by_channel_and_held_against_public_places(places: Places):
    county = places.county.a
    for channel, quantity, reach, place in (
        ("bus", 40, 20_000, "示例县 1 路、2 路"), ("bus", 12, 3_000, "示例县 5 路"), ("tv", 20, 9_000, "示例县电视台"),
        ("sms", 5_000, 4_800, ""), ("banner", 30, None, "人民路"),
    ):  # fmt: skip
        activities.hold(
            kind="campaign", division=county, title=f"无障碍法规宣传 {quantity}", organiser="示例县残联", channel=channel,
            quantity=quantity, reach=reach, place=place, starts_on=date(2025, 5, 12), last_on=date(2025, 6, 12), at=AT, by=None,
        )  # fmt: skip

    assert [places.figure(f"campaign-{name}") for name in ("bus", "tv", "sms", "banner")] == [52, 20, 5000, 30]
    assert [places.figure(f"campaign-reach-{name}") for name in ("bus", "tv", "sms")] == [23_000, 9_000, 4_800]

    rules = places.enter(
        "standard", county, name="条例设施条款", topic="barrier_free_place", level="national",
        document="《无障碍环境建设条例》", pass_mark="3", advanced_mark="",
    )  # fmt: skip
    with pytest.raises(EntryRefused, match="还没有条目"):
        check(places, rules, places.facility("public_place", "示例图书馆"), "inspection", "2025-07-01")
    for number, text, essential in (
        ("1", "出入口无障碍", "是"),
        ("2", "设无障碍厕位", "否"),
        ("3", "设无障碍停车位", "否"),
    ):
        places.enter(
            "criterion", rules, number=number, text=text, department="场所管理单位", points="1", proof="照片", essential=essential
        )  # fmt: skip
    hall = places.facility("service_facility", "示例服务中心")
    library = Facility.objects.get(name="示例图书馆")
    check(places, rules, library, "inspection", "2025-07-01", "1", "0", "1")
    check(places, rules, hall, "inspection", "2025-07-02", "1", "1", "1")
    school = places.facility("special_school", "示例特教学校")
    with pytest.raises(EntryRefused, match="不是特殊教育学校的标准"):
        check(places, rules, school, "inspection", "2025-07-03")

    stand = {str(one.subject): one.status for one in queries.standings(rules, date(2025, 12, 31))}
    assert stand == {"示例图书馆": Status.CREATING, "示例服务中心": Status.MET}
    told = ("checked", "met", "creating", "gaps")
    assert [places.figure(f"barrier-free-place-{name}") for name in told] == [2, 1, 1, 1]
    assert places.records("barrier-free-place-gaps") == ["示例图书馆，2 设无障碍厕位，场所管理单位，差 1.00 分"]

    check(places, rules, library, "inspection", "2025-11-01", "1", "1", "1")

    assert [places.figure(f"barrier-free-place-{name}") for name in told] == [2, 2, 0, 0]


def test_s180_tasks_of_the_city_campaigns_have_a_department_and_a_deadline(places: Places):
    said = {"kind": "task", "unit": "示例县城管局", "found_on": "2025-01-10", "campaign": "文明城市创建，县文明办牵头"}
    done = places.enter("issue", places.county.a, text="清理占用盲道", due_on="2025-06-30", **said)
    places.enter("issue", places.county.a, text="公厕加装扶手", due_on="2025-09-30", **said)
    with pytest.raises(EntryRefused, match="创建活动"):
        places.enter("issue", places.county.a, text="x", due_on="2025-09-30", **{**said, "campaign": ""})
    services.settle(issue=done, day=date(2025, 6, 1), outcome="清理 12 处", at=AT, by=None)

    assert [places.figure(f"campaign-tasks-{name}") for name in ("found", "settled", "open", "late")] == [2, 1, 1, 1]
    assert places.records("campaign-tasks-late") == ["公厕加装扶手，示例县城管局，期限 2025-09-30"]


def test_s137_who_reaches_a_station_in_time_by_coordinates_or_measured_ways_and_who_is_not_known(places: Places):
    for village in range(4):
        places.person(village)
    near, far, measured, unknown = places.villages
    assert [places.figure(f"circle-{name}") for name in ("reached", "out", "unknown", "coverage")] == [0, 0, 4, None]

    station = places.facility("rehabilitation_station", "示例站", latitude="30.75", longitude="120.75")
    # at 24 km/h with a detour of 1.4, twenty minutes are 5.71 km as the crow flies; 0.01 degree of latitude is 1.112 km
    for place, latitude in ((near, "30.80"), (far, "30.81")):
        places.enter("spot", place, latitude=latitude, longitude="120.75")
    places.enter("travel", measured, facility="示例站", minutes="20", source="实测")

    assert [places.figure(f"circle-{name}") for name in ("reached", "out", "unknown")] == [2, 1, 1]
    assert places.figure("circle-coverage") == Decimal("66.67")
    assert places.figure("circle-minutes") == 20
    assert places.records("circle-blanks") == [far.name]
    assert places.records("circle-blanks-unknown") == [unknown.name]
    assert sorted(places.records("circle-reached")) == ["最近 20 分钟", "最近 20 分钟"]

    services.end(row=station, day=date(2025, 12, 1), at=AT, by=None)

    assert places.figure("circle-unknown") == 4


def test_a_list_is_taken_in_whole_or_not_at_all_and_again_without_doubling(places: Places, tmp_path: Path):
    path = tmp_path / "康复站.csv"
    head = "地方,名称,种类,地址,核定人数,纬度,经度,收款机构,启用日期\n"
    good = "101镇,示例一站,社区康复站,示例路 1 号,20,30.75,120.75,,2020-05-01\n330499102000,示例二站,社区康复站,,,,,,\n"
    path.write_text(head + good + "火星,示例三站,社区康复站,,,,,,\n", encoding="utf-8")
    told: dict[str, Any] = {"path": path, "what": "facility", "place": places.county.a, "at": AT, "by": None}
    with pytest.raises(EntryRefused, match=r"第 4 行：示例县没有“火星”"):
        take_in(**told)
    assert not Facility.objects.exists()
    path.write_text(head + good, encoding="utf-8")

    assert [take_in(**told), take_in(**told)] == [(2, 0), (0, 2)]
    assert Facility.objects.get(name="示例一站").capacity == 20

    staff = tmp_path / "人员.csv"
    staff.write_text(
        "场所,地方,姓名,岗位,资格证书,负责片区,到岗日期\n示例一站,,陈,康复治疗师,治疗师证,,2024-01-01\n,101镇,周,无障碍监督员,,中心,2024-01-01\n",
        encoding="utf-8",
    )
    assert take_in(**{**told, "path": staff, "what": "worker"}) == (2, 0)
    assert sorted(str(one.where) for one in Worker.objects.all()) == ["101镇", "示例一站"]

    under = standard(places, "school")
    more = tmp_path / "条目.csv"
    more.write_text(
        "编号,内容,责任部门,分值,佐证材料,必须达到\n4,新条目,,5,,是\n1,条目1,县残联,60,照片,否\n", encoding="utf-8"
    )
    with pytest.raises(Exception, match="第 3 行"):
        take_in(**{**told, "path": more, "what": "criterion", "standard": under})
    assert Criterion.objects.filter(standard=under).count() == 3
