"""Accident insurance bought for many: the policy, who is to be insured by the rule, who is, and what came of their claims.

Whom to insure is the scheme `accident-insurance`. Each of the insured has an award of it, a relief under the policy, which
tells the premium and the period, and an enrolment in the registry.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from zhucan.cases import awards, finding
from zhucan.core.divisions import Level, level_of
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.delivery import reliefs
from zhucan.delivery.models import AccidentClaim, AccidentPolicy, Relief
from zhucan.orgs import audit
from zhucan.orgs.divisions import parameter_rows
from zhucan.orgs.models import Division, User
from zhucan.policy.assistance.premiums import accident_insurance
from zhucan.policy.parameters import resolve
from zhucan.registry.choices import InsuranceKind, Payer
from zhucan.registry.entering import Guard
from zhucan.registry.findings import insure_all
from zhucan.registry.spells import Witness


class AccidentRefused(ZhucanError):
    """The policy, the insured or the claim cannot be entered like this; nothing was changed."""


_guard = Guard(AccidentRefused)


@transaction.atomic
def open_policy(
    *, division: Division, insurer: str, number: str, premium_fen: int, payer: str, starts_on: date, ends_on: date,
    at: datetime, by: User | None,
) -> AccidentPolicy:  # fmt: skip
    """Record a policy, with its premium a head in fen. Raises `AccidentRefused`."""
    if level_of(division.code) is not Level.COUNTY:
        raise AccidentRefused(f"{division.name}不是县（市、区）：保单登记在县里。")
    insurer = _guard.line(insurer, "承保公司", longest=60)
    number = _guard.line(number, "保单号", longest=40)
    if payer not in Payer.values:
        raise AccidentRefused(f"没有“{payer}”这种缴费方：可以写 {'、'.join(Payer.values)}。")
    if premium_fen <= 0:
        raise AccidentRefused("每人保费应大于 0：请核对。")
    if ends_on <= starts_on:
        raise AccidentRefused(f"到期日期 {ends_on} 不晚于生效日期 {starts_on}：请核对。")
    if AccidentPolicy.objects.filter(insurer=insurer, number=number).exists():
        raise AccidentRefused(f"{insurer}的保单 {number} 已经登记过：不用重复登记。")
    made = AccidentPolicy.objects.create(
        division=division, insurer=insurer, number=number, premium_fen=premium_fen, payer=payer, starts_on=starts_on,
        ends_on=ends_on, recorded_at=at, by=by,
    )  # fmt: skip
    audit.record(actor=by, action="delivery.accident-policy", target=f"accident-policy:{made.pk}", at=at, number=number)
    return made


@dataclass(frozen=True)
class Due:
    """Who is to be insured by the rule and is not yet, and of how many it is not known."""

    people: tuple[int, ...]
    unknown: int


def due(policy: AccidentPolicy, *, day: date, at: datetime) -> Due:
    """Return whom the rule would have insured under a policy from a day on. Raises `AccidentRefused` and `NoStandard`."""
    county = policy.division
    if not policy.starts_on <= day < policy.ends_on:
        raise AccidentRefused(f"{day} 不在保险期间 {policy.starts_on} 至 {policy.ends_on}（不含）内：请核对日期。")
    if not resolve(parameter_rows(at), county.code, Month.of(day).first, at)[accident_insurance.switch]:
        raise AccidentRefused(f"{county.name}没有开展{accident_insurance.name}：请先在标准里开通，并写明文件。")
    found = finding.survey(division=county, on=day, known_at=at, schemes=(accident_insurance.id,))
    insured = set(reliefs.overlapping(accident_insurance.id, day, policy.ends_on).values_list("person_id", flat=True))
    people = tuple(one.person_id for one in found.entitled if one.person_id not in insured)
    return Due(people, len(found.unknown[accident_insurance.id]))


@transaction.atomic
def insure(*, policy: AccidentPolicy, day: date, at: datetime, by: User | None) -> int:
    """Insure everybody due under a policy from a day on that has come, all or nobody; return how many. Safe to run twice.

    Each gets an award, a relief over the rest of the period, and an enrolment that ends with it. Raises `AccidentRefused`
    and `NoStandard`.
    """
    found = AccidentPolicy.objects.select_for_update(of=("self",)).select_related("division").get(pk=policy.pk)
    _guard.day(day, at, then="请先导出应保名单交承保公司，到了那天再登记参保。")
    people = due(found, day=day, at=at).people
    if people:
        granted = awards.grant_all(
            people=people, scheme_id=accident_insurance.id, division=found.division, on=day, amount_fen=found.premium_fen,
            ends_on=found.ends_on, at=at, by=by,
        )  # fmt: skip
        reliefs.begin_all(
            awards=granted,
            valid_from=day,
            valid_to=found.ends_on,
            amount_fen=found.premium_fen,
            policy=found,
            at=at,
            by=by,
        )
        insure_all(
            people=people, day=day, stop=found.ends_on, kind=InsuranceKind.ACCIDENT, payer=found.payer,
            witness=Witness(at, by, f"保单 {found.number}"),
        )  # fmt: skip
    audit.record(
        actor=by,
        action="delivery.accident-insured",
        target=f"accident-policy:{found.pk}",
        at=at,
        on=str(day),
        people=len(people),
    )
    return len(people)


@transaction.atomic
def claim(
    *, relief: Relief, accident_on: date, at: datetime, by: User | None, reported_on: date | None = None,
    paid_on: date | None = None, amount_fen: int | None = None,
) -> AccidentClaim:  # fmt: skip
    """Record a claim of one of the insured, reported on a day; or one already paid, with its day and fen.

    Raises `AccidentRefused`.
    """
    found = Relief.objects.select_for_update(of=("self",)).get(pk=relief.pk)
    if found.policy_id is None:
        raise AccidentRefused("这项减免不是意外保险：只有被保险人可以报案和登记赔付。")
    if accident_on < found.valid_from or (found.valid_to is not None and accident_on >= found.valid_to):
        raise AccidentRefused(
            f"出险日期 {accident_on} 不在这个人的保险期间 {found.valid_from} 至 {found.valid_to}（不含）内：请核对。"
        )
    if reported_on is None and paid_on is None:
        raise AccidentRefused("没有写报案日期；已经赔付的写赔付日期和金额：请补填。")
    if (paid_on is None) != (amount_fen is None):
        raise AccidentRefused("赔付日期和赔付金额要一起写：还没有赔付的都不写。")
    waiting = found.claims.filter(accident_on=accident_on, retracted_at=None, paid_on=None, refusal="")
    if waiting.exists():
        raise AccidentRefused(f"{accident_on} 出险的已经报案，还没有赔付：请在那一笔上核定、登记赔付。")
    if reported_on is not None:
        _guard.day(reported_on, at, what="报案日期", since=accident_on)
    if paid_on is not None:
        _guard.day(paid_on, at, what="赔付日期", since=reported_on or accident_on)
        _guard.money(amount_fen, "赔付金额")
    try:
        with transaction.atomic():
            made = AccidentClaim.objects.create(
                relief=found, accident_on=accident_on, reported_on=reported_on, paid_on=paid_on, amount_fen=amount_fen,
                paid_at=None if paid_on is None else at, at=at, by=by,
            )  # fmt: skip
    except IntegrityError as error:
        raise AccidentRefused(f"{accident_on} 出险、{paid_on} 的赔付已经登记过：有误请先撤回。") from error
    audit.record(
        actor=by, action="delivery.accident-claim", target=f"accident-claim:{made.pk}", at=at, person=found.person_id
    )
    return made


@transaction.atomic
def decide_claim(
    *, claim: AccidentClaim, decided_on: date, at: datetime, by: User | None, amount_fen: int | None = None,
    refusal: str = "",
) -> AccidentClaim:  # fmt: skip
    """Record what the insurer decided of a claim reported: so much in fen, or a refusal with its reason.

    Raises `AccidentRefused`.
    """
    found = _open(claim)
    if found.decided_on is not None or found.paid_on is not None:
        raise AccidentRefused("这笔已经核定：不用再次办理。")
    refusal = _guard.line(refusal, "拒赔理由", needed=False)
    if (amount_fen is None) == (not refusal):
        raise AccidentRefused("核定金额和拒赔理由写一样：赔的写金额，不赔的写理由。")
    _guard.money(amount_fen, "赔付金额")
    _guard.day(decided_on, at, what="核定日期", since=found.reported_on or found.accident_on)
    found.decided_on, found.amount_fen, found.refusal = decided_on, amount_fen, refusal
    found.save(update_fields=["decided_on", "amount_fen", "refusal"])
    audit.record(
        actor=by, action="delivery.accident-claim-decided", target=f"accident-claim:{found.pk}", at=at,
        refused=bool(refusal),
    )  # fmt: skip
    return found


@transaction.atomic
def pay_claim(*, claim: AccidentClaim, paid_on: date, at: datetime, by: User | None) -> AccidentClaim:
    """Record the day on which what was decided was paid. Raises `AccidentRefused`."""
    found = _open(claim)
    if found.paid_on is not None or found.refusal:
        raise AccidentRefused(f"这笔{found.state}：不能再登记赔付。")
    if found.decided_on is None:
        raise AccidentRefused("承保公司还没有核定：请先登记核定的金额。")
    _guard.day(paid_on, at, what="赔付日期", since=found.decided_on)
    found.paid_on, found.paid_at = paid_on, at
    found.save(update_fields=["paid_on", "paid_at"])
    audit.record(actor=by, action="delivery.accident-claim-paid", target=f"accident-claim:{found.pk}", at=at)
    return found


def _open(claim: AccidentClaim) -> AccidentClaim:
    found = AccidentClaim.objects.select_for_update().get(pk=claim.pk)
    if found.retracted_at is not None:
        raise AccidentRefused("这笔已经撤回：请重新报案。")
    return found


@transaction.atomic
def retract_claim(*, claim: AccidentClaim, reason: str, at: datetime, by: User | None) -> AccidentClaim:
    """Take a claim back that was entered by mistake, paid or not. Raises `AccidentRefused`."""
    found = AccidentClaim.objects.select_for_update().get(pk=claim.pk)
    reason = _guard.take_back(found, reason, at, what="这一笔")
    audit.record(
        actor=by, action="delivery.accident-claim-retracted", target=f"accident-claim:{found.pk}", at=at, reason=reason
    )
    return found


def insured(policy: AccidentPolicy) -> QuerySet[Relief]:
    """Return the insured of a policy."""
    return policy.insured.select_related("person", "award").order_by("valid_from", "pk")
