"""The pages of cases: a queue by deadline, an application at the counter, steps as buttons, papers, letters."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.caseload import Office
from zhucan.cases.models import Application, Award, Bundle, MaterialFile
from zhucan.cases.moving import Actor
from zhucan.cases.taking import take
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import Appointment, Division, Role, User
from zhucan.orgs.standards import set_standard
from zhucan.registry.models import Person


@pytest.fixture
def enter(office: Office):
    def enter(role: Role = Role.COUNTY_CLERK, place: Division | None = None, name: str = "") -> Client:
        user, _ = User.objects.get_or_create(username=name or f"page-{role}", defaults={"full_name": "测试员"})
        where = place or office.county.a
        Appointment.objects.get_or_create(user=user, role=role, division=where, valid_from=date(2020, 1, 1))
        client = Client()
        client.force_login(user)
        return client

    return enter


def _ask(office: Office, person: Person, *schemes: str, **more: object) -> Application:
    return office.ask(person, *schemes, on=today().isoformat(), at=now(), **more)[0]


def _form(person: Person, *schemes: str, **more: object) -> dict[str, object]:
    day = today()
    return {
        "schemes": list(schemes), "relation": "self", "applicant": person.name, "applied_on_year": day.year,
        "applied_on_month": day.month, "applied_on_day": day.day, "rows": "3", **more,
    }  # fmt: skip


def _no_wait(office: Office) -> None:
    set_standard(
        name="wait_public_approve",
        place="330499",
        valid_from=date(2025, 1, 1),
        value="0",
        document="示例",
        at=now(),
        by=None,
    )


def test_a_paper_application_is_taken_in_on_one_page(office: Office, enter):
    person, client = office.person(), enter(Role.TOWNSHIP_CLERK, office.village.parent)
    found = client.post(reverse("office:cases-new"), {"q": person.id_number})
    assert reverse("office:cases-ask", args=[person.pk]) in found.content.decode()
    page = client.get(reverse("office:cases-ask", args=[person.pk]), {"event": "new_certificate"})
    text = page.content.decode()
    assert "重度残疾人护理补贴" in text
    assert "补办的原因" not in text  # not of this event: not asked
    form = _form(person, "nursing-subsidy", "living-allowance", event="new_certificate")
    answer = client.post(reverse("office:cases-ask", args=[person.pk]), form)
    assert answer.status_code == 302
    assert Application.objects.filter(person=person, state="submitted").count() == 2
    bundle = Bundle.objects.get()
    assert (bundle.event, bundle.channel) == ("new_certificate", "window")


def test_what_is_wrong_in_the_form_changes_nothing_and_says_what_to_do(office: Office, enter):
    person, client = office.person(), enter()
    address = reverse("office:cases-ask", args=[person.pk])
    nothing = client.post(address, _form(person))
    assert nothing.status_code == 422
    assert "请选择申请哪些项目" in nothing.content.decode()
    kin = client.post(address, _form(person, "nursing-subsidy", relation="kin"))
    assert "要写明依据" in kin.content.decode()
    early = client.post(address, _form(person, "nursing-subsidy", applied_on_year="1960"))
    assert "早于出生日期" in early.content.decode()
    assert not Bundle.objects.exists()


@pytest.mark.usefixtures("made_up")
def test_items_are_typed_row_by_row_and_more_rows_are_a_button(office: Office, enter):
    person, client = office.person(), enter()
    address = reverse("office:cases-ask", args=[person.pk])
    typed = _form(person, "test-bills", event="child_diagnosed", item_test_bills_0_price="100.5")
    more = client.post(address, {**typed, "more": "yes"})
    assert "第 6 项金额" in more.content.decode()
    assert "100.5" in more.content.decode()
    assert not Bundle.objects.exists()
    wrong = client.post(address, {**typed, "item_test_bills_1_price": "很多"})
    assert wrong.status_code == 422
    assert client.post(address, typed).status_code == 302
    assert Application.objects.get().answers["items"] == [{"price": 10050, "bought_on": None}]


def test_a_commissioner_asks_for_somebody_with_the_authorisation_recorded(office: Office, enter):
    person, client = office.person(), enter(Role.COMMISSIONER, office.village)
    form = _form(person, "nursing-subsidy", relation="commissioner", authorisation="本人书面委托")
    assert client.post(reverse("office:cases-ask", args=[person.pk]), form).status_code == 302
    bundle = Bundle.objects.get()
    assert (bundle.channel, bundle.relation, bundle.authorisation) == ("visit", "commissioner", "本人书面委托")


def test_a_case_is_carried_by_buttons_from_the_window_to_its_letter(office: Office, enter):
    _no_wait(office)
    one = _ask(office, office.person(), "nursing-subsidy")
    clerk, approver = enter(), enter(Role.APPROVER)
    address = reverse("office:cases-case", args=[one.pk])
    text = clerk.get(address).content.decode()
    assert "初审通过" in text
    assert ">批准<" not in text
    for step in ("check", "publicise"):
        seen = Application.objects.get().state
        assert clerk.post(reverse("office:cases-step", args=[one.pk, step]), {"seen": seen}).status_code == 302
    assert "测*1" in clerk.get(reverse("office:publicity")).content.decode()
    assert ">批准<" in approver.get(address).content.decode()
    wrong = clerk.post(reverse("office:cases-step", args=[one.pk, "approve"]), {})
    assert wrong.status_code == 409
    assert "不能“批准”" in wrong.content.decode()
    assert approver.post(reverse("office:cases-step", args=[one.pk, "approve"]), {}).status_code == 302
    letter = approver.get(reverse("office:cases-letter", args=[one.pk, "html"])).content.decode()
    assert "决定批准：每月 500.00 元" in letter
    assert "与内容不符" not in letter
    pdf = approver.get(reverse("office:cases-letter", args=[one.pk, "pdf"]))
    assert pdf.content.startswith(b"%PDF-") or pdf.status_code == 409  # a machine without Pango says so
    assert Award.objects.count() == 1


def test_of_two_clerks_the_second_gets_one_sentence(office: Office, enter):
    one = _ask(office, office.person(), "nursing-subsidy")
    first, second = enter(name="first"), enter(name="second")
    address = reverse("office:cases-step", args=[one.pk, "check"])
    assert first.post(address, {"seen": "submitted"}).status_code == 302
    answer = second.post(address, {"seen": "submitted"})
    assert answer.status_code == 409
    assert "这件刚由测试员办到“待审批”" in answer.content.decode()
    assert one.moves.count() == 2


def test_a_queue_of_fifty_is_worked_by_deadline_and_in_bulk(office: Office, enter):
    for number in range(52):
        one = _ask(office, office.person(), "nursing-subsidy")
        Application.objects.filter(pk=one.pk).update(due_on=today() + timedelta(days=number - 2))
    client = enter(Role.TOWNSHIP_CLERK, office.village.parent)
    client.get(reverse("office:cases"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(reverse("office:cases"))
    assert len(asked) <= 14, [query["sql"][:120] for query in asked]
    rows = page.context["rows"]
    assert len(rows) == 50
    assert [row["one"].due_on for row in rows] == sorted(row["one"].due_on for row in rows)
    assert "● 超期" in page.content.decode()
    assert page.context["counts"] == {"mine": 52, "overdue": 2, "soon": 4, "paused": 0}
    assert "52" not in client.get(reverse("office:cases"), {"which": "overdue"}).context["rows"]
    picked = [row["one"].pk for row in rows]
    client.post(reverse("office:cases-bulk"), {"pick": picked})
    assert Application.objects.filter(state="checked").count() == 50


def test_bulk_checking_tells_of_each_that_could_not_be(office: Office, enter):
    good = _ask(office, office.person(), "nursing-subsidy")
    lacking = _ask(office, office.person(), "certificate-replacement", facts={"loss_kind": "lost"})
    client = enter()
    answer = client.post(reverse("office:cases-bulk"), {"pick": [good.pk, lacking.pk]}, follow=True).content.decode()
    assert "1 件初审通过" in answer
    assert f"{lacking.number}：还缺近期二寸白底照片" in answer
    lacking.refresh_from_db()
    assert lacking.state == "submitted"


def test_papers_come_in_and_bad_ones_do_not(office: Office, enter):
    one = _ask(office, office.person(), "certificate-replacement", facts={"loss_kind": "lost"})
    client = enter()
    address = reverse("office:cases-upload", args=[one.pk])
    bad = SimpleUploadedFile("a.pdf", b"MZ program")
    assert client.post(address, {"code": "photos", "file": bad}).status_code == 409
    assert not MaterialFile.objects.exists()
    good = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff photo")
    client.post(address, {"code": "photos", "file": good})
    kept = MaterialFile.objects.get()
    shown = client.get(reverse("office:cases-material", args=[kept.pk]))
    assert shown.content == b"\xff\xd8\xff photo"
    client.post(reverse("office:cases-retract", args=[kept.pk]))
    assert "▲ 还缺" in client.get(reverse("office:cases-case", args=[one.pk])).content.decode()


def test_an_assessor_records_what_was_found_and_sees_nothing_else(office: Office, enter):
    one = _ask(office, office.person(), "certificate-change")
    client, partner = enter(), enter(Role.PARTNER)
    client.post(reverse("office:cases-upload", args=[one.pk]), {"code": "photos", "file": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff")})  # fmt: skip
    client.post(reverse("office:cases-step", args=[one.pk, "check"]), {})
    day = today()
    client.post(reverse("office:cases-book", args=[one.pk]), {"institution": "示例医院", "day_year": day.year, "day_month": day.month, "day_day": day.day})  # fmt: skip
    listed = partner.get(reverse("office:assessments")).content.decode()
    assert one.number in listed
    assert one.person.name not in listed
    assert "预约好的评定" in partner.get(reverse("office:home")).content.decode()
    address = reverse("office:assessments-record", args=[one.assessment.pk])
    assert partner.post(address, {"qualifies": "yes"}).status_code == 422
    assert partner.post(address, {"qualifies": "yes", "category": "multiple", "grade": "1", "part_hearing": "1", "part_speech": "2"}).status_code == 302  # fmt: skip
    one.refresh_from_db()
    assert (one.state, one.assessment.components) == ("checked", [["hearing", 1], ["speech", 2]])
    assert partner.get(reverse("office:cases-case", args=[one.pk])).status_code == 403


def test_a_clerk_registers_a_review_and_another_approver_decides(office: Office, enter):
    one = _ask(office, office.person(category="hearing", grade=4), "nursing-subsidy")
    clerk = enter()
    answer = clerk.post(reverse("office:cases-step", args=[one.pk, "refuse"]), {"reason": "不在范围"})
    assert answer.status_code == 302
    assert "登记复核要求" in clerk.get(reverse("office:cases-case", args=[one.pk])).content.decode()
    clerk.post(reverse("office:cases-review", args=[one.pk]), {"reason": "要求重新判断"})
    again = Application.objects.get(review_of=one)
    refused = clerk.post(reverse("office:cases-step", args=[again.pk, "refuse"]), {"reason": "还是不行"})
    assert "另一个人" in refused.content.decode()


def test_the_workbench_tells_what_waits_for_each_role(office: Office, enter):
    one = _ask(office, office.person(), "nursing-subsidy")
    assert "等您办的办件" in enter().get(reverse("office:home")).content.decode()
    assert "办的办件" not in enter(Role.APPROVER).get(reverse("office:home")).content.decode()
    Application.objects.update(due_on=today() - timedelta(days=1))
    assert "已经超期的办件" in enter().get(reverse("office:home")).content.decode()
    take(application=one, step="check", actor=Actor(None, "county_clerk"), on=today(), at=now())
    assert "等您办的办件" in enter(Role.APPROVER).get(reverse("office:home")).content.decode()


def test_an_approver_grants_the_automatic_schemes_and_where_it_was_not_chosen_nothing(office: Office, enter):
    person = office.person()
    client = enter(Role.APPROVER)
    assert "全部批准并通知" in client.get(reverse("office:cases-unasked")).content.decode()
    client.post(reverse("office:cases-unasked"))
    held = set(Award.objects.filter(person=person).values_list("scheme", flat=True))
    assert held >= {"nursing-subsidy", "living-allowance"}
    other = enter(Role.APPROVER, office.county.b, "other")
    assert "没有开通免申即享" in other.get(reverse("office:cases-unasked")).content.decode()
    assert other.post(reverse("office:cases-unasked")).status_code == 409


def test_how_cases_are_handled_is_told_by_scheme_and_every_number_opens_its_cases(office: Office, enter):
    clerk = enter(Role.COUNTY_CLERK)
    office.decided(office.ask(office.person())[0], on="2025-03-13")
    office.ask(office.person())

    told = clerk.get(reverse("office:cases-handling"), {"first": "2025-03", "last": "2025-04"}).content.decode()

    row = told.split("重度残疾人护理补贴", 1)[1].split("</tr>", 1)[0]
    assert 'data-l="应跑" class="num">1 次' in row
    assert "100.00%" in row
    assert 'data-l="跑多次" class="num">0<' in row
    link = row.split('data-l="收到" class="num"><a href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    opened = clerk.get(link).content.decode()
    assert "记录：2 条" in opened.replace("重度残疾人护理补贴的", "")
    for by in ("division", "area", "step"):
        assert (
            clerk.get(reverse("office:cases-handling"), {"first": "2025-03", "last": "2025-04", "by": by}).status_code
            == 200
        )
    assert clerk.get(reverse("office:cases-handling"), {"first": "2025-05", "last": "2025-04"}).status_code == 422
    assert clerk.get(reverse("office:cases-handling"), {"division": "330498"}).status_code == 404


def test_the_queue_is_narrowed_to_a_step_and_tells_who_took_the_last_one(office: Office, enter):
    one, other = _ask(office, office.person()), _ask(office, office.person())
    take(application=one, step="check", actor=Actor(office.clerk, "township_clerk"), on=today(), at=now())

    told = enter(Role.COUNTY_CLERK).get(reverse("office:cases"), {"which": "open", "state": "checked"}).content.decode()

    assert one.number in told
    assert other.number not in told
    assert f"{today().month}月{today().day}日，clerk" in told
