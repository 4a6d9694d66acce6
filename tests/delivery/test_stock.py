"""Goods never run below zero, a balance is the sum of its moves, and nobody gets a thing twice in a round."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.county import told as learnt
from tests.delivery.conftest import AT, Shop
from tests.given import STARTUP, WHEELCHAIR, grant
from zhucan.cases import awards
from zhucan.cases.models import Award
from zhucan.delivery import stock
from zhucan.delivery.checks import faults
from zhucan.delivery.models import Balance, Move, Piece, Round
from zhucan.delivery.stock import StockRefused
from zhucan.registry import services as registry


def a_round(shop: Shop, each: int = 2) -> Round:
    return stock.open_round(
        division=shop.county.a, name="2025 年节能灯", item=shop.lamp, each=each, opens_on=date(2025, 6, 1),
        closes_on=date(2025, 7, 1), at=AT, by=None,
    )  # fmt: skip


def test_more_than_there_is_cannot_be_handed_out(shop: Shop):
    stock.receive(store=shop.store, item=shop.lamp, quantity=3, told=shop.told("2025-06-01"))
    lamps, person = a_round(shop, each=4), shop.county.person()

    with pytest.raises(StockRefused, match="只有 3 只，不够 4：请核对数量"):
        stock.issue(
            store=shop.store, item=shop.lamp, person=person, quantity=4, told=shop.told("2025-06-02"), round=lamps
        )

    assert shop.balance(shop.lamp) == (3, 0)
    assert Move.objects.count() == 1


def test_the_database_itself_lets_no_balance_fall_below_zero(shop: Shop):
    stock.receive(store=shop.store, item=shop.lamp, quantity=3, told=shop.told("2025-06-01"))

    with pytest.raises(IntegrityError), transaction.atomic():
        Balance.objects.update(ready=-1)


def test_s040_in_a_round_each_person_gets_it_once(shop: Shop):
    stock.receive(store=shop.store, item=shop.lamp, quantity=10, told=shop.told("2025-06-01"))
    lamps, person = a_round(shop), shop.county.person()
    given = {"store": shop.store, "item": shop.lamp, "quantity": 2, "told": shop.told("2025-06-02"), "round": lamps}
    stock.issue(person=person, **given)

    with pytest.raises(StockRefused, match="2025-06-02 已经领过：同一批次每人只发一次"):
        stock.issue(person=person, **given)

    stock.issue(person=shop.county.person(), **given)
    assert shop.balance(shop.lamp) == (6, 0)
    first = Move.objects.get(round=lamps, person=person)
    with pytest.raises(IntegrityError), transaction.atomic():  # and the database would not take it either
        Move.objects.bulk_create(
            [Move(**{field.attname: getattr(first, field.attname) for field in Move._meta.concrete_fields if field.name != "id"})]
        )  # fmt: skip


@pytest.mark.parametrize("day", ["2025-05-31", "2025-07-01"])
def test_a_round_gives_only_while_it_is_open(shop: Shop, day: str):
    stock.receive(store=shop.store, item=shop.lamp, quantity=10, told=shop.told("2025-05-01"))
    lamps = a_round(shop)

    with pytest.raises(StockRefused, match="没有开放"):
        stock.issue(
            store=shop.store, item=shop.lamp, person=shop.county.person(), quantity=2, told=shop.told(day), round=lamps
        )


def chair(shop: Shop, serial: str = "W1") -> Piece:
    stock.receive(store=shop.store, item=shop.chair, quantity=1, told=shop.told("2025-01-02"), serials=(serial,))
    return Piece.objects.get(serial=serial)


def hand_out(shop: Shop, award: Award, piece: Piece, day: str, **more: Any) -> Move:
    return stock.issue(
        store=shop.store, item=shop.chair, person=award.person, quantity=1, told=shop.told(day), award=award,
        piece=piece, **more,
    )  # fmt: skip


def test_rh_22_one_wheelchair_in_four_years_counted_from_the_day_it_was_handed_over(shop: Shop):
    person = shop.county.person()
    award = grant(shop.county, person, WHEELCHAIR, 80_000, "2025-02-01", quantity=1)
    hand_out(shop, award, chair(shop), "2025-02-20")

    award.refresh_from_db()
    assert award.ends_on == date(2029, 2, 20)
    again = grant(shop.county, person, WHEELCHAIR, 80_000, "2025-08-01", quantity=1)
    second = chair(shop, "W2")
    with pytest.raises(StockRefused, match="使用年限 4 年，上一辆是 2025-02-20 发的"):
        hand_out(shop, again, second, "2025-08-02")
    move = hand_out(shop, again, second, "2025-08-02", early="儿童生长，原轮椅过小")
    assert "提前更换：儿童生长" in move.note


def test_a_wheelchair_comes_back_broken_is_repaired_and_goes_to_somebody_else(shop: Shop):
    award = grant(shop.county, shop.county.person(), WHEELCHAIR, 80_000, "2025-02-01", quantity=1)
    piece = chair(shop)
    out = hand_out(shop, award, piece, "2025-02-20")

    stock.take_back(issued=out, store=shop.store, quantity=1, broken=True, told=shop.told("2025-05-01", "轮子坏了"))
    assert shop.balance(shop.chair) == (0, 1)
    other = grant(shop.county, shop.county.person(), WHEELCHAIR, 80_000, "2025-05-03", quantity=1)
    with pytest.raises(StockRefused, match="可用的轮椅只有 0 辆"):
        hand_out(shop, other, piece, "2025-05-04")
    stock.repair(store=shop.store, item=shop.chair, quantity=1, told=shop.told("2025-05-10"), piece=piece)
    hand_out(shop, other, piece, "2025-05-11")

    piece.refresh_from_db()
    assert (piece.state, piece.person, piece.store) == ("out", other.person, None)
    assert shop.balance(shop.chair) == (0, 0)
    assert [move.kind for move in piece.moves.order_by("pk")] == [
        "receive", "issue", "return_broken", "repair", "issue",
    ]  # fmt: skip
    assert list(faults()) == []


def test_a_wheelchair_that_cannot_be_mended_is_written_off_with_its_reason(shop: Shop):
    award = grant(shop.county, shop.county.person(), WHEELCHAIR, 80_000, "2025-02-01", quantity=1)
    piece = chair(shop)
    out = hand_out(shop, award, piece, "2025-02-20")
    stock.take_back(issued=out, store=shop.store, quantity=1, broken=True, told=shop.told("2025-05-01"))
    gone = {"store": shop.store, "item": shop.chair, "quantity": 1, "broken": True, "piece": piece}

    with pytest.raises(StockRefused, match="没有写报废原因"):
        stock.write_off(told=shop.told("2025-05-02"), **gone)
    stock.write_off(told=shop.told("2025-05-02", "车架断裂，无法修复"), **gone)

    piece.refresh_from_db()
    assert piece.state == "gone"
    with pytest.raises(StockRefused):
        stock.repair(store=shop.store, item=shop.chair, quantity=1, told=shop.told("2025-05-03"), piece=piece)


def test_not_more_than_was_granted_and_only_to_whom_it_was_granted(shop: Shop):
    county = shop.county
    award = grant(county, county.person(), WHEELCHAIR, 80_000, "2025-02-01", quantity=1)
    hand_out(shop, award, chair(shop), "2025-02-20")
    second = chair(shop, "W2")

    with pytest.raises(StockRefused, match="只剩 0 辆没有发"):
        hand_out(shop, award, second, "2025-02-21", early="x")
    with pytest.raises(StockRefused, match="不是给这个人的"):
        stock.issue(
            store=shop.store, item=shop.chair, person=county.person(), quantity=1, told=shop.told("2025-02-21"),
            award=award, piece=second,
        )  # fmt: skip
    cash = grant(county, county.person(), STARTUP, 80_000, "2025-02-01")
    with pytest.raises(StockRefused, match="不发轮椅"):
        hand_out(shop, cash, second, "2025-02-21")
    revoked = grant(county, county.person(), WHEELCHAIR, 80_000, "2025-02-01", quantity=1)
    awards.revoke(award=revoked, at=AT, by=None, cause="granted_in_error")
    with pytest.raises(StockRefused, match="已经撤销"):
        hand_out(shop, revoked, second, "2025-02-21")


def test_nothing_is_handed_to_the_dead_or_in_the_future(shop: Shop):
    person = shop.county.person()
    award = grant(shop.county, person, WHEELCHAIR, 80_000, "2025-02-01", quantity=1)
    piece = chair(shop)
    registry.record_death(person=person, day=date(2025, 2, 10), witness=learnt("2025-02-12"))

    with pytest.raises(StockRefused, match="已去世"):
        hand_out(shop, award, piece, "2025-02-20")
    with pytest.raises(StockRefused, match="还没有到"):
        stock.receive(store=shop.store, item=shop.lamp, quantity=1, told=shop.told("2027-01-01"))


def test_numbered_goods_need_a_number_each_and_no_number_twice(shop: Shop):
    given = {"store": shop.store, "item": shop.chair, "told": shop.told("2025-01-02")}

    for quantity, serials in ((2, ("A",)), (2, ("A", "A")), (1, (" ",))):
        with pytest.raises(StockRefused, match="不同的编号"):
            stock.receive(quantity=quantity, serials=serials, **given)
    stock.receive(quantity=2, serials=("A", "B"), **given)
    with pytest.raises(StockRefused, match="编号 B 的轮椅已经登记过"):
        stock.receive(quantity=2, serials=("C", "B"), **given)

    assert shop.balance(shop.chair) == (2, 0)


def test_a_loan_comes_back_and_one_that_does_not_is_overdue(shop: Shop):
    piece, person = chair(shop), shop.county.person()
    lent = stock.lend(
        store=shop.store, item=shop.chair, person=person, quantity=1, due_on=date(2025, 3, 1),
        told=shop.told("2025-02-01"), piece=piece,
    )  # fmt: skip

    assert list(stock.overdue(date(2025, 3, 1))) == []
    assert list(stock.overdue(date(2025, 3, 2))) == [lent]
    stock.take_back(issued=lent, store=shop.store, quantity=1, broken=False, told=shop.told("2025-03-03"))
    assert list(stock.overdue(date(2025, 4, 1))) == []
    with pytest.raises(StockRefused, match="只有 0 辆还没有归还"):
        stock.take_back(issued=lent, store=shop.store, quantity=1, broken=False, told=shop.told("2025-03-03"))


def test_a_move_is_never_changed_or_removed(shop: Shop):
    move = stock.receive(store=shop.store, item=shop.lamp, quantity=3, told=shop.told("2025-06-01"))[0]

    for act in (move.save, move.delete):
        with pytest.raises(TypeError):
            act()


def test_a_balance_that_is_not_the_sum_of_its_moves_is_found(shop: Shop):
    stock.receive(store=shop.store, item=shop.lamp, quantity=3, told=shop.told("2025-06-01"))
    Balance.objects.update(ready=2)

    assert [one for one in faults() if "节能灯" in one]


_acts = st.lists(
    st.tuples(
        st.sampled_from(["receive", "issue", "lend", "return", "return_broken", "repair", "scrap", "scrap_broken"]),
        st.integers(1, 4),
        st.integers(0, 5),
    ),
    max_size=25,
)


@settings(max_examples=40)
@given(acts=_acts)
def test_whatever_happens_stock_is_the_sum_of_its_moves_and_never_below_zero(shop: Shop, acts: list[Any]):
    with transaction.atomic():
        told, item, store = shop.told("2025-06-02", "原因"), shop.lamp, shop.store
        people = [shop.county.person() for _ in range(3)]
        lamps = a_round(shop, each=2)
        ready = broken = out = 0
        for what, count, which in acts:
            given = {"store": store, "item": item, "told": told, "quantity": count}
            gone = list(Move.objects.filter(kind__in=("issue", "loan")).order_by("pk"))
            try:
                match what:
                    case "receive":
                        stock.receive(**given)
                        ready += count
                    case "issue":
                        stock.issue(**given, person=people[which % 3], round=lamps)
                        ready, out = ready - count, out + count
                    case "lend":
                        stock.lend(**given, person=people[which % 3], due_on=date(2025, 9, 1))
                        ready, out = ready - count, out + count
                    case "return" | "return_broken" if gone:
                        bad = what == "return_broken"
                        stock.take_back(
                            issued=gone[which % len(gone)], store=store, quantity=count, broken=bad, told=told
                        )
                        ready, broken, out = ready + count * (not bad), broken + count * bad, out - count
                    case "repair":
                        stock.repair(**given)
                        ready, broken = ready + count, broken - count
                    case "scrap" | "scrap_broken":
                        bad = what == "scrap_broken"
                        stock.write_off(**given, broken=bad)
                        ready, broken = ready - count * (not bad), broken - count * bad
            except StockRefused:
                pass
            sums = Move.objects.aggregate(ready=Sum("ready_change", default=0), broken=Sum("broken_change", default=0))
            assert shop.balance(item) == (ready, broken) == (sums["ready"], sums["broken"])
            assert min(ready, broken, out) >= 0
            assert sum(move.left for move in stock.outstanding(item)) == out
        assert list(faults()) == []
        transaction.set_rollback(True)
