"""Served over HTTPS under its own name, the site passes Django's deployment checks and sets every safe header."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_LOOK = """
import django; django.setup()
from django.test import Client
answer = Client().get('/sign-in/', secure=True, headers={'host': 'cl.example.cn'})
print(answer.status_code, sorted(answer.headers.items()), [str(c) for c in answer.cookies.values()], sep='\\n')
plain = Client().get('/sign-in/', headers={'host': 'cl.example.cn'})
print(plain.status_code, plain.headers.get('Location'))
print(Client().get('/sign-in/', secure=True, headers={'host': 'elsewhere.example'}).status_code)
"""


def _run(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    ours = ("ZHUCAN_", "DJANGO_")  # what the tests themselves run with is no deployment
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment = {**kept, "ZHUCAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "zhucan.config.settings", **more}
    return subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True, timeout=120)


SAFE = {"ZHUCAN_HTTPS": "1", "ZHUCAN_HOSTS": "cl.example.cn"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    assert _run(made, "-m", "zhucan", "init").returncode == 0
    return made


def test_the_deployment_checks_are_clean(home: Path):
    done = _run(home, "-m", "zhucan", "check", "--deploy", "--fail-level", "WARNING", **SAFE)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout or "0 silenced" in done.stdout


def test_pages_carry_safe_headers_and_cookies_and_only_https_answers(home: Path):
    said = _run(home, "-c", _LOOK, **SAFE)
    assert said.returncode == 0, said.stderr
    for wanted in (
        "('Strict-Transport-Security', 'max-age=31536000; includeSubDomains; preload')",
        "('X-Content-Type-Options', 'nosniff')",
        "('X-Frame-Options', 'DENY')",
        "('Referrer-Policy', 'same-origin')",
        "default-src 'none'",
        "Secure",
        "301 https://cl.example.cn/sign-in/",
    ):
        assert wanted in said.stdout, wanted
    assert said.stdout.strip().endswith("400")


@pytest.mark.parametrize("name", ["*", "https://cl.example.cn", "cl.example.cn:8000"])
def test_a_host_that_is_none_is_refused_in_chinese(home: Path, name: str):
    said = _run(home, "-m", "zhucan", "check", ZHUCAN_HOSTS=name)
    assert said.returncode == 1
    assert "ZHUCAN_HOSTS" in said.stderr
    assert "Traceback" not in said.stderr
