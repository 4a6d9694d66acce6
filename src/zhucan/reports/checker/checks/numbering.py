"""Item numbers: lost digits, gaps, doubles, a first one missing, headings that did not get a line of their own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.numbers import numeral
from zhucan.reports.checker.text import ENUMERATOR, Article, Paragraph

_INLINE = re.compile(
    r"(?:(?<=[。；，])|(?<=[。；，] ))(?P<digit>\d{1,2})(?P<mark>[、.．])(?=\d{1,4}[名人户家件次个月]|[^\d\s%])"
)
_SHI = re.compile(r"(?:^|(?<=[。；：，]))(?P<han>[一二三四五六七八九十]{1,2})(?:是|要(?=[\u4e00-\u9fff]))")
_SWALLOWED = re.compile(r"[，。；、]\s*(?P<han>[一二三四五六七八九十]{1,3})、(?P<heading>[^，。；：、\d]{2,15})$")
_HEAD = re.compile(r"^[：:]?(?P<heading>[^，。；：、\d]{2,14})、(?=[^、]{4,})")


@dataclass(frozen=True)
class _Mark:
    paragraph: Paragraph
    place: int
    level: str
    value: int
    mark: str = "、"


def _marks(article: Article) -> list[_Mark]:
    """Return the item numbers of a report in reading order."""
    kept = article.memory.get("marks")
    if isinstance(kept, list):
        return kept
    found: list[_Mark] = []
    for paragraph in article.paragraphs:
        if paragraph.table:
            continue
        match = ENUMERATOR.match(paragraph.text)
        if match:
            for level in ("han", "inner", "part", "digit", "bracket"):
                if match[level]:
                    value = int(match[level]) if match[level].isdigit() else numeral(match[level])
                    if value is not None:
                        mark = match["mark"] or "、"
                        found.append(_Mark(paragraph, match.start(level), level, value, mark))
        for inner in _INLINE.finditer(paragraph.text):
            found.append(_Mark(paragraph, inner.start(), "digit", int(inner["digit"]), inner["mark"]))
        swallowed = _SWALLOWED.search(paragraph.text)
        if swallowed and not paragraph.heading:
            value = numeral(swallowed["han"])
            if value is not None:
                found.append(_Mark(paragraph, swallowed.start("han"), "swallowed", value))
    article.memory["marks"] = found
    return found


def sections(article: Article) -> Iterator[Finding]:
    """Find headings 一、 that leave a number out, come twice, or stand at the end of a line of text."""
    top = [one for one in _marks(article) if one.level in ("han", "swallowed")]
    numbers = {one.value for one in top if one.level == "han"}
    kept = [one for one in top if one.level == "han" or one.value not in numbers]
    for one in kept:
        if one.level == "swallowed" and {one.value - 1, one.value + 1} & numbers:
            heading = one.paragraph.text[one.place :]
            yield one.paragraph.finding(
                "heading-swallowed", Severity.ERROR, one.place, f"标题“{heading}”接在上一段末尾：请另起一行。"
            )
    yield from _sequence([one for one in kept if one.level == "han" or {one.value - 1, one.value + 1} & numbers])
    for level in ("part", "inner", "bracket"):
        run: list[_Mark] = []
        for one in _marks(article):
            if one.level == level:
                run.append(one)
            elif _rank(one.level) < _rank(level):
                yield from _sequence(run)
                run = []
        yield from _sequence(run)


def _rank(level: str) -> int:
    return ("part", "han", "swallowed", "inner", "digit", "bracket").index(level)


def _sequence(marks: list[_Mark]) -> Iterator[Finding]:
    for before, one in pairwise(marks):
        if one.value == before.value + 1 or one.value == 1:
            continue
        printed = _printed(one)
        if one.value == before.value:
            said = f"序号“{printed}”用了两次（第 {before.paragraph.line_at(before.place)} 行也是）：请顺次改号。"
        elif one.value > before.value:
            said = (
                f"序号从“{_printed(before)}”跳到“{printed}”：中间少了 {one.value - before.value - 1} 项，或编号有误。"
            )
        else:
            said = f"序号“{printed}”排在“{_printed(before)}”之后：请核对顺序。"
        yield one.paragraph.finding("number-order", Severity.ERROR, one.place, said)


def _printed(one: _Mark) -> str:
    text = one.paragraph.text[one.place :]
    found = re.match(r"[一二三四五六七八九十]+|\d+", text)
    return found[0] if found else str(one.value)


def items(article: Article) -> Iterator[Finding]:
    """Find items 1、 2、 with lost digits, gaps and doubles, and sections whose first item has no number."""
    last = 0  # of the section before: items may be numbered through all sections
    for opening, run in _runs(article):
        before: _Mark | None = None
        shift = 0  # digits lost earlier: an item 1 after a 10 that lost its 1 is item 11
        for one in run:
            line = one.paragraph.line_at(one.place)
            value = one.value
            if value == 0:
                value = (before.value + shift + 1) if before else 10
                yield one.paragraph.finding(
                    "number-lost", Severity.ERROR, one.place, f"序号“0”少了前面的数字：应是“{value}”。"
                )
                shift = value
            elif before is not None and shift and value == before.value + 1:
                yield one.paragraph.finding(
                    "number-lost",
                    Severity.ERROR,
                    one.place,
                    f"序号“{value}”接在 {shift} 之后（第 {before.paragraph.line_at(before.place)} 行）：应是“{shift + value}”。",
                )
            elif before is None and value > 1 and value != last + 1:
                yield from _first_missing(opening, one)
            elif before is not None and value == before.value:
                yield one.paragraph.finding(
                    "number-order",
                    Severity.ERROR,
                    one.place,
                    f"序号“{value}”用了两次（第 {before.paragraph.line_at(before.place)} 行也是）：请顺次改号。",
                )
            elif before is not None and value > before.value + 1 and line - before.paragraph.line < 30:
                yield one.paragraph.finding(
                    "number-order",
                    Severity.ERROR,
                    one.place,
                    f"序号从“{before.value}”跳到“{value}”：中间少了 {value - before.value - 1} 项，或编号有误。",
                )
            before = one
        last = run[-1].value if run else last


def _runs(article: Article) -> Iterator[tuple[Paragraph | None, list[_Mark]]]:
    """Yield the items of each section with its heading; a new 1 begins a new run."""
    opening: Paragraph | None = None
    run: list[_Mark] = []
    for one in _marks(article):
        if one.level == "digit" and not (run and one.value == 1 and run[-1].value > 0):
            run.append(one)
        else:
            yield opening, run
            run = [one] if one.level == "digit" else []
            opening = one.paragraph if one.level != "digit" else None
    yield opening, run


def _first_missing(opening: Paragraph | None, second: _Mark) -> Iterator[Finding]:
    if opening is None:
        return
    place = 0
    swallowed = _SWALLOWED.search(opening.text)
    if swallowed and not opening.heading:
        place = swallowed.start("han")
    line = second.paragraph.line_at(second.place)
    yield opening.finding(
        "number-first-missing",
        Severity.DOUBT,
        place,
        f"这一部分的项目从“{second.value}”（第 {line} 行）开始，前面{'第 1 项' if second.value == 2 else f'第 1 至 {second.value - 1} 项'}没有序号：请补上。",
    )


def run_on(article: Article) -> Iterator[Finding]:
    """Find small headings that run on into their text by a 、, below a section whose first item lost its number."""
    paragraphs = list(article.paragraphs)
    for opening, run in _runs(article):
        if opening is None or not run or run[0].value != 2:
            continue
        at = paragraphs.index(opening)
        first = opening if not opening.heading and not _SWALLOWED.search(opening.text) else None
        if first is None and at + 1 < len(paragraphs):
            first = paragraphs[at + 1]
        if first is None or first.heading or first is run[0].paragraph:
            continue
        found = ENUMERATOR.match(first.text)
        begin = found.end() if found else 0
        head = _HEAD.match(first.text[begin:])
        if head is None:
            continue
        heading, rest = head["heading"], first.text[begin + head.end() :]
        elsewhere = _other_place(article, heading, first, rest)
        said = f"“{heading}”像小标题，却用顿号与正文相连：请断开并补上序号。"
        yield first.finding("heading-run-on", Severity.STYLE, begin, said + elsewhere)


def _other_place(article: Article, heading: str, own: Paragraph, rest: str) -> str:
    """Return a sentence where the words of the heading occur in another item only: the text is about something else."""
    words = [heading[at : at + 2] for at in range(len(heading) - 1)]
    missing = [word for word in words if word not in rest]
    if len(missing) < len(words):
        return ""
    for word in reversed(missing):
        for paragraph in article.body:
            if paragraph is not own and own.line < paragraph.line < own.line + 15 and word in paragraph.text:
                return f"下面写的也不是{heading}，“{word}”在第 {paragraph.line} 行。"
    return ""


def styles(article: Article) -> Iterator[Finding]:
    """Find items numbered in another way than most: 4. among 、."""
    marks = [one for one in _marks(article) if one.level == "digit"]
    dots = [one for one in marks if one.mark in ".．"]
    commas = [one for one in marks if one.mark == "、"]
    few, many = sorted((dots, commas), key=len)
    if few and len(many) >= 3 * len(few):
        for one in few:
            yield one.paragraph.finding(
                "number-style",
                Severity.STYLE,
                one.place,
                f"序号写成“{one.value}{one.mark}”，其余 {len(many)} 处都用“{many[0].mark}”：请统一。",
            )


def spoken(article: Article) -> Iterator[Finding]:
    """Find lists 一是 … 二是 … that leave one out or say one twice."""
    run: list[tuple[Paragraph, int, int]] = []
    for paragraph in article.paragraphs:
        if paragraph.heading or ENUMERATOR.match(paragraph.text):
            run = []
        for match in _SHI.finditer(paragraph.text):
            value = numeral(match["han"])
            if value is None:
                continue
            if run and value != 1:
                before = run[-1][2]
                if value == before:
                    yield paragraph.finding(
                        "number-order",
                        Severity.ERROR,
                        match.start("han"),
                        f"“{match[0]}”说了两次（第 {run[-1][0].line_at(run[-1][1])} 行也有）：请顺次改号。",
                    )
                elif value != before + 1:
                    yield paragraph.finding(
                        "number-order",
                        Severity.ERROR,
                        match.start("han"),
                        f"“{match[0]}”前面是第 {before} 点：中间少了一点，或编号有误。",
                    )
            elif value > 1 and match[0].endswith("是") and value < 9:
                yield paragraph.finding(
                    "number-first-missing", Severity.DOUBT, match.start("han"), f"“{match[0]}”前面没有“一是”：请核对。"
                )
            run = [*run, (paragraph, match.start("han"), value)] if value != 1 else [(paragraph, match.start("han"), 1)]
