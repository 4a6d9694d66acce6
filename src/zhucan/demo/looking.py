"""Looking for who is missed and who is paid wrongly: a look at everybody with what came of it, and lists of others compared."""

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from zhucan.cases import finding, informing
from zhucan.cases.models import Application
from zhucan.demo.life import at
from zhucan.demo.paying import Staff
from zhucan.orgs.models import Division, Role
from zhucan.payments.models import Payment
from zhucan.registry.crosschecks import settling
from zhucan.registry.crosschecks.importing import import_list
from zhucan.registry.models import Death, Doubt, Person, Residence

_LOOKED = ("nursing-subsidy", "free-bus-card", "home-adaptation")
"""Some of what the county runs: a look at all of it would take as long as several of the demo's months."""
_DAY, _TOLD, _LATER = date(2025, 12, 10), date(2025, 12, 12), date(2025, 12, 19)
_CALLED = (("free-bus-card", 9), ("nursing-subsidy", 4))
_OUTCOMES = ("applied", "applied", "applied", "refused", "not_entitled")
_DIED, _PRISON, _AGAIN = date(2025, 12, 30), date(2026, 1, 5), date(2026, 1, 6)
_TOWNSHIP = "330499101"
"""The township whose clerk the demo has: what is to be looked at in a township is shown there if it can be."""
_SEXES = {"male": "男", "female": "女"}


def look(county: Division, staff: Staff) -> list[Person]:
    """Keep a look at everybody of the county, tell some of those who miss something, and return who will ask for a card."""
    found = finding.look(division=county, on=_DAY, known_at=at(_DAY, 20), schemes=_LOOKED)
    informing.keep(found, by=staff.clerk)
    for scheme, many in _CALLED:
        entitled = {row.person_id for row in found.rows if (row.scheme, row.list) == (scheme, finding.List.ENTITLED)}
        people = list(Person.objects.filter(pk__in=sorted(entitled)[:many]).order_by("pk"))
        informing.tell_all(people=people, scheme_id=scheme, on=_TOLD, note="电话告知", at=at(_TOLD, 16), by=staff.clerk)
        for person, outcome in zip(people, _OUTCOMES, strict=False):
            informing.tell(
                person=person, scheme_id=scheme, outcome=outcome, on=_LATER, note="", at=at(_LATER, 16), by=staff.clerk
            )
    applied = Person.objects.filter(approaches__scheme=_CALLED[0][0], approaches__outcome="applied")
    return list(applied.order_by("pk"))


def compare(dice: random.Random, county: Division, staff: Staff, folder: Path) -> None:
    """Take in who died, from the police and twice, and who is in prison, from the judiciary; settle some of what differs."""
    here = Residence.objects.as_known().on(_DIED).filter(division__code__startswith=county.code[:6])
    paid = Payment.objects.filter(person__in=here.values("person")).values("person")
    dead, asking = Death.objects.as_known(), Application.objects.values("person")
    living = Person.objects.filter(pk__in=paid).exclude(pk__in=dead.values("person")).exclude(pk__in=asking)
    people = dice.sample(list(living.order_by("pk")[:300]), 8)
    jailed = people[6:]
    homes = {home.person_id: home.division for home in here.filter(person__in=people).select_related("division")}
    died = sorted(people[:6], key=lambda person: not homes[person.pk].code.startswith(_TOWNSHIP))

    rows = [_died(person, homes[person.pk].name, date(2025, 12, 26)) for person in died]
    rows[-1][1] = ""  # a number the police left out: it may be somebody else
    rows += [_died(one.person, "", one.valid_from) for one in dead.filter(valid_from__lt=_DIED).order_by("pk")[:1]]
    police = _List("death", ("死者姓名", "公民身份号码", "性别", "出生日期", "户籍地", "死亡日期"), county, staff)
    police.take(folder / "死亡人员名单（公安12月）.csv", rows, _DIED)
    referred, wrong, another, accepted = (Doubt.objects.get(person=person) for person in died[:4])
    settling.accept(doubt=accepted, at=at(_PRISON, 10), by=staff.clerk, reason="村里核实，家属已办注销")
    for doubt in (wrong, another):
        settling.reject(doubt=doubt, at=at(_PRISON, 11), by=staff.clerk, reason="已上门见到本人")
    township = Division.objects.get(code=homes[referred.person_id].code[:9] + "000")
    settling.refer(
        doubt=referred, role=Role.TOWNSHIP_CLERK, place=township, reason="请乡镇上门看一看", at=at(_PRISON, 14),
        by=staff.clerk,
    )  # fmt: skip
    police.take(folder / "死亡人员名单（公安1月）.csv", rows[1:2], _AGAIN)
    prison = _List("custody", ("姓名", "身份证号", "入监日期"), county, staff)
    prison.take(
        folder / "服刑人员名单（司法）.csv", [[one.name, one.id_number, "2025-11-03"] for one in jailed], _PRISON
    )


def _died(person: Person, home: str, day: date) -> list[str]:
    return [person.name, person.id_number, _SEXES[person.sex], person.born.isoformat(), home, day.isoformat()]


class _List:
    """Lists of one kind, written as their department sends them and taken in."""

    def __init__(self, kind: str, head: Sequence[str], county: Division, staff: Staff) -> None:
        self._kind, self._head, self._county, self._staff = kind, head, county, staff

    def take(self, path: Path, rows: Iterable[Sequence[str]], day: date) -> None:
        """Write a list and compare it with the registry."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows((self._head, *rows))
        import_list(kind=self._kind, path=path, at=at(day, 9), by=self._staff.clerk, division=self._county.code)
