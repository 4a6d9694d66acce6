"""What all tests share: a data folder of their own, and the rule that CI skips nothing."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from hypothesis import HealthCheck, settings

from tests import caseload
from tests.caseload import Office
from tests.county import County
from zhucan.core.months import Month
from zhucan.indicators import shelf
from zhucan.payments.models import Line
from zhucan.registry.models import Person

# the browser tests run an event loop in this thread, which Django would take for asynchronous code
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
settings.register_profile(
    "zhucan",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("zhucan")


def pytest_configure(config: pytest.Config) -> None:
    # Argon2 is slow on purpose; what the tests sign in with need not be hard to guess.
    django_settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *django_settings.PASSWORD_HASHERS,
    ]
    config.addinivalue_line(
        "markers", "sqlite_only: needs SQLite files, or asks nothing of the database, and is not run on PostgreSQL"
    )


@pytest.hookimpl(tryfirst=True)  # before the tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks nothing of the database: it is not asked again on another one."""
    for item in items:
        asks = {"db", "transactional_db", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
        if not asks and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.sqlite_only)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """With ZHUCAN_REQUIRE=all a skipped test is a failed one: CI must not pass by leaving things out."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("ZHUCAN_REQUIRE") == "all" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped although ZHUCAN_REQUIRE=all: {report.longrepr}"


@pytest.fixture
def county(db: None) -> County:
    return County()


@pytest.fixture
def office(county: County, settings: Any, tmp_path: Path) -> Office:
    """The county with a village, people who apply, and a folder of its own for papers."""
    settings.ZHUCAN_HOME = tmp_path
    return caseload.make(county)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add schemes made up for tests to the catalogue."""
    caseload.add_made_up(monkeypatch)


@pytest.fixture
def lines() -> Callable[..., list[tuple[str, str, str, str, int]]]:
    """Return booked lines as (run month, month, kind, cause, fen), oldest first."""

    def found(person: Person, **match: object) -> list[tuple[str, str, str, str, int]]:
        rows = Line.objects.filter(person=person, booked=True, **match).select_related("run")
        return [
            (
                str(Month.from_index(row.run.month)),
                str(Month.from_index(row.month)),
                row.kind,
                row.cause,
                row.amount_fen,
            )
            for row in rows.order_by("run__month", "month", "scheme")
        ]

    return found


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Let no test be told to come back in a minute, or see figures, because of the ones before it."""
    cache.clear()
    shelf.clear()
