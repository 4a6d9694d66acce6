"""残疾人创业一次性补助: a grant once in a life for a first business of one's own.

Where each rule of the fact base lives:

- EM-01 first registration as legal representative or operator, hukou, working age, running for the required months.
- EM-02 once in a life (`startup_had`, and `business_first`: a failed first try was the first); of a grant of the HR bureau
  for the same thing the federation pays the difference, or nothing where the place lets the higher stand alone.
- EM-71 `recoverable`. EM-22, EM-65 are grants to bases and employers, not to a person.

Not modelled:

- EM-01 grants of a second and third year by money invested: no county served so far pays so.
- EM-64 work costs set off in dibao income: in civil affairs' figure. The visits at 6 and 12 months are tasks of people.
"""

from zhucan.policy.asking import LOCAL, months_since, standing
from zhucan.policy.employment.shared import before_retirement, no_post
from zhucan.policy.employment.sources import LEVY_FUND, SELF_EMPLOYED_2018
from zhucan.policy.expressions import ZERO, choose, full_months_between, greatest
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, CERTIFICATE, IDENTITY
from zhucan.policy.parameters import p
from zhucan.policy.python import round_half_up
from zhucan.policy.schemes import Cadence, Group, LifeEvent, Material, Overlap, Relation, Scheme, offered, require
from zhucan.policy.steps import PUBLIC

_LAW = str(SELF_EMPLOYED_2018)
_graduate = choose(
    (f.graduated_on.unknown(), False),
    default=full_months_between(f.graduated_on, f.judged_on) <= p.startup_graduate_months,
)
_grant = choose((_graduate, p.startup_grant_graduate), default=p.startup_grant)
_from_hr = f.hr_startup_grant


def recoverable(grant_fen: int, months_run: int, months_required: int) -> int:
    """Return what is claimed back of a grant, in fen, when the business closed after so many full months (EM-71).

    >>> recoverable(500000, 7, 12)
    208333
    """
    return round_half_up(grant_fen * max(months_required - months_run, 0), months_required)


startup_grant = Scheme(
    id="startup-grant",
    name="残疾人创业一次性补助",
    sources=(SELF_EMPLOYED_2018,),
    conditions=(
        offered(p.startup_grant_offered),
        *standing(LOCAL),
        before_retirement(),
        require("首次创办经营实体", f.business_first, source=_LAW, cause="conditions_ended"),
        require("本人是法定代表人或经营者", f.business_operator, source=_LAW, cause="conditions_ended"),
        require(
            "登记注册后经营已满规定月数",
            months_since(f.business_registered_on, p.startup_min_months),
            source=LOCAL,
            cause="conditions_ended",
        ),
        require("经查访正在正常经营", f.business_running, source=_LAW, cause="conditions_ended"),
        require("没有享受过一次性创业补助", ~f.startup_had, source=LOCAL, cause="other_benefit"),
        no_post(),
        require(
            "人社部门同类补贴低于本补助",
            choose((_from_hr == ZERO, True), default=p.startup_tops_up & (_from_hr < _grant)),
            source=LOCAL,
            cause="other_benefit",
        ),
    ),
    amount=greatest(_grant - _from_hr, ZERO),
    overlaps=(Overlap(Relation.STACK, "可与创业贷款贴息同时享受", LOCAL),),
    cadence=Cadence.ONCE,
    group=Group.EMPLOYMENT,
    systems=("S062", "S055", "S058"),
    summary="残疾人第一次自己办执照、开店、办厂，经营满规定月数后，可以领一笔一次性补助。",
    events=(LifeEvent.STARTED_BUSINESS,),
    materials=(
        IDENTITY,
        CERTIFICATE,
        Material("business_licence", "营业执照等登记证件", valid_months=12),
        Material("business_records", "经营场地、纳税或社保记录"),
        ACCOUNT,
    ),
    flow=PUBLIC,
    fund=LEVY_FUND,
)
