"""Long work behind a page: it goes on when the page is closed, and the page tells how far it is.

A task answers `{"done": words, "link": address}` or, when a service refuses, `{"refused": its sentence}`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.orgs.clock import now
from zhucan.orgs.divisions import division
from zhucan.orgs.models import User
from zhucan.payments import services
from zhucan.payments.models import Run
from zhucan.policy.catalogue import SCHEMES

_LONG_AGO = timedelta(days=7)


def _answer(act: Callable[[], dict[str, str]]) -> dict[str, str]:
    try:
        return act()
    except ZhucanError as error:
        return {"refused": str(error)}


@task()
def calculate(*, month: str, place: str, by: int) -> dict[str, str]:
    """Calculate a month for all administered schemes."""

    def act() -> dict[str, str]:
        at, user, where = now(), User.objects.get(pk=by), division(place)
        schemes = [scheme.id for scheme in SCHEMES if scheme.administered]
        wanted = Month.parse(month)
        run = services.calculate(month=wanted, division=where, schemes=schemes, known_at=at, at=at, by=user)
        if run is None:
            return {"refused": f"没有变化：{where.name}{wanted.label}已经发放，没有要补发或追回的。"}
        return {"done": f"{where.name}{wanted.label}已计算", "link": reverse("office:runs-run", args=[run.pk])}

    return _answer(act)


@task()
def approve(*, run: int, place: str, by: int) -> dict[str, str]:
    """Approve and book a run."""

    def act() -> dict[str, str]:
        found = services.approve(run=Run.objects.get(pk=run), at=now(), by=User.objects.get(pk=by))
        month = Month.from_index(found.month).label
        return {"done": f"{found.division.name}{month}已批准", "link": reverse("office:runs-run", args=[found.pk])}

    return _answer(act)


_WORDS = {calculate.module_path: "计算", approve.module_path: "审批入账"}


@dataclass(frozen=True)
class Work:
    """One piece of long work as a page shows it."""

    id: str
    what: str
    place: str
    asked_at: datetime
    waiting: bool
    running: bool
    seconds: int
    usual: int | None
    done: str
    link: str
    refused: str

    @property
    def over(self) -> bool:
        """Whether it has come to an end, good or bad."""
        return bool(self.done or self.refused)

    @property
    def said(self) -> str:
        """How far it is, in one sentence."""
        if self.done:
            return f"{self.done}。"
        if self.refused:
            return self.refused
        if self.waiting:
            return "已经排上队，马上开始。"
        usual = f"，上一次用了 {self.usual} 秒" if self.usual else ""
        return f"正在{self.what}，已用 {self.seconds} 秒{usual}。"


def _seen(row: DBTaskResult[Any, Any], at: datetime) -> Work:
    answer = row.return_value or {}
    failed = row.status == "FAILED"
    ended = row.finished_at or at
    return Work(
        id=str(row.id),
        what=_WORDS.get(row.task_path, "办理"),
        place=row.args_kwargs["kwargs"].get("place", ""),
        asked_at=row.enqueued_at,
        waiting=row.status == "READY",
        running=row.status == "RUNNING",
        seconds=int((ended - row.started_at).total_seconds()) if row.started_at else 0,
        usual=_usual(row) if not (failed or answer) else None,
        done=answer.get("done", ""),
        link=answer.get("link", ""),
        refused="系统出错，没有办成，什么都没有改动：请再试一次；还不行请告诉管理员。"
        if failed
        else answer.get("refused", ""),
    )


def _usual(row: DBTaskResult[Any, Any]) -> int | None:
    """Return how many seconds the same work took the last time it was done."""
    before = DBTaskResult.objects.filter(task_path=row.task_path, status="SUCCESSFUL").order_by("-finished_at").first()
    if before is None or before.started_at is None or before.finished_at is None:
        return None
    return max(1, int((before.finished_at - before.started_at).total_seconds()))


def found(work_id: str, at: datetime) -> Work | None:
    """Return one piece of work."""
    row = DBTaskResult.objects.filter(pk=work_id).first()
    return None if row is None else _seen(row, at)


def lately(places: Callable[[str], bool], at: datetime) -> list[Work]:
    """Return what is waiting, running or refused of late in places that may be seen, newest first."""
    rows = DBTaskResult.objects.filter(enqueued_at__gte=at - _LONG_AGO).order_by("-enqueued_at")[:20]
    works = [_seen(row, at) for row in rows if places(row.args_kwargs["kwargs"].get("place", ""))]
    running = [one for one in works if not one.over]
    return running + [one for one in works[:3] if one.refused]


def start(what: Any, **words: Any) -> str:
    """Put work into the queue and return its key."""
    return str(what.enqueue(**words).id)
