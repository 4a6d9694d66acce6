"""The life of a certificate, written as spells: issue, renewal, change, loss, transfer, freeze, cancel; each begins a new stage."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from zhucan.core.calendar import add_years
from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import certificate_number, combined, make_certificate_number
from zhucan.registry import spells
from zhucan.registry.models import (
    Category,
    Certificate,
    CertificateComponent,
    CertificateEvent,
    CertificateStatus,
    Person,
)
from zhucan.registry.services import certificate_index, in_life
from zhucan.registry.spells import Witness

VALIDITY_YEARS = 10  # DC-40 [law], since 2017


class CertificateRefused(ZhucanError):
    """The certificate cannot make this move."""


def _live(person: Person, day: date) -> Certificate | None:
    found: Certificate | None = Certificate.objects.filter(person=person).as_known().on(day).first()
    return found


def _components(
    category: str, grade: int, components: Sequence[tuple[str, int]] | None
) -> tuple[str, int, list[tuple[str, int]]]:
    """Return category, grade and components that agree (DC-03)."""
    parts = list(components or ())
    if category == Category.MULTIPLE:
        if len({kind for kind, _ in parts}) < 2:
            raise CertificateRefused("多重残疾要写明至少两类残疾及各自等级：请补充后再办证。")
        worst = combined(parts)[1]
        if worst != grade:
            raise CertificateRefused(f"多重残疾的等级应取最重的一类（{worst} 级），不是 {grade} 级：请更正。")
    else:
        parts = parts or [(category, grade)]
        if parts != [(category, grade)]:
            raise CertificateRefused("单类残疾证的类别等级与所列残疾不一致：请更正。")
    for kind, level in parts:
        if kind == Category.MULTIPLE or kind not in Category.values or level not in (1, 2, 3, 4):
            raise CertificateRefused(f"残疾类别或等级不对（{kind}，{level}）：类别六种，等级一至四级。")
    return category, grade, parts


@transaction.atomic
def issue(
    *,
    person: Person,
    issued: date,
    category: str,
    grade: int,
    witness: Witness,
    components: Sequence[tuple[str, int]] | None = None,
    expires: date | None = None,
    event: str | None = None,
) -> Certificate:
    """Issue, renew or change a certificate on a day; what was in force before is superseded on that day (DC-41, DC-42).

    `expires` defaults to ten years after issue. `event` defaults to what follows from the certificate before.
    Raises `CertificateRefused`, and `NotInLife` for a day of issue before the birth or to come.
    """
    category, grade, parts = _components(category, grade, components)
    last_day = expires or add_years(issued, VALIDITY_YEARS)
    if last_day < issued:
        raise CertificateRefused(f"有效期至 {last_day} 早于发证日期 {issued}：请核对日期。")
    in_life(person, issued, witness)
    before = _live(person, issued)
    if event is None:
        if before is None or before.status == CertificateStatus.CANCELLED:
            event = CertificateEvent.NEW
        elif (before.category, before.grade) != (category, grade) or _parts(before) != sorted(parts):
            event = CertificateEvent.CHANGE
        else:
            event = CertificateEvent.RENEWAL
    number = make_certificate_number(person.id_number, category, grade)
    made = _stage(
        person,
        issued,
        witness,
        number=number,
        category=category,
        grade=grade,
        status=CertificateStatus.VALID,
        event=event,
        issued=issued,
        expires=last_day,
        reason="",
        before=before,
    )
    if not made.components.exists():
        CertificateComponent.objects.bulk_create(
            CertificateComponent(certificate=made, category=kind, grade=level) for kind, level in parts
        )
    return made


def _parts(certificate: Certificate) -> list[tuple[str, int]]:
    return sorted(certificate.components.values_list("category", "grade"))


def _stage(
    person: Person, day: date, witness: Witness, *, before: Certificate | None, number: str, **said: Any
) -> Certificate:
    made: Certificate = spells.begin(
        Certificate, person, day, witness, number=number, number_index=certificate_index(number), **said
    )
    if before is not None and made.pk != before.pk and made.predecessor_id is None:
        # The row of `before` may just have been closed and said again: link to its living successor row.
        closed = Certificate.objects.filter(person=person, valid_to=day, retracted_at__isnull=True).first()
        Certificate.objects.filter(pk=made.pk).update(predecessor=closed or before)
        made.refresh_from_db()
    return made


def _move(
    person: Person, day: date, witness: Witness, *, event: str, status: str, reason: str, number: str = ""
) -> Certificate:
    in_life(person, day, witness)
    before = _live(person, day)
    if before is None or before.status == CertificateStatus.CANCELLED:
        raise CertificateRefused(f"{day} 没有可以{CertificateEvent(event).label}的残疾人证：请核对人员和日期。")
    parts = _parts(before)
    made = _stage(
        person,
        day,
        witness,
        before=before,
        number=number or before.number,
        category=before.category,
        grade=before.grade,
        status=status,
        event=event,
        issued=before.issued,
        expires=before.expires,
        reason=reason,
    )
    if not made.components.exists():
        CertificateComponent.objects.bulk_create(
            CertificateComponent(certificate=made, category=kind, grade=level) for kind, level in parts
        )
    return made


def freeze(*, person: Person, day: date, witness: Witness, reason: str) -> Certificate:
    """Freeze: benefits treat it like an expired one, from next month on (DC-46)."""
    return _move(person, day, witness, event=CertificateEvent.FREEZE, status=CertificateStatus.FROZEN, reason=reason)


def unfreeze(*, person: Person, day: date, witness: Witness, reason: str = "") -> Certificate:
    """Make a frozen certificate valid again. Raises `CertificateRefused` when it is not frozen."""
    before = _live(person, day)
    if before is None or before.status != CertificateStatus.FROZEN:
        raise CertificateRefused(f"{day} 该残疾人证不在冻结状态，无需解冻：请核对。")
    return _move(person, day, witness, event=CertificateEvent.UNFREEZE, status=CertificateStatus.VALID, reason=reason)


def cancel(*, person: Person, day: date, witness: Witness, reason: str) -> Certificate:
    """Cancel for death, recovery, wish, fraud or loss of hukou (DC-45)."""
    return _move(person, day, witness, event=CertificateEvent.CANCEL, status=CertificateStatus.CANCELLED, reason=reason)


def replace_lost(*, person: Person, day: date, witness: Witness) -> Certificate:
    """Re-issue after loss: the number gets the next B suffix, the expiry stays (DC-04, DC-43)."""
    before = _live(person, day)
    if before is None or before.status != CertificateStatus.VALID:
        raise CertificateRefused(f"{day} 没有有效的残疾人证可以挂失补办：请核对人员和日期。")
    return _move(
        person,
        day,
        witness,
        event=CertificateEvent.LOSS,
        status=CertificateStatus.VALID,
        reason="遗失",
        number=make_certificate_number(
            person.id_number, before.category, before.grade, reissue=certificate_number(before.number).reissue + 1
        ),
    )


def transfer(*, person: Person, day: date, witness: Witness) -> Certificate:
    """Note the transfer after a move; a freeze for not transferring ends with it (DC-44)."""
    return _move(person, day, witness, event=CertificateEvent.TRANSFER, status=CertificateStatus.VALID, reason="")
