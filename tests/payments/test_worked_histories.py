"""Every worked history holds, the command leaves the user's data alone, and a mistake is one sentence with its line."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from zhucan.core.yamls import YamlError
from zhucan.payments.histories import History, load_histories
from zhucan.payments.replay import play, scratch
from zhucan.registry.models import Person

FILES = sorted((Path(__file__).parent / "histories").glob("*.yaml"))
HISTORIES = [history for path in FILES for history in load_histories(path)]
EXAMPLE = """\
- name: 迟报死亡
  division: "330499"
  people:
    p: {born: 1970-03-02, sex: male}
  events:
    - {on: 2024-11-01, person: p, certificate: {category: physical, grade: 1, expires: 2034-11-01}}
    - {on: 2024-11-01, person: p, hardship: dibao}
    - {on: 2024-12-05, person: p, apply: [living-allowance, nursing-subsidy], approved: 2024-12-20}
    - {on: 2025-06-02, known: 2025-09-10, person: p, died: true}
  runs: [2024-12, 2025-01, 2025-02, 2025-03, 2025-04, 2025-05, 2025-06, 2025-07, 2025-08, 2025-09]
  expect:
    - {run: 2025-09, person: p, for: 2025-07, kind: recovery, amount: "-845.00", cause: died}
    - {run: 2025-09, person: p, for: 2025-08, kind: recovery, amount: "-845.00", cause: died}
    - {person: p, balance: "-1690.00"}
"""
SHORT = """\
- name: 一个月
  division: "330499"
  people:
    p: {born: 1970-03-02, sex: male}
  events:
    - {on: 2024-11-01, person: p, certificate: {category: physical, grade: 1}}
    - {on: 2025-01-05, person: p, apply: nursing-subsidy}
  runs: [2025-01]
  expect:
    - {run: 2025-01, person: p, total: "500.00"}
"""


@pytest.fixture(scope="module")
def stage(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Open the throw-away database once for all histories; no other database is made or touched."""
    with django_db_blocker.unblock(), scratch():
        yield


@pytest.fixture
def written(tmp_path: Path):
    """Write a file and return its path."""

    def write(text: str, name: str = "例.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: f"{Path(history.place.file).stem}-{history.name}")
def test_worked_history(stage: None, history: History):
    assert play(history) == []


@pytest.mark.parametrize(
    "example", ["TS-E01", "TS-E14", "TS-E15", "TS-E16", "TS-E17", "TS-E18", "TS-E19", "TS-E20", "TS-E23", "DC-E14"]
)
def test_the_example_of_the_fact_base_is_a_history(example: str):
    assert any(history.name.startswith(example) for history in HISTORIES)


def test_the_example_of_the_design_holds(stage: None, written):
    (history,) = load_histories(written(EXAMPLE))

    assert play(history) == []


def test_a_difference_tells_what_was_found_instead(stage: None, written):
    (history,) = load_histories(written(SHORT.replace('"500.00"', '"501.00"')))

    (said,) = play(history)

    assert "例.yaml 第 10 行：p 2025-01 的运行发放合计应为 501.00 元，实为 500.00 元" in said
    assert "重度残疾人护理补贴 2025-01 当月发放 500.00" in said


def test_a_wrong_cause_is_told_with_the_one_found(stage: None, written):
    text = SHORT.replace('total: "500.00"', "kind: regular, cause: died")
    (history,) = load_histories(written(text))

    assert "原因应为 died，实为 new" in play(history)[0]


def test_money_that_should_not_have_moved_is_told(stage: None, written):
    (history,) = load_histories(written(SHORT.replace('total: "500.00"', "kind: none")))

    assert "应没有发放或追回，实为 500.00 元" in play(history)[0]


def test_a_stop_that_did_not_happen_is_told(stage: None, written):
    (history,) = load_histories(written(SHORT.replace('total: "500.00"', "kind: stop")))

    assert "应有停发，没有找到" in play(history)[0]


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ("{on: 2025-01-06, person: p, withdraw: [living-allowance]}", "第 8 行：没有可以退出的项目"),
        ("{on: 2025-01-06, person: p, backpay: granted}", "第 8 行：没有换证前后的两次申请"),
        ("{on: 2025-01-06, person: p, custody: out}", "第 8 行"),
        ("{on: 2025-01-06, person: p, unfrozen: true}", "第 8 行"),
        ("{on: 2025-01-05, person: p, apply: nursing-subsidy}", "第 8 行"),
    ],
)
def test_what_a_service_refuses_is_told_with_the_line_of_the_event(stage: None, written, extra: str, sentence: str):
    (history,) = load_histories(written(SHORT.replace("  runs:", f"    - {extra}\n  runs:")))

    (said,) = play(history)

    assert sentence in said


def test_a_month_without_a_standard_is_refused_not_paid_as_zero(stage: None, written):
    text = SHORT.replace('"330499"', '"330497"')
    (history,) = load_histories(written(text))

    (said,) = play(history)

    assert "第 1 行" in said
    assert "没有配置" in said


def test_nothing_of_a_history_is_left_behind(stage: None, written):
    (history,) = load_histories(written(SHORT))

    play(history)

    assert not Person.objects.exists()


