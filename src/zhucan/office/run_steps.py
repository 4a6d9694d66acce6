"""What is done to a run: calculating, checking, holding back, approving, sending, reconciling, paying again."""

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.core import masking
from zhucan.core.divisions import Level, level_of
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.office import scope, work
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.office.runs import line_row
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.payments import bank, remarks, services
from zhucan.payments.models import Batch, Line, Run
from zhucan.web.forms import Form, MonthField


class CalculateForm(Form):
    """算哪个月，发什么。"""

    month = MonthField(label="月份")
    what = forms.ChoiceField(
        label="发什么",
        choices=[("monthly", "按月的补贴"), ("granted", "单项批准的款项（一次性、按次、按年）")],
        widget=forms.RadioSelect,
    )

    def clean_month(self) -> Month:
        """Let this month or an earlier one pass."""
        month: Month = self.cleaned_data["month"]
        if month > Month.of(today()):
            raise forms.ValidationError(f"{month.label}还没有到：只能计算本月和以前的月份。")
        return month


class ReasonForm(Form):
    """为什么。"""

    text = forms.CharField(label="原因", max_length=200, widget=forms.Textarea({"rows": 3}))


class ReturnForm(Form):
    """银行的回盘文件。"""

    file = forms.FileField(
        label="回盘文件",
        help_text="银行给的 xlsx、xls 或 csv 文件，要有批次号、序号、金额、结果、失败原因各列。",
        error_messages={"empty": "文件是空的：请重新向银行索取。"},
    )

    def clean_file(self) -> "UploadedFile[Any]":
        """Let a file of a known kind and bearable size pass."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if Path(file.name or "").suffix.lower() not in (".xlsx", ".xls", ".csv"):
            raise forms.ValidationError("只能用 xlsx、xls 或 csv 文件：请另存为其中一种再上传。")
        if (file.size or 0) > settings.ZHUCAN_LARGEST_UPLOAD:
            raise forms.ValidationError(f"文件超过 {settings.ZHUCAN_LARGEST_UPLOAD >> 20} MB：请核对是不是拿错了。")
        return file


@require_http_methods(["GET", "POST"])
def calculate(request: OfficeRequest) -> HttpResponse:
    """计算一个月的发放：在后台进行，可以离开页面。"""
    place = scope.here(request)
    if level_of(place) not in (Level.COUNTY, Level.CITY, Level.PROVINCE):
        raise Http404
    last = Run.objects.filter(division=place, granted=False).order_by("-month").first()
    usual = min(Month.from_index(last.month).next if last else Month.of(today()), Month.of(today()))
    form = CalculateForm(request.POST or None, initial={"month": str(usual), "what": "monthly"})
    if form.is_valid():
        key = work.start(
            work.calculate,
            month=str(form.cleaned_data["month"]),
            place=place,
            by=request.user.pk,
            granted=form.cleaned_data["what"] == "granted",
        )
        return redirect("office:runs-progress", work_id=key)
    return form_page(
        request,
        form,
        "计算发放",
        reverse("office:runs"),
        lead="按月的补贴按现在登记的资料计算，以前月份因为迟到的资料要补发或追回的，也会一起算出来；单项款项发已批准而还没有发的，批准后来被撤销的，算出要追回的。计算不会付钱，批准后才入账。",
        action="开始计算",
    )


def _run(request: OfficeRequest, pk: int) -> Run:
    return get_object_or_404(scope.runs(request), pk=pk)


@require_POST
def look_at(request: OfficeRequest, pk: int) -> HttpResponse:
    """把勾选的行记为已看过。"""
    run = _run(request, pk)
    picked = [int(value) for value in request.POST.getlist("pick") if value.isascii() and value.isdigit()]
    count = remarks.look_at(run=run, lines=picked, text=request.POST.get("text", ""), at=now(), by=request.user)
    messages.success(request, f"已把 {count} 行记为看过。" if count else "没有勾选新的行，什么都没有改动。")
    return redirect(f"{reverse('office:runs-run', args=[pk])}?kind={request.POST.get('kind', 'doubt')}")


@require_http_methods(["GET", "POST"])
def hold(request: OfficeRequest, pk: int) -> HttpResponse:
    """暂不发放一行，写明原因；其他的照常批准。"""
    line = get_object_or_404(Line.objects.select_related("run", "person"), pk=pk)
    run = _run(request, line.run_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        form.tried(lambda: remarks.hold(line=line, text=form.cleaned_data["text"], at=now(), by=request.user))
        if not form.errors:
            messages.success(request, "这一行暂不发放，其他的可以照常批准。下个月会重新判断这一行。")
            return redirect(f"{reverse('office:runs-run', args=[run.pk])}?kind=held")
    row = line_row(line)
    return form_page(
        request,
        form,
        "暂不发放",
        reverse("office:runs-run", args=[run.pk]),
        lead=f"{row['name']}（人员 {line.person_id}），{row['scheme']}，{row['month']}，{row['amount']} 元。",
        action="暂不发放",
    )


@require_POST
def release(request: OfficeRequest, pk: int) -> HttpResponse:
    """不再暂停这一行。"""
    line = get_object_or_404(Line.objects.select_related("run"), pk=pk)
    run = _run(request, line.run_id)
    remarks.release(line=line, at=now(), by=request.user)
    messages.success(request, "这一行恢复发放。")
    return redirect("office:runs-run", pk=run.pk)


@require_POST
def check(request: OfficeRequest, pk: int) -> HttpResponse:
    """审核：经办人看过疑点和变化，交给审批人。"""
    run = _run(request, pk)
    unseen = remarks.unseen_doubts(run)
    if unseen and request.POST.get("anyway") != "yes":
        messages.warning(request, f"还有 {unseen} 笔疑点没有看过：请先看，或在下面勾选“仍要审核”。")
        return redirect(f"{reverse('office:runs-run', args=[pk])}?kind=doubt")
    services.check(run=run, at=now(), by=request.user)
    messages.success(request, "已审核，等待审批人批准。")
    return redirect("office:runs-run", pk=pk)


@require_http_methods(["GET", "POST"])
def approve(request: OfficeRequest, pk: int) -> HttpResponse:
    """批准：由没有参加计算的人决定，批准后入账。"""
    run = _run(request, pk)
    if request.method == "POST":
        if run.calculated_by_id == request.user.pk:
            raise services.RunRefused("计算和批准不能是同一个人：请由另一位审批人批准。")
        key = work.start(work.approve, run=run.pk, place=run.division_id, by=request.user.pk)
        return redirect("office:runs-progress", work_id=key)
    held = remarks.held(run).count()
    context = {"run": run, "month": Month.from_index(run.month).label, "held": held, "sums": _sums(run)}
    return render(request, "office/approve.html", context)


def _sums(run: Run) -> list[tuple[str, str]]:
    found: dict[str, int] = {}
    for row in run.totals.get("lines", ()):
        found[row["kind"]] = found.get(row["kind"], 0) + (row["amount_fen"] or 0)
    words = (("当月发放", "regular"), ("补发", "arrears"), ("追回", "recovery"))
    return [(word, text(from_fen(found.get(kind, 0)))) for word, kind in words]


@require_POST
def discard(request: OfficeRequest, pk: int) -> HttpResponse:
    """作废还没有批准的计算。"""
    services.discard(run=_run(request, pk), at=now(), by=request.user)
    messages.success(request, "已作废，可以重新计算。")
    return redirect("office:runs")


@require_POST
def send(request: OfficeRequest, pk: int) -> HttpResponse:
    """报盘：做出给银行的文件。"""
    batch = bank.send(run=_run(request, pk), day=today(), at=now(), by=request.user)
    if batch is None:
        messages.warning(request, "没有可以通过银行付的款：要么没有应付，要么都没有账户。")
    else:
        amount = text(from_fen(batch.total_fen))
        messages.success(request, f"已报盘：批次 {batch.number}，{batch.count} 笔，{amount} 元。请下载文件交给银行。")
    return redirect("office:runs-run", pk=pk)


@require_POST
def bank_file(request: OfficeRequest, pk: int, suffix: str) -> HttpResponse:
    """下载给银行的文件；下载会记入审计。"""
    batch = get_object_or_404(Batch.objects.select_related("run"), pk=pk)
    _run(request, batch.run_id)
    if suffix not in ("csv", "xlsx"):
        raise Http404
    with tempfile.TemporaryDirectory(prefix="bank-", dir=_private()) as folder:
        plain, sheet = bank.write(batch, Path(folder))
        data = (plain if suffix == "csv" else sheet).read_bytes()
    audit.record(
        actor=request.user,
        action="office.bank-file",
        target=f"batch:{batch.number}",
        at=now(),
        rows=batch.count,
        purpose="交银行代发",
        suffix=suffix,
    )
    kind = (
        "text/csv; charset=gb18030"
        if suffix == "csv"
        else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{batch.number}.{suffix}"'
    return response


def _private() -> Path:
    """Return a folder of our own for files that hold account numbers, for as long as they are made or read."""
    folder = Path(settings.ZHUCAN_HOME) / "passing"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@require_http_methods(["GET", "POST"])
def reconcile(request: OfficeRequest, pk: int) -> HttpResponse:
    """上传银行的回盘文件，对账。"""
    run = _run(request, pk)
    form = ReturnForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        told = form.tried(lambda: _taken_in(form.cleaned_data["file"], request, run))
        if told is not None:
            message = f"已对账：到账 {told.paid} 笔 {text(told.paid_amount)} 元，失败 {told.failed} 笔 {text(told.failed_amount)} 元。"
            (messages.warning if told.failed else messages.success)(request, message)
            return redirect("office:runs-run", pk=pk)
    return form_page(
        request,
        form,
        "回盘对账",
        reverse("office:runs-run", args=[pk]),
        lead="同一份文件上传两次不会重复入账；有一笔对不上，整份都不入账。",
        action="对账",
    )


def _taken_in(file: "UploadedFile[Any]", request: OfficeRequest, run: Run) -> bank.Reconciliation:
    with tempfile.TemporaryDirectory(prefix="return-", dir=_private()) as folder:
        path = Path(folder) / f"回盘{Path(file.name or '').suffix.lower()}"
        with path.open("wb") as kept:
            for chunk in file.chunks():
                kept.write(chunk)
        return bank.reconcile(path=path, at=now(), by=request.user, run=run)


@require_POST
def follow_up(request: OfficeRequest, pk: int) -> HttpResponse:
    """把失败的和没有账户的，按现在的账户再发一次。"""
    run = _run(request, pk)
    same = [int(value) for value in request.POST.getlist("same") if value.isascii() and value.isdigit()]
    batch = bank.follow_up(run=run, day=today(), at=now(), by=request.user, same_account=same)
    if batch is None:
        messages.warning(request, "还没有能再发的：请先为这些人登记新的账户，或勾选“原账户再试”。")
    else:
        messages.success(request, f"已做好补发批次 {batch.number}：{batch.count} 笔。请下载文件交给银行。")
    return redirect("office:runs-run", pk=pk)


@require_GET
def not_arrived(request: OfficeRequest, pk: int) -> HttpResponse:
    """这次发放里没有到账的人。"""
    run = _run(request, pk)
    waiting = bank.waiting(run)
    mine = scope.people(request).filter(pk__in=[one.person_id for one in waiting])
    names = dict(mine.values_list("pk", "name"))
    rows: list[dict[str, Any]] = [
        {"payment": one, "name": masking.name(names[one.person_id]), "amount": text(from_fen(one.amount_fen))}
        for one in waiting
        if one.person_id in names
    ]
    return render(
        request, "office/waiting.html", {"run": run, "month": Month.from_index(run.month).label, "rows": rows}
    )
