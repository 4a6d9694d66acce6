"""Counselling hours: asking for one for oneself or one's ward, following it until it is confirmed, calling it off."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhucan.casework import counselling as services
from zhucan.casework.models import Counselling, Way
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import User
from zhucan.portal.acting import chosen_of, held, refusals_lead
from zhucan.registry.models import Holder
from zhucan.web.forms import UNPROCESSABLE, DateField, Form, TimeField

_MOST = 20
_said = refusals_lead(lambda **_: reverse("portal:counselling"))


class AskForm(Form):
    """想什么时候、怎么谈。"""

    way = forms.ChoiceField(label="怎么谈", choices=Way.choices, widget=forms.RadioSelect, initial=Way.PHONE)
    day = DateField(label="哪一天")
    begins = TimeField(label="几点开始")


def _hours(chosen: Holder, user: User) -> QuerySet[Counselling]:
    """Return the hours of a person that staff booked or the user asked for: what others asked for is theirs alone."""
    return Counselling.objects.filter(Q(asked_at=None) | Q(by=user), person=chosen.person_id)


@never_cache
@require_http_methods(["GET", "POST"])
def counselling(request: HttpRequest) -> HttpResponse:
    """心理疏导：想预约，预约到了没有。"""
    found, user = held(request), cast(User, request.user)
    asked = request.POST.get("person", "") if request.method == "POST" else request.GET.get("person", "")
    chosen = chosen_of(found, asked)
    form = AskForm(request.POST or None)

    def act() -> Counselling:
        return services.ask(person=chosen.person, **form.cleaned_data, at=now(), by=user)

    if form.is_valid() and form.tried(act) is not None:
        messages.success(request, "预约提出了，工作人员会确认时间。请过一两天再来看。")
        return _back(chosen)
    audit.record(actor=user, action="portal.counselling", target=f"person:{chosen.person_id}", at=now())
    hours = _hours(chosen, user)
    ahead = hours.filter(held_at=None, called_off_at=None, day__gte=today())
    context: dict[str, Any] = {
        "held": found,
        "chosen": chosen,
        "form": form,
        "ahead": ahead[:_MOST],
        "past": hours.exclude(pk__in=ahead.values("pk")).order_by("-day", "-begins")[:_MOST],
    }
    return render(request, "portal/counselling.html", context, status=UNPROCESSABLE if form.errors else 200)


@_said
@require_POST
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """取消一次还没有到的预约。"""
    user = cast(User, request.user)
    chosen = chosen_of(held(request), request.POST.get("person", ""))
    booking = _hours(chosen, user).filter(pk=pk).first()
    if booking is None:
        raise Http404
    services.call_off(booking=booking, at=now(), by=user)
    messages.success(request, "已取消预约。")
    return _back(chosen)


def _back(chosen: Holder) -> HttpResponse:
    return redirect(f"{reverse('portal:counselling')}?person={chosen.person_id}")
