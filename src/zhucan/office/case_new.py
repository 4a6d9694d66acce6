"""Taking in an application at the counter: find the person, pick the event or the schemes, ask only what is not known."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhucan.cases import applying, asking
from zhucan.cases.applying import Asked, apply, proposals
from zhucan.cases.models import Channel, Relation
from zhucan.core import masking
from zhucan.core.calendar import age
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.cases import actor, found
from zhucan.office.fields import form_page
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import Role
from zhucan.policy.catalogue import scheme
from zhucan.policy.schemes import LifeEvent
from zhucan.registry.models import Guardianship, Person, Residence
from zhucan.registry.queries import search
from zhucan.web.asking import MORE, ROWS, AnswerForm, AskForm, typed
from zhucan.web.forms import UNPROCESSABLE, DateField, Form

_FOUND = 20
_ADULT = 18


class FindForm(Form):
    """替谁办。"""

    q = forms.CharField(
        label="姓名、身份证号或后四位、残疾人证号",
        max_length=60,
        widget=forms.TextInput({"type": "search", "autocomplete": "off", "data-live": "#found"}),
    )


class CounterForm(AskForm):
    """窗口登记的申请。"""

    relation = forms.ChoiceField(label="谁来申请", choices=Relation.choices)
    applicant = forms.CharField(label="申请人姓名", max_length=40)
    authorisation = forms.CharField(
        label="代办依据", max_length=120, required=False, help_text="替别人申请时写：委托书、监护证明或户口簿关系页。"
    )
    applied_on = DateField(label="申请日期")
    field_order = ("relation", "applicant", "authorisation", "applied_on", "schemes")


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    """登记申请：先找到人。"""
    form = FindForm(request.POST if request.method == "POST" else None)
    people: list[Person] = []
    if form.is_valid():
        people = list(search(form.cleaned_data["q"], among=scope.people(request))[:_FOUND])
    homes = dict(
        Residence.objects.filter(person__in=[one.pk for one in people], retracted_at=None, valid_to=None).values_list(
            "person_id", "division__name"
        )
    )
    rows = [(one, masking.resident_id(one.id_number), homes.get(one.pk, "已迁出或未登记")) for one in people]
    context = {"form": form, "rows": rows, "asked": form.is_bound and not form.errors}
    return render(request, "office/case_find.html", context, status=UNPROCESSABLE if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记一个人的申请：选事项，一张表办几个项目。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    events = [one.value for one in LifeEvent]
    asked = request.POST.get("event", request.GET.get("event", ""))
    event = asked if asked in events else ""
    day = today()
    proposed = proposals(person, day, event=event)
    shown = request.POST.get("rows", "")
    rows = min(int(shown), 30) if shown.isascii() and shown.isdigit() and len(shown) < 3 else ROWS
    more = "more" in request.POST
    initial = _applicant(request, person)
    if not event:
        initial["schemes"] = []  # nothing is ticked where nothing was said: the clerk picks
    form = CounterForm(
        request.POST if request.method == "POST" else None, proposals=proposed, rows=rows + (MORE if more else 0),
        initial=initial,
    )  # fmt: skip
    if request.method == "POST" and not more and form.is_valid():
        data = form.cleaned_data
        bundle = form.tried(
            lambda: apply(
                person=person,
                asked=Asked(
                    schemes=tuple(data["schemes"]), event=event, channel=_channel(request), relation=data["relation"],
                    applicant=data["applicant"], authorisation=data["authorisation"], applied_on=data["applied_on"],
                    facts=data["facts"], items=data["items"], within=scope.here(request),
                ),
                actor=actor(request),
                at=now(),
            )
        )  # fmt: skip
        if bundle is not None:
            first, *others = bundle.applications.order_by("pk")
            messages.success(request, f"已登记 {1 + len(others)} 件，编号从 {first.number} 起。")
            return redirect("office:cases-case", pk=first.pk)
    context = {
        "person": person,
        "name": masking.name(person.name),
        "form": form,
        "event": event,
        "events": [(one.value, one.label, one.value == event) for one in LifeEvent],
        "not_now": [one for one in proposed if not one.likely],
        "bound": request.method == "POST" and not more,
        "back": reverse("office:cases-new"),
    }
    wrong = context["bound"] and bool(form.errors)
    return render(request, "office/case_new.html", context, status=UNPROCESSABLE if wrong else 200)


def _channel(request: OfficeRequest) -> str:
    return Channel.VISIT if Role(request.post.role) is Role.COMMISSIONER else Channel.WINDOW


def _applicant(request: OfficeRequest, person: Person) -> dict[str, Any]:
    """Return who most likely asks: the guardian of a child, the commissioner for someone, or the person."""
    if Role(request.post.role) is Role.COMMISSIONER:
        return {"relation": Relation.COMMISSIONER, "applicant": request.user.full_name, "applied_on": today()}
    guardian = Guardianship.objects.filter(person=person).as_known().on(today()).first()
    if guardian is not None or age(person.born, today()) < _ADULT:
        name = guardian.name if guardian is not None else ""
        return {"relation": Relation.GUARDIAN, "applicant": name, "applied_on": today()}
    return {"relation": Relation.SELF, "applicant": person.name, "applied_on": today()}


@never_cache
@require_http_methods(["GET", "POST"])
def amend(request: OfficeRequest, pk: int) -> HttpResponse:
    """核实改填：把查访、核验得知的情况写进申请。"""
    one = found(request, pk)
    item = scheme(one.scheme)
    told = typed(item, one.answers)
    kept = len(asking.items_in(item, one.answers))
    form = AnswerForm(
        request.POST if request.method == "POST" else None, schemes=[item], initial=told, rows=max(kept + 1, ROWS),
        asked=[fact for fact in asking.told_by(item) if fact.name not in asking.FROM_APPLICANT],
    )  # fmt: skip
    if form.is_valid():
        data = form.cleaned_data
        done = form.tried(
            lambda: applying.amend(
                application=one, facts=data["facts"], items=data["items"].get(item.id, ()), actor=actor(request),
                on=today(), at=now(),
            )
        )  # fmt: skip
        if done is not None:
            messages.success(request, "已改好，按新的情况重新判断。")
            return redirect("office:cases-case", pk=pk)
    lead = f"{item.name}，编号 {one.number}。改以前的内容记在审计里；改过的人不能再决定这一件。"
    return form_page(request, form, "核实改填", reverse("office:cases-case", args=[pk]), lead=lead)
