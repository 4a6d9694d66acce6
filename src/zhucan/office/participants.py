"""Those who take part in activities: signed up, their results, whole lists, what an examination found."""

import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from zhucan.community import activities as services
from zhucan.community import participants, queries
from zhucan.community.importing import COLUMNS, take_in
from zhucan.community.kinds import STAGES, ActivityKind, Who, kind_of
from zhucan.community.models import Activity, Participant, word
from zhucan.core.errors import ZhucanError
from zhucan.core.money import fen, from_fen, text
from zhucan.facilities.reading import worker_named
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.activities import ReasonForm, about, mine
from zhucan.office.fields import YuanField, form_page, took
from zhucan.office.imports import UploadForm, folder
from zhucan.orgs import audit
from zhucan.orgs.clock import now
from zhucan.registry.models import Person
from zhucan.registry.queries import search
from zhucan.web.forms import UNPROCESSABLE, Form

_MARKED = "activity-list"  # session key: whose marked-up copy may be fetched
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NONE = [("", "没有填写")]


class EntryForm(Form):
    """报名名单。"""

    lines = forms.CharField(label="名单", widget=forms.Textarea({"rows": 12, "autocomplete": "off"}), max_length=20_000)


class FindingForm(Form):
    """为什么要看检查结果。"""

    reason = forms.CharField(label="查看原因", max_length=100)


class ListForm(UploadForm):
    """活动名单文件。"""

    as_of = None  # type: ignore[assignment]  # Django's way to leave a field of the base out
    allow_rename = None  # type: ignore[assignment]  # takes the field of the base away


def _participant(request: OfficeRequest, pk: int) -> Participant:
    found = Participant.objects.filter(activity__in=queries.activities(scope.here(request)), retracted_at=None)
    return get_object_or_404(found.select_related("activity", "person", "relative", "worker"), pk=pk)


@require_http_methods(["GET", "POST"])
def sign_up(request: OfficeRequest, pk: int) -> HttpResponse:
    """报名：一行一个人，可以粘贴一整列。"""
    found = mine(request, pk)
    kind = kind_of(found.kind)
    if not kind.who:
        raise Http404
    form = EntryForm(request.POST or None)
    form.fields["lines"].help_text = _help(kind, found)
    back = reverse("office:activities-activity", args=[pk])
    if form.is_valid():
        typed = [line.strip() for line in form.cleaned_data["lines"].splitlines() if line.strip()]
        faults = _sign_up(request, found, kind, typed)
        if not faults:
            messages.success(request, f"已报名 {len(typed)} 人。")
            return redirect(back)
        for fault in faults:
            form.add_error("lines", fault)
    return form_page(request, form, "报名", back, lead=about(found), action="报名")


def _sign_up(request: OfficeRequest, found: Activity, kind: ActivityKind, typed: list[str]) -> list[str]:
    """Sign everybody up, or nobody: return what is wrong, line by line."""
    faults: list[str] = []
    at = now()
    with transaction.atomic():
        for number, line in enumerate(typed, start=1):
            try:
                participants.sign_up(
                    activity=found, entrant=_entrant(request, found, kind, line), at=at, by=request.user
                )
            except ZhucanError as error:
                faults.append(f"第 {number} 行：{error}")
        if faults:
            transaction.set_rollback(True)
    return faults


def _help(kind: ActivityKind, found: Activity) -> str:
    said = []
    if kind.takes(Who.SELF):
        more = (
            f" 比赛项目（{'、'.join(found.events)}）"
            if "event" in kind.tells
            else f" 身份（{'、'.join(kind.roles.values())}）"
            if kind.roles
            else ""
        )
        said.append(f"残疾人写“身份证号、残疾人证号或姓名{more}”")
    if kind.takes(Who.RELATIVE):
        said.append("家属写“残疾人的身份证号或姓名 家属姓名 关系”")
    if kind.takes(Who.WORKER):
        said.append("工作人员和志愿者写“工作人员 姓名”，有重名的写人员编号")
    if kind.takes(Who.GUEST):
        said.append(f"县外来宾写“来宾 姓名 来自哪里{' 比赛项目' if 'event' in kind.tells else ''}”")
    return f"一行一个人，中间空一格：{'；'.join(said)}。有一行不对，就一个也不登记。"


