"""Reliefs with their period, and medicine fetched month by month."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from zhucan.cases.models import Award
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month, months
from zhucan.delivery.models import AccidentPolicy, Pickup, Relief
from zhucan.orgs import audit
from zhucan.orgs.models import Institution, User
from zhucan.policy.assistance.premiums import accident_insurance
from zhucan.policy.catalogue import scheme as scheme_of
from zhucan.policy.schemes import Gives
from zhucan.registry import spells
from zhucan.registry.choices import InsuranceKind
from zhucan.registry.entering import Guard, alive_on
from zhucan.registry.models import Certificate, CertificateStatus, Insurance
from zhucan.registry.spells import Witness

_TOGETHER = 1000  # rows written at a time


class ReliefRefused(ZhucanError):
    """The relief or pick-up cannot be entered like this; nothing was changed."""


_guard = Guard(ReliefRefused)


@transaction.atomic
def begin(
    *, award: Award, valid_from: date, valid_to: date | None, at: datetime, by: User | None,
    institution: Institution | None = None, amount_fen: int | None = None, renews: Relief | None = None,
) -> Relief:  # fmt: skip
    """Begin a relief under its award, or renew one from where it ends. Raises `ReliefRefused`."""
    found = Award.objects.select_for_update().get(pk=award.pk)
    if scheme_of(found.scheme).gives is not Gives.RELIEF:
        raise ReliefRefused(f"{scheme_of(found.scheme).name}不是减免代缴项目：请核对。")
    if found.revoked_at is not None:
        raise ReliefRefused("这项批准已经撤销，不能再办：请核对。")
    if valid_to is not None and valid_to <= valid_from:
        raise ReliefRefused(f"终止日期 {valid_to} 不晚于开始日期 {valid_from}：请核对。")
    if amount_fen is not None and amount_fen < 0:
        raise ReliefRefused("减免金额不能为负：请核对。")
    _guard.alive(found.person, valid_from)
    if overlapping(found.scheme, valid_from, valid_to).filter(person=found.person).exists():
        raise ReliefRefused(f"这段时间已有{scheme_of(found.scheme).name}：时间不能重叠，请从上一次的终止日期开始。")
    if renews is not None and (renews.person_id != found.person_id or renews.valid_to is None):
        raise ReliefRefused("只能续办本人已有终止日期的减免：请先核对上一次。")
    made = Relief.objects.create(
        award=found, person=found.person, institution=institution, valid_from=valid_from, valid_to=valid_to,
        amount_fen=amount_fen, renews=renews, at=at, by=by,
    )  # fmt: skip
    audit.record(actor=by, action="delivery.relief", target=f"relief:{made.pk}", at=at, person=made.person_id)
    return made


@transaction.atomic
def begin_all(
    *, awards: Sequence[Award], valid_from: date, valid_to: date, amount_fen: int, policy: AccidentPolicy, at: datetime,
    by: User | None,
) -> None:  # fmt: skip
    """Begin the relief under an accident policy for many at once, each under the award just made for it.

    Raises `ReliefRefused` where somebody has one in that time.
    """
    people = {award.person_id for award in awards}
    there = overlapping(accident_insurance.id, valid_from, valid_to).values_list("person_id", flat=True)
    if again := len(people & set(there)):
        raise ReliefRefused(f"有 {again} 人这段时间已有{accident_insurance.name}：时间不能重叠，请核对。")
    Relief.objects.bulk_create(
        (
            Relief(
                award=award,
                person_id=award.person_id,
                valid_from=valid_from,
                valid_to=valid_to,
                amount_fen=amount_fen,
                policy=policy,
                at=at,
                by=by,
            )
            for award in awards
        ),
        batch_size=_TOGETHER,
    )


def overlapping(scheme: str, start: date, stop: date | None) -> QuerySet[Relief]:
    """Return the reliefs of a scheme that hold at any time of [start, stop)."""
    over = Relief.objects.filter(award__scheme=scheme).filter(Q(valid_to=None) | Q(valid_to__gt=start))
    return over if stop is None else over.filter(valid_from__lt=stop)


@transaction.atomic
def end(*, relief: Relief, on: date, reason: str, at: datetime, by: User | None) -> Relief:
    """Let a relief end on a day (the first it no longer holds), and with an accident policy's the enrolment in the registry.

    Raises `ReliefRefused`.
    """
    found = Relief.objects.select_for_update(of=("self",)).select_related("policy").get(pk=relief.pk)
    if found.valid_to is not None and found.valid_to <= on:
        raise ReliefRefused(f"这项减免已于 {found.valid_to} 终止：不用再次办理。")
    if on <= found.valid_from:
        raise ReliefRefused(f"终止日期 {on} 不晚于开始日期 {found.valid_from}：请核对。")
    if not reason.strip():
        raise ReliefRefused("没有写终止原因：请写明。")
    found.valid_to, found.end_reason = on, reason.strip()
    found.save(update_fields=["valid_to", "end_reason"])
    if found.policy is not None:
        enrolled = Insurance.objects.filter(person=found.person_id, kind=InsuranceKind.ACCIDENT, valid_from__lt=on)
        for spell in enrolled.filter(Q(valid_to=None) | Q(valid_to__gt=on)).as_known():
            spells.correct(spell, Witness(at, by, f"保单 {found.policy.number}"), valid_to=on)
    audit.record(
        actor=by, action="delivery.relief-ended", target=f"relief:{found.pk}", at=at, on=str(on), reason=reason.strip()
    )
    return found


def running(day: date) -> QuerySet[Relief]:
    """Return the reliefs in force on a day."""
    found = Relief.objects.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gt=day))
    return found.select_related("person", "award", "institution")


def without_certificate(day: date, *, inside: str = "") -> Iterator[tuple[Relief, date, str]]:
    """Yield the reliefs in force whose person's certificate has ended, or who died, with the day and the reason.

    `inside` narrows to the counties whose codes begin so.
    """
    for relief in running(day).filter(award__division__code__startswith=inside):
        person = relief.person
        if not alive_on(person, day):
            died = person.death_spells.filter(retracted_at=None).order_by("valid_from")[0].valid_from
            yield relief, max(died, relief.valid_from), "本人去世"
            continue
        card = Certificate.objects.filter(person=person).as_known().filter(valid_from__lte=day).order_by("-valid_from").first()  # fmt: skip
        if card is None:
            continue  # none was ever asked for: it does not hang on one
        if card.status != CertificateStatus.VALID:
            yield relief, card.valid_from, f"残疾人证{card.get_status_display()}"
        elif card.expires < day:
            yield relief, card.expires + timedelta(days=1), "残疾人证到期"  # the last day is still good


def end_without_certificate(*, day: date, at: datetime, by: User | None, inside: str = "") -> int:
    """End every relief whose person's certificate has ended by a day; return how many. Safe to run twice."""
    count = 0
    for relief, since, reason in list(without_certificate(day, inside=inside)):
        first = max(since, relief.valid_from)
        end(relief=relief, on=day if first <= relief.valid_from else first, reason=reason, at=at, by=by)
        count += 1
    return count


