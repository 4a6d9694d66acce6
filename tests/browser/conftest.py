"""A small demo county served as people get it: by `zhucan serve`, in its own process and folder, seen in Chromium."""

import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

AXE = (Path(__file__).parent / "axe.min.js").read_text()
_CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), "")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in item.nodeid and not _CHROMIUM:
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": _CHROMIUM, "args": _FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "reduced_motion": "reduce",
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "service_workers": "block",
        "viewport": {"width": 1280, "height": 900},
    }


@dataclass(frozen=True)
class Site:
    """A served county: where it answers, where its data stands, and the password of every account of its staff."""

    address: str
    home: Path
    password: str

    def zhucan(self, *words: str) -> str:
        """Run a command on the county and return what it printed."""
        return _zhucan(self.home, *words)

    def python(self, script: str) -> None:
        """Run a script on the county, with Django set up."""
        begin = "import django\ndjango.setup()\n"
        environment = {**_environment(self.home), "DJANGO_SETTINGS_MODULE": "zhucan.config.settings"}
        done = subprocess.run(
            [sys.executable, "-c", begin + script], env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHUCAN_")}
    return {**kept, "ZHUCAN_HOME": str(home)}


def _zhucan(home: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "zhucan", *words], env=_environment(home), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _serve(home: Path, password: str) -> Iterator[Site]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (home / "serve.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "zhucan", "serve", "--port", str(port)],
            env=_environment(home),
            stdout=log,
            stderr=log,
        )
    try:
        for _ in range(240):
            try:
                urlopen(f"{address}/sign-in/", timeout=5).close()
                break
            except OSError:
                assert server.poll() is None, (home / "serve.log").read_text()
                time.sleep(0.25)
        yield Site(address, home, password)
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(scope="session")
def county_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Build the small county once for every process of the run; returns its folder, never written to, and the password."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "county"
    folder.mkdir(exist_ok=True)
    home, told = folder / "home", folder / "told.txt"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the others wait until the first has built it
        if not told.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            said = _zhucan(home, "demo", "--people", "300", "--months", "6")
            told.write_text(said, encoding="utf-8")
    found = re.search(r"密码都是 (\S+?)（", told.read_text(encoding="utf-8"))
    assert found, told.read_text(encoding="utf-8")
    return home, found[1]


@pytest.fixture(scope="session")
def site(county_home: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The county for looking at: nothing of substance is changed in it."""
    home = tmp_path_factory.mktemp("site") / "home"
    shutil.copytree(county_home[0], home)
    yield from _serve(home, county_home[1])


@pytest.fixture
def own_site(county_home: tuple[Path, str], tmp_path: Path) -> Iterator[Site]:
    """A county of its own for a test that changes it."""
    home = tmp_path / "home"
    shutil.copytree(county_home[0], home)
    yield from _serve(home, county_home[1])


@pytest.fixture
def sign_in(page: Any) -> Callable[[Site, str], None]:
    """Return a function that signs a user of the county in, in the browser."""

    def enter(where: Site, username: str) -> None:
        page.goto(f"{where.address}/sign-in/")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(where.password)
        page.get_by_role("button", name="登录").click()

    return enter


@pytest.fixture
def faultless(page: Any) -> Iterator[Callable[..., None]]:
    """Return the check that a page passes axe, scrolls only one way, and that no policy was broken on the way."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))

    def check(*, care: bool = False, rules: Sequence[str] = ()) -> None:
        """Look at the page with every rule, or with those that can differ where only `rules` can."""
        if not page.evaluate("'axe' in window"):  # a page that is turned from mode to mode has it still
            page.evaluate(AXE + ";0")
        tags = [*_TAGS, "wcag2aaa"] if care else _TAGS
        only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": tags}
        found = page.evaluate("only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only)
        broken = [
            (one["id"], one["help"], [(node["html"][:160], node["failureSummary"][:200]) for node in one["nodes"][:3]])
            for one in found["violations"]
        ]
        assert not broken, f"{page.url}\n" + json.dumps(broken, ensure_ascii=False, indent=1)
        assert len(found["passes"]) > (0 if rules else 8), f"axe did not look at {page.url}"
        wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1], f"{page.url} scrolls sideways: {wide}"
        unnamed = page.evaluate(
            "[...document.querySelectorAll('svg')].filter(s => !(s.getAttribute('aria-hidden') === 'true'"
            " || s.getAttribute('aria-label') || s.getAttribute('aria-labelledby'))).length"
        )
        assert unnamed == 0, f"{page.url} has {unnamed} pictures without a name"

    yield check
    assert not [text for text in said if "status of 4" not in text], said
