"""Numbers people, certificates, bodies, accounts and phones carry: read, checked, and written one way.

Sources: GB 11643-1999 (resident ID), 残联发〔2017〕34号 (certificate), GB 32100-2015 and GB 11714-1997 (统一社会信用代码),
ISO/IEC 7812 (bank cards); rules DC-01 to DC-22. Every reader answers a value or raises `InvalidNumber`, whose `reason`
is one of the `REASONS`. The region at the front of a number says where it was first assigned, nothing about where
anybody lives now (DC-12): never derive jurisdiction from it.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from operator import mul
from typing import NamedTuple
from unicodedata import normalize

from zhucan.core.errors import ZhucanError

REASONS = frozenset(
    {
        "blank",
        "length",
        "characters",
        "scientific",
        "region",
        "impossible_date",
        "future",
        "check_digit",
        "category",
        "grade",
        "reissue",
    }
)
CATEGORIES = ("visual", "hearing", "speech", "physical", "intellectual", "mental", "multiple")
"""The kinds of disability in the order of their digit in a certificate number, 1 to 7 (DC-02)."""
CATEGORY_LABELS = {
    "visual": "视力",
    "hearing": "听力",
    "speech": "言语",
    "physical": "肢体",
    "intellectual": "智力",
    "mental": "精神",
    "multiple": "多重",
}
GRADES = (1, 2, 3, 4)

_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_OFFSET = 48 * sum(_ID_WEIGHTS)
_ID_CHECKS = "10X98765432"
_ID_FORM = re.compile(r"[0-9]{17}[0-9X]")
_PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for code in range(first, last + 1)
)
_PERMIT_PROVINCES = frozenset({"81", "82", "83"})
_SCIENTIFIC = re.compile(r"[0-9]\.[0-9]+E\+?[0-9]+")
_REISSUE = re.compile(r"B([0-9]{1,2})")
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUES = {character: value for value, character in enumerate(_USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(3**position % 31 for position in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# digits as bytes to what the Luhn check adds for them: as they are, or the digits of their double
_LUHN_ONCE = bytes.maketrans(b"0123456789", bytes(range(10)))
_LUHN_TWICE = bytes.maketrans(b"0123456789", bytes(sum(divmod(2 * digit, 10)) for digit in range(10)))
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"(?:(?:\+?86|0086)-?)?\(?(0(?:10|2[0-9]|[3-9][0-9]{2}))\)?-?([2-9][0-9]{6,7})")


class InvalidNumber(ZhucanError, ValueError):
    """A number that cannot be right; `reason` says why in one of `REASONS`, the text says it in Chinese."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class ResidentID(NamedTuple):
    """A checked resident ID number of 18 characters, and what it says."""

    number: str
    region: str
    """Where the number was first assigned, 6 digits; a hint only."""
    born: date
    sex: str
    """`male` or `female`."""
    kind: str
    """`resident`, or `residence_permit` for the permits of Hong Kong, Macao and Taiwan residents (81, 82, 83)."""

    def __str__(self) -> str:
        return self.number


class CertificateNumber(NamedTuple):
    """A checked number of a disability certificate, and what it says."""

    number: str
    id: ResidentID
    category: str
    """One of `CATEGORIES`."""
    grade: int
    """1 (most severe) to 4."""
    reissue: int
    """How often the card was replaced after loss: the number behind B, 0 without one."""

    def __str__(self) -> str:
        return self.number

    @property
    def severe(self) -> bool:
        """Whether the grade is 1 or 2 (重度, DC-07)."""
        return self.grade <= 2


class UnifiedCode(NamedTuple):
    """A checked unified social credit code (统一社会信用代码), and what it says."""

    number: str
    authority: str
    """Character 1: who registered the body (1 机构编制, 5 民政, 9 市场监管, ...)."""
    kind: str
    """Character 2: the kind of body."""
    region: str
    """Characters 3 to 8: where it was registered; a hint only."""
    organisation: str
    """Characters 9 to 17: the organisation code."""
    organisation_ok: bool
    """Whether the organisation code's own check character holds; a warning when not (DC-22)."""

    def __str__(self) -> str:
        return self.number

    @property
    def warning(self) -> str:
        """The Chinese sentence to show beside an accepted code, "" when nothing is odd."""
        return "" if self.organisation_ok else "统一社会信用代码第 17 位校验不符；请对照登记证书核对。"


