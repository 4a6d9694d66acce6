"""What granting an application for a certificate does: a new stage in the life of the certificate."""

from datetime import date, datetime

from zhucan.cases.models import Application, Assessment
from zhucan.core.errors import ZhucanError
from zhucan.orgs.models import User
from zhucan.registry import services
from zhucan.registry.models import Certificate, CertificateEvent, Death
from zhucan.registry.spells import Witness

ASSESSED = frozenset({"certificate-new", "certificate-renewal"})
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
        case "certificate-new" | "certificate-renewal":
            return _issue(application, on, witness)
        case "certificate-loss":
            return services.replace_lost_certificate(person=person, day=on, witness=witness)
        case "certificate-transfer":
            return services.transfer_certificate(person=person, day=on, witness=witness)
        case "certificate-cancel":
            died = Death.objects.filter(person=person).as_known().exists()
            reason = "去世" if died else "本人申请"
            return services.cancel_certificate(person=person, day=on, witness=witness, reason=reason)
    return None


def _issue(application: Application, on: date, witness: Witness) -> Certificate:
    found = Assessment.objects.filter(application=application).first()
    if found is None or found.qualifies is None:
        raise CertificateNotAssessed("还没有评定结果，不能发证：请先录入评定结果。")
    if not found.qualifies or found.grade is None:
        raise CertificateNotAssessed("评定结果是不符合残疾标准，不能发证：请不予批准，并告知可以申请复核。")
    renewed = application.answers.get("facts", {}).get("certificate_change") == "renewal"
    made = services.issue_certificate(
        person=application.person,
        issued=on,
        category=found.category,
        grade=found.grade,
        components=[(kind, grade) for kind, grade in found.components] or None,
        event=CertificateEvent.RENEWAL if renewed and _same(application, found) else None,
        witness=witness,
    )
    Assessment.objects.filter(pk=found.pk).update(certificate=made)
    return made


def _same(application: Application, found: Assessment) -> bool:
    """Say whether the assessment finds what the certificate in force says already."""
    card = Certificate.objects.filter(person=application.person_id, retracted_at=None, valid_to=None).first()
    return card is not None and (card.category, card.grade) == (found.category, found.grade)
