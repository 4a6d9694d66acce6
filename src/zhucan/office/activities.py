"""Activities: held and planned, those who take part, what came of it; quick for many at once."""

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
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.community import activities as services
from zhucan.community import participants, queries
from zhucan.community.importing import COLUMNS, take_in
from zhucan.community.kinds import CHANNELS, KINDS, STAGES, ActivityKind, Who, kind_of
from zhucan.community.models import Activity, Participant, word
from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import CATEGORY_LABELS
from zhucan.core.money import fen, from_fen, text
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import YuanField, form_page, offer_institutions, took
from zhucan.office.imports import UploadForm, folder
from zhucan.office.stock import county
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Institution
from zhucan.registry.models import Person
from zhucan.registry.queries import search
from zhucan.web.forms import UNPROCESSABLE, DateField, Form
from zhucan.web.slices import slice_of

_MARKED = "activity-list"  # session key: whose marked-up copy may be fetched
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COUNTS = ("edition", "sessions", "planned", "headcount", "employers", "vacancies", "quantity", "reach", "again_months")
_WORDS = ("trainer", "partners", "slogan", "platform", "accessibility", "fund")
_NONE = [("", "没有填写")]


class FilterForm(Form):
    """看哪些活动。"""

    quiet = True
    kind = forms.ChoiceField(
        label="种类", required=False, choices=[("", "全部"), *((one.id, one.label) for one in KINDS)]
    )
    year = forms.IntegerField(label="年份", required=False, min_value=2000, max_value=2100)


class KindForm(Form):
    """活动的种类。"""

    kind = forms.ChoiceField(label="种类", choices=[(one.id, one.label) for one in KINDS])


