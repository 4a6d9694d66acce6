"""Projects done for households and at addresses: what is lacking and by when, what is in place, what it cost and who paid."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.aid import projects
from zhucan.aid.models import Contribution, Fund, Mark, Undertaking
from zhucan.cases.models import Application
from zhucan.core import masking
from zhucan.core.money import fen
from zhucan.indicators import shelf
from zhucan.indicators.periods import Period
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import ReasonForm, YuanField, cents, enter, form_page, yuan
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Division, Level
from zhucan.planning.models import PlanItem
from zhucan.policy.projects import BY_SCHEME, PROJECTS
from zhucan.registry.models import Category, Person
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of


def who(person: Person) -> str:
    """Return somebody as a list names them."""
    return f"{masking.name(person.name)}（{person.pk}）"


def _place(one: Undertaking) -> str:
    return who(one.person) if one.person else one.address


def _undertakings(request: OfficeRequest) -> QuerySet[Undertaking]:
    found = Undertaking.objects.filter(inside("place_id", scope.here(request)))
    return found.select_related("person", "place", "application__award")


class ListForm(Form):
    """看哪个项目。"""

    quiet = True

    project = forms.ChoiceField(
        label="项目", required=False, choices=[("", "全部"), *((one.id, one.name) for one in PROJECTS)]
    )


class OpenForm(Form):
    """登记一件。"""

    project = forms.ChoiceField(label="项目", choices=[(one.id, one.name) for one in PROJECTS if not one.at_address])
    application = forms.ChoiceField(
        label="对应的申请", required=False, help_text="财政补助由申请发放的，要选上，不会重复计算"
    )
    day = DateField(label="登记日期")
    plan = forms.CharField(label="方案", max_length=400, required=False)


class AddressForm(Form):
    """登记一处。"""

    place = forms.ModelChoiceField(label="社区（村）", queryset=Division.objects.none(), empty_label=None)
    address = forms.CharField(label="地址", max_length=120, help_text="例如 二区18号楼4单元")
    day = DateField(label="登记日期")
    plan = forms.CharField(label="方案", max_length=400, required=False)


class MarkForm(Form):
    """一部分的情况。"""

    standing = forms.ChoiceField(label="情况", choices=Mark.Standing.choices)
    day = DateField(label="核实日期")
    need = forms.ChoiceField(label="为哪类残疾", required=False, choices=[("", "不分"), *Category.choices])
    what = forms.CharField(label="内容", max_length=200, required=False, help_text="缺什么，或做了什么")
    cost = YuanField(label="费用（元）", required=False, max_length=20, help_text="工程已到位的要写，没有花钱写 0")
    evidence = forms.CharField(label="依据", max_length=200, required=False, help_text="例如入户核实、照片、单据")
    worker = forms.CharField(label="责任人", max_length=40, required=False, help_text="还缺的，由谁解决")
    due_on = DateField(label="完成期限", required=False, help_text="还缺的，到哪一天")


class StartForm(Form):
    """开工。"""

    day = DateField(label="开工日期")
    plan = forms.CharField(label="方案", max_length=400)


class AcceptForm(Form):
    """完工和验收。"""

    finished_on = DateField(label="完工日期")
    day = DateField(label="验收日期")
    accepted_by = forms.CharField(label="验收人", max_length=60)


class DropForm(ReasonForm):
    """不再做了。"""

    day = DateField(label="终止日期")


class MoneyForm(Form):
    """投入的资金。"""

    fund = forms.ChoiceField(label="来源", choices=Fund.choices)
    payer = forms.CharField(label="出资人", max_length=60)
    programme = forms.CharField(label="捐赠项目", max_length=60, required=False, help_text="慈善捐赠的要写")
    amount = YuanField(label="金额（元）", max_length=20)
    day = DateField(label="到账日期")
    document = forms.CharField(label="凭证", max_length=120)


class CaseForm(Form):
    """对应的申请。"""

    application = forms.ChoiceField(label="申请")


class ServeForm(Form):
    """受益的残疾人。"""

    person = forms.IntegerField(label="人员编号", min_value=1)
    day = DateField(label="登记日期")


@require_GET
def overview(request: OfficeRequest) -> HttpResponse:
    """帮扶工程和排查：还缺的、在办的，各地完成了多少。"""
    form = ListForm(request.GET)
    chosen = form.cleaned_data.get("project") if form.is_valid() else ""
    found = _undertakings(request)
    if chosen:
        found = found.filter(project=chosen)
    tasks = projects.lacking(found)
    page = slice_of(found, request)
    day = today()
    context = {
        "form": form, "page": page, "day": day,
        "tasks": [
            {"one": one, "who": _place(one.undertaking), "part": one.undertaking.of.labels.get(one.part, one.part)}
            for one in tasks[:50]
        ],
        "more": max(tasks.count() - 50, 0),
        "rows": [{"one": one, "who": _place(one), "name": one.of.name, "done": one.done_on} for one in page],
        "reached": list(_reached(request, chosen)) if chosen else [],
        "donors": [(*told, yuan(sum_fen)) for *told, sum_fen in projects.donors(found)],
    }  # fmt: skip
    return render(request, "office/aid.html", context)


def _reached(request: OfficeRequest, chosen: str) -> Iterator[dict[str, Any]]:
    """Yield what each place right below has finished of a project this year, against its own target where it has one."""
    item, year = projects.project_of(chosen), today().year
    name = f"{item.id}-{'accepted' if item.builds else 'complete'}"
    with shelf.opened(name, scope.here(request), Period.year(year), at=now()) as (figures, _):
        parts = figures.breakdown(name, "division")
    targets = dict(
        PlanItem.objects.filter(year=year, indicator=name, retracted_at=None)
        .order_by("pk")
        .values_list("division_id", "target")
    )
    for part in parts:
        target = targets.get(part.key)
        rate = None
        if target and part.value is not None:
            rate = (Decimal(part.value) * 100 / target).quantize(Decimal("0.1"))
        yield {"place": part.label, "done": part.value, "target": target, "rate": rate}


def _cases(person: Person) -> list[tuple[str, str]]:
    """Return the applications that a project of a person can stand on."""
    found = Application.objects.filter(person=person, scheme__in=BY_SCHEME, undertakings=None).order_by("-pk")
    return [(str(one.pk), f"{one.number} {BY_SCHEME[one.scheme].name}，{one.get_state_display()}") for one in found]


def _case(form: Form, person: Person) -> Application | None:
    chosen = form.cleaned_data["application"]
    return Application.objects.get(pk=chosen, person=person) if chosen else None


@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest, pk: int) -> HttpResponse:
    """为一个人的家庭登记一件。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    form = OpenForm(request.POST or None, initial={"day": today()})
    form.fields["application"].choices = [("", "没有申请"), *_cases(person)]  # type: ignore[attr-defined]  # a ChoiceField

    def act() -> Undertaking:
        data = form.cleaned_data
        return projects.open_for(
            project_id=data["project"], person=person, day=data["day"], plan=data["plan"], application=_case(form, person),
            at=now(), by=request.user,
        )  # fmt: skip

    if form.is_valid() and (made := form.tried(act)) is not None:
        messages.success(request, "已登记，请逐项写明还缺什么、什么已到位。")
        return redirect("office:aid-one", made.pk)
    back = reverse("office:people-file", args=[pk])
    return form_page(request, form, "登记帮扶工程或排查", back, lead=f"{who(person)}一家。", action="登记")