def _entrant(request: OfficeRequest, found: Activity, kind: ActivityKind, line: str) -> participants.Entrant:
    first, *rest = line.replace("，", " ").replace("\t", " ").split()
    if first == "来宾" and rest:
        event = " ".join(rest[2:]) if "event" in kind.tells else ""
        return participants.Entrant(guest_name=rest[0], guest_from=rest[1] if len(rest) > 1 else "", event=event)
    if first == "工作人员" and rest:
        return participants.Entrant(worker=worker_named(rest[0], found.division))
    person = _one(request, first)
    if "event" in kind.tells:
        return participants.Entrant(person, event=" ".join(rest))
    if kind.roles:
        said = rest[0] if rest else ""
        return participants.Entrant(
            person, role=next((code for code, label in kind.roles.items() if label == said), said)
        )
    if rest and not kind.takes(Who.RELATIVE):
        raise services.ActivityRefused(f"“{' '.join(rest)[:20]}”是多出来的：{kind.label}一行只写一个人。")
    if not rest and not kind.takes(Who.SELF):
        raise services.ActivityRefused("没有写家属姓名：请写在后面，中间空一格。")
    return participants.Entrant(person, rest[0] if rest else "", rest[1] if len(rest) > 1 else "")


def _one(request: OfficeRequest, asked: str) -> Person:
    people = list(search(asked, among=scope.people(request))[:20])
    exact = [one for one in people if one.name == asked] or people
    if len(exact) != 1:
        said = "没有找到" if not exact else f"有 {len(exact)} 人"
        raise services.ActivityRefused(f"“{asked[:20]}”{said}：请写身份证号或残疾人证号。")
    return exact[0]


class ResultForm(Form):
    """一个人的到场和结果。"""

    quiet = True

    def __init__(self, kind: ActivityKind, activity: Activity, one: Participant, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix=str(one.pk), initial=_initial(one, kind), **kwargs)
        for name in kind.tells:
            if name != "event":
                self.fields[name] = _result_field(name, kind, activity)
        for bound in self.fields.values():
            bound.required = False


def _initial(one: Participant, kind: ActivityKind) -> dict[str, Any]:
    said = {name: getattr(one, name) for name in kind.tells if name not in ("income", "finding", "passed")}
    said["passed"] = {True: "yes", False: "no"}.get(one.passed, "") if one.passed is not None else ""
    if one.income_fen is not None:
        said["income"] = text(from_fen(one.income_fen))
    return said


def _result_field(name: str, kind: ActivityKind, activity: Activity) -> forms.Field:
    match name:
        case "attended":
            few = "到场" if activity.sessions == 1 else f"到课次数（共 {activity.sessions} 次）"
            if activity.sessions == 1:
                return forms.ChoiceField(label=few, choices=[("", "没有登记"), ("1", "到了"), ("0", "没到")])
            return forms.IntegerField(
                label=few,
                min_value=0,
                max_value=1000,
                widget=forms.TextInput({"class": "short", "inputmode": "numeric"}),
            )
        case "passed":
            yes, no = ("学完", "没有学完") if kind.id == "online" else ("合格", "不合格")
            return forms.ChoiceField(
                label="学完没有" if kind.id == "online" else "考试", choices=[*_NONE, ("yes", yes), ("no", no)]
            )
        case "stage":
            return forms.ChoiceField(label="成绩", choices=[*_NONE, *STAGES.items()])
        case "outcome":
            return forms.ChoiceField(label="结果", choices=[*_NONE, *kind.outcomes.items()])
        case "outcome_from" | "outcome_to":
            return forms.DateField(
                label=word(Participant, name), input_formats=["%Y-%m-%d"], widget=forms.DateInput({"class": "short", "placeholder": "2026-03-08"}, "%Y-%m-%d"),
                error_messages={"invalid": f"{word(Participant, name)}不是一个日子：请写成 2026-03-08 的形式。"},
            )  # fmt: skip
        case "income":
            return YuanField(
                label="月收入（元）", max_length=20, widget=forms.TextInput({"class": "short", "inputmode": "decimal"})
            )
        case "finding":
            return forms.CharField(label="检查结果（不填就不改）", max_length=400)
    return forms.CharField(label=word(Participant, name), max_length=Participant._meta.get_field(name).max_length)  # type: ignore[union-attr]  # a column of text


@require_http_methods(["GET", "POST"])
def results(request: OfficeRequest, pk: int) -> HttpResponse:
    """到场和结果：一页登记全班。"""
    found = mine(request, pk)
    kind = kind_of(found.kind)
    if not kind.who:
        raise Http404
    live = list(
        found.participants.filter(retracted_at=None).select_related("person", "relative", "worker").order_by("pk")
    )
    data = request.POST if request.method == "POST" else None
    rows = [(one, participants.label_of(one), ResultForm(kind, found, one, data)) for one in live]
    if data is not None and _note(request, kind, rows):
        messages.success(request, f"已登记 {len(rows)} 人的到场和结果。")
        return redirect("office:activities-activity", pk)
    faults = [(f"{label}：{said}", where) for _, label, form in rows if form.is_bound for where, said in form.mistakes]
    context = {"one": found, "kind": kind, "rows": rows, "faults": faults}
    return render(request, "office/activity_results.html", context, status=UNPROCESSABLE if faults else 200)


