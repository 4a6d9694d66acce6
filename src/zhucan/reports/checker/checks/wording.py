"""Slips of writing: a character lost or doubled, a stray space, an approximate word on an exact number, misused words."""

import re
from collections.abc import Iterator, Mapping

from zhucan.reports.checker.figures import COUNTED
from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.numbers import told
from zhucan.reports.checker.text import CJK, Article

_PHRASES = [
    "采取有效措施",
    "采取有力措施",
    "采取多种形式",
    "取得显著成效",
    "取得明显成效",
    "取得良好效果",
    "取得积极成效",
    "取得阶段性成果",
    "发挥积极作用",
    "发挥桥梁纽带作用",
    "提供有力保障",
    "提供坚强保障",
    "提供优质服务",
    "奠定坚实基础",
    "打下坚实基础",
    "营造良好氛围",
    "营造浓厚氛围",
    "形成工作合力",
    "形成良好局面",
    "建立健全制度",
    "建立长效机制",
    "健全工作机制",
    "完善工作机制",
    "加强组织领导",
    "加强队伍建设",
    "加强监督管理",
    "加强协调配合",
    "加强宣传引导",
    "落实工作责任",
    "明确工作目标",
    "明确责任分工",
    "解决实际困难",
    "解决实际问题",
    "解除后顾之忧",
    "维护合法权益",
    "保障合法权益",
    "受到一致好评",
    "受到社会好评",
    "得到充分肯定",
    "得到社会认可",
    "给予充分肯定",
    "深入贯彻落实",
    "认真贯彻落实",
    "全面贯彻落实",
    "切实加强领导",
    "切实保障权益",
    "按照上级要求",
    "根据上级要求",
    "结合工作实际",
    "坚持以人为本",
    "坚持问题导向",
    "进一步加强",
    "进一步完善",
    "进一步提高",
    "进一步健全",
    "高质量发展",
    "全覆盖无遗漏",
    "基本公共服务",
    "残疾人保障金",
    "残疾人就业保障金",
    "困难残疾人生活补贴",
    "重度残疾人护理补贴",
    "残疾人专职委员",
    "残疾人联合会",
    "残疾人事业发展",
    "无障碍环境建设",
    "家庭无障碍改造",
    "居家托养服务",
    "辅助器具适配",
    "康复训练服务",
    "实用技术培训",
    "职业技能培训",
    "按比例安排就业",
    "按比例就业",
    "志愿助残服务",
    "扶残助残活动",
    "扶残助残先进",
]
"""Fixed phrases of reports, none shorter than five characters: one with an inner character lost is hardly another word."""
_TWO_VERBS = re.compile(r"(?:达到?|为)(?:稳定在|保持在|控制在|维持在)")
_IS_FOR = re.compile(
    rf"(?:^|[。；，])[{CJK}]{{2,10}}使[{CJK}]{{2,14}}的(?:主题|重点|核心|基础|关键|目标|职责|宗旨|主线|根本)(?=[。；，]|$)"
)
_UNTIL = re.compile(r"截止(?=\d{4}年|\d{1,2}月|目前|今年|去年|年底|到)")
_SPACE = re.compile(rf"(?<=[{CJK}，。；、”》）]) +(?=[{CJK}“《（])")
_NO_VERB = re.compile(
    rf"(?:^|[，；。、：])(?:其中)?\d+(?:名|人|户)(?:残疾人|残疾儿童|困难残疾人|儿童|学生)?(?:城乡居民|城镇职工|职工|基本|新型农村)?[{CJK}]{{0,6}}?(?:养老保险|医疗保险|意外保险|社会保险|低保|救助|护理补贴|生活补贴)(?=[，。；]|$)"
)
_VERB = re.compile(
    r"参加|参保|享受|纳入|办理|缴纳|购买|获得|领取|落实|给予|发放|得到|接受|补助|进入|列入|实现|代缴|资助|投保|提供|共|为|的"
)
_DECREASE = re.compile(r"(?:下降|减少|降低|缩短|缩小|回落)(?:了|约|近)?(?:\d+(?:\.\d+)?|[一二两三四五六七八九十半]+)倍")


def phrases(article: Article) -> Iterator[Finding]:
    """Find fixed phrases with a character lost."""
    for paragraph in article.body:
        for short, meant in _CUT.items():
            place = paragraph.text.find(short)
            if place >= 0:
                whole = "或".join(f"“{phrase}”" for phrase in meant)
                yield paragraph.finding("words-missing", Severity.DOUBT, place, f"“{short}”像是漏了字：应是{whole}。")


def _cut() -> Mapping[str, tuple[str, ...]]:
    """Return what is left of each phrase when an inner character is lost, with the phrases it may have been."""
    found: dict[str, tuple[str, ...]] = {}
    for phrase in _PHRASES:
        for at in range(2, len(phrase) - 1):
            short = phrase[:at] + phrase[at + 1 :]
            if len(short) >= 5 and not any(short in whole for whole in _PHRASES) and short not in _WORDS:
                found[short] = (*found.get(short, ()), phrase)
    return found


