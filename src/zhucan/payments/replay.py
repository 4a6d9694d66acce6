"""Playing a worked history through registry, awards, runs and ledger, in a throw-away database.

Nothing of the user's data is read or written: while `scratch()` is open, Django's default connection is an empty
SQLite database in memory, whatever database is configured. Each history is played in a transaction that is rolled back.
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connections, transaction
from django.db.models import QuerySet
from django.db.utils import ConnectionHandler

from zhucan.cases import awards
from zhucan.cases.models import Award
from zhucan.core.divisions import Level, ancestors, county_of, level_of, prefix
from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import check_character
from zhucan.core.money import from_fen
from zhucan.core.months import Month
from zhucan.orgs import tables
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division, LocalParameter, User
from zhucan.payments import bank, deeds, outcomes, services
from zhucan.payments.histories import Event, History, Someone
from zhucan.payments.models import Batch, Run
from zhucan.policy.catalogue import MONTHLY
from zhucan.policy.parameters import ParameterRow, baseline
from zhucan.registry import certificates, spells
from zhucan.registry import services as registry
from zhucan.registry.entering import home_on
from zhucan.registry.models import (
    Certificate,
    CertificateEvent,
    OwnIncome,
    PayeeAccount,
    Person,
    Spell,
)
from zhucan.registry.occupations import set_job
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
        tables.prepare()
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


class _Refused(Exception):
    """A service refused something in the history; the sentence names file and line."""


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
        self.accounts = count(1)

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
            for start in {_ALWAYS, *(row.valid_from for row in _shipped(parameter, county))}:
                self._mask(parameter, county, start, value, self.opening)
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

    def _run(self, month: Month, county: str) -> None:
        """Run a month of a county on what was known at its end: calculate, check, approve, send, reconcile."""
        at = moment(month.next.first)
        place, schemes = _division(county), [item.id for item in MONTHLY]
        try:
            run = services.calculate(month=month, division=place, schemes=schemes, known_at=at, at=at, by=self.clerk)
            if run is not None:
                run = services.check(run=run, at=at, by=self.clerk)
                run = services.approve(run=run, at=at, by=self.approver)
                self._answer(bank.send(run=run, day=month.last, at=at, by=self.clerk), at)
            for earlier in Run.objects.filter(division=place).order_by("id"):
                if bank.waiting(earlier):
                    self._answer(bank.follow_up(run=earlier, day=month.last, at=at, by=self.clerk), at)
        except ZhucanError as error:
            raise _Refused(f"{self.history.place}：{month} {county} 的运行：{error}") from error

    def _answer(self, batch: Batch | None, at: datetime) -> None:
        """Let the bank return a batch: everybody is paid but those whom it refuses."""
        if batch is None:
            return
        refused = {self.people[key].pk: reason for key, reason in self.refusals.items() if reason}
        with TemporaryDirectory(prefix="zhucan-") as folder:
            path = Path(folder) / "return.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(("批次号", "序号", "金额", "结果", "失败原因"))
                for payment in batch.payments.order_by("number"):
                    reason = refused.get(payment.person_id, "")
                    result = "失败" if reason else "成功"
                    writer.writerow((batch.number, payment.number, from_fen(payment.amount_fen), result, reason))
            bank.reconcile(path=path, at=at, by=self.clerk)

    def _do(self, event: Event, person: Person, witness: Witness) -> None:
        match event.deed:
            case deeds.Issued() as card:
                certificates.issue(
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
                set_job(person=person, day=event.on, said={"kind": kind}, witness=witness)
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
                if not reason:
                    self._open_account(person, event.on, witness)
            case deeds.TakenBack(name):
                self._take_back(name, person, witness)
            case _:
                raise TypeError(f"no way to play {event.deed!r}")

    def _open_account(self, person: Person, day: date, witness: Witness) -> None:
        registry.set_account(
            person=person,
            day=day,
            bank="示例银行",
            number=f"6222{next(self.accounts):015d}",
            holder=person.name,
            witness=witness,
        )

    def _approve(self, person: Person, schemes: Sequence[str], on: date, approved: date, witness: Witness) -> None:
        """Grant schemes by the county where the person lived on the day of application, as known at the approval."""
        home = home_on(person, on)
        if home is None:
            raise ZhucanError(f"{on} 没有户籍记录，不知道由哪个县发放；请核对日期。")
        for scheme_id in schemes:
            awards.approve(
                person=person,
                scheme_id=scheme_id,
                division=_division(county_of(home.division_id)),
                applied_on=on,
                approved_on=approved,
                at=witness.at,
                by=self.approver,
            )

    def _withdraw(self, person: Person, schemes: Sequence[str], on: date, witness: Witness) -> None:
        held = _awards(person, schemes).filter(withdrawn_on__isnull=True, applied_on__lte=on)
        if not held:
            raise ZhucanError("没有可以退出的项目；请先写 apply（申请），或核对日期。")
        for award in held:
            awards.withdraw(award=award, on=on, at=witness.at, by=self.clerk, reason="本人申请退出")

    def _grant_backpay(self, person: Person, schemes: Sequence[str], on: date, witness: Witness) -> None:
        """Grant it for the latest award of each scheme; when no scheme is named, where there was one before it."""
        latest = {award.scheme: award for award in _awards(person, schemes).order_by("applied_on")}
        if not schemes:
            latest = {
                scheme_id: award
                for scheme_id, award in latest.items()
                if _awards(person, (scheme_id,)).filter(applied_on__lt=award.applied_on).exists()
            }
        if not latest:
            raise ZhucanError("没有换证前后的两次申请，没有可以补发的中断；请核对 apply（申请）。")
        for award in latest.values():
            awards.grant_backpay(award=award, on=on, at=witness.at, by=self.approver, document="补发决定")

    def _take_back(self, name: str, person: Person, witness: Witness) -> None:
        """Retract what an event recorded about the person, and let hold again what it ended."""
        moments = self.learnt[name]
        undone = 0
        for model in _spell_kinds():
            for spell in model._default_manager.filter(person=person, recorded_at__in=moments, retracted_at=None):
                spells.retract(spell, witness)
                undone += 1
            for spell in model._default_manager.filter(person=person, retracted_at__in=moments):
                again = spells.add(model, person, spell.valid_from, spell.valid_to, witness, **spells.values_of(spell))
                spells.copy_parts(spell, again)
        if not undone:
            raise ZhucanError(f"事件“{name}”没有留下可以撤回的记录，或已被后来的事件改动；请先撤回后来的。")

    def _parameter(self, parameter: str, division: str, start: date, value: str, at: datetime) -> LocalParameter:
        return LocalParameter.objects.create(
            parameter=parameter,
            division=_division(division),
            valid_from=start,
            value=value,
            document="完整情形",
            recorded_at=at,
            recorded_by=self.clerk,
        )

    def _hide(self, standard: deeds.StandardSet) -> None:
        """Keep shipped rows from the standard's first day on out of sight until it is announced: the value before goes on."""
        before = self._value_before(standard)
        for row in _shipped(standard.parameter, standard.division):
            live = LocalParameter.objects.filter(
                parameter=standard.parameter, division=standard.division, valid_from=row.valid_from
            )
            if row.valid_from >= standard.start and before is not None and not live.exists():
                self._mask(standard.parameter, standard.division, row.valid_from, before, self.opening)

    def _value_before(self, standard: deeds.StandardSet) -> str | None:
        """Return the shipped (or switched) value in force on the eve of a standard."""
        if standard.division == county_of(self.history.division) and standard.parameter in self.history.switches:
            return self.history.switches[standard.parameter]
        for place in (standard.division, *ancestors(standard.division)):
            earlier = [row for row in _shipped(standard.parameter, place) if row.valid_from < standard.start]
            if earlier:
                return max(earlier, key=lambda row: row.valid_from).value
        return None

    def _mask(self, parameter: str, division: str, start: date, value: str, at: datetime) -> None:
        """Let a value stand in the place of a shipped row; a standard set by an event may replace it."""
        self.masks.add(self._parameter(parameter, division, start, value, at).pk)

    def _set_standard(self, standard: deeds.StandardSet, at: datetime) -> None:
        """Record the standard from its first day on, and in the place of every shipped row after it."""
        later = {row.valid_from for row in _shipped(standard.parameter, standard.division)}
        for start in sorted({standard.start, *(day for day in later if day > standard.start)}):
            live = LocalParameter.objects.filter(
                parameter=standard.parameter, division=standard.division, valid_from=start, retracted_at=None
            ).first()
            if live is not None:
                if start != standard.start and live.pk not in self.masks:
                    continue  # announced by another event of the history
                LocalParameter.objects.filter(pk=live.pk).update(retracted_at=at)
            if start == standard.start:
                self._parameter(standard.parameter, standard.division, start, standard.value, at)
            else:
                self._mask(standard.parameter, standard.division, start, standard.value, at)


