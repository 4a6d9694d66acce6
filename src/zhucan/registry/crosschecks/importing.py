"""A list of another department taken in: every row agrees, raises a doubt, is of nobody known, or comes back. All or nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from zhucan.core.calendar import deadline
from zhucan.core.divisions import Level, county_of, level_of, within
from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit, divisions
from zhucan.orgs.clock import day_of
from zhucan.orgs.divisions import parameter_rows
from zhucan.orgs.models import Division, Role, User
from zhucan.orgs.secrecy import blind_index
from zhucan.policy.parameters import resolve
from zhucan.registry.crosschecks.comparing import problem_of, spells_of
from zhucan.registry.crosschecks.kinds import ListKind, kind_of
from zhucan.registry.crosschecks.matching import Match, match
from zhucan.registry.crosschecks.rows import Reader, Told
from zhucan.registry.models import Doubt, Hardship, HardshipKind, ImportBatch, Person
from zhucan.registry.queries import people_in
from zhucan.registry.rosters import marking
from zhucan.registry.rosters.places import Gazetteer
from zhucan.registry.rosters.reading import read
from zhucan.registry.rosters.remarks import Remark, Row

KIND = "list:"
"""An import batch of a list is of this kind and the list's."""
_ON_LISTS = (HardshipKind.DIBAO, HardshipKind.DIBIAN, HardshipKind.TEKUN)


class ListRefused(ZhucanError):
    """The list as a whole cannot be taken; nothing was changed."""


@dataclass
class ListResult:
    """What came of a list. Every row is one of: agreeing, a doubt (new or known), of nobody known, or come back."""

    file: Path
    kind: ListKind
    rows: int = 0
    agree: int = 0
    exact: int = 0
    fuzzy: int = 0
    off_list: int = 0
    known: int = 0
    repeated: int = 0
    unknown: list[Row] = field(default_factory=list)
    rejected: list[Row] = field(default_factory=list)
    skipped: int = 0
    ignored: list[str] = field(default_factory=list)
    marked: Path | None = None
    batch: int = 0

    @property
    def new(self) -> int:
        """How many doubts were made."""
        return self.exact + self.fuzzy + self.off_list

    def counts(self) -> dict[str, int]:
        """Return the figures for the import log."""
        return {
            "rows": self.rows, "agree": self.agree, "doubts": self.new, "fuzzy": self.fuzzy, "known": self.known,
            "repeated": self.repeated, "unknown": len(self.unknown), "rejected": len(self.rejected),
        }  # fmt: skip


@transaction.atomic
def import_list(
    *,
    kind: str,
    path: Path,
    at: datetime,
    by: User | None,
    division: str = "",
    source: str = "",
    as_of: date | None = None,
    whole: bool = False,
    out: Path | None = None,
) -> ListResult:
    """Hold a list against the registry as of a day (default: that of `at`) and make a doubt of each difference.

    `division` is the place whose people it is about: others come back. With `whole` the list holds everybody of the
    place, so that who is missing on it is a difference too. Rows that came back or are of nobody known are told in a
    marked-up copy at `out` (default: beside the file). Raises `ListRefused`, `UnusableRoster` and `UnknownList`.
    """
    which, today = kind_of(kind), day_of(at)
    on = as_of or today
    if on > today:
        raise ListRefused(f"名单的日期 {on} 还没有到：请改用今天或以前的日期。")
    if whole and not (which.whole and division):
        raise ListRefused("只有写明地方的救助名单可以当作完整名单：请去掉“完整”，或写明区划。")
    inside = divisions.division(division) if division else None
    target = marking.target(path, out)
    roster = read(path, which.find_header, which.asks)
    reader = Reader(which, roster, Gazetteer(Division.objects.all(), None), today)
    rows = list(reader)
    result = ListResult(path, which, rows=len(rows), skipped=reader.skipped)
    result.ignored = list(dict.fromkeys(name for sheet in roster.sheets for name in sheet.header.ignored))
    batch = ImportBatch.objects.create(
        kind=f"{KIND}{kind}", file_name=path.name[:200], digest=roster.digest, at=at, by=by, counts={}
    )
    result.batch = batch.pk
    taking = _Taking(which, source or which.source, batch, result, on, today, inside)
    taking.take(rows)
    if whole and inside is not None:
        taking.missing({str(row.claim.get("kind", "dibao")) for row in rows if not row.fault} or {"dibao"})
    batch.counts = result.counts()
    batch.save(update_fields=["counts"])
    audit.record(actor=by, action="registry.list", target=f"import:{batch.pk}", at=at, what=kind, **result.counts())
    if result.rejected or result.unknown:
        marking.write(roster, result.rejected, result.unknown, target)
        result.marked = target
    return result


