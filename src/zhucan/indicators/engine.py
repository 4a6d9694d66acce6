"""Any figure of the catalogue for a place and period, its parts, and the records behind it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from zhucan.core.divisions import prefix
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen
from zhucan.core.months import Month, months
from zhucan.indicators import measures, registers, relations, snapshot, words
from zhucan.indicators.catalog import indicator, shown_in
from zhucan.indicators.declared import Indicator, Ratio
from zhucan.indicators.measures import Value
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import day_of, now
from zhucan.orgs.divisions import division as place_of
from zhucan.orgs.models import Division

_TOGETHER = 40  # figures counted in one look

_SQL_OF = {
    "category": "category",
    "grade": "grade",
    "age": "CASE " + " ".join(f"WHEN age <= {top} THEN '{key}'" for key, _, top in words.AGE_BANDS) + " END",
    "sex": "sex",
    "month": "printf('%04d-%02d', month // 12, month % 12 + 1)",
    "cause": "cause",
    "scheme": "scheme",
    "stage": "stage",
    "placement": "placement",
    "step": "nullif(step, '')",
    "area": registers.AREA,
    "form": "form",
}
BREAKDOWNS = (
    "category", "grade", "age", "sex", "division", "area", "month", "cause", "scheme", "step", "stage", "placement", "form",
)  # fmt: skip


class UnknownBreakdown(ZhucanError, ValueError):
    """A figure cannot be broken down like this."""


class FutureFigure(ZhucanError):
    """The period has not begun."""


@dataclass(frozen=True)
class Figure:
    """A figure: persons and counts are integers, money is Decimal yuan, ratios are percent; None is not known."""

    id: str
    name: str
    unit: str
    division: str
    period: Period
    value: Value
    records: int
    definition: str
    until: date
    """The last day told: that of the period, or today where it still runs."""


class Part(NamedTuple):
    """One part of a figure broken down: (key, label, value)."""

    key: str
    label: str
    value: Value


@dataclass(frozen=True)
class Record:
    """One record that a figure counts. `label` is the person's masked name, `amount` yuan where money is counted."""

    person_id: int | None  # None: of nobody in the register
    label: str
    detail: str
    amount: Decimal | None


