"""Changes: against last year, from one value to another, in per cent, in percentage points, in multiples."""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from zhucan.reports.checker.checks.sums import BASE
from zhucan.reports.checker.figures import SUMMED, Figure
from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.numbers import Interval, told
from zhucan.reports.checker.text import Article, Sentence

_UP = "增加|增长|提高|上升|净增|增幅|提升|扩大|多|增|涨|升"
_DOWN = "减少|下降|降低|缩减|回落|缩短|少|减|降"
_DELTA = re.compile(
    rf"(?P<way>{_UP}|{_DOWN})(?:了|幅度?为?|率为?|约为?|支出|投入|发放|安置|培训|征收|服务|拨付|救助|完成)?$"
)
_FROM = re.compile(r"(?:由|从)[^，。；]{0,14}$")
_TO = re.compile(rf"(?P<way>{_UP}|{_DOWN}|发展|调整)[^，。；]{{0,2}}(?:到了?|至|为)$")
_DOUBLE = re.compile(r"翻了?(?P<times>[一两二三])番|翻番")
_AGAINST = re.compile(r"比|较|同比|环比|上年|去年|增幅|由|从")
_RATE_WORD = re.compile(r"[率比重]$|占比|比例|比重|率(?:达|为|由|从|到)?")


def _earlier(one: Figure) -> bool:
    """Tell whether a figure is the one compared with: 上年的, 比 2023 年的."""
    return bool(BASE.search(one.label) or re.search(r"(?:比|较|与)(?:19|20)\d{2}年[^，]{0,6}$", one.label))


def _down(way: str) -> bool:
    return bool(re.fullmatch(_DOWN, way))


def changes(article: Article) -> Iterator[Finding]:
    """Check what a change is said to be against the values before and after."""
    for sentence in article.sentences:
        figures = sentence.figures
        for at, one in enumerate(figures):
            way = _DELTA.search(one.label)
            if way is None or not _AGAINST.search(sentence.text[: one.start - sentence.start]):
                continue
            now, before, step = _values(sentence, figures, at)
            if one.kind == "percent":
                yield from _best_percent(sentence, figures, at, way["way"], now, before, step)
                yield from _should_be_points(sentence, one, way["way"], figures, at)
            elif one.kind == "points":
                yield from _points(sentence, one, way["way"], figures, at)
            elif one.kind == "multiple":
                if not _down(way["way"]):
                    yield from _multiple(sentence, one, now, before)
            elif one.kind in SUMMED:
                yield from _absolute(sentence, one, way["way"], now, before)
        yield from _directions(sentence, figures)
        yield from _doubled(sentence, figures)


def _values(sentence: Sentence, figures: list[Figure], at: int) -> tuple[Figure | None, Figure | None, Figure | None]:
    """Return the value now, the one before, and the change in units, as far as the words before a change tell them."""
    now = before = step = None
    own = figures[at]
    for one in reversed(figures[:at]):
        if one.kind not in SUMMED or (own.kind in SUMMED and one.kind != own.kind):
            continue
        if (now and one.kind != now.kind) or (before and one.kind != before.kind) or (step and one.kind != step.kind):
            continue
        if "每" in one.label[-3:] or "其中" in sentence.paragraph.text[one.end : own.start]:
            break
        if _DELTA.search(one.label):
            if now is None and before is None and step is None and own.kind == "percent":
                step = one
            else:
                break
        elif (
            BASE.search(one.label)
            or _FROM.search(one.label)
            or re.search(r"(?:比|较)(?:19|20)\d{2}年[^，]{0,6}$", one.label)
        ):
            before = before or one
        elif now is None:
            now = one
            if before is not None:
                break
        else:
            break
    return now, before, step


def _best_percent(
    sentence: Sentence,
    figures: list[Figure],
    at: int,
    way: str,
    now: Figure | None,
    before: Figure | None,
    step: Figure | None,
) -> Iterator[Finding]:
    """Judge a percentage by the values beside it, unless those of the whole before 其中 explain it."""
    one = figures[at]
    if step is None and at + 1 < len(figures):
        after = figures[at + 1]
        near = len(sentence.paragraph.text[one.end : after.start]) <= 6
        if near and _DELTA.search(after.label) and after.kind in SUMMED and (now is None or now.kind == after.kind):
            step = after
    kind = (now or before or step or one).kind
    wholes = [
        each
        for each in figures[:at]
        if each.kind == kind and each is not now and not _DELTA.search(each.label) and not BASE.search(each.label)
    ]
    found = list(_percent(sentence, one, way, now, before, step))
    for other in reversed(wholes):
        if not found or not (before or step):
            break
        if not list(_percent(sentence, one, way, other, before, step)):
            return
    yield from found


