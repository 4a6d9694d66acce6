"""Activities: held, corrected, taken back; programmes they belong to, agreements they stand on, hours that staff have of them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction

from zhucan.community.kinds import CHANNELS, ActivityKind, kind_of
from zhucan.community.models import Activity, Agreement, Participant, Programme
from zhucan.community.models import word as word_of
from zhucan.core.divisions import within
from zhucan.core.errors import ZhucanError
from zhucan.facilities import services as facilities
from zhucan.facilities.entries import most_hours
from zhucan.facilities.models import Training
from zhucan.facilities.reading import EntryRefused
from zhucan.orgs import audit, versions
from zhucan.orgs.clock import day_of
from zhucan.orgs.models import Division, Institution, User
from zhucan.registry.entering import Guard

_NEEDED: Mapping[str, tuple[str, str]] = {
    "subject": ("内容分类", "请选一项"),
    "channel": ("渠道", "请选一项"),
    "quantity": ("数量", "请写明多少"),
    "platform": ("线上平台", "请写明在哪里参加"),
    "accessibility": ("无障碍安排", "请写明手语、字幕或读屏等安排，没有就写“无”"),
    "edition": ("届次", "请写明第几届或第几场"),
    "events": ("比赛项目", "请至少写一个"),
}
"""What an activity cannot be without, where its kind asks for it."""
_COMMON = ("title", "organiser", "starts_on", "last_on", "place", "note")
_STORED = {"cost": "cost_fen"}
_LONGEST_EVENT = 40


class ActivityRefused(ZhucanError):
    """The activity cannot be entered or changed like this; nothing was changed."""


guard = Guard(ActivityRefused)


def _checked(kind: ActivityKind, division: Division, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of an activity as its kind allows them. Raises `ActivityRefused`."""
    allowed = {*_COMMON, *(_STORED.get(name, name) for name in kind.asks)}
    if "institution" in kind.asks:
        allowed.add("agreement")
    values = {name: value for name, value in said.items() if value not in (None, "")}
    odd = sorted(set(values) - allowed)
    if odd:
        word = word_of(Activity, odd[0])
        raise ActivityRefused(f"{kind.label}没有“{word}”这一项：请去掉。")
    for name in ("title", "organiser"):
        values[name] = str(values.get(name, "")).strip()
        if not values[name]:
            raise ActivityRefused(f"没有写{word_of(Activity, name)}：请补上。")
    if "events" in values:
        values["events"] = _events(values["events"])
    for name, (word, advice) in _NEEDED.items():
        if name in kind.asks and not values.get(name):
            raise ActivityRefused(f"{kind.label}要写{word}：{advice}。")
    if values.get("subject") and values["subject"] not in kind.subjects:
        raise ActivityRefused(f"{kind.label}没有“{values['subject']}”这一类：可以写 {'、'.join(kind.subjects)}。")
    if values.get("channel") and values["channel"] not in CHANNELS:
        raise ActivityRefused(f"没有渠道“{values['channel']}”：可以写 {'、'.join(CHANNELS)}。")
    starts_on, last_on = values["starts_on"], values.get("last_on") or values["starts_on"]
    if last_on < starts_on:
        raise ActivityRefused(f"结束日期 {last_on} 早于开始日期 {starts_on}：请核对日期。")
    values["last_on"] = last_on
    programme = values.get("programme")
    if programme is not None:
        if not within(division.code, programme.division_id):
            raise ActivityRefused(f"项目“{programme}”不在{division.name}开展：请核对项目。")
        if starts_on < programme.starts_on or (programme.ends_on and starts_on >= programme.ends_on):
            raise ActivityRefused(f"开始日期 {starts_on} 不在项目“{programme}”的期间内：请核对日期或项目。")
    institution = values.get("institution")
    if institution is not None and institution.ended_on is not None and institution.ended_on <= starts_on:
        raise ActivityRefused(f"{institution.name}自 {institution.ended_on} 起不再合作：请另选机构。")
    if institution is not None:
        values["agreement"] = agreement_on(institution, starts_on)
    for name in ("sessions", "planned", "quantity", "again_months"):
        if values.get(name) is not None and values[name] < 1:
            raise ActivityRefused(f"{word_of(Activity, name)}至少为 1：请核对。")
    if values.get("hours") is not None and values["hours"] <= 0:
        raise ActivityRefused("学时要大于 0：请核对。")
    if kind.for_staff and values.get("hours", 0) > (most := most_hours(starts_on, last_on)):
        raise ActivityRefused(f"{most // 24} 天不会有 {values['hours']} 学时：请核对学时，或写明结束日期。")
    if values.get("cost_fen", 0) < 0:
        raise ActivityRefused("费用不能小于 0：请核对。")
    return values


