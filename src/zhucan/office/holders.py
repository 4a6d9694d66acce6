"""Letting somebody read the own file, or that of a person in their care: done face to face, at the counter."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhucan.core import masking
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.orgs import staff
from zhucan.orgs.clock import now, today
from zhucan.registry import holders
from zhucan.registry.models import Holder
from zhucan.web.forms import UNPROCESSABLE, Form


class AccessForm(Form):
    """给谁开通。"""

    username = forms.CharField(label="用户名", max_length=60, help_text="由本人起，用字母、汉字和数字。")
    name = forms.CharField(label="使用人姓名", max_length=40, help_text="看过身份证再填。")
    relation = forms.ChoiceField(label="是本人还是监护人", choices=Holder.Relation.choices, widget=forms.RadioSelect)


@never_cache
@require_http_methods(["GET", "POST"])
def access(request: OfficeRequest, pk: int) -> HttpResponse:
    """开通查询：让本人或监护人自己登录看档案。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    form = AccessForm(request.POST or None, initial={"name": person.name})
    if form.is_valid():
        data = form.cleaned_data
        done = form.tried(lambda: holders.give(person=person, **data, day=today(), at=now(), by=request.user))
        if done is not None:
            made, password = done
            if password is not None:
                context = {"of": made.user, "password": password, "person": person}
                return render(request, "office/first_password.html", context)
            messages.success(request, f"{made.user}已经可以查询。")
            return redirect("office:people-access", pk=pk)
    context = {
        "person": person,
        "name": masking.name(person.name),
        "form": form,
        "given": Holder.objects.filter(person=person, valid_to=None).select_related("user", "granted_by"),
    }
    return render(request, "office/holders.html", context, status=UNPROCESSABLE if form.errors else 200)


def _given(request: OfficeRequest, pk: int) -> Holder:
    found = get_object_or_404(Holder.objects.select_related("user", "person"), pk=pk)
    get_object_or_404(scope.people(request), pk=found.person_id)
    return found


@require_POST
def end_access(request: OfficeRequest, pk: int) -> HttpResponse:
    """停止查询：从现在起不能再看这份档案。"""
    found = _given(request, pk)
    holders.end(holder=found, day=today(), at=now(), by=request.user)
    messages.success(request, "已停止查询。")
    return redirect("office:people-access", pk=found.person_id)


@never_cache
@require_POST
def new_access_password(request: OfficeRequest, pk: int) -> HttpResponse:
    """重设查询密码：只显示一次，当面交给使用人。"""
    found = _given(request, pk)
    password = staff.set_password(username=found.user.username, at=now(), by=request.user)
    return render(
        request, "office/first_password.html", {"of": found.user, "password": password, "person": found.person}
    )