@require_http_methods(["GET", "POST"])
def new_address(request: OfficeRequest) -> HttpResponse:
    """登记一处小型工程。"""
    form = AddressForm(request.POST or None, initial={"day": today()})
    villages = scope.divisions(request).filter(level=Level.VILLAGE).order_by("code")
    form.fields["place"].queryset = villages  # type: ignore[attr-defined]  # a ModelChoiceField
    item = next(one for one in PROJECTS if one.at_address)

    def act() -> Undertaking:
        data = form.cleaned_data
        return projects.open_at(
            project_id=item.id, place=data["place"], address=data["address"], served=(), day=data["day"],
            plan=data["plan"], at=now(), by=request.user,
        )  # fmt: skip

    if form.is_valid() and (made := form.tried(act)) is not None:
        messages.success(request, "已登记，请写明受益的残疾人、做了什么、谁出的钱。")
        return redirect("office:aid-one", made.pk)
    return form_page(request, form, f"登记{item.name}", reverse("office:aid"), action="登记")


@require_GET
def one(request: OfficeRequest, pk: int) -> HttpResponse:
    """一件工程或排查：各部分、资金、经过。"""
    found = get_object_or_404(_undertakings(request), pk=pk)
    audit.record(
        actor=request.user, action="office.undertaking", target=f"undertaking:{pk}", at=now(), person=found.person_id
    )
    item, case = found.of, found.application
    money = projects.funds(found)
    context = {
        "one": found, "item": item, "who": _place(found), "done": found.done_on, "case": case, "day": today(),
        "grade": projects.danger_grade(found) if item.scheme == "dangerous-house-repair" else "",
        "granted": yuan(case.award.granted_fen) if case is not None and case.award is not None else "",
        "parts": [
            {"part": told.part, "mark": told.mark, "lacking": told.lacking, "cost": yuan(told.mark.cost_fen if told.mark else None)}
            for told in projects.standings(found).values()
        ],
        "cost": yuan(projects.cost_fen(found)),
        "money": [{"one": told, "amount": yuan(told.amount_fen)} for told in money],
        "total": yuan(sum(told.amount_fen for told in money)),
        "served": [who(told.person) for told in found.served.select_related("person")],
        "log": found.marks.select_related("by").order_by("-day", "-pk"),
        "labels": item.labels,
        "open": found.done_on is None and found.dropped_on is None,
        "papers": case.bundle.materials.filter(retracted_at=None).count() if case is not None else 0,
    }  # fmt: skip
    return render(request, "office/aid_one.html", context)


