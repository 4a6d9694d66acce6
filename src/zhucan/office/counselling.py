"""Counselling: hours that are booked, held with a confidential note, and perhaps referred."""

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.casework import counselling
from zhucan.casework.models import Counselling, Way
from zhucan.core import masking
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import done, form_page, offer_institutions
from zhucan.office.scope import county
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import Institution
from zhucan.web.forms import DateField, Form, TimeField
from zhucan.web.slices import slice_of


class HoursForm(Form):
    """看哪些预约。"""

    quiet = True

    which = forms.ChoiceField(
        label="看哪些",
        required=False,
        choices=[("", "没有完成的"), ("asked", "等确认的"), ("held", "已完成的"), ("off", "已取消的")],
    )


class BookForm(Form):
    """预约心理疏导。"""

    way = forms.ChoiceField(label="方式", choices=Way.choices)
    day = DateField(label="日期")
    begins = TimeField(label="开始时间")
    ends = TimeField(label="结束时间")
    counsellor = forms.CharField(label="咨询师", max_length=40)


class ConfirmForm(BookForm):
    """确认本人提出的预约，或改时间。"""


class CounsellorForm(Form):
    """换咨询师。"""

    counsellor = forms.CharField(label="咨询师", max_length=40)


class HeldForm(Form):
    """登记完成。"""

    note = forms.CharField(
        label="记录", max_length=4000, widget=forms.Textarea({"rows": 6}), help_text="保密，只有县级经办人能打开"
    )
    risk = forms.ChoiceField(label="风险等级", choices=Counselling.Risk.choices, widget=forms.RadioSelect)


class ReferForm(Form):
    """转介到专业机构。"""

    institution = forms.ModelChoiceField(label="接收机构", queryset=Institution.objects.none())
    reason = forms.CharField(label="原因", max_length=200, help_text="不要写谈话内容")
    day = DateField(label="转介日期")


def _hours(request: OfficeRequest) -> QuerySet[Counselling]:
    return Counselling.objects.filter(person__in=scope.people(request)).select_related("person", "referral")


def asked(request: OfficeRequest) -> QuerySet[Counselling]:
    """Return the hours that people asked for and nobody has confirmed."""
    return _hours(request).filter(asked_at__isnull=False, confirmed_at=None, called_off_at=None)


@require_GET
def listing(request: OfficeRequest) -> HttpResponse:
    """心理疏导：预约了谁，什么时候，哪些还没有换咨询师。"""
    form = HoursForm(request.GET)
    form.is_valid()
    found = _hours(request)
    match form.cleaned_data.get("which"):
        case "asked":
            found = asked(request)
        case "held":
            found = found.filter(held_at__isnull=False).order_by("-day", "-begins")
        case "off":
            found = found.filter(called_off_at__isnull=False).order_by("-day", "-begins")
        case _:
            found = found.filter(held_at=None, called_off_at=None)
    page = slice_of(found, request)
    rows = [{"one": one, "name": masking.name(one.person.name)} for one in page]
    return render(request, "office/counselling.html", {"form": form, "page": page, "rows": rows, "day": today()})


@require_http_methods(["GET", "POST"])
def book(request: OfficeRequest, pk: int) -> HttpResponse:
    """给一个人预约心理疏导。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    form = BookForm(request.POST or None, initial={"day": today()})
    if done(
        request,
        form,
        lambda: counselling.book(person=person, **form.cleaned_data, at=now(), by=request.user),
        "已预约。",
    ):
        return redirect("office:services-counselling")
    lead = f"{masking.name(person.name)}（人员 {pk}）。"
    back = reverse("office:people-file", args=[pk])
    return form_page(request, form, "预约心理疏导", back, lead=lead, action="预约")


def _page(request: OfficeRequest, form: Form, heading: str, one: Counselling, action: str = "保存") -> HttpResponse:
    lead = f"{masking.name(one.person.name)}（人员 {one.person_id}），{one.day:%Y-%m-%d} {one.begins:%H:%M}，{one.get_way_display()}。"
    return form_page(request, form, heading, reverse("office:services-counselling"), lead=lead, action=action)


@require_http_methods(["GET", "POST"])
def confirm(request: OfficeRequest, pk: int) -> HttpResponse:
    """确认本人或监护人提出的预约，或给预约改时间。"""
    found = get_object_or_404(_hours(request), pk=pk)
    initial = {name: getattr(found, name) for name in ("way", "day", "counsellor")}
    initial |= {name: f"{getattr(found, name):%H:%M}" for name in ("begins", "ends")}
    form = ConfirmForm(request.POST or None, initial=initial)
    if done(
        request,
        form,
        lambda: counselling.confirm(booking=found, **form.cleaned_data, at=now(), by=request.user),
        "已确认，本人在网上看得到。",
    ):
        return redirect("office:services-counselling")
    return _page(request, form, "确认预约" if found.waiting else "改时间", found, "确认")


@require_http_methods(["GET", "POST"])
def assign(request: OfficeRequest, pk: int) -> HttpResponse:
    """换咨询师。"""
    found = get_object_or_404(_hours(request), pk=pk)
    form = CounsellorForm(request.POST or None, initial={"counsellor": found.counsellor})
    if done(
        request,
        form,
        lambda: counselling.assign(booking=found, **form.cleaned_data, at=now(), by=request.user),
        "已换咨询师。",
    ):
        return redirect("office:services-counselling")
    return _page(request, form, "换咨询师", found)


@require_http_methods(["GET", "POST"])
def hold(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记一次心理疏导完成。"""
    found = get_object_or_404(_hours(request), pk=pk)
    form = HeldForm(request.POST or None)
    if done(
        request,
        form,
        lambda: counselling.hold(booking=found, **form.cleaned_data, at=now(), by=request.user),
        "已登记完成。",
    ):
        return redirect("office:services-counselling")
    return _page(request, form, "登记完成", found, "登记")


@require_http_methods(["GET", "POST"])
def call_off(request: OfficeRequest, pk: int) -> HttpResponse:
    """取消预约。"""
    found = get_object_or_404(_hours(request), pk=pk)
    form = Form(request.POST if request.method == "POST" else None)
    if done(request, form, lambda: counselling.call_off(booking=found, at=now(), by=request.user), "已取消。"):
        return redirect("office:services-counselling")
    return _page(request, form, "取消预约", found, "取消这次预约")


@require_http_methods(["GET", "POST"])
def refer(request: OfficeRequest, pk: int) -> HttpResponse:
    """转介到专业机构。"""
    found = get_object_or_404(_hours(request), pk=pk)
    form = ReferForm(request.POST or None, initial={"day": today()})
    offer_institutions(form, county(request))
    if done(
        request,
        form,
        lambda: counselling.refer(booking=found, **form.cleaned_data, at=now(), by=request.user),
        "已转介，等接收机构答复。",
    ):
        return redirect("office:services-counselling")
    return _page(request, form, "转介", found, "转介")


@require_POST
def told(request: OfficeRequest, pk: int) -> HttpResponse:
    """打开一次心理疏导的保密记录。"""
    found = get_object_or_404(_hours(request).filter(held_at__isnull=False), pk=pk)
    audit.record(
        actor=request.user, action="office.note-opened", target=f"counselling:{pk}", at=now(), person=found.person_id,
        kind="counselling",
    )  # fmt: skip
    context = {
        "name": masking.name(found.person.name), "day": found.day, "note": found.note,
        "risk": Counselling.Risk(found.risk).label, "back": reverse("office:services-counselling"),
    }  # fmt: skip
    return render(request, "office/note.html", context)
