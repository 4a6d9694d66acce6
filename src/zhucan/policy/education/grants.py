"""扶残助学金: yearly grants of disabled students and of the children of disabled parents, by school stage.

Source: 残疾人保障法 art. 21; local methods. Amounts: parameters/education.yaml.

Where each rule of the fact base lives:

- ED-11 the overlaps: beside state grants and charity. ED-12 the group `student-grant`: one of the two, the larger.
- ED-13, ED-14 `shared.studying`; ED-15 `school_stage`, which an application may tell before the school does: the stage entered that September; the window and the school year there.
- ED-01 how somebody is schooled is no condition: a pupil taught at home keeps the school's registration and is paid.
- `edu_once_per_stage` for places that pay once when a stage is entered (Zhangping 2009) instead of yearly (Jiangsu 2010).

Not modelled:

- ED-02 to ED-05, ED-16 schooling itself, disputes, exam accommodation: no money of a person. ED-10 `waivers.py`.
- The certificate as of 1 September where the application comes later: it is judged on the day of application.
- A grant of a student who died after 1 September goes to the heirs: the payee account says to whom.
"""

from zhucan.policy.asking import certified, here
from zhucan.policy.education.shared import (
    EDUCATION_2017,
    FUND,
    LOCAL,
    PROTECTION,
    by_stage,
    child_of_disabled,
    in_window,
    once_a_school_year,
    studying,
)
from zhucan.policy.expressions import ZERO, Expr, Kind, choose, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.materials import ACCOUNT, CERTIFICATE, HARDSHIP, HUKOU, KINSHIP, SCHOOL_PROOF
from zhucan.policy.parameters import p
from zhucan.policy.schemes import (
    Cadence,
    Condition,
    Group,
    LifeEvent,
    Material,
    Overlap,
    Relation,
    Scheme,
    offered,
    require,
)
from zhucan.policy.steps import PUBLIC

_OVERLAPS = (
    Overlap(Relation.STACK, "可与国家助学金、奖学金、助学贷款同时享受", LOCAL),
    Overlap(Relation.STACK, "可与慈善助学、雨露计划同时享受", LOCAL),
)


def _grant(
    scheme_id: str, name: str, who: Condition, amount: Expr, papers: tuple[Material, ...], summary: str
) -> Scheme:
    # A stage whose standard the place has not set is no refusal: the amount then says that the standard lacks.
    funded = choose((f.school_stage.unknown(), unknown_of(Kind.BOOL)), (amount.unknown(), True), default=amount > ZERO)
    return Scheme(
        id=scheme_id,
        name=name,
        sources=(PROTECTION, EDUCATION_2017),
        conditions=(
            offered(p.edu_grant_offered),
            *here(LOCAL),
            who,
            require("就读学段在资助范围内", funded, source=LOCAL, cause="not_eligible"),
            *studying(),
            require(
                "升入新学段的第一年（按学段一次发放的地方）",
                ~p.edu_once_per_stage | f.first_year,
                source=LOCAL,
                cause="not_eligible",
            ),
            in_window(),
            once_a_school_year(f.student_grant_last),
        ),
        amount=amount,
        overlaps=_OVERLAPS,
        cadence=Cadence.YEARLY,
        group=Group.EDUCATION,
        systems=("S099",),
        summary=summary,
        unit="元",
        events=(LifeEvent.STARTED_SCHOOL, LifeEvent.NEW_CERTIFICATE),
        materials=papers,
        flow=PUBLIC,
        fund=FUND,
        exclusive="student-grant",
    )


disabled_student_grant = _grant(
    "disabled-student-grant",
    "残疾学生扶残助学金",
    certified(str(PROTECTION)),
    by_stage("disabled_student"),
    (CERTIFICATE, SCHOOL_PROOF, HUKOU, ACCOUNT),
    "残疾学生从学前到研究生，每学年按学段领一次助学金。",
)
child_of_disabled_grant = _grant(
    "child-of-disabled-grant",
    "残疾人子女助学金",
    require("父母一方残疾一、二级，或父母有残疾且家庭困难", child_of_disabled, source=LOCAL, cause="not_eligible"),
    by_stage("child_of_disabled"),
    (KINSHIP, CERTIFICATE, SCHOOL_PROOF, HUKOU, HARDSHIP, ACCOUNT),
    "重度残疾人或困难残疾人家庭的孩子上学，每学年按学段领一次助学金。",
)
SCHEMES = (disabled_student_grant, child_of_disabled_grant)
