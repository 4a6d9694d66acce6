"""特困人员救助供养: who has nobody and nothing, and how far they can care for themselves.

Decided and paid by civil affairs; here so that somebody who has the right is found and helped to apply.

Where each rule of the fact base lives:

- AS-20 `unable_to_work`: by age, or by kind and grade. AS-21 `care_tier`: by how many of six things somebody cannot do.
- AS-22 the basic living standard; it shuts out the two subsidies there (`subsidies/shared.py`). S033: old and new
  standards of a place are its parameter rows by date.
- AS-23 the conditions again, whenever a fact changes.

Not modelled:

- AS-22 the care standard by tier: paid to carers by contract, never to the person; the tier is here.
- AS-22 a minor's orphan allowance that may go on to 18: another body's choice between two of its own benefits.
"""

from zhucan.policy.assistance.sources import ASSISTANCE_2014, TEKUN_2021
from zhucan.policy.expressions import choose, round_fen
from zhucan.policy.facts import f
from zhucan.policy.materials import IDENTITY
from zhucan.policy.parameters import p
from zhucan.policy.schemes import LifeEvent, Overlap, Relation, Scheme, require

_OLD, _CHILD = 60, 16  # the ages and grades are the regulation's list, not an amount that places set
_PARTLY, _WHOLLY = 1, 4  # things of six that somebody cannot do

unable_to_work = (
    (f.age >= _OLD)
    | (f.age < _CHILD)
    | f.grade_intellectual.isin(1, 2, 3)
    | f.grade_mental.isin(1, 2, 3)
    | f.grade_physical.isin(1, 2)
    | (f.grade_visual == 1)
)
care_tier = choose((f.self_care_lost >= _WHOLLY, "wholly"), (f.self_care_lost >= _PARTLY, "partly"), default="self")
"""How far somebody can care for themselves: self, partly or wholly lost. Ask it only where `self_care_lost` is known."""

tekun_basic = Scheme(
    id="tekun-basic",
    name="特困人员基本生活供养",
    sources=(ASSISTANCE_2014, TEKUN_2021),
    conditions=(
        require("本人在世", f.alive, source=str(TEKUN_2021), cause="died"),
        require("无劳动能力（年龄或残疾类别等级）", unable_to_work, source=str(TEKUN_2021), cause="grade_changed"),
        require("无生活来源", f.no_income_source, source=str(TEKUN_2021), cause="hardship_ended"),
        require("没有赡养、抚养、扶养人，或其没有能力", f.no_supporter, source=str(TEKUN_2021), cause="hardship_ended"),
    ),
    amount=round_fen(p.dibao_monthly * p.tekun_basic_multiple),
    overlaps=(Overlap(Relation.DISREGARD, "享受后不再领取残疾人两项补贴和低保", str(ASSISTANCE_2014)),),
    administered=False,
    systems=("S031", "S033"),
    summary="没有劳动能力、没有生活来源、没有人赡养的人，由民政供养；残联帮助申请。",
    events=(LifeEvent.HARDSHIP, LifeEvent.TURNED_60),
    materials=(IDENTITY,),
    fund="民政特困供养资金",
)
