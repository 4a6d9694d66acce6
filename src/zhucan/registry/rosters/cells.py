"""What one cell says: texts, days, grades, kinds of disability, hardship, amounts. A cell that cannot be right raises."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from unicodedata import normalize

from zhucan.core.identifiers import CATEGORY_LABELS, normalise
from zhucan.core.money import InvalidMoney, fen, parse_yuan

DASHES = frozenset(("", "-", "--", "—", "——", "/", "\\", "N/A", "n/a", "#N/A"))
NOTHING = DASHES | {"无", "没有", "暂无", "不详", "未知"}
"""What offices write for "nothing here" in columns that may be empty."""


class BadCell(Exception):
    """A cell cannot be right; the text is a Chinese sentence without the column's name."""


def text(cell: Any) -> str:
    """Return a cell as text: full width made half, every blank out, a leading apostrophe or ="…" taken off.

    >>> text(" 330499 1960０２290011"), text('="33049"'), text(13812345678.0)
    ('330499196002290011', '33049', '13812345678')
    """
    if isinstance(cell, str):
        return cell if cell.isascii() and cell.isalnum() else _plain(cell)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell)


@lru_cache(maxsize=16384)  # most texts of a roster are the same few places, banks and kinds
def _plain(written: str) -> str:
    found = normalise(written)
    if found.startswith('="') and found.endswith('"'):
        found = found[2:-1]
    return found.removeprefix("'")


def optional(cell: Any) -> str:
    """Return a cell's text, "" for the dashes and words that mean nothing."""
    if isinstance(cell, str) and cell.isalnum() and cell.isascii():
        return cell  # nearly every number; asked a score of times a row
    found = text(cell)
    return "" if found in NOTHING else found


_LATIN = re.compile(r"[A-Za-z]")
_NAME = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·A-Za-z .'-]+")


@lru_cache(maxsize=65536)
def person_name(cell: str) -> str:
    """Return a name without stray blanks, its dots written one way. Raises `BadCell` for what is no name.

    >>> person_name("薛　静志"), person_name("阿依古丽•买买提"), person_name(" John  Smith")
    ('薛静志', '阿依古丽·买买提', 'John Smith')
    """
    if cell.isalpha() and not cell.isascii():
        found = cell if _NAME.fullmatch(cell) else normalise(cell)
    else:
        found = normalize("NFKC", cell).replace("\u200b", "").replace("\ufeff", "").strip().removeprefix("'")
        found = re.sub(r"[•・．‧∙●]", "·", found)
        found = " ".join(found.split()) if _LATIN.search(found) and found.isascii() else normalise(found)
    if len(found) > 60:
        raise BadCell("超过 60 个字；请核对是否填错了列。")
    if found and not _NAME.fullmatch(found):
        raise BadCell(f"“{found[:20]}”不像姓名；请只填写姓名，不要带数字和符号。")
    return found


