"""What happens in a life, written as spells: registering, moves, hardship, death, households (`certificates.py` apart)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction

from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import resident_id
from zhucan.orgs.models import Division
from zhucan.orgs.secrecy import blind_index
from zhucan.registry import spells
from zhucan.registry.entering import Guard
from zhucan.registry.models import (
    ACCOUNT,
    CERTIFICATE,
    RESIDENT_ID,
    Benefit,
    Contact,
    Custody,
    Death,
    Guardianship,
    Hardship,
    HardshipKind,
    Household,
    Income,
    Membership,
    Naming,
    OwnIncome,
    PayeeAccount,
    Person,
    Residence,
    Spell,
    Stay,
)
from zhucan.registry.naming import initials
from zhucan.registry.spells import Witness

_S = TypeVar("_S", bound=Spell)


class AlreadyRegistered(ZhucanError):
    """Somebody with this ID number is registered."""


class NotInLife(ZhucanError):
    """The day lies before the birth, or has not come."""


_guard = Guard(NotInLife)


class DeathKnown(ZhucanError):
    """Another day of death is recorded."""


def born_by(person: Person, day: date) -> None:
    """Let a day pass on which somebody was alive or may yet be. Raises `NotInLife` for one before the birth."""
    _guard.born(person, day)


def in_life(person: Person, day: date, witness: Witness) -> None:
    """Let a day pass on which something can have happened to somebody. Raises `NotInLife`."""
    born_by(person, day)
    _guard.day(day, witness.at)


def _begin(model: type[_S], person: Person, day: date, witness: Witness, **values: Any) -> _S:
    in_life(person, day, witness)
    return spells.begin(model, person, day, witness, **values)


def id_index(number: str) -> str:
    """Return the blind index of a resident ID."""
    return blind_index(number, RESIDENT_ID)


def certificate_index(number: str) -> str:
    """Return the blind index of a certificate number."""
    return blind_index(number, CERTIFICATE)


def account_index(number: str) -> str:
    """Return the blind index of a bank account."""
    return blind_index(number, ACCOUNT)


@transaction.atomic
def register_person(*, name: str, id_number: str, division: Division, since: date, witness: Witness) -> Person:
    """Register somebody with a valid resident ID, living in `division` from `since` on.

    Raises `AlreadyRegistered`, `InvalidNumber` for a bad ID, and `NotInLife`.
    """
    identity = resident_id(id_number)
    index = id_index(identity.number)
    if Person.objects.filter(id_index=index).exists():
        raise AlreadyRegistered("这个公民身份号码已经登记：请查找该人员后更新，不要重复登记。")
    person = Person.objects.create(
        name=name,
        initials=initials(name),
        sex=identity.sex,
        born=identity.born,
        id_number=identity.number,
        id_index=index,
        id_tail=identity.number[-4:],
        recorded_at=witness.at,
    )
    _begin(Residence, person, since, witness, division=division)
    return person


def move(*, person: Person, day: date, division: Division, witness: Witness) -> Residence:
    """Record a move of hukou."""
    return _begin(Residence, person, day, witness, division=division)


def set_hardship(*, person: Person, day: date, kind: str, witness: Witness) -> Hardship:
    """Record the household's standing from a day on; `none` is a finding too."""
    if kind not in HardshipKind.values:
        raise ZhucanError(f"困难类型“{kind}”不对：应为 {'、'.join(HardshipKind.values)} 之一。")
    return _begin(Hardship, person, day, witness, kind=kind)


def end_hardship(*, person: Person, day: date, witness: Witness) -> Hardship:
    """Record that the standing told last no longer holds, and the one after is not known. Raises `spells.NoSuchSpell`."""
    in_life(person, day, witness)
    return spells.end(Hardship, person, day, witness)


def set_income(*, person: Person, day: date, per_head_fen: int, witness: Witness) -> Income:
    """Record the household's income a head, in fen a month."""
    return _begin(Income, person, day, witness, per_head_fen=per_head_fen)


def set_own_income(*, person: Person, day: date, amount_fen: int, witness: Witness) -> OwnIncome:
    """Record the person's own income, in fen a month."""
    return _begin(OwnIncome, person, day, witness, amount_fen=amount_fen)


@transaction.atomic
def record_death(*, person: Person, day: date, witness: Witness) -> Death:
    """Record a death; return the row known already where it says the same.

    Raises `NotInLife`, and `DeathKnown` where another day is recorded.
    """
    in_life(person, day, witness)
    known = _death(person)
    if known is None:
        return spells.add(Death, person, day, None, witness)
    if known.valid_from != day:
        raise DeathKnown(
            f"人员 {person.pk} 已登记于 {known.valid_from} 死亡，没有改成 {day}："
            "原日期有误请用 zhucan record death-corrected 更正，误报请用 zhucan record death-withdrawn 撤回。"
        )
    return known


