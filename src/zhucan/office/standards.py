"""Standards and choices of a place: what is in force and from which document; a new one is tried out before it is saved."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.core import masking
from zhucan.core.divisions import normalise_code
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen, text
from zhucan.office import scope, work
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import inside, parameter_rows
from zhucan.orgs.models import Division, LocalParameter
from zhucan.orgs.standards import retract_standard, set_standard
from zhucan.orgs.wording import plain
from zhucan.policy.catalogue import scheme
from zhucan.policy.explain import shown
from zhucan.policy.expressions import Kind
from zhucan.policy.parameters import PARAMETERS, Parameter, parameter, resolve, source_of, value_of
from zhucan.web.charts import Bar, Chart
from zhucan.web.forms import DateField, Form


class StandardForm(Form):
    """新标准。"""

    value = forms.CharField(label="新的值", max_length=60, widget=forms.TextInput({"class": "short"}))
    valid_from = DateField(label="从哪天起执行", help_text="可以早于今天：以前的月份会自动补发或追回。")
    document = forms.CharField(label="依据的文件", max_length=200, help_text="文件名和文号。")

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = name
        declared = parameter(name)
        choices = {"true": "是", "false": "否"} if declared.kind is Kind.BOOL else declared.choices
        if choices:
            self.fields["value"] = forms.ChoiceField(
                label="新的值",
                choices=list(choices.items()),
                widget=forms.RadioSelect,
                error_messages={"required": "请选择新的值。", "invalid_choice": "没有这一项，请从列出的里面选。"},
            )
        else:
            self.fields["value"].help_text = f"单位：{declared.unit}"

    def clean_value(self) -> str:
        """Let a value of the parameter's kind pass."""
        typed: str = self.cleaned_data["value"].strip()
        try:
            value_of(self._name, typed)
        except ZhucanError as error:
            raise forms.ValidationError(str(error)) from error
        return typed

    def clean_document(self) -> str:
        """Let words pass that no list takes for a formula."""
        said: str = self.cleaned_data["document"].strip()
        if not plain(said):
            raise forms.ValidationError("文件名不要用尖括号，也不要用等号、加减号开头：请改写。")
        return said


class RetractForm(Form):
    """撤回一条录错的标准。"""

    sure = forms.BooleanField(label="这条标准录错了，撤回它", error_messages={"required": "请先勾选，确认要撤回。"})


@require_GET
def standards(request: OfficeRequest) -> HttpResponse:
    """本地方现在执行的标准，每个都写明从哪份文件来。"""
    place, day = scope.here(request), today()
    rows = parameter_rows()
    values = resolve(rows, place, day.replace(day=1))
    own = set(
        LocalParameter.objects.filter(division=place, retracted_at=None).values_list("parameter", flat=True).distinct()
    )
    table = [
        {
            "item": item,
            "value": "还没有设定" if values[name] is None else shown(values[name], item.kind, item.choices),
            "missing": values[name] is None and item.standard,
            "source": source_of(rows, name, place, day.replace(day=1)) if values[name] is not None else "",
            "own": name in own,
        }
        for name, item in PARAMETERS.items()
    ]
    return render(request, "office/standards.html", {"rows": table})


def _declared(name: str) -> Parameter:
    try:
        return parameter(name)
    except ZhucanError as error:
        raise Http404(str(error)) from error


def _history(place: str, declared: Parameter) -> list[dict[str, Any]]:
    return [
        {"row": row, "shown": shown(value_of(declared.id, row.value), declared.kind, declared.choices)}
        for row in LocalParameter.objects.filter(parameter=declared.id)
        .filter(inside("division_id", place))
        .select_related("division", "recorded_by")
        .order_by("-valid_from", "-recorded_at")
    ]


@require_GET
def standard(request: OfficeRequest, name: str) -> HttpResponse:
    """一个标准的来历。"""
    declared, place = _declared(name), scope.here(request)
    return render(
        request, "office/standard.html", {"item": declared, "history": _history(place, declared), "here": place}
    )


