"""What a fact is: its kind, its source, and how the spells that count become one value."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from zhucan.policy.expressions import Expr, Kind, unknown_of

UNSTATED = object()


class Timing(Enum):
    """Which spells count: those that hold on the frame's day, or those that touch the frame's month."""

    ON_DAY = "on_day"
    IN_MONTH = "in_month"


class Aggregate(Enum):
    """How the spells that count become one value."""

    ANY = "any"
    NONE = "none"
    LATEST = "latest"
    MIN = "min"
    MAX = "max"
    COUNT = "count"
    SUM = "sum"  # unknown as soon as one amount is
    FLAG = "flag"  # whether the number is 1; what is recorded as not so is 0, and nothing recorded is `empty`


@dataclass(frozen=True, eq=False)
class Fact:
    """A declared fact. `empty` is its value without any counting spell (None: unknown); `presumed` what a worked case
    means by leaving it out (UNSTATED: unknown)."""

    name: str
    kind: Kind
    label: str
    source: str
    relation: str = ""
    aggregate: Aggregate = Aggregate.ANY
    column: str = ""
    where: Expr | None = None
    timing: Timing = Timing.ON_DAY
    empty: Any = None
    formula: Expr | None = None  # over person and frame; then there is no relation
    presumed: Any = UNSTATED
    choices: Mapping[str, str] | None = None
    asked: bool = False  # an application tells it; elsewhere it is what a register says, if one does, or unknown


def asked(name: str, kind: Kind, label: str, *, choices: Mapping[str, str] | None = None) -> Fact:
    """Return a fact that only the application tells, with what proves it; unknown without one."""
    return Fact(name, kind, label, "申请填写、材料核对", formula=unknown_of(kind), choices=choices, asked=True)
