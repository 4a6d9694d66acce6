"""Doubts on pages: what other departments' lists say against the registry, both sides and the money, settled one by one or
together."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, F, QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.cases.models import Award
from zhucan.core import masking
from zhucan.core.divisions import Level, county_of, level_of
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen, text
from zhucan.office import scope, work
from zhucan.office.access import OfficeRequest
from zhucan.office.corrections import effect_rows
from zhucan.office.fields import form_page
from zhucan.office.imports import UploadForm, folder, kept
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import Division, Role
from zhucan.orgs.wording import plain
from zhucan.payments.effects import effects_of
from zhucan.policy.catalogue import scheme
from zhucan.registry.crosschecks import comparing, settling
from zhucan.registry.crosschecks.kinds import KINDS
from zhucan.registry.models import Doubt
from zhucan.web.forms import UNPROCESSABLE, Form
from zhucan.web.slices import slice_of

_AT_ONCE = 200
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BY_DEADLINE = (F("due").asc(nulls_last=True), "pk")
_CLERKS = (Role.COUNTY_CLERK, Role.TOWNSHIP_CLERK)


class ListForm(UploadForm):
    """其他部门给的名单。"""

    list = forms.ChoiceField(
        label="哪一种名单", choices=[(kind.id, f"{kind.label}（{kind.source}）") for kind in KINDS.values()]
    )
    source = forms.CharField(
        label="哪个部门给的", max_length=40, required=False, help_text="不填就按种类写：例如死亡名单是公安。"
    )
    whole = forms.BooleanField(
        label="这是本地完整的救助名单", required=False, help_text="勾选后，登记在享而名单上没有的人也成为疑点。"
    )
    field_order = ("list", "file", "source", "as_of", "whole")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["allow_rename"]
        self.fields["file"].label = "名单文件"
        self.fields["file"].help_text = "xlsx 或 csv，照部门给的原样。要有身份证号或姓名，表头在前 20 行里都认得出。"

    def clean_source(self) -> str:
        """Let words pass that no list takes for a formula."""
        said: str = self.cleaned_data["source"].strip()
        if said and not plain(said):
            raise forms.ValidationError("部门名称不要用尖括号，也不要用等号、加减号开头：请改写。")
        return said


class SettleForm(Form):
    """怎么处理。"""

    reason = forms.CharField(
        label="理由", max_length=200, required=False, help_text="名单有误或转交时要写，例如：已上门见到本人。"
    )

    def clean_reason(self) -> str:
        """Let words pass that no list takes for a formula."""
        said: str = self.cleaned_data["reason"].strip()
        if said and not plain(said):
            raise forms.ValidationError("理由不要用尖括号，也不要用等号、加减号开头：请改写。")
        return said


def _told(doubt: Doubt) -> dict[str, Any]:
    return {
        "doubt": doubt,
        "problem": comparing.PROBLEMS[doubt.problem],
        "list": KINDS[doubt.kind].label,
        "late": doubt.status == Doubt.Status.OPEN and doubt.due is not None and doubt.due < today(),
        "owner": f"{doubt.place.name}{Role(doubt.role).label}",
    }


@require_GET
def queue(request: OfficeRequest) -> HttpResponse:
    """疑点：按期限排列，自己岗位的在前。"""
    mine = scope.doubts(request)
    settled, kind = request.GET.get("settled") == "yes", request.GET.get("kind", "")
    found = mine.exclude(status=Doubt.Status.OPEN) if settled else mine.filter(status=Doubt.Status.OPEN)
    if kind in KINDS:
        found = found.filter(kind=kind)
    if request.GET.get("own") == "yes":
        found = found.filter(role=request.post.role)
    order = ("-settled_at", "pk") if settled else _BY_DEADLINE
    page = slice_of(found.select_related("person", "place", "settled_by").order_by(*order), request)
    open_ones = mine.filter(status=Doubt.Status.OPEN)
    counts = open_ones.order_by().values("kind").annotate(people=Count("pk"))
    exact = open_ones.filter(match=Doubt.Match.EXACT, **({"kind": kind} if kind in KINDS else {})).count()
    context = {
        "page": page,
        "rows": [_told(doubt) for doubt in page],
        "kinds": [(KINDS[row["kind"]], row["people"]) for row in counts],
        "kind": kind,
        "settled": settled,
        "own": request.GET.get("own") == "yes",
        "exact": exact,
        "most": min(exact, _AT_ONCE),
        "late": open_ones.filter(due__lt=today()).count(),
    }
    return render(request, "office/doubts.html", context)


@require_http_methods(["GET", "POST"])
def doubt(request: OfficeRequest, pk: int) -> HttpResponse:
    """一条疑点：名单怎么说，登记怎么说，采信以后钱有什么变化。"""
    found = get_object_or_404(scope.doubts(request).select_related("person", "place", "batch", "settled_by"), pk=pk)
    may_act = Role(request.post.role) in _CLERKS and found.status == Doubt.Status.OPEN
    form = SettleForm(request.POST or None)
    if request.method == "POST":
        if Role(request.post.role) not in _CLERKS:
            raise Http404
        if form.is_valid():
            said = form.tried(lambda: _settled(request, found, form.cleaned_data["reason"]))
            if said is not None:
                messages.success(request, said)
                return redirect("office:doubts")
    context: dict[str, Any] = {
        **_told(found),
        "person": found.person,
        "identity": masking.resident_id(found.person.id_number),
        "theirs": comparing.theirs(found),
        "cells": _cells(found),
        "ours": comparing.ours(found),
        "awards": [
            scheme(name).name
            for name in Award.objects.filter(person=found.person, withdrawn_on=None, lapsed_from=None, revoked_at=None)
            .order_by("scheme").values_list("scheme", flat=True).distinct()
        ],
        "others": list(scope.people(request).filter(pk__in=found.claim.get("others", [])).values_list("pk", "name")),
        "form": form,
        "may_act": may_act,
        "referred": _other_post(found)[0].label,
    }  # fmt: skip
    if may_act:
        context |= _effects(found)
    return render(request, "office/doubt.html", context, status=UNPROCESSABLE if form.errors else 200)


def _cells(found: Doubt) -> list[tuple[str, str]]:
    """Return the row of the list as it came; numbers in it are masked like ours."""
    rows: list[tuple[str, str]] = json.loads(found.told)
    return [
        (word, masking.resident_id(cell) if len(cell) >= 15 and cell[:6].isdigit() else cell) for word, cell in rows
    ]


def _effects(found: Doubt) -> dict[str, Any]:
    at = now()
    try:
        told = effects_of(
            person=found.person,
            change=lambda: comparing.record(found, settling.witness_of(found, at, None)),
            at=at,
        )
    except ZhucanError as error:
        return {"refused": str(error)}
    return {"effects": told, "rows": effect_rows(told), "difference": text(from_fen(told.difference_fen))}


def _other_post(found: Doubt) -> tuple[Role, str]:
    """Return the post a doubt may be referred to: the township's where the county has it, and the other way round."""
    county = county_of(found.place_id)
    if found.role == Role.COUNTY_CLERK:
        home = found.person.residence_spells.filter(retracted_at=None, valid_to=None).first()
        code = home.division_id if home else county
        town = code[:9] + "000" if level_of(code) in (Level.TOWNSHIP, Level.VILLAGE) else county
        return Role.TOWNSHIP_CLERK, town
    return Role.COUNTY_CLERK, county


