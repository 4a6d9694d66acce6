"""Monthly runs as they are looked at: the list, one run against the month before, one line with its reasons."""

from collections.abc import Sequence
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from zhucan.core import masking
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.office import scope, work
from zhucan.office.access import OfficeRequest
from zhucan.orgs import audit
from zhucan.orgs.clock import now
from zhucan.payments import causes, remarks
from zhucan.payments.bank import unanswered
from zhucan.payments.models import Line, LineKind, PaymentStatus, Remark, Run, RunStatus
from zhucan.payments.reasons import grounds_of, reasons_of
from zhucan.policy.catalogue import scheme
from zhucan.web.slices import slice_of

_A_DAY = 86_400
_STEPS = (RunStatus.CALCULATED, RunStatus.CHECKED, RunStatus.APPROVED, RunStatus.SENT, RunStatus.RECONCILED)
_CHANGES = {
    "doubt": ("待核实", Q(kind=LineKind.DOUBT)),
    "new": ("新增", Q(kind=LineKind.REGULAR, cause="new")),
    "changed": ("金额变了", Q(kind=LineKind.REGULAR) & ~Q(cause__in=("", "new"))),
    "arrears": ("补发", Q(kind=LineKind.ARREARS)),
    "recovery": ("追回", Q(kind=LineKind.RECOVERY)),
    "stop": ("停发", Q(kind=LineKind.STOP)),
    "same": ("和上月一样", Q(kind=LineKind.REGULAR, cause="")),
    "held": ("暂不发放", Q(remark__kind=Remark.Kind.HELD)),
}
"""What a run changes against the month before: word, and the lines it is made of; doubts first."""


@require_GET
def runs(request: OfficeRequest) -> HttpResponse:
    """每月的发放，从最近的看起。"""
    page = slice_of(scope.runs(request).order_by("-month", "-sequence"), request)
    whole = not scope.below_county(request)
    rows = [
        {
            "run": run,
            "month": Month.from_index(run.month).label,
            "sums": [_sum(run, kind) for kind in ("regular", "arrears", "recovery")] if whole else [],
        }
        for run in page
    ]
    context = {
        "rows": rows,
        "page": page,
        "whole": whole,
        "works": work.lately(lambda code: scope.contains(request, code), now()),
    }
    return render(request, "office/runs.html", context)


def _sum(run: Run, kind: str) -> str:
    return text(from_fen(sum(row["amount_fen"] or 0 for row in run.totals.get("lines", ()) if row["kind"] == kind)))


@require_GET
def run(request: OfficeRequest, pk: int) -> HttpResponse:
    """一次发放：疑点在前，和上月比有什么不同，每一处都能点开看是谁、为什么。"""
    found = get_object_or_404(scope.runs(request), pk=pk)
    mine = scope.lines(request, found)
    kind = request.GET.get("kind", "")
    cause = request.GET.get("cause", "")
    if kind not in _CHANGES:
        kind = "doubt" if mine.filter(kind=LineKind.DOUBT).exists() else "new"
    chosen = mine.filter(_CHANGES[kind][1])
    if cause in causes.LABELS and cause:
        chosen = chosen.filter(cause=cause)
    page = slice_of(
        chosen.select_related("person", "remark", "remark__by").order_by("id"),
        request,
    )
    context: dict[str, Any] = {
        "run": found,
        "month": Month.from_index(found.month).label,
        "steps": _progress(found),
        "changes": _kept_changes(request, found, mine),
        "kind": kind,
        "word": _CHANGES[kind][0],
        "cause": causes.LABELS.get(cause, ""),
        "page": page,
        "rows": [line_row(line) for line in page],
        "open": found.status in (RunStatus.CALCULATED, RunStatus.CHECKED),
        "unseen": remarks.unseen_doubts(found),
        "own": found.calculated_by_id == request.user.pk,
        "money": _bank(found) if "finance" in request.post.role or not scope.below_county(request) else {},
    }
    return render(request, "office/run.html", context)


def _progress(found: Run) -> list[dict[str, Any]]:
    place = _STEPS.index(RunStatus(found.status))
    who = {
        RunStatus.CALCULATED: (found.calculated_by, found.calculated_at),
        RunStatus.CHECKED: (found.checked_by, found.checked_at),
        RunStatus.APPROVED: (found.approved_by, found.approved_at),
    }
    return [
        {"word": step.label, "now": number == place, "by": who.get(step, (None, None))[0] if number <= place else None}
        for number, step in enumerate(_STEPS)
    ]


def _kept_changes(request: OfficeRequest, found: Run, lines: QuerySet[Line]) -> list[dict[str, Any]]:
    """Return `_changes`, counted once for as long as nobody says anything of a line: nothing else changes one."""
    said = Remark.objects.filter(line__run=found).aggregate(count=Count("id"), last=Max("at"))
    last = said["last"].timestamp() if said["last"] else 0
    key = f"run:{found.pk}:{found.calculated_at.timestamp()}:{said['count']}:{last}:{scope.here(request)}"
    return cache.get_or_set(key, lambda: _changes(lines), _A_DAY) or []


