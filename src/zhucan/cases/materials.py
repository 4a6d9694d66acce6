"""Papers: what an application still needs, and files that are uploaded once and used again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from zhucan.cases.models import Application, Bundle, MaterialFile, Relation
from zhucan.core.calendar import add_months
from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit, documents
from zhucan.orgs.models import User
from zhucan.policy.catalogue import scheme
from zhucan.policy.materials import ASSESSMENT, GUARDIAN_ID
from zhucan.policy.schemes import Material, Scheme
from zhucan.policy.steps import EVIDENCE, State


class MaterialRefused(ZhucanError):
    """The paper cannot be taken in or back; nothing was changed."""


@dataclass(frozen=True)
class Need:
    """One paper of an application: the files there are, or that a register knows what it would say."""

    code: str
    label: str
    files: Sequence[MaterialFile]
    known: bool = False

    @property
    def lacking(self) -> bool:
        """Whether it has still to be brought."""
        return not self.known and not self.files


def usable(person_id: int, bundle: Bundle, on: date) -> QuerySet[MaterialFile]:
    """Return the files of a person that a bundle may use on a day: its own, and earlier ones still valid."""
    return MaterialFile.objects.filter(
        Q(bundle=bundle) | Q(valid_until__gte=on), person=person_id, retracted_at=None
    ).order_by("pk")


def needs(application: Application, facts: Mapping[str, Any], on: date) -> list[Need]:
    """Return the papers of an application's scheme, by the facts known of the person."""
    files: dict[str, list[MaterialFile]] = {}
    for one in usable(application.person_id, application.bundle, on):
        files.setdefault(one.code, []).append(one)
    item = scheme(application.scheme)
    spared = set()
    if State.ASSESSING in item.flow.states:
        spared.add(ASSESSMENT.code)  # the assessment is a step: its finding is recorded, not brought
    if application.bundle.relation != Relation.GUARDIAN:
        spared.add(GUARDIAN_ID.code)
    if item.claim is not None and item.claim.billed and not application.answers.get("items"):
        spared |= {one.code for one in item.materials if one.with_bill}
    return [
        Need(one.code, one.label, files.get(one.code, ()), _known(one, facts))
        for one in item.materials
        if one.code not in spared
    ]


def _known(material: Material, facts: Mapping[str, Any]) -> bool:
    return bool(material.known_by) and all(facts.get(name) is not None for name in material.known_by)


def there(application: Application, codes: Iterable[str], on: date) -> list[str]:
    """Return the labels of evidence that is missing of some codes."""
    held = set(usable(application.person_id, application.bundle, on).values_list("code", flat=True))
    return [EVIDENCE[code] for code in codes if code not in held]


def labels(schemes: Iterable[Scheme]) -> dict[str, str]:
    """Return every paper and piece of evidence that schemes may ask for, by code."""
    found: dict[str, str] = {}
    for item in schemes:
        found |= {one.code: one.label for one in item.materials}
        found |= {code: EVIDENCE[code] for step in item.flow.steps for code in step.evidence}
    return found


@transaction.atomic
def upload(
    *, application: Application, code: str, name: str, chunks: Iterable[bytes], on: date, at: datetime, by: User | None
) -> MaterialFile:
    """Keep a paper for an application, and for later ones while it is valid.

    Raises `MaterialRefused`, and `DocumentRefused` for a file of the wrong kind, too large, or infected-looking.
    """
    item = scheme(application.scheme)
    if application.closed_on is not None:
        raise MaterialRefused("这件已经办结，不能再交材料：请核对是不是交错了。")
    if code not in labels((item,)):
        raise MaterialRefused(f"{item.name}不需要这份材料：请从列出的材料里选。")
    kept = documents.looked_through(name, chunks)
    months = next((one.valid_months for one in item.materials if one.code == code), None)
    made = MaterialFile.objects.create(
        person_id=application.person_id,
        bundle=application.bundle,
        code=code,
        suffix=kept.suffix,
        size=len(kept.data),
        digest=kept.digest,
        valid_until=None if months is None else add_months(on, months),
        added_at=at,
        added_by=by,
    )
    kept.write()
    audit.record(
        actor=by,
        action="cases.material",
        target=f"application:{application.pk}",
        at=at,
        material=code,
        digest=kept.digest,
    )
    return made


@transaction.atomic
def retract(*, file: MaterialFile, at: datetime, by: User | None) -> None:
    """Mark a paper as uploaded in error; the file stays. Raises `MaterialRefused`."""
    if not MaterialFile.objects.filter(pk=file.pk, retracted_at=None).update(retracted_at=at):
        raise MaterialRefused("这份材料已经撤回：请刷新页面。")
    audit.record(actor=by, action="cases.material-retracted", target=f"material:{file.pk}", at=at)
