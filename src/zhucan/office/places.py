"""Places: which there are, one of them with all that is known of it, an area likewise; entering, ending, taking back."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.core import masking
from zhucan.facilities import queries, services
from zhucan.facilities.entries import AREA, DETAILS, ENTRIES, FACILITY, GOING, STANDARD, Entry
from zhucan.facilities.kinds import GOES_ON, KINDS
from zhucan.facilities.models import Check, Facility, Issue, Kept, Stay
from zhucan.facilities.reading import Around
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.office.place_forms import EntryForm
from zhucan.office.place_sections import rows_of, said, section_of, sections_of
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Division
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of

_OF_FACILITY = ("designation", "worker", "training", "stay", "feature", "support", "check", "issue")
_OF_AREA = ("worker", "training", "patrol", "issue", "check", "feature", "spot", "travel")
"""What is told of a facility and of an area, in the order of the page."""


class FilterForm(Form):
    """看哪些场所。"""

    quiet = True

    kind = forms.ChoiceField(
        label="种类", required=False, choices=[("", "全部"), *((code, kind.label) for code, kind in KINDS.items())]
    )
    q = forms.CharField(label="名称", max_length=40, required=False)
    closed = forms.ChoiceField(label="状态", required=False, choices=[("", "在用的"), ("yes", "停用的")])


class EndForm(Form):
    """从哪天起不再。"""

    day = DateField(label="结束日期", help_text="从这天起不再在册、在岗、在用。")


class ReasonForm(Form):
    """为什么撤回。"""

    reason = forms.CharField(label="撤回原因", max_length=200)


class GoingForm(Form):
    """离开以后去了哪里。"""

    goes_on = forms.ChoiceField(label="去向", choices=[("", "请选择"), *GOES_ON.items()])


def facility_of(request: OfficeRequest, pk: int) -> Facility:
    """Return a facility of the own place, else 404."""
    return get_object_or_404(queries.facilities_in(scope.here(request)), pk=pk)


def area_of(request: OfficeRequest, code: str) -> Division:
    """Return an area of the own place, else 404."""
    return get_object_or_404(scope.divisions(request), pk=code)


@require_GET
def places(request: OfficeRequest) -> HttpResponse:
    """场所：学校、幼儿园、康复站、基地和综合设施。"""
    form = FilterForm(request.GET)
    form.is_valid()
    data = form.cleaned_data
    found = queries.facilities_in(scope.here(request)).filter(valid_to__isnull=data.get("closed") != "yes")
    if data.get("kind"):
        found = found.filter(kind=data["kind"])
    if data.get("q"):
        found = found.filter(name__contains=data["q"])
    page = slice_of(found.prefetch_related("designations"), request)
    rows = [
        {
            "one": one,
            "titles": "、".join(
                f"{held.get_level_display()}{held.title}"
                for held in one.designations.all()
                if held.retracted_at is None and held.valid_to is None
            ),
        }
        for one in page
    ]
    context = {
        "form": form, "page": page, "rows": rows, "here": request.post.division,
        "late": queries.issues_in(scope.here(request)).filter(queries.late(today())).count(),
    }  # fmt: skip
    return render(request, "office/places.html", context)


@require_GET
def place(request: OfficeRequest, pk: int) -> HttpResponse:
    """一个场所：级别、人员、在册的人、设施、补助、检查、问题。"""
    found = facility_of(request, pk)
    stays = KINDS[found.kind].stays
    sections = sections_of(found, tuple(name for name in _OF_FACILITY if name != "stay" or stays))
    audit.record(actor=request.user, action="office.facility", target=f"facility:{pk}", at=now())
    context = {
        "place": found, "facility": found, "sections": sections, "kind": KINDS[found.kind].label,
        "facts": [
            ("种类", KINDS[found.kind].label), ("所在地", found.division.name), ("地址", found.address or "没有登记"),
            ("核定人数", f"{found.capacity} 人" if found.capacity else "没有登记"),
            ("坐标", f"{found.latitude}，{found.longitude}" if found.latitude is not None else "没有登记"),
            ("收款机构", str(found.institution or "没有")), ("启用", said(found.valid_from) or "没有登记"),
            *([("停用", said(found.valid_to))] if found.valid_to else []),
        ],
    }  # fmt: skip
    return render(request, "office/place.html", context)


@require_GET
def area(request: OfficeRequest, code: str) -> HttpResponse:
    """一个地方：监督员、巡查、问题和任务、检查、社区里的设施、坐标和路程。"""
    found = area_of(request, code)
    below = scope.divisions(request).filter(parent=found).order_by("code")
    what = tuple(name for name in _OF_AREA if name not in ("spot", "travel") or found.level == "village")
    context = {"place": found, "sections": sections_of(found, what), "below": below, "facts": []}
    return render(request, "office/place.html", context)


def _subject(request: OfficeRequest, key: int | str) -> Facility | Division:
    return facility_of(request, key) if isinstance(key, int) else area_of(request, key)


def back_to(subject: Facility | Division) -> str:
    """Return the address of the page of a facility or an area."""
    name = "facilities-place" if isinstance(subject, Facility) else "facilities-area"
    return reverse(f"office:{name}", args=[subject.pk])


def _entry(what: str, about: str) -> Entry:
    entry = ENTRIES.get(what)
    if entry is None or about not in entry.about:
        raise Http404
    return entry


@require_GET
def rows(request: OfficeRequest, key: int | str, what: str) -> HttpResponse:
    """一个场所或地方的一类登记，全部列出。"""
    subject = _subject(request, key)
    entry = _entry(what, FACILITY if isinstance(subject, Facility) else AREA)
    found = rows_of(entry, subject)
    page = slice_of(found, request)
    section = section_of(entry, found, "", "", rows=page)
    return render(request, "office/place_rows.html", {"place": subject, "section": section, "page": page, "back": back_to(subject)})  # fmt: skip


@require_http_methods(["GET", "POST"])
def add(request: OfficeRequest, key: int | str, what: str) -> HttpResponse:
    """登记一条：场所、人员、培训、在册的人、设施、补助、标准、检查、问题……"""
    subject = _subject(request, key)
    facility = subject if isinstance(subject, Facility) else None
    entry = _entry(what, FACILITY if facility else AREA)
    around = Around(facility.division if facility else subject, facility, scope.people(request))  # type: ignore[arg-type]  # a Division where no facility
    photo = what == "issue"
    form = EntryForm(
        request.POST if request.method == "POST" else None, request.FILES or None, columns=entry.columns, around=around,
        photo=photo, initial={"day": today(), "found_on": today(), "quantity": "1"},
    )  # fmt: skip
    if form.is_valid() and (made := form.tried(lambda: _enter(request, what, subject, form.cleaned_data, around))):
        messages.success(request, f"已登记{entry.title}。")
        if isinstance(made, Facility | Check):
            return redirect(
                "office:facilities-place" if isinstance(made, Facility) else "office:facilities-check", made.pk
            )
        return redirect("office:facilities-standard", made.pk) if what == STANDARD else redirect(back_to(subject))
    return form_page(request, form, f"登记{entry.title}", back_to(subject), lead=f"{subject}。", action="登记")


@transaction.atomic  # a photograph that cannot be kept leaves nothing behind
def _enter(request: OfficeRequest, what: str, subject: Any, said: Mapping[str, Any], around: Around) -> Kept:
    made = services.enter(what=what, subject=subject, said=said, around=around, at=now(), by=request.user)
    photo = said.get("photo")
    if photo and isinstance(made, Issue):
        services.attach(issue=made, name=photo.name, chunks=photo.chunks(), at=now(), by=request.user)
    return made


@require_http_methods(["GET", "POST"])
def amend(request: OfficeRequest, pk: int) -> HttpResponse:
    """更正场所的地址、人数、坐标和收款机构。"""
    found = facility_of(request, pk)
    around = Around(found.division, found)
    initial = {column.field: getattr(found, column.field) for column in DETAILS.columns}
    initial["institution"] = found.institution.name if found.institution else ""
    form = EntryForm(request.POST if request.method == "POST" else None, columns=DETAILS.columns, around=around, initial=initial)  # fmt: skip

    def act() -> Facility:
        return services.amend(facility=found, said=form.cleaned_data, around=around, at=now(), by=request.user)

    if form.is_valid() and form.tried(act) is not None:
        messages.success(request, "已保存。")
        return redirect(back_to(found))
    return form_page(request, form, "更正场所资料", back_to(found), lead=f"{found}。")


def _row(request: OfficeRequest, what: str, pk: int) -> Any:
    """Return a row about a facility or an area of the own place, else 404."""
    entry = ENTRIES.get(what)
    if entry is None or STANDARD in entry.about:
        raise Http404
    field = {"training": "worker__division_id", "designation": "facility__division_id", "stay": "facility__division_id", "support": "facility__division_id"}.get(what, "division_id")  # fmt: skip
    return get_object_or_404(entry.model._default_manager.filter(inside(field, scope.here(request)), retracted_at=None), pk=pk)  # fmt: skip


def _home(row: Any) -> str:
    """Return the page that a row is told on."""
    if isinstance(row, Facility):
        return back_to(row)
    held = getattr(row, "worker", None) if not hasattr(row, "division_id") and not hasattr(row, "facility_id") else None
    about = held or row
    facility = getattr(about, "facility", None)
    if isinstance(row, Kept) and row._meta.model_name == "travel":
        facility = None
    return back_to(facility or about.division)


@require_http_methods(["GET", "POST"])
def end(request: OfficeRequest, what: str, pk: int) -> HttpResponse:
    """结束一条：停用、取消、离岗、离开、拆除。"""
    row = _row(request, what, pk)
    if not ENTRIES[what].ends:
        raise Http404
    form = EndForm(request.POST if request.method == "POST" else None, initial={"day": today()})
    if isinstance(row, Stay):
        form.fields["goes_on"] = forms.ChoiceField(label=GOING.label, choices=[("", "请选择"), *GOES_ON.items()], error_messages={"required": "请选择去向。"})  # fmt: skip

    def act() -> bool:
        data = form.cleaned_data
        services.end(row=row, day=data["day"], at=now(), by=request.user, goes_on=data.get("goes_on", ""))
        return True

    if form.is_valid() and form.tried(act):
        messages.success(request, "已登记结束。")
        return redirect(_home(row))
    return form_page(request, form, f"结束：{_called(row)}", _home(row), action="结束")


@require_http_methods(["GET", "POST"])
def follow(request: OfficeRequest, pk: int) -> HttpResponse:
    """离开的人后来去了哪里。"""
    row: Stay = _row(request, "stay", pk)
    form = GoingForm(request.POST if request.method == "POST" else None, initial={"goes_on": row.goes_on})

    def act() -> bool:
        services.follow(stay=row, goes_on=form.cleaned_data["goes_on"], at=now(), by=request.user)
        return True

    if form.is_valid() and form.tried(act):
        messages.success(request, "已登记去向。")
        return redirect(_home(row))
    return form_page(request, form, f"去向：{_called(row)}", _home(row))


@require_http_methods(["GET", "POST"])
def take_back(request: OfficeRequest, what: str, pk: int) -> HttpResponse:
    """撤回登记错的一条，写明原因。"""
    row = _row(request, what, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act() -> bool:
        services.retract(row=row, reason=form.cleaned_data["reason"], at=now(), by=request.user)
        return True

    if form.is_valid() and form.tried(act):
        messages.success(request, "已撤回。")
        return redirect("office:facilities") if isinstance(row, Facility) else redirect(_home(row))
    return form_page(request, form, f"撤回{ENTRIES[what].title}：{_called(row)}", _home(row), action="撤回")


def _called(row: Any) -> str:
    """Return what a row is called in a heading."""
    if isinstance(row, Stay):
        return f"{masking.name(row.person.name)}（{row.person_id}）"
    for name in ("name", "title", "text", "topic", "purpose", "route"):
        if getattr(row, name, ""):
            return str(getattr(row, name))
    return f"第 {row.pk} 条"
