"""Numbers that were lost, never filled in, covered, or printed in a way no number has."""

import re
from collections.abc import Iterator

from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.text import Article

_LOST = re.compile(
    r"(?P<word>率|占比|比例|比重|达到了?|达|占|为|至|到|增长|下降|提高|降低|上升|减少|增加|超过|金额|资金|补贴|补助金?|经费|投入|支出|收入|征收|发放|合计|共计|共|总计)"
    r"(?:约|近)?(?P<unit>%|个百分点|万元|亿元|亿(?=[，。；、]|$)|万(?=[，。；、]|$)|元(?=[，。；、]|$)|余元|多万元|万人|万余|人次(?=[，。；、]|$))"
)
_NO_MEASURE = re.compile(
    r"(?P<word>(?:培训|服务|救助|惠及|慰问|走访|新增|安置|资助|发放|完成|举办|开展|建成)[\u4e00-\u9fff]{0,8}?)"
    r"(?P<unit>活动场|培训班期|讲座次|会议次|招聘会场|残疾人名|残疾人人次|人名|家庭户|辅具件|辅助器具件|宣传册份|资料份)(?=[，。；、]|$)"
    r"|(?P<acted>参训|培训|服务|惠及|受益|参与|参加)(?:残疾人)?人次(?=[，。；、]|$)"
)
_ORDINAL = re.compile(
    r"第(?P<unit>届|个(?=[“”\u4e00-\u9fff]{0,8}(?:日|节|年))|次(?=[\u4e00-\u9fff]{0,8}(?:大会|会议)))"
)
_COVERED = re.compile(r"(?:\d+[xX]+\d*|[xX]+\d+)(?=[万亿]?(?:元|人|名|户|家|件|个|次|场|%|平方米))")
_BLANK = re.compile(
    r"(?<![A-Za-z])[xX*＊_]+(?=[万亿]?(?:余|多)?(?:元|人|名|户|家|件|个|次|场|例|平方米|%))|_{2,}|〇{2,}(?=[万亿]?[元人名户])"
)
_MALFORMED = (
    (re.compile(r"\d+\.\.+\d+|\d+\.\d+\.\d+(?=[%万亿元人名户])|\d+\.(?=[%万亿元人名户])"), "小数点写法不对"),
    (re.compile(r"(?<![\d.,〔\[A-Za-z])0\d+(?=[万亿]?[人名户家元件次场个])"), "以 0 开头，可能漏了前面的数字"),
    (re.compile(r"\d[OolI](?=[\d人名户元%])|[OolI](?=\d+[人名户元%])"), "数字里夹了字母"),
    (re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})*,\d{1,2}(?=[万亿]?[人名户元家件])"), "千分位的逗号后面不是三位数字"),
    (re.compile(r"(?:%%|％%)|\d(?:万万|亿亿|元元|人人次|名名|户户)"), "单位重复"),
)


def lost(article: Article) -> Iterator[Finding]:
    """Find a unit that no number stands before: 就业率达%, 投入资金万元, 第届."""
    for paragraph in article.body:
        for match in _LOST.finditer(paragraph.text):
            before = paragraph.text[max(0, match.start() - 2) : match.start()]
            if match["word"] in ("为", "到", "至", "共", "占") and match["unit"] in ("元",):
                continue
            if before.endswith(("单位", "单位：")):
                continue
            yield paragraph.finding(
                "number-missing",
                Severity.ERROR,
                match.start(),
                f"“{match['word']}”与“{match['unit']}”之间没有数字：请补上。",
            )
        for match in _NO_MEASURE.finditer(paragraph.text):
            yield paragraph.finding(
                "number-missing",
                Severity.ERROR,
                match.start(),
                f"“{match[0]}”少了数字：请补上有多少{(match['unit'] or '人次')[-1]}。",
            )
        for match in _ORDINAL.finditer(paragraph.text):
            yield paragraph.finding(
                "number-missing", Severity.ERROR, match.start(), f"“{match[0]}”少了第几{match['unit']}：请补上。"
            )


def covered(article: Article) -> Iterator[Finding]:
    """Find numbers of which only some digits are left."""
    for paragraph in article.body:
        for match in _COVERED.finditer(paragraph.text):
            yield paragraph.finding(
                "number-masked",
                Severity.ERROR,
                match.start(),
                f"“{match[0]}”只留下了一部分数字，算不出来：请写出完整的数。",
            )


def blank(article: Article) -> Iterator[Finding]:
    """Find places kept for numbers that nobody filled in; one finding a report, at the first."""
    places = [(paragraph, match) for paragraph in article.body for match in _BLANK.finditer(paragraph.text)]
    places = [
        (paragraph, match) for paragraph, match in places if not re.search(r"\d$", paragraph.text[: match.start()])
    ]
    if places:
        paragraph, match = places[0]
        yield paragraph.finding(
            "placeholders",
            Severity.DOUBT,
            match.start(),
            f"全文有 {len(places)} 处数字写成“{match[0]}”没有填写，相关的计算都无法核对。",
        )


def malformed(article: Article) -> Iterator[Finding]:
    """Find numbers written as no number is."""
    for paragraph in article.body:
        for pattern, said in _MALFORMED:
            for match in pattern.finditer(paragraph.text):
                yield paragraph.finding(
                    "number-malformed", Severity.ERROR, match.start(), f"“{match[0]}”{said}：请核对。"
                )
