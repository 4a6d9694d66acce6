"""What the tests of payments share."""

from collections.abc import Callable

import pytest

from zhucan.core.months import Month
from zhucan.payments.models import Line
from zhucan.registry.models import Person


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
