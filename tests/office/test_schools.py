"""Ordinary schools are asked each term, held against the register; school, work and follow-ups are recorded on the person's file."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from tests.county import County, told
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import Appointment, AuditEntry, Division, Role, User
from zhucan.registry.findings import set_schooling
from zhucan.registry.models import Candidacy, FollowUp, Job, Person, Schooling, SchoolSurvey, TermAid, TerminalContract
from zhucan.registry.surveys import SurveyRefused, survey

DAY = date(2025, 10, 8)


@pytest.fixture
def enter(county: County) -> Callable[..., Client]:
    def client(role: Role = Role.COUNTY_CLERK, place: Division | None = None) -> Client:
        where = place or county.a
        user, _ = User.objects.get_or_create(username=f"{role}-{where.pk}")
        Appointment.objects.get_or_create(user=user, role=role, division=where, valid_from=date(2020, 1, 1))
        made = Client()
        made.force_login(user)
        return made

    return client


def _on(day: date, name: str = "day") -> dict[str, object]:
    return {f"{name}_year": day.year, f"{name}_month": day.month, f"{name}_day": day.day}


def test_ordinary_schools_are_surveyed_each_term_and_children_placed_give_the_rate(county: County, enter):
    pupils = []
    for category, placement in (("hearing", "regular"), ("visual", "special_school"), ("intellectual", "ordinary")):
        child = county.person(born=date(today().year - 9, 3, 2))
        county.certify(child, category, 2)
        school = "示例特教学校" if placement == "special_school" else "示例小学"
        said = {"stage": "primary", "placement": placement, "school": school}
        set_schooling(person=child, day=date(today().year - 2, 9, 1), said=said, witness=told("2025-01-01"))
        pupils.append(child)
    clerk = enter()
    page = clerk.get(reverse("office:people-schools"))
    assert [(one.name, one.survey, one.registered) for one in page.context["schools"]] == [("示例小学", None, 2)]
    assert "还没有摸底" in page.content.decode()

    told_of = {"school": "示例小学", **_on(today()), "pupils": 3, "worker": "陈委员"}
    assert clerk.post(reverse("office:people-schools-survey"), told_of).status_code == 302
    assert (
        clerk.post(reverse("office:people-schools-survey"), {**told_of, "school": "示例二小", "pupils": 0}).status_code
        == 302
    )
    page = clerk.get(reverse("office:people-schools")).content.decode()
    assert "对不上" in page
    assert "一致" in page  # the one that has none
    again = clerk.post(reverse("office:people-schools-survey"), told_of)
    assert again.status_code == 422
    assert "已经登记过摸底" in again.content.decode()
    assert enter(place=county.b).get(reverse("office:people-schools")).context["schools"] == []

    wrong = SchoolSurvey.objects.get(school="示例小学")
    clerk.post(reverse("office:people-schools-retract", args=[wrong.pk]), {"reason": "数错了"})
    clerk.post(reverse("office:people-schools-survey"), {**told_of, "pupils": 2})
    assert "对不上" not in clerk.get(reverse("office:people-schools")).content.decode()
    assert AuditEntry.objects.filter(action__startswith="registry.school-survey").count() == 4
    with engine.together():  # two of the three children of the three categories are in ordinary classes
        year = Period.year(today().year)
        assert engine.figure("three-in-class-rate", county.a.code, year).value == Decimal("66.67")
        counted = {one.person_id for one in engine.records("three-in-class-rate", county.a.code, year)}
    assert counted == {pupils[0].pk, pupils[2].pk}


def test_a_survey_that_cannot_be_is_refused(county: County):
    more = {"division": county.a, "at": now(), "by": None, "worker": "陈委员"}
    for school, day, pupils, why in (
        ("", DAY, 1, "学校"),
        ("示例小学", date(2099, 1, 1), 1, "还没有到"),
        ("示例小学", DAY, -1, "没有就写 0"),
    ):
        with pytest.raises(SurveyRefused, match=why):
            survey(school=school, day=day, pupils=pupils, **more)
    assert not SchoolSurvey.objects.exists()


def test_school_work_and_follow_ups_are_recorded_on_the_persons_file(county: County, enter):
    child, grown = county.person(born=date(2013, 5, 2)), county.person(born=date(1990, 3, 2))
    clerk = enter()

    def record(person: Person, what: str, day: date, **said: object) -> None:
        address = reverse("office:people-record", args=[person.pk, what])
        answer = clerk.post(address, {**said, **_on(day), "source": "学校、本人告知", "step": "save"})
        assert answer.status_code == 302, answer.content.decode()

    record(child, "schooling", date(2025, 9, 1), stage="primary", placement="regular", school="示例小学", year=6, class_name="2班",
           support="资源教师", boarding="on", full_time="on")  # fmt: skip
    record(child, "term-aid", DAY, kind="boarding", amount="625")
    record(child, "schooling-end", date(2025, 10, 20), outcome="transferred")
    record(
        grown,
        "job",
        date(2025, 3, 1),
        kind="self_employed",
        workplace="示例网店",
        channel="live",
        product="竹编",
        income="2500.50",
    )
    record(grown, "follow-up", DAY, kind="graduate", worker="陈委员", said="推荐岗位", well="yes")
    record(
        grown, "contract", date(2025, 5, 6), number="2025-1", provider="示例服务中心", **_on(date(2026, 5, 6), "stop")
    )
    record(
        grown,
        "candidacy",
        date(2025, 6, 7),
        adjustments="大字试卷",
        score="430.5",
        qualified="yes",
        stage="college",
        school="示例学院",
    )
    record(grown, "job-end", date(2025, 9, 1), reason="停业")

    assert Schooling.objects.as_known().get().outcome == "transferred"
    assert TermAid.objects.get().amount_fen == 62_500
    assert Job.objects.as_known().get().ended == "停业"
    assert FollowUp.objects.get().well is True
    assert TerminalContract.objects.as_known().get().valid_to == date(2026, 5, 6)
    assert Candidacy.objects.get().score == Decimal("430.5")
    page = clerk.get(reverse("office:people-file", args=[grown.pk])).content.decode()
    for words in ("个体就业或自谋职业，示例网店，直播，竹编，月收入 2,500.50 元，停业", "2025 年，大字试卷，430.5 分，上线，录取到示例学院",
                  "毕业生就业跟踪：推荐岗位（陈委员，正常）", "2025-1，示例服务中心"):  # fmt: skip
        assert words in page, words
    wrong = clerk.post(
        reverse("office:people-record", args=[child.pk, "job"]),
        {"kind": "quota", **_on(DAY), "source": "学校", "step": "save"},
    )
    assert wrong.status_code == 422
    assert "未满 16 周岁" in wrong.content.decode()
