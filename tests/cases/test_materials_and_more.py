"""Papers used again, claims, groups of which one is granted, works, certificates, publicity, notices, granting unasked."""

import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.caseload import BILLS, Office
from tests.county import told
from zhucan.cases import applying, assessing, automatic, awards, deciding, materials, moving, notices, publicity
from zhucan.cases.applying import ApplicationRefused
from zhucan.cases.deciding import DecisionRefused
from zhucan.cases.facts import export, judge
from zhucan.cases.models import Application, Award, MaterialFile, Notice, Publication
from zhucan.cases.moving import Actor, StepRefused
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.orgs.clock import moment
from zhucan.orgs.documents import LARGEST
from zhucan.policy import flowcharts
from zhucan.registry import services as registry
from zhucan.registry.models import Certificate

DAY = date(2025, 3, 4)
ROOT = Path(__file__).parents[2]


def _upload(one: Application, code: str, data: bytes = b"%PDF-1.4 paper", name: str = "a.pdf") -> MaterialFile:
    return materials.upload(application=one, code=code, name=name, chunks=[data], on=DAY, at=moment(DAY), by=None)


@pytest.mark.usefixtures("made_up")
def test_a_claim_is_reckoned_and_its_papers_are_used_again(office: Office):
    person = office.person()
    items = {"test-bills": [{"price": 100000}, {"price": 50050, "bought_on": date(2025, 2, 1)}]}
    one = office.ask(person, "test-bills", items=items)[0]
    with pytest.raises(StepRefused, match="还缺发票、身份证或户口簿"):
        office.step(one, "check", "2025-03-04")
    _upload(one, "invoice")
    _upload(one, "identity")
    office.step(one, "check", "2025-03-04")
    done = office.step(one, "approve", "2025-03-05", "approver")
    assert Award.objects.get().granted_fen == 120040
    assert done.decision.working == ["发票合计 1,500.50 元，补助 80%"]
    again = office.ask(person, "test-bills", items={"test-bills": [{"price": 100}]}, on="2025-06-03")[0]
    facts: dict[str, object] = {}
    lacking = [need.code for need in materials.needs(again, facts, date(2025, 6, 3)) if need.lacking]
    assert lacking == ["invoice"]
    assert [need.code for need in materials.needs(again, facts, date(2026, 6, 3)) if need.lacking] == [
        "invoice", "identity",
    ]  # fmt: skip


@pytest.mark.usefixtures("made_up")
def test_the_items_of_a_claim_may_come_later_but_before_the_decision(office: Office):
    one = office.ask(office.person(), "test-bills")[0]
    _upload(one, "invoice")
    _upload(one, "identity")
    office.step(one, "check", "2025-03-04")
    with pytest.raises(DecisionRefused, match="按发票计算，还没有填写"):
        office.step(one, "approve", "2025-03-05", "approver")
    applying.amend(
        application=one,
        facts={},
        items=[{"price": 1000}],
        actor=Actor(office.clerk, "county_clerk"),
        on=DAY,
        at=moment(DAY),
    )
    assert office.step(one, "approve", "2025-03-05", "approver").decision.amount_fen == 800


@pytest.mark.usefixtures("made_up")
def test_a_claim_that_comes_to_nothing_is_refused_when_it_is_asked_for(office: Office):
    person = office.person()
    for items, match in (
        ({"test-bills": [{"price": 2_000_000}]}, "超过 10000.00 元"),
        ({"test-bills": [{"bought_on": DAY}]}, "没有填写金额"),
        ({"test-bills": [{"price": 1, "bought_on": date(1950, 1, 1)}]}, "早于出生"),
        ({"test-bills": [{"price": -1}]}, "填得不对"),
    ):
        with pytest.raises(ZhucanError, match=match):
            office.ask(person, "test-bills", items=items)
    assert not Application.objects.exists()
    assert BILLS.claim is not None


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize(
    ("name", "data", "match"),
    [
        ("a.exe", b"MZ", "只能保存"),
        ("a.pdf", b"MZ not a pdf", "文件内容不是"),
        ("a.pdf", b"%PDF-1.4 /JavaScript", "病毒特征"),
        ("a.pdf", b"%PDF-" + b"0" * LARGEST, "20 MB"),
        ("a.png", b"", "20 MB"),
    ],
)
def test_papers_of_a_wrong_kind_too_large_or_infected_are_refused(office: Office, name: str, data: bytes, match: str):
    one = office.ask(office.person(), "test-bills", items={"test-bills": [{"price": 100}]})[0]
    with pytest.raises(ZhucanError, match=match):
        _upload(one, "invoice", data, name)
    with pytest.raises(ZhucanError, match="不需要这份材料"):
        _upload(one, "photo_before")
    assert not MaterialFile.objects.exists()


