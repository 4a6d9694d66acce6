"""The pages of activities: held, signed up for many at once, results of a whole class, lists, sealed findings, scope."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.community.conftest import Hall, hall  # noqa: F401  # the fixture
from zhucan.community import participants
from zhucan.community.models import Activity, Agreement, Participant, Programme
from zhucan.orgs.models import Appointment, AuditEntry, Division, Role, User

pytestmark = pytest.mark.django_db
DAY = date(2025, 5, 12)


def enter(place: Division, role: Role = Role.COUNTY_CLERK) -> Client:
    user, _ = User.objects.get_or_create(username=f"acts-{role}-{place.code}", full_name="测试员")
    Appointment.objects.get_or_create(user=user, role=role, division=place, valid_from=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    return client


def days(**named: date) -> dict[str, int]:
    return {f"{name}_{part}": getattr(day, part) for name, day in named.items() for part in ("year", "month", "day")}


def test_a_course_is_held_signed_up_for_and_its_results_are_entered_on_one_page(hall: Hall):  # noqa: F811  a fixture asks for it by name
    client = enter(hall.county.a)
    ann, bob = hall.person(), hall.person()
    assert client.post(reverse("office:activities-new"), {"kind": "vocational"}).url == reverse("office:activities-hold", args=["vocational"])  # fmt: skip
    asked = {"title": "电脑班", "organiser": "县残联", "subject": "computer", "sessions": 3, "cost": "8,000.00"} | days(
        starts_on=DAY
    )
    shown = client.post(reverse("office:activities-hold", args=["vocational"]), asked, follow=True)
    course = Activity.objects.get()
    assert "接着可以报名" in shown.content.decode()
    assert course.cost_fen == 800_000

    sign_up = reverse("office:activities-sign-up", args=[course.pk])
    wrong = client.post(sign_up, {"lines": f"{ann.id_number}\n{bob.id_number}\n没有这人"})
    assert wrong.status_code == 422
    assert "第 3 行：“没有这人”没有找到" in wrong.content.decode()
    assert not Participant.objects.exists()
    assert client.post(sign_up, {"lines": f"{ann.id_number}\n{bob.name}\n"}).status_code == 302

    first, second = Participant.objects.order_by("pk")
    results = reverse("office:activities-results", args=[course.pk])
    typed = {
        f"{first.pk}-attended": "3",
        f"{first.pk}-passed": "yes",
        f"{first.pk}-number": "ZS-1",
        f"{second.pk}-attended": "9",
    }
    wrong = client.post(results, typed)
    assert wrong.status_code == 422
    assert "多于" in wrong.content.decode()
    first.refresh_from_db()
    assert first.attended is None
    assert client.post(results, typed | {f"{second.pk}-attended": "1"}).status_code == 302
    page = client.get(reverse("office:activities-activity", args=[course.pk])).content.decode()
    assert "2 人，合格 1 人，取得证书 1 人" in page
    assert "电脑班" in client.get(reverse("office:activities"), {"kind": "vocational", "year": 2025}).content.decode()

    edited = asked | {"title": "电脑班一期"}
    assert client.post(reverse("office:activities-edit", args=[course.pk]), edited).status_code == 302
    assert client.post(reverse("office:activities-withdraw", args=[first.pk]), {"reason": "报错"}).status_code == 302
    assert client.post(reverse("office:activities-retract", args=[course.pk]), {"reason": "取消"}).status_code == 302
    assert client.get(reverse("office:activities-activity", args=[course.pk])).status_code == 404


def test_what_an_examination_found_shows_only_to_the_county_clerk_with_a_reason(hall: Hall):  # noqa: F811  a fixture asks for it by name
    exam = hall.hold("examination", "体检", DAY)
    row = hall.join(exam, hall.person(), role="trainee", finding="血压偏高")
    client, leader = enter(hall.county.a), enter(hall.county.a, Role.LEADER)
    page, address = (
        reverse("office:activities-activity", args=[exam.pk]),
        reverse("office:activities-finding", args=[row.pk]),
    )
    for one in (client, leader):
        assert "血压偏高" not in one.get(page).content.decode()
    assert "血压偏高" not in client.get(reverse("office:activities-results", args=[exam.pk])).content.decode()
    assert leader.post(address, {"reason": "看看"}).status_code == 403
    assert client.post(address, {"reason": ""}).status_code == 422
    assert "血压偏高" in client.post(address, {"reason": "本人来问"}).content.decode()
    assert AuditEntry.objects.filter(action="community.finding-opened", detail__reason="本人来问").exists()


def test_a_list_comes_back_marked_and_only_to_who_sent_it(hall: Hall, settings, tmp_path):  # noqa: F811  a fixture asks for it by name
    settings.ZHUCAN_HOME = tmp_path
    course, ann = hall.hold("vocational", "电脑班", DAY, subject="computer"), hall.person()
    client, address = enter(hall.county.a), reverse("office:activities-list", args=[course.pk])
    rows = f"身份证号,到课次数\n{ann.id_number},1\n{ann.id_number},7\n".encode()
    page = client.post(address, {"file": SimpleUploadedFile("名单.csv", rows)}).content.decode()
    assert "第 3 行" in page
    assert Participant.objects.get().attended == 1
    marked = reverse("office:activities-marked", args=[course.pk])
    assert client.post(marked).content[:2] == b"PK"
    assert enter(hall.county.a, Role.TOWNSHIP_CLERK).post(marked).status_code == 404
    assert client.post(address, {"file": SimpleUploadedFile("名单.txt", b"x")}).status_code == 422


def test_relatives_workers_events_and_roles_are_signed_up_by_the_line(hall: Hall):  # noqa: F811  a fixture asks for it by name
    client, ann = enter(hall.county.a), hall.person()
    for kind, more, line, want in (
        ("family", {}, f"{ann.id_number} 张母 母亲", "relative"),
        ("professional", {"subject": "therapy"}, f"工作人员 {hall.therapist.name}", "worker"),
        ("competition", {"edition": 6, "events": ["手工编织"]}, f"{ann.id_number} 手工编织", "self"),
        ("joint", {}, "来宾 周远来 邻县残联", "guest"),
        ("examination", {}, f"{ann.id_number} 职康站学员", "self"),
    ):
        held = hall.hold(kind, "活动", DAY, **more)
        answer = client.post(reverse("office:activities-sign-up", args=[held.pk]), {"lines": line})
        assert answer.status_code == 302, answer.content.decode()
        assert Participant.objects.get(activity=held).who == want
    assert Participant.objects.get(activity__kind="competition").event == "手工编织"
    assert Participant.objects.get(activity__kind="examination").role == "trainee"
    participants.note(
        participant=Participant.objects.get(activity__kind="competition"), attended=1, stage="final", **hall.told
    )
    file = client.get(reverse("office:people-file", args=[ann.pk])).content.decode()
    assert "手工编织，决赛" in file
    assert "家属" in file


def test_programmes_and_agreements_are_kept_and_people_stand_under_places(hall: Hall):  # noqa: F811  a fixture asks for it by name
    client = enter(hall.county.a)
    client.post(reverse("office:activities-programme"), {"name": "万人培训", "target": 100} | days(starts_on=DAY))
    client.post(
        reverse("office:activities-agreement"), {"institution": hall.hospital.pk, "about": "讲座"} | days(signed_on=DAY)
    )
    assert (Programme.objects.count(), Agreement.objects.count()) == (1, 1)
    page = client.get(reverse("office:activities-basis")).content.decode()
    assert "万人培训" in page
    assert f'href="{reverse("office:facilities-people")}"' in page
    assert hall.therapist.name not in page  # told in one place


def test_a_town_sees_its_own_activities(hall: Hall):  # noqa: F811  a fixture asks for it by name
    county = hall.hold("vocational", "县里的班", DAY, subject="computer")
    town = Division.objects.get(code="330499101000")
    own = hall.hold("vocational", "镇里的班", DAY, subject="computer", division=town)
    client = enter(town, Role.TOWNSHIP_CLERK)
    listed = client.get(reverse("office:activities")).content.decode()
    assert "镇里的班" in listed
    assert "县里的班" not in listed
    assert client.get(reverse("office:activities-activity", args=[county.pk])).status_code == 404
    stranger = hall.person(where=hall.other)
    answer = client.post(reverse("office:activities-sign-up", args=[own.pk]), {"lines": stranger.id_number})
    assert answer.status_code == 422
    assert not Participant.objects.exists()
