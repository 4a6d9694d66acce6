"""Monthly allowances that places add: for the near-poor of grades 3 and 4, hardship, and a county's own pilot.

None is of national law: each is off until a place switches it on with its own amount, by the month, decided by runs.

- S029 `near_poor_supplement`. S030 `county_allowance`: conditions by switch, for that place alone.
- S035, S036, S037 the three hardship allowances. Nobody has two of them, nor one beside the county's allowance: tekun
  comes first, then the severely disabled without work and fixed income, then the registered unemployed; a place that
  does not run the earlier one does not lose people from the later.

Not modelled:

- The order by amounts of a place where an earlier allowance is the smaller: none of those described is.
- S038 their sums up to a day: read from the ledger (`payments`), never kept beside it.
"""

from zhucan.policy.asking import LOCAL, severe, standing, working_age
from zhucan.policy.assistance.sources import DISABLED_RELIEF_2015
from zhucan.policy.expressions import any_of
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, CERTIFICATE, HARDSHIP, IDENTITY
from zhucan.policy.parameters import p
from zhucan.policy.schemes import LifeEvent, Scheme, exclude, offered, require

_grade_3_4 = any_of(
    *(
        grade.isin(3, 4)
        for grade in (f.grade_visual, f.grade_hearing, f.grade_speech, f.grade_physical, f.grade_intellectual, f.grade_mental)
    )
)  # fmt: skip
_severe_jobless = severe & f.jobless & f.no_fixed_income
_PAPERS = (IDENTITY, CERTIFICATE, HARDSHIP, ACCOUNT)
_FUND = "本级财政、残疾人就业保障金"


near_poor_supplement = Scheme(
    id="near-poor-supplement",
    name="低保边缘户三、四级残疾人基本生活补助",
    sources=(DISABLED_RELIEF_2015,),
    conditions=(
        offered(p.near_poor_supplement_offered),
        *standing(LOCAL),
        require("低保边缘家庭成员", f.hardship == "dibian", source=LOCAL, cause="hardship_ended"),
        require("残疾等级为三级或四级", ~severe & _grade_3_4, source=LOCAL, cause="grade_changed"),
    ),
    amount=p.near_poor_supplement_monthly,
    systems=("S029",),
    summary="低保边缘家庭里的三、四级残疾人，每月发一份基本生活补助。",
    events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.HARDSHIP),
    materials=_PAPERS,
    fund=_FUND,
)

county_allowance = Scheme(
    id="county-allowance",
    name="残疾津贴（县级试点）",
    sources=(DISABLED_RELIEF_2015,),
    conditions=(
        offered(p.county_allowance_offered),
        *standing(LOCAL),
        require("残疾等级为一级或二级", severe, source=LOCAL, cause="grade_changed"),
        require("无固定收入", f.no_fixed_income, source=LOCAL, cause="hardship_ended"),
        exclude("特困人员救助供养", f.in_tekun, source=LOCAL, cause="other_benefit", said="享受特困人员救助供养"),
    ),
    amount=p.county_allowance_monthly,
    exclusive="hardship-allowance",
    systems=("S030",),
    summary="试点县给没有固定收入的一、二级残疾人每月发放的津贴。",
    events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.GRADE_CHANGED, LifeEvent.LOST_JOB),
    materials=_PAPERS,
    fund=_FUND,
)

_county_pays = p.county_allowance_offered & severe & f.no_fixed_income & ~f.in_tekun

tekun_hardship_allowance = Scheme(
    id="tekun-hardship-allowance",
    name="特困残疾人生活困难补助金",
    sources=(DISABLED_RELIEF_2015,),
    conditions=(
        offered(p.tekun_hardship_offered),
        *standing(LOCAL),
        require("特困人员救助供养对象", f.in_tekun, source=LOCAL, cause="hardship_ended"),
    ),
    amount=p.tekun_hardship_monthly,
    exclusive="hardship-allowance",
    systems=("S036", "S033", "S038"),
    summary="享受特困供养的残疾人，每月另发一份生活困难补助。",
    events=(LifeEvent.HARDSHIP,),
    materials=_PAPERS,
    fund=_FUND,
)

severe_jobless_allowance = Scheme(
    id="severe-jobless-allowance",
    name="无固定收入重残无业人员生活困难补助金",
    sources=(DISABLED_RELIEF_2015,),
    conditions=(
        offered(p.severe_jobless_offered),
        *standing(LOCAL),
        require("残疾等级为一级或二级", severe, source=LOCAL, cause="grade_changed"),
        require("未就业", f.jobless, source=LOCAL, cause="conditions_ended"),
        require("无固定收入", f.no_fixed_income, source=LOCAL, cause="hardship_ended"),
        exclude("特困人员救助供养", f.in_tekun, source=LOCAL, cause="other_benefit", said="享受特困人员救助供养"),
        require("没有按县级残疾津贴享受", ~_county_pays, source=LOCAL, cause="other_benefit"),
    ),
    amount=p.severe_jobless_monthly,
    exclusive="hardship-allowance",
    systems=("S037", "S038"),
    summary="没有工作、没有固定收入的一、二级残疾人，每月发放的生活困难补助。",
    events=(LifeEvent.LOST_JOB, LifeEvent.GRADE_CHANGED),
    materials=_PAPERS,
    fund=_FUND,
)  # fmt: skip

unemployed_allowance = Scheme(
    id="unemployed-allowance",
    name="失业残疾人生活困难补助金",
    sources=(DISABLED_RELIEF_2015,),
    conditions=(
        offered(p.unemployed_allowance_offered),
        *standing(LOCAL),
        require("在劳动年龄内", working_age, source=LOCAL, cause="conditions_ended"),
        require("登记失业", f.registered_unemployed, source=LOCAL, cause="conditions_ended"),
        require("本人收入低于低保标准", f.own_income < p.dibao_monthly, source=LOCAL, cause="hardship_ended"),
        exclude("特困人员救助供养", f.in_tekun, source=LOCAL, cause="other_benefit", said="享受特困人员救助供养"),
        require("没有按县级残疾津贴享受", ~_county_pays, source=LOCAL, cause="other_benefit"),
        require("没有按重残无业人员享受", ~(p.severe_jobless_offered & _severe_jobless), source=LOCAL, cause="other_benefit"),
    ),
    amount=p.unemployed_allowance_monthly,
    exclusive="hardship-allowance",
    systems=("S035", "S038"),
    summary="登记失业、收入低于低保标准的残疾人，每月发放的生活困难补助。",
    events=(LifeEvent.LOST_JOB,),
    materials=_PAPERS,
    fund=_FUND,
)  # fmt: skip
