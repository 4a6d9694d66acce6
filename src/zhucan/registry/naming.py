"""Pinyin initials for search, with surnames read as surnames."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT

_HAN = re.compile(r"[\u4e00-\u9fff]+")

# Characters whose reading as a surname differs from their usual one; pypinyin reads them as ordinary words.
_SURNAMES = {
    "单": "s", "仇": "q", "翟": "z", "曾": "z", "覃": "q", "查": "z", "区": "o", "朴": "p", "盖": "g", "解": "x", "任": "r",
    "华": "h", "纪": "j", "缪": "m", "种": "c", "重": "c", "召": "s", "黑": "h", "折": "s", "尉": "w", "员": "y", "乐": "y",
    "洗": "x", "冼": "x", "燕": "y", "过": "g", "哈": "h", "那": "n", "应": "y", "宁": "n", "曲": "q", "牟": "m", "令": "l",
    "逄": "p", "郇": "x", "繁": "p", "秘": "b", "薄": "b", "祭": "z", "祝": "z", "晟": "c", "隗": "w", "葛": "g",
}  # fmt: skip


def initials(name: str) -> str:
    """Return the lower-case initials a clerk may type; both readings of the first character, separated by a blank.

    >>> initials("曾晓云")
    'zxy cxy'
    >>> initials("王小明")
    'wxm'
    """
    plain = _readings(name)
    surname = _SURNAMES.get(name[:1])
    if surname and plain and surname != plain[0]:
        return f"{surname}{plain[1:]} {plain}"
    return plain


@lru_cache(maxsize=65536)
def sound(name: str) -> str:
    """Return how a name is read, without tones; names written otherwise and read alike have the same.

    >>> sound("王晓明") == sound("王小明"), sound("王小明") == sound("王大明")
    (True, False)
    """
    return " ".join(lazy_pinyin(name, errors=lambda rest: rest)).lower()


def _readings(name: str) -> str:
    # Characters are read one by one, and remembered, unless two or more of them make a word of the dictionary: a
    # roster has 100,000 names, and reading each afresh takes longer than all its other checks.
    size = len(name)
    if not _HAN.fullmatch(name) or any(
        name[start:stop] in PHRASES_DICT for start in range(size - 1) for stop in range(start + 2, size + 1)
    ):
        return _read(name)
    return "".join(map(_read_one, name))


def _read(text: str) -> str:
    return "".join(part[:1] for part in lazy_pinyin(text, style=Style.FIRST_LETTER, errors=lambda rest: rest)).lower()


_read_one = lru_cache(maxsize=8192)(_read)