@pytest.mark.usefixtures("made_up")
def test_of_an_exclusive_group_the_largest_wins_and_one_alone_is_granted(office: Office):
    person = office.person()
    small, large = office.ask(person, "test-small", "test-large")
    for one in (small, large):
        office.step(one, "check", "2025-03-04")
    with pytest.raises(DecisionRefused, match=r"后者（200\.00 元）多于这一项（100\.00 元）"):
        office.step(small, "approve", "2025-03-05", "approver")
    office.step(large, "approve", "2025-03-05", "approver")
    with pytest.raises(DecisionRefused, match="已经享受"):
        office.step(small, "approve", "2025-03-05", "approver")
    assert office.step(small, "refuse", "2025-03-05", "approver", reason="已批准测试大额").state == "refused"
    with pytest.raises(ApplicationRefused, match="已经在享受"):
        office.ask(person, "test-large", on="2025-09-01")
    assert office.ask(person, "test-large", on="2026-03-02")


@pytest.mark.usefixtures("made_up")
def test_works_on_a_home_are_shown_by_photographs(office: Office):
    one = office.ask(office.person(), "test-home")[0]
    with pytest.raises(StepRefused, match="还缺改造前照片"):
        office.step(one, "survey", "2025-03-04")
    _upload(one, "photo_before", b"\xff\xd8\xff before", "a.jpg")
    office.step(one, "survey", "2025-03-04")
    office.step(one, "publicise", "2025-03-05")
    office.step(one, "approve", "2025-03-13", "approver")
    with pytest.raises(StepRefused, match="还缺改造后照片"):
        office.step(one, "build", "2025-03-20")
    _upload(one, "photo_after", b"\xff\xd8\xff after", "b.jpg")
    office.step(one, "build", "2025-03-20")
    office.step(one, "rework", "2025-03-21", reason="坡度不够")
    office.step(one, "build", "2025-03-28")
    _upload(one, "acceptance_sheet")
    office.step(one, "accept", "2025-03-31")
    done = office.step(one, "deliver", "2025-04-01", "finance")
    assert (done.state, done.closed_on) == ("delivered", date(2025, 4, 1))


def _assessed(office: Office, one: Application, **found: object) -> None:
    office.step(one, "check", "2025-03-04")
    clerk = Actor(office.clerk, "county_clerk")
    with pytest.raises(StepRefused, match="录入评定结果"):
        office.step(one, "assess", "2025-03-10")
    assessing.book(application=one, institution="示例医院", day=date(2025, 3, 10), actor=clerk, at=moment(DAY))
    one.refresh_from_db()
    day = date(2025, 3, 10)
    values = {"qualifies": True, "category": "hearing", "grade": 1, **found}
    assessing.found(application=one, actor=clerk, on=day, at=moment(day), **values)  # type: ignore[arg-type]  # of the test


def _child(office: Office) -> Application:
    child = office.county.person(born=date(2019, 2, 1))
    registry.move(person=child, day=child.born, division=office.village, witness=told("2020-03-01"))
    one = office.ask(child, "certificate-new")[0]
    _upload(one, "photos", b"\xff\xd8\xff photo", "a.jpg")
    _upload(one, "guardian_id")
    return one