class BankCard(NamedTuple):
    """A bank card or account number in digits."""

    number: str
    luhn_ok: bool
    """Whether the Luhn check holds. Account books do not follow it, so a failure is a warning."""

    def __str__(self) -> str:
        return self.number

    @property
    def warning(self) -> str:
        """The Chinese sentence to show beside an accepted number, "" when nothing is odd."""
        return "" if self.luhn_ok else "银行卡号校验不符；如为存折账号可忽略，否则请对照卡面核对。"


def normalise(text: str) -> str:
    """Return the text with full-width characters made half-width and every blank taken out; case stays.

    >>> normalise(" ３３０４９９ １９６５\\u3000０３２０００７ｘ")
    '33049919650320007x'
    """
    if text.isascii() and text.isalnum():
        return text
    # Taking a blank out can bring a letter and its accent together, so they are joined once more.
    return normalize("NFKC", _BLANKS.sub("", normalize("NFKC", text)))


def check_character(body: str) -> str:
    """Return the check character for the first 17 digits of a resident ID (DC-11).

    >>> check_character("11010519491231002"), check_character("44052418800101001")
    ('X', '4')
    """
    return _ID_CHECKS[(sum(map(mul, _ID_WEIGHTS, body.encode())) - _ID_OFFSET) % 11]


def resident_id(text: str, *, on: date | None = None) -> ResidentID:
    """Return the resident ID a text holds, in 18 characters with an upper-case X.

    Full-width characters, blanks, a lower x and the 15 digits of old cards (DC-14) are accepted. A birth date after
    the day `on` is refused; without `on` that is not looked at. Raises `InvalidNumber`.

    >>> resident_id("33049919650320007x").number
    '33049919650320007X'
    """
    number = normalise(text).upper()
    return _resident_id(number, on)


@lru_cache(maxsize=64)  # a row tells the same number twice: of the person, and at the head of the certificate's
def _resident_id(number: str, on: date | None) -> ResidentID:
    legacy = len(number) == 15 and number.isdecimal()
    if legacy:
        body = f"{number[:6]}19{number[6:]}"
        number = body + check_character(body)
    elif _ID_FORM.fullmatch(number) is None:
        raise _malformed("身份证号", number, "应为 18 位", lengths=(15, 18))
    province = number[:2]
    if province not in _PROVINCES:
        raise InvalidNumber("region", f"身份证号开头的 {province} 不是省级代码；请对照证件核对前两位。")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born = None
    if born is None or born.year < 1800:
        raise InvalidNumber(
            "impossible_date", f"身份证号中的出生日期 {number[6:14]} 不存在；请对照证件核对第 7 至 14 位。"
        )
    if not legacy:
        check = check_character(number[:17])
        if check != number[17]:
            raise InvalidNumber(
                "check_digit", f"身份证号最后一位应为 {check}，现为 {number[17]}；请对照证件核对每一位。"
            )
    if on is not None and born > on:
        raise InvalidNumber(
            "future", f"身份证号中的出生日期 {born.isoformat()} 在 {on} 以后；请对照证件核对第 7 至 14 位。"
        )
    return ResidentID(
        number,
        number[:6],
        born,
        "male" if number[16] in "13579" else "female",
        "residence_permit" if province in _PERMIT_PROVINCES else "resident",
    )


