"""A checked report to take away: the Word file with a comment at every finding that nobody let stand."""

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.text.paragraph import Paragraph

from zhucan.reports.checker.findings import SEVERITY_NAMES, Finding, Severity
from zhucan.reports.checker.reading import checked_word, word_blocks

_COLOURS = {
    Severity.ERROR: WD_COLOR_INDEX.PINK,
    Severity.DOUBT: WD_COLOR_INDEX.YELLOW,
    Severity.STYLE: WD_COLOR_INDEX.GRAY_25,
}
_AUTHOR, _INITIALS = "报告检查", "检"


def marked(lines: Sequence[str], findings: Sequence[Finding], word: bytes | None, name: str) -> bytes:
    """Return a Word file of the lines with their findings as comments; the file they came in, if it was one.

    Raises `Unreadable` where that file does not open any more.
    """
    document = checked_word(name, word) if word is not None else _fresh(lines)
    blocks = word_blocks(document)
    for finding in findings:
        paragraph = _place(blocks, finding) if finding.line <= len(blocks) else None
        if paragraph is not None:
            _comment(document, paragraph, finding)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _fresh(lines: Sequence[str]) -> Any:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    return document


def _place(blocks: Sequence[Any], finding: Finding) -> Paragraph | None:
    """Return the paragraph of a finding; in a row of a table, the first that has text."""
    block = blocks[finding.line - 1]
    if isinstance(block, Paragraph):
        return block
    return next((paragraph for cell in block for paragraph in cell.paragraphs if paragraph.text.strip()), None)


def _comment(document: Any, paragraph: Paragraph, finding: Finding) -> None:
    runs = paragraph.runs or [paragraph.add_run(paragraph.text or " ")]
    said = f"【{SEVERITY_NAMES[finding.severity]}】{finding.name}：{finding.detail}"
    beginning = finding.sentence[:12]
    touched = _runs_of(runs, finding.sentence) if beginning else runs
    for run in touched:
        if finding.severity is Severity.ERROR or run.font.highlight_color is None:
            run.font.highlight_color = _COLOURS[finding.severity]
    document.add_comment(touched, text=said, author=_AUTHOR, initials=_INITIALS)


def _runs_of(runs: Sequence[Any], sentence: str) -> list[Any]:
    """Return the runs that a sentence stands in, all where it is not found."""
    whole = "".join(run.text for run in runs)
    start = whole.find(sentence)
    if start < 0:
        return list(runs)
    found, at = [], 0
    for run in runs:
        if at < start + len(sentence) and at + len(run.text) > start:
            found.append(run)
        at += len(run.text)
    return found or list(runs)