@pytest.mark.django_db
def test_the_command_neither_reads_nor_changes_the_users_data(written, county):
    before = list(Person.objects.values_list("pk", "name"))
    default = connection.settings_dict["NAME"]

    call_command("histories", str(written(SHORT)), stdout=StringIO())

    assert list(Person.objects.values_list("pk", "name")) == before
    assert connection.settings_dict["NAME"] == default


@pytest.mark.django_db
def test_the_command_counts_names_what_fails_and_still_plays_the_rest(written):
    out, err = StringIO(), StringIO()
    broken, wrong = (
        written("- {", "坏.yaml"),
        written(SHORT + SHORT.replace('"500.00"', '"1.00"').replace("一个月", "错的")),
    )

    with pytest.raises(CommandError, match="1 个情形不符，1 个文件读不了"):
        call_command("histories", str(broken), str(wrong), stdout=out, stderr=err)

    assert "坏.yaml 第 1 行" in err.getvalue()
    assert "✕ 错的" in out.getvalue()
    assert "情形 2 个：符合 1，不符 1。" in out.getvalue()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("born: 1970-03-02", "born: 2025-02-30", "第 4 行：没有 2025-02-30 这一天"),
        ("sex: male", "sex: man", "第 4 行：性别没有“man”"),
        ("sex: male", "sex: male, age: 5", "第 4 行：人员 p 没有“age”这个键"),
        ("category: physical", "category: fysical", "第 6 行：残疾类别没有“fysical”；是不是“physical”？"),
        ("grade: 1", "grade: 5", "第 6 行：残疾等级没有 5"),
        ("category: physical, grade: 1", "category: multiple, grade: 1", "第 6 行：多重残疾要写 components"),
        ("grade: 1", "grade: 1, components: {visual: 2, speech: 3}", "第 6 行：类别等级与 components 不符"),
        ("expires: 2034-11-01", "expires: 2024-10-01", "第 6 行：有效期至 2024-10-01 早于发证日期"),
        ("expires:", "expire:", "第 6 行：残疾人证没有“expire”这个键；是不是“expires”？"),
        ("hardship: dibao", "hardship: poor", "第 7 行：困难类型没有“poor”"),
        ("hardship: dibao", "hardshp: dibao", "第 7 行：事件没有“hardshp”这个键；是不是“hardship”？"),
        ("person: p, hardship: dibao", "person: q, hardship: dibao", "第 7 行：people 里没有“q”"),
        ("person: p, hardship: dibao", "hardship: dibao", "第 7 行：事件缺少 person"),
        ("hardship: dibao", "known: 2024-11-02", "第 7 行：事件没有写发生了什么"),
        ("hardship: dibao", "institution: yes", "第 7 行：institution（机构托养）没有“yes”"),
        ("hardship: dibao", "moved_to: 33", "第 7 行"),
        ("hardship: dibao", "income_per_head: 10.005", "第 7 行：家庭人均收入：.*超过两位小数"),
        ("hardship: dibao", "other_benefit: {kind: nursing}", "第 7 行：待遇种类没有“nursing”.*work_injury_nursing"),
        ("hardship: dibao", "other_benefit: {kind: orphan, from: 2025-02-01, to: 2025-02-01}", "第 7 行：截止日期"),
        ("hardship: dibao", "retract: 某事", "第 7 行：前面没有编号为“某事”的事件"),
        ("hardship: dibao", "standard: {parameter: dibao, value: 1}", "第 7 行：没有参数“dibao”"),
        ("hardship: dibao", "standard: {parameter: dibao_monthly, value: 很多}", "第 7 行"),
        ("hardship: dibao", "approved: 2024-11-02, hardship: dibao", "第 7 行：approved（批准日期）只能和 apply"),
        ("living-allowance,", "living-alowance,", "第 8 行：没有项目“living-alowance”；是不是“living-allowance”？"),
        ("approved: 2024-12-20", "approved: 2024-12-04", "第 8 行：批准日期 2024-12-04 早于申请日期"),
        ("died: true", "died: yes", "第 9 行：died（死亡）应写 true"),
        ("died: true", "died: false", "第 9 行：没有死亡不用写"),
        ("runs: [2024-12,", "runs: [2025-12,", "第 10 行：运行月份 2025-01 排在 2025-12 之后"),
        ("run: 2025-09", "run: 2025-11", "第 12 行：2025-11 没有运行"),
        ("kind: recovery", "kind: recovry", "第 12 行：kind（种类）没有“recovry”；是不是“recovery”？"),
        ('"-845.00"', '"-845.001"', "第 12 行：金额：.*超过两位小数"),
        ("run: 2025-09, person", "person", "第 12 行：预期缺少 run"),
        ("cause: died", "caus: died", "第 12 行：预期没有“caus”这个键；是不是“cause”？"),
        ("cause: died", "cause: dyed", "第 12 行：原因没有“dyed”；是不是“died”？"),
        ('balance: "-1690.00"', "scheme: nursing-subsidy", "第 14 行：预期缺少 run"),
        ("  runs:", "  run:", "第 10 行：历史没有“run”这个键；是不是“runs”？"),
        ("  division: \"330499\"\n", "", "第 1 行：历史缺少 division"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_with_file_and_line(written, old: str, new: str, sentence: str):
    path = written(EXAMPLE.replace(old, new, 1))

    with pytest.raises(YamlError, match=sentence) as caught:
        load_histories(path)

    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
