"""What is known for everybody is worked into the rules without changing what they say."""

import random
from datetime import date, timedelta

import pytest

from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.expressions import Kind, choose, column, literal, unknown_of
from zhucan.policy.facts import BY_NAME, settled_facts
from zhucan.policy.folding import fold
from zhucan.policy.parameters import PARAMETERS
from zhucan.policy.python import compile_expressions
from zhucan.policy.schemes import Scheme

_YES, _NO, _UNKNOWN = literal(True), literal(False), unknown_of(Kind.BOOL)
_ASKED = column("fact", "jobless", Kind.BOOL)


def _value(rng: random.Random, kind: Kind) -> object:
    if rng.random() < 0.25:
        return None
    return {
        Kind.BOOL: lambda: rng.random() < 0.5,
        Kind.INT: lambda: rng.choice([0, 1, 2, 4, 12, 60]),
        Kind.MONEY: lambda: rng.choice([0, 1, 9_999, 120_000]),
        Kind.RATE: lambda: rng.choice([0, 3_333, 5_000, 10_000]),
        Kind.DATE: lambda: date(2020, 2, 29) + timedelta(days=rng.randrange(2500)),
        Kind.TEXT: lambda: rng.choice(["none", "dibao", "primary", "residential"]),
    }[kind]()


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda item: item.id)
def test_a_rule_says_the_same_with_some_of_it_known_beforehand(scheme: Scheme):
    rng = random.Random(scheme.id)
    rules = [*(condition.met for condition in scheme.conditions), scheme.amount]
    kinds = {("fact", name): BY_NAME[name].kind for name in scheme.columns("fact")}
    kinds |= {("parameter", name): PARAMETERS[name].kind for name in scheme.columns("parameter")}
    plain = compile_expressions(rules, ("fact", "parameter"))
    for share in (0.3, 0.8, 1.0):
        values = {column: _value(rng, kind) for column, kind in kinds.items()}
        known = {column: value for column, value in values.items() if rng.random() < share}

        folded = [fold(rule, known) for rule in rules]

        rest = [
            {
                name: value
                for (where, name), value in values.items()
                if where == namespace and (where, name) not in known
            }
            for namespace in ("fact", "parameter")
        ]
        whole = [
            {name: value for (where, name), value in values.items() if where == namespace}
            for namespace in ("fact", "parameter")
        ]
        assert compile_expressions(folded, ("fact", "parameter"))(*rest) == plain(*whole)
        assert [rule.scale for rule in folded] == [rule.scale for rule in rules]
        if share == 1.0:
            assert {rule.op for rule in folded} == {"const"}


def test_logic_is_settled_as_far_as_what_is_known_goes():
    assert fold(_ASKED & _NO, {}).value is False
    assert fold(_ASKED | _YES, {}).value is True
    assert fold(_ASKED & _YES, {}) is _ASKED
    assert fold(_ASKED & _UNKNOWN, {}).op == "and"  # still no, where the other is
    assert fold(_UNKNOWN & _UNKNOWN, {}).value is None
    assert fold(choose((_UNKNOWN, 1), (_ASKED, 2), (_YES, 3), default=4), {}).args[-1].value == 3


def test_the_day_and_what_only_an_application_tells_are_settled_and_an_age_is_not():
    day = date(2025, 8, 31)
    frame = {"division": "330499000000", "on_day": day, "expiry_after": day, "month_first": day, "applied_on": None}

    settled = settled_facts(frame)

    assert settled["judged_on"] == day
    assert settled["applied_on"] is None
    assert {fact.name for fact in BY_NAME.values() if fact.asked and not fact.relation} <= settled.keys()
    assert "age" not in settled
