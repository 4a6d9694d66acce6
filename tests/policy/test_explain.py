"""A decision is told in sentences: condition by condition, with source, observed value, limit, and the smallest change."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.policy.worked import CASES
from zhucan.policy.cases import Case, decided
from zhucan.policy.catalogue import SCHEMES, scheme
from zhucan.policy.engine import Outcome, decide
from zhucan.policy.explain import Explanation, Reason, explain
from zhucan.policy.facts import complete
from zhucan.policy.parameters import baseline, resolve, value_of

LIVING, NURSING = "living-allowance", "nursing-subsidy"


def told(
    scheme_id: str,
    *,
    place: str = "330499",
    switches: dict[str, str] | None = None,
    day: date = date(2025, 5, 1),
    **facts: Any,
) -> Explanation:
    """Return the explanation for facts in engine units, in May 2025 in the demo county unless said otherwise."""
    params = resolve(baseline(), place, day) | {name: value_of(name, text) for name, text in (switches or {}).items()}
    stated = complete({"certificate_valid": True, **facts})
    chosen = scheme(scheme_id)
    return explain(chosen, decide(stated, params, (chosen,))[scheme_id], stated, params)


def reason(found: Explanation, words: str) -> Reason:
    (one,) = (item for item in found.reasons if words in item.label)
    return one


def test_a_yes_names_the_amount_and_needs_no_change():
    found = told(LIVING, hardship="dibao")

    assert found.verdict == "可以享受，每月 330.00 元"
    assert found.change == ""
    assert all(sentence.startswith("✓ ") for sentence in found.sentences)


def test_every_sentence_names_its_source():
    for item in SCHEMES:
        for sentence in told(item.id).sentences:
            assert re.search(r"，依据：.+$", sentence), sentence


def test_TS_E03_one_fen_too_much_is_told_with_limit_and_the_fen():
    found = told(LIVING, income_per_head=165001)

    sentence = reason(found, "困难家庭").sentence
    assert sentence.startswith("✕ 不符合：低保、低保边缘或收入在标准以内的困难家庭")
    assert "家庭人均月收入：1,650.01 元；上限：1,650.00 元" in sentence
    assert "最低生活保障标准：1,100.00 元" in sentence
    assert "国发〔2015〕52号" in sentence
    assert found.change.endswith("家庭人均月收入再低 0.01 元。")


def test_the_named_change_makes_it_a_yes():
    found = told(LIVING, hardship="none", income_per_head=165001)

    assert found.change == "只差一项：家庭困难类型认定为低保、低保边缘，或家庭人均月收入再低 0.01 元。"
    assert told(LIVING, hardship="none", income_per_head=165000).verdict.startswith("可以享受")
    assert told(LIVING, hardship="dibian", income_per_head=165001).verdict.startswith("可以享受")


def test_a_way_that_the_place_does_not_offer_is_not_named():
    found = told(LIVING, hardship="none", income_per_head=165001, switches={"ls_covers_dibian": "false"})

    assert "低保边缘，" not in found.change
    assert "家庭困难类型认定为低保，或" in found.change


def test_what_did_not_matter_is_not_named():
    sentence = reason(told(LIVING, hardship="dibao", income_per_head=999999), "困难家庭").sentence

    assert "家庭困难类型：低保" in sentence
    assert "收入：" not in sentence


def test_what_is_not_known_is_asked_for_and_never_called_a_no():
    found = told(LIVING)

    assert found.verdict == "还不能确定"
    assert reason(found, "困难家庭").met is None
    assert "？ 尚待查明：" in reason(found, "困难家庭").sentence
    assert found.change == "只要查明：家庭困难类型或家庭人均月收入，就能作出判断。"


def test_an_unknown_certificate_and_prison_are_asked_for_in_plain_words():
    found = told(LIVING, certificate_valid=None, in_custody=None, hardship="dibao")

    assert found.change == "只要查明：是否持有有效残疾人证；是否在监狱服刑，就能作出判断。"


def test_a_missing_standard_is_told_as_such():
    found = told(LIVING, hardship="dibao", day=date(2023, 6, 1))

    assert found.verdict == "没有配置当地标准，暂不能判断"
    assert found.change == "请先录入当地标准及其文件，再判断。"
    assert "？ 没有配置当地标准：" in reason(told(NURSING, grade_physical=1, place="330497"), "发放补贴").sentence


@pytest.mark.parametrize(
    ("facts", "free", "barred", "ended"),
    [
        ({"in_custody": True}, "没有在监狱服刑", "因在监狱服刑不能享受", "不再在监狱服刑"),
        ({"in_tekun": True}, "没有享受特困人员救助供养", "因享受特困人员救助供养不能享受", "不再享受特困人员救助供养"),
        ({"gets_orphan": True}, "没有领取孤儿基本生活费", "因领取孤儿基本生活费不能享受", "不再领取孤儿基本生活费"),
    ],
)
def test_an_exclusion_reads_as_people_say_it(facts: dict[str, Any], free: str, barred: str, ended: str):
    assert f"✓ {free}，" in "\n".join(told(LIVING, hardship="dibao").sentences)
    found = told(LIVING, hardship="dibao", **facts)
    assert f"✕ {barred}，" in "\n".join(found.sentences)
    assert found.change == f"只差一项：{ended}。"


def test_staff_on_the_public_payroll_are_told_so_where_the_place_bars_them():
    bars = {"public_payroll_bars_ls": "true"}

    assert reason(told(LIVING, hardship="dibao", switches=bars), "财政").label == "不是财政供养人员"
    assert (
        reason(told(LIVING, hardship="dibao", public_payroll=True, switches=bars), "财政").label
        == "因是财政供养人员不能享受"
    )


def test_a_benefit_that_the_place_lets_stack_is_not_denied():
    label = reason(told(NURSING, grade_physical=1, gets_veteran_pension=True), "抚恤金").label

    assert label == "领取残疾军人抚恤金，按当地规定不影响本项"
    label = reason(told(NURSING, grade_physical=1, gets_veteran_pension=None), "抚恤金").label
    assert label == "是否领取残疾军人抚恤金，按当地规定都不影响本项"


def test_TS_E10_a_lost_contest_names_both_amounts():
    found = told(NURSING, grade_intellectual=3, old_age_nursing_amount=20000)

    sentence = reason(found, "择高").sentence
    assert "应领其他待遇（当月老年人护理补贴金额：200.00 元；本补贴：125.00 元）" in sentence
    assert found.change.startswith("只差一项：改选本补贴并停领其他待遇")


def test_a_contest_that_cannot_be_settled_asks_for_the_amount():
    found = told(NURSING, grade_physical=1, gets_ltci=True, ltci_amount=None)

    assert found.change == "只要查明：当月长期护理保险待遇金额，就能作出判断。"


def test_a_grade_outside_the_range_names_the_nearest_inside_and_no_empty_kinds():
    found = told(NURSING, grade_physical=3)

    sentence = reason(found, "等级").sentence
    assert "（肢体残疾等级：3 级）" in sentence
    assert found.change == "只差一项：肢体残疾等级评定为 2 级。"
    assert not any("当地对该类别等级发放补贴" in item for item in found.sentences)


def test_only_the_standard_of_the_own_tier_is_named():
    sentence = reason(told(NURSING, grade_physical=2), "发放补贴").sentence

    assert "护理补贴标准（基本不能自理）：250.00 元" in sentence
    assert "500.00" not in sentence


@pytest.mark.parametrize(
    ("status", "remedy"),
    [("frozen", "残疾人证解冻"), ("cancelled", "重新申领残疾人证"), ("valid", "换领残疾人证（已过有效期）"), (None, "持有有效残疾人证")],
)  # fmt: skip
def test_a_certificate_that_does_not_hold_names_its_remedy(status: str | None, remedy: str):
    found = told(LIVING, hardship="dibao", certificate_valid=False, certificate_status=status)

    assert found.change == f"只差一项：{remedy}。"


def test_several_failures_are_counted_and_unknowns_added():
    found = told(LIVING, in_tekun=True, certificate_valid=False)

    assert found.change.startswith("还差 2 项：")
    assert "；并须查明：家庭困难类型或家庭人均月收入。" in found.change


def test_nobody_is_told_to_come_back_to_life():
    assert told(LIVING, alive=False).change == "本人已经去世，不再发放。"


def test_no_sentence_doubles_a_label_or_shows_a_code():
    cases = [
        told(LIVING, hardship="tekun", in_tekun=True, certificate_valid=None),
        told(NURSING, grade_hearing=2, place="330498"),
        told(NURSING, grade_visual=None, grade_mental=None),
        told(LIVING, alive=None, hukou_here=None, in_tekun=None, public_payroll=None),
    ]

    for found in cases:
        for sentence in (*found.sentences, found.change):
            assert not re.search(r"(.{4,})（\1：", sentence), sentence
            assert "没有正在" not in sentence
            assert "不再正在" not in sentence
            assert "0 为无此类" not in sentence
            assert not re.search(r"[a-z_]{4,}", sentence), sentence


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.scheme}-{case.name}")
def test_every_worked_case_is_told_as_it_was_decided(case: Case):
    chosen = scheme(case.scheme)
    decision = decided(replace(case, items=None) if case.expect.refused else case)
    params = resolve(baseline(), case.division, case.on) | {
        name: value_of(name, text) for name, text in case.switches.items()
    }

    found = explain(chosen, decision, case.facts, params)

    assert bool(found.change) is (decision.outcome is not Outcome.YES)
    assert any(item.met is False for item in found.reasons) is (decision.outcome is Outcome.NO)
    for item in found.reasons:
        bits = [bit for bit, label in enumerate(chosen.labels) if decision.not_met >> bit & 1 and label in item.label]
        assert item.met is not True or not bits
    for sentence in (*found.sentences, found.change, found.verdict):
        assert "None" not in sentence
        assert not re.search(r"[a-z_]{2,}|（0 ", sentence), sentence
        assert not re.search(r"(.{4,})（\1：|没有没有|不再没有|是否还没有.*过过", sentence), sentence
