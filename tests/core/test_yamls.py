"""Hand-written YAML is read with the file and line of everything in it."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from zhucan.core.months import Month
from zhucan.core.yamls import LARGEST, YamlError, load, nearest, parse


def fields(text: str):
    return parse(text, name="例.yaml").as_mapping("例")


def test_words_like_on_and_yes_stay_words():
    read = fields("{on: yes, no: off, in: out}")

    assert list(read.values) == ["on", "no", "in"]
    assert read.require("on", "例").as_text("例") == "yes"
    assert read.require("no", "例").as_scalar("例").value == "off"


def test_only_true_and_false_are_booleans():
    assert fields("a: true").require("a", "例").as_bool("例") is True
    with pytest.raises(YamlError, match="应写 true（是）或 false（否），不是“yes”"):
        fields("a: yes").require("a", "例").as_bool("例")


def test_quoted_words_stay_text():
    assert fields('a: "true"').require("a", "例").as_scalar("例").value == "true"


def test_a_number_keeps_its_digits_and_is_never_a_float():
    assert fields("a: 330.10").require("a", "例").as_scalar("例").value == Decimal("330.10")
    assert str(fields("a: 330.10").require("a", "例").as_yuan("金额")) == "330.10"


@pytest.mark.parametrize("written", ["330.005", '"330.005"'])
def test_an_amount_with_three_decimals_is_refused(written):
    with pytest.raises(YamlError, match=r"例.yaml 第 1 行：金额：.*超过两位小数"):
        fields(f"a: {written}").require("a", "例").as_yuan("金额")


def test_an_impossible_date_is_told_with_its_line():
    with pytest.raises(YamlError, match=r"例.yaml 第 2 行：没有 2025-02-30 这一天"):
        fields("a: 1\nb: 2025-02-30")


def test_days_and_months_are_read_quoted_or_not():
    read = fields("{a: 2025-05-20, b: '2025-05-20', c: 2025-05, d: '2025-05'}")

    assert read.require("a", "例").as_date("例") == read.require("b", "例").as_date("例") == date(2025, 5, 20)
    assert read.require("c", "例").as_month("例") == read.require("d", "例").as_month("例") == Month(2025, 5)


def test_a_key_written_twice_is_told_with_both_lines():
    with pytest.raises(YamlError, match=r"第 3 行：“a”写了两次（前一次在第 1 行）"):
        fields("a: 1\nb: 2\na: 3")


def test_an_unknown_key_is_told_with_the_nearest_known_one():
    with pytest.raises(YamlError, match=r"第 2 行：案例没有“outcom”这个键；是不是“outcome”？"):
        fields("amount: 1\noutcom: yes").only(["amount", "outcome"], "案例")


def test_a_missing_key_is_told_with_the_line_of_its_mapping():
    with pytest.raises(YamlError, match=r"第 2 行：案例缺少 name；请补上"):
        parse("- a: 1\n- b: 2", name="例.yaml").as_list("例")[1].as_mapping("案例").require("name", "案例")


def test_a_single_value_counts_as_a_list_of_one():
    read = fields("{a: x, b: [x, y]}")

    assert [item.as_text("例") for item in read.require("a", "例").as_list("例")] == ["x"]
    assert [item.as_text("例") for item in read.require("b", "例").as_list("例")] == ["x", "y"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "文件是空的"),
        ("a:\t1", "Tab"),
        ("a: b: c", "冒号的位置不对"),
        ("a: [1, 2", "括号没有配对"),
        ('a: "x', "引号没有配对"),
        ("a: *x", "没有定义的锚点"),
        ("a: &x [*x]", "引用绕回了自身"),
        ("--- 1\n--- 2", "多份文档"),
        ("[" * 5000, "嵌套太深"),
        ("? [1]\n: 2", "键应是一个词"),
    ],
)
def test_what_is_not_yaml_is_told_in_one_sentence(text, sentence):
    with pytest.raises(YamlError, match=sentence):
        parse(text, name="例.yaml")


def test_tags_make_nothing_but_text():
    assert fields("a: !!python/object/apply:os.system [ls]").require("a", "例").as_list("例")[0].as_text("例") == "ls"


def test_references_are_read_once():
    text = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))

    assert len(fields(text).values) == 60


def test_files_that_cannot_be_read_are_told(tmp_path: Path):
    (tmp_path / "gbk.yaml").write_bytes("名称: 甲".encode("gb18030"))
    (tmp_path / "long.yaml").write_bytes(b" " * (LARGEST + 1))

    with pytest.raises(YamlError, match="不是 UTF-8"):
        load(tmp_path / "gbk.yaml")
    with pytest.raises(YamlError, match="超过 5 MB"):
        load(tmp_path / "long.yaml")
    with pytest.raises(YamlError, match="打不开"):
        load(tmp_path / "none.yaml")
    with pytest.raises(YamlError, match="打不开"):
        load(tmp_path)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path):
    (tmp_path / "bom.yaml").write_text("a: 1", encoding="utf-8-sig")

    assert load(tmp_path / "bom.yaml").as_mapping("例").require("a", "例").as_int("例") == 1


def test_without_a_near_word_all_known_ones_are_named():
    assert nearest("xyz", ["甲", "乙"]) == "可用的有：甲、乙。"
