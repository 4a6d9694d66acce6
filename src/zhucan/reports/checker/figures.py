"""From a sentence to its figures: value, what its printed precision leaves open, unit, and the words around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from zhucan.reports.checker.numbers import ENDLESS, Interval, numeral

KINDS: Mapping[str, str] = {
    "人次": "times",
    "人·次": "times",
    "户次": "household-times",
    "场次": "event",
    "个百分点": "points",
    "百分点": "points",
    "平方公里": "area-km",
    "平方米": "area",
    "亩": "acre",
    "公里": "length-km",
    "元": "money",
    "名": "person",
    "人": "person",
    "位": "person",
    "户": "household",
    "小时": "hour",
    "个月": "month-count",
    "天": "day-count",
    "岁": "age",
    "倍": "multiple",
    "成": "tenth",
    "%": "percent",
    "‰": "permille",
    **dict.fromkeys("家所个处座", "place"),
    **dict.fromkeys("场次期批届", "event"),
    **dict.fromkeys("件台套辆副条篇份本册例项支对张部块只盏株头米首幅枚面", "item"),
}
"""What each unit counts."""
PEOPLE = frozenset({"person", "times", "household", "household-times"})
COUNTED = PEOPLE | {"place", "event", "item"}
SUMMED = COUNTED | {"money", "area", "acre", "hour"}
"""Kinds whose parts add up to a whole."""
_LARGE = {"万": 10**4, "亿": 10**8, "千": 10**3, "百": 100, "": 1, "千万": 10**7, "百万": 10**6, "十万": 10**5}
_UNITS = "|".join(sorted(map(re.escape, KINDS), key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HAN = "零〇一二两三四五六七八九十百千"
_FIGURE = re.compile(
    r"(?P<before>(?:大约|约为|约|将近|接近|近|超过|超|逾|不少于|不低于|不足|不到|至少|低于)[：:]?)?"
    rf"(?:(?P<number>{_NUMBER})(?P<range>[-—~至到](?P<upper>{_NUMBER}))?|百分之(?P<hundredths>[{_HAN}]+(?:点[{_HAN}]+)?)"
    rf"|(?<![{_HAN}第每各数几星周初十])(?P<han>[{_HAN}]+))"
    r"(?P<some>[余多来几]?)(?P<large>千万|百万|十万|[万亿千百]?)(?P<more>[余多]?)"
    rf"(?P<unit>{_UNITS})?(?P<after>多|余|以上|左右|上下|以内|以下)?"
)
_STOP = re.compile(r"[，；。！？：、（）“”《》\n]")
_UP = ("超过", "超", "逾", "不少于", "不低于", "至少")
_DOWN = ("不足", "不到", "低于")
_NEAR = ("大约", "约为", "约")


@dataclass(frozen=True)
class Figure:
    """A number of the text. `label` is what stands before it in its clause, `tail` what follows."""

    start: int
    end: int
    printed: str
    value: Fraction
    span: Interval
    step: Fraction  # one unit of its last printed digit
    unit: str
    kind: str
    label: str
    tail: str
    approximate: bool

    def fits(self, worked: Interval) -> bool:
        """Tell whether some value worked out is one that the printed figure may stand for."""
        return self.span.meets(worked)

    def nearly(self, worked: Interval) -> bool:
        """Tell whether it fits when the last digit was cut instead of rounded, or counted one off."""
        return self.span.wider(self.step / 2 if self.span.low != self.span.high else Fraction(0)).meets(worked)

    @property
    def around(self) -> str:
        """The words on both sides."""
        return f"{self.label}…{self.tail}"


def figures_of(text: str) -> list[Figure]:
    """Return the figures of a canonical text: numbers with a unit that counts something; no dates, no numbering."""
    found: list[Figure] = []
    for match in _FIGURE.finditer(text):
        figure = _figure(text, match, found[-1].end if found else 0)
        if figure is not None:
            found.append(figure)
    return found


def _figure(text: str, match: re.Match[str], last: int) -> Figure | None:
    unit = match["unit"] or ("%" if match["hundredths"] else "")
    if not unit or not _counts(text, match, unit):
        return None
    value, step = _value(match)
    if value is None:
        return None
    scale = _LARGE[match["large"]]
    if unit in ("成", "‰"):
        scale, unit = (10 * scale, "%") if unit == "成" else (scale, unit)
    value, step = value * scale, step * scale
    kind = KINDS[unit]
    start, end = match.start(), match.end()
    begin = max((stop.end() for stop in _STOP.finditer(text, 0, start)), default=0)
    stop = _STOP.search(text, end)
    following = _FIGURE_START.search(text, end)
    until = min(stop.start() if stop else len(text), following.start() if following else len(text))
    span, approximate = _span(match, value, step, kind)
    return Figure(
        start,
        end,
        text[start:end],
        value,
        span,
        step,
        match["large"] + unit,
        kind,
        text[max(begin, last) : start],
        text[end:until],
        approximate,
    )


_FIGURE_START = re.compile(r"\d")


def _counts(text: str, match: re.Match[str], unit: str) -> bool:
    """Tell whether the number counts the unit, and is not a rank, a date, a grade or part of a fixed word."""
    start, end = match.start(), match.end()
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if before and before in "第〔[.-xX/" and not match["before"]:
        return False
    if unit == "成" and (after and after not in "，。；、左以的"):
        return False
    if unit == "人" and after and after in "民大才员口工均事选":
        return after == "员"
    if unit == "个" and after == "体":
        return False
    if unit in ("次", "届", "期", "批") and before == "第":
        return False
    if match["han"]:
        if unit == "项":
            return False
        if len(match["han"]) == 1 and match["han"] == "一":
            return False
        if unit in (
            "人",
            "户",
            "成",
            "部",
            "对",
            "头",
            "条",
            "张",
            "本",
            "台",
            "位",
            "块",
            "天",
            "米",
            "首",
            "支",
        ) and not re.search("[十百千两]|(?<![一])[二三四五六七八九](?:名|人|户|位|天)", match["han"] + unit):
            return False
        if match["han"] in ("百", "千", "十", "千百", "百千"):
            return False
    return not (unit == "家" and after in "庭" and after)


def _value(match: re.Match[str]) -> tuple[Fraction | None, Fraction]:
    if match["number"]:
        plain = match["number"].replace(",", "")
        return Fraction(plain), Fraction(1, 10 ** len(plain.partition(".")[2]))
    if match["hundredths"]:
        whole, _, decimals = match["hundredths"].partition("点")
        read = numeral(whole)
        if read is None:
            return None, Fraction(1)
        digits = "".join(str(numeral(one)) for one in decimals)
        return Fraction(f"{read}.{digits or 0}"), Fraction(1, 10 ** len(digits))
    counted = numeral(match["han"])
    return (None if counted is None else Fraction(counted)), Fraction(1)  # none in 三四十: about so many


def _span(match: re.Match[str], value: Fraction, step: Fraction, kind: str) -> tuple[Interval, bool]:
    before, more = (match["before"] or "").rstrip("：:"), match["some"] or match["more"]
    after = match["after"] or ""
    if match["upper"]:
        upper = Fraction(match["upper"].replace(",", "")) * _LARGE[match["large"]]
        return Interval(min(value, upper), max(value, upper)), True
    if more or after in ("多", "余"):
        return Interval(value, value + _last_place(value, step)), True
    if before in _UP or after == "以上":
        return Interval(value, ENDLESS), True
    if before in _DOWN or after in ("以内", "以下"):
        return Interval(Fraction(0), value), True
    if before in ("将近", "接近", "近"):
        return Interval(value * Fraction(9, 10), value), True
    if before in _NEAR or after in ("左右", "上下"):
        return Interval(value * Fraction(9, 10), value * Fraction(11, 10)), True
    exact = kind in COUNTED and step == 1
    return (Interval(value, value) if exact else Interval(value - step / 2, value + step / 2)), False


def _last_place(value: Fraction, step: Fraction) -> Fraction:
    """Return one unit of the last digit that is not zero: 30余 is less than 40, 1200多 less than 1300."""
    place = step
    while value and value % (place * 10) == 0:
        place *= 10
    return place
