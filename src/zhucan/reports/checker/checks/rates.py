"""Shares and rates against their numerators and denominators: 占, 完成率, 超额, 覆盖率, 就业率."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from zhucan.reports.checker.checks.sums import BASE, CHANGE, mainly
from zhucan.reports.checker.figures import SUMMED, Figure
from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.numbers import Interval, told
from zhucan.reports.checker.text import Article, Sentence

_SHARE = re.compile(r"占(?P<of>[^，。；占]{0,20}?)(?:的?(?:比例|比重|比))?(?:的|为|达到?|约为?)?$")
_DONE = re.compile(
    r"(?:完成|达到?|占)[^，。；]{0,16}?(?:任务|指标|目标|计划)(?:任务)?(?:总数|数|总量|量)?(?:\d[\d.,]*[万亿]?(?:人次|[人名户家件个场次元])|[（(][^（()）]{1,14}[)）])?的?$|完成率[^，。；]{0,4}$|完成比例[^，。；]{0,4}$|完成进度[^，。；]{0,4}$"
)
_EXCESS = re.compile(
    r"超额(?:完成)?[^，。；]{0,10}?(?:任务|目标|指标|计划)?(?:的)?$|超出?[^，。；]{0,6}(?:任务|目标|计划|指标)(?:数)?的?$|超任务$"
)
_TARGET = re.compile(r"(?:目标|任务|计划|指标|下达)[^，。；]{0,12}$")
_RATE = re.compile(r"(?P<name>[\u4e00-\u9fff]{2,4}率)(?:达到了?|达|为|是|约|已达|提高到|提升到|上升到|稳定在|保持在)?$")
_AND = ("、", "和", "及", "与", "，")
_FREE = re.compile(
    r"满意率|知晓率|增长率|报销率|减免率|利用率|使用率|出勤率|好转率|有效率|治愈率|及时率|准确率|发病率|抽检|抽查|回访|升学率|录取率"
)
_NEED = re.compile(
    r"床位|受理|发现|收到|交办|接待|应|需|预算|额度|共有?|符合|总|现有|在册|适龄|年龄段|持证|登记|任务|目标|有[\u4e00-\u9fff]{0,8}(?:需求|愿望)的?|排查|确定|名单"
)
_GOT = re.compile(
    r"入住|办结|整改|支出|使用|拨付|收回|建成|已|完成|实际|实现|就业|参保|参加|享受|其中|得到|接受|适配|纳入|落实|入学|签约|发放"
)


def percentages(article: Article) -> Iterator[Finding]:
    """Check every percentage that says how it comes about."""
    for sentence in article.sentences:
        for at, one in enumerate(sentence.figures):
            if one.kind in SUMMED and re.search(r"超额(?:完成)?$", one.label):
                yield from _beyond(sentence, one, at)
            changed = CHANGE.search(one.label) and not _EXCESS.search(one.label)
            if one.kind != "percent" or changed or BASE.search(one.label):
                continue
            label = _label(sentence, one)
            if _EXCESS.search(label):
                yield from _excess(sentence, one, at)
            elif _DONE.search(label) or (
                _EXCESS.search(label) is None
                and re.match(r"^完成[^，。；]{0,14}(?:任务|指标|目标)", one.tail)
                and label.endswith("超额")
            ):
                yield from _done(sentence, one, at)
            elif (row := _respective(sentence, at)) is not None:
                yield from _respective_share(article, sentence, *row, one)
            elif share := _SHARE.search(label):
                yield from _share(article, sentence, one, at, share["of"])
            elif (rate := _RATE.search(label)) and not _FREE.search(rate["name"]):
                yield from _rate(sentence, one, at, rate["name"])


def _label(sentence: Sentence, one: Figure) -> str:
    begin = max(sentence.start, one.start - 40)
    text = sentence.paragraph.text[begin : one.start]
    return re.split(r"[，；。：]", text)[-1]


def _before(sentence: Sentence, at: int) -> list[Figure]:
    return [one for one in mainly(sentence.figures[:at]) if one.kind in SUMMED and "每" not in one.label[-3:]]


def _percent(part: Figure, whole: Figure) -> Interval:
    worked = part.span / whole.span
    return Interval(worked.low * 100, worked.high * 100)


def _said(part: Figure, whole: Figure) -> str:
    ratio = told(part.value / whole.value * 100) if whole.value else "—"
    return f"{part.printed} ÷ {whole.printed} = {ratio}%"


def _verdict(one: Figure, worked: Interval, sure: Severity) -> Severity | None:
    if one.fits(worked):
        return None
    return Severity.DOUBT if one.nearly(worked) else sure


def _excess(sentence: Sentence, one: Figure, at: int) -> Iterator[Finding]:
    """超额 a% means (1 + a) of the target, not a."""
    before = _before(sentence, at)
    target = _target_before(sentence, at)
    done = next(
        (each for each in reversed(before) if each is not target and (target is None or each.kind == target.kind)), None
    )
    if done is None:
        return
    if target is not None:
        worked = _percent(done, target)
        beyond = Interval(worked.low - 100, worked.high - 100)
        severity = _verdict(one, beyond, Severity.ERROR)
        if severity:
            right = told(done.value / target.value * 100 - 100, 1)
            hint = "（把完成率当成了超额）" if one.fits(worked) else ""
            yield sentence.paragraph.finding(
                "completion",
                severity,
                one.start,
                f"{_said(done, target)}，超额是 {right}%，不是{one.printed}{hint}：请改正。",
            )
        return
    if done.kind == "money" or done.step != 1 or done.approximate:
        return
    if _whole_target(done, one, 100) is None:
        target_now = _whole_target(done, one, 0)
        factor = Fraction(100) + one.value
        hint = (
            f"如果是完成 {told(one.value, 1)}%，任务是 {told(done.value)} ÷ {told(one.value / 100)} = {target_now}，超额应写 {told(one.value - 100, 1)}%"
            if target_now is not None
            else "请核对任务数"
        )
        yield sentence.paragraph.finding(
            "completion",
            Severity.ERROR,
            one.start,
            f"超额{one.printed[:-1] if one.printed.endswith('%') else one.printed}%，任务应是 {told(done.value)} ÷ {told(factor / 100)} = {told(done.value / factor * 100)}，不是整数；{hint}。",
        )
    elif one.value > 100 and _whole_target(done, one, 0) is not None:
        yield sentence.paragraph.finding(
            "completion",
            Severity.DOUBT,
            one.start,
            f"超额{one.printed}是任务的 {told(one.value + 100, 1)}%：如果本意是完成 {told(one.value, 1)}%，超额应写 {told(one.value - 100, 1)}%，请核对。",
        )


def _beyond(sentence: Sentence, one: Figure, at: int) -> Iterator[Finding]:
    """Check 超额完成 36 人 against what was done and the target."""
    target = _target_before(sentence, at)
    done = [each for each in _before(sentence, at) if each is not target and each.kind == one.kind]
    if target is None or target.kind != one.kind or not done:
        return
    if not any(one.nearly(each.span - target.span) for each in done):
        right = f"{told(done[-1].value)} - {told(target.value)} = {told(done[-1].value - target.value)}"
        yield sentence.paragraph.finding(
            "completion", Severity.ERROR, one.start, f"{right}，超额写的是{one.printed}：请核对。"
        )


def _whole_target(done: Figure, percent: Figure, more: int) -> int | None:
    """Return a whole target that the printed percentage (and `more`) fits, None where there is none."""
    low, high = percent.span.low + more, percent.span.high + more
    if low <= 0:
        return None
    least, most = done.value * 100 / high, done.value * 100 / low
    whole = -((-least.numerator) // least.denominator)
    return whole if whole and whole <= most else None


def _target_before(sentence: Sentence, at: int) -> Figure | None:
    for each in reversed(sentence.figures[:at]):
        label = each.label or _label(sentence, each).rstrip("（(")  # 完成年度任务（600 件）的
        if (
            each.kind in SUMMED
            and (_TARGET.search(label) or re.match(r"[\u4e00-\u9fff]{0,6}的?(?:目标|任务|指标)", each.tail))
            and not CHANGE.search(each.label)
        ):
            return each
    return None


def _done(sentence: Sentence, one: Figure, at: int) -> Iterator[Finding]:
    target = _target_before(sentence, at)
    before = [each for each in _before(sentence, at) if each is not target]
    if target is None:
        done = before[-1] if before else None
        if (
            done is not None
            and len(before) == 1
            and done.kind in ("item", "place", "event", "person", "household")
            and done.step == 1
            and not done.approximate
            and done.value <= 60
            and one.step < 1
            and _whole_target(done, one, 0) is None
        ):
            yield sentence.paragraph.finding(
                "completion",
                Severity.DOUBT,
                one.start,
                f"完成 {told(done.value)}，完成率{one.printed}，任务应是 {told(done.value / one.value * 100)}，不是整数：请核对任务数。",
            )
        return
    same = [each for each in before if each.kind == target.kind]
    if not same:
        return
    worked = [(each, _verdict(one, _percent(each, target), Severity.ERROR)) for each in same]
    if all(verdict for _, verdict in worked):
        done, severity = worked[-1]
        hint = ""
        if one.value and target.value:
            right = done.value / target.value * 100
            hint = f"，完成率应是 {told(right, 1)}%"
            if one.span.meets(Interval(right - 100, right - 100)):
                hint += f"（{one.printed}是超额的部分）"
        yield sentence.paragraph.finding(
            "completion", severity or Severity.ERROR, one.start, f"{_said(done, target)}{hint}：请核对。"
        )


def _share(article: Article, sentence: Sentence, one: Figure, at: int, of: str) -> Iterator[Finding]:
    before = _before(sentence, at)
    if not before:
        return
    part = before[-1]
    if re.search(r"任务|计划|目标", of):
        return
    if re.search(r"\d", of):  # 占应建数 7 个的：the whole is printed within
        if len(before) < 2 or before[-2].kind != part.kind:
            return
        whole, part = part, before[-2]
        severity = _verdict(one, _percent(part, whole), Severity.ERROR)
        if severity:
            yield sentence.paragraph.finding(
                "share", severity, one.start, f"{_said(part, whole)}，不是{one.printed}：请核对。"
            )
        return
    named = _named_part(sentence, before, one)
    if named is not None:
        part, before = named, [*[each for each in before if each is not named], named]
    gap = sentence.paragraph.text[before[-1].end : one.start] if named is None else ""
    if len(gap) > 36 or "。" in gap:
        return
    strong, weak = _graded(article, part, of) or _denominators(article, sentence, part, before, of)
    candidates = [*strong, *weak]
    if not candidates or any(
        one.nearly(_percent(part, each)) and one.fits(_percent(part, each)) for each in candidates
    ):
        return
    if any(
        one.fits(_percent(each, other))
        for each in before
        for other in before
        if each is not other and each.kind == other.kind
    ):
        return
    explicit = of or "其中" in sentence.text[: part.start - sentence.start]
    anywhere = [each for other in article.sentences for each in other.figures if each.kind == part.kind and each.value]
    if not explicit and any(one.fits(_percent(part, each)) for each in anywhere):
        return  # the whole stands in another paragraph
    if strong:
        whole = strong[0]
        severity = _verdict(one, _percent(part, whole), Severity.ERROR) or Severity.DOUBT
        if part.approximate or (whole.approximate and severity is Severity.ERROR):
            severity = Severity.DOUBT if part.approximate and whole.approximate else severity
        if part.kind != whole.kind:
            severity = Severity.DOUBT
        yield sentence.paragraph.finding(
            "share", severity, one.start, f"{_said(part, whole)}，不是{one.printed}：请核对。"
        )


def _respective(sentence: Sentence, at: int) -> tuple[list[Figure], list[Figure]] | None:
    """Return the parts and the percentages of 甲 3 人、乙 5 人，分别占 37.5%、62.5% where the figure at `at` is one of them."""
    figures, text = sentence.figures, sentence.paragraph.text
    first = at
    while (
        first and figures[first - 1].kind == "percent" and text[figures[first - 1].end : figures[first].start] in _AND
    ):
        first -= 1
    if not re.search(r"分别占[^，。；]{0,14}$", text[max(0, figures[first].start - 24) : figures[first].start]):
        return None
    last = at
    while last + 1 < len(figures) and text[figures[last].end : figures[last + 1].start] in _AND:
        last += 1
    shares = [one for one in figures[first : last + 1] if one.kind == "percent"]
    parts = [one for one in figures[:first] if figures[first - 1].kind == one.kind][-len(shares) :]
    return (parts, shares) if len(parts) == len(shares) else ([], shares)


def _respective_share(
    article: Article, sentence: Sentence, parts: list[Figure], shares: list[Figure], one: Figure
) -> Iterator[Finding]:
    """Check one of several shares against its own part; the whole is that which the others are shares of."""
    if len(parts) < 2:
        return
    kind, most = parts[0].kind, max(each.value for each in parts)
    wholes = [each for other in article.sentences for each in other.figures if each.kind == kind and each.value >= most]
    value, span = sum((each.value for each in parts), Fraction(0)), parts[0].span
    for each in parts[1:]:
        span = span + each.span
    wholes.append(replace(parts[0], value=value, span=span, printed=f"{told(value)}{parts[0].unit}"))
    place = shares.index(one)

    def fitting(whole: Figure) -> int:
        return sum(share.fits(_percent(part, whole)) for part, share in zip(parts, shares, strict=True))

    whole = max(wholes, key=fitting)
    if fitting(whole) < len(shares) - 1 or one.fits(_percent(parts[place], whole)):
        return
    yield sentence.paragraph.finding(
        "share", Severity.ERROR, one.start, f"{_said(parts[place], whole)}，不是{one.printed}：请核对。"
    )


def _named_part(sentence: Sentence, before: list[Figure], one: Figure) -> Figure | None:
    """Return the figure that the words before 占 name, when it is not the last one: 金牌占奖牌总数的."""
    subject = re.search(r"(?:^|，)(?P<name>[\u4e00-\u9fff]{2,6})占$", _label(sentence, one).partition("占")[0] + "占")
    if subject is None:
        return None
    found = [each for each in before[:-1] if each.label.lstrip("、，").endswith(subject["name"])]
    return found[0] if len(found) == 1 else None


def _graded(article: Article, part: Figure, of: str) -> tuple[list[Figure], list[Figure]] | None:
    """Return the sum of two grades as what 占一、二级残疾人 is a share of, None where the report does not give both."""
    grades = re.search("([一二三四])级?[、和]([一二三四])级", of)
    if grades is None:
        return None
    found: list[Figure] = []
    for grade in grades.groups():
        own = [
            each
            for sentence in article.sentences
            for each in sentence.figures
            if each.kind == part.kind and re.search(rf"(?<![、和]){grade}级[^、和，]{{0,6}}$", each.label)
        ]
        if len({each.value for each in own}) != 1:
            return None
        found.append(own[0])
    one, two = found
    printed = f"{told(one.value + two.value)}{one.unit}"
    return [replace(one, value=one.value + two.value, span=one.span + two.span, printed=printed)], []


def _denominators(
    article: Article, sentence: Sentence, part: Figure, before: list[Figure], of: str
) -> tuple[list[Figure], list[Figure]]:
    """Return the figures that a share may be of: those the text points to, and those it may mean."""
    core = re.sub(
        r"^(?:全市|全县|全区|全镇|全乡|全街道|本地|我市|我县|其|全部|辖区)|总数|总人数|总额|总量|人数|的$|总", "", of
    )
    paragraph = sentence.paragraph
    index = paragraph.sentences.index(sentence)
    earlier = [each for other in paragraph.sentences[max(0, index - 2) : index] for each in mainly(other.figures)]
    same = [each for each in (*earlier, *before[:-1]) if each.kind == part.kind and each.value >= part.value]
    inside = [each for each in before[:-1] if each.kind == part.kind and each.value >= part.value]
    if core and len(core) >= 2:
        named = [each for each in same if core[-4:] in each.label or core[-4:] in each.tail[:12]]
        elsewhere = [
            each
            for other in article.sentences
            for each in other.figures
            if each.kind == part.kind and core in f"{each.label}|{each.tail}" and not BASE.search(each.label)
        ]
        distinct = {each.value for each in elsewhere}
        if named:
            return named[-1:], [*same, *elsewhere]
        totals = [each for each in same if "总" in of and re.search("共|总|合计", each.label)]
        if totals:
            return totals[-1:], same
        other = [each for each in (*earlier, *before[:-1]) if core in each.label and each.value >= part.value]
        if len(other) == 1 and not elsewhere:
            return other, same
        return (elsewhere[:1] if len(distinct) == 1 and len(core) >= 4 else []), [*same, *elsewhere]
    among = sentence.text.rfind("其中", 0, part.start - sentence.start)
    if among >= 0:
        wholes = [each for each in same if each.end <= sentence.start + among]
        if sentence.text.lstrip().startswith("其中") and not wholes:
            wholes = [each for each in earlier if each.kind == part.kind]
        return wholes[-1:], same
    if len(inside) == 1:
        return inside, same
    if not inside and of and len(same) == 1:
        return same, []
    totals = [each for each in inside if re.search(r"共|总|合计", each.label)]
    return totals[-1:], same


def _rate(sentence: Sentence, one: Figure, at: int, name: str) -> Iterator[Finding]:
    if one.approximate and re.search("以上|以下|超过|不低于", one.printed):
        return
    before = _before(sentence, at)
    done, left = _done_and_left(sentence, name)
    if done and left:
        whole_span = done.span + left.span
        worked = done.span / whole_span
        severity = _verdict(one, Interval(worked.low * 100, worked.high * 100), Severity.ERROR)
        if severity:
            both = done.value + left.value
            detail = (
                f"{told(done.value)} ÷（{told(done.value)} + {told(left.value)}）= {told(done.value / both * 100)}%"
            )
            yield sentence.paragraph.finding(
                "rate", severity, one.start, f"{detail}，{name}写的是{one.printed}：请核对。"
            )
        return
    if len(before) < 2:
        return
    kind = before[-1].kind
    same = [each for each in before if each.kind == kind]
    if len(same) < 2 or any(each.kind == "percent" for each in sentence.figures[:at] if each.start > same[-2].start):
        return
    last, other = same[-1], same[-2]
    part, whole = sorted((last, other), key=lambda each: each.value)
    pairs = [(a, b) for a in same for b in same if a is not b and b.value]
    if any(one.fits(_percent(a, b)) for a, b in pairs):
        return
    if len(sentence.paragraph.text[last.end : one.start]) > 16:
        return
    asked = bool(_NEED.search(whole.around) or _NEED.search(other.label) or re.search("已|其中", part.label))
    clear = asked and bool(_GOT.search(part.around)) and len(same) == 2
    severity = _verdict(one, _percent(part, whole), Severity.ERROR if clear else Severity.DOUBT)
    if severity and (clear or (asked and len(same) == 2)):
        yield sentence.paragraph.finding(
            "rate", severity, one.start, f"{_said(part, whole)}，{name}写的是{one.printed}：请核对。"
        )


def _done_and_left(sentence: Sentence, name: str) -> tuple[Figure | None, Figure | None]:
    """Return the figures of 已追回 and 未追回 for a 追回率."""
    deed = re.escape(name.removesuffix("率")[-2:])
    done = [
        one
        for one in sentence.figures
        if re.search(rf"(?:已|共)[\u4e00-\u9fff]{{0,2}}{deed}[\u4e00-\u9fff]{{0,4}}$", one.label)
    ]
    left = [one for one in sentence.figures if re.search(rf"(?:未|尚未){deed}[\u4e00-\u9fff]{{0,4}}$", one.label)]
    if len(done) != 1 or len(left) != 1 or done[0].kind != left[0].kind or not done[0].value:
        return None, None
    return done[0], left[0]


def shares_sum(article: Article) -> Iterator[Finding]:
    """Check shares that divide everything: they add up to a hundred, rounding allowed for."""
    for sentence in article.sentences:
        shares = [
            one
            for one in sentence.figures
            if one.kind == "percent" and re.search(r"占(?:比)?[^，。；]{0,6}$", one.label) and not one.approximate
        ]
        if len(shares) < 2 or len({re.sub(r".*占", "", one.label) for one in shares}) != 1:
            continue
        text = sentence.text
        whole = (
            re.search(r"男[^，。；]{0,20}占.{0,30}女", text)
            or re.search(r"城镇[^。]{0,30}占.{0,30}农村", text)
            or re.search(r"其余[^，。；]{0,16}占", text)
        )
        if not whole:
            continue
        low, high = sum(one.span.low for one in shares), sum(one.span.high for one in shares)
        summed = sum((one.value for one in shares), Fraction(0))
        if not low <= 100 <= high:
            yield sentence.paragraph.finding(
                "share",
                Severity.ERROR,
                shares[0].start,
                f"{' + '.join(told(one.value) for one in shares)} = {told(summed)}%，不是 100%：请核对各项占比。",
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
