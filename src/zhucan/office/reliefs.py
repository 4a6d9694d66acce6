"""Reliefs with their period, and medicine fetched by the month: begin, renew, end, note a pick-up."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.cases.models import Award
from zhucan.core import masking
from zhucan.core.divisions import prefix
from zhucan.core.money import fen, from_fen, text
from zhucan.core.months import Month
from zhucan.delivery import reliefs
from zhucan.delivery.models import Relief
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import YuanField, form_page, offer_institutions
from zhucan.office.scope import county
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import Institution
from zhucan.policy.catalogue import GRANTED, scheme
from zhucan.policy.rehabilitation.mental import mental_medication
from zhucan.policy.schemes import Gives
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of

_RELIEFS = tuple(item.id for item in GRANTED if item.gives is Gives.RELIEF)
_MEDICINE = (mental_medication.id,)
_SOON = timedelta(days=60)


class ReliefForm(Form):
    """减免代缴的期间。"""

    valid_from = DateField(label="从哪一天起")
    valid_to = DateField(label="到哪一天（这一天不再减免）", required=False, help_text="没有终止日期就空着")
    amount = YuanField(label="减免金额（元）", required=False, max_length=20)
    institution = forms.ModelChoiceField(
        label="由哪个机构减免", queryset=Institution.objects.none(), required=False, empty_label="不经过机构"
    )


class EndForm(Form):
    """终止减免。"""

    on = DateField(label="从哪一天起不再减免")
    reason = forms.CharField(label="原因", max_length=80)


class PickupForm(Form):
    """领药。"""

    institution = forms.ModelChoiceField(label="在哪里领的", queryset=Institution.objects.none())
    day = DateField(label="哪一天领的")
    worth = YuanField(label="药费（元）", required=False, max_length=20)


def _granted(request: OfficeRequest, schemes: tuple[str, ...]) -> QuerySet[Award]:
    return Award.objects.filter(
        scheme__in=schemes, granted_fen__isnull=False, revoked_at=None, person__in=scope.people(request)
    ).select_related("person")


def _reliefs(request: OfficeRequest) -> QuerySet[Relief]:
    return Relief.objects.filter(person__in=scope.people(request)).select_related("person", "award", "institution")


def _about(award: Award) -> str:
    return f"{masking.name(award.person.name)}（人员 {award.person_id}），{scheme(award.scheme).name}。"


@require_GET
def overview(request: OfficeRequest) -> HttpResponse:
    """减免代缴：没有开始的、快到期的、要终止的、正在减免的。"""
    day = today()
    running = _reliefs(request).filter(pk__in=reliefs.running(day).values("pk")).order_by("valid_to", "pk")
    page = slice_of(running, request)
    waiting = _granted(request, _RELIEFS).filter(reliefs=None).order_by("approved_on", "pk")
    seen = set(scope.people(request).filter(reliefs__isnull=False).values_list("pk", flat=True))
    over = [
        (relief, since, reason)
        for relief, since, reason in reliefs.without_certificate(day, inside=prefix(county(request)))
        if relief.person_id in seen
    ]
    context = {
        "waiting": [(one, masking.name(one.person.name), scheme(one.scheme).name) for one in waiting[:50]],
        "more": max(waiting.count() - 50, 0),
        "over": [
            (one, masking.name(one.person.name), scheme(one.award.scheme).name, since, reason) for one, since, reason in over
        ],
        "page": page,
        "rows": [
            {
                "one": one, "name": masking.name(one.person.name), "scheme": scheme(one.award.scheme).name,
                "amount": "" if one.amount_fen is None else text(from_fen(one.amount_fen)),
                "soon": one.valid_to is not None and one.valid_to <= day + _SOON and not hasattr(one, "renewed_by"),
            }
            for one in page
        ],
    }  # fmt: skip
    return render(request, "office/reliefs.html", context)


def _relief_form(request: OfficeRequest, **initial: Any) -> ReliefForm:
    form = ReliefForm(request.POST if request.method == "POST" else None, initial=initial)
    offer_institutions(form, county(request))
    return form


def _begun(request: OfficeRequest, form: ReliefForm, award: Award, renews: Relief | None) -> bool:
    """Begin what a valid form says; a refusal stands among its errors."""
    data = form.cleaned_data
    amount: Decimal | None = data["amount"]
    made = form.tried(
        lambda: reliefs.begin(
            award=award, valid_from=data["valid_from"], valid_to=data["valid_to"], institution=data["institution"],
            amount_fen=None if amount is None else fen(amount), renews=renews, at=now(), by=request.user,
        )
    )  # fmt: skip
    return made is not None


@require_http_methods(["GET", "POST"])
def begin(request: OfficeRequest, pk: int) -> HttpResponse:
    """按一项批准开始减免。"""
    award = get_object_or_404(_granted(request, _RELIEFS), pk=pk)
    amount = text(from_fen(award.granted_fen)) if award.granted_fen else ""
    form = _relief_form(request, valid_from=award.approved_on, valid_to=award.ends_on, amount=amount)
    if form.is_valid() and _begun(request, form, award, None):
        messages.success(request, "已开始减免。")
        return redirect("office:reliefs")
    return form_page(request, form, "开始减免代缴", reverse("office:reliefs"), lead=_about(award), action="开始")


@require_http_methods(["GET", "POST"])
def renew(request: OfficeRequest, pk: int) -> HttpResponse:
    """从上一次终止的那天起续办。"""
    before = get_object_or_404(_reliefs(request).exclude(valid_to=None).filter(renewed_by=None), pk=pk)
    held = _granted(request, (before.award.scheme,)).filter(person=before.person_id).order_by("-approved_on").first()
    award = held or before.award
    amount = "" if before.amount_fen is None else text(from_fen(before.amount_fen))
    form = _relief_form(
        request,
        valid_from=before.valid_to,
        valid_to=_same_length(before),
        amount=amount,
        institution=before.institution,
    )
    if form.is_valid() and _begun(request, form, award, before):
        messages.success(request, "已续办。")
        return redirect("office:reliefs")
    return form_page(request, form, "续办减免代缴", reverse("office:reliefs"), lead=_about(award), action="续办")


def _same_length(before: Relief) -> date | None:
    return None if before.valid_to is None else before.valid_to + (before.valid_to - before.valid_from)


@require_http_methods(["GET", "POST"])
def end(request: OfficeRequest, pk: int) -> HttpResponse:
    """终止一项减免。"""
    one = get_object_or_404(_reliefs(request), pk=pk)
    form = EndForm(request.POST if request.method == "POST" else None, initial={"on": today()})
    if form.is_valid():
        data = form.cleaned_data
        done = form.tried(
            lambda: reliefs.end(relief=one, on=data["on"], reason=data["reason"], at=now(), by=request.user)
        )
        if done is not None:
            messages.success(request, "已终止。")
            return redirect("office:reliefs")
    return form_page(request, form, "终止减免代缴", reverse("office:reliefs"), lead=_about(one.award), action="终止")


@require_POST
def end_all(request: OfficeRequest) -> HttpResponse:
    """残疾人证失效或本人去世的，一起终止。"""
    count = reliefs.end_without_certificate(day=today(), at=now(), by=request.user, inside=prefix(county(request)))
    messages.success(request, f"已终止 {count} 项减免。")
    return redirect("office:reliefs")


@require_GET
def medicine(request: OfficeRequest) -> HttpResponse:
    """领药：谁漏领了哪些月。"""
    page = slice_of(_granted(request, _MEDICINE).order_by("person_id", "pk"), request)
    rows = [
        {
            "award": one, "name": masking.name(one.person.name), "times": one.pickups.count(),
            "missed": [month.label for month in reliefs.missed(one, Month.of(today()).previous)],
        }
        for one in page
    ]  # fmt: skip
    return render(request, "office/medicine.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "POST"])
def pick_up(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记一个月的药已经领走。"""
    award = get_object_or_404(_granted(request, _MEDICINE), pk=pk)
    form = PickupForm(request.POST if request.method == "POST" else None, initial={"day": today()})
    offer_institutions(form, county(request))
    if form.is_valid():
        data = form.cleaned_data
        made = form.tried(
            lambda: reliefs.pick_up(
                award=award, institution=data["institution"], day=data["day"], worth_fen=fen(data["worth"] or Decimal(0)),
                at=now(), by=request.user,
            )
        )  # fmt: skip
        if made is not None:
            messages.success(request, f"已登记{Month.from_index(made.month).label}领药。")
            return redirect("office:medicine")
    return form_page(request, form, "登记领药", reverse("office:medicine"), lead=_about(award), action="登记")
