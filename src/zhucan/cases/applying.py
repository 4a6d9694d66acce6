"""Asking for something: what an event in a life proposes, and one form for all of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from zhucan.cases import asking, deadlines, moving, notices
from zhucan.cases.models import Application, Bundle, Channel, Relation
from zhucan.cases.moving import Actor
from zhucan.cases.queries import receiving
from zhucan.cases.weighing import Weighed, judged, weighed
from zhucan.core.calendar import age
from zhucan.core.divisions import county_of, within
from zhucan.core.errors import ZhucanError
from zhucan.orgs.clock import day_of
from zhucan.orgs.wording import plain
from zhucan.policy.catalogue import scheme
from zhucan.policy.engine import Outcome
from zhucan.policy.facts import BY_NAME
from zhucan.policy.schemes import LifeEvent, Scheme
from zhucan.registry.entering import Guard, home_on
from zhucan.registry.models import Death, Guardianship, Person, Residence
from zhucan.registry.queries import household_of

_ADULT = 18
_AMENDING = frozenset({"township_clerk", "county_clerk"})


class ApplicationRefused(ZhucanError):
    """The application cannot be taken; nothing was changed."""


_guard = Guard(ApplicationRefused)


@dataclass(frozen=True)
class Proposal:
    """A scheme that an event concerns, with what the rule says so far; `why_not` says why it cannot be asked for now."""

    scheme: Scheme
    weighed: Weighed
    why_not: str = ""

    @property
    def likely(self) -> bool:
        """Say whether asking may well succeed."""
        return not self.why_not and self.weighed.outcome is not Outcome.NO


@dataclass(frozen=True)
class Asked:
    """What somebody asks for, and how: the schemes, the answers, and by what right it is asked for another.

    `facts` and `items` are in the engine's units; `items` by scheme. `within` is the place of the office that takes it in.
    """

    schemes: Sequence[str]
    channel: str
    relation: str
    applicant: str
    applied_on: date
    event: str = ""
    authorisation: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    within: str = ""


def proposals(person: Person, on: date, *, event: str = "", schemes: Iterable[str] = ()) -> list[Proposal]:
    """Return what an event (or the named schemes) proposes to somebody on a day, the likely ones first.

    Nothing is proposed where the hukou is not known.
    """
    home = home_on(person, on)
    if home is None:
        return []
    judgement = judged(person, county_of(home.division_id), on, {})
    named = set(schemes)
    wanted = [
        item
        for item in judgement.offered
        if item.id in named or (event and LifeEvent(event) in item.events) or not (event or named)
    ]
    found = [Proposal(item, weighed(item, judgement, ()), _why_not(person, item, on)) for item in wanted]
    return sorted(found, key=lambda one: (bool(one.why_not), one.weighed.outcome is Outcome.NO))


def _why_not(person: Person, item: Scheme, on: date) -> str:
    if Application.objects.filter(person=person, scheme=item.id, decided_on=None, closed_on=None).exists():
        return f"{item.name}已有一件正在办：不用重复申请"
    if item.beneficiary == "household" and (
        Application.objects.filter(
            person__in=household_of(person), scheme=item.id, decided_on=None, closed_on=None
        ).exists()
    ):
        return f"{item.name}按户给，同户的人已有一件正在办：不用重复申请"
    if receiving(item, on).filter(person=person).exists():
        return f"已经在享受{item.name}：不用重复申请"
    return ""


@transaction.atomic
def apply(*, person: Person, asked: Asked, actor: Actor, at: datetime) -> Bundle:
    """Take in one form for one person: an application for each scheme, handed in. All of them or none.

    Raises `ApplicationRefused`, and `AnswersRefused` for an answer that cannot be.
    """
    home = _may_ask(person, asked, actor, at)
    county, day = county_of(home.division_id), asked.applied_on
    judgement = judged(person, county, day, {})
    offered = {item.id for item in judgement.offered}
    bundle = Bundle.objects.create(
        person=person,
        event=asked.event,
        channel=asked.channel,
        relation=asked.relation,
        applicant=asked.applicant.strip(),
        authorisation=asked.authorisation.strip(),
        applied_on=day,
        recorded_at=at,
        by=actor.user,
    )
    dead = Death.objects.filter(person=person).as_known().exists()
    params = deadlines.procedure(county, day)
    for item in (scheme(one) for one in asked.schemes):
        if item.id not in offered:
            raise ApplicationRefused(f"当地没有开展{item.name}：请从列出的项目里选。")
        if dead and "alive" in item.columns("fact"):
            raise ApplicationRefused(f"本人已去世，不能申请{item.name}：请核对人员。")
        if why := _why_not(person, item, day):
            raise ApplicationRefused(f"{why}，请核对。")
        facts = {**asked.facts, "guardian_applies": asked.relation == Relation.GUARDIAN}
        answers = asking.cleaned(item, facts, asked.items.get(item.id, ()), born=person.born)
        told = judged(person, county, day, asking.facts_in(answers))
        if trouble := weighed(item, told, asking.items_in(item, answers)).trouble:
            raise ApplicationRefused(f"{item.name}：{trouble}")
        _hand_in(bundle, item, county, home, answers, actor, at, params)
    return bundle


@transaction.atomic
def amend(
    *,
    application: Application,
    facts: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    actor: Actor,
    on: date,
    at: datetime,
) -> Application:
    """Write down what staff found out or verified in place of what was answered; the log keeps what it was before.

    What the assessment told stays. Raises `ApplicationRefused` once it is decided, and `AnswersRefused`.
    """
    locked = Application.objects.select_for_update(of=("self",)).select_related("person").get(pk=application.pk)
    if actor.role not in _AMENDING:
        raise ApplicationRefused(f"{actor.word}不能改申请填写的情况：请由经办人核实后填写。")
    if locked.decided_on is not None or locked.closed_on is not None:
        raise ApplicationRefused("这件已经决定，不能再改填写的情况：不同意决定的可以要求复核。")
    item, before = scheme(locked.scheme), locked.answers
    kept = {name: value for name, value in asking.facts_in(before).items() if name not in facts}
    locked.answers = asking.cleaned(item, {**kept, **facts}, items, born=locked.person.born)
    told = judged(locked.person, locked.division_id, locked.applied_on, asking.facts_in(locked.answers))
    if trouble := weighed(item, told, asking.items_in(item, locked.answers)).trouble:
        raise ApplicationRefused(f"{item.name}：{trouble}")
    if locked.answers == before:
        return locked
    locked.save(update_fields=["answers"])
    changed = sorted(
        BY_NAME[name].label
        for name in {*before.get("facts", {}), *locked.answers["facts"]}
        if before.get("facts", {}).get(name) != locked.answers["facts"].get(name)
    )
    if before.get("items") != locked.answers.get("items"):
        changed.append("明细")
    state = locked.state
    moving.record(
        locked, "amend", state, state, actor, on=on, at=at, reason=f"核实改填：{'、'.join(changed)}"[:400],
        before=json.dumps(before, ensure_ascii=False),
    )  # fmt: skip
    return locked


def _hand_in(
    bundle: Bundle,
    item: Scheme,
    county: str,
    home: Residence,
    answers: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    params: Mapping[str, Any],
) -> Application:
    today = day_of(at)
    step = item.flow.step("submit", item.flow.start)
    if step is None or actor.role not in step.roles:
        raise ApplicationRefused(f"{actor.word}不能提交{item.name}的申请：请由本人、监护人或经办人提交。")
    try:
        with transaction.atomic():
            made = Application.objects.create(
                bundle=bundle,
                person_id=bundle.person_id,
                scheme=item.id,
                division_id=county,
                place_id=home.division_id,
                applied_on=bundle.applied_on,
                answers=answers,
                state=step.target.value,
                state_since=max(bundle.applied_on, today),
                due_on=deadlines.due(item.flow, step.target, today, params),
            )
    except IntegrityError as error:
        raise ApplicationRefused(f"{item.name}刚由别人登记过一件：请刷新页面，不用重复申请。") from error
    moving.record(made, step.name, step.source.value, step.target.value, actor, on=today, at=at)
    notices.tell(made, at=at)
    return made


def _may_ask(person: Person, asked: Asked, actor: Actor, at: datetime) -> Residence:
    """Let a form pass whose day, place and applicant can be; return where the person's hukou is that day."""
    day = asked.applied_on
    _guard.day(day, at, what="申请日期", then="请核对。")
    _guard.born(person, day, what="申请日期")
    if not asked.schemes or len(set(asked.schemes)) != len(asked.schemes):
        raise ApplicationRefused("没有选要申请的项目，或选了两次：请重新选择。")
    if asked.channel not in Channel.values or asked.relation not in Relation.values:
        raise ApplicationRefused("申请的渠道或关系不对：请从列出的里面选。")
    if asked.event and asked.event not in {one.value for one in LifeEvent}:
        raise ApplicationRefused("事项不对：请从列出的里面选。")
    for words, most in ((asked.applicant, 40), (asked.authorisation, 120)):
        if len(words) > most or not plain(words):
            raise ApplicationRefused("申请人或代办依据写得不对：不要太长，不要有尖括号，也不要用等号、加减号开头。")
    if not asked.applicant.strip():
        raise ApplicationRefused("没有写申请人：请填写姓名。")
    if asked.relation == Relation.SELF and age(person.born, day) < _ADULT:
        raise ApplicationRefused("未成年人要由监护人申请：请改选监护人，并填写监护人姓名。")
    known = Guardianship.objects.filter(person=person).as_known().on(day).exists()
    needed = asked.relation not in (Relation.SELF, Relation.GUARDIAN) or (
        asked.relation == Relation.GUARDIAN and not known
    )
    if needed and not asked.authorisation.strip():
        raise ApplicationRefused("替别人申请要写明依据：委托书、监护证明或户口簿的关系页。")
    home = home_on(person, day)
    if home is None:
        raise ApplicationRefused(f"{day} 本人没有户籍登记：请先登记户籍。")
    if asked.within and not within(home.division_id, asked.within):
        raise ApplicationRefused("本人户籍不在您的辖区：请到户籍所在地申请，或先登记户籍迁移。")
    return home
