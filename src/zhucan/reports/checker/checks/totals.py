"""Totals without 其中: lists that end in 合计 or begin with 共, 两项合计 of the sentence before, 分别为."""

import re
from collections.abc import Iterator
from fractions import Fraction

from zhucan.reports.checker.checks.sums import (
    AIM,
    AVERAGE,
    BASE,
    CHANGE,
    WHOLE,
    arithmetic,
    exhaustive,
    mainly,
    makes_up,
    scale_of,
)
from zhucan.reports.checker.figures import SUMMED, Figure
from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.numbers import Interval, numeral, told, total
from zhucan.reports.checker.text import Article, Paragraph, Sentence

_CLOSING = re.compile(
    r"^(?:以上|上述|三项|两项|四项)?(?:共计|合计|总计|一共|总共|共|计)(?:[\u4e00-\u9fff]{0,8})?$|^[\u4e00-\u9fff]{0,6}(?:总数|共计|合计|总计)$"
)


def closed(article: Article) -> Iterator[Finding]:
    """Check lists that end in 共 or 合计, and totals that a list follows without 其中."""
    for sentence in article.sentences:
        figures = sentence.figures
        yield from _carried(sentence, figures)
        if len(figures) < 3:
            continue
        yield from _ending(sentence, figures)
        if "其中" not in sentence.text:
            yield from _beginning(sentence, figures)


_CARRIED = re.compile(
    r"^\s*(?:以上|上述)?(?:(?P<number>[两三四五六七八九])(?:项|类|者|处|个[\u4e00-\u9fff]{2,4}))?[\u4e00-\u9fff]{0,4}?"
    r"(?:共计|合计|总计|一共|(?<=.)共)[\u4e00-\u9fff]{0,6}$"
)


def _carried(sentence: Sentence, figures: list[Figure]) -> Iterator[Finding]:
    """Check totals that open a sentence, 两项合计 or 合计, against the figures of the sentence before."""
    at = sentence.paragraph.sentences.index(sentence)
    text = sentence.paragraph.text
    for number, whole in enumerate(figures[:3] if at else []):
        opened = _CARRIED.match(text[sentence.start : whole.start])
        follows = number and re.fullmatch("[、，]", text[figures[number - 1].end : whole.start])
        if whole.kind not in SUMMED or not (opened or follows):
            continue
        if follows and not _CARRIED.match(text[sentence.start : figures[0].start]):
            continue
        parts = [
            one
            for one in mainly(sentence.paragraph.sentences[at - 1].figures)
            if one.kind == whole.kind and not AIM.search(one.label)
        ]
        counted = numeral(opened["number"]) if opened and opened["number"] else None
        if (
            len(parts) < 2
            or (counted and counted != len(parts))
            or any(re.search("共|合计|总", one.label) for one in parts)
        ):
            continue
        summed = sum((one.value for one in parts), Fraction(0))
        near = bool(whole.value) and abs(summed - whole.value) <= whole.value * Fraction(3, 10)
        if near and not total([one.span for one in parts]).meets(whole.span):
            yield sentence.paragraph.finding("parts-and-whole", Severity.ERROR, whole.start, arithmetic(parts, whole))


_BRACKET = re.compile(r"（(?P<inside>[^（）]{4,160})）")


def bracketed(article: Article) -> Iterator[Finding]:
    """Check a total divided in brackets right behind it: 156人次（视力18人次、肢体97人次……）."""
    for paragraph in article.body:
        for match in _BRACKET.finditer(paragraph.text):
            whole = next((one for one in paragraph.figures if match.start() - 6 <= one.end <= match.start()), None)
            inside = [one for one in paragraph.figures if match.start() < one.start < match.end()]
            parts = [one for one in inside if whole and one.kind == whole.kind]
            if whole is None or whole.kind not in SUMMED or len(parts) < 2 or len(parts) != len(mainly(parts)):
                continue
            if "其中" in match[0] or any(WHOLE.search(one.label) for one in parts):
                continue
            summed = sum((one.value for one in parts), Fraction(0))
            gap = abs(summed - whole.value) / whole.value if whole.value else Fraction(1)
            if gap <= Fraction(3, 10) and not total([one.span for one in parts]).meets(whole.span):
                sure = exhaustive(parts) or gap <= Fraction(2, 10)
                severity = Severity.ERROR if sure else Severity.DOUBT
                yield paragraph.finding("parts-and-whole", severity, whole.start, arithmetic(parts, whole))


