"""困难残疾人生活补贴: living allowance for disabled persons in hardship.

Source: 国发〔2015〕52号 and the later opinions in `shared.py`. Amounts: parameters/two-subsidies.yaml.

Where each rule of the fact base lives:

- TS-01 hukou, certificate: `shared.standing`; the application is the award (`cases/awards.py`). TS-06 follows: hukou is
  asked, not where somebody stays.
- TS-02, TS-04 the hardship condition, with `ls_covers_dibian`, `ls_income_multiple`, `ls_own_income_counts`.
- TS-10, TS-12, TS-17, TS-19 the declared overlaps. TS-11 choose-higher against living-type benefits.
- TS-13 to TS-16, TS-20, TS-21, TS-22 exclusions here and in `shared.barred`; TS-14's difference that a child is due is
  `unattended_child.py`.
- TS-30, TS-31, TS-33 parameters by place and date: a flat `ls_monthly`, or `ls_rate_of_dibao`. TS-35 `ls_rounding`.
- TS-36, TS-37 the timings of the facts. TS-40 to TS-47 awards, lapse and look-back (`cases/awards.py`, `payments/decide.py`).
- TS-53 recoveries with their cause, TS-54 months made up when a fact is corrected (`payments`).

Not modelled:

- TS-03, TS-05, TS-18, TS-32, TS-48 belong to the nursing subsidy.
- TS-31 living allowance by grade or self-care tier: no county served so far pays so.
- TS-41 stop in the month of the data match, TS-43 `same_month`, TS-46 another payer of the month of the move: the
  parameters refuse these values, since no source says how such a place treats the months between.
- TS-49 grace after a disaster: a locality's decision, entered by correcting the certificate's last usable day.
- TS-50, TS-51, TS-52 monthly matching with other agencies, reviews and reminders: tasks of people, not of the amount.
- TS-53 the fine of 1 to 3 times for fraud, TS-54 the deadline of a re-check: procedures outside the monthly run.
"""

from zhucan.policy.expressions import Kind, choose, greatest, round_fen, round_yuan, unknown_of
from zhucan.policy.facts import f
from zhucan.policy.parameters import p
from zhucan.policy.schemes import LifeEvent, Overlap, Relation, Scheme, exclude, require
from zhucan.policy.steps import PUBLIC
from zhucan.policy.subsidies.shared import FUND, LAW_2015, LINK_2016, MATERIALS, PRECISE_2022, SOURCES, barred, standing

_limit = p.dibao_monthly * p.ls_income_multiple
_working_age = (f.age >= p.working_age_from) & (f.age < p.working_age_until)
_own = p.ls_own_income_counts & _working_age & (f.own_income <= _limit)

# The finding of the household's standing decides first; then its income; a finding of "none" without an income is a no;
# knowing neither is not a no.
_hardship = choose(
    (f.hardship == "dibao", True),
    ((f.hardship == "dibian") & p.ls_covers_dibian, True),
    (_own, True),
    (f.income_per_head.known(), f.income_per_head <= _limit),
    (f.hardship.known(), False),
    default=unknown_of(Kind.BOOL),
)
_share = p.dibao_monthly * p.ls_rate_of_dibao

living_allowance = Scheme(
    id="living-allowance",
    name="困难残疾人生活补贴",
    sources=SOURCES,
    conditions=(
        *standing(),
        require("低保、低保边缘或收入在标准以内的困难家庭", _hardship, source=str(LAW_2015), cause="hardship_ended"),
        *barred(),
        exclude("领取孤儿基本生活费", f.gets_orphan, source=str(LINK_2016), cause="other_benefit"),
        exclude(
            "全额领取事实无人抚养儿童基本生活补贴",
            f.gets_unattended_child,
            source="民发〔2019〕62号、民发〔2020〕125号",
            cause="other_benefit",
        ),
        exclude(
            "财政供养人员",
            f.public_payroll & p.public_payroll_bars_ls,
            source="当地规定",
            cause="other_benefit",
            said="是财政供养人员",
        ),
    ),
    amount=choose(
        (p.ls_monthly.known(), p.ls_monthly),
        (p.ls_rounding == "yuan_half_up", round_yuan(_share)),
        default=round_fen(_share),
    ),
    overlaps=(
        Overlap(
            Relation.CHOOSE_HIGHER,
            "与养老、因公致残、离休等生活类待遇择高",
            str(LAW_2015),
            rival=greatest(f.old_age_living_amount, f.work_disability_living_amount, f.retired_cadre_living_amount),
            rival_first=f.rival_living_first,
        ),
        Overlap(Relation.STACK, "可与重度残疾人护理补贴同时享受", str(LAW_2015)),
        Overlap(Relation.STACK, "可与养老服务补贴、高龄津贴同时享受", str(PRECISE_2022)),
        Overlap(Relation.STACK, "可与残疾儿童康复救助同时享受", "当地规定"),
        Overlap(Relation.DISREGARD, "不计入低保家庭收入", str(LAW_2015)),
    ),
    systems=("S023", "S024", "S026", "S027"),
    summary="低保、低保边缘等困难家庭的残疾人，每月发生活补贴。",
    events=(LifeEvent.NEW_CERTIFICATE, LifeEvent.HARDSHIP, LifeEvent.CHILD_DIAGNOSED, LifeEvent.MOVED_HERE),
    materials=MATERIALS,
    flow=PUBLIC,
    fund=FUND,
    automatic=True,
)
