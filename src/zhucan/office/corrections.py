"""Recording and correcting what is known of a person: told first what it does to the money, saved only then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from zhucan.core import masking
from zhucan.core.errors import ZhucanError
from zhucan.core.money import fen, from_fen, text
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import YuanField
from zhucan.orgs import audit
from zhucan.orgs.clock import now
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Division, Level
from zhucan.orgs.wording import plain
from zhucan.payments import causes
from zhucan.payments.effects import Effects, effects_of
from zhucan.payments.models import LineKind
from zhucan.policy.catalogue import scheme
from zhucan.policy.declared.findings import FINDING_KINDS
from zhucan.policy.facts import BENEFIT_LABELS
from zhucan.registry import models, services, spells
from zhucan.registry.choices import InsuranceKind, Payer, Placement, Stage
from zhucan.registry.findings import BadFinding, finding_value, set_finding, set_insurance, set_schooling
from zhucan.registry.models import HardshipKind, Person, Spell
from zhucan.registry.rosters.cells import BadCell, person_name
from zhucan.registry.spells import Witness
from zhucan.web.forms import UNPROCESSABLE, DateField, Form


class FactForm(Form):
    """什么时候起、从哪里得知。"""

    day = DateField(label="从哪天起", help_text="实际发生的日子，不是今天登记的日子。")
    source = forms.CharField(label="依据", max_length=80, help_text="从哪里得知：证明、名单、上门或本人告知。")

    def clean_source(self) -> str:
        """Let words pass that no list takes for a formula."""
        said: str = self.cleaned_data["source"].strip()
        if not plain(said):
            raise forms.ValidationError("依据不要用尖括号，也不要用等号、加减号开头：请改写。")
        return said


class NameForm(FactForm):
    """现在叫什么。"""

    name = forms.CharField(label="姓名", max_length=60)

    def clean_name(self) -> str:
        """Return a name written as rosters have it."""
        try:
            return person_name(self.cleaned_data["name"])
        except BadCell as error:
            raise forms.ValidationError(f"姓名{error}") from error


class HardshipForm(FactForm):
    """困难类型。"""

    kind = forms.ChoiceField(label="困难类型", choices=HardshipKind.choices, widget=forms.RadioSelect)


class AmountForm(FactForm):
    """一个金额。"""

    amount = YuanField(label="每月金额（元）", widget=forms.TextInput({"class": "short", "inputmode": "decimal"}))


class MoveForm(FactForm):
    """迁到哪里。"""

    place = forms.CharField(label="迁往的村、社区或县", max_length=60, help_text="写名称，或 6 至 12 位区划代码。")

    def clean_place(self) -> Division:
        """Return the place of a code or of a name that only one has."""
        said = self.cleaned_data["place"].strip()
        if said.isdigit():
            try:
                return division(said)
            except ZhucanError as error:
                raise forms.ValidationError(str(error)) from error
        found = list(Division.objects.filter(name=said, level__in=(Level.VILLAGE, Level.COUNTY))[:2])
        if len(found) != 1:
            what = "有不止一个" if found else "没有找到"
            raise forms.ValidationError(f"{what}“{said}”：请改写区划代码。")
        return found[0]


class BenefitForm(FactForm):
    """别处发的待遇。"""

    kind = forms.ChoiceField(label="待遇", choices=list(BENEFIT_LABELS.items()))
    amount = YuanField(
        label="每月金额（元）", required=False, widget=forms.TextInput({"class": "short", "inputmode": "decimal"})
    )
    stop = DateField(label="到哪天止", required=False, help_text="从这天起不再享受；还在享受就不填。")


class FindingForm(FactForm):
    """核实到的一件事。"""

    kind = forms.ChoiceField(
        label="核实了什么",
        choices=[(one.name, one.label) for one in sorted(FINDING_KINDS.values(), key=lambda one: one.label)],
    )
    said = forms.CharField(
        label="结果",
        max_length=40,
        required=False,
        help_text="是不是的事写“是”或“否”；数量写整数，金额写元，其他写结论。只记日期的事不用写。",
    )

    def clean(self) -> dict[str, Any]:
        """Let a result that the kind can say pass."""
        data = super().clean() or {}
        if "kind" in data and "said" in data:
            try:
                finding_value(FINDING_KINDS[data["kind"]], data["said"])
            except BadFinding as error:
                self.add_error("said", str(error))
        return data


class SchoolingForm(FactForm):
    """在哪里上学。"""

    stage = forms.ChoiceField(label="学段", choices=Stage.choices)
    placement = forms.ChoiceField(label="就读方式", choices=Placement.choices)
    school = forms.CharField(label="学校", max_length=80)
    full_time = forms.BooleanField(label="全日制", required=False, initial=True)
    boarding = forms.BooleanField(label="寄宿", required=False)


class InsuranceForm(FactForm):
    """参加的社会保险。"""

    kind = forms.ChoiceField(label="险种", choices=InsuranceKind.choices)
    payer = forms.ChoiceField(label="谁缴费", choices=Payer.choices, widget=forms.RadioSelect)


class ContactForm(FactForm):
    """联系方式。"""

    phone = forms.RegexField(r"^1[0-9]{10}$|^0[0-9-]{9,13}$", label="电话", required=False, error_messages={
        "invalid": "电话不对：请填 11 位手机号，或带区号的固定电话。"})  # fmt: skip
    address = forms.CharField(label="住址", max_length=120, required=False)


class GuardianForm(FactForm):
    """监护人。"""

    name = forms.CharField(label="监护人姓名", max_length=40)
    relation = forms.CharField(label="与本人的关系", max_length=20)
    phone = forms.RegexField(r"^1[0-9]{10}$|^0[0-9-]{9,13}$", label="监护人电话", required=False, error_messages={
        "invalid": "电话不对：请填 11 位手机号，或带区号的固定电话。"})  # fmt: skip


class AccountForm(FactForm):
    """收款账户。"""

    bank = forms.CharField(label="开户银行", max_length=80)
    number = forms.RegexField(
        r"^[0-9]{8,30}$", label="账号", error_messages={"invalid": "账号只能是 8 至 30 位数字：请核对。"}
    )
    holder = forms.CharField(label="户名", max_length=60)
    guardian = forms.BooleanField(label="这是监护人的账户", required=False)


class SpellForm(Form):
    """更正一条登记：改日期，或说明从来没有这回事。"""

    never = forms.ChoiceField(
        label="怎么更正",
        choices=[("", "起止日期登记错了"), ("yes", "从来没有这回事，撤回这条登记")],
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )
    start = DateField(label="从哪天起", required=False)
    stop = DateField(label="到哪天止", required=False, help_text="从这天起不再是这样；现在还是这样就不填。")
    source = forms.CharField(label="依据", max_length=80, help_text="怎么知道登记错了。")

    def clean(self) -> dict[str, Any]:
        """Let a period that begins, and ends later, pass."""
        data = super().clean() or {}
        if not data.get("never"):
            if not data.get("start") and "start" not in self.errors:
                self.add_error("start", "请填写从哪天起。")
            if data.get("start") and data.get("stop") and data["stop"] <= data["start"]:
                self.add_error("stop", "结束的日子要晚于开始的日子：请核对。")
        return data


Act = Callable[[Person, Mapping[str, Any], Witness], object]


@dataclass(frozen=True)
class Fact:
    """Something that can be recorded of a person: its word, form, and the service that records it."""

    word: str
    form: type[FactForm]
    act: Act


FACTS: Mapping[str, Fact] = {
    "name": Fact("更名", NameForm, lambda person, data, witness: services.rename(
        person=person, day=data["day"], name=data["name"], witness=witness)),
    "hardship": Fact("困难类型", HardshipForm, lambda person, data, witness: services.set_hardship(
        person=person, day=data["day"], kind=data["kind"], witness=witness)),
    "income": Fact("家庭人均月收入", AmountForm, lambda person, data, witness: services.set_income(
        person=person, day=data["day"], per_head_fen=fen(data["amount"]), witness=witness)),
    "own-income": Fact("本人月收入", AmountForm, lambda person, data, witness: services.set_own_income(
        person=person, day=data["day"], amount_fen=fen(data["amount"]), witness=witness)),
    "move": Fact("户籍迁移", MoveForm, lambda person, data, witness: services.move(
        person=person, day=data["day"], division=data["place"], witness=witness)),
    "death": Fact("死亡", FactForm, lambda person, data, witness: services.record_death(
        person=person, day=data["day"], witness=witness)),
    "institution-in": Fact("进入机构托养", FactForm, lambda person, data, witness: services.enter_institution(
        person=person, day=data["day"], witness=witness)),
    "institution-out": Fact("离开机构", FactForm, lambda person, data, witness: services.leave_institution(
        person=person, day=data["day"], witness=witness)),
    "custody-in": Fact("开始服刑", FactForm, lambda person, data, witness: services.enter_custody(
        person=person, day=data["day"], witness=witness)),
    "custody-out": Fact("刑满释放", FactForm, lambda person, data, witness: services.leave_custody(
        person=person, day=data["day"], witness=witness)),
    "benefit": Fact("别处发的待遇", BenefitForm, lambda person, data, witness: services.add_benefit(
        person=person, kind=data["kind"], start=data["day"], stop=data["stop"],
        amount_fen=None if data["amount"] is None else fen(data["amount"]), witness=witness)),
    "finding": Fact("核实到的事", FindingForm, lambda person, data, witness: set_finding(
        person=person, day=data["day"], kind=data["kind"], said=data["said"], witness=witness)),
    "schooling": Fact("就学", SchoolingForm, lambda person, data, witness: set_schooling(
        person=person, day=data["day"], witness=witness,
        said={name: data[name] for name in ("stage", "placement", "school", "full_time", "boarding")})),
    "insurance": Fact("参保", InsuranceForm, lambda person, data, witness: set_insurance(
        person=person, day=data["day"], kind=data["kind"], payer=data["payer"], witness=witness)),
    "contact": Fact("联系方式", ContactForm, lambda person, data, witness: services.set_contact(
        person=person, day=data["day"], phone=data["phone"], address=data["address"], witness=witness)),
    "guardian": Fact("监护人", GuardianForm, lambda person, data, witness: services.set_guardian(
        person=person, day=data["day"], name=data["name"], relation=data["relation"], phone=data["phone"],
        witness=witness)),
    "account": Fact("收款账户", AccountForm, lambda person, data, witness: services.set_account(
        person=person, day=data["day"], bank=data["bank"], number=data["number"], holder=data["holder"],
        guardian=data["guardian"], witness=witness)),
}  # fmt: skip
SPELLS: Mapping[str, type[Spell]] = {
    model._meta.model_name or "": model
    for model in (
        models.Residence, models.Hardship, models.Income, models.OwnIncome, models.Stay, models.Custody, models.Benefit,
        models.Job, models.Finding, models.Schooling, models.Insurance, models.Death, models.Contact, models.Guardianship, models.PayeeAccount,
    )
}  # fmt: skip
"""Spells whose dates a clerk may correct; a certificate's are corrected through its own life cycle."""


