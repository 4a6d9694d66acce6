"""What a new standard is said to cost is what the next run books once it is saved; looking changes nothing."""

from datetime import date

import pytest
from django.db.models import Sum

from tests.county import County
from zhucan.core.months import Month
from zhucan.orgs.clock import moment
from zhucan.orgs.models import LocalParameter
from zhucan.orgs.standards import StandardRefused, set_standard
from zhucan.payments.models import LineKind
from zhucan.payments.simulation import simulate

AT = moment(date(2025, 4, 15))


@pytest.fixture
def paid(county: County) -> County:
    for grade in (1, 1, 2):
        person = county.person()
        county.certify(person, "physical", grade)
        county.dibao(person)
        county.grant(person, "2025-01-06")
    for month in ("2025-01", "2025-02", "2025-03"):
        county.book(month)
    return county


def _raise(county: County, value: str, since: date) -> None:
    set_standard(
        name="ns_monthly_full", place=county.a.code, valid_from=since, value=value, document="示例县民残〔2025〕3号（虚构）", at=AT, by=None
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "since"), [("900.00", date(2025, 2, 1)), ("10.00", date(2025, 3, 1)), ("900.00", date(2025, 4, 1))]
)
def test_what_is_simulated_is_what_the_next_run_books(paid: County, value: str, since: date):
    told = simulate(place=paid.a.code, change=lambda: _raise(paid, value, since), at=AT)
    assert not LocalParameter.objects.exists()
    assert told.month == Month(2025, 4)

    _raise(paid, value, since)
    run = paid.book("2025-04")
    sums = {row["kind"]: row["sum"] for row in run.lines.values("kind").annotate(sum=Sum("amount_fen"))}
    assert told.after_fen == sums[LineKind.REGULAR]
    assert told.back_fen == sums.get(LineKind.ARREARS, 0) + sums.get(LineKind.RECOVERY, 0)
    assert (told.gaining > 0, told.losing > 0) == (value == "900.00", value == "10.00")
    assert told.after_fen - told.before_fen + told.back_fen == sum(fen for _, fen in told.people)
    assert sum(fen for _, fen in told.places.values()) == sum(fen for _, fen in told.schemes.values())


def test_a_standard_that_is_refused_is_refused_here_too(paid: County):
    with pytest.raises(StandardRefused):
        simulate(place=paid.a.code, change=lambda: _raise(paid, "900.00", date(1900, 1, 1)), at=AT)
    assert not LocalParameter.objects.exists()


def test_a_standard_that_changes_nothing_says_so(paid: County):
    told = simulate(place=paid.a.code, change=lambda: None, at=AT)
    assert (told.gaining, told.losing, told.back_fen, told.people) == (0, 0, 0, [])
    assert told.before_fen == told.after_fen > 0
