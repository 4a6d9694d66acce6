"""低保, and who is near it: the family's right, the near-poor, and families crushed by what they must spend.

Decided and paid by civil affairs; here so that somebody who has the right is found and helped to apply.

Where each rule of the fact base lives:

- AS-01, AS-01a `dibao` and `near_poor_status`: both strictly below their limits.
- AS-02 the income asked for is civil affairs' own figure, the two subsidies left out of it. AS-08 `first_paid_month`.
- 刚性支出困难家庭 (2024) `rigid_spending_status`; the 12 months of its validity are those of the finding.

Not modelled:

- AS-07 the steps inside civil affairs, AS-09, AS-10 gradual exit and checks: another body's procedure.
- AS-11 refusing work: a decision of a person about a person. AS-12 work income disregarded: in civil affairs' figure.
"""

from datetime import date

from zhucan.core.months import Month
from zhucan.policy.asking import either
from zhucan.policy.assistance.sources import ASSISTANCE_2014, DIBAO_2021, LAYERED_2023, RIGID_2024
from zhucan.policy.expressions import ZERO, greatest
from zhucan.policy.facts import f
from zhucan.policy.materials import HARDSHIP, IDENTITY
from zhucan.policy.parameters import p
from zhucan.policy.schemes import Cadence, Condition, Gives, LifeEvent, Overlap, Relation, Scheme, exclude, require

_MONTHS_A_YEAR = 12
_below_dibao = either(
    (f.family_income.known() & f.family_size.known(), f.family_income < f.family_size * p.dibao_monthly),
    (f.income_per_head.known(), f.income_per_head < p.dibao_monthly),
)
# whole yuan of a limit times heads stay exact: the multiple is applied to the standard of one head
_below_near_poor = either(
    (
        f.family_income.known() & f.family_size.known(),
        f.family_income < f.family_size * p.dibao_monthly * p.low_income_multiple,
    ),
    (f.income_per_head.known(), f.income_per_head < p.dibao_monthly * p.low_income_multiple),
)


def _alive() -> Condition:
    return require("本人在世", f.alive, source=str(ASSISTANCE_2014), cause="died")


def _property(source: str) -> Condition:
    return require("家庭财产在规定范围内", f.property_within_limits, source=source, cause="hardship_ended")


def first_paid_month(confirmed_on: date) -> Month:
    """Return the first month that dibao is paid for: the one after it was confirmed (AS-08)."""
    return Month.of(confirmed_on).next


dibao = Scheme(
    id="dibao",
    name="最低生活保障（家庭）",
    sources=(ASSISTANCE_2014, DIBAO_2021),
    conditions=(
        _alive(),
        require("家庭人均收入低于低保标准", _below_dibao, source=str(DIBAO_2021), cause="hardship_ended"),
        _property(str(DIBAO_2021)),
        exclude("特困人员救助供养", f.in_tekun, source=str(ASSISTANCE_2014), cause="other_benefit", said="享受特困人员救助供养"),
    ),
    amount=greatest(f.family_size * p.dibao_monthly - f.family_income, ZERO),
    overlaps=(Overlap(Relation.DISREGARD, "残疾人两项补贴不计入家庭收入", str(DIBAO_2021)),),
    beneficiary="household",
    administered=False,
    systems=("S028", "S031"),
    summary="家里人均收入低于低保标准的，由民政按月补到标准；残联帮助申请。",
    events=(LifeEvent.HARDSHIP, LifeEvent.LOST_JOB),
    materials=(IDENTITY, HARDSHIP),
    fund="民政低保资金",
)  # fmt: skip

near_poor_status = Scheme(
    id="near-poor-status",
    name="低保边缘家庭认定",
    sources=(DIBAO_2021, LAYERED_2023),
    conditions=(
        _alive(),
        require("家庭人均收入低于低保边缘标准", _below_near_poor, source=str(DIBAO_2021), cause="hardship_ended"),
        require("家庭人均收入不低于低保标准", ~_below_dibao, source=str(DIBAO_2021), cause="other_benefit"),
        _property(str(DIBAO_2021)),
    ),
    amount=ZERO,
    gives=Gives.RELIEF,
    beneficiary="household",
    administered=False,
    systems=("S031",),
    summary="收入略高于低保标准的家庭，认定后可享受多项救助；由民政认定，残联帮助申请。",
    events=(LifeEvent.HARDSHIP,),
    materials=(IDENTITY,),
)  # fmt: skip

rigid_spending_status = Scheme(
    id="rigid-spending-status",
    name="刚性支出困难家庭认定",
    sources=(LAYERED_2023, RIGID_2024),
    conditions=(
        _alive(),
        require(
            "家庭人均年收入低于当地上年度居民人均可支配收入",
            f.family_income * _MONTHS_A_YEAR < f.family_size * p.disposable_income_year,
            source=str(RIGID_2024),
            cause="hardship_ended",
        ),
        require(
            "刚性支出占家庭收入的比例超过当地规定",
            f.rigid_spending > f.family_income * _MONTHS_A_YEAR * p.rigid_spending_share,
            source=str(RIGID_2024),
            cause="hardship_ended",
        ),
        _property(str(RIGID_2024)),
        exclude(
            "低保、特困或低保边缘",
            f.hardship.isin("dibao", "dibian", "tekun"),
            source=str(RIGID_2024),
            cause="other_benefit",
            said="认定为低保、特困或低保边缘",
        ),
    ),
    amount=ZERO,
    cadence=Cadence.YEARLY,
    gives=Gives.RELIEF,
    beneficiary="household",
    administered=False,
    systems=("S031",),
    summary="看病、上学、康复等必须的支出压得过重的家庭，认定后一年内可享受救助；由民政认定，残联帮助申请。",
    events=(LifeEvent.ILLNESS, LifeEvent.HARDSHIP),
    materials=(IDENTITY, HARDSHIP),
)
