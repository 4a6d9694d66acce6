"""The counter of the invented county: takes applications in, adds their papers, and takes each step as whoever may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from zhucan.cases import assessing, materials
from zhucan.cases.applying import Asked, apply
from zhucan.cases.models import Application
from zhucan.cases.moving import Actor, flow_of
from zhucan.cases.taking import take
from zhucan.cases.weighing import weigh
from zhucan.demo.life import at
from zhucan.demo.papers import paper
from zhucan.demo.paying import Staff
from zhucan.policy.steps import APPLICANT, State
from zhucan.registry.models import Guardianship, Person

_NO_PAPERS = frozenset({"ask", "refuse", "withdraw", "transfer"})
"""Steps before which nobody brings a paper."""
_HOSPITAL = "示例县人民医院"


class Step(NamedTuple):
    """A step of a case. `said`: the reason; of a booking the day it is for; of a certificate's assessment kind and grade."""

    name: str
    on: date
    said: str = ""


@dataclass(frozen=True)
class Case:
    """One application: what for, which kind of person asks, on which day, what they tell, and the steps it takes."""

    scheme: str
    who: str
    asked: date
    steps: Sequence[Step] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    items: Sequence[Mapping[str, Any]] = ()


class Window:
    """The county's staff at work on cases."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff

    def take_in(self, case: Case, person: Person) -> Application:
        """Enter one application, handed in by the person or, where there is one, the guardian."""
        guardian = Guardianship.objects.filter(person=person).as_known().on(case.asked).first()
        asked = Asked(
            schemes=(case.scheme,), channel="window", relation="guardian" if guardian else "self",
            applicant=guardian.name if guardian else person.name, applied_on=case.asked, facts=case.facts,
            items={case.scheme: case.items},
        )  # fmt: skip
        return apply(
            person=person, asked=asked, actor=self._actor("county_clerk"), at=at(case.asked, 10)
        ).applications.get()

    def carry(self, one: Application, steps: Sequence[Step]) -> Application:
        """Take steps one after the other; return the application as it stands then."""
        for step in steps:
            match step.name:
                case "book":
                    assessing.book(
                        application=one, institution=_HOSPITAL, day=date.fromisoformat(step.said),
                        actor=self._actor("county_clerk"), at=at(step.on, 9),
                    )  # fmt: skip
                case "assess":
                    kind, _, grade = step.said.partition(" ")
                    one = assessing.found(
                        application=one, qualifies=True, category=kind, grade=int(grade) if grade else None,
                        actor=self._actor("county_clerk"), on=step.on, at=at(step.on, 16),
                    )  # fmt: skip
                case _:
                    one = self._take(one, step)
        return one

    def _take(self, one: Application, step: Step) -> Application:
        declared = flow_of(one).step(step.name, State(one.state))
        if declared is None:
            raise ValueError(f"{one.scheme} cannot {step.name} from {one.state}")
        if step.name not in _NO_PAPERS:
            self._bring(one, declared.evidence, step.on)
        role = next(role for role in (APPLICANT, "county_clerk", "approver") if role in declared.roles)
        return take(
            application=one, step=step.name, actor=self._actor(role), on=step.on, at=at(step.on, 15), reason=step.said
        )

    def _actor(self, role: str) -> Actor:
        by = {"county_clerk": self._staff.clerk, "approver": self._staff.approver}.get(role)
        return Actor(by, role)

    def _bring(self, one: Application, evidence: Sequence[str], day: date) -> None:
        """Hand in what a step asks; at the first look everything else that the scheme asks and nobody brought yet."""
        later = {code for step in flow_of(one).steps for code in step.evidence}
        codes = [code for code in evidence if materials.there(one, (code,), day)]
        if one.state == State.SUBMITTED.value:
            needed = materials.needs(one, weigh(one).facts, day)
            codes += [need.code for need in needed if need.lacking and need.code not in later]
        for code in codes:
            materials.upload(
                application=one, code=code, name=f"{code}.png", chunks=(paper(code),), on=day, at=at(day, 11),
                by=self._staff.clerk,
            )  # fmt: skip
