"""Devices that were granted: which wait to be accepted, which are due again, and what was done about each."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.cases.models import Award
from zhucan.core import masking
from zhucan.delivery import fittings
from zhucan.delivery.fittings import DEVICE_OF
from zhucan.delivery.models import Fitting, MoveKind
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.policy.catalogue import scheme
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of


class DevicesForm(Form):
    """看哪些器具。"""

    quiet = True

    which = forms.ChoiceField(
        label="看哪些",
        required=False,
        choices=[("", "没有验收的"), ("due", "到期可以更换的"), ("broken", "回访不能正常使用的"), ("all", "全部")],
    )
    scheme = forms.ChoiceField(label="器具", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(name, device.name) for name, device in DEVICE_OF.items()]
        self.fields["scheme"].choices = [("", "全部"), *named]  # type: ignore[attr-defined]  # a ChoiceField, above


class FittingForm(Form):
    """登记一次测量、适配、训练、验收、维修或回访。"""

    kind = forms.ChoiceField(label="事项", choices=Fitting.Kind.choices)
    day = DateField(label="日期")
    worker = forms.CharField(label="办理人", max_length=40)
    works = forms.ChoiceField(
        label="能正常使用吗",
        required=False,
        choices=[("", "不是回访"), ("yes", "能"), ("no", "不能")],
        help_text="回访时填写",
    )
    note = forms.CharField(label="说明", max_length=200, required=False)


class BackForm(Form):
    """撤回。"""

    reason = forms.CharField(label="撤回原因", max_length=200)


def _awards(request: OfficeRequest) -> QuerySet[Award]:
    found = Award.objects.filter(scheme__in=[*DEVICE_OF], granted_fen__isnull=False, revoked_at=None)
    return found.filter(person__in=scope.people(request)).select_related("person")


@require_GET
def devices(request: OfficeRequest) -> HttpResponse:
    """辅助器具：没有验收的、到期可以更换的。"""
    form = DevicesForm(request.GET)
    form.is_valid()
    data = form.cleaned_data
    done = Fitting.objects.filter(award=OuterRef("pk"), retracted_at=None)
    found = _awards(request).annotate(accepted=Exists(done.filter(kind=Fitting.Kind.ACCEPT)))
    match data.get("which"):
        case "all":
            pass
        case "due":
            found = found.filter(ends_on__lte=today())
        case "broken":
            # a repair after the visit says nothing of whether it works, and so takes it off the list
            last = done.filter(kind__in=(Fitting.Kind.VISIT, Fitting.Kind.REPAIR)).order_by("-day", "-pk")
            found = found.annotate(works=Subquery(last.values("works")[:1])).filter(works=False)
        case _:
            found = found.filter(accepted=False)
    if data.get("scheme"):
        found = found.filter(scheme=data["scheme"])
    page = slice_of(found.order_by("approved_on", "pk"), request)
    rows = [{"award": one, "name": masking.name(one.person.name), "device": DEVICE_OF[one.scheme].name} for one in page]
    return render(request, "office/devices.html", {"form": form, "page": page, "rows": rows, "day": today()})


@require_GET
def device(request: OfficeRequest, pk: int) -> HttpResponse:
    """一件器具：批准、发放、适配、验收、维修、回访。"""
    award = get_object_or_404(_awards(request), pk=pk)
    audit.record(actor=request.user, action="office.device", target=f"award:{pk}", at=now(), person=award.person_id)
    done = list(award.fittings.select_related("by"))
    context = {
        "award": award,
        "name": masking.name(award.person.name),
        "scheme": scheme(award.scheme).name,
        "issued": award.moves.filter(kind=MoveKind.ISSUE)
        .select_related("item", "piece", "store", "by")
        .order_by("day"),
        "done": done,
        "application": getattr(award, "application", None),
        "due": award.ends_on is not None and award.ends_on <= today(),
    }
    return render(request, "office/device_granted.html", context)


def _form(request: OfficeRequest, form: Form, heading: str, award: Award, action: str) -> HttpResponse:
    lead = f"{masking.name(award.person.name)}（人员 {award.person_id}），{scheme(award.scheme).name}，{award.approved_on:%Y-%m-%d}批准。"
    back = reverse("office:stock-device", args=[award.pk])
    return form_page(request, form, heading, back, lead=lead, action=action)


@require_http_methods(["GET", "POST"])
def fitting(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记一次测量、适配、训练、验收、维修或回访。"""
    award = get_object_or_404(_awards(request), pk=pk)
    form = FittingForm(request.POST or None, initial={"day": today()})

    def act() -> Fitting:
        data = form.cleaned_data
        return fittings.record(
            award=award, kind=data["kind"], day=data["day"], worker=data["worker"], note=data["note"],
            works={"yes": True, "no": False}.get(data["works"]), at=now(), by=request.user,
        )  # fmt: skip

    if form.is_valid() and form.tried(act) is not None:
        messages.success(request, "已登记。")
        return redirect("office:stock-device", pk=pk)
    return _form(request, form, "登记适配和验收", award, "登记")


@require_http_methods(["GET", "POST"])
def take_back(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤回登记错的一条，写明原因。"""
    found = get_object_or_404(Fitting.objects.filter(award__in=_awards(request)).select_related("award__person"), pk=pk)
    form = BackForm(request.POST or None)

    def act() -> Fitting:
        return fittings.take_back(fitting=found, reason=form.cleaned_data["reason"], at=now(), by=request.user)

    if form.is_valid() and form.tried(act) is not None:
        messages.success(request, "已撤回。")
        return redirect("office:stock-device", pk=found.award_id)
    return _form(request, form, f"撤回 {found.day:%Y-%m-%d} 的{found.get_kind_display()}", found.award, "撤回")
