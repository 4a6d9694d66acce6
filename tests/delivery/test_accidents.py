"""Accident insurance for persons of working age who can work: the policy, the insured by rule, and what the insurer paid."""

from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.county import County, told
from tests.given import grant
from zhucan.cases.finding import List, look
from zhucan.core.errors import ZhucanError
from zhucan.delivery import accidents
from zhucan.delivery.accidents import AccidentRefused
from zhucan.delivery.checks import faults
from zhucan.delivery.models import AccidentClaim, AccidentPolicy, Relief
from zhucan.delivery.reliefs import begin_all, end
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.orgs.standards import set_standard
from zhucan.policy.catalogue import scheme
from zhucan.registry.findings import set_finding, set_insurance
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


def test_a_claim_is_reported_decided_and_paid_or_refused_and_only_paid_ones_count(offering: County):
    _person(offering)
    policy = _open(offering)
    accidents.insure(policy=policy, day=START, at=AT, by=None)
    relief, told_ = policy.insured.get(), {"at": moment(date(2025, 9, 1)), "by": None}

    one = accidents.claim(relief=relief, accident_on=date(2025, 7, 1), reported_on=date(2025, 7, 3), **told_)
    for more in ({"reported_on": date(2025, 7, 4)}, {"paid_on": date(2025, 8, 1), "amount_fen": 100}):
        with pytest.raises(AccidentRefused, match="已经报案"):  # the same accident
            accidents.claim(relief=relief, accident_on=date(2025, 7, 1), **more, **told_)
    with pytest.raises(AccidentRefused, match="还没有核定"):
        accidents.pay_claim(claim=one, paid_on=date(2025, 8, 1), **told_)
    for more, why in (
        ({"decided_on": date(2025, 7, 2), "amount_fen": 1}, "早于 2025-07-03"), ({"decided_on": date(2025, 7, 9)}, "写一样"),
        ({"decided_on": date(2025, 7, 9), "amount_fen": 1, "refusal": "免责"}, "写一样"),
    ):  # fmt: skip
        with pytest.raises(AccidentRefused, match=why):
            accidents.decide_claim(claim=one, **more, **told_)
    accidents.decide_claim(claim=one, decided_on=date(2025, 7, 20), amount_fen=80_000, **told_)
    other = accidents.claim(relief=relief, accident_on=date(2025, 8, 1), reported_on=date(2025, 8, 1), **told_)
    refused = accidents.decide_claim(claim=other, decided_on=date(2025, 8, 9), refusal="不属于保险责任", **told_)
    with pytest.raises(AccidentRefused, match="拒赔"):
        accidents.pay_claim(claim=other, paid_on=date(2025, 8, 10), **told_)
    assert (_figure("accident-insurance-claims"), refused.state) == (0, "拒赔")

    paid = accidents.pay_claim(claim=one, paid_on=date(2025, 8, 1), **told_)
    assert (paid.state, _figure("accident-insurance-claims")) == ("已赔付", 1)
    assert _figure("accident-insurance-claim-amount") == Decimal("800.00")


def test_ending_one_insured_early_ends_the_enrolment_with_it(offering: County):
    person = _person(offering)
    policy = _open(offering)
    accidents.insure(policy=policy, day=START, at=AT, by=None)
    end(relief=policy.insured.get(), on=date(2025, 6, 1), reason="迁出", at=moment(date(2025, 6, 2)), by=None)

    spell = Insurance.objects.as_known().get(person=person)
    assert (spell.valid_from, spell.valid_to) == (START, date(2025, 6, 1))


def test_many_are_insured_at_once_with_what_some_had_before(offering: County):
    new, held, later = (_person(offering) for _ in range(3))
    witness = told("2025-02-02")
    set_insurance(person=held, day=date(2025, 2, 1), kind="accident", witness=witness)  # by somebody else, open
    policy = _open(offering)
    next_year = _open(offering, "PA-2025-2", starts_on=date(2025, 3, 2), ends_on=date(2027, 3, 1))
    begin_all(
        awards=[grant(offering, later, scheme("accident-insurance"), 10_000, "2025-03-02")], valid_from=date(2025, 3, 2),
        valid_to=next_year.ends_on, amount_fen=10_000, policy=next_year, at=AT, by=None,
    )  # fmt: skip

    with CaptureQueriesContext(connection) as few:
        assert accidents.insure(policy=policy, day=START, at=AT, by=None) == 2  # the third is insured soon enough
    spells = {
        one.person_id: (one.valid_from, one.valid_to, one.payer) for one in Insurance.objects.as_known().on(START)
    }
    assert spells == {new.pk: (START, END, "government"), held.pk: (START, END, "government")}
    assert not list(faults())

    more = [_person(offering) for _ in range(6)]
    with CaptureQueriesContext(connection) as many:
        assert accidents.insure(policy=policy, day=START, at=AT, by=None) == len(more)
    assert len(many) <= len(few)  # as many questions for six as for two


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
        ({"paid_on": date(2025, 2, 28)}, "早于 2025-03-01"),
        ({"paid_on": date(2025, 3, 3)}, "还没有到"),
        ({"amount_fen": 0}, "大于 0"),
        ({"amount_fen": None}, "一起写"),
        ({"amount_fen": None, "paid_on": None}, "没有写报案日期"),
        ({"reported_on": date(2025, 2, 28)}, "早于 2025-03-01"),
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
