"""Which division the place words of a row mean: township and village columns, a code, or the address."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from zhucan.core.divisions import prefix
from zhucan.orgs.models import Division, Level

_CODE = re.compile(r"\d{6}|\d{9}|\d{12}")
_OFFICE_TAIL = re.compile(r"(?:村民委员会|居民委员会|村委会|居委会|村委|居委|人民政府|办事处)$")
_VILLAGE_TAIL = re.compile(r"(?:社区村|村社区|社区|行政村|村)$")
_TOWNSHIP_TAIL = re.compile(r"(?:街道|镇|乡)$")


class UnknownPlace(Exception):
    """The words name no division, or more than one; the text is a Chinese sentence, `field` the column to mark."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def _base(tail: re.Pattern[str], name: str) -> str:
    return tail.sub("", name) or name


class Gazetteer:
    """The divisions inside one division, found by the names offices use for them."""

    def __init__(self, divisions: Iterable[Division], inside: Division | None) -> None:
        self.inside = inside
        start = prefix(inside.code) if inside else ""
        self.by_code = {d.code: d for d in divisions if d.code.startswith(start)}
        self._names: dict[str, dict[str, list[Division]]] = {level: defaultdict(list) for level in Level.values}
        self._bases: dict[str, dict[str, list[Division]]] = {level: defaultdict(list) for level in Level.values}
        for division in self.by_code.values():
            self._names[division.level][division.name].append(division)
            tail = _VILLAGE_TAIL if division.level == Level.VILLAGE else _TOWNSHIP_TAIL
            self._bases[division.level][_base(tail, _base(_OFFICE_TAIL, division.name))].append(division)
        self._lengths = {level: sorted({len(name) for name in names}) for level, names in self._names.items()}
        self.find = lru_cache(maxsize=65536)(self._find)
        self.in_address = lru_cache(maxsize=4096)(self._in_address)

    @property
    def _where(self) -> str:
        return f"{self.inside.name}的" if self.inside else ""

    def _find(self, code: str, county: str, township: str, village: str) -> Division | None:
        """Return the division that a row's words mean, the nearest to a village; None when all are blank.

        Raises `UnknownPlace` for a name that is not known, or known in several places.
        """
        if _CODE.fullmatch(code):
            found = self.by_code.get(code.ljust(12, "0"))
            if found is None:
                raise UnknownPlace("division", f"{self._where}区划表里没有代码 {code}；请核对代码，或先导入区划表。")
            return self._named_too(found, county, township, village) if village else found
        if _CODE.fullmatch(village):
            return self._find(village, "", "", "")
        around: list[Division] | None = None
        if county:
            around = [d for level in (Level.COUNTY, Level.CITY) for d in self._names[level].get(county, ())]
            around = around or ([self.inside] if self.inside else None)
        if township and township != county:
            around = self._townships(township, around)
        if not village:
            return around[0] if around and len(around) == 1 and township else None
        return self._village(village, township, around)

    def _named_too(self, coded: Division, county: str, township: str, village: str) -> Division:
        """Hold a village's name against the code beside it: it may be nearer, it must not be elsewhere."""
        try:
            named = self._find("", county, township, village)
        except UnknownPlace:
            if coded.level != Level.VILLAGE:
                raise
            return coded  # another spelling of the same village
        if named is None or not named.code.startswith(prefix(coded.code)):
            raise UnknownPlace(
                "village", f"“{village[:20]}”不在区划代码 {coded.code}（{coded.name}）内；请核对，多余的一项请清空。"
            )
        return named

    def _within(self, found: list[Division], around: list[Division] | None) -> list[Division]:
        if around is None:
            return found
        starts = tuple(prefix(division.code) for division in around)
        return [division for division in found if division.code.startswith(starts)]

    def _match(self, level: str, name: str, tail: re.Pattern[str], around: list[Division] | None) -> list[Division]:
        found = self._within(self._names[level].get(name, []), around)
        if not found and (plain := _base(_OFFICE_TAIL, name)) != name:
            name, found = plain, self._within(self._names[level].get(plain, []), around)
        if not found and len(base := _base(tail, name)) > 1:
            found = self._within(self._bases[level].get(base, []), around)
        return found

    def _townships(self, name: str, around: list[Division] | None) -> list[Division]:
        found = self._match(Level.TOWNSHIP, name, _TOWNSHIP_TAIL, around)
        if not found:
            stripped = self._without_upper(name, (Level.PROVINCE, Level.CITY, Level.COUNTY))
            found = self._match(Level.TOWNSHIP, stripped, _TOWNSHIP_TAIL, around) if stripped != name else []
        if not found:
            raise UnknownPlace(
                "township", f"{self._where}区划表里没有“{name[:20]}”这个乡镇（街道）；请核对名称，新设的先导入区划表。"
            )
        return found

    def _without_upper(self, name: str, levels: Iterable[str]) -> str:
        """Return a name without the names of divisions above that stand in front of it."""
        for level in levels:
            for upper in self._names[level]:
                if name.startswith(upper) and len(name) > len(upper):
                    name = name[len(upper) :]
                    break
        return name

    def _village(self, name: str, township: str, around: list[Division] | None) -> Division:
        found = self._match(Level.VILLAGE, name, _VILLAGE_TAIL, around)
        if not found:
            rest = self._without_upper(name, (Level.PROVINCE, Level.CITY, Level.COUNTY))
            for upper in self._names[Level.TOWNSHIP]:
                if rest.startswith(upper) and len(rest) > len(upper):
                    inside = self._within(self._names[Level.TOWNSHIP][upper], around)
                    found = self._match(Level.VILLAGE, rest[len(upper) :], _VILLAGE_TAIL, inside)
                    break
            else:
                found = self._match(Level.VILLAGE, rest, _VILLAGE_TAIL, around)
        if not found and around is not None and township:
            elsewhere = self._match(Level.VILLAGE, name, _VILLAGE_TAIL, None)
            if elsewhere:
                parent = self.by_code.get(elsewhere[0].parent_id or "")
                raise UnknownPlace(
                    "village",
                    f"“{township}”没有“{name[:20]}”，它在{parent.name if parent else '别的乡镇'}；请核对乡镇和村（社区）。",
                )
        if not found:
            place = township or (self.inside.name if self.inside else "区划表")
            raise UnknownPlace(
                "village",
                f"{place}里没有“{name[:20]}”这个村（社区）；请核对名称，新设的先用 zhucan import divisions 导入。",
            )
        if len(found) > 1:
            raise UnknownPlace(
                "village",
                f"有 {len(found)} 个村（社区）叫“{name[:20]}”；请填写乡镇（街道）列，或用 --division 指明县。",
            )
        return found[0]

    def _in_address(self, address: str, township: str) -> Division | None:
        """Return the one village or township whose name stands in an address, None when none or several do."""
        around: list[Division] | None = None
        if township:
            around = self._townships(township, None)
        else:
            around = [
                d for name in self._standing_in(address, Level.TOWNSHIP) for d in self._names[Level.TOWNSHIP][name]
            ]
            around = around or None
        villages = [
            d
            for name in self._standing_in(address, Level.VILLAGE)
            for d in self._within(self._names[Level.VILLAGE][name], around)
        ]
        longest = max((len(d.name) for d in villages), default=0)
        best = [d for d in villages if len(d.name) == longest]
        if len(best) == 1:
            return best[0]
        return around[0] if not best and around and len(around) == 1 else None

    def _standing_in(self, address: str, level: str) -> set[str]:
        """Return the names of a level that stand in an address: every stretch of a name's length is looked up."""
        names, lengths = self._names[level], self._lengths[level]
        return {
            address[start : start + length]
            for start in range(len(address))
            for length in lengths
            if address[start : start + length] in names
        }
