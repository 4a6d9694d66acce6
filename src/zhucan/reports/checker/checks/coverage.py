"""Which time the figures of a report speak of: one period, the whole year, the half of the title."""

import re
from collections import defaultdict
from collections.abc import Iterator

from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.numbers import numeral
from zhucan.reports.checker.text import Article, Paragraph

_PERIODS = (
    ("某几个月", re.compile(r"(?<![\dxX])(?:\d{1,2}|[xX]+)月?[-—~至到](?:\d{1,2}|[xX]+)月(?!\d|[xX])")),
    ("某一年", re.compile(r"(?:19|20)\d{2}年(?=[共累对全，]|共计|累计)")),
    ("全年", re.compile(r"全年(?!龄)|一年来")),
    ("截至目前", re.compile(r"截[止至](?:到)?目前|目前为止|迄今|至今")),
    ("截至某日", re.compile(r"截[止至](?:到)?(?:\d{4}年)?\d{1,2}月")),
)
_UNTIL = re.compile(
    r"截?[止至]?(?:到|至)?(?<!\d)(?:今年)?(?:(?P<first>\d{1,2})(?:月份?)?[-—~至到])?(?P<month>1[0-2]|[1-9])月(?P<end>底|末|份)"
)
_LATEST = re.compile(
    r"(?<![\d年])(?P<month>1[0-2]|[1-9])月(?:(?P<part>[上中下])旬|(?P<day>\d{1,2})日|(?P<end>底|末|份))"
)
_YEARLY = re.compile(r"年(?:度)?(?:[^上下半季度]{0,16})?(?:工作)?(?:总结|报告|汇报|情况)")
_PARTIAL = re.compile(r"上半年|下半年|季度|月|半年|阶段|前三")


def mixed(article: Article) -> Iterator[Finding]:
    """Find paragraphs whose figures are counted over three or more kinds of period, one of them 截至目前 or some months."""
    for paragraph in article.body:
        if paragraph.plan:
            continue
        kinds = {name: match for name, pattern in _PERIODS if (match := pattern.search(paragraph.text))}
        if "1月至12月" in kinds or len(kinds) < 3 or not ({"某几个月", "截至目前", "截至某日"} & set(kinds)):
            continue
        if "某几个月" in kinds and re.fullmatch(r"1月?[-—~至到]12月", kinds["某几个月"][0]):
            continue
        first = min(kinds.values(), key=lambda one: one.start())
        said = "、".join(match[0] for match in sorted(kinds.values(), key=lambda one: one.start()))
        yield paragraph.finding(
            "periods-mixed",
            Severity.DOUBT,
            first.start(),
            f"一段里的数字按 {len(kinds)} 种期间统计（{said}）：请统一到一个期间或截止日。",
        )
    yield from _cut_offs(article)


def _cut_offs(article: Article) -> Iterator[Finding]:
    """Find figures up to different days."""
    days: dict[str, tuple[Paragraph, int]] = {}
    for paragraph in article.body:
        if paragraph.plan:
            continue
        for match in re.finditer(
            r"截[止至](?:到)?((?:(?:19|20)\d{2}年)?(\d{1,2})月(?:底|末|\d{1,2}日))", paragraph.text
        ):
            days.setdefault(match[2], (paragraph, match.start()))
    if len(days) > 1:
        months = "、".join(f"{month} 月（第 {where.line_at(place)} 行）" for month, (where, place) in days.items())
        paragraph, place = list(days.values())[-1]
        yield paragraph.finding(
            "periods-mixed", Severity.DOUBT, place, f"截止时间不一样：{months}。请统一，或说明为什么不同。"
        )


def whole_year(article: Article) -> Iterator[Finding]:
    """Find a yearly report whose figures stop, and whose last event lies, before the last two months."""
    title = article.title
    if not title or not _YEARLY.search(re.sub(r"[xX]{2}", "2000", title)) or _PARTIAL.search(title):
        return
    if not re.search(r"总结|报告|汇报", title):
        return
    stops: list[tuple[Paragraph, int, int, str]] = []
    latest = (0, 0)
    where: tuple[Paragraph, int, str] | None = None
    for paragraph in article.body:
        if paragraph.plan:
            continue
        for match in _LATEST.finditer(paragraph.text):
            month = int(match["month"])
            day = int(match["day"] or 0) or {"上": 10, "中": 20, "下": 30}.get(
                match["part"] or "", 31 if match["end"] in ("底", "末") else 0
            )
            if (month, day) > latest and not match["end"]:
                latest, where = (month, day), (paragraph, match.start(), match[0])
            elif month > latest[0] and match["end"]:
                latest = (month, latest[1] if month == latest[0] else 0)
        for match in _UNTIL.finditer(paragraph.text):
            if (match["end"] in ("底", "末") and re.match(r"截|到|至", match[0])) or match["first"]:
                stops.append((paragraph, match.start(), int(match["month"]), match[0]))
    if (
        not stops
        or (len(stops) < 2 and len(article.body) > 10)
        or max(month for _, _, month, _ in stops) >= 11
        or latest[0] >= 11
    ):
        return
    last = max(month for _, _, month, _ in stops)
    missing = "、".join(f"{month} 月" for month in range(last + 1, 13))
    for paragraph, place, _, said in stops:
        yield paragraph.finding(
            "year-not-covered",
            Severity.DOUBT,
            place,
            f"标题是全年，数字只到“{said}”，{missing}没有算进去：请补齐到年底，或在标题里写明截止时间。",
        )
    if where is not None:
        yield where[0].finding(
            "year-not-covered",
            Severity.DOUBT,
            where[1],
            f"标题是全年，写到的最晚的事在“{where[2]}”，{missing}没有内容：请补齐到年底，或在标题里写明截止时间。",
        )


def half_year(article: Article) -> Iterator[Finding]:
    """Find a report on the first half, or a quarter, whose figures go beyond it."""
    found = re.search(
        r"(?P<half>上半年)|(?P<quarter>[一二三]季度)|(?:1|一)[-—~至]\s*(?P<month>\d{1,2}|[一二三四五六七八九十]+)月",
        article.title,
    )
    if found is None:
        return
    last = 6 if found["half"] else 3 * "一二三".index(found["quarter"][0]) + 3 if found["quarter"] else None
    if last is None:
        month = found["month"]
        last = int(month) if month.isdigit() else numeral(month)
    if last is None or last >= 12:
        return
    told: dict[int, bool] = defaultdict(bool)
    for paragraph in article.body:
        if paragraph.plan:
            continue
        for match in re.finditer(
            r"(?<!\d)1月?[-—~至到](?P<month>\d{1,2})月|截[止至](?:到)?(?:\d{4}年)?(?P<until>\d{1,2})月", paragraph.text
        ):
            month = int(match["month"] or match["until"])
            before = paragraph.text[max(0, match.start() - 6) : match.start()]
            if last < month <= 12 and not told[month] and not re.search(r"上年|去年|\d{4}年$", before):
                told[month] = True
                yield paragraph.finding(
                    "title-and-body",
                    Severity.DOUBT,
                    match.start(),
                    f"标题只到 {last} 月，这里的数字到 {month} 月：请核对期间。",
                )
