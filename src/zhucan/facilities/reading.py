"""What was typed or stands in a cell, as the value of a column: a form and a list are read by the same rules."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet

from zhucan.core.divisions import prefix
from zhucan.core.errors import ZhucanError
from zhucan.core.money import fen, parse_yuan
from zhucan.facilities.entries import Column
from zhucan.facilities.models import Facility, Patrol, Standard, Worker
from zhucan.facilities.queries import standards_of
from zhucan.orgs import institutions
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Division
from zhucan.orgs.wording import plain
from zhucan.registry import queries
from zhucan.registry.models import Person
from zhucan.registry.rosters import cells

_YES, _NO = ("是", "yes", "true", "1", "必达", "on"), ("", "否", "no", "false", "0")
_MOST = 10_000_000


class EntryRefused(ZhucanError):
    """Something cannot be entered like this; nothing was changed."""


@dataclass(frozen=True)
class Around:
    """Where names are looked up: the place, the facility if one is meant, and the people who may be named."""

    place: Division
    facility: Facility | None = None
    people: "QuerySet[Person]" = field(default_factory=lambda: Person.objects.all())


def value_of(column: Column, said: Any, around: Around, *, longest: int | None = None) -> Any:
    """Return what a column says; None or "" where it may be empty and is. Raises `EntryRefused`."""
    text = _text(said)
    if column.kind == "flag":
        if text.lower() not in (*_YES, *_NO):
            raise EntryRefused(f"{column.label}只能写“是”或“否”，不能写“{text}”。")
        return text.lower() in _YES
    if not text:
        if column.required:
            raise EntryRefused(f"没有填写{column.label}：请补上。")
        return "" if column.kind in ("text", "choice") else None
    try:
        return _READ[column.kind](column, said, text, around) if column.kind in _READ else _words(column, text, longest)
    except cells.BadCell as error:
        raise EntryRefused(f"{column.label}：{error}") from error


def _text(said: Any) -> str:
    if isinstance(said, str):
        return said.strip()
    return cells.text(said)


def _words(column: Column, text: str, longest: int | None) -> str:
    if longest is not None and len(text) > longest:
        raise EntryRefused(f"{column.label}超过 {longest} 个字：请写短一些。")
    if not plain(text):
        raise EntryRefused(f"{column.label}不要用尖括号，也不要用等号、加减号开头：请改写。")
    return text


def _choice(column: Column, said: Any, text: str, around: Around) -> str:
    choices = column.choices or {}
    for code, label in choices.items():
        if text in (code, label):
            return code
    raise EntryRefused(f"{column.label}没有“{text}”：可以写 {'、'.join(choices.values())}。")


def _day(column: Column, said: Any, text: str, around: Around) -> date:
    found = said if isinstance(said, date) and not hasattr(said, "hour") else cells.day(said)
    if found is None:
        raise EntryRefused(f"{column.label}“{text}”不是日期：请写成 2026-03-08 的形式。")
    return found


def _decimal(column: Column, said: Any, text: str, around: Around) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise EntryRefused(f"{column.label}“{text}”不是数：请核对。") from error
    if not found.is_finite() or not 0 <= found < 10_000 or found != found.quantize(Decimal("0.1")):
        raise EntryRefused(f"{column.label}“{text}”不对：应在 0 至 9999 之间，最多一位小数。")
    return found


def _degrees(column: Column, said: Any, text: str, around: Around) -> Decimal:
    most = 90 if column.field == "latitude" else 180
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise EntryRefused(f"{column.label}“{text}”不是度数：请写十进制度数，如 30.751234。") from error
    if not found.is_finite() or abs(found) > most:
        raise EntryRefused(f"{column.label}“{text}”不在 -{most} 至 {most} 之间：请核对经纬度有没有写反。")
    return found.quantize(Decimal("0.000001"))


def _number(column: Column, said: Any, text: str, around: Around) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < _MOST:
        raise EntryRefused(f"{column.label}“{text}”不对：请写大于 0 的整数；不知道就不填。")
    return int(text)


def _yuan(column: Column, said: Any, text: str, around: Around) -> int:
    found = fen(parse_yuan(text))
    if found <= 0:
        raise EntryRefused(f"{column.label}要大于 0：请核对。")
    return found


def _person(column: Column, said: Any, text: str, around: Around) -> Person:
    short = text.isascii() and text.isdigit() and len(text) < 10
    among = around.people.filter(pk=int(text)) if short else queries.search(text, among=around.people)
    found = list(among[:3])
    exact = [one for one in found if one.name == text]
    found = exact if len(exact) == 1 else found
    if len(found) != 1:
        what = "有不止一个" if found else "登记里没有"
        raise EntryRefused(f"{what}符合的人：请写完整的身份证号、残疾人证号或人员编号，并核对此人是否在本地登记。")
    return found[0]


def _worker(column: Column, said: Any, text: str, around: Around) -> Worker:
    return worker_named(text, around.place, around.facility)


def worker_named(text: str, place: Division, facility: Facility | None = None) -> Worker:
    """Return somebody who works in a facility, or in a place, by name or number. Raises `EntryRefused`."""
    live = Worker.objects.live()
    among = live.filter(facility=facility) if facility else live.filter(inside("division_id", place.code))
    found = list(among.filter(pk=int(text)) if text.isdigit() and len(text) < 10 else among.filter(name=text))
    if len(found) != 1:
        what = "不止一个叫" if found else "没有登记"
        advice = "请改写人员编号" if found else "请核对姓名，或先在场所里登记人员"
        raise EntryRefused(f"{facility or place}{what}“{text}”的人员：{advice}。")
    one: Worker = found[0]
    return one


def _standard(column: Column, said: Any, text: str, around: Around) -> Standard:
    among = standards_of(around.place)
    found = among.filter(pk=int(text)) if text.isdigit() and len(text) < 10 else among.filter(name=text)
    one = found.first()
    if one is None:
        raise EntryRefused(f"{around.place}没有适用的标准“{text}”：请先登记标准和它的文件。")
    return one


def _patrol(column: Column, said: Any, text: str, around: Around) -> Patrol:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    county = inside("division_id", prefix(around.place.code)[:6] or around.place.code)
    found: Patrol | None = Patrol.objects.live().filter(county, pk=number).first()
    if found is None:
        raise EntryRefused(f"没有编号为“{text}”的巡查：请先登记巡查，再登记它发现的问题。")
    return found


def _facility(column: Column, said: Any, text: str, around: Around) -> Facility:
    return facility_named(text, around.place)


def facility_named(text: str, place: Division) -> Facility:
    """Return the facility of a place, or of its county, by its name or number. Raises `EntryRefused`."""
    county = Facility.objects.live().filter(inside("division_id", prefix(place.code)[:6]))
    found = list(county.filter(pk=int(text)) if text.isdigit() and len(text) < 10 else county.filter(name=text))
    if len(found) != 1:
        what = "不止一个叫" if found else "没有登记"
        raise EntryRefused(f"{place}{what}“{text}”的场所：请核对名称，或先登记场所。")
    one: Facility = found[0]
    return one


def _institution(column: Column, said: Any, text: str, around: Around) -> Any:
    return institutions.named(text, around.place)


_READ = {
    "choice": _choice, "day": _day, "decimal": _decimal, "degrees": _degrees, "number": _number, "yuan": _yuan, "person": _person,
    "worker": _worker, "standard": _standard, "patrol": _patrol, "facility": _facility, "institution": _institution,
}  # fmt: skip
