"""Names that vary within a report: in quotation marks, in the titles of laws and documents, of centres and troupes."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.text import CJK, Article, Paragraph

_QUOTED = re.compile(r"“([^“”]{4,30})”|《([^《》]{4,40})》")
_TITLE = re.compile(r"《([^《》]{0,80})》")
_NAMED = re.compile(rf"[{CJK}]{{2,14}}?(?:艺术团|合唱团|服务队|俱乐部|基地|中心|工作站|服务站|康复站|协会|之家)")
_LAWS = (
    "中华人民共和国残疾人保障法",
    "中华人民共和国无障碍环境建设法",
    "中华人民共和国未成年人保护法",
    "中华人民共和国妇女权益保障法",
    "中华人民共和国老年人权益保障法",
    "中华人民共和国法律援助法",
    "中华人民共和国精神卫生法",
    "中华人民共和国义务教育法",
    "中华人民共和国慈善法",
    "残疾人保障法",
    "无障碍环境建设法",
    "法律援助法",
    "精神卫生法",
    "残疾人就业条例",
    "残疾人教育条例",
    "残疾预防和残疾人康复条例",
    "无障碍环境建设条例",
    "社会救助暂行办法",
    "志愿服务条例",
    "信访工作条例",
)
"""Laws and regulations of the field by their full names."""
_KINDS_OF_DOCUMENT = "办法|方案|细则|意见|规划|计划|规定|制度|标准|规则|纲要"
_STRAY = re.compile(rf"(?:实施|管理|考核|试行|暂行|补助|评定|建设|服务)([中了在是和与及])(?:{_KINDS_OF_DOCUMENT})$")
_EMPTY = re.compile(r"(?:关于)?(?:印发|转发|下发|批转|发布)的?(?:通知|函)$|^关于的|的的|关于(?:通知|意见|方案)$")


def titles(article: Article) -> Iterator[Finding]:
    """Find titles of documents that lost their name or hold a stray word, and laws called by a wrong name."""
    for paragraph in article.paragraphs:
        for match in _TITLE.finditer(paragraph.text):
            title = match[1].strip()
            if not title:
                yield paragraph.finding("document-name", Severity.ERROR, match.start(), "书名号里没有文件名：请补上。")
            elif _EMPTY.fullmatch(title) or (_EMPTY.search(title) and not title.startswith("关于")):
                if _EMPTY.fullmatch(title) or title.startswith(("关于的", "印发的")):
                    yield paragraph.finding(
                        "document-name",
                        Severity.ERROR,
                        match.start(),
                        f"《{title}》没有写是什么文件：“印发”“转发”后面少了名称，请补上。",
                    )
            elif stray := _STRAY.search(title):
                yield paragraph.finding(
                    "document-name",
                    Severity.DOUBT,
                    match.start(),
                    f"《{title}》里多了“{stray[1]}”字：应是“{title[: stray.start(1)]}{title[stray.end(1) :]}”。",
                )
            elif law := _meant(title):
                yield paragraph.finding(
                    "law-name", Severity.ERROR, match.start(), f"《{title}》写错了：应是《{law}》。"
                )


def _meant(title: str) -> str:
    """Return the law that a title misses by one or two characters, "" where it is none."""
    if title in _LAWS:
        return ""
    for law in _LAWS:
        if 0 < abs(len(law) - len(title)) <= 2 and (_within(title, law) or _within(law, title)):
            return law
        if len(law) == len(title) and sum(one != two for one, two in zip(law, title, strict=True)) == 1:
            return law
    return ""


def _within(short: str, long: str) -> bool:
    rest = iter(long)
    return len(short) < len(long) and len(short) >= 5 and all(letter in rest for letter in short)


def varying(article: Article) -> Iterator[Finding]:
    """Find two ways of writing what looks like one name; both places get a finding."""
    quoted: dict[str, list[tuple[Paragraph, int]]] = {}
    for paragraph in article.paragraphs:
        for match in _QUOTED.finditer(paragraph.text):
            name = match[1] or match[2]
            if not re.search(r"[。？！]|\d", name):
                quoted.setdefault(name, []).append((paragraph, match.start()))
    yield from _told(quoted, _same_name)
    named: dict[str, list[tuple[Paragraph, int]]] = {}
    for paragraph in article.body:
        for match in _NAMED.finditer(paragraph.text):
            for name in _cores(match[0]):
                named.setdefault(name, []).append((paragraph, match.end() - len(name)))
    yield from _told(named, _longer_name)


def _told(names: dict[str, list[tuple[Paragraph, int]]], same: object) -> Iterator[Finding]:
    assert callable(same)
    done: set[frozenset[str]] = set()
    for one, two in combinations(names, 2):
        key = frozenset((one, two))
        if key in done or not same(one, two):
            continue
        done.add(key)
        for own, other in ((one, two), (two, one)):
            paragraph, place = names[own][0]
            where, there = names[other][0]
            times = Counter({one: len(names[one]), two: len(names[two])})
            yield paragraph.finding(
                "name-varies",
                Severity.DOUBT,
                place,
                f"这里写“{own}”，第 {where.line_at(there)} 行写“{other}”（各 {times[own]}、{times[other]} 处）：如果是一回事，请统一。",
            )


def _same_name(one: str, two: str) -> bool:
    """Tell whether two names are made of nearly the same characters."""
    plain = [re.sub(r"[·•・\-、，\s]", "", name) for name in (one, two)]
    if plain[0] == plain[1] or min(map(len, plain)) < 5:
        return plain[0] == plain[1] and one != two
    first, second = Counter(plain[0]), Counter(plain[1])
    differing = sum(((first - second) + (second - first)).values())
    if differing == 0:
        return True
    long = max(map(len, plain))
    return differing <= 2 and long >= 5 and len(plain[0]) == len(plain[1]) and not _counts_differ(*plain)


def _counts_differ(one: str, two: str) -> bool:
    """Tell whether what differs is a number, a sex, a place or a time: then they are two things."""
    pairs = [(a, b) for a, b in zip(one, two, strict=True) if a != b]
    return any(set(pair) <= alike for pair in pairs for alike in _ALIKE)


_ALIKE = tuple(
    map(
        set,
        (
            "一二三四五六七八九十",
            "上中下左右",
            "东西南北中",
            "男女",
            "前后",
            "春夏秋冬",
            "省市县区乡镇村街社",
            "甲乙丙丁",
        ),
    )
)
"""Characters of which each means another thing of the same sort."""


def _cores(name: str) -> Iterator[str]:
    name = re.sub(r"^.*(?:街道|社区|[省市县区镇乡村])(?=.*残疾人)", "", name)
    found = re.search(rf"([{CJK}]{{2,8}}(?:残疾人)[{CJK}]{{0,6}})$", name)
    if found and len(found[1]) >= 8:
        yield found[1]


def _longer_name(one: str, two: str) -> bool:
    """Tell whether one name is the other with a word put in, its beginning and end the same."""
    short, long = sorted((one, two), key=len)
    if not 0 < len(long) - len(short) <= 2:
        return False
    head = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return (
        head >= 3
        and short[head:] == long[-(len(short) - head) :]
        and len(short) - head >= 3
        and not short.startswith(("全市", "全县", "全区"))
    )


_PARALLEL = re.compile(rf"([{CJK}])([{CJK}])\1([{CJK}])")


def parallel(article: Article) -> Iterator[Finding]:
    """Find terms of the form 专产专营 that change within a paragraph although the words before them stay."""
    for paragraph in article.body:
        seen: list[tuple[str, str]] = []
        for match in _PARALLEL.finditer(paragraph.text):
            before = paragraph.text[max(0, match.start() - 2) : match.start()]
            for context, term in seen:
                if (
                    context == before
                    and len(before) == 2
                    and term[0] == match[0][0]
                    and term[1] != match[0][1]
                    and {term[1], term[3]} & {match[0][1], match[0][3]}
                ):
                    yield paragraph.finding(
                        "name-varies",
                        Severity.DOUBT,
                        match.start(),
                        f"同一段里前面写“{context}{term}”，这里写“{before}{match[0]}”：请统一。",
                    )
            seen.append((before, match[0]))
