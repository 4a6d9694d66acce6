"""Whatever is learnt, and however late: month after month, everybody ends with what one look at everything gives."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

import pytest

from tests.county import BOTH, County, told
from tests.payments.books import sound
from zhucan.cases import awards
from zhucan.cases.facts import days, spells_of
from zhucan.cases.models import Award
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.orgs.clock import moment
from zhucan.orgs.divisions import parameter_rows
from zhucan.orgs.models import Division, LocalParameter
from zhucan.payments import services
from zhucan.payments.models import Line, LineKind
from zhucan.policy.catalogue import scheme
from zhucan.policy.engine import decide
from zhucan.policy.facts import facts_of
from zhucan.policy.parameters import resolve
from zhucan.registry import certificates, spells
from zhucan.registry import services as registry
from zhucan.registry.models import Certificate, Custody, Death, Hardship, Person, Residence, Stay
from zhucan.registry.spells import Witness

FIRST, MONTHS, PEOPLE = Month(2025, 1), 8, 40
_GRADES = tuple((kind, grade) for kind in ("visual", "hearing", "physical", "mental") for grade in (1, 2, 3, 4))


@dataclass(frozen=True)
class Learnt:
    """Something done about a person at a moment; what does not fit their life by then is refused and left out."""

    at: datetime
    person: Person
    what: str
    do: Callable[[Witness], object]


class Lives:
    """Random lives of the people of two counties.

    No fact that a decision asks for is ever unknown: an unknown one leaves paid what was paid, so that the end would
    depend on the way there (`test_what_is_not_known_any_more_is_neither_paid_nor_taken_back`). No renewal gap is paid
    back: that needs a decision of its own and is capped (TS-E14 and TS-E15 in `test_runs.py`).
    """

    def __init__(self, county: County, chance: Random) -> None:
        self.county, self.chance = county, chance
        self.villages = [
            Division.objects.create(code=f"{county_.pk[:6]}001001", name="示例村", level="village", parent=county_)
            for county_ in (county.a, county.b)
        ]
        self.story: dict[int, list[str]] = defaultdict(list)
        self.last = (FIRST + (MONTHS - 1)).next.first

    def day(self) -> date:
        return FIRST.first + timedelta(days=self.chance.randrange(MONTHS * 30))

    def heard(self, day: date) -> datetime:
        """Return when something of a day is learnt: often at once, often months later, never after the last run."""
        late = self.chance.choice((0, 0, 3, 20, 45, 80, 150))
        return moment(min(day + timedelta(days=late), self.last - timedelta(days=1)))

    def born(self) -> list[Learnt]:
        """Register somebody; return what will be learnt of them."""
        chance = self.chance
        person = self.county.person(born=date(1970, 1, 1) + timedelta(days=chance.randrange(15000)))
        registry.move(person=person, day=person.born, division=self.villages[0], witness=told("2020-01-01"))
        registry.set_income(
            person=person, day=person.born, per_head_fen=chance.choice((50000, 150000, 900000)), witness=told("2020-01-01")
        )  # fmt: skip
        self.certificate(person, date(2024, 1, 1))(told("2024-01-01"))
        self.county.dibao(person, "2024-01-01", kind=chance.choice(("dibao", "dibian", "none")))
        self.county.grant(person, str(FIRST.first + timedelta(days=chance.randrange(60))))
        return [self.something(person) for _ in range(chance.randrange(7))]

    def certificate(self, person: Person, issued: date) -> Callable[[Witness], object]:
        category, grade = self.chance.choice(_GRADES)
        expires = self.day() if self.chance.random() < 0.4 else None
        if expires is not None and expires < issued:
            expires = None
        return lambda witness: certificates.issue(
            person=person, issued=issued, category=category, grade=grade, expires=expires, witness=witness
        )

    def something(self, person: Person) -> Learnt:
        """Return one thing that happens to somebody, or is found to have been otherwise."""
        chance, day = self.chance, self.day()
        stop = day + timedelta(days=chance.randrange(10, 120))
        happenings: dict[str, Callable[[Witness], object]] = {
            "dies": lambda witness: registry.record_death(person=person, day=day, witness=witness),
            "lives after all": lambda witness: registry.retract_death(person=person, witness=witness),
            "moves": self.moves(person, day),
            "hardship": self.hardship(person, day),
            "enters institution": lambda witness: registry.enter_institution(person=person, day=day, witness=witness),
            "leaves institution": lambda witness: registry.leave_institution(person=person, day=day, witness=witness),
            "goes to prison": lambda witness: registry.enter_custody(person=person, day=day, witness=witness),
            "leaves prison": lambda witness: registry.leave_custody(person=person, day=day, witness=witness),
            "new card": self.certificate(person, day),
            "card frozen": lambda witness: certificates.freeze(
                person=person, day=day, witness=witness, reason="未办迁移"
            ),
            "card unfrozen": lambda witness: certificates.unfreeze(person=person, day=day, witness=witness),
            "other benefit": self.benefit(person, day, stop),
            "applies": self.applies(person, day),
            "withdraws": self.withdraws(person, day),
            "corrected": self.corrected(person, day),
        }  # fmt: skip
        what = chance.choice([*happenings, "applies", "applies", "corrected", "corrected", "hardship", "new card"])
        return Learnt(self.heard(day), person, f"{what} {day}", happenings[what])

    def moves(self, person: Person, day: date) -> Callable[[Witness], object]:
        village = self.chance.choice(self.villages)
        return lambda witness: registry.move(person=person, day=day, division=village, witness=witness)

    def hardship(self, person: Person, day: date) -> Callable[[Witness], object]:
        kind = self.chance.choice(("dibao", "dibian", "tekun", "none"))
        return lambda witness: registry.set_hardship(person=person, day=day, kind=kind, witness=witness)

    def benefit(self, person: Person, day: date, stop: date) -> Callable[[Witness], object]:
        kind, fen = self.chance.choice(
            (("work_injury_nursing", 90000), ("old_age_nursing", 30000), ("old_age_living", 20000))
        )
        return lambda witness: registry.add_benefit(
            person=person, kind=kind, start=day, stop=stop, amount_fen=fen, witness=witness
        )

    def applies(self, person: Person, day: date) -> Callable[[Witness], object]:
        chosen = self.chance.choice((BOTH, BOTH[:1], BOTH[1:]))

        def do(witness: Witness) -> None:
            lives = Residence.objects.filter(person=person).as_known().on(day).latest("valid_from")
            place = self.county.a if lives.division_id.startswith("330499") else self.county.b
            for one in chosen:
                awards.approve(
                    person=person, scheme_id=one, division=place, applied_on=day, approved_on=day, at=witness.at,
                    by=self.county.approver,
                )  # fmt: skip

        return do

    def withdraws(self, person: Person, day: date) -> Callable[[Witness], object]:
        def do(witness: Witness) -> None:
            award = Award.objects.filter(person=person, withdrawn_on=None, applied_on__lte=day).first()
            if award is not None:
                awards.withdraw(award=award, on=day, at=witness.at, by=self.county.clerk, reason="本人退出")

        return do

    def corrected(self, person: Person, day: date) -> Callable[[Witness], object]:
        model = self.chance.choice((Certificate, Hardship, Stay, Custody, Death))
        never = self.chance.random() < 0.4

        def do(witness: Witness) -> None:
            spell = model.objects.filter(person=person).as_known().filter(valid_from__gte=FIRST.first).first()
            if spell is None:
                return
            if never:
                spells.retract(spell, witness)
            elif spell.valid_to is None or day < spell.valid_to:
                spells.correct(spell, witness, valid_from=day)

        return do

    def live(self) -> None:
        """Run the months, each on what is known by its end, some twice, some not at all until the next."""
        coming = sorted((one for _ in range(PEOPLE) for one in self.born()), key=lambda one: one.at)
        for number in range(MONTHS):
            month = FIRST + number
            middle, end = moment(month.first + timedelta(days=14)), moment(month.next.first)
            last = number == MONTHS - 1
            for at in (
                (end,) if last else self.chance.choice(((end,), (end,), (end,), (middle, end), (middle, end), ()))
            ):
                while coming and coming[0].at <= at:
                    self.learn(coming.pop(0))
                self.standard(month, at)
                for place in (self.county.a, self.county.b):
                    self.book(month, place, at)
                if coming and not last:  # begun to be recorded before the run, there only after it
                    self.learn(replace(coming.pop(0), at=at - timedelta(minutes=5)))
        assert not coming

    def learn(self, one: Learnt) -> None:
        try:
            one.do(Witness(at=one.at, source="test"))
        except (ZhucanError, Residence.DoesNotExist):
            return
        self.story[one.person.pk].append(f"{one.at:%m-%d}: {one.what}")

    def standard(self, month: Month, at: datetime) -> None:
        """Now and then set a standard from an earlier month on, or take the last one back."""
        since = (month - 2).first
        standards = LocalParameter.objects.filter(parameter="dibao_monthly", retracted_at=None)
        if self.chance.random() < 0.2 and not standards.filter(valid_from=since).exists():
            LocalParameter.objects.create(
                parameter="dibao_monthly", division=self.county.a, valid_from=since, document="虚构文件",
                value=f"{self.chance.randrange(1100, 1300)}.00", recorded_at=at - timedelta(days=2),
            )  # fmt: skip
        elif self.chance.random() < 0.2:
            last = standards.last()
            if last is not None:
                last.retracted_at = at - timedelta(days=1)
                last.save()

    def book(self, month: Month, place: Division, at: datetime) -> None:
        if not Award.objects.filter(division=place, start__lte=month.index, recorded_at__lte=at).exists():
            return  # nobody to run for is refused
        run = services.calculate(month=month, division=place, schemes=BOTH, known_at=at, at=at, by=self.county.clerk)
        if run is not None:
            services.check(run=run, at=at, by=self.county.clerk)
            services.approve(run=run, at=at, by=self.county.approver)


def due(person: Person) -> dict[tuple[str, str], int]:
    """Return what one look at all that is known gives a person, in fen by scheme and month, by the compiled rules."""
    rows, known = parameter_rows(), spells_of(person)
    found: dict[tuple[str, str], int] = {}
    for award in Award.objects.filter(person=person).order_by("applied_on", "pk"):
        rules, applied = scheme(award.scheme), Month.of(award.applied_on)
        for index in range(award.start, (FIRST + MONTHS).index):
            month = Month.from_index(index)
            on, expiry_after = days(month, award.applied_on)
            facts = facts_of(
                known, on=on, expiry_after=expiry_after, month=month, division=award.division_id,
                applied_on=award.applied_on,
            )  # fmt: skip
            decision = decide(facts, resolve(rows, award.division_id, month.first), (rules,))[rules.id]
            if month > applied and decision.not_met & rules.reapply_mask:
                break  # what was lost this way comes back only with a new application
            if award.withdrawn_on is not None and month > Month.of(award.withdrawn_on):
                break
            if decision.amount_fen:
                found.setdefault((award.scheme, str(month)), decision.amount_fen)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_months_paid_one_by_one_end_as_one_look_at_everything(county: County, seed: int):
    lives = Lives(county, Random(seed))
    lives.live()

    paid: dict[int, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for line in Line.objects.filter(booked=True):
        paid[line.person_id][line.scheme, str(Month.from_index(line.month))] += line.amount_fen
    for person in Person.objects.all():
        net = {key: amount for key, amount in paid[person.pk].items() if amount}
        assert net == due(person), "\n".join(lives.story[person.pk])
    assert sound()
    kinds = set(Line.objects.values_list("kind", flat=True))
    assert kinds == {LineKind.REGULAR, LineKind.ARREARS, LineKind.RECOVERY, LineKind.STOP}
