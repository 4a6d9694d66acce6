"""Accident insurance: policies, whom the rule would have insured, who is, and what the insurer paid."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.core.money import fen, from_fen, text
from zhucan.delivery import accidents
from zhucan.delivery.models import AccidentClaim, AccidentPolicy, Relief
from zhucan.office import exports, scope
from zhucan.office.access import OfficeRequest
from zhucan.office.aid import who
from zhucan.office.fields import YuanField, cents, enter, form_page, yuan
from zhucan.office.scope import county
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import division, inside
from zhucan.registry.choices import Payer
from zhucan.registry.entering import home_on
from zhucan.registry.models import Person
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of


class PolicyForm(Form):
    """一份保单。"""

    insurer = forms.CharField(label="承保公司", max_length=60)
    number = forms.CharField(label="保单号", max_length=40)
    premium = YuanField(label="每人保费（元）", max_length=20)
    payer = forms.ChoiceField(label="谁缴费", choices=Payer.choices, initial=Payer.GOVERNMENT)
    starts_on = DateField(label="生效日期")
    ends_on = DateField(label="到期日期", help_text="这一天不再保")


class DayForm(Form):
    """从哪一天起参保。"""

    day = DateField(label="从哪一天起参保", help_text="已经到了的日期，在保险期间内")


class ClaimForm(Form):
    """报案；已经赔付的，连赔付一起。"""

    accident_on = DateField(label="出险日期")
    reported_on = DateField(label="报案日期", required=False, help_text="已经赔付、不知道哪天报案的，可以不填。")
    paid_on = DateField(label="赔付日期", required=False, help_text="还没有赔付的不填，核定、赔付以后再登记。")
    amount = YuanField(label="赔付金额（元）", max_length=20, required=False)


class DecideForm(Form):
    """承保公司核定的结果。"""

    decided_on = DateField(label="核定日期")
    amount = YuanField(label="核定金额（元）", max_length=20, required=False, help_text="拒赔的不填。")
    refusal = forms.CharField(label="拒赔理由", max_length=200, required=False, help_text="赔付的不填。")


class PayForm(Form):
    """核定的已经赔付。"""

    paid_on = DateField(label="赔付日期")


class ReasonForm(Form):
    """撤回的原因。"""

    reason = forms.CharField(label="撤回原因", max_length=200)


class WhichForm(exports.PurposeForm):
    """导出哪一份名单。"""

    which = forms.ChoiceField(
        label="名单",
        choices=[("insured", "被保险人"), ("due", "应保、还没有保的人")],
        widget=forms.RadioSelect,
        initial="insured",
    )


def _policies(request: OfficeRequest) -> QuerySet[AccidentPolicy]:
    return AccidentPolicy.objects.filter(inside("division_id", county(request))).select_related("division")


def _insured(request: OfficeRequest, policy: AccidentPolicy) -> QuerySet[Relief]:
    return accidents.insured(policy).filter(person__in=scope.people(request))


def _claims(request: OfficeRequest) -> QuerySet[AccidentClaim]:
    found = AccidentClaim.objects.filter(relief__person__in=scope.people(request), relief__policy__isnull=False)
    return found.select_related("relief__person", "relief__policy", "by")


def _day(policy: AccidentPolicy) -> date:
    """Return today, or the day of the policy's period that is nearest to it."""
    return min(max(today(), policy.starts_on), policy.ends_on - timedelta(days=1))


@require_GET
def overview(request: OfficeRequest) -> HttpResponse:
    """意外保险：每份保单保了多少人、赔付了多少。"""
    found = _policies(request).annotate(people=Count("insured", filter=Q(insured__person__in=scope.people(request))))
    page = slice_of(found, request)
    paid = {
        key: (many, amount_fen)
        for key, many, amount_fen in _claims(request)
        .filter(retracted_at=None, paid_on__isnull=False, relief__policy__in=[one.pk for one in page])
        .order_by()
        .values("relief__policy")
        .annotate(many=Count("pk"), fen=Sum("amount_fen"))
        .values_list("relief__policy", "many", "fen")
    }
    rows = []
    for one in page:
        many, amount_fen = paid.get(one.pk, (0, 0))
        rows.append(
            {
                "one": one,
                "premium": text(from_fen(one.premium_fen)),
                "claims": many,
                "paid": text(from_fen(amount_fen or 0)),
            }
        )
    return render(request, "office/accidents.html", {"page": page, "rows": rows, "day": today()})