class _Taking:
    """Rows of one list becoming doubts."""

    def __init__(
        self, kind: ListKind, source: str, batch: ImportBatch, result: ListResult, on: date, today: date,
        inside: Division | None,
    ) -> None:  # fmt: skip
        self.kind, self.source, self.batch, self.result, self.on, self.today = kind, source, batch, result, on, today
        self.inside = inside
        self.met: set[int] = set()  # whom the list names, for certain or perhaps
        self._dues: dict[str, date | None] = {}

    def take(self, rows: Sequence[Told]) -> None:
        """Match and compare every row."""
        division = self.inside.code if self.inside else ""
        matches = match(rows, division=division)
        ours = spells_of(self.kind.id, {found.person.pk for found in matches.values()})
        made: dict[str, Doubt] = {}
        for place, row in enumerate(rows):
            found = matches.get(place)
            if found is not None:
                self.met.add(found.person.pk)
            if row.fault:
                self._back(row, row.fault)
            elif found is None:
                self._nobody(row)
            elif self.inside and not (found.home and within(found.home, self.inside.code)):
                self._back(row, f"这个人的户籍不在{self.inside.name}；请交给户籍地处理，或由上级导入。")
            elif (day := row.day) is not None and day < found.person.born:
                self._back(row, f"日期 {day} 早于登记的出生日期；请核对是不是填错了人或日期。")
            else:
                self._compare(row, found, ours.get(found.person.pk, []), made)
        self._keep(made)

    def _compare(self, row: Told, found: Match, spells: Sequence[Any], made: dict[str, Doubt]) -> None:
        claim = (
            {"day": self.on.isoformat(), **row.claim}
            if self.kind.id in ("dibao", "insurance", "work-injury")
            else row.claim
        )
        problem = problem_of(self.kind.id, claim, spells, self.on)
        if not problem:
            self.result.agree += 1
            return
        if found.others:
            claim = {**claim, "others": list(found.others)}
        who = row.identity.number if row.identity else f"{row.name}/{row.born}/{row.sex}/{row.written}"
        # what the registry said belongs to the key: once it has changed, the same word of the list is a new difference
        ours = [(str(one.valid_from), str(one.valid_to), getattr(one, "kind", "")) for one in spells]
        said = json.dumps([self.kind.id, who, problem, row.claim, ours], sort_keys=True)
        key = blind_index(said, "doubt")
        made.setdefault(key, self._doubt(key, problem, found, claim, row.number, row.cells))

    def missing(self, kinds: set[str]) -> None:
        """Make a doubt of everybody of the place whom the registry has in assistance and the whole list does not name."""
        place = self.inside.code if self.inside else ""
        here = people_in(place).exclude(pk__in=self.met) if len(self.met) < 900 else people_in(place)
        spells = Hardship.objects.filter(
            person__in=here.values("pk"), kind__in=[one for one in _ON_LISTS if one in kinds], retracted_at=None
        ).filter(Q(valid_to=None) | Q(valid_to__gt=self.on), valid_from__lte=self.on)
        made: dict[str, Doubt] = {}
        people = Person.objects.in_bulk(
            [key for key in spells.values_list("person_id", flat=True) if key not in self.met]
        )
        for spell in spells.select_related("person"):
            person = people.get(spell.person_id)
            if person is None:
                continue
            claim = {"day": self.on.isoformat(), "kind": spell.kind, "off_list": True}
            key = blind_index(f"{self.kind.id}|{person.pk}|off|{spell.kind}|{spell.valid_from}", "doubt")
            found = Match(person, place, 100, "按名单逐人核对", True)
            made[key] = self._doubt(key, "hardship_off_list", found, claim, 0, [])
        before = self.result.exact
        self._keep(made)
        self.result.off_list, self.result.exact = self.result.exact - before, before

    def _doubt(
        self, key: str, problem: str, found: Match, claim: Any, row: int, told: Sequence[tuple[str, str]]
    ) -> Doubt:
        home = found.home or (self.inside.code if self.inside else "")
        county = county_of(home)
        # what a number settles the county settles; whether it is the same person, those who live near can tell
        township = home[:9] + "000" if level_of(home) in (Level.TOWNSHIP, Level.VILLAGE) else county
        role, place = (Role.COUNTY_CLERK, county) if found.exact else (Role.TOWNSHIP_CLERK, township)
        if place not in self._dues:
            days = resolve(parameter_rows(self.batch.at), place, self.today, self.batch.at)["doubt_working_days"]
            self._dues[place] = deadline(self.today, days)
        return Doubt(
            kind=self.kind.id, problem=problem, person=found.person, source=self.source[:40], batch=self.batch, row=row,
            told=json.dumps(told, ensure_ascii=False), claim=claim, key=key,
            match=Doubt.Match.EXACT if found.exact else Doubt.Match.FUZZY, score=found.score, because=found.because[:200],
            role=role.value, place_id=place, since=self.today, due=self._dues[place], recorded_at=self.batch.at,
        )  # fmt: skip

    def _keep(self, made: dict[str, Doubt]) -> None:
        """Save the doubts that are not known; count again those that were rejected and are said by another file."""
        known: dict[str, Doubt] = {}
        for start in range(0, len(made), 500):
            part = list(made)[start : start + 500]
            known |= {one.key: one for one in Doubt.objects.filter(key__in=part).select_related("batch")}
        for one in known.values():
            self.result.known += 1
            if one.status == Doubt.Status.REJECTED and one.batch.digest != self.batch.digest:
                Doubt.objects.filter(pk=one.pk).update(repeats=F("repeats") + 1)
                self.result.repeated += 1
        fresh = [doubt for key, doubt in made.items() if key not in known]
        Doubt.objects.bulk_create(fresh, batch_size=500)
        self.result.exact += sum(doubt.match == Doubt.Match.EXACT for doubt in fresh)
        self.result.fuzzy += sum(doubt.match == Doubt.Match.FUZZY for doubt in fresh)

    def _back(self, row: Told, sentence: str) -> None:
        self.result.rejected.append(Row(row.sheet, row.number, name=row.name, faults=[Remark("name", sentence)]))

    def _nobody(self, row: Told) -> None:
        said = "登记里没有这个人，没有可核对的；如果是残疾人，请先登记。"
        self.result.unknown.append(Row(row.sheet, row.number, name=row.name, doubts=[Remark("name", said)]))
