"""S122: a child of up to six is helped early: checked, placed, trained in a named institution, subsidised, and counted."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.casework.conftest import AT, Ward
from tests.county import told
from zhucan.cases import assessing, awards, billing, materials
from zhucan.cases.models import Application
from zhucan.cases.moving import Actor, StepRefused
from zhucan.core.months import Month
from zhucan.delivery import plans
from zhucan.delivery.plans import ServiceRefused
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Institution
from zhucan.orgs.standards import set_standard
from zhucan.payments import services
from zhucan.planning.services import add_plan_item, progress
from zhucan.registry import services as registry
from zhucan.registry.models import Person

SCHEME = "child-rehabilitation"


def child(ward: Ward, born: date, diagnosis: str) -> Person:
    """Return a child without a certificate, with what a named hospital said."""
    person = ward.office.county.person(born=born)
    registry.move(person=person, day=born, division=ward.office.village, witness=told("2020-01-02"))
    ward.office.county.dibao(person, kind="none")
    ward.find(person, "diagnosis", diagnosis, "2025-01-20")
    return person


def assessed(ward: Ward, person: Person) -> Application:
    """Ask on 3 March and carry the case to where it is decided."""
    one = ward.office.ask(person, SCHEME)[0]
    for need in materials.needs(one, {}, one.applied_on):
        materials.upload(
            application=one, code=need.code, name="a.pdf", chunks=[b"%PDF-1.4 " + need.code.encode()], on=one.applied_on,
            at=moment(one.applied_on), by=None,
        )  # fmt: skip
    ward.office.step(one, "check", "2025-03-04")
    on, actor = date(2025, 3, 5), Actor(ward.office.clerk, "county_clerk")
    assessing.book(application=one, institution=ward.centre.name, day=on, actor=actor, at=moment(on))
    return assessing.found(application=one, qualifies=True, actor=actor, on=on, at=moment(on))


def test_s122_a_child_is_checked_placed_trained_subsidised_and_counted_against_the_task(ward: Ward):
    set_standard(
        name="child_rehab_age_until", place="330499", valid_from=date(2025, 1, 1), value="7", document="示例县办法（虚构）",
        at=moment(date(2025, 1, 1)), by=None,
    )  # fmt: skip
    small, big, well = (
        child(ward, born, said)
        for born, said in ((date(2019, 6, 1), "autism"), (date(2016, 6, 1), "autism"), (date(2019, 7, 1), "none"))
    )
    for person in (big, well):  # too old, or found healthy
        with pytest.raises(StepRefused):
            ward.office.step(assessed(ward, person), "approve", "2025-03-06", "approver")
    award = ward.office.step(assessed(ward, small), "approve", "2025-03-06", "approver").award
    assert award is not None
    more: dict[str, Any] = {"at": AT, "by": None}
    placed: dict[str, Any] = {
        "award": award, "discipline": "autism", "units": 40, "unit": "次", "starts_on": date(2025, 3, 10), "ends_on": date(2025, 12, 31),
    }  # fmt: skip
    Institution.objects.filter(pk=ward.station.pk).update(ended_on=date(2025, 3, 1))
    ward.station.refresh_from_db()
    with pytest.raises(ServiceRefused, match="不再是定点机构"):
        plans.plan(institution=ward.station, **placed, **more)
    plan = plans.plan(institution=ward.centre, **placed, **more)
    for number in range(16):
        day = date(2025, 3, 10) + timedelta(days=number)
        begins = moment(day).time()
        plans.record(
            plan=plan, day=day, begins=begins.replace(hour=9), ends=begins.replace(hour=10), units=1, worker="王老师", signed_by="家长",
            **more,
        )  # fmt: skip
    held = plans.attendance(plan, Month(2025, 3), Month(2025, 4))[0]
    billed = billing.bill(
        award=award, items=[{"month": held.month.first, "fee": 500_000, "days": held.days}], document="三月考勤表",
        at=moment(date(2025, 4, 2)), by=None,
    )  # fmt: skip
    award.refresh_from_db()
    awards.pay_to(award=award, payee=ward.centre, on=date(2025, 4, 2), at=moment(date(2025, 4, 2)), by=None)
    at = moment(date(2025, 5, 1))
    run = services.calculate(
        month=Month(2025, 4), division=ward.office.county.a, schemes=(SCHEME,), known_at=at, at=at, by=ward.office.clerk
    )
    assert run is not None
    services.check(run=run, at=at, by=ward.office.clerk)
    services.approve(run=run, at=at, by=ward.office.approver)
    for name, target in ((f"{SCHEME}-persons", "2"), ("rehabilitation-children", "1")):
        add_plan_item(division="330499", year=2025, text=name, indicator=name, target=target, at=AT, by=None)

    year = Period.year(2025)
    assert (held.days, billed.amount_fen) == (16, 200_000)  # 5000 yuan, up to the month's cap for a small child
    assert engine.figure(f"{SCHEME}-persons", "330499", year).value == 1
    assert engine.figure(f"{SCHEME}-amount", "330499", year).value == Decimal("2000.00")
    assert [part.key for part in engine.breakdown(f"{SCHEME}-persons", "330499", year, "age")] == ["0-6"]
    assert [one.rate for one in progress("330499", year)] == [Decimal("50.0"), Decimal("100.0")]
