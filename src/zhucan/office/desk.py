"""The workbench: what is to be done today."""

from typing import Any

from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.payments.models import Line, LineKind, PaymentStatus


def _money(fen: int | None) -> str:
    return text(from_fen(fen or 0))


@require_GET
def home(request: OfficeRequest) -> HttpResponse:
    """今天要办的事：待核实、失败、无账户，近几个月的发放和已写好的报告。"""
    runs = list(scope.runs(request).order_by("-month", "-sequence")[:12])
    sums: dict[tuple[int, str], dict[str, Any]] = {
        (row["run_id"], row["kind"]): dict(row)
        for row in Line.objects.filter(run__in=runs)
        .values("run_id", "kind")
        .annotate(amount=Sum("amount_fen"), people=Count("person", distinct=True))
    }
    table = [
        {
            "run": item,
            "month": Month.from_index(item.month).label,
            "cells": [
                (
                    LineKind(kind).label,
                    sums.get((item.pk, kind), {}).get("people", 0),
                    _money(sums.get((item.pk, kind), {}).get("amount")),
                )
                for kind in ("regular", "arrears", "recovery")
            ],
            "doubts": sums.get((item.pk, "doubt"), {}).get("people", 0),
        }
        for item in runs
    ]
    waiting = scope.payments(request).filter(followed_by=None)
    people = scope.people(request)
    reports = scope.reports(request).order_by("-created_at")[:6]
    return render(
        request,
        "office/home.html",
        {
            "table": table,
            "failed": waiting.filter(status=PaymentStatus.FAILED).count(),
            "without_account": waiting.filter(status=PaymentStatus.NO_ACCOUNT).values("person").distinct().count(),
            "people": people.count(),
            "reports": reports,
        },
    )
