"""Goods: what each store holds, what moved, and the forms by which it moves."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.cases.models import Award
from zhucan.core import masking
from zhucan.core.money import fen
from zhucan.delivery import stock
from zhucan.delivery.models import Balance, Item, Move, MoveKind, Piece, Round, Store
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import done, form_page
from zhucan.office.scope import county
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import division, inside
from zhucan.policy.catalogue import GRANTED, scheme
from zhucan.policy.schemes import Gives
from zhucan.registry.models import Person
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of

_GOODS = tuple(item for item in GRANTED if item.gives is Gives.GOODS)


def _stores(request: OfficeRequest) -> QuerySet[Store]:
    return Store.objects.filter(inside("division_id", county(request))).select_related("division")


def _items(request: OfficeRequest) -> QuerySet[Item]:
    return Item.objects.filter(inside("division_id", county(request)))


def _rounds(request: OfficeRequest) -> QuerySet[Round]:
    return Round.objects.filter(inside("division_id", county(request))).select_related("item")


class ItemForm(Form):
    """登记一种物品。"""

    name = forms.CharField(label="名称", max_length=60)
    unit = forms.CharField(label="单位", max_length=8, help_text="例如：辆、只、副")
    scheme = forms.ChoiceField(
        label="用在哪个项目", required=False, choices=[("", "不限项目"), *((item.id, item.name) for item in _GOODS)]
    )
    worth = forms.DecimalField(
        label="单价（元）", min_value=Decimal(0), max_digits=10, decimal_places=2, initial=Decimal(0)
    )
    years = forms.IntegerField(
        label="使用年限（年）", min_value=1, max_value=50, required=False, help_text="没有到期不再发；不限就空着"
    )
    numbered = forms.BooleanField(label="逐件编号", required=False)
    fund = forms.CharField(label="资金来源", max_length=40, required=False)


class StoreForm(Form):
    """登记一个仓库。"""

    name = forms.CharField(label="名称", max_length=60)


class RoundForm(Form):
    """开一个发放批次。"""

    name = forms.CharField(label="名称", max_length=80)
    item = forms.ModelChoiceField(label="物品", queryset=Item.objects.none())
    each = forms.IntegerField(label="每人数量", min_value=1, max_value=1000, initial=1)
    opens_on = DateField(label="开始日期")
    closes_on = DateField(label="结束日期（这一天不再发）", required=False)


class MoveForm(Form):
    """什么时候、多少。"""

    quantity = forms.IntegerField(label="数量", min_value=1, max_value=1_000_000, initial=1)
    day = DateField(label="日期")
    note = forms.CharField(label="说明", max_length=200, required=False)

    def told(self, request: OfficeRequest) -> stock.Told:
        """Return who tells of the move."""
        return stock.Told(self.cleaned_data["day"], now(), request.user, self.cleaned_data["note"])


class ReceiveForm(MoveForm):
    """入库。"""

    store = forms.ModelChoiceField(label="仓库", queryset=Store.objects.none())
    item = forms.ModelChoiceField(label="物品", queryset=Item.objects.none())
    serials = forms.CharField(
        label="编号", required=False, widget=forms.Textarea({"rows": 3}), help_text="逐件编号的物品，每行写一个编号"
    )
    field_order = ("store", "item", "quantity", "serials", "day", "note")


class IssueForm(MoveForm):
    """发给一个人。"""

    basis = forms.ChoiceField(label="按什么发")
    held = forms.ChoiceField(label="物品和仓库")
    early = forms.CharField(
        label="提前更换的原因", max_length=120, required=False, help_text="没有到使用年限而需要更换时写明"
    )
    due_on = DateField(label="应还日期", required=False)
    field_order = ("basis", "held", "quantity", "day", "due_on", "early", "note")

    def clean(self) -> dict[str, Any]:
        """Let a loan pass with the day it is due, and nothing else with one."""
        data = super().clean() or {}
        lent = data.get("basis") == "loan"
        if lent and not data.get("due_on"):
            self.add_error("due_on", "借出要写应还日期。")
        if not lent and data.get("due_on"):
            self.add_error("due_on", "只有借出才写应还日期：请清空，或选“借用”。")
        return data


class BackForm(MoveForm):
    """归还。"""

    store = forms.ModelChoiceField(label="放到哪个仓库", queryset=Store.objects.none())
    broken = forms.BooleanField(label="坏了，要修", required=False)
    field_order = ("store", "quantity", "broken", "day", "note")


class KeptForm(MoveForm):
    """修好或报废。"""

    what = forms.ChoiceField(
        label="办什么",
        choices=[("repair", "修好了，可以再发"), ("broken", "待修的报废"), ("ready", "可用的报废")],
        widget=forms.RadioSelect,
    )
    piece = forms.ModelChoiceField(label="编号", queryset=Piece.objects.none(), required=False)
    field_order = ("what", "piece", "quantity", "day", "note")


class PersonForm(Form):
    """发给谁。"""

    person = forms.IntegerField(label="人员编号", min_value=1)


@require_GET
def overview(request: OfficeRequest) -> HttpResponse:
    """实物：各仓库有什么，最近进出，正在发放的批次，借出没有还的。"""
    stores = _stores(request)
    day = today()
    balances = (
        Balance.objects.filter(store__in=stores).select_related("store", "item").order_by("store__name", "item__name")
    )
    moves = (
        Move.objects.filter(store__in=stores).select_related("store", "item", "piece", "person", "by").order_by("-pk")
    )
    kind = request.GET.get("kind", "")
    if kind in MoveKind.values:
        moves = moves.filter(kind=kind)
    page = slice_of(moves, request)
    mine = _known(request, page)
    open_rounds = _rounds(request).filter(opens_on__lte=day).filter(Q(closes_on=None) | Q(closes_on__gt=day))
    late = list(stock.overdue(day).filter(store__in=stores).select_related("item", "person", "store")[:50])
    names = _known(request, late)
    context = {
        "balances": balances,
        "page": page,
        "rows": [_row(move, mine) for move in page],
        "rounds": [{"round": one, "given": one.moves.count()} for one in open_rounds],
        "late": [_row(move, names) for move in late],
        "kinds": MoveKind.choices,
        "kind": kind,
        "form": PersonForm(),
    }
    return render(request, "office/stock.html", context)


def _known(request: OfficeRequest, moves: Any) -> dict[int, str]:
    """Return the masked names of the people of some moves, as far as they are of the acting place."""
    keys = [move.person_id for move in moves if move.person_id]
    found = scope.people(request).filter(pk__in=keys).values_list("pk", "name")
    return {key: masking.name(name) for key, name in found}


def _row(move: Move, names: dict[int, str]) -> dict[str, Any]:
    out = move.kind in stock.OUT and stock.left_of(move) > 0
    return {"move": move, "name": names.get(move.person_id or 0, ""), "out": out}


@require_http_methods(["GET", "POST"])
def item(request: OfficeRequest) -> HttpResponse:
    """登记一种物品。"""
    form = ItemForm(request.POST or None)

    def act() -> object:
        data = form.cleaned_data
        return stock.add_item(
            division=division(county(request)), name=data["name"], unit=data["unit"], scheme=data["scheme"],
            worth_fen=fen(data["worth"]), years_of_use=data["years"], numbered=data["numbered"], fund=data["fund"], at=now(),
            by=request.user,
        )  # fmt: skip

    if done(request, form, act, "已登记物品。"):
        return redirect("office:stock")
    return form_page(request, form, "登记物品", reverse("office:stock"))


@require_http_methods(["GET", "POST"])
def store(request: OfficeRequest) -> HttpResponse:
    """登记一个仓库。"""
    form = StoreForm(request.POST or None)
    place = division(scope.here(request))
    if done(request, form, lambda: stock.add_store(division=place, name=form.cleaned_data["name"], at=now(), by=request.user), "已登记仓库。"):  # fmt: skip
        return redirect("office:stock")
    return form_page(request, form, "登记仓库", reverse("office:stock"), lead=f"属于{place.name}。")


@require_http_methods(["GET", "POST"])
def opening(request: OfficeRequest) -> HttpResponse:
    """开一个发放批次：每人只发一次。"""
    form = RoundForm(request.POST or None, initial={"opens_on": today()})
    form.fields["item"].queryset = _items(request)  # type: ignore[attr-defined]  # a ModelChoiceField

    def act() -> object:
        return stock.open_round(division=division(county(request)), **form.cleaned_data, at=now(), by=request.user)

    if done(request, form, act, "已开发放批次。"):
        return redirect("office:stock")
    return form_page(request, form, "开发放批次", reverse("office:stock"), lead="同一批次每人只发一次，每人数量相同。")


@require_http_methods(["GET", "POST"])
def receive(request: OfficeRequest) -> HttpResponse:
    """入库。"""
    form = ReceiveForm(request.POST or None, initial={"day": today()})
    form.fields["store"].queryset = _stores(request)  # type: ignore[attr-defined]  # a ModelChoiceField
    form.fields["item"].queryset = _items(request)  # type: ignore[attr-defined]  # a ModelChoiceField

    def act() -> object:
        data = form.cleaned_data
        return stock.receive(
            store=data["store"], item=data["item"], quantity=data["quantity"], told=form.told(request),
            serials=tuple(data["serials"].split()),
        )  # fmt: skip

    if done(request, form, act, "已入库。"):
        return redirect("office:stock")
    return form_page(request, form, "入库", reverse("office:stock"), action="入库")


@require_http_methods(["GET", "POST"])
def to_person(request: OfficeRequest) -> HttpResponse:
    """按人员编号找到要发给的人。"""
    form = PersonForm(request.POST or None)
    if form.is_valid():
        if scope.people(request).filter(pk=form.cleaned_data["person"]).exists():
            return redirect("office:stock-issue", pk=form.cleaned_data["person"])
        form.add_error("person", f"本地没有编号 {form.cleaned_data['person']} 的人员：请核对编号。")
    return form_page(
        request,
        form,
        "发放或借出",
        reverse("office:stock"),
        lead="先写人员编号；也可以从人员档案里点“发实物”。",
        action="下一步",
    )


@require_http_methods(["GET", "POST"])
def issue(request: OfficeRequest, pk: int) -> HttpResponse:
    """发给一个人：按一项批准、在一个批次里，或借用。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    form = IssueForm(request.POST or None, initial={"day": today()})
    awards = _awards(person)
    rounds = {f"round-{one.pk}": one for one in _rounds(request).exclude(moves__person=person) if _open(one)}
    form.fields["basis"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
        *((key, f"批准：{scheme(one.scheme).name}（{one.approved_on}）") for key, one in awards.items()),
        *((key, f"批次：{one.name}，每人 {one.each} {one.item.unit}{one.item}") for key, one in rounds.items()),
        ("loan", "借用"),
    ]
    held = _held(request)
    form.fields["held"].choices = [(key, word) for key, (_, _, word) in held.items()]  # type: ignore[attr-defined]  # a ChoiceField

    def act() -> object:
        data = form.cleaned_data
        balance, piece, _ = held[data["held"]]
        given: dict[str, Any] = {
            "store": balance.store, "item": balance.item, "person": person, "quantity": data["quantity"],
            "told": form.told(request), "piece": piece,
        }  # fmt: skip
        if data["basis"] == "loan":
            return stock.lend(**given, due_on=data["due_on"])
        return stock.issue(
            **given, award=awards.get(data["basis"]), round=rounds.get(data["basis"]), early=data["early"]
        )

    if done(request, form, act, "已登记。"):
        return redirect("office:people-file", pk=pk)
    audit.record(actor=request.user, action="office.stock-issue", target=f"person:{pk}", at=now())
    lead = f"{masking.name(person.name)}（人员 {pk}）。" + ("" if held else "仓库里没有可以发的：请先入库。")
    return form_page(request, form, "发放或借出", reverse("office:people-file", args=[pk]), lead=lead, action="登记")


