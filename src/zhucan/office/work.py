"""Long work behind a page: it goes on when the page is closed, and the page tells how far it is.

A task answers `{"done": words, "link": address}` or, when a service refuses, `{"refused": its sentence}`.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from zhucan.cases import informing
from zhucan.cases.finding import look
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import division
from zhucan.orgs.models import User
from zhucan.orgs.standards import set_standard
from zhucan.payments import services
from zhucan.payments.effects import effects_of
from zhucan.payments.models import Run
from zhucan.payments.simulation import simulate
from zhucan.policy.catalogue import GRANTED, MONTHLY
from zhucan.registry.crosschecks.comparing import record
from zhucan.registry.crosschecks.importing import import_list
from zhucan.registry.crosschecks.settling import witness_of
from zhucan.registry.models import Doubt
from zhucan.registry.registers.importing import import_register
from zhucan.registry.rosters.importing import import_people

_LONG_AGO = timedelta(days=7)


def _answer(act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return act()
    except ZhucanError as error:
        return {"refused": str(error)}


@task()
def calculate(*, month: str, place: str, by: int, granted: bool = False) -> dict[str, str]:
    """Calculate a month for all schemes of the monthly runs, or for those granted case by case."""

    def act() -> dict[str, str]:
        at, user, where = now(), User.objects.get(pk=by), division(place)
        schemes = [scheme.id for scheme in (GRANTED if granted else MONTHLY)]
        wanted = Month.parse(month)
        run = services.calculate(month=wanted, division=where, schemes=schemes, known_at=at, at=at, by=user)
        if run is None and granted:
            return {"refused": f"{where.name}没有已批准而还没有发的款项，也没有要追回的。"}
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


@task()
def try_standard(*, name: str, place: str, valid_from: str, value: str, document: str, by: int) -> dict[str, Any]:
    """Try a new standard out on everybody in a place; nothing is kept."""

    def act() -> dict[str, Any]:
        at = now()
        told = simulate(
            place=place,
            change=lambda: set_standard(
                name=name, place=place, valid_from=date.fromisoformat(valid_from), value=value, document=document, at=at,
                by=None,
            ),
            at=at,
        )  # fmt: skip
        return {"done": "试算好了，什么都没有保存", "result": {**asdict(told), "month": told.month.label}}

    return _answer(act)


@task()
def take_in(
    *, file: str, shown: str, place: str, as_of: str, allow_rename: bool, keep: bool, by: int, register: str = ""
) -> dict[str, Any]:
    """Look through an uploaded roster, or take it in; what comes back is written beside it."""

    def act() -> dict[str, Any]:
        uploads = Path(settings.ZHUCAN_HOME) / "uploads"
        path, out = uploads / file, uploads / f"{Path(file).stem}-{'kept' if keep else 'looked'}.xlsx"
        out.unlink(missing_ok=True)
        with transaction.atomic():
            common: dict[str, Any] = {
                "path": path, "at": now(), "by": User.objects.get(pk=by), "division": place, "out": out,
                "as_of": date.fromisoformat(as_of) if as_of else None,
            }  # fmt: skip
            told = (
                import_register(register=register, **common)
                if register
                else import_people(allow_rename=allow_rename, **common)
            )
            transaction.set_rollback(not keep)
        if keep:
            path.unlink(missing_ok=True)
        result = {
            "shown": shown,
            "unit": told.unit,
            "new": told.new,
            "corrected": told.corrected,
            "unchanged": told.unchanged,
            "rejected": len(told.rejected),
            "warned": len(told.warned),
            "ignored": told.ignored[:20],
            "marked": out.name if out.exists() else "",
            "rows": [[row.number, "；".join(remark.sentence for remark in row.faults)] for row in told.rejected[:50]],
        }
        return {"done": "已导入" if keep else "检查好了，什么都没有改动", "result": result}

    return _answer(act)


@task()
def find_people(*, place: str, by: int) -> dict[str, Any]:
    """Look at everybody of a place against every scheme, as of today, and keep what was found."""

    def act() -> dict[str, Any]:
        at, user, where = now(), User.objects.get(pk=by), division(place)
        informing.keep(look(division=where, on=today(), known_at=at), by=user)
        return {"done": f"{where.name}找过了", "link": reverse("office:finding")}

    return _answer(act)


@task()
def take_list(
    *, file: str, shown: str, list: str, source: str, as_of: str, whole: bool, place: str, by: int
) -> dict[str, Any]:
    """Hold an uploaded list of another department against the registry; what came back is written beside it."""

    def act() -> dict[str, Any]:
        uploads = Path(settings.ZHUCAN_HOME) / "uploads"
        path, out = uploads / file, uploads / f"{Path(file).stem}-listed.xlsx"
        out.unlink(missing_ok=True)
        told = import_list(
            kind=list, path=path, at=now(), by=User.objects.get(pk=by), division=place, source=source, whole=whole,
            as_of=date.fromisoformat(as_of) if as_of else None, out=out,
        )  # fmt: skip
        path.unlink(missing_ok=True)
        counts = told.counts()
        return {
            "done": "比对好了",
            "result": {
                "shown": shown, "list": told.kind.label, "counts": counts, "ignored": told.ignored[:20],
                "exact": told.exact, "off_list": told.off_list, "marked": out.name if out.exists() else "",
                "rows": [[row.number, "；".join(one.sentence for one in (*row.faults, *row.doubts))]
                         for row in (*told.rejected, *told.unknown)[:50]],
            },
        }  # fmt: skip

    return _answer(act)


@task()
def weigh_doubts(*, doubts: list[int], place: str, by: int) -> dict[str, Any]:
    """Tell what believing each of some doubts would do to the money, and which cannot be recorded; nothing is kept."""

    def act() -> dict[str, Any]:
        at = now()
        fens: dict[str, int] = {}
        refused: dict[str, str] = {}
        for one in Doubt.objects.filter(pk__in=doubts).select_related("person"):
            witness = witness_of(one, at, None)
            try:
                fens[str(one.pk)] = effects_of(
                    person=one.person, change=partial(record, one, witness), at=at
                ).difference_fen
            except ZhucanError as error:
                refused[str(one.pk)] = str(error)
        return {"done": "算好了，什么都没有改动", "result": {"fen": fens, "refused": refused}}

    return _answer(act)


_WORDS = {
    take_list.module_path: "比对名单",
    weigh_doubts.module_path: "试算疑点",
    find_people.module_path: "政策找人",
    take_in.module_path: "检查花名册",
    calculate.module_path: "计算",
    approve.module_path: "审批入账",
    try_standard.module_path: "试算",
}


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
    asked: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)

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
        asked=row.args_kwargs["kwargs"],
        result=answer.get("result", {}),
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
    """Return the runs waiting, under way or refused of late in places that may be seen, newest first."""
    rows = DBTaskResult.objects.filter(
        enqueued_at__gte=at - _LONG_AGO, task_path__in=(calculate.module_path, approve.module_path)
    ).order_by("-enqueued_at")[:20]
    works = [_seen(row, at) for row in rows if places(row.args_kwargs["kwargs"].get("place", ""))]
    running = [one for one in works if not one.over]
    return running + [one for one in works[:3] if one.refused]


def asked_by_script(request: HttpRequest) -> bool:
    """Tell whether the page's script asks how far it is, and not a reader."""
    accepted = request.headers.get("Accept", "")
    return "json" in accepted and "html" not in accepted


def start(what: Any, **words: Any) -> str:
    """Put work into the queue and return its key."""
    return str(what.enqueue(**words).id)
