"""What happens in the county month by month: drawn in its month, told to the registry when it is learnt."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from zhucan.core.calendar import add_years
from zhucan.core.months import Month
from zhucan.demo import occupations
from zhucan.demo.chronicle import Chronicle
from zhucan.demo.events import Events
from zhucan.demo.people import Population, Resident
from zhucan.demo.places import Places
from zhucan.demo.registering import Registrar
from zhucan.orgs.clock import moment
from zhucan.orgs.models import User
from zhucan.registry.models import Benefit, CertificateEvent

LAST_TOLD = 24  # the registry is quiet from the 25th on, while the month is calculated and paid


@dataclass(frozen=True)
class _Telling:
    """Something to be told on a day. `order` keeps what is learnt on one day in the order it happened."""

    day: date
    order: int
    tell: Callable[[], None]


class Life:
    """The residents and what is still to be told of them."""

    def __init__(
        self, dice: random.Random, places: Places, population: Population, chronicle: Chronicle, clerk: User
    ) -> None:
        self._dice, self._places, self._population = dice, places, population
        self._chronicle, self._clerk = chronicle, clerk
        self._registrar = Registrar(chronicle, places, dice)
        self._events = Events(dice, population, chronicle, self._registrar)
        self.residents: list[Resident] = []
        self._agenda: list[_Telling] = []
        self._renewals: dict[int, list[Resident]] = defaultdict(list)
        self._rest: dict[str, int] = {}
        self._told = 0

    # --- the first day ---------------------------------------------------------------------------------------------

    def settle(self, people: int, day: date) -> None:
        """Register the people whom the county has when the system is introduced."""
        with self._chronicle.told(moment(day), self._clerk, "存量导入"):
            for _ in range(people):
                person = self._population.holder(day)
                self.residents.append(person)
                self._registrar.enter(person, person.village, max(person.born, date(2000, 1, 1)))
                self._start(person, day)
            self._house(day)

    def _start(self, person: Resident, day: date) -> None:
        """Give a newly registered person what else may hold on the first day."""
        dice, age = self._dice, person.age(day)
        if person.grade <= 2 and dice.random() < 0.015:
            person.stays = True
            self._registrar.stay(person, day - timedelta(days=dice.randrange(30, 900)), True)
        if 18 <= age < 70 and dice.random() < 0.0008:
            person.custody = True
            self._registrar.custody(person, day - timedelta(days=dice.randrange(30, 900)), True)
        if age >= 80:
            self._chronicle.add(Benefit, person.key, add_years(person.born, 80), None, "senior_allowance", 10000)
        occupations.tell(self._chronicle, person, day)
        if age >= 60 and dice.random() < 0.01:
            self._events.other_benefit(person, day - timedelta(days=dice.randrange(30, 300)), day)

    def _house(self, day: date) -> None:
        """Put neighbours on the register into households: most alone with their family, some two or three together."""
        dice = self._dice
        homes: dict[str, list[Resident]] = defaultdict(list)
        for person in self.residents:
            homes[person.village].append(person)
        shared: list[list[Resident]] = []
        for village in sorted(homes):
            waiting = homes[village]
            while waiting:
                size = dice.choices((1, 2, 3), (90, 9, 1))[0]
                shared.append([waiting.pop() for _ in range(min(size, len(waiting)))])
        keys = self._chronicle.households(len(shared), moment(day))
        for key, members in zip(keys, shared, strict=True):
            for number, person in enumerate(members):
                role = "户主" if number == 0 and person.age(day) >= 18 else "家庭成员"
                self._registrar.household(person, key, role, day)

    # --- a month ---------------------------------------------------------------------------------------------------

    def pass_month(self, month: Month) -> None:
        """Draw what happens in a month; who is touched is left alone until it has been told."""
        free = [one for one in self.residents if one.alive and one.here and one.quiet_until <= month.index]
        self._dice.shuffle(free)
        events = self._events
        self._expire(month, free)
        paid = [one for one in free if one.schemes]
        valid = [one for one in free if one.status == "valid" and one.expires > month.last]
        poor = [one for one in valid if one.hardship in ("dibao", "dibian")]
        kinds: tuple[tuple[str, Sequence[Resident], float, float, Callable[[Resident, date, date], None]], ...] = (
            # name, who, share of them a year, share learnt late, what happens
            ("death", [max(free[at : at + 3], key=lambda one: one.age(month.first)) for at in range(0, len(free), 3)],
             0.055, 0.0, events.die),
            ("late death", [one for one in paid if one.age(month.first) >= 50], 0.008, 1.0, events.die),
            ("change", valid, 0.014, 0.0, events.change),
            ("loss", valid, 0.008, 0.0, events.lose),
            ("freeze", [one for one in paid if one.status == "valid"], 0.003, 0.3, events.freeze),
            ("cancel", valid, 0.0012, 0.0, events.cancel),
            ("unfreeze", [one for one in free if one.status == "frozen"], 3.0, 0.0, events.unfreeze),
            ("move inside", free, 0.006, 0.2, events.move_inside),
            ("move out", free, 0.004, 0.3, events.move_out),
            ("dibao", [one for one in valid if one.hardship in ("none", "", "dibian")], 0.010, 0.1, events.fall),
            ("better", poor, 0.05, 0.25, events.rise),
            ("no finding", [one for one in poor if one.schemes], 0.01, 0.0, events.run_out),
            ("tekun", [one for one in poor if one.age(month.first) >= 60], 0.008, 0.1, events.support),
            ("stay", [one for one in valid if one.grade <= 2 and not one.stays], 0.008, 0.2, events.enter_care),
            ("home", [one for one in free if one.stays], 0.25, 0.2, events.leave_care),
            ("prison", [one for one in valid if 18 <= one.age(month.first) < 70 and not one.custody], 0.0008, 0.4, events.jail),
            ("release", [one for one in free if one.custody], 0.5, 0.0, events.release),
            ("rival", paid, 0.006, 0.4, events.other_benefit),
            ("account", [one for one in free if not one.account], 4.0, 0.0, events.open_account),
        )  # fmt: skip
        for name, group, rate, late, happen in kinds:
            fit = [one for one in group if one.quiet_until <= month.index]
            for person in fit[: self._count(name, len(fit) * rate / 12)]:
                self._happen(month, person, happen, late)
        for _ in range(self._count("new", len(free) * 0.045 / 12)):
            self._newcomer(month)
        for _ in range(self._count("move in", len(free) * 0.0035 / 12)):
            self._arrive(month)

    def _expire(self, month: Month, free: Sequence[Resident]) -> None:
        """Renew what runs out this month; some let it lapse and come months later, some not at all."""
        dice = self._dice
        for person in free:
            if person.status != "valid" or Month.of(person.expires) != month:
                continue
            drawn = dice.random()
            if drawn < 0.86:
                on = max(month.first, person.expires - timedelta(days=dice.randrange(20)))
                self._renew(person, on)
            elif drawn < 0.95:
                self._renewals[month.index + dice.choice((1, 2, 2, 3, 4, 6))].append(person)
        for person in self._renewals.pop(month.index, ()):
            if person.alive and person.here and person.status == "valid" and person.quiet_until <= month.index:
                self._renew(person, month.first + timedelta(days=dice.randrange(20)))

    def _renew(self, person: Resident, on: date) -> None:
        learnt = on + timedelta(days=self._dice.randrange(4))
        self._later(person, learnt, lambda told: self._events.renew(person, on, told))

    def _newcomer(self, month: Month) -> None:
        """Let somebody get a first certificate."""
        on = month.first + timedelta(days=self._dice.randrange(28))
        person = self._population.holder(on, new=True)

        def tell(told: date) -> None:
            self._registrar.enter(person, person.village, max(person.born, date(2000, 1, 1)))

        self._join(person, on, tell)

    def _arrive(self, month: Month) -> None:
        """Let a holder move in from the neighbour county, and have the certificate transferred."""
        on = month.first + timedelta(days=self._dice.randrange(28))
        person = self._population.holder(on - timedelta(days=90), region="330498")

        def tell(told: date) -> None:
            self._registrar.enter(person, self._population.village_abroad(), max(person.born, date(2000, 1, 1)))
            self._registrar.move(person, on, person.village)
            if person.expires > on:
                self._registrar.certify(person, on, CertificateEvent.TRANSFER)

        self._join(person, on, tell)

    def _join(self, person: Resident, on: date, tell: Callable[[date], None]) -> None:
        self.residents.append(person)
        self._later(person, on + timedelta(days=self._dice.randrange(1, 9)), tell)

    def _count(self, name: str, expected: float) -> int:
        """Return whole events, carrying the rest over, so that each kind comes steadily and the first one soon."""
        thousandths = self._rest.get(name, 990) + round(expected * 1000)
        count, self._rest[name] = divmod(thousandths, 1000)
        return count

    def _happen(
        self, month: Month, person: Resident, happen: Callable[[Resident, date, date], None], late: float = 0.0
    ) -> None:
        """Let something happen to a person on a day of the month, and be told days or months later."""
        dice = self._dice
        on = month.first + timedelta(days=dice.randrange(28))
        learnt = on + timedelta(days=dice.randrange(8))
        if late and dice.random() < late:
            learnt = (month + dice.choice((1, 2, 2, 3, 3, 4, 6))).first + timedelta(days=dice.randrange(LAST_TOLD))
        self._later(person, learnt, lambda told: happen(person, on, told))

    def _later(self, person: Resident, learnt: date, tell: Callable[[date], None]) -> None:
        if learnt.day > LAST_TOLD:
            learnt = Month.of(learnt).next.first + timedelta(days=2)
        person.quiet_until = Month.of(learnt).index + 1
        self._told += 1
        self._agenda.append(_Telling(learnt, self._told, lambda: tell(learnt)))

    def tell(self, until: date) -> int:
        """Tell the registry everything learnt up to a day, day by day; return how many things were told."""
        due = sorted((one for one in self._agenda if one.day <= until), key=lambda one: (one.day, one.order))
        self._agenda = [one for one in self._agenda if one.day > until]
        days: dict[date, list[_Telling]] = defaultdict(list)
        for one in due:
            days[one.day].append(one)
        for day, tellings in days.items():
            with self._chronicle.told(at(day, 9), self._clerk, "manual"):
                for one in tellings:
                    one.tell()
        return len(due)


def at(day: date, hour: int) -> datetime:
    """Return a moment of a day."""
    return moment(day) + timedelta(hours=hour)
