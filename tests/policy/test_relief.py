"""Relief, employment, homes, travel and care: worked examples that are no single decision, and what always holds."""

import csv
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policy.worked import CASES
from zhucan.core.calendar import add_working_days
from zhucan.core.months import Month
from zhucan.policy import assistance, care, employment, housing, transport
from zhucan.policy.assistance.dibao import first_paid_month
from zhucan.policy.assistance.premiums import to_refund
from zhucan.policy.assistance.tekun import care_tier
from zhucan.policy.care.vouchers import settle
from zhucan.policy.cases import Case, decided
from zhucan.policy.catalogue import MONTHLY, SCHEMES, scheme
from zhucan.policy.employment.farming_grant import of_large_livestock
from zhucan.policy.employment.loan_interest import loan_interest, lpr_on
from zhucan.policy.employment.public_post import public_benefit_post
from zhucan.policy.employment.retirement import MEN, WOMEN_50, WOMEN_55, months_to_retirement, retirement_month
from zhucan.policy.employment.startup_grant import recoverable
from zhucan.policy.engine import Outcome, decide, reckon
from zhucan.policy.expressions import Kind, column
from zhucan.policy.facts import complete, facts_of
from zhucan.policy.housing.sanctions import Offence, fine_for
from zhucan.policy.parameters import PARAMETERS, baseline, resolve, value_of
from zhucan.policy.python import compile_expressions
from zhucan.policy.reckoning import by_month, standards
from zhucan.policy.schemes import ClaimError, Group, Scheme
from zhucan.policy.steps import WORKS

DEMO = "330499"


def params(day: date = date(2025, 6, 1), place: str = DEMO, **switches: str) -> dict[str, Any]:
    return resolve(baseline(), place, day) | {name: value_of(name, text) for name, text in switches.items()}


def _case(start: str, **changes: Any) -> Case:
    (found,) = (case for case in CASES if case.name.startswith(start))
    return replace(found, **changes) if changes else found


# --- worked examples that are no single decision -------------------------------------------------------------------


def test_AS_E07_dibao_confirmed_in_june_is_paid_from_july_at_the_standard_of_july():
    july = first_paid_month(date(2025, 6, 24))

    assert july == Month(2025, 7)
    assert decided(_case("AS-E07")).amount == Decimal("1150.00")
    assert _case("AS-E07").on == july.first


def test_AS_E08_thirty_working_days_from_the_first_of_september_end_on_the_seventeenth_of_october():
    assert add_working_days(date(2025, 9, 1), 30) == date(2025, 10, 17)


def test_AS_E09_dibao_and_the_extra_for_the_severe_make_1320():
    total = sum((decided(case).amount or 0) for case in CASES if case.name.startswith("AS-E09"))

    assert total == Decimal("1320.00")


@pytest.mark.parametrize(
    ("not_done", "tier"), [(0, "self"), (1, "partly"), (3, "partly"), (4, "wholly"), (6, "wholly")]
)
def test_AS_E12_self_care_is_lost_partly_from_one_thing_and_wholly_from_four(not_done: int, tier: str):
    assert compile_expressions([care_tier], ("fact",))({"self_care_lost": not_done}) == (tier,)


@pytest.mark.parametrize(
    ("own", "premium", "subsidy", "back"),
    [(20000, 20000, 20000, 20000), (0, 20000, 20000, 0), (20000, 20000, 10000, 10000), (5000, 20000, 10000, 0)],
)
def test_AS_E14_what_was_paid_before_comes_back_as_far_as_the_premium_is_paid_twice(own, premium, subsidy, back):
    assert to_refund(own, premium, subsidy) == back


@pytest.mark.parametrize(
    ("start", "last"), [("EM-E12", Month(2029, 4)), ("EM-E13", Month(2028, 2))],
)  # fmt: skip
def test_EM_E12_and_EM_E13_a_placement_runs_to_retirement_or_three_years(start: str, last: Month):
    case = _case(start)
    (months,) = compile_expressions([public_benefit_post.quantity], ("fact", "parameter"))(case.facts, params(case.on))

    assert Month.from_index(Month.of(case.on).index + months - 1) == last