@require_http_methods(["GET", "POST"])
def change(request: OfficeRequest, name: str) -> HttpResponse:
    """录入新标准：先试算，再保存。"""
    declared, place = _declared(name), scope.here(request)
    form = StandardForm(request.POST or None, name=declared.id)
    if form.is_valid():
        data = form.cleaned_data
        if request.POST.get("step") == "save":
            form.tried(
                lambda: set_standard(
                    name=declared.id,
                    place=place,
                    valid_from=data["valid_from"],
                    value=data["value"],
                    document=data["document"],
                    at=now(),
                    by=request.user,
                )
            )
            if not form.errors:
                messages.success(request, "已保存。以前的月份如有差额，下一次计算时会自动补发或追回。")
                return redirect("office:standards-standard", name=declared.id)
        else:
            key = work.start(
                work.try_standard,
                name=declared.id,
                place=place,
                valid_from=data["valid_from"].isoformat(),
                value=data["value"],
                document=data["document"],
                by=request.user.pk,
            )
            return redirect("office:standards-tried", work_id=key)
    return form_page(
        request,
        form,
        f"新标准：{declared.label}",
        reverse("office:standards-standard", args=[declared.id]),
        lead="先试算会多多少人、多少钱，不会改动任何东西；看过结果再保存。",
        action="试算",
    )


@require_GET
def tried(request: OfficeRequest, work_id: str) -> HttpResponse:
    """试算的结果：多少人、每月多少钱、谁多谁少；还没有保存。"""
    told = work.found(work_id, now())
    if told is None or told.place != scope.here(request):
        raise Http404
    if work.asked_by_script(request):
        return JsonResponse({"done": told.over, "said": told.said})
    result = told.result
    if not result:
        return render(request, "office/progress.html", {"work": told})
    asked = told.asked
    declared = parameter(asked["name"])
    names = dict(Division.objects.filter(code__in=result["places"]).values_list("code", "name"))
    people = dict(
        scope.people(request).filter(pk__in=[person for person, _ in result["people"]]).values_list("pk", "name")
    )
    places = [
        Bar(names.get(code, "已迁出"), abs(fen), f"{count} 人，{text(from_fen(fen))} 元")
        for code, (count, fen) in _by_town(result["places"]).items()
    ]
    context = {
        "item": declared,
        "asked": asked,
        "shown": shown(value_of(declared.id, asked["value"]), declared.kind, declared.choices),
        "since": date.fromisoformat(asked["valid_from"]),
        "result": result,
        "before": text(from_fen(result["before_fen"])),
        "after": text(from_fen(result["after_fen"])),
        "more": text(from_fen(result["after_fen"] - result["before_fen"])),
        "back": text(from_fen(result["back_fen"])),
        "schemes": [
            (scheme(name).name, count, text(from_fen(fen))) for name, (count, fen) in result["schemes"].items()
        ],
        "chart": Chart("places", "按户籍地（当月和补差合计）", places, row="地方", column="人数和金额")
        if places
        else None,
        "people": [
            (person, masking.name(people[person]), text(from_fen(fen)))
            for person, fen in result["people"]
            if person in people
        ],
    }
    return render(request, "office/tried.html", context)


def _by_town(places: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Return the sums of villages by their townships."""
    found: dict[str, tuple[int, int]] = {}
    for code, (count, fen) in places.items():
        town = normalise_code(code[:9]) if code else ""
        people, amount = found.get(town, (0, 0))
        found[town] = people + count, amount + fen
    return found


@require_http_methods(["GET", "POST"])
def retract(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤回录错的标准：以前的标准重新有效。"""
    row = LocalParameter.objects.filter(pk=pk, division=scope.here(request), retracted_at=None).first()
    if row is None:
        raise Http404
    form = RetractForm(request.POST or None)
    if form.is_valid():
        form.tried(
            lambda: retract_standard(
                name=row.parameter, place=row.division_id, valid_from=row.valid_from, at=now(), by=request.user
            )
        )
        if not form.errors:
            messages.success(request, "已撤回，以前的标准重新有效；有差额的月份会自动更正。")
            return redirect("office:standards-standard", name=row.parameter)
    declared = parameter(row.parameter)
    return form_page(
        request,
        form,
        f"撤回：{declared.label}",
        reverse("office:standards-standard", args=[row.parameter]),
        lead=f"{row.valid_from} 起的 {shown(value_of(row.parameter, row.value), declared.kind, declared.choices)}（{row.document}）。",
        action="撤回",
    )