_CONFINED = {
    (False, True): registry.enter_institution,
    (False, False): registry.leave_institution,
    (True, True): registry.enter_custody,
    (True, False): registry.leave_custody,
}


def _move_certificate(kind: CertificateEvent, person: Person, day: date, witness: Witness, reason: str) -> Certificate:
    match kind:
        case CertificateEvent.CANCEL:
            return certificates.cancel(person=person, day=day, witness=witness, reason=reason)
        case CertificateEvent.FREEZE:
            return certificates.freeze(person=person, day=day, witness=witness, reason=reason)
        case CertificateEvent.UNFREEZE:
            return certificates.unfreeze(person=person, day=day, witness=witness, reason=reason)
        case CertificateEvent.TRANSFER:
            return certificates.transfer(person=person, day=day, witness=witness)
        case _:
            return certificates.replace_lost(person=person, day=day, witness=witness)


def _awards(person: Person, schemes: Sequence[str]) -> QuerySet[Award]:
    found = Award.objects.filter(person=person)
    return found.filter(scheme__in=schemes) if schemes else found


def _spell_kinds() -> Iterator[type[Spell]]:
    for model in apps.get_app_config("registry").get_models():
        if issubclass(model, Spell):
            yield model


def _shipped(parameter: str, division: str) -> list[ParameterRow]:
    return [row for row in baseline() if row.parameter == parameter and row.division == division]


def _division(code: str) -> Division:
    """Return the division of a 12-digit code, made with everything above it when new."""
    parent: Division | None = None
    for each in (*reversed(ancestors(code)), code):
        if level_of(each) is not Level.NATION:
            parent, _ = Division.objects.get_or_create(
                code=each,
                defaults={
                    "name": _NAMES.get(each, f"示例{prefix(each)}"),
                    "level": level_of(each).value,
                    "parent": parent,
                },
            )
    if parent is None:
        raise ZhucanError("区划不能为空；请填写县或县以下的区划代码。")
    return parent


def _invented_id(someone: Someone, number: int) -> str:
    """Return a valid resident ID of the demo county for somebody of the history."""
    body = f"330499{someone.born:%Y%m%d}{2 * number - (someone.sex == 'male'):03d}"
    return body + check_character(body)
