"""Findings: what somebody established about a person, each a kind of one relation with a word, a number or a yes.

A new one needs a row here and no table: the registry keeps findings of every kind as spells with both clocks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhucan.policy.devices.catalogue import FUNCTIONS
from zhucan.policy.expressions import Kind
from zhucan.policy.fact import UNSTATED, Aggregate, Fact
from zhucan.policy.rehabilitation.needs import ANSWERS, NEEDS
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
    FindingKind("best_recovery", Kind.BOOL, "处在肢体功能最佳康复期", "康复评估"),
    FindingKind("screening", Kind.TEXT, "残疾早期筛查结果", "筛查机构", {"suspected": "疑似，需要诊断", "clear": "未见异常"}),
    FindingKind("hearing_worn", Kind.TEXT, "助听设备", "康复评估", {"aid": "助听器", "implant": "人工耳蜗", "both": "助听器和人工耳蜗", "none": "没有"}),
    *(FindingKind(need.finding, Kind.TEXT, f"康复需求：{need.label}", "康复需求评估", ANSWERS) for need in NEEDS),
    # education
    _yes("repeats_year", "本学年复读原年级", "学籍数据"),
    _yes("suspended", "休学超过一学期、退学或开除", "学籍数据"),
    FindingKind("mainstream_assessment", Kind.TEXT, "转入普通园校的康复评估", "康复机构评估", {"passed": "通过", "failed": "没有通过"}),
    FindingKind("roll_checked", Kind.DATE, "学籍登记核对日期", "教育部门学籍数据", presumed=None),
    *(
        FindingKind(f"accepted_{item.code}", Kind.DATE, f"{item.label}上次验收日期", "辅助器具验收记录", presumed=None)
        for item in FUNCTIONS
    ),
    # what families have and spend, as civil affairs finds it
    FindingKind("family_size", Kind.INT, "共同生活的家庭成员人数", "家庭经济状况核对"),
    FindingKind("family_income", Kind.MONEY, "家庭月收入", "家庭经济状况核对"),
    FindingKind("property_within_limits", Kind.BOOL, "家庭财产在规定范围内", "家庭经济状况核对"),
    FindingKind("rigid_spending", Kind.MONEY, "近十二个月刚性支出", "家庭经济状况核对"),
    FindingKind("rigid_household", Kind.BOOL, "刚性支出困难家庭", "民政数据", empty=False, presumed=False),
    FindingKind("lifted_out", Kind.BOOL, "从未享受过危房改造、无力自建的脱贫户", "农业农村数据", empty=False, presumed=False),
    FindingKind("no_fixed_income", Kind.BOOL, "无固定收入", "乡镇（街道）核定"),
    FindingKind("no_supporter", Kind.BOOL, "没有赡养、抚养、扶养人，或其没有能力", "民政数据"),
    FindingKind("no_income_source", Kind.BOOL, "无生活来源", "民政数据"),
    FindingKind("self_care_lost", Kind.INT, "六项自理能力中不能完成的项数", "生活自理能力评估"),
    FindingKind("seriously_ill", Kind.BOOL, "重病患者", "医保数据", empty=False, presumed=False),
    # work
    FindingKind("jobless", Kind.BOOL, "未就业", "人社数据"),
    FindingKind("registered_unemployed", Kind.BOOL, "登记失业", "人社数据", empty=False, presumed=False),
    FindingKind("wants_work", Kind.BOOL, "有就业愿望", "需求调查"),
    FindingKind("family_supported", Kind.BOOL, "依靠家庭供养", "乡镇（街道）核查"),
    FindingKind("can_work", Kind.BOOL, "有劳动能力或能做简单劳动", "乡镇（街道）核定"),
    FindingKind("unfit_for_open_jobs", Kind.BOOL, "暂不能进入竞争性就业", "就业能力评估"),
    FindingKind("runs_business", Kind.BOOL, "办有经营实体", "市场监管数据", empty=False, presumed=False),
    FindingKind("draws_pension", Kind.BOOL, "按月领取养老金", "人社数据", empty=False, presumed=False),
    FindingKind("staffed_elsewhere", Kind.BOOL, "与其他单位有劳动关系", "人社数据", empty=False, presumed=False),
    FindingKind("woman_retires_at", Kind.TEXT, "女职工原法定退休年龄", "人社数据", {"55": "五十五周岁", "50": "五十周岁"}),
    # home, travel, care
    FindingKind("house_grade", Kind.TEXT, "住房安全鉴定等级", "住房安全鉴定", {"A": "A 级", "B": "B 级", "C": "C 级", "D": "D 级"}),
    FindingKind("only_house", Kind.BOOL, "唯一住房，或没有住房", "村、乡镇核查"),
    FindingKind("rebuilt_otherwise", Kind.BOOL, "同一住房已享受易地搬迁或灾后重建", "农业农村、应急数据", empty=False, presumed=False),
    FindingKind("homeless", Kind.BOOL, "没有住房", "村、乡镇核查", empty=False, presumed=False),
    FindingKind("house_fit_for_works", Kind.BOOL, "住房适合施工", "入户勘察"),
    FindingKind("severe_at_home", Kind.INT, "同住的重度残疾人人数（含本人）", "入户勘察"),
    FindingKind("motor_wheelchairs", Kind.INT, "名下机动轮椅车数量", "车辆核查"),
    FindingKind("wheelchair_meets_standard", Kind.BOOL, "机动轮椅车符合国家标准、有购车凭证", "车辆核查"),
    FindingKind("needs_care", Kind.BOOL, "经评估需要他人照护", "照护需求评估"),
    FindingKind("care_form", Kind.TEXT, "托养形式", "托养协议", {"residential": "寄宿制", "day": "日间照料", "home": "居家托养", "none": "没有"}, empty="none", presumed="none"),
    FindingKind("acutely_ill", Kind.BOOL, "患传染病或精神疾病在急性期", "体检", empty=False, presumed=False),
)  # fmt: skip
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
