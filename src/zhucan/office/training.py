"""What activities stand on: programmes over years, agreements with institutions."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.community import activities as services
from zhucan.community import queries
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page, offer_institutions, took
from zhucan.office.scope import county
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Institution
from zhucan.web.forms import DateField, Form


class ProgrammeForm(Form):
    """多年项目。"""

    name = forms.CharField(label="名称", max_length=80)
    target = forms.IntegerField(label="目标人数", min_value=1, max_value=100_000_000)
    starts_on = DateField(label="从哪一天开始")
    ends_on = DateField(label="到哪一天（这一天不再开展）", required=False)


class AgreementForm(Form):
    """与合作机构的协议。"""

    institution = forms.ModelChoiceField(label="机构", queryset=Institution.objects.none())
    about = forms.CharField(label="合作内容", max_length=200)
    signed_on = DateField(label="签订日期")
    ends_on = DateField(label="到期（这一天不再有效）", required=False)


@require_GET
def basis(request: OfficeRequest) -> HttpResponse:
    """项目进度、合作协议。"""
    day = today()
    programmes = [
        {"one": one, "reached": queries.reached(one, day), "years": queries.by_year(one, day)}
        for one in queries.running_in(division(scope.here(request)))
    ]
    context = {"programmes": programmes, "agreements": queries.agreements(county(request)), "day": day}
    return render(request, "office/training.html", context)


@require_http_methods(["GET", "POST"])
def programme(request: OfficeRequest) -> HttpResponse:
    """登记一个多年项目。"""
    form = ProgrammeForm(request.POST or None)
    place = division(scope.here(request))
    if form.is_valid() and took(
        form, lambda: services.add_programme(division=place, **form.cleaned_data, at=now(), by=request.user)
    ):
        messages.success(request, "已登记项目，登记培训时可以选它。")
        return redirect("office:activities-basis")
    return form_page(request, form, "登记多年项目", reverse("office:activities-basis"), action="登记")


@require_http_methods(["GET", "POST"])
def agreement(request: OfficeRequest) -> HttpResponse:
    """登记与合作机构的协议。"""
    form = AgreementForm(request.POST or None)
    offer_institutions(form, county(request))
    if form.is_valid() and took(form, lambda: services.agree(**form.cleaned_data, at=now(), by=request.user)):
        messages.success(request, "已登记协议。")
        return redirect("office:activities-basis")
    return form_page(request, form, "登记合作协议", reverse("office:activities-basis"), action="登记")
