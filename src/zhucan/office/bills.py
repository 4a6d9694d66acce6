"""Bills of an award: months of training, care or work, looked at first, then entered; the last one can be taken back."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhucan.cases import billing
from zhucan.cases.asking import items_in
from zhucan.cases.models import Award
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.delivery import plans
from zhucan.office.access import OfficeRequest
from zhucan.office.cases import found
from zhucan.orgs.clock import now, today
from zhucan.policy.catalogue import scheme
from zhucan.policy.explain import shown
from zhucan.policy.expressions import RATE_DIGITS
from zhucan.policy.schemes import Scheme
from zhucan.web.asking import MORE, AnswerForm, typed
from zhucan.web.forms import UNPROCESSABLE


class BillForm(AnswerForm):
    """结算的月份和依据。"""

    document = forms.CharField(label="依据", max_length=200, help_text="考勤表、发票或服务记录的名称和编号。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*(name for name in self.fields if name != "document"), "document"])


@never_cache
@require_http_methods(["GET", "POST"])
def bills(request: OfficeRequest, pk: int) -> HttpResponse:
    """按月结算：先算出金额，再登记；由下一次发放支付。"""
    award, item = _billed(request, pk)
    proposed = list(_attended(award, item)) if "sessions" in request.GET else []
    form = BillForm(
        request.POST if request.method == "POST" else None, schemes=[item], asked=[], rows=max(len(proposed), MORE),
        initial=typed(item, {"items": proposed}),
    )  # fmt: skip
    reckoned = None
    if form.is_valid():
        months = form.cleaned_data["items"][item.id]
        if "save" in request.POST:
            made = form.tried(
                lambda: billing.bill(
                    award=award, items=months, document=form.cleaned_data["document"], at=now(), by=request.user
                )
            )
            if made is not None:
                messages.success(request, f"已登记结算 {text(from_fen(made.amount_fen))} 元，由下一次发放支付。")
                return redirect("office:cases-bills", pk=pk)
        else:
            reckoned = form.tried(lambda: billing.reckon(award, months, now()))
    rows = list(award.bills.select_related("by").order_by("pk"))
    last = next((one.pk for one in reversed(rows) if one.retracted_at is None), None)
    context = {
        "form": form,
        "number": pk,
        "award": award,
        "scheme": item,
        "reckoned": reckoned,
        "adds": "" if reckoned is None else text(from_fen(reckoned.amount_fen)),
        "total": text(from_fen(award.granted_fen or 0)),
        "rows": [
            {
                "bill": one, "amount": text(from_fen(one.amount_fen)), "last": one.pk == last,
                "items": list(_said(item, one.items)),
            }
            for one in rows
        ],
        "attended": bool(award.plans.exists()) and not request.POST,
        "back": reverse("office:cases-case", args=[pk]),
    }  # fmt: skip
    return render(request, "office/bills.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
def retract(request: OfficeRequest, pk: int, bill: int) -> HttpResponse:
    """撤回最近的一次结算：付过的由下一次发放追回。"""
    award, _ = _billed(request, pk)
    one = get_object_or_404(award.bills, pk=bill)
    billing.retract(bill=one, reason=request.POST.get("reason", ""), at=now(), by=request.user)
    messages.success(request, "已撤回。付过的钱由下一次发放追回。")
    return redirect("office:cases-bills", pk=pk)


def _billed(request: OfficeRequest, pk: int) -> tuple[Award, Scheme]:
    award = found(request, pk).award
    item = scheme(award.scheme) if award is not None else None
    if award is None or item not in billing.BILLED:
        raise Http404
    return award, item


def _said(item: Scheme, items: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the items of a bill in words."""
    for values in items_in(item, {"items": items}):
        yield "，".join(
            f"{field.label} {shown(values[field.name], field.kind, field.choices)}"
            for field in (item.claim.fields if item.claim else ())
            if values.get(field.name) is not None
        )


def _attended(award: Award, item: Scheme) -> Iterator[dict[str, Any]]:
    """Yield what the sessions of an award tell of each month that no bill has yet, as items to be completed."""
    names = {field.name for field in item.claim.fields} if item.claim else set()
    billed = {Month.of(day) for bill in award.bills.filter(retracted_at=None) for day in bill.months}
    for plan in award.plans.order_by("pk"):
        for one in plans.attendance(plan, Month.of(plan.starts_on), Month.of(today()).next):
            if not one.units or one.month in billed:
                continue
            month = {"month": one.month.first.isoformat()}
            if {"hours", "days"} <= names:  # days put together by how many hours each had
                for spent, days in sorted(Counter(one.minutes).items()):
                    yield {**month, "hours": _hours(spent), "days": days}
                continue
            values = {"days": len(one.minutes), "hours": _hours(sum(one.minutes)), "fee": one.amount_fen or None}
            yield month | {name: value for name, value in values.items() if name in names and value is not None}


def _hours(minutes: int) -> int:
    """Return minutes as hours in ten-thousandths."""
    return minutes * int(10**RATE_DIGITS) // 60
