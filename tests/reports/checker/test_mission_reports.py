"""The five reports of the mission: every relation that does not hold is found, none that holds is called an error.

The reports are not kept here; relations are known by their ids, and `FOUND` says by which kind of finding each is told.
"""

import csv

import pytest

from tests.reports.checker.conftest import MISSION
from zhucan.reports.checker import Finding, Severity, check

FOUND = {
    "C001": "title-repeated", "C004": "repeated", "C005": "periods-mixed", "C012": "scope", "C022": "department-lists",
    "C025": "unit-mixed", "C029": "title-half-missing", "C030": "plan-calendar", "C031": "event-year",
    "C035": "target-vague", "C037": "plan-without-number", "C038": "words-missing", "C039": "plan-calendar",
    "C046": "repeated", "C047": "line-broken", "C058": "wording", "C061": "number-first-missing",
    "C065": "reported-twice", "C070": "reported-twice", "C072": "restated", "C073": "masking", "C074": "name-varies",
    "C075": "reported-twice", "C076": "date-impossible", "C077": "words-doubled", "C078": "reported-twice",
    "C079": "date-impossible", "C080": "heading-swallowed", "C084": "heading-run-on", "C092": "number-masked",
    "C095": "words-missing", "C096": "parts-and-whole", "C097": "categories", "C098": "term", "C107": "number-style",
    "C112": "approximate", "C116": "number-lost", "C118": "number-lost", "C127": "reported-twice",
    "C130": "completion", "C136": "date-incomplete", "C143": "year-not-covered", "C151": "law-name",
    "C152": "name-varies", "C155": "reported-twice", "C157": "date-impossible", "C165": "title-years",
    "C166": "title-half-missing", "C167": "title-and-body", "C168": "document-name", "C171": "space",
    "C173": "number-missing", "C178": "number-missing", "C182": "name-varies", "C183": "scope", "C184": "name-varies",
    "C188": "name-varies", "C194": "words-missing", "C200": "number-missing", "C202": "document-name",
    "C209": "approximate", "C220": "list-count", "C224": "repeated",
}  # fmt: skip
WITH_WORDS = {
    "C030": "前期", "C031": "残疾人运动会", "C039": "结束", "C116": "10", "C118": "11", "C127": "做的单位", "C130": "140%",
    "C151": "残疾人保障法", "C166": "没有这一部分", "C184": "同一段里", "C188": "津补贴", "C202": "多了",
}  # fmt: skip
"""Words that the detail must hold, where the kind alone could be told of something else on the line."""

with (MISSION / "checks.csv").open(encoding="utf-8-sig", newline="") as file:
    RELATIONS = {row["id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    return check((MISSION / "reports.txt").read_text(encoding="utf-8-sig").split("\n"))


def _tells(finding: Finding, name: str) -> bool:
    return (
        finding.kind == FOUND[name]
        and finding.line == int(RELATIONS[name]["line"])
        and WITH_WORDS.get(name, "") in finding.detail
    )


def test_every_relation_that_does_not_hold_is_listed():
    assert set(FOUND) == {name for name, row in RELATIONS.items() if row["holds"] == "no"}


@pytest.mark.parametrize("name", sorted(FOUND))
def test_a_relation_that_does_not_hold_is_found_on_its_line(findings: list[Finding], name: str):
    assert any(_tells(finding, name) for finding in findings)


@pytest.mark.parametrize("name", sorted(name for name, row in RELATIONS.items() if row["holds"] == "yes"))
def test_a_relation_that_holds_is_not_called_an_error(findings: list[Finding], name: str):
    line = int(RELATIONS[name]["line"])
    errors = [one for one in findings if one.severity is Severity.ERROR and one.line == line]

    assert [one for one in errors if not any(_tells(one, other) for other in FOUND)] == []


def test_few_other_findings_are_called_errors(findings: list[Finding]):
    errors = [one for one in findings if one.severity is Severity.ERROR]
    others = [one for one in errors if not any(_tells(one, name) for name in FOUND)]

    assert len(errors) >= 15
    assert len(others) <= 10


def test_no_check_names_a_place_of_the_reports():
    from tests.repo.test_repository import SOURCE

    source = "\n".join(path.read_text(encoding="utf-8") for path in (SOURCE / "reports/checker").rglob("*.py"))
    quotes = {row["quote"] for row in RELATIONS.values() if len(row["quote"]) >= 8}

    assert [quote for quote in quotes if quote in source] == []
