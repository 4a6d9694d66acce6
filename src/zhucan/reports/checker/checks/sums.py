"""Parts against their whole: 其中, 分别为, 合计, 其余, and the columns and rows of tables."""

import re
from collections.abc import Iterator
from fractions import Fraction

from zhucan.reports.checker.figures import PEOPLE, SUMMED, Figure
from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.numbers import told, total
from zhucan.reports.checker.text import Article, Paragraph, Sentence

CHANGE = re.compile(
    r"(?:增加|增长|减少|下降|提高|上升|降低|净增|增幅|超额|多|少|增|减|涨|升|降)了?(?:支出|投入|发放|安置|培训|征收|服务|拨付|救助|完成)?(?:约|近|超过)?$|同比|环比"
)
BASE = re.compile(
    r"上季度|上个?月|上期|[一二三]季度末|上年|去年|上一年|上年同期|去年同期|同期|前一年|上届|原有|原来|以往"
)
AVERAGE = re.compile(r"(?:均|每)[^，。；]{0,8}$|标准[^，。；]{0,4}$")
_TARGET = re.compile(r"目标|任务|计划|指标|应|标准|达到?$|容纳|不低于")
AIM = re.compile(r"(?:任务|目标|计划|指标)[^，。；]{0,6}$")
WHOLE = re.compile(
    r"(?:共|共计|合计|总计|总共|总数|总量|总额|总收入|总支出|总投入|总|累计|计)[\u4e00-\u9fff]{0,12}(?:为|达到?|约)?$|总[\u4e00-\u9fff]{1,6}(?:为|达到?)?$"
)
_FAMILIES = (
    (re.compile("视力|听力|言语|语言|肢体|智力|精神|多重"), 6),
    (re.compile("^[^\u4e00-\u9fff]*(?:其中)?[：]?(?:男|女)"), 2),
    (re.compile("[一二三四]级"), 4),
    (re.compile("城镇|农村|城市|乡村|农业|非农"), 2),
    (re.compile("^[^\u4e00-\u9fff]*(?:其中)?[：]?(?:其余|其他|其它|余下|剩余|剩下)"), 1),
    (re.compile("^[^\u4e00-\u9fff]*(?:其中)?[：]?(?:上半年|下半年|[一二三四]季度)"), 2),
)
"""What divides everybody without a rest, and how many parts of it make it whole."""
_NEW_TOPIC = re.compile(r"同时|此外|另外|另有|并|还|全年|全市|全县|今年|累计|截至|为\d*$|对\d*$|共|比|较|新增")
_LIST = re.compile(r"^[、，；和及与：（）]?(?:占[^，。；]{0,16}|（[^（）]*）|比例[^，。；]{0,10})*$")


def mainly(figures: list[Figure]) -> list[Figure]:
    """Return the figures that are no changes, averages or values of another year."""
    return [
        one
        for one in figures
        if not CHANGE.search(one.label) and not BASE.search(one.label) and not AVERAGE.search(one.label)
    ]


def among(article: Article) -> Iterator[Finding]:
    """Check what follows 其中 against the figure it divides."""
    for paragraph in article.body:
        for match in _AMONG.finditer(paragraph.text):
            whole = whole_of(paragraph, match.start())
            sentence = paragraph.sentence_at(match.start())
            if whole is None:
                continue
            parts = parts_of(paragraph, sentence, match.end(), whole)
            if parts:
                yield from _judge(paragraph, whole, parts, match.start())
            if len(parts) > 1:
                yield from _beside(paragraph, sentence, match.start(), parts)


_AMONG = re.compile(r"其中|(?<=[\u4e00-\u9fff”])中，(?=[\u4e00-\u9fff“])")


def _beside(paragraph: Paragraph, sentence: Sentence, place: int, parts: list[Figure]) -> Iterator[Finding]:
    """Check what each part has beside it, as money beside persons, against the total of that kind before 其中."""
    after = [one for one in sentence.figures if one.start >= place and one.kind != parts[0].kind]
    kinds = {one.kind for one in after} & SUMMED
    for kind in kinds:
        second = [one for one in after if one.kind == kind][: len(parts)]
        whole = next((one for one in reversed(mainly(sentence.figures)) if one.end <= place and one.kind == kind), None)
        ends = [*[one.start for one in parts[1:]], sentence.end]
        paired = len(second) == len(parts) == len(mainly(second)) and all(
            part.end <= one.start < end for part, one, end in zip(parts, second, ends, strict=True)
        )
        if whole is not None and paired:
            yield from _judge(paragraph, whole, second, second[0].start)


