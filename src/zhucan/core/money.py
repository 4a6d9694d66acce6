"""Money in yuan (Decimal) and fen (int); never a float (MON-1, MON-2)."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from unicodedata import normalize

from zhucan.core.errors import ZhucanError

FEN = Decimal("0.01")
LIMIT = Decimal(10) ** 12
"""Amounts must stay below this many yuan: columns hold 14 digits, two of them decimals."""

_WRITTEN = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


class InvalidMoney(ZhucanError, ValueError):
    """The text or number is no amount of money this system can hold."""


def yuan(value: Decimal | int | str) -> Decimal:
    """Return an amount in yuan, rounded half up to the fen (away from zero when negative).

    Raises `TypeError` for a float and `InvalidMoney` for text that is no number.

    >>> yuan("79.835")
    Decimal('79.84')
    >>> yuan(0.1)
    Traceback (most recent call last):
    TypeError: money must not be a float: 0.1
    """
    return _exact(value).quantize(FEN, rounding=ROUND_HALF_UP)


def fen(value: Decimal | int | str) -> int:
    """Return an amount of yuan in fen, exactly; an int counts as whole yuan.

    Raises `InvalidMoney` when the amount is finer than a fen, `TypeError` for a float.

    >>> fen("1,160.00"), fen(Decimal("-0.05")), fen(3)
    (116000, -5, 300)
    """
    amount = parse_yuan(value, allow_negative=True) if isinstance(value, str) else _exact(value)
    count = amount * 100
    if count != count.to_integral_value():
        raise InvalidMoney(f"金额 {value} 元超过两位小数；请精确到分后再填写。")
    return int(count)


def from_fen(count: int) -> Decimal:
    """Return fen as yuan with two decimals.

    >>> from_fen(116000)
    Decimal('1160.00')
    """
    return Decimal(count).scaleb(-2)


def parse_yuan(text: str, *, allow_negative: bool = False) -> Decimal:
    """Return the amount a person typed, in yuan with two decimals.

    Accepts blanks, full-width digits, thousands separators, a leading ¥ and a trailing 元. Raises `InvalidMoney`
    for anything else, for more than two decimals, for 10^12 yuan and more, and for a negative amount unless allowed.

    >>> parse_yuan("１，２３４．５０ 元")
    Decimal('1234.50')
    """
    plain = _BLANKS.sub("", normalize("NFKC", text)).removeprefix("¥").removesuffix("元").replace("−", "-")
    if not plain:
        raise InvalidMoney("金额没有填写；请填写以元为单位的数字，如 1234.50。")
    if plain.endswith(("万", "亿")):
        raise InvalidMoney(f"金额“{text}”带有万或亿；请换算成以元为单位的数字。")
    if _WRITTEN.fullmatch(plain) is None:
        raise InvalidMoney(f"“{text}”不是金额；请填写以元为单位的数字，如 1234.50。")
    amount = Decimal(plain.replace(",", ""))
    if len(plain.partition(".")[2]) > 2:
        raise InvalidMoney(f"金额“{text}”超过两位小数；请精确到分后再填写。")
    if amount < 0 and not allow_negative:
        raise InvalidMoney(f"金额“{text}”是负数；请填写不小于零的数字。")
    if abs(amount) >= LIMIT:
        raise InvalidMoney(f"金额“{text}”太大；请核对位数后重新填写。")
    return amount.quantize(FEN)


def wan(value: Decimal) -> Decimal:
    """Return yuan as 万元 with two decimals, rounded half up once (RR-09).

    >>> wan(Decimal("1234567.89"))
    Decimal('123.46')
    """
    return _exact(value).scaleb(-4).quantize(FEN, rounding=ROUND_HALF_UP)


def text(value: Decimal) -> str:
    """Return an amount of yuan as shown on lists: thousands separated, two decimals.

    >>> text(Decimal("1160"))
    '1,160.00'
    """
    return f"{yuan(value):,.2f}"


def capital(value: Decimal) -> str:
    """Return an amount of yuan in capital characters (大写金额), as vouchers carry it (RR-23).

    Ends with 整 when there are no fen. Raises `InvalidMoney` for fractions of a fen and for 10^12 yuan and more.

    >>> capital(Decimal("10005.06")), capital(Decimal("2300.00"))
    ('壹万零伍元零陆分', '贰仟叁佰元整')
    """
    count = fen(value)
    if abs(count) >= 100 * LIMIT:
        raise InvalidMoney(f"金额 {value} 元太大，不能写成大写；请核对位数。")
    whole, rest = divmod(abs(count), 100)
    jiao, last = divmod(rest, 10)
    written = "负" if count < 0 else ""
    if whole or not rest:
        written += (_integer(whole) or _DIGITS[0]) + "元"
    if jiao:
        written += _DIGITS[jiao] + "角"
    if not last:
        return written + "整"
    if whole and not jiao:
        written += _DIGITS[0]
    return written + _DIGITS[last] + "分"


def _exact(value: Decimal | int | str) -> Decimal:
    if isinstance(value, (bool, float)):
        raise TypeError(f"money must not be a {type(value).__name__}: {value}")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise InvalidMoney(f"“{value}”不是金额；请填写以元为单位的数字，如 1234.50。") from None
    if not amount.is_finite():
        raise InvalidMoney(f"“{value}”不是金额；请填写以元为单位的数字，如 1234.50。")
    return amount


def _integer(number: int) -> str:
    """Return a whole number below 10^12 in capital characters, "" for zero; a run of inner zeros is read once."""
    written = ""
    gap = False
    for index, name in ((2, "亿"), (1, "万"), (0, "")):
        group = number // 10000**index % 10000
        if not group:
            gap = True
            continue
        if written and (gap or group < 1000):
            written += _DIGITS[0]
        written += _four_digits(group) + name
        gap = False
    return written


def _four_digits(group: int) -> str:
    written = ""
    gap = False
    for power in (3, 2, 1, 0):
        digit = group // 10**power % 10
        if digit:
            written += (_DIGITS[0] if gap and written else "") + _DIGITS[digit] + _PLACES[power]
        gap = not digit
    return written
