"""单人户低保 and 分类施保: what disabled persons of hard-up families are due in their own right.

Decided and paid by civil affairs; here so that eligible persons not yet covered are found and helped to apply.

Where each rule of the fact base lives:

- AS-03 a member of a near-poor family with a grade of 1 or 2, an intellectual or mental grade 3, or a serious illness.
- AS-04 a jobless adult of grade 1 or 2, by own income; `jobless_severe_ceiling` is a place's ceiling for the family.
- AS-05, AS-40 the amount: the standard less own income, at least `single_person_floor_share` of it, or the whole of it
  for the severe (`single_person_full`); severe members of dibao families count where `single_person_in_dibao` says so.
- Intellectual and mental grades 3 and 4 supported by their family, by own income, where `single_person_dependent` says so.
- AS-06 `classified_extra`. AS-08, AS-09 as in `dibao.py`.

Not modelled:

- AS-03 clergy: no disability right. AS-04 disregard of siblings' support: inside civil affairs' income figure.
- AS-06 extras for the aged and minors: for persons whom the federation does not serve as such.
"""

from zhucan.policy.asking import LOCAL, either, severe, standing
from zhucan.policy.assistance.sources import ASSISTANCE_2014, DIBAO_2021, SAFETY_NET_2022
from zhucan.policy.expressions import ZERO, Kind, choose, greatest, round_fen, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import CERTIFICATE, HARDSHIP, IDENTITY
from zhucan.policy.parameters import p
from zhucan.policy.schemes import LifeEvent, Overlap, Relation, Scheme, exclude, require

_ADULT = 18  # 民法典第十七条
_near_poor = either(
    (f.hardship.known() & (f.hardship != "none"), f.hardship == "dibian"),
    (
        f.income_per_head.known(),
        (f.income_per_head >= p.dibao_monthly) & (f.income_per_head < p.dibao_monthly * p.low_income_multiple),
    ),
    (f.hardship.known(), f.hardship == "dibian"),
)
_kinds = (
    severe
    | (f.grade_intellectual == 3)
    | (f.grade_mental == 3)
    | (p.single_person_grade_4 & ((f.grade_intellectual == 4) | (f.grade_mental == 4)))
    | f.seriously_ill
)
_within_ceiling = choose(
    (p.jobless_severe_ceiling.unknown(), True), default=f.income_per_head <= p.dibao_monthly * p.jobless_severe_ceiling
)
_jobless_adult = (f.age >= _ADULT) & f.jobless & severe & _within_ceiling
_in_dibao = p.single_person_in_dibao & (f.hardship == "dibao") & severe
_three_or_four = (
    (f.grade_intellectual == 3) | (f.grade_intellectual == 4) | (f.grade_mental == 3) | (f.grade_mental == 4)
)
_dependent = p.single_person_dependent & f.family_supported & _three_or_four
# Civil affairs list whoever is awarded alone as a person on dibao; that says nothing against the award itself.
_listed_for_it = f.gets_single_dibao & (f.hardship == "dibao") & _kinds

# Where the severe get the full standard the amount depends on it, so not knowing it is not a yes.
_right = choose(
    ((p.single_person_full & severe).unknown(), unknown_of(Kind.BOOL)),
    default=(_near_poor & _kinds) | _jobless_adult | _in_dibao | _dependent | _listed_for_it,
)

single_person_dibao = Scheme(
    id="single-person-dibao",
    name="低保（参照单人户）",
    sources=(DIBAO_2021, SAFETY_NET_2022),
    conditions=(
        *standing(str(DIBAO_2021)),
        require(
            "低保边缘家庭中的重残、三级智力精神残疾人或重病患者，或无业的成年重残人，或当地纳入的依靠家庭供养的三四级智力精神残疾人",
            _right,
            source=str(DIBAO_2021),
            cause="hardship_ended",
        ),
        require("本人收入低于低保标准", f.own_income < p.dibao_monthly, source=str(DIBAO_2021), cause="hardship_ended"),
        exclude("特困人员救助供养", f.in_tekun, source=str(ASSISTANCE_2014), cause="other_benefit", said="享受特困人员救助供养"),
    ),
    amount=choose(
        (p.single_person_full & severe, p.dibao_monthly),
        default=greatest(p.dibao_monthly - f.own_income, round_fen(p.dibao_monthly * p.single_person_floor_share)),
    ),
    overlaps=(Overlap(Relation.DISREGARD, "残疾人两项补贴不计入收入", str(DIBAO_2021)),),
    administered=False,
    paid_as="single_dibao",
    systems=("S028", "S031"),
    summary="家里不够低保但本人残疾较重、没有收入的，可以只按本人一个人申请低保；由民政审核，残联帮助申请。",
    events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.GRADE_CHANGED, LifeEvent.HARDSHIP, LifeEvent.LOST_JOB),
    materials=(IDENTITY, CERTIFICATE, HARDSHIP),
    fund="民政低保资金",
)  # fmt: skip

classified_extra = Scheme(
    id="classified-extra",
    name="分类施保（重残增发）",
    sources=(ASSISTANCE_2014, DIBAO_2021),
    conditions=(
        *standing(str(ASSISTANCE_2014)),
        require("低保家庭成员", f.hardship == "dibao", source=str(ASSISTANCE_2014), cause="hardship_ended"),
        require("残疾等级为一级或二级", severe, source=LOCAL, cause="grade_changed"),
        require("当地对重残人增发低保金", p.classified_extra_severe.known(), source=LOCAL, cause="not_offered"),
    ),
    amount=choose((p.classified_extra_severe.unknown(), ZERO), default=round_fen(p.dibao_monthly * p.classified_extra_severe)),
    administered=False,
    systems=("S028", "S031"),
    summary="低保家庭里的重残人，低保金可以再按标准的一定比例增发；由民政发放，残联帮助申请。",
    events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.GRADE_CHANGED),
    materials=(CERTIFICATE,),
    fund="民政低保资金",
)  # fmt: skip
