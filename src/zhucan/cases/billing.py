"""Bills: months of training, care or work, reckoned one after the other once a scheme is granted.

A scheme whose claim counts months is granted before there is anything to reckon. Each bill adds months; what it comes to
is the claim over all months of the award less what was billed before, so caps hold over the year and no month counts
twice. The next run of the county pays the difference, and takes back what a retracted bill had paid.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Sum

from zhucan.cases import asking, weighing
from zhucan.cases.facts import judge
from zhucan.cases.models import Application, Award, Bill, Decision
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.orgs import audit
from zhucan.orgs.clock import day_of
from zhucan.orgs.models import User
from zhucan.policy.catalogue import SCHEMES, scheme
from zhucan.policy.engine import Outcome
from zhucan.policy.schemes import Scheme
from zhucan.registry.entering import home_on
from zhucan.registry.models import Death

BILLED: tuple[Scheme, ...] = tuple(item for item in SCHEMES if item.claim is not None and item.claim.billed)
"""The schemes whose months are billed after they were granted."""


class BillRefused(ZhucanError):
    """The bill cannot be entered, or taken back, like this; nothing was changed."""


@dataclass(frozen=True)
class Reckoning:
    """What new months would add: their items as they are kept, the money, and the arithmetic of the whole award."""

    items: list[dict[str, Any]]
    amount_fen: int
    working: tuple[str, ...]


def reckon(award: Award, items: Sequence[Mapping[str, Any]], at: datetime) -> Reckoning:
    """Return what months would add to an award; nothing is written. Raises `BillRefused`, `AnswersRefused`."""
    item = scheme(award.scheme)
    if item.claim is None or not item.claim.billed or award.granted_fen is None:
        raise BillRefused(f"{item.name}不是按月结算的项目：请核对。")
    if award.revoked_at is not None:
        raise BillRefused("这项批准已经撤销，不能再结算：请核对。")
    application = Application.objects.filter(award=award).first()
    answers = application.answers if application is not None else {}
    kept = asking.cleaned(item, {}, items, born=award.person.born)["items"]
    if not kept:
        raise BillRefused(f"还没有填{item.claim.item}：请至少填一条。")
    new = asking.items_in(item, {"items": kept})
    earlier = asking.items_in(item, {"items": [*answers.get("items", []), *_billed(award)]})
    before = {Month.of(one["month"]) for one in earlier}
    for month in sorted({Month.of(one["month"]) for one in new}):
        if month in before:
            raise BillRefused(f"{month.label}已经结算过：要改，请先撤回那一次，再按整月登记。")
        _in_its_time(award, month, at)
    judgement = judge(
        award.person, Month.of(award.applied_on), division=award.division_id, applied_on=award.applied_on,
        answers=asking.facts_in(answers), beside=award.pk,
    )  # fmt: skip
    found = weighing.weighed(item, judgement, [*earlier, *new])
    if found.outcome is Outcome.NO:
        raise BillRefused(f"按现在登记的情况，当时不该批准（{found.grounds}）：请先更正登记，或撤销批准。")
    if found.trouble:
        raise BillRefused(f"{item.name}的金额算不出来：{found.trouble}")
    if found.amount_fen is None:
        raise BillRefused(f"{item.name}的金额还算不出来（{found.missing or '缺当地标准'}）：请先补齐再结算。")
    added = found.amount_fen - award.granted_fen
    if added <= 0:
        raise BillRefused(f"这次没有可以结算的金额：{'；'.join(found.working)}。请核对，不用登记。")
    return Reckoning(kept, added, found.working)


def _billed(award: Award) -> list[dict[str, Any]]:
    return [item for bill in award.bills.filter(retracted_at=None).order_by("pk") for item in bill.items]


def _in_its_time(award: Award, month: Month, at: datetime) -> None:
    """Refuse a month that has not come, or in which the person or the award was not there any more."""
    if month > Month.of(day_of(at)):
        raise BillRefused(f"{month.label}还没有到：只能结算已经有的月份。")
    if month < Month.of(award.applied_on):
        raise BillRefused(f"{month.label}在申请（{award.applied_on}）以前：请核对月份。")
    for over, words in ((award.ends_on, "到期"), (award.withdrawn_on, "退出")):
        if over is not None and month > Month.of(over):
            raise BillRefused(f"这项待遇 {over} 已经{words}，不能结算{month.label}：请核对月份。")
    death = Death.objects.filter(person=award.person_id, retracted_at=None).first()
    if death is not None and month > Month.of(death.valid_from):
        raise BillRefused(f"本人 {death.valid_from} 去世，不能结算{month.label}：请核对月份。")
    home = home_on(award.person, month.first)
    if home is not None and home.division_id[:6] != award.division_id[:6]:
        raise BillRefused(f"{month.label}本人户籍已在外县：请到户籍所在地办理。")


@transaction.atomic
def bill(*, award: Award, items: Sequence[Mapping[str, Any]], document: str, at: datetime, by: User | None) -> Bill:
    """Bill months of an award by a `document` that shows them; the next run pays. Raises `BillRefused`, `AnswersRefused`."""
    if not document.strip():
        raise BillRefused("没有写依据：请写考勤表、发票或服务记录的名称和编号。")
    locked = Award.objects.select_for_update().get(pk=award.pk)
    found = reckon(locked, items, at)
    made = Bill.objects.create(
        award=locked, items=found.items, amount_fen=found.amount_fen, working=list(found.working),
        document=document.strip()[:200], recorded_at=at, by=by,
    )  # fmt: skip
    Award.objects.filter(pk=locked.pk).update(granted_fen=F("granted_fen") + found.amount_fen)
    audit.record(
        actor=by, action="cases.bill", target=f"award:{award.pk}", at=at, bill=made.pk, amount_fen=made.amount_fen
    )
    return made


@transaction.atomic
def retract(*, bill: Bill, reason: str, at: datetime, by: User | None) -> Bill:
    """Take the last bill of an award back: what was paid of it becomes a recovery. Raises `BillRefused`.

    Only the last one, because the caps of every later one were reckoned with it.
    """
    award = Award.objects.select_for_update().get(pk=bill.award_id)
    last = award.bills.filter(retracted_at=None).order_by("-pk").first()
    if last is None or last.pk != bill.pk:
        raise BillRefused("只能撤回最近的一次结算：请先撤回后面的，或核对是不是已经撤回过。")
    if not reason.strip():
        raise BillRefused("没有写撤回原因：请写明。")
    last.retracted_at, last.retraction = at, reason.strip()[:200]
    last.save(update_fields=["retracted_at", "retraction"])
    Award.objects.filter(pk=award.pk).update(granted_fen=F("granted_fen") - last.amount_fen)
    audit.record(
        actor=by, action="cases.bill-retracted", target=f"award:{award.pk}", at=at, bill=last.pk, reason=reason.strip()
    )
    return last


def faults() -> Iterator[str]:
    """Yield a sentence for every award whose amount is not what its decision and its bills come to."""
    rows = Award.objects.filter(application__isnull=False, bills__isnull=False).annotate(
        billed=Sum("bills__amount_fen", filter=Q(bills__retracted_at=None))
    )
    for one in rows.order_by("pk"):
        decided = Decision.objects.filter(application__award=one).values_list("amount_fen", flat=True).first() or 0
        if one.granted_fen != (one.billed or 0) + decided:
            said = f"{text(from_fen(one.granted_fen or 0))} 元，结算单合计 {text(from_fen((one.billed or 0) + decided))} 元"
            yield f"待遇 {one.pk} 的金额与结算单不符（{said}）：记录被改动过，请报告管理员。"
