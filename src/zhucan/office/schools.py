"""Ordinary schools: which were asked this term, and whether what they reported agrees with who is registered there."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.office.scope import county
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import division
from zhucan.registry import surveys
from zhucan.registry.models import SchoolSurvey
from zhucan.registry.terms import term_of, term_rows
from zhucan.web.forms import DateField, Form


class SurveyForm(Form):
    """一所普通学校的摸底。"""

    school = forms.CharField(label="学校", max_length=80, help_text="与学籍登记里的校名写成一样。")
    day = DateField(label="摸底日期")
    pupils = forms.IntegerField(label="残疾学生人数", min_value=0, help_text="没有就写 0。")
    worker = forms.CharField(label="摸底人", max_length=40)


class BackForm(Form):
    """撤回。"""

    reason = forms.CharField(label="撤回原因", max_length=200)


@require_GET
def schools(request: OfficeRequest) -> HttpResponse:
    """普通学校本学期的摸底，和学籍登记对得上对不上。"""
    place = division(county(request))
    found = surveys.schools(division=place, people=scope.people(request), day=today())
    first, _ = term_of(today(), place.code, term_rows())
    context = {"schools": found, "first": first, "place": place, "asked": sum(one.survey is not None for one in found)}
    return render(request, "office/schools.html", context)


@require_http_methods(["GET", "POST"])
def survey(request: OfficeRequest) -> HttpResponse:
    """登记一所学校的摸底。"""
    form = SurveyForm(request.POST or None, initial={"school": request.GET.get("school", "")[:80], "day": today()})

    def act() -> SchoolSurvey:
        data = form.cleaned_data
        return surveys.survey(division=division(county(request)), **data, at=now(), by=request.user)

    if form.is_valid() and form.tried(act) is not None:
        messages.success(request, "已登记。")
        return redirect("office:people-schools")
    return form_page(request, form, "登记学校摸底", reverse("office:people-schools"), action="登记")


@require_http_methods(["GET", "POST"])
def take_back(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤回登记错的一次摸底，写明原因。"""
    here = SchoolSurvey.objects.filter(division_id=county(request), retracted_at=None)
    found = get_object_or_404(here, pk=pk)
    form = BackForm(request.POST or None)

    def act() -> bool:
        surveys.take_back(survey=found, reason=form.cleaned_data["reason"], at=now(), by=request.user)
        return True

    if form.is_valid() and form.tried(act):
        messages.success(request, "已撤回。")
        return redirect("office:people-schools")
    lead = f"{found.school}，{found.day:%Y-%m-%d} 摸底 {found.pupils} 人。"
    return form_page(request, form, "撤回学校摸底", reverse("office:people-schools"), lead=lead, action="撤回")
