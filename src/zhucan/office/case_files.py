"""Files of people who are followed: whom a keeper has to see, what was done, and who coordinates where.

What was said and what happened is confidential: the pages show that there is an entry, and only the county clerk opens one.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.casework import files
from zhucan.casework.loads import loads
from zhucan.casework.models import CaseFile, Contact, Incident, Kind, Way
from zhucan.core import masking
from zhucan.indicators.given import given_to
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import done, form_page
from zhucan.office.plan_steps import ReasonForm
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import Division, Level
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.rehabilitation.needs import NEED_OF
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of

_NAMES = {item.id: item.name for item in SCHEMES}


class FilesForm(Form):
    """看哪些档案。"""

    quiet = True

    kind = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *Kind.choices])
    which = forms.ChoiceField(
        label="看哪些",
        required=False,
        choices=[("", "没有结案的"), ("overdue", "超期没有联系的"), ("closed", "已结案的")],
    )


class OpenForm(Form):
    """建立跟踪档案。"""

    kind = forms.ChoiceField(label="种类", choices=Kind.choices)
    every_days = forms.IntegerField(label="每隔几天联系一次", min_value=1, max_value=366, initial=30)
    office = forms.CharField(label="乡镇（街道）负责人", max_length=40, required=False, help_text="联合监护填写")
    community = forms.CharField(label="村（社区）负责人", max_length=40, required=False, help_text="联合监护填写")
    federation = forms.CharField(label="残联负责人", max_length=40, required=False, help_text="联合监护填写")
    coordinator = forms.CharField(
        label="康复协调员", max_length=40, required=False, help_text="康复协调填写；空着就由本人所在社区的协调员负责"
    )
    social_worker = forms.CharField(label="社会工作者", max_length=40, required=False, help_text="社工服务填写")
    goal = forms.CharField(label="目标", max_length=200, required=False)
    day = DateField(label="建档日期")


class ContactForm(Form):
    """登记一次联系。"""

    day = DateField(label="日期")
    way = forms.ChoiceField(label="方式", choices=Way.choices)
    worker = forms.CharField(label="联系人", max_length=40)
    note = forms.CharField(
        label="情况",
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="保密，只有县级经办人能打开",
    )


class IncidentForm(Form):
    """登记肇事肇祸事件。"""

    day = DateField(label="发生日期")
    account = forms.CharField(
        label="经过和处置", max_length=2000, widget=forms.Textarea({"rows": 5}), help_text="保密，只有县级经办人能打开"
    )


class KeeperForm(Form):
    """换负责人。"""

    side = forms.ChoiceField(label="哪一方")
    name = forms.CharField(label="姓名", max_length=40)
    day = DateField(label="从哪天起")


class IntervalForm(Form):
    """改联系间隔。"""

    every_days = forms.IntegerField(label="每隔几天联系一次", min_value=1, max_value=366)


class CloseForm(Form):
    """档案结案。"""

    day = DateField(label="结案日期")
    note = forms.CharField(label="结案说明", max_length=200)


class CoordinatorForm(Form):
    """安排社区康复协调员。"""

    division = forms.ModelChoiceField(label="村（社区）", queryset=Division.objects.none())
    name = forms.CharField(label="姓名", max_length=40)
    day = DateField(label="从哪天起")


def _files(request: OfficeRequest) -> QuerySet[CaseFile]:
    return CaseFile.objects.filter(person__in=scope.people(request)).select_related("person")


@require_GET
def listing(request: OfficeRequest) -> HttpResponse:
    """跟踪档案：该联系谁，超期的是谁。"""
    form = FilesForm(request.GET)
    form.is_valid()
    data, day = form.cleaned_data, today()
    found = _files(request).filter(closed_on__isnull=data.get("which") != "closed")
    if data.get("kind"):
        found = found.filter(kind=data["kind"])
    if data.get("which") == "overdue":
        found = files.overdue(found, day)
    page = slice_of(found, request)
    rows = [
        {
            "file": one, "name": masking.name(one.person.name), "due": files.next_contact(one),
            "keepers": one.keepers.filter(valid_to=None) if one.closed_on is None else one.keepers.all(),
        }
        for one in page
    ]  # fmt: skip
    return render(request, "office/case_files.html", {"form": form, "page": page, "rows": rows, "day": day})


@require_GET
def file(request: OfficeRequest, pk: int) -> HttpResponse:
    """一份跟踪档案：负责人、需求、联系和事件。"""
    found = get_object_or_404(_files(request), pk=pk)
    audit.record(actor=request.user, action="office.case-file", target=f"file:{pk}", at=now(), person=found.person_id)
    context = {
        "file": found,
        "name": masking.name(found.person.name),
        "due": files.next_contact(found),
        "day": today(),
        "keepers": found.keepers.all(),
        "contacts": found.contacts.select_related("by"),
        "incidents": found.incidents.select_related("by"),
        "needs": _needs(found),
    }
    return render(request, "office/case_file.html", context)


def _needs(found: CaseFile) -> list[dict[str, Any]]:
    """Return each listed need with what was given for it since the file was opened."""
    if not found.needs:
        return []
    got = [one for one in given_to(found.person_id) if one.day >= found.opened_on]
    told = []
    for code in found.needs:
        need = NEED_OF[code]
        names = {_NAMES[scheme] for scheme in need.schemes}
        told.append({"label": need.label, "given": [one for one in got if one.scheme in names]})
    return told


def _page(request: OfficeRequest, form: Form, heading: str, found: CaseFile, action: str = "登记") -> HttpResponse:
    lead = f"{masking.name(found.person.name)}（人员 {found.person_id}），{found.get_kind_display()}。"
    back = reverse("office:services-file", args=[found.pk])
    return form_page(request, form, heading, back, lead=lead, action=action)


@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest, pk: int) -> HttpResponse:
    """给一个人建立跟踪档案。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    form = OpenForm(request.POST or None, initial={"day": today()})

    def act() -> CaseFile:
        data = form.cleaned_data
        wanted = files.SIDES[Kind(data["kind"])]
        return files.open_file(
            person=person, kind=data["kind"], every_days=data["every_days"], keepers={side: data[side] for side in wanted},
            goal=data["goal"], day=data["day"], at=now(), by=request.user,
        )  # fmt: skip

    if form.is_valid():
        made = form.tried(act)
        if made is not None:
            messages.success(request, "已建档。")
            return redirect("office:services-file", pk=made.pk)
    lead = f"{masking.name(person.name)}（人员 {pk}）。"
    return form_page(request, form, "建立跟踪档案", reverse("office:people-file", args=[pk]), lead=lead, action="建档")