def _awards(person: Person) -> dict[str, Award]:
    """Return the person's awards of goods that hold and are not wholly handed out, by the key of the form."""
    found = Award.objects.filter(
        person=person, scheme__in=[item.id for item in _GOODS], granted_fen__isnull=False, revoked_at=None
    )
    return {f"award-{one.pk}": one for one in found.order_by("-approved_on") if stock.open_of(one) > 0}


def _open(one: Round) -> bool:
    day = today()
    return one.opens_on <= day and (one.closes_on is None or one.closes_on > day)


def _held(request: OfficeRequest) -> dict[str, tuple[Balance, Piece | None, str]]:
    """Return what can be handed out, by the key of the form: each number of numbered goods, else each balance."""
    found: dict[str, tuple[Balance, Piece | None, str]] = {}
    ready = Balance.objects.filter(store__in=_stores(request), ready__gt=0).select_related("store", "item")
    for one in ready.order_by("item__name", "store__name"):
        if not one.item.numbered:
            found[f"balance-{one.pk}"] = (one, None, f"{one.item}：{one.store}，可用 {one.ready} {one.item.unit}")
            continue
        for piece in Piece.objects.filter(item=one.item, store=one.store, state=Piece.State.READY)[:200]:
            found[f"piece-{piece.pk}"] = (one, piece, f"{one.item}：{one.store}，编号 {piece.serial}")
    return found