def certificate_number(text: str, *, on: date | None = None) -> CertificateNumber:
    """Return the number of a disability certificate: ID, kind, grade, and B with a count after loss (DC-01 to DC-06).

    The number says nothing about whether the certificate is valid (DC-08). `on` is as for `resident_id`.
    Raises `InvalidNumber`.

    >>> read = certificate_number("33049919600229001141B2")
    >>> read.category, read.grade, read.reissue
    ('physical', 1, 2)
    """
    number = normalise(text).upper()
    body, suffix = number[:20], number[20:]
    if len(body) < 20 or not (body[:17].isdigit() and body.isascii()) or not body[18:].isdigit():
        raise _malformed("残疾人证号", number, "应为 20 位（补发的后接 B1、B2）", lengths=(20, 22, 23))
    reissue = 0
    if suffix:
        match = _REISSUE.fullmatch(suffix)
        reissue = int(match[1]) if match else 0
        if not reissue:
            raise InvalidNumber(
                "reissue", f"残疾人证号第 21 位起的“{suffix}”不对，补发序号应为 B1、B2；请对照证件核对。"
            )
        suffix = f"B{reissue}"
    try:
        identity = _resident_id(body[:18], on)
    except InvalidNumber as error:
        raise InvalidNumber(error.reason, f"残疾人证号中的{error}") from None
    if body[18] not in "1234567":
        raise InvalidNumber("category", f"残疾人证号第 19 位（残疾类别）应为 1 至 7，现为 {body[18]}；请对照证件核对。")
    if body[19] not in "1234":
        raise InvalidNumber("grade", f"残疾人证号第 20 位（残疾等级）应为 1 至 4，现为 {body[19]}；请对照证件核对。")
    return CertificateNumber(body + suffix, identity, CATEGORIES[int(body[18]) - 1], int(body[19]), reissue)


def make_certificate_number(id_number: str, category: str, grade: int, *, reissue: int = 0) -> str:
    """Return the certificate number for a resident ID, a kind and a grade; `reissue` counts losses (DC-01, DC-04).

    Raises `InvalidNumber` when the ID, the kind, the grade or the count cannot be.

    >>> make_certificate_number("330499196002290011", "physical", 1, reissue=2)
    '33049919600229001141B2'
    """
    if category not in CATEGORY_LABELS:
        raise InvalidNumber("category", f"没有“{category}”这一残疾类别；请在七个类别中选择。")
    if grade not in GRADES:
        raise InvalidNumber("grade", f"残疾等级应为 1 至 4，现为 {grade}；请重新选择。")
    if not 0 <= reissue <= 99:
        raise InvalidNumber("reissue", f"补发次数应为 0 至 99，现为 {reissue}；请核对补发记录。")
    suffix = f"B{reissue}" if reissue else ""
    return f"{resident_id(id_number).number}{CATEGORIES.index(category) + 1}{grade}{suffix}"


def combined(components: Iterable[tuple[str, int]]) -> tuple[str, int]:
    """Return the kind and grade a certificate shows for its component kinds and their grades (DC-03).

    One kind shows itself; two or more show `multiple` with the most severe grade. Raises `InvalidNumber` for no
    component, a kind named twice, `multiple` itself, or an impossible grade.

    >>> combined([("visual", 2), ("intellectual", 3)])
    ('multiple', 2)
    """
    grades: dict[str, int] = {}
    for category, grade in components:
        if category not in CATEGORIES[:6] or category in grades:
            raise InvalidNumber("category", f"残疾类别“{category}”不对或重复；请在六个单项类别中各选一次。")
        if grade not in GRADES:
            raise InvalidNumber("grade", f"残疾等级应为 1 至 4，现为 {grade}；请重新选择。")
        grades[category] = grade
    if not grades:
        raise InvalidNumber("category", "没有填写残疾类别；请至少填写一个类别和等级。")
    return ("multiple" if len(grades) > 1 else next(iter(grades))), min(grades.values())