class Figures:
    """The figures of one place and period as known at a moment (now, where none is named).

    Rows are brought out of the database once, when a figure that stands on them is first asked for; whenever that is,
    they are those known at the moment. A period that still runs is told up to the last day known. Raises
    `UnknownDivision` and `FutureFigure`.
    """

    def __init__(self, division: str, period: Period, *, known_at: datetime | None = None) -> None:
        self.place = place_of(division)
        self.period = period
        self._moment = known_at or now()
        self._today = day_of(self._moment)
        if period.start > self._today:
            raise FutureFigure(f"{period.label}还没有开始，没有数字：请选以前的时段。")
        self._until = min(period.stop - timedelta(days=1), self._today)
        self._counted: dict[str, tuple[int | None, int]] = {}  # value and records of the period looked at
        self._told: dict[tuple[str, ...], Any] = {}  # what was asked for before: the rows do not change any more
        self._listed: tuple[str, str, str] | None = None  # whose records stand in the table `listed`
        self._desk = snapshot.opened(self._view(period), self._moment)
        self._lay(period)

    def close(self) -> None:
        """Let go of the rows."""
        self._desk.close()

    def figures(self, ids: Iterable[str] | None = None) -> list[Figure]:
        """Return figures in the order asked, or all that the place is shown. Raises `UnknownIndicator`."""
        wanted = shown_in(self.place.code, self._moment) if ids is None else tuple(indicator(name) for name in ids)
        self._count(wanted)
        return [self._figure(item) for item in wanted]

    def breakdown(self, indicator_id: str, by: str) -> list[Part]:
        """Return the parts of a figure that are not zero; nothing where it is not known.

        Amounts, and counts of persons on a day, add up to the figure; medians and largest values do not. By division: the divisions right below (zeros
        too), then what belongs to the place itself. By month, a stock is told for each month's end. A person's
        category, grade and age are those of the period's last day. Raises `UnknownBreakdown`, `UnknownIndicator`.
        """
        item = indicator(indicator_id)
        if by not in BREAKDOWNS:
            raise UnknownBreakdown(f"不能按“{by}”分：可以按 {'、'.join(BREAKDOWNS)}。")
        key = ("parts", indicator_id, by)
        if key not in self._told:
            self._told[key] = self._parts(item, by)
        return list(self._told[key])

    def _parts(self, item: Indicator | Ratio, by: str) -> list[Part]:
        if by == "month" and item.stock:
            return list(self._series(item))
        if isinstance(item, Ratio):
            over = {part.key: part.value for part in self.breakdown(item.numerator, by)}
            under = self.breakdown(item.denominator, by)
            if self._figure(item).value is None:
                return []
            return [Part(key, label, measures.percent(over.get(key, 0), value)) for key, label, value in under]
        if not self._known(item):
            return []
        rows = self._desk.execute(
            f"SELECT key, {measures.in_sql(item.measure)} FROM (SELECT *, {self._by(by)} AS key FROM {item.relation}"
            f" WHERE {item.where}) GROUP BY key ORDER BY key NULLS LAST"
        ).fetchall()
        values = {"" if key is None else str(key): measures.value_of(item, counted) for key, counted in rows}
        labels = words.labels(by) or (dict(self._below()) if by == "division" else {})
        parts = [
            Part(key, label, values.pop(key, measures.value_of(item, measures.NOTHING.get(item.measure, 0))))
            for key, label in labels.items()
        ]
        parts += [Part(key, self._odd_label(by, key), value) for key, value in values.items()]
        return [part for part in parts if part.value or (by == "division" and part.key)]

    def records(
        self, indicator_id: str, *, by: str = "", part: str = "", start: int = 0, count: int | None = None
    ) -> list[Record]:
        """Return the records a figure counts, or those of one part of its breakdown; a ratio gives its numerator's.

        From the one at `start` on (0 the first): all of them, or `count`.
        """
        item = indicator(indicator_id)
        if isinstance(item, Ratio):
            if self._figure(item).value is None:
                return []
            return self.records(item.numerator, by=by, part=part, start=start, count=count)
        if by and by not in BREAKDOWNS:
            raise UnknownBreakdown(f"不能按“{by}”分：可以按 {'、'.join(BREAKDOWNS)}。")
        key = (indicator_id, by, part)
        if self._listed != key:
            self._listed = None
            if by == "month" and item.stock:
                with self._looking(Period.month(Month.parse(part))):
                    self._list(item)
            else:
                self._list(item, by, part)
            self._listed = key
        rows = self._desk.execute(
            f"SELECT * FROM listed{'' if count is None else f' LIMIT {count:d}'} OFFSET {start:d}"
        ).fetchall()
        names = words.names({row[0] for row in rows if row[0] is not None})
        return [
            Record(
                person_id=person,
                label=names.get(person, ""),
                detail=words.detail(item.relation, scheme, kind, detail, cause),
                amount=None if amount is None else from_fen(amount),
            )
            for person, scheme, kind, detail, cause, amount in rows
        ]

    def _list(self, item: Indicator, by: str = "", part: str = "") -> None:
        """Lay the records of a figure, or of a part of it, in order into a table: its pages are read from there."""
        narrowed = f" AND coalesce(({self._by(by)})::VARCHAR, '') = ?" if by else ""
        keys, rest = measures.RECORD[item.measure]
        known = "" if self._known(item) else " AND false"
        self._desk.execute(
            f"CREATE OR REPLACE TEMP TABLE listed AS SELECT {rest} FROM {item.relation} WHERE ({item.where}){narrowed}{known}"
            f"{f' GROUP BY {keys}' if keys else ''} ORDER BY ALL",
            [part] if by else [],
        )

    def people(self, indicator_id: str, *, by: str = "", part: str = "") -> list[tuple[int, int, int | None]]:
        """Return who stands behind a figure or a part of it: (person, records, fen), by person; 0 is nobody in the register."""
        item = indicator(indicator_id)
        if isinstance(item, Ratio):
            return [] if self._figure(item).value is None else self.people(item.numerator, by=by, part=part)
        if by == "month" and item.stock:
            with self._looking(Period.month(Month.parse(part))):
                return self.people(indicator_id)
        if not self._known(item):
            return []
        narrowed = f" AND coalesce(({self._by(by)})::VARCHAR, '') = ?" if by else ""
        return self._desk.execute(
            f"SELECT coalesce(person_id, 0), {measures.count_in_sql(item.measure)}, sum(amount_fen) FROM {item.relation}"
            f" WHERE ({item.where}){narrowed} GROUP BY person_id ORDER BY ALL",
            [part] if by else [],
        ).fetchall()

    def counted(self, indicator_id: str, *, by: str = "", part: str = "") -> int:
        """Return how many records there are (`records`)."""
        key = ("records", indicator_id, by, part)
        if key not in self._told:
            self._told[key] = self._records_counted(indicator(indicator_id), by, part)
        return int(self._told[key])

    def _records_counted(self, item: Indicator | Ratio, by: str, part: str) -> int:
        if isinstance(item, Ratio):
            return 0 if self._figure(item).value is None else self.counted(item.numerator, by=by, part=part)
        if by == "month" and item.stock:
            with self._looking(Period.month(Month.parse(part))):
                return self.counted(item.id)
        if not self._known(item):
            return 0
        narrowed = f" AND coalesce(({self._by(by)})::VARCHAR, '') = ?" if by else ""
        found = self._desk.execute(
            f"SELECT {measures.count_in_sql(item.measure)} FROM {item.relation} WHERE ({item.where}){narrowed}",
            [part] if by else [],
        ).fetchone()
        assert found is not None  # an aggregate always answers
        return int(found[0])

    def _figure(self, item: Indicator | Ratio) -> Figure:
        value: Value = None
        records = 0
        if isinstance(item, Ratio):
            over, under = self._figure(indicator(item.numerator)), self._figure(indicator(item.denominator))
            value = measures.percent(over.value, under.value)
            records = 0 if value is None else over.records
        elif self._known(item):
            if item.id not in self._counted:
                self._count([item])
            counted, records = self._counted[item.id]
            value = measures.value_of(item, counted)
        return Figure(
            item.id, item.name, item.unit, self.place.code, self.period, value, records, item.definition, self._until
        )

    def _count(self, items: Iterable[Indicator | Ratio]) -> None:
        """Count figures that stand on one relation together: one look at its rows for many of them."""
        plain = [item for item in items if isinstance(item, Indicator)]
        plain += [
            part
            for item in items
            if isinstance(item, Ratio)
            for part in (indicator(item.numerator), indicator(item.denominator))
            if isinstance(part, Indicator)
        ]
        by_relation: dict[str, dict[str, Indicator]] = {}
        for item in plain:
            if item.id not in self._counted:
                by_relation.setdefault(item.relation, {})[item.id] = item
        for relation, asked in by_relation.items():
            these = list(asked.values())
            for start in range(0, len(these), _TOGETHER):
                part = these[start : start + _TOGETHER]
                columns = ", ".join(
                    f"{sql} AS c{place}_{name}"
                    for place, item in enumerate(part)
                    for name, sql in (
                        ("value", measures.in_sql(item.measure, item.where)),
                        ("records", measures.count_in_sql(item.measure, item.where)),
                    )
                )
                row = self._desk.execute(f"SELECT {columns} FROM {relation}").fetchone()
                assert row is not None  # an aggregate always answers
                for place, item in enumerate(part):
                    self._counted[item.id] = (row[2 * place], row[2 * place + 1])

    def _known(self, item: Indicator) -> bool:
        if item.known == "true":
            return True
        found = self._desk.execute(f"SELECT {item.known}").fetchone()
        return bool(found and found[0])

    def _view(self, period: Period) -> snapshot.View:
        return snapshot.View(self.place.code, period, min(period.stop - timedelta(days=1), self._today))

    def _lay(self, period: Period) -> None:
        relations.lay(self._desk, self._view(period), self._moment)

    @contextmanager
    def _looking(self, period: Period) -> Iterator[None]:
        """Look at another period within this one for a while."""
        self._lay(period)
        before = self._counted, self._told
        self._counted, self._told = {}, {}
        try:
            yield
        finally:
            self._lay(self.period)
            self._counted, self._told = before

    def _series(self, item: Indicator | Ratio) -> Iterator[Part]:
        ended = min(self.period.after, Month.of(self._today) + 1)
        for month in months(self.period.first, ended):
            with self._looking(Period.month(month)):
                value = self._figure(item).value
            if value is not None:
                yield Part(str(month), month.label, value)

    def _by(self, by: str) -> str:
        if by != "division":
            return _SQL_OF[by]
        cases = " ".join(f"WHEN place LIKE '{prefix(code)}%' THEN '{code}'" for code, _ in self._below())
        return f"CASE {cases} ELSE '' END" if cases else "''"

    def _below(self) -> list[tuple[str, str]]:
        found = Division.objects.filter(parent=self.place).order_by("code")
        return list(found.values_list("code", "name"))

    def _odd_label(self, by: str, key: str) -> str:
        return f"{self.place.name}本级" if by == "division" else words.odd_label(by, key)