@require_http_methods(["GET", "POST"])
def contact(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记一次联系或检查。"""
    found = get_object_or_404(_files(request), pk=pk)
    form = ContactForm(request.POST or None, initial={"day": today()})
    if done(
        request, form, lambda: files.contact(file=found, **form.cleaned_data, at=now(), by=request.user), "已登记。"
    ):
        return redirect("office:services-file", pk=pk)
    return _page(request, form, "登记一次联系", found)


@require_http_methods(["GET", "POST"])
def incident(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记肇事肇祸事件。"""
    found = get_object_or_404(_files(request).filter(kind=Kind.GUARDIANSHIP), pk=pk)
    form = IncidentForm(request.POST or None, initial={"day": today()})
    if done(
        request, form, lambda: files.incident(file=found, **form.cleaned_data, at=now(), by=request.user), "已登记。"
    ):
        return redirect("office:services-file", pk=pk)
    return _page(request, form, "登记肇事肇祸事件", found)


@require_http_methods(["GET", "POST"])
def keeper(request: OfficeRequest, pk: int) -> HttpResponse:
    """换一方的负责人。"""
    found = get_object_or_404(_files(request), pk=pk)
    form = KeeperForm(request.POST or None, initial={"day": today()})
    sides = [(side.value, side.label) for side in files.SIDES[Kind(found.kind)]]
    form.fields["side"].choices = sides  # type: ignore[attr-defined]  # a ChoiceField, above
    if done(
        request,
        form,
        lambda: files.change_keeper(file=found, **form.cleaned_data, at=now(), by=request.user),
        "已换负责人。",
    ):
        return redirect("office:services-file", pk=pk)
    return _page(request, form, "换负责人", found, "保存")


@require_http_methods(["GET", "POST"])
def interval(request: OfficeRequest, pk: int) -> HttpResponse:
    """按需要改联系间隔。"""
    found = get_object_or_404(_files(request), pk=pk)
    form = IntervalForm(request.POST or None, initial={"every_days": found.every_days})
    if done(
        request, form, lambda: files.reschedule(file=found, **form.cleaned_data, at=now(), by=request.user), "已改。"
    ):
        return redirect("office:services-file", pk=pk)
    return _page(request, form, "改联系间隔", found, "保存")


@require_http_methods(["GET", "POST"])
def close(request: OfficeRequest, pk: int) -> HttpResponse:
    """档案结案。"""
    found = get_object_or_404(_files(request), pk=pk)
    form = CloseForm(request.POST or None, initial={"day": today()})
    if done(request, form, lambda: files.close(file=found, **form.cleaned_data, at=now(), by=request.user), "已结案。"):
        return redirect("office:services-file", pk=pk)
    return _page(request, form, "档案结案", found, "结案")


def _entry(request: OfficeRequest, pk: int, what: str, entry: int) -> Contact | Incident:
    if what not in ("contact", "incident"):
        raise Http404
    found = get_object_or_404(_files(request), pk=pk)
    if what == "contact":
        return get_object_or_404(found.contacts, pk=entry)
    return get_object_or_404(found.incidents, pk=entry)


@require_POST
def told(request: OfficeRequest, pk: int, what: str, entry: int) -> HttpResponse:
    """打开一条保密的记录。"""
    found = _entry(request, pk, what, entry)
    audit.record(
        actor=request.user, action="office.note-opened", target=f"file:{pk}", at=now(), person=found.file.person_id, kind=what
    )  # fmt: skip
    note = found.note if isinstance(found, Contact) else found.account
    context = {
        "name": masking.name(found.file.person.name), "day": found.day, "note": note, "risk": "",
        "back": reverse("office:services-file", args=[pk]),
    }  # fmt: skip
    return render(request, "office/note.html", context)


@require_http_methods(["GET", "POST"])
def take_back(request: OfficeRequest, pk: int, what: str, entry: int) -> HttpResponse:
    """撤回登记错的一条，写明原因。"""
    found = _entry(request, pk, what, entry)
    form = ReasonForm(request.POST or None)
    if done(
        request, form, lambda: files.take_back(entry=found, **form.cleaned_data, at=now(), by=request.user), "已撤回。"
    ):
        return redirect("office:services-file", pk=pk)
    return _page(request, form, f"撤回 {found.day:%Y-%m-%d} 的记录", found.file, "撤回")


@require_GET
def coordinators(request: OfficeRequest) -> HttpResponse:
    """康复协调员：各管几个人，今年联系了几次，超期几个。"""
    day = today()
    rows = loads(_files(request), scope.divisions(request), day)
    return render(request, "office/coordinators.html", {"rows": rows, "year": day.year})


@require_http_methods(["GET", "POST"])
def coordinator(request: OfficeRequest) -> HttpResponse:
    """安排一个村（社区）的康复协调员。"""
    form = CoordinatorForm(request.POST or None, initial={"day": today()})
    form.fields["division"].queryset = scope.divisions(request).filter(level=Level.VILLAGE)  # type: ignore[attr-defined]  # above
    if done(request, form, lambda: files.appoint(**form.cleaned_data, at=now(), by=request.user), "已安排。"):
        return redirect("office:services-coordinators")
    return form_page(request, form, "安排康复协调员", reverse("office:services-coordinators"), action="安排")
