"""Pages: each loads within the user's scope (else 404), calls one query, gives one answer."""

from typing import Any

from django.contrib.auth.views import LoginView
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from zhucan.cases.facts import judge
from zhucan.core import masking
from zhucan.core.divisions import county_of
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.office import scope
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.payments.causes import label
from zhucan.payments.models import Line, LineKind, Payment, PaymentStatus
from zhucan.policy.catalogue import SCHEMES, scheme
from zhucan.policy.explain import explain
from zhucan.registry.models import Certificate, Death, Hardship, Residence
from zhucan.registry.queries import search
from zhucan.reports import renderers
from zhucan.reports.models import Report

_PAGE = 50


class SignIn(LoginView):
    """登录。"""

    template_name = "office/sign_in.html"
    redirect_authenticated_user = True


def _money(fen: int | None) -> str:
    return text(from_fen(fen or 0))


@require_GET
def home(request: HttpRequest) -> HttpResponse:
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
    waiting = Payment.objects.filter(run__in=scope.runs(request), followed_by=None)
    people = scope.people(request)
    reports = [item for item in Report.objects.order_by("-created_at")[:40] if _sees(request, item.division_id)][:6]
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


def _sees(request: HttpRequest, code: str) -> bool:
    return any(code.startswith(prefix) for prefix in scope.places(request))


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """按姓名、拼音首字母、身份证号、证号或村名查人。"""
    query = request.GET.get("q", "").strip()
    found = (
        search(query).filter(pk__in=scope.people(request).values("pk"))
        if query
        else scope.people(request).order_by("pk")
    )
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    shown = [person.pk for person in page]
    homes = {
        row.person_id: row.division.name
        for row in Residence.objects.filter(person__in=shown, retracted_at=None, valid_to=None).select_related(
            "division"
        )
    }
    cards = {
        row.person_id: row for row in Certificate.objects.filter(person__in=shown, retracted_at=None, valid_to=None)
    }
    rows = [
        {
            "person": item,
            "identity": masking.resident_id(item.id_number),
            "home": homes.get(item.pk, "已迁出或未登记"),
            "certificate": cards.get(item.pk),
        }
        for item in page
    ]
    return render(request, "office/people.html", {"query": query, "page": page, "rows": rows})


@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """一个人的档案：残疾人证、困难情况、各项待遇的判断和理由、逐月发放。"""
    found = get_object_or_404(scope.people(request), pk=pk)
    audit.record(actor=request.user, action="office.person", target=f"person:{pk}", at=now())  # type: ignore[arg-type]  # signed in: LoginRequiredMiddleware
    residence = (
        Residence.objects.filter(person=found, retracted_at=None, valid_to=None).select_related("division").first()
    )
    month = Month.of(today())
    try:
        month = Month.parse(request.GET["month"]) if request.GET.get("month") else month
    except ZhucanError as error:
        raise Http404(str(error)) from error
    explanations = []
    if residence is not None:
        judgement = judge(found, month, division=county_of(residence.division_id))
        explanations = [
            explain(item, judgement.decisions[item.id], judgement.facts, judgement.params)
            for item in SCHEMES
            if item.administered
        ]
    lines = [
        {
            "line": line,
            "month": Month.from_index(line.month).label,
            "run": Month.from_index(line.run.month).label,
            "scheme": scheme(line.scheme).name,
            "amount": _money(line.amount_fen),
            "cause": label(line.cause),
        }
        for line in Line.objects.filter(person=found, booked=True)
        .select_related("run")
        .order_by("-run__month", "-month")[:60]
    ]
    context = {
        "person": found,
        "identity": masking.resident_id(found.id_number),
        "residence": residence,
        "certificates": Certificate.objects.filter(person=found, retracted_at=None).order_by("-valid_from"),
        "hardships": Hardship.objects.filter(person=found, retracted_at=None).order_by("-valid_from"),
        "death": Death.objects.filter(person=found, retracted_at=None).first(),
        "explanations": explanations,
        "month": month,
        "lines": lines,
    }
    return render(request, "office/person.html", context)


@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """一次发放的明细，疑点和变化在前。"""
    found = get_object_or_404(scope.runs(request), pk=pk)
    kind = request.GET.get("kind", "")
    lines = found.lines.select_related("person")
    if kind in LineKind.values:
        lines = lines.filter(kind=kind)
    elif not kind:
        lines = lines.filter(~Q(kind=LineKind.REGULAR) | ~Q(cause=""))
    totals = [
        (LineKind(row["kind"]), row["people"], _money(row["amount"]))
        for row in found.lines.values("kind").annotate(amount=Sum("amount_fen"), people=Count("person", distinct=True))
    ]
    page = Paginator(lines.order_by("kind", "person_id", "month"), _PAGE).get_page(request.GET.get("page"))
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


def _report(request: HttpRequest, pk: int) -> Report:
    found = get_object_or_404(Report, pk=pk)
    if not _sees(request, found.division_id):
        raise Http404
    return found


@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """一份工作报告，每个数字后面有它的口径和记录数。"""
    found = _report(request, pk)
    return render(request, "office/report.html", {"report": found, "content": found.content})


@require_GET
def download(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """下载报告文件。"""
    found = _report(request, pk)
    try:
        data, content_type = renderers.render(found, suffix)
    except ZhucanError as error:
        raise Http404(str(error)) from error
    audit.record(actor=request.user, action="office.download", target=f"report:{pk}", at=now(), suffix=suffix)  # type: ignore[arg-type]  # signed in: LoginRequiredMiddleware
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="report-{found.year}.{suffix}"'
    return response
