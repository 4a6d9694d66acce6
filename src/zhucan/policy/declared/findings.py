"""Findings: what somebody established about a person, each a kind of one relation with a word, a number or a yes.

A new one needs a row here and no table: the registry keeps findings of every kind as spells with both clocks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhucan.policy.devices.catalogue import FUNCTIONS
from zhucan.policy.expressions import Kind
from zhucan.policy.fact import UNSTATED, Aggregate, Fact
from zhucan.policy.relations import Columns


@dataclass(frozen=True)
class FindingKind:
    """One kind of finding, and so one fact of that name. A BOOL is recorded as number 1 or 0; MONEY as fen; of a DATE,
    the day it happened, only the beginning of the spell counts.

    `empty`: what nothing recorded means (None: not known); `presumed` what a worked case means by leaving it out.
    """

    name: str
    kind: Kind
    label: str
    source: str
    choices: Mapping[str, str] | None = None
    empty: Any = None
    presumed: Any = UNSTATED

    @property
    def column(self) -> str:
        """Return where the relation keeps it."""
        return {Kind.TEXT: "word", Kind.DATE: "valid_from"}.get(self.kind, "number")


DIAGNOSES = {
    "visual": "视力障碍", "hearing": "听力障碍", "speech": "言语障碍", "physical": "肢体障碍", "intellectual": "智力障碍",
    "autism": "孤独症", "multiple": "多重障碍", "none": "未见异常",
}  # fmt: skip


def _yes(name: str, label: str, source: str) -> FindingKind:
    """Something nobody has until somebody records it."""
    return FindingKind(name, Kind.BOOL, label, source, empty=False, presumed=False)


FINDINGS: tuple[FindingKind, ...] = (
    FindingKind("rural", Kind.BOOL, "农村户籍", "户籍登记"),
    FindingKind("monitored", Kind.BOOL, "防止返贫监测对象", "农业农村数据", empty=False, presumed=False),
    FindingKind("lower_limb", Kind.BOOL, "下肢残疾", "残疾评定"),
    FindingKind("residence_permit", Kind.BOOL, "持有当地居住证", "公安数据"),
    FindingKind("assessment_refused", Kind.DATE, "上次评定不够残疾标准的日期", "残疾评定", presumed=None),
    # rehabilitation
    FindingKind("diagnosis", Kind.TEXT, "诊断结论", "定点医疗机构诊断", DIAGNOSES),
    FindingKind("walks", Kind.BOOL, "能独立行走", "康复评估"),
    FindingKind("usable_sight", Kind.BOOL, "有可以利用的残余视力", "康复评估"),
    FindingKind("training_indicated", Kind.BOOL, "经评估适合康复训练", "康复评估"),
    FindingKind("cataract", Kind.BOOL, "诊断为白内障且适合手术", "定点医院筛查"),
    FindingKind("limb_surgery_indicated", Kind.BOOL, "有肢体矫治手术适应证", "定点医院筛查"),
    FindingKind("implant_indicated", Kind.BOOL, "经评估适合植入人工耳蜗", "定点医院筛查"),
    FindingKind("implanted", Kind.DATE, "人工耳蜗植入日期", "定点医院手术记录", presumed=None),
    _yes("severe_mental_list", "列入严重精神障碍患者服务名单", "卫生健康数据"),
    _yes("family_in_service", "家中有人正在接受康复服务", "康复服务档案"),
    FindingKind("limb_loss", Kind.BOOL, "肢体缺失，残端愈合，可以装配", "康复评估"),
    # education
    _yes("repeats_year", "本学年复读原年级", "学籍数据"),
    _yes("suspended", "休学超过一学期、退学或开除", "学籍数据"),
    *(
        FindingKind(f"accepted_{item.code}", Kind.DATE, f"{item.label}上次验收日期", "辅助器具验收记录", presumed=None)
        for item in FUNCTIONS
    ),
)
FINDING_KINDS: Mapping[str, FindingKind] = {item.name: item for item in FINDINGS}


def _fact(item: FindingKind) -> Fact:
    return Fact(
        item.name,
        item.kind,
        item.label,
        item.source,
        "finding",
        Aggregate.FLAG if item.kind is Kind.BOOL else Aggregate.LATEST,
        item.column,
        Columns("finding").kind == item.name,
        empty=item.empty,
        presumed=item.presumed,
        choices=item.choices,
    )


FACTS: tuple[Fact, ...] = tuple(_fact(item) for item in FINDINGS)
