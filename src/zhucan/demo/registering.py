"""What the registry is told of a person: the first entry, and each thing that can happen to them."""

import random
from datetime import date

from zhucan.core.identifiers import make_certificate_number
from zhucan.demo import names
from zhucan.demo.chronicle import Chronicle
from zhucan.demo.people import Resident
from zhucan.demo.places import Places
from zhucan.registry.models import (
    Certificate,
    CertificateEvent,
    CertificateStatus,
    Contact,
    Custody,
    Death,
    Guardianship,
    Hardship,
    Income,
    Membership,
    PayeeAccount,
    Residence,
    Stay,
)
from zhucan.registry.services import account_index, certificate_index


class Registrar:
    """Says things about residents to the chronicle, in the registry's words."""

    def __init__(self, chronicle: Chronicle, places: Places, dice: random.Random) -> None:
        self._say, self._places, self._dice = chronicle, places, dice

    def enter(self, person: Resident, home: str, since: date) -> None:
        """Register somebody who has lived in a village since a day, with everything the first form asks."""
        say, dice = self._say, self._dice
        person.key = say.person(name=person.name, sex=person.sex, born=person.born, number=person.number)
        say.begin(Residence, person.key, since, home)
        number = dice.randrange(1, 400)
        say.begin(Contact, person.key, person.issued, person.phone, f"{self._places.address(home)}{number}号")
        if person.guardian:
            relation = dice.choice(names.RELATIONS)
            say.begin(Guardianship, person.key, person.issued, person.guardian, relation, names.phone(dice))
        self.certify(person, person.issued, CertificateEvent.NEW)
        if person.hardship:
            self.hardship(person, person.issued)
        if person.income_fen is not None:
            self.income(person, person.issued)
        if person.account:
            self.account(person, person.issued)

    def household(self, person: Resident, household: int, role: str, since: date) -> None:
        """Put somebody into a household."""
        self._say.begin(Membership, person.key, since, household, role)

    def certify(self, person: Resident, day: date, event: CertificateEvent, reason: str = "") -> None:
        """Begin the next stage of the certificate as the resident now holds it."""
        number = make_certificate_number(person.number, person.category, person.grade, reissue=person.reissues)
        self._say.begin(
            Certificate, person.key, day, number, certificate_index(number), person.category, person.grade,
            CertificateStatus(person.status).value, event.value, person.issued, person.expires, reason, None,
            parts=person.parts,
        )  # fmt: skip

    def hardship(self, person: Resident, day: date) -> None:
        """Tell the household's standing; an empty one means that the finding ran out and no new one is known."""
        if person.hardship:
            self._say.begin(Hardship, person.key, day, person.hardship)
        else:
            self._say.end(Hardship, person.key, day)

    def income(self, person: Resident, day: date) -> None:
        """Tell the income a head; None as for the standing."""
        if person.income_fen is None:
            self._say.end(Income, person.key, day)
        else:
            self._say.begin(Income, person.key, day, person.income_fen)

    def account(self, person: Resident, day: date) -> None:
        """Tell a new account; of children, and of every other ward, it is the guardian's."""
        bank, number = names.account(self._dice)
        ward = bool(person.guardian) and (person.age(day) < 18 or self._dice.random() < 0.5)
        holder = person.guardian if ward else person.name
        self._say.begin(PayeeAccount, person.key, day, bank, number, account_index(number), holder, ward)

    def move(self, person: Resident, day: date, village: str) -> None:
        """Tell a move of hukou."""
        self._say.begin(Residence, person.key, day, village)

    def leave_household(self, person: Resident, day: date) -> None:
        """Tell that somebody no longer lives in their household."""
        self._say.end(Membership, person.key, day)

    def death(self, person: Resident, day: date, told: date) -> None:
        """Tell a death, and cancel the certificate on the day it is told."""
        self._say.add(Death, person.key, day, None)
        person.status = CertificateStatus.CANCELLED
        self.certify(person, told, CertificateEvent.CANCEL, "死亡")
        self.leave_household(person, day)

    def stay(self, person: Resident, day: date, inside: bool) -> None:
        """Tell that approved care in an institution begins or ends."""
        if inside:
            self._say.begin(Stay, person.key, day, "institution")
        else:
            self._say.end(Stay, person.key, day)

    def custody(self, person: Resident, day: date, inside: bool) -> None:
        """Tell that a sentence begins to be served, or the release."""
        if inside:
            self._say.begin(Custody, person.key, day, "prison")
        else:
            self._say.end(Custody, person.key, day)
