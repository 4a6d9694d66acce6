"""Goods and services through the pages: handed out, brought back, planned, and recorded by the institution's own staff."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.county import County
from zhucan.cases import awards
from zhucan.cases.models import Award
from zhucan.delivery import plans, reliefs, stock
from zhucan.delivery.models import Balance, Move, Piece, Plan
from zhucan.office import work
from zhucan.orgs import institutions
from zhucan.orgs.clock import moment, now
from zhucan.orgs.models import Appointment, Institution, Role, User
from zhucan.payments.models import Line

DAY = {"day_year": "2025", "day_month": "6", "day_day": "3"}


def client(county: County, role: Role, name: str = "") -> Client:
    user, _ = User.objects.get_or_create(username=name or str(role))
    Appointment.objects.get_or_create(user=user, role=role, division=county.a, valid_from=date(2020, 1, 1))
    made = Client()
    made.force_login(user)
    return made


def grant(county: County, scheme: str, **more: Any) -> Award:
    day = date(2025, 1, 6)
    return awards.grant(
        person=more.pop("person", None) or county.person(), scheme_id=scheme, division=county.a, applied_on=day,
        approved_on=day, at=moment(day), by=None, **{"amount_fen": 0, **more},
    )  # fmt: skip


@pytest.fixture
def wheelchair(county: County) -> Piece:
    made: dict[str, Any] = {"division": county.a, "at": now(), "by": None}
    store = stock.add_store(name="县仓库", **made)
    item = stock.add_item(name="轮椅", unit="辆", scheme="device-wheelchair", years_of_use=4, numbered=True, **made)
    stock.receive(store=store, item=item, quantity=1, told=stock.Told(date(2025, 1, 2), now(), None), serials=("W1",))
    return Piece.objects.get()


def test_a_device_is_fitted_accepted_visited_and_an_entry_taken_back_on_its_page(county: County):
    award, clerk = grant(county, "device-cane", quantity=1), client(county, Role.TOWNSHIP_CLERK)
    page, form = reverse("office:stock-device", args=[award.pk]), reverse("office:stock-fitting", args=[award.pk])
    listing = reverse("office:stock-devices")
    assert "还没有发放，也没有适配" in clerk.get(page).content.decode()

    wrong = clerk.post(form, {"kind": "visit", "worker": "王师傅", "works": "no", **DAY})
    assert (wrong.status_code, "要在发放或验收之后" in wrong.content.decode()) == (422, True)
    for asked in ({"kind": "accept"}, {"kind": "visit", "works": "no", "note": "杖尖磨损"}):
        assert clerk.post(form, {"worker": "王师傅", "note": "", **asked, **DAY})["Location"] == page

    told = clerk.get(page).content.decode()
    assert "验收合格" in told
    assert "不能正常使用：杖尖磨损" in told
    assert "没有这样的器具" in clerk.get(listing).content.decode()
    assert f"（{award.person_id}）" in clerk.get(listing, {"which": "broken", "scheme": "device-cane"}).content.decode()
    back = reverse("office:stock-fitting-retract", args=[award.fittings.get(kind="accept").pk])
    assert clerk.post(back, {"reason": "录错人"})["Location"] == page
    assert "已撤回" in clerk.get(page).content.decode()
    assert f"（{award.person_id}）" in clerk.get(listing).content.decode()


def test_a_wheelchair_is_handed_out_and_comes_back_broken_and_is_repaired(county: County, wheelchair: Piece):
    award, clerk = grant(county, "device-wheelchair", quantity=1), client(county, Role.COUNTY_CLERK)
    asked = {"basis": f"award-{award.pk}", "held": f"piece-{wheelchair.pk}", "quantity": 1, **DAY}

    answer = clerk.post(reverse("office:stock-issue", args=[award.person_id]), asked)

    assert answer["Location"] == reverse("office:people-file", args=[award.person_id])
    told = clerk.get(answer["Location"]).content.decode()
    assert "得到的款项、实物和服务" in told
    assert "县仓库" in told
    out = Move.objects.get(kind="issue")
    back = {"store": out.store_id, "quantity": 1, "broken": "on", **DAY}
    assert clerk.post(reverse("office:stock-back", args=[out.pk]), back).status_code == 302
    balance = Balance.objects.get()
    assert (balance.ready, balance.broken) == (0, 1)
    mend = {"what": "repair", "piece": wheelchair.pk, "quantity": 1, **DAY}
    assert clerk.post(reverse("office:stock-kept", args=[balance.pk]), mend).status_code == 302
    shown = clerk.get(reverse("office:stock")).content.decode()
    for word in ("入库", "发放", "归还待修", "修好"):
        assert word in shown


def test_a_quantity_beyond_stock_is_one_sentence_and_changes_nothing(county: County):
    made: dict[str, Any] = {"division": county.a, "at": now(), "by": None}
    store, lamp = stock.add_store(name="县仓库", **made), stock.add_item(name="节能灯", unit="只", **made)
    stock.receive(store=store, item=lamp, quantity=3, told=stock.Told(date(2025, 1, 2), now(), None))
    lamps = stock.open_round(name="节能灯", item=lamp, each=5, opens_on=date(2025, 1, 1), closes_on=None, **made)
    person, clerk = county.person(), client(county, Role.TOWNSHIP_CLERK)
    asked = {"basis": f"round-{lamps.pk}", "held": f"balance-{Balance.objects.get().pk}", "quantity": 5, **DAY}

    answer = clerk.post(reverse("office:stock-issue", args=[person.pk]), asked)

    assert answer.status_code == 422
    assert "可用的节能灯只有 3 只，不够 5：请核对数量或换一个仓库。" in answer.content.decode()
    assert Move.objects.count() == 1


def test_goods_are_entered_received_and_given_in_a_round(county: County):
    clerk, person = client(county, Role.COUNTY_CLERK), county.person()
    clerk.post(reverse("office:stock-item"), {"name": "盲杖", "unit": "根", "worth": "35.50", "scheme": "device-cane"})
    clerk.post(reverse("office:stock-store"), {"name": "县仓库"})
    store, item = stock.Store.objects.get(), stock.Item.objects.get()
    clerk.post(reverse("office:stock-receive"), {"store": store.pk, "item": item.pk, "quantity": 4, **DAY})
    opened = {
        "name": "白手杖节",
        "item": item.pk,
        "each": 1,
        "opens_on_year": "2025",
        "opens_on_month": "6",
        "opens_on_day": "1",
    }
    assert clerk.post(reverse("office:stock-round"), opened).status_code == 302
    assert clerk.post(reverse("office:stock-to-person"), {"person": 999_999}).status_code == 422
    way = clerk.post(reverse("office:stock-to-person"), {"person": person.pk})["Location"]
    asked = {
        "basis": f"round-{stock.Round.objects.get().pk}",
        "held": f"balance-{Balance.objects.get().pk}",
        "quantity": 1,
    }

    assert clerk.post(way, {**asked, **DAY}).status_code == 302

    assert (item.worth_fen, Balance.objects.get().ready) == (3550, 3)
    again = clerk.post(way, {**asked, **DAY})  # whoever has had it is not offered the round again
    assert again.status_code == 422
    assert Move.objects.filter(kind="issue").count() == 1


def planned(county: County, name: str = "示例中心") -> Plan:
    body = Institution.objects.filter(name=name).first() or institutions.register(
        name=name, kind="rehabilitation", division=county.a, at=now(), by=None
    )
    return plans.plan(
        award=grant(county, "hearing-speech-training"), institution=body, discipline="hearing_speech", units=3, unit="次",
        starts_on=date(2025, 5, 1), ends_on=date(2026, 1, 1), goal="说出五个词", at=now(), by=None,
    )  # fmt: skip


SESSION = {"begins": "09:00", "ends": "10:00", "units": 1, "worker": "示例老师", "signed_by": "家长", **DAY}


def test_an_institutions_staff_record_sessions_of_their_own_plans_only(county: County):
    own, other = planned(county), planned(county, "别的中心")
    partner = client(county, Role.PARTNER, "teacher")
    institutions.employ(
        institution=own.institution, user=User.objects.get(username="teacher"), day=date(2025, 1, 1), at=now(), by=None
    )

    assert partner.post(reverse("office:services-session", args=[own.pk]), SESSION).status_code == 302
    assert partner.post(reverse("office:services-session", args=[other.pk]), SESSION).status_code == 404
    shown = partner.get(reverse("office:services")).content.decode()
    assert f"（{own.person_id}）" in shown
    assert f"（{other.person_id}）" not in shown
    assert (own.sessions.count(), other.sessions.count()) == (1, 0)
    assert partner.get(reverse("office:people-file", args=[own.person_id])).status_code == 403


def test_a_session_for_a_closed_plan_is_one_sentence_and_changes_nothing(county: County):
    plan, clerk = planned(county), client(county, Role.COUNTY_CLERK)
    closing = {"reached": "yes", "end_score": "62.5", **DAY}
    assert clerk.post(reverse("office:services-close", args=[plan.pk]), closing).status_code == 302

    answer = clerk.post(reverse("office:services-session", args=[plan.pk]), SESSION)

    assert answer.status_code == 422
    assert "已于 2025-06-03 结案，不能再登记：请另立计划。" in answer.content.decode()
    assert not plan.sessions.exists()


def test_a_granted_service_waits_until_it_is_planned(county: County):
    award, clerk = grant(county, "hearing-speech-training", quantity=6), client(county, Role.COUNTY_CLERK)
    assert "安排服务" in clerk.get(reverse("office:services")).content.decode()
    clerk.post(reverse("office:services-institutions"), {"name": "示例中心", "kind": "rehabilitation"})
    body = Institution.objects.get()
    account = {"bank": "示例银行", "number": "330499000001", "holder": "示例中心"}
    assert clerk.post(reverse("office:services-account", args=[body.pk]), account).status_code == 302
    asked = {
        "institution": body.pk, "discipline": "hearing_speech", "tier": "community", "units": 6, "unit": "月", "carry": 0, "starts_on_year": "2025",
        "starts_on_month": "2", "starts_on_day": "1", "ends_on_year": "2025", "ends_on_month": "8", "ends_on_day": "1",
    }  # fmt: skip

    assert clerk.post(reverse("office:services-new", args=[award.pk]), asked).status_code == 302

    assert Plan.objects.get().units == 6
    assert "批准了、还没有安排的" not in clerk.get(reverse("office:services")).content.decode()


def test_works_certificates_and_medicine_that_is_fetched_wait_for_no_plan(county: County):
    clerk, day = client(county, Role.COUNTY_CLERK), date(2025, 1, 8)
    clinic = institutions.register(name="示例卫生院", kind="hospital", division=county.a, at=now(), by=None)
    fetched, *others = (grant(county, one) for one in ("mental-medication", "home-adaptation", "certificate-new"))
    reliefs.pick_up(award=fetched, institution=clinic, day=day, at=moment(day), by=None)

    assert "批准了、还没有安排的" not in clerk.get(reverse("office:services")).content.decode()
    assert [clerk.get(reverse("office:services-new", args=[one.pk])).status_code for one in others] == [404, 404]


def test_grants_are_calculated_beside_the_months(county: County):
    clerk = client(county, Role.COUNTY_CLERK)
    asked = {"month": "2025-06", "place": county.a.code, "by": User.objects.get(username=str(Role.COUNTY_CLERK)).pk}

    assert clerk.post(reverse("office:runs-calculate"), {"month": "2025-06", "what": "granted"}).status_code == 302
    assert "没有已批准而还没有发的款项" in work.calculate.func(**asked, granted=True)["refused"]
    grant(county, "startup-grant", amount_fen=500_000)
    done = work.calculate.func(**asked, granted=True)

    assert "2025年6月单项发放" in clerk.get(done["link"]).content.decode()
    line = Line.objects.get()
    assert "批准金额" in clerk.get(reverse("office:runs-line", args=[line.pk])).content.decode()
