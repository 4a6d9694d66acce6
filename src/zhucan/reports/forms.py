"""Report forms as declarations: sections of sentences that name indicators.

In a sentence `{holders}` is a figure of the report's year, `{holders|previous}` the one a year before,
`{holders|change}` the difference in words, `{paid|wan}` an amount in 万元, and `{holders|by category}` the parts in words.
`{place}`, `{year}` and `{next}` are the division's name, the year and the year after. A sentence with a figure that is
not known is left out and listed among the report's gaps: it is never written with a zero.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from zhucan.core.errors import ZhucanError

_SLOT = re.compile(r"\{(?P<name>[a-z0-9-]+)(?:\|(?P<how>[a-z ]+))?\}")
WORDS = frozenset({"place", "year", "next"})
HOWS = frozenset({"", "previous", "change", "wan"})
BREAKDOWNS = frozenset({"category", "grade", "age", "sex", "division", "month", "cause"})


class UnknownReport(ZhucanError):
    """No form has this name."""


@dataclass(frozen=True)
class Slot:
    """A place in a sentence: the whole text `{…}`, the indicator or word, and how it is said."""

    whole: str
    name: str
    how: str

    @property
    def by(self) -> str:
        """Return the breakdown it lists, or an empty text."""
        return self.how.removeprefix("by ") if self.how.startswith("by ") else ""


@dataclass(frozen=True)
class Sentence:
    """A sentence with slots."""

    text: str

    def slots(self) -> Iterator[Slot]:
        """Yield the slots in reading order."""
        for match in _SLOT.finditer(self.text):
            yield Slot(match[0], match["name"], match["how"] or "")


@dataclass(frozen=True)
class Table:
    """Indicators side by side, a row for each part of a breakdown (`division`: the divisions right below)."""

    caption: str
    first: str
    columns: tuple[tuple[str, str], ...]
    by: str = "division"


@dataclass(frozen=True)
class PlanReview:
    """The year's plan items that have a target, each with what was reached."""


@dataclass(frozen=True)
class PlanList:
    """Next year's plan items, numbered."""


Part = tuple[Sentence, ...] | Table | PlanReview | PlanList
"""A paragraph is a tuple of sentences."""


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    heading: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Form:
    """A report form. `needed`: pairs of figures; where the first is not 0, the report is let out only once the second is known."""

    id: str
    name: str
    title: str
    sections: tuple[Section, ...] = field(default_factory=tuple)
    needed: tuple[tuple[str, str], ...] = ()

    def sentences(self) -> Iterator[Sentence]:
        """Yield every sentence."""
        for section in self.sections:
            for part in section.parts:
                if isinstance(part, tuple):
                    yield from part

    def tables(self) -> Iterator[Table]:
        """Yield every table."""
        for section in self.sections:
            yield from (part for part in section.parts if isinstance(part, Table))


def paragraph(*sentences: str) -> tuple[Sentence, ...]:
    """Return a paragraph of sentences."""
    return tuple(Sentence(text) for text in sentences)
