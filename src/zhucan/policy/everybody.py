"""Deciding a whole catalogue for everybody: facts gathered from the spells into arrays, and rules worked out over them.

The same schemes and facts as in `engine.py`, where many schemes are decided at once for many people. What comes back is
kept as it was worked out: a condition that many schemes ask is there once, as bits, and an amount is a number a case.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import duckdb
import numpy as np
from numpy.typing import NDArray

from zhucan.core.errors import ZhucanError
from zhucan.policy.engine import Decision, Outcome, needed, plan_of, settled
from zhucan.policy.expressions import Expr, structure
from zhucan.policy.facts import BY_NAME
from zhucan.policy.folding import Known, fold
from zhucan.policy.gathering import Gathering, read
from zhucan.policy.parameters import PARAMETERS
from zhucan.policy.relations import FRAME, PERSON
from zhucan.policy.schemes import Scheme
from zhucan.policy.vectors import (
    Bits,
    Column,
    Lexicon,
    Program,
    Truths,
    Values,
    bit,
    bits_of,
    everybody,
    flags_of,
    nobody,
    padded,
    positions,
    spread,
    taken,
    told,
)

_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")


class NotThere(ZhucanError):
    """A case is paid by a division whose parameters are not given, or a file holds no decisions."""


@dataclass(frozen=True)
class Ruled:
    """What a scheme says of every case, as bits: entitled, open (neither yes nor no), and open for want of a standard.

    `asked` are its conditions and contests in the order of a mask's bits: the number of a condition in
    `Verdicts.conditions`, or what is so for everybody. `amount` is what it comes to whatever the conditions say.
    """

    asked: tuple[int | bool | None, ...]
    entitled: Bits
    open: Bits
    no_standard: Bits
    amount: Values


@dataclass(frozen=True)
class _Basis:
    """What the rules read: what is the same for everybody, and the columns."""

    known: Known
    columns: Mapping[tuple[str, str], Column]
    lexicon: Lexicon

    def value(self, name: tuple[str, str], place: int) -> Any:
        if name in self.known:
            return self.known[name]
        return told(self.columns[name], place, BY_NAME[name[1]].kind, self.lexicon)


@dataclass(frozen=True)
class Verdicts:
    """What schemes say of everybody: the cases in the order of their persons, each distinct condition, each scheme by id."""

    case_ids: NDArray[np.int64]
    person_ids: NDArray[np.int64]
    conditions: tuple[Truths, ...]
    ruled: Mapping[str, Ruled]
    basis: "_Basis | None" = None

    def fact(self, name: str, place: int) -> Any:
        """Return a fact that the rules read of the case at a place. Raises `LookupError` for what was kept in a file."""
        if self.basis is None:
            raise LookupError("保存的判断里没有事实：请重新判断后再查。")
        return self.basis.value(("fact", name), place)

    def column(self, name: str) -> Column | None:
        """Return a fact that the rules read, None for one that is the same for everybody."""
        return None if self.basis is None else self.basis.columns.get(("fact", name))

    def comparisons(self, scheme: Scheme) -> list[Truths]:
        """Return how the conditions of a scheme compare what the rules read, each comparison once; none kept in a file."""
        if self.basis is None:
            return []
        stack = [fold(condition.met, self.basis.known) for condition in scheme.conditions]
        found: list[Expr] = []
        while stack:
            node = stack.pop()
            if node.op in _COMPARISONS:
                found.append(node)
            stack += node.args
        worked = Program(found).run(self.basis.columns, padded(len(self.case_ids)), self.basis.lexicon)
        return [truths for truths in worked if isinstance(truths, Truths)]

    def doubtful(self, scheme: str) -> Bits:
        """Return for whom some condition of a scheme is unknown."""
        return reduce(or_, (self.met(asked).unknown for asked in self.ruled[scheme].asked), self._nobody)

    def refused_once(self, scheme: str) -> Bits:
        """Return for whom one condition of a scheme, and no more, is not met."""
        once = more = self._nobody
        for asked in self.ruled[scheme].asked:
            no = self.met(asked).no
            once, more = once | no, more | once & no
        return once & ~more

    @property
    def _nobody(self) -> Bits:
        return nobody(padded(len(self.case_ids)))

    def met(self, asked: int | bool | None) -> Truths:
        """Return of whom a condition that a scheme asks is true and of whom it is not."""
        return _met(asked, self.conditions, padded(len(self.case_ids)))

    def decision(self, scheme: str, place: int) -> Decision:
        """Return what a scheme says of the case at a place, as `engine.decide` does."""
        ruled = self.ruled[scheme]
        not_met = unknown = 0
        for number, asked in enumerate(ruled.asked):
            met = self.conditions[asked].at(place) if type(asked) is int else asked
            not_met |= (met is False) << number
            unknown |= (met is None) << number
        yes, undecided, no_standard = (bit(bits, place) for bits in (ruled.entitled, ruled.open, ruled.no_standard))
        return Decision(
            scheme,
            Outcome.YES if yes else Outcome.UNKNOWN if undecided else Outcome.NO,
            int(ruled.amount.data[place]) if yes else None,
            not_met,
            unknown,
            no_standard,
            undecided and not unknown and not no_standard,
        )

    def save(self, path: Path) -> None:
        """Keep the decisions in an .npz file, everything but the columns they were made from."""
        ruled = self.ruled.values()
        amounts = [np.zeros(0, np.int64), *(item.amount.data[positions(item.entitled)] for item in ruled)]
        with path.open("wb") as file:
            np.savez(
                file,
                layout=np.array(json.dumps({scheme: item.asked for scheme, item in self.ruled.items()})),
                case_ids=self.case_ids,
                person_ids=self.person_ids,
                conditions=np.array([(item.yes, item.no) for item in self.conditions], dtype=np.uint64),
                outcomes=np.array([(item.entitled, item.open, item.no_standard) for item in ruled], dtype=np.uint64),
                amounts=np.concatenate(amounts),
            )

    @classmethod
    def load(cls, path: Path) -> "Verdicts":
        """Return the decisions kept in a file; an amount is known there of the entitled alone. Raises `NotThere`."""
        try:
            with np.load(path) as kept:
                ids, amounts = (kept["case_ids"], kept["person_ids"]), kept["amounts"]
                conditions = tuple(Truths(yes, no) for yes, no in kept["conditions"])
                layout, outcomes = json.loads(str(kept["layout"])), kept["outcomes"]
        except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
            raise NotThere(f"{path.name} 里没有保存的判断，或已经损坏：请重新判断。") from error
        ruled, used = {}, 0
        for (scheme, asked), (entitled, undecided, no_standard) in zip(layout.items(), outcomes, strict=True):
            places = positions(entitled)
            data = np.zeros(padded(len(ids[0])), dtype=np.int64)
            data[places], used = amounts[used : used + len(places)], used + len(places)
            ruled[scheme] = Ruled(tuple(asked), entitled, undecided, no_standard, Values(data, entitled))
        return cls(*ids, conditions, ruled)


def _met(asked: int | bool | None, conditions: Sequence[Truths], size: int) -> Truths:
    if type(asked) is int:
        return conditions[asked]
    return Truths(everybody(size) if asked else nobody(size), everybody(size) if asked is False else nobody(size))


class Judge:
    """Schemes made ready to be decided for many people, part by part.

    `frame` holds those of division, on_day, expiry_after, month_first and applied_on that are the same for every case; the
    cases tell the others. `params` are the parameters of each division that pays; where it is one,
    every case is taken to be paid by it.
    """

    def __init__(
        self, schemes: Sequence[Scheme], frame: Mapping[str, Any], params: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self._params, self._lexicon = params, Lexicon()
        one, *others = params.values()
        alike = {name: value for name, value in one.items() if all(other[name] == value for other in others)}
        if not others:
            frame = {**frame, "division": next(iter(params))}
        self._known = settled(frame, alike)
        framed = {("frame", name): value for name, value in frame.items()}
        facts = [BY_NAME[name] for name in needed(schemes) if ("fact", name) not in self._known]
        self._relations = [
            Gathering(name, [fact for fact in facts if fact.relation == name], framed)
            for name in dict.fromkeys(fact.relation for fact in facts if fact.relation)
        ]
        formulas = {fact.name: fold(fact.formula, framed) for fact in facts if fact.formula is not None}
        self._formula_names, self._formulas = tuple(formulas), Program(list(formulas.values()))
        self._rules = Rules(schemes, self._known)
        asked = {("frame", name) for item in self._relations for name in item.frame} | set(self._formulas.columns)
        if self._rules.parameters:
            asked.add(("frame", "division"))
        self._frame = {name: kind for name, kind in FRAME.items() if ("frame", name) in asked}
        self._person = {name: kind for name, kind in PERSON.items() if ("person", name) in asked}

    def decide(self, con: duckdb.DuckDBPyConnection, cases: str = "") -> Verdicts:
        """Return what the schemes say of the cases that a SELECT names: case_id, person_id and what `frame` left out.

        Without one everybody is a case, numbered as the person is. `con` has `person` and the relations as tables or views,
        without what is not believed. Raises `NotThere` for a case of a division whose parameters are not given.
        """
        source = "(SELECT *, person_id AS case_id FROM person)"
        if cases:
            born = "".join(f", p.{name}" for name in self._person)
            source = f"(SELECT c.*{born} FROM ({cases}) c JOIN person p ON p.person_id = c.person_id)"
        table = read(con, source, ("person_id", "case_id"), {**self._frame, **self._person}, self._lexicon)
        persons, size = table.keys["person_id"], padded(len(table))
        frame = {name: table.columns[name] for name in self._frame}
        if "division" in frame:
            self._check(frame["division"], len(table))
        columns: dict[tuple[str, str], Column] = {}
        for relation in self._relations:
            facts = relation.gather(con, persons, frame, self._lexicon)
            columns |= {("fact", name): value for name, value in facts.items()}
        own = {("person", name): table.columns[name] for name in self._person}
        own |= {("frame", name): value for name, value in frame.items()}
        worked = self._formulas.run(own, size, self._lexicon)
        columns |= {("fact", name): value for name, value in zip(self._formula_names, worked, strict=True)}
        columns |= {("parameter", name): self._parameter(name, frame["division"]) for name in self._rules.parameters}
        conditions, ruled = self._rules.run(columns, len(table), self._lexicon)
        return Verdicts(table.keys["case_id"], persons, conditions, ruled, _Basis(self._known, columns, self._lexicon))

    def _check(self, divisions: Column, count: int) -> None:
        assert isinstance(divisions, Values)
        given = [self._lexicon.code(division) for division in self._params]
        there = np.isin(divisions.data[:count], given) & flags_of(divisions.known)[:count]
        if not there.all():
            code = self._lexicon.texts[int(divisions.data[:count][~there][0])]
            raise NotThere(f"有人由区划 {code or '（没有写）'} 发放，没有它的标准：请把这个区划的标准一起给出。")

    def _parameter(self, name: str, divisions: Column) -> Column:
        """Return a parameter that is not the same everywhere, for each case that of its division."""
        assert isinstance(divisions, Values)
        kind = PARAMETERS[name].kind
        values = [self._params.get(text, {}).get(name) for text in self._lexicon.texts]
        return taken(spread(values, kind, self._lexicon), divisions.data)


class Rules:
    """The conditions of schemes, each distinct one once, and their amounts, with what is known for everybody worked in."""

    def __init__(self, schemes: Sequence[Scheme], known: Known) -> None:
        numbers: dict[tuple[Any, ...], int] = {}
        conditions: list[Expr] = []
        rest: list[Expr] = []
        self._asked: dict[str, tuple[int | bool | None, ...]] = {}
        for scheme in schemes:
            plan = plan_of(scheme).folded(known)
            asked: list[int | bool | None] = []
            for test in plan.tests:
                if test.op == "const":
                    asked.append(test.value)
                    continue
                number = numbers.setdefault(structure(test), len(conditions))
                if number == len(conditions):
                    conditions.append(test)
                asked.append(number)
            self._asked[scheme.id] = tuple(asked)
            rest += [plan.amount, plan.lacking, plan.waiting]
        self._program, self._conditions = Program([*conditions, *rest]), len(conditions)
        self.parameters = tuple(name for namespace, name in self._program.columns if namespace == "parameter")

    def run(
        self, columns: Mapping[tuple[str, str], Column], count: int, lexicon: Lexicon
    ) -> tuple[tuple[Truths, ...], dict[str, Ruled]]:
        """Return the conditions, and what each scheme says."""
        size = padded(count)
        worked = self._program.run(columns, size, lexicon)
        conditions = tuple(item for item in worked[: self._conditions] if isinstance(item, Truths))
        there = bits_of(np.arange(size) < count)
        ruled = {}
        rest = iter(worked[self._conditions :])
        for scheme, asked in self._asked.items():
            amount, lacking, waiting = next(rest), next(rest), next(rest)
            assert isinstance(amount, Values)
            assert isinstance(lacking, Truths)
            assert isinstance(waiting, Truths)
            refused, doubtful = nobody(size), nobody(size)
            for one in asked:
                met_one = _met(one, conditions, size)
                refused, doubtful = refused | met_one.no, doubtful | met_one.unknown
            met = there & ~refused
            entitled = met & ~doubtful & amount.known
            undecided = met & ~entitled
            without = ~amount.known & ~doubtful & ~waiting.yes
            no_standard = undecided & (without | lacking.yes)
            ruled[scheme] = Ruled(asked, entitled, undecided, no_standard, amount)
        return conditions, ruled
