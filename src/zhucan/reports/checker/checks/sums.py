"""Parts against their whole: 其中, 分别为, 合计, 其余, and the columns and rows of tables."""

import re
from collections.abc import Iterator
from fractions import Fraction

from zhucan.reports.checker.figures import SUMMED, Figure
from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.numbers import Interval, told, total
from zhucan.reports.checker.text import Article, Paragraph, Sentence

CHANGE = re.compile(
    r"(?:增加|增长|减少|下降|提高|上升|降低|净增|增幅|多|少|增|减|涨|升|降)了?(?:约|近|超过)?$|同比|环比"
)
BASE = re.compile(r"上年|去年|上一年|上年同期|去年同期|同期|前一年|上届|原有|原来|以往")
_TARGET = re.compile(r"目标|任务|计划|指标|应|标准|达到?$|容纳|不低于")
_WHOLE = re.compile(
    r"(?:共|共计|合计|总计|总共|总数|总量|总额|总收入|总支出|总投入|总|累计|计)[\u4e00-\u9fff]{0,12}(?:为|达到?|约)?$|总[\u4e00-\u9fff]{1,6}(?:为|达到?)?$"
)
_CLOSING = re.compile(r"^(?:以上|上述|三项|两项|四项)?(?:共计|合计|总计|一共|总共|共|计)(?:[\u4e00-\u9fff]{0,8})?$")
_FAMILIES = (
    (re.compile("视力|听力|言语|语言|肢体|智力|精神|多重"), 6),
    (re.compile("^[^\u4e00-\u9fff]*(?:其中)?[：]?(?:男|女)"), 2),
    (re.compile("[一二三四]级"), 4),
    (re.compile("城镇|农村|城市|乡村|农业|非农"), 2),
    (re.compile("其余|其他|其它|余下|剩余|剩下"), 1),
    (re.compile("^[^\u4e00-\u9fff]*(?:其中)?[：]?(?:上半年|下半年|[一二三四]季度)"), 2),
)
"""What divides everybody without a rest, and how many parts of it make it whole."""
_NEW_TOPIC = re.compile(r"同时|此外|另外|另有|并|还|全年|全市|全县|今年|累计|截至|为\d*$|对\d*$|共|比|较|新增")
_LIST = re.compile(r"^[、，；和及与：（）]?(?:占[^，。；]{0,16}|（[^（）]*）|比例[^，。；]{0,10})*$")


def mainly(figures: list[Figure]) -> list[Figure]:
    """Return the figures that are no changes, shares or values of another year."""
    return [one for one in figures if not CHANGE.search(one.label) and not BASE.search(one.label)]


def among(article: Article) -> Iterator[Finding]:
    """Check what follows 其中 against the figure it divides."""
    for paragraph in article.body:
        for match in re.finditer("其中", paragraph.text):
            whole = _whole(paragraph, match.start())
            sentence = paragraph.sentence_at(match.start())
            if whole is None:
                continue
            parts = _parts(paragraph, sentence, match.end(), whole)
            if parts:
                yield from _judge(paragraph, whole, parts, match.start())


def _whole(paragraph: Paragraph, place: int) -> Figure | None:
    """Return the figure that a 其中 divides: the last main one before it that something can be part of."""
    sentence = paragraph.sentence_at(place)
    before = [one for one in sentence.figures if one.end <= place]
    if not before and sentence.text.lstrip("，；、 ").startswith(("其中", "（其中")):
        at = paragraph.sentences.index(sentence)
        before = paragraph.sentences[at - 1].figures if at else []
        if before and BASE.search(before[0].label):
            return None
    after = next((one for one in sentence.figures if one.start >= place), None)
    if after is None:
        return None
    usable = [
        one for one in mainly(before) if one.kind == after.kind and one.kind in SUMMED and "每" not in one.label[-4:]
    ]
    own = [one for one in before if one.kind == after.kind]
    if (
        usable
        and own
        and own[-1] is not usable[-1]
        and not CHANGE.search(own[-1].label)
        and not BASE.search(own[-1].label)
    ):
        return None
    return usable[-1] if usable else None


