"""What a figure is: a relation, a filter and a measure, with its definition in words; or one figure over another."""

from dataclasses import dataclass
from enum import StrEnum

from zhucan.core.errors import ZhucanError


class UnknownIndicator(ZhucanError, KeyError):
    """No indicator has this id."""

    def __str__(self) -> str:
        return str(self.args[0])


class Measure(StrEnum):
    """How records become a figure; the value is what a unit of it is called."""

    PERSONS = "人"  # each person once
    HEADS = "名"  # each participant once: a person of the register, a relative of one, or a worker
    HOUSEHOLDS = "户"  # each household once
    COUNTIES = "个县"  # each county once
    PERSON_TIMES = "人次"  # each person, scheme and run month once
    PERSON_MONTHS = "人月"  # each person, scheme and benefit month once
    CASES = "件"  # each record
    PAYMENTS = "笔"  # each record
    TIMES = "次"  # each record: one payment, one thing handed out, one session
    QUANTITY = "数量"  # the records' quantities, in the unit of the scheme
    AMOUNT = "元"  # the records' amounts
    MEDIAN = "中位数"  # the middle of the records' quantities, in halves; not known without records
    LONGEST = "最大值"  # the largest of the records' quantities; not known without records


@dataclass(frozen=True)
class Indicator:
    """A figure over a relation of `snapshot.py`: its records are the rows that meet `where` (our own SQL text).

    `known` is SQL that is true where the figure can be known at all; where it is not, the value is None, never 0.
    """

    id: str
    name: str
    relation: str
    measure: Measure
    definition: str
    where: str = "true"
    stock: bool = False
    known: str = "true"
    scheme: str = ""  # of a figure made for one scheme of the policy catalogue or one project: shown only where it concerns the place
    counted_in: str = ""  # what a quantity is counted in

    @property
    def unit(self) -> str:
        """Return 人, 名, 户, 人次, 人月, 件, 笔, 次, 元, or what its quantity is counted in."""
        return self.counted_in or self.measure.value


@dataclass(frozen=True)
class Ratio:
    """One indicator over another, in percent with two decimals; its records are the numerator's."""

    id: str
    name: str
    numerator: str
    denominator: str
    definition: str
    unit: str = "%"
    stock: bool = True
    part: bool = False  # the numerator is part of the denominator, so that nothing above 100 can be true
    scheme: str = ""
