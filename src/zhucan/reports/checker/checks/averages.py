"""Averages and standards: so much a head, a household, a class, times how many, makes the total."""

import re
from collections.abc import Iterator
from fractions import Fraction

from zhucan.reports.checker.checks.sums import BASE, CHANGE
from zhucan.reports.checker.figures import Figure
from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.numbers import Interval, exactly, told
from zhucan.reports.checker.text import Article, Sentence

_PER = (
    (
        re.compile(
            r"(?:人均|平均每人|每人(?!每[月年])|每名[\u4e00-\u9fff]{0,6}|每位[\u4e00-\u9fff]{0,6}|人平均)[^，。；每]{0,12}$"
        ),
        ("person",),
    ),
    (re.compile(r"(?:户均|平均每户|每户|每个?家庭)[^，。；每]{0,12}$"), ("household",)),
    (re.compile(r"(?:次均|平均每人次|每人次)[^，。；]{0,8}$"), ("times",)),
    (re.compile(r"(?:平均每|每)(?:场|期|次|批|届)[^，。；]{0,8}$|场均[^，。；]{0,6}$|期均[^，。；]{0,6}$"), ("event",)),
    (re.compile(r"(?:平均每|每)(?:家|个|所|处)(?:基地|机构|中心|单位|站)?[^，。；]{0,8}$"), ("place",)),
    (re.compile(r"(?:平均每|每)(?:件|台|套|辆|副|例)[^，。；]{0,8}$"), ("item",)),
)
_MONTHLY = re.compile(r"每人每月[^，。；]{0,8}$|月人均[^，。；]{0,8}$|人均每月[^，。；]{0,8}$")
_PART = re.compile(
    r"最高|最低|不超过|不低于|至少|以上|上限|增收|原来|上年|去年|分别|首|一次性补贴标准由|提高到|调整|标准(?:由|从|提高)"
)
_PRINTED_MONTHS = re.compile(r"(\d{1,2})个月")
_MONTH_SPAN = re.compile(r"(\d{1,2})月?[-—~至到](\d{1,2})月")


def averages(article: Article) -> Iterator[Finding]:
    """Check every average and standard whose count and total the sentence gives."""
    for sentence in article.sentences:
        for one in sentence.figures:
            if (
                (one.approximate and "以" in one.printed)
                or CHANGE.search(one.label)
                or BASE.search(one.label)
                or _PART.search(one.label)
            ):
                continue
            label = _label(sentence, one)
            if _MONTHLY.search(label) and one.kind == "money":
                yield from _monthly(sentence, one)
                continue
            for pattern, kinds in _PER:
                if pattern.search(label):
                    yield from _average(sentence, one, kinds)
                    break


def _label(sentence: Sentence, one: Figure) -> str:
    text = sentence.paragraph.text[max(sentence.start, one.start - 30) : one.start]
    return re.split(r"[，；。：（]", text)[-1]


def _others(sentence: Sentence, one: Figure, kind: str) -> list[Figure]:
    """Return the figures of a kind in the sentence that are totals or counts themselves."""
    found = []
    for each in sentence.figures:
        label = _label(sentence, each)
        if each is one or each.kind != kind or CHANGE.search(each.label) or BASE.search(each.label):
            continue
        if (
            any(pattern.search(label) for pattern, _ in _PER)
            or _MONTHLY.search(label)
            or re.search(r"标准|每[月年天]", label)
        ):
            continue
        found.append(each)
    return found


def _average(sentence: Sentence, one: Figure, kinds: tuple[str, ...]) -> Iterator[Finding]:
    counts = [each for kind in kinds for each in _others(sentence, one, kind)]
    if kinds == ("person",) and not counts:
        counts = _others(sentence, one, "times")
    totals = [each for each in _others(sentence, one, one.kind) if each not in counts]
    if not counts or not totals or "分别" in sentence.text:
        return
    if any(one.fits(whole.span / count.span) for whole in totals for count in counts if count.value):
        return
    if any(whole.fits(one.span * count.span) for whole in totals for count in counts):
        return
    if re.search(r"其中", sentence.text) and (len(counts) > 1 or len(totals) > 1):
        return
    count = _nearest(counts, one)
    whole = _nearest(totals, one)
    if not count.value or not one.value:
        return
    clear = len(counts) == 1 and len(totals) == 1
    nearly = one.nearly(whole.span / count.span)
    severity = Severity.ERROR if clear and not nearly else Severity.DOUBT
    if not clear and not re.search(r"共|合计|总|计", whole.label):
        return
    yield sentence.paragraph.finding("average", severity, one.start, _said(one, count, whole))


def _nearest(figures: list[Figure], one: Figure) -> Figure:
    return min(figures, key=lambda each: abs(each.start - one.start))


def _said(one: Figure, count: Figure, whole: Figure) -> str:
    worked = whole.value / count.value
    product = one.value * count.value
    said = f"{_plain(whole)} ÷ {_plain(count)} = {_told(worked, one)}，写的是{one.printed}（{_plain(one)} × {_plain(count)} = {_told(product, whole)}）：请核对。"
    factor = product / whole.value if whole.value else Fraction(0)
    for power in (10, 100, 1000, 10000):
        if _close(factor, Fraction(power)) or (factor and _close(1 / factor, Fraction(power))):
            return said + f"两边正好差 {power} 倍，可能是“元”与“万元”写错或多写少写了位数。"
    return said


def _close(one: Fraction, two: Fraction) -> bool:
    return abs(one - two) <= two / 1000


def _plain(one: Figure) -> str:
    return (
        told(one.value) + ("" if one.kind != "money" else " 元")
        if one.kind != "money" or one.value < 10**6
        else f"{told(one.value / 10**4)} 万元"
    )


def _told(value: Fraction, like: Figure) -> str:
    if like.unit.startswith("万"):
        return f"{told(value / 10**4)} {like.unit}"
    return f"{told(value)} {like.unit}"


def _monthly(sentence: Sentence, one: Figure) -> Iterator[Finding]:
    """Check 每人每月 a 元 with persons, months and total."""
    counts = _others(sentence, one, "person")
    totals = _others(sentence, one, "money")
    if len(counts) != 1 or len(totals) != 1 or not one.value or not counts[0].value:
        return
    count, whole = counts[0], totals[0]
    months = _months(sentence.text)
    worked = whole.span / (one.span * count.span)
    if months is not None:
        if not worked.meets(exactly(months)):
            product = one.value * count.value * months
            yield sentence.paragraph.finding(
                "average",
                Severity.ERROR if not _near(product, whole) else Severity.DOUBT,
                one.start,
                f"{_plain(one)} × {_plain(count)} 人 × {months} 个月 = {_told(product, whole)}，写的是{whole.printed}：请核对。",
            )
    elif worked.low > 12 and re.search(r"全年|年", sentence.text):
        yield sentence.paragraph.finding(
            "average",
            Severity.DOUBT,
            one.start,
            f"{_plain(one)} × {_plain(count)} 人 × 12 个月 = {_told(one.value * count.value * 12, whole)}，还不到{whole.printed}：请核对。",
        )


def _near(product: Fraction, whole: Figure) -> bool:
    return Interval(product * Fraction(98, 100), product * Fraction(102, 100)).meets(whole.span)


def _months(text: str) -> int | None:
    printed = _PRINTED_MONTHS.search(text)
    if printed:
        return int(printed[1])
    span = _MONTH_SPAN.search(text)
    if span and int(span[2]) >= int(span[1]):
        return int(span[2]) - int(span[1]) + 1
    return None