@require_http_methods(["GET", "POST"])
def mark(request: OfficeRequest, pk: int, part: str) -> HttpResponse:
    """登记一部分是还缺、已到位，还是不需要。"""
    found = get_object_or_404(_undertakings(request), pk=pk)
    if part not in found.of.labels:
        raise Http404
    form = MarkForm(request.POST or None, initial={"day": today()})
    if not found.of.builds:
        del form.fields["cost"], form.fields["need"]

    def act() -> Mark:
        data = form.cleaned_data
        return projects.mark(
            undertaking=found, part=part, standing=data["standing"], day=data["day"], need=data.get("need", ""),
            what=data["what"], cost_fen=cents(data.get("cost")), evidence=data["evidence"], worker=data["worker"],
            due_on=data["due_on"], at=now(), by=request.user,
        )  # fmt: skip

    return _entered(request, found, form, act, f"{found.of.name}：{found.of.labels[part]}")


def _entered(
    request: OfficeRequest, found: Undertaking, form: Form, act: Callable[[], object], heading: str
) -> HttpResponse:
    back = reverse("office:aid-one", args=[found.pk])
    return enter(request, form, act, back, heading, lead=f"{_place(found)}，{found.of.name}。", done="已登记。")


@dataclass(frozen=True)
class Deed:
    """Something done about a whole undertaking: its form, its heading, and what does it with the form's data."""

    form: type[Form]
    heading: str
    act: Callable[..., object]


def _with_case(*, undertaking: Undertaking, application: str, **more: Any) -> Undertaking:
    case = Application.objects.get(pk=application, person=undertaking.person)
    return projects.attach(undertaking=undertaking, application=case, **more)


def _with_money(*, amount: Decimal, **more: Any) -> Contribution:
    return projects.contribute(amount_fen=fen(amount), **more)


DEEDS: dict[str, Deed] = {
    "start": Deed(StartForm, "登记开工", projects.start),
    "accept": Deed(AcceptForm, "登记完工和验收", projects.accept),
    "drop": Deed(DropForm, "不再做了", projects.drop),
    "money": Deed(MoneyForm, "登记投入的资金", _with_money),
    "attach": Deed(CaseForm, "对应到申请", _with_case),
    "serve": Deed(ServeForm, "登记受益的残疾人", projects.serve),
}


@require_http_methods(["GET", "POST"])
def act(request: OfficeRequest, pk: int, deed: str) -> HttpResponse:
    """开工、验收、终止、资金、对应申请、受益人。"""
    found, chosen = get_object_or_404(_undertakings(request), pk=pk), DEEDS.get(deed)
    if chosen is None:
        raise Http404
    form = chosen.form(request.POST or None, initial={"day": today(), "finished_on": today(), "plan": found.plan})
    if deed == "attach":
        form.fields["application"].choices = _cases(found.person) if found.person else []  # type: ignore[attr-defined]  # a ChoiceField

    def do() -> object:
        data = dict(form.cleaned_data)
        if deed == "serve":
            data["person"] = get_object_or_404(scope.people(request), pk=data["person"])
        return chosen.act(undertaking=found, at=now(), by=request.user, **data)

    return _entered(request, found, form, do, chosen.heading)


@require_http_methods(["GET", "POST"])
def take_back(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤回登记错的一部分。"""
    found = get_object_or_404(Mark.objects.filter(undertaking__in=_undertakings(request)), pk=pk)
    form = ReasonForm(request.POST or None)

    def do() -> Mark:
        return projects.take_back(mark=found, reason=form.cleaned_data["reason"], at=now(), by=request.user)

    return _entered(request, found.undertaking, form, do, f"撤回 {found.day:%Y-%m-%d} 登记的情况")


@require_http_methods(["GET", "POST"])
def take_back_money(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤回登记错的资金。"""
    found = get_object_or_404(Contribution.objects.filter(undertaking__in=_undertakings(request)), pk=pk)
    form = ReasonForm(request.POST or None)

    def do() -> Contribution:
        return projects.take_back_money(
            contribution=found, reason=form.cleaned_data["reason"], at=now(), by=request.user
        )

    return _entered(request, found.undertaking, form, do, f"撤回 {found.payer} 的 {yuan(found.amount_fen)} 元")


def to_do(request: OfficeRequest) -> tuple[int, date | None]:
    """Return how many parts are lacking in the place, and the first day by which one is to be seen to."""
    tasks = projects.lacking(_undertakings(request))
    first = tasks.first()
    return (0, None) if first is None else (tasks.count(), first.due_on)
