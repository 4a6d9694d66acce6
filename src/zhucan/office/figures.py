"""Indicators: any figure for any place and period, its parts, and the records it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from zhucan.core.errors import ZhucanError
from zhucan.core.money import text
from zhucan.core.months import Month
from zhucan.indicators import shelf
from zhucan.indicators.catalog import indicator, shown_in
from zhucan.indicators.declared import Ratio, UnknownIndicator
from zhucan.indicators.engine import BREAKDOWNS, Figures, Part, Record
from zhucan.indicators.measures import Value
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import MonthsForm
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Division
from zhucan.web.charts import Bar, Chart
from zhucan.web.forms import UNPROCESSABLE
from zhucan.web.slices import Slice, slice_of

_WORDS = {
    "category": "残疾类别",
    "grade": "残疾等级",
    "age": "年龄",
    "sex": "性别",
    "division": "下级地方",
    "month": "月份",
    "cause": "原因",
    "scheme": "项目",
    "stage": "学段",
    "placement": "就读方式",
    "step": "办理环节",
    "area": "城乡",
    "form": "就业形式",
}
_ON_A_PAGE = 100


class PlaceForm(MonthsForm):
    """看哪里、哪段时间、哪个指标。"""

    quiet = False
    field_order = ("id", "division", "first", "last", "by")

    id = forms.CharField(label="指标", widget=forms.HiddenInput)
    division = forms.ChoiceField(label="地方")
    by = forms.ChoiceField(
        label="分开看", required=False, choices=[("", "不分"), *((name, _WORDS[name]) for name in BREAKDOWNS)]
    )

    def __init__(self, *args: Any, places: Sequence[Division], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].choices = [(one.code, one.name) for one in places]  # type: ignore[attr-defined]  # above

    def clean_id(self) -> str:
        """Let a figure that there is pass."""
        asked: str = self.cleaned_data["id"]
        try:
            indicator(asked)
        except UnknownIndicator as error:
            raise forms.ValidationError("没有这个指标：请从指标目录里选。") from error
        return asked


@require_GET
def catalogue(request: OfficeRequest) -> HttpResponse:
    """全部指标：选一个，看任何地方、任何时段的数字。"""
    asked = request.GET.get("q", "").strip()
    shown = shown_in(scope.here(request), now())
    fitting = [item for item in shown if asked in item.name or asked in item.definition]
    page = slice_of(fitting, request, size=_ON_A_PAGE)
    first, last = usual()
    usually = {"division": scope.here(request), "first": str(first), "last": str(last), "by": "division"}
    kept = {name: request.GET[name] for name in usually if name in request.GET}
    address = reverse("office:indicators-figure")
    items = [
        {
            "item": item,
            "stock": "期末数" if getattr(item, "stock", False) else ("比率" if isinstance(item, Ratio) else "期间数"),
            "link": f"{address}?{urlencode({'id': item.id, **usually, **kept})}",
        }
        for item in page
    ]
    context = {"items": items, "query": asked, "count": len(shown), "fitting": len(fitting), "page": page, "kept": kept}
    return render(request, "office/indicators.html", context)


def usual() -> tuple[Month, Month]:
    """Return the months looked at unless others are asked for: this year's so far, or last year's in January."""
    month = Month.of(today())
    return (Month(month.year, 1), month.previous) if month.month > 1 else (Month(month.year - 1, 1), month.previous)


@require_GET
def figure(request: OfficeRequest) -> HttpResponse:
    """一个指标的数字、分布和它所数的记录。"""
    first, last = usual()
    asked = request.GET.copy()
    here = scope.here(request)
    for name, value in (("id", "holders"), ("division", here), ("first", str(first)), ("last", str(last))):
        asked.setdefault(name, value)
    place = _place(request, str(asked["division"]))
    asked["division"] = place.code
    form = PlaceForm(asked, places=near(request, place))
    if not form.is_valid():
        return render(request, "office/indicator.html", {"form": form}, status=UNPROCESSABLE)
    data = form.cleaned_data
    part = request.GET.get("part", "")
    asking = {"by": data["by"] if part else "", "part": part}
    try:
        with shelf.opened(data["id"], place.code, data["period"], at=now(), fresh="fresh" in request.GET) as (
            opened,
            known_at,
        ):
            told = opened.figures([data["id"]])[0]
            parts = opened.breakdown(data["id"], data["by"]) if data["by"] else []
            counted = opened.counted(data["id"], **asking)
            page = slice_of(_Records(opened, data["id"], asking), request)
    except ZhucanError as error:
        form.add_error(None, str(error))
        return render(request, "office/indicator.html", {"form": form, "place": place}, status=UNPROCESSABLE)
    rows = _rows(request, page)
    audit.record(
        actor=request.user,
        action="office.indicator",
        target=f"indicator:{told.id}",
        at=now(),
        division=place.code,
        period=told.period.label,
    )
    label = next((label for key, label, _ in parts if key == part), "") if part else ""
    context = {
        "form": form,
        "place": place,
        "figure": told,
        "value": said(told.value, told.unit),
        "chart": _chart(request, told.name, told.unit, data["by"], parts),
        "page": page,
        "rows": rows,
        "details": True,
        "money": any(row["amount"] for row in rows),
        "part": label,
        "counted": counted,
        "known_at": known_at,
        "others": f"{reverse('office:indicators')}?{_without(request, 'id', 'page', 'part', 'fresh')}",
        "again": f"?{_without(request, 'page', 'fresh')}&fresh=1",
    }
    return render(request, "office/indicator.html", context)


def _place(request: OfficeRequest, code: str) -> Division:
    try:
        found = division(code)
    except ZhucanError as error:
        raise Http404(str(error)) from error
    if not scope.contains(request, found.code):
        raise Http404
    return found


def near(request: OfficeRequest, place: Division) -> list[Division]:
    """Return the places to choose from: one's own and those in it, and those around and below the one looked at."""
    own = request.post.division
    parents = {own.code, place.code, place.parent_id if place.code != own.code else own.code}
    below = scope.divisions(request).filter(parent__in=parents).exclude(pk=own.code).order_by("code")
    return [own, *below]


