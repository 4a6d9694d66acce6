"""A new key for the sealed columns: everything is sealed anew, nothing is lost, and a broken rotation is taken up again."""

import json
import os
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


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    data = Path(__file__).parents[1] / "data"
    assert _zhucan(made, "init", "--divisions", str(data / "divisions.csv")).returncode == 0
    assert (
        _zhucan(made, "import", "people", str(data / "roster-a.xlsx"), "--out", str(tmp_path / "m.xlsx")).returncode
        == 2
    )
    return made


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
