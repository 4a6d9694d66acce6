"""Words of the field: the seven statutory categories, groups that nobody defined, terms that change."""

import re
from collections.abc import Iterator
from fractions import Fraction

from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.text import Article, Paragraph, Sentence

CATEGORIES = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
"""残疾人保障法 art. 2: visual, hearing, speech, physical, intellectual, mental, multiple."""
_CATEGORY = "视力|听力|言语|语言|肢体|智力|精神|多重"
_SLIP = re.compile(rf"(?:{_CATEGORY})残联(?=\d|[人，、。；]|$)")
_OLD = (
    ("残废人", "残疾人"),
    ("残废", "残疾"),
    ("聋哑人", "听力、言语残疾人"),
    ("弱智", "智力残疾"),
    ("精神病残疾", "精神残疾"),
    ("语言残疾", "言语残疾"),
    ("痴呆傻", "智力残疾"),
)
_COMBINED = re.compile(r"(?:听力[、和及]?(?:言语|语言)|听力?言语|听语|言语听力)(?:残疾)?(?:人)?\s*(?:有)?\d")
_COUNTED = re.compile(rf"({_CATEGORY})(?:残疾|残联)?(?:人|儿童)?(?:有|为)?\d")
_GROUP = re.compile(
    r"“?(?<![\u4e00-\u9fff])?[“”]?([三四五六七])(残|类残疾人|类残疾儿童|类儿童)[”]?(?=儿童|学生|人|、|，|。|随班|入学|少年|对象)"
)
_GRADE = re.compile(r"残疾(?:等级|级别)?(?:为)?([五六七八九十])级|([五六七八九十])级残疾人(?!军人)")
_MONEY_WORDS = re.compile(r"津补贴|津贴|补贴")


def slips(article: Article) -> Iterator[Finding]:
    """Find 残联 printed for 残疾, grades that do not exist, and words that are not used any more."""
    for paragraph in article.paragraphs:
        for match in _SLIP.finditer(paragraph.text):
            yield paragraph.finding(
                "term", Severity.ERROR, match.start(), f"“{match[0]}”写错了：应是“{match[0][:-1]}疾”。"
            )
        for match in _GRADE.finditer(paragraph.text):
            if not re.search(r"军人|警察|工伤|伤残", paragraph.sentence_at(match.start()).text):
                yield paragraph.finding(
                    "term", Severity.DOUBT, match.start(), f"“{match[0]}”：残疾等级只有一级至四级，请核对。"
                )
        for old, new in _OLD:
            place = paragraph.text.find(old)
            if place >= 0 and not (old == "残废" and "残废人" in paragraph.text):
                yield paragraph.finding("term", Severity.STYLE, place, f"“{old}”不是现在的规范用语：请改为“{new}”。")


def categories(article: Article) -> Iterator[Finding]:
    """Find counts by category that put two of the law's categories into one, or leave one out."""
    for paragraph in article.body:
        for sentence in paragraph.sentences:
            named = [("言语" if match[1] == "语言" else match[1]) for match in _COUNTED.finditer(sentence.text)]
            combined = _COMBINED.search(sentence.text)
            if len(set(named)) < 4 and not (combined and len(set(named)) >= 3):
                continue
            if combined:
                place = sentence.start + combined.start()
                yield paragraph.finding(
                    "categories",
                    Severity.DOUBT,
                    place,
                    "听力残疾与言语残疾合在一起数：法定类别是视力、听力、言语、肢体、智力、精神和多重七类，请分开写。",
                )
                continue
            missing = [name for name in CATEGORIES if name not in sentence.text and f"{name}残疾" not in sentence.text]
            if "言语" in missing and "语言" in sentence.text:
                missing.remove("言语")
            if missing and _complete(paragraph, sentence):
                continue  # the categories left out have nobody
            if missing and len(set(named)) >= 5 and not re.search(r"其他|其余", sentence.text):
                first = _COUNTED.search(sentence.text)
                place = sentence.start + (first.start() if first else 0)
                yield paragraph.finding(
                    "categories",
                    Severity.DOUBT,
                    place,
                    f"按类别数，少了{'、'.join(missing)}残疾：法定七类是{'、'.join(CATEGORIES)}，没有的也请写明。",
                )


def _complete(paragraph: Paragraph, sentence: Sentence) -> bool:
    """Tell whether the categories that are counted make up a total of the paragraph."""
    counted = [one for one in sentence.figures if re.search(_CATEGORY, one.label)]
    summed = sum((one.value for one in counted), Fraction(0))
    return any(one.value == summed for one in paragraph.figures if one not in counted)


def groups(article: Article) -> Iterator[Finding]:
    """Find groups called by a number, such as 三残, whose members the report does not name."""
    told: set[str] = set()
    for paragraph in article.body:
        for match in _GROUP.finditer(paragraph.text):
            name = match[1] + match[2]
            around = paragraph.text[max(0, match.start() - 40) : match.end() + 40]
            if (
                name in told
                or sum(word in around for word in CATEGORIES) >= 2
                or re.search(r"（|即|包括|是指", around[40:56])
            ):
                continue
            told.add(name)
            yield paragraph.finding(
                "group-undefined",
                Severity.DOUBT,
                match.start(),
                f"“{name}”没有说明是哪几类：法定类别是{'、'.join(CATEGORIES)}，请在第一次出现时写明。",
            )


def benefits(article: Article) -> Iterator[Finding]:
    """Find 津贴 and 津补贴 for one scheme in one sentence."""
    for sentence in article.sentences:
        words = [(match[0], match.start()) for match in _MONEY_WORDS.finditer(sentence.text)]
        named = {word for word, _ in words}
        if {"津补贴", "津贴"} <= named:
            place = next(at for word, at in words if word == "津补贴")
            full = re.search(r"[\u4e00-\u9fff]{2}津贴", sentence.text)
            yield sentence.paragraph.finding(
                "name-varies",
                Severity.DOUBT,
                sentence.start + place,
                f"同一句里写“{full[0] if full else '津贴'}”，又写“津补贴”：如果是一项待遇，请用一个名称。",
            )