@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    """登记一份保单。"""
    form = PolicyForm(request.POST or None)

    def act() -> AccidentPolicy:
        data = form.cleaned_data
        return accidents.open_policy(
            division=division(scope.here(request)), insurer=data["insurer"], number=data["number"],
            premium_fen=fen(data["premium"]), payer=data["payer"], starts_on=data["starts_on"], ends_on=data["ends_on"],
            at=now(), by=request.user,
        )  # fmt: skip

    if form.is_valid() and (made := form.tried(act)) is not None:
        messages.success(request, "已登记保单。下一步：导出应保名单交承保公司，生效以后登记参保。")
        return redirect("office:accidents-policy", made.pk)
    return form_page(request, form, "登记意外保险保单", reverse("office:accidents"), action="登记")


@require_GET
def policy(request: OfficeRequest, pk: int) -> HttpResponse:
    """一份保单：被保险人和赔付。"""
    found = get_object_or_404(_policies(request), pk=pk)
    insured = _insured(request, found)
    page = slice_of(insured, request)
    claims = _claims(request).filter(relief__policy=found)
    context = {
        "one": found, "premium": text(from_fen(found.premium_fen)), "count": insured.count(), "page": page,
        "rows": [{"one": one, "who": who(one.person)} for one in page],
        "claims": [{"one": one, "who": who(one.relief.person), "amount": yuan(one.amount_fen)} for one in claims],
        "paid": text(from_fen(sum(one.amount_fen or 0 for one in claims if one.retracted_at is None and one.paid_on is not None))),
    }  # fmt: skip
    return render(request, "office/accident.html", context)


@require_http_methods(["GET", "POST"])
def insure(request: OfficeRequest, pk: int) -> HttpResponse:
    """给按规则应保、还没有保的人一起登记参保。"""
    found = get_object_or_404(_policies(request), pk=pk)
    form = DayForm(request.POST or None, initial={"day": _day(found)})
    many: list[int] = []

    def act() -> bool:
        many.append(accidents.insure(policy=found, day=form.cleaned_data["day"], at=now(), by=request.user))
        return True

    back = reverse("office:accidents-policy", args=[pk])
    if form.is_valid() and form.tried(act):
        said = f"已登记参保 {many[0]} 人。" if many[0] else "没有要登记的：应保的人都已参保，或还没有查明能不能劳动。"
        messages.success(request, said)
        return redirect(back)
    lead = f"{found}。在劳动年龄内、有劳动能力或能做简单劳动、还没有保的人，从这一天起到 {found.ends_on} 参保。"
    return form_page(request, form, "登记参保", back, lead=lead, action="登记参保")


@require_http_methods(["GET", "POST"])
def export(request: OfficeRequest, pk: int) -> HttpResponse:
    """导出被保险人或应保名单：写明用途，带水印，记入审计。"""
    found = get_object_or_404(_policies(request), pk=pk)
    form = WhichForm(request.POST or None, role=request.post.role)
    back = reverse("office:accidents-policy", args=[pk])
    if (
        form.is_valid()
        and (rows := form.tried(lambda: _listed(request, found, form.cleaned_data["which"]))) is not None
    ):
        whole = bool(form.cleaned_data.get("whole"))
        title = "被保险人" if form.cleaned_data["which"] == "insured" else "应保名单"
        header = ("人员编号", "姓名", "身份证号", "户籍地", "保单号", "自", "至（不含）", "每人保费（元）")
        cells = _cells(rows, found, whole)
        sheet = exports.Sheet(f"意外保险{title}", header, cells, len(rows))
        return exports.answer(request, sheet, form, target=f"accident-policy:{pk}", whole=whole)
    lead = f"{found}。只含您辖区的人。文件里写明谁、什么时候、为什么导出；用完请删除。"
    return form_page(request, form, "导出意外保险名单", back, lead=lead, action="导出")


