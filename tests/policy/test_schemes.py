"""The schemes account for every rule and worked example of the fact base, and are declared whole."""

import re
from datetime import date
from pathlib import Path

import pytest

from zhucan.core.calendar import add_working_days
from zhucan.payments import causes
from zhucan.policy.catalogue import SCHEMES, UnknownScheme, scheme
from zhucan.policy.expressions import Expr, ExpressionError, Kind, literal, unknown_of
from zhucan.policy.facts import FACTS
from zhucan.policy.parameters import PARAMETERS
from zhucan.policy.schemes import Condition, Relation, Scheme, Source, require
from zhucan.policy.subsidies import living_allowance, nursing_subsidy

TESTS = Path(__file__).parents[1]

# The rules of the two subsidies in the fact base. Numbers between that are missing here are not in use there.
RULES = tuple(
    f"TS-{number:02}"
    for first, last in ((1, 6), (10, 22), (30, 33), (35, 37), (40, 49), (50, 54))
    for number in range(first, last + 1)
)
EXAMPLES = (
    *(f"TS-E{number:02}" for number in range(1, 25)),
    *(f"DC-E{number:02}" for number in range(1, 21)),
    *(f"AS-E{number:02}" for number in range(1, 18)),
    *(f"EM-E{number:02}" for number in range(1, 17)),
    *(f"HO-E{number:02}" for number in range(1, 15)),
    *(f"CA-E{number:02}" for number in (*range(1, 11), 13, 14)),  # 11 and 12 are stars, judged of a facility
    *(f"CAL-{number}" for number in range(2, 6)),  # CAL-1, the time zone, is told by the settings
)
_RULE = re.compile(r"TS-(\d\d)(?: to TS-(\d\d))?")


def rules_named(text: str) -> set[str]:
    """Return the rules that a text names, with those inside a range."""
    found: set[str] = set()
    for match in _RULE.finditer(text):
        first, last = int(match[1]), int(match[2] or match[1])
        found |= {f"TS-{number:02}" for number in range(first, last + 1)}
    return found


@pytest.mark.parametrize(
    "module", [living_allowance, nursing_subsidy], ids=lambda module: module.__name__.split(".")[-1]
)
def test_the_docstring_places_every_rule_or_says_why_it_is_not_modelled(module):
    modelled, _, left_out = (module.__doc__ or "").partition("Not modelled:")

    assert left_out, "no list of what is not modelled"
    assert set(RULES) - rules_named(modelled) - rules_named(left_out) == set()
    for entry in re.split(r"\n- ", left_out)[1:]:
        assert re.search(r"[:,] |belong", entry), f"no reason: {entry}"


def _written_in_tests() -> str:
    parts = []
    for path in sorted(TESTS.rglob("*")):
        if path.suffix == ".py" and path != Path(__file__):
            parts += re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
        elif path.suffix == ".yaml":
            parts += re.findall(r"- name: (.*)", path.read_text(encoding="utf-8"))
    parts += re.findall(r"def (test_\w+)", Path(__file__).read_text(encoding="utf-8"))
    return "\n".join(parts).replace("_", "-")


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_the_fact_base_is_a_test_under_its_id(example: str):
    assert re.search(rf"{example}\b", _written_in_tests())


def test_TS_E24_a_cross_province_application_is_pushed_decided_and_told_in_sixteen_working_days():
    complete = date(2025, 3, 28)

    pushed = add_working_days(complete, 3)
    decided = add_working_days(pushed, 10)
    told = add_working_days(decided, 3)

    assert (pushed, decided, told) == (date(2025, 4, 2), date(2025, 4, 17), date(2025, 4, 22))
    assert add_working_days(complete, 16) == told


def test_an_unknown_scheme_is_refused_naming_those_there_are():
    with pytest.raises(UnknownScheme, match="没有项目 heating：可用的有 living-allowance"):
        scheme("heating")


def test_both_subsidies_stand_together_and_are_no_income():
    for one, other in (("living-allowance", "护理补贴"), ("nursing-subsidy", "生活补贴")):
        relations = {(item.relation, item.label) for item in scheme(one).overlaps}

        assert any(relation is Relation.STACK and other in label for relation, label in relations)  # TS-10
        assert any(relation is Relation.DISREGARD for relation, _ in relations)  # TS-17


def test_every_condition_has_a_label_a_source_and_a_known_cause():
    for item in SCHEMES:
        for condition in item.conditions:
            assert condition.label
            assert condition.source
            named = [condition.cause] if isinstance(condition.cause, str) else _texts(condition.cause)
            assert set(named) <= set(causes.LABELS), condition.label


def _texts(expr: Expr) -> list[str]:
    """Return the texts that an expression over conditions can be."""
    *pairs, default = expr.args
    return [part.value for part in (*pairs[1::2], default)]


def test_labels_are_told_apart_and_conditions_presuppose_earlier_ones():
    for item in SCHEMES:
        assert len(set(item.labels)) == len(item.labels)
        for place, condition in enumerate(item.conditions):
            assert not condition.given or condition.given in item.labels[:place]


def test_what_a_scheme_reads_is_declared():
    facts = {fact.name for fact in FACTS}
    for item in SCHEMES:
        assert set(item.columns("fact")) <= facts
        assert set(item.columns("parameter")) <= set(PARAMETERS)


def test_what_ends_an_award_is_the_same_for_both_subsidies():
    ends = [[c.label for c in scheme(one).conditions if c.reapply] for one in ("living-allowance", "nursing-subsidy")]

    assert ends[0] == ends[1] == ["本人在世", "户籍在发放县", "持有有效残疾人证", "正在监狱服刑"]
    assert scheme("living-allowance").reapply_mask == 0b1111


def test_a_number_that_is_not_verified_is_not_printed():
    assert str(Source("关于某事的意见", "2022", "民发〔2022〕79号", number_verified=False)) == "《关于某事的意见》"
    assert str(Source("关于某事的意见", "2015", "国发〔2015〕52号")) == "《关于某事的意见》（国发〔2015〕52号）"


def test_a_scheme_whose_amount_is_not_rounded_money_is_refused():
    condition = require("总是", literal(True), source="例", cause="error")
    for amount in (literal(1), _unrounded()):
        with pytest.raises(ExpressionError, match="the amount must be money"):
            Scheme(id="x", name="例", sources=(), conditions=(condition,), amount=amount)


def _unrounded() -> Expr:
    return Expr("times", Kind.MONEY, (unknown_of(Kind.MONEY), unknown_of(Kind.RATE)), scale=4)


def test_a_scheme_with_more_conditions_than_a_mask_holds_is_refused():
    conditions = tuple(Condition(f"条件 {number}", literal(True), "例", "error") for number in range(63))

    with pytest.raises(ExpressionError, match="more conditions than a mask holds"):
        Scheme(id="x", name="例", sources=(), conditions=conditions, amount=unknown_of(Kind.MONEY))
