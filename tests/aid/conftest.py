"""A county with a village, and works whose case is carried to its acceptance."""

from datetime import date

import pytest

from tests.caseload import Office
from tests.county import told
from zhucan.cases import materials
from zhucan.cases.models import Application
from zhucan.core.money import fen
from zhucan.core.months import Month
from zhucan.orgs.clock import moment
from zhucan.payments import services
from zhucan.registry import findings
from zhucan.registry.models import Person

AT = moment(date(2026, 3, 1))
PAPER, PHOTO = b"%PDF-1.4 paper", b"\x89PNG\r\n\x1a\n photo"


def paper(one: Application, code: str, on: str) -> None:
    day = date.fromisoformat(on)
    suffix, chunk = ("png", PHOTO) if code.startswith("photo") else ("pdf", PAPER)
    materials.upload(application=one, code=code, name=f"a.{suffix}", chunks=[chunk], on=day, at=moment(day), by=None)


class Works:
    """Ways to carry a case of works."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def asked(self, person: Person, scheme: str, cost: str) -> Application:
        """Ask for the works of a house that is in danger, or of a home to be adapted."""
        day = date(2025, 3, 1)
        for kind, said in (
            ("rural", "是"), ("house_grade", "D"), ("only_house", "是"), ("house_fit_for_works", "是"), ("severe_at_home", "1"),
        ):  # fmt: skip
            findings.set_finding(person=person, day=day, kind=kind, said=said, witness=told("2025-03-01"))
        facts = {"works_cost": fen(cost)}
        if scheme == "home-adaptation":
            facts |= {"works_consent": True, "disability_changed": False}
        return self.office.ask(person, scheme, facts=facts)[0]

    def granted(self, one: Application) -> Application:
        """Carry it to the grant, on 24 March 2025."""
        for need in materials.needs(one, {}, one.applied_on):
            if need.code not in ("photo_after", "acceptance_sheet"):
                paper(one, need.code, "2025-03-03")
        self.office.step(one, "survey", "2025-03-04")
        self.office.step(one, "publicise", "2025-03-05")
        return self.office.step(one, "approve", "2025-03-24", "approver")

    def accepted(self, one: Application) -> Application:
        """Carry it from the grant to the acceptance, on 12 May 2025."""
        paper(one, "photo_after", "2025-05-06")
        self.office.step(one, "build", "2025-05-06")
        paper(one, "acceptance_sheet", "2025-05-12")
        return self.office.step(one, "accept", "2025-05-12")

    def paid(self, scheme: str, month: str = "2025-05") -> None:
        """Pay what is granted of a scheme, at the end of a month."""
        county, at = self.office.county, moment(Month.parse(month).next.first)
        run = services.calculate(
            month=Month.parse(month), division=county.a, schemes=[scheme], known_at=at, at=at, by=county.clerk
        )
        assert run is not None
        services.check(run=run, at=at, by=county.clerk)
        services.approve(run=run, at=at, by=county.approver)


@pytest.fixture
def works(office: Office) -> Works:
    return Works(office)
