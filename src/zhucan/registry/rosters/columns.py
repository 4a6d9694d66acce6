"""Which column of a roster means what: the words offices use, and the search for the header row.

To teach the import a new word, add it to `_WORDS`; the first word of a field is how the export heads that column.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from unicodedata import normalize

HEADER_ROWS = 20
"""The header is looked for in this many first rows."""

MARKS = "错误说明"
"""The last column of a marked-up copy; reading one in again passes over it."""

# Earlier words win when two columns of one sheet mean the same field. Words are in the form `plain` returns.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "姓名", "残疾人姓名", "持证人姓名", "持证人", "残疾人", "人员姓名", "本人姓名", "对象姓名", "补贴对象姓名",
        "补贴对象", "享受人姓名", "受益人姓名", "申请人姓名", "名字",
    ),
    "id_number": (
        "身份证号", "公民身份号码", "身份证号码", "公民身份证号码", "公民身份证号", "居民身份证号码", "居民身份证号", "身份证",
        "身份号码", "公民身份证", "居民身份证", "公民身份号", "本人身份证号", "残疾人身份证号", "残疾人身份证号码", "持证人身份证号", "证件号码", "证件号", "身份证件号码", "有效证件号码",
    ),
    "certificate": (
        "残疾人证号", "残疾证号", "残疾人证号码", "残疾证号码", "残疾人证编号", "残疾证编号", "残疾人证件号码", "残疾人证件号", "残疾证证号",
        "残疾人证证号", "残疾人证", "残疾证", "持证号", "证号", "残证号", "二代证号", "第二代残疾人证号", "二代残疾证号",
    ),
    "category": (
        "残疾类别", "残疾类型", "残疾种类", "残疾类别等级", "残疾类别及等级", "残疾类型及等级", "残疾类别和等级", "残疾类别级别", "类别等级",
        "类别及等级", "残疾情况", "残疾性质", "残疾类", "残别", "类别", "残疾",
    ),
    "grade": ("残疾等级", "残疾级别", "残疾程度", "等级", "级别", "残级"),
    "issued": (
        "发证日期", "发证时间", "签发日期", "核发日期", "领证日期", "办证日期", "办证时间", "残疾证发证日期", "残疾人证发证日期", "换证日期",
        "换证时间", "领证时间", "签发时间", "首次发证日期", "首次发证时间", "首次发证", "首次办证时间", "首次领证日期", "首次领证时间",
    ),
    "expires": (
        "有效期至", "有效期截止日期", "有效截止日期", "到期时间", "到期日期", "到期日", "失效日期", "截止日期", "残疾证有效期至", "残疾人证有效期至",
        "残疾证有效期", "残疾人证有效期", "证件有效期", "证件到期日期", "证件到期时间", "证件有效期至", "有效日期", "有效期限", "有效期", "残疾证到期时间", "残疾证到期日期", "有效期止",
    ),
    "county": ("县", "县市区", "区县", "县区", "所属县", "所属区县", "县级"),
    "township": (
        "乡镇", "乡镇街道", "街道", "镇街", "街镇", "镇乡", "镇", "乡", "街道乡镇", "镇街道", "乡街道", "所属乡镇", "所在乡镇", "所属街道",
        "乡镇名称", "所属镇街", "所属乡镇街道", "镇村",
    ),
    "village": (
        "村", "村社区", "所属村", "所在村", "社区", "村居", "居村", "行政村", "村名", "村级", "村名称", "所属村社区", "所属社区", "所在村社区",
        "社区村", "村委会", "居委会", "村居委会", "村委", "村居社区", "所属村居", "村社区名称",
    ),
    "division": ("区划代码", "行政区划代码", "行政区划", "所属区划", "户籍区划"),
    "hukou": ("户籍地址", "户籍住址", "户籍地", "户籍所在地", "户口所在地", "户口地址", "户籍所在地址", "户籍详细地址"),
    "address": (
        "住址", "家庭住址", "家庭地址", "现住址", "现居住地", "现居住地址", "居住地址", "居住地", "地址", "详细地址", "联系地址", "通讯地址",
        "家庭详细地址", "详细住址", "现住地址", "实际居住地",
    ),
    "phone": (
        "联系电话", "手机号", "手机号码", "手机", "电话", "联系方式", "电话号码", "本人电话", "本人联系电话", "联系号码", "移动电话",
        "残疾人联系电话", "固定电话", "联系手机",
    ),
    "guardian": (
        "监护人", "监护人姓名", "法定监护人", "法定监护人姓名", "监护人名字", "监护人姓名及关系", "监护人及关系", "监护人及电话",
        "监护人姓名及电话", "监护人姓名电话", "监护人姓名及联系电话", "监护人及联系电话", "监护人姓名及联系方式", "监护人及联系方式",
    ),
    "guardian_relation": ("监护人关系", "与监护人关系", "监护关系", "与残疾人关系", "监护人与残疾人关系", "监护人与本人关系"),
    "guardian_phone": (
        "监护人电话", "监护人联系电话", "监护人手机", "监护人手机号", "监护人手机号码", "监护人联系方式", "监护人电话号码",
        "法定监护人电话", "法定监护人联系电话",
    ),
    "bank": ("开户银行", "开户行", "开户行名称", "开户银行名称", "银行", "银行名称", "发卡银行", "代发银行", "开户网点", "银行开户行", "金融机构", "代发金融机构", "发放银行"),
    "account": (
        "银行账号", "账号", "银行卡号", "银行卡", "卡号", "一卡通账号", "一卡通卡号", "一卡通", "一卡通号", "一卡通号码", "银行卡账号", "银行账户",
        "账户", "开户账号", "惠民惠农一卡通", "惠农一卡通", "惠民一卡通账号", "惠农一卡通账号", "惠民惠农一卡通账号", "社保卡号",
        "社保卡银行账号", "社会保障卡号", "存折账号", "发放账号", "补贴账号", "领款账号", "开户银行账号", "银行卡号账号", "银行账号卡号", "账号卡号",
    ),
    "holder": ("户名", "开户名", "账户名", "账户名称", "账户姓名", "开户人", "开户人姓名", "开户姓名", "持卡人", "持卡人姓名", "账户户名", "开户户名"),
    "hardship": (
        "困难类型", "困难残疾人类型", "困难残疾人类别", "困难类别", "困难情况", "享受社会救助情况", "社会救助情况", "社会救助类型", "救助类型", "救助类别", "家庭困难类型",
        "家庭困难情况", "家庭经济状况", "家庭经济情况", "经济困难情况", "困难程度", "低保类别", "低保类型", "低保情况", "低保低边情况", "低保低边",
        "低保状态", "低保", "是否低保", "是否低保户", "是否低保家庭", "是否享受低保", "享受低保", "低保户", "享受低保情况", "最低生活保障",
        "是否为低保", "是否为低保户", "是否为低保家庭", "是否属于低保", "是否低保对象", "低保对象", "低保状况", "低保等级", "低保档次", "是否低保低边", "救助情况",
    ),
    "dibian": ("是否低保边缘", "低保边缘", "是否低边", "低边", "是否低边户", "是否低保边缘户", "低保边缘户", "是否低保边缘家庭", "低保边缘家庭", "是否为低保边缘",
        "是否为低边", "是否低收入", "是否低收入家庭", "是否低收入户"),
    "tekun": ("是否特困", "特困", "是否特困人员", "特困人员", "是否特困供养", "特困供养", "是否五保", "五保", "是否五保户",
        "五保户", "是否为特困", "是否为特困人员", "是否特困户"),
    "income": (
        "家庭人均月收入", "人均收入", "家庭人均收入", "人均月收入", "月人均收入", "家庭月人均收入", "家庭成员人均月收入", "月人均纯收入",
    ),
    "status": (
        "证件状态", "残疾人证状态", "残疾证状态", "持证状态", "证状态", "证书状态", "残疾人证件状态", "残疾证件状态", "人员状态", "残疾人状态", "持证人状态",
    ),
    "sex": ("性别",),
    "born": ("出生日期", "出生年月", "出生年月日", "出生时间", "生日"),
    "marks": (MARKS, "原行号", "原工作表"),
}  # fmt: skip

LABELS: Mapping[str, str] = {
    **{field: words[0] for field, words in _WORDS.items()},
    "township": "乡镇（街道）",
    "village": "村（社区）",
    "hukou": "户籍地址",
}
"""How a field is called in sentences and at the head of an exported column."""

FIELDS = tuple(_WORDS)
_RANKED = {word: (field, rank) for field, words in _WORDS.items() for rank, word in enumerate(words)}

_NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|〔[^〕]*〕|\([^()]*$")
_NOISE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff*:：、/\\,，.。·\-_—“”\"'’‘;；|+&#]+")
_LEADING = re.compile(r"^[0-9]+(?=[^0-9])")
# Somebody else's column, or a figure of another measure: never taken for the person's own.
_OTHERS = re.compile(
    r"户主|家属|经办|联系人|代办|填表|配偶|父亲|母亲|子女|结对|委员|干部|申请日期|家长|代领|代理人|邻居|成员|亲属|父母|持卡人|开户人|户名|年收入|年人均"
)
_OTHER_MEASURE = re.compile(r"年(?!月)|万元")

# Words of what the registry keeps: a column with one of them that was not understood is told of, not passed over.
_TELLING = re.compile(
    r"低保|低边|特困|五保|困难|救助|身份证|残疾|残证|有效|到期|发证|领证|账|卡号|银行|一卡通|监护|死亡|去世|注销|冻结|收入"
)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return a header without notes in brackets, blanks, marks and numbering; 帐 is read as 账.

    >>> plain("残疾\\n类 别（必填）"), plain("＊村（社区）"), plain("3.银行帐号")
    ('残疾类别', '村', '银行账号')
    """
    word = _NOTE.sub("", normalize("NFKC", text))
    return _LEADING.sub("", _NOISE.sub("", word)).replace("帐", "账").removesuffix("栏")