def _should_be_points(sentence: Sentence, one: Figure, way: str, figures: list[Figure], at: int) -> Iterator[Finding]:
    """Find the difference of two rates printed as per cent: 由 80% 提高到 85%，提高 5%."""
    told_rates = [each for each in figures[:at] if each.kind == "percent" and not _DELTA.search(each.label)][-2:]
    if len(told_rates) < 2:
        return
    first, second = told_rates
    now, before = (first, second) if _earlier(second) else (second, first)
    if not (_earlier(before) or _FROM.search(before.label)):
        return
    larger, smaller = (before, now) if _down(way) else (now, before)
    if one.fits(larger.span - smaller.span):
        detail = f"{before.printed}到{now.printed}相差 {told(larger.value - smaller.value)} 个百分点，不是 {told(one.value)}%：请改为“个百分点”。"
        yield sentence.paragraph.finding("percentage-points", Severity.DOUBT, one.start, detail)


def _verdict(one: Figure, worked: Interval) -> Severity | None:
    if one.fits(worked):
        return None
    return Severity.DOUBT if one.nearly(worked) else Severity.ERROR


def _percent(
    sentence: Sentence, one: Figure, way: str, now: Figure | None, before: Figure | None, step: Figure | None
) -> Iterator[Finding]:
    down = _down(way)
    if now and before and before.value:
        larger, smaller = (before, now) if down else (now, before)
        if larger.span.high < smaller.span.low:
            yield sentence.paragraph.finding(
                "growth",
                Severity.ERROR,
                one.start,
                f"由{before.printed}到{now.printed}是{'增加' if down else '减少'}，不是{way}：请核对。",
            )
            return
        worked = (larger.span - smaller.span) / before.span
        said = f"（{told(now.value)} - {told(before.value)}）÷ {told(before.value)} = {told((now.value - before.value) / before.value * 100)}%"
    elif now and step and not before:
        base = now.span + step.span if down else now.span - step.span
        if base.low <= 0:
            return
        worked = step.span / base
        value = now.value + step.value if down else now.value - step.value
        said = f"{told(step.value)} ÷（{told(now.value)} {'+' if down else '-'} {told(step.value)}）= {told(step.value / value * 100)}%"
    elif before and step and before.value:
        worked = step.span / before.span
        said = f"{told(step.value)} ÷ {told(before.value)} = {told(step.value / before.value * 100)}%"
    else:
        return
    verdict = _verdict(one, Interval(worked.low * 100, worked.high * 100))
    if verdict:
        yield sentence.paragraph.finding("growth", verdict, one.start, f"{said}，写的是{way}{one.printed}：请核对。")
    elif now and before and step:
        yield from _absolute(sentence, step, way, now, before)


def _absolute(
    sentence: Sentence, one: Figure, way: str, now: Figure | None, before: Figure | None
) -> Iterator[Finding]:
    if now is None or before is None or now.kind != one.kind or before.kind != one.kind:
        return
    larger, smaller = (before, now) if _down(way) else (now, before)
    verdict = _verdict(one, larger.span - smaller.span)
    if verdict:
        scale = _scale(one)
        yield sentence.paragraph.finding(
            "growth",
            verdict,
            one.start,
            f"{told(larger.value / scale)} - {told(smaller.value / scale)} = {told((larger.value - smaller.value) / scale)}，写的是{way}{one.printed}：请核对。",
        )


def _scale(one: Figure) -> Fraction:
    return Fraction(10**8 if one.unit.startswith("亿") else 10**4 if one.unit.startswith("万") else 1)


def _points(sentence: Sentence, one: Figure, way: str, figures: list[Figure], at: int) -> Iterator[Finding]:
    rates = [each for each in figures[:at] if each.kind == "percent" and not _DELTA.search(each.label)][-2:]
    if len(rates) < 2:
        after = [each for each in figures[at + 1 : at + 2] if each.kind == "percent" and not rates and each]
        if len(rates) != 1 or not after:
            return
        rates = [*rates, *after]
    first, second = rates
    now, before = (first, second) if _earlier(second) else (second, first)
    if not (_earlier(first) or _earlier(second) or _FROM.search(first.label)):
        return
    larger, smaller = (before, now) if _down(way) else (now, before)
    verdict = _verdict(one, larger.span - smaller.span)
    if verdict:
        yield sentence.paragraph.finding(
            "growth",
            verdict,
            one.start,
            f"{told(larger.value)}% - {told(smaller.value)}% = {told(larger.value - smaller.value)} 个百分点，写的是{way}{one.printed}：请核对。",
        )


def _multiple(sentence: Sentence, one: Figure, now: Figure | None, before: Figure | None) -> Iterator[Finding]:
    if now and before and before.value:
        worked = now.span / before.span
        verdict = _verdict(one, Interval(worked.low - 1, worked.high - 1))
        if verdict:
            yield sentence.paragraph.finding(
                "growth",
                verdict,
                one.start,
                f"{told(now.value)} ÷ {told(before.value)} = {told(now.value / before.value)} 倍，增加了 {told(now.value / before.value - 1)} 倍，写的是{one.printed}：请核对。",
            )


