"""Dibao for one person alone: awarded by civil affairs, taken in by register or page, and whom it misses found by the rule."""

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.county import County, told
from zhucan.cases import informing
from zhucan.cases.finding import List, Look, look
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.orgs.standards import set_standard
from zhucan.registry import services
from zhucan.registry.findings import set_finding
from zhucan.registry.models import Benefit, Person
from zhucan.registry.registers.importing import import_register

pytestmark = pytest.mark.django_db

ALONE, KIND = "single-person-dibao", "single_dibao"
DAY = date(2025, 9, 30)
AT = moment(date(2025, 10, 1))


def _needy(county: County, category: str, grade: int, *, family: str = "dibian", own: int = 0) -> Person:
    """Somebody of a family near poverty with an own income in fen a month."""
    made = county.person(born=date(1985, 3, 2))
    county.certify(made, category, grade)
    county.dibao(made, kind=family)
    services.set_own_income(person=made, day=date(2025, 1, 1), amount_fen=own, witness=told("2025-01-02"))
    set_finding(person=made, day=date(2025, 1, 1), kind="jobless", said="否", witness=told("2025-01-02"))
    return made


def _register(path: Path, *rows: tuple[str, ...], at: datetime = AT) -> Any:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("姓名", "身份证号", "救助种类", "月保障金", "享受起始日期", "退出日期"), *rows])
    return import_register(register="benefits", path=path, at=at, by=None, as_of=DAY, division="330499")


def _look(county: County) -> Look:
    return look(division=county.a, on=DAY, known_at=AT, schemes=[ALONE])


def _who(found: Look, wanted: List) -> set[int]:
    return {row.person_id for row in found.rows if row.list is wanted}


def _figure(name: str, month: str = "2025-09") -> Any:
    return engine.figure(f"{ALONE}-{name}", "330499", Period.month(Month.parse(month))).value


def test_s028_awards_and_amounts_come_by_register_and_the_rule_finds_who_is_not_yet_covered(
    county: County, tmp_path: Path
):
    set_standard(
        name="single_person_dependent", place="330499000000", value="true", valid_from=date(2025, 1, 1), document="示例县文件",
        at=moment(date(2025, 1, 2)), by=None,
    )  # fmt: skip
    severe = _needy(county, "physical", 2)
    three = _needy(county, "mental", 3, own=30000)
    hearing = _needy(county, "hearing", 3)
    kept = _needy(county, "intellectual", 4, family="none")  # no hardship, but kept by the family
    free = _needy(county, "intellectual", 4, family="none")
    for person, said in ((kept, "是"), (free, "否")):
        set_finding(person=person, day=date(2025, 1, 1), kind="family_supported", said=said, witness=told("2025-01-02"))
    assert _who(_look(county), List.ENTITLED) == {severe.pk, three.pk, kept.pk}
    assert _figure("awarded") is None  # no list was ever told of
    assert _figure("missed") is None  # and nobody looked

    rows = (
        (severe.name, severe.id_number, "单独施保", "1150", "2025-07-01", ""),
        (three.name, three.id_number, "单独施保低保金", "850.00", "2025-09-01", ""),
        (hearing.name, hearing.id_number, "单独施保", "1150", "2025-03-01", ""),  # not by the rule
        (free.name, free.id_number, "没有这种", "1", "", ""),
    )
    result = _register(tmp_path / "民政.csv", *rows)
    assert (result.new, len(result.rejected)) == (3, 1)
    assert (
        _register(tmp_path / "民政.csv", *rows, at=moment(date(2025, 10, 2))).unchanged == 3
    )  # the same file again changes nothing
    assert Benefit.objects.get(person=three).amount_fen == 85000

    found = _look(county)
    assert _who(found, List.ENTITLED) == {kept.pk}
    assert _who(found, List.STOP) == {hearing.pk}
    assert found.tallies[0].receiving == 3
    assert (_figure("awarded"), _figure("monthly"), _figure("begun")) == (3, Decimal("3150.00"), 1)
    assert _figure("awarded", "2025-08") == 2

    informing.keep(found, by=None)
    assert _figure("missed") == 1
    (record,) = engine.records(f"{ALONE}-missed", "330499", Period.month(Month.parse("2025-09")))
    assert (record.person_id, "没有登记发放" in record.detail) == (kept.pk, True)
    listed = engine.records(f"{ALONE}-awarded", "330499", Period.month(Month.parse("2025-09")))
    assert {one.person_id: one.amount for one in listed} == {
        severe.pk: 1150,
        three.pk: 850,
        hearing.pk: 1150,
    }
    assert _figure("missed", "2025-08") is None  # nobody looked in that month

    services.set_benefit(
        person=kept, kind=KIND, start=date(2025, 9, 15), stop=None, amount_fen=None, witness=told("2025-10-01")
    )
    assert (_figure("missed"), _figure("awarded"), _figure("monthly")) == (0, 4, None)  # one amount is not known
    _register(tmp_path / "停发.csv", (severe.name, severe.id_number, "单独施保", "", "", "2025-09-20"))
    assert _figure("awarded") == 3


def test_whom_civil_affairs_list_as_on_dibao_for_the_award_alone_is_not_told_to_stop(county: County):
    person = _needy(county, "physical", 1, family="dibao")
    services.set_benefit(
        person=person, kind=KIND, start=date(2025, 7, 1), stop=None, amount_fen=115000, witness=told("2025-07-02")
    )
    assert _who(_look(county), List.STOP) == set()
    other = _needy(county, "hearing", 4, family="dibao")
    services.set_benefit(
        person=other, kind=KIND, start=date(2025, 7, 1), stop=None, amount_fen=115000, witness=told("2025-07-02")
    )
    assert _who(_look(county), List.STOP) == {other.pk}


def test_an_award_learnt_since_somebody_was_told_proves_the_list_right(county: County):
    person = _needy(county, "physical", 2)
    informing.tell(
        person=person,
        scheme_id=ALONE,
        outcome="informed",
        on=date(2025, 8, 1),
        note="",
        at=moment(date(2025, 8, 2)),
        by=None,
    )
    assert informing.precision(Person.objects.all())[ALONE].proved == 0
    services.set_benefit(
        person=person, kind=KIND, start=date(2025, 9, 1), stop=None, amount_fen=115000, witness=told("2025-09-02")
    )
    assert informing.precision(Person.objects.all())[ALONE].proved == 1
