"""Which pages are asked on PostgreSQL too."""

import pytest

ON_POSTGRESQL = {
    "test_access",
    "test_cases",
    "test_doubts",
    "test_figures",
    "test_people",
    "test_runs",
    "test_users_and_trail",
}
"""Every page by each of its roles, and the modules of lists, searches and work in the background.

What the other pages do is done by services, whose own tests run on both databases.
"""


@pytest.hookimpl(tryfirst=True)  # before the tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "office" and item.path.stem not in ON_POSTGRESQL:
            item.add_marker(pytest.mark.sqlite_only)
