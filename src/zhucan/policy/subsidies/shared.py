"""What both subsidies ask and cite."""

from zhucan.policy.expressions import choose
from zhucan.policy.facts import f
from zhucan.policy.parameters import p
from zhucan.policy.schemes import Condition, Material, Source, exclude, require

LAW_2015 = Source(
    "国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见", "2015-09-22", "国发〔2015〕52号"
)
LINK_2016 = Source("关于贯彻落实残疾人两项补贴制度有关政策衔接问题的通知", "2016", "民发〔2016〕99号")
IMPROVE_2021 = Source(
    "关于进一步完善困难残疾人生活补贴和重度残疾人护理补贴制度的意见", "2021", "民发〔2021〕70号", number_verified=False
)
PRECISE_2022 = Source("关于加强残疾人两项补贴精准管理的意见", "2022-10", "民发〔2022〕79号", number_verified=False)
SOURCES = (LAW_2015, LINK_2016, IMPROVE_2021, PRECISE_2022)

FUND = "两项补贴财政专项资金"
MATERIALS = (
    Material("certificate", "残疾人证", known_by=("certificate_valid",)),
    Material("identity", "身份证或户口簿", valid_months=12, known_by=("hukou_here",)),
)
"""Papers of both; what the registers know is not asked for (data sharing)."""

# A month that stops for the certificate carries the certificate's own state as its cause.
certificate_cause = choose(
    (f.certificate_status == "frozen", "certificate_frozen"),
    (f.certificate_status == "cancelled", "certificate_cancelled"),
    default="certificate_expired",
)


def standing() -> tuple[Condition, ...]:
    """Return the conditions of both: alive, hukou here, a valid certificate, not in prison (TS-01, TS-22, TS-44, TS-45)."""
    return (
        require("本人在世", f.alive, source=str(PRECISE_2022), cause="died", reapply=True),
        require("户籍在发放县", f.hukou_here, source=str(LAW_2015), cause="moved", reapply=True),
        require("持有有效残疾人证", f.certificate_valid, source=str(LAW_2015), cause=certificate_cause, reapply=True),
        exclude(
            "正在监狱服刑",
            f.in_custody & p.custody_stops,
            source="当地停发规定",
            cause="custody",
            reapply=True,
            said="在监狱服刑",
        ),
    )


def barred() -> tuple[Condition, ...]:
    """Return the exclusions of both (TS-15, TS-16, TS-20)."""
    return (
        exclude(
            "特困人员救助供养", f.in_tekun, source=str(LAW_2015), cause="other_benefit", said="享受特困人员救助供养"
        ),
        exclude("领取工伤保险生活护理费", f.gets_work_injury_nursing, source=str(LAW_2015), cause="other_benefit"),
        exclude(
            "领取残疾军人抚恤金",
            f.gets_veteran_pension & (p.veteran_pension_vs_both == "exclude"),
            source="当地规定",
            cause="other_benefit",
        ),
    )
