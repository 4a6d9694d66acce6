"""The mission's tables are complete, and what they call done is shown by a test that exists."""

import ast
import csv
from functools import cache
from pathlib import Path

import pytest

from zhucan.indicators.catalog import CATALOG, MADE

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/mission"


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SYSTEMS, INDICATORS = _rows("systems"), _rows("indicators")


@pytest.mark.parametrize(
    ("rows", "letter", "count", "columns"),
    [
        (SYSTEMS, "S", 306, ["id", "name_zh", "name_en", "group", "where", "test"]),
        (INDICATORS, "I", 301, ["id", "indicator", "unit", "measure", "indicator_id", "test"]),
    ],
    ids=["systems", "indicators"],
)
def test_every_row_is_there_with_its_id_and_columns(
    rows: list[dict[str, str]], letter: str, count: int, columns: list[str]
):
    assert [row["id"] for row in rows] == [f"{letter}{number:03}" for number in range(1, count + 1)]
    assert list(rows[0]) == columns
    for row in rows:
        assert all(row[name].strip() for name in columns[:4]), row["id"]


def test_names_are_told_apart_and_hold_no_quotation():
    for rows, name in ((SYSTEMS, "name_zh"), (SYSTEMS, "name_en"), (INDICATORS, "indicator")):
        names = [row[name] for row in rows]
        assert sorted(set(names)) == sorted(names)
        assert not any(mark in text for text in names for mark in '“”「」"')


@pytest.mark.parametrize("row", [row for row in SYSTEMS if row["where"] or row["test"]], ids=lambda row: row["id"])
def test_a_system_called_done_has_its_place_and_its_test(row: dict[str, str]):
    places = [place.strip() for place in row["where"].split(";")]

    assert all(place and (ROOT / "src/zhucan" / place).exists() for place in places)
    _assert_node(row["test"])


@pytest.mark.parametrize(
    "row", [row for row in INDICATORS if row["indicator_id"] or row["test"]], ids=lambda row: row["id"]
)
def test_an_indicator_called_done_is_in_the_catalogue_and_has_its_test(row: dict[str, str]):
    assert row["indicator_id"] in {item.id for item in (*CATALOG, *MADE)}
    _assert_node(row["test"])


def test_the_main_loop_is_called_done():
    assert {row["id"] for row in SYSTEMS if row["where"]} >= {"S001", "S023", "S024", "S025"}
    assert {row["id"] for row in INDICATORS if row["indicator_id"]} >= {"I001", "I002", "I003", "I004", "I112", "I119"}


def _assert_node(node: str) -> None:
    file, _, function = node.partition("::")
    path = ROOT / file
    assert path.is_file(), node
    assert function in _functions(path), node


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(item.name for item in ast.walk(tree) if isinstance(item, ast.FunctionDef))