def uscc_check_character(body: str) -> str:
    """Return the check character for the first 17 characters of a unified social credit code (DC-21).

    >>> uscc_check_character("91350100M000100Y4")
    '3'
    """
    total = sum(_USCC_VALUES[character] * weight for character, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return _USCC_ALPHABET[-total % 31]


def organisation_check_character(body: str) -> str:
    """Return the check character for the 8 characters of an organisation code (DC-22).

    >>> organisation_check_character("M000100Y")
    '4'
    """
    total = sum(int(character, 36) * weight for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def uscc(text: str) -> UnifiedCode:
    """Return the unified social credit code a text holds, in upper case (DC-20 to DC-22).

    Raises `InvalidNumber`; a failing organisation code alone is only told in `organisation_ok`.

    >>> uscc("91350100m000100y43").organisation_ok
    True
    """
    number = normalise(text).upper()
    if len(number) != 18 or not _USCC_VALUES.keys() >= set(number):
        raise _malformed("统一社会信用代码", number, "应为 18 位", lengths=(18,))
    if not number[2:8].isdigit():
        raise InvalidNumber("region", f"统一社会信用代码第 3 至 8 位应为数字，现为 {number[2:8]}；请对照登记证书核对。")
    check = uscc_check_character(number[:17])
    if check != number[17]:
        raise InvalidNumber(
            "check_digit", f"统一社会信用代码最后一位应为 {check}，现为 {number[17]}；请对照登记证书核对。"
        )
    organisation_ok = organisation_check_character(number[8:16]) == number[16]
    return UnifiedCode(number, number[0], number[1], number[2:8], number[8:17], organisation_ok)


def bank_card(text: str) -> BankCard:
    """Return the bank card or account number a text holds, 12 to 19 digits; hyphens are taken out.

    Raises `InvalidNumber` for another length or other characters. A failing Luhn check is only told in `luhn_ok`.

    >>> bank_card("6222 0000 0000 0000").luhn_ok
    False
    """
    number = normalise(text).replace("-", "")
    if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19):
        raise _malformed("银行卡号", number.upper(), "应为 12 至 19 位", lengths=range(12, 20))
    digits = number.encode()
    total = sum(digits[-1::-2].translate(_LUHN_ONCE)) + sum(digits[-2::-2].translate(_LUHN_TWICE))
    return BankCard(number, total % 10 == 0)


def phone(text: str) -> str:
    """Return a mainland phone number: a mobile as 11 digits, a landline as `0573-82345678`.

    Blanks, brackets, hyphens and +86 are accepted. Raises `InvalidNumber`.

    >>> phone("+86 138-1234-5678"), phone("（0573）82345678")
    ('13812345678', '0573-82345678')
    """
    number = normalise(text)
    if not number:
        raise InvalidNumber("blank", "电话没有填写；请填写 11 位手机号或带区号的座机号。")
    mobile = _MOBILE.fullmatch(number.replace("-", ""))
    if mobile:
        return mobile[1]
    landline = _LANDLINE.fullmatch(number)
    if landline:
        return f"{landline[1]}-{landline[2]}"
    digits = number.replace("-", "").removeprefix("+")
    reason = "length" if digits.isascii() and digits.isdigit() else "characters"
    raise InvalidNumber(reason, "电话号码不对；请填写 11 位手机号或带区号的座机号，如 0573-82345678。")


def _malformed(name: str, number: str, form: str, *, lengths: Iterable[int]) -> InvalidNumber:
    """Return the error for a number whose form is wrong, naming the slip that is likely behind it."""
    if not number:
        return InvalidNumber("blank", f"{name}没有填写；请对照证件填写。")
    if _SCIENTIFIC.fullmatch(number):
        return InvalidNumber("scientific", f"{name}被表格改成了 {number}，后几位已丢失；请把该列设为文本后重新填写。")
    if len(number) not in lengths:
        return InvalidNumber("length", f"{name}{form}，现有 {len(number)} 位；请对照证件补全。")
    if "O" in number or "I" in number:
        return InvalidNumber("characters", f"{name}中有字母 O 或 I，应为数字 0 或 1；请对照证件修改。")
    return InvalidNumber("characters", f"{name}中有不该出现的字符；请对照证件逐位核对后修改。")