def test_a_certificate_is_issued_with_the_kind_and_grade_of_the_assessment(office: Office):
    one = _child(office)
    _assessed(office, one)
    office.step(one, "publicise", "2025-03-11")
    done = office.step(one, "approve", "2025-03-20", "approver")
    card = Certificate.objects.get()
    assert (card.category, card.grade, card.issued, card.event) == ("hearing", 1, date(2025, 3, 20), "new")
    assert done.assessment.certificate == card
    assert Award.objects.get().granted_fen == 0
    assert "示例医院" in Notice.objects.filter(text__contains="评定，带上").get().text


def test_what_a_household_was_given_none_of_it_is_given_again(office: Office):
    first, second, other = office.person(), office.person(), office.person()
    registry.form_household(
        members={first: "户主", second: "子女"}, day=date(2025, 1, 1), at=moment(DAY), witness=told("2025-01-02")
    )
    office.ask(first, "home-adaptation")
    with pytest.raises(ApplicationRefused, match="按户给，同户的人已有一件正在办"):
        office.ask(second, "home-adaptation")
    assert office.ask(other, "home-adaptation")
    awards.grant(
        person=first, scheme_id="home-adaptation", division=office.county.a, applied_on=DAY, approved_on=DAY,
        amount_fen=468_000, at=moment(DAY), by=None,
    )  # fmt: skip
    later = date(2025, 9, 1)
    for person, adapted in ((first, DAY), (second, DAY), (other, None)):
        judgement = judge(person, Month(2025, 9), division="330499000000", applied_on=later)
        assert judgement.facts["home_adapted_on"] == adapted
    con = duckdb.connect()
    export(con, known_at=moment(later), relations=("award",))
    assert con.execute("SELECT person_id FROM award ORDER BY 1").fetchall() == [(first.pk,), (second.pk,)]


def test_what_was_asked_for_with_the_certificate_is_judged_from_the_day_it_is_issued(office: Office):
    child = office.county.person(born=date(2019, 2, 1))
    registry.move(person=child, day=child.born, division=office.village, witness=told("2020-03-01"))
    card, nursing = office.ask(child, "certificate-new", "nursing-subsidy")
    for code in ("photos", "guardian_id"):
        _upload(card, code, b"\xff\xd8\xff photo", "a.jpg")
    _assessed(office, card)
    office.step(card, "publicise", "2025-03-11")
    assert deciding.awaited_card(nursing) == card
    with pytest.raises(ZhucanError, match="持有有效残疾人证"):
        office.decided(nursing, "2025-03-19")
    office.step(card, "approve", "2025-03-20", "approver")
    nursing.refresh_from_db()
    assert (nursing.applied_on, nursing.bundle.applied_on) == (date(2025, 3, 20), date(2025, 3, 3))
    assert deciding.awaited_card(nursing) is None
    assert moving.word(nursing.moves.get(step="card")) == "残疾人证已发"
    done = office.step(nursing, "approve", "2025-04-01", "approver")
    assert (done.award.applied_on, done.award.start) == (date(2025, 3, 20), Month(2025, 3).index)


def test_what_could_be_granted_without_the_new_certificate_keeps_its_day(office: Office):
    person = office.person(grade=1)
    change, nursing = office.ask(person, "certificate-change", "nursing-subsidy", on="2026-03-03")
    booked = date(2026, 3, 4)
    _upload(change, "photos", b"\xff\xd8\xff photo", "a.jpg")
    office.step(change, "check", "2026-03-04")
    clerk = Actor(office.clerk, "county_clerk")
    assessing.book(application=change, institution="示例医院", day=booked, actor=clerk, at=moment(booked))
    assessing.found(
        application=change, actor=clerk, on=booked, at=moment(booked), qualifies=True, category="physical", grade=2
    )
    office.step(change, "publicise", "2026-03-11")
    office.step(change, "approve", "2026-03-29", "approver")
    nursing.refresh_from_db()
    assert nursing.applied_on == date(2026, 3, 3)


