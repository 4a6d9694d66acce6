"""What a scheme is: a frozen declaration of who gets what, under which conditions, and beside what else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from zhucan.policy.expressions import ONE, Expr, ExpressionError, Kind
from zhucan.policy.steps import COUNTY, Flow


@dataclass(frozen=True)
class Source:
    """A document of the law. `number_verified` is False where the number is known from memory only."""

    title: str
    dated: str
    number: str = ""
    number_verified: bool = True

    def __str__(self) -> str:
        return f"《{self.title}》" + (f"（{self.number}）" if self.number and self.number_verified else "")


@dataclass(frozen=True, eq=False)
class Condition:
    """Something that must be true. `met` is three-valued; the label is what people read, so the code is the reason.

    `reapply`: once lost, the award ends and a new application is needed. `cause`: the code that a line carries when a
    month stops for it, a text or an expression over facts. `said` is what an excluded person does or is, as it stands
    after 没有, 不 or 是否; `given` names an earlier condition without which this one has no meaning of its own.
    """

    label: str
    met: Expr
    source: str
    cause: str | Expr
    reapply: bool = False
    excludes: bool = False
    said: str = ""
    given: str = ""

    def phrase(self, before: str) -> str:
        """Return what is excluded behind 没有, 不再 or 是否; 是 is denied by 不, not by 没有."""
        words = self.said or self.label
        return ("不" if before == "没有" and words.startswith("是") else before) + words.removeprefix(
            "是" if before == "是否" else ""
        )


class Relation(Enum):
    """How two benefits stand to each other (policy README §6)."""

    STACK = "stack"
    DISREGARD = "disregard"
    CHOOSE_HIGHER = "choose_higher"


@dataclass(frozen=True, eq=False)
class Overlap:
    """A relation to other benefits. For CHOOSE_HIGHER `rival` is their amount and `rival_first` settles a tie (OVL-1)."""

    relation: Relation
    label: str
    source: str
    rival: Expr | None = None
    rival_first: Expr | None = None


class Gives(Enum):
    """What a scheme gives."""

    CASH = "cash"  # money to the person
    GOODS = "goods"  # things handed out from stock, or bought against a catalogue
    SERVICE = "service"  # sessions by a provider, paid to the provider
    RELIEF = "relief"  # something not to be paid, or paid for the person: tuition, a premium, a fare

    @property
    def label(self) -> str:
        """Return it as people read it."""
        return {"cash": "资金", "goods": "实物", "service": "服务", "relief": "减免代缴"}[self.value]


class Cadence(Enum):
    """How often it is given."""

    MONTHLY = "monthly"  # by the month, decided anew by every run
    YEARLY = "yearly"  # once a year or school year, each time on application
    EVENT = "event"  # each time there is cause
    ONCE = "once"  # once in a life

    @property
    def label(self) -> str:
        """Return it as people read it."""
        return {"monthly": "按月", "yearly": "按年", "event": "按次", "once": "一次性"}[self.value]


class Group(Enum):
    """The field of work a scheme belongs to, named as the mission's list of systems names its groups."""

    BENEFITS = "benefits"
    REHABILITATION = "rehabilitation"
    DEVICES = "devices"
    EDUCATION = "education"
    EMPLOYMENT = "employment"
    HOUSING = "housing"
    BARRIER_FREE = "barrier-free"
    CARE = "care"
    REGISTRY = "registry"

    @property
    def label(self) -> str:
        """Return it as people read it."""
        return {
            "benefits": "生活保障", "rehabilitation": "康复", "devices": "辅助器具", "education": "教育", "employment": "就业创业",
            "housing": "住房", "barrier-free": "无障碍", "care": "托养照护", "registry": "残疾人证",
        }[self.value]  # fmt: skip


class LifeEvent(Enum):
    """Something in a life that makes schemes worth proposing together."""

    NEW_CERTIFICATE = "new_certificate"
    GRADE_CHANGED = "grade_changed"
    CHILD_DIAGNOSED = "child_diagnosed"
    HARDSHIP = "hardship"
    ILLNESS = "illness"
    LOST_JOB = "lost_job"
    STARTED_WORK = "started_work"
    STARTED_BUSINESS = "started_business"
    STARTED_SCHOOL = "started_school"
    MOVED_HERE = "moved_here"
    UNSAFE_HOME = "unsafe_home"
    TURNED_60 = "turned_60"
    NEEDS_DEVICE = "needs_device"
    NEEDS_CARE = "needs_care"
    DIED = "died"

    @property
    def label(self) -> str:
        """Return it as people read it."""
        return {
            "new_certificate": "刚办了残疾人证", "grade_changed": "残疾等级变了", "child_diagnosed": "孩子确诊",
            "hardship": "家里有困难", "illness": "生病住院", "lost_job": "没了工作", "started_work": "找到工作",
            "started_business": "自己创业", "started_school": "上学", "moved_here": "户口迁来", "unsafe_home": "房子要修要改",
            "turned_60": "满六十岁", "needs_device": "需要辅助器具", "needs_care": "需要照护", "died": "去世",
        }[self.value]  # fmt: skip


@dataclass(frozen=True)
class Material:
    """A paper that an application needs. `known_by` names the facts that, all known from a register, make it needless.

    `valid_months` says how long an uploaded one may be used again; None means for its own application only. `with_bill`:
    it shows months that are billed, so it is asked for only where there are some.
    """

    code: str
    label: str
    valid_months: int | None = None
    known_by: tuple[str, ...] = ()
    with_bill: bool = False


