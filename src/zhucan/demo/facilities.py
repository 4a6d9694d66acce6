"""Some places of the invented county: a school, a kindergarten, stations, bases, what they are held against, what is wrong there."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from zhucan.demo.life import at
from zhucan.facilities import services
from zhucan.facilities.models import Check, Facility, Standard
from zhucan.facilities.reading import Around
from zhucan.orgs.models import Division, User
from zhucan.registry.models import Person

_TOLD_ON = date(2026, 1, 7)
_PLACES = (
    ("special_school", "示例县特殊教育学校", "120", "30.742", "120.731"),
    ("kindergarten", "示例县启明康教幼儿园", "45", "30.747", "120.738"),
    ("rehabilitation_centre", "示例县康复中心", "80", "30.750", "120.740"),
    ("training_base", "示例县盲人按摩培训基地", "40", "", ""),
    ("poverty_base", "示例县青石菌菇扶贫基地", "", "", ""),
    ("service_facility", "示例县残疾人综合服务中心", "", "30.751", "120.742"),
)
_CRITERIA = (
    ("1", "有专用康复场地，面积和功能区符合文件", "县残联", "30", "平面图和照片", "是"),
    ("2", "至少有一名持证康复人员，全年在岗", "县卫健局", "30", "证书和考勤", "是"),
    ("3", "服务档案一人一档，按月更新", "县残联", "25", "抽查档案", "否"),
    ("4", "场所出入口、厕所无障碍", "县住建局", "15", "照片", "否"),
)
_RULES = (
    ("1", "出入口无台阶或有坡道", "是"), ("2", "设无障碍厕位", "否"), ("3", "设无障碍停车位", "否"), ("4", "服务台有低位台面", "否"),
)  # fmt: skip
_SCORES = (("30", "30", "20", "10"), ("30", "0", "25", "15"))


class _Clerk:
    """Enters what a clerk of the county types."""

    def __init__(self, user: User) -> None:
        self.user, self.at = user, at(_TOLD_ON, 10)

    def enter(self, what: str, subject: Facility | Division | Standard, **said: str) -> Any:
        place = subject if isinstance(subject, Division) else subject.division
        around = Around(place, subject if isinstance(subject, Facility) else None)
        return services.enter(what=what, subject=subject, said=said, around=around, at=self.at, by=self.user)

    def score(self, check: Check, points: Sequence[str]) -> None:
        given = {
            one.pk: (Decimal(said), "见档案" if said != "0" else "没有达到")
            for one, said in zip(check.standard.criteria.live(), points, strict=True)
        }
        services.score(check=check, points=given, at=self.at, by=self.user)


def enter(county: Division, user: User) -> None:
    """Enter the places, with people of the county in them, and problems that are open, late and settled."""
    clerk = _Clerk(user)
    made = {
        kind: clerk.enter(
            "facility", county, kind=kind, name=name, capacity=capacity, latitude=latitude, longitude=longitude,
            address="示例路", valid_from="2019-09-01",
        )
        for kind, name, capacity, latitude, longitude in _PLACES
    }  # fmt: skip
    villages = list(Division.objects.filter(parent__parent=county).order_by("code"))
    _people(clerk, made)
    _stations(clerk, county, villages)
    _watch(clerk, county, villages[0], made)
    _rules(clerk, county, made["service_facility"])


def _people(clerk: _Clerk, made: dict[str, Facility]) -> None:
    living = Person.objects.filter(
        residence_spells__valid_to=None, residence_spells__retracted_at=None, death_spells=None
    )
    young = living.filter(born__range=(date(2010, 1, 1), date(2018, 12, 31))).order_by("pk").distinct()
    small = living.filter(born__gte=date(2019, 1, 1), born__lt=date(2023, 1, 1)).order_by("pk").distinct()
    grown = living.filter(born__range=(date(1980, 1, 1), date(2000, 1, 1))).order_by("pk").distinct()
    for kind, stay, people in (
        ("special_school", "pupil", young[:6]), ("kindergarten", "child", small[:3]),
        ("training_base", "trainee", grown[:3]), ("poverty_base", "worker", grown[3:6]), ("poverty_base", "household", grown[6:9]),
    ):  # fmt: skip
        for person in people:
            clerk.enter("stay", made[kind], person=str(person.pk), kind=stay, course="", valid_from="2025-09-01")
    for kind, name, post, paper in (
        ("special_school", "纪兰", "special_teacher", "特教教师资格证"), ("special_school", "方圆", "special_teacher", ""),
        ("rehabilitation_centre", "罗平", "therapist", "康复治疗师资格证"), ("rehabilitation_centre", "姚静", "centre_worker", "上岗证"),
    ):  # fmt: skip
        clerk.enter("worker", made[kind], name=name, post=post, qualification=paper, valid_from="2022-09-01")
    for kind, name, hours in (("special_school", "纪兰", "24"), ("rehabilitation_centre", "罗平", "16")):
        clerk.enter(
            "training",
            made[kind],
            worker=name,
            day="2025-07-14",
            topic="康教结合实务",
            organiser="示例市残联",
            hours=hours,
        )
    for kind, level, title in (("training_base", "county", "示范培训基地"), ("poverty_base", "city", "扶贫基地")):
        clerk.enter(
            "designation",
            made[kind],
            level=level,
            title=title,
            valid_from="2025-05-12",
            document="示例市残〔2025〕9号（虚构）",
        )
    clerk.enter(
        "support", made["kindergarten"], day="2025-06-10", amount_fen="30000", purpose="康教结合扶持",
        document="示例县财社〔2025〕14号（虚构）",
    )  # fmt: skip
    for kind, room, number in (
        ("braille_sign", "一楼各室", "12"),
        ("ramp", "南门", "1"),
        ("induction_loop", "报告厅", "1"),
    ):
        clerk.enter("feature", made["service_facility"], kind=kind, room=room, quantity=number, valid_from="2025-04-20")


def _stations(clerk: _Clerk, county: Division, villages: list[Division]) -> None:
    standard = clerk.enter(
        "standard", county, name="社区康复站规范化建设标准（虚构）", topic="rehabilitation_station", level="county",
        document="示例县残〔2025〕3号（虚构）", pass_mark="80", advanced_mark="95",
    )  # fmt: skip
    for number, text, department, weight, proof, essential in _CRITERIA:
        clerk.enter(
            "criterion", standard, number=number, text=text, department=department, points=weight, proof=proof,
            essential=essential,
        )  # fmt: skip
    for village, scores, day in zip(villages, _SCORES, ("2025-05-20", "2025-05-21"), strict=False):
        station = clerk.enter(
            "facility",
            village,
            kind="rehabilitation_station",
            name=f"{village.name}康复站",
            capacity="15",
            latitude="30.760",
            longitude="120.735",
        )
        clerk.enter("travel", village, facility=str(station.pk), minutes="8", source="实地步行")
        check = clerk.enter(
            "check", station, standard=str(standard.pk), kind="inspection", day=day, inspector="示例县残联"
        )
        clerk.score(check, scores)
        clerk.enter("check", station, standard=str(standard.pk), kind="self", day="2026-01-06", inspector="本站")
    for step, village in enumerate(villages[2:8]):
        clerk.enter("spot", village, latitude=f"{30.70 + step * 0.03:.3f}", longitude="120.740")


def _watch(clerk: _Clerk, county: Division, village: Division, made: dict[str, Facility]) -> None:
    clerk.enter("worker", village, name="章敏", post="supervisor", area="镇中心", valid_from="2025-01-06")
    patrol = clerk.enter("patrol", village, worker="章敏", day="2025-11-03", route="镇中心主街", found="盲道一处断头")
    for where, kind, text, unit, found, due, more in (
        (village, "defect", "盲道断头", "示例县住建局", "2025-11-03", "2025-12-15", {"spot": "镇中心主街 12 号门前", "patrol": str(patrol.pk)}),
        (made["special_school"], "problem", "校车只有一辆，接送要分三趟", "示例县教育局", "2025-09-15", "2026-02-28", {}),
        (county, "task", "公厕无障碍厕位补齐", "示例县城管局", "2025-03-01", "2025-10-31", {"campaign": "文明城市创建，县文明办牵头"}),
    ):  # fmt: skip
        issue = clerk.enter("issue", where, kind=kind, text=text, unit=unit, found_on=found, due_on=due, **more)
        if kind == "task":
            services.settle(issue=issue, day=date(2025, 10, 20), outcome="补齐 9 处", at=clerk.at, by=clerk.user)


def _rules(clerk: _Clerk, county: Division, centre: Facility) -> None:
    rules = clerk.enter(
        "standard", county, name="无障碍环境建设条例设施条款（摘编）", topic="barrier_free_place", level="national",
        document="《无障碍环境建设条例》", pass_mark="", advanced_mark="",
    )  # fmt: skip
    for number, text, essential in _RULES:
        clerk.enter(
            "criterion", rules, number=number, text=text, department="场所管理单位", points="1", proof="照片", essential=essential
        )  # fmt: skip
    check = clerk.enter(
        "check", centre, standard=str(rules.pk), kind="inspection", day="2025-11-05", inspector="示例县残联"
    )
    clerk.score(check, ("1", "1", "0", "1"))
