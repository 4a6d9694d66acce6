"""A device from asking to the day it fits, each step with its day and person, and the one that waits too long."""

from datetime import date

import pytest

from tests.caseload import Office
from zhucan.cases import assessing, materials, weighing
from zhucan.cases.models import Application
from zhucan.cases.moving import Actor
from zhucan.core.months import Month
from zhucan.delivery import fittings, stock
from zhucan.delivery.fittings import FittingRefused
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.planning.services import add_plan_item, progress
from zhucan.registry.findings import set_finding
from zhucan.registry.spells import Witness

YEAR = Period.year(2025)
ANSWERS = {"device_price": 150_000, "device_paid_elsewhere": False, "device_early_reason": "none"}


def _approved(office: Office) -> Application:
    one = office.ask(office.person(grade=2), "device-wheelchair", facts=ANSWERS)[0]
    clerk = Actor(office.clerk, "county_clerk")
    day = date(2025, 3, 4)
    for need in materials.needs(one, weighing.weigh(one).facts, day):
        if need.lacking:
            content = b"\xff\xd8\xff" + need.code.encode()
            materials.upload(
                application=one, code=need.code, name="a.jpg", chunks=[content], on=day, at=moment(day), by=None
            )
    office.step(one, "check", "2025-03-04")
    assessing.book(application=one, institution="示例医院", day=date(2025, 3, 10), actor=clerk, at=moment(day))
    found = date(2025, 3, 10)
    assessing.found(application=one, qualifies=True, actor=clerk, on=found, at=moment(found))
    return office.step(one, "approve", "2025-03-12", "approver", reason="已核实")


def test_s149_a_device_is_followed_from_asking_to_fitting_and_one_that_waits_is_told(office: Office):
    one, waits = _approved(office), _approved(office)
    award, at = one.award, moment(date(2025, 12, 1))
    made = {"division": office.county.a, "at": at, "by": office.clerk}
    store = stock.add_store(name="仓库", **made)
    chair = stock.add_item(name="轮椅", unit="辆", scheme="device-wheelchair", **made)
    told = stock.Told(date(2025, 3, 20), at, office.clerk)
    stock.receive(store=store, item=chair, quantity=2, told=told)
    stock.issue(store=store, item=chair, person=one.person, quantity=1, told=told, award=award)
    with pytest.raises(FittingRefused, match="早于发放日期"):
        fittings.record(award=award, kind="accept", day=date(2025, 3, 19), worker="王师傅", at=at, by=None)
    for kind in ("fit", "accept"):
        fittings.record(award=award, kind=kind, day=date(2025, 3, 25), worker="王师傅", at=at, by=office.clerk)
    office.step(one, "deliver", "2025-03-26", "finance")

    steps = [(move.step, str(move.on), str(move.by)) for move in one.moves.all()]
    assert [step for step, _, _ in steps] == ["submit", "check", "assess", "approve", "deliver"]
    assert ("approve", "2025-03-12", "approver") in steps
    assert [(str(move.day), str(move.by)) for move in award.moves.all()] == [("2025-03-20", "clerk")]
    assert [(fit.kind, str(fit.day), fit.worker) for fit in award.fittings.all()] == [
        ("fit", "2025-03-25", "王师傅"), ("accept", "2025-03-25", "王师傅"),
    ]  # fmt: skip
    with engine.together():
        assert engine.figure("cases-waited-longest", "330499", YEAR).value == 7
        assert engine.figure("cases-one-visit", "330499", YEAR).value == 0  # the counter, and the hospital
        assert engine.figure("device-wheelchair-accepted", "330499", YEAR).value == 1
        april = Period.month(Month(2025, 4))
        stuck = engine.records("cases-overdue", "330499", april, by="scheme", part="device-wheelchair")
    assert [record.person_id for record in stuck] == [waits.person_id]
    assert stuck[0].detail.endswith("2025-03-12 已批准（approver），期限 2025-04-10")


def test_s148_a_device_is_assessed_fitted_issued_followed_up_and_counted_against_task_and_need(office: Office):
    one, waits = _approved(office), _approved(office)
    award, at = one.award, moment(date(2025, 12, 1))
    made = {"division": office.county.a, "at": at, "by": office.clerk}
    store = stock.add_store(name="仓库", **made)
    chair = stock.add_item(name="轮椅", unit="辆", scheme="device-wheelchair", **made)
    told = stock.Told(date(2025, 3, 20), at, office.clerk)
    stock.receive(store=store, item=chair, quantity=2, told=told)
    stock.issue(store=store, item=chair, person=one.person, quantity=1, told=told, award=award)
    for kind, day, works in (("fit", 25, None), ("accept", 25, None), ("visit", 30, True)):
        fittings.record(award=award, kind=kind, day=date(2025, 3, day), worker="王师傅", works=works, at=at, by=None)
    office.step(one, "deliver", "2025-03-31", "finance")
    for person in (one.person, waits.person):
        set_finding(person=person, day=date(2025, 1, 6), kind="need_device", said="indicated", witness=Witness(at))
    add_plan_item(
        division="330499", year=2025, text="发放辅具 2 件", indicator="devices-items", target="2", at=at, by=None
    )

    assert one.assessment.qualifies is True
    assert award.granted_fen == 120_000  # 1500 yuan, at the ratio of the place
    assert store.balances.get().ready == 1
    with engine.together():
        for name, value in (
            ("devices-items", 1), ("devices-persons", 1), ("device-wheelchair-visits", 1), ("need-device-indicated", 2),
            ("need-device-served", 1), ("need-device-share", 50),
        ):  # fmt: skip
            assert engine.figure(name, "330499", YEAR).value == value, name
        needed = {record.person_id for record in engine.records("need-device-indicated", "330499", YEAR)}
        served = {record.person_id for record in engine.records("need-device-served", "330499", YEAR)}
    assert needed - served == {waits.person_id}
    assert [str(told_of.rate) for told_of in progress("330499", YEAR)] == ["50.0"]
