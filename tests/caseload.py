"""A county with a village, its staff, and schemes made up for tests: a device with works, and two of which one is granted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from tests.county import County, told
from zhucan.cases import facts, materials, queries, weighing
from zhucan.cases.applying import Asked, apply
from zhucan.cases.models import Application, Award
from zhucan.cases.moving import Actor
from zhucan.cases.taking import take
from zhucan.core.money import from_fen, text
from zhucan.office import cases as case_pages
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division, User
from zhucan.policy import catalogue
from zhucan.policy.expressions import Kind, literal, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.schemes import (
    Cadence,
    Claim,
    ClaimError,
    Field,
    Gives,
    LifeEvent,
    Material,
    Reckoned,
    Scheme,
    Source,
    require,
)
from zhucan.policy.steps import WORKS
from zhucan.portal import asking as portal_pages
from zhucan.registry import findings
from zhucan.registry import services as registry
from zhucan.registry.models import Person

LAW = Source("示例办法", "2025")


def _work(items: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], params: Mapping[str, Any]) -> Reckoned:
    total = sum(item["price"] for item in items)
    if total > 1_000_000:
        raise ClaimError("发票合计超过 10000.00 元：请核对金额。")
    return Reckoned(total * 8 // 10, (f"发票合计 {text(from_fen(total))} 元，补助 80%",))


def _scheme(id: str, name: str, **more: Any) -> Scheme:
    values: dict[str, Any] = {
        "sources": (LAW,),
        "conditions": (
            require("本人在世", f.alive, source=str(LAW), cause="died"),
            require("持有有效残疾人证", f.certificate_valid, source=str(LAW), cause="certificate_expired"),
        ),
        "amount": unknown_of(Kind.MONEY),
        "cadence": Cadence.EVENT,
        "events": (LifeEvent.CHILD_DIAGNOSED,),
    }
    return Scheme(id=id, name=name, **{**values, **more})


BILLS = _scheme(
    "test-bills",
    "测试报销",
    claim=Claim(
        "发票", (Field("price", "金额", Kind.MONEY), Field("bought_on", "日期", Kind.DATE, optional=True)), _work
    ),
    materials=(Material("invoice", "发票"), Material("identity", "身份证或户口簿", valid_months=12)),
)
SMALL = _scheme("test-small", "测试小额", amount=literal(from_fen(10000)), cadence=Cadence.YEARLY, exclusive="test")
LARGE = _scheme("test-large", "测试大额", amount=literal(from_fen(20000)), cadence=Cadence.YEARLY, exclusive="test")
HOME = _scheme("test-home", "测试改造", amount=literal(from_fen(300000)), gives=Gives.SERVICE, flow=WORKS)
SHELTERED = "sheltered-work"  # the example county pays 20 yuan a day of four hours, at most 22 days a month
MADE_UP = (BILLS, SMALL, LARGE, HOME)


def add_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the schemes of these tests to the catalogue."""
    every = (*catalogue.SCHEMES, *MADE_UP)
    for module in (catalogue, facts, queries, weighing, case_pages, portal_pages):
        monkeypatch.setattr(module, "SCHEMES", every)
    for item in MADE_UP:
        monkeypatch.setitem(catalogue._BY_ID, item.id, item)


@dataclass
class Office:
    """The county with its people, and short ways to ask and to move."""

    county: County
    village: Division
    clerk: User
    approver: User

    def person(self, *, born: date = date(1970, 3, 2), category: str = "physical", grade: int = 1) -> Person:
        found = self.county.person(born=born)
        registry.move(person=found, day=born, division=self.village, witness=told("2020-01-02"))
        self.county.certify(found, category, grade)
        self.county.dibao(found)
        return found

    def ask(self, person: Person, *schemes: str, on: str = "2025-03-03", **more: Any) -> list[Application]:
        day = date.fromisoformat(on)
        minor = day.year - person.born.year < 18
        values: dict[str, Any] = {
            "schemes": schemes or ("nursing-subsidy",),
            "channel": "window",
            "relation": "guardian" if minor else "self",
            "applicant": "测试家长" if minor else person.name,
            "authorisation": "户口簿关系页" if minor else "",
            "applied_on": day,
            **more,
        }
        at = values.pop("at", moment(day))
        role = values.pop("role", "township_clerk")
        bundle = apply(person=person, asked=Asked(**values), actor=Actor(self.clerk, role), at=at)
        return list(bundle.applications.order_by("pk"))

    def step(self, one: Application, step: str, on: str, role: str = "", **more: Any) -> Application:
        one.refresh_from_db()
        user = more.pop("by", self.approver if role == "approver" else self.clerk)
        day = date.fromisoformat(on)
        return take(
            application=one, step=step, actor=Actor(user, role or "county_clerk"), on=day, at=moment(day), **more
        )

    def decided(self, one: Application, on: str = "2025-04-01", step: str = "approve", **more: Any) -> Application:
        """Carry a case of the public flow to its decision."""
        self.step(one, "check", "2025-03-04")
        self.step(one, "publicise", "2025-03-05")
        return self.step(one, step, on, "approver", **more)


def make(county: County) -> Office:
    """Return the county with a town and a village."""
    town = Division.objects.create(code="330499101000", name="青石镇", level="township", parent=county.a)
    village = Division.objects.create(code="330499101201", name="新民村", level="village", parent=town)
    return Office(county, village, county.clerk, county.approver)


def sheltered(office: Office) -> Award:
    """Return sheltered work granted in March 2025, before there was any attendance."""
    person = office.person(category="intellectual", grade=2)
    findings.set_finding(
        person=person, day=date(2025, 1, 5), kind="unfit_for_open_jobs", said="是", witness=told("2025-01-05")
    )
    one = office.ask(person, SHELTERED)[0]
    for need in materials.needs(one, {}, one.applied_on):
        materials.upload(
            application=one, code=need.code, name="a.pdf", chunks=[b"%PDF-1.4 paper"], on=one.applied_on,
            at=moment(one.applied_on), by=None,
        )  # fmt: skip
    office.step(one, "check", "2025-03-04")
    done = office.step(one, "approve", "2025-03-05", "approver")
    assert done.award is not None
    return done.award
