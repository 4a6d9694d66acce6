"""Figures that count something else than the sentence speaks of: other units, other kinds of employers, other levels."""

import re
from collections.abc import Iterator

from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.text import CJK, Article

_EMPLOYERS = re.compile(
    r"(?<![全各])(?:党政|行政|机关|政府|事业|国有|国企|企|民营|社会组织|[、和及])*(?:机关|事业|企业|企事业|行政|国企)(?:单位)?"
)
_SETS = (("机关", re.compile("行政|机关|党政|政府")), ("事业", re.compile("事业")), ("企业", re.compile("企")))
_FAMILIES = re.compile(r"(?P<verb>走访慰问|慰问|走访|探访|救助|帮扶|资助)|(?P<family>残疾人?家庭(?!成员|子女|无障碍))")
_PERSONS = re.compile(r"(?:\d+|[xX]+)(?:余|多)?(?:名|人|位)(?!次)[\u4e00-\u9fff]{0,4}残疾")
_LEVEL = re.compile(
    rf"(?P<level>国家级|省级|市级|县级|区级|镇级)[“\"]?(?P<name>[{CJK}·]{{3,16}})[”\"]?\d+(?:家|个|所|处)"
)


def employers(article: Article) -> Iterator[Finding]:
    """Find a count of more kinds of employers than the sentence set out to tell of."""
    for sentence in article.sentences:
        spoken: set[str] | None = None
        first = ""
        for match in _EMPLOYERS.finditer(sentence.text):
            kinds = {name for name, pattern in _SETS if pattern.search(match[0])}
            if len(match[0]) < 4 or not kinds:
                continue
            counted = re.search(r"(?:\d+|[xX]+)(?:多|余)?[家个]$", sentence.text[: match.start()])
            if spoken is None:
                spoken, first = kinds, match[0]
            elif counted and kinds > spoken:
                more = "、".join(sorted(kinds - spoken))
                yield sentence.paragraph.finding(
                    "scope",
                    Severity.DOUBT,
                    sentence.start + match.start(),
                    f"前面说的是“{first}”，这里数的是“{match[0]}”，把{more}也算了进去：两处口径不同，请分开写。",
                )
                break


def families(article: Article) -> Iterator[Finding]:
    """Find visits to families that are counted in persons."""
    for sentence in article.sentences:
        text = sentence.text
        family, person = re.search(r"残疾人?家庭(?!成员|子女|无障碍|医生)", text), None
        if family is None or re.search(r"(?:\d+|[xX]+)(?:余|多)?户", text):
            continue
        verb = re.search(r"走访慰问|慰问|走访|探访", text)
        for match in _PERSONS.finditer(text):
            if (
                match.start() > family.start()
                and verb
                and re.search(r"走访|慰问|探访", text[max(0, match.start() - 8) : match.start()])
            ):
                person = match
                break
        if person is not None:
            yield sentence.paragraph.finding(
                "unit-mixed",
                Severity.DOUBT,
                sentence.start + person.start(),
                f"慰问的是家庭，数的却是人（“{person[0]}”）：一户可能不止一人，请写明是多少户。",
            )


def levels(article: Article) -> Iterator[Finding]:
    """Find centres counted at one level and their people at all levels, in one sentence."""
    for sentence in article.sentences:
        for match in _LEVEL.finditer(sentence.text):
            core = match["name"][-4:]
            rest = sentence.text[match.end() :]
            wide = re.search(
                rf"各级[^，。；]{{0,14}}{re.escape(core)}[^，。；]{{0,6}}(?:安置|服务|托养|培训|带动)[^，。；]{{0,8}}?\d+(?:余|多)?(?:人|名|户)",
                rest,
            )
            if wide:
                yield sentence.paragraph.finding(
                    "scope",
                    Severity.DOUBT,
                    sentence.start + match.end() + wide.start(),
                    f"前面数的是{match['level']}的{match['name']}，这里是各级的人数：范围不同，不能相除求平均，请写明各级共有多少个。",
                )
