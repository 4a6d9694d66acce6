"""What each happening does to a resident and what the registry is told of it.

Every event takes the person, the day it happened and the day it is told. The resident changes when it is told: until
then life leaves the person alone.
"""

import random
from datetime import date, timedelta

from zhucan.core.calendar import add_years
from zhucan.demo.chronicle import Chronicle
from zhucan.demo.people import Population, Resident
from zhucan.demo.registering import Registrar
from zhucan.registry.models import Benefit, CertificateEvent

# kind of benefit, weight, fen a month from and to; those from the fifth on may come at any age
_RIVALS = (
    ("ltci", 20, (30000, 90000)),
    ("old_age_nursing", 20, (10000, 30000)),
    ("elder_service", 20, (10000, 30000)),
    ("old_age_living", 8, (10000, 20000)),
    ("work_injury_nursing", 6, (150000, 300000)),
    ("veteran_pension", 6, (80000, 200000)),
)
_ANY_AGE = 4


class Events:
    """The happenings of a life."""

    def __init__(self, dice: random.Random, population: Population, chronicle: Chronicle, registrar: Registrar) -> None:
        self._dice, self._population = dice, population
        self._chronicle, self._tell = chronicle, registrar

    # --- certificates ----------------------------------------------------------------------------------------------

    def renew(self, person: Resident, on: date, told: date) -> None:
        """Renew for ten years with the same kinds and grades."""
        person.issued, person.expires, person.reissues = on, add_years(on, 10), 0
        self._tell.certify(person, on, CertificateEvent.RENEWAL)

    def change(self, person: Resident, on: date, told: date) -> None:
        """Be assessed anew: a grade better or worse, now and then another kind beside the old one."""
        dice, parts = self._dice, list(person.parts)
        place = dice.randrange(len(parts))
        kind, grade = parts[place]
        step = -1 if dice.random() < 0.65 else 1
        changed = grade + step if 1 <= grade + step <= 4 else grade - step
        parts[place] = (kind, changed)
        if len(parts) == 1 and dice.random() < 0.1:
            parts.append(("physical" if kind != "physical" else "visual", dice.randint(2, 4)))
        person.parts = tuple(parts)
        person.issued, person.expires, person.reissues = on, add_years(on, 10), 0
        self._tell.certify(person, on, CertificateEvent.CHANGE)

    def lose(self, person: Resident, on: date, told: date) -> None:
        """Lose the card and get another: the number gets the next B suffix, the expiry stays."""
        person.reissues += 1
        self._tell.certify(person, on, CertificateEvent.LOSS, "遗失")

    def freeze(self, person: Resident, on: date, told: date) -> None:
        """Be frozen for missing a check."""
        person.status = "frozen"
        self._tell.certify(person, on, CertificateEvent.FREEZE, "逾期未参加动态更新核查")

    def unfreeze(self, person: Resident, on: date, told: date) -> None:
        """Turn up for the check."""
        person.status = "valid"
        self._tell.certify(person, on, CertificateEvent.UNFREEZE)

    def cancel(self, person: Resident, on: date, told: date) -> None:
        """Give the certificate back."""
        person.status = "cancelled"
        self._tell.certify(person, on, CertificateEvent.CANCEL, self._dice.choice(("本人申请", "康复后不符合标准")))

    # --- leaving and moving ----------------------------------------------------------------------------------------

    def die(self, person: Resident, on: date, told: date) -> None:
        """Die."""
        person.alive = False
        self._tell.death(person, on, told)

    def move_inside(self, person: Resident, on: date, told: date) -> None:
        """Move to another village of the county."""
        person.village = self._population.village()
        self._tell.leave_household(person, on)
        self._tell.move(person, on, person.village)

    def move_out(self, person: Resident, on: date, told: date) -> None:
        """Move to the neighbour county."""
        person.here, person.village = False, self._population.village_abroad()
        self._tell.leave_household(person, on)
        self._tell.move(person, on, person.village)

    # --- means -----------------------------------------------------------------------------------------------------

    def fall(self, person: Resident, on: date, told: date) -> None:
        """Come into dibao, or next to it."""
        deep = self._dice.random() < 0.7
        person.hardship = "dibao" if deep else "dibian"
        person.income_fen = (
            self._dice.randrange(30000, 95000, 100) if deep else self._dice.randrange(115000, 160000, 100)
        )
        self._means(person, on)

    def rise(self, person: Resident, on: date, told: date) -> None:
        """Leave dibao for good, or for the edge of it."""
        if person.hardship == "dibao" and self._dice.random() < 0.3:
            person.hardship, person.income_fen = "dibian", self._dice.randrange(120000, 160000, 100)
        else:
            person.hardship, person.income_fen = "none", self._dice.randrange(190000, 400000, 100)
        self._means(person, on)

    def run_out(self, person: Resident, on: date, told: date) -> None:
        """Let the finding expire while the new one is not in: the means are not known."""
        person.hardship, person.income_fen = "", None
        self._means(person, on)

    def support(self, person: Resident, on: date, told: date) -> None:
        """Come into tekun care."""
        person.hardship, person.income_fen = "tekun", None
        self._means(person, on)

    def _means(self, person: Resident, on: date) -> None:
        self._tell.hardship(person, on)
        self._tell.income(person, on)

    # --- care, custody, other benefits, accounts -------------------------------------------------------------------

    def enter_care(self, person: Resident, on: date, told: date) -> None:
        """Move into approved institutional care."""
        person.stays = True
        self._tell.stay(person, on, True)

    def leave_care(self, person: Resident, on: date, told: date) -> None:
        """Come home from care."""
        person.stays = False
        self._tell.stay(person, on, False)

    def jail(self, person: Resident, on: date, told: date) -> None:
        """Begin to serve a sentence."""
        person.custody = True
        self._tell.custody(person, on, True)

    def release(self, person: Resident, on: date, told: date) -> None:
        """Be released."""
        person.custody = False
        self._tell.custody(person, on, False)

    def other_benefit(self, person: Resident, on: date, told: date) -> None:
        """Be granted a benefit that another body pays, for a year or for good."""
        kinds = _RIVALS if person.age(on) >= 60 else _RIVALS[_ANY_AGE:]
        kind, _, (least, most) = self._dice.choices(kinds, [weight for _, weight, _ in kinds])[0]
        stop = on + timedelta(days=365) if self._dice.random() < 0.3 else None
        self._chronicle.add(Benefit, person.key, on, stop, kind, self._dice.randrange(least, most, 1000))

    def open_account(self, person: Resident, on: date, told: date) -> None:
        """Open an account, or another one."""
        person.account = True
        self._tell.account(person, told)