def _settled(request: OfficeRequest, found: Doubt, reason: str) -> str:
    at, by = now(), request.user
    match request.POST.get("step"):
        case "accept":
            settling.accept(doubt=found, at=at, by=by, reason=reason)
            return "已采信并登记。对发放的影响会在下一次计算时自动停发、补发或追回。"
        case "reject":
            settling.reject(doubt=found, reason=reason, at=at, by=by)
            return "已记为名单有误，登记没有改动。"
        case "refer":
            role, place = _other_post(found)
            where = Division.objects.get(pk=place)
            settling.refer(doubt=found, role=role, place=where, reason=reason, at=at, by=by)
            return f"已转给{where.name}{role.label}，期限重新计算。"
    raise settling.DoubtRefused("请点一个按钮：采信、名单有误或转交。")


# --- many at once ------------------------------------------------------------------------------------------------


def _exact(request: OfficeRequest) -> QuerySet[Doubt]:
    return scope.doubts(request).filter(status=Doubt.Status.OPEN, match=Doubt.Match.EXACT).order_by(*_BY_DEADLINE)


@require_POST
def weigh(request: OfficeRequest) -> HttpResponse:
    """先算一算：号码一致的疑点都采信，钱会有什么变化。"""
    chosen = _exact(request)
    if request.POST.get("kind") in KINDS:
        chosen = chosen.filter(kind=request.POST["kind"])
    keys = list(chosen.values_list("pk", flat=True)[:_AT_ONCE])
    if not keys:
        messages.error(request, "没有号码一致、还没处理的疑点。")
        return redirect("office:doubts")
    key = work.start(work.weigh_doubts, doubts=keys, place=scope.here(request), by=request.user.pk)
    return redirect("office:doubts-weighed", work_id=key)


