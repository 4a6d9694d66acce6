"""The report checker on a page: any text, or a report of ours, with what was found beside its sentences."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.orgs import audit
from zhucan.orgs.clock import now
from zhucan.reports import checking, marking
from zhucan.reports.checker import Severity
from zhucan.reports.checker.findings import SEVERITY_NAMES
from zhucan.reports.checker.reading import LARGEST, SUFFIXES
from zhucan.reports.checking import CheckRefused, Told
from zhucan.reports.models import CheckedText, Report
from zhucan.web.forms import Form
from zhucan.web.slices import slice_of

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PASTED = "粘贴的文字.txt"
_TAGS = {Severity.ERROR: "err", Severity.DOUBT: "warn", Severity.STYLE: "plain"}


class TextForm(Form):
    """要检查的报告：一个文件，或粘贴的文字。"""

    file = forms.FileField(
        label="报告文件",
        required=False,
        help_text=f"{'、'.join(SUFFIXES)}，不超过 {LARGEST >> 20} MB。旧的 .doc 请先另存为 .docx。",
        error_messages={"empty": "文件是空的：请核对是不是拿错了。"},
    )
    text = forms.CharField(
        label="或者粘贴文字", required=False, widget=forms.Textarea({"rows": 10, "class": "wide"}), strip=False
    )

    def clean_file(self) -> "UploadedFile[Any] | None":
        """Let a file of bearable size pass, before it is read."""
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file and (file.size or 0) > LARGEST:
            raise forms.ValidationError(f"文件超过 {LARGEST >> 20} MB：请去掉图片，或分成几个文件再检查。")
        return file

    def clean(self) -> dict[str, Any]:
        """Let one of the two pass."""
        data = super().clean() or {}
        pasted = (data.get("text") or "").strip()
        if not self.errors and bool(data.get("file")) == bool(pasted):
            raise forms.ValidationError("请上传一个文件，或粘贴文字，两样选一样。")
        return data


@require_GET
def checks(request: OfficeRequest) -> HttpResponse:
    """检查过的报告。"""
    found = scope.checked_texts(request).select_related("division", "by").defer("lines", "word")
    return render(request, "office/checks.html", {"page": slice_of(found, request)})


@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    """上传或粘贴一份报告来检查。"""
    form = TextForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if form.is_valid():
        file: UploadedFile[Any] | None = form.cleaned_data["file"]
        name = Path(file.name or "").name if file else _PASTED
        data = file.read() if file else form.cleaned_data["text"].encode()
        place, user = scope.here(request), request.user
        made = form.tried(lambda: checking.keep(place=place, name=name, data=data, at=now(), by=user))
        if made is not None:
            return redirect("office:reports-check", pk=made.pk)
    return form_page(
        request,
        form,
        "检查报告",
        reverse("office:reports-checks"),
        lead="不管是不是本系统写的都可以查：合计、占比、增减、人均、年份、日期、序号、漏写的数字、写了两遍的话。只给出意见，不改动文件。",
        action="检查",
    )


def _text(request: OfficeRequest, pk: int) -> CheckedText:
    return get_object_or_404(scope.checked_texts(request), pk=pk)


def _report(request: OfficeRequest, pk: int) -> Report:
    return get_object_or_404(scope.reports(request), pk=pk)


@require_GET
def check(request: OfficeRequest, pk: int) -> HttpResponse:
    """一份文字和检查出来的问题。"""
    text = _text(request, pk)
    context = {"text": text, "title": text.name, **_shown(request, text.lines, checking.findings_of(text))}
    return render(request, "office/check.html", context)


@require_GET
def findings(request: OfficeRequest, pk: int) -> HttpResponse:
    """一份工作报告检查出来的问题，也与现在的指标核对。"""
    report = _report(request, pk)
    told = checking.findings_of(report, at=now())
    release = getattr(report, "release", None)
    context = {
        "report": report,
        "title": report.title,
        "release": release,
        "blocked": any(one.open and one.finding.severity is Severity.ERROR for one in told),
        **_shown(request, checking.lines_of(report), told),
    }
    return render(request, "office/check.html", context)


def _shown(request: OfficeRequest, lines: Sequence[str], told: Sequence[Told]) -> dict[str, Any]:
    """Return the lines with their findings, those of one severity where it is asked for, and the counts."""
    asked = request.GET.get("only", "")
    counts = [
        {
            "key": str(one),
            "name": SEVERITY_NAMES[one],
            "tag": _TAGS[one],
            "open": sum(each.open for each in told if each.finding.severity is one),
            "count": sum(each.finding.severity is one for each in told),
        }
        for one in Severity
    ]
    by_line: dict[int, list[Told]] = defaultdict(list)
    for one in told:
        if asked not in set(Severity) or one.finding.severity == asked:
            by_line[one.finding.line].append(one)
    rows = [
        {
            "number": number,
            "pieces": [(piece.replace("\t", " | "), tag) for piece, tag in _pieces(line, by_line[number])],
            "findings": [{"told": one, "tag": _TAGS[one.finding.severity]} for one in by_line[number]],
        }
        for number, line in enumerate(lines, start=1)
        if line.strip() and (not asked or number in by_line)
    ]
    return {"rows": rows, "counts": counts, "only": asked, "total": len(told), "left": sum(one.open for one in told)}


def _pieces(line: str, told: Sequence[Told]) -> Iterator[tuple[str, str]]:
    """Yield a line in pieces, each with the class of the gravest finding about it, "" for none."""
    marks: list[tuple[int, int, str]] = []
    for one in told:
        start = line.find(one.finding.sentence)
        if (
            start >= 0
            and one.open
            and not any(left < start + len(one.finding.sentence) and start < right for left, right, _ in marks)
        ):
            marks.append((start, start + len(one.finding.sentence), _TAGS[one.finding.severity]))
    at = 0
    for start, end, tag in sorted(marks):
        if start > at:
            yield line[at:start], ""
        yield line[start:end], tag
        at = end
    if at < len(line):
        yield line[at:], ""


@require_POST
def dismiss(request: OfficeRequest, pk: int) -> HttpResponse:
    """写明理由，让一处问题保持原样。"""
    return _dismissed(request, _text(request, pk), reverse("office:reports-check", args=[pk]))


@require_POST
def dismiss_own(request: OfficeRequest, pk: int) -> HttpResponse:
    """写明理由，让工作报告里的一处问题保持原样。"""
    return _dismissed(request, _report(request, pk), reverse("office:reports-findings", args=[pk]))


def _dismissed(request: OfficeRequest, document: Report | CheckedText, back: str) -> HttpResponse:
    key, reason = request.POST.get("finding", ""), request.POST.get("reason", "")
    try:
        made = checking.dismiss(document=document, key=key, reason=reason, at=now(), by=request.user)
    except CheckRefused as error:
        messages.error(request, str(error))
        return redirect(back)
    messages.success(request, f"第 {made.line} 行的问题已按理由保留。")
    return redirect(f"{back}#line-{made.line}")


@require_POST
def release(request: OfficeRequest, pk: int) -> HttpResponse:
    """工作报告定稿；还有错误时要写明理由。"""
    report = _report(request, pk)
    try:
        checking.release(report=report, at=now(), by=request.user, despite=request.POST.get("reason", ""))
    except CheckRefused as error:
        messages.error(request, str(error))
        return redirect("office:reports-findings", pk=pk)
    messages.success(request, "已定稿，可以下载。")
    return redirect("office:reports-report", pk=pk)


@require_POST
def marked(request: OfficeRequest, pk: int) -> HttpResponse:
    """下载加了批注的 Word 文件。"""
    text = _text(request, pk)
    word = bytes(text.word) if text.word is not None else None
    return _marked(request, f"text:{pk}", text.lines, checking.findings_of(text), word, text.name)


@require_POST
def marked_own(request: OfficeRequest, pk: int) -> HttpResponse:
    """下载加了批注的工作报告。"""
    report = _report(request, pk)
    told = checking.findings_of(report, at=now())
    return _marked(request, f"report:{pk}", checking.lines_of(report), told, None, report.title)


def _marked(
    request: OfficeRequest, target: str, lines: Sequence[str], told: Sequence[Told], word: bytes | None, name: str
) -> HttpResponse:
    data = marking.marked(lines, [one.finding for one in told if one.open], word, name)
    audit.record(actor=request.user, action="office.download", target=target, at=now(), suffix="docx")
    response = HttpResponse(data, content_type=_WORD)
    response["Content-Disposition"] = 'attachment; filename="checked.docx"'
    return response


@require_POST
def drop(request: OfficeRequest, pk: int) -> HttpResponse:
    """删去一份检查过的文字。"""
    checking.drop(text=_text(request, pk), at=now(), by=request.user)
    messages.success(request, "已删去这份文字和它的检查结果。")
    return redirect("office:reports-checks")
