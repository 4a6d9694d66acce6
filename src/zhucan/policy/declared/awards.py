"""What was granted before, as facts: for schemes given once, once in some years, or up to a sum a year."""

from zhucan.policy.expressions import Kind, year_of
from zhucan.policy.fact import Aggregate, Fact
from zhucan.policy.relations import Columns, frame

_award = Columns("award")


def had(name: str, label: str, *schemes: str) -> Fact:
    """Return the fact that one of some schemes was ever granted."""
    return Fact(
        name,
        Kind.BOOL,
        label,
        "本系统批准记录",
        "award",
        where=_award.scheme.isin(*schemes),
        empty=False,
        presumed=False,
    )


def last(name: str, label: str, *schemes: str) -> Fact:
    """Return the day on which one of some schemes was last granted; unknown where none ever was."""
    return Fact(
        name,
        Kind.DATE,
        label,
        "本系统批准记录",
        "award",
        Aggregate.LATEST,
        "granted",
        _award.scheme.isin(*schemes),
        presumed=None,
    )


def running(name: str, label: str, *schemes: str) -> Fact:
    """Return the fact that something granted by one of some schemes has not come to its end."""
    return Fact(
        name,
        Kind.BOOL,
        label,
        "本系统批准记录",
        "award",
        where=_award.scheme.isin(*schemes) & (_award.ends.unknown() | (_award.ends > frame.on_day)),
        empty=False,
        presumed=False,
    )


def in_year(name: str, label: str, *schemes: str) -> Fact:
    """Return what some schemes have granted in the calendar year of the day, in money."""
    return Fact(
        name,
        Kind.MONEY,
        label,
        "本系统批准记录",
        "award",
        Aggregate.SUM,
        "amount_fen",
        _award.scheme.isin(*schemes) & (year_of(_award.granted) == year_of(frame.on_day)),
        empty=0,
        presumed=0,
    )


def times_in_year(name: str, label: str, *schemes: str) -> Fact:
    """Return how often some schemes were granted in the calendar year of the day."""
    return Fact(
        name,
        Kind.INT,
        label,
        "本系统批准记录",
        "award",
        Aggregate.COUNT,
        where=_award.scheme.isin(*schemes) & (year_of(_award.granted) == year_of(frame.on_day)),
        empty=0,
        presumed=0,
    )


def times(name: str, label: str, *schemes: str) -> Fact:
    """Return how often some schemes were ever granted."""
    return Fact(
        name,
        Kind.INT,
        label,
        "本系统批准记录",
        "award",
        Aggregate.COUNT,
        where=_award.scheme.isin(*schemes),
        empty=0,
        presumed=0,
    )


def units(name: str, label: str, *schemes: str) -> Fact:
    """Return how many units some schemes have ever granted; unknown as soon as one award does not say."""
    return Fact(
        name,
        Kind.INT,
        label,
        "本系统批准记录",
        "award",
        Aggregate.SUM,
        "quantity",
        _award.scheme.isin(*schemes),
        empty=0,
        presumed=0,
    )