@require_http_methods(["GET", "POST"])
def back(request: OfficeRequest, pk: int) -> HttpResponse:
    """归还一笔发放或借出的。"""
    out = get_object_or_404(
        Move.objects.filter(store__in=_stores(request), kind__in=stock.OUT, person__in=scope.people(request)), pk=pk
    )
    form = BackForm(request.POST or None, initial={"day": today(), "store": out.store_id, "quantity": out.quantity})
    form.fields["store"].queryset = _stores(request)  # type: ignore[attr-defined]  # a ModelChoiceField

    def act() -> object:
        data = form.cleaned_data
        return stock.take_back(
            issued=out, store=data["store"], quantity=data["quantity"], broken=data["broken"], told=form.told(request)
        )

    if done(request, form, act, "已登记归还。"):
        return redirect("office:stock")
    number = f"，编号 {out.piece}" if out.piece else ""
    lead = f"人员 {out.person_id}，{out.day:%Y-%m-%d} {out.get_kind_display()}的{out.item} {out.quantity} {out.item.unit}{number}。"
    return form_page(request, form, "归还", reverse("office:stock"), lead=lead, action="登记归还")


@require_http_methods(["GET", "POST"])
def kept(request: OfficeRequest, pk: int) -> HttpResponse:
    """修好或报废仓库里的。"""
    one = get_object_or_404(Balance.objects.filter(store__in=_stores(request)).select_related("store", "item"), pk=pk)
    form = KeptForm(request.POST or None, initial={"day": today(), "what": "repair"})
    if one.item.numbered:
        pieces = Piece.objects.filter(item=one.item, store=one.store, state__in=(Piece.State.BROKEN, Piece.State.READY))
        form.fields["piece"].queryset = pieces  # type: ignore[attr-defined]  # a ModelChoiceField
    else:
        del form.fields["piece"]

    def act() -> object:
        data = form.cleaned_data
        given: dict[str, Any] = {
            "store": one.store, "item": one.item, "quantity": data["quantity"], "told": form.told(request),
            "piece": data.get("piece"),
        }  # fmt: skip
        if data["what"] == "repair":
            return stock.repair(**given)
        return stock.write_off(**given, broken=data["what"] == "broken")

    if done(request, form, act, "已登记。"):
        return redirect("office:stock")
    lead = f"{one.store}的{one.item}：可用 {one.ready} {one.item.unit}，待修 {one.broken} {one.item.unit}。"
    return form_page(request, form, "修好或报废", reverse("office:stock"), lead=lead, action="登记")
