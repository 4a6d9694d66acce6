"""The documents are true: commands parse, links lead somewhere, words are in the code."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from zhucan.payments import causes
from zhucan.payments.models import LineKind
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.facts import BENEFIT_LABELS, CATEGORY_LABELS, HARDSHIP_LABELS
from zhucan.registry.models import CertificateEvent

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
PAGES = sorted([*(ROOT / name for name in READMES), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("README.md")])
CODE = "\n".join(
    path.read_text(encoding="utf-8") for kind in ("*.py", "*.yaml") for path in sorted((ROOT / "src").rglob(kind))
)


def _commands(page: Path) -> list[str]:
    """Return the `zhucan …` and `make …` lines of the code blocks of a page."""
    blocks = re.findall(r"^```(?:\w*)\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    lines = [re.sub(r"\s+#.*", "", line).strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith(("zhucan ", "make "))]


@pytest.mark.parametrize(
    "line", sorted({line for page in PAGES for line in _commands(page)}), ids=lambda line: " ".join(line.split()[:3])
)
def test_a_command_on_a_page_is_one_that_parses(line: str):
    tool, *arguments = shlex.split(line)
    if tool == "make":
        assert re.search(rf"^{arguments[0]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        return
    name, *rest = arguments
    assert name in get_commands()

    command = load_command_class(get_commands()[name], name)

    assert command.create_parser("zhucan", name).parse_args(rest)
    if name == "report":
        from zhucan.reports.catalogue import (
            form,
        )  # not above: a broken form must fail this line only, not every document

        assert form(rest[0])


def test_the_chinese_readme_shows_the_same_commands():
    english, chinese = (_commands(ROOT / name) for name in READMES)

    assert chinese == english


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_that_are_there(page: Path):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_a_readme_shows_a_picture_and_the_two_commands(name: str):
    text = (ROOT / name).read_text(encoding="utf-8")

    assert re.search(r"^!\[.+\]\(docs/images/\S+\)$", text, re.MULTILINE)
    assert "make demo" in text
    assert "make test" in text


def _glossary() -> list[tuple[str, str, str]]:
    rows = []
    for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] != "中文":
            rows.append((cells[0], cells[1], cells[2]))
    return rows


def test_a_word_stands_in_the_glossary_once():
    terms = [term for term, _, _ in _glossary()]

    assert len(terms) > 80
    assert sorted(set(terms)) == sorted(terms)


@pytest.mark.parametrize("row", _glossary(), ids=lambda row: row[0])
def test_a_word_of_the_glossary_is_used_by_the_code(row: tuple[str, str, str]):
    term, english, names = row

    assert re.search(r"[a-z]", english), term
    for name in re.findall(r"`([^`]+)`", names):
        plain = name.removeprefix("zhucan ").strip("*")
        assert plain in CODE or plain in (path.stem for path in (ROOT / "src").rglob("*")) or name == "BOTH", name


def test_what_people_read_in_lists_is_in_the_glossary():
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    words = [
        *(scheme.name for scheme in SCHEMES if scheme.administered),
        *CATEGORY_LABELS.values(),
        *(label for code, label in HARDSHIP_LABELS.items() if code != "none"),
        *LineKind.labels,
        *(label for label in CertificateEvent.labels if label not in ("类别等级变更", "换领")),
        causes.label("renewal_backpay"),
    ]

    missing = [word for word in words if word not in text and word.removesuffix("供养") not in text]

    assert missing == []
    assert set(BENEFIT_LABELS) >= set(re.findall(r"`(\w+)`", text)) & {"orphan", "ltci", "senior_allowance"}


def test_decisions_are_numbered_without_gaps_and_have_their_three_parts():
    pages = sorted((ROOT / "docs/adr").glob("*.md"))

    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(page.name[:4])}. ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
        assert len(text.splitlines()) < 80


def test_the_changelog_has_a_place_for_what_comes_next():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.search(r"^## \[Unreleased\]$", text, re.MULTILINE)
    for package in ("core", "policy", "orgs", "registry", "cases", "payments", "indicators", "reports", "demo"):
        assert f"`{package}`" in text


def test_the_licence_is_the_one_that_is_declared():
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