def test_whoever_is_not_found_disabled_gets_no_certificate(office: Office):
    one = _child(office)
    _assessed(office, one, qualifies=False, category="", grade=None)
    office.step(one, "publicise", "2025-03-11")
    with pytest.raises(ZhucanError, match="评定达到残疾标准"):
        office.step(one, "approve", "2025-03-20", "approver")
    assert not Certificate.objects.exists()
    assert not Award.objects.exists()
    refused = office.step(one, "refuse", "2025-03-20", "approver", reason="评定不符合残疾标准")
    assert refused.decision.reason == "评定不符合残疾标准"


def test_several_kinds_need_each_their_grade(office: Office):
    one = _child(office)
    with pytest.raises(StepRefused, match="至少两类"):
        _assessed(office, one, category="multiple", grade=1)


def test_what_hangs_out_is_masked_and_takes_itself_down(office: Office):
    child = office.person(born=date(2015, 2, 1))
    one = office.ask(child)[0]
    office.step(one, "check", "2025-03-04")
    office.step(one, "publicise", "2025-03-05")
    row = Publication.objects.get()
    assert (row.name, row.scheme, row.amount_fen) == ("测**", "重度残疾人护理补贴", 50000)  # RR-34, RR-35
    assert publicity.shown_name(office.person(), DAY) == "测*2"
    assert row.last_day == date(2025, 3, 12)
    assert list(publicity.hanging(date(2025, 3, 12), "330499")) == [row]
    assert not publicity.hanging(date(2025, 3, 13)).exists()
    assert not publicity.hanging(date(2025, 3, 12), "330498").exists()
    office.step(one, "withdraw", "2025-03-06", "applicant")
    assert not publicity.hanging(date(2025, 3, 12)).exists()


def test_notices_are_handed_to_the_gateway_once(office: Office, tmp_path: Path):
    child, adult = office.person(born=date(2015, 2, 1)), office.person()
    registry.set_guardian(
        person=child, day=child.born, name="家长", relation="母亲", phone="13800000001", witness=told("2020-03-01")
    )
    office.ask(child, authorisation="")
    office.ask(adult)
    path = tmp_path / "sms.csv"
    at = moment(date(2025, 3, 5))
    assert notices.hand_over(path=path, division="330499", at=at, by=None) == (1, 1)
    rows = list(csv.reader(path.open(encoding="utf-8-sig")))
    assert rows[0] == ["编号", "手机号", "内容"]
    assert rows[1][1] == "13800000001"
    assert child.name not in rows[1][2]
    assert notices.hand_over(path=tmp_path / "again.csv", division="330499", at=at, by=None) == (0, 0)
    with pytest.raises(FileExistsError):
        notices.hand_over(path=path, division="330499", at=at, by=None)


def test_automatic_schemes_are_granted_unasked_where_the_place_chose_so(office: Office):
    person, asking, receiving = office.person(), office.person(), office.person()
    office.ask(asking, "nursing-subsidy", "living-allowance")
    office.county.grant(receiving, "2025-01-06")
    day = date(2025, 3, 4)
    found = automatic.grant(place=office.county.a, on=day, at=moment(day), by=office.approver)
    granted = {(one.person_id, one.scheme) for one in found.candidates}
    two = {"nursing-subsidy", "living-allowance"}
    assert {pair for pair in granted if pair[1] in two} == {(person.pk, name) for name in two}
    held = Award.objects.filter(person=person)
    assert held.count() == Notice.objects.filter(person=person).count() == sum(pk == person.pk for pk, _ in granted)
    assert automatic.grant(place=office.county.a, on=day, at=moment(day), by=office.approver).candidates == ()
    with pytest.raises(automatic.NotAutomatic, match="没有开通"):
        automatic.look(place=office.county.b, on=day, at=moment(day))


def test_the_page_of_flows_is_what_the_steps_declare():
    assert (ROOT / "docs/flows.md").read_text(encoding="utf-8") == flowcharts.page()
