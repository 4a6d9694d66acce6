"""Finding people (政策找人): everybody of a place held against every scheme it runs, and what follows for whom.

One look judges as of a day what is known at a moment: who is entitled and does not receive, who receives and is not
entitled, of whom it is not known and what would settle it, and who is one condition away. Set-based in DuckDB.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import duckdb

from zhucan.cases.facts import as_utc, export, gather, known, load, relations_of, stamp
from zhucan.core.calendar import add_years
from zhucan.core.divisions import Level, county_of, level_of, prefix
from zhucan.core.money import from_fen
from zhucan.core.months import Month
from zhucan.orgs.divisions import parameter_rows
from zhucan.orgs.models import Division
from zhucan.policy.catalogue import SCHEMES, offered_with, scheme
from zhucan.policy.engine import Decision, Outcome, decide_sql, needed
from zhucan.policy.explain import explain
from zhucan.policy.expressions import Kind
from zhucan.policy.facts import BY_NAME, Fact
from zhucan.policy.parameters import NoStandard, resolve
from zhucan.policy.schemes import NOT_OFFERED, Cadence, Condition, Group, Scheme
from zhucan.policy.sql import to_sql

_AT_ONCE = 8  # schemes decided together: they share their facts, and the table stays within memory


class List(StrEnum):
    """The four lists of a look."""

    ENTITLED = "entitled"
    STOP = "stop"
    UNKNOWN = "unknown"
    NEAR = "near"

    @property
    def label(self) -> str:
        """Return what people call it."""
        return {"entitled": "应享未享", "stop": "在享已不符合", "unknown": "还不能确定", "near": "只差一项"}[self.value]


@dataclass(frozen=True)
class Row:
    """One person on one list of one scheme. `stake_fen` is what a year is worth, None where it cannot be told yet.

    `what` says what to find out (unknown), which condition is lacking (near, stop), or how the amount follows (entitled).
    """

    scheme: str
    list: List
    person_id: int
    home: str
    stake_fen: int | None
    what: str


@dataclass
class Tally:
    """The counts of one scheme. Everybody looked at who is on no list is plainly not entitled, or receives rightly.

    `asking`: everything the registers tell fits, the rest only the application tells. `settles`: what to find out → how
    many that alone would settle, and of how many it is one thing among several. `nears`: the lacking condition → how many.
    """

    scheme: str
    receiving: int = 0
    entitled: int = 0
    stop: int = 0
    unknown: int = 0
    near: int = 0
    asking: int = 0
    no_standard: int = 0
    stake_fen: int = 0
    settles: dict[str, list[int]] = field(default_factory=dict)
    nears: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """What one look found: the day judged, the moment up to which everything was known, counts, rows."""

    division: str
    on: date
    known_at: datetime
    people: int
    tallies: tuple[Tally, ...]
    rows: tuple[Row, ...]


def look(*, division: Division, on: date, known_at: datetime, schemes: Sequence[str] | None = None) -> Look:
    """Return what a look at everybody living in a division, or paid by it, finds on a day.

    `schemes` names some; else it is all that a county of the division runs, and what another body pays as far as the
    registry knows its awards, without the steps in the life of a certificate, which nobody is to be told of who has no
    cause. Raises `UnknownScheme`.
    """
    usual = [item for item in SCHEMES if (item.administered or item.paid_as) and item.group is not Group.REGISTRY]
    wanted = [scheme(item) for item in schemes] if schemes else usual
    with _Judged(division, on, known_at, wanted) as judged:
        tallies, rows = [], []
        for item in judged.decided(basis=True):
            tally, own = _sorted_out(judged, item)
            tallies.append(tally)
            rows += own
        return Look(division.code, on, known_at, judged.people, tuple(tallies), tuple(rows))


@dataclass(frozen=True)
class Candidate:
    """Somebody entitled to a scheme and without an award for it; amount in yuan a month."""

    person_id: int
    scheme: str
    amount: Decimal


@dataclass(frozen=True)
class Survey:
    """Who would be entitled to what, and of whom it is not known, among those without an award in force."""

    entitled: list[Candidate]
    unknown: Mapping[str, Sequence[int]]
    """The person numbers by scheme, for every scheme that was looked at."""


def eligible(
    *, division: Division, on: date, known_at: datetime, schemes: tuple[str, ...] | None = None
) -> list[Candidate]:
    """Return the people entitled of a `survey`."""
    return survey(division=division, on=on, known_at=known_at, schemes=schemes).entitled


def survey(*, division: Division, on: date, known_at: datetime, schemes: tuple[str, ...] | None = None) -> Survey:
    """Return who would be entitled if they applied on a day and has no award in force then, in a county or below.

    Somebody whose award has lapsed or was left before that month counts as having none; somebody whose application of
    that very day is on record does not come again. Raises `NoStandard` where somebody would be entitled to an amount
    that nobody configured.
    """
    # unless told otherwise, what the place runs: asking for more would only cost time
    params = resolve(parameter_rows(known_at), county_of(division.code), Month.of(on).first, known_at)
    wanted = [scheme(item) for item in schemes] if schemes else [item for item in offered_with(params) if item.in_runs]
    entitled: list[Candidate] = []
    unknown: dict[str, list[int]] = {}
    with _Judged(division, on, known_at, wanted, holders=False) as judged:
        for item in judged.decided(basis=False):
            if judged.count(f"d.{item.key}_no_standard"):
                raise NoStandard(county_of(division.code), Month.of(on), item.name)
            rows = judged.fetch(
                f"d.person_id, d.{item.key}_amount",
                f"d.{item.key}_outcome <> {Outcome.NO.value} AND {_not_held(item)} ORDER BY d.person_id",
            )
            entitled += [Candidate(person, item.id, from_fen(fen)) for person, fen in rows if fen is not None]
            unknown[item.id] = [person for person, fen in rows if fen is None]
    return Survey(sorted(entitled, key=lambda one: (one.scheme, one.person_id)), unknown)


# --- the judgement -----------------------------------------------------------------------------------------------


def _not_held(item: Scheme) -> str:
    return f"d.person_id NOT IN (SELECT h.person_id FROM held h WHERE h.scheme = '{item.id}')"


class _Judged:
    """Everybody in a place judged on a day, in a DuckDB of its own; a context.

    Case ids above zero are people as if they applied that day; those below are awards in force, judged for the county
    that pays and with their own day of application. Awards of our own have even numbers, what another body pays (a
    `Benefit` of the kind that a scheme is `paid_as`, in the county of the hukou) odd ones.
    """

    def __init__(
        self, division: Division, on: date, known_at: datetime, wanted: Sequence[Scheme], *, holders: bool = True
    ) -> None:
        self.on, self.known_at, self.wanted, self._division, self._holders = on, known_at, wanted, division, holders
        self.con = duckdb.connect()

    def __enter__(self) -> "_Judged":
        try:
            self._gather()
        except BaseException:
            self.con.close()
            raise
        return self

    def __exit__(self, *told: object) -> None:
        self.con.close()

    def _gather(self) -> None:
        on, first, code = self.on, Month.of(self.on).first, self._division.code
        living = (
            f"SELECT t.person_id, t.division_id FROM registry_residence t WHERE {known(self.known_at)}"
            f" AND t.division_id LIKE '{prefix(code)}%' AND t.valid_from <= '{on}'"
            f" AND (t.valid_to IS NULL OR t.valid_to > '{on}')"
        )
        everybody = f"SELECT l.person_id FROM ({living}) l"
        if self._holders and level_of(code) not in (Level.TOWNSHIP, Level.VILLAGE):
            paid = f"SELECT a.person_id FROM cases_award a WHERE {self._in_force()} AND a.division_id LIKE '{prefix(code)}%'"
            everybody = f"{everybody} UNION {paid}"
        self.con.execute("SET enable_progress_bar = false")
        load(self.con, "living", living, {"person_id": "BIGINT", "home": "VARCHAR"})
        people = gather("finding_people", everybody)
        load(
            self.con,
            "held",
            "SELECT 2 * a.id, a.person_id, a.scheme, a.division_id, a.applied_on, a.ends_on FROM cases_award a"
            f" WHERE {self._in_force()} AND a.person_id IN ({people}){self._paid_by_others(living)}",
            {"award_id": "BIGINT", "person_id": "BIGINT", "scheme": "VARCHAR", "division": "VARCHAR",
             "applied_on": "DATE", "ends_on": "DATE"},
        )  # fmt: skip
        judged = f"DATE '{on}' AS on_day, DATE '{on}' - 1 AS expiry_after, DATE '{first}' AS month_first"
        frame = (
            "SELECT person_id AS case_id, person_id, left(home, 6) || '000000' AS division,"
            f" {judged}, DATE '{on}' AS applied_on FROM living"
        )
        if self._holders:
            frame += f" UNION ALL SELECT -award_id, person_id, division, {judged}, applied_on FROM held"
        self.con.execute(f"CREATE TABLE frame AS {frame}")
        rows = parameter_rows(self.known_at)
        counties = [row[0] for row in self.con.execute("SELECT DISTINCT division FROM frame").fetchall()]
        counties = counties or [county_of(code)]
        self.params = {(county, first): resolve(rows, county, first, self.known_at) for county in counties}
        if self._holders:  # what no county here runs would only cost time
            self.wanted = [item for item in self.wanted if self._offers(item)]
        export(self.con, known_at=self.known_at, people=people, relations=relations_of(self.wanted))
        found = self.con.execute("SELECT count(*) FROM living").fetchone()
        self.people: int = found[0] if found else 0

    def _paid_by_others(self, living: str) -> str:
        """Return the SQL that adds what other bodies pay those living here on the day, where a scheme wanted stands for it."""
        return "".join(
            f" UNION ALL SELECT 2 * b.id + 1, b.person_id, '{item.id}', substr(v.division_id, 1, 6) || '000000', b.valid_from,"
            f" b.valid_to FROM registry_benefit b JOIN ({living}) v ON v.person_id = b.person_id"
            f" WHERE b.kind = '{item.paid_as}' AND {known(self.known_at, 'b')} AND b.valid_from <= '{self.on}'"
            f" AND (b.valid_to IS NULL OR b.valid_to > '{self.on}')"
            for item in self.wanted
            if item.paid_as
        )

    def _in_force(self) -> str:
        """Return the SQL for awards `a` that give something on the day, or were applied for on it.

        What is given by the year or by occasion counts as held for a year, where it has no end of its own.
        """
        on, month = self.on, Month.of(self.on)
        at = stamp(self.known_at)
        lasting = [item.id for item in SCHEMES if item.in_runs or item.cadence in (Cadence.MONTHLY, Cadence.ONCE)]
        listed = ", ".join(f"'{name}'" for name in lasting)
        return (
            f"{as_utc('a.recorded_at')} <= '{at}' AND (a.revoked_at IS NULL OR {as_utc('a.revoked_at')} > '{at}')"
            f" AND (a.applied_on = '{on}' OR (a.applied_on <= '{on}'"
            f" AND (a.withdrawn_on IS NULL OR a.withdrawn_on >= '{month.first}')"
            f" AND (a.lapsed_from IS NULL OR a.lapsed_from > {month.index}) AND (a.ends_on IS NULL OR a.ends_on > '{on}')"
            f" AND (a.ends_on IS NOT NULL OR a.scheme IN ({listed}) OR a.applied_on > '{add_years(on, -1)}')))"
        )

    def decided(self, *, basis: bool) -> Iterator[Scheme]:
        """Yield every scheme while the table `decided` holds its decisions."""
        for start in range(0, len(self.wanted), _AT_ONCE):
            part = self.wanted[start : start + _AT_ONCE]
            self.con.execute(f"CREATE OR REPLACE TABLE decided AS {decide_sql(part, params=self.params, basis=basis)}")
            yield from part

    def _offers(self, item: Scheme) -> bool:
        """Say whether any county looked at runs a scheme."""
        return not item.switch or any(params[item.switch] for params in self.params.values())

    def fetch(self, columns: str, where: str) -> list[tuple[Any, ...]]:
        """Return columns of the people (not the awards) for whom something holds."""
        return self.con.execute(
            f"SELECT {columns} FROM decided d JOIN living l ON l.person_id = d.person_id WHERE d.case_id > 0 AND {where}"
        ).fetchall()

    def count(self, where: str) -> int:
        """Return of how many people something holds."""
        return int(self.fetch("count(*)", where)[0][0])


# --- one scheme sorted out ---------------------------------------------------------------------------------------


def _bits(item: Scheme, chosen: Callable[[Condition], bool]) -> int:
    """Return the mask of the conditions that something holds of."""
    return sum(1 << bit for bit, condition in enumerate(item.conditions) if chosen(condition))


def _reads(condition: Condition, quality: Callable[[Fact], bool]) -> bool:
    return any(quality(BY_NAME[name]) for name in condition.met.columns("fact"))


def _wanting(condition: Condition) -> str:
    return condition.phrase("不再") if condition.excludes else condition.label


def _lost(condition: Condition) -> str:
    return f"因{condition.said or condition.label}" if condition.excludes else f"不符合：{condition.label}"


def _words(item: Scheme, mask: int, word: Callable[[Condition], str]) -> str:
    names = [*map(word, item.conditions), *(one.label for one in item.contests)]
    return "；".join(name for bit, name in enumerate(names) if mask >> bit & 1)


def _stake(item: Scheme) -> str:
    """Return SQL for what a year of the scheme is worth in fen, if everything turns out well; null where not known."""
    if item.claim is not None:
        return "NULL::BIGINT"
    amount = to_sql(item.amount, lambda namespace, name: f"d.{namespace}_{name}")
    return f"CAST(({amount}) * {12 if item.cadence is Cadence.MONTHLY else 1} AS BIGINT)"


def _sorted_out(judged: _Judged, item: Scheme) -> tuple[Tally, list[Row]]:
    key, tally, rows = item.key, Tally(item.id), []
    not_met, unknown, outcome = f"d.{key}_not_met", f"d.{key}_unknown", f"d.{key}_outcome"
    stake, free = _stake(item), _not_held(item)
    had = _bits(item, lambda one: _reads(one, lambda fact: fact.relation == "award"))

    awaiting = f"{outcome} = 2 AND {unknown} = 0 AND NOT d.{key}_no_standard"
    for person, home, fen, waits in judged.fetch(
        f"d.person_id, l.home, {stake}, {awaiting}", f"({outcome} = 1 OR {awaiting}) AND {free}"
    ):
        rows.append(Row(item.id, List.ENTITLED, person, home, fen, "金额凭申请材料计算" if waits else ""))
    tally.entitled, tally.stake_fen = len(rows), sum(row.stake_fen or 0 for row in rows)

    tally.no_standard = judged.count(f"d.{key}_no_standard AND {free}")
    open_ones = f"{outcome} = 2 AND {unknown} <> 0 AND NOT d.{key}_no_standard AND {free}"
    rows += _unknown(judged, item, tally, open_ones, stake)

    hopeless = had | _bits(item, lambda one: isinstance(one.cause, str) and one.cause in ("died", NOT_OFFERED))
    for person, home, fen, mask in judged.fetch(
        f"d.person_id, l.home, {stake}, {not_met}",
        f"bit_count({not_met}) = 1 AND {unknown} = 0 AND ({not_met} & {hopeless}::BIGINT) = 0 AND {free}",
    ):
        what = _words(item, mask, _wanting)
        rows.append(Row(item.id, List.NEAR, person, home, fen, what))
        tally.nears[what] = tally.nears.get(what, 0) + 1
    tally.near = sum(tally.nears.values())

    tally.receiving, stops = _holders(judged, item, had)
    tally.stop = len(stops)
    return tally, rows + stops


def _holders(judged: _Judged, item: Scheme, had: int) -> tuple[int, list[Row]]:
    """Return how many receive a scheme, and who of them would not be granted it now.

    That it was granted before says nothing against what runs; what was given for good is not asked back here.
    """
    held = judged.con.execute(
        f"SELECT h.person_id, coalesce(l.home, ''), d.{item.key}_not_met & ~{had}::BIGINT, h.ends_on IS NOT NULL"
        " FROM held h JOIN decided d ON d.case_id = -h.award_id LEFT JOIN living l ON l.person_id = h.person_id"
        f" WHERE h.scheme = '{item.id}' ORDER BY h.person_id, h.applied_on"
    ).fetchall()
    runs_on = item.cadence is Cadence.MONTHLY
    lost: dict[int, Row] = {}
    for person, home, mask, ends in held:
        if mask and (runs_on or ends):
            lost[person] = Row(item.id, List.STOP, person, home, None, _words(item, mask, _lost))
    return len({row[0] for row in held}), list(lost.values())


def _unknown(judged: _Judged, item: Scheme, tally: Tally, where: str, stake: str) -> list[Row]:
    """Return who is not known of with what would settle it, people alike in everything that matters taken together."""
    facts = needed((item,))
    alike = [f"d.{item.key}_unknown", "left(l.home, 6)"]
    for name in facts:
        fact = BY_NAME[name]
        told = fact.kind in (Kind.BOOL, Kind.TEXT) or name.startswith("grade_")
        alike.append(f"d.fact_{name}" if told else f"d.fact_{name} IS NULL")
    one = ", ".join(f"'{name}': d.fact_{name}" for name in facts)
    groups = judged.fetch(
        f"min(d.{item.key}_unknown), min(left(l.home, 6)), arg_min({{{one}}}, d.person_id), list(d.person_id),"
        f" list(l.home), list({stake})",
        f"{where} GROUP BY {', '.join(alike)}",
    )
    rows: list[Row] = []
    alone: Counter[str] = Counter()
    among: Counter[str] = Counter()
    for mask, county, example, people, homes, stakes in groups:
        params = judged.params[f"{county}000000", Month.of(judged.on).first]
        decision = Decision(item.id, Outcome.UNKNOWN, None, 0, mask)
        missing = explain(item, decision, example, params).missing
        if not missing:  # the registers tell nothing against it, and only the person can tell the rest
            tally.asking += len(people)
            continue
        for label in missing:
            (alone if len(missing) == 1 else among)[label] += len(people)
        what = "；".join(missing)
        rows += [
            Row(item.id, List.UNKNOWN, person, home, fen, what)
            for person, home, fen in zip(people, homes, stakes, strict=True)
        ]
    for label in sorted(alone | among, key=lambda name: (-alone[name], -among[name], name)):
        tally.settles[label] = [alone[label], among[label]]
    tally.unknown = len(rows)
    return sorted(rows, key=lambda row: row.person_id)
