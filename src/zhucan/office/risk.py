"""What was paid too much or too little and found out later, by cause, place and month; and what is still owed back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Sum
from django.db.models.functions import Substr
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.core import masking
from zhucan.core.divisions import prefix
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import YuanField, form_page
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import Division
from zhucan.payments import causes, recoveries
from zhucan.payments.models import Line, LineKind, RecoveryDecision
from zhucan.policy.catalogue import scheme
from zhucan.registry.models import Person, Residence
from zhucan.web.charts import Bar, Chart
from zhucan.web.forms import UNPROCESSABLE, DateField, Form, MonthField
from zhucan.web.slices import slice_of

_YEAR = 12  # months looked back at unless others are asked for


class PeriodForm(Form):
    """看哪些月的发放。"""

    first = MonthField(label="从哪个月的发放")
    last = MonthField(label="到哪个月的发放")


class DecisionForm(Form):
    """怎么处理一笔应追回。"""

    kind = forms.ChoiceField(label="怎么处理", choices=RecoveryDecision.Kind.choices, widget=forms.RadioSelect)
    amount = YuanField(label="金额（元）", widget=forms.TextInput({"class": "short", "inputmode": "decimal"}))
    monthly = YuanField(
        label="每月最多（元）",
        required=False,
        help_text="抵扣或分期时填写：每月最多从补贴里扣多少，给本人留够生活费。",
        widget=forms.TextInput({"class": "short", "inputmode": "decimal"}),
    )
    document = forms.CharField(label="依据", max_length=200, help_text="决定文件、协议或收据的名称和文号。")
    on = DateField(label="决定或收款的日期")


@require_GET
def risk(request: OfficeRequest) -> HttpResponse:
    """多发和少发：后来才发现的，按原因、地方和月份看。"""
    usual = {"first": str(Month.of(today()) - _YEAR), "last": str(Month.of(today()))}
    form = PeriodForm({**usual, **request.GET.dict()})
    if not form.is_valid():
        return render(request, "office/risk.html", {"form": form}, status=UNPROCESSABLE)
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    lines = Line.objects.filter(
        run__in=scope.runs(request).filter(month__gte=first.index, month__lte=last.index).values("pk"),
        kind__in=(LineKind.ARREARS, LineKind.RECOVERY),
    )
    tables = [
        _table("cause", "原因", lines.values("cause"), causes.LABELS),
        _table("month", "所属月份", lines.values("month"), {}),
        _by_place(request, lines),
    ]
    sums = {row["kind"]: row for row in _summed(lines.values("kind"))}
    context = {
        "form": form,
        "tables": [table for table in tables if table["rows"]],
        "chart": _chart(tables[1]),
        "little": _told(sums.get(LineKind.ARREARS)),
        "much": _told(sums.get(LineKind.RECOVERY)),
    }
    return render(request, "office/risk.html", context)


def _summed(lines: Any) -> Any:
    return lines.annotate(people=Count("person", distinct=True), fen=Sum("amount_fen"))


def _told(row: Mapping[str, Any] | None) -> tuple[int, str]:
    return (row["people"], text(from_fen(abs(row["fen"])))) if row else (0, text(Decimal(0)))


def _table(key: str, word: str, lines: Any, labels: Mapping[str, str]) -> dict[str, Any]:
    rows: dict[Any, dict[str, Any]] = {}
    for row in _summed(lines.values(key, "kind").order_by(key)):
        label = labels.get(row[key]) or (Month.from_index(row[key]).label if key == "month" else row[key] or "不明")
        entry = rows.setdefault(row[key], {"label": label, "little": 0, "much": 0, "people": 0})
        entry["little" if row["kind"] == LineKind.ARREARS else "much"] += abs(row["fen"])
        entry["people"] += row["people"]
    return {"word": word, "rows": [_yuan(entry) for entry in rows.values()]}


def _yuan(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        **entry,
        "little_said": text(from_fen(entry["little"])),
        "much_said": text(from_fen(entry["much"])),
    }


def _by_place(request: OfficeRequest, lines: Any) -> dict[str, Any]:
    """Return the sums by the places right below, at the person's present hukou."""
    below = dict(Division.objects.filter(parent=scope.here(request)).order_by("code").values_list("code", "name"))
    if not below:
        return {"word": "地方", "rows": []}
    width = len(prefix(next(iter(below))))
    homes = dict(
        Residence.objects.filter(person__in=lines.values("person"), retracted_at=None, valid_to=None)
        .annotate(part=Substr("division_id", 1, width))
        .values_list("person_id", "part")
    )
    rows: dict[str, dict[str, Any]] = {
        code[:width]: {"label": name, "little": 0, "much": 0, "people": 0} for code, name in below.items()
    }
    away: dict[str, Any] = {"label": "已迁出", "little": 0, "much": 0, "people": 0}
    for row in lines.values("person_id", "kind").annotate(fen=Sum("amount_fen")):
        entry = rows.get(homes.get(row["person_id"], ""), away)
        entry["little" if row["kind"] == LineKind.ARREARS else "much"] += abs(row["fen"])
        entry["people"] += 1
    return {"word": "地方", "rows": [_yuan(entry) for entry in (*rows.values(), away) if entry["people"]]}


def _chart(table: Mapping[str, Any]) -> Chart | None:
    bars = [
        Bar(row["label"], row["little"] + row["much"], text(from_fen(row["little"] + row["much"])))
        for row in table["rows"][-18:]
    ]
    return Chart("risk", "后来更正的金额，按所属月份（元）", bars, row="月份", column="元") if bars else None


@require_GET
def owed(request: OfficeRequest) -> HttpResponse:
    """待追回的款项。"""
    mine = scope.people(request)
    debts = list(recoveries.debts(among=mine))
    page = slice_of(debts, request)
    names = dict(mine.filter(pk__in=[debt.person_id for debt in page]).values_list("pk", "name"))
    rows = [
        {
            "debt": debt,
            "name": masking.name(names.get(debt.person_id, "")),
            "scheme": scheme(debt.scheme).name,
            "cause": causes.label(debt.cause),
            "amount": text(debt.amount),
        }
        for debt in page
    ]
    total = text(sum((debt.amount for debt in debts), Decimal(0)))
    return render(request, "office/recoveries.html", {"rows": rows, "page": page, "count": len(debts), "total": total})


@require_http_methods(["GET", "POST"])
def decide(request: OfficeRequest, pk: int, scheme_id: str, cause: str) -> HttpResponse:
    """对一笔应追回作出决定：抵扣、分期、已归还或核销。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    debt = next((one for one in recoveries.debts(person) if (one.scheme, one.cause) == (scheme_id, cause)), None)
    if debt is None:
        raise Http404
    form = DecisionForm(request.POST or None, initial={"amount": str(debt.amount), "on": today()})
    if form.is_valid():
        data = form.cleaned_data
        form.tried(
            lambda: recoveries.decide(
                person=Person.objects.get(pk=pk), scheme=scheme_id, cause=cause, at=now(), by=request.user, **data
            )
        )
        if not form.errors:
            messages.success(
                request, f"已登记：{RecoveryDecision.Kind(data['kind']).label} {text(data['amount'])} 元。"
            )
            return redirect("office:runs-recoveries")
    return form_page(
        request,
        form,
        "处理应追回",
        reverse("office:runs-recoveries"),
        lead=(
            f"{masking.name(person.name)}（{pk}），{scheme(scheme_id).name}，原因：{causes.label(cause)}，"
            f"还应追回 {text(debt.amount)} 元。处理前请核实情况，听取本人或监护人的意见。"
        ),
    )