def _directions(sentence: Sentence, figures: list[Figure]) -> Iterator[Finding]:
    """Find 由 a 增加到 b with b below a, and rates that rise by per cent instead of points."""
    for first, second in pairwise(figures):
        way = _TO.search(second.label)
        if not way or first.kind != second.kind or not _FROM.search(first.label) or way["way"] in ("发展", "调整"):
            continue
        down = _down(way["way"])
        if (second.span.low > first.span.high) if down else (second.span.high < first.span.low):
            yield sentence.paragraph.finding(
                "growth",
                Severity.ERROR,
                second.start,
                f"由{first.printed}到{second.printed}是{'增加' if down else '减少'}，不是{way['way']}：请核对。",
            )
        at = figures.index(second)
        after = figures[at + 1] if at + 1 < len(figures) else None
        delta = _DELTA.search(after.label) if after else None
        if after is None or delta is None or len(sentence.paragraph.text[second.end : after.start]) > 12:
            continue
        larger, smaller = (first, second) if down else (second, first)
        if (first.kind == "percent" and after.kind == "points") or (first.kind == after.kind and first.kind in SUMMED):
            verdict = _verdict(after, larger.span - smaller.span)
            if verdict:
                yield sentence.paragraph.finding(
                    "growth",
                    verdict,
                    after.start,
                    f"{told(larger.value)} - {told(smaller.value)} = {told(larger.value - smaller.value)}，写的是{delta['way']}{after.printed}：请核对。",
                )
        elif first.kind in SUMMED and after.kind == "percent" and first.value:
            worked = (larger.span - smaller.span) / first.span
            verdict = _verdict(after, Interval(worked.low * 100, worked.high * 100))
            if verdict:
                yield sentence.paragraph.finding(
                    "growth",
                    verdict,
                    after.start,
                    f"（{told(second.value)} - {told(first.value)}）÷ {told(first.value)} = {told((second.value - first.value) / first.value * 100)}%，写的是{delta['way']}{after.printed}：请核对。",
                )


def rates(article: Article) -> Iterator[Finding]:
    """Find rates that rise by so many per cent: per cent or points?"""
    for sentence in article.sentences:
        for one in sentence.figures:
            way = _DELTA.search(one.label)
            if one.kind != "percent" or way is None:
                continue
            clause = re.split(r"[，；。：]", sentence.paragraph.text[max(0, one.start - 40) : one.start])[-1]
            subject = re.search(r"(?:率|比例|比重|占比)(?!先)[^率]{0,14}?(?:比|较|同比)", clause)
            if subject and "的" not in clause[clause.rfind("率") + 1 : clause.rfind("率") + 2]:
                yield sentence.paragraph.finding(
                    "percentage-points",
                    Severity.DOUBT,
                    one.start,
                    f"比率{way['way']}{one.printed}有两种读法：如果是相差，请写 {told(one.value)} 个百分点。",
                )


def times(article: Article) -> Iterator[Finding]:
    """Check 是上季度 4.3 万元的 2 倍 against the two values."""
    for sentence in article.sentences:
        for at, one in enumerate(sentence.figures):
            if one.kind != "multiple" or at < 2 or not re.fullmatch("的(?:近|约)?", one.label):
                continue
            now, before = sentence.figures[at - 2], sentence.figures[at - 1]
            between = sentence.paragraph.text[now.end : before.start]
            if (
                now.kind != before.kind
                or not before.value
                or not re.search("是|为|相当于|达到?", between)
                or len(between) > 20
            ):
                continue
            verdict = _verdict(one, now.span / before.span)
            if verdict:
                detail = f"{told(now.value)} ÷ {told(before.value)} = {told(now.value / before.value)} 倍，写的是{one.printed}：请核对。"
                yield sentence.paragraph.finding("multiple", verdict, one.start, detail)


def _doubled(sentence: Sentence, figures: list[Figure]) -> Iterator[Finding]:
    match = _DOUBLE.search(sentence.text)
    if match is None:
        return
    times = 2 ** {"一": 1, "两": 2, "二": 2, "三": 3}.get(match["times"] or "一", 1)
    place = sentence.start + match.start()
    near = [one for one in figures if one.end <= place and place - one.end < 32 and one.kind in SUMMED][-2:]
    if len(near) < 2 or near[0].kind != near[1].kind:
        return
    first, second = near
    before, now = (first, second) if _FROM.search(first.label) or _earlier(first) else (second, first)
    if not (_FROM.search(before.label) or _earlier(before)) or not before.value:
        return
    ratio = now.value / before.value
    if ratio < times * Fraction(95, 100):
        yield sentence.paragraph.finding(
            "multiple",
            Severity.ERROR,
            place,
            f"{told(now.value)} ÷ {told(before.value)} = {told(ratio)} 倍，{match[0]}是 {times} 倍：请核对。",
        )
