"""The windows of the hall: who is expected and who waits today, and how long people waited in some months."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.cases import windows as rules
from zhucan.cases.models import Window, WindowVisit
from zhucan.cases.windows import WindowRefused
from zhucan.core import masking
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import MonthsForm, done, form_page
from zhucan.office.figures import usual
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import division
from zhucan.registry.models import Person
from zhucan.web.forms import DateField, Form, TimeField

STEPS = {"arrive": "到了", "call": "叫号", "leave": "办完", "cancel": "取消"}


class WindowForm(Form):
    """登记窗口。"""

    name = forms.CharField(label="窗口", max_length=40)
    matters = forms.CharField(label="办理事项", max_length=200)
    slot_minutes = forms.IntegerField(label="每个时段几分钟", min_value=5, max_value=240, initial=30)
    per_slot = forms.IntegerField(label="每个时段几人", min_value=1, max_value=100, initial=2)
    most_present = forms.IntegerField(label="同时在场最多几人", min_value=1, max_value=1000, initial=5)


class ComeForm(Form):
    """登记来访人。"""

    visitor = forms.CharField(label="来访人", max_length=40)
    person = forms.IntegerField(label="人员编号", required=False, help_text="在册的可以填")
    matter = forms.CharField(label="办什么事", max_length=80)

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = people

    def clean_person(self) -> Person | None:
        """Return who it is, None where that is not told."""
        key = self.cleaned_data["person"]
        if key is None:
            return None
        found = self._people.filter(pk=key).first()
        if found is None:
            raise forms.ValidationError(f"没有编号 {key} 的人员：请核对，或空着。")
        return found


class BookForm(ComeForm):
    """预约窗口。"""

    day = DateField(label="日期")
    slot = TimeField(label="时段")


def _windows(request: OfficeRequest) -> QuerySet[Window]:
    return Window.objects.filter(division__in=scope.divisions(request)).select_related("division")


@require_GET
def windows(request: OfficeRequest) -> HttpResponse:
    """窗口：今天预约和在等的人，各窗口办了几件、等了多久。"""
    first, last = usual()
    form = MonthsForm({"first": str(first), "last": str(last), **request.GET.dict()})
    day, found = today(), list(_windows(request))
    halls = [
        {
            "window": one,
            "present": rules.present(one, day),
            "rows": [
                {
                    "visit": visit,
                    "name": masking.name(visit.visitor),
                    "steps": [(what, STEPS[what]) for what in rules.steps_of(visit)],
                }
                for visit in one.visits.filter(day=day)
            ],
        }
        for one in found
    ]
    period = form.cleaned_data.get("period") if form.is_valid() else None
    loads = rules.loads(found, period.start, period.stop) if period is not None else []
    return render(request, "office/windows.html", {"form": form, "halls": halls, "loads": loads, "day": day})


@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    """登记本地的一个窗口。"""
    form, place = WindowForm(request.POST or None), division(scope.here(request))
    if done(
        request,
        form,
        lambda: rules.open_window(division=place, **form.cleaned_data, at=now(), by=request.user),
        "已登记窗口。",
    ):
        return redirect("office:cases-windows")
    return form_page(request, form, "登记窗口", reverse("office:cases-windows"), lead=f"{place.name}。", action="登记")


@require_http_methods(["GET", "POST"])
def book(request: OfficeRequest, pk: int) -> HttpResponse:
    """预约一个窗口的时段。"""
    found = get_object_or_404(_windows(request), pk=pk)
    form = BookForm(request.POST or None, people=scope.people(request), initial={"day": today()})
    if done(
        request, form, lambda: rules.book(window=found, **form.cleaned_data, at=now(), by=request.user), "已预约。"
    ):
        return redirect("office:cases-windows")
    lead = f"{found.division.name}，{found}：{found.matters}。每 {found.slot_minutes} 分钟一个时段，每个时段 {found.per_slot} 人。"
    return form_page(request, form, "预约窗口", reverse("office:cases-windows"), lead=lead, action="预约")


@require_http_methods(["GET", "POST"])
def come(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记没有预约就来的人。"""
    found = get_object_or_404(_windows(request), pk=pk)
    form = ComeForm(request.POST or None, people=scope.people(request))
    if done(
        request, form, lambda: rules.come(window=found, **form.cleaned_data, at=now(), by=request.user), "已登记到达。"
    ):
        return redirect("office:cases-windows")
    return form_page(request, form, "登记来访人", reverse("office:cases-windows"), lead=f"{found}。", action="登记")


@require_POST
def step(request: OfficeRequest, pk: int, what: str) -> HttpResponse:
    """来访人到了、叫号、办完或取消。"""
    found = get_object_or_404(WindowVisit.objects.filter(window__in=_windows(request)), pk=pk)
    try:
        rules.step(visit=found, what=what, at=now(), by=request.user)
    except WindowRefused as error:
        messages.error(request, str(error))
    return redirect("office:cases-windows")
