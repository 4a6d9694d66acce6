"""What is said of single lines before a run is approved: which were looked at, and which are held back.

A line held back is not booked with its run. Its award keeps the bookmark it had, so that the next run decides the
month again, from whatever is known by then, and offers it as arrears.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from zhucan.core.months import Month
from zhucan.orgs import audit
from zhucan.orgs.models import User
from zhucan.payments.models import Line, LineKind, Remark, Run, RunStatus
from zhucan.payments.services import OPEN, RunRefused

_LONGEST = 200
_MONEY = (LineKind.REGULAR, LineKind.ARREARS, LineKind.RECOVERY)


def _open(run: Run, *, by: User | None) -> Run:
    found = Run.objects.select_for_update().filter(pk=run.pk).first()
    if found is None or found.status not in OPEN:
        raise RunRefused(f"{Month.from_index(run.month).label}的发放已批准或已作废，不能再改：请刷新页面看现在的情况。")
    return found


def _said(text: str) -> str:
    if len(text) > _LONGEST:
        raise RunRefused(f"说明超过 {_LONGEST} 个字：请写短一些。")
    return text.strip()


@transaction.atomic
def look_at(*, run: Run, lines: Iterable[int], text: str, at: datetime, by: User | None) -> int:
    """Note that lines were looked at; return how many were not before. Raises `RunRefused`."""
    locked, said = _open(run, by=by), _said(text)
    wanted = list(locked.lines.filter(pk__in=list(lines), remark=None).values_list("pk", flat=True))
    Remark.objects.bulk_create([Remark(line_id=pk, kind=Remark.Kind.SEEN, text=said, at=at, by=by) for pk in wanted])
    if wanted:
        audit.record(
            actor=by, action="payments.looked-at", target=f"run:{run.pk}", at=at, lines=sorted(wanted), text=said
        )
    return len(wanted)


@transaction.atomic
def hold(*, line: Line, text: str, at: datetime, by: User) -> Remark:
    """Hold a line back from its run, with the reason. Raises `RunRefused`."""
    run, said = _open(line.run, by=by), _said(text)
    if run.calculated_by_id == by.pk:
        raise RunRefused("计算和审批不能是同一个人：请由另一位审批人处理。")
    if line.kind not in _MONEY:
        raise RunRefused("这一行没有要发或要追回的钱，不用暂停：疑点会在下个月再判断。")
    if not said:
        raise RunRefused("没有写原因：请写明为什么暂不发放，经办人才知道要核实什么。")
    remark, _ = Remark.objects.update_or_create(
        line=line, defaults={"kind": Remark.Kind.HELD, "text": said, "at": at, "by": by}
    )
    audit.record(
        actor=by, action="payments.held", target=f"run:{run.pk}", at=at, line=line.pk, person=line.person_id, text=said
    )
    return remark


@transaction.atomic
def release(*, line: Line, at: datetime, by: User) -> None:
    """Let a line held back go with its run after all. Raises `RunRefused`."""
    run = _open(line.run, by=by)
    if not Remark.objects.filter(line=line, kind=Remark.Kind.HELD).delete()[0]:
        raise RunRefused("这一行没有暂停发放：请刷新页面看现在的情况。")
    audit.record(actor=by, action="payments.released", target=f"run:{run.pk}", at=at, line=line.pk)


def held(run: Run) -> QuerySet[Line]:
    """Return the lines of a run that are held back."""
    return run.lines.filter(remark__kind=Remark.Kind.HELD)


def unseen_doubts(run: Run) -> int:
    """Return how many doubts of a run nobody has looked at."""
    if run.status != RunStatus.CALCULATED:
        return 0
    return run.lines.filter(kind=LineKind.DOUBT, remark=None).count()
