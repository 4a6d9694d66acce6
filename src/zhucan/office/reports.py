"""Work reports: composing, reading with every figure opened to its records, downloading."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen, text
from zhucan.indicators.words import names
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.reports import checking, renderers
from zhucan.reports.catalogue import FORMS
from zhucan.reports.checker import Severity
from zhucan.reports.models import FigureRecords, Report
from zhucan.reports.services import compose
from zhucan.web.forms import Form
from zhucan.web.slices import slice_of

_FIRST_YEAR = 2000


class ComposeForm(Form):
    """写哪一份报告。"""

    form = forms.ChoiceField(label="报告", choices=[(item.id, item.name) for item in FORMS])
    division = forms.ChoiceField(label="地方")
    year = forms.IntegerField(label="年度", widget=forms.TextInput({"class": "tiny", "inputmode": "numeric"}))

    def __init__(self, *args: Any, places: list[tuple[str, str]], this_year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].choices = places  # type: ignore[attr-defined]  # a ChoiceField, declared above
        self._this_year = this_year

    def clean_year(self) -> int:
        """Let a year pass that has begun."""
        year: int = self.cleaned_data["year"]
        if not _FIRST_YEAR <= year <= self._this_year:
            raise forms.ValidationError(f"年度应在 {_FIRST_YEAR} 至 {self._this_year} 之间：请核对。")
        return year


def places(request: OfficeRequest) -> list[tuple[str, str]]:
    """Return the place acted for and those right below it, as choices."""
    own = request.post.division
    below = scope.divisions(request).filter(parent=own).order_by("code").values_list("code", "name")
    return [(own.code, own.name), *below]


@require_GET
def reports(request: OfficeRequest) -> HttpResponse:
    """已写好的工作报告。"""
    found = scope.reports(request).select_related("division", "by").defer("content").order_by("-created_at")
    return render(request, "office/reports.html", {"page": slice_of(found, request)})


@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    """写一份新的工作报告。"""
    year = today().year
    form = ComposeForm(
        request.POST or None,
        places=places(request),
        this_year=year,
        initial={"division": scope.here(request), "year": year - 1, "form": FORMS[0].id},
    )
    if form.is_valid():
        data = form.cleaned_data
        made = form.tried(lambda: compose(data["form"], data["division"], data["year"], now(), request.user))
        if made is not None:
            for gap in made.content["gaps"]:
                messages.warning(request, gap)
            messages.success(request, f"已写好：{made.title}。")
            return redirect("office:reports-report", pk=made.pk)
    return form_page(
        request,
        form,
        "写工作报告",
        reverse("office:reports"),
        lead="数字取自现在登记的资料，每个都可以点开看是哪些记录；没有数据的句子不写，并列出缺什么。",
        action="写报告",
    )


def _report(request: OfficeRequest, pk: int) -> Report:
    return get_object_or_404(scope.reports(request).select_related("division", "by"), pk=pk)


@require_GET
def report(request: OfficeRequest, pk: int) -> HttpResponse:
    """一份工作报告，每个数字都能点开看它的记录。"""
    found = _report(request, pk)
    known = {figure["key"]: figure for figure in found.content["figures"]}
    sections = [
        {
            "heading": section["heading"],
            "paragraphs": list(_paragraphs(found, section, known)),
            "tables": [_table(found, table) for table in section.get("tables", ())],
        }
        for section in found.content["sections"]
    ]
    figures = [{**figure, "link": _link(found, key)} for key, figure in known.items()]
    told = checking.findings_of(found)
    errors = sum(one.open and one.finding.severity is Severity.ERROR for one in told)
    context = {
        "report": found,
        "content": found.content,
        "sections": sections,
        "figures": figures,
        "findings": len(told),
        "errors": errors,
        "release": getattr(found, "release", None),
    }
    return render(request, "office/report.html", context)


def _link(found: Report, key: str) -> str:
    return f"{reverse('office:reports-figure', args=[found.pk])}?{urlencode({'key': key})}"


def _paragraphs(
    found: Report, section: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]
) -> Iterator[list[tuple[str, str, str]]]:
    """Yield each paragraph as pieces: (words, link, what the figure is), the last two "" for plain words."""
    start = 0
    marks = section.get("marks", [])
    for line in section["text"].split("\n"):
        end, at, pieces = start + len(line), start, []
        for left, right, key in marks:
            if start <= left and right <= end and key in known:
                pieces += [(section["text"][at:left], "", "")] if left > at else []
                pieces.append((section["text"][left:right], _link(found, key), known[key]["name"]))
                at = right
        pieces.append((section["text"][at:end], "", ""))
        yield pieces
        start = end + 1


def _table(found: Report, table: Mapping[str, Any]) -> dict[str, Any]:
    keys = table.get("keys") or [[""] * len(row) for row in table["rows"]]
    rows = [
        [
            (cell, _link(found, key) if key else "", label)
            for cell, key, label in zip(row, opens, table["header"], strict=True)
        ]
        for row, opens in zip(table["rows"], keys, strict=True)
    ]
    return {"caption": table["caption"], "header": table["header"], "rows": rows}


@require_GET
def figure(request: OfficeRequest, pk: int) -> HttpResponse:
    """报告里一个数字的口径和它所数的记录。"""
    found = _report(request, pk)
    key = request.GET.get("key", "")
    told = next((one for one in found.content["figures"] if one["key"] == key), None)
    if told is None:
        raise Http404
    kept = get_object_or_404(FigureRecords, report=found, key=key)
    page = slice_of(kept.rows(), request)
    who = names({person for person, _, _ in page})
    mine = set(scope.people(request).filter(pk__in=list(who)).values_list("pk", flat=True))
    rows = [
        {
            "person": person if person in mine else None,
            "name": who.get(person, "已删除"),
            "number": person,
            "records": records,
            "amount": "" if fen is None else text(from_fen(fen)),
        }
        for person, records, fen in page
    ]
    audit.record(actor=request.user, action="office.figure", target=f"report:{pk}", at=now(), key=key)
    context = {"report": found, "figure": told, "page": page, "rows": rows, "money": any(row["amount"] for row in rows)}
    return render(request, "office/figure.html", context)


@require_GET
def download(request: OfficeRequest, pk: int, suffix: str) -> HttpResponse:
    """下载报告文件。"""
    found = _report(request, pk)
    checking.refuse_drafts(found)
    try:
        data, content_type = renderers.render(found, suffix)
    except ZhucanError as error:
        raise Http404(str(error)) from error
    audit.record(actor=request.user, action="office.download", target=f"report:{pk}", at=now(), suffix=suffix)
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="report-{found.year}.{suffix}"'
    return response
