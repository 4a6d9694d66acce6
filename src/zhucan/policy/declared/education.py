"""What education aid asks: schooling, the parents' certificates, what was granted this school year."""

from zhucan.policy.declared.awards import had, last
from zhucan.policy.expressions import Kind
from zhucan.policy.fact import Aggregate, Fact, asked
from zhucan.policy.relations import Columns, frame

STAGES = {
    "kindergarten": "学前", "primary": "小学", "junior": "初中", "senior": "普通高中", "vocational": "中等职业",
    "college": "大专", "bachelor": "本科", "master": "研究生",
}  # fmt: skip
DEGREES = {"college": "大专", "bachelor": "本科"}
_PLACEMENTS = {
    "ordinary": "普通就读", "regular": "随班就读", "special_class": "特教班", "special_school": "特殊教育学校", "home": "送教上门",
    "none": "未入学",
}  # fmt: skip
_schooling, _parent = Columns("schooling"), Columns("parent")
_SCHOOL = "教育部门学籍数据"

FACTS: tuple[Fact, ...] = (
    Fact(
        "school_stage",
        Kind.TEXT,
        "今年九月起就读的学段",
        _SCHOOL,
        "schooling",
        Aggregate.LATEST,
        "stage",
        choices=STAGES,
        asked=True,
    ),
    Fact("placement", Kind.TEXT, "就读方式", _SCHOOL, "schooling", Aggregate.LATEST, "placement", choices=_PLACEMENTS),
    Fact("full_time_student", Kind.BOOL, "全日制就读", _SCHOOL, "schooling", where=_schooling.full_time, asked=True),
    Fact("boards", Kind.BOOL, "在校寄宿", _SCHOOL, "schooling", where=_schooling.boarding, asked=True),
    Fact(
        "parent_grade",
        Kind.INT,
        "父母的残疾等级",
        "残疾人证管理系统",
        "parent",
        Aggregate.MIN,
        "grade",
        (_parent.status == "valid") & (_parent.expires > frame.expiry_after),
        empty=0,
        choices={"0": "父母都没有有效残疾人证", "1": "一级", "2": "二级", "3": "三级", "4": "四级"},
    ),
    last("student_grant_last", "上次批准扶残助学金的日期", "disabled-student-grant", "child-of-disabled-grant"),
    last("living_aid_last", "上次批准义务教育生活补助的日期", "compulsory-living-aid"),
    last("tuition_waiver_last", "上次批准学费住宿费减免的日期", "tuition-lodging-waiver"),
    *(
        had(f"entrance_{code}_granted", f"已领过{word}入学奖励", f"entrance-grant-{code}")
        for code, word in DEGREES.items()
    ),
    *(
        had(f"self_study_{code}_granted", f"已领过自学考试{word}奖励", f"self-study-{code}")
        for code, word in DEGREES.items()
    ),
    had("blind_entry_granted", "已领过盲童入学扶助", "blind-child-entry"),
    asked("first_year", Kind.BOOL, "今年刚升入这一学段"),
    asked("admitted_to", Kind.TEXT, "今年考入的学历层次", choices=DEGREES),
    asked("self_study_degree", Kind.TEXT, "通过自学考试取得的学历", choices=DEGREES),
    asked("terms", Kind.INT, "本学年符合条件的学期数"),
)
