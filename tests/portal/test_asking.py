"""A guardian asks once for a child, follows it, brings papers, disagrees; nobody sees anybody else's."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.caseload import Office
from zhucan.cases.models import Application, Bundle, MaterialFile, Notice, Publication
from zhucan.cases.moving import Actor
from zhucan.cases.taking import take
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import User
from zhucan.registry import holders
from zhucan.registry.models import Person


@pytest.fixture
def child(office: Office) -> Person:
    from datetime import date

    return office.person(born=date(2019, 2, 1), category="hearing", grade=1)


def _enter(person: Person, username: str = "mother", relation: str = "guardian") -> Client:
    holders.give(person=person, username=username, name="费守诚", relation=relation, day=today(), at=now(), by=None)
    User.objects.filter(username=username).update(password_given=False)
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def _ask(client: Client, person: Person, *schemes: str, **more: object) -> object:
    form = {"person": person.pk, "event": "child_diagnosed", "schemes": list(schemes), "rows": "3", **more}
    return client.post(reverse("portal:ask"), form)


def _staff(office: Office, step: str, role: str = "county_clerk", **more: object) -> None:
    one = Application.objects.get()
    user = office.approver if role == "approver" else office.clerk
    take(application=one, step=step, actor=Actor(user, role), on=today(), at=now(), **more)  # type: ignore[arg-type]  # of the test


def test_a_mother_asks_once_for_the_event(office: Office, child: Person):
    client = _enter(child)
    assert "孩子确诊" in client.get(reverse("portal:ask")).content.decode()
    page = client.get(reverse("portal:ask"), {"event": "child_diagnosed"}).content.decode()
    form = page[page.index('<form method="post" novalidate>') :]
    assert form.index(">提交</button>") < form.index('name="more"')  # so that Enter hands the form in
    assert "困难残疾人生活补贴" in page
    assert "还没有残疾人证" in page  # why no new certificate is likely
    assert _ask(client, child, "nursing-subsidy", "living-allowance").status_code == 302
    bundle = Bundle.objects.get()
    assert (bundle.channel, bundle.relation, bundle.applicant) == ("online", "guardian", "费守诚")
    assert "监护人账号" in bundle.authorisation
    listed = client.get(reverse("portal:applications")).content.decode()
    assert listed.count("待初审") == 2
    assert "已收到" in listed
    again = _ask(client, child, "nursing-subsidy")
    assert again.status_code == 422
    assert Application.objects.count() == 2


def test_papers_are_brought_after_they_were_asked_for_and_the_case_goes_on(office: Office, child: Person):
    client = _enter(child)
    _ask(client, child, "nursing-subsidy")
    one = Application.objects.get()
    _staff(office, "ask", reason="户口簿看不清")
    page = client.get(reverse("portal:application", args=[one.pk])).content.decode()
    assert "户口簿看不清" in page
    assert "材料补齐了，接着办" in page
    bad = client.post(
        reverse("portal:upload", args=[one.pk]), {"code": "identity", "file": SimpleUploadedFile("a.exe", b"MZ")}
    )
    assert bad.status_code == 409
    client.post(
        reverse("portal:upload", args=[one.pk]),
        {"code": "identity", "file": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff x")},
    )
    kept = MaterialFile.objects.get()
    assert client.get(reverse("portal:material", args=[kept.pk])).content == b"\xff\xd8\xff x"
    client.post(reverse("portal:step", args=[one.pk, "supply"]), {"seen": "correcting"})
    one.refresh_from_db()
    assert one.state == "submitted"


def test_somebody_refused_reads_why_and_asks_for_a_review(office: Office, child: Person):
    client = _enter(child)
    _ask(client, child, "nursing-subsidy")
    _staff(office, "refuse", reason="材料不实")
    one = Application.objects.get()
    page = client.get(reverse("portal:application", args=[one.pk])).content.decode()
    assert "材料不实" in page
    letter = client.get(reverse("portal:letter", args=[one.pk, "html"])).content.decode()
    assert "不予批准决定书" in letter
    assert client.post(reverse("portal:review", args=[one.pk]), {"reason": ""}).status_code == 409
    assert client.post(reverse("portal:review", args=[one.pk]), {"reason": "材料是真的"}).status_code == 302
    assert Application.objects.get(review_of=one).state == "submitted"


def test_an_applicant_withdraws_and_takes_no_step_of_the_staff(office: Office, child: Person):
    client = _enter(child)
    _ask(client, child, "nursing-subsidy")
    one = Application.objects.get()
    assert client.post(reverse("portal:step", args=[one.pk, "check"])).status_code == 409
    assert client.post(reverse("portal:step", args=[one.pk, "withdraw"])).status_code == 302
    one.refresh_from_db()
    assert one.state == "withdrawn"
    assert Notice.objects.filter(text__contains="撤回").exists()


def test_nobody_asks_for_or_sees_what_is_anothers(office: Office, child: Person):
    mother = _enter(child)
    _ask(mother, child, "nursing-subsidy")
    one = Application.objects.get()
    upload = reverse("portal:upload", args=[one.pk])
    mother.post(upload, {"code": "identity", "file": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff x")})
    other = _enter(office.person(), "other", "self")
    for name in ("application", "letter", "step", "upload", "review"):
        more = {"letter": ["html"], "step": ["withdraw"]}.get(name, [])
        address = reverse(f"portal:{name}", args=[one.pk, *more])
        assert other.get(address).status_code in (404, 405), name
        if other.get(address).status_code == 405:
            assert other.post(address).status_code == 404, name
    assert other.get(reverse("portal:material", args=[MaterialFile.objects.get().pk])).status_code == 404
    assert other.get(reverse("portal:ask"), {"person": child.pk}).status_code == 404
    assert _ask(other, child, "living-allowance").status_code == 404
    assert child.name not in other.get(reverse("portal:applications")).content.decode()
    staff = Client()
    staff.force_login(office.clerk)
    assert staff.get(reverse("portal:applications")).status_code == 404
    assert Client().get(reverse("portal:applications")).status_code == 302


def test_the_public_page_hides_names_and_keeps_machines_away(office: Office, child: Person):
    mother = _enter(child)
    _ask(mother, child, "nursing-subsidy")
    _staff(office, "check")
    assert "现在没有公示" in Client().get(reverse("portal:publicity")).content.decode()
    _staff(office, "publicise")
    answer = Client().get(reverse("portal:publicity"))
    text = answer.content.decode()
    assert "测**" in text
    assert child.name not in text
    assert "noindex" in answer["X-Robots-Tag"]
    Publication.objects.update(first_day="2025-01-01", last_day="2025-01-09")
    assert "测**" not in Client().get(reverse("portal:publicity")).content.decode()
