"""Recording and correcting what is known of a person: told first what it does to the money, saved only then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from zhucan.core import masking
from zhucan.core.money import fen, from_fen, text
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fact_forms import (
    AccountForm,
    AmountForm,
    BenefitForm,
    CandidacyForm,
    ContactForm,
    ContractForm,
    FactForm,
    FindingForm,
    FollowUpForm,
    GuardianForm,
    HardshipForm,
    InsuranceForm,
    JobEndForm,
    JobForm,
    LeavingForm,
    MoveForm,
    NameForm,
    SchoolingForm,
    SpellForm,
    TermAidForm,
)
from zhucan.orgs import audit
from zhucan.orgs.clock import now
from zhucan.payments import causes
from zhucan.payments.effects import Effects, effects_of
from zhucan.payments.models import LineKind
from zhucan.policy.catalogue import scheme
from zhucan.registry import models, services, spells
from zhucan.registry.findings import set_finding, set_insurance, set_schooling
from zhucan.registry.models import Person, Spell
from zhucan.registry.occupations import end_job, end_schooling, set_job
from zhucan.registry.spells import Witness
from zhucan.registry.studies import follow_up, give_term_aid, set_candidacy, set_contract
from zhucan.web.forms import UNPROCESSABLE, Form

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
        said={name: data[name] for name in (
            "stage", "placement", "school", "year", "class_name", "support", "full_time", "boarding")})),
    "schooling-end": Fact("离校", LeavingForm, lambda person, data, witness: end_schooling(
        person=person, day=data["day"], outcome=data["outcome"], witness=witness)),
    "job": Fact("就业", JobForm, lambda person, data, witness: set_job(
        person=person, day=data["day"], witness=witness, said={
            "income_fen": None if data["income"] is None else fen(data["income"]), "main": not data["beside"],
            **{name: data[name] for name in (
                "kind", "workplace", "licence", "channel", "product", "scale", "inspected_on")}})),
    "candidacy": Fact("高考", CandidacyForm, lambda person, data, witness: set_candidacy(
        person=person, year=data["day"].year, said=CandidacyForm.said(data), witness=witness)),
    "term-aid": Fact("两免一补", TermAidForm, lambda person, data, witness: give_term_aid(
        person=person, day=data["day"], kind=data["kind"], witness=witness,
        amount_fen=None if data["amount"] is None else fen(data["amount"]))),
    "follow-up": Fact("跟进", FollowUpForm, lambda person, data, witness: follow_up(
        person=person, day=data["day"], kind=data["kind"], worker=data["worker"], said=data["said"],
        well={"yes": True, "no": False}.get(data["well"]), witness=witness)),
    "contract": Fact("呼叫终端服务合同", ContractForm, lambda person, data, witness: set_contract(
        person=person, day=data["day"], stop=data["stop"], number=data["number"], provider=data["provider"],
        witness=witness)),
    "job-end": Fact("不再就业", JobEndForm, lambda person, data, witness: end_job(
        person=person, day=data["day"], reason=data["reason"], kind=data["kind"], workplace=data["workplace"],
        witness=witness)),
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
        models.Job, models.Finding, models.Schooling, models.Candidacy, models.TermAid, models.FollowUp, models.TerminalContract, models.Insurance, models.Death, models.Contact, models.Guardianship, models.PayeeAccount,
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
