"""Who came and who went, with the cause of each: opening + gained - left = closing, in every month and place."""

import pytest

from tests.county import BOTH
from tests.indicators.conftest import Town
from zhucan.core.months import Month, months
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shared")]  # without the first no database is made

COUNTY, NORTH, SOUTH = "330499000000", "330499101000", "330499102000"
YEAR = Period.year(2025)


def _month(number: int) -> Period:
    return Period.month(Month(2025, number))


@pytest.mark.parametrize("scheme", BOTH)
@pytest.mark.parametrize("place", [COUNTY, NORTH, SOUTH])
def test_each_month_opens_with_what_the_last_one_closed_with_and_what_changed_makes_the_difference(
    town: Town, scheme: str, place: str
):
    names = [f"{scheme}-{name}" for name in ("opening", "gained", "left", "recipients")]
    closed = 0
    for month in months(Month(2025, 1), Month(2026, 1)):
        opening, gained, left, closing = (one.value for one in engine.figures(place, Period.month(month), names))
        assert opening == closed, month
        assert opening + gained - left == closing, month  # type: ignore[operator]  # every month is booked
        closed = closing  # type: ignore[assignment]  # as above
    with engine.together():
        opening, gained, left, closing = (one.value for one in engine.figures(place, YEAR, names))
    assert (opening, opening + gained - left, closing) == (0, closed, closed)  # type: ignore[operator]  # as above


@pytest.mark.parametrize(
    ("name", "place", "number", "causes"),
    [
        ("gained", COUNTY, 1, [("new", "新增", 2)]),  # ann and bob
        ("left", COUNTY, 7, [("died", "死亡", 1)]),  # ann died in June, which is paid
        ("left", NORTH, 5, [("moved", "户籍迁出", 1)]),  # eve goes south
        ("gained", SOUTH, 5, [("moved_in", "户籍迁入", 1)]),
        ("gained", COUNTY, 5, []),
        ("left", COUNTY, 5, []),
    ],
)
def test_each_change_has_its_cause_and_its_person(
    town: Town, name: str, place: str, number: int, causes: list[tuple[str, str, int]]
):
    with engine.together():
        parts = engine.breakdown(f"living-allowance-{name}", place, _month(number), "cause")
        found = engine.records(f"living-allowance-{name}", place, _month(number))

    assert [tuple(part) for part in parts] == causes
    assert len(found) == sum(count for _, _, count in causes)
    assert all(label in record.detail for record in found for _, label, _ in causes)


def test_a_death_learnt_late_is_a_loss_of_its_month_once_it_is_known(town: Town):
    july = _month(7)
    before, after = moment(Month(2025, 8).first), moment(Month(2025, 10).first)

    assert engine.figure("living-allowance-left", COUNTY, july, known_at=before).value == 0
    assert engine.figure("living-allowance-left", COUNTY, july, known_at=after).value == 1
    assert engine.figure("living-allowance-opening", COUNTY, _month(8), known_at=before).value == 3
    assert engine.figure("living-allowance-opening", COUNTY, _month(8), known_at=after).value == 2


def test_a_month_that_is_not_booked_has_no_changes_yet(town: Town):
    january, february = Period.month(Month(2026, 1)), Period.month(Month(2026, 2))

    assert engine.figure("living-allowance-opening", COUNTY, january).value == 2
    assert engine.figure("living-allowance-gained", COUNTY, january).value is None
    assert engine.figure("living-allowance-opening", COUNTY, february).value is None


def test_a_new_certificate_and_a_new_payment_are_told_apart(town: Town):
    with engine.together():
        paid = engine.breakdown("living-allowance-new", COUNTY, YEAR, "cause")
        cards = engine.breakdown("certificates-new", COUNTY, Period.year(2020), "cause")

    assert [part.label for part in paid] == ["新增"]
    assert [part.label for part in cards] == ["新办"]
