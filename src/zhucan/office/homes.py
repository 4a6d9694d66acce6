"""Households that wait for a home: the queue, what was offered, who has moved in."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.aid import homes
from zhucan.aid.models import HousingNeed
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.aid import Deed, who
from zhucan.office.fields import enter
from zhucan.office.scope import county
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import inside
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of


class QueueForm(Form):
    """看哪一类。"""

    quiet = True

    sought = forms.ChoiceField(label="类别", choices=HousingNeed.Sought.choices)


class NeedForm(Form):
    """登记等候住房的家庭。"""

    sought = forms.ChoiceField(label="类别", choices=HousingNeed.Sought.choices)
    cause = forms.ChoiceField(label="缺房原因", choices=HousingNeed.Cause.choices)
    ground = forms.ChoiceField(label="优先依据", choices=HousingNeed.Ground.choices)
    asked_on = DateField(label="申请或登记日期")


class OfferForm(Form):
    """怎么安排。"""

    measure = forms.ChoiceField(label="安排的办法", choices=HousingNeed.Measure.choices)
    day = DateField(label="安排日期")


class SettleForm(Form):
    """住上了。"""

    day = DateField(label="住上日期")
    home = forms.CharField(label="住房情况", max_length=120, help_text="小区、面积，或租在哪里")


class LeaveForm(Form):
    """不再等了。"""

    day = DateField(label="退出日期")
    reason = forms.CharField(label="原因", max_length=200)


DEEDS = {
    "offer": Deed(OfferForm, "登记怎么安排", homes.offer),
    "settle": Deed(SettleForm, "登记住上房", homes.settle),
    "leave": Deed(LeaveForm, "登记不再等候", homes.leave),
}


def _needs(request: OfficeRequest) -> QuerySet[HousingNeed]:
    return HousingNeed.objects.filter(inside("place_id", scope.here(request))).select_related("person", "place")


@require_GET
def overview(request: OfficeRequest) -> HttpResponse:
    """等候住房：按优先依据和申请日期排队，和已经住上的。"""
    form = QueueForm(request.GET or None, initial={"sought": HousingNeed.Sought.HOMELESS})
    sought = str(form.cleaned_data["sought"]) if form.is_valid() else HousingNeed.Sought.HOMELESS.value
    mine = {one.pk for one in _needs(request).filter(sought=sought, settled_on=None, left_on=None)}
    queued = [one for one in homes.queue(county(request), sought) if one.need.pk in mine]
    over = _needs(request).filter(sought=sought).exclude(settled_on=None, left_on=None).order_by("-settled_on", "-pk")
    page = slice_of(over, request)
    context: dict[str, Any] = {
        "form": form, "waiting": [{"one": one.need, "number": one.number, "who": who(one.need.person)} for one in queued],
        "page": page, "over": [{"one": one, "who": who(one.person)} for one in page],
    }  # fmt: skip
    return render(request, "office/homes.html", context)


@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest, pk: int) -> HttpResponse:
    """为一个人的家庭登记无房，或申请保障性住房。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    form = NeedForm(request.POST or None, initial={"asked_on": today()})

    def act() -> HousingNeed:
        return homes.register(person=person, at=now(), by=request.user, **form.cleaned_data)

    sought = form["sought"].value() or HousingNeed.Sought.HOMELESS.value
    back = f"{reverse('office:aid-homes')}?sought={sought}"
    return enter(request, form, act, back, "登记等候住房的家庭", lead=f"{who(person)}一家。", done="已登记，排进队里。")


@require_http_methods(["GET", "POST"])
def act(request: OfficeRequest, pk: int, deed: str) -> HttpResponse:
    """安排、住上、退出。"""
    found, chosen = get_object_or_404(_needs(request), pk=pk), DEEDS.get(deed)
    if chosen is None:
        raise Http404
    form = chosen.form(request.POST or None, initial={"day": today()})

    def do() -> object:
        return chosen.act(need=found, at=now(), by=request.user, **form.cleaned_data)

    back = f"{reverse('office:aid-homes')}?sought={found.sought}"
    lead = f"{who(found.person)}一家，{found.get_sought_display()}，{found.asked_on:%Y-%m-%d} 登记。"
    return enter(request, form, do, back, chosen.heading, lead=lead, done="已登记。")
