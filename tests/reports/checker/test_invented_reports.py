"""Invented reports of other kinds: nothing is found in the clean ones, and every seeded error is, on its line."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from zhucan.reports.checker import Finding, Severity, check

FILES = sorted((Path(__file__).parent / "invented").glob("*.yaml"))
REPORTS: dict[str, dict[str, Any]] = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
SEEDS = [(name, at) for name, report in REPORTS.items() for at in range(len(report["seeds"]))]


def _check(text: str) -> list[Finding]:
    return check(text.split("\n"))


def test_there_are_reports_of_many_kinds_and_many_seeds():
    assert len(REPORTS) >= 6
    assert len(SEEDS) >= 100


@pytest.mark.parametrize("name", REPORTS)
def test_a_clean_report_has_no_findings_but_those_expected(name: str):
    found = _check(REPORTS[name]["text"])

    assert [(one.line, one.kind, one.detail) for one in found if one.severity is Severity.ERROR] == []
    assert sorted((one.line, one.kind) for one in found) == sorted(map(tuple, REPORTS[name]["doubts"]))


@pytest.mark.parametrize(("name", "at"), SEEDS, ids=[f"{name}-{at}" for name, at in SEEDS])
def test_a_seeded_error_is_found_on_its_line(name: str, at: int):
    text, seed = REPORTS[name]["text"], REPORTS[name]["seeds"][at]
    assert seed["old"] in text
    changed = text.replace(seed["old"], seed["new"], 1)
    line = seed.get("line") or changed[: changed.index(seed["new"])].count("\n") + 1
    clean = {(one.line, one.kind, one.detail) for one in _check(text)}

    new = [one for one in _check(changed) if (one.line, one.kind, one.detail) not in clean]

    assert (line, seed["kind"], seed.get("severity", "error")) in {(one.line, one.kind, one.severity) for one in new}


@pytest.mark.parametrize("name", REPORTS)
def test_full_and_half_width_say_the_same(name: str):
    text = REPORTS[name]["text"]
    wide = text.translate({ord(one): ord(one) + 0xFEE0 for one in "0123456789%;:()"})

    assert [(one.line, one.kind) for one in _check(wide)] == [(one.line, one.kind) for one in _check(text)]
