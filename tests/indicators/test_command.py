"""`zhucan indicators`: the whole catalogue as a table or as JSON, and what bad input gets."""

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.county import County
from zhucan.core.months import Month
from zhucan.indicators.catalog import shown_in
from zhucan.indicators.management.commands.indicators import IndicatorsRefused, period_of
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import now


def indicators(*arguments: str) -> str:
    out = StringIO()
    call_command("indicators", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def paid(county: County) -> County:
    person = county.person()
    county.certify(person, "physical", 2)
    county.dibao(person)
    county.grant(person, "2025-03-28")
    county.book("2025-03")
    return county


def test_json_is_the_whole_catalogue_with_exact_values(paid: County):
    told: list[dict[str, Any]] = json.loads(
        indicators("--division", "330499", "--year", "2025", "--month", "3", "--json")
    )

    assert [item["id"] for item in told] == [item.id for item in shown_in("330499000000", now())]
    found = {item["id"]: item for item in told}
    assert found["living-allowance-amount"] == {
        "id": "living-allowance-amount",
        "name": "困难残疾人生活补贴发放金额",
        "unit": "元",
        "division": "330499000000",
        "period": "2025年3月",
        "until": "2025-03-31",
        "value": "330.00",
    }
    assert found["holders"]["value"] == 1
    assert found["nursing-subsidy-coverage"]["value"] == "100.00"
    assert found["households"]["value"] is None


def test_the_table_says_unknown_where_nothing_is_known(paid: County):
    rows = indicators("--division", "330499", "--year", "2025").splitlines()

    assert len(rows) == len(shown_in("330499000000", now()))
    assert next(row for row in rows if row.startswith("households ")).split() == [
        "households",
        "不明",
        "户",
        "持证残疾人家庭",
    ]
    assert next(row for row in rows if row.startswith("holders ")).split() == ["holders", "1", "人", "持证残疾人"]


def test_parts_and_records_can_be_asked_for(paid: County):
    place = ("--division", "330499", "--year", "2025", "--month", "3")

    assert "二级" in indicators(*place, "--id", "holders", "--by", "grade")
    parts = json.loads(indicators(*place, "--id", "subsidies-amount", "--by", "scheme", "--json"))
    assert [(part["label"], part["value"]) for part in parts[0]["parts"]] == [
        ("困难残疾人生活补贴", "330.00"), ("重度残疾人护理补贴", "250.00"),
    ]  # fmt: skip
    assert indicators(*place, "--records", "subsidies-amount").splitlines()[-1].startswith("共 2 条。")
    assert [row["amount"] for row in json.loads(indicators(*place, "--records", "subsidies-amount", "--json"))] == [
        "330.00", "250.00",
    ]  # fmt: skip
    assert "holders\t持证残疾人（人）\t期末户籍在本区划" in indicators("--list")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--division", "999999", "--year", "2025"), "没有区划代码 999999"),
        (("--division", "33x", "--year", "2025"), "没有区划代码 33x"),
        (("--division", "330499", "--year", "2198"), "2198年还没有到"),
        (("--division", "330499", "--year", "25"), "年度 25 不对"),
        (("--division", "330499", "--year", "2025", "--month", "13"), "没有 13 月"),
        (("--division", "330499", "--year", "2025", "--id", "nothing"), "没有指标 nothing"),
        (("--division", "330499", "--year", "2025", "--records", "nothing"), "没有指标 nothing"),
        (("--year", "2025"), "请写明区划和年度"),
    ],
)
def test_bad_input_gets_one_sentence(paid: County, arguments: tuple[str, ...], sentence: str):
    with pytest.raises(CommandError, match=sentence) as refused:
        indicators(*arguments)
    assert str(refused.value).endswith("。")


def test_a_year_that_runs_ends_with_its_last_full_month():
    assert period_of(2026, None, date(2026, 11, 24)) == Period(Month(2026, 1), Month(2026, 11))
    assert period_of(2026, None, date(2026, 1, 10)) == Period.month(Month(2026, 1))
    assert period_of(2025, None, date(2026, 1, 10)) == Period.year(2025)
    assert period_of(2026, 11, date(2026, 11, 1)) == Period.month(Month(2026, 11))
    with pytest.raises(IndicatorsRefused, match="2026年12月还没有到"):
        period_of(2026, 12, date(2026, 11, 24))
