"""Every worked case holds, and a mistake in a case file is one sentence with file and line."""

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.policy.worked import CASES
from zhucan.core.yamls import YamlError
from zhucan.policy.cases import Case, decided, load_cases, run_case
from zhucan.policy.engine import Outcome

EXAMPLE = """\
- name: 低保边缘按上限仍可享受
  scheme: living-allowance
  month: 2025-05
  division: "330499"
  facts: {certificate_valid: true, income_per_head: "1650.00"}     # a fact left out is unknown
  switches: {}                                                      # local parameters to override, if any
  expect: {outcome: yes, amount: "330.00"}                          # yes | no | unknown
"""


@pytest.fixture
def written(tmp_path: Path):
    """Write a file and return its path."""

    def write(text: str, name: str = "例.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{Path(case.place.file).stem}-{case.name}")
def test_worked_case(case: Case):
    assert run_case(case) == ""


def test_no_two_cases_have_one_name_and_scheme():
    names = [(case.scheme, case.name) for case in CASES]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "example", ["TS-E02", "TS-E03", "TS-E04", "TS-E05", "TS-E06", "TS-E07", "TS-E08", "TS-E09", "TS-E10", "TS-E11",
                "TS-E12", "TS-E13", "TS-E21", "TS-E22"],
)  # fmt: skip
def test_the_example_of_the_fact_base_is_a_case(example: str):
    assert any(case.name.startswith(example) for case in CASES)


def test_TS_E21_four_months_of_both_subsidies_add_up():
    months = {"2024": 2, "2025": 2}
    cases = [case for case in CASES if case.name.startswith("TS-E21")]

    total = sum((decided(case).amount or Decimal(0)) * months[str(case.on)[:4]] for case in cases)

    assert total == Decimal("1922.00")


def test_the_example_of_the_design_holds(written):
    (case,) = load_cases(written(EXAMPLE))

    assert decided(case).outcome is Outcome.YES
    assert run_case(case) == ""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("certificate_valid", "certificate_vald", r"第 5 行：facts（事实）没有“certificate_vald”这个键；是不是“certificate_valid”？"),
        ("{}  ", "{rate_of_dibao: 1}", r"第 6 行：没有参数“rate_of_dibao”；是不是“ls_rate_of_dibao”？"),
        ("living-allowance", "living-alowance", r"第 2 行：没有项目“living-alowance”；是不是“living-allowance”？"),
        ("month:", "mont:", r"第 3 行：案例没有“mont”这个键；是不是“month”？"),
        ("outcome:", "outcom:", r"第 7 行：expect（预期）没有“outcom”这个键；是不是“outcome”？"),
        ("outcome: yes", "outcome: ja", r"第 7 行：结论没有“ja”"),
        ("2025-05", "2025-13", r"第 3 行：月份：.*没有 2025 年 13 月"),
        ('"330499"', '"3304"1', r"第 4 行"),
        ('"330499"', '"33049"', r"第 4 行：“33049”不是区划代码"),
        ('"1650.00"', '"1650.001"', r"第 5 行：家庭人均月收入：.*超过两位小数"),
        ('"1650.00"', "1650.005", r"第 5 行：家庭人均月收入：.*超过两位小数"),
        ('"330.00"', "330.005", r"第 7 行：金额：.*超过两位小数"),
        ('"1650.00"', "一千", r"第 5 行：家庭人均月收入：“一千”不是金额"),
        ("valid: true", "valid: yes", r"第 5 行：持有有效残疾人证应写 true（是）或 false（否），不是“yes”"),
        ("valid: true", "valid: true, born: 2025-02-30", r"第 5 行：没有 2025-02-30 这一天"),
        ("valid: true", "valid: true, hardship: poor", r"第 5 行：家庭困难类型没有“poor”"),
        ("valid: true", "valid: true, category: mental", r"第 5 行：category（残疾类别）和 grade（等级）要一起写"),
        ("valid: true", "valid: true, category: multiple, grade: 1", r"第 5 行：多重残疾请写 components"),
        ("valid: true", "valid: true, category: mental, grade: 5", r"第 5 行：残疾等级没有 5"),
        ("{}  ", "{rate: 三成}", r"第 6 行：参数 .*的值“三成”不对"),
        ("{}  ", "{ns_monthly: {ful: 1}}", r"第 6 行：没有参数“ns_monthly_ful”；是不是“ns_monthly_full”？"),
        ("amount: ", "failed: [持有残疾人证], amount: ", r"第 7 行：条件没有“持有残疾人证”；是不是“持有有效残疾人证”？"),
        ("- name: 低保边缘按上限仍可享受\n ", "-", r"第 1 行：案例缺少 name"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_with_file_and_line(written, old: str, new: str, sentence: str):
    path = written(EXAMPLE.replace(old, new, 1))

    with pytest.raises(YamlError, match=sentence) as caught:
        load_cases(path)

    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_null_and_unknown_say_that_a_fact_is_not_known(written):
    for word in ("null", "unknown", "~"):
        (case,) = load_cases(
            written(EXAMPLE.replace("valid: true", f"valid: {word}").replace("outcome: yes", "outcome: no"))
        )

        assert decided(case).outcome is Outcome.UNKNOWN


def test_a_case_that_does_not_hold_tells_what_came_out(written):
    text = EXAMPLE.replace('"330.00"', '"331.00"').replace("valid: true", "valid: false")
    (case,) = load_cases(written(text))

    said = run_case(case)

    assert "第 1 行：结论应为 yes，实为 no；金额应为 331.00 元，实为 0.00 元" in said
    assert "不符合的条件有“持有有效残疾人证”" in said


def test_the_command_counts_and_succeeds_when_all_hold(written):
    out = StringIO()

    call_command("cases", str(written(EXAMPLE)), stdout=out)

    assert "案例 1 个：符合 1，不符 0。" in out.getvalue()


def test_the_command_names_what_fails_and_fails(written):
    out = StringIO()

    with pytest.raises(CommandError, match="1 个案例不符"):
        call_command("cases", str(written(EXAMPLE.replace('"330.00"', '"331.00"'))), stdout=out)

    assert "✕ 低保边缘按上限仍可享受" in out.getvalue()


def test_the_command_tells_a_broken_file_and_still_runs_the_others(written):
    out, err = StringIO(), StringIO()

    with pytest.raises(CommandError, match="1 个文件读不了"):
        call_command("cases", str(written("- {", "坏.yaml")), str(written(EXAMPLE)), stdout=out, stderr=err)

    assert "坏.yaml 第 1 行" in err.getvalue()
    assert "符合 1" in out.getvalue()


def test_the_command_lists_the_words_of_the_form():
    out = StringIO()

    call_command("cases", "--facts", stdout=out)

    assert "income_per_head" in out.getvalue()
    assert "ls_rate_of_dibao、rate" in out.getvalue()
