"""Sessions stay within their plan, and a plan tells what came of it."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.county import told as learnt
from tests.delivery.conftest import AT, Shop
from tests.given import STARTUP, TRAINING, grant
from zhucan.cases import awards
from zhucan.core.months import Month
from zhucan.delivery import plans
from zhucan.delivery.checks import faults
from zhucan.delivery.models import Plan, Session
from zhucan.delivery.plans import ServiceRefused
from zhucan.registry import services as registry


def a_plan(shop: Shop, **more: Any) -> Plan:
    award = more.pop("award", None) or grant(shop.county, shop.county.person(), TRAINING, 1_200_000, "2025-01-05")
    words: dict[str, Any] = {
        "institution": shop.centre, "discipline": "hearing_speech", "units": 10, "unit": "次",
        "starts_on": date(2025, 2, 1), "ends_on": date(2025, 8, 1), "at": AT, "by": shop.county.clerk,
    }  # fmt: skip
    return plans.plan(award=award, **{**words, **more})


def record(plan: Plan, day: str, *, begins: str = "09:00", ends: str = "10:00", units: int = 1, **more: Any) -> Session:
    words: dict[str, Any] = {"worker": "示例老师", "signed_by": "家长", "at": AT, "by": None}
    return plans.record(
        plan=plan, day=date.fromisoformat(day), begins=time.fromisoformat(begins), ends=time.fromisoformat(ends),
        units=units, **{**words, **more},
    )  # fmt: skip


def test_sessions_add_up_against_the_plan_and_its_outcome_is_kept(shop: Shop):
    plan = a_plan(shop, goal="说出五个词", scale="听觉能力量表", start_score=Decimal("35"))
    for day in ("2025-02-03", "2025-02-05", "2025-03-04"):
        record(plan, day, units=2)

    assert plans.completion(plan) == Decimal("60.0")
    with pytest.raises(ServiceRefused, match="请写明达到没有"):
        plans.close(plan=plan, day=date(2025, 7, 30), at=AT, by=None, reached=None)
    closed = plans.close(plan=plan, day=date(2025, 7, 30), at=AT, by=None, reached=True, end_score=Decimal("62.5"))
    assert (closed.start_score, closed.end_score, closed.reached) == (Decimal("35"), Decimal("62.5"), True)
    assert list(faults()) == []


@pytest.mark.parametrize("day", ["2025-01-31", "2025-08-01"])
def test_no_session_lies_outside_the_period(shop: Shop, day: str):
    with pytest.raises(ServiceRefused, match="不在服务期"):
        record(a_plan(shop), day)


def test_no_session_is_recorded_for_a_closed_plan(shop: Shop):
    plan = a_plan(shop)
    plans.close(plan=plan, day=date(2025, 3, 1), at=AT, by=None, reached=None)

    with pytest.raises(ServiceRefused, match="已于 2025-03-01 结案，不能再登记：请另立计划"):
        record(plan, "2025-02-20")
    assert not plan.sessions.exists()


def test_not_more_is_rendered_than_was_planned(shop: Shop):
    plan = a_plan(shop, units=3)
    record(plan, "2025-02-03", units=2)

    with pytest.raises(ServiceRefused, match="计划只剩 1 次，不能登记 2"):
        record(plan, "2025-02-04", units=2)


def test_nobody_is_served_after_their_death(shop: Shop):
    plan = a_plan(shop)
    record(plan, "2025-03-10")
    registry.record_death(person=plan.person, day=date(2025, 3, 9), witness=learnt("2025-04-01"))

    with pytest.raises(ServiceRefused, match="已去世"):
        record(plan, "2025-03-11")
    assert [one for one in faults() if "之后 2025-03-10 仍有服务记录" in one]


def test_ca_24_overlapping_times_of_one_worker_are_refused(shop: Shop):
    one, other = a_plan(shop), a_plan(shop)
    record(one, "2025-02-03", begins="09:00", ends="10:00")

    with pytest.raises(ServiceRefused, match="09:00—10:00 已有另一次服务，时间重叠"):
        record(other, "2025-02-03", begins="09:59", ends="11:00")
    record(other, "2025-02-03", begins="10:00", ends="11:00")
    record(other, "2025-02-04", begins="09:30", ends="10:30")
    record(a_plan(shop), "2025-02-03", begins="09:30", ends="10:30", worker="另一位老师")


def test_one_person_is_not_in_two_services_at_a_time(shop: Shop):
    plan = a_plan(shop)
    record(plan, "2025-02-03")

    with pytest.raises(ServiceRefused, match="本人在 2025-02-03"):
        record(plan, "2025-02-03", begins="09:30", ends="10:30", worker="另一位老师")


def test_a_session_entered_by_mistake_makes_room_again(shop: Shop):
    plan = a_plan(shop, units=1)
    wrong = record(plan, "2025-02-03")
    plans.retract(session=wrong, reason="登记错了人", at=AT, by=None)

    record(plan, "2025-02-03")

    assert plans.done(plan) == 1
    with pytest.raises(ServiceRefused, match="已经撤回"):
        plans.retract(session=wrong, reason="再次", at=AT, by=None)


def test_a_plan_stands_on_an_award_of_a_service_that_holds(shop: Shop):
    county = shop.county
    cash = grant(county, county.person(), STARTUP, 100, "2025-01-05")
    with pytest.raises(ServiceRefused, match="不是服务项目"):
        a_plan(shop, award=cash)
    award = grant(county, county.person(), TRAINING, 100, "2025-01-05")
    with pytest.raises(ServiceRefused, match="请核对日期"):
        a_plan(shop, award=award, starts_on=date(2025, 1, 4))
    a_plan(shop, award=award)
    with pytest.raises(ServiceRefused, match="请先结案"):
        a_plan(shop, award=award)
    revoked = awards.revoke(
        award=grant(county, county.person(), TRAINING, 100, "2025-01-05"), at=AT, by=None, cause="not_used"
    )
    with pytest.raises(ServiceRefused, match="已经撤销"):
        a_plan(shop, award=revoked)


def test_ca_23_days_of_four_hours_and_more_count_as_attended(shop: Shop):
    plan = a_plan(shop, discipline="day_care", units=200, unit="天")
    for day in range(1, 15):
        record(plan, f"2025-04-{day:02}", begins="08:30", ends="12:30")
    for day in (15, 16):
        record(plan, f"2025-04-{day}", begins="08:30", ends="11:30")

    (april,) = plans.attendance(plan, Month(2025, 4), Month(2025, 5), hours=4)

    assert (april.days, april.units) == (14, 16)


def test_ca_e09_a_voucher_carries_unused_hours_for_one_month(shop: Shop):
    plan = a_plan(
        shop, discipline="home_care", units=360, unit="小时", unit_fen=2_500, monthly_units=30, carry_months=1,
        starts_on=date(2025, 1, 6), ends_on=date(2026, 1, 1),
    )  # fmt: skip
    record(plan, "2025-01-08", units=22)
    for day in (3, 5):
        record(plan, f"2025-02-0{day}", units=18)

    january, february, march = plans.voucher(plan, Month(2025, 3))

    assert (january.carried, january.lapsed) == (8, 0)
    assert (february.available, february.used, february.carried, february.lapsed) == (38, 36, 2, 0)
    assert march.available == 32
    months = plans.attendance(plan, Month(2025, 1), Month(2025, 3))
    assert [one.amount_fen for one in months] == [55_000, 90_000]
    with pytest.raises(ServiceRefused, match="2025年3月服务券可用 32 小时，登记后用到 33"):
        record(plan, "2025-03-04", units=33)
    record(plan, "2025-03-04", units=32)
    with pytest.raises(ServiceRefused, match="2025年3月服务券可用 30 小时"):  # what March lives on is gone in February
        record(plan, "2025-02-10", units=2)


@given(st.integers(0, 40), st.integers(0, 3), st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_every_unit_of_a_voucher_is_used_carried_or_lapsed(monthly: int, carry: int, wishes: list[int]):
    start, used = Month(2025, 1), []
    for place, wish in enumerate(wishes):
        room = plans.voucher_months(monthly, carry, [*used, (start + place, 0)])[-1].available
        used.append((start + place, min(wish, room)))

    told = plans.voucher_months(monthly, carry, used)

    assert sum(units for _, units in used) + sum(one.lapsed for one in told) + told[-1].carried == monthly * len(wishes)
    assert all(0 <= one.carried <= monthly * carry for one in told)
