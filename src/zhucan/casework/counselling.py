"""Counselling: booked for a meeting online, by telephone, at home or in the centre; held with a confidential note; perhaps referred.

Staff book an hour, or the person or a guardian asks for one, which staff confirm or move.
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction

from zhucan.casework import referrals
from zhucan.casework.models import Counselling, Referral, Way
from zhucan.casework.refusing import CaseworkRefused, guard
from zhucan.delivery.models import Tier
from zhucan.orgs import audit
from zhucan.orgs.clock import SHANGHAI, day_of
from zhucan.orgs.models import Institution, User
from zhucan.registry.models import Person

Risk = Counselling.Risk
LENGTH = timedelta(hours=1)
"""How long an hour asked for is until staff say otherwise."""
_AHEAD = timedelta(days=60)


@transaction.atomic
def book(
    *, person: Person, way: str, day: date, begins: time, ends: time, counsellor: str, at: datetime, by: User | None
) -> Counselling:
    """Book an hour that is still to come. Raises `CaseworkRefused`."""
    _way(way)
    booked_on = day_of(at)
    if day < booked_on:
        raise CaseworkRefused(f"日期 {day} 已经过去：请预约今天或以后的时间。")
    if ends <= begins:
        raise CaseworkRefused("结束时间要晚于开始时间：请核对。")
    guard.alive(person, day)
    words = guard.line(counsellor, "咨询师", longest=40)
    _free(person.pk, words, day, begins, ends)
    made = Counselling.objects.create(
        person=person, division=guard.county(person, booked_on), way=way, day=day, begins=begins, ends=ends, counsellor=words,
        recorded_at=at, by=by,
    )  # fmt: skip
    audit.record(actor=by, action="casework.counselling", target=f"counselling:{made.pk}", at=at, person=person.pk)
    return made


@transaction.atomic
def ask(*, person: Person, way: str, day: date, begins: time, at: datetime, by: User) -> Counselling:
    """Ask for an hour that is still to come, as the person or a guardian; staff confirm or move it. Raises `CaseworkRefused`."""
    _way(way)
    start = datetime.combine(day, begins, SHANGHAI)
    asked_on = day_of(at)
    if start <= at:
        raise CaseworkRefused(f"{day} {begins:%H:%M} 已经过去：请选以后的时间。")
    if day > asked_on + _AHEAD:
        raise CaseworkRefused(f"只能预约 {_AHEAD.days} 天以内的：请选早一些的日期。")
    if (start + LENGTH).date() != day:
        raise CaseworkRefused("时间太晚了：请选早一些的时间。")
    Person.objects.select_for_update().get(pk=person.pk)  # two at a time ask one after the other
    guard.alive(person, day)
    if Counselling.objects.filter(
        person=person, asked_at__isnull=False, confirmed_at=None, called_off_at=None
    ).exists():
        raise CaseworkRefused("还有一次预约在等确认：请等答复，或先取消那一次。")
    ends = (start + LENGTH).time()
    _free(person.pk, "", day, begins, ends)
    made = Counselling.objects.create(
        person=person, division=guard.county(person, asked_on), way=way, day=day, begins=begins, ends=ends, asked_at=at,
        recorded_at=at, by=by,
    )  # fmt: skip
    audit.record(
        actor=by, action="casework.counselling-asked", target=f"counselling:{made.pk}", at=at, person=person.pk
    )
    return made


@transaction.atomic
def confirm(
    *,
    booking: Counselling,
    way: str,
    day: date,
    begins: time,
    ends: time,
    counsellor: str,
    at: datetime,
    by: User | None,
) -> Counselling:
    """Confirm an hour that was asked for, or move one that was booked, with its counsellor. Raises `CaseworkRefused`."""
    found, words = _waiting(booking), guard.line(counsellor, "咨询师", longest=40)
    _way(way)
    if day < day_of(at):
        raise CaseworkRefused(f"日期 {day} 已经过去：请改到今天或以后的时间。")
    if ends <= begins:
        raise CaseworkRefused("结束时间要晚于开始时间：请核对。")
    guard.alive(found.person, day)
    _free(found.person_id, words, day, begins, ends, but=found.pk)
    moved = (found.day, found.begins) != (day, begins)
    found.way, found.day, found.begins, found.ends, found.counsellor = way, day, begins, ends, words
    found.confirmed_at = at
    found.save(update_fields=["way", "day", "begins", "ends", "counsellor", "confirmed_at"])
    audit.record(
        actor=by, action="casework.counselling-confirmed", target=f"counselling:{found.pk}", at=at, moved=moved
    )
    return found


def _way(way: str) -> None:
    if way not in Way.values:
        raise CaseworkRefused(f"没有方式“{way}”：可以写 {'、'.join(Way.values)}。")


def _free(person: int, counsellor: str, day: date, begins: time, ends: time, but: int = 0) -> None:
    """Refuse a time at which the person, or the counsellor, has another booking."""
    same = Counselling.objects.filter(day=day, begins__lt=ends, ends__gt=begins, called_off_at=None).exclude(pk=but)
    if same.filter(person=person).exists():
        raise CaseworkRefused("本人在这段时间已有预约：请换一个时间。")
    if counsellor and same.filter(counsellor=counsellor).exists():
        raise CaseworkRefused(f"{counsellor}在这段时间已有预约：请换一个时间或咨询师。")


def _waiting(one: Counselling) -> Counselling:
    found = Counselling.objects.select_for_update(of=("self",)).select_related("person").get(pk=one.pk)
    if found.held_at is not None or found.called_off_at is not None:
        raise CaseworkRefused("这次预约已经完成或取消：不能再改。")
    return found


def _booked(one: Counselling) -> Counselling:
    found = _waiting(one)
    if found.waiting:
        raise CaseworkRefused("这次预约还没有确认：请先确认时间和咨询师。")
    return found


@transaction.atomic
def assign(*, booking: Counselling, counsellor: str, at: datetime, by: User | None) -> Counselling:
    """Let somebody else counsel. Raises `CaseworkRefused`."""
    found, words = _booked(booking), guard.line(counsellor, "咨询师", longest=40)
    _free(found.person_id, words, found.day, found.begins, found.ends, but=found.pk)
    found.counsellor = words
    found.save(update_fields=["counsellor"])
    audit.record(actor=by, action="casework.counsellor", target=f"counselling:{found.pk}", at=at, name=words)
    return found


@transaction.atomic
def hold(*, booking: Counselling, note: str, risk: str, at: datetime, by: User | None) -> Counselling:
    """Say that an hour was held, with its confidential note and level of risk. Raises `CaseworkRefused`."""
    found = _booked(booking)
    if risk not in Risk.values:
        raise CaseworkRefused(f"没有风险等级“{risk}”：可以写 {'、'.join(Risk.values)}。")
    guard.day(found.day, at, what="预约日期")
    found.note, found.risk, found.held_at = guard.prose(note, "记录", longest=4000), risk, at
    found.save(update_fields=["note", "risk", "held_at"])
    audit.record(actor=by, action="casework.counselling-held", target=f"counselling:{found.pk}", at=at)
    return found


@transaction.atomic
def call_off(*, booking: Counselling, at: datetime, by: User | None) -> Counselling:
    """Call off an hour that was not held. Raises `CaseworkRefused`."""
    found = _waiting(booking)
    found.called_off_at = at
    found.save(update_fields=["called_off_at"])
    audit.record(actor=by, action="casework.counselling-off", target=f"counselling:{found.pk}", at=at)
    return found


@transaction.atomic
def refer(
    *, booking: Counselling, institution: Institution, reason: str, day: date, at: datetime, by: User | None
) -> Referral:
    """Send somebody on to a specialist institution after an hour that was held. Raises `CaseworkRefused`."""
    found = Counselling.objects.select_for_update(of=("self",)).select_related("person").get(pk=booking.pk)
    if found.held_at is None or found.referral_id is not None:
        raise CaseworkRefused("还没有登记完成，或已经转介过：请核对。")
    guard.day(day, at, since=found.day, what="转介日期")
    found.referral = referrals.refer(
        person=found.person, purpose=Referral.Purpose.CRISIS, institution=institution, tier=Tier.INSTITUTION, reason=reason,
        day=day, at=at, by=by,
    )  # fmt: skip
    found.save(update_fields=["referral"])
    return found.referral