_WORDS = frozenset(("残疾人保障金", "按比例安就业"))
_CUT = _cut()


def lists(article: Article) -> Iterator[Finding]:
    """Find one item of a parallel list that is shorter than the others by a character."""
    for paragraph in article.body:
        for match in re.finditer(rf"(?:[{CJK}]{{3,6}}、){{2,}}[{CJK}]{{3,6}}", paragraph.text):
            entries = match[0].split("、")
            for first in range(len(entries) - 2):
                three = entries[first : first + 3]
                head = three[1][:2]
                if not all(head in one for one in three):
                    continue
                tails = [one[one.index(head) + 2 :] for one in three]
                short = [at for at, tail in enumerate(tails) if len(tail) == 1]
                if (
                    len(short) == 1
                    and short[0] != 2
                    and all(len(tail) >= 2 for at, tail in enumerate(tails) if at != short[0])
                ):
                    yield paragraph.finding(
                        "words-missing",
                        Severity.DOUBT,
                        match.start() + match[0].index(three[short[0]]),
                        f"“{head}{tails[short[0]]}”比并列的“{'、'.join(head + tail for at, tail in enumerate(tails) if at != short[0])}”少一个字：请补上。",
                    )


def grammar(article: Article) -> Iterator[Finding]:
    """Find two verbs before one number, 使 printed for 是, counts without a verb, 截止 for 截至, decreases in multiples."""
    for paragraph in article.body:
        for match in _TWO_VERBS.finditer(paragraph.text):
            yield paragraph.finding("wording", Severity.STYLE, match.start(), f"“{match[0]}”用了两个动词：请留下一个。")
        for match in _IS_FOR.finditer(paragraph.text):
            yield paragraph.finding(
                "wording",
                Severity.DOUBT,
                match.start() + (match[0][0] in "。；，"),
                "句子没有谓语，“使”可能是“是”的误写：请核对。",
            )
        for match in _UNTIL.finditer(paragraph.text):
            if (
                not paragraph.text[match.start() - 1 : match.start()].endswith("日")
                and "报名" not in paragraph.text[max(0, match.start() - 4) : match.start()]
            ):
                yield paragraph.finding("wording", Severity.STYLE, match.start(), "“截止”后面不带时间：应写“截至”。")
        for match in _NO_VERB.finditer(paragraph.text):
            if not _VERB.search(match[0]):
                yield paragraph.finding(
                    "words-missing",
                    Severity.DOUBT,
                    match.start() + 1,
                    f"“{match[0].strip('，；。、：')}”没有动词：请补上“参加”或“享受”等。",
                )
        for match in _DECREASE.finditer(paragraph.text):
            yield paragraph.finding(
                "multiple", Severity.ERROR, match.start(), f"“{match[0]}”不成立：减少一倍就到了零，应写减少百分之几。"
            )


def spaces(article: Article) -> Iterator[Finding]:
    """Find spaces within a sentence; one finding a line."""
    for paragraph in article.body:
        if len(paragraph.text) < 25 or "  " in paragraph.text.strip():
            continue
        lines: set[int] = set()
        for match in _SPACE.finditer(paragraph.text):
            line = paragraph.line_at(match.start())
            before = paragraph.text[max(0, match.start() - 6) : match.start()]
            if line not in lines and match.start() > 6 and not re.search(r"[。：]$", before):
                lines.add(line)
                around = paragraph.text[max(0, match.start() - 4) : match.end() + 4]
                yield paragraph.finding("space", Severity.STYLE, match.start(), f"“{around}”中间多了空格：请删去。")


def breaks(article: Article) -> Iterator[Finding]:
    """Find lines that end in the middle of a sentence."""
    for number, text in article.breaks:
        yield Finding(
            "line-broken", Severity.STYLE, number, text[-40:], "这一行在句子中间断开，下一行接着写：请接成一段。"
        )


def approximate(article: Article) -> Iterator[Finding]:
    """Find 约 on exact numbers, and several 多 or 余 on what can be counted one by one."""
    for sentence in article.sentences:
        loose = []
        for figure in sentence.figures:
            digits = told(figure.value, 4).replace(".", "").rstrip("0").lstrip("0")
            if (
                figure.approximate
                and len(digits) >= 4
                and not re.search(r"[-—~至到]", figure.printed)
                and "以" not in figure.printed
            ):
                yield sentence.paragraph.finding(
                    "approximate",
                    Severity.STYLE,
                    figure.start,
                    f"“{figure.printed}”精确到最后一位，又用约数的词：请去掉“约、近、多、余”，或写成整数。",
                )
            elif (
                figure.approximate
                and figure.kind in COUNTED - {"person", "times"}
                and figure.value < 1000
                and re.search(r"[多余]", figure.printed)
            ):
                loose.append(figure)
        if len(loose) >= 2 and not sentence.paragraph.plan:
            said = "、".join(one.printed for one in loose)
            yield sentence.paragraph.finding(
                "approximate", Severity.STYLE, loose[0].start, f"{said}都能逐一数清：总结里请写准确数字。"
            )
