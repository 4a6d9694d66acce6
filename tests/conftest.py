"""What all tests share: a data folder of their own, and the rule that CI skips nothing."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.county import County

settings.register_profile(
    "zhucan",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("zhucan")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sqlite_only: needs SQLite files, not run on PostgreSQL")


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
