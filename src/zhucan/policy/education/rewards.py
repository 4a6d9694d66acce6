"""入学奖励和自学奖励: once for a level: the year somebody is admitted, and a degree earned by self-study.

Source: local methods; 浙江省残疾人保障条例 art. 16 for self-study. Amounts: parameters/education.yaml. One scheme a level, so that
college and bachelor are each rewarded once (专升本 brings the second), and nothing twice.

- ED-14 self-study needs no full-time schooling. The entrance grant comes beside the yearly grant, with the same window.

Not modelled: the civil-affairs grants for orphans admitted: beside ours unless the place says otherwise.
"""

from zhucan.policy.asking import certified, here
from zhucan.policy.declared.education import DEGREES
from zhucan.policy.education.shared import FUND, LOCAL, PROTECTION, child_of_disabled, in_window
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, CERTIFICATE, HUKOU, KINSHIP, SCHOOL_PROOF
from zhucan.policy.parameters import p
from zhucan.policy.schemes import (
    Cadence,
    Group,
    LifeEvent,
    Overlap,
    Relation,
    Scheme,
    Source,
    offered,
    require,
)
from zhucan.policy.steps import PUBLIC

ZHEJIANG = Source("浙江省残疾人保障条例", "2010")
_BESIDE = Overlap(Relation.STACK, "可与扶残助学金、国家奖助学金同时享受", LOCAL)


def _entrance(level: str, word: str) -> Scheme:
    return Scheme(
        id=f"entrance-grant-{level}",
        name=f"考入{word}奖励",
        sources=(PROTECTION,),
        conditions=(
            offered(p.entrance_grant_offered),
            *here(LOCAL),
            require(
                "本人有有效残疾人证，或符合残疾人子女助学条件",
                f.certificate_valid | child_of_disabled,
                source=LOCAL,
                cause="not_eligible",
            ),
            require(f"今年考入{word}", f.admitted_to == level, source=LOCAL, cause="not_eligible"),
            in_window(),
            require(f"还没有领过{word}入学奖励", ~getattr(f, f"entrance_{level}_granted"), source=LOCAL, cause="other_benefit"),
        ),
        amount=getattr(p, f"entrance_grant_{level}"),
        overlaps=(_BESIDE,),
        cadence=Cadence.ONCE,
        group=Group.EDUCATION,
        systems=("S101",),
        summary=f"残疾学生或困难残疾人家庭的孩子考入{word}，当年奖励一次。",
        events=(LifeEvent.STARTED_SCHOOL,),
        materials=(SCHOOL_PROOF, CERTIFICATE, KINSHIP, HUKOU, ACCOUNT),
        flow=PUBLIC,
        fund=FUND,
    )  # fmt: skip


def _self_study(level: str, word: str) -> Scheme:
    return Scheme(
        id=f"self-study-{level}",
        name=f"自学考试{word}奖励",
        sources=(ZHEJIANG,),
        conditions=(
            offered(p.self_study_offered),
            *here(LOCAL),
            certified(LOCAL),
            require(f"通过自学考试取得{word}学历", f.self_study_degree == level, source=LOCAL, cause="not_eligible"),
            require(f"还没有领过自学考试{word}奖励", ~getattr(f, f"self_study_{level}_granted"), source=LOCAL, cause="other_benefit"),
        ),
        amount=getattr(p, f"self_study_{level}"),
        overlaps=(_BESIDE,),
        cadence=Cadence.ONCE,
        group=Group.EDUCATION,
        systems=("S101",),
        summary=f"残疾人通过自学考试拿到{word}文凭，奖励一次。",
        events=(LifeEvent.NEW_CERTIFICATE,),
        materials=(CERTIFICATE, HUKOU, ACCOUNT),
        fund=FUND,
    )  # fmt: skip


SCHEMES = (
    *(_entrance(level, word) for level, word in DEGREES.items()),
    *(_self_study(level, word) for level, word in DEGREES.items()),
)
