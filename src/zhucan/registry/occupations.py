"""Work and school as they go on: a job begins and ends, a pupil is promoted and graduates. Each is a spell with both clocks."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhucan.core.calendar import add_years
from zhucan.core.errors import ZhucanError
from zhucan.registry import spells
from zhucan.registry.choices import Channel, Outcome, WorkForm
from zhucan.registry.models import Job, Person, Schooling
from zhucan.registry.services import in_life
from zhucan.registry.spells import NoSuchSpell, Witness

WORKING_AGE = 16
"""The youngest age at which anybody may be employed (劳动法 art. 15)."""


class JobRefused(ZhucanError, ValueError):
    """A job that cannot be like this; nothing was changed."""


class SchoolingRefused(ZhucanError, ValueError):
    """A time at school that cannot end like this; nothing was changed."""


def set_job(*, person: Person, day: date, said: Mapping[str, Any], witness: Witness) -> Job:
    """Record what the person works as from a day on; it ends what they did before (columns of `Job` by name).

    Raises `JobRefused`, `NotInLife`.
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
    return spells.begin(Job, person, day, witness, **said)


def end_job(*, person: Person, day: date, reason: str, witness: Witness) -> Job:
    """Record the day from which the person no longer does what they did, and why. Raises `NoSuchSpell`, `JobRefused`."""
    in_life(person, day, witness)
    if not reason.strip():
        raise JobRefused("没有写结束原因：请写明，例如停业、合同到期、离职。")
    found: Job = _held(Job, person, day)
    return spells.correct(found, witness, valid_to=day, ended=reason.strip()[:40])


def end_schooling(*, person: Person, day: date, outcome: str, witness: Witness) -> Schooling:
    """Record the day from which the person no longer goes to that school, and how it ended.

    Raises `NoSuchSpell`, `SchoolingRefused`.
    """
    in_life(person, day, witness)
    if outcome not in Outcome.values:
        raise SchoolingRefused(f"没有这种结果“{outcome}”：应为{'、'.join(Outcome.labels)}之一。")
    found: Schooling = _held(Schooling, person, day)
    return spells.correct(found, witness, valid_to=day, outcome=outcome)


def _held(model: type[Any], person: Person, day: date) -> Any:
    """Return the row that holds on the eve of a day, and that nothing ended on or before it."""
    rows = model.objects.filter(person=person, valid_from__lt=day).as_known().order_by("-valid_from")
    found = rows.first()
    if found is None or (found.valid_to is not None and found.valid_to <= day):
        raise NoSuchSpell(f"{day} 没有可以结束的{model._meta.verbose_name}记录：请核对日期和人员。")
    return found
