"""Playing a worked history through registry, awards, runs and ledger, in a throw-away database.

Nothing of the user's data is read or written: while `scratch()` is open, Django's default connection is an empty
SQLite database in memory, whatever database is configured. Each history is played in a transaction that is rolled back.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import assert_never

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections, transaction
from django.db.utils import ConnectionHandler

from zhucan.cases import awards
from zhucan.cases.models import Award
from zhucan.core.divisions import Level, ancestors, county_of, level_of, prefix
from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import check_character
from zhucan.core.months import Month
from zhucan.orgs.clock import moment
from zhucan.orgs.divisions import parameter_rows
from zhucan.orgs.models import Division, LocalParameter, User
from zhucan.payments import comparing, deeds
from zhucan.payments.histories import Event, History, Someone
from zhucan.payments.models import Payment, PaymentStatus, Run
from zhucan.policy.parameters import ParameterRow, baseline
from zhucan.registry import services as registry
from zhucan.registry import spells
from zhucan.registry.models import Certificate, CertificateEvent, Job, OwnIncome, PayeeAccount, Person, Residence, Spell
from zhucan.registry.spells import Witness

_NAMES = {"330400000000": "示例市", "330499000000": "示例县", "330498000000": "示例乙县"}
_ALWAYS = date(1900, 1, 1)
_NOON = timedelta(hours=12)


@contextmanager
def scratch() -> Iterator[None]:
    """Let the default connection of this thread be an empty SQLite database in memory; the real one comes back after."""
    made = ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})["default"]
    kept = connections["default"]
    connections["default"] = made
    ContentType.objects.clear_cache()
    try:
        call_command("migrate", interactive=False, verbosity=0)
        yield
    finally:
        connections["default"] = kept
        ContentType.objects.clear_cache()
        if made.connection is not None:
            made.connection.close()


def play(history: History) -> list[str]:
    """Return a sentence for everything that came out otherwise than expected; empty when the history holds.

    Needs an open `scratch()`. The database is afterwards as it was before.
    """
    with transaction.atomic():
        try:
            return _Stage(history).play()
        finally:
            transaction.set_rollback(True)


@dataclass(frozen=True)
class _Refused(Exception):
    """A service refused an event of the history."""

    sentence: str


class _Stage:
    """One history being played: its people, its users, and which moment each event was learnt."""

    def __init__(self, history: History) -> None:
        self.history = history
        days = [event.known for event in history.events] + [run.first for run in history.runs]
        self.opening = moment(min(days)) - timedelta(days=1)
        self.clerk = User.objects.create(username="history-clerk")
        self.approver = User.objects.create(username="history-approver")
        self.people: dict[str, Person] = {}
        self.learnt: dict[str, list[datetime]] = {}
        self.masks: set[int] = set()
        self.refusals: dict[str, str] = {}

    def play(self) -> list[str]:
        """Play events and runs in the order in which things were learnt, then compare."""
        self._set_up()
        waiting = sorted(enumerate(self.history.events), key=lambda item: (item[1].known, item[0]))
        try:
            for month in self.history.runs:
                while waiting and waiting[0][1].known <= month.last:
                    self._learn(*waiting.pop(0))
                for county in self.history.counties:
                    self._run(month, county)
            for index, event in waiting:
                self._learn(index, event)
        except _Refused as refused:
            return [str(refused)]
        return outcomes.differences(self.history, self.people)

    def _set_up(self) -> None:
        for county in self.history.counties:
            _division(county)
        witness = Witness(self.opening, self.clerk, "history")
        for number, someone in enumerate(self.history.people.values(), start=1):
            person = registry.register_person(
                name=someone.name,
                id_number=_invented_id(someone, number),
                division=_division(someone.division),
                since=someone.born,
                witness=witness,
            )
            self.people[someone.key] = person
            self._open_account(person, someone.born, witness)
        for parameter, value in self.history.switches.items():
            county = county_of(self.history.division)
            for start in (_ALWAYS, *(row.valid_from for row in _shipped(parameter, county))):
                self._parameter(parameter, county, start, value, self.opening)
        for event in self.history.events:
            if isinstance(event.deed, deeds.StandardSet):
                self._hide(event.deed)

    def _learn(self, index: int, event: Event) -> None:
        """Let the event be recorded on the noon of the day it was learnt; the order in the file breaks ties."""
        at = moment(event.known) + _NOON + timedelta(seconds=index)
        if event.name:
            self.learnt.setdefault(event.name, []).append(at)
        try:
            if isinstance(event.deed, deeds.StandardSet):
                self._set_standard(event.deed, at)
            else:
                self._do(event, self.people[event.person], Witness(at, self.clerk, "history"))
        except ZhucanError as error:
            raise _Refused(f"{event.place}：{error}") from error

    def _do(self, event: Event, person: Person, witness: Witness) -> None:
        match event.deed:
            case deeds.Issued() as card:
                registry.issue_certificate(
                    person=person,
                    issued=card.issued,
                    category=card.category,
                    grade=card.grade,
                    witness=witness,
                    components=card.components,
                    expires=card.expires,
                    event=card.event,
                )
            case deeds.CertificateMoved(kind, reason):
                _move_certificate(kind, person, event.on, witness, reason)
            case deeds.InHardship(kind):
                registry.set_hardship(person=person, day=event.on, kind=kind, witness=witness)
            case deeds.Earns(amount_fen, own=True):
                spells.begin(OwnIncome, person, event.on, witness, amount_fen=amount_fen)
            case deeds.Earns(amount_fen):
                registry.set_income(person=person, day=event.on, per_head_fen=amount_fen, witness=witness)
            case deeds.Works(kind):
                spells.begin(Job, person, event.on, witness, kind=kind)
            case deeds.Moved(code):
                registry.move(person=person, day=event.on, division=_division(code), witness=witness)
            case deeds.Confined(prison, inside):
                _CONFINED[prison, inside](person=person, day=event.on, witness=witness)
            case deeds.OtherBenefit(kind, amount, start, stop):
                registry.add_benefit(
                    person=person, kind=kind, start=start, stop=stop, amount_fen=amount, witness=witness
                )
            case deeds.Died():
                registry.record_death(person=person, day=event.on, witness=witness)
            case deeds.Applied(schemes, approved):
                self._approve(person, schemes, event.on, approved, witness)
            case deeds.Withdrew(schemes):
                self._withdraw(person, schemes, event.on, witness)
            case deeds.BackpayGranted(schemes):
                self._grant_backpay(person, schemes, event.on, witness)
            case deeds.AccountKept(exists=True):
                self._open_account(person, event.on, witness)
            case deeds.AccountKept():
                spells.end(PayeeAccount, person, event.on, witness)
            case deeds.BankAnswers(reason):
                self.refusals[event.person] = reason
            case deeds.TakenBack(name):
                self._take_back(name, person, witness)
            case _:
                raise TypeError(f"no way to play {event.deed!r}")
