"""What a scheme is: a frozen declaration of who gets what, under which conditions, and beside what else."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from zhucan.policy.expressions import Expr, ExpressionError, Kind


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

    CASH = "cash"


class Cadence(Enum):
    """How often it is given."""

    MONTHLY = "monthly"


@dataclass(frozen=True, eq=False)
class Scheme:
    """A benefit. `administered` is False for one that another body pays and that is here only to compute an overlap."""

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

    def __post_init__(self) -> None:
        if self.amount.kind is not Kind.MONEY or self.amount.scale:
            raise ExpressionError(f"{self.id}: the amount must be money, rounded")
        if len(self.conditions) + len(self.overlaps) > 62:
            raise ExpressionError(f"{self.id}: more conditions than a mask holds")

    @property
    def key(self) -> str:
        """Return the id as a column prefix."""
        return self.id.replace("-", "_")

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
        parts = [condition.met for condition in self.conditions] + [self.amount]
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
