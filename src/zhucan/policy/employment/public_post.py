"""公益性岗位: months in a public-benefit post, whose wage and insurance the fund bears towards the employer.

Where each rule of the fact base lives:

- EM-30 `months` of a placement: at most 3 years, to the month of retirement for those near it at the first approval
  (LQ-17 in `retirement.py`); the special-hardship person may be placed again, not more often than `post_placements_most`.
- EM-31 nobody with a business, a staff relation elsewhere or a pension.
- EM-40, CA-13 shut out beside it: `shared.no_post` there, and a place in day care here.

Not modelled:

- EM-30 the wage itself, above the minimum: between employer and person; the fund's part is `amount` a month.
- EM-41, EM-65 money to employers for new hires: `employers`.
"""

from zhucan.policy.asking import LOCAL, severe, standing
from zhucan.policy.employment.shared import before_retirement, to_retirement
from zhucan.policy.employment.sources import EMPLOYMENT_2007, LEVY_FUND, PUBLIC_POSTS_2019
from zhucan.policy.expressions import choose
from zhucan.policy.facts import f
from zhucan.policy.materials import CERTIFICATE, IDENTITY
from zhucan.policy.parameters import p
from zhucan.policy.schemes import (
    Gives,
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
from zhucan.policy.steps import PUBLIC

_LAW = str(PUBLIC_POSTS_2019)
_MONTHS_A_YEAR = 12
_near_retirement = (f.post_placements == 0) & (to_retirement < p.post_near_retirement_years * _MONTHS_A_YEAR)
months = choose((_near_retirement, to_retirement + 1), default=p.post_max_months)
"""How many months a placement may run, the month of retirement being the last at the longest."""

_special_hardship = severe | (f.hardship == "dibao") | f.post_hardship

public_benefit_post = Scheme(
    id="public-benefit-post",
    name="公益性岗位安置",
    sources=(PUBLIC_POSTS_2019, EMPLOYMENT_2007),
    conditions=(
        offered(p.public_post_offered),
        *standing(_LAW),
        before_retirement(),
        require("未就业", f.jobless, source=_LAW, cause="conditions_ended"),
        exclude("办有经营实体", f.runs_business, source=_LAW, cause="conditions_ended", said="自己办有经营实体"),
        exclude("与其他单位有劳动关系", f.staffed_elsewhere, source=_LAW, cause="conditions_ended"),
        exclude("按月领取养老金", f.draws_pension, source=_LAW, cause="conditions_ended"),
        exclude("在日间照料机构", f.in_day_care, source=LOCAL, cause="other_benefit", said="在残疾人之家等日间照料机构"),
        require(
            "首次安置，或特殊困难人员再次安置且未满规定次数",
            (f.post_placements == 0) | ((f.post_placements < p.post_placements_most) & _special_hardship),
            source=_LAW,
            cause="other_benefit",
        ),
    ),
    amount=p.min_wage_monthly,
    overlaps=(Overlap(Relation.DISREGARD, "在岗期间不享受灵活就业社保补贴和创业补助", LOCAL),),
    gives=Gives.SERVICE,
    group=Group.EMPLOYMENT,
    unit="个月",
    quantity=months,
    systems=("S075", "S053"),
    summary="找不到工作的残疾人，可以安排到公益性岗位，一般最长三年，快退休的可以干到退休。",
    events=(LifeEvent.LOST_JOB, LifeEvent.NEW_CERTIFICATE),
    materials=(IDENTITY, CERTIFICATE, Material("unemployment_record", "失业登记", known_by=("jobless",))),
    flow=PUBLIC,
    fund=f"就业补助资金、{LEVY_FUND}",
)  # fmt: skip