def _listed(request: OfficeRequest, found: AccidentPolicy, which: str) -> list[tuple[Person, date]]:
    """Return the people of a list that one may see, and from which day they are insured or would be."""
    if which == "insured":
        return [(one.person, one.valid_from) for one in _insured(request, found)]
    day = _day(found)
    keys = accidents.due(found, day=day, at=now()).people
    return [(person, day) for person in scope.people(request).filter(pk__in=keys).order_by("pk")]


def _cells(rows: list[tuple[Person, date]], found: AccidentPolicy, whole: bool) -> Iterator[tuple[str, ...]]:
    for person, since in rows:
        home = home_on(person, since)
        yield (
            str(person.pk), person.name, exports.number(person, whole), home.division.name if home else "",
            found.number, str(since), str(found.ends_on), text(from_fen(found.premium_fen)),
        )  # fmt: skip


@require_http_methods(["GET", "POST"])
def claim(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记一个被保险人的报案；已经赔付的，连赔付一起登记。"""
    mine = Relief.objects.filter(policy__in=_policies(request), person__in=scope.people(request))
    found = get_object_or_404(mine.select_related("person", "policy"), pk=pk)
    form = ClaimForm(request.POST or None)

    def act() -> AccidentClaim:
        data: dict[str, Any] = form.cleaned_data
        return accidents.claim(
            relief=found, accident_on=data["accident_on"], reported_on=data["reported_on"], paid_on=data["paid_on"],
            amount_fen=cents(data["amount"]), at=now(), by=request.user,
        )  # fmt: skip

    back = reverse("office:accidents-policy", args=[found.policy_id])
    lead = f"{who(found.person)}，{found.policy}，{found.valid_from} 至 {found.valid_to}（不含）。"
    return enter(request, form, act, back, "登记报案", lead=lead, done="已登记。")


def _claimed(request: OfficeRequest, pk: int) -> tuple[AccidentClaim, str, str]:
    """Return a claim that one may see, the page of its policy, and what it is in words."""
    found = get_object_or_404(_claims(request).filter(relief__policy__in=_policies(request)), pk=pk)
    amount = "" if found.amount_fen is None else f" {text(from_fen(found.amount_fen))} 元"
    said = f"{who(found.relief.person)}，{found.accident_on} 出险，{found.state}{amount}。"
    return found, reverse("office:accidents-policy", args=[found.relief.policy_id]), said


@require_http_methods(["GET", "POST"])
def decide(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记承保公司对一笔报案的核定：赔多少，或为什么不赔。"""
    found, back, lead = _claimed(request, pk)
    form = DecideForm(request.POST or None)

    def act() -> AccidentClaim:
        data = form.cleaned_data
        return accidents.decide_claim(
            claim=found, decided_on=data["decided_on"], amount_fen=cents(data["amount"]), refusal=data["refusal"],
            at=now(), by=request.user,
        )  # fmt: skip

    return enter(request, form, act, back, "登记核定", lead=lead, done="已登记核定。")


@require_http_methods(["GET", "POST"])
def pay(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记核定的一笔已经赔付。"""
    found, back, lead = _claimed(request, pk)
    form = PayForm(request.POST or None)

    def act() -> AccidentClaim:
        return accidents.pay_claim(claim=found, paid_on=form.cleaned_data["paid_on"], at=now(), by=request.user)

    return enter(request, form, act, back, "登记赔付", lead=lead, done="已登记赔付。")


@require_http_methods(["GET", "POST"])
def take_back(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤回登记错的一笔报案或赔付。"""
    found, back, lead = _claimed(request, pk)
    form = ReasonForm(request.POST or None)

    def act() -> AccidentClaim:
        return accidents.retract_claim(claim=found, reason=form.cleaned_data["reason"], at=now(), by=request.user)

    return enter(request, form, act, back, "撤回报案或赔付", lead=lead, done="已撤回。")