# For words nobody listed: tried in order, after `_OTHERS` was ruled out.
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), field)
    for pattern, field in (
        (r"监护.*(?:电话|手机|联系)", "guardian_phone"),
        (r"监护.*关系", "guardian_relation"),
        (r"监护.*(?:身份证|证件|地址|住址|账|卡|户名|银行)", ""),
        (r"监护人", "guardian"),
        (r"困难.*(?:类别|类型|情况)", "hardship"),
        (r"残疾?人?证.*(?:有效|到期|截止)", "expires"),
        (r"残疾?人?证.*(?:发证|签发|核发|办证|办理|领取|首次)", "issued"),
        (r"身份证?.*号", "id_number"),
        (r"残.*证.*(?:号|编码)", "certificate"),
        (r"残疾.*(?:类别|类型|种类)", "category"),
        (r"残疾.*(?:等级|级别)", "grade"),
        (r"一卡通.*(?:账|卡|号)|银行.*(?:账号|卡号|账户)|(?:账|卡)号$", "account"),
        (r"开户.*行|.*银行$", "bank"),
        (r"户籍.*址|户口.*(?:址|地)", "hukou"),
        (r"住址|居住", "address"),
        (r"^(?:残疾人|持证人|本人).*(?:电话|手机)", "phone"),
    )
)


