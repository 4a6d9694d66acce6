"""Reliefs have a period of their own, and medicine is fetched once a month."""

from datetime import date

import pytest

from tests.county import told as learnt
from tests.delivery.conftest import AT, Shop
from tests.given import STARTUP, TRAINING, TUITION, grant
from zhucan.core.months import Month
from zhucan.delivery import reliefs
from zhucan.delivery.checks import faults
from zhucan.delivery.models import Relief
from zhucan.delivery.reliefs import ReliefRefused
from zhucan.registry import services as registry


def begin(shop: Shop, award, start: str, stop: str | None = None, **more) -> Relief:
    return reliefs.begin(
        award=award, valid_from=date.fromisoformat(start), valid_to=date.fromisoformat(stop) if stop else None, at=AT,
        by=None, **more,
    )  # fmt: skip


def test_a_relief_is_renewed_from_where_it_ends(shop: Shop):
    person = shop.county.person()
    first = begin(
        shop, grant(shop.county, person, TUITION, 0, "2024-08-20"), "2024-09-01", "2025-09-01", amount_fen=500_000
    )
    again = grant(shop.county, person, TUITION, 0, "2025-08-20")

    with pytest.raises(ReliefRefused, match="时间不能重叠"):
        begin(shop, again, "2025-08-31", "2026-09-01")
    second = begin(shop, again, "2025-09-01", "2026-09-01", renews=first)

    assert second.renews == first
    assert list(reliefs.running(date(2025, 9, 1))) == [second]
    assert list(faults()) == []


def test_a_relief_ends_with_the_certificate_and_ending_again_changes_nothing(shop: Shop):
    county = shop.county
    ended, lasting, dead, without = (county.person() for _ in range(4))
    county.certify(ended, "physical", 2, expires=date(2025, 6, 30))
    county.certify(lasting, "physical", 2)
    county.certify(dead, "physical", 2)
    for person in (ended, lasting, dead, without):
        begin(shop, grant(county, person, TUITION, 0, "2024-08-20"), "2024-09-01")
    registry.record_death(person=dead, day=date(2025, 5, 4), witness=learnt("2025-05-10"))

    assert reliefs.end_without_certificate(day=date(2025, 7, 1), at=AT, by=None) == 2
    assert reliefs.end_without_certificate(day=date(2025, 7, 1), at=AT, by=None) == 0

    told = dict(Relief.objects.exclude(valid_to=None).values_list("person", "end_reason"))
    assert told == {ended.pk: "残疾人证到期", dead.pk: "本人去世"}
    assert Relief.objects.get(person=dead).valid_to == date(2025, 5, 4)


def test_only_what_relieves_can_be_begun_and_a_reason_ends_it(shop: Shop):
    award = grant(shop.county, shop.county.person(), STARTUP, 100, "2024-08-20")
    with pytest.raises(ReliefRefused, match="不是减免代缴项目"):
        begin(shop, award, "2024-09-01")
    relief = begin(shop, grant(shop.county, shop.county.person(), TUITION, 0, "2024-08-20"), "2024-09-01")
    with pytest.raises(ReliefRefused, match="没有写终止原因"):
        reliefs.end(relief=relief, on=date(2025, 1, 1), reason=" ", at=AT, by=None)


def test_s125_a_missed_pick_up_is_told_by_its_month(shop: Shop):
    award = grant(shop.county, shop.county.person(), TRAINING, 0, "2025-01-05", ends_on=date(2025, 5, 1))
    for day in ("2025-01-20", "2025-03-03"):
        reliefs.pick_up(
            award=award, institution=shop.centre, day=date.fromisoformat(day), at=AT, by=None, worth_fen=4_100
        )

    assert reliefs.missed(award, Month(2025, 3)) == [Month(2025, 2)]
    assert reliefs.missed(award, Month(2025, 9)) == [Month(2025, 2), Month(2025, 4)]
    with pytest.raises(ReliefRefused, match="2025年3月的药已经领过"):
        reliefs.pick_up(award=award, institution=shop.centre, day=date(2025, 3, 30), at=AT, by=None)
    with pytest.raises(ReliefRefused, match="不在批准的期间内"):
        reliefs.pick_up(award=award, institution=shop.centre, day=date(2025, 5, 1), at=AT, by=None)
