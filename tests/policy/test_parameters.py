"""Parameters: the nearest place wins, then the latest date; what nobody set is no standard, never zero."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from zhucan.core.yamls import YamlError
from zhucan.policy.cases import load_cases
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.engine import needed_parameters
from zhucan.policy.expressions import Kind
from zhucan.policy.parameters import (
    PARAMETERS,
    BadParameter,
    ParameterRow,
    baseline,
    declared,
    parameter,
    resolve,
    source_of,
    value_of,
)

MAY = date(2025, 5, 1)
FOLDER = Path(__file__).parents[2] / "src/zhucan/policy/parameters"


def row(division: str, start: str, value: str | None, **more: object) -> ParameterRow:
    return ParameterRow("dibao_monthly", division, date.fromisoformat(start), value, "文件", **more)  # type: ignore[arg-type]  # the two clocks


def dibao(rows: list[ParameterRow], division: str = "330499101201", day: date = MAY, known: datetime | None = None):
    return resolve(rows, division, day, known)["dibao_monthly"]


NATION = row("", "1900-01-01", None)
PROVINCE = row("330000000000", "2025-04-01", "900.00")
COUNTY = row("330499000000", "2020-01-01", "700.00")


def test_the_nearest_division_wins_even_against_a_later_row_above_it():
    assert dibao([NATION, PROVINCE, COUNTY]) == 70000
    assert dibao([COUNTY, PROVINCE, NATION]) == 70000
    assert dibao([NATION, PROVINCE]) == 90000


def test_a_row_of_another_place_is_not_looked_at():
    assert dibao([NATION, row("330498000000", "2020-01-01", "1.00")]) is None
    assert dibao([NATION, row("330499102000", "2020-01-01", "1.00")]) is None


def test_within_a_place_the_latest_row_begun_by_the_first_of_the_month_wins():
    rows = [row("330499000000", start, value) for start, value in (("2025-05-01", "3.00"), ("2024-07-01", "2.00"), ("2025-05-02", "4.00"))]  # fmt: skip

    assert dibao(rows) == 300
    assert dibao(rows, day=date(2025, 4, 1)) == 200
    assert dibao(rows, day=date(2025, 6, 1)) == 400
    assert dibao(rows, day=date(2024, 6, 1)) is None


def test_a_row_that_ended_is_not_in_force():
    ended = row("330499000000", "2024-01-01", "2.00", valid_to=MAY)

    assert dibao([PROVINCE, ended]) == 90000
    assert dibao([PROVINCE, ended], day=date(2025, 4, 1)) == 200


def test_a_local_row_without_a_value_says_that_there_is_no_standard():
    assert dibao([PROVINCE, row("330499000000", "2025-01-01", None)]) is None


def test_only_what_was_recorded_and_not_retracted_by_then_is_known():
    june, july, august = (datetime(2025, month, 1, tzinfo=UTC) for month in (6, 7, 8))
    wrong = row("330499000000", "2025-01-01", "5.00", recorded_at=june, retracted_at=august)
    right = row("330499000000", "2025-01-01", "6.00", recorded_at=august)

    assert dibao([COUNTY, wrong, right], known=datetime(2025, 5, 31, tzinfo=UTC)) == 70000
    assert dibao([COUNTY, wrong, right], known=june) == 500
    assert dibao([COUNTY, wrong, right], known=july) == 500
    assert dibao([COUNTY, wrong, right], known=august) == 600
    assert dibao([COUNTY, wrong, right]) == 600


def test_every_declared_parameter_is_in_the_answer_even_where_nothing_is_known():
    assert resolve([], "330499", MAY) == dict.fromkeys(PARAMETERS)


def test_short_names_stand_for_their_parameter():
    assert parameter("rate").id == "ls_rate_of_dibao"
    assert (
        resolve([ParameterRow("rate", "330499000000", MAY, "0.25", "文件")], "330499", MAY)["ls_rate_of_dibao"] == 2500
    )


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("dibao_monthly", "1100.00", 110000),
        ("dibao_monthly", "1100", 110000),
        ("dibao_monthly", None, None),
        ("ls_income_multiple", "1.5", 15000),
        ("ls_rate_of_dibao", "0.3", 3000),
        ("renewal_backpay_max_months", "3", 3),
        ("ls_covers_dibian", "True", True),
        ("ls_rounding", "yuan_half_up", "yuan_half_up"),
    ],
)
def test_a_value_is_counted_in_fen_and_ten_thousandths(name: str, text: str | None, value: object):
    assert value_of(name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("dibao_monthly", "1100.001", "金额"),
        ("dibao_monthly", "-1", "金额"),
        ("dibao_monthly", "NaN", "金额"),
        ("dibao_monthly", "千元", "金额"),
        ("ls_rate_of_dibao", "0.33333", "四位小数"),
        ("ls_rate_of_dibao", "-0.3", "四位小数"),
        ("renewal_backpay_max_months", "三", "整数"),
        ("ls_covers_dibian", "yes", "true"),
        ("ls_rounding", "yuan", "yuan_half_up"),
        ("move_month_payer", "new", "old"),
        ("grade_change", "same_month", "next_month"),
    ],
)
def test_a_value_that_cannot_be_is_refused_saying_what_is_wanted(name: str, text: str, wanted: str):
    with pytest.raises(BadParameter, match=wanted) as caught:
        value_of(name, text)

    assert text in str(caught.value)


def test_an_unknown_parameter_is_refused_naming_those_there_are():
    with pytest.raises(BadParameter, match=r"没有名为 dibao 的参数：可用的有 .*dibao_monthly"):
        parameter("dibao")


def test_an_unknown_parameter_in_a_file_is_told_with_file_and_line(tmp_path: Path):
    path = tmp_path / "例.yaml"
    path.write_text(
        "- name: 例\n  scheme: living-allowance\n  month: 2025-05\n  division: '330499'\n  switches:\n"
        "    rate: '0.3'\n    dibao_montly: '1000.00'\n  expect: {outcome: unknown}\n",
        encoding="utf-8",
    )

    with pytest.raises(YamlError) as caught:
        load_cases(path)

    assert str(caught.value) == f"{path} 第 7 行：没有参数“dibao_montly”；是不是“dibao_monthly”？"


def test_the_document_of_the_row_in_force_is_named():
    rows = [NATION, COUNTY, ParameterRow("dibao_monthly", "330499000000", date(2025, 5, 1), "800.00", "新文件")]

    assert source_of(rows, "dibao_monthly", "330499101201", MAY) == "新文件"
    assert source_of(rows, "dibao_monthly", "330499101201", date(2025, 4, 1)) == "文件"
    assert source_of(rows, "ls_monthly", "330499101201", MAY) == ""


# The few amounts that national documents fix: the living aid of compulsory schooling, 财社〔2010〕256号, 残联〔2012〕10号.
_NATIONAL_AMOUNTS = {
    *(f"living_aid_{stage}_{way}" for stage in ("primary", "junior") for way in ("boarding", "day")),
    "fuel_subsidy_year",
    "sunshine_home_residential",
    "sunshine_home_other",
}


def test_no_amount_is_shipped_for_the_nation_but_those_that_national_documents_fix():
    fixed = set()
    for shipped in baseline():
        if PARAMETERS[shipped.parameter].kind is Kind.MONEY and not shipped.division and shipped.value is not None:
            fixed.add(shipped.parameter)

    assert fixed == _NATIONAL_AMOUNTS


def test_shipped_local_rows_are_of_the_invented_counties_only():
    assert {shipped.division for shipped in baseline()} == {"", "330499000000", "330498000000"}


def test_every_row_has_a_source_and_every_parameter_was_checked_on_a_day():
    assert all(shipped.source for shipped in baseline())
    for item in declared().values():
        assert date.fromisoformat(item.checked_on)
        assert item.label
        assert item.unit


def test_every_parameter_has_a_national_row_so_that_silence_is_a_statement():
    national = {shipped.parameter for shipped in baseline() if not shipped.division}

    assert national == set(PARAMETERS)


def test_amounts_stand_quoted_in_the_files_so_that_no_reader_makes_them_floats():
    for path in FOLDER.glob("*.yaml"):
        for name, said in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for item in said["values"]:
                assert item["value"] is None or isinstance(item["value"], str), f"{path.name}: {name}"


# What another body pays, and a limit that a place need not have.
_MAY_LACK = {"unattended_child_standard", "device_year_cap"}


def test_every_parameter_of_a_rule_is_declared_and_every_money_parameter_of_a_rule_must_be_set():
    for name in needed_parameters(SCHEMES):
        item = PARAMETERS[name]
        if item.kind is Kind.MONEY and name not in _MAY_LACK:
            assert item.standard, name