@dataclass(frozen=True)
class Field:
    """A value that each item of a claim carries: a bill, a month of training, a stretch of a loan."""

    name: str
    label: str
    kind: Kind
    hint: str = ""
    choices: Mapping[str, str] | None = None
    optional: bool = False


@dataclass(frozen=True)
class Reckoned:
    """What a claim comes to, in fen, and the arithmetic line by line as people read it.

    `quantity` counts the units that are paid; None where the scheme's own `quantity` says it.
    """

    amount_fen: int
    working: tuple[str, ...]
    quantity: int | None = None


class ClaimError(ValueError):
    """The items of a claim do not fit together; the text says in Chinese which one, why, and what to do."""


@dataclass(frozen=True, eq=False)
class Claim:
    """How items that only the applicant can tell become an amount: one pure function over items, facts and parameters.

    `work` gets the items (fields by name, in engine units: fen, ten-thousandths, days), the facts and the parameters.
    """

    item: str  # what one item is called
    fields: tuple[Field, ...]
    work: Callable[[Sequence[Mapping[str, Any]], Mapping[str, Any], Mapping[str, Any]], Reckoned]

    @property
    def billed(self) -> bool:
        """Say whether its items are months, which are billed one after the other once the scheme is granted."""
        return any(field.name == "month" for field in self.fields)


@dataclass(frozen=True, eq=False)
class Scheme:
    """A benefit. `administered` is False for one that another body pays: here to compute an overlap, or to find whom it misses.

    `amount` is what it pays, or for goods and services what public money bears; a scheme with a `claim` is reckoned from
    its items instead, once a case has them. `quantity` counts `unit`s of goods or services. `automatic`: granted to
    whoever is entitled without being asked (免申即享). `paid_as`: the kind of benefit under which the registry knows an award
    that another body made. `exclusive`: names a group of schemes of which one is granted,
    the largest (CHOOSE_HIGHER between our own).
    """

    id: str
    name: str
    sources: Sequence[Source]
    conditions: tuple[Condition, ...]
    amount: Expr
    overlaps: tuple[Overlap, ...] = ()
    cadence: Cadence = Cadence.MONTHLY
    gives: Gives = Gives.CASH
    beneficiary: str = "person"
    administered: bool = True
    paid_as: str = ""
    group: Group = Group.BENEFITS
    systems: tuple[str, ...] = ()  # the rows of docs/mission/systems.csv it answers
    summary: str = ""  # what it is, in one plain sentence for the public
    unit: str = "元"
    quantity: Expr = ONE
    claim: Claim | None = None
    events: tuple[LifeEvent, ...] = ()
    materials: tuple[Material, ...] = ()
    flow: Flow = COUNTY
    fund: str = ""
    automatic: bool = False
    exclusive: str = ""

    def __post_init__(self) -> None:
        if self.amount.kind is not Kind.MONEY or self.amount.scale:
            raise ExpressionError(f"{self.id}: the amount must be money, rounded")
        if self.quantity.kind is not Kind.INT:
            raise ExpressionError(f"{self.id}: the quantity must be a whole number")
        if len(self.conditions) + len(self.overlaps) > 62:
            raise ExpressionError(f"{self.id}: more conditions than a mask holds")

    @property
    def key(self) -> str:
        """Return the id as a column prefix."""
        return self.id.replace("-", "_")

    @property
    def switch(self) -> str:
        """Return the parameter that says whether a place runs the scheme, "" where every place does."""
        return next((name for item in self.conditions[:1] if item.cause == NOT_OFFERED for name in item.met.columns("parameter")), "")  # fmt: skip

    @property
    def in_runs(self) -> bool:
        """Say whether the monthly runs decide it."""
        return self.administered and self.cadence is Cadence.MONTHLY and self.gives is Gives.CASH and self.claim is None

    @property
    def contests(self) -> tuple[Overlap, ...]:
        """Return the choose-higher relations; in the masks their bits follow those of the conditions."""
        return tuple(item for item in self.overlaps if item.relation is Relation.CHOOSE_HIGHER)

    @property
    def reapply_mask(self) -> int:
        """Return the bits of the conditions whose loss ends an award."""
        return sum(1 << bit for bit, condition in enumerate(self.conditions) if condition.reapply)

    @property
    def labels(self) -> tuple[str, ...]:
        """Return what each mask bit is called."""
        return (*(item.label for item in self.conditions), *(item.label for item in self.contests))

    def columns(self, namespace: str) -> tuple[str, ...]:
        """Return the facts or parameters that anything of the scheme reads."""
        parts = [condition.met for condition in self.conditions] + [self.amount, self.quantity]
        parts += [condition.cause for condition in self.conditions if isinstance(condition.cause, Expr)]
        for overlap in self.contests:
            parts += [part for part in (overlap.rival, overlap.rival_first) if part is not None]
        return tuple(dict.fromkeys(name for part in parts for name in part.columns(namespace)))


def require(
    label: str, met: Expr, *, source: str, cause: str | Expr, reapply: bool = False, given: str = ""
) -> Condition:
    """Return a condition that must be true."""
    return Condition(label, met, source, cause, reapply, given=given)


def exclude(label: str, when: Expr, *, source: str, cause: str, reapply: bool = False, said: str = "") -> Condition:
    """Return a condition that must not be true (OVL-3: it names its source); the label says what is excluded."""
    return Condition(label, ~when, source, cause, reapply, excludes=True, said=said)


NOT_OFFERED = "not_offered"
"""The cause of a refusal where a place does not run the scheme."""


def offered(switch: Expr) -> Condition:
    """Return the first condition of a scheme that a place must switch on: a parameter, off unless a place says so."""
    return Condition("当地开展此项目", switch, source="当地规定", cause=NOT_OFFERED)
