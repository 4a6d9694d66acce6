"""A county in which people are rehabilitated: short ways to say what was found, planned and done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from tests.caseload import Office
from tests.county import told
from tests.given import grant
from zhucan.delivery import plans
from zhucan.delivery.models import Plan
from zhucan.orgs import institutions
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Institution
from zhucan.policy.catalogue import scheme
from zhucan.registry import findings
from zhucan.registry.models import Person

AT = moment(date(2026, 3, 1))


@dataclass
class Ward:
    """The county with a rehabilitation centre, a community station and a care home."""

    office: Office
    centre: Institution
    station: Institution
    home: Institution

    def find(self, person: Person, kind: str, said: str, on: str) -> None:
        """Record a finding of a day."""
        findings.set_finding(person=person, day=date.fromisoformat(on), kind=kind, said=said, witness=told(on))

    def serve(
        self, person: Person, scheme_id: str, discipline: str, days: Sequence[str], *, by: Institution | None = None,
        granted: str = "2025-02-03", fen: int = 0, **more: Any,
    ) -> Plan:  # fmt: skip
        """Grant a service, plan it from the next day for a year, and hold an hour on each of some days."""
        on = date.fromisoformat(granted)
        plan = plans.plan(
            award=grant(self.office.county, person, scheme(scheme_id), fen, granted), institution=by or self.centre,
            discipline=discipline, units=20, unit="次", starts_on=on, ends_on=on.replace(year=on.year + 1), at=AT, by=None, **more,
        )  # fmt: skip
        for day in days:
            plans.record(
                plan=plan, day=date.fromisoformat(day), begins=time(9), ends=time(10), units=1, worker=f"老师{person.pk}",
                signed_by="家属", at=AT, by=None,
            )  # fmt: skip
        return plan

    def close(self, plan: Plan, on: str, score: int, reached: bool | None = None) -> None:
        plans.close(plan=plan, day=date.fromisoformat(on), at=AT, by=None, reached=reached, end_score=Decimal(score))


def build(office: Office, at: datetime = AT) -> Ward:
    made = [
        institutions.register(name=name, kind=kind, division=office.county.a, at=at, by=None)
        for name, kind in (
            ("示例康复中心", "rehabilitation"),
            ("新民社区康复站", "rehabilitation"),
            ("示例养护院", "care"),
        )
    ]
    return Ward(office, *made)


@pytest.fixture
def ward(office: Office) -> Ward:
    return build(office)
