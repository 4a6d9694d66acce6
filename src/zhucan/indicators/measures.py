"""What each measure makes of the rows of a relation: in SQL its value and its records, and the value as it is told."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from zhucan.core.money import from_fen
from zhucan.indicators.declared import Indicator, Measure

Value = Decimal | int | None


def in_sql(measure: Measure, where: str = "true") -> str:
    """Return the SQL of what a measure comes to over the rows that meet a condition."""
    if measure is Measure.MEDIAN:  # in halves, so that it stays a whole number
        return f"(2 * median(quantity) FILTER (WHERE {where}))::BIGINT"
    if measure is Measure.LONGEST:
        return f"max(quantity) FILTER (WHERE {where})"
    summed = {Measure.AMOUNT: "amount_fen", Measure.QUANTITY: "quantity"}.get(measure)
    return f"coalesce(sum({summed}) FILTER (WHERE {where}), 0)::BIGINT" if summed else count_in_sql(measure, where)


def count_in_sql(measure: Measure, where: str = "true") -> str:
    """Return the SQL of how many records a measure makes of the rows that meet a condition."""
    keys = RECORD[measure][0]
    return (f"count(DISTINCT ({keys}))" if keys else "count(*)") + f" FILTER (WHERE {where})"


_SUM = "CASE WHEN count(amount_fen) > 0 THEN sum(amount_fen) END"
_EACH = ("", "person_id, scheme, kind, detail, cause, amount_fen")
_MONTHLY = ("person_id, scheme, month", f"person_id, scheme, min(kind), max(detail), '', {_SUM}")
RECORD = {
    Measure.PERSONS: ("person_id", f"person_id, min(scheme), min(kind), max(detail), min(cause), {_SUM}"),
    Measure.HEADS: ("head", "min(person_id), NULL, '', max(detail), '', NULL"),
    Measure.HOUSEHOLDS: ("household_id", "min(person_id), NULL, '', count(*)::VARCHAR, '', NULL"),
    Measure.COUNTIES: ("left(place, 6)", "min(person_id), NULL, '', left(place, 6), '', NULL"),
    Measure.PERSON_TIMES: _MONTHLY,
    Measure.PERSON_MONTHS: _MONTHLY,
    Measure.CASES: _EACH,
    Measure.PAYMENTS: _EACH,
    Measure.TIMES: _EACH,
    Measure.QUANTITY: _EACH,
    Measure.AMOUNT: _EACH,
    Measure.MEDIAN: _EACH,
    Measure.LONGEST: _EACH,
}
"""For each measure, what makes a record one, and its person, scheme, kind, detail, cause and amount."""


NOTHING: Mapping[Measure, None] = {Measure.MEDIAN: None, Measure.LONGEST: None}
"""What no records at all say of a measure that does not count."""


def value_of(item: Indicator, counted: int | None) -> Value:
    """Return what was counted as the figure tells it: money in yuan, a median to the half."""
    if counted is None:
        return None
    match item.measure:
        case Measure.AMOUNT:
            return from_fen(int(counted))
        case Measure.MEDIAN:
            return Decimal(counted) / 2
        case _:
            return int(counted)


def percent(over: Value, under: Value) -> Decimal | None:
    """Return over/under in percent, half up to two decimals; None without a denominator."""
    if over is None or not under:
        return None
    return (Decimal(over) * 100 / Decimal(under)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
