"""职业技能培训补贴, 求职创业补贴, 盲人按摩扶持: learning a trade, leaving school, a masseur's own shop.

Where each rule of the fact base lives:

- EM-60 `blind_massage_grant`: a licence for medical, a skill certificate for health massage; more for a standard shop.
- EM-61 `training_allowance`: by the day attended, and once more for the certificate; so many courses a year, not beside
  a training payment of unemployment insurance.
- EM-62 `graduate_job_seeking`: once, in the final year; a flat amount, or a share of the minimum wage.

Not modelled:

- EM-61 free courses: the course itself is paid to its organiser (`delivery`). EM-62 one person, one file: `outreach`.
- EM-60 the examinations for the licence: the health department's.
"""

from zhucan.policy.asking import LOCAL, standing
from zhucan.policy.employment.shared import before_retirement
from zhucan.policy.employment.sources import ACTION_2025, EMPLOYMENT_2007, LEVY_FUND, MASSAGE_2009
from zhucan.policy.expressions import ZERO, Kind, choose, round_fen, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, CERTIFICATE, IDENTITY
from zhucan.policy.parameters import p
from zhucan.policy.schemes import (
    Cadence,
    Group,
    LifeEvent,
    Material,
    Overlap,
    Relation,
    Scheme,
    exclude,
    offered,
    require,
)

_LAW = str(EMPLOYMENT_2007)

training_allowance = Scheme(
    id="training-allowance",
    name="残疾人职业技能培训补贴",
    sources=(EMPLOYMENT_2007,),
    conditions=(
        offered(p.training_allowance_offered),
        *standing(_LAW),
        before_retirement(),
        require("有培训出勤", f.training_days >= 1, source=LOCAL, cause="conditions_ended"),
        exclude("同一培训已享受其他培训补贴", f.training_paid_elsewhere, source=LOCAL, cause="other_benefit", said="为同一培训享受其他补贴"),
        require("今年培训补贴未满规定次数", f.training_times < p.training_times_a_year, source=LOCAL, cause="other_benefit"),
    ),
    amount=f.training_days * p.training_day + choose((f.training_certified, p.training_certificate), (f.training_certified.known(), ZERO), default=unknown_of(Kind.MONEY)),
    cadence=Cadence.YEARLY,
    group=Group.EMPLOYMENT,
    systems=("S079", "S082"),
    summary="参加残联的免费技能培训，按出勤天数补贴生活和交通，拿到证书另有奖励。",
    events=(LifeEvent.LOST_JOB, LifeEvent.NEW_CERTIFICATE),
    materials=(CERTIFICATE, Material("training_roster", "培训签到表"), Material("skill_certificate", "技能证书"), ACCOUNT),
    fund=LEVY_FUND,
)  # fmt: skip

_flat = p.graduate_job_seeking.known()

graduate_job_seeking = Scheme(
    id="graduate-job-seeking",
    name="残疾人毕业生求职创业补贴",
    sources=(ACTION_2025,),
    conditions=(
        offered(p.graduate_job_seeking_offered),
        require("本人在世", f.alive, source=str(ACTION_2025), cause="died"),
        require(
            "本人持残疾人证，或出身贫困残疾人家庭",
            f.certificate_valid | f.poor_disabled_family,
            source=str(ACTION_2025),
            cause="certificate_expired",
        ),
        require("毕业学年在校生", f.final_year, source=str(ACTION_2025), cause="conditions_ended"),
        require("没有享受过求职创业补贴", ~f.graduate_had, source=str(ACTION_2025), cause="other_benefit"),
    ),
    amount=choose((_flat, p.graduate_job_seeking), default=round_fen(p.min_wage_monthly * p.graduate_share_of_min_wage)),
    cadence=Cadence.ONCE,
    group=Group.EMPLOYMENT,
    systems=("S088",),
    summary="毕业学年的残疾学生和贫困残疾人家庭的毕业生，一次性补贴求职、创业的花费。",
    events=(LifeEvent.STARTED_WORK, LifeEvent.STARTED_BUSINESS),
    materials=(IDENTITY, CERTIFICATE, Material("enrolment", "在校证明"), ACCOUNT),
    fund="就业补助资金",
)  # fmt: skip

blind_massage_grant = Scheme(
    id="blind-massage-grant",
    name="盲人按摩店扶持",
    sources=(MASSAGE_2009,),
    conditions=(
        offered(p.blind_massage_offered),
        *standing(LOCAL),
        before_retirement(),
        require("视力残疾", f.grade_visual >= 1, source=str(MASSAGE_2009), cause="grade_changed"),
        require(
            "有医疗按摩资格或保健按摩技能证书",
            f.massage_licence.isin("medical", "health"),
            source=str(MASSAGE_2009),
            cause="conditions_ended",
        ),
        require("本人是法定代表人或经营者", f.business_operator, source=LOCAL, cause="conditions_ended"),
        require("没有享受过盲人按摩扶持", ~f.massage_had, source=LOCAL, cause="other_benefit"),
    ),
    amount=choose(
        (f.massage_standard_shop, p.blind_massage_standard_shop),
        (f.massage_standard_shop.known(), p.blind_massage_shop),
        default=unknown_of(Kind.MONEY),
    ),
    overlaps=(Overlap(Relation.STACK, "可与创业贷款贴息同时享受", LOCAL),),
    cadence=Cadence.ONCE,
    group=Group.EMPLOYMENT,
    systems=("S055",),
    summary="盲人开按摩店，一次性扶持；达到规范化标准的更高。",
    events=(LifeEvent.STARTED_BUSINESS,),
    materials=(
        IDENTITY,
        CERTIFICATE,
        Material("massage_licence", "医疗按摩或保健按摩证书", valid_months=60),
        Material("business_licence", "营业执照等登记证件", valid_months=12),
        ACCOUNT,
    ),
    fund=LEVY_FUND,
)
