"""What the calendar of the field fixes: years of plans, days with a number of their own, events that come every few years."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from zhucan.reports.checker.numbers import numeral
from zhucan.reports.checker.text import Article

YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2}|二[〇零]\w{2})年")
PLAN_NAME = re.compile(
    r"[“\"]?(?P<name>十[一二三四五六七八九]?)五[”\"]?(?=期间|规划|计划|残疾人|残联|末|时期|开局|收官|实施|末期|前期|工作|目标|任务|我|的|全|[”\"])"
)


def plan_years(name: str) -> tuple[int, int]:
    """Return the first and last year of a five-year plan, by the word before 五.

    >>> plan_years("十二"), plan_years("十四")
    ((2011, 2015), (2021, 2025))
    """
    first = 2001 + (int(numeral(name) or 10) - 10) * 5
    return first, first + 4


@dataclass(frozen=True)
class Yearly:
    """A day kept every year and counted: the year of the first."""

    name: str
    first: int


YEARLY: Mapping[str, Yearly] = {
    "全国助残日": Yearly("全国助残日", 1991),
    "助残日": Yearly("全国助残日", 1991),
    "国际残疾人日": Yearly("国际残疾人日", 1992),
    "残疾预防日": Yearly("全国残疾预防日", 2017),
    "爱耳日": Yearly("全国爱耳日", 2000),
    "爱眼日": Yearly("全国爱眼日", 1996),
    "世界自闭症日": Yearly("世界自闭症日", 2008),
    "自闭症关注日": Yearly("世界自闭症日", 2008),
    "孤独症日": Yearly("世界孤独症日", 2008),
    "孤独症关注日": Yearly("世界孤独症日", 2008),
    "精神卫生日": Yearly("世界精神卫生日", 1992),
}
"""By the end of the name. Sources: 残疾人保障法 (助残日, third Sunday of May from 1991), the UN and WHO days."""

HELD: Mapping[str, tuple[re.Pattern[str], frozenset[int]]] = {
    "亚洲残疾人运动会": (
        re.compile(r"亚洲(?:第[一二三四五六七八九十\d]+届)?(?:残疾人运动会|残运会|残奥会)|(?<!东)亚残(?:运|奥)会"),
        frozenset({2010, 2014, 2018, 2023, 2026}),
    ),
    "夏季残奥会": (
        re.compile(r"(?<![亚冬洲])(?:夏季)?残(?:疾人)?奥(?:林匹克)?(?:运动)?会(?!徽|旗)"),
        frozenset({2000, 2004, 2008, 2012, 2016, 2021, 2024, 2028}),
    ),
    "全国残疾人运动会": (
        re.compile(r"全国(?:第[一二三四五六七八九十\d]+届)?(?:残疾人运动会|残运会)"),
        frozenset({1996, 2000, 2003, 2007, 2011, 2015, 2019, 2021, 2025, 2029}),
    ),
}
"""Games of the field and the years in which they were, or will be, held."""


def years_of(text: str) -> list[int]:
    """Return the years that a text names, in reading order."""
    found = []
    for match in YEAR.finditer(text):
        year = int(match[1]) if match[1].isdigit() else numeral(match[1].replace("零", "〇"))
        if year:
            found.append(year)
    return found


def years_in_title(text: str) -> list[int]:
    """Return the years of a title, the 年 left out or not, in digits or Chinese numerals."""
    return years_of(re.sub(r"(?<!\d)((?:19|20)\d{2})(?![\d年])", r"\1年", text))


def title_years(article: Article) -> list[int]:
    """Return the years of the title."""
    return years_in_title(article.title)


def opening_years(article: Article) -> list[int]:
    """Return the years that sentences begin with: those the report speaks of, not those it compares with."""
    found = []
    for sentence in article.sentences:
        match = YEAR.match(sentence.text.lstrip())
        if match and not re.match("以来|以前|底|末", sentence.text.lstrip()[match.end() :]):
            found += years_of(match[0])
    return found


def year_of(article: Article) -> int | None:
    """Return the year of a report: the first of its title, or the one that most sentences begin with."""
    named = title_years(article)
    if named:
        return named[0]
    counted = Counter(opening_years(article))
    return max(counted, key=lambda year: counted[year]) if counted else None
