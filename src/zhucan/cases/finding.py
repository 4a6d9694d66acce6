"""Finding people (政策找人): everybody of a place held against every scheme it runs, and what follows for whom.

One look judges as of a day what is known at a moment: who is entitled and does not receive, who receives and is not
entitled, of whom it is not known and what would settle it, and who is one condition away. Everybody is judged over arrays
(`policy/everybody.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhucan.cases.judging import Judged, Part
from zhucan.core.divisions import county_of
from zhucan.core.money import from_fen
from zhucan.core.months import Month
from zhucan.orgs.divisions import parameter_rows
from zhucan.orgs.models import Division
from zhucan.policy.catalogue import SCHEMES, offered_with, scheme
from zhucan.policy.engine import Decision, Outcome, needed
from zhucan.policy.explain import explain
from zhucan.policy.expressions import Kind
from zhucan.policy.facts import BY_NAME, Fact
from zhucan.policy.parameters import NoStandard, resolve
from zhucan.policy.schemes import NOT_OFFERED, Cadence, Condition, Group, Scheme
from zhucan.policy.vectors import Truths, Values, bit, flags_of

_Places = NDArray[np.intp]


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
    with Judged(division, on, known_at, wanted) as judged:
        tallies = {item.id: Tally(item.id) for item in judged.wanted}
        rows: dict[tuple[str, List], list[Row]] = {(item.id, kind): [] for item in judged.wanted for kind in List}
        for part in judged.parts():
            for item in judged.wanted:
                for row in _sorted_out(part, item, tallies[item.id]):
                    rows[row.scheme, row.list].append(row)
        for tally in tallies.values():
            tally.nears = dict(sorted(tally.nears.items(), key=lambda one: (-one[1], one[0])))
            tally.settles = dict(sorted(tally.settles.items(), key=lambda one: (-one[1][0], -one[1][1], one[0])))
        return Look(
            division.code,
            on,
            known_at,
            judged.people,
            tuple(tallies.values()),
            tuple(row for own in rows.values() for row in own),
        )


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
    unknown: dict[str, list[int]] = {item.id: [] for item in wanted}
    with Judged(division, on, known_at, wanted, holders=False) as judged:
        for part in judged.parts():
            for item in wanted:
                ruled, persons = part.verdicts.ruled[item.id], part.verdicts.person_ids
                if len(part.living(ruled.no_standard)):
                    raise NoStandard(county_of(division.code), Month.of(on), item.name)
                places = part.free(ruled.entitled, item)
                amounts = zip(persons[places].tolist(), ruled.amount.data[places].tolist(), strict=True)
                entitled += [Candidate(person, item.id, from_fen(fen)) for person, fen in amounts]
                unknown[item.id] += persons[part.free(ruled.open, item)].tolist()
    return Survey(sorted(entitled, key=lambda one: (one.scheme, one.person_id)), unknown)


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


def _stakes(part: Part, item: Scheme, places: _Places) -> list[int | None]:
    """Return what a year of the scheme is worth in fen to each, if everything turns out well; None where not known."""
    amount = part.verdicts.ruled[item.id].amount
    times = 12 if item.cadence is Cadence.MONTHLY else 1
    known = np.zeros(len(places), dtype=np.bool_) if item.claim is not None else flags_of(amount.known)[places]
    return [fen if told else None for fen, told in zip((amount.data[places] * times).tolist(), known, strict=True)]


def _listed(part: Part, item: Scheme, kind: List, places: _Places, whats: Sequence[str]) -> list[Row]:
    people, homes = part.verdicts.person_ids[places].tolist(), part.homes(places)
    stakes = _stakes(part, item, places)
    return [
        Row(item.id, kind, person, home, fen, what)
        for person, home, fen, what in zip(people, homes, stakes, whats, strict=True)
    ]


def _sorted_out(part: Part, item: Scheme, tally: Tally) -> list[Row]:
    """Return the rows of a scheme in one part of the people, and count them."""
    verdicts, ruled = part.verdicts, part.verdicts.ruled[item.id]
    doubtful = verdicts.doubtful(item.id)
    had = _bits(item, lambda one: _reads(one, lambda fact: fact.relation == "award"))

    awaiting = ruled.open & ~doubtful & ~ruled.no_standard
    places = part.free(ruled.entitled | awaiting, item)
    waits = flags_of(awaiting)[places]
    rows = _listed(part, item, List.ENTITLED, places, ["金额凭申请材料计算" if one else "" for one in waits])
    tally.entitled += len(rows)
    tally.stake_fen += sum(row.stake_fen or 0 for row in rows)

    tally.no_standard += len(part.free(ruled.no_standard, item))
    rows += _unknown(part, item, tally, part.free(ruled.open & doubtful & ~ruled.no_standard, item))

    hopeless = had | _bits(item, lambda one: isinstance(one.cause, str) and one.cause in ("died", NOT_OFFERED))
    near = verdicts.refused_once(item.id) & ~doubtful
    nears: list[Row] = []
    for number, asked in enumerate(ruled.asked):
        if not hopeless >> number & 1:
            places = part.free(near & verdicts.met(asked).no, item)
            what = _words(item, 1 << number, _wanting)
            nears += _listed(part, item, List.NEAR, places, [what] * len(places))
            if len(places):
                tally.nears[what] = tally.nears.get(what, 0) + len(places)
    tally.near += len(nears)

    stops = _stops(part, item, had)
    tally.receiving += len({one.person_id for one in part.held(item)})
    tally.stop += len(stops)
    return rows + sorted(nears, key=lambda row: row.person_id) + stops


def _stops(part: Part, item: Scheme, had: int) -> list[Row]:
    """Return who receives a scheme and would not be granted it now.

    That it was granted before says nothing against what runs; what was given for good is not asked back here.
    """
    verdicts, lost = part.verdicts, {}
    refused = ~(verdicts.ruled[item.id].entitled | verdicts.ruled[item.id].open)
    runs_on = item.cadence is Cadence.MONTHLY
    for one in part.held(item):
        if one.place is None or not (runs_on or one.ends) or not bit(refused, one.place):
            continue
        if mask := verdicts.decision(item.id, one.place).not_met & ~had:
            lost[one.person_id] = Row(item.id, List.STOP, one.person_id, part.home(one.person_id), None, _words(item, mask, _lost))  # fmt: skip
    return list(lost.values())


def _unknown(part: Part, item: Scheme, tally: Tally, places: _Places) -> list[Row]:
    """Return who is not known of with what would settle it, people alike in everything that matters taken together."""
    rows: list[Row] = []
    for alike in _alike(part, item, places):
        example = {name: part.verdicts.fact(name, alike[0]) for name in needed((item,))}
        mask = part.verdicts.decision(item.id, alike[0]).unknown
        missing = explain(item, Decision(item.id, Outcome.UNKNOWN, None, 0, mask), example, part.params(alike[0])).missing  # fmt: skip
        if not missing:  # the registers tell nothing against it, and only the person can tell the rest
            tally.asking += len(alike)
            continue
        for label in missing:
            tally.settles.setdefault(label, [0, 0])[len(missing) > 1] += len(alike)
        rows += _listed(part, item, List.UNKNOWN, alike, ["；".join(missing)] * len(alike))
    tally.unknown += len(rows)
    return sorted(rows, key=lambda row: row.person_id)


def _alike(part: Part, item: Scheme, places: _Places) -> list[_Places]:
    """Return the places in groups: the same doubts, county, and facts, of numbers and days how the conditions compare them."""
    if not len(places):
        return []
    told: list[NDArray[Any]] = [
        flags_of(part.verdicts.met(asked).unknown)[places] for asked in part.verdicts.ruled[item.id].asked
    ]
    told.append(part.counties(places))
    told += [flags_of(bits)[places] for truths in part.verdicts.comparisons(item) for bits in (truths.yes, truths.no)]
    for name in needed((item,)):
        column = part.verdicts.column(name)
        if isinstance(column, Truths):
            told += [flags_of(column.yes)[places], flags_of(column.no)[places]]
        elif isinstance(column, Values):
            known = flags_of(column.known)[places]
            told.append(known)
            if BY_NAME[name].kind is Kind.TEXT or name.startswith("grade_"):
                told.append(np.where(known, column.data[places], 0))
    group = np.zeros(len(places), dtype=np.int64)
    for values in told:
        numbers = values.astype(np.int64)
        _, group = np.unique(group * (int(numbers.max()) + 1) + numbers, return_inverse=True)
    order = np.argsort(group, kind="stable")
    return np.split(places[order], np.flatnonzero(np.diff(group[order])) + 1)
