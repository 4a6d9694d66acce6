"""What may be entered about a plan's steps, a referral, a file and counselling, and what is refused."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from tests.casework.conftest import AT, Ward
from tests.county import told
from zhucan.casework import counselling, files, progress, referrals
from zhucan.casework.loads import loads
from zhucan.casework.models import CaseFile, Contact, Counselling, Incident, Referral, Review
from zhucan.casework.refusing import CaseworkRefused
from zhucan.core.months import Month
from zhucan.delivery.models import Plan
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.rehabilitation.needs import NEEDS
from zhucan.registry import services as registry

MORE: dict[str, Any] = {"at": AT, "by": None}
THREE = {"office": "赵干部", "community": "钱网格员", "federation": "孙专干"}


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_every_need_is_served_by_schemes_that_exist():
    assert {name for need in NEEDS for name in need.schemes} <= {item.id for item in SCHEMES}


def test_s121_a_review_is_due_by_interval_and_a_step_lies_within_the_plan(ward: Ward):
    plan = ward.serve(
        ward.office.person(),
        "physical-training",
        "physical",
        (),
        scale="功能量表",
        start_score=Decimal(10),
        review_days=90,
    )
    assert progress.next_review(plan) == day("2025-05-04")
    assert progress.overdue(Plan.objects.all(), day("2025-05-04")) == []
    assert progress.overdue(Plan.objects.all(), day("2025-05-05")) == [(plan, day("2025-05-04"))]
    made = progress.review(plan=plan, day=day("2025-05-01"), score=Decimal(14), worker="王老师", **MORE)
    assert progress.next_review(plan) == day("2025-07-30")
    for refused, words in (
        (lambda: progress.review(plan=plan, day=day("2025-05-01"), score=Decimal(9), worker="王", **MORE), "已登记过一次评估"),
        (lambda: progress.review(plan=plan, day=day("2025-02-01"), score=Decimal(9), worker="王", **MORE), "早于 2025-02-03"),
        (lambda: progress.set_milestone(plan=plan, text="站立", due_on=day("2026-02-04"), **MORE), "不在服务期"),
        (lambda: progress.set_milestone(plan=plan, text=" ", due_on=day("2025-06-01"), **MORE), "没有写阶段目标"),
    ):  # fmt: skip
        with pytest.raises(CaseworkRefused, match=words):
            refused()
    progress.take_back(review=made, reason="录错", **MORE)
    assert progress.next_review(plan) == day("2025-05-04")
    ward.close(plan, "2025-06-30", 20)
    plan.refresh_from_db()
    assert progress.next_review(plan) is None
    with pytest.raises(CaseworkRefused, match="结案"):
        progress.review(plan=plan, day=day("2025-05-02"), score=Decimal(9), worker="王", **MORE)
    assert Review.objects.count() == 1


def test_s138_a_referral_between_tiers_comes_from_a_plan_and_is_answered_once(ward: Ward):
    person = ward.office.person()
    plan = ward.serve(person, "physical-training", "physical", ())
    asked: dict[str, Any] = {
        "person": person,
        "purpose": "tier",
        "tier": "community",
        "reason": "就近",
        "day": day("2025-03-01"),
    }
    with pytest.raises(CaseworkRefused, match="要从本人的服务计划转出"):
        referrals.refer(**asked, institution=ward.station, **MORE)
    with pytest.raises(CaseworkRefused, match="没有意义"):
        referrals.refer(**{**asked, "tier": "institution"}, plan=plan, institution=ward.centre, **MORE)
    sent = referrals.refer(**asked, plan=plan, institution=ward.station, **MORE)
    assert (sent.source_tier, sent.source, sent.division) == ("institution", ward.centre, ward.office.county.a)
    with pytest.raises(CaseworkRefused, match="还在等答复"):
        referrals.refer(**asked, plan=plan, institution=ward.station, **MORE)
    with pytest.raises(CaseworkRefused, match="没有写不接收的原因"):
        referrals.answer(referral=sent, accepted=False, day=day("2025-03-02"), **MORE)
    with pytest.raises(CaseworkRefused, match="接收机构的"):
        referrals.answer(referral=sent, accepted=True, onward=plan, day=day("2025-03-02"), **MORE)
    referrals.answer(referral=sent, accepted=True, day=day("2025-03-02"), **MORE)
    with pytest.raises(CaseworkRefused, match="已于 2025-03-02 答复"):
        referrals.answer(referral=sent, accepted=True, day=day("2025-03-03"), **MORE)
    assert referrals.end(referral=sent, day=day("2025-04-01"), **MORE).ended_on == day("2025-04-01")


def test_s121_who_is_referred_early_was_suspected_by_a_screening(ward: Ward):
    child = ward.office.person(born=date(2018, 5, 1))
    asked: dict[str, Any] = {
        "person": child, "purpose": "early", "tier": "institution", "institution": ward.centre, "reason": "疑似", "day": day("2025-03-01"),
    }  # fmt: skip
    ward.find(child, "screening", "clear", "2025-02-01")
    with pytest.raises(CaseworkRefused, match="没有“疑似”的早期筛查结果"):
        referrals.refer(**asked, **MORE)
    ward.find(child, "screening", "suspected", "2025-02-20")
    assert referrals.refer(**asked, **MORE).answered_on is None


def test_s144_a_joint_referral_joins_rehabilitation_and_care(ward: Ward):
    person = ward.office.person(born=date(1940, 1, 1))
    asked: dict[str, Any] = {
        "person": person,
        "purpose": "joint",
        "tier": "institution",
        "reason": "失能",
        "day": day("2025-03-01"),
    }
    for source in (None, ward.station):
        with pytest.raises(CaseworkRefused, match="康养联合转介要连起"):
            referrals.refer(**asked, institution=ward.centre, source=source, **MORE)
    assert referrals.refer(**asked, institution=ward.home, source=ward.centre, **MORE).source == ward.centre
    assert Referral.objects.count() == 1


def test_s127_three_sides_guard_together_and_what_happened_is_sealed(ward: Ward):
    ill, other = ward.office.person(category="mental", grade=2), ward.office.person()
    asked: dict[str, Any] = {"kind": "guardianship", "every_days": 30, "day": day("2025-01-10")}
    with pytest.raises(CaseworkRefused, match=r"要写明村（社区）、残联的负责人"):
        files.open_file(person=ill, keepers={"office": "赵干部"}, **asked, **MORE)
    with pytest.raises(CaseworkRefused, match="没有有效的精神残疾证"):
        files.open_file(person=other, keepers=THREE, **asked, **MORE)
    file = files.open_file(person=ill, keepers=THREE, **asked, **MORE)
    assert files.next_contact(file) == day("2025-02-09")
    files.contact(file=file, day=day("2025-02-08"), way="visit", worker="钱网格员", note="按时服药", **MORE)
    files.incident(file=file, day=day("2025-03-01"), account="推倒邻居", **MORE)
    assert files.next_contact(file) == day("2025-03-10")
    assert list(files.overdue(CaseFile.objects.all(), day("2025-03-11"))) == [file]
    assert (Contact.objects.get().note, Incident.objects.get().account) == ("按时服药", "推倒邻居")
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM casework_contact UNION ALL SELECT account FROM casework_incident")
        kept = b"".join(bytes(row[0]) for row in cursor.fetchall())
    assert "服药".encode() not in kept
    assert "邻居".encode() not in kept
    files.take_back(entry=Incident.objects.get(), reason="不是他", **MORE)
    with pytest.raises(CaseworkRefused, match="已经撤回"):
        files.take_back(entry=Incident.objects.get(), reason="不是他", **MORE)


def test_s139_a_file_goes_to_the_communitys_coordinator_and_loads_tell_who_is_behind(ward: Ward):
    person, village = ward.office.person(), ward.office.village
    asked: dict[str, Any] = {
        "person": person,
        "kind": "coordination",
        "every_days": 60,
        "keepers": {},
        "day": day("2025-02-01"),
    }
    with pytest.raises(CaseworkRefused, match="要写明康复协调员的负责人"):
        files.open_file(**asked, **MORE)
    with pytest.raises(CaseworkRefused, match="不是村（社区）"):
        files.appoint(division=ward.office.county.a, name="陈医生", day=day("2025-01-01"), **MORE)
    files.appoint(division=village, name="陈医生", day=day("2025-01-01"), **MORE)
    file = files.open_file(**asked, **MORE)
    files.contact(file=file, day=day("2025-03-01"), way="phone", worker="陈医生", note="", **MORE)

    def load(on: str) -> tuple[Any, ...]:
        found = loads(CaseFile.objects.all(), Division.objects.all(), day(on))
        return tuple((one.name, one.communities, one.caseload, one.contacts, len(one.overdue)) for one in found)

    assert load("2025-04-30") == (("陈医生", ["新民村"], 1, 1, 0),)
    assert load("2025-05-01") == (("陈医生", ["新民村"], 1, 1, 1),)
    files.reschedule(file=file, every_days=90, **MORE)
    assert load("2025-05-01")[0][4] == 0
    files.change_keeper(file=file, side="coordinator", name="林护士", day=day("2025-05-02"), **MORE)
    assert [(one[0], one[2]) for one in load("2025-05-03")] == [("林护士", 1), ("陈医生", 0)]
    files.close(file=file, day=day("2025-06-01"), note="能自己训练", **MORE)
    assert files.next_contact(file) is not None  # the row in hand is the old one
    file.refresh_from_db()
    assert files.next_contact(file) is None


def test_s147_social_work_lists_what_was_found_indicated(ward: Ward):
    person = ward.office.person()
    asked: dict[str, Any] = {
        "person": person, "kind": "social_work", "every_days": 30, "keepers": {"social_worker": "李社工"}, "day": day("2025-02-01"),
    }  # fmt: skip
    ward.find(person, "need_surgery", "unfit", "2025-01-05")
    with pytest.raises(CaseworkRefused, match="没有评估出"):
        files.open_file(**asked, **MORE)
    ward.find(person, "need_training", "indicated", "2025-01-06")
    ward.find(person, "need_device", "indicated", "2025-01-06")
    file = files.open_file(**asked, **MORE)
    assert (file.needs, file.need_labels) == (["training", "device"], ["功能训练", "辅助器具"])
    assert file.keepers.get().name == "李社工"


def test_s143_an_hour_is_booked_held_and_referred_and_its_note_sealed(ward: Ward):
    person, other = ward.office.person(), ward.office.person()
    at, on = moment(day("2025-06-02")), day("2025-06-03")
    asked: dict[str, Any] = {
        "way": "online",
        "day": on,
        "begins": time(9),
        "ends": time(10),
        "counsellor": "周咨询师",
        "at": at,
        "by": None,
    }
    hour = counselling.book(person=person, **asked)
    for one, change, words in (
        (other, {}, "周咨询师在这段时间已有预约"), (person, {"counsellor": "吴咨询师"}, "本人在这段时间已有预约"),
        (other, {"day": day("2025-06-01")}, "已经过去"), (other, {"counsellor": " ", "begins": time(8)}, "没有写咨询师"),
    ):  # fmt: skip
        with pytest.raises(CaseworkRefused, match=words):
            counselling.book(person=one, **{**asked, **change})
    with pytest.raises(CaseworkRefused, match="还没有到"):
        counselling.hold(booking=hour, note="情绪低落", risk="high", at=at, by=None)
    with pytest.raises(CaseworkRefused, match="还没有登记完成"):
        counselling.refer(booking=hour, institution=ward.centre, reason="风险高", day=on, **MORE)
    counselling.hold(booking=hour, note="情绪低落", risk="high", **MORE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT note, risk FROM casework_counselling")
        kept = b"".join(bytes(part) for row in cursor.fetchall() for part in row)
    assert "低落".encode() not in kept
    assert b"high" not in kept
    sent = counselling.refer(booking=hour, institution=ward.centre, reason="风险高", day=on, **MORE)
    assert (sent.purpose, Counselling.objects.get().referral) == ("crisis", sent)
    with pytest.raises(CaseworkRefused, match="已经完成或取消"):
        counselling.call_off(booking=hour, **MORE)


def test_nobody_is_followed_after_their_death(ward: Ward):
    person = ward.office.person(category="mental", grade=1)
    file = files.open_file(
        person=person, kind="guardianship", every_days=30, keepers=THREE, day=day("2025-01-10"), **MORE
    )
    registry.record_death(person=person, day=day("2025-02-01"), witness=told("2025-03-01"))
    with pytest.raises(CaseworkRefused, match="已去世"):
        files.contact(file=file, day=day("2025-02-02"), way="visit", worker="钱网格员", note="", **MORE)


def test_what_was_closed_or_answered_late_in_the_books_still_stands_in_the_figures_of_before(ward: Ward):
    first, second = moment(day("2025-03-02")), moment(day("2025-08-01"))
    person = ward.office.person(born=date(1940, 1, 1))
    file = files.open_file(
        person=person, kind="coordination", every_days=60, keepers={"coordinator": "陈医生"}, day=day("2025-03-01"),
        at=first, by=None,
    )  # fmt: skip
    files.close(file=file, day=day("2025-03-20"), note="搬走", at=second, by=None)
    sent = referrals.refer(
        person=person, purpose="joint", tier="institution", institution=ward.home, source=ward.centre, reason="康养",
        day=day("2025-03-01"), at=first, by=None,
    )  # fmt: skip
    referrals.answer(referral=sent, accepted=True, day=day("2025-03-10"), at=second, by=None)
    march = Period(Month(2025, 3), Month(2025, 4))

    def known(at: datetime | None) -> tuple[Any, ...]:
        names = ("coordination-files", "joint-waiting", "joint-served")
        return tuple(engine.figure(name, "330499", march, known_at=at).value for name in names)

    assert known(moment(day("2025-07-01"))) == (1, 1, 0)
    assert known(None) == known(moment(day("2025-09-01"))) == (0, 0, 1)
