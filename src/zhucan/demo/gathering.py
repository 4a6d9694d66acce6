"""Some of what the county invites people to: a programme over two years, courses, a lecture, an examination, a campaign.

All of it is invented."""

import random
from datetime import date
from decimal import Decimal
from typing import Any

from zhucan.community import activities, participants
from zhucan.community.models import Activity
from zhucan.community.participants import Entrant
from zhucan.demo.life import at
from zhucan.demo.paying import Staff
from zhucan.facilities import services as facilities
from zhucan.facilities.models import Worker
from zhucan.facilities.reading import Around
from zhucan.orgs.models import Division, Institution
from zhucan.registry.models import Certificate, Person

_YEAR = 2025


def gather(dice: random.Random, county: Division, staff: Staff) -> None:
    """Hold a little of most kinds, so that no page about activities is empty."""
    living = Person.objects.filter(
        residence_spells__valid_to=None, residence_spells__retracted_at=None, death_spells=None,
        residence_spells__division__code__startswith=county.code[:6], residence_spells__valid_from__lt=date(_YEAR - 1, 1, 1),
    )  # fmt: skip
    cards = Certificate.objects.as_known().on(date(_YEAR, 6, 1)).filter(status="valid")
    grown = living.filter(pk__in=cards.values("person"), born__range=(date(1970, 1, 1), date(2002, 1, 1)))
    learners = dice.sample(list(grown.order_by("pk").distinct()[:200]), 8)
    child = (
        living.filter(pk__in=cards.values("person"), born__range=(date(2014, 1, 1), date(2020, 1, 1)))
        .order_by("pk")
        .first()
    )
    hospital = Institution.objects.filter(division=county).order_by("pk").first()
    assert hospital is not None  # `giving` has registered some
    told: dict[str, Any] = {"by": staff.clerk}

    def hold(kind: str, title: str, day: date, **more: Any) -> Activity:
        return activities.hold(
            kind=kind,
            division=county,
            title=title,
            organiser=f"{county.name}残联",
            starts_on=day,
            at=at(day, 9),
            **more,
            **told,
        )

    def join(held: Activity, entrant: Entrant, **said: Any) -> None:
        row = participants.sign_up(activity=held, entrant=entrant, at=at(held.starts_on, 10), **told)
        participants.note(participant=row, at=at(held.starts_on, 17), **said, **told)

    begun = date(_YEAR - 1, 1, 2)
    programme = activities.add_programme(
        division=county, name="人人有技能培训项目", target=300, starts_on=begun, ends_on=None, at=at(begun, 9), **told
    )
    activities.agree(
        institution=hospital, about="每季度一次康复知识讲座", signed_on=begun, ends_on=None, at=at(begun, 9), **told
    )
    therapist = facilities.enter(
        what="worker", subject=county, around=Around(county), at=at(begun, 9), **told,
        said={"name": "沈康宁", "post": "therapist", "employer": hospital.name, "qualification": "康复治疗师", "valid_from": begun.isoformat()},
    )  # fmt: skip
    assert isinstance(therapist, Worker)
    for name, post in (("陆善行", "aid_volunteer"), ("杜勤", "commissioner")):
        said = {"name": name, "post": post, "valid_from": begun.isoformat()}
        facilities.enter(what="worker", subject=county, said=said, around=Around(county), at=at(begun, 9), **told)
    for number, (title, day) in enumerate(
        (("电脑办公软件班", date(_YEAR, 4, 14)), ("电脑办公软件二期班", date(_YEAR, 9, 8)))
    ):
        course = hold(
            "vocational", title, day, subject="computer", hours=Decimal(40), sessions=10, planned=20, trainer="顾师傅",
            programme=programme, cost_fen=1_200_000, fund="就业保障金",
        )  # fmt: skip
        for place, person in enumerate(learners[number * 3 : number * 3 + 4]):
            passed = place != 3
            join(course, Entrant(person), attended=10 if passed else 4, passed=passed, number=f"JN-{_YEAR}-{number}{place}" if passed else "", level="初级" if passed else "")  # fmt: skip
    contest = hold("competition", "县职业技能比赛", date(_YEAR, 11, 8), edition=3, events=["手工编织", "电脑打字"])
    join(contest, Entrant(learners[0], event="手工编织"), attended=1, stage="final")
    join(contest, Entrant(guest_name="周远来", guest_from="邻县残联", event="电脑打字"), attended=1)
    planting = hold("rural", "食用菌种植班", date(_YEAR, 5, 20), subject="planting", programme=programme)
    join(planting, Entrant(learners[7]), attended=1, passed=True)
    staff_course = hold("professional", "康复技术培训班", date(_YEAR, 6, 10), subject="therapy", hours=Decimal(16))
    join(staff_course, Entrant(worker=therapist), attended=1, passed=True)
    lecture = hold(
        "lecture", "脑卒中家庭康复讲座", date(_YEAR, 5, 12), trainer="方医生", category="physical", institution=hospital
    )
    join(lecture, Entrant(learners[0], "林守业", "配偶"), attended=1, feedback="听得懂，有用")
    if child is not None:
        family = hold("family", "残疾儿童家长培训", date(_YEAR, 7, 15), trainer="沈康宁", sessions=2)
        join(family, Entrant(child, "宋念慈", "母亲"), attended=2)
    examination = hold("examination", "职康站学员体检", date(_YEAR, 3, 18), institution=hospital, again_months=12)
    join(examination, Entrant(learners[1], role="trainee"), attended=1, finding="未见异常")
    join(examination, Entrant(learners[2], role="commissioner"), attended=1)
    online: dict[str, Any] = {
        "platform": "示例县残联直播间",
        "accessibility": "字幕、手语翻译，读屏可用",
        "sessions": 4,
    }
    phone = hold("online", "手机读屏入门", date(_YEAR, 10, 13), subject="education", hours=Decimal(8), **online)
    for place, person in enumerate(learners[4:6]):
        join(phone, Entrant(person), attended=4 - 2 * place, passed=not place)
    activities.hold(
        kind="online", division=county, title="在家就业直播课", organiser=f"{county.name}残联", starts_on=date(_YEAR + 2, 9, 6),
        subject="job", hours=Decimal(6), planned=30, at=at(date(_YEAR, 12, 1), 9), **online, **told,
    )  # fmt: skip
    hold("campaign", "公交车无障碍公益广告", date(_YEAR, 5, 18), channel="bus", quantity=40, reach=20_000)
    hold(
        "joint",
        "爱护无障碍设施志愿行动",
        date(_YEAR, 5, 18),
        slogan="方便你我他",
        partners="文明办、交通运输局",
        headcount=60,
    )
