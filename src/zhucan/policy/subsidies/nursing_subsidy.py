"""重度残疾人护理补贴: nursing subsidy for severely disabled persons.

Source: 国发〔2015〕52号 and the later opinions in `shared.py`. Amounts: parameters/two-subsidies.yaml.

Where each rule of the fact base lives:

- TS-01 hukou, certificate: `shared.standing`; the application is the award (`cases/awards.py`). TS-06 follows: hukou is
  asked, not where somebody stays.
- TS-03, TS-05 the tier, by kind and grade of every component, the best first; `ns_covers_grades_3_4` widens it.
- TS-10, TS-12, TS-17, TS-19 the declared overlaps; TS-12 is `elder_service_subsidy_vs_ns`. TS-11 choose-higher against
  nursing-type benefits. TS-13, TS-14 leave this subsidy alone: nothing here asks for them.
- TS-15, TS-16, TS-20, TS-22 exclusions in `shared.py`. TS-18 `ltci_vs_ns`.
- TS-30, TS-31, TS-33 parameters by place and date. TS-32, TS-48 `institution_factor` and the timing of `in_institution`.
- TS-36, TS-37 the timings of the facts. TS-40 to TS-47 awards, lapse and look-back (`cases/awards.py`, `payments/decide.py`).
- TS-53 recoveries with their cause, TS-54 months made up when a fact is corrected (`payments`).

Not modelled:

- TS-02, TS-04, TS-21, TS-35 belong to the living allowance.
- TS-03 the need of long-term care as an assessment of its own: the places described sort by kind and grade.
- TS-12 the form in which only the extra for the disabled elderly competes: that extra is not told apart in the data.
- TS-32 the fixed extra for the top tier in an institution: no county served so far pays it.
- TS-41 stop in the month of the data match, TS-43 `same_month`, TS-46 another payer of the month of the move: the
  parameters refuse these values, since no source says how such a place treats the months between.
- TS-49 grace after a disaster: a locality's decision, entered by correcting the certificate's last usable day.
- TS-50, TS-51, TS-52 monthly matching with other agencies, reviews and reminders: tasks of people, not of the amount.
- TS-53 the fine of 1 to 3 times for fraud, TS-54 the deadline of a re-check: procedures outside the monthly run.
"""

from zhucan.policy.expressions import ZERO, Expr, Kind, any_of, choose, greatest, round_fen, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.parameters import p
from zhucan.policy.schemes import LifeEvent, Overlap, Relation, Scheme, exclude, require
from zhucan.policy.steps import PUBLIC
from zhucan.policy.subsidies.shared import FUND, LAW_2015, MATERIALS, PRECISE_2022, SOURCES, barred, standing

_widened = p.ns_covers_grades_3_4 & (f.grade_mental.isin(3, 4) | f.grade_intellectual.isin(3, 4))


def _when(applies: Expr, amount: Expr) -> Expr:
    return choose((applies, amount), default=ZERO)


# Below the best tier an unknown grade leaves the tier unknown: it might be the better one.
_some_grade_unknown = any_of(
    *(
        grade.unknown()
        for grade in (
            f.grade_visual,
            f.grade_hearing,
            f.grade_speech,
            f.grade_physical,
            f.grade_intellectual,
            f.grade_mental,
        )
    )
)
tier = choose(
    ((f.grade_physical == 1) | (f.grade_mental == 1) | (f.grade_intellectual == 1), "full"),
    (_some_grade_unknown, unknown_of(Kind.TEXT)),
    (
        (f.grade_visual == 1) | (f.grade_physical == 2) | (f.grade_mental == 2) | (f.grade_intellectual == 2),
        "basic",
    ),
    ((f.grade_visual == 2) | _widened, "partial"),
    (f.grade_hearing.isin(1, 2) | f.grade_speech.isin(1, 2), "other"),
    default="none",
)
_base = choose(
    (tier == "full", p.ns_monthly_full),
    (tier == "basic", p.ns_monthly_basic),
    (tier == "partial", p.ns_monthly_partial),
    (tier == "other", p.ns_monthly_other),
    default=ZERO,
)
_amount = choose((f.in_institution, round_fen(_base * p.institution_factor)), default=_base)

nursing_subsidy = Scheme(
    id="nursing-subsidy",
    name="重度残疾人护理补贴",
    sources=SOURCES,
    conditions=(
        *standing(),
        require("残疾类别和等级在护理补贴范围内", tier != "none", source=str(LAW_2015), cause="grade_changed"),
        require(
            "当地对该类别等级发放补贴",
            choose((tier.unknown(), unknown_of(Kind.BOOL)), (tier == "none", True), default=_base > ZERO),
            source="当地标准",
            cause="grade_changed",
            given="残疾类别和等级在护理补贴范围内",
        ),
        *barred(),
        exclude(
            "领取养老服务补贴",
            f.gets_elder_service & (p.elder_service_subsidy_vs_ns == "exclude_ns"),
            source="当地规定",
            cause="other_benefit",
        ),
        exclude(
            "享受长期护理保险待遇",
            f.gets_ltci & (p.ltci_vs_ns == "exclude_ns"),
            source="当地规定",
            cause="other_benefit",
        ),
    ),
    amount=_amount,
    overlaps=(
        Overlap(
            Relation.CHOOSE_HIGHER,
            "与老年人护理补贴等护理类待遇择高",
            str(PRECISE_2022),
            rival=greatest(
                f.old_age_nursing_amount,
                f.retired_cadre_nursing_amount,
                _when(p.ltci_vs_ns == "choose_higher", f.ltci_amount),
                _when(p.elder_service_subsidy_vs_ns == "choose_higher", f.elder_service_amount),
            ),
            rival_first=f.rival_nursing_first,
        ),
        Overlap(Relation.STACK, "可与困难残疾人生活补贴同时享受", str(LAW_2015)),
        Overlap(Relation.STACK, "可与养老服务补贴、高龄津贴同时享受（当地另有规定的除外）", str(PRECISE_2022)),
        Overlap(Relation.STACK, "可与残疾儿童康复救助同时享受", "当地规定"),
        Overlap(Relation.DISREGARD, "不计入低保家庭收入", str(LAW_2015)),
    ),
    systems=("S023", "S025", "S026", "S027"),
    summary="残疾程度重、需要长期照护的，每月发护理补贴。",
    events=(
        LifeEvent.NEW_CERTIFICATE,
        LifeEvent.GRADE_CHANGED,
        LifeEvent.CHILD_DIAGNOSED,
        LifeEvent.MOVED_HERE,
        LifeEvent.NEEDS_CARE,
    ),
    materials=MATERIALS,
    flow=PUBLIC,
    fund=FUND,
    automatic=True,
)
