"""Monthly allowances that a place switches on are paid by runs and counted, each at its own dated standard."""

from datetime import date
from decimal import Decimal

import pytest

from tests.county import County
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs import standards
from zhucan.orgs.clock import moment
from zhucan.payments import services

pytestmark = pytest.mark.django_db

YEAR = Period.year(2025)
EARLY = moment(date(2025, 1, 2))


@pytest.mark.parametrize(
    ("scheme", "switch", "kind", "standard"),
    [
        ("near-poor-supplement", "near_poor_supplement", "dibian", "200.00"),
        ("tekun-hardship-allowance", "tekun_hardship", "tekun", "150.00"),
    ],
)
def test_an_allowance_of_a_place_is_paid_by_the_month_at_its_dated_standard(
    county: County, scheme: str, switch: str, kind: str, standard: str
):
    person = county.person()
    county.certify(person, "hearing", 3)
    county.dibao(person, kind=kind)
    for name, value in ((f"{switch}_offered", "true"), (f"{switch}_monthly", standard)):
        standards.set_standard(
            name=name, place="330499", valid_from=date(2025, 1, 1), value=value, document="示例文件", at=EARLY, by=None
        )
    county.grant(person, "2025-01-10", schemes=(scheme,))

    for month in (Month(2025, 1), Month(2025, 2)):
        at = moment(month.next.first)
        run = services.calculate(month=month, division=county.a, schemes=(scheme,), known_at=at, at=at, by=county.clerk)
        assert run is not None
        services.check(run=run, at=at, by=county.clerk)
        services.approve(run=run, at=at, by=county.approver)

    with engine.together():
        told_of = {
            name: engine.figure(f"{scheme}-{name}", "330499", YEAR).value for name in ("persons", "times", "amount")
        }
    assert told_of == {"persons": 1, "times": 2, "amount": 2 * Decimal(standard)}
