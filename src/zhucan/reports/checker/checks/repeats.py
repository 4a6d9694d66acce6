"""What is said twice: clauses, sentences, paragraphs, words, and the same fact reported in two places."""

import re
from collections import defaultdict
from collections.abc import Iterator

from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.similar import Pair, pairs
from zhucan.reports.checker.text import CJK, Article, Sentence

_LEAST = 10  # characters of a clause that no one says twice by chance
_REDUPLICATED = frozenset(
    "天人户户家村乡镇处时事件个种月周年日次步层项级代条点滴段常渐慢早深仅刚多好大小轻细切往屡每频纷"
    "久紧牢默悄稳扎实明暗整足高长远平安满团圆谢看想说听试谈聊走等坐妈爸哥姐弟妹爷奶叔宝星太公娃伯婆舅姑苗济堂熠郁彬勃蓬欣孜兢勤恳生世方面样区街遍口字句篇本位头只岁茫浩滚花芳晶丽莹泱洋盈翼丹冉露"
)
_VERBS = "进行|开展|举办|召开|组织|实施|给予|提供"
_CLAUSE = re.compile(r"[^，；。！？：]+")
_FEAST = re.compile(
    r"春节|元旦|元宵节?|端午节?|中秋节?|重阳节?|助残日|国庆节?|六一|儿童节|爱耳日|爱眼日|残疾人日|七一|八一"
)
_CARE = re.compile(r"慰问|慰残|慰老|走访|探访")


def clauses(article: Article) -> Iterator[Finding]:
    """Find a whole clause that comes again in its paragraph, and one said twice in a row."""
    for paragraph in article.body:
        seen: dict[str, int] = {}
        for match in _CLAUSE.finditer(paragraph.text):
            clause = re.sub(r"^(?:[一二三四五六七八九十]+是|并且|并|同时|继续)", "", match[0].strip())
            plain = re.sub(r"[“”、\s]", "", clause)
            if len(plain) < _LEAST or re.search(r"\d|[xX]{1}[名人户家万]", plain):
                continue
            for earlier, place in seen.items():
                if (
                    earlier == plain
                    or (len(earlier) >= 14 and earlier in plain)
                    or (len(plain) >= 14 and plain in earlier)
                ):
                    near = "连着" if match.start() - place <= len(match[0]) + 4 else "在同一段里"
                    shared = min(earlier, plain, key=len)
                    yield paragraph.finding(
                        "repeated", Severity.STYLE, match.start(), f"“{shared}”{near}说了两遍：请删去一处。"
                    )
                    break
            seen.setdefault(plain, match.start())


def sentences(article: Article) -> Iterator[Finding]:
    """Find sentences and paragraphs that come again word for word."""
    seen: dict[str, Sentence] = {}
    for sentence in article.sentences:
        plain = re.sub(
            r"^\s*(?:\d{1,2}[、.]|[一二三四五六七八九十]+[、是]|（[一二三四五六七八九十\d]+）)|[\s。！？；]",
            "",
            sentence.text,
        )
        if len(plain) < 12:
            continue
        first = seen.setdefault(plain, sentence)
        if first is not sentence:
            line = first.paragraph.line_at(first.start)
            yield sentence.paragraph.finding(
                "repeated", Severity.STYLE, sentence.start, f"这句话与第 {line} 行完全相同：请删去一处。"
            )


def words(article: Article) -> Iterator[Finding]:
    """Find a word or character printed twice in a row, and a verb that comes twice in a clause."""
    doubled_word = re.compile(rf"([{CJK}]{{2,4}})\1")
    doubled = re.compile(rf"([{CJK}])\1(?=([{CJK}]))")
    for paragraph in article.paragraphs:
        if paragraph.table:
            continue
        taken: set[int] = set()
        for match in doubled_word.finditer(paragraph.text):
            if (
                len(set(match[1])) > 1
                and "一" not in match[1]
                and match[1] not in ("很多", "许多", "研究", "讨论", "休息", "学习")
            ):
                taken |= set(range(match.start(), match.end()))
                yield paragraph.finding(
                    "words-doubled", Severity.STYLE, match.start(), f"“{match[0]}”重复：应是“{match[1]}”。"
                )
        for match in doubled.finditer(paragraph.text):
            if match[1] in _REDUPLICATED or match.start() in taken or match[1] in "一二三四五六七八九十百千万零〇":
                continue
            word = match[1] + match[2]
            before = paragraph.text[max(0, match.start() - 1) : match.start()]
            known = (
                paragraph.text.count(before + match[1]) + article.text.count(word)
                if before
                else article.text.count(word)
            )
            if word in _COMMON or (
                known > 2 and article.text.count(match[1] * 2) == 1 and match[1] in "的了是在为和与及对"
            ):
                yield paragraph.finding(
                    "words-doubled",
                    Severity.STYLE,
                    match.start(),
                    f"“{match[1] * 2}{match[2]}”重复了“{match[1]}”：应是“{word}”。",
                )
        for match in _CLAUSE.finditer(paragraph.text):
            verb = re.search(rf"({_VERBS})[^、并和]*?[^、并和“]*\1(?!了?的)", match[0])
            if verb and "分别" not in match[0]:
                yield paragraph.finding(
                    "words-doubled",
                    Severity.STYLE,
                    match.start() + verb.start(),
                    f"一句里用了两个“{verb[1]}”：请删去一个。",
                )