_PURE = re.compile(
    r"^(?:以上|上述|三项|两项|四项)?(?:共计|合计|总计|一共|总共|共)$|^[\u4e00-\u9fff]{0,6}(?:总数|共计|合计|总计)$"
)


def _ending(sentence: Sentence, figures: list[Figure]) -> Iterator[Finding]:
    text = sentence.paragraph.text
    for at, whole in enumerate(figures):
        if at < 2 or whole.kind not in SUMMED or not _CLOSING.match(re.sub(r"^[，；、]|余$", "", whole.label)):
            continue
        pure = _PURE.match(whole.label.lstrip("，；、"))
        parts: list[Figure] = []
        for one in reversed(figures[:at]):
            other = pure and one.kind != whole.kind  # 合计 passes over what each part has beside it
            if one.kind not in SUMMED or other or AVERAGE.search(one.label):
                continue
            if (
                one.kind != whole.kind
                or one.unit[-1] != whole.unit[-1]
                or CHANGE.search(one.label)
                or BASE.search(one.label)
                or "其中" in one.label
            ):
                break
            if parts and len(text[one.end : parts[0].start]) > 36:
                break
            parts.insert(0, one)
            if WHOLE.search(one.label):
                parts = parts[1:]
                break
        if len(parts) < 2:
            continue
        if whole.kind in ("person", "times", "household") and len(parts) == 2 and not pure:
            continue
        if any(total([one.span for one in parts[-count:]]).meets(whole.span) for count in range(2, len(parts) + 1)):
            continue
        summed = sum((one.value for one in parts), Fraction(0))
        near = whole.value and abs(summed - whole.value) / whole.value <= Fraction(3, 10)
        severity = Severity.ERROR if pure and near else Severity.DOUBT
        if pure or near:
            yield sentence.paragraph.finding("parts-and-whole", severity, whole.start, arithmetic(parts, whole))


def _beginning(sentence: Sentence, figures: list[Figure]) -> Iterator[Finding]:
    text = sentence.paragraph.text
    for at, whole in enumerate(figures):
        if (
            whole.kind not in SUMMED
            or not WHOLE.search(whole.label)
            or CHANGE.search(whole.label)
            or BASE.search(whole.label)
            or (_CLOSING.match(whole.label) and at)
        ):
            continue
        parts: list[Figure] = []
        end = whole.end
        for one in figures[at + 1 :]:
            between = text[end : one.start]
            if one.kind == "percent" and "占" in between:
                end = one.end
                continue
            if (
                one.kind != whole.kind
                or one.unit[-1] != whole.unit[-1]
                or len(between) > 16
                or CHANGE.search(one.label)
                or BASE.search(one.label)
                or WHOLE.search(one.label)
                or "均" in between
                or "每" in between
            ):
                break
            if parts and one.tail[:2] != parts[0].tail[:2] and not one.label.strip("，、；"):
                break
            parts.append(one)
            end = one.end
        if len(parts) < 2 or any(len(one.label.strip("，、；：")) < 2 and len(one.tail) < 2 for one in parts):
            continue
        if makes_up(parts, whole):
            continue
        summed = sum((one.value for one in parts), Fraction(0))
        near = bool(whole.value) and abs(summed - whole.value) / whole.value <= Fraction(3, 10)
        if near:
            strict = exhaustive(parts) or (whole.kind != "person" and len(parts) >= 2)
            yield sentence.paragraph.finding(
                "parts-and-whole", Severity.ERROR if strict else Severity.DOUBT, whole.start, arithmetic(parts, whole)
            )


