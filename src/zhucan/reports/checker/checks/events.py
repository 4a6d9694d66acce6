"""Years against the calendar of the field: five-year plans, counted days, games, and the number of the same event."""

import re
from collections import defaultdict
from collections.abc import Iterator

from zhucan.reports.checker.calendar import (
    HELD,
    PLAN_NAME,
    YEARLY,
    opening_years,
    plan_years,
    title_years,
    year_of,
    years_of,
)
from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.numbers import numeral
from zhucan.reports.checker.text import Article, Paragraph

_BEFORE = re.compile(r"前期(?:工作|调研|准备|研究)|谋划")
_SPELL = re.compile(
    r"十[一二三四五六七八九]?五[”\"]?(?:时期|期间|规划)?（(?P<first>\d{4})年?[-—~至](?P<last>\d{4})年?）"
)
_TURN = re.compile(
    r"(?P<year>(?:19|20)\d{2})年是[^。；]{0,25}?十(?P<name>[一二三四五六七八九]?)五[”\"]?[^。；，]{0,15}?(?P<turn>开局|起步|收官|最后一|中期)之?年"
)
_NTH = re.compile(r"第(?P<nth>[一二三四五六七八九十百\d]+)(?:个|次|届)?[“\"]?(?P<name>[\u4e00-\u9fff]{2,9}?(?:日))")
_EDITION = re.compile(
    r"第(?P<nth>[一二三四五六七八九十\d]+)(?P<measure>届|次)(?P<name>[\u4e00-\u9fff]{4,16}?(?:运动会|代表大会|技能竞赛|技能大赛|艺术汇演|艺术节|招聘会))"
)
_FUTURE = re.compile(r"将|拟|计划|筹备|备战|迎接")


def plans(article: Article) -> Iterator[Finding]:
    """Find work on a five-year plan in a year in which that plan is long begun or over."""
    yield from _named_spells(article)
    year = _task_year(article)
    if year is None:
        return
    for sentence in article.sentences:
        for match in PLAN_NAME.finditer(sentence.text):
            first, last = plan_years(match["name"])
            before, after = (
                sentence.text[max(0, match.start() - 14) : match.start()],
                sentence.text[match.end() : match.end() + 26],
            )
            clause = re.split(r"[，；]", after)[0]
            place = sentence.start + match.start()
            if sentence.paragraph.plan or _only_plan(article):
                if _BEFORE.search(clause) and year >= first:
                    yield sentence.paragraph.finding(
                        "plan-calendar",
                        Severity.DOUBT,
                        place,
                        f"{match['name']}五规划是 {first}—{last} 年，前期工作应在 {first} 年以前；这里是 {year} 年的任务，请核对年份。",
                    )
                elif re.search(r"完成|实现|收官", before) and re.search(r"任务|目标|规划|指标", clause) and year > last:
                    yield sentence.paragraph.finding(
                        "plan-calendar",
                        Severity.DOUBT,
                        place,
                        f"{match['name']}五规划到 {last} 年就结束了；这里是 {year} 年的任务，不能再完成它，请核对年份。",
                    )


def _named_spells(article: Article) -> Iterator[Finding]:
    for paragraph in article.body:
        for match in _SPELL.finditer(paragraph.text):
            name = match[0].partition("五")[0] if not match[0].startswith("十五五") else "十五"
            first, last = plan_years(name)
            if (int(match["first"]), int(match["last"])) != (first, last):
                yield paragraph.finding(
                    "plan-calendar",
                    Severity.ERROR,
                    match.start(),
                    f"{name}五规划是 {first}—{last} 年，不是 {match['first']}—{match['last']} 年。",
                )
        for match in _TURN.finditer(paragraph.text):
            first, last = plan_years(f"十{match['name']}")
            right = {"开局": first, "起步": first, "收官": last, "最后一": last, "中期": first + 2}[match["turn"]]
            if int(match["year"]) != right:
                yield paragraph.finding(
                    "plan-calendar",
                    Severity.ERROR,
                    match.start(),
                    f"十{match['name']}五规划是 {first}—{last} 年，{match['turn']}之年是 {right} 年，不是 {match['year']} 年。",
                )


def _task_year(article: Article) -> int | None:
    named = title_years(article)
    if named:
        return named[-1]
    return next(iter(opening_years(article)), None)