@transaction.atomic
def pick_up(
    *, award: Award, institution: Institution, day: date, at: datetime, by: User | None, worth_fen: int = 0
) -> Pickup:
    """Note that the medicine of a month was fetched. Raises `ReliefRefused`."""
    found = Award.objects.select_for_update().get(pk=award.pk)
    month = Month.of(day)
    if found.revoked_at is not None:
        raise ReliefRefused("这项批准已经撤销，不能再领药：请核对。")
    if scheme_of(found.scheme).gives not in (Gives.SERVICE, Gives.GOODS, Gives.RELIEF):
        raise ReliefRefused(f"{scheme_of(found.scheme).name}不发药品：请核对。")
    if day < found.approved_on or (found.ends_on is not None and day >= found.ends_on):
        raise ReliefRefused(f"日期 {day} 不在批准的期间内：请核对日期。")
    _guard.day(day, at)
    _guard.alive(found.person, day)
    try:
        with transaction.atomic():
            made = Pickup.objects.create(
                award=found, person=found.person, institution=institution, month=month.index, day=day,
                worth_fen=worth_fen, at=at, by=by,
            )  # fmt: skip
    except IntegrityError as error:
        raise ReliefRefused(f"{month.label}的药已经领过：每月只领一次。") from error
    audit.record(actor=by, action="delivery.pickup", target=f"pickup:{made.pk}", at=at, month=str(month))
    return made


def missed(award: Award, through: Month) -> list[Month]:
    """Return the months up to and with `through` in which medicine was due under an award and not fetched (S125)."""
    after = through.next
    if award.ends_on is not None:
        after = min(after, Month.of(award.ends_on))
    fetched = set(award.pickups.values_list("month", flat=True))
    return [month for month in months(Month.from_index(award.start), after) if month.index not in fetched]
