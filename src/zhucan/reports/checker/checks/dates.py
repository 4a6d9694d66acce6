"""Dates that cannot be, are cut off, fall on another weekday, or end before they begin."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from zhucan.reports.checker.calendar import year_of
from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.text import Article

_DATE = re.compile(r"(?:(?P<year>(?:19|20)\d{2})年)?(?<!\d)(?P<month>\d{1,2})月(?P<day>\d{1,2})(?:日|号)")
_MONTH = re.compile(r"(?<![\d.个])(?P<month>\d{1,2})月(?!\d)")
_CUT = re.compile(r"(?<![\d.])(?P<month>\d{1,2})月(?P<day>\d{1,2})(?![\d日号、.-]|，\d{1,2}[日号]|[—~至到和]|\s*日)")
_NO_MONTH = re.compile(r"(?:年|于|在|，|。)月(?P<day>\d{1,2})[日号]|(?:\d{1,2})月[日号](?!报|程|常|期)")
_RANGE = re.compile(r"(?<![\d.])(?P<first>\d{1,2})月?(?:份)?[-—~至到](?P<last>\d{1,2})月")
_SPELL = re.compile(r"(?P<m1>\d{1,2})月(?P<d1>\d{1,2})日?[-—~至到]+(?:(?P<m2>\d{1,2})月)?(?P<d2>\d{1,2})日")
_YEARS = re.compile(r"(?P<first>(?:19|20)\d{2})年?[-—~至到](?P<last>(?:19|20)\d{2})年")
_WEEKDAY = re.compile(
    r"(?:(?P<year>(?:19|20)\d{2})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日?[（]?(?:星期|周)(?P<weekday>[一二三四五六日天])"
)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def impossible(article: Article) -> Iterator[Finding]:
    """Find days and months that no calendar has; a month 0 has lost its first digit."""
    for paragraph in article.paragraphs:
        for match in _DATE.finditer(paragraph.text):
            month, day = int(match["month"]), int(match["day"])
            said = ""
            if month == 0:
                said = f"“{match[0]}”没有 0 月：月份少了前面的数字，应是 10 月{day}日。"
            elif month > 12:
                said = f"“{match[0]}”没有 {month} 月：请核对。"
            elif not 1 <= day <= _DAYS[month - 1]:
                said = f"“{match[0]}”：{month} 月没有 {day} 日，请核对。"
            elif match["year"] and month == 2 and day == 29 and not _leap(int(match["year"])):
                said = f"“{match[0]}”：{match['year']} 年不是闰年，2 月只有 28 日。"
            if said:
                yield paragraph.finding("date-impossible", Severity.ERROR, match.start(), said)
        for match in _MONTH.finditer(paragraph.text):
            if not 1 <= int(match["month"]) <= 12:
                hint = "，月份少了前面的数字" if int(match["month"]) == 0 else ""
                yield paragraph.finding(
                    "date-impossible", Severity.ERROR, match.start(), f"“{match[0]}”没有这个月{hint}：请核对。"
                )


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def incomplete(article: Article) -> Iterator[Finding]:
    """Find dates that lack their 日 or a number."""
    for paragraph in article.body:
        for match in _CUT.finditer(paragraph.text):
            if 1 <= int(match["month"]) <= 12 and 1 <= int(match["day"]) <= 31:
                yield paragraph.finding(
                    "date-incomplete",
                    Severity.ERROR,
                    match.start(),
                    f"“{match[0]}”后面少了“日”：应写成“{match[0]}日”。",
                )
        for match in _NO_MONTH.finditer(paragraph.text):
            yield paragraph.finding(
                "date-incomplete", Severity.ERROR, match.start(), f"“{match[0].lstrip('，。')}”少了数字：请补全日期。"
            )


def backwards(article: Article) -> Iterator[Finding]:
    """Find spells that end before they begin."""
    for paragraph in article.body:
        for match in _RANGE.finditer(paragraph.text):
            first, last = int(match["first"]), int(match["last"])
            crosses = re.search(r"次年|翌年|今年|上年|去年", paragraph.text[max(0, match.start() - 8) : match.end()])
            if first > last and first <= 12 and not crosses and not re.search(r"日$", paragraph.text[: match.start()]):
                yield paragraph.finding(
                    "date-order", Severity.ERROR, match.start(), f"“{match[0]}”结束早于开始：请核对月份。"
                )
        for match in _SPELL.finditer(paragraph.text):
            start = (int(match["m1"]), int(match["d1"]))
            end = (int(match["m2"] or match["m1"]), int(match["d2"]))
            if end < start and not (start[0] >= 11 and end[0] <= 3):
                yield paragraph.finding(
                    "date-order", Severity.ERROR, match.start(), f"“{match[0]}”结束早于开始：请核对日期。"
                )
        for match in _YEARS.finditer(paragraph.text):
            if int(match["first"]) > int(match["last"]):
                yield paragraph.finding(
                    "date-order", Severity.ERROR, match.start(), f"“{match[0]}”结束早于开始：请核对年份。"
                )


def weekdays(article: Article) -> Iterator[Finding]:
    """Find days that fall on another weekday than is printed."""
    for paragraph in article.body:
        for match in _WEEKDAY.finditer(paragraph.text):
            year = int(match["year"]) if match["year"] else year_of(article)
            try:
                day = date(year or 0, int(match["month"]), int(match["day"]))
            except ValueError:
                continue
            right = "一二三四五六日"[day.weekday()]
            if right != match["weekday"].replace("天", "日"):
                yield paragraph.finding(
                    "date-impossible",
                    Severity.ERROR if match["year"] else Severity.DOUBT,
                    match.start(),
                    f"{day.year} 年 {day.month} 月 {day.day} 日是星期{right}，不是星期{match['weekday']}。",
                )


_STEP = re.compile(r"(?<!\d)(?P<month>\d{1,2})月(?P<day>\d{1,2})日")
_BEGAN = re.compile(r"起|开始|启动|召开|部署")
_ENDED = re.compile(r"结束|完成|止|截至|汇总")


def unfinished_before_begun(article: Article) -> Iterator[Finding]:
    """Find, in one sentence, an end dated before the beginning: 自 9 月 20 日开始，8 月 15 日完成."""
    for sentence in article.sentences:
        dated = [(match, (int(match["month"]), int(match["day"]))) for match in _STEP.finditer(sentence.text)]
        for (one, first), (two, second) in pairwise(dated):
            between = sentence.text[one.end() : two.start()]
            after = sentence.text[two.end() : two.end() + 12]
            if (
                second < first
                and _BEGAN.search(between)
                and _ENDED.search(after)
                and not re.search("次年|翌年|年", between)
            ):
                yield sentence.paragraph.finding(
                    "date-order",
                    Severity.DOUBT,
                    sentence.start + two.start(),
                    f"“{one[0]}”开始，“{two[0]}”就结束：先后不对，请核对。",
                )
