"""Somebody signs up for what is held online, off again until it begins, and reads what was completed; nobody for anybody else."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.caseload import Office
from zhucan.community import activities, own, participants
from zhucan.community.activities import ActivityRefused
from zhucan.community.models import Activity, Participant
from zhucan.community.participants import Entrant
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import AuditEntry, User
from zhucan.registry import holders
from zhucan.registry.models import Person

pytestmark = pytest.mark.django_db


def _hold(office: Office, title: str, days: int, **more: Any) -> Activity:
    said = {"subject": "education", "platform": "示例直播间", "accessibility": "字幕、手语", "sessions": 3, **more}
    return activities.hold(
        kind="online", division=said.pop("division", office.county.a), title=title, organiser="示例县残联",
        starts_on=today() + timedelta(days=days), at=now(), by=None, **said,
    )  # fmt: skip


def _enter(person: Person, username: str = "own", relation: str = "self", name: str = "测试甲") -> Client:
    holders.give(person=person, username=username, name=name, relation=relation, day=today(), at=now(), by=None)
    User.objects.filter(username=username).update(password_given=False)
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def _page(client: Client, **asked: Any) -> str:
    return client.get(reverse("portal:courses"), asked).content.decode()


def _join(client: Client, activity: Activity, person: Person, **more: str) -> Any:
    return client.post(reverse("portal:course-in", args=[activity.pk]), {"person": person.pk, **more})


def test_s190_a_holder_signs_up_online_off_again_and_reads_what_was_completed(office: Office):
    person = office.person()
    client = _enter(person)
    course = _hold(office, "手机用读屏", 5, hours=Decimal(6), planned=2)
    _hold(office, "今天的课", 0)
    _hold(office, "邻县的课", 5, division=office.county.b)
    activities.hold(
        kind="lecture", division=office.county.a, title="室内讲座", organiser="示例县残联",
        starts_on=today() + timedelta(days=5), at=now(), by=None,
    )  # fmt: skip

    page = _page(client)

    for told in ("手机用读屏", "6 学时", "字幕、手语", "示例直播间", "还剩 2 个"):
        assert told in page
    for hidden in ("今天的课", "邻县的课", "室内讲座"):
        assert hidden not in page

    assert _join(client, course, person).status_code == 302
    entry = Participant.objects.get()
    assert (entry.person, entry.who, entry.recorded_by) == (person, "self", User.objects.get(username="own"))
    assert "已经报过" in _join(client, course, person).content.decode()
    assert client.post(reverse("portal:course-off", args=[entry.pk]), {"person": person.pk}).status_code == 302
    assert not own.entries(person).exists()
    assert _join(client, course, person).status_code == 302
    entry = own.entries(person).get()

    Activity.objects.filter(pk=course.pk).update(starts_on=today(), last_on=today())  # the day has come
    refused = client.post(reverse("portal:course-off", args=[entry.pk]), {"person": person.pk})
    assert (refused.status_code, "已经开始" in refused.content.decode()) == (409, True)
    assert "还没有登记" in _page(client)
    participants.note(participant=entry, attended=3, passed=True, at=now(), by=office.clerk)

    page = _page(client)
    assert "✓ 学完了" in page
    assert "上了 3 次，共 3 次" in page
    month = Period.month(Month.of(today()))
    names = ("signed-up-online", "attended-online", "completed-online")
    assert [engine.figure(name, office.county.a.code[:6], month).value for name in names] == [1, 1, 1]
    assert AuditEntry.objects.filter(action="portal.courses", actor="own").exists()
    assert AuditEntry.objects.filter(action="community.signed-up", actor="own").count() == 2


def test_a_guardian_signs_up_the_ward_and_also_the_guardian(office: Office):
    child, course = office.person(), _hold(office, "家长和孩子的课", 3)
    client = _enter(child, "mother", "guardian", "费守诚")

    page = _page(client)
    assert f"替{child.name}报名" in page
    assert "我自己报名" in page
    assert _join(client, course, child, who="self").status_code == 302
    assert _join(client, course, child, who="relative").status_code == 302

    assert [(one.who, one.relative and one.relative.name) for one in own.entries(child, "费守诚").order_by("pk")] == [
        ("self", None), ("relative", "费守诚"),
    ]  # fmt: skip
    assert [one.who for one in own.entries(child)] == ["self"]  # what the child reads is the child's


def test_what_is_full_has_begun_or_lies_elsewhere_is_refused_in_one_sentence(office: Office):
    person, other = office.person(), office.person()
    client = _enter(person)
    full, begun, far = (
        _hold(office, "满了的课", 5, planned=1), _hold(office, "开始了的课", 0),
        _hold(office, "邻县的课", 5, division=office.county.b),
    )  # fmt: skip
    participants.sign_up(activity=full, entrant=Entrant(other), at=now(), by=None)
    assert "名额满了" in _page(client)

    for activity, words in ((full, "已经报满"), (begun, "已经开始、取消，或不在您的县"), (far, "不在您的县")):
        answer = _join(client, activity, person)
        assert answer.status_code == 409
        assert words in answer.content.decode()
    assert not own.entries(person).exists()
    activities.retract(activity=full, reason="取消", at=now(), by=None)
    assert _join(client, full, person).status_code == 404
    with pytest.raises(ActivityRefused, match="已经开始、取消"):
        own.join(person=person, activity=full, at=now(), by=User.objects.get(username="own"))


def test_nobody_signs_anybody_else_up_or_off(office: Office):
    person, other, course = office.person(), office.person(), _hold(office, "课", 5)
    client = _enter(person)
    theirs = participants.sign_up(activity=course, entrant=Entrant(other), at=now(), by=None)

    assert _join(client, course, other).status_code == 404
    for said in (person, other):
        answer = client.post(reverse("portal:course-off", args=[theirs.pk]), {"person": said.pk})
        assert answer.status_code == 404
    assert client.get(reverse("portal:courses"), {"person": other.pk}).status_code == 404
    assert Participant.objects.get(pk=theirs.pk).retracted_at is None
    staff = Client()
    staff.force_login(office.clerk)
    assert staff.get(reverse("portal:courses")).status_code == 404
    assert Client().get(reverse("portal:courses")).status_code == 302
    assert client.get(reverse("portal:course-in", args=[course.pk])).status_code == 405
