"""Premiums paid for people: residents' medical insurance and pension, and accident insurance.

Paid to the fund or insurer, not to the person; a place draws the list on its cut-off day and grants it unasked.

Where each rule of the fact base lives:

- AS-60 `medical_premium_subsidy`: the share of the personal premium by standing, the largest that fits.
- AS-61 `pension_premium_subsidy`: a share of the lowest tier. AS-62 one source a person and year; `to_refund` is what a
  person who had paid before gets back or credited. AS-63 facts and parameters are those of the day the list is drawn.
- S048 `accident_insurance`: of working age and able to work, or to do simple work.

Not modelled:

- AS-62 which of two departments pays when both would: the second finds the first in the matching of lists.
- S048 what a claim comes to: the insurer's; what it paid is kept by `delivery/accidents.py`.
"""

from zhucan.policy.asking import LOCAL, once_a_year, severe, standing, working_age
from zhucan.policy.assistance.sources import ASSISTANCE_2014, PENSION_2014
from zhucan.policy.expressions import ZERO, Expr, Kind, any_of, choose, greatest, round_fen, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import CERTIFICATE, IDENTITY
from zhucan.policy.parameters import p
from zhucan.policy.schemes import Cadence, Gives, LifeEvent, Scheme, exclude, offered, require


def to_refund(paid_by_self: int, premium: int, subsidy: int) -> int:
    """Return what of their own payment a person gets back or credited once the subsidy is paid, in fen (AS-62)."""
    return max(paid_by_self + subsidy - premium, 0)


_medical_shares = (
    (f.hardship == "tekun", p.medical_premium_tekun),
    (f.hardship == "dibao", p.medical_premium_dibao),
    (f.hardship == "dibian", p.medical_premium_dibian),
    (severe, p.medical_premium_severe),
)
_int_mental_3_4 = f.grade_intellectual.isin(3, 4) | f.grade_mental.isin(3, 4)
_pension_shares = (
    (severe, p.pension_premium_severe),
    (_int_mental_3_4, p.pension_premium_int_mental_3_4),
)


def _covered(shares: tuple[tuple[Expr, Expr], ...]) -> Expr:
    return any_of(*(who & share.known() for who, share in shares))


def _largest(premium: Expr, shares: tuple[tuple[Expr, Expr], ...]) -> Expr:
    return greatest(*(choose((who & share.known(), round_fen(premium * share)), default=ZERO) for who, share in shares))


# With the standing or the grade unknown the share is too: it might be the larger one.
_medical_covered = choose(
    (f.hardship.unknown() | severe.unknown(), unknown_of(Kind.BOOL)), default=_covered(_medical_shares)
)

# Of a grown person without schooling on record nobody says that they might be a student.
_student = f.full_time_student.known() & f.full_time_student

_pension_covered = choose((severe.unknown(), unknown_of(Kind.BOOL)), default=_covered(_pension_shares))

medical_premium_subsidy = Scheme(
    id="medical-premium-subsidy",
    name="城乡居民医疗保险保费代缴",
    sources=(ASSISTANCE_2014,),
    conditions=(
        offered(p.medical_premium_offered),
        *standing(LOCAL),
        require("特困、低保、低保边缘或重度残疾", _medical_covered, source=str(ASSISTANCE_2014), cause="hardship_ended"),
        exclude("职工医疗保险", f.in_employee_medical, source=LOCAL, cause="other_benefit", said="参加职工医疗保险"),
        once_a_year(f.medical_premium_times, "医疗保险保费代缴", LOCAL),
    ),
    amount=_largest(p.medical_premium_personal, _medical_shares),
    cadence=Cadence.YEARLY,
    gives=Gives.RELIEF,
    automatic=True,
    systems=("S046",),
    summary="特困、低保、低保边缘和重残人员参加居民医保，个人保费由政府全部或部分代缴，不用申请。",
    events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.HARDSHIP),
    materials=(IDENTITY, CERTIFICATE),
    fund="医疗救助资金、本级财政",
)  # fmt: skip

pension_premium_subsidy = Scheme(
    id="pension-premium-subsidy",
    name="城乡居民养老保险保费代缴",
    sources=(PENSION_2014,),
    conditions=(
        offered(p.pension_premium_offered),
        *standing(str(PENSION_2014)),
        require(
            "重度残疾，或当地扩面的三四级智力精神残疾",
            _pension_covered,
            source=str(PENSION_2014),
            cause="grade_changed",
        ),
        require(
            "在当地规定的参保年龄内",
            (f.age >= p.pension_premium_age_from) & (f.age <= p.pension_premium_age_to),
            source=LOCAL,
            cause="conditions_ended",
        ),
        exclude("全日制在校", _student, source=LOCAL, cause="conditions_ended", said="是全日制在校生"),
        exclude("职工养老保险", f.in_employee_pension, source=LOCAL, cause="other_benefit", said="参加职工养老保险"),
        once_a_year(f.pension_premium_times, "养老保险保费代缴", LOCAL),
    ),
    amount=_largest(p.pension_premium_lowest_tier, _pension_shares),
    cadence=Cadence.YEARLY,
    gives=Gives.RELIEF,
    automatic=True,
    systems=("S043",),
    summary="重残人员参加城乡居民养老保险，最低档保费由政府全部或部分代缴，不用申请；本人已缴的退还或计入账户。",
    events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.GRADE_CHANGED),
    materials=(IDENTITY, CERTIFICATE),
    fund="本级财政",
)

accident_insurance = Scheme(
    id="accident-insurance",
    name="残疾人意外伤害保险",
    sources=(),
    conditions=(
        offered(p.accident_insurance_offered),
        *standing(LOCAL),
        require("在劳动年龄内", working_age, source=LOCAL, cause="conditions_ended"),
        require("有劳动能力或能做简单劳动", f.can_work, source=LOCAL, cause="conditions_ended"),
        once_a_year(f.accident_times, "意外保险保费代缴", LOCAL),
    ),
    amount=p.accident_insurance_premium,
    cadence=Cadence.YEARLY,
    gives=Gives.RELIEF,
    automatic=True,
    systems=("S048",),
    summary="残联每年为在劳动年龄内、能劳动的残疾人买一份意外保险，不用申请。",
    events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.STARTED_WORK),
    materials=(CERTIFICATE,),
    fund="残疾人就业保障金",
)