def _events(said: Iterable[str]) -> list[str]:
    """Return the events of a competition, each once. Raises `ActivityRefused`."""
    events = list(dict.fromkeys(" ".join(one.split()) for one in said if one.strip()))
    long = next((one for one in events if len(one) > _LONGEST_EVENT), None)
    if long is not None:
        raise ActivityRefused(f"比赛项目“{long[:20]}…”超过 {_LONGEST_EVENT} 个字：请写短一些。")
    return events


def agreement_on(institution: Institution, day: date) -> Agreement | None:
    """Return the agreement with an institution in force on a day."""
    return next(
        (
            one
            for one in institution.agreements.order_by("-signed_on")
            if one.signed_on <= day and (one.ends_on is None or one.ends_on > day)
        ),
        None,
    )


@transaction.atomic
def hold(*, kind: str, division: Division, at: datetime, by: User | None, **said: Any) -> Activity:
    """Enter an activity of a place, planned or held. Raises `ActivityRefused` and `UnknownKind`."""
    which = kind_of(kind)
    values = _checked(which, division, said)
    _only_one(which, division, values)
    made = Activity.objects.create(kind=which.id, division=division, recorded_at=at, recorded_by=by, **values)
    audit.record(actor=by, action="community.activity", target=f"activity:{made.pk}", at=at, kind=which.id, on=str(made.starts_on))  # fmt: skip
    return made


def _only_one(kind: ActivityKind, division: Division, values: Mapping[str, Any], besides: int | None = None) -> None:
    same = Activity.objects.filter(
        division=division, kind=kind.id, title=values["title"], starts_on=values["starts_on"], retracted_at=None
    )
    if (same.exclude(pk=besides) if besides else same).exists():
        raise ActivityRefused(f"{division.name} {values['starts_on']} 的“{values['title']}”已经登记过：不用重复登记。")


@transaction.atomic
def correct(*, activity: Activity, at: datetime, by: User | None, **said: Any) -> Activity:
    """Change what was entered of an activity; everything its kind asks for is given anew. Raises `ActivityRefused`."""
    found = Activity.everything.select_for_update(of=("self",)).select_related("division").get(pk=activity.pk)
    if found.retracted_at is not None:
        raise ActivityRefused("这项活动已经撤回：请另行登记。")
    kind = kind_of(found.kind)
    values = _checked(kind, found.division, said)
    _only_one(kind, found.division, values, besides=found.pk)
    live = found.participants.filter(retracted_at=None)
    if values.get("planned") and live.count() > values["planned"]:
        raise ActivityRefused(f"已有 {live.count()} 人报名，名额不能改成 {values['planned']}：请核对。")
    most = max((one.attended or 0 for one in live), default=0)
    if values.get("sessions", 1) < most:
        raise ActivityRefused(f"已登记有人到课 {most} 次，课次不能改成 {values.get('sessions', 1)}：请先更正到课次数。")
    if values["starts_on"] > day_of(at) and live.filter(attended__isnull=False).exists():
        raise ActivityRefused("已经登记了到场情况，开始日期不能改到以后：请核对日期。")
    entered = set(live.exclude(event="").values_list("event", flat=True))
    if missing := sorted(entered - set(values.get("events", ()))):
        raise ActivityRefused(f"已有人报名{'、'.join(missing)}，不能去掉这个比赛项目：请先更正名单。")
    if (
        not values.get("multiple")
        and found.multiple
        and live.count() > live.values("person", "guest_name", "guest_from").distinct().count()
    ):
        raise ActivityRefused("已有人参加了多项，不能改成一人一项：请先更正名单。")
    names = {*_COMMON, *(_STORED.get(name, name) for name in kind.asks), *(("agreement",) if "institution" in kind.asks else ())}  # fmt: skip
    empty = Activity()
    versions.change(found, at=at, **{name: values.get(name, getattr(empty, name)) for name in sorted(names)})
    for one in live.filter(worker__isnull=False).select_related("worker", "training"):
        credit(one, found, at=at, by=by)
    audit.record(actor=by, action="community.activity-corrected", target=f"activity:{found.pk}", at=at)
    return found


