"""Activities: held and planned, those who take part, what came of it; quick for many at once."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.community import activities as services
from zhucan.community import participants, queries
from zhucan.community.kinds import CHANNELS, KINDS, STAGES, ActivityKind, kind_of
from zhucan.community.models import Activity, Participant, word
from zhucan.core import masking
from zhucan.core.decimals import plain
from zhucan.core.identifiers import CATEGORY_LABELS
from zhucan.core.money import fen, from_fen, text
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import YuanField, form_page, offer_institutions, took
from zhucan.office.scope import county
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Institution
from zhucan.registry.models import Person
from zhucan.web.forms import UNPROCESSABLE, DateField, Form
from zhucan.web.slices import slice_of

_LISTED = 60  # of one person
_COUNTS = ("edition", "sessions", "planned", "headcount", "employers", "vacancies", "quantity", "reach", "again_months")
_WORDS = ("trainer", "partners", "slogan", "platform", "accessibility", "fund")


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
        case "events":
            return forms.CharField(
                label="比赛项目",
                widget=forms.Textarea({"rows": 4}),
                max_length=2000,
                help_text="一行写一个，报名时从里面选",
            )
        case "hours":
            return forms.DecimalField(label="学时", min_value=0, max_digits=6, decimal_places=1, required=False)
        case "cost":
            return YuanField(label="费用（元）", required=False, max_length=20)
    return forms.BooleanField(label=word(Activity, name), required=False)


class ReasonForm(Form):
    """撤回原因。"""

    reason = forms.CharField(label="撤回原因", max_length=100)


def mine(request: OfficeRequest, pk: int) -> Activity:
    """Return an activity of the acting place, or 404."""
    return get_object_or_404(queries.activities(scope.here(request)), pk=pk)


def about(found: Activity) -> str:
    """Return what an activity is, when and where, as a sentence."""
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
    found = mine(request, pk)
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
             "result": result_of(one, kind)}
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
        if (
            value in (None, "", 0)
            or name == "events"
            or (name in ("held", "multiple") and not value and name == "multiple")
        ):
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
            case "hours":
                shown = plain(value)
            case _:
                shown = str(value)
        said.append(("费用" if name == "cost" else word(Activity, column), shown))
    if found.agreement is not None:
        said.append(("合作协议", f"{found.agreement.signed_on:%Y-%m-%d} 签订：{found.agreement.about}"))
    return [(label, value) for label, value in [*said, ("说明", found.note)] if value]


def result_of(one: Participant, kind: ActivityKind) -> str:
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


def of_person(request: OfficeRequest, person: Person, known_at: datetime | None) -> list[dict[str, Any]]:
    """Return the rows of a person's file about activities: each with what came of it, the latest first."""
    rows = list(queries.taken_part(person, known_at)[:_LISTED])
    keys = [one.activity_id for one in rows]
    mine = set(queries.activities(scope.here(request)).filter(pk__in=keys).values_list("pk", flat=True))
    found = []
    for one in rows:
        kind = kind_of(one.activity.kind)
        came = "没有登记" if one.attended is None else "到了" if one.attended else "没到"
        relative = f"家属{masking.name(one.relative.name)}" if one.relative else "本人"
        opens = one.activity_id in mine
        found.append(
            {"one": one, "kind": kind, "who": relative, "came": came, "result": result_of(one, kind), "opens": opens}
        )
    return found


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
    if "events" in said:
        said["events"] = said["events"].splitlines()
    if "cost" in said:
        said["cost_fen"] = fen(said.pop("cost"))
    return said


@require_http_methods(["GET", "POST"])
def edit(request: OfficeRequest, pk: int) -> HttpResponse:
    """更正一项活动。"""
    found = mine(request, pk)
    kind = kind_of(found.kind)
    initial = {name: getattr(found, name) for name in ("title", "organiser", "starts_on", "last_on", "place", "note")}
    initial |= {name: getattr(found, name) for name in kind.asks if name != "cost"}
    if "events" in kind.asks:
        initial["events"] = "\n".join(found.events)
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
    found = mine(request, pk)
    form = ReasonForm(request.POST or None)
    back = reverse("office:activities-activity", args=[pk])
    if form.is_valid() and took(
        form, lambda: services.retract(activity=found, reason=form.cleaned_data["reason"], at=now(), by=request.user)
    ):
        messages.success(request, "已撤回这项活动和它的名单。")
        return redirect("office:activities")
    return form_page(request, form, "撤回活动", back, lead=about(found), action="撤回")
