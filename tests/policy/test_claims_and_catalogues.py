"""What a single worked case cannot show: sums over cases, groups of which one is granted, the catalogues, the arithmetic."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.policy.worked import CASES
from zhucan.policy import certificates
from zhucan.policy.cases import Case, decided
from zhucan.policy.catalogue import SCHEMES, scheme
from zhucan.policy.devices import subsidy
from zhucan.policy.devices.catalogue import DEVICES, FUNCTIONS
from zhucan.policy.education import entry, grants, rewards, waivers
from zhucan.policy.engine import decide, reckon, shipped_parameters
from zhucan.policy.parameters import PARAMETERS, ParameterRow, baseline, resolve, value_of
from zhucan.policy.rehabilitation import child_rehabilitation, courses, items, mental, support, surgery, training
from zhucan.policy.schemes import ClaimError, Gives, Group

DAY = date(2025, 9, 10)


def named(example: str) -> list[Case]:
    """Return the worked cases of an example of the fact base."""
    return [case for case in CASES if case.name.startswith(example)]


def amount(case: Case) -> Decimal:
    found = decided(case).amount
    assert found is not None
    return found


@pytest.mark.parametrize(
    "example", [*(f"RH-E{number:02}" for number in range(1, 17)), *(f"ED-E{number:02}" for number in range(1, 15))]
)
def test_the_example_of_the_fact_base_is_a_case(example: str):
    assert named(example)


def test_RH_E11_two_kinds_of_devices_in_a_year_come_to_the_cap():
    assert sum(amount(case) for case in named("RH-E11")) == Decimal("12000.00")


def test_RH_E15_six_months_and_what_is_left_come_to_the_cap():
    left = next(case for case in named("RH-E15") if "第七个月" in case.name)

    assert 6 * Decimal("180.50") + amount(left) == Decimal("1200.00")


def test_ED_E02_two_grants_of_one_group_come_to_different_amounts():
    case = named("ED-E02")[0]

    decisions = decide(case.facts, shipped_parameters(case.division, case.on), grants.SCHEMES)

    own, child = (decisions[name].amount for name in ("disabled-student-grant", "child-of-disabled-grant"))
    assert own is not None
    assert child is not None
    assert own > child
    # `cases.weighing.better` grants the larger of a group
    assert {one.exclusive for one in grants.SCHEMES} == {"student-grant"}


@pytest.mark.parametrize(("example", "total"), [("ED-E05", "4000.00"), ("ED-E06", "6000.00")])
def test_ED_E05_ED_E06_grant_and_entrance_reward_come_together(example: str, total: str):
    assert sum(amount(case) for case in named(example)) == Decimal(total)


def test_ED_E10_three_years_and_four_add_up():
    school, university = (amount(case) for case in named("ED-E10"))

    assert 3 * school + 4 * university == Decimal("9000.00")


# --- the catalogues ------------------------------------------------------------------------------------------------


def test_the_medical_catalogue_has_47_items_each_with_a_rate_and_a_cap_to_be_set():
    assert len({item.code for item in items.CATALOGUE}) == len({item.name for item in items.CATALOGUE}) == 47
    for item in items.CATALOGUE:
        assert item.payer in items.PAYERS
        assert {f"item_{item.code}_rate", f"item_{item.code}_cap"} <= set(PARAMETERS)


def test_the_catalogue_of_a_place_grows_on_the_day_its_document_says():
    rows = [
        ParameterRow(f"item_{code}_{part}", "330499000000", begins, value, "某县目录")
        for code, begins in (("r01", date(2024, 1, 1)), ("r02", date(2024, 1, 1)), ("r03", date(2025, 7, 1)))
        for part, value in (("rate", "0.5"), ("cap", "60.00"))
    ]

    before = items.configured(resolve((*baseline(), *rows), "330499", date(2025, 6, 30)))
    after = items.configured(resolve((*baseline(), *rows), "330499", date(2025, 7, 1)))

    assert (len(before), len(after)) == (2, 3)


def test_every_device_has_its_scheme_its_parameters_and_its_function():
    functions = {item.code for item in FUNCTIONS}
    for device in DEVICES:
        assert scheme(device.scheme).gives is Gives.GOODS
        assert device.function in functions
        for part in ("offered", "cap", "years"):
            assert f"device_{device.code}_{part}" in PARAMETERS
    assert all(item.schemes for item in FUNCTIONS), "a function without a device"


def test_devices_of_one_function_stand_in_each_others_way():
    accepted = {name for item in (scheme("device-prosthesis-below-knee"), scheme("device-prosthesis-above-knee"))
                for name in item.columns("fact") if name.startswith("accepted_")}  # fmt: skip

    assert accepted == {"accepted_lower_prosthesis"}


# --- the claims ----------------------------------------------------------------------------------------------------

_FIELDS = (Group.REHABILITATION, Group.DEVICES, Group.EDUCATION)
_CLAIMED = [item for item in SCHEMES if item.claim is not None and item.group in _FIELDS]


@pytest.mark.parametrize("item", _CLAIMED, ids=lambda item: item.id)
def test_a_claim_without_items_or_below_zero_is_refused(item):
    case = next(case for case in CASES if case.scheme == item.id and case.items and case.expect.refused is None)
    params = resolve(baseline(), case.division, case.on)
    params |= {name: value_of(name, text) for name, text in case.switches.items()}
    money = next(field.name for field in item.claim.fields if field.kind.value in ("money", "int"))

    with pytest.raises(ClaimError, match="至少填一"):
        reckon(item, [], case.facts, params)
    with pytest.raises(ClaimError, match="负数"):
        reckon(item, [{**case.items[0], money: -1}], case.facts, params)


_CLAIMS = [case for case in CASES if case.items and scheme(case.scheme) in _CLAIMED]


@pytest.mark.parametrize("case", _CLAIMS, ids=lambda case: f"{case.scheme}-{case.name}")
def test_the_arithmetic_ends_in_the_amount_and_reads_as_chinese(case: Case):
    params = resolve(baseline(), case.division, case.on)
    params |= {name: value_of(name, text) for name, text in case.switches.items()}
    try:
        found = reckon(scheme(case.scheme), case.items or (), case.facts, params)
    except ClaimError as error:
        assert case.expect.refused
        told = [str(error)]
    else:
        assert f"{found.amount_fen // 100:,}.{found.amount_fen % 100:02d}" in found.working[-1]
        told = list(found.working)

    for line in told:
        assert not re.search(r"[A-Za-z_]{2,}|None", line), line


def test_earlier_grants_that_are_not_known_stop_a_claim():
    case = next(case for case in CASES if case.name == "RH-E06 出勤十二天按半月上限")

    with pytest.raises(ClaimError, match="本年度已批准的金额不明"):
        decided(replace(case, facts={**case.facts, "child_rehabilitation_granted": None}))


# --- the rules -----------------------------------------------------------------------------------------------------

_MODULES = (
    child_rehabilitation, training, courses, items, mental, surgery, support, subsidy, grants, rewards, waivers, entry,
    certificates,
)  # fmt: skip
_RULES = {
    "RH": (*range(1, 11), *range(20, 26), *range(30, 33), *range(40, 45)),
    "ED": (*range(1, 6), *range(10, 17)),
    "DC": (*range(30, 33), *range(40, 48)),
}


def _named(prefix: str, text: str) -> set[int]:
    found: set[int] = set()
    for match in re.finditer(rf"{prefix}-(\d\d)(?: to {prefix}-(\d\d))?", text):
        found |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    return found


@pytest.mark.parametrize("prefix", _RULES)
def test_every_rule_is_placed_or_said_not_to_be_modelled(prefix: str):
    told = "\n".join(module.__doc__ or "" for module in _MODULES)

    assert set(_RULES[prefix]) - _named(prefix, told) == set()


@pytest.mark.parametrize("module", _MODULES, ids=lambda module: module.__name__.removeprefix("zhucan.policy."))
def test_every_family_says_what_is_not_modelled(module):
    assert "Not modelled" in (module.__doc__ or "")


def test_what_a_place_must_switch_on_is_off_for_the_nation():
    nation = {row.parameter: row.value for row in baseline() if not row.division}

    for item in SCHEMES:
        assert not item.switch or nation[item.switch] == "false", item.id


def test_every_scheme_on_application_tells_the_public_what_it_is():
    for item in SCHEMES:
        if item.in_runs or not item.administered:
            continue
        assert item.summary.endswith("。"), item.id
        assert item.systems, item.id
        assert item.fund, item.id
        assert len({paper.code for paper in item.materials}) == len(item.materials), item.id
