"""What a check finds: a kind with its name, how sure it is, where, and the arithmetic in one line."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

KINDS: Mapping[str, str] = {
    "parts-and-whole": "分项与合计",
    "share": "占比",
    "completion": "任务完成率",
    "rate": "比率",
    "growth": "同比增减",
    "average": "平均数",
    "multiple": "倍数用法",
    "percentage-points": "百分号与百分点",
    "restated": "同一事项前后不一",
    "table-total": "表格合计",
    "list-count": "列举个数",
    "department-lists": "部门名单",
    "title-repeated": "标题重复",
    "title-years": "标题年度",
    "title-and-body": "标题与正文",
    "title-half-missing": "标题内容缺失",
    "plan-calendar": "五年规划年份",
    "event-year": "活动年份与届次",
    "date-impossible": "不存在的日期",
    "date-incomplete": "日期不完整",
    "date-order": "日期先后",
    "periods-mixed": "统计期间不一",
    "year-not-covered": "没有写满全年",
    "number-missing": "漏写数字",
    "number-masked": "数字被遮盖",
    "placeholders": "数字没有填写",
    "number-malformed": "数字写法",
    "number-lost": "序号残缺",
    "number-first-missing": "缺第一个序号",
    "number-order": "序号不连续",
    "number-style": "序号写法不一",
    "heading-swallowed": "标题没有另起一行",
    "heading-run-on": "小标题与正文相连",
    "repeated": "语句重复",
    "reported-twice": "同一事项写了两次",
    "words-doubled": "字词重复",
    "name-varies": "名称前后不一",
    "law-name": "法律名称",
    "document-name": "文件名称",
    "term": "残疾类别用语",
    "categories": "残疾类别划分",
    "group-undefined": "人群没有说明",
    "words-missing": "漏字",
    "wording": "用词",
    "space": "多余空格",
    "line-broken": "段落被断开",
    "approximate": "约数用法",
    "scope": "口径不一",
    "unit-mixed": "计量对象不一",
    "plan-without-number": "计划没有数字",
    "target-vague": "目标不明确",
    "masking": "遮盖不一致",
    "personal-data": "个人信息",
    "indicator-changed": "与现在的指标不同",
}
"""Every kind of finding, with its Chinese name."""


class Severity(StrEnum):
    """How sure a finding is: an error cannot be right as printed, a doubt may be, style is about writing."""

    ERROR = "error"
    DOUBT = "doubt"
    STYLE = "style"


SEVERITY_NAMES: Mapping[Severity, str] = {Severity.ERROR: "错误", Severity.DOUBT: "存疑", Severity.STYLE: "文字"}


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold. `line` counts from 1; `detail` gives the arithmetic and, where it follows, a mend."""

    kind: str
    severity: Severity
    line: int
    sentence: str
    detail: str

    @property
    def name(self) -> str:
        """What the kind is called."""
        return KINDS[self.kind]

    @property
    def severity_name(self) -> str:
        """What the severity is called."""
        return SEVERITY_NAMES[self.severity]

    def as_dict(self) -> dict[str, str | int]:
        """Return the finding in the form of `check-report --json`."""
        return {
            "kind": self.kind,
            "severity": str(self.severity),
            "line": self.line,
            "sentence": self.sentence,
            "detail": self.detail,
        }