def test_EM_E15_a_grant_of_a_business_closed_after_seven_months_is_recovered_in_part():
    required = params()["startup_recovery_months"]

    assert recoverable(500000, 7, required) == 208333
    assert recoverable(500000, 12, required) == 0
    assert recoverable(500000, 0, required) == 500000


def test_LQ_E20_a_man_of_march_1966_retires_in_july_2026():
    assert retirement_month(date(1966, 3, 9), MEN) == Month(2026, 7)


@pytest.mark.parametrize(
    ("born", "schedule", "month"),
    [
        (date(1964, 12, 31), MEN, Month(2024, 12)),
        (date(1965, 1, 1), MEN, Month(2025, 2)),
        (date(1976, 9, 1), MEN, Month(2039, 9)),
        (date(1990, 1, 1), MEN, Month(2053, 1)),
        (date(1970, 1, 1), WOMEN_55, Month(2025, 2)),
        (date(1975, 1, 1), WOMEN_50, Month(2025, 2)),
        (date(1990, 1, 1), WOMEN_50, Month(2045, 1)),
    ],
)
def test_LQ_17_the_age_rises_by_birth_month_up_to_its_most(born: date, schedule, month: Month):
    assert retirement_month(born, schedule) == month


@given(st.dates(date(1940, 1, 1), date(2010, 12, 31)), st.dates(date(2020, 1, 1), date(2070, 1, 1)), st.sampled_from([("male", None, MEN), ("female", "55", WOMEN_55), ("female", "50", WOMEN_50)]))  # fmt: skip
def test_LQ_17_the_expression_and_the_function_name_the_same_month(born: date, on: date, who):
    sex, woman, schedule = who
    kinds = {"born": Kind.DATE, "sex": Kind.TEXT, "woman": Kind.TEXT, "on": Kind.DATE}
    expr = months_to_retirement(*(column("t", name, kind) for name, kind in kinds.items()))

    (months,) = compile_expressions([expr], ("t",))({"born": born, "sex": sex, "woman": woman, "on": on})

    assert Month.of(on).index + months == retirement_month(born, schedule).index


def test_HO_E13_a_blocked_ramp_is_fined_by_the_department_and_only_when_not_corrected():
    fine = fine_for(Offence.OCCUPIED_OR_ALTERED, unit=True, corrected_in_time=False)

    assert fine is not None
    assert (fine.least, fine.most) == (Decimal("10000"), Decimal("30000"))
    assert "主管部门" in fine.authority
    assert "残联" not in fine.authority
    assert fine_for(Offence.OCCUPIED_OR_ALTERED, unit=True, corrected_in_time=True) is None


def test_HO_24_individuals_and_telecoms_have_ranges_of_their_own():
    person = fine_for(Offence.NOT_MAINTAINED, unit=False, corrected_in_time=False)
    telecom = fine_for(Offence.TELECOM_SERVICE, unit=True, corrected_in_time=False)

    assert person is not None
    assert telecom is not None
    assert (person.least, person.most) == (Decimal("100"), Decimal("500"))
    assert (telecom.least, telecom.most) == (Decimal("10000"), Decimal("100000"))
    assert fine_for(Offence.TELECOM_SERVICE, unit=False, corrected_in_time=False) is None
    assert all(offence.label for offence in Offence)


