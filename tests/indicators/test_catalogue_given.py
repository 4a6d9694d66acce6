"""Whatever the catalogue grants case by case is granted, given and counted: each scheme itself, not a stand-in for it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.county import County, told
from tests.given import grant
from zhucan.cases import awards
from zhucan.cases.models import Award
from zhucan.core.months import Month
from zhucan.delivery import plans, reliefs, stock
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs import institutions
from zhucan.orgs.clock import moment
from zhucan.payments import services
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.schemes import Gives, Group, Scheme
from zhucan.registry import services as registry

pytestmark = pytest.mark.django_db  # so that the file can be run alone: without it no database is made

YEAR = Period.year(2025)
AT = moment(date(2026, 3, 1))
EARLY = moment(date(2025, 1, 2))
ON_APPLICATION = [
    item for item in SCHEMES if item.administered and not item.in_runs and item.group is not Group.REGISTRY
]


@pytest.fixture(scope="module")
def given(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Two people of one household are granted every scheme in February; the first alone is given it, two of what is counted.

    Money of 1200.00 is paid by the run of February; goods (600.00 apiece) are handed out, sessions (600.00 each) held and
    reliefs of 1200.00 begun in May. The second one's money is revoked before it is paid.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        _give(County())
        yield
        transaction.set_rollback(True)


def _give(county: County) -> None:
    more: dict[str, Any] = {"at": AT, "by": None}
    ann, bob = county.person(), county.person()
    for person in (ann, bob):
        county.certify(person, "physical", 1)
    registry.form_household(members={ann: "户主", bob: "配偶"}, day=date(2020, 1, 1), at=AT, witness=told("2020-01-01"))
    centre = institutions.register(name="示例中心", kind="rehabilitation", division=county.a, **more)
    store = stock.add_store(division=county.a, name="仓库", **more)
    for index, item in enumerate(ON_APPLICATION):
        quantity = None if item.gives is Gives.CASH else 2
        granted = [grant(county, person, item, 120_000, "2025-02-03", quantity=quantity) for person in (ann, bob)]
        if item.gives is Gives.GOODS:
            thing = stock.add_item(
                division=county.a, name=item.name, unit=item.unit, scheme=item.id, worth_fen=60_000, **more
            )
            stock.receive(store=store, item=thing, quantity=2, told=stock.Told(date(2025, 5, 1), AT, None))
            handed = stock.Told(date(2025, 5, 6), AT, None)
            stock.issue(store=store, item=thing, person=ann, quantity=2, told=handed, award=granted[0])
        elif item.gives is Gives.SERVICE:
            for award in granted:
                plan = plans.plan(
                    award=award, institution=centre, discipline="physical", units=2, unit="次", unit_fen=60_000,
                    starts_on=date(2025, 2, 4), ends_on=date(2026, 1, 1), **more,
                )  # fmt: skip
                if award is granted[0]:
                    day = date.fromordinal(date(2025, 5, 1).toordinal() + index)
                    noon = moment(day).time()
                    plans.record(
                        plan=plan, day=day, begins=noon.replace(hour=9), ends=noon.replace(hour=10), units=2, worker="甲",
                        signed_by="乙", **more,
                    )  # fmt: skip
        elif item.gives is Gives.RELIEF:
            reliefs.begin(
                award=granted[0], valid_from=date(2025, 5, 1), valid_to=date(2026, 5, 1), amount_fen=120_000, **more
            )
    cash = [item for item in ON_APPLICATION if item.gives is Gives.CASH]
    month = Month(2025, 2)
    at = moment(month.next.first)
    for award in Award.objects.filter(person=bob, scheme__in=[item.id for item in cash]):
        awards.revoke(award=award, at=moment(date(2025, 2, 10)), by=None, cause="false_proof")
    run = services.calculate(
        month=month, division=county.a, schemes=[item.id for item in cash], known_at=at, at=at, by=county.clerk
    )
    assert run is not None
    services.check(run=run, at=at, by=county.clerk)
    services.approve(run=run, at=at, by=county.approver)


@pytest.mark.parametrize("item", ON_APPLICATION, ids=lambda item: item.id)
@pytest.mark.usefixtures("shared")
def test_a_scheme_is_counted_in_persons_households_quantity_money_and_completion(given: None, item: Scheme):
    def value(figure: str) -> Any:
        return engine.figure(f"{item.id}-{figure}", "330499", YEAR).value

    with engine.together():
        assert value("persons") == value("times") == value("households") == 1
        assert value("amount") == Decimal("1200.00")
        if item.gives in (Gives.GOODS, Gives.SERVICE):
            assert value("quantity") == 2
        paid = item.gives is Gives.CASH
        assert value("granted") == (1 if paid else 2)
        assert value("completion") == (Decimal(100) if paid else Decimal(50))
