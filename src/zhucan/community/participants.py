"""Those who take part: signed up, what came of it, taken back. A service of many does all or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhucan.community.activities import ActivityRefused, credit, discredit, guard
from zhucan.community.kinds import STAGES, ActivityKind, Who, kind_of
from zhucan.community.models import Activity, Participant, Relative, word
from zhucan.core.divisions import prefix, within
from zhucan.core.masking import name as masked
from zhucan.facilities.models import Worker
from zhucan.orgs import audit, versions
from zhucan.orgs.clock import day_of
from zhucan.orgs.models import User
from zhucan.registry.entering import home_on
from zhucan.registry.models import Person

_MOST_INCOME_FEN = 100_000_000  # a million yuan a month is a slip of the keys


@dataclass(frozen=True)
class Entrant:
    """Whom to sign up: a person, a relative of theirs by name, a worker, or a guest from outside the county."""

    person: Person | None = None
    family_name: str = ""
    relation: str = ""
    worker: Worker | None = None
    role: str = ""
    event: str = ""
    guest_name: str = ""
    guest_from: str = ""

    @property
    def who(self) -> Who:
        """Return which of the four it is."""
        if self.guest_name.strip():
            return Who.GUEST
        return Who.WORKER if self.worker else Who.RELATIVE if self.family_name.strip() else Who.SELF

    @property
    def label(self) -> str:
        """Return who it is, masked as far as it is a person of the register."""
        if self.worker is not None:
            return self.worker.name
        if self.who is Who.GUEST:
            return f"{masked(self.guest_name.strip())}（来自{self.guest_from.strip()}）"
        assert self.person is not None
        told = f"{masked(self.person.name)}（人员 {self.person.pk}）"
        return f"{told}的家属{masked(self.family_name)}" if self.who is Who.RELATIVE else told


@transaction.atomic
def sign_up(*, activity: Activity, entrant: Entrant, at: datetime, by: User | None) -> Participant:
    """Sign somebody up for an activity. Raises `ActivityRefused`."""
    found = _locked(activity)
    kind = kind_of(found.kind)
    who = entrant.who
    if not kind.takes(who):
        raise ActivityRefused(_not_taken(kind, who))
    if found.planned is not None and found.participants.filter(retracted_at=None).count() >= found.planned:
        raise ActivityRefused(f"“{found}”名额 {found.planned} 人已满，{entrant.label}不能再报名：请先增加名额。")
    if entrant.worker is not None:
        _serving(entrant.worker, found)
    elif who is Who.GUEST:
        _told(entrant)
    else:
        assert entrant.person is not None
        _living(entrant.person, found, entrant.label)
    event = entrant.event.strip()
    if "event" in kind.tells and not event:
        raise ActivityRefused(f"没有写{entrant.label}参加哪个比赛项目：请补上。")
    if "event" in kind.tells and event not in found.events:
        raise ActivityRefused(
            f"“{found}”没有比赛项目“{event[:20]}”：可以写 {'、'.join(found.events)}，或先在活动里加上。"
        )
    if kind.roles and who is Who.SELF and entrant.role not in kind.roles:
        raise ActivityRefused(f"没有写{entrant.label}的身份：请写{'、'.join(kind.roles.values())}之一。")
    values: dict[str, Any] = {"person": entrant.person, "worker": entrant.worker}
    if who is Who.GUEST:
        values |= {"guest_name": entrant.guest_name.strip(), "guest_from": entrant.guest_from.strip()}
    if who is Who.RELATIVE:
        values["relative"], _ = Relative.objects.get_or_create(
            person=entrant.person, name=entrant.family_name.strip(), defaults={"relation": entrant.relation.strip()}
        )
    role = entrant.role if kind.roles else ""
    if kind.roles and entrant.worker is not None:
        role = entrant.worker.post if entrant.worker.post in kind.roles else "other"
    same = found.participants.filter(retracted_at=None, who=who, **{k: v for k, v in values.items() if v is not None})
    if not found.multiple and same.exists():
        raise ActivityRefused(f"{entrant.label}已经报名“{found}”：同一个人只能报一次。")
    if same.filter(event=event).exists():
        raise ActivityRefused(f"{entrant.label}已经报名“{found}”的{event}：同一个项目只能报一次。")
    made = Participant.objects.create(
        activity=found, who=who, role=role, event=event if "event" in kind.tells else "", recorded_at=at, recorded_by=by,
        **values,
    )  # fmt: skip
    audit.record(actor=by, action="community.signed-up", target=f"participant:{made.pk}", at=at, person=made.person_id)
    return made


def _not_taken(kind: ActivityKind, who: Who) -> str:
    if not kind.who:
        return f"{kind.label}不登记参加人：请填写数量和覆盖人次。"
    return f"{kind.label}登记的是{'、'.join(one.label for one in kind.who)}，不登记{who.label}：请核对活动种类。"


def _locked(activity: Activity) -> Activity:
    found = Activity.everything.select_for_update(of=("self",)).select_related("division").get(pk=activity.pk)
    if found.retracted_at is not None:
        raise ActivityRefused("这项活动已经撤回，不能再登记：请另选活动。")
    return found


def _living(person: Person, activity: Activity, label: str) -> None:
    """Refuse who was not born, had died, or had their hukou outside the county on the first day of an activity."""
    day = activity.starts_on
    guard.born(person, day, what="活动日期")
    guard.alive(person, day, who=label)
    home = home_on(person, day)
    if home is None or not home.division_id.startswith(prefix(activity.division_id)[:6]):
        raise ActivityRefused(
            f"{label}的户籍当时不在活动所在的县：请核对是不是填错了人，或由户籍地登记；县外来的写成来宾。"
        )


def _told(entrant: Entrant) -> None:
    """Refuse a guest of whom it is not told where they come from, or whose words are too long to keep."""
    if not entrant.guest_from.strip():
        raise ActivityRefused(f"没有写来宾{masked(entrant.guest_name.strip())}来自哪里：请补上，如 邻县或单位名称。")
    for name, said in (("guest_name", entrant.guest_name), ("guest_from", entrant.guest_from)):
        if len(said.strip()) > (most := 40):
            raise ActivityRefused(f"{word(Participant, name)}“{said.strip()[:20]}…”超过 {most} 个字：请写短一些。")


def _serving(worker: Worker, activity: Activity) -> None:
    if not (within(worker.division_id, activity.division_id) or within(activity.division_id, worker.division_id)):
        raise ActivityRefused(f"{worker.name}不是{activity.division.name}的工作人员：请核对。")
    if worker.valid_from > activity.starts_on or (worker.valid_to and worker.valid_to <= activity.starts_on):
        raise ActivityRefused(f"{worker.name}在 {activity.starts_on} 不在岗，不能登记：请核对。")


@transaction.atomic
def note(*, participant: Participant, at: datetime, by: User | None, **said: Any) -> Participant:
    """Enter what came of somebody's part: only what is given changes. Raises `ActivityRefused`.

    Columns as `Participant` has them; what an examination found is kept sealed. The hours of a worker are credited.
    """
    found = Participant.everything.select_for_update(of=("self",)).select_related("person", "worker", "relative", "training").get(pk=participant.pk)  # fmt: skip
    activity = _locked(found.activity)
    kind, label = kind_of(activity.kind), label_of(found)
    if found.retracted_at is not None:
        raise ActivityRefused(f"{label}已经从名单撤回：请先重新报名。")
    stored = {"income": "income_fen"}
    odd = sorted(set(said) - {stored.get(name, name) for name in kind.tells})
    if odd:
        raise ActivityRefused(f"{kind.label}没有“{word(Participant, odd[0])}”这一项：请去掉。")
    changed = {name: value for name, value in said.items() if getattr(found, name) != value}
    for name, value in changed.items():
        setattr(found, name, value)
    _sound(found, activity, kind, label, day_of(at))
    credit(found, activity, at=at, by=by)
    if changed:
        versions.change(found, at=at, **changed)
        audit.record(actor=by, action="community.result", target=f"participant:{found.pk}", at=at, person=found.person_id, what=sorted(changed))  # fmt: skip
    return found


def _sound(found: Participant, activity: Activity, kind: ActivityKind, label: str, today: date) -> None:
    """Refuse what cannot have come of somebody's part."""
    attended = found.attended
    if attended is not None and activity.starts_on > today:
        raise ActivityRefused(f"“{activity}”{activity.starts_on} 才开始，不能先登记到场：请等开始以后再登记。")
    if attended is not None and attended > activity.sessions:
        raise ActivityRefused(f"{label}到课 {attended} 次，多于“{activity}”的 {activity.sessions} 次：请核对次数。")
    if not attended and (
        found.passed or found.number or found.stage or found.finding or found.outcome not in ("", "none")
    ):
        raise ActivityRefused(f"{label}没有到场，不会有结果：请先登记到场次数。")
    if found.number and not found.passed:
        raise ActivityRefused(f"{label}有证书编号，考试却没有合格：请核对。")
    if found.level and not found.number:
        raise ActivityRefused(f"{label}有证书等级，却没有证书编号：请补上编号。")
    if found.number:
        other = Participant.objects.filter(number=found.number, retracted_at=None, activity__kind=activity.kind)
        if (
            other.exclude(pk=found.pk)
            .filter(activity__division__code__startswith=prefix(activity.division_id)[:6])
            .exists()
        ):
            raise ActivityRefused(f"证书编号 {found.number} 已经登记给别人：请核对编号。")
    if found.stage and found.stage not in STAGES:
        raise ActivityRefused(f"没有成绩“{found.stage}”：可以写 {'、'.join(STAGES)}。")
    if found.outcome and found.outcome not in kind.outcomes:
        raise ActivityRefused(f"没有结果“{found.outcome}”：可以写 {'、'.join(kind.outcomes)}。")
    if found.outcome_from is None and found.outcome in ("shop", "job", "hired"):
        raise ActivityRefused(f"没有写{label}的“{kind.outcomes[found.outcome]}”从哪一天起：请补上。")
    if found.outcome_from is not None and found.outcome in ("", "none"):
        raise ActivityRefused(f"{label}没有结果，却有结果的日期：请核对。")
    if found.outcome_from is not None and not activity.starts_on <= found.outcome_from <= today:
        raise ActivityRefused(f"{label}的结果日期 {found.outcome_from} 应在活动开始和今天之间：请核对。")
    if found.outcome_to is not None and (
        found.outcome_from is None or not found.outcome_from < found.outcome_to <= today
    ):
        raise ActivityRefused(f"{label}的终止日期 {found.outcome_to} 应晚于开始、不晚于今天：请核对。")
    if found.income_fen is not None and (
        not 0 <= found.income_fen <= _MOST_INCOME_FEN or found.outcome in ("", "none")
    ):
        raise ActivityRefused(f"{label}的月收入要在有网店或工作时填写，且在 0 至 100 万元之间：请核对。")


