"""How a plan gets on: milestones and reviews, and what programmes come to for their money."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.casework import progress
from zhucan.casework.models import Milestone, Review
from zhucan.core.errors import ZhucanError
from zhucan.delivery.models import Plan
from zhucan.indicators import outcomes, shelf
from zhucan.office import scope, services
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import MonthsForm, done, form_page
from zhucan.office.figures import usual
from zhucan.orgs.clock import now, today
from zhucan.web.forms import UNPROCESSABLE, DateField, Form


class MilestoneForm(Form):
    """定一个阶段目标。"""

    text = forms.CharField(label="阶段目标", max_length=120)
    due_on = DateField(label="应达到日期")


class DayForm(Form):
    """哪一天。"""

    day = DateField(label="日期")


class ReviewForm(Form):
    """登记一次阶段评估。"""

    day = DateField(label="评估日期")
    score = forms.DecimalField(label="得分", max_digits=7, decimal_places=2)
    worker = forms.CharField(label="评估人", max_length=40)
    note = forms.CharField(label="说明", max_length=200, required=False)


class ReasonForm(Form):
    """撤回。"""

    reason = forms.CharField(label="撤回原因", max_length=200)


def _page(request: OfficeRequest, form: Form, heading: str, plan: Plan, action: str = "登记") -> HttpResponse:
    back = reverse("office:services-plan", args=[plan.pk])
    return form_page(request, form, heading, back, lead=services.about(plan), action=action)


@require_http_methods(["GET", "POST"])
def milestone(request: OfficeRequest, pk: int) -> HttpResponse:
    """定一个阶段目标。"""
    found = get_object_or_404(services.plans_of(request), pk=pk)
    form = MilestoneForm(request.POST or None)
    if done(
        request,
        form,
        lambda: progress.set_milestone(plan=found, **form.cleaned_data, at=now(), by=request.user),
        "已定阶段目标。",
    ):
        return redirect("office:services-plan", pk=pk)
    return _page(request, form, "定阶段目标", found, "保存")


@require_http_methods(["GET", "POST"])
def reached(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记达到了一个阶段目标。"""
    found = get_object_or_404(Milestone.objects.filter(plan__in=services.plans_of(request)), pk=pk)
    form = DayForm(request.POST or None, initial={"day": today()})
    if done(
        request,
        form,
        lambda: progress.reach(milestone=found, day=form.cleaned_data["day"], at=now(), by=request.user),
        "已登记达到。",
    ):
        return redirect("office:services-plan", pk=found.plan_id)
    return _page(request, form, f"达到：{found.text}", found.plan)


@require_http_methods(["GET", "POST"])
def review(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记一次阶段评估。"""
    found = get_object_or_404(services.plans_of(request), pk=pk)
    form = ReviewForm(request.POST or None, initial={"day": today()})
    if done(
        request,
        form,
        lambda: progress.review(plan=found, **form.cleaned_data, at=now(), by=request.user),
        "已登记评估。",
    ):
        return redirect("office:services-plan", pk=pk)
    return _page(request, form, "登记阶段评估", found)


@require_http_methods(["GET", "POST"])
def take_back(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤回登记错的一次评估，写明原因。"""
    found = get_object_or_404(Review.objects.filter(plan__in=services.plans_of(request)), pk=pk)
    form = ReasonForm(request.POST or None)
    if done(
        request,
        form,
        lambda: progress.take_back(review=found, reason=form.cleaned_data["reason"], at=now(), by=request.user),
        "已撤回。",
    ):
        return redirect("office:services-plan", pk=found.plan_id)
    return _page(request, form, f"撤回 {found.day:%Y-%m-%d} 的评估", found.plan, "撤回")


@require_GET
def rated(request: OfficeRequest) -> HttpResponse:
    """各康复项目的效果和花费，每改善一人花得少的在前。"""
    first, last = usual()
    form = MonthsForm({"first": str(first), "last": str(last), **request.GET.dict()})
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        name = f"{outcomes.PROGRAMMES[0].id}-finished"
        try:
            with shelf.opened(name, scope.here(request), form.cleaned_data["period"], at=now()) as (opened, known_at):
                context |= {"rows": outcomes.rated(opened), "known_at": known_at}
        except ZhucanError as error:
            form.add_error(None, str(error))
    return render(request, "office/outcomes.html", context, status=UNPROCESSABLE if form.errors else 200)
