"""Accident insurance for persons of working age who can work: the policy, the insured by rule, and what the insurer paid."""

from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests.county import County, told
from zhucan.cases.finding import List, look
from zhucan.core.errors import ZhucanError
from zhucan.delivery import accidents
from zhucan.delivery.accidents import AccidentRefused
from zhucan.delivery.models import AccidentClaim, AccidentPolicy, Relief
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.orgs.standards import set_standard
from zhucan.registry.findings import set_finding
from zhucan.registry.models import Insurance, Person

pytestmark = pytest.mark.django_db

START, END = date(2025, 3, 1), date(2026, 3, 1)
AT = moment(date(2025, 3, 2))


def _person(county: County, born: date = date(1985, 3, 2), can_work: str = "是") -> Person:
    made = county.person(born=born)
    county.certify(made, "physical", 3)
    if can_work:
        set_finding(person=made, day=date(2025, 1, 1), kind="can_work", said=can_work, witness=told("2025-01-02"))
    return made


def _open(county: County, number: str = "PA-2025-1", **more: Any) -> AccidentPolicy:
    said: dict[str, Any] = {
        "division": county.a, "insurer": "示例财险", "number": number, "premium_fen": 10000, "payer": "government",
        "starts_on": START, "ends_on": END, "at": AT, "by": None,
    }  # fmt: skip
    return accidents.open_policy(**said | more)


@pytest.fixture
def offering(county: County) -> County:
    for name, value in (("accident_insurance_offered", "true"), ("accident_insurance_premium", "100.00")):
        set_standard(
            name=name, place=county.a.code, value=value, valid_from=date(2025, 1, 1), document="示例县文件",
            at=moment(date(2025, 1, 2)), by=None,
        )  # fmt: skip
    return county


def _figure(name: str, place: str = "330499", year: int = 2025) -> Any:
    return engine.figure(name, place, Period.year(year)).value


def test_s048_the_list_is_built_by_rule_and_persons_insured_and_claims_paid_are_told_by_county(offering: County):
    county = offering
    young, old = _person(county, born=date(2009, 3, 1)), _person(county, born=date(1965, 3, 2))
    _person(county, born=date(2009, 3, 2))  # sixteen the day after
    _person(county, born=date(1965, 2, 28))  # sixty
    unable, unknown = _person(county, can_work="否"), _person(county, can_work="")
    policy = _open(county)

    found = accidents.due(policy, day=START, at=AT)
    assert (set(found.people), found.unknown) == ({young.pk, old.pk}, 1)
    assert accidents.insure(policy=policy, day=START, at=AT, by=None) == 2
    assert accidents.insure(policy=policy, day=START, at=AT, by=None) == 0  # everybody is
    assert {one.person_id for one in accidents.insured(policy)} == {young.pk, old.pk}
    spell = Insurance.objects.as_known().get(person=young)
    assert (spell.kind, spell.payer, spell.valid_from, spell.valid_to) == ("accident", "government", START, END)
    lists = look(division=county.a, on=START, known_at=AT, schemes=["accident-insurance"])
    assert not [row for row in lists.rows if row.list is List.ENTITLED]
    later = moment(date(2025, 6, 2))
    set_finding(person=unknown, day=date(2025, 6, 1), kind="can_work", said="是", witness=told("2025-06-01"))
    assert (
        accidents.insure(policy=policy, day=date(2025, 6, 1), at=later, by=None) == 2
    )  # who comes to it within the period

    relief = accidents.insured(policy).get(person=old)
    paid = moment(date(2025, 9, 1))
    said = {"relief": relief, "accident_on": date(2025, 7, 1), "paid_on": date(2025, 8, 15), "at": paid, "by": None}
    accidents.claim(amount_fen=123456, **said)
    wrong = accidents.claim(amount_fen=100, **said | {"paid_on": date(2025, 8, 20)})
    accidents.retract_claim(claim=wrong, reason="登记到别人名下", at=paid, by=None)

    assert [_figure("accident-insurance-insured", place) for place in ("330499", "330498", "3304")] == [4, 0, 4]
    assert _figure("insured-accident") == 4
    assert _figure("accident-insurance-amount") == Decimal("400.00")  # the premiums
    assert [_figure("accident-insurance-claim-amount", place) for place in ("330499", "330498", "3304")] == [
        Decimal("1234.56"), Decimal(0), Decimal("1234.56"),
    ]  # fmt: skip
    assert (_figure("accident-insurance-claims"), _figure("accident-insurance-claimants")) == (1, 1)
    parts = engine.breakdown("accident-insurance-claim-amount", "3304", Period.year(2025), "division")
    assert {part.key: part.value for part in parts if part.value} == {county.a.code: Decimal("1234.56")}
    (record,) = engine.records("accident-insurance-claims", "330499", Period.year(2025))
    assert (record.person_id, record.detail) == (old.pk, "残疾人意外伤害保险 2025-07-01 出险，2025-08-15 赔付")
    assert unable.pk not in {one.person_id for one in accidents.insured(policy)}