def _note(request: OfficeRequest, kind: ActivityKind, rows: list[tuple[Participant, str, ResultForm]]) -> bool:
    """Enter what was typed of everybody, or of nobody where something is wrong; tell whether it was entered."""
    sound = [form.is_valid() for _, _, form in rows]
    if not all(sound):
        return False
    at = now()
    with transaction.atomic():
        for one, _, form in rows:
            said = _results(kind, form.cleaned_data)
            took(form, partial(participants.note, participant=one, **said, at=at, by=request.user))
        wrong = any(form.errors for _, _, form in rows)
        if wrong:
            transaction.set_rollback(True)
    return not wrong


def _results(kind: ActivityKind, typed: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(typed)
    if "attended" in said:
        said["attended"] = None if said["attended"] in ("", None) else int(said["attended"])
    if "passed" in said:
        said["passed"] = {"yes": True, "no": False}.get(said["passed"])
    if "income" in said:
        income = said.pop("income")
        said["income_fen"] = None if income is None else fen(income)
    if not said.get("finding"):
        said.pop("finding", None)
    return said


@require_http_methods(["GET", "POST"])
def withdraw(request: OfficeRequest, pk: int) -> HttpResponse:
    """把一个人从名单撤回。"""
    found = _participant(request, pk)
    form = ReasonForm(request.POST or None)
    back = reverse("office:activities-activity", args=[found.activity_id])
    if form.is_valid() and took(
        form,
        lambda: participants.withdraw(participant=found, reason=form.cleaned_data["reason"], at=now(), by=request.user),
    ):
        messages.success(request, "已从名单撤回。")
        return redirect(back)
    return form_page(
        request, form, "从名单撤回", back, lead=f"{participants.label_of(found)}，“{found.activity}”。", action="撤回"
    )


@require_http_methods(["GET", "POST"])
def finding(request: OfficeRequest, pk: int) -> HttpResponse:
    """查看一个人的检查结果：写明原因，留下记录。"""
    found = _participant(request, pk)
    form = FindingForm(request.POST or None)
    back = reverse("office:activities-activity", args=[found.activity_id])
    if form.is_valid():
        told = form.tried(
            lambda: participants.open_finding(
                participant=found, reason=form.cleaned_data["reason"], at=now(), by=request.user
            )
        )
        if told is not None:
            context = {"one": found, "label": participants.label_of(found), "told": told, "back": back}
            return render(request, "office/activity_finding.html", context)
    lead = f"{participants.label_of(found)}，“{found.activity}”。检查结果是个人隐私，查看会留下记录。"
    return form_page(request, form, "查看检查结果", back, lead=lead, action="查看")


@require_http_methods(["GET", "POST"])
def list_in(request: OfficeRequest, pk: int) -> HttpResponse:
    """导入名单：报名、到场、成绩和证书。"""
    found = mine(request, pk)
    if not kind_of(found.kind).who:
        raise Http404
    form = ListForm(request.POST if request.method == "POST" else None, request.FILES or None)
    form.fields["file"].label = "名单文件"
    form.fields["file"].help_text = f"xlsx 或 csv。要有身份证号或残疾人证号；可以有{'、'.join(COLUMNS)}。"
    back = reverse("office:activities-activity", args=[pk])
    if form.is_valid():
        upload, name = form.cleaned_data["file"], secrets.token_hex(16)
        path = folder() / f"{name}{upload.name[upload.name.rfind('.') :].lower()}"
        path.write_bytes(upload.read())
        path.chmod(0o600)
        try:
            taken = form.tried(
                lambda: take_in(
                    activity=found, path=path, among=scope.people(request), out=folder() / f"{name}-marked.xlsx", at=now(), by=request.user,
                )
            )  # fmt: skip
        finally:
            path.unlink(missing_ok=True)
        if taken is not None:
            if taken.marked is not None:
                request.session[_MARKED] = [pk, taken.marked.name, len(taken.rejected)]
            return render(request, "office/activity_list.html", {"one": found, "taken": taken, "back": back})
    return form_page(request, form, "导入名单", back, lead=about(found), action="导入")


@require_POST
def marked(request: OfficeRequest, pk: int) -> HttpResponse:
    """下载标注副本：退回的行，每行写明为什么。"""
    found = mine(request, pk)
    kept, name, rows = request.session.get(_MARKED) or (None, "-", 0)
    path = folder() / name
    if kept != found.pk or not path.is_file():
        raise Http404
    audit.record(
        actor=request.user, action="office.exported", target=f"activity:{pk}", at=now(), purpose="活动名单退回的标注副本", rows=rows,
    )  # fmt: skip
    response = HttpResponse(path.read_bytes(), content_type=_WORKBOOK)
    response["Content-Disposition"] = 'attachment; filename="returned.xlsx"'
    return response