def _home_care_facts(month: Month) -> dict[str, Any]:
    """Return the facts of somebody whose home care was approved on 18 March 2025, applied for on the 3rd."""
    clocks = {"person_id": 1, "valid_to": None, "recorded_at": None, "retracted_at": None}
    since = date(2020, 1, 1)
    card = {
        **clocks,
        "valid_from": since,
        "category": "mental",
        "grade": 2,
        "status": "valid",
        "expires": date(2030, 1, 1),
    }
    told = (("needs_care", 1, "", since), ("jobless", 1, "", since), ("care_form", None, "home", date(2025, 3, 18)))
    applied = date(2025, 3, 3)
    on = applied if month == Month.of(applied) else month.first - timedelta(days=1)
    return facts_of(
        {
            "person": [{"person_id": 1, "born": date(1990, 1, 1), "sex": "male"}],
            "certificate": [card],
            "component": [card],
            "residence": [{**clocks, "valid_from": since, "division": "330499101201"}],
            "finding": [
                {**clocks, "kind": kind, "number": number, "word": word, "valid_from": start}
                for kind, number, word, start in told
            ],
        },
        on=on,
        expiry_after=on - timedelta(days=1),
        month=month,
        division="330499000000",
        applied_on=applied,
    )


def test_CA_E08_home_care_approved_in_march_is_paid_from_april_on():
    chosen = scheme("home-care")
    by_month_ = {
        month: decide(_home_care_facts(month), params(month.first), (chosen,))[chosen.id].amount
        for month in (Month(2025, 3), Month(2025, 4), Month(2025, 5))
    }

    assert list(by_month_.values()) == [Decimal("0.00"), Decimal("200.00"), Decimal("200.00")]


def test_CA_E09_eight_hours_carry_into_february_and_two_into_march_and_nothing_lapses():
    rows = settle({Month(2025, 1): 220000, Month(2025, 2): 360000}, params())

    assert [row.amount_fen for row in rows] == [55000, 90000]
    assert [row.carried for row in rows] == [80000, 20000]
    assert [row.lapsed for row in rows] == [0, 0]


def test_CA_24_hours_older_than_a_month_lapse():
    rows = settle({Month(2025, 1): 0, Month(2025, 3): 0}, params())

    assert [row.carried for row in rows] == [300000, 300000, 300000]
    assert [row.lapsed for row in rows] == [0, 300000, 300000]
    assert settle({}, params()) == []


def test_CA_E13_twelve_persons_in_home_care_are_7200_a_year_at_the_least():
    assert (decided(_case("CA-E13")).amount or 0) * 12 == Decimal("7200.00")


# --- what always holds ---------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8))
def test_voucher_hours_are_used_carried_or_lapsed_and_never_lost(wanted: list[int]):
    numbers, used, carried = params(), {}, 0
    for offset, hours in enumerate(wanted):
        month = Month.from_index(Month(2025, 1).index + offset)
        used[month] = min(hours * 10**4, 30 * 10**4 + carried)
        carried = settle(used, numbers)[-1].carried

    rows = settle(used, numbers)

    assert sum(row.used + row.lapsed for row in rows) + rows[-1].carried == len(rows) * 30 * 10**4
    assert all(0 <= row.carried <= 30 * 10**4 for row in rows)


@given(st.integers(1, 300000), st.integers(1, 9999), st.integers(2, 360), st.data())
def test_splitting_a_stretch_of_a_loan_changes_nothing(balance: int, rate: int, days: int, data):
    start = date(2025, 1, 1)
    cut = start + timedelta(days=data.draw(st.integers(1, days - 1)))
    stop = start + timedelta(days=days)
    facts = complete({"loan_contract_on": start, "loan_disbursed_on": start})

    def worth(*edges: date) -> int:
        items = [{"start": a, "end": b, "balance": balance * 100, "rate": rate} for a, b in pairwise(edges)]
        return reckon(loan_interest, items, facts, params()).amount_fen

    assert worth(start, cut, stop) == worth(start, stop)
    assert worth(start, stop) <= balance * 100


@given(st.integers(0, 400))
def test_marginal_bands_never_fall_and_whole_bands_fall_only_at_a_boundary(heads: int):
    marginal, whole = params(farm_band_rule="marginal"), params()

    assert of_large_livestock(heads + 1, marginal) > of_large_livestock(heads, marginal)
    if heads not in (9, 50):
        assert of_large_livestock(heads + 1, whole) > of_large_livestock(heads, whole)