@transaction.atomic
def retract(*, activity: Activity, reason: str, at: datetime, by: User | None) -> Activity:
    """Take back an activity entered by mistake or called off, with those signed up for it. Raises `ActivityRefused`."""
    found = Activity.everything.select_for_update().get(pk=activity.pk)
    why = guard.take_back(found, reason, at, what="这项活动")
    for one in found.participants.filter(retracted_at=None, training__isnull=False).select_related("training"):
        discredit(one, at=at, by=by)
    found.participants.filter(retracted_at=None).update(retracted_at=at)
    audit.record(actor=by, action="community.activity-retracted", target=f"activity:{found.pk}", at=at, reason=why)  # fmt: skip
    return found


def credit(participant: Participant, activity: Activity, *, at: datetime, by: User | None) -> None:
    """Let the hours that a worker has of an activity stand among their trainings, once, and as it is known now.

    The hours are the part of the activity's that was attended. Raises `ActivityRefused`.
    """
    said = credited(participant, activity)
    held = participant.training
    if held is not None and said is not None and all(getattr(held, name) == value for name, value in said.items()):
        return
    discredit(participant, at=at, by=by)
    if said is None:
        return
    try:
        made = facilities.train(**said, at=at, by=by)
    except EntryRefused as error:
        raise ActivityRefused(str(error)) from error
    if Participant.objects.filter(training=made).exists():
        raise ActivityRefused(
            f"{participant.worker}在 {made.day} 的“{made.topic}”已从另一项活动登记学时：请核对是不是重复登记。"
        )
    participant.training = made
    participant.save(update_fields=["training"])


def credited(participant: Participant, activity: Activity) -> dict[str, Any] | None:
    """Return what a worker's training is to say of an activity; None where they have no hours of it."""
    if participant.worker is None or not kind_of(activity.kind).for_staff or not activity.hours:
        return None
    part = activity.hours * (participant.attended or 0) / activity.sessions
    hours = part.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return {
        "worker": participant.worker, "day": activity.starts_on, "last_on": activity.last_on if activity.last_on > activity.starts_on else None,
        "topic": activity.title, "organiser": activity.organiser, "hours": hours,
    } if hours else None  # fmt: skip


def discredit(participant: Participant, *, at: datetime, by: User | None) -> None:
    """Take back the hours that a worker has of an activity, if there are any."""
    held: Training | None = participant.training
    if held is None:
        return
    participant.training = None
    participant.save(update_fields=["training"])
    facilities.retract(row=held, reason="活动的到场或内容已更正", at=at, by=by)


@transaction.atomic
def add_programme(
    *, division: Division, name: str, target: int, starts_on: date, ends_on: date | None, at: datetime, by: User | None
) -> Programme:
    """Enter a programme of a place and how many persons it is to reach. Raises `ActivityRefused`."""
    said = name.strip()
    if not said or target < 1:
        raise ActivityRefused("项目要有名称，目标人数至少为 1：请补上。")
    if ends_on is not None and ends_on <= starts_on:
        raise ActivityRefused(f"结束日期 {ends_on} 不晚于开始日期 {starts_on}：请核对日期。")
    if Programme.objects.filter(division=division, name=said).exists():
        raise ActivityRefused(f"{division.name}已有项目“{said}”：不用重复登记。")
    made = Programme.objects.create(
        division=division, name=said, target=target, starts_on=starts_on, ends_on=ends_on, recorded_at=at
    )
    audit.record(actor=by, action="community.programme", target=f"programme:{made.pk}", at=at, name=said)
    return made


@transaction.atomic
def agree(
    *, institution: Institution, about: str, signed_on: date, ends_on: date | None, at: datetime, by: User | None
) -> Agreement:
    """Enter an agreement with an institution. Raises `ActivityRefused`."""
    if not about.strip():
        raise ActivityRefused("没有写协议内容：请写明合作什么。")
    guard.day(signed_on, at, what="签订日期")
    if ends_on is not None and ends_on <= signed_on:
        raise ActivityRefused(f"到期日期 {ends_on} 不晚于签订日期 {signed_on}：请核对日期。")
    made = Agreement.objects.create(
        institution=institution, about=about.strip(), signed_on=signed_on, ends_on=ends_on, recorded_at=at, recorded_by=by
    )  # fmt: skip
    audit.record(actor=by, action="community.agreement", target=f"agreement:{made.pk}", at=at, institution=institution.name)  # fmt: skip
    return made