@require_http_methods(["GET", "POST"])
def record(request: OfficeRequest, pk: int, what: str) -> HttpResponse:
    """登记一件事：先看它对发的钱有什么影响，再保存。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    fact = FACTS.get(what)
    if fact is None:
        raise Http404
    form = fact.form(request.POST or None)

    def act(witness: Witness) -> object:
        return fact.act(person, form.cleaned_data, witness)

    heading = f"登记{fact.word}"
    return _two_steps(request, person, form, act, heading=heading, target=what)


@require_http_methods(["GET", "POST"])
def correct(request: OfficeRequest, pk: int, kind: str, spell: int) -> HttpResponse:
    """更正一条登记：先看它对发的钱有什么影响，再保存；原来的登记留着备查。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    model = SPELLS.get(kind)
    if model is None:
        raise Http404
    row = get_object_or_404(model._default_manager, pk=spell, person=person, retracted_at=None)
    form = SpellForm(request.POST or None, initial={"start": row.valid_from, "stop": row.valid_to})

    def act(witness: Witness) -> object:
        data = form.cleaned_data
        if data["never"]:
            return spells.retract(row, witness)
        start: date = data["start"]
        if model is not models.Benefit:
            services.born_by(person, start)
        return spells.correct(row, witness, valid_from=start, valid_to=data["stop"])

    heading = f"更正：{row._meta.verbose_name}"
    return _two_steps(request, person, form, act, heading=heading, target=f"{kind}:{spell}", row=row)