def whole_of(paragraph: Paragraph, place: int) -> Figure | None:
    """Return the figure that a 其中 divides: the last main one before it that something can be part of."""
    sentence = paragraph.sentence_at(place)
    before = [one for one in sentence.figures if one.end <= place]
    if not before and sentence.text.lstrip("，；、 ").startswith(("其中", "（其中")):
        at = paragraph.sentences.index(sentence)
        before = paragraph.sentences[at - 1].figures if at else []
        if before and BASE.search(before[0].label):
            return None
    after = next((one for one in sentence.figures if one.start >= place and one.kind != "age"), None)
    if after is None:
        return None
    usable = [
        one for one in mainly(before) if one.kind == after.kind and one.kind in SUMMED and not AIM.search(one.label)
    ]
    own = [one for one in before if one.kind == after.kind]
    if usable and own and own[-1] is not usable[-1] and mainly(own[-1:]) and not AIM.search(own[-1].label):
        return None
    return usable[-1] if usable else None


def parts_of(paragraph: Paragraph, sentence: Sentence, place: int, whole: Figure) -> list[Figure]:
    """Return the figures that stand in one list behind 其中."""
    parts: list[Figure] = []
    end = place
    for one in paragraph.figures:
        if one.start < place:
            continue
        if one.start >= sentence.end:
            break
        between = paragraph.text[end : one.start]
        if one.kind != whole.kind:
            share = (
                one.kind in ("percent", "permille", "age") and not CHANGE.search(one.label) and "率" not in one.label
            )
            attached = parts and not one.label.strip("、，")
            if share or attached or (parts and AVERAGE.search(one.label)):
                continue
            break
        if CHANGE.search(one.label) or BASE.search(one.label):
            break
        if parts and (
            WHOLE.search(one.label)
            or _NEW_TOPIC.match(one.label.lstrip("，；、"))
            or "其中" in between
            or "；其" in between
        ):
            break
        if len(between) > 40 or "每" in one.label[-4:]:
            break
        parts.append(one)
        end = one.end
    return parts


def _labelled(part: Figure) -> str:
    return re.sub(r"^[，；、和及与]|其中[：]?|(?:有|为|是|共|达)$", "", part.label) or part.tail[:8]


def exhaustive(parts: list[Figure]) -> bool:
    """Tell whether the parts leave nothing over."""
    words = [f"{one.label}{one.tail[:6]}" for one in parts]
    for pattern, least in _FAMILIES:
        matched = [word for word in words if pattern.search(word)]
        if least == 1 and len(parts) >= 2 and re.search(pattern, words[-1]):
            return True
        if least > 1 and len(matched) == len(words) and len(words) >= least:
            return True
    return False


def _judge(paragraph: Paragraph, whole: Figure, parts: list[Figure], place: int) -> Iterator[Finding]:
    if len(parts) == 1:
        part = parts[0]
        if part.span.low > whole.span.high and not _TARGET.search(whole.label):
            yield paragraph.finding(
                "parts-and-whole",
                Severity.ERROR,
                part.start,
                f"其中的{_labelled(part)}{part.printed}比总数{whole.printed}还多：请核对。",
            )
        return
    worked = total([one.span for one in parts])
    if makes_up(parts, whole):
        return
    said = arithmetic(parts, whole)
    over = worked.low > whole.span.high
    gap = (
        abs(sum((one.value for one in parts), Fraction(0)) - whole.value) / whole.value if whole.value else Fraction(1)
    )
    if exhaustive(parts):
        yield paragraph.finding("parts-and-whole", Severity.ERROR, place, said)
    elif over:
        largest = max(parts, key=lambda one: one.value)
        if largest.span.low > whole.span.high:
            yield paragraph.finding(
                "parts-and-whole",
                Severity.ERROR,
                largest.start,
                f"其中的{_labelled(largest)}{largest.printed}比总数{whole.printed}还多：请核对。",
            )
        elif whole.kind not in PEOPLE:
            yield paragraph.finding("parts-and-whole", Severity.ERROR, place, said)
        elif gap <= Fraction(1, 20) or not _overlapping(parts):
            detail = said + "如果有人同时属于几类，请写明有重复。"
            yield paragraph.finding("parts-and-whole", Severity.DOUBT, place, detail)
    elif gap <= Fraction(1, 10):
        yield paragraph.finding("parts-and-whole", Severity.DOUBT, place, said + "如果还有别的分项，请写明“其余”。")


def makes_up(parts: list[Figure], whole: Figure) -> bool:
    """Tell whether the parts add up to the whole, or the first two or more do: a list may be followed by other things."""
    return any(total([one.span for one in parts[:count]]).meets(whole.span) for count in range(2, len(parts) + 1))


def _overlapping(parts: list[Figure]) -> bool:
    """Tell whether the parts are called by attributes that one person may have together: 重度, 低保, 儿童."""
    words = [frozenset(_ATTRIBUTE.findall(one.around)) for one in parts]
    return any(words) and len(set(words)) > 1


