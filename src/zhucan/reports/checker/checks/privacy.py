"""Personal data that a report must not show, and masking that hides some names and leaves others."""

import re
from collections.abc import Iterator

from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.text import CJK, Article, Paragraph

_ID = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?:\d{2}B?\d?)?(?!\d)"
)
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_CARD = re.compile(r"(?<!\d)(?:62|60|95)\d{14,17}(?!\d)")
_SURNAME = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜谢邹苏潘葛范彭鲁韦马苗方俞任袁柳鲍史唐费岑薛雷贺倪汤殷罗毕郝安常乐于傅卞齐伍余顾孟黄穆萧尹姚邵汪祁毛狄戴宋庞熊纪舒屈项祝董梁杜阮蓝季贾江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍万柯卢莫房丁邓洪包石崔吉龚程邢裴陆荣翁甄曲封储段侯全班秋仲伊宫宁仇甘厉武刘景詹龙叶司黎白蒲邰池乔闻党翟谭申冉桑桂牛燕尚温庄晏柴阎连习艾向古易廖耿满匡文寇广欧沃利关曾辛岳闫涂肖游覃"
_GROUP = "残疾人|残疾儿童|残疾学生|患者|残疾青年|残疾老人|低保户|困难户|贫困户|残疾户"
_PATIENT = re.compile(
    rf"(?:一级|二级|三级|四级|重度|视力|听力|言语|肢体|智力|精神|多重|脑瘫|孤独症|自闭症|盲)[{CJK}]{{0,6}}?(?:{_GROUP})(?P<name>[{_SURNAME}][{CJK}]{{1,2}})(?=[，。；、（的在从向说]|自己|今年|家|通过)"
)
_TITLED = re.compile(rf"(?P<name>[{_SURNAME}][{CJK}]{{1,2}}?)(?:大夫|医生|老师|两位老师|律师|同志|先生|女士)")
_MASKED_PLACE = re.compile(r"[xX*某]{1,3}(?:省|市|县|区|街道|镇|乡|村|社区)|[xX]{2,}残联")
_NO_NAME = "全辖省市县区社园校地片城乡镇村街道两多每各该本我所在对把于由向据照按为与和及以从被让使到给将是有了级同跨示试景厂山郊小居院国上下"
_PLACE = re.compile(
    rf"(?:^|[，。；、：在由与到]|召开)(?P<place>[^\W\d_A-Za-z{_NO_NAME}]{{2}}(?:区|县|市))(?=[{CJK}])(?!域|内|外|里|级|政|委|长|场|民|容|直)"
)


def numbers(article: Article) -> Iterator[Finding]:
    """Find ID, certificate, phone and bank card numbers."""
    for paragraph in article.paragraphs:
        taken: set[int] = set()
        for pattern, name in ((_ID, "身份证号或残疾人证号"), (_CARD, "银行卡号"), (_PHONE, "手机号")):
            for match in pattern.finditer(paragraph.text):
                if match.start() in taken:
                    continue
                taken |= set(range(match.start(), match.end()))
                hidden = f"{match[0][:3]}…{match[0][-2:]}"
                found = paragraph.finding(
                    "personal-data",
                    Severity.ERROR,
                    match.start(),
                    f"写出了{name}（{hidden}）：报告里不能出现，请删去。",
                )
                yield Finding(
                    found.kind, found.severity, found.line, found.sentence.replace(match[0], hidden), found.detail
                )


def people(article: Article) -> Iterator[Finding]:
    """Find persons named together with their disability."""
    for paragraph in article.body:
        for match in _PATIENT.finditer(paragraph.text):
            name = match["name"]
            if name[1:2] in "某xX*" or name[0] + "某" in match[0]:
                continue
            yield paragraph.finding(
                "personal-data",
                Severity.DOUBT,
                match.start("name"),
                f"“{name}”连同残疾情况写了出来：残疾类别和等级是敏感个人信息，没有本人同意请写成“{name[0]}某”。",
            )


def uneven(article: Article) -> Iterator[Finding]:
    """Find places and persons named in a report that hides others of their kind."""
    masked = next(
        ((paragraph, match) for paragraph in article.body for match in [_MASKED_PLACE.search(paragraph.text)] if match),
        None,
    )
    if masked is None:
        return
    hidden = masked[1][0]
    for said, pattern, group in (("地名", _PLACE, "place"), ("人名", _TITLED, "name")):
        found: list[tuple[Paragraph, int, str]] = []
        for paragraph in article.body:
            found += [(paragraph, match.start(group), match[group]) for match in pattern.finditer(paragraph.text)]
        if found:
            paragraph, place, name = found[0]
            others = list(dict.fromkeys(one for _, _, one in found))[:4]
            yield paragraph.finding(
                "masking",
                Severity.DOUBT,
                place,
                f"别处写成“{hidden}”，这里写出了{said}“{name}”（全文还有{'、'.join(others[1:]) or '同样的名称'}）：要遮就都遮。",
            )
