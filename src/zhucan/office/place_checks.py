"""Standards with their criteria, who stands how under them, and a check that is scored; lists taken in from a file."""

import tempfile
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.core.decimals import plain
from zhucan.core.divisions import ancestors
from zhucan.core.errors import ZhucanError
from zhucan.facilities import importing, queries, services
from zhucan.facilities.entries import ENTRIES, STANDARD
from zhucan.facilities.models import Check, Criterion, Facility, Standard
from zhucan.facilities.reading import Around
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.office.imports import UploadForm
from zhucan.office.place_forms import EntryForm
from zhucan.office.places import back_to
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Division
from zhucan.web.forms import UNPROCESSABLE, Form


class ListForm(UploadForm):
    """一份清单。"""

    what = forms.ChoiceField(
        label="清单登记什么",
        choices=[(entry.id, entry.title) for entry in ENTRIES.values() if STANDARD not in entry.about],
    )
    field_order = ("what", "file")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("as_of", "allow_rename"):
            del self.fields[name]
        self.fields["file"].label = "清单文件"
        self.fields["file"].help_text = "xlsx 或 csv。每一列的名称与登记页面上的一样，另有“场所”或“地方”列。"


class CriteriaForm(ListForm):
    """一个标准的条目清单。"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["what"]
        self.fields["file"].help_text = f"xlsx 或 csv，列：{'、'.join(importing.headings(ENTRIES['criterion']))}。"


class ScoreForm(Form):
    """每个条目的得分和佐证。"""

    def __init__(self, *args: Any, criteria: list[Criterion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for one in criteria:
            points = plain(one.points)
            must = "，必须达到" if one.essential else ""
            self.fields[f"points-{one.pk}"] = forms.CharField(
                label=f"{one}：得分（满分 {points}{must}）", max_length=8,
                widget=forms.TextInput({"class": "short", "inputmode": "decimal"}),
                error_messages={"required": f"请填写条目 {one.number} 的得分，没有做到的填 0。"},
            )  # fmt: skip
            self.fields[f"told-{one.pk}"] = forms.CharField(
                label=f"{one.number}：佐证或缺什么", max_length=200, required=False, help_text=one.proof
            )

    def clean(self) -> dict[str, Any]:
        """Let points pass that are numbers."""
        data = super().clean() or {}
        points = {}
        for one in self.criteria:
            said = data.get(f"points-{one.pk}")
            if said is None:
                continue
            try:
                points[one.pk] = (Decimal(said), data.get(f"told-{one.pk}", ""))
            except InvalidOperation:
                self.add_error(f"points-{one.pk}", f"条目 {one.number} 的得分“{said}”不是数：请核对。")
        return {**data, "points": points}


def _standards(request: OfficeRequest) -> "QuerySet[Standard]":
    """Return the standards that hold in the own place, and those of places in it."""
    here = scope.here(request)
    found: QuerySet[Standard] = Standard.objects.live().filter(
        inside("division_id", here)
    ) | Standard.objects.live().filter(division__in=ancestors(here))
    return found.select_related("division")


@require_GET
def standards(request: OfficeRequest) -> HttpResponse:
    """场所和地方的标准，以及各达到没有。"""
    rows = [
        {"one": one, "points": sum(held.points for held in one.criteria.live()), "count": one.criteria.live().count()}
        for one in _standards(request)
    ]
    add = reverse("office:facilities-area-add", args=[scope.here(request), "standard"])
    return render(request, "office/place_standards.html", {"rows": rows, "add": add})


@require_GET
def standard(request: OfficeRequest, pk: int) -> HttpResponse:
    """一个标准：条目，各场所或地方的状态、差距和验收次序。"""
    found = get_object_or_404(_standards(request), pk=pk)
    stands = queries.standings(found, today(), within=scope.here(request))
    told = [
        {"one": one, "link": back_to(one.subject), "gaps": one.latest.gaps if one.latest else ()}
        for one in sorted(stands, key=lambda one: (one.number is None, one.number or 0, str(one.subject)))
    ]
    context = {
        "standard": found, "criteria": found.criteria.live(), "stands": told, "mine": scope.contains(request, found.division_id),
        "checked": found.checks.live().exists(),
    }  # fmt: skip
    return render(request, "office/place_standard.html", context)


def _own(request: OfficeRequest, pk: int) -> Standard:
    """Return a standard that the own place, or one in it, set; else 404."""
    found: Standard = get_object_or_404(Standard.objects.live().filter(inside("division_id", scope.here(request))), pk=pk)  # fmt: skip
    return found


@require_http_methods(["GET", "POST"])
def criterion(request: OfficeRequest, pk: int) -> HttpResponse:
    """给标准加一个条目。"""
    found = _own(request, pk)
    around, entry = Around(found.division), ENTRIES["criterion"]
    form = EntryForm(request.POST if request.method == "POST" else None, columns=entry.columns, around=around)
    back = reverse("office:facilities-standard", args=[pk])

    def act() -> Any:
        said = form.cleaned_data
        return services.enter(what=entry.id, subject=found, said=said, around=around, at=now(), by=request.user)

    if form.is_valid() and form.tried(act) is not None:
        messages.success(request, "已登记条目。")
        return redirect(back)
    return form_page(request, form, "登记标准条目", back, lead=f"{found}。", action="登记")


@require_http_methods(["GET", "POST"])
def criteria(request: OfficeRequest, pk: int) -> HttpResponse:
    """从清单导入标准的条目。"""
    found = _own(request, pk)
    form = CriteriaForm(request.POST if request.method == "POST" else None, request.FILES or None)
    back = reverse("office:facilities-standard", args=[pk])
    if form.is_valid() and (told := _taken(request, form, "criterion", found.division, found)) is not None:
        messages.success(request, told)
        return redirect(back)
    return form_page(request, form, "导入标准条目", back, lead=f"{found}。", action="导入")


@require_http_methods(["GET", "POST"])
def take_in(request: OfficeRequest) -> HttpResponse:
    """导入场所、人员、培训、设施等清单：全部行都对才登记。"""
    form = ListForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if form.is_valid():
        told = _taken(request, form, form.cleaned_data["what"], request.post.division, None)
        if told is not None:
            messages.success(request, told)
            return redirect("office:facilities")
    return form_page(request, form, "导入清单", reverse("office:facilities"), lead="有一行不对，就一行也不登记。", action="导入")  # fmt: skip


def _taken(request: OfficeRequest, form: Form, what: str, place: Division, under: Standard | None) -> str | None:
    file: UploadedFile[Any] = form.cleaned_data["file"]
    with tempfile.TemporaryDirectory(prefix="zhucan-") as folder:
        path = Path(folder) / f"清单{Path(file.name or '').suffix.lower()}"
        path.write_bytes(file.read())
        try:
            new, old = importing.take_in(
                path=path,
                what=what,
                place=place,
                at=now(),
                by=request.user,
                standard=under,
                people=scope.people(request),
            )
        except ZhucanError as error:
            form.add_error(None, str(error))
            return None
    return f"新登记 {new} 条，原来就有 {old} 条。"


@require_http_methods(["GET", "POST"])
def check(request: OfficeRequest, pk: int) -> HttpResponse:
    """一次自查、检查或验收：打分，或看得分和差距。"""
    live = Check.objects.live().filter(inside("division_id", scope.here(request)))
    found: Check = get_object_or_404(live.select_related("standard", "facility", "division"), pk=pk)
    subject: Facility | Division = found.facility or found.division
    came = queries.found_by(found)
    may = came is None and request.post.role in _SCORERS and found.day <= today()
    form = ScoreForm(request.POST if request.method == "POST" else None, criteria=list(found.standard.criteria.live()))

    def act() -> Check:
        return services.score(check=found, points=form.cleaned_data["points"], at=now(), by=request.user)

    if request.method == "POST" and may and form.is_valid() and form.tried(act) is not None:
        messages.success(request, "已打分。")
        return redirect("office:facilities-check", pk)
    context = {
        "check": found, "subject": subject, "back": back_to(subject), "came": came, "form": form if may else None,
        "scores": found.scores.select_related("criterion"), "departments": queries.readiness(came) if came else [],
        "days": (found.day - today()).days,
    }  # fmt: skip
    wrong = request.method == "POST" and bool(form.errors)
    return render(request, "office/place_check.html", context, status=UNPROCESSABLE if wrong else 200)


_SCORERS = ("county_clerk", "township_clerk", "commissioner")
