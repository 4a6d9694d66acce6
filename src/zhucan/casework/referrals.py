"""Referrals: between the tiers of the rehabilitation network, from a screening, in a crisis, and jointly with care homes."""

from datetime import date, datetime

from django.db import transaction

from zhucan.casework.models import Referral
from zhucan.casework.refusing import CaseworkRefused, guard
from zhucan.delivery.models import Plan, Tier
from zhucan.orgs import audit, versions
from zhucan.orgs.models import Institution, User
from zhucan.registry.models import Finding, Person

Purpose = Referral.Purpose
_REHABILITATES = frozenset({Institution.Kind.REHABILITATION, Institution.Kind.HOSPITAL})


@transaction.atomic
def refer(
    *, person: Person, purpose: str, institution: Institution, tier: str, reason: str, day: date, at: datetime,
    by: User | None, plan: Plan | None = None, source: Institution | None = None,
) -> Referral:  # fmt: skip
    """Send a person on to an institution; between tiers it comes from a plan of theirs, after a screening from its finding.

    A joint referral joins a rehabilitation body and a care home. Raises `CaseworkRefused`.
    """
    if purpose not in Purpose.values or tier not in Tier.values:
        raise CaseworkRefused(
            f"转介种类或层级不对：种类可以写 {'、'.join(Purpose.values)}，层级 {'、'.join(Tier.values)}。"
        )
    guard.day(day, at, what="转介日期")
    home = guard.county(person, day)
    if institution.ended_on is not None and institution.ended_on <= day:
        raise CaseworkRefused(f"{institution}自 {institution.ended_on} 起不再是定点机构：请另选机构。")
    if plan is not None and plan.person_id != person.pk:
        raise CaseworkRefused("这个服务计划是别人的：请核对。")
    match Purpose(purpose):
        case Purpose.TIER:
            if plan is None:
                raise CaseworkRefused("层级之间的转介要从本人的服务计划转出：请选择计划。")
            if plan.tier == tier and plan.institution_id == institution.pk:
                raise CaseworkRefused("转到同一机构的同一层级没有意义：请核对。")
        case Purpose.EARLY:
            _suspected(person, day)
        case Purpose.JOINT:
            kinds = {institution.kind, source.kind if source is not None else ""}
            if Institution.Kind.CARE not in kinds or not kinds & _REHABILITATES:
                raise CaseworkRefused(
                    "康养联合转介要连起一个康复机构（或医院）和一个托养照护机构：请核对转出和接收机构。"
                )
    if Referral.objects.filter(person=person, institution=institution, purpose=purpose, answered_on=None).exists():
        raise CaseworkRefused(f"到{institution}的转介还在等答复：不用重复登记。")
    made = Referral.objects.create(
        person=person, division=home, purpose=purpose, plan=plan, source_tier=plan.tier if plan else "",
        source=plan.institution if plan else source, tier=tier, institution=institution, reason=guard.line(reason, "转介原因"),
        day=day, recorded_at=at, by=by,
    )  # fmt: skip
    audit.record(
        actor=by, action="casework.referral", target=f"referral:{made.pk}", at=at, person=person.pk, kind=purpose
    )
    return made


def _suspected(person: Person, day: date) -> None:
    held = Finding.objects.filter(person=person, kind="screening", valid_from__lte=day, retracted_at=None)
    last = held.order_by("-valid_from").first()
    if last is None or last.word != "suspected":
        raise CaseworkRefused("没有“疑似”的早期筛查结果：请先在人员档案里登记筛查结果。")


@transaction.atomic
def answer(
    *, referral: Referral, accepted: bool, day: date, at: datetime, by: User | None, note: str = "",
    onward: Plan | None = None,
) -> Referral:  # fmt: skip
    """Take a person in, perhaps by a plan of theirs at that institution, or decline with the reason. Raises `CaseworkRefused`."""
    found = Referral.objects.select_for_update(of=("self",)).select_related("person").get(pk=referral.pk)
    if found.answered_on is not None:
        raise CaseworkRefused(f"这次转介已于 {found.answered_on} 答复：不用再次办理。")
    guard.day(day, at, since=found.day, what="答复日期")
    if not accepted:
        guard.line(note, "不接收的原因")
    if onward is not None and (onward.person_id != found.person_id or onward.institution_id != found.institution_id):
        raise CaseworkRefused("接续的服务计划应是本人在接收机构的：请核对。")
    onward = onward if accepted else None
    versions.change(found, at=at, accepted=accepted, answered_on=day, answer=note.strip()[:200], onward=onward)
    audit.record(actor=by, action="casework.referral-answered", target=f"referral:{found.pk}", at=at, outcome=accepted)
    return found


@transaction.atomic
def end(*, referral: Referral, day: date, at: datetime, by: User | None) -> Referral:
    """End the time a person is served jointly, or in the place they were sent on to. Raises `CaseworkRefused`."""
    found = Referral.objects.select_for_update().get(pk=referral.pk)
    if not found.accepted or found.ended_on is not None:
        raise CaseworkRefused("这次转介没有接收，或已经结束：请核对。")
    guard.day(day, at, since=found.answered_on, what="结束日期")
    versions.change(found, at=at, ended_on=day)
    audit.record(actor=by, action="casework.referral-ended", target=f"referral:{found.pk}", at=at, day=str(day))
    return found
