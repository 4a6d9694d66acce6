"""The invented county: the divisions of `divisions.csv`, grown to some 12 townships and 150 villages, and a neighbour."""

import csv
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

COUNTY, NEIGHBOUR = "330499000000", "330498000000"

_TOWNSHIPS = (
    ("104", "云溪镇"), ("105", "白鹭镇"), ("106", "石桥头镇"), ("107", "枫林镇"), ("108", "长塘镇"),
    ("203", "松坞乡"), ("204", "龙潭乡"), ("205", "竹口乡"), ("004", "湖滨街道"),
)  # fmt: skip
_ABROAD = (("101", "东港镇"), ("102", "西埠镇"), ("001", "城关街道"))
_PLACES = "上下前后东西南北大小新老"
_THINGS = ("塘", "坞", "岙", "浦", "墩", "坪", "田", "桥", "埠", "堰", "洋", "湾", "岭", "坑", "畈", "庄")
_ESTATES = ("兴", "和", "安", "康", "宁", "福", "文", "景", "华", "瑞", "祥", "丰")
_STREETS = ("园", "苑", "街", "里", "坊", "湖")

Row = tuple[str, str, str, str]
"""Code, name, level, parent: as `zhucan.orgs.divisions.load` takes them."""


@dataclass(frozen=True)
class Places:
    """The divisions to load, and the names by which addresses are written."""

    rows: tuple[Row, ...]

    @property
    def villages(self) -> list[str]:
        """Return the codes of the county's villages and communities."""
        return self._below(COUNTY)

    @property
    def abroad(self) -> list[str]:
        """Return the codes of the neighbour county's villages and communities."""
        return self._below(NEIGHBOUR)

    def address(self, village: str) -> str:
        """Return county, township and village in words."""
        names = {code: name for code, name, _, _ in self.rows}
        return f"{names[village[:6] + '000000']}{names[village[:9] + '000']}{names[village]}"

    def _below(self, county: str) -> list[str]:
        return sorted(code for code, _, level, _ in self.rows if level == "village" and code[:6] == county[:6])


def given() -> list[Row]:
    """Return the rows of the shipped list."""
    with Path(__file__).with_name("divisions.csv").open(encoding="utf-8", newline="") as file:
        return [(row["code"], row["name"], row["level"], row["parent"]) for row in csv.DictReader(file)]


def build(dice: random.Random, *, villages: int = 150) -> Places:
    """Return the county with about so many villages, and the neighbour with a few; the shipped rows stay as they are."""
    rows = given()
    rows += [(f"330499{digits}000", name, "township", COUNTY) for digits, name in _TOWNSHIPS]
    rows += [(f"330498{digits}000", name, "township", NEIGHBOUR) for digits, name in _ABROAD]
    for county, wanted in ((COUNTY, villages), (NEIGHBOUR, 12)):
        townships = [code for code, _, level, parent in rows if level == "township" and parent == county]
        there = {code: {name for _, name, _, parent in rows if parent == code} for code in townships}
        have = sum(map(len, there.values()))
        for _ in range(max(0, wanted - have)):
            # new townships fill up first, in turn; the shipped ones follow
            township = min(townships, key=lambda code: (len(there[code]), -int(code)))
            rows.append((_code(township, rows), _name(dice, township, there[township]), "village", township))
            there[township].add(rows[-1][1])
    return Places(tuple(sorted(rows)))


def _code(township: str, rows: Iterable[Row]) -> str:
    """Return the next free code: communities from 001, villages from 201, as offices number them."""
    first = 1 if township[6] == "0" else 201
    taken = {int(code[9:]) for code, _, _, parent in rows if parent == township}
    return f"{township[:9]}{next(number for number in range(first, 999) if number not in taken):03d}"


def _name(dice: random.Random, township: str, taken: set[str]) -> str:
    while True:
        if township[6] == "0":
            name = f"{dice.choice(_ESTATES)}{dice.choice(_STREETS)}社区"
        else:
            name = f"{dice.choice(_PLACES)}{dice.choice(_THINGS)}村"
        if name not in taken:
            return name