@transaction.atomic
def correct_death(*, person: Person, day: date, witness: Witness) -> Death:
    """Record that somebody died on another day than was recorded. Raises `NotInLife` and `spells.NoSuchSpell`."""
    in_life(person, day, witness)
    known = _known_death(person)
    return known if known.valid_from == day else spells.correct(known, witness, valid_from=day)


@transaction.atomic
def retract_death(*, person: Person, witness: Witness) -> Death:
    """Take back a death reported in error; return the row taken back. Raises `spells.NoSuchSpell`."""
    known = _known_death(person)
    spells.retract(known, witness)
    return known


def _death(person: Person) -> Death | None:
    found: Death | None = Death.objects.filter(person=person).as_known().first()
    return found


def _known_death(person: Person) -> Death:
    known = _death(person)
    if known is None:
        raise spells.NoSuchSpell(f"人员 {person.pk} 没有登记死亡：请核对人员。")
    return known


def enter_institution(*, person: Person, day: date, witness: Witness) -> Stay:
    """Record approved care in an institution from a day on."""
    return _begin(Stay, person, day, witness, kind="institution")


def leave_institution(*, person: Person, day: date, witness: Witness) -> Stay:
    """Record the day of leaving."""
    in_life(person, day, witness)
    return spells.end(Stay, person, day, witness)


def enter_custody(*, person: Person, day: date, witness: Witness) -> Custody:
    """Record that a sentence took effect and is served in prison (TS-44)."""
    return _begin(Custody, person, day, witness, kind="prison")


def leave_custody(*, person: Person, day: date, witness: Witness) -> Custody:
    """Record the release."""
    in_life(person, day, witness)
    return spells.end(Custody, person, day, witness)


def add_benefit(
    *, person: Person, kind: str, start: date, stop: date | None, amount_fen: int | None, witness: Witness
) -> Benefit:
    """Record a benefit that another body pays for [start, stop); it may have been granted ahead. Raises `NotInLife`."""
    born_by(person, start)
    return spells.add(Benefit, person, start, stop, witness, kind=kind, amount_fen=amount_fen)


@transaction.atomic
def set_benefit(
    *, person: Person, kind: str, start: date, stop: date | None, amount_fen: int | None, witness: Witness
) -> Benefit:
    """Record what another body pays for one kind from a day on, instead of what was recorded of that kind."""
    born_by(person, start)
    made = spells.begin(Benefit, person, start, witness, match={"kind": kind}, kind=kind, amount_fen=amount_fen)
    return made if stop is None else end_benefit(person=person, kind=kind, day=stop, witness=witness)


def end_benefit(*, person: Person, kind: str, day: date, witness: Witness) -> Benefit:
    """Record the day from which another body no longer pays one kind. Raises `spells.NoSuchSpell`."""
    born_by(person, day)
    return spells.end(Benefit, person, day, witness, kind=kind)


def set_account(
    *, person: Person, day: date, bank: str, number: str, holder: str, witness: Witness, guardian: bool = False
) -> PayeeAccount:
    """Record the account that this person's money goes to; it may be told ahead."""
    born_by(person, day)
    return spells.begin(
        PayeeAccount,
        person,
        day,
        witness,
        bank=bank,
        number=number,
        number_index=account_index(number),
        holder=holder,
        guardian=guardian,
    )


def set_contact(*, person: Person, day: date, phone: str, address: str, witness: Witness) -> Contact:
    """Record phone and address; they may be told ahead."""
    born_by(person, day)
    return spells.begin(Contact, person, day, witness, phone=phone, address=address)


def set_guardian(*, person: Person, day: date, name: str, relation: str, phone: str, witness: Witness) -> Guardianship:
    """Record who looks after the person's affairs; it may be settled ahead."""
    born_by(person, day)
    return spells.begin(Guardianship, person, day, witness, name=name, relation=relation, phone=phone)


@transaction.atomic
def form_household(*, members: Mapping[Person, str], day: date, at: datetime, witness: Witness) -> Household:
    """Put people under one roof, each with a role; whoever lived in another household leaves it that day."""
    household = Household.objects.create(recorded_at=at)
    for person, role in members.items():
        _begin(Membership, person, day, witness, household=household, role=role)
    return household


@transaction.atomic
def rename(*, person: Person, name: str, day: date, witness: Witness) -> Person:
    """Let a person be called otherwise from a day on; what they were called before stays to be read. Raises `NotInLife`."""
    in_life(person, day, witness)
    if not Naming.objects.filter(person=person).exists():
        first = Witness(at=min(person.recorded_at, witness.at), source="登记")
        spells.add(Naming, person, person.born, None, first, name=person.name)
    spells.begin(Naming, person, day, witness, name=name)
    last = Naming.objects.filter(person=person).as_known().get(valid_to=None)
    person.name, person.initials = last.name, initials(last.name)
    person.save(update_fields=["name", "initials"])
    return person


def name_of(person: Person, day: date, known_at: datetime) -> str:
    """Return what a person was called on a day, as known at a moment."""
    found = Naming.objects.filter(person=person).as_known(known_at).on(day).first()
    return person.name if found is None else str(found.name)