_RESPECTIVE = re.compile(
    r"(?P<names>(?:[\u4e00-\u9fffA-Za-z“”（）]{1,16}、)+[\u4e00-\u9fffA-Za-z“”（）]{1,16}?(?:(?:和|及|与)[\u4e00-\u9fff]{1,12}?)?)(?:[\u4e00-\u9fff]{0,10}?)分别[\u4e00-\u9fff]{0,6}?(?P<numbers>(?:\d[\d.,]*[万亿]?(?:[\u4e00-\u9fff%]{0,3})[、，和及与]+)+\d[\d.,]*[万亿]?[\u4e00-\u9fff%]{0,3})"
)


def respective(article: Article) -> Iterator[Finding]:
    """Check that A、B、C 分别为 x、y、z names as many things as numbers, and that they make the total said before."""
    for paragraph in article.body:
        for match in _RESPECTIVE.finditer(paragraph.text):
            names = match["names"].split("、")
            least, most = len(names), len(names) + len(re.findall("和|及|与", match["names"]))
            numbers = re.findall(r"\d[\d.,]*", match["numbers"])
            if not least <= len(numbers) <= most:
                yield paragraph.finding(
                    "list-count",
                    Severity.ERROR,
                    match.start("numbers"),
                    f"前面列了 {least} 项，“分别”后面有 {len(numbers)} 个数：请核对。",
                )
                continue
            yield from _respective_total(paragraph, match, numbers)
        for match in _NUMBERED.finditer(paragraph.text):
            said, numbers = numeral(match["count"]), re.findall(r"\d[\d.,]*", match["numbers"])
            if said != len(numbers) and not _RESPECTIVE.search(match[0]):
                detail = f"说有{match['count']}个，“分别”后面有 {len(numbers)} 个数：请核对。"
                yield paragraph.finding("list-count", Severity.ERROR, match.start("count"), detail)


_NUMBERED = re.compile(
    r"(?P<count>[两三四五六七八九])(?:个|类|项|期|支|所|家|场)[\u4e00-\u9fff]{1,6}，?分别[\u4e00-\u9fff]{0,6}?"
    r"(?P<numbers>(?:\d[\d.,]*[万亿]?[\u4e00-\u9fff%]{1,3}[、和])+\d[\d.,]*[万亿]?[\u4e00-\u9fff%]{1,3})"
)


def _respective_total(paragraph: Paragraph, match: re.Match[str], numbers: list[str]) -> Iterator[Finding]:
    sentence = paragraph.sentence_at(match.start())
    inside = [one for one in paragraph.figures if match.start("numbers") <= one.start < match.end()]
    before = [
        one
        for one in mainly([one for one in sentence.figures if one.end <= match.start()])
        if inside and one.kind == inside[-1].kind
    ]
    if (
        not before
        or not inside
        or inside[-1].kind not in SUMMED
        or not (WHOLE.search(before[-1].label) or "其中" in sentence.text)
    ):
        return
    scale = scale_of(inside[-1])
    values = [Fraction(one.replace(",", "").rstrip(".")) * scale for one in numbers]
    step = inside[-1].step / 2 if inside[-1].span.low != inside[-1].span.high else Fraction(0)
    worked = total([Interval(value - step, value + step) for value in values])
    whole = before[-1]
    gap = abs(sum(values) - whole.value) / whole.value if whole.value else Fraction(1)
    if not worked.meets(whole.span) and gap <= Fraction(3, 10):
        left = " + ".join(told(value / scale_of(whole)) for value in values)
        yield paragraph.finding(
            "parts-and-whole",
            Severity.ERROR,
            whole.start,
            f"{left} = {told(sum(values, Fraction(0)) / scale_of(whole))}，与{whole.printed}不符：请核对分项和总数。",
        )
