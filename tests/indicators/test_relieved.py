"""Bus cards: issued, renewed, cancelled with the certificate, in use, and what was handed out where they were issued."""

from datetime import date
from typing import Any

import pytest

from tests.county import County
from tests.given import grant
from zhucan.cases.facts import judge
from zhucan.core.months import Month
from zhucan.delivery import reliefs, stock
from zhucan.delivery.models import Move, Relief
from zhucan.delivery.reliefs import ReliefRefused
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.policy.catalogue import scheme
from zhucan.policy.engine import Outcome
from zhucan.registry.models import Person

pytestmark = pytest.mark.django_db

AT = moment(date(2026, 3, 1))
CARD = scheme("free-bus-card")


def _card(county: County, person: Person, on: str, until: str, renews: Relief | None = None) -> Relief:
    award = grant(county, person, CARD, 0, on)
    return reliefs.begin(
        award=award,
        valid_from=date.fromisoformat(on),
        valid_to=date.fromisoformat(until),
        at=AT,
        by=None,
        renews=renews,
    )


def _figure(name: str, year: int) -> Any:
    return engine.figure(f"free-bus-card-{name}", "330499", Period.year(year)).value


def test_s041_cards_are_issued_renewed_and_cancelled_with_the_certificate_and_a_ceremony_hands_out_gifts(
    county: County,
):
    renewed, lost, kept = (county.person() for _ in range(3))
    for person in (renewed, kept):
        county.certify(person, "visual", 1)
    county.certify(lost, "visual", 1, expires=date(2025, 5, 31))
    plain = county.person()

    def right(person: Person) -> Outcome:
        return judge(person, Month(2024, 6), division="330499", applied_on=date(2024, 6, 3)).decisions[CARD.id].outcome

    assert (right(kept), right(plain)) == (Outcome.YES, Outcome.NO)  # no card without a valid certificate
    first = _card(county, renewed, "2024-06-03", "2025-06-03")
    with pytest.raises(ReliefRefused, match="时间不能重叠"):
        _card(county, renewed, "2025-02-03", "2026-02-03")
    _card(county, renewed, "2025-06-03", "2026-06-03", renews=first)
    for person in (lost, kept):
        _card(county, person, "2025-03-03", "2027-03-03")
    assert reliefs.end_without_certificate(day=date(2025, 7, 1), at=AT, by=None) == 1

    told = stock.Told(date(2025, 3, 3), AT, None)
    store = stock.add_store(division=county.a, name="仓库", at=AT, by=None)
    gift = stock.add_item(division=county.a, name="庇护产品礼包", unit="份", at=AT, by=None)
    stock.receive(store=store, item=gift, quantity=5, told=told)
    ceremony = stock.open_round(
        division=county.a, name="免费乘车卡发卡仪式（文化广场）", item=gift, each=1, opens_on=date(2025, 3, 3),
        closes_on=date(2025, 3, 4), at=AT, by=None,
    )  # fmt: skip
    for person in (lost, kept):
        stock.issue(store=store, item=gift, person=person, quantity=1, told=told, round=ceremony)

    assert (_figure("begun", 2024), _figure("running", 2024)) == (1, 1)
    assert {name: _figure(name, 2025) for name in ("begun", "renewed", "times", "ended", "running")} == {
        "begun": 2, "renewed": 1, "times": 3, "ended": 1, "running": 2,
    }  # fmt: skip
    assert [one.detail for one in engine.records("free-bus-card-ended", "330499", Period.year(2025))] == [
        "残疾人免费乘车卡 2025-06-01 残疾人证到期"
    ]
    handed = Move.objects.filter(round=ceremony, kind="issue")
    assert sorted(handed.values_list("person", "quantity")) == sorted([(lost.pk, 1), (kept.pk, 1)])
