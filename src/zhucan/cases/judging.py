"""Everybody in a place judged on a day, part by part: those living there, and the awards that run there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from zhucan.cases.facts import as_utc, export, gather, known, load, relations_of, stamp
from zhucan.core.calendar import add_years
from zhucan.core.divisions import Level, level_of, prefix
from zhucan.core.months import Month
from zhucan.orgs.divisions import parameter_rows
from zhucan.orgs.models import Division
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.everybody import Judge, Verdicts
from zhucan.policy.parameters import resolve
from zhucan.policy.schemes import Cadence, Scheme
from zhucan.policy.vectors import Bits, flags_of

_AT_ONCE = 125_000  # persons judged together: memory stays flat

_Places = NDArray[np.intp]


@dataclass(frozen=True)
class Held:
    """An award that runs, with the place of its case where awards are judged; `ends` says that it has a last day."""

    place: int | None
    person_id: int
    ends: bool


def _county(home: str) -> str:
    """Return which parameters somebody at home there is judged by, as `cases` has it; a home may be a whole city."""
    return f"{home[:6]}000000"


class Judged:
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

    def __enter__(self) -> "Judged":
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
        cases = (
            "SELECT person_id AS case_id, person_id, left(home, 6) || '000000' AS division,"
            f" DATE '{on}' AS applied_on FROM living"
        )
        if self._holders:
            cases += " UNION ALL SELECT -award_id, person_id, division, applied_on FROM held"
        self.con.execute(f"CREATE TABLE cases AS {cases}")
        rows = parameter_rows(self.known_at)
        counties = [row[0] for row in self.con.execute("SELECT DISTINCT division FROM cases ORDER BY 1").fetchall()]
        counties = counties or [_county(code)]
        self._params = {county: resolve(rows, county, first, self.known_at) for county in counties}
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

    def _offers(self, item: Scheme) -> bool:
        """Say whether any county looked at runs a scheme."""
        return not item.switch or any(params[item.switch] for params in self._params.values())

    def parts(self) -> Iterator["Part"]:
        """Yield everybody judged, some persons at a time, in the order of their numbers."""
        frame = {"on_day": self.on, "expiry_after": self.on - timedelta(days=1), "month_first": Month.of(self.on).first}
        judge = Judge(self.wanted, frame, self._params)
        spans = self.con.execute(
            "SELECT min(person_id), max(person_id) FROM (SELECT person_id,"
            f" (row_number() OVER (ORDER BY person_id) - 1) // {_AT_ONCE} AS part"
            " FROM (SELECT DISTINCT person_id FROM cases)) GROUP BY part ORDER BY part"
        ).fetchall()
        for first, last in spans:
            within = f"person_id BETWEEN {first} AND {last}"
            verdicts = judge.decide(self.con, f"SELECT * FROM cases WHERE {within}")
            homes = self.con.execute(f"SELECT home FROM living WHERE {within} ORDER BY person_id").fetchall()
            held = self.con.execute(
                f"SELECT scheme, -award_id, person_id, ends_on IS NOT NULL FROM held WHERE {within}"
                " ORDER BY person_id, applied_on"
            ).fetchall()
            yield Part(verdicts, tuple(home for (home,) in homes), held, self._params)


@dataclass(frozen=True)
class Part:
    """Some persons judged. Places are those of cases in `verdicts`; the living there are cases above zero."""

    verdicts: Verdicts
    _homes: Sequence[str]
    _holding: Sequence[tuple[str, int, int, bool]]  # scheme, case, person, whether it has a last day
    _params: Mapping[str, Mapping[str, Any]]

    @cached_property
    def _here(self) -> NDArray[np.bool_]:
        return self.verdicts.case_ids > 0

    @cached_property
    def _home_of(self) -> NDArray[np.intp]:
        """Return for each case of somebody living there which home is theirs."""
        return np.cumsum(self._here) - 1

    @cached_property
    def _held(self) -> dict[str, list[Held]]:
        places = {case: place for place, case in enumerate(self.verdicts.case_ids.tolist())}
        found: dict[str, list[Held]] = {}
        for scheme, case, person, ends in self._holding:
            found.setdefault(scheme, []).append(Held(places.get(case), person, ends))
        return found

    def held(self, scheme: Scheme) -> Sequence[Held]:
        """Return the awards of a scheme that run, in the order of persons and of their applications."""
        return self._held.get(scheme.id, ())

    def living(self, bits: Bits) -> _Places:
        """Return the places of those living there whose bit is set."""
        return np.flatnonzero(flags_of(bits)[: len(self._here)] & self._here)

    def free(self, bits: Bits, scheme: Scheme) -> _Places:
        """Return the places of those living there whose bit is set and who do not hold a scheme."""
        places = self.living(bits)
        holders = np.array([one.person_id for one in self.held(scheme)], dtype=np.int64)
        return places[~np.isin(self.verdicts.person_ids[places], holders)]

    def homes(self, places: _Places) -> list[str]:
        """Return where the persons of cases live, by the places of those living there."""
        return [self._homes[number] for number in self._home_of[places].tolist()]

    def home(self, person_id: int) -> str:
        """Return where a person lives, "" for one who does not live there."""
        places = np.flatnonzero((self.verdicts.person_ids == person_id) & self._here)
        return self._homes[int(self._home_of[places[0]])] if len(places) else ""

    def counties(self, places: _Places) -> NDArray[np.int64]:
        """Return the county of each place as a number."""
        numbers = np.array([int(_county(home)) for home in self._homes], dtype=np.int64)
        found: NDArray[np.int64] = numbers[self._home_of[places]]
        return found

    def params(self, place: int) -> Mapping[str, Any]:
        """Return the parameters of the county where the person of a case lives."""
        return self._params[_county(self._homes[int(self._home_of[place])])]
