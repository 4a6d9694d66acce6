"""What granting an application for a certificate does: a new stage in the life of the certificate."""

from datetime import date, datetime

from zhucan.cases.models import Application, Assessment
from zhucan.core.errors import ZhucanError
from zhucan.orgs.models import User
from zhucan.registry import certificates
from zhucan.registry.models import Certificate, CertificateEvent
from zhucan.registry.spells import Witness

ASSESSED = frozenset({"certificate-new", "certificate-change"})
"""The schemes whose kind and grade are those of an assessment."""


class CertificateNotAssessed(ZhucanError):
    """There is no finding to issue a certificate by."""


def act(application: Application, *, on: date, at: datetime, by: User | None) -> Certificate | None:
    """Do to the certificate what an application asks; None where it is about something else.

    Raises `CertificateNotAssessed`, and `CertificateRefused` of the registry.
    """
    witness = Witness(at, by, f"申请 {application.number}")
    person = application.person
    match application.scheme:
        case "certificate-new" | "certificate-change":
            return _issue(application, on, witness)
        case "certificate-renewal":
            return _renew(application, on, witness)
        case "certificate-replacement":
            if application.answers.get("facts", {}).get("loss_kind") == "damaged":
                return _renew(application, on, witness, same_expiry=True)
            return certificates.replace_lost(person=person, day=on, witness=witness)
        case "certificate-transfer":
            return certificates.transfer(person=person, day=on, witness=witness)
    return None


def _renew(application: Application, on: date, witness: Witness, *, same_expiry: bool = False) -> Certificate:
    """Issue a new card that says what the one before it says (DC-41); for a damaged one the expiry stays (DC-04)."""
    card = Certificate.objects.filter(person=application.person_id).as_known().on(on).first()
    if card is None:
        raise CertificateNotAssessed("没有可以换领的残疾人证：请核对。")
    parts = list(card.components.values_list("category", "grade"))
    return certificates.issue(
        person=application.person,
        issued=on,
        category=card.category,
        grade=card.grade,
        components=parts or None,
        expires=card.expires if same_expiry else None,
        event=CertificateEvent.RENEWAL,
        witness=witness,
    )


def _issue(application: Application, on: date, witness: Witness) -> Certificate:
    found = Assessment.objects.filter(application=application).first()
    if found is None or found.qualifies is None:
        raise CertificateNotAssessed("还没有评定结果，不能发证：请先录入评定结果。")
    if not found.qualifies or found.grade is None:
        raise CertificateNotAssessed("评定结果是不符合残疾标准，不能发证：请不予批准，并告知可以申请复核。")
    made = certificates.issue(
        person=application.person,
        issued=on,
        category=found.category,
        grade=found.grade,
        components=[(kind, grade) for kind, grade in found.components] or None,
        witness=witness,
    )
    Assessment.objects.filter(pk=found.pk).update(certificate=made)
    return made
