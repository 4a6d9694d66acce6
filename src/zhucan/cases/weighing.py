"""What the rule says of an application: judged on its day, with what it tells, down to the amount and how it comes about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from zhucan.cases.asking import facts_in, items_in
from zhucan.cases.facts import Judgement, judge
from zhucan.cases.models import Application
from zhucan.cases.queries import in_force
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.policy.catalogue import SCHEMES, scheme
from zhucan.policy.engine import Decision, Outcome, amount_of, quantity_of, reckon
from zhucan.policy.explain import Explanation, explain
from zhucan.policy.schemes import ClaimError, Scheme
from zhucan.registry.models import Person


@dataclass(frozen=True)
class Weighed:
    """The rule's answer. `amount_fen` is None where it is not known, or where the monthly runs will find it.

    `trouble` says why the items of a claim come to nothing.
    """

    scheme: Scheme
    decision: Decision
    told: Explanation
    facts: Mapping[str, Any]
    params: Mapping[str, Any]
    amount_fen: int | None
    quantity: int | None
    working: tuple[str, ...]
    trouble: str = ""

    @property
    def outcome(self) -> Outcome:
        """Return yes, no or unknown."""
        return self.decision.outcome

    @property
    def offered(self) -> bool:
        """Say whether the place runs the scheme."""
        return not self.scheme.switch or bool(self.params[self.scheme.switch])

    @property
    def grounds(self) -> str:
        """Return why not, from the conditions that are not met, "" for a yes."""
        return "；".join([reason.label for reason in self.told.reasons if reason.met is False] or [self.trouble])

    @property
    def missing(self) -> str:
        """Return what is not known, from the conditions that cannot be judged."""
        return "；".join(reason.label for reason in self.told.reasons if reason.met is None) or self.told.change


def judged(person: Person, division: str, applied_on: date, answers: Mapping[str, Any]) -> Judgement:
    """Return what every scheme says of somebody who asks on a day."""
    return judge(person, Month.of(applied_on), division=division, applied_on=applied_on, answers=answers)


def weigh(application: Application) -> Weighed:
    """Return what the rule says of an application now."""
    answers = application.answers
    found = judged(application.person, application.division_id, application.applied_on, facts_in(answers))
    item = scheme(application.scheme)
    return weighed(item, found, items_in(item, answers))


def weighed(item: Scheme, judgement: Judgement, items: Sequence[Mapping[str, Any]]) -> Weighed:
    """Return a scheme's answer with the amount that a claim comes to."""
    decision, facts, params = judgement.decisions[item.id], judgement.facts, judgement.params
    amount, working, trouble = amount_of(item, facts, params), tuple[str, ...](), ""
    quantity = quantity_of(item, facts, params)
    if item.claim is not None:
        amount = None
        if decision.outcome is not Outcome.NO and items:
            try:
                reckoned = reckon(item, items, facts, params)
                amount, working = reckoned.amount_fen, reckoned.working
                quantity = quantity if reckoned.quantity is None else reckoned.quantity
            except ClaimError as error:
                trouble = str(error)
        elif decision.awaits_claim and item.claim.billed:
            amount, working = 0, (f"批准后按{item.claim.item}结算，凭单据算出每次的金额。",)
        if amount is not None and decision.awaits_claim:
            decision = replace(decision, outcome=Outcome.YES, amount_fen=amount, awaits_claim=False)
    elif amount is not None and item.gives.value == "cash":
        working = (f"按标准：{text(from_fen(amount))} 元",)
    return Weighed(
        item, decision, explain(item, decision, facts, params), facts, params, amount, quantity, working,
        trouble,
    )  # fmt: skip


def better(application: Application, own: Weighed, on: date) -> str:
    """Return why another scheme of an exclusive group goes before, "" where none does: of a group the largest is granted."""
    item = own.scheme
    if not item.exclusive:
        return ""
    group = [one for one in SCHEMES if one.exclusive == item.exclusive]
    held = in_force(group, on).filter(person=application.person_id).first()
    if held is not None:
        return f"{item.name}与{scheme(held.scheme).name}只给一项，本人已经享受后者"
    if item.claim is not None and item.claim.billed:
        return (
            ""  # what its months will come to nobody knows yet: which of the group it is, is for the person to choose
        )
    rivals = Application.objects.filter(
        person=application.person_id, scheme__in=[one.id for one in group], decided_on=None, closed_on=None
    ).exclude(pk=application.pk)
    for rival in rivals.select_related("person"):
        other = weigh(rival)
        if other.outcome is Outcome.YES and (other.amount_fen or 0) > (own.amount_fen or 0):
            return (
                f"{item.name}与{other.scheme.name}只给金额大的一项，后者（{text(from_fen(other.amount_fen or 0))} 元）"
                f"多于这一项（{text(from_fen(own.amount_fen or 0))} 元）"
            )
    return ""
