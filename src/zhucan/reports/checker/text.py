"""The text of a report: lines joined to paragraphs, cut into sentences and clauses, each knowing its printed line.

Checks read a canonical form in which full- and half-width say the same; it has the same length as what is printed, so
every place in it is a place in the report.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from zhucan.reports.checker.figures import Figure, figures_of
from zhucan.reports.checker.findings import Finding, Severity

_FULL = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_CHINESE = {"，": "，", "；": "；", "：": "：", "（": "（", "）": "）", "？": "？", "！": "！"}
_TABLE = str.maketrans(
    {
        **_FULL,
        **_CHINESE,
        ";": "；",
        ":": "：",
        "(": "（",
        ")": "）",
        "?": "？",
        "!": "！",
        "﹪": "%",
        "～": "~",
        "–": "—",
        "―": "—",
        "－": "-",
        "×": "x",
        "╳": "x",
        "○": "〇",
        "\u3000": " ",
        "\xa0": " ",
        "「": "“",
        "」": "”",
    }
)
_COMMA = re.compile(r"(?<!\d),|,(?!\d{3}(?!\d))")
_SENTENCE = re.compile(r"[^。！？]*(?:[。！？]+[”’）》]*|$)")
_CLAUSE = re.compile(r"[^，；。！？：]+")
ENUMERATOR = re.compile(
    r"^\s*(?:(?P<han>[一二三四五六七八九十]{1,3})[、.．]"
    r"|（(?P<inner>[一二三四五六七八九十]{1,3})）、?"
    r"|（(?P<bracket>\d{1,2})）、?"
    r"|(?P<digit>\d{1,2})(?P<mark>、|[.．)](?!\d))"
    r"|第(?P<part>[一二三四五六七八九十]{1,3})(?:章|节|部分)\s*"
    r"|(?P<hash>#{1,6})\s+|(?P<bullet>[-*•●·])\s+)"
)


def canonical(text: str) -> str:
    """Return the text with digits, letters and punctuation in one width; the length stays.

    >>> canonical("１２％(約),共1,234人")
    '12%（約），共1,234人'
    """
    return _COMMA.sub("，", text.translate(_TABLE))


@dataclass(frozen=True)
class Sentence:
    """A stretch of a paragraph up to a full stop."""

    paragraph: "Paragraph"
    start: int
    end: int

    @cached_property
    def text(self) -> str:
        """The canonical text."""
        return self.paragraph.text[self.start : self.end]

    @cached_property
    def figures(self) -> list[Figure]:
        """The figures in it, in reading order."""
        return [one for one in self.paragraph.figures if self.start <= one.start < self.end]

    def clauses(self) -> Iterator[tuple[int, str]]:
        """Yield each clause with its place in the paragraph."""
        for found in _CLAUSE.finditer(self.text):
            yield self.start + found.start(), found[0]


@dataclass(frozen=True, eq=False)
class Paragraph:
    """Lines that belong together. `plan` tells whether it speaks of what is to be done."""

    text: str
    printed: str
    starts: tuple[tuple[int, int], ...]  # (place in the text, number of the line that begins there)
    heading: bool = False
    plan: bool = False
    table: bool = False

    def line_at(self, place: int) -> int:
        """Return the number of the line that a place of the text is printed on."""
        return self.starts[bisect_right([start for start, _ in self.starts], place) - 1][1]

    @property
    def line(self) -> int:
        """The number of its first line."""
        return self.starts[0][1]

    @cached_property
    def figures(self) -> list[Figure]:
        """The figures in it, in reading order."""
        return [] if self.table else figures_of(self.text)

    @cached_property
    def sentences(self) -> list[Sentence]:
        """The sentences in it."""
        found = (match.span() for match in _SENTENCE.finditer(self.text))
        return [Sentence(self, start, end) for start, end in found if end > start]

    def sentence_at(self, place: int) -> Sentence:
        """Return the sentence that a place lies in."""
        return next((one for one in self.sentences if one.start <= place < one.end), self.sentences[-1])

    def finding(self, kind: str, severity: Severity, place: int, detail: str) -> Finding:
        """Return a finding at a place of the text, with the sentence as it is printed."""
        sentence = self.sentence_at(place)
        said = self.printed[sentence.start : sentence.end].strip()
        return Finding(kind, severity, self.line_at(place), said, detail)


@dataclass(frozen=True)
class Title:
    """One printing of a title: its first line, its last, and the text."""

    line: int
    last: int
    text: str


@dataclass(frozen=True, eq=False)
class Article:
    """A report: its title as often as it is printed, and its paragraphs, headings and tables among them."""

    titles: tuple[Title, ...]
    paragraphs: tuple[Paragraph, ...]
    tables: tuple["Table", ...] = ()
    breaks: tuple[tuple[int, str], ...] = ()  # lines that end in the middle of a sentence
    memory: dict[str, object] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The title in full, "" where there is none."""
        return max((one.text for one in self.titles), key=len, default="")

    @cached_property
    def body(self) -> tuple[Paragraph, ...]:
        """The paragraphs that are neither headings nor rows of a table."""
        return tuple(one for one in self.paragraphs if not one.heading and not one.table)

    @cached_property
    def sentences(self) -> list[Sentence]:
        """All sentences of the body."""
        return [one for paragraph in self.body for one in paragraph.sentences]

    @cached_property
    def text(self) -> str:
        """The whole text, a line a paragraph."""
        return "\n".join(one.text for one in self.paragraphs)


@dataclass(frozen=True)
class Table:
    """Cells, each row with the number of its line."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]


CJK = "\u4e00-\u9fff"
