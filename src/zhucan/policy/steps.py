"""How an application moves: flows of steps, each with who may take it, its deadline and what it asks.

States, permissions, buttons, final states and the diagram in the documents are all derived from the declared steps.
Roles are named by the values of `orgs.Role`, which stands to the right of this package.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """Where an application can stand."""

    DRAFT = "draft"
    SUBMITTED = "submitted"  # handed in, to be looked at by the township
    CORRECTING = "correcting"  # papers are awaited: the clock stands still
    ASSESSING = "assessing"  # an assessment is booked
    SURVEYED = "surveyed"
    CHECKED = "checked"  # the township has checked it, the county decides
    PUBLICISED = "publicised"  # the intended decision hangs out
    APPROVED = "approved"
    BUILT = "built"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"  # paid, handed over, or begun
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"

    @property
    def label(self) -> str:
        """Return it as people read it."""
        return {
            "draft": "填写中", "submitted": "待初审", "correcting": "待补正", "assessing": "评定中", "surveyed": "已勘察",
            "checked": "待审批", "publicised": "公示中", "approved": "已批准", "built": "已完工", "accepted": "已验收",
            "delivered": "已办结", "refused": "不予批准", "withdrawn": "已撤回", "transferred": "已转出",
        }[self.value]  # fmt: skip


APPLICANT = "applicant"
"""The person, the guardian, or whoever acts with their authorisation; staff may do it for them."""
WAYS_OUT = ("submit", "supply", "withdraw", "transfer")
"""Steps that are for the applicant, or end a case where it is: no role has them on its table."""
EVIDENCE = {"photo_before": "改造前照片", "photo_after": "改造后照片", "acceptance_sheet": "验收单"}
"""What a step may ask to be there, by code."""
_TOWNSHIP = frozenset({"township_clerk", "county_clerk"})
_CLERK = frozenset({"county_clerk"})
_APPROVER = frozenset({"approver"})


@dataclass(frozen=True)
class Step:
    """One allowed move. `days`: working days allowed from arriving at `source`; `wait`: working days that must pass first.

    `pauses`: while in `target` the clock stands. `decides`: the step that grants or refuses, with reasons from the rule.
    `evidence`: the materials by code that must be there (photographs, an acceptance sheet).
    """

    name: str
    label: str
    source: State
    target: State
    roles: frozenset[str]
    days: int | None = None
    wait: int | None = None
    needs_reason: bool = False
    pauses: bool = False
    decides: bool = False
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flow:
    """A named set of steps; the first step's source is where an application begins."""

    id: str
    label: str
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        names = [(step.name, step.source) for step in self.steps]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.id}: two steps of one name leave the same state")

    @property
    def start(self) -> State:
        """Return where an application begins."""
        return self.steps[0].source

    @property
    def states(self) -> tuple[State, ...]:
        """Return every state of the flow in the order of its steps."""
        return tuple(dict.fromkeys(state for step in self.steps for state in (step.source, step.target)))

    @property
    def final(self) -> frozenset[State]:
        """Return the states that no step leaves."""
        return frozenset(self.states) - {step.source for step in self.steps}

    def deadline(self, step: Step) -> str:
        """Return the parameter of the working days a step may take, "" where it has none."""
        return f"days_{self.id}_{step.name}" if step.days is not None else ""

    def pause(self, step: Step) -> str:
        """Return the parameter of the working days that must pass before a step, "" where it has none."""
        return f"wait_{self.id}_{step.name}" if step.wait is not None else ""

    def leaving(self, state: State) -> Iterator[Step]:
        """Yield the steps that may be taken from a state."""
        return (step for step in self.steps if step.source is state)

    def waiting_for(self, role: str) -> tuple[State, ...]:
        """Return the states in which a role has work to do; ways out that nobody waits for are no work."""
        return tuple(
            state
            for state in self.states
            if any(role in step.roles and step.name not in WAYS_OUT for step in self.leaving(state))
        )

    def step(self, name: str, state: State) -> Step | None:
        """Return a step by name from a state, None where it is not allowed."""
        return next((step for step in self.leaving(state) if step.name == name), None)


def _asking() -> tuple[Step, ...]:
    return (Step("submit", "提交", State.DRAFT, State.SUBMITTED, frozenset({APPLICANT, *_TOWNSHIP, "commissioner"})),)


def _checking(source: State, target: State, *, days: int, roles: frozenset[str] = _TOWNSHIP) -> tuple[Step, ...]:
    """The steps around a first check: pass on, ask for papers (the clock stands) and take them."""
    return (
        Step("check", "初审通过", source, target, roles, days=days),
        Step("ask", "退回补正", source, State.CORRECTING, roles, needs_reason=True, pauses=True),
        Step("supply", "补交材料", State.CORRECTING, source, frozenset({APPLICANT, *_TOWNSHIP, "commissioner"})),
        Step("refuse", "不予受理", source, State.REFUSED, roles, needs_reason=True, decides=True),
    )


def _deciding(source: State, *, days: int, wait: int | None = None) -> tuple[Step, ...]:
    return (
        Step("approve", "批准", source, State.APPROVED, _APPROVER, days=days, wait=wait, decides=True),
        Step("refuse", "不予批准", source, State.REFUSED, _APPROVER, needs_reason=True, decides=True),
    )


