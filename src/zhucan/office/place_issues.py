"""Problems, defects and tasks of places by their deadline; referred to their unit, settled, and seen on a photograph."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.facilities import queries, services
from zhucan.facilities.models import Issue
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.office.places import back_to
from zhucan.orgs import audit, documents
from zhucan.orgs.clock import now, today
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of


class IssuesForm(Form):
    """看哪些。"""

    quiet = True

    kind = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *Issue.Kind.choices])
    which = forms.ChoiceField(
        label="办理", required=False, choices=[("", "没有解决的"), ("late", "超期的"), ("settled", "解决了的")]
    )


class DayForm(Form):
    """哪一天转交。"""

    day = DateField(label="转交日期")


class SettleForm(Form):
    """哪一天、怎么解决的。"""

    day = DateField(label="解决日期")
    outcome = forms.CharField(label="解决情况", max_length=200)


def _issues(request: OfficeRequest) -> Any:
    return queries.issues_in(scope.here(request))


@require_GET
def issues(request: OfficeRequest) -> HttpResponse:
    """问题、设施缺陷和创建任务，按期限。"""
    form = IssuesForm(request.GET)
    form.is_valid()
    data = form.cleaned_data
    day, found = today(), _issues(request)
    if data.get("kind"):
        found = found.filter(kind=data["kind"])
    units = found.order_by().values("campaign", "unit").annotate(
        settled=Count("pk", filter=~Q(settled_on=None)), open=Count("pk", filter=Q(settled_on=None)),
        late=Count("pk", filter=queries.late(day)),
    )  # fmt: skip
    match data.get("which"):
        case "late":
            found = found.filter(queries.late(day))
        case "settled":
            found = found.exclude(settled_on=None)
        case _:
            found = found.filter(settled_on=None)
    page = slice_of(queries.oldest_first(found), request)
    context: dict[str, Any] = {"form": form, "page": page, "day": day}
    context["units"] = list(units.order_by("-late", "-open", "campaign", "unit")[:30])
    context["campaigns"] = any(one["campaign"] for one in context["units"])
    return render(request, "office/place_issues.html", context)


@require_GET
def issue(request: OfficeRequest, pk: int) -> HttpResponse:
    """一个问题、缺陷或任务：哪里、谁负责、期限、经过。"""
    found = get_object_or_404(_issues(request).select_related("patrol__worker"), pk=pk)
    context = {"issue": found, "back": back_to(found.facility or found.division), "day": today()}
    return render(request, "office/place_issue.html", context)


@require_http_methods(["GET", "POST"])
def refer(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记已转交责任单位。"""
    found = get_object_or_404(_issues(request), pk=pk)
    form = DayForm(request.POST if request.method == "POST" else None, initial={"day": today()})

    def act() -> bool:
        services.refer(issue=found, day=form.cleaned_data["day"], at=now(), by=request.user)
        return True

    if form.is_valid() and form.tried(act):
        messages.success(request, f"已登记转交{found.unit}。")
        return redirect("office:facilities-issue", pk)
    back = reverse("office:facilities-issue", args=[pk])
    return form_page(request, form, f"转交{found.unit}", back, lead=f"{found.text}。", action="登记转交")


@require_http_methods(["GET", "POST"])
def settle(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记已经解决。"""
    found = get_object_or_404(_issues(request), pk=pk)
    form = SettleForm(request.POST if request.method == "POST" else None, initial={"day": today()})

    def act() -> bool:
        services.settle(issue=found, **form.cleaned_data, at=now(), by=request.user)
        return True

    if form.is_valid() and form.tried(act):
        messages.success(request, "已登记解决。")
        return redirect("office:facilities-issue", pk)
    back = reverse("office:facilities-issue", args=[pk])
    return form_page(request, form, "登记解决", back, lead=f"{found.text}，{found.unit}。", action="登记解决")


@never_cache
@require_GET
def photo(request: OfficeRequest, pk: int) -> HttpResponse:
    """看照片。"""
    found = get_object_or_404(_issues(request), pk=pk)
    if not found.photo:
        raise Http404
    data = documents.content(found.photo)
    audit.record(actor=request.user, action="office.issue-photo", target=f"issue:{pk}", at=now())
    answer = HttpResponse(data, content_type=documents.KINDS[found.photo_suffix][1])
    answer["Content-Disposition"] = f'inline; filename="issue-{pk}{found.photo_suffix}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
