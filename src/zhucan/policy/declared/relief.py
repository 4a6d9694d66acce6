"""What relief, premiums, employment support, housing, travel and care ask beyond the registry and the findings."""

from zhucan.policy.declared.awards import had, in_year, last, running, times, times_in_year, units
from zhucan.policy.expressions import Kind
from zhucan.policy.fact import Fact, asked
from zhucan.policy.relations import Columns


def _enrolled(kind: str, label: str, source: str) -> Fact:
    where = Columns("insurance").kind == kind
    return Fact(f"in_{kind}", Kind.BOOL, label, source, "insurance", where=where, empty=False, presumed=False)


_ASSISTANCE = (
    asked("relief_asked", Kind.MONEY, "申请救助的金额"),
    asked("relief_special", Kind.BOOL, "特别重大的困难"),
    asked("premium_paid_by_self", Kind.MONEY, "本人已缴的当年保费"),
    in_year("relief_this_year", "今年已得的残联临时救助", "temporary-relief", "illness-relief"),
    times_in_year("relief_times", "今年残联临时救助次数", "temporary-relief", "illness-relief"),
    times_in_year("medical_premium_times", "今年医疗保险代缴次数", "medical-premium-subsidy"),
    times_in_year("pension_premium_times", "今年养老保险代缴次数", "pension-premium-subsidy"),
    times_in_year("accident_times", "今年意外保险代缴次数", "accident-insurance"),
    last("household_goods_last", "上次领取生活物资的日期", "household-goods"),
    _enrolled("resident_pension", "参加城乡居民养老保险", "人社数据"),
    _enrolled("employee_pension", "参加职工养老保险", "人社数据"),
    _enrolled("employee_medical", "参加职工医疗保险", "医保数据"),
)
_EMPLOYMENT = (
    asked("business_registered_on", Kind.DATE, "首次登记注册日期"),
    asked("business_first", Kind.BOOL, "首次创办经营实体"),
    asked("business_operator", Kind.BOOL, "本人是法定代表人或经营者"),
    asked("business_running", Kind.BOOL, "经查访正在正常经营"),
    asked("graduated_on", Kind.DATE, "毕业日期（不是毕业生的不填）"),
    asked("hr_startup_grant", Kind.MONEY, "已得的人社部门一次性创业补贴（没有填 0）"),
    asked("loan_contract_on", Kind.DATE, "借款合同日期"),
    asked("loan_disbursed_on", Kind.DATE, "放款日期"),
    asked("loan_interest_paid", Kind.MONEY, "实际支付的利息（不含罚息）"),
    asked("loan_for_business", Kind.BOOL, "贷款用于本人生产经营"),
    asked("loan_subsidised_elsewhere", Kind.BOOL, "同一贷款已享受其他贴息"),
    asked("farm_inspected", Kind.BOOL, "经现场核验达到当地最低规模"),
    asked("farm_land", Kind.BOOL, "有自有或租赁的场地"),
    asked("post_hardship", Kind.BOOL, "特殊困难人员（零就业家庭等）"),
    asked("premiums_receipted", Kind.BOOL, "有缴费凭证"),
    asked("flexible_months_claimed", Kind.INT, "申报补贴的缴费月数"),
    asked("training_days", Kind.INT, "培训出勤天数"),
    asked("training_certified", Kind.BOOL, "取得技能证书"),
    asked("training_paid_elsewhere", Kind.BOOL, "同一培训已享受失业保险等培训补贴"),
    asked("final_year", Kind.BOOL, "毕业学年在校生"),
    asked("poor_disabled_family", Kind.BOOL, "贫困残疾人家庭的毕业生"),
    asked("massage_licence", Kind.TEXT, "按摩资格", choices={"medical": "医疗按摩", "health": "保健按摩", "none": "没有"}),
    asked("massage_standard_shop", Kind.BOOL, "达到规范化按摩店标准"),
    had("startup_had", "享受过一次性创业补助", "startup-grant"),
    had("graduate_had", "享受过求职创业补贴", "graduate-job-seeking"),
    had("massage_had", "享受过盲人按摩扶持", "blind-massage-grant"),
    times_in_year("farming_times", "今年种养殖扶持次数", "farming-grant"),
    times_in_year("training_times", "今年培训补贴次数", "training-allowance"),
    times("post_placements", "公益性岗位安置次数", "public-benefit-post"),
    running("in_public_post", "在公益性岗位", "public-benefit-post"),
    units("flexible_months", "已补贴的灵活就业月数", "flexible-work-insurance"),
)  # fmt: skip
_HOME = (
    asked("works_cost", Kind.MONEY, "核定的工程费用"),
    asked("works_consent", Kind.BOOL, "房屋所有人同意改造"),
    asked("disability_changed", Kind.BOOL, "上次改造后残疾有变化"),
    last("house_repaired_on", "上次危房改造日期", "dangerous-house-repair"),
    last("home_adapted_on", "上次无障碍改造日期", "home-adaptation"),
    times_in_year("fuel_times", "今年燃油补贴次数", "fuel-subsidy"),
    running("holds_bus_card", "持有在用的免费乘车卡", "free-bus-card"),
    times_in_year("sunshine_times", "今年阳光家园资助次数", "sunshine-home"),
    running("in_residential_care", "在寄宿托养", "residential-care"),
    running("draws_care", "在享托养补贴", "residential-care", "day-care", "home-care"),
    running("in_day_care", "在日间照料", "day-care"),
)

FACTS: tuple[Fact, ...] = (*_ASSISTANCE, *_EMPLOYMENT, *_HOME)
