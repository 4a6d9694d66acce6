"""The same fact with two values: sentences that tell of one thing, clauses of the same words, stocks named again."""

import re
from collections import defaultdict
from collections.abc import Iterator

from zhucan.reports.checker.checks.sums import BASE, CHANGE
from zhucan.reports.checker.figures import SUMMED, Figure
from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.similar import pairs
from zhucan.reports.checker.text import Article, Sentence

_FILLER = re.compile(
    r"截[至止](?:到)?[^，]{0,8}(?:目前|月底|年底|月末|日|末)|(?:19|20)\d{2}年|全年|今年以?来?|一年来|本年度?|目前|累计|共计|共有|总共|合计|现有|已有|我[市县区镇乡]|全[市县区镇乡]|全街道|辖区内?|共|约|已|了|有|为|达到|达|的|[，。；：、\s]"
)
_OTHER = re.compile(
    r"上半年|下半年|[一二三四]季度|\d{1,2}月|上年|去年|其中|计划|目标|任务|应|拟|将|力争|比|较|新增|净增|期间|首批|第[一二三四五六七八九十]批|每"
)
_STOCK = re.compile(r"(?:现有|共有|登记在册|在册|持有|总数|拥有|办证|持证)")
_PERSON_NOUN = re.compile(
    r"((?:持证|登记|在册|重度|困难|就业年龄段|劳动年龄段|视力|听力|言语|肢体|智力|精神|多重)?残疾(?:人专职委员|人|儿童|学生))"
)
_WHOSE = re.compile(r"(?:[\u4e00-\u9fff]{0,4}(?:省|市|县|区|镇|乡|街道|村|社区))?")
_PLACE = re.compile(r"([\u4e00-\u9fff]{2,4}(?:省|市|县|区|镇|乡|街道|村|社区))(?!残联|级|委|政府)")


def pairs_of_values(article: Article) -> Iterator[Finding]:
    """Compare the figures of two sentences that report one fact."""
    for pair in pairs(article):
        loose = pair.closeness < 30 and not re.search(r"\d", pair.shared)
        severity_cap = Severity.DOUBT if loose else Severity.ERROR
        for one in pair.one.figures:
            twin = _twin(one, pair.one, pair.two)
            if (
                twin is None
                or one.kind not in SUMMED
                or (one.value == twin.value and one.approximate == twin.approximate)
            ):
                continue
            severity = (
                Severity.DOUBT
                if one.span.meets(twin.span) or one.value == twin.value or pair.closeness < 90
                else severity_cap
            )
            for own, other, here, there in ((one, twin, pair.one, pair.two), (twin, one, pair.two, pair.one)):
                line = there.paragraph.line_at(other.start)
                yield here.paragraph.finding(
                    "restated",
                    severity,
                    own.start,
                    f"这里写{own.printed}，第 {line} 行同一件事写{other.printed}：请核对，改成一样。",
                )


def _twin(one: Figure, own: Sentence, other: Sentence) -> Figure | None:
    """Return the figure of the other sentence with the same words beside it."""
    before, after = one.label[-3:], one.tail[:4]
    found = []
    for each in other.figures:
        if each.kind != one.kind:
            continue
        score = (
            2 if before and each.label[-3:] == before else 1 if before and each.label[-2:] == before[-2:] else 0
        ) + (2 if after and each.tail[:4] == after else 0)
        if score >= 2 or (score >= 1 and len([x for x in other.figures if x.kind == one.kind]) == 1):
            found.append(each)
    return (
        found[0]
        if len(found) == 1
        and len(
            [
                each
                for each in own.figures
                if each.kind == one.kind and each.label[-3:] == before and each.tail[:4] == after
            ]
        )
        == 1
        else None
    )


def clauses(article: Article) -> Iterator[Finding]:
    """Find clauses of the same words around another number."""
    seen: dict[tuple[str, str], list[tuple[Figure, Sentence]]] = defaultdict(list)
    for sentence in article.sentences:
        if sentence.paragraph.plan:
            continue
        for one in sentence.figures:
            if one.kind not in SUMMED | {"percent"}:
                continue
            key = _key(sentence, one)
            if key:
                seen[key].append((one, sentence))
    for told in seen.values():
        first, where = told[0]
        for one, sentence in told[1:]:
            if sentence is where or (one.span.meets(first.span) and one.value == first.value):
                continue
            if _differ(where, sentence):
                continue
            severity = (
                Severity.DOUBT
                if one.span.meets(first.span) or sentence.paragraph is where.paragraph
                else Severity.ERROR
            )
            for own, other, here, there in ((first, one, where, sentence), (one, first, sentence, where)):
                yield here.paragraph.finding(
                    "restated",
                    severity,
                    own.start,
                    f"这里写{own.printed}，第 {there.paragraph.line_at(other.start)} 行同一项写{other.printed}：请核对，改成一样。",
                )


def _key(sentence: Sentence, one: Figure) -> tuple[str, str] | None:
    """Return what a figure counts in words, None where that does not settle it."""
    clause = _clause(sentence, one)
    if CHANGE.search(one.label) or BASE.search(one.label) or _OTHER.search(clause):
        return None
    begin = sentence.paragraph.text[max(sentence.start, one.start - 12) : one.start]
    if "其中" in begin:
        return None
    if _STOCK.search(one.label) or re.match(r"(?:持证|登记在册|在册)", one.tail):
        nouns = _PERSON_NOUN.findall(clause)
        rest = re.sub(r"[^\u4e00-\u9fff]", "", _STOCK.sub("", _FILLER.sub("", one.label)).replace("残疾人", ""))
        if (
            len(nouns) == 1
            and one.kind == "person"
            and _WHOSE.fullmatch(rest)
            and not re.search("农村|城镇|城市", rest)
        ):
            return ("stock " + nouns[0].replace("在册", "持证").replace("登记", "持证"), one.kind)
    words = _FILLER.sub("", one.label) + "#" + _FILLER.sub("", one.tail)
    plain = re.sub(r"[^\u4e00-\u9fff#]", "", words)
    return (plain, one.kind) if len(plain) >= 7 and len(plain.replace("残疾人", "")) >= 5 else None


def _clause(sentence: Sentence, one: Figure) -> str:
    text = sentence.paragraph.text
    begin = max((text.rfind(mark, sentence.start, one.start) for mark in "，；：。"), default=-1) + 1
    ends = [at for mark in "，；。" if (at := text.find(mark, one.end, sentence.end)) >= 0]
    return text[max(begin, sentence.start) : min(ends, default=sentence.end)]


def _differ(one: Sentence, two: Sentence) -> bool:
    """Tell whether the sentences speak of different places or times."""
    places = [set(_PLACE.findall(each.text)) for each in (one, two)]
    if places[0] != places[1] and all(places):
        return True
    times = [
        set(re.findall(r"(?:19|20)\d{2}年|\d{1,2}月|上半年|下半年|季度|[春夏秋冬]季|节", each.text))
        for each in (one, two)
    ]
    return bool(times[0] and times[1] and times[0] != times[1])