def _parts(paragraph: Paragraph, sentence: Sentence, place: int, whole: Figure) -> list[Figure]:
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
            if one.kind in ("percent", "permille") or (parts and one.kind in ("money",) and whole.kind != "money"):
                if one.kind == "percent" and (CHANGE.search(one.label) or "率" in one.label):
                    break
                if one.kind == "percent":
                    continue
            break
        if CHANGE.search(one.label) or BASE.search(one.label):
            break
        if parts and (
            _WHOLE.search(one.label) or _NEW_TOPIC.search(one.label[:4]) or "其中" in between or "；其" in between
        ):
            break
        if len(between) > 40 or "每" in one.label[-4:]:
            break
        parts.append(one)
        end = one.end
    return parts


def _labelled(part: Figure) -> str:
    return re.sub(r"^[，；、和及与]|其中[：]?|(?:有|为|是|共|达)$", "", part.label) or part.tail[:8]


def _exhaustive(parts: list[Figure]) -> bool:
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
    if worked.meets(whole.span):
        return
    arithmetic = _arithmetic(parts, whole)
    over = worked.low > whole.span.high
    gap = (
        abs(sum((one.value for one in parts), Fraction(0)) - whole.value) / whole.value if whole.value else Fraction(1)
    )
    if _exhaustive(parts):
        yield paragraph.finding("parts-and-whole", Severity.ERROR, place, arithmetic)
    elif over:
        largest = max(parts, key=lambda one: one.value)
        if largest.span.low > whole.span.high:
            yield paragraph.finding(
                "parts-and-whole",
                Severity.ERROR,
                largest.start,
                f"其中的{_labelled(largest)}{largest.printed}比总数{whole.printed}还多：请核对。",
            )
        elif whole.kind not in ("person", "household", "times") or gap <= Fraction(1, 20):
            yield paragraph.finding(
                "parts-and-whole",
                Severity.ERROR if whole.kind in ("money", "area", "item", "event") else Severity.DOUBT,
                place,
                arithmetic,
            )
    elif gap <= Fraction(1, 20) or (len(parts) >= 3 and gap <= Fraction(1, 10)):
        yield paragraph.finding(
            "parts-and-whole", Severity.DOUBT, place, arithmetic + "如果还有别的分项，请写明“其余”。"
        )


def _arithmetic(parts: list[Figure], whole: Figure) -> str:
    scale = _scale(whole)
    summed = sum((one.value for one in parts), Fraction(0))
    left = " + ".join(told(one.value / scale) for one in parts)
    gap = whole.value - summed
    return f"{left} = {told(summed / scale)}，与{whole.printed}{'少' if gap > 0 else '多'} {told(abs(gap) / scale)} {whole.unit}：请核对分项和总数。".replace(
        "与", "比", 1
    )


def _scale(figure: Figure) -> Fraction:
    for word, scale in (("亿", 10**8), ("万", 10**4)):
        if figure.unit.startswith(word):
            return Fraction(scale)
    return Fraction(1)


def closed(article: Article) -> Iterator[Finding]:
    """Check lists that end in 共 or 合计, and totals that a list follows without 其中."""
    for sentence in article.sentences:
        figures = sentence.figures
        if sentence.paragraph.table or len(figures) < 3:
            continue
        yield from _ending(sentence, figures)
        if "其中" not in sentence.text:
            yield from _beginning(sentence, figures)


def _ending(sentence: Sentence, figures: list[Figure]) -> Iterator[Finding]:
    text = sentence.paragraph.text
    for at, whole in enumerate(figures):
        if at < 2 or whole.kind not in SUMMED or not _CLOSING.match(re.sub(r"^[，；、]|余$", "", whole.label)):
            continue
        parts: list[Figure] = []
        for one in reversed(figures[:at]):
            if (
                one.kind != whole.kind
                or one.unit[-1] != whole.unit[-1]
                or CHANGE.search(one.label)
                or BASE.search(one.label)
                or "其中" in one.label
            ):
                break
            if parts and len(text[one.end : parts[0].start]) > 24:
                break
            parts.insert(0, one)
            if _WHOLE.search(one.label):
                parts = parts[1:]
                break
        pure = re.match(r"^[，；、]?(?:以上|上述|三项|两项|四项)?(?:共计|合计|总计|一共|总共|共)$", whole.label)
        if len(parts) < 2 or "每" in "".join(one.label for one in parts):
            continue
        if whole.kind in ("person", "times", "household") and len(parts) == 2 and not pure:
            continue
        if total([one.span for one in parts]).meets(whole.span):
            continue
        summed = sum((one.value for one in parts), Fraction(0))
        near = whole.value and abs(summed - whole.value) / whole.value <= Fraction(3, 10)
        severity = Severity.ERROR if pure and near else Severity.DOUBT
        if pure or near:
            yield sentence.paragraph.finding("parts-and-whole", severity, whole.start, _arithmetic(parts, whole))


