"""The windows of a service hall: appointments by slot, arrivals up to a limit of people present, and how long they waited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from statistics import median

from django.db import transaction

from zhucan.cases.models import Window, WindowVisit
from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit
from zhucan.orgs.clock import SHANGHAI, day_of
from zhucan.orgs.models import Division, User
from zhucan.registry.models import Person


class WindowRefused(ZhucanError):
    """It cannot be entered like this; nothing was changed."""


@transaction.atomic
def open_window(
    *, division: Division, name: str, matters: str, slot_minutes: int, per_slot: int, most_present: int, at: datetime,
    by: User | None,
) -> Window:  # fmt: skip
    """Enter a window. Raises `WindowRefused`."""
    words = name.strip()
    if not words or not matters.strip():
        raise WindowRefused("窗口名称和办理事项都要写：请补上。")
    if not 5 <= slot_minutes <= 240 or per_slot < 1 or most_present < 1:
        raise WindowRefused("时段应为 5 至 240 分钟，人数至少为 1：请核对。")
    if Window.objects.filter(division=division, name=words).exists():
        raise WindowRefused(f"{division.name}已有窗口“{words}”：不用重复登记。")
    made = Window.objects.create(
        division=division, name=words, matters=matters.strip(), slot_minutes=slot_minutes, per_slot=per_slot,
        most_present=most_present, recorded_at=at, by=by,
    )  # fmt: skip
    audit.record(actor=by, action="cases.window", target=f"window:{made.pk}", at=at, name=words)
    return made


def _visitor(visitor: str, matter: str) -> tuple[str, str]:
    if not visitor.strip() or not matter.strip():
        raise WindowRefused("来访人和办什么事都要写：请补上。")
    return visitor.strip()[:40], matter.strip()[:80]


@transaction.atomic
def book(
    *, window: Window, visitor: str, matter: str, day: date, slot: time, at: datetime, by: User | None,
    person: Person | None = None,
) -> WindowVisit:  # fmt: skip
    """Give an appointment in a slot that is still to come and has room. Raises `WindowRefused`."""
    name, about = _visitor(visitor, matter)
    found = Window.objects.select_for_update(of=("self",)).get(pk=window.pk)
    if datetime.combine(day, slot, SHANGHAI) <= at:
        raise WindowRefused(f"{day} {slot:%H:%M} 已经过去：请预约以后的时段。")
    if (slot.hour * 60 + slot.minute) % found.slot_minutes or slot.second:
        raise WindowRefused(f"{found}每 {found.slot_minutes} 分钟一个时段，没有 {slot:%H:%M}：请另选。")
    taken = found.visits.filter(day=day, slot=slot, cancelled_at=None).count()
    if taken >= found.per_slot:
        raise WindowRefused(f"{day} {slot:%H:%M} 已约满 {taken} 人：请另选时段。")
    made = WindowVisit.objects.create(
        window=found, person=person, visitor=name, matter=about, day=day, slot=slot, recorded_at=at, by=by
    )
    audit.record(actor=by, action="cases.window-booked", target=f"window:{found.pk}", at=at, day=str(day))
    return made


@transaction.atomic
def come(
    *, window: Window, visitor: str, matter: str, at: datetime, by: User | None, person: Person | None = None
) -> WindowVisit:
    """Enter somebody who comes without an appointment, while there is room. Raises `WindowRefused`."""
    name, about = _visitor(visitor, matter)
    found = Window.objects.select_for_update(of=("self",)).get(pk=window.pk)
    _room(found, at)
    made = WindowVisit.objects.create(
        window=found, person=person, visitor=name, matter=about, day=day_of(at), arrived_at=at,
        recorded_at=at, by=by,
    )  # fmt: skip
    audit.record(actor=by, action="cases.window-arrived", target=f"window:{found.pk}", at=at)
    return made


def present(window: Window, day: date) -> int:
    """Return how many are at a window on a day: those who arrived and have not left."""
    return window.visits.filter(day=day, arrived_at__isnull=False, left_at=None, cancelled_at=None).count()


def _room(window: Window, at: datetime) -> None:
    there = present(window, day_of(at))
    if there >= window.most_present:
        raise WindowRefused(f"{window}已有 {there} 人，达到上限 {window.most_present} 人：请先在外面等候。")


@transaction.atomic
def step(*, visit: WindowVisit, what: str, at: datetime, by: User | None) -> WindowVisit:
    """Say that somebody arrived, was called, left, or does not come: `arrive`, `call`, `leave`, `cancel`. Raises `WindowRefused`."""
    window = Window.objects.select_for_update(of=("self",)).get(pk=visit.window_id)
    found = WindowVisit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if what not in steps_of(found):
        raise WindowRefused("这位来访人现在不能办这一步：请刷新页面再看。")
    if found.day != day_of(at) and what != "cancel":
        raise WindowRefused(f"预约的是 {found.day}，不是今天：请核对。")
    if what == "arrive":
        _room(window, at)
    column = {"arrive": "arrived_at", "call": "called_at", "leave": "left_at", "cancel": "cancelled_at"}[what]
    setattr(found, column, at)
    found.save(update_fields=[column])
    audit.record(actor=by, action=f"cases.window-{_DEEDS[what]}", target=f"window:{window.pk}", at=at)
    return found


_DEEDS = {"arrive": "arrived", "call": "called", "leave": "left", "cancel": "cancelled"}


def steps_of(visit: WindowVisit) -> tuple[str, ...]:
    """Return what can be said next of somebody."""
    if visit.cancelled_at is not None or visit.left_at is not None:
        return ()
    if visit.called_at is not None:
        return ("leave",)
    return ("call", "cancel") if visit.arrived_at is not None else ("arrive", "cancel")


@dataclass(frozen=True)
class Load:
    """What a window did in a time. Waiting is minutes from arriving to being called; None where nobody was called."""

    window: Window
    came: int
    handled: int
    median: float | None
    longest: int | None


def loads(windows: Sequence[Window], first: date, after: date) -> list[Load]:
    """Return what each window did from a day up to but without another."""
    told = []
    for window in windows:
        came = list(window.visits.filter(day__gte=first, day__lt=after, arrived_at__isnull=False))
        waits = [
            int((one.called_at - one.arrived_at).total_seconds() // 60)
            for one in came
            if one.called_at and one.arrived_at
        ]
        handled = sum(one.left_at is not None for one in came)
        told.append(Load(window, len(came), handled, median(waits) if waits else None, max(waits, default=None)))
    return told