@lru_cache(maxsize=4096)
def field_of(header: str) -> tuple[str, int]:
    """Return the field a header means and its rank among the words for it (lower is better); ("", 0) for none.

    >>> field_of("公民身份号码 "), field_of("户主姓名"), field_of("人均收入（元/年）")
    (('id_number', 1), ('', 0), ('', 0))
    """
    word = plain(header)
    if not word or len(word) > 20:
        return "", 0
    found = _RANKED.get(word)
    if found is None and "或" in word:
        found = next((_RANKED[part] for part in word.split("或") if part in _RANKED), None)
    if found is None and not _OTHERS.search(word):
        found = next(((field, 100) for form, field in _FORMS if form.search(word)), None)
    if found is None or (found[0] == "income" and _OTHER_MEASURE.search(normalize("NFKC", header))):
        return "", 0
    return found


def telling(header: str) -> bool:
    """Tell whether a header nobody understood names something that the registry keeps of the person.

    >>> telling("低保证编号"), telling("户主身份证号"), telling("备注")
    (True, False, False)
    """
    word = plain(header)
    return bool(_TELLING.search(word)) and not _OTHERS.search(word)


@dataclass(frozen=True)
class Header:
    """Where a sheet's header stands and what its columns mean. Rows and columns are counted from 0."""

    first: int
    last: int
    positions: Mapping[str, int]
    words: Mapping[str, str]
    ignored: tuple[str, ...]

    def label(self, field: str) -> str:
        """Return the header as the office wrote it, without blanks and notes; our own word for a missing column."""
        return self.words.get(field, LABELS.get(field, ""))


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else ""


