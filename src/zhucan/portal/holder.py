"""The own file of somebody signed in, or of a person under guardianship: what one gets, why, and what was paid."""

from datetime import timedelta
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from zhucan.cases.facts import judge
from zhucan.core import masking
from zhucan.core.divisions import county_of
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import User
from zhucan.payments import recoveries
from zhucan.payments.causes import label
from zhucan.payments.models import Line, LineKind, Payment, PaymentStatus
from zhucan.policy.catalogue import scheme
from zhucan.portal.acting import chosen_of, held
from zhucan.portal.questions import Answer, folded, told
from zhucan.registry.models import Certificate, Person, Residence

_SOON = timedelta(days=183)
_MONTHS = 24
_PAID = {
    PaymentStatus.PAID: ("✓ 已到账", "ok"),
    PaymentStatus.SENT: ("● 银行正在办理", ""),
    PaymentStatus.FAILED: ("✕ 没有到账", "err"),
    PaymentStatus.NO_ACCOUNT: ("✕ 没有收款账户", "err"),
}


@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """我的补贴：监护人可以选看谁的。"""
    user = cast(User, request.user)
    own = held(request)
    chosen = chosen_of(own, request.GET.get("person", ""))
    person = chosen.person
    audit.record(actor=user, action="portal.opened", target=f"person:{person.pk}", at=now(), relation=chosen.relation)
    context: dict[str, Any] = {
        "held": own,
        "chosen": chosen,
        "person": person,
        "identity": masking.resident_id(person.id_number),
        "certificate": _certificate(person),
        "verdicts": (verdicts := _verdicts(person)),
        **folded(one.rank for one in verdicts),
        "payments": _payments(person),
        "changes": _changes(person),
        "debts": [
            (scheme(debt.scheme).name, label(debt.cause), text(debt.amount)) for debt in recoveries.debts(person)
        ],
        "today": today(),
    }
    return render(request, "portal/mine.html", context)


def _certificate(person: Person) -> dict[str, Any] | None:
    card = Certificate.objects.filter(person=person, retracted_at=None, valid_to=None).first()
    if card is None:
        return None
    day = today()
    return {"card": card, "over": card.expires < day, "soon": day <= card.expires < day + _SOON}


def _verdicts(person: Person) -> list[Answer]:
    home = Residence.objects.filter(person=person, retracted_at=None, valid_to=None).first()
    if home is None:
        return []
    judgement = judge(person, Month.of(today()), division=county_of(home.division_id))
    return told(judgement.offered, judgement.decisions, judgement.facts, judgement.params)


def _payments(person: Person) -> list[dict[str, Any]]:
    rows = Payment.objects.filter(person=person).select_related("run", "account").order_by("-run__month", "-pk")
    return [
        {
            "month": Month.from_index(row.run.month).label,
            "amount": text(from_fen(row.amount_fen)),
            "state": _PAID[PaymentStatus(row.status)],
            "account": masking.card(row.account.number)[-4:] if row.account is not None else "",
            "reason": row.reason,
            "again": row.status in (PaymentStatus.FAILED, PaymentStatus.NO_ACCOUNT),
        }
        for row in rows[:_MONTHS]
    ]


_SAID = {
    LineKind.ARREARS: "给您补发",
    LineKind.RECOVERY: "以前多发了，要退回",
    LineKind.STOP: "从这个月起不再发",
    LineKind.DOUBT: "情况还不清楚，先没有发",
}


def _changes(person: Person) -> list[dict[str, str]]:
    lines = (
        Line.objects.filter(person=person, booked=True, kind__in=list(_SAID))
        .select_related("run")
        .order_by("-run__month", "-month")[:_MONTHS]
    )
    return [
        {
            "when": Month.from_index(line.run.month).label,
            "month": Month.from_index(line.month).label,
            "scheme": scheme(line.scheme).name,
            "said": _SAID[LineKind(line.kind)],
            "amount": text(abs(from_fen(line.amount_fen))) if line.amount_fen else "",
            "cause": label(line.cause),
        }
        for line in lines
    ]