def _beginning(sentence: Sentence, figures: list[Figure]) -> Iterator[Finding]:
    text = sentence.paragraph.text
    for at, whole in enumerate(figures):
        if (
            whole.kind not in SUMMED
            or not _WHOLE.search(whole.label)
            or CHANGE.search(whole.label)
            or BASE.search(whole.label)
            or (_CLOSING.match(whole.label) and at)
        ):
            continue
        parts: list[Figure] = []
        end = whole.end
        for one in figures[at + 1 :]:
            between = text[end : one.start]
            if one.kind == "percent" and "占" in between:
                end = one.end
                continue
            if (
                one.kind != whole.kind
                or one.unit[-1] != whole.unit[-1]
                or len(between) > 16
                or CHANGE.search(one.label)
                or BASE.search(one.label)
                or _WHOLE.search(one.label)
                or "均" in between
                or "每" in between
            ):
                break
            if parts and one.tail[:2] != parts[0].tail[:2] and not one.label.strip("，、；"):
                break
            parts.append(one)
            end = one.end
        if len(parts) < 2 or any(len(one.label.strip("，、；：")) < 2 and len(one.tail) < 2 for one in parts):
            continue
        if total([one.span for one in parts]).meets(whole.span):
            continue
        summed = sum((one.value for one in parts), Fraction(0))
        near = bool(whole.value) and abs(summed - whole.value) / whole.value <= Fraction(3, 10)
        if near:
            strict = _exhaustive(parts) or (whole.kind != "person" and len(parts) >= 2)
            yield sentence.paragraph.finding(
                "parts-and-whole", Severity.ERROR if strict else Severity.DOUBT, whole.start, _arithmetic(parts, whole)
            )


_RESPECTIVE = re.compile(
    r"(?P<names>(?:[\u4e00-\u9fffA-Za-z“”（）]{1,16}、)+[\u4e00-\u9fffA-Za-z“”（）]{1,16}?(?:(?:和|及|与)[\u4e00-\u9fff]{1,12}?)?)(?:[\u4e00-\u9fff]{0,10}?)分别[\u4e00-\u9fff]{0,6}?(?P<numbers>(?:\d[\d.,]*[万亿]?(?:[\u4e00-\u9fff%]{0,3})[、，和及与]+)+\d[\d.,]*[万亿]?[\u4e00-\u9fff%]{0,3})"
)


def respective(article: Article) -> Iterator[Finding]:
    """Check that A、B、C 分别为 x、y、z names as many things as numbers, and that they make the total said before."""
    for paragraph in article.body:
        for match in _RESPECTIVE.finditer(paragraph.text):
            names = match["names"].split("、")
            least, most = len(names), len(names) + len(re.findall("和|及|与", match["names"]))
            numbers = re.findall(r"\d[\d.,]*", match["numbers"])
            if not least <= len(numbers) <= most:
                yield paragraph.finding(
                    "list-count",
                    Severity.ERROR,
                    match.start("numbers"),
                    f"前面列了 {least} 项，“分别”后面有 {len(numbers)} 个数：请核对。",
                )
                continue
            yield from _respective_total(paragraph, match, numbers)