def _leaving(*states: State) -> tuple[Step, ...]:
    """The ways out that every open state has: the applicant withdraws, or the case goes to another place."""
    return tuple(
        step
        for state in states
        for step in (
            Step("withdraw", "撤回", state, State.WITHDRAWN, frozenset({APPLICANT, *_TOWNSHIP})),
            Step("transfer", "转往他地", state, State.TRANSFERRED, _CLERK, needs_reason=True),
        )
    )


def _delivering(source: State = State.APPROVED, *, days: int | None = None) -> tuple[Step, ...]:
    return (Step("deliver", "办结", source, State.DELIVERED, frozenset({"finance", *_TOWNSHIP}), days=days),)


# The working days are defaults of procedure; a place sets its own by parameter (`Flow.deadline`, `Flow.pause`).
COUNTY = Flow(
    "county",
    "初审—审批",
    (
        *_asking(),
        *_checking(State.SUBMITTED, State.CHECKED, days=5),
        *_deciding(State.CHECKED, days=5),
        *_delivering(),
        *_leaving(State.DRAFT, State.SUBMITTED, State.CORRECTING, State.CHECKED),
    ),
)
"""Township checks, county decides."""

PUBLIC = Flow(
    "public",
    "初审—公示—审批",
    (
        *_asking(),
        *_checking(State.SUBMITTED, State.CHECKED, days=5),
        Step("publicise", "公示", State.CHECKED, State.PUBLICISED, _CLERK, days=5),
        Step("refuse", "不予批准", State.CHECKED, State.REFUSED, _APPROVER, needs_reason=True, decides=True),
        *_deciding(State.PUBLICISED, days=10, wait=5),
        *_delivering(),
        *_leaving(State.DRAFT, State.SUBMITTED, State.CORRECTING, State.CHECKED, State.PUBLICISED),
    ),
)
"""As COUNTY, with the intended decision hung out first (masked, RR-35)."""

ASSESSED = Flow(
    "assessed",
    "初审—评定—审批",
    (
        *_asking(),
        *_checking(State.SUBMITTED, State.ASSESSING, days=5),
        Step("assess", "录入评定结果", State.ASSESSING, State.CHECKED, frozenset({"county_clerk", "partner"}), days=15),
        *_deciding(State.CHECKED, days=5),
        *_delivering(days=20),
        *_leaving(State.DRAFT, State.SUBMITTED, State.CORRECTING, State.ASSESSING, State.CHECKED),
    ),
)
"""With an assessment by a named institution: certificates, devices, rehabilitation."""

WORKS = Flow(
    "works",
    "勘察—公示—审批—施工—验收—兑付",
    (
        *_asking(),
        Step("survey", "录入勘察", State.SUBMITTED, State.SURVEYED, _TOWNSHIP, days=10, evidence=("photo_before",)),
        Step("ask", "退回补正", State.SUBMITTED, State.CORRECTING, _TOWNSHIP, needs_reason=True, pauses=True),
        Step(
            "supply", "补交材料", State.CORRECTING, State.SUBMITTED, frozenset({APPLICANT, *_TOWNSHIP, "commissioner"})
        ),
        Step("refuse", "不予受理", State.SUBMITTED, State.REFUSED, _TOWNSHIP, needs_reason=True, decides=True),
        Step("publicise", "公示", State.SURVEYED, State.PUBLICISED, _CLERK, days=5),
        Step("refuse", "不予批准", State.SURVEYED, State.REFUSED, _APPROVER, needs_reason=True, decides=True),
        *_deciding(State.PUBLICISED, days=10, wait=5),
        Step("build", "完工", State.APPROVED, State.BUILT, _TOWNSHIP, days=60, evidence=("photo_after",)),
        Step("accept", "验收合格", State.BUILT, State.ACCEPTED, _CLERK, days=15, evidence=("acceptance_sheet",)),
        Step("rework", "验收不合格，返工", State.BUILT, State.APPROVED, _CLERK, needs_reason=True),
        *_delivering(State.ACCEPTED, days=20),
        *_leaving(State.DRAFT, State.SUBMITTED, State.CORRECTING, State.SURVEYED, State.PUBLICISED),
    ),
)
"""Work on a home: found, surveyed, built, accepted, paid, with photographs (HO-04, HO-14)."""

CERTIFIED = Flow(
    "certified",
    "受理—评定—公示—批准",
    (
        *_asking(),
        *_checking(State.SUBMITTED, State.ASSESSING, days=3),
        Step("assess", "录入评定结果", State.ASSESSING, State.CHECKED, frozenset({"county_clerk", "partner"}), days=15),
        Step("publicise", "公示", State.CHECKED, State.PUBLICISED, _CLERK, days=2),
        Step("refuse", "不予批准", State.CHECKED, State.REFUSED, _APPROVER, needs_reason=True, decides=True),
        *_deciding(State.PUBLICISED, days=10, wait=5),
        *_delivering(),
        *_leaving(State.DRAFT, State.SUBMITTED, State.CORRECTING, State.ASSESSING, State.CHECKED, State.PUBLICISED),
    ),
)
"""A certificate: accepted, assessed by a named institution, hung out, issued (DC procedure)."""

FLOWS = (COUNTY, PUBLIC, ASSESSED, CERTIFIED, WORKS)
