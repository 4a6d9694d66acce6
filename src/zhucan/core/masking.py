"""What may be shown of personal data (RR-34). The caller decides who sees what; here is only how it looks."""

import re

from zhucan.core.identifiers import normalise

_COUNTY = re.compile(r"(?:[^市县区旗街镇村路号]{2,}?(?:省|市|县|(?<!小)区|旗)){0,4}")
_TOWNSHIP = re.compile(r".+?(?:街道|镇|乡|苏木)")
_VILLAGE = re.compile(r".+?(?:村?社区|村民委员会|村委会|居民委员会|居委会|嘎查|村(?!街道|镇|乡|路))")
_HIDDEN = "***"


def name(text: str) -> str:
    """Return a name with all but its ends hidden; of two characters only the first is shown.

    >>> name("张三"), name("王小明"), name("欧阳小雨")
    ('张*', '王*明', '欧**雨')
    """
    plain = normalise(text)
    if len(plain) <= 1:
        return "*" * len(plain)
    if len(plain) == 2:
        return plain[0] + "*"
    return plain[0] + "*" * (len(plain) - 2) + plain[-1]


def minor_name(text: str) -> str:
    """Return a minor's name for publicity: the first character and always two stars.

    >>> minor_name("李明"), minor_name("李小明")
    ('李**', '李**')
    """
    plain = normalise(text)
    return plain[0] + "**" if plain else ""


def resident_id(text: str) -> str:
    """Return an ID number for staff screens: first three, last four. In publicity it is not shown at all.

    >>> resident_id("330499196002290011")
    '330***********0011'
    """
    return _middle_hidden(normalise(text), 3, 4)


def certificate(text: str) -> str:
    """Return a certificate number like the ID in it, kind and grade always hidden; a B suffix stays.

    >>> certificate("33049919600229001141"), certificate("33049919600229001141B2")
    ('330***********0011**', '330***********0011**B2')
    """
    number = normalise(text)
    if len(number) < 20:
        return "*" * len(number)
    return resident_id(number[:18]) + "**" + number[20:]


def phone(text: str) -> str:
    """Return a phone number with its middle hidden: first three, four stars, last four.

    >>> phone("13812345678")
    '138****5678'
    """
    number = normalise(text)
    return number[:3] + "****" + number[-4:] if len(number) >= 11 else "*" * len(number)


def card(text: str) -> str:
    """Return a bank card number with only its last four digits.

    >>> card("6222000000001234")
    '**** **** **** 1234'
    """
    number = normalise(text)
    return f"**** **** **** {number[-4:]}" if len(number) >= 8 else "*" * len(number)


def address(text: str) -> str:
    """Return an address down to the village or community; failing that the township, the county, or nothing.

    >>> address("示例县示例镇新民村12组34号"), address("示例县城东街道和平社区3幢501室")
    ('示例县示例镇新民村', '示例县城东街道和平社区')
    """
    plain = normalise(text)
    if not plain:
        return ""
    end = 0
    for level in (_COUNTY, _TOWNSHIP, _VILLAGE):
        found = level.match(plain, end)
        end = found.end() if found else end
    return plain[:end] or _HIDDEN


def _middle_hidden(text: str, head: int, tail: int) -> str:
    if len(text) < 2 * (head + tail):
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]
