"""Lists against the number that is said of them."""

import re
from collections.abc import Iterator
from itertools import pairwise

from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.numbers import numeral
from zhucan.reports.checker.text import CJK, Article

_N = r"[两二三四五六七八九十]|\d{1,2}"
_ITEM = rf"[{CJK}A-Za-z“”《》·（）]{{1,14}}"
_COUNTED = re.compile(
    rf"(?P<list>(?:{_ITEM}、)+{_ITEM}?(?:(?:和|与|及|以及){_ITEM})?)(?P<more>等)?(?P<number>{_N})(?P<measure>个|大|类|项|种|家|级|支|名|位|条|期|场|方面)(?P<noun>部门|单位|方面|环节|层面|类别|项目|项|社区|街道|乡镇|镇|县|区|村|平台|工程|机制|内容|服务|行动|[{CJK}]{{2}})"
)
_LEVELS = frozenset(["国", "省", "市", "县", "区", "镇", "乡", "村", "街道", "社区", "乡镇", "国家", "中央"])
_DEPARTMENTS = re.compile(
    rf"(?P<list>(?:[{CJK}]{{2,6}}、)+[{CJK}]{{2,6}}?)(?:等)?(?:[两二三四五六七八九十\d]+个)?(?:职能)?(?:部门|单位)"
)
_NAME = re.compile(r"“(?P<number>[二三四五六七八九])个(?P<word>不?[\u4e00-\u9fff]{1,4})”(?P<rest>[^，。；]{4,40})")
_ANNOUNCED = re.compile(
    rf"(?:以下|如下|下列|主要有|突出抓好|重点做好|存在|抓好|做好)(?:[{CJK}]{{0,6}}?)(?P<number>{_N})(?:个|项|点|方面|件事|件)(?:[{CJK}]{{0,8}})?[：:。]"
)
_SHI = re.compile(r"(?:^|(?<=[。；：，]))([一二三四五六七八九十])是")
_SKIP = re.compile(r"[一二三四五六七八九十]$|^[一二三四]、")


def counted(article: Article) -> Iterator[Finding]:
    """Find lists of another length than the number behind them."""
    for paragraph in article.body:
        for match in _COUNTED.finditer(paragraph.text):
            number = int(match["number"]) if match["number"].isdigit() else numeral(match["number"])
            entries = _entries(match["list"])
            if number is None or number < 2 or any(len(one) == 1 and one in "一二三四五六七八九十" for one in entries):
                continue
            if match["measure"] == "级" and not all(
                one in _LEVELS for one in re.split(r"和|与|及", "、".join(entries)) for one in one.split("、")
            ):
                continue
            if match["measure"] in ("名", "位", "个") and match["noun"] not in (
                "部门",
                "单位",
                "方面",
                "环节",
                "层面",
                "社区",
                "街道",
                "乡镇",
                "平台",
            ):
                continue
            short = len(entries)
            long = short + sum(len(re.findall(r"以及|和|与|及", one)) for one in entries)
            if short <= number <= long or (match["more"] and number > short):
                continue
            if match["measure"] in ("项", "类", "种", "大") and re.search(r"\d|共|其中", match["list"]):
                continue
            said = f"列了 {short if short == long else f'{short} 至 {long}'} 个（{match['list'][-30:]}），后面说“{match['number']}{match['measure']}{match['noun']}”：请核对。"
            yield paragraph.finding("list-count", Severity.DOUBT, match.start("number"), said)


def _entries(text: str) -> list[str]:
    """Return the entries of a list, from the last one that a preposition opens."""
    entries = [one for one in text.split("、") if one]
    opened = [at for at, one in enumerate(entries) if _OPENS.search(one)]
    return entries[opened[-1] :] if opened else entries


_OPENS = re.compile(r"(?:(?<![比核校面针])对|为|向|给|从|由|将|把|在|包括|涉及|按照|围绕|通过|根据)(?=.{2})")


def departments(article: Article) -> Iterator[Finding]:
    """Find two lists of departments in one sentence that share some and differ in others."""
    for sentence in article.sentences:
        found = []
        for match in _DEPARTMENTS.finditer(sentence.text):
            names = {
                re.sub(r"^(?:协调|联合|会同|分散在|协同|与|由|和|在|多次协调|积极协调|主动对接)|局$|委$", "", one)
                for one in match["list"].split("、")
            }
            found.append((match, {re.sub(r"^.*(?:协调|联合|会同|分散在)", "", one) for one in names}))
        for (_, one), (match, two) in pairwise(found):
            if one & two and one - two and two - one:
                yield sentence.paragraph.finding(
                    "department-lists",
                    Severity.DOUBT,
                    sentence.start + match.start(),
                    f"前后两份部门名单不一样：前面多{'、'.join(sorted(one - two))}，后面多{'、'.join(sorted(two - one))}，请核对。",
                )


def named(article: Article) -> Iterator[Finding]:
    """Find names such as “三个不低于” followed by a list of another length."""
    for paragraph in article.body:
        for match in _NAME.finditer(paragraph.text):
            number = numeral(match["number"]) or 0
            word = match["word"]
            parts = re.split(r"、|和|及", match["rest"])
            outside = len(re.findall(re.escape(word), article.text)) - len(
                re.findall(rf"[二三四五六七八九]个{re.escape(word)}", article.text)
            )
            if (
                len(parts) >= 2
                and len(parts) != number
                and outside < number
                and not re.match(r"做到|要求|原则|工程|活动|目标|机制", match["rest"])
            ):
                yield paragraph.finding(
                    "list-count",
                    Severity.DOUBT,
                    match.start(),
                    f"“{match['number']}个{word}”后面只列了 {len(parts)} 项：请写全是哪{match['number']}个。",
                )


def announced(article: Article) -> Iterator[Finding]:
    """Find 以下三点 followed by another number of points."""
    for paragraph in article.body:
        match = _ANNOUNCED.search(paragraph.text)
        if match is None:
            continue
        number = int(match["number"]) if match["number"].isdigit() else numeral(match["number"])
        at = article.paragraphs.index(paragraph)
        said = paragraph.text[match.end() - 1 :]
        for following in article.paragraphs[at + 1 : at + 12]:
            if following.heading or (re.match(r"一是", following.text) and _SHI.search(said)):
                break
            said += "\n" + following.text if _SHI.match(following.text) else ""
        points = [
            numeral(one) or 0
            for one in re.findall(r"(?:^|(?<=[。；：，\n]))([一二三四五六七八九十])是", said, flags=re.MULTILINE)
        ]
        if number and points and points[0] == 1 and points == list(range(1, len(points) + 1)) and len(points) != number:
            yield paragraph.finding(
                "list-count",
                Severity.DOUBT,
                match.start("number"),
                f"说有 {number} 点，下面写了 {len(points)} 点：请核对。",
            )
