"""Local standards and choices: the parameters that a place sets by its own documents."""

from datetime import date, datetime

from django.db import transaction

from zhucan.core.calendar import add_years
from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit
from zhucan.orgs.clock import day_of
from zhucan.orgs.divisions import division
from zhucan.orgs.models import LocalParameter, User
from zhucan.policy.parameters import parameter, value_of

_FIRST_DAY = date(1990, 1, 1)
_YEARS_AHEAD = 10
_LONGEST_VALUE, _LONGEST_DOCUMENT = 60, 200


class StandardRefused(ZhucanError, ValueError):
    """A standard that cannot be set or taken back; nothing was changed."""


@transaction.atomic
def set_standard(
    *, name: str, place: str, valid_from: date, value: str, document: str, at: datetime, by: User | None
) -> LocalParameter:
    """Record the value of a parameter in a place from a day on; a row that began on the same day is retracted.

    The months it touches are decided again by the next run. Raises `BadParameter`, `UnknownDivision` or
    `StandardRefused`.
    """
    declared = parameter(name)
    where = division(place)
    value_of(declared.id, value)
    if len(value) > _LONGEST_VALUE:
        raise StandardRefused(f"“{declared.label}”的值写得太长（超过 {_LONGEST_VALUE} 个字符）：请去掉多余的零。")
    if not document.strip():
        raise StandardRefused("没有写依据的文件：请用文件名或文号说明标准从哪里来。")
    if len(document) > _LONGEST_DOCUMENT:
        raise StandardRefused(f"依据超过 {_LONGEST_DOCUMENT} 个字：请只写文件名和文号。")
    last = add_years(day_of(at), _YEARS_AHEAD)
    if not _FIRST_DAY <= valid_from <= last:
        raise StandardRefused(f"标准不能从 {valid_from} 起：应在 {_FIRST_DAY} 至 {last}（十年内）之间，请核对日期。")
    live = LocalParameter.objects.filter(
        parameter=declared.id, division=where, valid_from=valid_from, retracted_at=None
    ).first()
    if live is not None:
        if (live.value, live.document) == (value, document):
            return live
        LocalParameter.objects.filter(pk=live.pk).update(retracted_at=at)
    row = LocalParameter.objects.create(
        parameter=declared.id,
        division=where,
        valid_from=valid_from,
        value=value,
        document=document,
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(
        actor=by,
        action="orgs.standard",
        target=f"{declared.id}:{where.code}",
        at=at,
        valid_from=valid_from.isoformat(),
        value=value,
        document=document,
    )
    return row


@transaction.atomic
def retract_standard(*, name: str, place: str, valid_from: date, at: datetime, by: User | None) -> LocalParameter:
    """Take back a row entered by mistake; what was in force before holds again. Raises `StandardRefused`."""
    declared = parameter(name)
    where = division(place)
    row = LocalParameter.objects.filter(
        parameter=declared.id, division=where, valid_from=valid_from, retracted_at=None
    ).first()
    if row is None:
        raise StandardRefused(
            f"{where.name}没有自 {valid_from} 起的“{declared.label}”：请用 zhucan standard list 查看。"
        )
    LocalParameter.objects.filter(pk=row.pk).update(retracted_at=at)
    audit.record(
        actor=by,
        action="orgs.standard-retracted",
        target=f"{declared.id}:{where.code}",
        at=at,
        valid_from=valid_from.isoformat(),
    )
    return row