def _changes(lines: QuerySet[Line]) -> list[dict[str, Any]]:
    """Return what a run changes, by kind and cause, from one look at its lines."""
    rows = lines.values("kind", "cause", "remark__kind").annotate(
        people=Count("person", distinct=True), lines=Count("id"), fen=Sum("amount_fen")
    )
    told: dict[str, dict[str, Any]] = {
        key: {"key": key, "word": word, "people": 0, "fen": 0, "causes": {}} for key, (word, _) in _CHANGES.items()
    }
    for row in rows:
        key = _key(row["kind"], row["cause"])
        for name in (key, "held") if row["remark__kind"] == Remark.Kind.HELD else (key,):
            entry = told[name]
            entry["people"] += row["people"]
            entry["fen"] += row["fen"] or 0
            if row["cause"] not in ("", "new"):
                held = entry["causes"].setdefault(row["cause"], [causes.label(row["cause"]), 0])
                held[1] += row["people"]
    shown = [entry for entry in told.values() if entry["people"] or entry["key"] == "doubt"]
    return [{**entry, "amount": text(from_fen(entry["fen"]))} for entry in shown]


def _key(kind: str, cause: str) -> str:
    if kind != LineKind.REGULAR:
        return kind
    return {"": "same", "new": "new"}.get(cause, "changed")


def _bank(found: Run) -> dict[str, Any]:
    """Return the batches of a run and what did not arrive."""
    waiting = found.payments.filter(status__in=(PaymentStatus.FAILED, PaymentStatus.NO_ACCOUNT), followed_by=None)
    row = waiting.aggregate(people=Count("person", distinct=True), fen=Sum("amount_fen"))
    batches = [
        {"batch": batch, "amount": text(from_fen(batch.total_fen))} for batch in found.batches.order_by("sequence")
    ]
    return {
        "batches": batches,
        "unanswered": bool(unanswered(found)),
        "waiting": row["people"],
        "waiting_amount": text(from_fen(row["fen"] or 0)),
    }


def line_row(line: Line) -> dict[str, Any]:
    """Return a line as a table shows it."""
    return {
        "line": line,
        "name": masking.name(line.person.name),
        "month": Month.from_index(line.month).label,
        "scheme": scheme(line.scheme).name,
        "amount": text(from_fen(line.amount_fen)),
        "cause": causes.label(line.cause),
        "remark": getattr(line, "remark", None),
    }


@require_GET
def line(request: OfficeRequest, pk: int) -> HttpResponse:
    """一笔钱为什么发：条件、依据、每个事实是谁什么时候登记的。"""
    found = get_object_or_404(
        Line.objects.select_related(
            "run", "run__division", "person", "basis", "award", "award__approved_by", "award__payee"
        ),
        pk=pk,
    )
    if (
        not scope.runs(request).filter(pk=found.run_id).exists()
        or not scope.lines(request, found.run).filter(pk=pk).exists()
    ):
        raise Http404
    audit.record(actor=request.user, action="office.line", target=f"line:{pk}", at=now(), person=found.person_id)
    reasons = reasons_of(found)
    earlier = (
        Line.objects.filter(award=found.award, month=found.month, booked=True).select_related("run").order_by("id")
    )
    context = {
        "line": found,
        "row": line_row(found),
        "entitled": text(from_fen(found.entitled_fen)),
        "before": text(from_fen(found.booked_fen)),
        "reasons": reasons,
        "grounds": grounds_of(found),
        "earlier": [line_row(one) | {"run": Month.from_index(one.run.month).label} for one in earlier if one.pk != pk],
        "payments": _payments(found),
        "run_month": Month.from_index(found.run.month).label,
    }
    return render(request, "office/line.html", context)


def _payments(found: Line) -> Sequence[dict[str, Any]]:
    rows = found.run.payments.filter(person=found.person_id).select_related("batch", "institution").order_by("pk")
    return [{"payment": row, "amount": text(from_fen(row.amount_fen))} for row in rows]


@require_GET
def failed(request: OfficeRequest) -> HttpResponse:
    """银行退回的和没有账户的，改好账户后重发。"""
    waiting = (
        scope.payments(request)
        .filter(status__in=(PaymentStatus.FAILED, PaymentStatus.NO_ACCOUNT), followed_by=None)
        .select_related("person", "run", "run__division")
        .order_by("-run__month", "person_id")
    )
    page = slice_of(waiting, request)
    rows = [
        {
            "payment": one,
            "name": masking.name(one.person.name),
            "month": Month.from_index(one.run.month).label,
            "amount": text(from_fen(one.amount_fen)),
        }
        for one in page
    ]
    return render(request, "office/failed.html", {"page": page, "rows": rows})


@require_GET
def progress(request: OfficeRequest, work_id: str) -> HttpResponse:
    """正在办的事办到哪里了。"""
    told = work.found(work_id, now())
    if told is None or not scope.contains(request, told.place):
        raise Http404
    if work.asked_by_script(request):
        return JsonResponse({"done": told.over, "said": told.said})
    if told.done and told.link:
        return redirect(told.link)
    return render(request, "office/progress.html", {"work": told})
