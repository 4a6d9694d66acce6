"""Work and school as they go on: jobs begin and end, a pupil is promoted and graduates. Each is a spell with both clocks."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from zhucan.core.calendar import add_years
from zhucan.core.errors import ZhucanError
from zhucan.registry import spells
from zhucan.registry.choices import ALONE, EMPLOYERS, Channel, Outcome, WorkForm
from zhucan.registry.models import Job, Person, Schooling
from zhucan.registry.services import in_life
from zhucan.registry.spells import NoSuchSpell, Witness

WORKING_AGE = 16
"""The youngest age at which anybody may be employed (劳动法 art. 15)."""


class JobRefused(ZhucanError, ValueError):
    """A job that cannot be like this; nothing was changed."""


class SchoolingRefused(ZhucanError, ValueError):
    """A time at school that cannot end like this; nothing was changed."""


@transaction.atomic
def set_job(*, person: Person, day: date, said: Mapping[str, Any], witness: Witness) -> Job:
    """Record what the person works as from a day on (columns of `Job` by name).

    It ends the main job before it; with `main` False it stands beside the others, and ends only what was said of the same
    work. What stood beside becomes the main job by being recorded as that. Raises `JobRefused`, `NotInLife`.
    """
    in_life(person, day, witness)
    kind = said["kind"]
    if kind not in WorkForm.values:
        raise JobRefused(f"没有就业形式“{kind}”：应为{'、'.join(WorkForm.labels)}之一。")
    if day < add_years(person.born, WORKING_AGE):
        raise JobRefused(f"{day} 时本人未满 {WORKING_AGE} 周岁，不能登记就业：请核对人员和日期。")
    form = WorkForm(kind)
    if form is WorkForm.SELF_EMPLOYED and not said.get("workplace"):
        raise JobRefused("个体就业要写字号（店名、厂名）：请补填。")
    if form is WorkForm.FARMING and not (said.get("product") and said.get("scale")):
        raise JobRefused("种养殖业要写项目和规模：请补填，例如项目“山羊”、规模“40 只”。")
    if channel := said.get("channel"):
        if channel not in Channel.values:
            raise JobRefused(f"没有线上渠道“{channel}”：应为{'、'.join(Channel.labels)}之一。")
        if not said.get("product"):
            raise JobRefused("线上经营要写产品：请补填。")
        if form not in (WorkForm.SELF_EMPLOYED, WorkForm.ONLINE):
            raise JobRefused("线上渠道只有个体就业和网络就业才写：请核对就业形式。")
    inspected = said.get("inspected_on")
    if inspected is not None and inspected > day:
        raise JobRefused(f"现场核验日期 {inspected} 晚于起算日期 {day}：请从核验那天起登记。")
    if (said.get("income_fen") or 0) < 0:
        raise JobRefused("月收入不能为负：请核对。")
    same = {"kind": kind, "workplace": said.get("workplace", "")}
    main = said.get("main", True)
    beside = [job for job in Job.objects.filter(person=person).as_known().on(day) if not (main and job.main)]
    own = [job for job in beside if (job.kind, job.workplace) == (same["kind"], same["workplace"])]
    for job in beside:
        if job not in own:
            _beside(form, job)
    if not main:
        if any(job.main for job in own):
            raise JobRefused(f"{job_words(own[0])}已经登记为主要工作：不用再登记为兼职。")
        return spells.begin(Job, person, day, witness, match={"main": False, **same}, **said)
    for job in own:
        if job.valid_from == day:
            spells.retract(job, witness)
        else:
            spells.correct(job, witness, valid_to=day)
    return spells.begin(Job, person, day, witness, match={"main": True}, **{**said, "main": True})


def job_words(job: Job) -> str:
    """Return what a job is, as people read it."""
    return "，".join(part for part in (job.get_kind_display(), job.workplace, job.product) if part)


def side_by_side(one: Job, other: Job) -> bool:
    """Tell whether somebody may have two jobs at once."""
    forms = (one.kind, other.kind)
    same = forms[0] == forms[1] and one.workplace == other.workplace
    return not (same or any(form in ALONE for form in forms) or all(form in EMPLOYERS for form in forms))


def _beside(form: WorkForm, other: Job) -> None:
    """Let a form pass that somebody may work in beside another. Raises `JobRefused`."""
    there = WorkForm(other.kind)
    if form in ALONE or there in ALONE:
        alone = form if form in ALONE else there
        raise JobRefused(
            f"{alone.label}不能与别的工作同时登记，这时还有{job_words(other) if form in ALONE else form.label}：请先登记一份的结束。"
        )
    if form in EMPLOYERS and there in EMPLOYERS:
        raise JobRefused(
            f"这时已在{job_words(other)}：同一时间只能在一个单位算职工，非全日制的请登记为{WorkForm.FLEXIBLE.label}。"
        )


@transaction.atomic
def end_job(
    *, person: Person, day: date, reason: str, witness: Witness, kind: str = "", workplace: str = ""
) -> Job:  # fmt: skip
    """Record the day from which the person no longer does a job, and why; of several say which by form or workplace.

    Raises `NoSuchSpell`, `JobRefused`.
    """
    in_life(person, day, witness)
    if not reason.strip():
        raise JobRefused("没有写结束原因：请写明，例如停业、合同到期、离职。")
    held = [
        job for job in Job.objects.filter(person=person, valid_from__lt=day).as_known().order_by("-main", "valid_from")
        if (job.valid_to is None or job.valid_to > day) and (not kind or job.kind == kind)
        and (not workplace or job.workplace == workplace)
    ]  # fmt: skip
    if not held:
        raise NoSuchSpell(f"{day} 没有可以结束的就业记录：请核对日期、人员和是哪一份工作。")
    if len(held) > 1:
        raise JobRefused(f"同时有几份工作：{'；'.join(map(job_words, held))}。请写明结束哪一份。")
    found: Job = held[0]
    return spells.correct(found, witness, valid_to=day, ended=reason.strip()[:40])


def end_schooling(*, person: Person, day: date, outcome: str, witness: Witness) -> Schooling:
    """Record the day from which the person no longer goes to that school, and how it ended.

    Raises `NoSuchSpell`, `SchoolingRefused`.
    """
    in_life(person, day, witness)
    if outcome not in Outcome.values:
        raise SchoolingRefused(f"没有这种结果“{outcome}”：应为{'、'.join(Outcome.labels)}之一。")
    rows = Schooling.objects.filter(person=person, valid_from__lt=day).as_known().order_by("-valid_from")
    found: Schooling | None = rows.first()
    if found is None or (found.valid_to is not None and found.valid_to <= day):
        raise NoSuchSpell(f"{day} 没有可以结束的就学记录：请核对日期和人员。")
    return spells.correct(found, witness, valid_to=day, outcome=outcome)
