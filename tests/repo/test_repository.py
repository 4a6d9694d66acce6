"""The repository keeps its own rules: files, packages, pins, money, and nobody's real data."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/zhucan"
PACKAGES = sorted(path for path in SOURCE.iterdir() if (path / "__init__.py").is_file())
NOT_OURS = {
    ".git", ".venv", "var", "build", ".hypothesis", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache",
    "__pycache__",
}  # fmt: skip
TEXTS = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".csv", ".html", ".css", ".js", ".svg", ".txt", ".sh", ""}


def _texts(folder: Path = ROOT) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in NOT_OURS or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from _texts(path)
        elif path.suffix in TEXTS and path != Path(__file__):
            yield path


def _lines() -> Iterator[tuple[str, str]]:
    """Yield every line of every text of the repository with its place."""
    for path in _texts():
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def _modules() -> Iterator[Path]:
    return (path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts)


def test_no_file_names_a_package_index():
    index = re.compile(r"index-url|find-links|trusted-host|pypi\.|pythonhosted|/simple/", re.IGNORECASE)

    assert [place for place, line in _lines() if index.search(line)] == []


def test_no_file_names_a_folder_of_somebodys_machine():
    folder = re.compile(r"(?<![\w.~*<-])/(?:work|root|home|tmp|Users)(?:/|\b)|[A-Z]:\\\\?Users")

    assert [place for place, line in _lines() if folder.search(line)] == []


def test_numbers_like_an_id_belong_to_invented_places_or_to_the_standards():
    published = {"11010519491231002X", "440524188001010014"}  # the samples of GB 11643
    made_up = re.compile(r"3304(?:99|98)|99|00")  # two counties and a province that nobody has, and folded figures
    number = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?![0-9A-Za-z])")

    found = [(place, match) for place, line in _lines() for match in number.findall(line)]

    assert [(place, one) for place, one in found if not made_up.match(one) and one.upper() not in published] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_with_hashes_and_name_nothing_else(name: str):
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]

    assert pins
    for pin in pins:
        assert re.fullmatch(r"[a-z0-9._-]+==\S+(?: ; [^#]+?)?(?:\s+--hash=sha256:[0-9a-f]{64})+\s*", pin), pin[:60]


def test_every_dependency_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name, wanted in (
        ("requirements.txt", project["dependencies"]),
        ("requirements-dev.txt", project["dependencies"] + project["optional-dependencies"]["dev"]),
    ):
        pinned = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for requirement in wanted:
            plain = re.split(r"[\[<>=]", requirement)[0].lower().replace("_", "-")
            assert plain in pinned, f"{plain} is not in {name}"


def test_no_module_is_longer_than_500_lines():
    long = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in _modules()}

    assert {name: lines for name, lines in long.items() if lines > 500} == {}


def test_there_are_no_drawers_and_no_signals():
    drawers = {"utils", "util", "helpers", "common", "signals", "misc"}

    assert [str(path) for path in SOURCE.rglob("*") if path.stem in drawers] == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_package_says_what_it_owns(package: Path):
    readme = package / "README.md"

    assert readme.is_file()
    assert readme.read_text(encoding="utf-8").startswith(f"# {package.name}\n")


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_package_stands_in_the_layers_and_on_the_architecture_page(package: Path):
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")

    assert package.name in {name for layer in layers for name in layer.split(" | ")}
    assert f"| `{package.name}` |" in (ROOT / "docs/architecture.md").read_text(encoding="utf-8")


def test_the_architecture_page_names_the_layers_in_their_order():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")

    assert " → ".join(layer for entry in reversed(layers) for layer in entry.split(" | ")) in text


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_nothing_is_made_a_float_and_no_column_is_one():
    found = []
    for path in _modules():
        for call in _calls(ast.parse(path.read_text(encoding="utf-8"))):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in ("float", "FloatField"):
                found.append(f"{path.relative_to(ROOT)}:{call.lineno}")

    assert found == []


def test_money_columns_hold_whole_fen():
    for path in SOURCE.rglob("models.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            match = re.match(r"\s+(\w+_fen) = models\.(\w+)", line)
            if match:
                assert match[2] == "BigIntegerField", line


def test_only_commands_and_pages_read_the_clock():
    clock = re.compile(r"from zhucan\.orgs\.clock import .*\b(?:now|today)\b|timezone\.now|date\.today|datetime\.now")
    allowed = {"office", "portal", "api", "commands", "demo", "clock.py"}
    readers = {
        str(path.relative_to(SOURCE))
        for path in _modules()
        if clock.search(path.read_text(encoding="utf-8")) and not allowed & set(path.parts)
    }

    assert readers <= {"indicators/engine.py"}  # a figure asked for without a moment is told as known now


def test_the_silencing_of_a_check_gives_its_reason():
    bare = re.compile(r"#\s*(?:type: ignore|noqa)(?:\[[\w, -]+\]|: [A-Z0-9, ]+)?\s*$")

    assert [place for place, line in _lines() if bare.search(line) and place.partition(":")[0].endswith(".py")] == []


def test_nothing_is_left_to_be_done_later():
    later = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")

    assert [place for place, line in _lines() if later.search(line) and place.startswith("src/")] == []
