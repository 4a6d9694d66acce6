"""What a title promises: printed once, the right years, and a body that keeps it."""

import re
from collections import Counter
from collections.abc import Iterator

from zhucan.reports.checker.calendar import title_years, years_in_title, years_of
from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.text import Article

_BOTH = re.compile(r"(?:总结|报告|汇报|情况|小结).{0,3}[和及与暨、].{0,14}?(?P<half>思路|计划|打算|安排|要点)")
_PLAN_HEADING = re.compile(
    r"思路|打算|(?<!规)计划|下一步|下步|下一阶段|明年|来年|工作安排|努力方向|展望|(?:19|20)\d{2}年(?:主要|重点)?(?:工作|任务)"
    r"|^[一二三四五六七八九十、（）]*(?:今后)?(?:的)?(?:主要|重点)(?:工作|任务)"
)


def repeated(article: Article) -> Iterator[Finding]:
    """Find a title that is printed again right below."""
    for before, one in zip(article.titles, article.titles[1:], strict=False):
        same = one.text == before.text
        if same or _alike(one.text, before.text):
            how = "完全相同" if same else f"只有个别字不同（“{before.text}”）"
            yield Finding(
                "title-repeated",
                Severity.STYLE,
                one.line,
                one.text,
                f"标题与第 {before.line} 行{how}，印了两遍：请删去一处。",
            )
    first = article.titles[0] if article.titles else None
    if first and len(article.titles) == 1 and len(first.text) >= 8:
        for paragraph in article.paragraphs[:2]:
            if re.sub(r"\s", "", paragraph.text) == first.text:
                yield Finding(
                    "title-repeated",
                    Severity.STYLE,
                    paragraph.line,
                    first.text,
                    f"标题在第 {first.line} 行已经印过：请删去一处。",
                )


def _alike(one: str, two: str) -> bool:
    longer, shorter = sorted((one, two), key=len, reverse=True)
    rest = iter(longer)
    return len(shorter) >= 8 and len(longer) - len(shorter) <= 4 and all(letter in rest for letter in shorter)


def years(article: Article) -> Iterator[Finding]:
    """Find a plan for the year of the summary, or for one that is not the next."""
    for title in article.titles:
        named = years_in_title(title.text)
        if len(named) == 2 and _BOTH.search(title.text) and named[1] != named[0] + 1:
            yield Finding(
                "title-years",
                Severity.ERROR,
                title.line,
                title.text,
                f"总结 {named[0]} 年，计划却是 {named[1]} 年：计划年度应是 {named[0]} + 1 = {named[0] + 1}。",
            )


_BEGINS = re.compile(
    r"^\s*((?:19|20)\d{2}|二[〇零][一二][〇零一二三四五六七八九])年(?!以来|以后|起|底|末|度?工作计划|[-—~至到]|\d{1,2}月|[^，。]{0,6}(?:以来|以后|之后))"
)


def body(article: Article) -> Iterator[Finding]:
    """Find a body about another year than the title: it begins with that year, or its sentences mostly do."""
    named = title_years(article)
    if not named or not article.body:
        return
    begun = [(years_of(f"{match[1]}年")[0], one) for one in article.sentences if (match := _BEGINS.match(one.text))]
    strange = [
        (year, one) for year, one in begun if year not in named and not (one.paragraph.plan and year > named[-1])
    ]
    if not strange or (all(one.plan for one in article.body) and strange[0][0] == named[0] - 1):
        return
    year, sentence = strange[0]
    opening = sentence.paragraph is article.body[0] and sentence.start == 0
    own = sum(one in named for one, _ in begun)
    told = Counter(each for paragraph in article.body for each in years_of(paragraph.text))
    if opening or (len(strange) >= 2 and own == 0 and told[year] > sum(told[each] for each in named)):
        lines = sorted({one.line for one in article.body if year in years_of(one.text)})
        where = "、".join(map(str, lines[:6]))
        yield sentence.paragraph.finding(
            "title-and-body",
            Severity.ERROR,
            sentence.start,
            f"标题是 {named[0]} 年，正文写的是 {year} 年（第 {where} 行）：请核对是不是用了往年的稿子。",
        )


def halves(article: Article) -> Iterator[Finding]:
    """Find a title that promises a plan which has no heading of its own, or is not there at all."""
    if not article.titles or not _BOTH.search(article.title) or not article.body:
        return
    half = _BOTH.search(article.title)
    word = half["half"] if half else ""
    if any(one.heading and _PLAN_HEADING.search(one.text) for one in article.paragraphs):
        return
    begun = next((one for one in article.body if one.plan), None)
    if begun is not None:
        yield begun.finding(
            "title-half-missing",
            Severity.STYLE,
            0,
            f"标题里有“{word}”，从这里写起却没有自己的标题：请加上，与前面的部分分开。",
        )
        return
    if any(
        re.match(r".{0,20}(?:下一步|下步|明年|来年|今后|下年度)", sentence.text) for sentence in article.sentences[-25:]
    ):
        return
    title = article.titles[-1]
    yield Finding(
        "title-half-missing",
        Severity.DOUBT,
        title.line,
        title.text,
        f"标题里有“{word}”，正文没有这一部分：请补写，或改标题。",
    )