def test_a_renewed_policy_goes_on_where_the_last_one_ended(offering: County):
    person = _person(offering)
    accidents.insure(policy=_open(offering), day=START, at=AT, by=None)
    again = _open(offering, "PA-2026-1", starts_on=END, ends_on=date(2027, 3, 1))
    assert accidents.insure(policy=again, day=END, at=moment(date(2026, 3, 2)), by=None) == 1
    spells = Insurance.objects.as_known().filter(person=person).order_by("valid_from")
    assert [(one.valid_from, one.valid_to) for one in spells] == [(START, END), (END, date(2027, 3, 1))]


def test_what_cannot_be_is_refused_and_changes_nothing(offering: County):
    person = _person(offering)
    policy = _open(offering)
    for more, why in (
        ({}, "已经登记过"),
        ({"number": "2", "premium_fen": 0}, "大于 0"),
        ({"number": "2", "ends_on": START}, "不晚于"),
        ({"number": "=2"}, "保单号"),
        ({"number": "2", "payer": "nobody"}, "缴费方"),
    ):
        with pytest.raises(AccidentRefused, match=why):
            _open(offering, **more)
    with pytest.raises(AccidentRefused, match="不在保险期间"):
        accidents.insure(policy=policy, day=date(2025, 2, 28), at=AT, by=None)
    with pytest.raises(AccidentRefused, match="还没有到"):
        accidents.insure(policy=policy, day=date(2025, 4, 1), at=AT, by=None)
    accidents.insure(policy=policy, day=START, at=AT, by=None)
    said: dict[str, Any] = {
        "relief": Relief.objects.get(person=person), "accident_on": date(2025, 3, 1), "paid_on": date(2025, 3, 2),
        "amount_fen": 1, "at": AT, "by": None,
    }  # fmt: skip
    for more, why in (
        ({"accident_on": date(2025, 2, 28)}, "不在这个人的保险期间"),
        ({"paid_on": date(2025, 2, 28)}, "早于出险日期"),
        ({"paid_on": date(2025, 3, 3)}, "还没有到"),
        ({"amount_fen": 0}, "大于 0"),
    ):
        with pytest.raises(AccidentRefused, match=why):
            accidents.claim(**said | more)
    made = accidents.claim(**said)
    with pytest.raises(AccidentRefused, match="已经登记过"):
        accidents.claim(**said)
    accidents.retract_claim(claim=made, reason="重复", at=AT, by=None)
    with pytest.raises(AccidentRefused, match="已经撤回"):
        accidents.retract_claim(claim=made, reason="重复", at=AT, by=None)
    assert AccidentClaim.objects.filter(retracted_at=None).count() == 0
    assert AccidentPolicy.objects.count() == 1


def test_a_county_that_does_not_offer_it_insures_nobody(county: County):
    with pytest.raises(AccidentRefused, match="没有开展"):
        accidents.due(_open(county), day=START, at=AT)


def test_the_command_does_the_same(offering: County):
    person = _person(offering)
    out = StringIO()
    at = {"division": "330499", "stdout": out}
    call_command(
        "accident", "policy", "示例财险", "A1", "--premium", "100", "--from", "2025-03-01", "--to", "2026-03-01", **at
    )
    key = AccidentPolicy.objects.get().pk
    call_command("accident", "due", str(key), **at)
    call_command("accident", "insure", str(key), **at)
    call_command("accident", "insured", str(key), **at)
    call_command(
        "accident", "claim", str(key), str(person.pk), "--accident-on", "2025-07-01", "--paid-on", "2025-08-15", "--amount",
        "88.50", **at,
    )  # fmt: skip
    call_command("accident", "retract", str(AccidentClaim.objects.get().pk), "--reason", "登记错了", **at)
    told_ = out.getvalue()
    for said in ("应保、还没有保的 1 人", "已登记参保 1 人", "2025-03-01 至 2026-03-01（不含）", "88.50 元", "已撤回"):
        assert said in told_
    with pytest.raises((ZhucanError, SystemExit, Exception), match="没有编号"):
        call_command("accident", "insured", "999999", **at)
