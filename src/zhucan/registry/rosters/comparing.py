"""What a checked row means for the registry: somebody new, a change with both clocks kept, nothing, or a refusal.

A state that differs is ended and begun anew on the day the roster speaks for, as `spells.begin` does it; what the
roster does not tell stays as it is. Certificates follow their day of issue.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from zhucan.core.divisions import within
from zhucan.core.identifiers import normalise
from zhucan.orgs.models import Level
from zhucan.registry.models import (
    Certificate,
    CertificateComponent,
    CertificateEvent,
    CertificateStatus,
    Contact,
    Death,
    Guardianship,
    Hardship,
    HardshipKind,
    Income,
    PayeeAccount,
    Person,
    Residence,
    Spell,
)
from zhucan.registry.naming import initials
from zhucan.registry.rosters.remarks import CertificateEntry, Remark, Row
from zhucan.registry.rosters.writing import Keys, Pen, chunks, own_fields
from zhucan.registry.services import account_index

STATES: tuple[type[Spell], ...] = (Residence, Contact, Guardianship, PayeeAccount, Hardship, Income)
_OWN: Mapping[type[Spell], tuple[str, ...]] = {
    **{model: own_fields(model) for model in STATES},
    Certificate: own_fields(Certificate),
}
_NOT_DIGITS = re.compile(r"\D+")
_PRINTED = frozenset({"number", "number_index", "category", "grade", "expires"})


@dataclass(slots=True)
class Believed:
    """A spell as read for comparing: its key, its period, where it came from, its own columns."""

    key: int
    start: date
    stop: date | None
    source: str
    values: dict[str, Any]

    def holds(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return self.start <= day and (self.stop is None or self.stop > day)


@dataclass(slots=True)
class Known:
    """What the registry believes of one person now."""

    key: int
    name: str
    died: date | None = None
    states: dict[type[Spell], list[Believed]] = field(default_factory=lambda: defaultdict(list))
    certificates: list[Believed] = field(default_factory=list)
    components: dict[int, tuple[tuple[str, int], ...]] = field(default_factory=dict)


def known_people(indexes: Sequence[str]) -> dict[str, Known]:
    """Return the registered people among these ID indexes with all they are believed to be, by index."""
    found: dict[str, Known] = {}
    for part in chunks(indexes):
        for index, key, name in Person.objects.filter(id_index__in=part).values_list("id_index", "id", "name"):
            found[index] = Known(key, name)
    people = {known.key: known for known in found.values()}
    for part in chunks(people):
        for key, day, gone in Death.objects.filter(person__in=part).values_list(
            "person_id", "valid_from", "retracted_at"
        ):
            if gone is None:
                people[key].died = day
        for model in STATES:
            for person, believed in _believed(model, part):
                people[person].states[model].append(believed)
        certificates = _believed(Certificate, part)
        owner = {believed.key: person for person, believed in certificates}
        for person, believed in certificates:
            people[person].certificates.append(believed)
        for keys in chunks(owner):
            parts: dict[int, list[tuple[str, int]]] = defaultdict(list)
            rows = CertificateComponent.objects.filter(certificate__in=keys).order_by("category")
            for key, category, grade in rows.values_list("certificate_id", "category", "grade"):
                parts[key].append((category, grade))
            for key, said in parts.items():
                people[owner[key]].components[key] = tuple(said)
    return found


def _believed(model: type[Spell], people: Iterable[int]) -> list[tuple[int, Believed]]:
    """Return the believed spells of people, each person's in order of time.

    Retracted rows are left out here: asked to do it, SQLite reads all believed rows through the index of that column.
    """
    own = _OWN[model]
    rows = model._default_manager.filter(person__in=people).values_list(
        "person_id", "id", "valid_from", "valid_to", "source", "retracted_at", *own
    )
    found = [
        (person, Believed(key, start, stop, source, dict(zip(own, values, strict=True))))
        for person, key, start, stop, source, retracted, *values in rows.order_by()
        if retracted is None
    ]
    return sorted(found, key=lambda item: (item[1].start, item[1].key))


def holders_of(numbers: Sequence[str]) -> dict[str, str]:
    """Return the ID index of the person under whom each certificate index is registered."""
    found: dict[str, str] = {}
    for part in chunks(numbers):
        rows = Certificate.objects.filter(number_index__in=part).values_list(
            "number_index", "person__id_index", "retracted_at"
        )
        found.update((number, holder) for number, holder, retracted in rows if retracted is None)
    return found


def first_day_known(as_of: date) -> date:
    """Return the day from which a state that is told for the first time is taken to hold.

    A month is decided on the state at the end of the month before (TS-36), so this is the last day before the month
    of `as_of`: a roster read in during November can be paid from November.
    """
    return as_of.replace(day=1) - timedelta(days=1)


@dataclass(frozen=True)
class Teller:
    """Writes down what rows say, as of one day, with one pen."""

    pen: Pen
    as_of: date
    people: Keys
    certificates: Keys

    def register(self, row: Row, index: str) -> None:
        """Note somebody new. Raises `ValueError` for a row without identity or place."""
        identity, key = row.identity, self.people.take()
        if identity is None or row.division is None:
            raise ValueError("a row without identity or place is never registered")
        born = identity.born
        self.pen.person(
            key,
            name=row.name,
            initials=initials(row.name),
            sex=identity.sex,
            born=born,
            number=identity.number,
            index=index,
        )
        self.pen.add(Residence, key, born, None, (row.division.code,))
        since = max(first_day_known(self.as_of), born)
        for model, values in _states(row, {}).items():
            self.pen.add(model, key, since, None, tuple(values[name] for name in _OWN[model]))
        entry = row.certificate
        if entry is not None and entry.issued is not None:
            self._put(key, entry.issued, None, _said(entry, CertificateEvent.NEW), entry.components)

    def _put(
        self,
        person: int,
        start: date,
        stop: date | None,
        said: Mapping[str, Any],
        components: Iterable[tuple[str, int]],
        source: str | None = None,
    ) -> int:
        """Note a stage of a certificate with its component kinds; return its key."""
        key = self.certificates.take()
        values = tuple(said[name] for name in _OWN[Certificate])
        self.pen.add(Certificate, person, start, stop, values, source=source, key=key)
        for category, grade in components:
            self.pen.component(key, category, grade)
        return key

    def begin(self, known: Known, model: type[Spell], values: Mapping[str, Any], first: date) -> bool:
        """Let a state hold from the roster's day on; return whether that says anything new.

        Where nothing is believed yet the state is taken to hold since `first`.
        """
        believed = known.states.get(model, [])
        now = next((spell for spell in believed if spell.holds(self.as_of)), None)
        if now is not None and all(_same(name, now.values[name], value) for name, value in values.items()):
            return False
        following = min((spell.start for spell in believed if spell.start > self.as_of), default=None)
        day = self.as_of if believed else first
        if now is not None:
            self.pen.retract(model, now.key)
            if now.start < self.as_of:
                said = tuple(now.values[name] for name in _OWN[model])
                self.pen.add(model, known.key, now.start, self.as_of, said, source=now.source)
        self.pen.add(model, known.key, day, following, tuple(values[name] for name in _OWN[model]))
        return True

    def update(self, known: Known, row: Row) -> bool:
        """Note what a row changes of the states of somebody registered; return whether it changes anything."""
        current = {
            model: next((spell.values for spell in known.states.get(model, []) if spell.holds(self.as_of)), None)
            for model in STATES
        }
        changed = self._residence(known, row)
        first = first_day_known(self.as_of)
        born = row.identity.born if row.identity else first
        for model, values in _states(row, current).items():
            changed |= self.begin(known, model, values, max(first, born))
        return changed

    def _residence(self, known: Known, row: Row) -> bool:
        if row.division is None:
            return False
        now = next((spell for spell in known.states.get(Residence, []) if spell.holds(self.as_of)), None)
        said = row.division.code
        if now is not None and within(now.values["division_id"], said):
            return False  # the same place, or the registry knows it more closely
        if now is not None and within(said, now.values["division_id"]):
            self.pen.retract(Residence, now.key)  # no move: the same place, told more closely
            self.pen.add(Residence, known.key, now.start, now.stop, (said,))
            return True
        born = row.identity.born if row.identity else self.as_of
        return self.begin(known, Residence, {"division_id": said}, born)

    def certificate(self, known: Known, row: Row) -> tuple[bool, Remark | None]:
        """Note what a row changes of a certificate; return whether it does, or why the row must come back."""
        entry = row.certificate
        if entry is None:
            return False, None
        stages = known.certificates
        live = stages[-1] if stages else None
        if live is None:
            if entry.issued is not None:
                self._put(known.key, entry.issued, None, _said(entry, CertificateEvent.NEW), entry.components)
            return entry.issued is not None, None
        said = live.values
        if entry.issued is None:
            if entry.number == said["number"]:
                return False, None
            return False, _refusal(
                f"与登记的残疾人证号不同；请补填发证日期，或核对号码。（登记的发证日期 {said['issued']}）"
            )
        if entry.issued < said["issued"]:
            return False, _refusal(
                f"发证日期 {entry.issued} 早于已登记的残疾人证（{said['issued']}）；请用新证的内容填写。"
            )
        if entry.issued == said["issued"]:
            return self._same_issue(known, live, entry)
        if entry.issued <= live.start:
            return False, _refusal(
                f"发证日期 {entry.issued} 早于登记的{CertificateEvent(said['event']).label}（{live.start}）；请核对。"
            )
        self._next_issue(known, live, entry, entry.issued)
        return True, None

    def _same_issue(self, known: Known, live: Believed, entry: CertificateEntry) -> tuple[bool, Remark | None]:
        said = live.values
        parts = known.components.get(live.key, ())
        told = tuple(sorted(entry.components))
        same_parts = not told or told == tuple(sorted(parts))
        if entry.number == said["number"] and entry.expires == said["expires"] and same_parts:
            return False, None
        if said["status"] != CertificateStatus.VALID:
            label = CertificateStatus(said["status"]).label
            return False, _refusal(f"登记的残疾人证自 {live.start} 起{label}，内容与本行不同；请核对后在系统中办理。")
        same_card = entry.number[:20] == said["number"][:20]
        if same_card and entry.number != said["number"]:
            if entry.reissue < _reissue(said["number"]):
                return False, _refusal("是挂失前的旧证号；请填写补发后的证号（末尾带 B）。")
            stage = {**said, **_said(entry, CertificateEvent.LOSS)}
            self._stage(known, live, stage, told or parts, max(self.as_of, live.start))
            return True, None
        new = {name: value for name, value in _said(entry, CertificateEvent.NEW).items() if name in _PRINTED}
        for stage_row in known.certificates:
            if stage_row.values["issued"] != entry.issued or stage_row.values["number"] != said["number"]:
                continue
            self.pen.retract(Certificate, stage_row.key)
            values = {**stage_row.values, **new}
            self._put(known.key, stage_row.start, stage_row.stop, values, told or (parts if same_card else ()))
        return True, None

    def _next_issue(self, known: Known, live: Believed, entry: CertificateEntry, day: date) -> None:
        said, parts = live.values, entry.components
        if said["status"] == CertificateStatus.CANCELLED:
            event = CertificateEvent.NEW
        elif (entry.category, entry.grade) != (said["category"], said["grade"]):
            event = CertificateEvent.CHANGE
        else:
            event = CertificateEvent.RENEWAL
            parts = parts or known.components.get(live.key, ())  # the same kinds, only not written out
        self._stage(known, live, _said(entry, event), parts, day)

    def _stage(
        self, known: Known, live: Believed, stage: Mapping[str, Any], parts: Iterable[tuple[str, int]], day: date
    ) -> None:
        """End the last stage on `day` and begin the next, which names the closed one as its predecessor."""
        before = live.key
        if live.start == day:
            self.pen.retract(Certificate, live.key)
        elif live.stop is None or live.stop > day:
            self.pen.retract(Certificate, live.key)
            kinds = known.components.get(live.key, ())
            before = self._put(known.key, live.start, day, live.values, kinds, source=live.source)
        self._put(known.key, day, None, {**stage, "predecessor_id": before}, parts)


def _said(entry: CertificateEntry, event: CertificateEvent) -> dict[str, Any]:
    """Return the columns of a valid certificate as an entry tells it."""
    return {
        "number": entry.number,
        "number_index": entry.number_index,
        "category": entry.category,
        "grade": entry.grade,
        "status": CertificateStatus.VALID.value,
        "event": event.value,
        "issued": entry.issued,
        "expires": entry.expires,
        "reason": "",
        "predecessor_id": None,
    }


def _same(name: str, believed: Any, told: Any) -> bool:
    """Tell whether a state says what is believed already: blanks in a text, and marks in a phone number, say nothing."""
    if believed == told or not isinstance(believed, str):
        return bool(believed == told)
    if name == "phone":
        return bool(_NOT_DIGITS.sub("", believed) == _NOT_DIGITS.sub("", told) != "")
    return normalise(believed) == normalise(told)


def _reissue(number: str) -> int:
    return int(number[21:]) if len(number) > 21 else 0


def _refusal(sentence: str) -> Remark:
    return Remark("certificate", f"残疾人证：{sentence}")


def _states(row: Row, current: Mapping[type[Spell], Mapping[str, Any] | None]) -> dict[type[Spell], dict[str, Any]]:
    """Return the states a row tells, its blanks filled with what holds now. Residence and certificate stand apart."""
    states: dict[type[Spell], dict[str, Any]] = {}
    if row.phone or row.address:
        now = current.get(Contact) or {"phone": "", "address": ""}
        states[Contact] = {"phone": row.phone or now["phone"], "address": row.address or now["address"]}
    if row.guardian:
        now = current.get(Guardianship) or {}
        now = now if now.get("name") == row.guardian else {}
        states[Guardianship] = {
            "name": row.guardian,
            "relation": row.guardian_relation or now.get("relation", ""),
            "phone": row.guardian_phone or now.get("phone", ""),
        }
    if row.account:
        now = current.get(PayeeAccount) or {}
        now = now if now.get("number") == row.account else {}
        holder = row.holder or now.get("holder", "") or row.name
        states[PayeeAccount] = {
            "bank": row.bank or now.get("bank", ""),
            "number": row.account,
            "number_index": account_index(row.account),
            "holder": holder,
            "guardian": now["guardian"] if now.get("holder") == holder else holder != row.name,
        }
    was = (current.get(Hardship) or {}).get("kind")
    # Not being 低保 ends a 低保 that was; of anybody else it leaves open what the standing is.
    if row.hardship and (not row.only_not_dibao or was == HardshipKind.DIBAO):
        states[Hardship] = {"kind": row.hardship}
    if row.income_fen is not None:
        states[Income] = {"per_head_fen": row.income_fen}
    return states


def not_valid(row: Row) -> Remark:
    """Return why a row whose certificate is frozen or cancelled comes back: taken in, it would count as valid."""
    return Remark(
        "status", f"残疾人证{CertificateStatus(row.status).label}的不能按有效证登记；请核对，确实如此的请删去这一行。"
    )


def refused(known: Known, row: Row, *, allow_rename: bool) -> list[Remark]:
    """Return why a row about somebody registered cannot be taken."""
    faults = []
    if known.died is not None:
        faults.append(Remark("name", f"登记显示此人已于 {known.died} 去世，不能更新；如登记有误，请先更正死亡记录。"))
    if known.name != row.name and not allow_rename:
        faults.append(
            Remark(
                "name", "姓名与登记不符（同一身份证号登记的是另一个姓名）；请核对，确已改名的加 --allow-rename 再导入。"
            )
        )
    held = known.certificates[-1].values["status"] if known.certificates else None
    if row.status not in ("", CertificateStatus.VALID, held):
        faults.append(not_valid(row))
    if row.division is not None and row.division.level == Level.CITY:
        faults.append(Remark("village", "户籍地只到市；请填写乡镇和村（社区）。"))
    return faults