def _only_plan(article: Article) -> bool:
    return bool(article.body) and all(one.plan for one in article.body)


def counted_days(article: Article) -> Iterator[Finding]:
    """Find days whose number does not fit the year, or that have two numbers in one report."""
    year = year_of(article)
    seen: dict[str, tuple[int, Paragraph, int]] = {}
    for paragraph in article.body:
        for match in _NTH.finditer(paragraph.text):
            name = next((day.name for end, day in YEARLY.items() if match["name"].endswith(end)), None)
            nth = int(match["nth"]) if match["nth"].isdigit() else numeral(match["nth"])
            if name is None or nth is None:
                continue
            first = next(day.first for day in YEARLY.values() if day.name == name)
            own = years_of(
                paragraph.sentence_at(match.start()).text[: match.start() - paragraph.sentence_at(match.start()).start]
            )
            meant = (
                own[-1]
                if own
                else (year + 1 if year and paragraph.plan and len(set(title_years(article))) > 1 else year)
            )
            if meant is not None and nth != meant - first + 1:
                allowed = {year, *title_years(article)} if not own else {meant}
                if first + nth - 1 not in allowed:
                    yield paragraph.finding(
                        "event-year",
                        Severity.ERROR,
                        match.start(),
                        f"{meant} 年的{name}是第 {meant - first + 1} 个（从 {first} 年算起），不是第 {nth} 个；第 {nth} 个在 {first + nth - 1} 年。",
                    )
                    continue
            if name in seen and seen[name][0] != nth and year is None:
                other = seen[name]
                yield paragraph.finding(
                    "event-year",
                    Severity.ERROR,
                    match.start(),
                    f"这里是第 {nth} 个{name}，第 {other[1].line_at(other[2])} 行是第 {other[0]} 个：请核对。",
                )
            seen.setdefault(name, (nth, paragraph, match.start()))


def games(article: Article) -> Iterator[Finding]:
    """Find games in a year that had none."""
    year = _task_year(article)
    if year is None:
        return
    for sentence in article.sentences:
        for name, (pattern, held) in HELD.items():
            match = pattern.search(sentence.text)
            if match is None or year in held:
                continue
            own = years_of(sentence.text)
            if own and set(own) & held:
                continue
            if _only_plan(article) or (_FUTURE.search(sentence.text) and sentence.paragraph.plan):
                near = min(held, key=lambda one: abs(one - year))
                detail = f"{name}不在 {year} 年举行，相近的一届在 {near} 年：请核对年份是不是改动过。"
                yield sentence.paragraph.finding("event-year", Severity.DOUBT, sentence.start + match.start(), detail)
                named = next((one for one in article.body if year in years_of(one.text)), None)
                if named is not None:
                    place = named.text.find(f"{year}年")
                    yield named.finding(
                        "event-year",
                        Severity.DOUBT,
                        max(0, place),
                        f"这里写 {year} 年，第 {sentence.paragraph.line_at(sentence.start + match.start())} 行的{name}却在 {near} 年：请核对年份。",
                    )
                return


def editions(article: Article) -> Iterator[Finding]:
    """Find one event with two numbers."""
    seen: dict[str, list[tuple[int, Paragraph, int]]] = defaultdict(list)
    for paragraph in article.body:
        for match in _EDITION.finditer(paragraph.text):
            nth = int(match["nth"]) if match["nth"].isdigit() else numeral(match["nth"])
            if nth is None:
                continue
            owner = re.search(r"[\u4e00-\u9fff]{0,6}$", paragraph.text[: match.start()])
            name = f"{owner[0][-2:] if owner else ''}{match['name']}"
            for other, where, place in seen[name][:1]:
                if other != nth and not re.search(r"上届|上一届|换届", paragraph.sentence_at(match.start()).text):
                    severity = (
                        Severity.DOUBT if paragraph.plan != where.plan or abs(other - nth) == 1 else Severity.ERROR
                    )
                    yield paragraph.finding(
                        "event-year",
                        severity,
                        match.start(),
                        f"这里是第 {nth} {match['measure']}，第 {where.line_at(place)} 行的同一活动是第 {other} {match['measure']}：请核对。",
                    )
            seen[name].append((nth, paragraph, match.start()))
