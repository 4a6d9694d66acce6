"""Rosters taken in from a page: looked through first, taken in only then; what cannot be taken comes back marked up."""

import secrets
import time
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.office import scope, work
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.orgs import audit
from zhucan.orgs.clock import now
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Appointment, AuditEntry
from zhucan.registry.models import ImportBatch
from zhucan.registry.registers.kinds import REGISTERS
from zhucan.registry.rosters.columns import HEADER_ROWS
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of

_KINDS = {".xlsx": b"PK\x03\x04", ".csv": b""}
_KEPT = 7 * 24 * 3600  # seconds that an uploaded file is kept
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_NEEDS = "；".join(
    f"{one.kind.label}要有{'、'.join(one.kind.words[name][0] for name in one.kind.needs)}" for one in REGISTERS.values()
)


class UploadForm(Form):
    """花名册或别的名册的文件。"""

    register = forms.ChoiceField(
        label="是什么名册",
        required=False,
        choices=[("", "花名册"), *((name, one.kind.label) for name, one in REGISTERS.items())],
        help_text=f"{_NEEDS}。",
    )
    file = forms.FileField(
        label="文件",
        help_text=f"xlsx 或 csv。要有姓名、身份证号等列；表头在前 {HEADER_ROWS} 行里都认得出。",
        error_messages={"empty": "文件是空的：请核对是不是拿错了。"},
    )
    as_of = DateField(label="名单反映哪一天的情况", required=False, help_text="不填就是今天。")
    allow_rename = forms.BooleanField(label="花名册：身份证号相同、姓名不同的，按名单更名", required=False)

    def clean_file(self) -> "UploadedFile[Any]":
        """Let a file of a known kind and bearable size pass; its beginning is looked at, not only its name."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        kind = Path(file.name or "").suffix.lower()
        if kind not in _KINDS:
            raise forms.ValidationError("只能用 xlsx 或 csv 文件：旧的 xls 和带宏的 xlsm 请另存为 xlsx 再上传。")
        if (file.size or 0) > settings.ZHUCAN_LARGEST_UPLOAD:
            raise forms.ValidationError(f"文件超过 {settings.ZHUCAN_LARGEST_UPLOAD >> 20} MB：请按乡镇分成几个文件。")
        start = file.read(8)
        file.seek(0)
        if not start.startswith(_KINDS[kind]) or (kind == ".csv" and b"\0" in start):
            raise forms.ValidationError(f"文件内容不是 {kind[1:]}：请用 Excel 或 WPS 打开，另存为 {kind[1:]} 再上传。")
        return file


def folder() -> Path:
    """Return the private folder of uploaded rosters, after throwing away what is older than a week."""
    path = Path(settings.ZHUCAN_HOME) / "uploads"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    old = time.time() - _KEPT
    for file in path.iterdir():
        if file.stat().st_mtime < old:
            file.unlink(missing_ok=True)
    return path


def kept(file: "UploadedFile[Any]") -> dict[str, str]:
    """Keep an uploaded list in that folder, as long as it is looked at; return its name there and the one it came with."""
    said = Path(file.name or "")
    path = folder() / f"{secrets.token_hex(16)}{said.suffix.lower()}"
    with path.open("wb") as stored:
        for chunk in file.chunks():
            stored.write(chunk)
    path.chmod(0o600)
    return {"file": path.name, "shown": said.name[:100]}


@require_GET
def imports(request: OfficeRequest) -> HttpResponse:
    """导入和导出的历史。"""
    users = Appointment.objects.filter(inside("division_id", scope.here(request))).values("user")
    batches = ImportBatch.objects.filter(by__in=users).select_related("by").order_by("-pk")
    page = slice_of(batches, request)
    taken = AuditEntry.objects.filter(
        action="office.exported",
        actor__in=list(Appointment.objects.filter(pk=request.post.pk).values_list("user__username", flat=True)),
    ).order_by("-sequence")[:10]
    context = {
        "page": page,
        "rows": [{"batch": batch, "counts": _counts(batch.counts)} for batch in page],
        "exports": taken,
    }
    return render(request, "office/imports.html", context)


_WORDS = (("new", "新登记"), ("corrected", "更正"), ("unchanged", "未变"), ("rejected", "退回"))


def _counts(counts: dict[str, Any]) -> str:
    return "，".join(f"{word} {counts[name]}" for name, word in _WORDS if counts.get(name))


@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    """上传花名册：先看会有什么变化，再决定导入。"""
    form = UploadForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        key = work.start(
            work.take_in,
            **kept(data["file"]),
            place=scope.here(request),
            as_of=data["as_of"].isoformat() if data["as_of"] else "",
            allow_rename=data["allow_rename"],
            keep=False,
            by=request.user.pk,
            register=data["register"],
        )
        return redirect("office:imports-looked", work_id=key)
    return form_page(
        request,
        form,
        "导入花名册",
        reverse("office:imports"),
        lead="先检查，不会改动任何登记。户籍不在您辖区的行会退回。",
        action="检查",
    )


def _work(request: OfficeRequest, work_id: Any) -> work.Work:
    told = work.found(work_id, now())
    if (
        told is None
        or told.asked.get("by") != request.user.pk
        or told.place != scope.here(request)
        or "file" not in told.asked
    ):
        raise Http404
    return told


@require_GET
def looked(request: OfficeRequest, work_id: Any) -> HttpResponse:
    """检查或导入的结果。"""
    told = _work(request, work_id)
    if work.asked_by_script(request):
        return JsonResponse({"done": told.over, "said": told.said})
    if not told.result:
        return render(request, "office/progress.html", {"work": told})
    return render(request, "office/looked.html", {"work": told, "result": told.result, "kept": told.asked["keep"]})


@require_POST
def take(request: OfficeRequest, work_id: Any) -> HttpResponse:
    """确认导入检查过的文件。"""
    told = _work(request, work_id)
    if told.asked["keep"] or not (folder() / told.asked["file"]).exists():
        raise Http404
    return redirect("office:imports-looked", work_id=work.start(work.take_in, **{**told.asked, "keep": True}))


@require_POST
def marked(request: OfficeRequest, work_id: Any) -> HttpResponse:
    """下载标注副本：退回的行，每行写明为什么。"""
    told = _work(request, work_id)
    path = folder() / (told.result.get("marked") or "-")
    if not path.is_file():
        raise Http404
    audit.record(
        actor=request.user,
        action="office.exported",
        target=f"people:{told.place}",
        at=now(),
        purpose="导入退回的标注副本",
        rows=told.result["rejected"],
    )
    response = HttpResponse(path.read_bytes(), content_type=_WORKBOOK)
    response["Content-Disposition"] = 'attachment; filename="returned.xlsx"'
    return response