class ActivityForm(Form):
    """一项活动；问什么由种类定。"""

    title = forms.CharField(label="名称", max_length=120)
    organiser = forms.CharField(label="主办单位", max_length=80)
    starts_on = DateField(label="开始日期")
    last_on = DateField(label="结束日期", required=False, help_text="一天的活动不用填")
    place = forms.CharField(label="地点", max_length=120, required=False)

    def __init__(self, kind: ActivityKind, request: OfficeRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in kind.asks:
            self.fields[name] = _field(name, kind, request)
        self.fields["note"] = forms.CharField(label="说明", max_length=400, required=False)
        if "institution" in kind.asks:
            offer_institutions(self, county(request))


def _field(name: str, kind: ActivityKind, request: OfficeRequest) -> forms.Field:
    if name in _COUNTS:
        needed = name in ("edition", "quantity")
        return forms.IntegerField(label=word(Activity, name), min_value=0, max_value=100_000_000, required=needed)
    if name in _WORDS:
        longest = Activity._meta.get_field(name).max_length  # type: ignore[union-attr]  # a column of text
        return forms.CharField(
            label=word(Activity, name), max_length=longest, required=name in ("platform", "accessibility")
        )
    match name:
        case "subject":
            return forms.ChoiceField(label="内容分类", choices=list(kind.subjects.items()))
        case "channel":
            return forms.ChoiceField(
                label="渠道", choices=[(code, f"{one.label}（{one.unit}）") for code, one in CHANNELS.items()]
            )
        case "category":
            return forms.ChoiceField(
                label="面向哪类残疾", required=False, choices=[("", "不分类别"), *CATEGORY_LABELS.items()]
            )
        case "programme":
            choices = queries.running_in(division(scope.here(request)))
            return forms.ModelChoiceField(label="多年项目", queryset=choices, required=False, empty_label="不属于项目")
        case "institution":
            return forms.ModelChoiceField(
                label="合作机构", queryset=Institution.objects.none(), required=False, empty_label="没有合作机构",
            )  # fmt: skip
        case "hours":
            return forms.DecimalField(label="学时", min_value=0, max_digits=6, decimal_places=1, required=False)
        case "cost":
            return YuanField(label="费用（元）", required=False, max_length=20)
    return forms.BooleanField(label=word(Activity, name), required=False)


class EntryForm(Form):
    """报名名单。"""

    lines = forms.CharField(label="名单", widget=forms.Textarea({"rows": 12, "autocomplete": "off"}), max_length=20_000)


class FindingForm(Form):
    """为什么要看检查结果。"""

    reason = forms.CharField(label="查看原因", max_length=100)


class ReasonForm(Form):
    """撤回原因。"""

    reason = forms.CharField(label="撤回原因", max_length=100)


class ListForm(UploadForm):
    """活动名单文件。"""

    as_of = None  # type: ignore[assignment]  # Django's way to leave a field of the base out
    allow_rename = None  # type: ignore[assignment]


def _mine(request: OfficeRequest, pk: int) -> Activity:
    return get_object_or_404(queries.activities(scope.here(request)), pk=pk)


def _participant(request: OfficeRequest, pk: int) -> Participant:
    found = Participant.objects.filter(activity__in=queries.activities(scope.here(request)), retracted_at=None)
    return get_object_or_404(found.select_related("activity", "person", "relative", "worker"), pk=pk)


def _about(found: Activity) -> str:
    return f"{kind_of(found.kind).label}“{found}”，{found.starts_on:%Y-%m-%d}，{found.division.name}。"


@require_GET
def overview(request: OfficeRequest) -> HttpResponse:
    """活动：举办的和计划的，报名和到场。"""
    form = FilterForm(request.GET)
    found = queries.activities(scope.here(request))
    if form.is_valid():
        if form.cleaned_data["kind"]:
            found = found.filter(kind=form.cleaned_data["kind"])
        if form.cleaned_data["year"]:
            found = found.filter(starts_on__year=form.cleaned_data["year"])
    page = slice_of(queries.with_counts(found), request)
    rows = [{"one": one, "kind": kind_of(one.kind)} for one in page]
    context = {"form": form, "page": page, "rows": rows, "day": today()}
    return render(request, "office/activities.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_GET
def activity(request: OfficeRequest, pk: int) -> HttpResponse:
    """一项活动：内容、到场、名单。"""
    found = _mine(request, pk)
    kind = kind_of(found.kind)
    live = found.participants.filter(retracted_at=None).select_related("person", "relative", "worker")
    page = slice_of(live.order_by("pk"), request)
    seen = set(
        scope.people(request)
        .filter(pk__in=[one.person_id for one in page if one.person_id])
        .values_list("pk", flat=True)
    )
    audit.record(actor=request.user, action="office.activity", target=f"activity:{pk}", at=now())
    context = {
        "one": found, "kind": kind, "facts": _facts(found, kind), "told": queries.outcome(found), "page": page, "day": today(),
        "rows": [
            {"one": one, "label": participants.label_of(one), "person": one.person_id if one.person_id in seen else None,
             "result": _result(one, kind)}
            for one in page
        ],
    }  # fmt: skip
    return render(request, "office/activity.html", context)


def _facts(found: Activity, kind: ActivityKind) -> list[tuple[str, str]]:
    """Return what is told of an activity, as word and value."""
    said = [("主办单位", found.organiser), ("地点", found.place)]
    for name in kind.asks:
        column = "cost_fen" if name == "cost" else name
        value = getattr(found, column)
        if value in (None, "", 0) or (name in ("held", "multiple") and not value and name == "multiple"):
            continue
        match name:
            case "subject":
                shown = kind.subjects.get(value, value)
            case "channel" | "category":
                shown = getattr(found, f"get_{name}_display")()
            case "cost":
                shown = f"{text(from_fen(value))} 元"
            case "quantity":
                shown = f"{value} {CHANNELS[found.channel].unit}"
            case "held":
                shown = "本级举办" if value else "别处举办"
            case "multiple":
                shown = "可以"
            case _:
                shown = str(value)
        said.append(("费用" if name == "cost" else word(Activity, column), shown))
    if found.agreement is not None:
        said.append(("合作协议", f"{found.agreement.signed_on:%Y-%m-%d} 签订：{found.agreement.about}"))
    return [(label, value) for label, value in [*said, ("说明", found.note)] if value]


def _result(one: Participant, kind: ActivityKind) -> str:
    """Return what came of somebody's part, in words; never what an examination found."""
    said = [kind.roles.get(one.role, ""), one.event]
    if one.passed is not None and "passed" in kind.tells:
        yes, no = ("学完", "没有学完") if kind.id == "online" else ("合格", "不合格")
        said.append(yes if one.passed else no)
    said += [
        f"证书 {one.number}" if one.number else "",
        one.level,
        STAGES.get(one.stage, ""),
        kind.outcomes.get(one.outcome, ""),
    ]
    if one.outcome_from:
        said.append(f"{one.outcome_from:%Y-%m-%d} 起" + (f"，{one.outcome_to:%Y-%m-%d} 前" if one.outcome_to else ""))
    if one.income_fen is not None:
        said.append(f"月收入 {text(from_fen(one.income_fen))} 元")
    return "，".join(part for part in [*said, one.feedback] if part)


@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest, kind_id: str = "") -> HttpResponse:
    """登记活动：先选种类，再填这一种要记的。"""
    back = reverse("office:activities")
    if not kind_id:
        choosing = KindForm(request.POST or None)
        if choosing.is_valid():
            return redirect("office:activities-hold", choosing.cleaned_data["kind"])
        return form_page(
            request, choosing, "登记活动", back, lead="先选种类，下一页只问这一种要记的。", action="下一步"
        )
    kind = next((one for one in KINDS if one.id == kind_id), None)
    if kind is None:
        raise Http404
    place = division(scope.here(request))
    form = ActivityForm(
        kind, request, request.POST or None, initial={"organiser": f"{place.name}残联", "sessions": 1, "held": True}
    )
    if form.is_valid():
        made = form.tried(
            lambda: services.hold(kind=kind.id, division=place, **_typed(form), at=now(), by=request.user)
        )
        if made is not None:
            messages.success(request, "已登记活动。" + ("接着可以报名。" if kind.who else ""))
            return redirect("office:activities-activity", made.pk)
    return form_page(request, form, f"登记{kind.label}", back, action="登记")


def _typed(form: Form) -> dict[str, Any]:
    """Return what was typed as columns of an activity; what was left empty stays out."""
    said = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    if "cost" in said:
        said["cost_fen"] = fen(said.pop("cost"))
    return said


@require_http_methods(["GET", "POST"])
def edit(request: OfficeRequest, pk: int) -> HttpResponse:
    """更正一项活动。"""
    found = _mine(request, pk)
    kind = kind_of(found.kind)
    initial = {name: getattr(found, name) for name in ("title", "organiser", "starts_on", "last_on", "place", "note")}
    initial |= {name: getattr(found, name) for name in kind.asks if name != "cost"}
    if found.cost_fen is not None:
        initial["cost"] = text(from_fen(found.cost_fen))
    form = ActivityForm(kind, request, request.POST or None, initial=initial)
    back = reverse("office:activities-activity", args=[pk])
    if form.is_valid() and took(
        form, lambda: services.correct(activity=found, **_typed(form), at=now(), by=request.user)
    ):
        messages.success(request, "已更正。")
        return redirect(back)
    return form_page(request, form, f"更正{kind.label}", back)


@require_http_methods(["GET", "POST"])
def retract(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤回登记错的、或者取消了的活动。"""
    found = _mine(request, pk)
    form = ReasonForm(request.POST or None)
    back = reverse("office:activities-activity", args=[pk])
    if form.is_valid() and took(
        form, lambda: services.retract(activity=found, reason=form.cleaned_data["reason"], at=now(), by=request.user)
    ):
        messages.success(request, "已撤回这项活动和它的名单。")
        return redirect("office:activities")
    return form_page(request, form, "撤回活动", back, lead=_about(found), action="撤回")


@require_http_methods(["GET", "POST"])
def sign_up(request: OfficeRequest, pk: int) -> HttpResponse:
    """报名：一行一个人，可以粘贴一整列。"""
    found = _mine(request, pk)
    kind = kind_of(found.kind)
    if not kind.who:
        raise Http404
    form = EntryForm(request.POST or None)
    form.fields["lines"].help_text = _help(kind)
    back = reverse("office:activities-activity", args=[pk])
    if form.is_valid():
        typed = [line.strip() for line in form.cleaned_data["lines"].splitlines() if line.strip()]
        faults = _sign_up(request, found, kind, typed)
        if not faults:
            messages.success(request, f"已报名 {len(typed)} 人。")
            return redirect(back)
        for fault in faults:
            form.add_error("lines", fault)
    return form_page(request, form, "报名", back, lead=_about(found), action="报名")


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


def _help(kind: ActivityKind) -> str:
    said = []
    if kind.takes(Who.SELF):
        more = (
            " 比赛项目" if "event" in kind.tells else f" 身份（{'、'.join(kind.roles.values())}）" if kind.roles else ""
        )
        said.append(f"残疾人写“身份证号、残疾人证号或姓名{more}”")
    if kind.takes(Who.RELATIVE):
        said.append("家属写“残疾人的身份证号或姓名 家属姓名 关系”")
    if kind.takes(Who.WORKER):
        said.append("工作人员和志愿者写“工作人员 姓名”")
    return f"一行一个人，中间空一格：{'；'.join(said)}。有一行不对，就一个也不登记。"


def _entrant(request: OfficeRequest, found: Activity, kind: ActivityKind, line: str) -> participants.Entrant:
    first, *rest = line.replace("，", " ").replace("\t", " ").split()
    if first == "工作人员" and rest:
        return participants.Entrant(worker=queries.worker(rest[0], found.division))
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
    found = _mine(request, pk)
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
    found = _mine(request, pk)
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
    return form_page(request, form, "导入名单", back, lead=_about(found), action="导入")


@require_POST
def marked(request: OfficeRequest, pk: int) -> HttpResponse:
    """下载标注副本：退回的行，每行写明为什么。"""
    found = _mine(request, pk)
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
