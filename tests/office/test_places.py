"""Places through the pages: entered, imported, checked, ended, taken back; problems referred and settled."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.county import County
from zhucan.core import masking
from zhucan.facilities.models import Check, Facility, Issue, Standard, Stay, Training, Worker
from zhucan.orgs.clock import today
from zhucan.orgs.models import Appointment, AuditEntry, Role, User


def client(county: County, role: Role = Role.COUNTY_CLERK) -> Client:
    user, _ = User.objects.get_or_create(username=str(role))
    Appointment.objects.get_or_create(user=user, role=role, division=county.a, valid_from=date(2020, 1, 1))
    made = Client()
    made.force_login(user)
    return made


def on(name: str, day: str) -> dict[str, str]:
    """Return a day as its three boxes are sent."""
    year, month, number = day.split("-")
    return {f"{name}_year": year, f"{name}_month": month, f"{name}_day": number}


def entered(web: Client, address: str, /, **said: Any) -> None:
    answer = web.post(address, said)
    assert answer.status_code == 302, answer.content.decode()


@pytest.fixture
def school(county: County) -> Facility:
    web = client(county)
    add = reverse("office:facilities-area-add", args=[county.a.pk, "facility"])
    wrong = web.post(add, {"name": "示例特教学校", "kind": "special_school", "latitude": "30.75"})
    assert wrong.status_code == 422
    assert "纬度和经度要一起填" in wrong.content.decode()
    entered(web, add, name="示例特教学校", kind="special_school", capacity="60", latitude="30.75", longitude="120.75")
    return Facility.objects.get()


def add(facility: Facility, what: str) -> str:
    return reverse("office:facilities-add", args=[facility.pk, what])


def test_a_school_with_its_people_on_its_page(county: County, school: Facility):
    web, pupil = client(county), county.person(born=date(2014, 3, 2))
    entered(
        web,
        add(school, "worker"),
        name="王老师",
        post="special_teacher",
        qualification="",
        **on("valid_from", "2024-09-01"),
    )
    entered(
        web, add(school, "stay"), person=str(pupil.pk), kind="pupil", course="三年级", **on("valid_from", "2024-09-01")
    )
    entered(
        web,
        add(school, "training"),
        worker=str(Worker.objects.get().pk),
        topic="培智",
        organiser="师院",
        hours="8",
        **on("day", "2024-10-01"),
    )
    entered(
        web,
        add(school, "designation"),
        level="county",
        title="示范校",
        document="文件",
        **on("valid_from", "2024-10-01"),
    )

    told = web.get(reverse("office:facilities-place", args=[school.pk])).content.decode()

    for words in ("王老师", "三年级", "县级", "示范校", "培智", "60 人", f"{masking.name(pupil.name)}（{pupil.pk}）"):
        assert words in told
    assert pupil.name not in told
    assert "县级示范校" in web.get(reverse("office:facilities")).content.decode()
    assert AuditEntry.objects.filter(action="facilities.record").count() == 5

    stay = Stay.objects.get()
    page = reverse("office:facilities-end", args=["stay", stay.pk])
    assert web.post(page, {**on("day", "2025-07-01")}).status_code == 422
    entered(web, page, goes_on="unknown", **on("day", "2025-07-01"))
    entered(web, reverse("office:facilities-follow", args=[stay.pk]), goes_on="home")
    stay.refresh_from_db()
    assert (stay.valid_to, stay.goes_on) == (date(2025, 7, 1), "home")
    back = reverse("office:facilities-retract", args=["worker", Worker.objects.get().pk])
    assert "还有登记在它上面的培训" in web.post(back, {"reason": "登错了"}).content.decode()
    entered(web, reverse("office:facilities-retract", args=["training", Training.objects.get().pk]), reason="登错了")
    entered(web, back, reason="登错了")
    entered(web, reverse("office:facilities-amend", args=[school.pk]), address="新路 2 号", capacity="80")
    school.refresh_from_db()
    assert (school.address, school.capacity, school.latitude) == ("新路 2 号", 80, None)
    assert web.get(reverse("office:facilities-rows", args=[school.pk, "stay"])).status_code == 200


def test_everybody_in_post_is_listed_with_the_hours_of_the_year_and_what_the_place_asks(county: County, school: Facility):  # fmt: skip
    web, area = client(county), reverse("office:facilities-area-add", args=[county.a.pk, "worker"])
    at_school = {"name": "王老师", "post": "special_teacher", **on("valid_from", "2024-09-01")}
    entered(web, add(school, "worker"), **at_school)
    entered(
        web, add(school, "training"), worker=str(Worker.objects.get().pk), topic="培智", organiser="师院", hours="72",
        **on("day", f"{today().year}-01-01"), **on("last_on", f"{today().year}-01-09"),
    )  # fmt: skip
    wrong = web.post(add(school, "worker"), {**at_school, "name": "方老师", "employer": "示例医院"})
    assert wrong.status_code == 422
    assert "单位就是这个场所" in wrong.content.decode()
    entered(web, area, name="沈康", post="therapist", employer="示例医院", **on("valid_from", "2024-09-01"))
    entered(web, area, name="杜委员", post="commissioner", **on("valid_from", "2024-09-01"))

    address = reverse("office:facilities-people")
    page = web.get(address).content.decode()
    assert "✓ 达到 72" in page
    assert "▲ 没有达到 24" in page
    assert page.count("（没有规定要求）") == 1
    assert reverse("office:facilities-place", args=[school.pk]) in page
    only = web.get(address, {"post": "therapist"}).content.decode()
    assert "示例医院" in only
    assert "王老师" not in only
    assert "没有这样的人员" in web.get(address, {"q": "无此人"}).content.decode()
    gone = Worker.objects.get(name="沈康")
    entered(web, reverse("office:facilities-end", args=["worker", gone.pk]), **on("day", "2025-09-01"))
    assert "沈康" not in web.get(address).content.decode()


def test_somebody_who_lives_elsewhere_cannot_be_named(county: County, school: Facility):
    answer = client(county).post(
        add(school, "stay"), {"person": "999", "kind": "pupil", **on("valid_from", "2024-09-01")}
    )

    assert answer.status_code == 422
    assert "登记里没有符合的人" in answer.content.decode()
    assert not Stay.objects.exists()


def test_a_standard_is_imported_a_check_scored_and_its_gaps_shown(county: County, school: Facility):
    web = client(county)
    entered(
        web, reverse("office:facilities-area-add", args=[county.a.pk, "standard"]), name="示例标准", topic="school",
        level="province", document="示例文件", pass_mark="60", advanced_mark="",
    )  # fmt: skip
    standard = Standard.objects.get()
    address = reverse("office:facilities-criteria", args=[standard.pk])
    text = "编号,内容,责任部门,分值,佐证材料,必须达到\n1,教室达标,教育局,60,照片,是\n2,师资达标,人社局,40,名册,否\n"
    wrong = web.post(address, {"file": SimpleUploadedFile("a.csv", text.replace("60,", "六十,").encode())})
    assert (wrong.status_code, "第 2 行" in wrong.content.decode()) == (422, True)
    entered(web, address, file=SimpleUploadedFile("a.csv", text.encode()))
    entered(
        web,
        add(school, "check"),
        standard=str(standard.pk),
        kind="inspection",
        inspector="省教育厅",
        **on("day", "2025-06-01"),
    )
    check = Check.objects.get()
    page = reverse("office:facilities-check", args=[check.pk])
    first, second = standard.criteria.live()
    half = {
        f"points-{first.pk}": "60",
        f"told-{first.pk}": "照片 3 张",
        f"points-{second.pk}": "50",
        f"told-{second.pk}": "",
    }
    assert "应在 0 至 40" in web.post(page, half).content.decode()

    entered(web, page, **{**half, f"points-{second.pk}": "30", f"told-{second.pk}": "缺 2 名教师"})

    told = web.get(page).content.decode()
    for words in ("90/100，达标", "缺 2 名教师", "▲ 10<", "人社局"):
        assert words in told
    listing = web.get(reverse("office:facilities-standard", args=[standard.pk])).content.decode()
    assert "2（人社局，差 10 分）" in listing
    assert "达标" in listing
    assert "登记条目" not in listing  # what was checked under is not changed any more
    assert "示例标准" in web.get(reverse("office:facilities-standards")).content.decode()
    assert client(county, Role.LEADER).post(page, half).status_code == 200  # looks, and scores nothing


def test_a_defect_is_seen_by_the_commissioner_referred_and_settled(county: County, settings: Any, tmp_path: Any):
    settings.ZHUCAN_HOME = tmp_path
    web = client(county, Role.COMMISSIONER)
    address = reverse("office:facilities-area-add", args=[county.a.pk, "issue"])
    said = {
        "kind": "defect", "text": "盲道断头", "spot": "人民路", "unit": "住建局", **on("found_on", "2025-03-02"),
        **on("due_on", "2025-03-20"),
    }  # fmt: skip
    bad = web.post(address, {**said, "photo": SimpleUploadedFile("a.jpg", b"no picture")})
    assert bad.status_code == 422
    assert not Issue.objects.exists()
    entered(web, address, **said, photo=SimpleUploadedFile("a.jpg", b"\xff\xd8\xff photo"))
    issue = Issue.objects.get()
    page = reverse("office:facilities-issue", args=[issue.pk])
    assert web.get(reverse("office:facilities-photo", args=[issue.pk])).content == b"\xff\xd8\xff photo"
    assert (
        "还没有转交"
        in web.post(
            reverse("office:facilities-settle", args=[issue.pk]), {"outcome": "修好", **on("day", "2025-04-01")}
        ).content.decode()
    )
    entered(web, reverse("office:facilities-refer", args=[issue.pk]), **on("day", "2025-03-03"))
    listing = web.get(reverse("office:facilities-issues") + "?which=late").content.decode()
    assert "盲道断头" in listing
    assert "已超期" in listing
    entered(web, reverse("office:facilities-settle", args=[issue.pk]), outcome="已修好", **on("day", "2025-04-01"))

    assert "已修好" in web.get(page).content.decode()
    assert "没有这样的问题" in web.get(reverse("office:facilities-issues")).content.decode()
    assert "盲道断头" in web.get(reverse("office:facilities-area", args=[county.a.pk])).content.decode()


def test_tasks_of_a_campaign_show_their_joint_progress_under_who_leads_it(county: County):
    web, address = client(county), reverse("office:facilities-area-add", args=[county.a.pk, "issue"])
    said = {
        "kind": "task",
        "campaign": "文明城市创建，文明办牵头",
        **on("found_on", "2025-01-10"),
        **on("due_on", "2025-03-20"),
    }
    for text, unit in (("清理占用盲道", "城管局"), ("公厕加装扶手", "城管局"), ("修坡道", "住建局")):
        entered(web, address, text=text, unit=unit, **said)
    done = Issue.objects.get(text="清理占用盲道")
    entered(web, reverse("office:facilities-settle", args=[done.pk]), outcome="清理 12 处", **on("day", "2025-02-01"))

    shown = web.get(reverse("office:facilities-issues") + "?kind=task")
    assert sorted(tuple(one.values()) for one in shown.context["units"]) == [
        ("文明城市创建，文明办牵头", "住建局", 0, 1, 1), ("文明城市创建，文明办牵头", "城管局", 1, 1, 1),
    ]  # fmt: skip
    assert "创建活动和牵头单位" in shown.content.decode()


def test_a_list_is_taken_in_on_a_page_whole_or_not_at_all(county: County):
    web, address = client(county), reverse("office:facilities-import")
    text = "地方,名称,种类\n330499,示例站,社区康复站\n330498,乙县站,社区康复站\n"
    wrong = web.post(address, {"what": "facility", "file": SimpleUploadedFile("站.csv", text.encode())})
    assert wrong.status_code == 422
    assert "第 3 行" in wrong.content.decode()
    assert not Facility.objects.exists()

    entered(web, address, what="facility", file=SimpleUploadedFile("站.csv", text.replace("330498", "330499").encode()))

    assert Facility.objects.count() == 2
    assert "乙县站" in web.get(reverse("office:facilities") + "?kind=rehabilitation_station").content.decode()
