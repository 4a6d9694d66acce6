"""Devices after they are granted: measured, fitted, tried, accepted, repaired and visited, and when the next one is due."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from zhucan.cases import awards
from zhucan.cases.models import Award
from zhucan.core.calendar import add_years
from zhucan.core.errors import ZhucanError
from zhucan.delivery.models import Fitting, MoveKind
from zhucan.orgs import audit
from zhucan.orgs.divisions import parameter_rows
from zhucan.orgs.models import User
from zhucan.policy.catalogue import scheme as scheme_of
from zhucan.policy.devices.catalogue import DEVICES, Device
from zhucan.policy.parameters import resolve
from zhucan.registry.entering import Guard
from zhucan.registry.findings import set_finding
from zhucan.registry.models import Finding
from zhucan.registry.spells import Witness, retract

DEVICE_OF: Mapping[str, Device] = {device.scheme: device for device in DEVICES}
_Kind = Fitting.Kind
_AFTER = (_Kind.REPAIR, _Kind.VISIT)
"""What can only be done to a device that the person has."""


class FittingRefused(ZhucanError):
    """It cannot be entered like this; nothing was changed."""


_guard = Guard(FittingRefused)


@transaction.atomic
def record(
    *, award: Award, kind: str, day: date, worker: str, at: datetime, by: User | None, works: bool | None = None, note: str = ""
) -> Fitting:  # fmt: skip
    """Enter one thing done about a device that was granted; an acceptance becomes the finding that the rule waits for.

    With it begin the years of use: where the place says how many, they set the award's end. Raises `FittingRefused`.
    """
    found = Award.objects.select_for_update(of=("self",)).select_related("person").get(pk=award.pk)
    device = DEVICE_OF.get(found.scheme)
    if device is None:
        raise FittingRefused(f"{scheme_of(found.scheme).name}不是辅助器具，没有适配验收：请核对。")
    if kind not in _Kind.values:
        raise FittingRefused(f"没有事项“{kind}”：可以写 {'、'.join(_Kind.values)}。")
    if found.revoked_at is not None:
        raise FittingRefused("这项批准已经撤销，不能再登记：请核对。")
    _guard.day(day, at)
    if day < found.approved_on:
        raise FittingRefused(f"日期 {day} 早于批准日期 {found.approved_on}：请核对。")
    _guard.alive(found.person, day)
    if not worker.strip():
        raise FittingRefused("没有写办理人：请写是谁做的。")
    _in_order(found, kind, day, works)
    made = Fitting.objects.create(
        award=found, kind=kind, day=day, worker=worker.strip(), works=works if kind == _Kind.VISIT else None,
        note=note.strip(), at=at, by=by,
    )  # fmt: skip
    if kind == _Kind.ACCEPT:
        _accepted(found, device, day, at, by)
    audit.record(actor=by, action="delivery.fitting", target=f"award:{found.pk}", at=at, kind=kind, day=str(day))
    return made


def _in_order(award: Award, kind: str, day: date, works: bool | None) -> None:
    """Let pass what fits what was done and handed out before."""
    done = Fitting.objects.filter(award=award, retracted_at=None)
    issued = award.moves.filter(kind=MoveKind.ISSUE).order_by("-day").first()
    accepted = done.filter(kind=_Kind.ACCEPT).first()
    if kind == _Kind.ACCEPT and accepted is not None:
        raise FittingRefused(f"这件已于 {accepted.day} 验收合格：不用重复登记。")
    if kind == _Kind.ACCEPT and issued is not None and day < issued.day:
        raise FittingRefused(f"验收日期 {day} 早于发放日期 {issued.day}：请核对。")
    if kind in _AFTER:
        first = min((one.day for one in (issued, accepted) if one is not None), default=None)
        if first is None or day < first:
            raise FittingRefused(f"{_Kind(kind).label}要在发放或验收之后：请先登记发放或验收，或核对日期。")
    if kind == _Kind.VISIT and works is None:
        raise FittingRefused("回访要写明能不能正常使用：请选择。")


def _accepted(award: Award, device: Device, day: date, at: datetime, by: User | None) -> None:
    set_finding(
        person=award.person, day=day, kind=f"accepted_{device.function}", said="",
        witness=Witness(at, by, _source(award)),
    )  # fmt: skip
    years = resolve(parameter_rows(at), award.division_id, day, at)[f"device_{device.code}_years"]
    if years:
        awards.lasts_until(award=award, day=add_years(day, years), at=at, by=by)


def _end_by_issue(award: Award) -> date | None:
    """Return the end of the useful life by the day it was handed out, None where that tells none."""
    issued = award.moves.filter(kind=MoveKind.ISSUE).select_related("item").order_by("-day").first()
    years = issued.item.years_of_use if issued is not None else None
    return add_years(issued.day, years) if issued is not None and years else None


def _source(award: Award) -> str:
    return f"验收 批准 {award.pk}"


@transaction.atomic
def take_back(*, fitting: Fitting, reason: str, at: datetime, by: User | None) -> Fitting:
    """Take back an entry made by mistake; the finding of an acceptance goes with it. Raises `FittingRefused`."""
    found = Fitting.objects.select_for_update(of=("self",)).select_related("award__person").get(pk=fitting.pk)
    why = _guard.take_back(found, reason, at, what="这条记录")
    if found.kind == _Kind.ACCEPT:
        device = DEVICE_OF[found.award.scheme]
        told = Finding.objects.filter(
            person=found.award.person, kind=f"accepted_{device.function}", valid_from=found.day, retracted_at=None,
            source=_source(found.award),
        )  # fmt: skip
        for one in told:
            retract(one, Witness(at, by, _source(found.award)))
        awards.lasts_until(award=found.award, day=_end_by_issue(found.award), at=at, by=by)
    audit.record(actor=by, action="delivery.fitting-retracted", target=f"award:{found.award_id}", at=at, reason=why)
    return found
