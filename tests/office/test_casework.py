"""Steps of plans, referrals, files that are followed and counselling through the pages; what is confidential stays closed."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.casework.conftest import Ward
from tests.casework.conftest import ward as ward
from tests.office.test_stock_and_services import client
from zhucan.casework import counselling as hours
from zhucan.casework.models import CaseFile, Counselling, Milestone, Referral
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import AuditEntry, Role


def on(name: str, day: date) -> dict[str, str]:
    return {f"{name}_year": str(day.year), f"{name}_month": str(day.month), f"{name}_day": str(day.day)}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def go(user: Client, page: str, *keys: Any, **sent: Any) -> Any:
    return user.post(reverse(f"office:{page}", args=keys), sent)


def test_s121_a_plan_shows_its_steps_its_reviews_and_the_next_one(ward: Ward):
    clerk = client(ward.office.county, Role.COUNTY_CLERK)
    plan = ward.serve(
        ward.office.person(),
        "physical-training",
        "physical",
        (),
        scale="功能量表",
        start_score=Decimal(10),
        review_days=90,
    )
    page = reverse("office:services-plan", args=[plan.pk])

    assert go(clerk, "services-milestone", plan.pk, text="站立", **on("due_on", date(2025, 6, 1)))["Location"] == page
    assert "过期没有达到" in text(clerk.get(page))
    step = Milestone.objects.get()
    assert go(clerk, "services-reached", step.pk, **on("day", date(2025, 5, 20)))["Location"] == page
    wrong = go(clerk, "services-review", plan.pk, score="12", worker="王老师", **on("day", date(2024, 5, 20)))
    assert (wrong.status_code, "早于" in text(wrong)) == (422, True)
    assert (
        go(clerk, "services-review", plan.pk, score="12", worker="王老师", **on("day", date(2025, 5, 20)))["Location"]
        == page
    )

    told = text(clerk.get(page))
    assert "2025年5月20日达到" in told
    assert "每 90 天评估一次，下次 2025年8月18日" in told
    assert "该做阶段评估的" in text(clerk.get(reverse("office:services")))
    back = plan.reviews.get().pk
    assert go(clerk, "services-review-retract", back, reason="录错")["Location"] == page
    assert "已撤回" in text(clerk.get(page))


def test_s121_programmes_are_rated_by_what_an_improvement_costs(ward: Ward):
    clerk = client(ward.office.county, Role.COUNTY_CLERK)
    for scheme, discipline, price in (
        ("physical-training", "physical", 10_000),
        ("intellectual-training", "intellectual", 4_000),
    ):
        plan = ward.serve(
            ward.office.person(), scheme, discipline, ("2025-03-03", "2025-03-05"), scale="量表", start_score=Decimal(10),
            unit_fen=price,
        )  # fmt: skip
        ward.close(plan, "2025-06-30", 20)

    told = text(clerk.get(reverse("office:services-outcomes"), {"first": "2025-01", "last": "2025-12"}))

    assert told.index("80.00") < told.index("200.00")
    assert told.index("智力残疾人康复训练") < told.index("肢体残疾人康复训练")
    assert "100.00%" in told
    assert clerk.get(reverse("office:services-outcomes"), {"first": "2025-05", "last": "2025-01"}).status_code == 422


def test_s138_a_referral_is_sent_on_and_the_institution_itself_answers(ward: Ward):
    county, person = ward.office.county, ward.office.person()
    plan = ward.serve(person, "physical-training", "physical", ())
    clerk, partner = client(county, Role.COUNTY_CLERK), client(county, Role.PARTNER)
    sent: dict[str, Any] = {
        "purpose": "tier",
        "institution": ward.station.pk,
        "tier": "community",
        "reason": "就近",
        **on("day", today()),
    }
    assert go(clerk, "services-refer", person.pk, **sent).status_code == 422
    listing = reverse("office:services-referrals")
    assert go(clerk, "services-refer", person.pk, plan=plan.pk, **sent)["Location"] == listing
    one = Referral.objects.get()
    reply: dict[str, Any] = {"accepted": "yes", "note": "", **on("day", today())}
    assert go(partner, "services-answer", one.pk, **reply).status_code == 404
    staff = ward.station.staff.create(user_id=int(partner.session["_auth_user_id"]), valid_from=date(2025, 1, 1))
    assert staff.pk
    assert go(partner, "services-answer", one.pk, **reply)["Location"] == listing
    assert "没有这样的转介" in text(clerk.get(listing))
    assert "就近" in text(clerk.get(listing, {"which": "taken", "purpose": "tier"}))
    assert go(clerk, "services-referral-end", one.pk, **on("day", today()))["Location"] == listing
    assert "结束" in text(clerk.get(listing, {"which": "all"}))


def test_s127_a_file_is_kept_and_only_the_county_clerk_opens_what_is_confidential(ward: Ward):
    county, ill = ward.office.county, ward.office.person(category="mental", grade=2)
    town, clerk, leader = (client(county, role) for role in (Role.TOWNSHIP_CLERK, Role.COUNTY_CLERK, Role.LEADER))
    asked: dict[str, Any] = {"kind": "guardianship", "every_days": 30, **on("day", date(2025, 1, 10))}
    assert "要写明" in text(go(clerk, "services-file-open", ill.pk, **asked))
    three = {"office": "赵干部", "community": "钱网格员", "federation": "孙专干"}
    assert go(clerk, "services-file-open", ill.pk, **asked, **three).status_code == 302
    file = CaseFile.objects.get()
    page = reverse("office:services-file", args=[file.pk])
    seen: dict[str, Any] = {"way": "visit", "worker": "钱网格员", "note": "按时服药", **on("day", date(2025, 2, 1))}
    assert go(town, "services-contact", file.pk, **seen)["Location"] == page
    assert go(town, "services-incident", file.pk, account="推倒邻居", **on("day", date(2025, 3, 1)))["Location"] == page

    for user in (town, clerk, leader):
        told = text(user.get(page))
        assert "2025年2月1日" in told
        assert "服药" not in told
        assert "邻居" not in told
    assert "已超期" in text(town.get(reverse("office:services-files"), {"which": "overdue", "kind": "guardianship"}))
    contact, incident = file.contacts.get(), file.incidents.get()
    for what, entry, word in (("contact", contact.pk, "按时服药"), ("incident", incident.pk, "推倒邻居")):
        assert go(town, "services-told", file.pk, what, entry).status_code == 403
        assert word in text(go(clerk, "services-told", file.pk, what, entry))
    assert AuditEntry.objects.filter(action="office.note-opened").count() == 2
    assert not [one for one in AuditEntry.objects.all() if "服药" in str(one.detail) or "邻居" in str(one.detail)]
    assert go(clerk, "services-told", file.pk, "nothing", 1).status_code == 404
    assert (
        go(clerk, "services-keeper", file.pk, side="office", name="周干部", **on("day", date(2025, 4, 1)))["Location"]
        == page
    )
    assert go(clerk, "services-interval", file.pk, every_days=60)["Location"] == page
    assert go(clerk, "services-entry-retract", file.pk, "incident", incident.pk, reason="不是他")["Location"] == page
    assert go(clerk, "services-file-close", file.pk, note="迁出", **on("day", date(2025, 5, 1)))["Location"] == page
    assert "周干部" in text(clerk.get(page))


def test_s139_coordinators_are_shown_with_their_load(ward: Ward):
    clerk, person = client(ward.office.county, Role.COUNTY_CLERK), ward.office.person()
    page = reverse("office:services-coordinators")
    assert "还没有安排康复协调员" in text(clerk.get(page))
    asked: dict[str, Any] = {"division": ward.office.village.pk, "name": "陈医生", **on("day", date(2025, 1, 1))}
    assert go(clerk, "services-coordinator", **asked)["Location"] == page
    go(clerk, "services-file-open", person.pk, kind="coordination", every_days=30, **on("day", date(2025, 1, 10)))
    seen: dict[str, Any] = {"way": "phone", "worker": "陈医生", "note": "", **on("day", today())}

    told = text(clerk.get(page))
    assert (told.count("陈医生"), "新民村" in told, "1 人" in told, "0 次" in told) == (1, True, True, True)
    go(clerk, "services-contact", CaseFile.objects.get().pk, **seen)
    assert "1 次" in text(clerk.get(page))


def test_s147_a_social_workers_file_says_which_need_was_not_served(ward: Ward):
    clerk, person = client(ward.office.county, Role.COUNTY_CLERK), ward.office.person()
    for need in ("need_training", "need_device"):
        ward.find(person, need, "indicated", "2025-01-05")
    asked: dict[str, Any] = {
        "kind": "social_work",
        "every_days": 30,
        "social_worker": "李社工",
        **on("day", date(2025, 1, 10)),
    }
    assert go(clerk, "services-file-open", person.pk, **asked).status_code == 302
    ward.serve(person, "physical-training", "physical", ("2025-03-03",))

    told = text(clerk.get(reverse("office:services-file", args=[CaseFile.objects.get().pk])))

    assert "2025年3月3日 肢体残疾人康复训练" in told
    assert told.count("还没有服务") == 1
    assert "李社工" in told


def test_s143_counselling_is_booked_held_opened_by_role_and_referred(ward: Ward):
    county, person = ward.office.county, ward.office.person()
    town, clerk = client(county, Role.TOWNSHIP_CLERK), client(county, Role.COUNTY_CLERK)
    listing = reverse("office:services-counselling")
    asked: dict[str, Any] = {"way": "online", "begins": "09:00", "ends": "10:00", "counsellor": "周咨询师"}
    assert (
        go(town, "services-counselling-book", person.pk, **asked, **on("day", today() - timedelta(days=1))).status_code
        == 422
    )
    assert go(town, "services-counselling-book", person.pk, **asked, **on("day", today()))["Location"] == listing
    hour = Counselling.objects.get()
    assert go(town, "services-counselling-assign", hour.pk, counsellor="吴咨询师")["Location"] == listing
    done: dict[str, Any] = {"note": "情绪低落", "risk": "high"}
    assert go(town, "services-counselling-hold", hour.pk, **done).status_code == 403
    assert go(clerk, "services-counselling-hold", hour.pk, **done)["Location"] == listing

    told = text(clerk.get(listing, {"which": "held"}))
    assert "吴咨询师" in told
    assert "低落" not in told
    assert go(town, "services-counselling-told", hour.pk).status_code == 403
    opened = text(go(clerk, "services-counselling-told", hour.pk))
    assert "情绪低落" in opened
    assert "<b>高</b>" in opened
    reply: dict[str, Any] = {"institution": ward.centre.pk, "reason": "风险高", **on("day", today())}
    assert go(clerk, "services-counselling-refer", hour.pk, **reply)["Location"] == listing
    assert "心理危机转介" in text(clerk.get(reverse("office:services-referrals")))
    other = hours.book(
        person=person, way="phone", day=today(), begins=hour.ends, ends=hour.ends.replace(hour=11), counsellor="吴咨询师", at=now(), by=None
    )  # fmt: skip
    assert go(clerk, "services-counselling-off", other.pk)["Location"] == listing
    assert "已取消" in text(clerk.get(listing, {"which": "off"}))
