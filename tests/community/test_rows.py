"""What the mission's rows ask of activities, each counted by hand."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from tests.community.conftest import Hall
from zhucan.cases import awards
from zhucan.community import activities, participants, queries
from zhucan.community.activities import ActivityRefused
from zhucan.community.participants import Entrant
from zhucan.core.months import Month
from zhucan.delivery import plans
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.orgs.models import AuditEntry
from zhucan.planning.services import add_plan_item, progress
from zhucan.registry.models import Person

pytestmark = pytest.mark.django_db
Figure = Callable[..., Any]
DAY = date(2025, 5, 12)


def test_classes_person_times_and_persons_are_told_apart(hall: Hall, figure: Figure):
    ann, bob = hall.person(), hall.person(where=hall.other)
    computer = hall.hold(
        "vocational", "电脑班", DAY, subject="computer", hours=Decimal(40), sessions=10, cost_fen=800_000
    )
    massage = hall.hold("vocational", "按摩班", DAY, subject="massage", sessions=4, cost_fen=200_000)
    hall.join(computer, ann, 9)
    hall.join(computer, bob, 0)
    hall.join(massage, ann, 4)
    hall.join(massage, bob, 2)

    assert (figure("activities-vocational"), figure("attended-vocational"), figure("attended-persons-vocational")) == (
        2,
        3,
        2,
    )
    assert (figure("training-classes"), figure("training-times"), figure("training-persons")) == (2, 3, 2)
    assert figure("training-cost") == Decimal("10000.00")
    assert figure("attended-vocational", "330499102") == 1  # bob's
    assert queries.outcome(computer).signed_up == 2


def test_rural_technique_is_a_kind_of_its_own_with_a_target(hall: Hall, figure: Figure):
    ann, bob = hall.person(), hall.person()
    for number, day in enumerate((DAY, date(2025, 9, 1))):
        planting = hall.hold("rural", f"种植班{number}", day, subject="planting")
        hall.join(planting, ann)
        hall.join(planting, bob)
    hall.join(hall.hold("vocational", "电脑班", DAY, subject="computer"), ann)
    add_plan_item(
        division="330499", year=2025, text="实用技术培训", indicator="attended-rural", target="8", **hall.told
    )

    assert (figure("attended-rural"), figure("attended-vocational")) == (4, 1)
    assert [one.rate for one in progress("330499", Period.year(2025))] == [Decimal("50.0")]


def test_a_programme_counts_each_person_once_over_its_years_and_lists_who_was_never_trained(hall: Hall, figure: Figure):
    ann, bob = hall.person(), hall.person()
    hall.person(born=date(1950, 1, 1))  # too old to be trained
    programme = activities.add_programme(
        division=hall.county.a, name="万人培训", target=10_000, starts_on=date(2024, 1, 1), ends_on=None, **hall.told
    )
    assert figure("never-trained") is None  # nothing was ever told of training
    for day in (date(2024, 6, 1), DAY):
        hall.join(hall.hold("vocational", "电脑班", day, subject="computer", programme=programme), ann)

    assert queries.reached(programme, date(2025, 12, 31)) == 1
    assert queries.by_year(programme, date(2025, 12, 31)) == [(2024, 1, 1, 1), (2025, 1, 1, 0)]
    assert figure("never-trained") == 1
    assert list(queries.never_trained(Person.objects.filter(born__gt=date(1966, 1, 1)), ("vocational",), DAY)) == [bob]


def test_persons_trained_and_persons_certified_are_two_figures_by_course(hall: Hall, figure: Figure):
    ann, bob, cat = hall.person(), hall.person(), hall.person()
    course = hall.hold("vocational", "办公软件班", DAY, subject="computer")
    hall.join(course, ann, passed=True, number="ZS-001", level="初级")
    hall.join(course, bob, passed=True)  # passed, no certificate yet
    hall.join(course, cat, passed=False)
    hall.join(hall.hold("vocational", "按摩班", DAY, subject="massage"), ann, passed=True, number="ZS-002")

    assert (figure("participants-vocational-computer"), figure("certified-vocational-computer")) == (3, 1)
    assert (figure("participants-vocational-massage"), figure("certified-vocational-massage")) == (1, 1)
    assert figure("certified-vocational") == 1
    told = queries.outcome(course)
    assert (told.persons, told.passed, told.certified) == (3, 2, 1)
    with pytest.raises(ActivityRefused, match="已经登记给别人"):
        hall.join(hall.hold("vocational", "二期", DAY, subject="computer"), bob, passed=True, number="ZS-001")


def test_courses_for_helpers_stay_out_of_what_persons_with_disabilities_were_given(hall: Hall, figure: Figure):
    ann = hall.person()
    course = hall.hold("professional", "辅助器具工程师班", DAY, subject="device_engineer")
    hall.join(course, ann, passed=True, number="GCS-1")
    hall.join(course, hall.therapist)

    assert figure("participants-professional-device-engineer") == 2
    assert figure("certified-professional") == 1
    assert [figure(name) for name in ("rehabilitation-served", "training-persons", "training-times")] == [0, 0, 0]
    hall.join(hall.hold("vocational", "电脑班", DAY, subject="computer"), hall.person())
    assert figure("never-trained") == 1  # ann: a course for helpers is no training of hers


def test_families_with_a_child_in_rehabilitation_who_never_came_are_listed(hall: Hall, figure: Figure):
    met, missed = (hall.person(born=date(2019, 4, 5), category="intellectual") for _ in range(2))
    hall.person(born=date(2019, 4, 6))  # not in rehabilitation
    for child in (met, missed):
        award = awards.grant(
            person=child, scheme_id="orientation-mobility", division=hall.county.a, applied_on=DAY, approved_on=DAY,
            amount_fen=0, **hall.told,
        )  # fmt: skip
        plan = plans.plan(
            award=award, institution=hall.hospital, discipline="mobility", units=5, unit="次", starts_on=DAY,
            ends_on=date(2026, 6, 1), **hall.told,
        )  # fmt: skip
        plans.record(
            plan=plan,
            day=DAY,
            begins=time(9),
            ends=time(10),
            units=1,
            worker=f"老师{child.pk}",
            signed_by="家长",
            **hall.told,
        )
    course = hall.hold("family", "家长培训", DAY, trainer="甲治疗师", category="intellectual", sessions=2)
    hall.join(course, met, 2, family_name="张母", relation="母亲")
    hall.join(course, met, 1, family_name="张父", relation="父亲")
    hall.join(course, missed, 0, family_name="李母")

    assert (figure("activities-family"), figure("attended-family"), figure("participants-family")) == (1, 2, 2)
    assert (figure("families-served"), figure("families-never-met")) == (2, 1)


def test_lectures_with_a_partner_hospital_are_told_by_quarter(hall: Hall, figure: Figure):
    agreement = activities.agree(
        institution=hall.hospital,
        about="每季度康复讲座",
        signed_on=date(2025, 1, 1),
        ends_on=date(2026, 1, 1),
        **hall.told,
    )
    ann = hall.person()
    lectures = [
        hall.hold(
            "lecture",
            "脑卒中讲座",
            date(2025, month, 10),
            trainer="王医生",
            category="physical",
            institution=hall.hospital,
        )
        for month in (2, 5, 6)
    ]
    for lecture in lectures:
        hall.join(lecture, ann, family_name="王妻", feedback="听得懂")
    late = hall.hold("lecture", "讲座", date(2026, 2, 1), institution=hall.hospital)
    second = Period(Month(2025, 4), Month(2025, 7))

    assert [one.agreement for one in lectures] == [agreement] * 3
    assert late.agreement is None  # it had ended
    assert (figure("activities-lecture"), figure("activities-lecture", period=second)) == (3, 2)
    assert (figure("attended-lecture", period=second), figure("families-reached", period=second)) == (2, 1)


def test_what_an_examination_found_is_sealed_and_opened_with_a_reason(hall: Hall, figure: Figure):
    trainee, commissioner, staff = hall.person(), hall.person(), hall.worker("丁委员", "commissioner")
    old = hall.hold("examination", "年度体检", date(2024, 5, 1), institution=hall.hospital, again_months=12)
    hall.join(old, trainee, role="trainee", finding="血压偏高")
    hall.join(old, commissioner, role="commissioner")
    hall.join(old, staff)  # goes by the post
    hall.join(old, hall.therapist)
    assert (
        figure("examined-trainee", period=Period.year(2024)),
        figure("examined-commissioner", period=Period.year(2024)),
        figure("examined-other", period=Period.year(2024)),
    ) == (1, 2, 1)
    assert figure("examination-due") == 4
    again = hall.join(hall.hold("examination", "复查", DAY, institution=hall.hospital, again_months=12), trainee, role="trainee", finding="正常")  # fmt: skip
    assert figure("examination-due") == 3  # all but the trainee's

    with pytest.raises(ActivityRefused, match="没有写查看原因"):
        participants.open_finding(participant=again, reason=" ", **hall.told)
    assert participants.open_finding(participant=again, reason="本人来问", **hall.told) == "正常"
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.action, entry.detail["reason"]) == ("community.finding-opened", "本人来问")
    assert "正常" not in str(AuditEntry.objects.values_list("detail"))


def test_entrants_by_event_sum_to_the_total_unless_entries_in_several_are_allowed(hall: Hall, figure: Figure):
    ann, bob = hall.person(category="visual"), hall.person()
    contest = hall.hold("competition", "市职业技能比赛", DAY, edition=6, events=["手工编织", "电脑打字"])
    hall.join(contest, ann, event="手工编织", stage="final")
    hall.join(contest, bob, event="电脑打字")
    with pytest.raises(ActivityRefused, match="只能报一次"):
        hall.join(contest, ann, event="电脑打字")
    told = queries.outcome(contest)
    assert sum(many for _, many in told.events) == told.persons == figure("attended-persons-competition") == 2
    assert figure("competition-finalists") == 1

    several = hall.hold("competition", "多项赛", DAY, edition=1, multiple=True, events=["手工编织", "电脑打字"])
    hall.join(several, ann, event="手工编织")
    hall.join(several, ann, event="电脑打字")
    assert (queries.outcome(several).persons, len(queries.outcome(several).events)) == (1, 2)
    with pytest.raises(ActivityRefused, match="同一个项目只能报一次"):
        hall.join(several, ann, event="电脑打字")


def test_an_online_business_is_still_active_until_it_ends(hall: Hall, figure: Figure):
    ann, bob, cat = hall.person(), hall.person(), hall.person()
    plan = hall.hold("online_business", "I创计划", date(2025, 2, 3), platform="示例平台")
    hall.join(plan, ann, outcome="shop", outcome_from=date(2025, 3, 1), income_fen=250_000)
    hall.join(plan, bob, outcome="job", outcome_from=date(2025, 3, 1), outcome_to=date(2025, 8, 1))
    hall.join(plan, cat, outcome="none")

    assert (figure("attended-persons-online-business"), figure("online-business-active")) == (3, 1)
    assert figure("online-business-active", period=Period(Month(2025, 1), Month(2025, 7))) == 2


def test_fairs_held_and_attended_lead_to_agreements_and_later_hires(hall: Hall, figure: Figure):
    ann, bob, cat = hall.person(), hall.person(), hall.person()
    ours = hall.hold("job_fair", "专场招聘会", date(2024, 12, 10), edition=9, employers=12, vacancies=80, headcount=30)
    hall.hold("job_fair", "街道招聘会", DAY, edition=2, held=False)
    hall.join(ours, ann, outcome="hired", outcome_from=date(2025, 2, 1))
    hall.join(ours, bob, outcome="agreed")
    hall.join(ours, cat, outcome="none")
    before = Period.year(2024)

    assert (figure("job-fairs-held", period=before), figure("job-fairs-attended")) == (1, 1)
    assert (figure("attended-job-fair", period=before), figure("job-fair-agreements", period=before)) == (33, 2)
    assert (figure("job-fair-hires", period=before), figure("job-fair-hires")) == (0, 1)


def test_campaigns_tell_what_was_shown_and_whom_it_reached_by_channel(hall: Hall, figure: Figure):
    for title, quantity, reach in (("公交公益广告", 352, 90_000), ("公交广告二期", 8, None)):
        hall.hold("campaign", title, DAY, channel="bus", quantity=quantity, reach=reach, last_on=date(2025, 6, 30))
    hall.hold("campaign", "电视字幕", DAY, channel="tv", quantity=20)

    assert (figure("campaign-bus"), figure("campaign-tv"), figure("activities-campaign")) == (360, 20, 3)
    assert (figure("campaign-reach-bus"), figure("campaign-reach-tv")) == (90_000, 0)


def test_joint_actions_count_those_entered_by_name_and_those_only_counted(hall: Hall, figure: Figure):
    action = hall.hold(
        "joint",
        "爱护无障碍设施",
        DAY,
        slogan="方便残疾人出行",
        partners="文明办、交通局",
        place="中山广场",
        headcount=60,
    )
    hall.join(action, hall.person())
    hall.join(action, hall.therapist)

    assert (figure("activities-joint"), figure("attended-joint"), figure("participants-joint")) == (1, 62, 2)


def test_online_sessions_have_sign_up_accessibility_and_completion(hall: Hall, figure: Figure):
    with pytest.raises(ActivityRefused, match="要写无障碍安排"):
        hall.hold("online", "线上课", DAY, subject="education", platform="示例直播间")
    session = hall.hold(
        "online", "线上课", DAY, subject="education", platform="示例直播间", accessibility="字幕、手语", sessions=3
    )
    hall.join(session, hall.person(), 3, passed=True)
    hall.join(session, hall.person(), 1, passed=False)
    hall.join(session, hall.person(), None)

    assert (figure("signed-up-online"), figure("attended-online"), figure("completed-online")) == (3, 2, 1)


def test_a_guest_from_outside_the_county_is_written_down_and_counted_apart(hall: Hall, figure: Figure):
    contest = hall.hold("competition", "邀请赛", DAY, edition=1, planned=3, events=["象棋", " 象棋 ", "剪纸"])
    assert contest.events == ["象棋", "剪纸"]
    hall.join(contest, hall.person(), event="剪纸")

    def guest(**said: str) -> Entrant:
        return Entrant(**{"guest_name": "周远来", "guest_from": "邻县", "event": "象棋"} | said)

    for entrant, words in (
        (guest(guest_from=" "), "来自哪里"),
        (guest(event="围棋"), "没有比赛项目“围棋”：可以写 象棋、剪纸"),
    ):
        with pytest.raises(ActivityRefused, match=words):
            participants.sign_up(activity=contest, entrant=entrant, **hall.told)
    row = participants.sign_up(activity=contest, entrant=guest(), **hall.told)
    participants.note(participant=row, attended=1, stage="first", **hall.told)
    with pytest.raises(ActivityRefused, match="只能报一次"):
        participants.sign_up(activity=contest, entrant=guest(event="剪纸"), **hall.told)
    participants.sign_up(activity=contest, entrant=guest(guest_name="第二位"), **hall.told)
    with pytest.raises(ActivityRefused, match="名额 3 人已满"):
        participants.sign_up(activity=contest, entrant=guest(guest_name="第三位"), **hall.told)

    told = queries.outcome(contest)
    assert (told.signed_up, told.persons, told.person_times, told.guests) == (3, 1, 1, 1)
    assert told.events == [("象棋", 2), ("剪纸", 1)]
    assert (figure("attended-competition"), figure("guests-attended"), figure("competition-finalists")) == (1, 1, 0)
    assert participants.label_of(row) == "周*来（来自邻县）"
    again = {"title": "邀请赛", "organiser": "示例县残联", "starts_on": DAY, "edition": 1}
    with pytest.raises(ActivityRefused, match="已有人报名剪纸"):
        activities.correct(activity=contest, **again, events=["象棋"], **hall.told)


def test_results_and_corrections_entered_later_do_not_show_in_the_figures_of_before(hall: Hall):
    from zhucan.indicators import engine

    first, second, third = (moment(date(2025, month, 20)) for month in (6, 8, 10))
    told: dict[str, Any] = {"by": hall.county.clerk}
    fair = activities.hold(
        kind="job_fair", division=hall.county.a, title="招聘会", organiser="示例县残联", starts_on=date(2025, 6, 2), edition=1,
        headcount=10, at=first, **told,
    )  # fmt: skip
    ann = hall.person()
    row = participants.sign_up(activity=fair, entrant=Entrant(ann), at=first, **told)
    participants.note(participant=row, attended=1, at=first, **told)
    participants.note(participant=row, outcome="hired", outcome_from=date(2025, 7, 1), at=second, **told)
    activities.correct(
        activity=fair, title="招聘会", organiser="示例县残联", starts_on=date(2025, 6, 2), edition=1, headcount=30, at=third, **told
    )  # fmt: skip

    def known(at: datetime | None) -> tuple[Any, ...]:
        months = Period(Month(2025, 6), Month(2025, 8))
        names = ("attended-job-fair", "job-fair-hires")
        return tuple(engine.figure(name, "330499", months, known_at=at).value for name in names)

    assert known(moment(date(2025, 8, 1))) == (11, 0)
    assert known(moment(date(2025, 9, 1))) == (11, 1)
    assert known(None) == known(moment(date(2025, 11, 1))) == (31, 1)
    assert [one.outcome for one in queries.taken_part(ann, moment(date(2025, 8, 1)))] == [""]
    assert [one.outcome for one in queries.taken_part(ann)] == ["hired"]