Meaning = Callable[[str], tuple[str, int]]
"""Which field a header means, and its rank among the words for it, as `field_of` tells."""
Enough = Callable[[AbstractSet[str]], bool]


def names_holder(fields: AbstractSet[str]) -> bool:
    """Tell whether some columns name a person with a number, as a roster must."""
    return "name" in fields and bool(fields & {"id_number", "certificate"})


def _read(headers: Sequence[tuple[str, ...]], first: int, last: int, means: Meaning, enough: Enough) -> Header | None:
    """Return the header that a row of candidate texts (best first) makes, None where its columns are not enough."""
    best: dict[str, tuple[int, int, str]] = {}
    for column, candidates in enumerate(headers):
        for text in candidates:
            field, rank = means(text)
            if field:
                if field not in best or rank < best[field][0]:
                    best[field] = (rank, column, plain(text))
                break
    if not enough(best.keys()):
        return None
    positions = {field: column for field, (_, column, _) in best.items() if field != "marks"}
    marks = {column for column, candidates in enumerate(headers) if any(field_of(t)[0] == "marks" for t in candidates)}
    ignored = tuple(
        candidates[0].replace("\n", "").strip()
        for column, candidates in enumerate(headers)
        if candidates and column not in marks and column not in positions.values() and candidates[0].strip()
    )
    words = {field: word for field, (_, _, word) in best.items()}
    return Header(first, last, positions, words, ignored)


def _spread(row: Sequence[Any], number: int, merges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> list[str]:
    """Return a row's texts with every merged cell's text in all its columns."""
    texts = [_text(cell).strip() for cell in row]
    for (top, left), (bottom, right) in merges:
        if top <= number <= bottom and left < len(texts):
            value = texts[left]
            for column in range(left, min(right + 1, len(texts))):
                texts[column] = texts[column] or value
    return texts


def find_header(
    rows: Sequence[Sequence[Any]],
    merges: Sequence[tuple[tuple[int, int], tuple[int, int]]] = (),
    means: Meaning = field_of,
    enough: Enough = names_holder,
) -> Header | None:
    """Return the header among the first rows: a row, or a pair of rows under merged titles, that names most fields.

    `merges` are ((top, left), (bottom, right)) of merged cells. `means` and `enough` read the headers of another
    kind of list. None when no row has enough.
    """
    found: Header | None = None
    width = max((len(row) for row in rows[: HEADER_ROWS + 1]), default=0)
    for number in range(min(len(rows), HEADER_ROWS)):
        upper = [*_spread(rows[number], number, merges), *[""] * (width - len(rows[number]))]
        if not any(upper):
            continue
        single = _read([(text,) if text else () for text in upper], number, number, means, enough)
        found = _better(found, single)
        if number + 1 >= len(rows):
            continue
        own = [_text(cell).strip() for cell in rows[number + 1]]
        lower = [*own, *[""] * (width - len(own))]
        # Without merge information (CSV) a title stands over the columns to its right that have none of their own.
        titles, title = list(upper), ""
        for column, text in enumerate(upper):
            title = text or title
            titles[column] = text or (title if lower[column] else "")
        if not any(lower) or not any(plain(t) and plain(u) for t, u in zip(titles, lower, strict=True)):
            continue
        paired = [_pair(title, below, means) for title, below in zip(titles, lower, strict=True)]
        found = _better(found, _read(paired, number, number + 1, means, enough))
    return found


def _pair(title: str, below: str, means: Meaning) -> tuple[str, ...]:
    """Return the readings of a title over a lower heading, best first."""
    if not below:
        return (title,) if title else ()
    both = plain(title) + plain(below)
    if "监护" in title or _OTHERS.search(plain(title)):
        return (both,)
    return (both, below) if both in _RANKED or not means(below)[0] else (below, both)


def _better(one: Header | None, other: Header | None) -> Header | None:
    if one is None or other is None:
        return one or other
    # Of two that name as much, the one of a single row: a title above it is not part of it.
    return max(one, other, key=lambda header: (len(header.positions), header.first - header.last))
