"""The commands say one sentence and change nothing when they refuse."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.county import told as learnt
from tests.delivery.conftest import Shop
from tests.given import TRAINING, TUITION, WHEELCHAIR, grant
from zhucan.delivery.models import Move, Plan, Relief
from zhucan.registry import services as registry


def say(*words: object) -> str:
    out = StringIO()
    call_command(*(str(word) for word in words), "--division", "330499", stdout=out)
    return out.getvalue()


def test_goods_from_catalogue_to_repair(shop: Shop):
    person = shop.county.person()
    award = grant(shop.county, person, WHEELCHAIR, 80_000, "2025-02-01", quantity=1)
    at = ("--store", "县残联仓库", "--on")
    say("stock", "item", "拐杖", "--unit", "副", "--worth", "45.50")
    say("stock", "store", "青石镇仓库")
    say("stock", "receive", "轮椅", "--serial", "W1", *at, "2025-02-02")
    with pytest.raises(CommandError, match="没有编号 W2 的轮椅"):
        say("stock", "issue", "轮椅", "--serial", "W2", "--person", person.pk, "--award", award.pk, *at, "2025-02-03")
    told = say(
        "stock", "issue", "轮椅", "--serial", "W1", "--person", person.pk, "--award", award.pk, *at, "2025-02-03"
    )
    number = told.split("　")[0]
    say("stock", "return", number, "--broken", *at, "2025-03-03")
    assert "轮椅：可用 0 辆，待修 1" in say("stock", "list")
    say("stock", "repair", "轮椅", "--serial", "W1", *at, "2025-03-05")
    say("stock", "lend", "轮椅", "--serial", "W1", "--person", person.pk, "--due", "2025-06-01", *at, "2025-03-06")
    assert [move.kind for move in Move.objects.order_by("pk")] == [
        "receive",
        "issue",
        "return_broken",
        "repair",
        "loan",
    ]


def test_a_round_by_command(shop: Shop):
    say("stock", "round", "节能灯一批", "--item", "节能灯", "--from", "2025-06-01")
    words = (
        "stock",
        "issue",
        "节能灯",
        "--person",
        shop.county.person().pk,
        "--round",
        "节能灯一批",
        "--store",
        "县残联仓库",
    )

    with pytest.raises(CommandError, match="可用的节能灯只有 0 只，不够 1"):
        say(*words)
    say("stock", "receive", "节能灯", "--quantity", 5, "--store", "县残联仓库", "--on", "2025-06-01")
    say(*words)
    with pytest.raises(CommandError, match="同一批次每人只发一次"):
        say(*words)
    with pytest.raises(CommandError, match="没有发放批次"):
        say(*words[:6], "别的", *words[7:])


def test_a_service_from_plan_to_close_and_what_is_refused(shop: Shop):
    award = grant(shop.county, shop.county.person(), TRAINING, 1_200_000, "2025-01-05")
    say("service", "provider", "示例医院", "--kind", "hospital", "--bank", "示例银行", "--account", "330499000009")
    say(
        "service", "plan", award.pk, "--provider", "示例康复中心", "--discipline", "mobility", "--units", 4, "--from",
        "2025-02-01", "--to", "2025-08-01", "--score", "10",
    )  # fmt: skip
    plan = Plan.objects.get()
    words = (
        "service",
        "session",
        plan.pk,
        "--from",
        "09:00",
        "--to",
        "10:00",
        "--worker",
        "甲",
        "--signed",
        "乙",
        "--on",
    )
    assert "已完成 25.0%" in say(*words, "2025-02-03")
    with pytest.raises(CommandError, match="时间 9点 不对"):
        say("service", "session", plan.pk, "--from", "9点", *words[5:], "2025-02-04")
    assert "完成 25.0%" in say("service", "close", plan.pk, "--on", "2025-03-01", "--score", "20")
    with pytest.raises(CommandError, match="不能再登记：请另立计划"):
        say(*words, "2025-02-04")
    assert "1/4 次" in say("service", "list")
    say("service", "pick-up", award.pk, "--provider", "示例医院", "--on", "2025-02-09", "--worth", "41.00")
    assert "2025-01、2025-03" in say("service", "missed", "2025-03", "--scheme", TRAINING.id)


def test_reliefs_end_by_command(shop: Shop):
    person = shop.county.person()
    award = grant(shop.county, person, TUITION, 0, "2024-08-20")
    Relief.objects.create(award=award, person=person, valid_from=date(2024, 9, 1), at=award.recorded_at)
    registry.record_death(person=person, day=date(2025, 5, 4), witness=learnt("2025-05-10"))

    assert "已终止 1 项减免" in say("service", "end-reliefs")
    assert "已终止 0 项减免" in say("service", "end-reliefs")
