"""Deciding an application: granted or refused with the rule's reasons, what it rests on kept and sealed.

A no is never granted, an unknown only with a reason of its own. What is granted becomes an award, and a certificate a
stage of its life, in the same transaction.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from hmac import compare_digest
from typing import Any

from django.db import transaction

from zhucan.cases import awards, certificates, materials, moving
from zhucan.cases.facts import relations_of
from zhucan.cases.models import Application, Award, Decision
from zhucan.cases.moving import Actor, StepRefused
from zhucan.cases.queries import receiving
from zhucan.cases.weighing import Weighed, better, weigh
from zhucan.orgs.secrecy import signature
from zhucan.policy.catalogue import scheme
from zhucan.policy.engine import Outcome
from zhucan.policy.schemes import Scheme
from zhucan.policy.steps import State
from zhucan.registry.entering import home_on
from zhucan.registry.models import Certificate

_SEALED = (
    "granted", "judged", "reason", "missing", "amount_fen", "quantity", "working", "reasons", "facts", "params", "materials",
)  # fmt: skip


class DecisionRefused(StepRefused):
    """The application cannot be decided so; nothing was changed."""


@transaction.atomic
def decide(
    *,
    application: Application,
    step: str,
    actor: Actor,
    on: date,
    at: datetime,
    reason: str = "",
    seen: str = "",
    ends_on: date | None = None,
) -> Decision:
    """Take a deciding step. Raises `StepRefused`, `DecisionRefused`, and what awards and certificates refuse."""
    weighed = weigh(application)
    if step == "refuse" and not reason.strip() and weighed.outcome is Outcome.NO:
        reason = weighed.grounds
    locked, taken = moving.begin(application, step, actor, on=on, at=at, reason=reason, seen=seen)
    granted = taken.target is State.APPROVED
    if granted:
        _may_grant(locked, weighed, on, reason)
    decision = _written(locked, weighed, granted, on, at, actor, reason, ends_on)
    changes: dict[str, object] = {"decided_on": on}
    if granted:
        certificate = certificates.act(locked, on=on, at=at, by=actor.user)
        changes["award"] = _award(locked, weighed, decision, at, actor, certificate)
    moving.finish(locked, taken, actor, on=on, at=at, reason=reason, **changes)
    if granted and locked.scheme in certificates.ASSESSED:
        _date_from_the_card(locked, on, at, actor)
    return decision


def _date_from_the_card(application: Application, on: date, at: datetime, actor: Actor) -> None:
    """Have what was asked for together with a certificate judged from its day on, where it could not be due before.

    Who asks for the card and what rests on it with one form need not come again: such an application is complete, and
    counts as handed in, on the day the card is issued.
    """
    beside = Application.objects.filter(
        bundle=application.bundle_id, decided_on=None, closed_on=None, applied_on__lt=on
    )
    for other in beside.select_for_update(of=("self",)).select_related("person").order_by("pk"):
        if not rests_on_card(scheme(other.scheme)) or weigh(other).outcome is Outcome.YES:
            continue
        before = other.applied_on
        other.applied_on = on
        other.save(update_fields=["applied_on"])
        moving.record(
            other, "card", other.state, other.state, actor, on=on, at=at,
            reason=f"残疾人证（{application.number}）发下来，按这一天申请判断", applied_on=str(before),
        )  # fmt: skip


def rests_on_card(item: Scheme) -> bool:
    """Say whether a scheme asks anything of a certificate."""
    return bool({"certificate", "component"} & set(relations_of((item,))))


def awaited_card(application: Application) -> Application | None:
    """Return the undecided application for a certificate that one asked for with it waits for, None where there is none."""
    if application.scheme in certificates.ASSESSED or application.decided_on is not None:
        return None
    if not rests_on_card(scheme(application.scheme)):
        return None
    found = Application.objects.filter(
        bundle=application.bundle_id, scheme__in=certificates.ASSESSED, decided_on=None, closed_on=None
    )
    return found.first()


def _may_grant(application: Application, weighed: Weighed, on: date, reason: str) -> None:
    name = weighed.scheme.name
    if not weighed.offered:
        raise DecisionRefused(f"当地没有开展{name}，不能批准：请不予批准，或先在标准里开通。")
    if weighed.trouble:
        raise DecisionRefused(f"{name}的金额算不出来：{weighed.trouble}")
    claim = weighed.scheme.claim
    asked = claim is not None and not claim.billed and not application.answers.get("items")
    if claim is not None and asked and weighed.outcome is not Outcome.NO:
        raise DecisionRefused(f"{name}按{claim.item}计算，还没有填写：请先“按核实的情况改填”，再批准。")
    if weighed.outcome is Outcome.NO:
        raise DecisionRefused(f"按规定不能批准{name}：{weighed.grounds}。请不予批准，或先更正登记的情况。")
    if weighed.outcome is Outcome.UNKNOWN and not reason.strip():
        raise DecisionRefused(f"{name}还不能确定（{weighed.missing}）：请先查明，或写明批准的理由。")
    if not weighed.scheme.in_runs and weighed.amount_fen is None:
        raise DecisionRefused(f"{name}的金额还算不出来（{weighed.missing or '缺当地标准'}）：请先补齐再批准。")
    if receiving(weighed.scheme, on).filter(person=application.person_id).exists():
        raise DecisionRefused(f"本人已经在享受{name}：不能重复批准，请不予批准。")
    if other := better(application, weighed, on):
        raise DecisionRefused(f"{other}：请批准大的一项，这一项不予批准。")
    home = home_on(application.person, on)
    if home is not None and home.division_id[:6] != application.division_id[:6]:
        raise DecisionRefused("本人户籍已迁到外县：请转往现在的户籍地办理。")


def _award(
    application: Application,
    weighed: Weighed,
    decision: Decision,
    at: datetime,
    actor: Actor,
    certificate: Certificate | None,
) -> Award:
    common: dict[str, Any] = {
        "person": application.person, "scheme_id": application.scheme, "division": application.division,
        "applied_on": application.applied_on, "approved_on": decision.decided_on, "at": at, "by": actor.user,
    }  # fmt: skip
    if weighed.scheme.in_runs:
        return awards.approve(**common)
    ends = certificate.expires if certificate is not None and certificate.expires > decision.decided_on else None
    return awards.grant(
        **common, amount_fen=decision.amount_fen or 0, quantity=decision.quantity, ends_on=decision.ends_on or ends
    )


def _written(
    application: Application,
    weighed: Weighed,
    granted: bool,
    on: date,
    at: datetime,
    actor: Actor,
    reason: str,
    ends_on: date | None,
) -> Decision:
    """Store the decision with what it rests on. The facts and parameters are those that the scheme reads."""
    item = weighed.scheme
    decision = Decision(
        application=application,
        granted=granted,
        judged=weighed.outcome.word,
        decided_on=on,
        at=at,
        by=actor.user,
        reason=reason.strip(),
        missing=weighed.missing[:400] if weighed.outcome is Outcome.UNKNOWN else "",
        amount_fen=weighed.amount_fen if granted else None,
        quantity=max(weighed.quantity, 1) if granted and weighed.quantity is not None and not item.in_runs else None,
        ends_on=ends_on if granted else None,
        working=list(weighed.working) if granted else [],
        reasons=[
            {
                "label": one.label, "met": one.met, "source": one.source, "observed": one.observed,
                "threshold": one.threshold,
            }
            for one in weighed.told.reasons
        ],
        facts={name: _plain(weighed.facts.get(name)) for name in item.columns("fact")},
        params={name: _plain(weighed.params.get(name)) for name in item.columns("parameter")},
        materials=[
            {"code": one.code, "label": one.label, "known": one.known, "files": [file.digest for file in one.files]}
            for one in materials.needs(application, weighed.facts, on)
        ],
    )  # fmt: skip
    decision.seal = seal_of(decision)
    decision.save(force_insert=True)
    return decision


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def seal_of(decision: Decision) -> str:
    """Return the signature over everything that a decision says."""
    said = {name: getattr(decision, name) for name in _SEALED}
    said |= {
        "application": decision.application_id,
        "decided_on": decision.decided_on.isoformat(),
        "ends_on": decision.ends_on.isoformat() if decision.ends_on else None,
        "by": decision.by_id,
    }
    return signature(json.dumps(said, ensure_ascii=False, sort_keys=True), "decision")


def faults() -> Iterator[str]:
    """Yield a sentence for every decision that does not fit its seal, and for every grant without its award."""
    for one in Decision.objects.select_related("application").order_by("pk").iterator():
        if not compare_digest(one.seal, seal_of(one)):
            yield f"申请 {one.application.number} 的决定与封签不符：决定书被改动过，请报告管理员。"
        if one.granted and one.application.award_id is None:
            yield f"申请 {one.application.number} 已批准却没有待遇记录：请报告管理员。"
