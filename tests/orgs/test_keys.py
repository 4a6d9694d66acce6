"""A new key for the sealed columns: everything is sealed anew, nothing is lost, and a broken rotation is taken up again."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sqlite_only


def _zhucan(home: Path, *words: str, code: str = "") -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHUCAN_")}
    environment = {**kept, "ZHUCAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "zhucan.config.settings"}
    asked = ["-c", code] if code else ["-m", "zhucan", *words]
    return subprocess.run([sys.executable, *asked], env=environment, capture_output=True, text=True, timeout=180)


_NUMBERS = """
import django; django.setup()
from zhucan.registry.models import Person, PayeeAccount, Certificate
from zhucan.registry.queries import search
people = list(Person.objects.order_by("pk"))
print([p.id_number for p in people], [a.number for a in PayeeAccount.objects.order_by("pk")])
print(all(search(p.id_number).get() == p for p in people))
"""
_HALF = """
import django; django.setup()
from django.conf import settings
from zhucan.core import keyring
from zhucan.orgs import resealing
keyring.add_field_key(settings.ZHUCAN_KEY_FILE)
settings.ZHUCAN_FIELD_KEYS, settings.ZHUCAN_FIELD_VERSION = keyring.read(settings.ZHUCAN_KEY_FILE)
column = next(one for one in resealing.columns() if one.name == "registry.Person.id_number")
resealing._CHUNK = 3
rows = resealing._rows(column)
resealing._write(column, [(resealing.seal(resealing.unseal(d, column.name), column.name), pk, d) for pk, d in next(rows)])
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    made = folder / "home"
    made.mkdir()
    data = Path(__file__).parents[1] / "data"
    assert _zhucan(made, "init", "--divisions", str(data / "divisions.csv")).returncode == 0
    taken = _zhucan(made, "import", "people", str(data / "roster-a.xlsx"), "--out", str(folder / "m.xlsx"))
    assert taken.returncode == 2
    return made


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """A folder of its own for each test, as `init` and the import left it."""
    return shutil.copytree(made, tmp_path / "home")


def _said(home: Path) -> str:
    done = _zhucan(home, code=_NUMBERS)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("True")
    return done.stdout


def _versions(home: Path) -> set[int]:
    with sqlite3.connect(home / "zhucan.sqlite3") as base:
        return {bytes(data)[0] for (data,) in base.execute("SELECT id_number FROM registry_person")}


def test_everything_is_sealed_anew_and_still_opens(home: Path):
    before = _said(home)
    done = _zhucan(home, "keys", "rotate", "--stopped")
    assert done.returncode == 0, done.stderr
    assert _versions(home) == {2}
    assert _said(home) == before
    assert _zhucan(home, "verify").returncode == 0
    assert "第 2 个密钥" in _zhucan(home, "keys", "status").stdout
    assert (home / "keys.json").stat().st_mode & 0o777 == 0o600


def test_a_rotation_broken_off_is_readable_and_is_finished_by_the_next(home: Path):
    before = _said(home)
    assert _zhucan(home, code=_HALF).returncode == 0
    assert _versions(home) == {1, 2}
    assert _said(home) == before
    assert _zhucan(home, "keys", "rotate", "--stopped").returncode == 0
    assert _versions(home) == {2}  # the key made then, not a third one
    assert _said(home) == before


def test_former_keys_go_only_when_nothing_needs_them(home: Path):
    before = _said(home)
    assert _zhucan(home, code=_HALF).returncode == 0
    refused = _zhucan(home, "keys", "forget", "--stopped")
    assert refused.returncode == 1
    assert "还有" in refused.stderr
    old = json.loads((home / "keys.json").read_text())["field"]
    assert _zhucan(home, "keys", "rotate", "--stopped").returncode == 0
    assert _zhucan(home, "keys", "forget", "--stopped").returncode == 0
    assert old not in (home / "keys.json").read_text()
    assert _said(home) == before
    assert _zhucan(home, "keys", "rotate", "--stopped").returncode == 0
    assert _versions(home) == {3}
    assert _said(home) == before


def test_it_is_not_begun_while_the_pages_may_be_served(home: Path):
    done = _zhucan(home, "keys", "rotate")
    assert done.returncode == 1
    assert "请先停掉网页服务" in done.stderr
    assert _versions(home) == {1}


_HALF_INDEXED = """
import django; django.setup()
from django.conf import settings
from zhucan.core import keyring
from zhucan.orgs import reindexing
_, key = keyring.next_index_key(settings.ZHUCAN_KEY_FILE)
column = next(one for one in reindexing.columns() if one.name == "registry.Person.id_index")
reindexing._CHUNK = 3
rows = next(reindexing._rows(column))
reindexing._write(column, [(column.index(data, key), pk, index) for pk, data, index in rows])
"""


def _indexes(home: Path) -> list[list[str]]:
    """Return every column of blind indexes, row by row."""
    asked = ("registry_person", "id_index"), ("registry_certificate", "number_index"), (
        "registry_payeeaccount", "number_index"
    )  # fmt: skip
    with sqlite3.connect(home / "zhucan.sqlite3") as base:
        return [[said for (said,) in base.execute(f"SELECT {name} FROM {table} ORDER BY id")] for table, name in asked]


def test_every_index_is_made_anew_and_everybody_is_still_found(home: Path):
    before, indexes = _said(home), _indexes(home)
    old = json.loads((home / "keys.json").read_text())["index"]

    done = _zhucan(home, "keys", "rotate-index", "--stopped")

    assert done.returncode == 0, done.stderr
    assert all(len(column) for column in indexes)
    assert not [
        a for was, now in zip(indexes, _indexes(home), strict=True) for a, b in zip(was, now, strict=True) if a == b
    ]
    assert _said(home) == before
    assert old not in (home / "keys.json").read_text()
    assert _zhucan(home, "verify").returncode == 0  # the head of the audit chain is signed with the new key


def test_a_new_index_that_broke_off_finds_nobody_wrongly_and_is_finished_by_the_next(home: Path):
    before = _said(home)
    assert _zhucan(home, code=_HALF_INDEXED).returncode == 0
    half = json.loads((home / "keys.json").read_text())
    for words in (("serve",), ("verify",), ("explain", "1", "2025-01")):
        refused = _zhucan(home, *words)
        assert refused.returncode == 1, words
        assert "rotate-index" in refused.stderr, words
    assert "没有换完" in _zhucan(home, "keys", "status").stdout

    assert _zhucan(home, "keys", "rotate-index", "--stopped").returncode == 0

    assert json.loads((home / "keys.json").read_text())["index"] == half["index_next"]
    assert _said(home) == before
    assert _zhucan(home, "verify").returncode == 0


def test_a_head_that_nobody_signed_is_not_signed_by_a_new_key(home: Path):
    with sqlite3.connect(home / "zhucan.sqlite3") as base:
        base.execute("UPDATE orgs_audithead SET seal = 'x'")
    kept = (home / "keys.json").read_bytes()

    refused = _zhucan(home, "keys", "rotate-index", "--stopped")

    assert refused.returncode == 1
    assert "链头" in refused.stderr
    assert (home / "keys.json").read_bytes() == kept
    assert _zhucan(home, "verify").returncode == 1
