"""What the registry tells of everybody: certificate, hukou, hardship, income, care, other benefits."""

from zhucan.policy.expressions import Expr, Kind, column, literal, years_between
from zhucan.policy.fact import Aggregate, Fact, Timing
from zhucan.policy.relations import Columns, frame, person

_component = Columns("component")
_certificate = Columns("certificate")
_benefit = Columns("benefit")
_live = (_component.status == "valid") & (_component.expires > frame.expiry_after)

CATEGORY_LABELS = {
    "visual": "视力",
    "hearing": "听力",
    "speech": "言语",
    "physical": "肢体",
    "intellectual": "智力",
    "mental": "精神",
}
BENEFIT_LABELS = {
    "work_injury_nursing": "工伤保险生活护理费",
    "orphan": "孤儿基本生活费",
    "unattended_child": "事实无人抚养儿童基本生活补贴（全额）",
    "old_age_nursing": "老年人护理补贴",
    "old_age_living": "养老福利性生活补贴",
    "work_disability_living": "因公致残福利性生活补贴",
    "retired_cadre_living": "离休福利性生活补贴",
    "retired_cadre_nursing": "离休福利性护理补贴",
    "elder_service": "养老服务补贴",
    "senior_allowance": "高龄津贴",
    "ltci": "长期护理保险待遇",
    "veteran_pension": "残疾军人（伤残人民警察）抚恤金",
    "child_rehabilitation": "残疾儿童康复救助",
    "single_dibao": "单独施保低保金",
}
HARDSHIP_LABELS = {"dibao": "低保", "dibian": "低保边缘", "tekun": "特困供养", "none": "非困难"}


def _grade(category: str) -> Fact:
    return Fact(
        f"grade_{category}",
        Kind.INT,
        f"{CATEGORY_LABELS[category]}残疾等级（0 为无此类）",
        "残疾人证",
        "component",
        Aggregate.MIN,
        "grade",
        _live & (_component.category == category),
        empty=0,
        presumed=0,
    )


def _gets(kind: str) -> Fact:
    return Fact(
        f"gets_{kind}",
        Kind.BOOL,
        f"当月享受{BENEFIT_LABELS[kind]}",
        "部门共享",
        "benefit",
        where=_benefit.kind == kind,
        timing=Timing.IN_MONTH,
        empty=False,
        presumed=False,
    )


def _paid(kind: str) -> Fact:
    return Fact(
        f"{kind}_amount",
        Kind.MONEY,
        f"当月{BENEFIT_LABELS[kind]}金额",
        "部门共享",
        "benefit",
        Aggregate.SUM,
        "amount_fen",
        _benefit.kind == kind,
        Timing.IN_MONTH,
        empty=0,
        presumed=0,
    )


def _fact(name: str, kind: Kind) -> Expr:
    return column("fact", name, kind)


_RIVALS_LIVING = ("old_age_living", "work_disability_living", "retired_cadre_living")
_RIVALS_NURSING = ("old_age_nursing", "retired_cadre_nursing", "ltci", "elder_service")

FACTS: tuple[Fact, ...] = (
    Fact("born", Kind.DATE, "出生日期", "公民身份号码", formula=person.born),
    Fact("sex", Kind.TEXT, "性别", "公民身份号码", formula=person.sex, choices={"male": "男", "female": "女"}),
    Fact("applied_on", Kind.DATE, "申请日期", "申请", formula=frame.applied_on),
    Fact("judged_on", Kind.DATE, "判断日期", "系统", formula=frame.on_day),
    Fact("age", Kind.INT, "周岁", "出生日期", formula=years_between(person.born, frame.on_day)),
    Fact("alive", Kind.BOOL, "在世", "公安、民政数据", "death", Aggregate.NONE, empty=True, presumed=True),
    Fact(
        "hukou_here",
        Kind.BOOL,
        "户籍在发放县",
        "户籍登记",
        "residence",
        where=Columns("residence").division.left(6) == frame.division.left(6),
        presumed=True,
    ),
    Fact(
        "certificate_valid",
        Kind.BOOL,
        "持有有效残疾人证",
        "残疾人证管理系统",
        "certificate",
        where=(_certificate.status == "valid") & (_certificate.expires > frame.expiry_after),
        empty=False,
    ),
    Fact(
        "certificate_status",
        Kind.TEXT,
        "残疾人证状态",
        "残疾人证管理系统",
        "certificate",
        Aggregate.LATEST,
        "status",
        choices={"valid": "有效", "frozen": "冻结", "cancelled": "注销"},
    ),
    *(_grade(category) for category in CATEGORY_LABELS),
    Fact(
        "hardship",
        Kind.TEXT,
        "家庭困难类型",
        "民政数据",
        "hardship",
        Aggregate.LATEST,
        "kind",
        choices=HARDSHIP_LABELS,
    ),
    Fact(
        "in_tekun",
        Kind.BOOL,
        "特困人员救助供养",
        "民政数据",
        "hardship",
        where=Columns("hardship").kind == "tekun",
        empty=False,
        presumed=False,
    ),
    Fact(
        "income_per_head", Kind.MONEY, "家庭人均月收入", "家庭经济状况核对", "income", Aggregate.LATEST, "per_head_fen"
    ),
    Fact("own_income", Kind.MONEY, "本人月收入", "家庭经济状况核对", "own_income", Aggregate.LATEST, "amount_fen"),
    Fact("in_institution", Kind.BOOL, "在机构托养", "托养审批", "stay", empty=False, presumed=False),
    Fact("in_custody", Kind.BOOL, "在监狱服刑", "司法行政数据", "custody", empty=False, presumed=False),
    Fact(
        "public_payroll",
        Kind.BOOL,
        "财政供养人员",
        "人社、财政数据",
        "job",
        where=Columns("job").kind == "public_payroll",
        empty=False,
        presumed=False,
    ),
    *(_gets(kind) for kind in BENEFIT_LABELS),
    *(_paid(kind) for kind in (*_RIVALS_LIVING, *_RIVALS_NURSING)),
    Fact(
        "rival_nursing_first",
        Kind.BOOL,
        "其他护理类待遇先于本补贴申请",
        "部门共享",
        "benefit",
        where=_benefit.kind.isin(*_RIVALS_NURSING) & (_benefit.valid_from < frame.applied_on),
        timing=Timing.IN_MONTH,
        empty=False,
        presumed=False,
    ),
    Fact(
        "rival_living_first",
        Kind.BOOL,
        "其他生活类待遇先于本补贴申请",
        "部门共享",
        "benefit",
        where=_benefit.kind.isin(*_RIVALS_LIVING) & (_benefit.valid_from < frame.applied_on),
        timing=Timing.IN_MONTH,
        empty=False,
        presumed=False,
    ),
    Fact("unattended", Kind.BOOL, "认定为事实无人抚养儿童", "民政数据", formula=literal(False), presumed=False),
    Fact(
        "child_benefits_amount",
        Kind.MONEY,
        "该儿童已领生活补贴和低保金合计",
        "民政数据",
        formula=literal(0),
        presumed=0,
    ),
)
