"""Documents that standards and decisions rest on, and what the counters tell the public."""

from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.core.divisions import ancestors
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.orgs import audit, documents
from zhucan.orgs.clock import now
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Counter, Document, Level
from zhucan.orgs.wording import plain
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of


class DocumentForm(Form):
    """登记一份文件。"""

    title = forms.CharField(label="名称", max_length=120)
    number = forms.CharField(label="文号", max_length=60, required=False)
    issuer = forms.CharField(label="发文机关", max_length=60)
    issued_on = DateField(label="发文日期")
    file = forms.FileField(
        label="文件",
        help_text="pdf、docx、ofd、jpg 或 png，不超过 20 MB。",
        error_messages={"empty": "文件是空的：请核对。"},
    )


class CounterForm(Form):
    """告诉群众到哪里办。"""

    address = forms.CharField(label="地址", max_length=120)
    phone = forms.RegexField(
        r"^[0-9][0-9 \-转，]{4,39}$", label="电话", error_messages={"invalid": "电话不对：请填数字，可以有横线。"}
    )
    hours = forms.CharField(label="办公时间", max_length=80, help_text="例如：周一至周五 8:30—11:30，14:00—17:00")

    def clean(self) -> dict[str, Any]:
        """Let words pass that no list takes for a formula."""
        data = super().clean() or {}
        for name in ("address", "hours"):
            if data.get(name) and not plain(data[name]):
                self.add_error(name, f"{self.fields[name].label}不要用尖括号，也不要用等号、加减号开头：请改写。")
        return data


def _seen(request: OfficeRequest) -> Any:
    """Return the documents of the place, of places in it, and of those above it, which bind it too."""
    own = scope.here(request)
    return Document.objects.filter(inside("division_id", own) | Q(division__in=ancestors(own))).select_related(
        "division", "added_by"
    )


@require_GET
def library(request: OfficeRequest) -> HttpResponse:
    """文件：标准和决定的依据。"""
    asked = request.GET.get("q", "").strip()[:60]
    found = _seen(request).filter(retracted_at=None).order_by("-issued_on", "-pk")
    if asked:
        found = found.filter(Q(title__contains=asked) | Q(number__contains=asked) | Q(issuer__contains=asked))
    context = {"page": slice_of(found, request), "query": asked, "here": scope.here(request)}
    return render(request, "office/documents.html", context)


@require_http_methods(["GET", "POST"])
def add(request: OfficeRequest) -> HttpResponse:
    """登记一份文件。"""
    form = DocumentForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        file: UploadedFile[Any] = data.pop("file")
        made = form.tried(
            lambda: documents.add(
                place=scope.here(request), **data, name=Path(file.name or "").name, chunks=file.chunks(), at=now(),
                by=request.user,
            )
        )  # fmt: skip
        if made is not None:
            messages.success(request, f"已登记：{made.title}。")
            return redirect("office:documents")
    return form_page(request, form, "登记文件", reverse("office:documents"))


@require_GET
def download(request: OfficeRequest, pk: int) -> HttpResponse:
    """下载一份文件。"""
    found = get_object_or_404(_seen(request), pk=pk)
    data = documents.content(found.digest)
    audit.record(actor=request.user, action="office.document", target=f"document:{pk}", at=now())
    response = HttpResponse(data, content_type=documents.KINDS[found.suffix][1])
    response["Content-Disposition"] = f'attachment; filename="document-{pk}{found.suffix}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def retract(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤回登记错的文件；文件留着备查。"""
    found = get_object_or_404(Document, pk=pk, division=scope.here(request))
    documents.retract(document=found, at=now(), by=request.user)
    messages.success(request, "已撤回，文件留着备查。")
    return redirect("office:documents")


@require_GET
def counters(request: OfficeRequest) -> HttpResponse:
    """各乡镇（街道）残联的地址和电话，群众在网上看到的就是这些。"""
    places = scope.divisions(request).filter(level__in=(Level.COUNTY, Level.TOWNSHIP)).select_related("counter")
    return render(request, "office/counters.html", {"page": slice_of(places.order_by("code"), request)})


@require_http_methods(["GET", "POST"])
def counter(request: OfficeRequest, code: str) -> HttpResponse:
    """更新一个地方的地址、电话和办公时间。"""
    place = get_object_or_404(scope.divisions(request).filter(level__in=(Level.COUNTY, Level.TOWNSHIP)), pk=code)
    told = Counter.objects.filter(division=place).first()
    initial = {"address": told.address, "phone": told.phone, "hours": told.hours} if told else {}
    form = CounterForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        values = {**form.cleaned_data, "told_at": now(), "told_by": request.user}
        Counter.objects.update_or_create(division=place, defaults=values)
        audit.record(actor=request.user, action="office.counter", target=f"division:{place.pk}", at=now())
        messages.success(request, f"{place.name}的地址和电话已更新。")
        return redirect("office:counters")
    return form_page(request, form, f"{place.name}残联", reverse("office:counters"))
