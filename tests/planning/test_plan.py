"""Plan items are typed in, checked, and taken back without a trace lost."""

import pytest
from django.core.management import CommandError, call_command

from tests.county import County
from zhucan.indicators.declared import UnknownIndicator
from zhucan.orgs import audit
from zhucan.orgs.clock import now
from zhucan.planning.models import PlanItem
from zhucan.planning.services import PlanRefused, add_plan_item, plan_items, retract_plan_item


def _add(text: str = "每月核对死亡信息", indicator: str = "", target: str = "", year: int = 2026) -> PlanItem:
    return add_plan_item(division="330499", year=year, text=text, indicator=indicator, target=target, at=now(), by=None)


def test_items_stand_in_the_order_they_were_entered(county: County):
    _add("甲")
    _add("乙")

    assert [item.text for item in plan_items("330499", 2026)] == ["甲", "乙"]


def test_a_retracted_item_no_longer_stands_but_is_kept(county: County):
    item = _add()

    retract_plan_item(key=item.pk, at=now(), by=None)

    assert not plan_items("330499", 2026).exists()
    assert PlanItem.objects.filter(pk=item.pk).exists()


def test_entering_and_taking_back_are_audited(county: County):
    item = _add()
    retract_plan_item(key=item.pk, at=now(), by=None)

    assert audit.head()[0] == 2


@pytest.mark.parametrize(
    ("text", "indicator", "target", "year", "told"),
    [
        (" ", "", "", 2026, "空的"),
        ("长" * 501, "", "", 2026, "500"),
        ("甲", "holders", "", 2026, "指标和目标值"),
        ("甲", "", "100", 2026, "指标和目标值"),
        ("甲", "holders", "一百", 2026, "一百"),
        ("甲", "holders", "1.234", 2026, r"1\.234"),
        ("甲", "", "", 26, "四位数"),
    ],
)
def test_what_cannot_be_a_plan_is_refused(county: County, text: str, indicator: str, target: str, year: int, told: str):
    with pytest.raises(PlanRefused, match=told):
        _add(text, indicator, target, year)

    assert not PlanItem.objects.exists()


def test_an_unknown_indicator_is_refused(county: County):
    with pytest.raises(UnknownIndicator, match="没有指标 holder"):
        _add("甲", "holder", "1")


def test_the_command_enters_lists_and_takes_back(county: County, capsys: pytest.CaptureFixture[str]):
    call_command(
        "plan",
        "add",
        "新办残疾人证",
        "--division",
        "330499",
        "--year",
        "2026",
        "--indicator",
        "holders",
        "--target",
        "300",
    )
    key = PlanItem.objects.get().pk
    call_command("plan", "list", "--division", "330499", "--year", "2026")
    assert "300" in capsys.readouterr().out

    call_command("plan", "retract", str(key))
    with pytest.raises(CommandError, match="已撤回"):
        call_command("plan", "retract", str(key))
