"""生活物资发放: everyday goods handed out in rounds, such as lamps or a winter quilt.

S040: one issue a person and round; a round lasts `household_goods_months`, so that a second issue within it is refused.
What is handed out, from which stock and to whom, is kept by `delivery`.

Not modelled:

- Which goods suit whom: chosen when they are handed out.
"""

from zhucan.policy.asking import LOCAL, PROTECTION_LAW, standing
from zhucan.policy.expressions import choose, months_between
from zhucan.policy.facts import f
from zhucan.policy.materials import CERTIFICATE
from zhucan.policy.parameters import p
from zhucan.policy.schemes import Cadence, Gives, LifeEvent, Scheme, offered, require

household_goods = Scheme(
    id="household-goods",
    name="生活物资发放",
    sources=(PROTECTION_LAW,),
    conditions=(
        offered(p.household_goods_offered),
        *standing(LOCAL),
        require(
            "本轮还没有领过",
            choose(
                (f.household_goods_last.unknown(), True),
                default=months_between(f.household_goods_last, f.judged_on) >= p.household_goods_months,
            ),
            source=LOCAL,
            cause="other_benefit",
        ),
    ),
    amount=p.household_goods_value,
    cadence=Cadence.EVENT,
    gives=Gives.GOODS,
    unit="份",
    systems=("S040",),
    summary="残联分批发放的生活用品，每人每批一份。",
    events=(LifeEvent.HARDSHIP,),
    materials=(CERTIFICATE,),
    fund="残联专项、社会捐赠",
)
