"""Findings: what somebody established about a person, each a kind of one relation with a word, a number or a yes.

A new one needs a row here and no table: the registry keeps findings of every kind as spells with both clocks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhucan.policy.expressions import Kind
from zhucan.policy.fact import UNSTATED, Aggregate, Fact
from zhucan.policy.relations import Columns


@dataclass(frozen=True)
class FindingKind:
    """One kind of finding, and so one fact of that name. A BOOL is recorded as number 1 or 0; MONEY as fen.

    `empty`: what nothing recorded means (None: not known); `presumed` what a worked case means by leaving it out.
    """

    name: str
    kind: Kind
    label: str
    source: str
    choices: Mapping[str, str] | None = None
    empty: Any = None
    presumed: Any = UNSTATED

    @property
    def column(self) -> str:
        """Return where the relation keeps it."""
        return "word" if self.kind is Kind.TEXT else "number"


FINDINGS: tuple[FindingKind, ...] = (
    FindingKind("rural", Kind.BOOL, "农村户籍", "户籍登记"),
    FindingKind("monitored", Kind.BOOL, "防止返贫监测对象", "农业农村数据", empty=False, presumed=False),
    FindingKind("lower_limb", Kind.BOOL, "下肢残疾", "残疾评定"),
)
FINDING_KINDS: Mapping[str, FindingKind] = {item.name: item for item in FINDINGS}


def _fact(item: FindingKind) -> Fact:
    return Fact(
        item.name,
        item.kind,
        item.label,
        item.source,
        "finding",
        Aggregate.FLAG if item.kind is Kind.BOOL else Aggregate.LATEST,
        item.column,
        Columns("finding").kind == item.name,
        empty=item.empty,
        presumed=item.presumed,
        choices=item.choices,
    )


FACTS: tuple[Fact, ...] = tuple(_fact(item) for item in FINDINGS)