_shared: ContextVar[dict[tuple[str, Period, datetime | None], Figures] | None] = ContextVar("shared", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Let all figures asked for inside share the rows brought out for the first of each place, period and moment.

    For a reader that asks for many (a report) while nothing is written; inside another, it shares what that one has.
    """
    if _shared.get() is not None:
        yield
        return
    held: dict[tuple[str, Period, datetime | None], Figures] = {}
    token = _shared.set(held)
    try:
        yield
    finally:
        _shared.reset(token)
        for opened in held.values():
            opened.close()


@contextmanager
def _opened(division: str, period: Period, known_at: datetime | None) -> Iterator[Figures]:
    held = _shared.get()
    if held is None:
        opened = Figures(division, period, known_at=known_at)
        try:
            yield opened
        finally:
            opened.close()
        return
    key = (division, period, known_at)
    if key not in held:
        held[key] = Figures(division, period, known_at=known_at)
    yield held[key]


def figure(indicator_id: str, division: str, period: Period, *, known_at: datetime | None = None) -> Figure:
    """Return one figure. Raises `UnknownIndicator`, `UnknownDivision` or `FutureFigure`."""
    return figures(division, period, [indicator_id], known_at=known_at)[0]


def figures(
    division: str, period: Period, ids: Sequence[str] | None = None, *, known_at: datetime | None = None
) -> list[Figure]:
    """Return all figures that the place is shown, or those asked for."""
    for name in ids or ():
        indicator(name)
    with _opened(division, period, known_at) as opened:
        return opened.figures(ids)


def breakdown(
    indicator_id: str, division: str, period: Period, by: str, *, known_at: datetime | None = None
) -> list[Part]:
    """Return the parts of a figure (`Figures.breakdown`)."""
    with _opened(division, period, known_at) as opened:
        return opened.breakdown(indicator_id, by)


def records(
    indicator_id: str,
    division: str,
    period: Period,
    *,
    known_at: datetime | None = None,
    by: str = "",
    part: str = "",
) -> list[Record]:
    """Return the records a figure counts, or those of one part of it (a key of `breakdown`)."""
    with _opened(division, period, known_at) as opened:
        return opened.records(indicator_id, by=by, part=part)


def people(
    indicator_id: str,
    division: str,
    period: Period,
    *,
    known_at: datetime | None = None,
    by: str = "",
    part: str = "",
) -> list[tuple[int, int, int | None]]:
    """Return who stands behind a figure or a part of it: (person, records, fen), by person."""
    with _opened(division, period, known_at) as opened:
        return opened.people(indicator_id, by=by, part=part)
