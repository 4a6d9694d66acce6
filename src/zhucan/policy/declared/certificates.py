"""What the steps in the life of a certificate ask."""

from zhucan.policy.declared.core import CATEGORY_LABELS
from zhucan.policy.expressions import Kind
from zhucan.policy.fact import Aggregate, Fact, asked
from zhucan.policy.relations import Columns

_certificate = Columns("certificate")
LOSSES = {"lost": "遗失", "damaged": "损坏"}

FACTS: tuple[Fact, ...] = (
    Fact(
        "certificate_on_file",
        Kind.BOOL,
        "已有残疾人证（含冻结、到期未换）",
        "残疾人证管理系统",
        "certificate",
        where=_certificate.status.isin("valid", "frozen"),
        empty=False,
        presumed=False,
    ),
    Fact(
        "certificate_expires",
        Kind.DATE,
        "残疾人证有效期至",
        "残疾人证管理系统",
        "certificate",
        Aggregate.LATEST,
        "expires",
    ),
    Fact(
        "certificate_since",
        Kind.DATE,
        "现证起始日期",
        "残疾人证管理系统",
        "certificate",
        Aggregate.LATEST,
        "valid_from",
    ),
    asked("kind_claimed", Kind.TEXT, "申请评定的残疾类别", choices=CATEGORY_LABELS),
    asked("guardian_applies", Kind.BOOL, "由法定监护人申请"),
    asked("assessed_category", Kind.TEXT, "评定的残疾类别", choices=CATEGORY_LABELS),
    asked("assessed_grade", Kind.INT, "评定的残疾等级（0 为不够标准）"),
    asked("loss_kind", Kind.TEXT, "补办的原因", choices=LOSSES),
)
