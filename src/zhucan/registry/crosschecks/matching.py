"""Whom a row of a list means: by number exactly, else by what it says of name, birth, sex, place and a number gone wrong.

A number is looked up by its blind index. Without one that is known, people who share the name, its sound or the day of
birth are weighed in points; who comes near enough is a suspicion for somebody to confirm, never more (ADR 0008).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from zhucan.core.divisions import Level, level_of, prefix
from zhucan.registry.crosschecks.rows import Told
from zhucan.registry.models import Person, Residence
from zhucan.registry.naming import initials, sound
from zhucan.registry.queries import people_in
from zhucan.registry.rosters.writing import chunks
from zhucan.registry.services import id_index

ENOUGH = 60
"""The points from which somebody is suspected to be meant."""
_OTHER_NAME = 75


@dataclass(frozen=True)
class Match:
    """A person that a row may mean, with points of a hundred and what they are made of; `others` came as near."""

    person: Person
    home: str
    score: int
    because: str
    exact: bool
    others: tuple[int, ...] = ()


def distance(one: str, other: str, most: int = 3) -> int:
    """Return how many insertions, removals, changes and swaps of neighbours part two texts, `most` for more.

    >>> distance("330499197003020015", "330499197003020051"), distance("王小明", "王晓明"), distance("甲", "乙丙丁戊")
    (1, 1, 3)
    """
    if abs(len(one) - len(other)) >= most:
        return most
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, start=1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return min(row[-1], most)


def weigh(row: Told, person: Person, home: str) -> tuple[int, str]:
    """Return how well a person fits a row, in points of a hundred, and what speaks for it."""
    points, said = 0, []
    if row.name:
        if row.name == person.name:
            points, said = 40, ["姓名相同"]
        elif sound(row.name) == sound(person.name):
            points, said = 30, ["姓名同音"]
        elif len(row.name) > 1 and distance(row.name, person.name) == 1:
            points, said = 18, ["姓名差一个字"]
        else:
            points -= 20
    if row.born is not None:
        ours, theirs = f"{person.born:%Y%m%d}", f"{row.born:%Y%m%d}"
        if ours == theirs:
            points, said = points + 30, [*said, "出生日期相同"]
        elif distance(ours, theirs) == 1:
            points, said = points + 18, [*said, "出生日期差一位"]
        elif ours[:6] == theirs[:6]:
            points, said = points + 12, [*said, "出生年月相同"]
        else:
            points -= 15
    if row.sex:
        points += 5 if row.sex == person.sex else -30
    if row.division is not None and home:
        own = row.division.code
        if own == home:
            points, said = points + 15, [*said, "同一个村（社区）"]
        elif prefix(own) and home.startswith(prefix(own)) and level_of(own) is Level.TOWNSHIP:
            points, said = points + 8, [*said, "同一个乡镇"]
        elif own[:9] != home[:9]:
            points -= 10
    if row.written and row.identity is None:
        apart = distance(row.written[:18], person.id_number)
        points += {0: 40, 1: 35, 2: 20}.get(apart, 0)
        said += [f"身份证号差 {apart} 位"] if apart < 3 else []
    elif row.identity is not None:
        apart = distance(row.identity.number, person.id_number)
        points += {1: 15, 2: 5}.get(apart, -40)  # a sound number of somebody else speaks against it
        said += [f"身份证号差 {apart} 位"] if apart < 3 else []
    return max(0, min(points, 100)), "，".join(said)


def match(rows: Sequence[Told], *, division: str) -> Mapping[int, Match]:
    """Return whom rows mean, by their position; rows that mean nobody known are left out.

    Numbers are looked up everywhere; without one that is known, only people of the division are weighed.
    """
    found: dict[int, Match] = {}
    indexes = {place: id_index(row.identity.number) for place, row in enumerate(rows) if row.identity is not None}
    people: dict[str, Person] = {}
    for part in chunks(list(indexes.values())):
        people |= {person.id_index: person for person in Person.objects.filter(id_index__in=part)}
    homes = _homes(person.pk for person in people.values())
    for place, index in indexes.items():
        if (person := people.get(index)) is not None:
            home = homes.get(person.pk, "")
            if not rows[place].name or sound(rows[place].name) == sound(person.name):
                found[place] = Match(person, home, 100, "身份证号一致", True)
            else:  # the number may be somebody else's, typed over
                found[place] = Match(person, home, _OTHER_NAME, "身份证号一致，姓名不同", False)
    rest = [(place, row) for place, row in enumerate(rows) if place not in found and row.name and not row.fault]
    for part in chunks(rest):
        found |= _suspected(part, division)
    return found


def _homes(people: Iterable[int]) -> dict[int, str]:
    homes: dict[int, str] = {}
    for part in chunks(list(people)):
        live = Residence.objects.filter(person__in=part, retracted_at=None, valid_to=None)
        homes |= dict(live.values_list("person_id", "division_id"))
    return homes


def _first(name: str) -> str:
    return initials(name).partition(" ")[0]


def _suspected(rows: Sequence[tuple[int, Told]], division: str) -> dict[int, Match]:
    """Weigh people who share the name, its sound's initials or the day of birth."""
    names = {row.name for _, row in rows}
    sounds = {_first(name) for name in names}
    born = {row.born for _, row in rows if row.born is not None}
    near = people_in(division) if division else Person.objects.all()
    candidates = list(
        near.filter(
            Q(name__in=names) | Q(initials__in=sounds) | Q(second_initials__in=sounds - {""}) | Q(born__in=born)
        )
    )
    homes = _homes(person.pk for person in candidates)
    by_word: dict[object, list[Person]] = defaultdict(list)
    for person in candidates:
        for word in {person.name, _first(person.name), person.born}:
            by_word[word].append(person)
    found: dict[int, Match] = {}
    for place, row in rows:
        own = {one.pk: one for word in (row.name, _first(row.name), row.born) for one in by_word.get(word, ())}
        weighed = [(weigh(row, person, homes.get(key, "")), key) for key, person in own.items()]
        ranked = sorted(weighed, key=lambda one: (-one[0][0], one[1]))
        if ranked and ranked[0][0][0] >= ENOUGH:
            (points, because), key = ranked[0]
            others = tuple(other for (also, _), other in ranked[1:4] if also >= max(ENOUGH, points - 10))
            found[place] = Match(own[key], homes.get(key, ""), points, because, False, others)
    return found
