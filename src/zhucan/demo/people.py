"""Invents people: who they are on the first day, in the proportions that a county of this kind has."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from zhucan.core.calendar import add_years
from zhucan.core.identifiers import check_character, combined
from zhucan.demo import names

Parts = tuple[tuple[str, int], ...]

# (from age, up to, weight): holders are old
_AGES = ((1, 6, 12), (7, 17, 38), (18, 29, 60), (30, 44, 130), (45, 59, 300), (60, 74, 310), (75, 95, 150))
_YOUNG = {"visual": 6, "hearing": 15, "speech": 5, "physical": 27, "intellectual": 32, "mental": 8, "multiple": 7}
_ADULT = {"visual": 9, "hearing": 6, "speech": 1, "physical": 49, "intellectual": 12, "mental": 18, "multiple": 5}
_AGED = {"visual": 15, "hearing": 14, "speech": 1, "physical": 55, "intellectual": 4, "mental": 6, "multiple": 5}
_GRADES = {
    "visual": (25, 15, 15, 45),
    "hearing": (30, 25, 20, 25),
    "speech": (35, 15, 15, 35),
    "physical": (8, 22, 30, 40),
    "intellectual": (10, 38, 32, 20),
    "mental": (6, 58, 26, 10),
}
_PAIRS = (("visual", "hearing"), ("hearing", "speech"), ("physical", "intellectual"), ("physical", "speech"),
          ("intellectual", "mental"), ("visual", "physical"))  # fmt: skip


@dataclass(slots=True, eq=False)
class Resident:
    """A person as life knows them; the registry may learn of it later. `key` is the person's key once registered."""

    name: str
    sex: str
    born: date
    number: str
    village: str
    parts: Parts
    issued: date
    expires: date
    hardship: str = ""  # dibao, dibian, tekun, none; "" is not known
    income_fen: int | None = None
    guardian: str = ""
    phone: str = ""
    account: bool = True
    key: int = 0
    reissues: int = 0
    alive: bool = True
    here: bool = True
    status: str = "valid"
    stays: bool = False
    custody: bool = False
    cares: bool = True  # applies for what is due; False after leaving by wish
    quiet_until: int = 0  # Month.index: nothing else happens to the person before
    schemes: set[str] = field(default_factory=set)

    @property
    def category(self) -> str:
        """Return the kind that the certificate shows."""
        return combined(self.parts)[0]

    @property
    def grade(self) -> int:
        """Return the grade that the certificate shows."""
        return combined(self.parts)[1]

    def age(self, day: date) -> int:
        """Return the years completed on a day."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


class Population:
    """Makes residents one after another; no ID number comes twice."""

    def __init__(self, dice: random.Random, villages: Sequence[str], abroad: Sequence[str]) -> None:
        self._dice, self._villages, self._abroad = dice, villages, abroad
        self._taken: dict[str, int] = {}
        self._weights = [dice.uniform(0.4, 1.8) for _ in villages]

    def village(self) -> str:
        """Return a village of the county; some have more people than others."""
        return self._dice.choices(self._villages, self._weights)[0]

    def village_abroad(self) -> str:
        """Return a village of the neighbour county."""
        return self._dice.choice(self._abroad)

    def holder(self, day: date, *, new: bool = False, region: str = "330499") -> Resident:
        """Return somebody who holds a certificate on a day; `new` for one issued that day."""
        dice = self._dice
        born = self._born(day)
        age = day.year - born.year
        sex = "male" if dice.random() < 0.56 else "female"
        parts = self._parts(age)
        issued = day if new else self._issued(born, day)
        person = Resident(
            name=names.name(dice, sex, born.year),
            sex=sex,
            born=born,
            number=self._number(region, born, sex),
            village=self.village(),
            parts=parts,
            issued=issued,
            expires=add_years(issued, 10),
            phone=names.phone(dice) if dice.random() < 0.85 else "",
            account=dice.random() > 0.012,
        )
        self._standing(person, age)
        if age < 18 or any(kind in ("intellectual", "mental") and grade <= 2 for kind, grade in parts):
            person.guardian = names.name(dice, dice.choice(("male", "female")), born.year - 28, person.name[0])
        return person

    def _born(self, day: date) -> date:
        dice = self._dice
        first, last, _ = dice.choices(_AGES, [weight for _, _, weight in _AGES])[0]
        return day - timedelta(days=int(365.25 * dice.randint(first, last)) + dice.randrange(365) + 1)

    def _number(self, region: str, born: date, sex: str) -> str:
        head = f"{region}{born:%Y%m%d}"
        order = self._taken.get(head + sex, 1 if sex == "male" else 2)
        if order > 999:
            raise OverflowError(f"more than 499 people of one sex were born on {born}")
        self._taken[head + sex] = order + 2
        return f"{head}{order:03d}{check_character(f'{head}{order:03d}')}"

    def _issued(self, born: date, day: date) -> date:
        """Return a day in the ten years before; a few let their certificate run out before that."""
        latest = (day - born).days
        back = self._dice.randrange(1, 3640) if self._dice.random() < 0.97 else self._dice.randrange(3660, 4500)
        back = min(back, max(latest - 60, 1))
        return day - timedelta(days=back)

    def parts(self, kind: str) -> Parts:
        """Return the components of a certificate of a kind."""
        dice = self._dice
        if kind != "multiple":
            return ((kind, dice.choices((1, 2, 3, 4), _GRADES[kind])[0]),)
        return tuple((one, dice.choices((1, 2, 3, 4), _GRADES[one])[0]) for one in dice.choice(_PAIRS))

    def _parts(self, age: int) -> Parts:
        shares = _YOUNG if age < 18 else _ADULT if age < 60 else _AGED
        return self.parts(self._dice.choices(list(shares), list(shares.values()))[0])

    def _standing(self, person: Resident, age: int) -> None:
        """Draw the household's standing and income; severe disability makes both likelier."""
        dice = self._dice
        severe = min(grade for _, grade in person.parts) <= 2
        drawn = dice.random()
        dibao, dibian = (0.17, 0.08) if severe else (0.09, 0.05)
        tekun = 0.035 if age >= 60 else 0.008
        if drawn < dibao:
            person.hardship, person.income_fen = "dibao", dice.randrange(30000, 95000, 100)
        elif drawn < dibao + dibian:
            person.hardship, person.income_fen = "dibian", dice.randrange(110000, 150000, 100)
        elif drawn < dibao + dibian + tekun:
            person.hardship = "tekun"
        elif drawn < 0.9:
            person.hardship = "none"
            if dice.random() < 0.25:
                # most are well above the limit, a few are within one and a half times the standard
                person.income_fen = dice.randrange(140000, 600000, 100)