def _two_steps(
    request: OfficeRequest,
    person: Person,
    form: Form,
    act: Callable[[Witness], object],
    *,
    heading: str,
    target: str,
    row: Spell | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "person": person,
        "name": masking.name(person.name),
        "form": form,
        "heading": heading,
        "row": row,
    }
    if form.is_valid():
        at = now()
        witness = Witness(at, request.user, form.cleaned_data["source"])
        if request.POST.get("step") == "save":
            form.tried(lambda: _save(request, person, act, witness, target))
            if not form.errors:
                messages.success(request, "已登记。对发放的影响会在下一次计算时自动补发或追回。")
                return redirect("office:people-file", pk=person.pk)
        else:
            found = form.tried(lambda: effects_of(person=person, change=lambda: act(witness), at=at))
            if found is not None:
                context |= {
                    "effects": found,
                    "rows": effect_rows(found),
                    "difference": text(from_fen(found.difference_fen)),
                }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "office/correction.html", context, status=status)


@transaction.atomic
def _save(
    request: OfficeRequest, person: Person, act: Callable[[Witness], object], witness: Witness, target: str
) -> bool:
    act(witness)
    audit.record(
        actor=request.user,
        action="office.recorded",
        target=f"person:{person.pk}",
        at=witness.at,
        what=target,
        source=witness.source,
    )
    return True


def effect_rows(found: Effects) -> list[dict[str, str]]:
    """Return what a change does to the money, a row for each scheme and month, in words."""
    return [
        {
            "scheme": scheme(one.scheme).name,
            "month": one.month.label,
            "booked": text(from_fen(one.booked_fen)),
            "was": _said(one.was),
            "will": _said(one.will),
            "difference": text(from_fen(one.difference_fen)),
        }
        for one in found.changes
    ]


def _said(line: tuple[str, str, int] | None) -> str:
    if line is None:
        return "没有变化"
    kind, cause, amount = line
    why = f"（{causes.label(cause)}）" if cause else ""
    return f"{LineKind(kind).label}{why}{'' if not amount else f' {text(Decimal(from_fen(amount)))} 元'}"