def _respective_total(paragraph: Paragraph, match: re.Match[str], numbers: list[str]) -> Iterator[Finding]:
    sentence = paragraph.sentence_at(match.start())
    inside = [one for one in paragraph.figures if match.start("numbers") <= one.start < match.end()]
    before = [
        one
        for one in mainly([one for one in sentence.figures if one.end <= match.start()])
        if inside and one.kind == inside[-1].kind
    ]
    if (
        not before
        or not inside
        or inside[-1].kind not in SUMMED
        or not (_WHOLE.search(before[-1].label) or "其中" in sentence.text)
    ):
        return
    scale = _scale(inside[-1])
    values = [Fraction(one.replace(",", "").rstrip(".")) * scale for one in numbers]
    step = inside[-1].step / 2 if inside[-1].span.low != inside[-1].span.high else Fraction(0)
    worked = total([Interval(value - step, value + step) for value in values])
    whole = before[-1]
    gap = abs(sum(values) - whole.value) / whole.value if whole.value else Fraction(1)
    if not worked.meets(whole.span) and gap <= Fraction(3, 10):
        left = " + ".join(told(value / _scale(whole)) for value in values)
        yield paragraph.finding(
            "parts-and-whole",
            Severity.ERROR,
            whole.start,
            f"{left} = {told(sum(values, Fraction(0)) / _scale(whole))}，与{whole.printed}不符：请核对分项和总数。",
        )


_CELL = re.compile(r"^-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$")
_SUM_WORD = re.compile(r"^(?:合\s*计|总\s*计|小\s*计|总\s*数|共\s*计)")


def tables(article: Article) -> Iterator[Finding]:
    """Check the rows and columns called 合计 against what they add up."""
    for table in article.tables:
        header, rows = table.rows[0], table.rows[1:]
        for number, cells in rows:
            if cells and _SUM_WORD.match(cells[0]):
                for at in range(1, len(cells)):
                    own = [
                        row[at]
                        for other, row in rows
                        if other != number and len(row) > at and not _SUM_WORD.match(row[0])
                    ]
                    yield from _added(
                        number, cells, cells[at], own, header[1][at] if len(header[1]) > at else f"第 {at + 1} 列"
                    )
            heads = [at for at, head in enumerate(header[1]) if _SUM_WORD.match(head) and at < len(cells)]
            if len(heads) == 1 and len(header[1]) == len(cells):
                own = [
                    cells[at]
                    for at in range(1, len(cells))
                    if at != heads[0] and "%" not in header[1][at] and not re.search("率|比", header[1][at])
                ]
                yield from _added(number, cells, cells[heads[0]], own, cells[0])


def _added(number: int, cells: tuple[str, ...], said: str, own: list[str], name: str) -> Iterator[Finding]:
    numbers = [one for one in own if _CELL.match(one)]
    if (
        not _CELL.match(said)
        or len(numbers) < 2
        or re.search(r"率|占比|比例|人均|平均|%", name)
        or len(numbers) < len([one for one in own if one not in ("", "-", "—", "/")])
    ):
        return
    values = [Fraction(one.replace(",", "")) for one in numbers]
    printed = Fraction(said.replace(",", ""))
    places = max(len(one.partition(".")[2]) for one in [*numbers, said])
    slack = Fraction(len(numbers) + 1, 2 * 10**places) if places else Fraction(0)
    if abs(sum(values) - printed) > slack:
        left = " + ".join(numbers) if len(numbers) <= 8 else f"{len(numbers)} 项之和"
        yield Finding(
            "table-total",
            Severity.ERROR,
            number,
            "　".join(cells),
            f"{name}：{left} = {told(sum(values, Fraction(0)))}，合计写的是 {said}：请核对。",
        )


def bounded(article: Article) -> Iterator[Finding]:
    """Find shares and rates beyond a hundred per cent."""
    for sentence in article.sentences:
        for one in sentence.figures:
            if (
                one.kind == "percent"
                and one.span.low > 100
                and re.search(
                    r"(?:占|占比|比重|就业率|覆盖率|参保率|入学率|合格率|满意率|满意度|适配率|服务率|发放率|普及率|监护率|持证率)[^，。；]{0,8}$",
                    one.label,
                )
            ):
                yield sentence.paragraph.finding(
                    "share", Severity.ERROR, one.start, f"“{one.label[-8:]}{one.printed}”超过了 100%：请核对。"
                )
