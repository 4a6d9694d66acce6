"""Codes of administrative divisions (区划代码): 12 digits, read by prefix.

Province 2 digits, city 4, county 6, township 9, village or community 12; the rest is zeros. The nation is "".
Sources: GB/T 2260 (county and above), 统计用区划代码 (below).
"""

from enum import StrEnum
from functools import lru_cache
from unicodedata import normalize

from zhucan.core.errors import ZhucanError

NATION = ""
_WIDTHS = (2, 4, 6, 9, 12)


class InvalidDivision(ZhucanError, ValueError):
    """The text is no division code, or the code has no such level."""


class Level(StrEnum):
    """How high in the tree a division stands."""

    NATION = "nation"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"

    @property
    def label(self) -> str:
        """The Chinese word for the level."""
        return _LEVEL_LABELS[self]


_LEVEL_LABELS = {
    Level.NATION: "全国",
    Level.PROVINCE: "省级",
    Level.CITY: "市级",
    Level.COUNTY: "县级",
    Level.TOWNSHIP: "乡级",
    Level.VILLAGE: "村级",
}
_LEVELS = {
    0: Level.NATION,
    2: Level.PROVINCE,
    4: Level.CITY,
    6: Level.COUNTY,
    9: Level.TOWNSHIP,
    12: Level.VILLAGE,
}


@lru_cache(maxsize=65536)
def normalise_code(code: str) -> str:
    """Return the code in 12 digits, a shorter one filled with zeros on the right; "" (the nation) stays "".

    Accepts 2, 4, 6, 9 or 12 digits, full-width too. Raises `InvalidDivision` for anything else.

    >>> normalise_code("330499")
    '330499000000'
    """
    digits = normalize("NFKC", code).strip()
    if not digits:
        return NATION
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in _WIDTHS or digits.startswith("00"):
        raise InvalidDivision(f"“{code}”不是区划代码；请填写 6 位、9 位或 12 位数字，如 330499。")
    return digits.ljust(12, "0")


@lru_cache(maxsize=65536)
def prefix(code: str) -> str:
    """Return the digits that every division inside this one begins with; "" for the nation.

    Made for SQL: `code LIKE prefix || '%'`.

    >>> prefix("330499000000"), prefix("330000"), prefix("330499001002")
    ('330499', '33', '330499001002')
    """
    digits = normalise_code(code)
    if not digits:
        return ""
    for width, shorter in ((12, 9), (9, 6), (6, 4), (4, 2)):
        if digits[shorter:width].strip("0"):
            return digits[:width]
    return digits[:2]


def level_of(code: str) -> Level:
    """Return the level of a division.

    >>> level_of("330499").value, level_of("").value
    ('county', 'nation')
    """
    return _LEVELS[len(prefix(code))]


@lru_cache(maxsize=65536)
def ancestors(code: str) -> tuple[str, ...]:
    """Return the divisions above this one, the nearest first, the nation ("") last; not the division itself.

    A level that a place does not have (a township straight under a city) is left out.

    >>> ancestors("330499001002")
    ('330499001000', '330499000000', '330400000000', '330000000000', '')
    """
    own = prefix(code)
    if not own:
        return ()
    above: list[str] = []
    for width in (9, 6, 4, 2):
        if width >= len(own):
            continue
        full = own[:width].ljust(12, "0")
        if not above or above[-1] != full:
            above.append(full)
    return (*above, NATION)


def parent_code(code: str) -> str | None:
    """Return the division right above; "" above a province, None above the nation.

    >>> parent_code("330499"), parent_code("330000"), parent_code("")
    ('330400000000', '', None)
    """
    above = ancestors(code)
    return above[0] if above else None


def within(code: str, ancestor: str) -> bool:
    """Tell whether a division is another one or lies inside it; everything lies in the nation.

    >>> within("330499001002", "330499"), within("330498001002", "330499"), within("330400", "330499")
    (True, False, False)
    """
    return normalise_code(code).startswith(prefix(ancestor))


def county_of(code: str) -> str:
    """Return the county a division is or lies in, in 12 digits.

    Raises `InvalidDivision` for the nation, a province or a city, which lie in no county. A township
    straight under a city (东莞) answers with the city, which acts as its county.

    >>> county_of("330499001002")
    '330499000000'
    """
    own = prefix(code)
    if len(own) < 6:
        raise InvalidDivision(f"区划 {code or '全国'} 在县级以上，不属于某个县；请选择县级或以下的区划。")
    return own[:6].ljust(12, "0")
