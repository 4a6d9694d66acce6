"""Monthly runs: calculating, checking, approving, sending and reconciling."""

from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from zhucan.core import masking
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.payments.causes import label
from zhucan.payments.models import LineKind
from zhucan.policy.catalogue import scheme
from zhucan.web.slices import slice_of


def _money(fen: int | None) -> str:
    return text(from_fen(fen or 0))


@require_GET
def run(request: OfficeRequest, pk: int) -> HttpResponse:
    """一次发放的明细，疑点和变化在前。"""
    found = get_object_or_404(scope.runs(request), pk=pk)
    kind = request.GET.get("kind", "")
    lines = scope.lines(request, found).select_related("person")
    if kind in LineKind.values:
        lines = lines.filter(kind=kind)
    elif not kind:
        lines = lines.filter(~Q(kind=LineKind.REGULAR) | ~Q(cause=""))
    totals = [
        (LineKind(row["kind"]), row["people"], _money(row["amount"]))
        for row in scope.lines(request, found)
        .values("kind")
        .annotate(amount=Sum("amount_fen"), people=Count("person", distinct=True))
    ]
    page = slice_of(lines.order_by("kind", "person_id", "month"), request)
    rows = [
        {
            "line": line,
            "name": masking.name(line.person.name),
            "month": Month.from_index(line.month).label,
            "scheme": scheme(line.scheme).name,
            "amount": _money(line.amount_fen),
            "cause": label(line.cause),
        }
        for line in page
    ]
    context: dict[str, Any] = {
        "run": found,
        "month": Month.from_index(found.month).label,
        "totals": totals,
        "page": page,
        "rows": rows,
        "kind": kind,
    }
    return render(request, "office/run.html", context)