def _mine(request: OfficeRequest, work_id: Any, what: str) -> work.Work:
    told = work.found(work_id, now())
    if (
        told is None
        or told.what != what
        or told.asked.get("by") != request.user.pk
        or told.place != scope.here(request)
    ):
        raise Http404
    return told


def _waiting(request: OfficeRequest, told: work.Work) -> HttpResponse | None:
    if work.asked_by_script(request):
        return JsonResponse({"done": told.over, "said": told.said})
    if told.result:
        return None
    return render(
        request, "office/progress.html", {"work": told, "back": reverse("office:doubts"), "back_word": "疑点"}
    )


@require_GET
def weighed(request: OfficeRequest, work_id: Any) -> HttpResponse:
    """成批采信以前：逐条看对钱的影响和合计。"""
    told = _mine(request, work_id, "试算疑点")
    if (waiting := _waiting(request, told)) is not None:
        return waiting
    fens = {int(key): fen for key, fen in told.result["fen"].items()}
    found = _exact(request).filter(pk__in=fens).select_related("person", "place")
    rows = [
        {**_told(one), "difference": text(from_fen(fens[one.pk])), "theirs": comparing.theirs(one)} for one in found
    ]
    refused = [(key, said) for key, said in told.result["refused"].items()]
    total = text(from_fen(sum(fens[row["doubt"].pk] for row in rows)))
    return render(request, "office/weighed.html", {"work": told, "rows": rows, "refused": refused, "total": total})


@require_POST
def accept(request: OfficeRequest, work_id: Any) -> HttpResponse:
    """成批采信看过影响的疑点：全部登记，或者一条也不登记。"""
    told = _mine(request, work_id, "试算疑点")
    fens = told.result.get("fen", {})
    found = list(_exact(request).filter(pk__in=[int(key) for key in fens]))
    many = settling.accept_all(doubts=found, at=now(), by=request.user)
    messages.success(request, f"已采信并登记 {many} 条。对发放的影响会在下一次计算时自动停发、补发或追回。")
    return redirect("office:doubts")


# --- lists -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def new_list(request: OfficeRequest) -> HttpResponse:
    """上传其他部门的名单，与登记比对。"""
    form = ListForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        key = work.start(
            work.take_list,
            **kept(data["file"]),
            list=data["list"],
            source=data["source"],
            as_of=data["as_of"].isoformat() if data["as_of"] else "",
            whole=data["whole"],
            place=scope.here(request),
            by=request.user.pk,
        )
        return redirect("office:doubts-listed", work_id=key)
    return form_page(
        request,
        form,
        "导入其他部门的名单",
        reverse("office:doubts"),
        lead="名单只和登记比对，不会改动登记：不一致的成为疑点，由人核实以后才登记。",
        action="比对",
    )


@require_GET
def listed(request: OfficeRequest, work_id: Any) -> HttpResponse:
    """比对的结果。"""
    told = _mine(request, work_id, "比对名单")
    if (waiting := _waiting(request, told)) is not None:
        return waiting
    return render(request, "office/listed.html", {"work": told, "result": told.result})


@require_POST
def marked(request: OfficeRequest, work_id: Any) -> HttpResponse:
    """下载标注副本：退回的行和登记里没有的行，每行写明为什么。"""
    told = _mine(request, work_id, "比对名单")
    path = folder() / (told.result.get("marked") or "-")
    if not path.is_file():
        raise Http404
    audit.record(
        actor=request.user,
        action="office.exported",
        target=f"people:{told.place}",
        at=now(),
        purpose="名单比对的标注副本",
        rows=told.result["counts"]["rejected"] + told.result["counts"]["unknown"],
    )
    response = HttpResponse(path.read_bytes(), content_type=_WORKBOOK)
    response["Content-Disposition"] = 'attachment; filename="returned.xlsx"'
    return response


@require_GET
def sources(request: OfficeRequest) -> HttpResponse:
    """各部门名单的质量：多少条是名单有误，多少条驳回后又报。"""
    rows = [{"record": one, "list": KINDS[one.kind].label} for one in settling.records(scope.doubts(request))]
    repeated = (
        scope.doubts(request).filter(repeats__gt=0).select_related("person", "place").order_by("-repeats", "pk")[:50]
    )
    return render(request, "office/doubt_sources.html", {"rows": rows, "repeated": [_told(one) for one in repeated]})


def to_do(request: OfficeRequest) -> dict[str, Any]:
    """Return how many open doubts are the acting post's, how many of them late, and the first deadline."""
    mine = scope.doubts(request).filter(status=Doubt.Status.OPEN, role=request.post.role).order_by(*_BY_DEADLINE)
    first = mine.values_list("due", flat=True).first()
    people = mine.order_by().values("person").distinct().count()
    return {"people": people, "first": first}
