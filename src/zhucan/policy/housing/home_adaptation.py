"""困难重度残疾人家庭无障碍改造: ramps, doors, toilets, signals: works in the home of a severely disabled person.

Where each rule of the fact base lives:

- HO-10 severe and of a hard-up household, the house fit for works; lower-limb grades 3 and 4 where a place widens it, and
  households that are not hard up at the place's share. HO-11 the plan by household is drawn in the survey step.
- HO-12 the household cap; HO-13 once in some years unless the disability changed, one project with a higher cap where
  several severely disabled persons live. HO-14 the WORKS flow. HO-15 the owner's consent.
- S118 a project's three parts are three of its works; its households are this scheme's.

Not modelled:

- HO-10 who comes first (several disabled, the old caring for them): the order of a list, not a right.
- HO-12 averages over a county instead of a cap: a budget's target.
- Adaptation for the aged of the same rooms: taken off the cost that the survey accepts.
"""

from zhucan.policy.asking import LOCAL, hard_up, severe, standing, years_since
from zhucan.policy.expressions import Kind, choose, least, round_fen, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.housing.sources import BARRIER_FREE_2023, PLAN_2021
from zhucan.policy.materials import CERTIFICATE, HARDSHIP
from zhucan.policy.parameters import p
from zhucan.policy.schemes import (
    Cadence,
    Gives,
    Group,
    LifeEvent,
    Material,
    Overlap,
    Relation,
    Scheme,
    offered,
    require,
)
from zhucan.policy.steps import WORKS

_LAW = str(PLAN_2021)
_SEVERAL = 2
_widened = p.home_adaptation_lower_limb_3_4 & f.lower_limb & f.grade_physical.isin(3, 4)
_cap = choose(
    (
        f.severe_at_home >= _SEVERAL,
        p.home_adaptation_cap + round_fen(p.home_adaptation_cap * p.home_adaptation_second_factor),
    ),
    (f.severe_at_home.known(), p.home_adaptation_cap),
    default=unknown_of(Kind.MONEY),
)
_borne = least(f.works_cost, _cap)

home_adaptation = Scheme(
    id="home-adaptation",
    name="困难重度残疾人家庭无障碍改造",
    sources=(BARRIER_FREE_2023, PLAN_2021),
    conditions=(
        offered(p.home_adaptation_offered),
        *standing(_LAW),
        require("残疾等级为一级或二级，或当地扩面的下肢残疾", severe | _widened, source=_LAW, cause="grade_changed"),
        require(
            "困难家庭，或当地对其他家庭也给予补助",
            # the share depends on it, so not knowing it is not a yes
            choose(
                (hard_up.unknown(), unknown_of(Kind.BOOL)), default=hard_up | p.home_adaptation_share_others.known()
            ),
            source=_LAW,
            cause="hardship_ended",
        ),
        require("住房适合施工", f.house_fit_for_works, source=_LAW, cause="conditions_ended"),
        require("房屋所有人同意改造", f.works_consent, source=str(BARRIER_FREE_2023), cause="conditions_ended"),
        require(
            "多年内没有改造过，或上次改造后残疾有变化",
            years_since(f.home_adapted_on, p.home_adaptation_repeat_years) | f.disability_changed,
            source=LOCAL,
            cause="other_benefit",
        ),
    ),
    amount=choose(
        (hard_up, round_fen(_borne * p.home_adaptation_share_hard_up)),
        default=round_fen(_borne * p.home_adaptation_share_others),
    ),
    overlaps=(Overlap(Relation.STACK, "可与辅助器具补贴同时享受，同一件不重复", LOCAL),),
    cadence=Cadence.EVENT,
    gives=Gives.SERVICE,
    beneficiary="household",
    group=Group.BARRIER_FREE,
    unit="户",
    systems=("S175", "S118"),
    summary="家里有重残人的困难家庭，免费或按比例补助做坡道、扶手、卫生间、厨房、门铃等无障碍改造。",
    events=(LifeEvent.UNSAFE_HOME, LifeEvent.NEW_CERTIFICATE, LifeEvent.GRADE_CHANGED),
    materials=(
        CERTIFICATE,
        HARDSHIP,
        Material("owner_consent", "房屋所有人同意书"),
        Material("adaptation_plan", "改造方案（本人签字）"),
        Material("photo_before", "改造前照片"),
        Material("photo_after", "改造后照片"),
        Material("acceptance_sheet", "验收单"),
    ),
    flow=WORKS,
    fund="残疾人事业补助资金、残疾人就业保障金",
)