@dataclass(frozen=True)
class _Records:
    """The records of a figure, read only as far as they are looked at."""

    opened: Figures
    id: str
    asking: dict[str, str]

    def __getitem__(self, part: slice) -> list[Record]:
        return self.opened.records(self.id, **self.asking, start=part.start, count=part.stop - part.start)


def _rows(request: OfficeRequest, page: Slice[Record]) -> list[dict[str, Any]]:
    mine = set(scope.people(request).filter(pk__in=[one.person_id for one in page]).values_list("pk", flat=True))
    return [
        {
            "person": one.person_id if one.person_id in mine else None,
            "name": one.label,
            "number": one.person_id,
            "detail": one.detail,
            "amount": "" if one.amount is None else text(one.amount),
        }
        for one in page
    ]


def _without(request: OfficeRequest, *names: str) -> str:
    asked = request.GET.copy()
    for name in names:
        asked.pop(name, None)
    return asked.urlencode()


def said(value: Value, unit: str) -> str:
    """Return a figure in words; what is not known is said so and is never 0."""
    if value is None:
        return "还没有数据"
    if unit == "元":
        return f"{text(Decimal(value))} 元"
    return f"{value}%" if unit == "%" else f"{value} {unit}"


def _chart(request: OfficeRequest, name: str, unit: str, by: str, parts: Sequence[Part]) -> Chart | None:
    if not parts:
        return None
    bars = []
    for key, label, value in parts:
        asked = request.GET.copy()
        asked.pop("page", None)
        asked.pop("fresh", None)
        asked["part"] = key
        if by == "division" and len(key) == 12:
            asked["division"] = key
            asked.pop("part")
        bars.append(Bar(label, value or 0, said(value, unit), f"?{asked.urlencode()}"))
    return Chart("parts", f"{name}，按{_WORDS[by]}", bars, row=_WORDS[by], column=f"数值（{unit}）")