_FULL = re.compile(r"(\d{4})\s*(?:年|[-/.．,])\s*(\d{1,2})\s*(?:月|[-/.．,])\s*(\d{1,2})\s*日?号?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SHORT_YEAR = re.compile(r"'?\d{2}(?:年|[-/.])\d{1,2}(?:月|[-/.])\d{1,2}日?|\d{6}")
_MONTH_ONLY = re.compile(r"\d{4}(?:年|[-/.])\d{1,2}月?")
_CLOCK = re.compile(r"[T\s]*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$")
_RANGE = re.compile(r"(?:.*\d日?)?\s*(?:至|到|~|～|—+|–|--)\s*(.+?)止?")
_DASHED = re.compile(r"(?:\d{4}[./年]\d{1,2}[./月]\d{1,2}日?)-(\d{4}[./年]\d{1,2}[./月]\d{1,2}日?)")
_FOREVER = re.compile(r"长期|永久|长久|终身|无期限|长期有效")
_DAY_ZERO, _DAY_ZERO_1904 = date(1899, 12, 30), date(1904, 1, 1)


class Forever:
    """An expiry written as 长期 or 永久."""


FOREVER = Forever()


def day(cell: Any, *, since_1904: bool = False) -> date | None:
    """Return the day a cell tells, None for a blank one.

    Takes date cells, serial numbers, 20250102, and years of four digits with 年月日, hyphens, slashes or dots; a time of
    day is dropped. Raises `BadCell` for impossible and incomplete dates and years of two digits.

    >>> day("2025.1.2"), day(45659.0), day("2025年1月2日 08:30")
    (datetime.date(2025, 1, 2), datetime.date(2025, 1, 2), datetime.date(2025, 1, 2))
    """
    if isinstance(cell, datetime):
        return _plausible(cell.date())
    if isinstance(cell, date):
        return _plausible(cell)
    if isinstance(cell, bool | time | timedelta):
        raise BadCell("不是日期；请按 2025-01-02 的形式填写。")
    if isinstance(cell, float | int):
        if cell != int(cell) and cell < 10000:
            raise BadCell(f"“{cell}”缺少日；请写明年月日，如 2025-01-02。")
        return _from_digits(str(int(cell)), since_1904)
    return _day_text(cell.strip(), since_1904) if cell else None


@lru_cache(maxsize=65536)
def _day_text(written: str, since_1904: bool) -> date | None:
    found = normalize("NFKC", written).strip().removeprefix("'").strip()
    if not found or normalise(found) in NOTHING:
        return None
    found = _CLOCK.sub("", found)
    match = _FULL.fullmatch(found) or _FULL.fullmatch(normalise(found))
    if match:
        return _existing(int(match[1]), int(match[2]), int(match[3]))
    found = normalise(found)
    if _SHORT_YEAR.fullmatch(found):
        raise BadCell(f"“{found}”的年份只有两位；请写成四位年份，如 2025-01-02。")
    if found.isdigit():
        return _from_digits(found, since_1904)
    if _MONTH_ONLY.fullmatch(found):
        raise BadCell(f"“{found}”缺少日；请写明年月日，如 2025-01-02。")
    raise BadCell(f"“{found[:20]}”看不出是哪一天；请按 2025-01-02 的形式填写。")


def expiry(cell: Any, *, since_1904: bool = False) -> date | Forever | None:
    """Return an expiry: a day, the last day of a range, or `FOREVER`. Raises `BadCell` like `day`."""
    if isinstance(cell, str):
        found = normalize("NFKC", cell).strip()
        if _FOREVER.search(found):
            return FOREVER
        match = _RANGE.fullmatch(found) or _DASHED.fullmatch(normalise(found))
        if match:
            return expiry(match[1].strip(), since_1904=since_1904)
    return day(cell, since_1904=since_1904)


def _from_digits(digits: str, since_1904: bool) -> date:
    match = _COMPACT.fullmatch(digits)
    if match:
        return _existing(int(match[1]), int(match[2]), int(match[3]))
    if len(digits) == 5:  # an Excel serial number: 10000 is 1927, 99999 is 2173
        return _plausible((_DAY_ZERO_1904 if since_1904 else _DAY_ZERO) + timedelta(int(digits)))
    if len(digits) == 6:
        raise BadCell(f"“{digits}”的年份只有两位或缺少日；请写成 2025-01-02 的形式。")
    raise BadCell(f"“{digits}”看不出是哪一天；请按 2025-01-02 的形式填写。")


def _existing(year: int, month: int, number: int) -> date:
    try:
        return _plausible(date(year, month, number))
    except ValueError as error:
        raise BadCell(f"没有 {year} 年 {month} 月 {number} 日这一天；请对照证件改正。") from error


def _plausible(found: date) -> date:
    if not 1900 <= found.year <= 2200:
        raise BadCell(f"{found.isoformat()} 的年份不对；请对照证件改正。")
    return found


def year_and_month(cell: Any) -> tuple[int, int] | None:
    """Return year and month of a birth column, None when nothing can be told; never raises, the ID decides."""
    try:
        found = day(cell)
        return None if found is None else (found.year, found.month)
    except BadCell:
        match = re.fullmatch(r"(\d{4})(?:年|[-/.])?(\d{1,2})月?", text(cell))
        return (int(match[1]), int(match[2])) if match and 1 <= int(match[2]) <= 12 else None


_GRADES = {
    **dict(zip("一二三四五六七八九", range(1, 10), strict=True)),
    **dict(zip("壹贰叁肆伍", range(1, 6), strict=True)),
    **{str(number): number for number in range(1, 10)},
    "I": 1,
    "II": 2,
    "III": 3,
    "IV": 4,
    "V": 5,
}
_LEVEL = r"(?P<grade>[一二三四五六七八九壹贰叁肆伍1-9]|I{1,3}|IV|V)级"
_GRADE = re.compile(
    rf"(?:残疾|多重|[视听肢智精言][力语体神]?(?:残疾|残)?|重度|中度|轻度)*\(?(?:{_LEVEL}|(?P<bare>[一二三四五1-9]|I{{1,3}}|IV))\)?"
)


@lru_cache(maxsize=1024)
def grade(written: str) -> int:
    """Return the grade a text names, 1 to 4. Raises `BadCell`.

    >>> grade("二级"), grade("III级"), grade("1")
    (2, 3, 1)
    """
    match = _GRADE.fullmatch(written.upper())
    if not match:
        raise BadCell(f"“{written[:20]}”看不出是几级；请填写一级、二级、三级或四级。")
    number = _GRADES[match["grade"] or match["bare"]]
    if number > 4:
        raise BadCell(f"残疾等级只有一至四级，现为“{written}”；请对照残疾人证改正。")
    return number


class Kinds(NamedTuple):
    """The kinds of disability a text names, each with its grade where written."""

    named: tuple[tuple[str, int | None], ...]
    multiple: bool
    """Whether the text says 多重 itself."""
    joined: bool
    """Whether hearing and speech were written as one kind, as in old registers."""


_KINDS = (
    ("hearing+speech", "听力言语|听力语言|言语听力|听力和言语|听言|聋哑"),
    ("visual", "视力|视残|盲人|盲"),
    ("hearing", "听力|听残|聋"),
    ("speech", "言语|语言|言残|哑"),
    ("physical", "肢体|肢残"),
    ("intellectual", "智力|智残"),
    ("mental", "精神|精残"),
    ("multiple", "多重|多残|综合"),
)
_KIND = re.compile(
    "|".join(f"(?P<k{number}>{words})" for number, (_, words) in enumerate(_KINDS))
    + r"|(?P<level>[一二三四五六七八九壹贰叁肆1-9]|IV|I{1,3})级?"
)
_CODE = re.compile(r"^[1-7][-.、:]?(?=[^级])")
_FILLER = re.compile(r"残疾|残障|[()、,，;；/\\和及与+|:：.·-]|兼|伴|类|残|人")


@lru_cache(maxsize=4096)
def kinds(written: str) -> Kinds:
    """Return the kinds of disability a text names. Raises `BadCell` when it names none or something else too.

    >>> kinds("视力二级、智力三级").named
    (('visual', 2), ('intellectual', 3))
    >>> kinds("多重（肢体、听力）").named
    (('physical', None), ('hearing', None))
    """
    found = _CODE.sub("", normalise(written).upper())
    if found in tuple("1234567"):
        category = tuple(CATEGORY_LABELS)[int(found) - 1]
        return Kinds(((category, None),) if category != "multiple" else (), category == "multiple", False)
    named: list[tuple[str, int | None]] = []
    multiple = joined = False
    waiting = 0  # how many of the last named kinds a grade that follows belongs to
    for match in _KIND.finditer(found):
        if match["level"]:
            level = _GRADES[match["level"]]
            if level > 4:
                raise BadCell(f"残疾等级只有一至四级，现为“{written[:20]}”；请对照残疾人证改正。")
            for position in range(len(named) - waiting, len(named)):
                named[position] = (named[position][0], level)
            waiting = 0
            continue
        category = _KINDS[int((match.lastgroup or "k0")[1:])][0]
        if category == "multiple":
            multiple, waiting = True, 0
        elif category == "hearing+speech":
            joined, waiting = True, 2
            named += [("hearing", None), ("speech", None)]
        else:
            named.append((category, None))
            waiting = 1
    if _FILLER.sub("", _KIND.sub("", found)) or not (named or multiple):
        raise BadCell(f"“{written[:20]}”不是残疾类别；请填写{'、'.join(CATEGORY_LABELS.values())}之一。")
    if len({category for category, _ in named}) < len(named):
        raise BadCell(f"“{written[:20]}”里同一类残疾写了两次；请每类只写一次。")
    return Kinds(tuple(named), multiple, joined)


_YES = frozenset(["是", "有", "享受", "√", "✓", "✔", "Y", "YES", "1", "对", "属于"])
_NO = frozenset([
    "否", "无", "不是", "没有", "不享受", "未享受", "×", "X", "N", "NO", "0", "非", "不属于", "一般",
    "普通", "正常", "无困难", "非困难", "未享受救助", "非低保", "非低保户", "一般户", "普通户", "一般家庭", "普通家庭",
])  # fmt: skip
_ELSEWHERE = re.compile(r"脱贫|建档立卡|监测|支出型|临时|其他|其它|孤儿|事实无人|优抚|重点")
_DIBIAN = re.compile(r"边缘|低边|低收入")
_TEKUN = re.compile(r"特困|五保|三无|分散供养|集中供养")
_DIBAO = re.compile(r"低保|最低生活保障|^[ABCD甲乙丙一二三四][类等级档](?:低保)?$")
_NOT_NOW = re.compile(
    r"^原|曾|退出|退保|停保|已停|停发|停止|取消|清退|终止|期满|申请|拟|待|初审|公示|审核中|审批中|办理中|未批|不符"
)
_DENIED = re.compile(r"^(?:非|不是|未|无)")


class NotKept(Exception):
    """The word is understood but the registry has no place for it; the text is a Chinese sentence."""


@lru_cache(maxsize=1024)
def hardship(written: str, asked: str = "dibao") -> str:
    """Return dibao, dibian, tekun or none; `asked` is what a plain yes means. Raises `BadCell` and `NotKept`.

    >>> hardship("低保边缘户"), hardship("是"), hardship("否"), hardship("农村低保")
    ('dibian', 'dibao', 'none', 'dibao')
    """
    found = written.upper()
    if found in _YES:
        if not asked:
            raise BadCell(f"只写了“{written}”，看不出是哪一种困难；请填写低保、低保边缘、特困或非困难。")
        return asked
    if found in _NO:
        return "none"
    if _NOT_NOW.search(found) and not _DENIED.search(found):
        raise NotKept(f"“{written[:20]}”说的不是现在享受的，困难类型没有登记；请核实后写明现在的情况。")
    if not _DENIED.search(found):
        for form, kind in ((_TEKUN, "tekun"), (_DIBIAN, "dibian"), (_DIBAO, "dibao")):
            if form.search(found):
                return kind
        if _ELSEWHERE.search(found):
            raise NotKept(f"“{written[:20]}”不是低保、低保边缘或特困，困难类型没有登记；如同时是其中一种请写明。")
    raise BadCell(f"“{written[:20]}”看不出是哪一种困难；请填写低保、低保边缘、特困或非困难。")


def names_more_than_dibao(written: str) -> bool:
    """Tell whether a cell names 低保边缘 or 特困: then a plain no beside it denies those too."""
    return bool(_TEKUN.search(written) or _DIBIAN.search(written))


_IN_USE = frozenset(
    [
        "有效",
        "正常",
        "在用",
        "已领",
        "已发",
        "已发证",
        "已领证",
        "已激活",
        "激活",
        "持证",
        "已办证",
        "办结",
        "健在",
        "在册",
        "是",
    ]
)
_STATUSES = (
    (re.compile(r"死|去世|亡|故"), "dead"),
    (re.compile(r"注销|作废|吊销|收回|迁出|失效"), "cancelled"),
    (re.compile(r"冻结|挂失|停用|暂停"), "frozen"),
)


def status(written: str) -> str:
    """Return valid, frozen, cancelled or dead, "" for a blank or a word that says nothing of these.

    >>> status("正常"), status("已注销"), status("冻结（到期未换）"), status("制证中")
    ('valid', 'cancelled', 'frozen', '')
    """
    found = normalise(written)
    if found in _IN_USE:
        return "valid"
    return next((kind for form, kind in _STATUSES if form.search(found)), "")


_BRACKETED = re.compile(r"(.+?)[(（]([^()（）]{1,10})[)）]")
_PHONE = re.compile(r"(?<!\d)(?:1\d{10}|0\d{2,3}-?\d{7,8})(?!\d)")


def guardian(written: str) -> tuple[str, str, str]:
    """Return the name, relation and phone that one cell tells of a guardian, "" for what it does not.

    >>> guardian("张大山（父亲）13900000002"), guardian("张大山")
    (('张大山', '父亲', '13900000002'), ('张大山', '', ''))
    """
    found = _PHONE.search(written)
    rest = (written[: found.start()] + written[found.end() :]).strip(" ,，、;；:：/") if found else written
    number, relation = found[0] if found else "", ""
    if bracketed := _BRACKETED.fullmatch(rest.strip()):
        rest, relation = bracketed[1], bracketed[2]
    return rest, relation, number


@lru_cache(maxsize=4096, typed=True)  # many people have the same
def amount_fen(cell: Any) -> int | None:
    """Return an amount of yuan in fen, None for a blank cell. Raises `BadCell`, for three decimals too.

    A number cell is read through its shortest decimal form, which is what the office typed.

    >>> amount_fen("1,650.5"), amount_fen(1100.1)
    (165050, 110010)
    """
    if isinstance(cell, bool | date | time | timedelta):
        raise BadCell("不是金额；请填写以元为单位的数字，如 1234.50。")
    if isinstance(cell, float | int):
        written = format(Decimal(repr(cell)), "f")
        written = written.removesuffix(".0")
    else:
        written = optional(cell)
    if not written:
        return None
    try:
        return fen(parse_yuan(written.removesuffix("元/月").removesuffix("/月")))
    except InvalidMoney as error:
        raise BadCell(str(error)) from error
