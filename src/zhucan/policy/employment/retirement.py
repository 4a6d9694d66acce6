"""When somebody reaches the statutory retirement age (LQ-17), as an expression and as a plain function.

The schedule is national law with fixed steps, so it stands here as a table and not as parameters of places: from a birth
month on, the age rises by a month for every so many months of birth, up to a most.
"""

from dataclasses import dataclass
from datetime import date

from zhucan.core.calendar import add_months
from zhucan.core.months import Month
from zhucan.policy.expressions import Expr, Kind, choose, greatest, least, literal, months_between, unknown_of

_MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Schedule:
    """The old age in years, the first birth month that rises, how many birth months make one more, and the most."""

    years: int
    rises_from: date
    step: int
    most: int


MEN = Schedule(60, date(1965, 1, 1), 4, 36)
WOMEN_55 = Schedule(55, date(1970, 1, 1), 4, 36)
WOMEN_50 = Schedule(50, date(1975, 1, 1), 2, 60)


def retirement_month(born: date, schedule: Schedule) -> Month:
    """Return the month in which the retirement age is reached; it still counts as working age.

    >>> str(retirement_month(date(1966, 3, 9), MEN))
    '2026-07'
    """
    births = Month.of(born).index - Month.of(schedule.rises_from).index + 1
    delay = min(max(-(-births // schedule.step), 0), schedule.most)
    return Month.of(add_months(born, schedule.years * _MONTHS_A_YEAR + delay))


def _age_in_months(born: Expr, schedule: Schedule) -> Expr:
    births = months_between(literal(schedule.rises_from), born) + 1
    delay = greatest(least((births + (schedule.step - 1)) // schedule.step, schedule.most), 0)
    return delay + schedule.years * _MONTHS_A_YEAR


def months_to_retirement(born: Expr, sex: Expr, woman_retires_at: Expr, on: Expr) -> Expr:
    """Return how many calendar months the month of retirement lies after the month of a day; negative once it is past."""
    whole = choose(
        (sex == "male", _age_in_months(born, MEN)),
        (woman_retires_at == "55", _age_in_months(born, WOMEN_55)),
        (woman_retires_at == "50", _age_in_months(born, WOMEN_50)),
        default=unknown_of(Kind.INT),
    )
    return months_between(on, born) + whole