_COMMON = frozenset(
    [
        "继续",
        "残疾",
        "工作",
        "进行",
        "开展",
        "服务",
        "积极",
        "认真",
        "努力",
        "加强",
        "提高",
        "推进",
        "建设",
        "完成",
        "组织",
        "举办",
        "落实",
        "保障",
        "康复",
        "就业",
        "培训",
        "困难",
        "生活",
        "补贴",
        "管理",
        "制度",
        "社区",
        "街道",
        "活动",
        "政策",
        "实施",
        "发放",
        "全面",
        "进一",
        "深入",
        "切实",
        "不断",
        "充分",
        "健全",
        "完善",
        "扶持",
        "帮助",
        "帮扶",
        "提供",
        "通过",
        "为了",
        "的残",
        "了解",
        "是在",
        "和服",
        "在全",
        "对残",
        "为残",
    ]
)


def twice(article: Article) -> Iterator[Finding]:
    """Find the same fact reported in two places; each of the two sentences gets its finding."""
    for pair in pairs(article):
        doers = _doers(pair)
        for here, there in ((pair.one, pair.two), (pair.two, pair.one)):
            line = there.paragraph.line_at(there.start + _lead(there))
            said = f"与第 {line} 行写的是同一件事（共同的文字：“{pair.shared}”）：请合并，只写一处。"
            own, other = doers if here is pair.one else (doers[1], doers[0])
            if own and other:
                said += f"做的单位也不一样：这里写“{own}”，那里写“{other}”。"
            yield here.paragraph.finding("reported-twice", Severity.STYLE, here.start + _lead(here), said)


def _lead(sentence: Sentence) -> int:
    return len(sentence.text) - len(sentence.text.lstrip())


_ORGAN = re.compile(
    rf"[{CJK}x]{{0,8}}?(?:残联|协会|科|办事处|民政局|司法局|医院|法律援助中心|服务中心|居委会)[{CJK}]{{0,3}}?(?:科|处)?"
)


def _doers(pair: Pair) -> tuple[str, str]:
    """Return the organs that only one of two sentences names."""
    found = []
    for sentence, other in ((pair.one, pair.two), (pair.two, pair.one)):
        begin = sentence.text[: max(20, sentence.text.find(pair.shared[:4]))]
        before = sentence.paragraph.text[max(0, sentence.start - 1) : sentence.start]
        names = (
            [re.sub(r"^[\d、.，]+|^(?:请|由|在|与|和)", "", match[0]) for match in _ORGAN.finditer(begin)]
            if before != "x"
            else []
        )
        found.append("、".join(name for name in names if name and name not in other.text))
    return found[0], found[1]


def feasts(article: Article) -> Iterator[Finding]:
    """Find the visits of one feast told in two parts of the report."""
    told: dict[str, list[tuple[int, Finding]]] = defaultdict(list)
    for at, paragraph in enumerate(article.paragraphs):
        if paragraph.plan or paragraph.table:
            continue
        for sentence in paragraph.sentences:
            feast, care = _FEAST.search(sentence.text), _CARE.search(sentence.text)
            if feast and care and "等" not in sentence.text[feast.end() : feast.end() + 6]:
                name = feast[0].removesuffix("节") if len(feast[0]) > 2 and feast[0] != "春节" else feast[0]
                finding = paragraph.finding("reported-twice", Severity.STYLE, sentence.start + feast.start(), name)
                told[name].append((at, finding))
    for name, found in told.items():
        places = {at for at, _ in found}
        if len(places) < 2 or max(places) - min(places) < 2:
            continue
        lines = sorted({finding.line for _, finding in found})
        for line in (lines[0], lines[-1]):
            first = next(finding for _, finding in found if finding.line == line)
            others = "、".join(str(one) for one in lines if one != line)
            yield Finding(
                first.kind,
                first.severity,
                line,
                first.sentence,
                f"{name}的慰问在第 {others} 行也写了：请核对是不是同一件事，合并到一处。",
            )


_PRAISE = re.compile(
    r"(成效|效果|成绩|成果|进展|水平|能力|力度|质量|满意度)[\u4e00-\u9fff]{0,3}?(显著|明显|突出|提高|提升|增强|加大|优异)|(显著|明显|突出|优异|较大)的?(成效|效果|成绩|成果|进展)"
)


def praise(article: Article) -> Iterator[Finding]:
    """Find a sentence that claims the same success twice."""
    for sentence in article.sentences:
        seen: dict[frozenset[str], str] = {}
        for match in _PRAISE.finditer(sentence.text):
            claim = frozenset(one for one in match.groups() if one)
            if claim in seen:
                yield sentence.paragraph.finding(
                    "repeated",
                    Severity.STYLE,
                    sentence.start + match.start(),
                    f"一句里既说“{seen[claim]}”又说“{match[0]}”：意思重复，请删去一处。",
                )
                break
            seen[claim] = match[0]
