"""Averages and standards: so much a head, a household, a class, times how many, makes the total."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from zhucan.reports.checker.checks.sums import AIM, BASE, CHANGE, mainly, parts_of, whole_of
from zhucan.reports.checker.figures import Figure
from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.numbers import Interval, exactly, told
from zhucan.reports.checker.text import Article, Sentence

_PER = (
    (
        re.compile(
            r"(?:人均|平均每人|每人(?!每[月年])|每名[\u4e00-\u9fff]{0,6}|每位[\u4e00-\u9fff]{0,6}|人平均)[^，。；每\d]{0,12}$|每人每年[^，。；每\d]{0,8}$"
        ),
        ("person",),
    ),
    (re.compile(r"(?:户均|平均每户|每户|每个?家庭)[^，。；每\d]{0,12}$"), ("household",)),
    (re.compile(r"(?:日均|天均|平均每[天日])[^，。；每\d]{0,8}$"), ("day-count",)),
    (re.compile(r"(?:次均|平均每人次|每人次)[^，。；]{0,8}$"), ("times",)),
    (re.compile(r"(?:平均每|每)(?:场|期|次|批|届)[^，。；]{0,8}$|场均[^，。；]{0,6}$|期均[^，。；]{0,6}$"), ("event",)),
    (re.compile(r"(?:平均每|每)(?:家|个|所|处)(?:基地|机构|中心|单位|站)?[^，。；]{0,8}$"), ("place",)),
    (re.compile(r"(?:平均每|每)(?:件|台|套|辆|副|例)[^，。；]{0,8}$"), ("item",)),
)
_MONTHLY = re.compile(r"每人每月[^，。；]{0,8}$|月人均[^，。；]{0,8}$|人均每月[^，。；]{0,8}$")
_PART = re.compile(
    r"最高|最低|不超过|不低于|至少|以上|上限|增收|原来|上年|去年|分别|首|一次性补贴标准由|提高到|调整|标准(?:由|从|提高)"
)
_SUMMED_UP = re.compile(r"(?:合计|共计|总计|共)[^，。；]{0,6}$")
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
            if _SUMMED_UP.search(label):
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
    joined = [
        each for average in sentence.figures if _is_average(sentence, average) for each in _joined(sentence, average)
    ]
    for each in sentence.figures:
        if each is one or each in joined or each.kind != kind or CHANGE.search(each.label) or BASE.search(each.label):
            continue
        if not _is_average(sentence, each) and not re.search(r"标准|每[月年天]", _label(sentence, each)):
            found.append(each)
    return found


def _average(sentence: Sentence, one: Figure, kinds: tuple[str, ...]) -> Iterator[Finding]:
    counts = [each for kind in kinds for each in _others(sentence, one, kind)]
    if kinds == ("person",) and not counts:
        counts = _others(sentence, one, "times")
    totals = [each for each in _others(sentence, one, one.kind) if each not in counts]
    if kinds == ("event",) and one.kind == "person":
        totals = [*totals, *_others(sentence, one, "times")]  # 每期 30 人，共 180 人次
    one = _with_joined(sentence, one)
    if not counts and totals and one.value:
        yield from _by_the_sentence_before(sentence, one, kinds, totals)
    if not counts or not totals or "分别" in sentence.text or not one.value:
        return
    counts = _without_parts(sentence, counts)
    counts = [each for each in counts if not AIM.search(each.label)] or counts
    near_counts, near_totals = (_beside(sentence, one, found) for found in (counts, totals))
    clear = len(near_counts) == 1 and len(near_totals) == 1
    if clear:
        counts, totals = near_counts, near_totals
    if any(_agree(one, whole, count) for whole in totals for count in counts if count.value):
        return
    count, whole = _nearest(counts, one), _nearest(totals, one)
    clear = clear or _together(sentence, one, count, whole)
    if not clear and "其中" in sentence.text:
        return
    if not count.value or (not clear and not re.search(r"共|合计|总|计", whole.label)):
        return
    severity = Severity.ERROR if clear and not one.nearly(whole.span / count.span) else Severity.DOUBT
    yield sentence.paragraph.finding("average", severity, one.start, _said(one, count, whole))


def _by_the_sentence_before(
    sentence: Sentence, one: Figure, kinds: tuple[str, ...], totals: list[Figure]
) -> Iterator[Finding]:
    """Judge an average whose count stands in the sentence before."""
    at = sentence.paragraph.sentences.index(sentence)
    before = mainly(sentence.paragraph.sentences[at - 1].figures) if at else []
    counts = [each for each in before if each.kind in kinds and each.value]
    totals = [each for each in totals if each.end <= one.start][-1:]
    done = [each for each in counts if not AIM.search(each.label)]
    if totals and len(done) == 1 and not any(_agree(one, totals[0], count) for count in counts):
        yield sentence.paragraph.finding("average", Severity.DOUBT, one.start, _said(one, done[0], totals[0]))


def _without_parts(sentence: Sentence, counts: list[Figure]) -> list[Figure]:
    """Return the counts without the parts that 其中 divides one of them into."""
    place = sentence.text.find("其中")
    if place < 0:
        return counts
    whole = whole_of(sentence.paragraph, sentence.start + place)
    parts = parts_of(sentence.paragraph, sentence, sentence.start + place, whole) if whole in counts and whole else []
    return [each for each in counts if each not in parts]


def _together(sentence: Sentence, one: Figure, count: Figure, whole: Figure) -> bool:
    """Tell whether count, total and average stand one behind the other with nothing between."""
    at = sentence.figures.index(next(each for each in sentence.figures if each.start == one.start))
    return {each.start for each in sentence.figures[max(0, at - 2) : at]} == {count.start, whole.start}


def _agree(one: Figure, whole: Figure, count: Figure) -> bool:
    return one.fits(whole.span / count.span) or whole.fits(one.span * count.span)


def _joined(sentence: Sentence, one: Figure) -> list[Figure]:
    """Return the figures that belong to an average by 和: 每户 500 元和价值 120 元的慰问品."""
    at = sentence.figures.index(one)
    found: list[Figure] = []
    for each in sentence.figures[at + 1 :]:
        gap = sentence.paragraph.text[(found[-1] if found else one).end : each.start]
        if each.kind != one.kind or not re.match(r"^[\u4e00-\u9fff]{0,8}(?:和|及|、|另加|外加)", gap) or "，" in gap:
            break
        found.append(each)
    return found


def _with_joined(sentence: Sentence, one: Figure) -> Figure:
    for each in _joined(sentence, one):
        printed = f"{one.printed}加{each.printed}"
        one = replace(one, value=one.value + each.value, span=one.span + each.span, end=each.end, printed=printed)
    return one


def _is_average(sentence: Sentence, one: Figure) -> bool:
    label = _label(sentence, one)
    if _SUMMED_UP.search(label):
        return False
    return any(pattern.search(label) for pattern, _ in _PER) or bool(_MONTHLY.search(label))


def _beside(sentence: Sentence, one: Figure, figures: list[Figure]) -> list[Figure]:
    """Return those figures that stand between the same semicolons, and behind the average before."""
    text = sentence.paragraph.text
    begin = max(sentence.start, text.rfind("；", sentence.start, one.start))
    stop = text.find("；", one.end, sentence.end)
    ends = [
        each.end
        for each in sentence.figures
        if begin < each.end < one.start and each.kind == one.kind and _is_average(sentence, each)
    ]
    begin = max([begin, *ends])
    return [each for each in figures if begin <= each.start and (stop < 0 or each.end <= stop)]


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
    """Check 每人每月 a 元 with persons, months and total; several standards between two semicolons make one total."""
    text = sentence.paragraph.text
    begin = max(sentence.start, text.rfind("；", sentence.start, one.start))
    stop = text.find("；", one.end, sentence.end)
    figures = [each for each in sentence.figures if begin <= each.start and (stop < 0 or each.end <= stop)]
    standards = [each for each in figures if each.kind == "money" and _MONTHLY.search(_label(sentence, each))]
    totals = [each for each in _others(sentence, one, "money") if each in figures]
    if standards[0] is not one or len(totals) != 1 or not one.value:
        return
    paid = []
    for standard in standards:
        counts = [
            each
            for each in figures
            if each.kind == "person" and each.end <= standard.start and not CHANGE.search(each.label)
        ]
        if not counts or (len(standards) == 1 and len(counts) > 1):
            return
        paid.append((standard, counts[-1]))
    whole = totals[0]
    months = 1 if re.search(r"每?月(?:均)?(?:发放|支出)", whole.label) else _months(sentence.text)
    once = sum((standard.span * count.span for standard, count in paid), exactly(0))
    product = sum((standard.value * count.value for standard, count in paid), Fraction(0))
    said = " + ".join(f"{_plain(standard)} × {_plain(count)} 人" for standard, count in paid)
    said = f"（{said}）" if len(paid) > 1 else said
    if months is not None:
        if not (once * exactly(months)).meets(whole.span):
            severity = Severity.DOUBT if _near(product * months, whole) else Severity.ERROR
            detail = f"{said} × {months} 个月 = {_told(product * months, whole)}，写的是{whole.printed}：请核对。"
            yield sentence.paragraph.finding("average", severity, one.start, detail)
    elif once.high * 12 < whole.span.low and "年" in sentence.text:
        detail = f"{said} × 12 个月 = {_told(product * 12, whole)}，还不到{whole.printed}：请核对。"
        yield sentence.paragraph.finding("average", Severity.DOUBT, one.start, detail)


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
