"""Referrals: who was sent on to whom, who waits, and the answers of the institutions."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.casework import referrals
from zhucan.casework.models import Referral
from zhucan.core import masking
from zhucan.delivery.models import Plan, Tier
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import done, form_page, offer_institutions
from zhucan.office.plan_steps import DayForm
from zhucan.office.scope import county
from zhucan.orgs import institutions
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Institution, Role
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of


class ReferralsForm(Form):
    """看哪些转介。"""

    quiet = True

    which = forms.ChoiceField(
        label="看哪些",
        required=False,
        choices=[("", "等答复的"), ("taken", "已接收、没有结束的"), ("all", "全部")],
    )
    purpose = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *Referral.Purpose.choices])


class ReferForm(Form):
    """转介。"""

    purpose = forms.ChoiceField(label="转介种类", choices=Referral.Purpose.choices)
    plan = forms.ModelChoiceField(
        label="从哪个服务计划转出",
        queryset=Plan.objects.none(),
        required=False,
        empty_label="没有",
        help_text="康复转介要选",
    )
    source = forms.ModelChoiceField(
        label="转出机构",
        queryset=Institution.objects.none(),
        required=False,
        empty_label="没有",
        help_text="康养联合转介要选",
    )
    institution = forms.ModelChoiceField(label="接收机构", queryset=Institution.objects.none())
    tier = forms.ChoiceField(label="在哪里服务", choices=Tier.choices)
    reason = forms.CharField(label="原因", max_length=200)
    day = DateField(label="转介日期")


class AnswerForm(Form):
    """答复转介。"""

    accepted = forms.ChoiceField(label="接收吗", choices=[("yes", "接收"), ("no", "不接收")], widget=forms.RadioSelect)
    onward = forms.ModelChoiceField(
        label="接续的服务计划", queryset=Plan.objects.none(), required=False, empty_label="还没有"
    )
    day = DateField(label="答复日期")
    note = forms.CharField(label="说明", max_length=200, required=False, help_text="不接收的，写明原因")


def _referrals(request: OfficeRequest) -> QuerySet[Referral]:
    """Return the referrals that may be seen: an institution's staff see those to it, others those of people of their place."""
    found = Referral.objects.select_related("person", "institution", "source")
    if request.post.role == Role.PARTNER:
        mine = institutions.employers_of(request.user, today()).filter(inside("division_id", county(request)))
        return found.filter(institution__in=mine)
    return found.filter(person__in=scope.people(request))


@require_GET
def listing(request: OfficeRequest) -> HttpResponse:
    """转介：谁转到哪里，谁在等答复。"""
    form = ReferralsForm(request.GET)
    form.is_valid()
    data, found = form.cleaned_data, _referrals(request)
    match data.get("which"):
        case "all":
            pass
        case "taken":
            found = found.filter(accepted=True, ended_on=None)
        case _:
            found = found.filter(answered_on=None)
    if data.get("purpose"):
        found = found.filter(purpose=data["purpose"])
    page = slice_of(found, request)
    rows = [{"one": one, "name": masking.name(one.person.name)} for one in page]
    return render(request, "office/referrals.html", {"form": form, "page": page, "rows": rows})


@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest, pk: int) -> HttpResponse:
    """把一个人转介到机构。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    plan = request.GET.get("plan")
    asked = {"plan": plan, "purpose": Referral.Purpose.TIER} if plan else {}
    form = ReferForm(request.POST or None, initial={"day": today(), **asked})
    offer_institutions(form, county(request))
    fields: dict[str, Any] = form.fields
    fields["source"].queryset = fields["institution"].queryset
    fields["plan"].queryset = Plan.objects.filter(person=person).select_related("institution")
    fields["plan"].label_from_instance = _plan_label
    if done(
        request,
        form,
        lambda: referrals.refer(person=person, **form.cleaned_data, at=now(), by=request.user),
        "已转介，等接收机构答复。",
    ):
        return redirect("office:services-referrals")
    lead = f"{masking.name(person.name)}（人员 {pk}）。"
    return form_page(request, form, "转介", reverse("office:people-file", args=[pk]), lead=lead, action="转介")


def _plan_label(plan: Plan) -> str:
    return f"{plan.get_discipline_display()}，{plan.institution}（{plan.get_tier_display()}），{plan.starts_on:%Y-%m-%d} 起"


def _about(one: Referral) -> str:
    return f"{masking.name(one.person.name)}（人员 {one.person_id}），{one.day:%Y-%m-%d} 转到{one.institution}：{one.reason}。"


@require_http_methods(["GET", "POST"])
def answer(request: OfficeRequest, pk: int) -> HttpResponse:
    """答复转介：接收，或写明为什么不接收。"""
    found = get_object_or_404(_referrals(request), pk=pk)
    form = AnswerForm(request.POST or None, initial={"day": today()})
    fields: dict[str, Any] = form.fields
    fields["onward"].queryset = Plan.objects.filter(
        person=found.person_id, institution=found.institution_id, came_by=None
    ).select_related("institution")
    fields["onward"].label_from_instance = _plan_label

    def act() -> Referral:
        data = form.cleaned_data
        return referrals.answer(
            referral=found, accepted=data["accepted"] == "yes", day=data["day"], note=data["note"], onward=data["onward"],
            at=now(), by=request.user,
        )  # fmt: skip

    if done(request, form, act, "已答复。"):
        return redirect("office:services-referrals")
    return form_page(request, form, "答复转介", reverse("office:services-referrals"), lead=_about(found), action="答复")


@require_http_methods(["GET", "POST"])
def end(request: OfficeRequest, pk: int) -> HttpResponse:
    """转介后的服务结束。"""
    found = get_object_or_404(_referrals(request), pk=pk)
    form = DayForm(request.POST or None, initial={"day": today()})
    if done(
        request,
        form,
        lambda: referrals.end(referral=found, day=form.cleaned_data["day"], at=now(), by=request.user),
        "已结束。",
    ):
        return redirect("office:services-referrals")
    return form_page(request, form, "结束转介", reverse("office:services-referrals"), lead=_about(found), action="结束")
