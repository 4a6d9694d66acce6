"""The report checker: from the lines of any work report to what does not hold in them. No Django in here."""

from collections.abc import Sequence

from zhucan.reports.checker.checks import CHECKS
from zhucan.reports.checker.findings import Finding, Severity
from zhucan.reports.checker.layout import articles

__all__ = ["Finding", "Severity", "check"]
_ORDER = {severity: place for place, severity in enumerate(Severity)}


def check(lines: Sequence[str]) -> list[Finding]:
    """Return what does not hold, in reading order, errors first where a line has several."""
    found = {one: None for article in articles(lines) for run in CHECKS for one in run(article)}
    return sorted(found, key=lambda one: (one.line, _ORDER[one.severity], one.kind))
