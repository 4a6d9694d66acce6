"""Granting, withdrawing and back-paying awards."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from zhucan.cases.facts import judge
from zhucan.cases.finding import Candidate
from zhucan.cases.models import Award, BackpayGrant, Curtailment
from zhucan.core.divisions import county_of
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.orgs import audit
from zhucan.orgs.divisions import parameter_rows
from zhucan.orgs.models import Division, Institution, User
from zhucan.policy.catalogue import scheme
from zhucan.policy.employment.startup_grant import recoverable
from zhucan.policy.engine import Outcome
from zhucan.policy.parameters import resolve
from zhucan.policy.schemes import Gives
from zhucan.registry.entering import Guard
from zhucan.registry.models import Certificate, Person

REVOCATIONS: Mapping[str, str] = {
    "granted_in_error": "批准有误",
    "false_proof": "材料不实",
    "business_closed": "经营提前终止",
    "not_used": "没有使用",
    "returned": "本人退回",
    "other_benefit": "享受其他待遇",
    "died": "死亡",
}
"""Why what was granted was not due, or not in full."""


_TOGETHER = 1000  # rows written at a time


class AwardRefused(ZhucanError):
    """The award cannot be made, or cannot make this move."""


_guard = Guard(AwardRefused)


def _start(person: Person, scheme_id: str, division: Division, applied_on: date, at: datetime) -> Month:
    """Return the first month of an award: that of the application, or of the new card where the place says so (TS-42)."""
    month = Month.of(applied_on)
    earlier = Award.objects.filter(person=person, scheme=scheme_id, applied_on__lt=applied_on).exists()
    if not earlier:
        return month
    params = resolve(parameter_rows(at), division.code, month.first, at)
    if params.get("renewal_start") != "card_issue_month":
        return month
    card = Certificate.objects.filter(person=person).as_known(at).on(applied_on).first()
    return min(month, Month.of(card.issued)) if card else month


@transaction.atomic
def approve(
    *,
    person: Person,
    scheme_id: str,
    division: Division,
    applied_on: date,
    approved_on: date,
    at: datetime,
    by: User | None,
) -> Award:
    """Grant a scheme from the month of application on, paid by a county. Raises `AwardRefused`.

    Whether a month is paid is decided by the runs; an award says that the person asked and was admitted.
    """
    scheme(scheme_id)
    if approved_on < applied_on:
        raise AwardRefused(f"批准日期 {approved_on} 早于申请日期 {applied_on}：请核对。")
    _guard.born(person, applied_on, what="申请日期")
    if Award.objects.filter(person=person, scheme=scheme_id, applied_on=applied_on).exists():
        raise AwardRefused(f"{applied_on} 的申请已经批准过：同一天同一项目不重复登记。")
    award = Award.objects.create(
        person=person,
        scheme=scheme_id,
        division=division,
        applied_on=applied_on,
        approved_on=approved_on,
        start=_start(person, scheme_id, division, applied_on, at).index,
        approved_by=by,
        recorded_at=at,
    )
    audit.record(
        actor=by, action="cases.approve", target=f"award:{award.pk}", at=at, scheme=scheme_id, person=person.pk
    )
    return award


@transaction.atomic
def grant(
    *,
    person: Person,
    scheme_id: str,
    division: Division,
    applied_on: date,
    approved_on: date,
    amount_fen: int,
    at: datetime,
    by: User | None,
    quantity: int | None = None,
    ends_on: date | None = None,
    payee: Institution | None = None,
) -> Award:
    """Grant something that the monthly runs do not decide: so much money, so many units, until a day where it ends.

    Money to the person, or to the `payee`, is paid by the next run of the county over such schemes; of what is handed
    out or rendered without a payee the amount only tells its worth. Raises `AwardRefused`.
    """
    item = scheme(scheme_id)
    if item.in_runs:
        raise AwardRefused(f"{item.name}按月由发放批次决定金额：请按月发放项目批准。")
    if amount_fen < 0 or (quantity is not None and quantity < 1):
        raise AwardRefused(f"{item.name}的金额不能为负、数量至少为 1：请核对。")
    if ends_on is not None and ends_on <= approved_on:
        raise AwardRefused(f"到期日 {ends_on} 不晚于批准日期 {approved_on}：请核对。")
    award = approve(
        person=person,
        scheme_id=scheme_id,
        division=division,
        applied_on=applied_on,
        approved_on=approved_on,
        at=at,
        by=by,
    )
    award.granted_fen, award.quantity, award.ends_on, award.payee = amount_fen, quantity, ends_on, payee
    award.start = Month.of(approved_on).index
    award.save(update_fields=["granted_fen", "quantity", "ends_on", "payee", "start"])
    return award


@transaction.atomic
def grant_all(
    *, people: Collection[int], scheme_id: str, division: Division, on: date, amount_fen: int, ends_on: date, at: datetime,
    by: User | None,
) -> list[Award]:  # fmt: skip
    """Grant the same to many people who are due it on a day, asked or not, until another day; return the awards.

    Who is due was decided before (`finding.survey`). One entry of the audit chain stands for all. Raises `AwardRefused`.
    """
    item = scheme(scheme_id)
    if item.in_runs:
        raise AwardRefused(f"{item.name}按月由发放批次决定金额：请按月发放项目批准。")
    if amount_fen < 0 or ends_on <= on:
        raise AwardRefused(f"{item.name}的金额不能为负，到期日 {ends_on} 要晚于批准日期 {on}：请核对。")
    there = Award.objects.filter(scheme=scheme_id, applied_on=on, division=division).values_list("person_id", flat=True)
    if again := len(set(there) & set(people)):
        raise AwardRefused(f"有 {again} 人在 {on} 已经批准过{item.name}：同一天同一项目不重复登记，请改从别的日期起。")
    made = Award.objects.bulk_create(
        (
            Award(
                person_id=person,
                scheme=scheme_id,
                division=division,
                applied_on=on,
                approved_on=on,
                start=Month.of(on).index,
                approved_by=by,
                recorded_at=at,
                granted_fen=amount_fen,
                quantity=1,
                ends_on=ends_on,
            )
            for person in sorted(people)
        ),
        batch_size=_TOGETHER,
    )
    audit.record(
        actor=by, action="cases.approve", target=f"scheme:{scheme_id}", at=at, division=division.code, on=str(on),
        people=len(made),
    )  # fmt: skip
    return made


def names_payee(award: Award) -> bool:
    """Say whether an award is one whose money goes to an institution: a service, goods or a relief with an amount."""
    return _has_money(award) and award.revoked_at is None and scheme(award.scheme).gives is not Gives.CASH


def _has_money(award: Award) -> bool:
    claim = scheme(award.scheme).claim
    return bool(award.granted_fen) or (award.granted_fen is not None and claim is not None and claim.billed)


@transaction.atomic
def pay_to(*, award: Award, payee: Institution, on: date, at: datetime, by: User | None) -> Award:
    """Name the institution that the money of a service, goods or a relief goes to, once; the next run pays it.

    Raises `AwardRefused`.
    """
    locked = Award.objects.select_for_update().get(pk=award.pk)
    item = scheme(locked.scheme)
    if not _has_money(locked) or item.gives is Gives.CASH:
        raise AwardRefused(f"{item.name}没有要付给机构的钱：现金发给本人，其余要有批准的金额。")
    if locked.revoked_at is not None:
        raise AwardRefused("这项批准已经撤销，不能再付款：请核对。")
    if locked.payee_id is not None:
        raise AwardRefused("这项批准已经写明收款机构：不能再改，确需改付的请先撤销批准。")
    if payee.ended_on is not None and payee.ended_on <= on:
        raise AwardRefused(f"{payee.name}自 {payee.ended_on} 起不再是定点机构：请另选机构。")
    locked.payee = payee
    locked.save(update_fields=["payee"])
    audit.record(actor=by, action="cases.pay-to", target=f"award:{award.pk}", at=at, institution=payee.pk)
    return locked


@transaction.atomic
def revoke(*, award: Award, at: datetime, by: User | None, cause: str) -> Award:
    """Say that something granted was not due; what was paid becomes a recovery with this cause in the next run."""
    if cause not in REVOCATIONS:
        raise AwardRefused(f"没有撤销原因“{cause}”：可以写 {'、'.join(REVOCATIONS)}。")
    locked = Award.objects.select_for_update().get(pk=award.pk)
    if locked.granted_fen is None:
        raise AwardRefused("按月发放的项目不用撤销：请登记退出，或更正事实，由下次发放自动补发或追回。")
    if locked.revoked_at is not None:
        raise AwardRefused("这项批准已经撤销过：不用再次办理。")
    locked.revoked_at, locked.revocation_cause = at, cause
    locked.save(update_fields=["revoked_at", "revocation_cause"])
    audit.record(actor=by, action="cases.revoke", target=f"award:{award.pk}", at=at, cause=cause)
    return locked


@transaction.atomic
def lasts_until(*, award: Award, day: date | None, at: datetime, by: User | None) -> None:
    """Say when the useful life ends of what was handed out under an award; None where that is not known."""
    Award.objects.filter(pk=award.pk).update(ends_on=day)
    audit.record(actor=by, action="cases.lasts-until", target=f"award:{award.pk}", at=at, on=str(day or ""))


@transaction.atomic
def curtail(
    *, award: Award, required: int, served: int, cause: str, document: str, on: date, at: datetime, by: User | None
) -> Curtailment:
    """Decide that the months not served are to be repaid: granted × (required − served) ÷ required, to the fen (EM-71).

    The next run books it as a recovery with this cause. Raises `AwardRefused`.
    """
    if cause not in REVOCATIONS:
        raise AwardRefused(f"没有这样的原因“{cause}”：可以写 {'、'.join(REVOCATIONS)}。")
    locked = Award.objects.select_for_update().get(pk=award.pk)
    if not locked.granted_fen or locked.revoked_at is not None:
        raise AwardRefused("这项批准没有金额，或已经撤销，没有可以按月退回的钱：请核对。")
    if Curtailment.objects.filter(award=locked).exists():
        raise AwardRefused("这项批准已经决定过按月退回：不用再次办理。")
    if not document.strip():
        raise AwardRefused("没有写明依据：按月退回必须写明决定文件。")
    if not 0 <= served < required:
        raise AwardRefused(f"实满 {served} 个月、应满 {required} 个月，没有要退回的：请核对月数。")
    back = recoverable(locked.granted_fen, served, required)
    if not back:
        raise AwardRefused("按月折算不足一分，没有要退回的：请核对金额和月数。")
    made = Curtailment.objects.create(
        award=locked, decided_on=on, required=required, served=served, amount_fen=back, cause=cause,
        document=document.strip(), recorded_at=at, by=by,
    )  # fmt: skip
    audit.record(
        actor=by, action="cases.curtail", target=f"award:{award.pk}", at=at, amount_fen=back, document=document.strip()
    )
    return made


@transaction.atomic
def withdraw(*, award: Award, on: date, at: datetime, by: User | None, reason: str) -> Award:
    """Let an award end by wish: the month of `on` is the last one paid (TS-41)."""
    if award.withdrawn_on is not None:
        raise AwardRefused(f"该项目已于 {award.withdrawn_on} 退出：不用再次办理。")
    if on < award.applied_on:
        raise AwardRefused(f"退出日期 {on} 早于申请日期 {award.applied_on}：请核对。")
    award.withdrawn_on, award.withdrawal_recorded_at, award.withdrawal_reason = on, at, reason
    award.save(update_fields=["withdrawn_on", "withdrawal_recorded_at", "withdrawal_reason"])
    audit.record(actor=by, action="cases.withdraw", target=f"award:{award.pk}", at=at, on=str(on), reason=reason)
    return award


@transaction.atomic
def grant_backpay(*, award: Award, on: date, at: datetime, by: User | None, document: str = "") -> BackpayGrant:
    """Record the decision to pay back the gap between expiry and re-application (TS-42)."""
    if hasattr(award, "backpay"):
        raise AwardRefused("这次重新申请已决定过补发：不用再次办理。")
    if not Award.objects.filter(person=award.person_id, scheme=award.scheme, applied_on__lt=award.applied_on).exists():
        raise AwardRefused("没有换证前的享受记录，没有可以补发的中断月份：请核对。")
    grant = BackpayGrant.objects.create(award=award, granted_on=on, recorded_at=at, by=by, document=document)
    audit.record(actor=by, action="cases.backpay", target=f"award:{award.pk}", at=at, document=document)
    return grant


def people_of(candidates: Sequence[Candidate]) -> Mapping[int, Person]:
    """Return the people of candidates by number."""
    numbers = {one.person_id for one in candidates}
    return Person.objects.in_bulk(list(numbers)) if len(numbers) < 900 else Person.objects.in_bulk()


@transaction.atomic
def approve_all(
    candidates: Sequence[Candidate], *, division: Division, on: date, at: datetime, by: User | None
) -> list[Award]:
    """Grant every candidate's scheme, applied for and approved on one day, paid by a county: all of them or nobody.

    The audit chain gets one entry a scheme, with the count and the award numbers.
    """
    again = set(
        Award.objects.filter(applied_on__lt=on, scheme__in={candidate.scheme for candidate in candidates}).values_list(
            "person_id", "scheme"
        )
    )
    returning = {one.person_id for one in candidates if (one.person_id, one.scheme) in again}
    people = people_of([one for one in candidates if one.person_id in returning])

    def start(candidate: Candidate) -> Month:
        if candidate.person_id not in returning:
            return Month.of(on)
        return _start(people[candidate.person_id], candidate.scheme, division, on, at)

    made = Award.objects.bulk_create(
        (
            Award(
                person_id=candidate.person_id,
                scheme=candidate.scheme,
                division=division,
                applied_on=on,
                approved_on=on,
                start=start(candidate).index,
                approved_by=by,
                recorded_at=at,
            )
            for candidate in candidates
        ),
        batch_size=2000,
    )
    for scheme_id in sorted({award.scheme for award in made}):
        numbers = sorted(award.pk for award in made if award.scheme == scheme_id)
        audit.record(
            actor=by,
            action="cases.approve-all",
            target=f"division:{division.code}",
            at=at,
            scheme=scheme_id,
            applied_on=str(on),
            count=len(numbers),
            first_award=numbers[0],
            last_award=numbers[-1],
        )
    return made


def entitled(person: Person, scheme_id: str, *, division: Division, on: date, known_at: datetime | None = None) -> bool:
    """Say whether somebody who applies on a day is entitled for that month."""
    judgement = judge(person, Month.of(on), division=county_of(division.code), known_at=known_at, applied_on=on)
    return judgement.decisions[scheme_id].outcome is Outcome.YES
