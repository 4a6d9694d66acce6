"""Which awards a run decides: month, place, schemes, and the moment up to which everything is known."""

from dataclasses import dataclass
from datetime import datetime

from zhucan.cases.facts import as_utc, known, stamp
from zhucan.core.divisions import Level, county_of, level_of, prefix
from zhucan.core.months import Month
from zhucan.policy.schemes import Scheme


@dataclass(frozen=True)
class Scope:
    """Which awards a run decides, and from what was known when."""

    month: Month
    division: str
    schemes: tuple[Scheme, ...]
    known_at: datetime
    person_id: int | None = None  # of one person only, to see what a change would do

    @property
    def granted(self) -> bool:
        """Say whether it is of schemes granted case by case, and not of a month."""
        return not any(scheme.in_runs for scheme in self.schemes)

    @property
    def scheme_list(self) -> str:
        """Return the scheme ids as an SQL list."""
        return ", ".join(f"'{scheme.id}'" for scheme in self.schemes)

    def awards_sql(self, columns: str = "a.id") -> str:
        """Return a SELECT of the awards in scope; the same as known at the same moment whenever it is asked."""
        return f"SELECT {columns} FROM cases_award a WHERE {self.within}"

    @property
    def within(self) -> str:
        """Return the condition that an award `a` is in scope; row by row, so that it costs the same wherever it stands."""
        text = (
            f"a.scheme IN ({self.scheme_list})"
            f" AND {as_utc('a.recorded_at')} <= '{stamp(self.known_at)}' AND a.start <= {self.month.index}"
        )
        if self.person_id is not None:
            text += f" AND a.person_id = {self.person_id:d}"
        if level_of(self.division) in (Level.TOWNSHIP, Level.VILLAGE):
            return (
                f"{text} AND a.division_id = '{county_of(self.division)}' AND EXISTS (SELECT 1"
                f" FROM registry_residence t WHERE t.person_id = a.person_id AND {known(self.known_at)} AND t.division_id LIKE '{prefix(self.division)}%'"
                f" AND t.valid_from < '{self.month.first}' AND (t.valid_to IS NULL OR t.valid_to >= '{self.month.first}'))"
            )
        return f"{text} AND a.division_id LIKE '{prefix(self.division)}%'"