@given(st.integers(0, 10**7), st.integers(0, 30), st.integers(1, 24))
def test_never_more_than_the_grant_is_recovered_and_never_less_than_nothing(grant: int, run: int, required: int):
    assert 0 <= recoverable(grant, run, required) <= grant


def test_the_lpr_is_that_published_before_the_day():
    assert lpr_on(date(2024, 10, 20)) is None
    assert lpr_on(date(2024, 10, 21)) == 310
    assert lpr_on(date(2025, 5, 19)) == 310
    assert lpr_on(date(2025, 5, 20)) == 300


def test_a_standard_that_lacks_is_named_in_a_refused_claim():
    with pytest.raises(ClaimError, match="没有配置“最低工资标准”：请先"):
        standards(dict.fromkeys(PARAMETERS), "min_wage_monthly")
    with pytest.raises(ClaimError, match="2025年3月的考勤填了 2 次"):
        list(by_month([{"month": date(2025, 3, 1)}, {"month": date(2025, 3, 9)}], what="考勤", once=True))


def test_a_monthly_scheme_that_a_place_does_not_run_is_a_no_and_never_a_missing_standard():
    nothing = params(place="330497")
    off = [item for item in MONTHLY if item.switch]
    told = complete(
        {"certificate_valid": True, "grade_physical": 1, "hardship": "dibian", "no_fixed_income": True, "jobless": True}
    )

    assert {item.id for item in off} >= {"near-poor-supplement", "county-allowance", "home-care"}
    for item in off:
        decision = decide(told, nothing, (item,))[item.id]
        assert decision.outcome is Outcome.NO
        assert not decision.no_standard


# --- the declarations are whole --------------------------------------------------------------------------------------

PACKAGES = {"AS": assistance, "EM": employment, "HO": (housing, transport), "CA": care}
RULES = {
    "AS": ((1, 12), (20, 23), (30, 31), (40, 40), (60, 63)),
    "EM": ((1, 2), (10, 12), (20, 22), (30, 31), (40, 42), (50, 51), (60, 65), (70, 72)),
    "HO": ((1, 6), (10, 15), (20, 26), (30, 32), (40, 42)),
    "CA": ((1, 5), (10, 13), (20, 24), (30, 32), (40, 41)),
}


def _docstrings(prefix: str) -> list[str]:
    packages = PACKAGES[prefix]
    return [
        import_module(f"{package.__name__}.{module.name}").__doc__ or ""
        for package in (packages if isinstance(packages, tuple) else (packages,))
        for module in iter_modules(package.__path__)
    ]


@pytest.mark.parametrize("prefix", list(RULES))
def test_a_docstring_places_every_rule_or_says_why_it_is_not_modelled(prefix: str):
    wanted = {number for first, last in RULES[prefix] for number in range(first, last + 1)}
    found: set[int] = set()
    for text in _docstrings(prefix):
        for match in re.finditer(rf"{prefix}-(\d\d)a?(?: to {prefix}-(\d\d))?", text):
            found |= set(range(int(match[1]), int(match[2] or match[1]) + 1))

    assert wanted - found == set()


TOLD = [item for item in SCHEMES if item.summary]


def test_all_schemes_say_what_they_are_but_the_child_benefit_that_only_computes_a_difference():
    assert {item.id for item in SCHEMES} - {item.id for item in TOLD} == {"unattended-child-supplement"}


@pytest.mark.parametrize("item", TOLD, ids=lambda item: item.id)
def test_a_scheme_tells_its_cause_papers_and_rows_of_the_mission(item: Scheme):
    rows = csv.DictReader((Path(__file__).parents[2] / "docs/mission/systems.csv").open(encoding="utf-8"))

    assert set(item.systems) <= {row["id"] for row in rows}
    assert item.systems
    assert item.events or item.group is Group.REGISTRY  # one asks for a new card, no event in a life does
    assert item.materials
    assert item.fund or not item.administered
    assert len({one.code for one in item.materials}) == len(item.materials)
    if item.flow is WORKS:
        evidence = {code for step in WORKS.steps for code in step.evidence}
        assert evidence <= {one.code for one in item.materials}