@transaction.atomic
def enter(
    *, activity: Activity, entrant: Entrant, said: Mapping[str, Any], at: datetime, by: User | None
) -> tuple[Participant, bool]:
    """Sign somebody up unless they are, and enter what came of it; return the row and whether it was new.

    For class lists, which may be brought again when more is known. Raises `ActivityRefused`.
    """
    key: dict[str, Any] = {"worker": entrant.worker} if entrant.worker else {"person": entrant.person}
    if entrant.who is Who.GUEST:
        key = {"guest_name": entrant.guest_name.strip(), "guest_from": entrant.guest_from.strip()}
    live = activity.participants.filter(retracted_at=None, who=entrant.who, **key)
    if entrant.who is Who.RELATIVE:
        live = live.filter(relative__name=entrant.family_name.strip())
    if "event" in kind_of(activity.kind).tells:
        live = live.filter(event=entrant.event.strip())
    found = live.first()
    new = found is None
    if found is None:
        found = sign_up(activity=activity, entrant=entrant, at=at, by=by)
    if said:
        found = note(participant=found, at=at, by=by, **said)
    return found, new


@transaction.atomic
def withdraw(*, participant: Participant, reason: str, at: datetime, by: User | None) -> Participant:
    """Take somebody off the list of an activity. Raises `ActivityRefused`."""
    found = Participant.everything.select_for_update(of=("self",)).select_related("training").get(pk=participant.pk)
    why = guard.take_back(found, reason, at, what="这个人的报名")
    discredit(found, at=at, by=by)
    audit.record(actor=by, action="community.withdrawn", target=f"participant:{found.pk}", at=at, person=found.person_id, reason=why)  # fmt: skip
    return found


@transaction.atomic
def open_finding(*, participant: Participant, reason: str, at: datetime, by: User | None) -> str:
    """Return what an examination found, and tell the audit chain who opened it and why. Raises `ActivityRefused`."""
    if not reason.strip():
        raise ActivityRefused("没有写查看原因：检查结果是个人隐私，请写明为什么要看。")
    if not participant.finding:
        raise ActivityRefused("还没有登记检查结果：请先登记。")
    audit.record(
        actor=by, action="community.finding-opened", target=f"participant:{participant.pk}", at=at,
        person=participant.person_id, reason=reason.strip(),
    )  # fmt: skip
    return participant.finding


def label_of(found: Participant) -> str:
    """Return who a participant is, masked as far as it is a person of the register."""
    family = found.relative.name if found.relative else ""
    told = {"guest_name": found.guest_name, "guest_from": found.guest_from}
    return Entrant(found.person, family, worker=found.worker, **told).label