_ATTRIBUTE = re.compile("重度|低保|一户多残|老年|儿童|[男女]|农村|城镇|[一二三四]级|岁|困难|特困|低收入|边缘|党员|学历")


def arithmetic(parts: list[Figure], whole: Figure) -> str:
    scale = scale_of(whole)
    summed = sum((one.value for one in parts), Fraction(0))
    left = " + ".join(told(one.value / scale) for one in parts)
    gap = whole.value - summed
    return f"{left} = {told(summed / scale)}，与{whole.printed}{'少' if gap > 0 else '多'} {told(abs(gap) / scale)} {whole.unit}：请核对分项和总数。".replace(
        "与", "比", 1
    )


def scale_of(figure: Figure) -> Fraction:
    for word, scale in (("亿", 10**8), ("万", 10**4)):
        if figure.unit.startswith(word):
            return Fraction(scale)
    return Fraction(1)


_DIVIDED = re.compile(
    r"按(?:照)?[^，。；：、]{1,10}(?:分|划分|统计|看|分类)[，：]?|(?:原因|类型|方式|情况|渠道|来源|去向)(?:分为|包括|分别为|分别是)[：，]?"
)


def divided(article: Article) -> Iterator[Finding]:
    """Check lists that divide everybody without saying 其中: 按类别分, all seven categories, all four grades."""
    for paragraph in article.body:
        for sentence in paragraph.sentences:
            if "其中" in sentence.text:
                continue
            opened = _DIVIDED.search(sentence.text)
            parts = _run(paragraph, sentence, sentence.start + (opened.end() if opened else 0))
            if len(parts) < 2 or not (opened or (len(parts) >= 4 and exhaustive(parts))):
                continue
            most = max(one.value for one in parts)
            earlier = [one for one in mainly(paragraph.figures) if one.end <= parts[0].start and one.value >= most]
            before = [one for one in earlier if one.kind == parts[0].kind]
            worked = total([one.span for one in parts])
            if not before or any(worked.meets(one.span) for one in _counted_anywhere(article, parts)):
                continue
            near = before[-1].span.low * Fraction(7, 10) <= worked.low <= before[-1].span.high * Fraction(13, 10)
            if not near and not exhaustive(parts):
                continue
            overlapping = parts[0].kind in PEOPLE and not exhaustive(parts) and worked.low > before[-1].span.high
            said = arithmetic(parts, before[-1]) + ("如果有人同时属于几类，请写明有重复。" if overlapping else "")
            severity = Severity.DOUBT if overlapping else Severity.ERROR
            yield paragraph.finding("parts-and-whole", severity, parts[0].start, said)


def _counted_anywhere(article: Article, parts: list[Figure]) -> Iterator[Figure]:
    """Yield every other figure of the kind: the whole of a list may stand in another paragraph."""
    for sentence in article.sentences:
        yield from (
            one for one in sentence.figures if one.kind == parts[0].kind and not one.approximate and one not in parts
        )


def _run(paragraph: Paragraph, sentence: Sentence, begin: int) -> list[Figure]:
    """Return the figures of one kind that stand in one list from a place on, shares between them left out."""
    parts: list[Figure] = []
    for one in paragraph.figures:
        if not begin <= one.start < sentence.end or (parts and one.kind == "percent"):
            continue
        if parts and (one.kind != parts[0].kind or len(paragraph.text[parts[-1].end : one.start]) > 40):
            break
        if one.kind in SUMMED and mainly([one]) and not WHOLE.search(one.label):
            parts.append(one)
        elif parts:
            break
    return parts


_REST = re.compile(r"(?:其余|余下|剩余|剩下)(?:的)?[\u4e00-\u9fff]{0,8}$")


def rest(article: Article) -> Iterator[Finding]:
    """Check what is said to be left over: 64条，已整改48条，其余16条."""
    for sentence in article.sentences:
        if "其中" in sentence.text:
            continue
        for at, one in enumerate(sentence.figures):
            before = [each for each in mainly(sentence.figures[:at]) if (each.kind, each.unit) == (one.kind, one.unit)]
            if len(before) < 2 or one.kind not in SUMMED or not _REST.search(one.label):
                continue
            whole, parts = before[0], before[1:]
            summed = [total([each.span for each in parts[:count]]) + one.span for count in range(1, len(parts) + 1)]
            if whole.value >= max(each.value for each in parts) and not any(
                worked.meets(whole.span) for worked in summed
            ):
                yield sentence.paragraph.finding(
                    "parts-and-whole", Severity.ERROR, one.start, arithmetic([*parts, one], whole)
                )
