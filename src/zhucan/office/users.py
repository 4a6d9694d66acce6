"""Users and roles: who signs in and what they may be where, kept by the administrator of the place."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.core.errors import ZhucanError
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.orgs import signing_in, staff
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import division, inside
from zhucan.orgs.models import Appointment, Role, User
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of


class AppointForm(Form):
    """任命谁、做什么、管哪里。"""

    username = forms.CharField(label="用户名", max_length=150, help_text="已有的用户填原来的用户名，就会再加一个岗位。")
    name = forms.CharField(label="姓名", max_length=40, help_text="新用户和老用户都要填，防止任命错人。")
    role = forms.ChoiceField(label="岗位", choices=Role.choices)
    place = forms.CharField(label="地方（区划代码）", max_length=12, help_text="村、乡镇或县的代码，要在您的辖区内。")
    since = DateField(label="从哪天起")

    def __init__(self, *args: Any, request: OfficeRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request

    def clean_place(self) -> str:
        """Let a place within the administrator's own pass."""
        try:
            found = division(self.cleaned_data["place"])
        except ZhucanError as error:
            raise forms.ValidationError(str(error)) from error
        if not scope.contains(self._request, found.code):
            raise forms.ValidationError(f"{found.name}不在您的辖区内：请由那里的管理员任命。")
        return found.code


class EndForm(Form):
    """从哪天起不再担任。"""

    on = DateField(label="从哪天起不再担任")


def _users(request: OfficeRequest) -> QuerySet[User]:
    """Return the users with an appointment, present or past, in the place."""
    here = Appointment.objects.filter(inside("division_id", scope.here(request)))
    return User.objects.filter(Exists(here.filter(user=OuterRef("pk")))).order_by("username")


def _whole(request: OfficeRequest, pk: int) -> User:
    """Return a user all of whose appointments in force lie in the place: nobody else's user is changed as a whole."""
    found = get_object_or_404(_users(request), pk=pk)
    for one in found.appointments.filter(valid_to=None):
        if not scope.contains(request, one.division_id):
            raise staff.StaffRefused(f"{found}在别的地方也有岗位：账号请由上级管理员处理，您可以结束本地的岗位。")
    return found


@require_GET
def users(request: OfficeRequest) -> HttpResponse:
    """本地方的用户和岗位。"""
    held = Appointment.objects.select_related("division").order_by("valid_from", "pk")
    held = held.filter(inside("division_id", scope.here(request)))
    page = slice_of(_users(request).prefetch_related(Prefetch("appointments", queryset=held)), request)
    return render(request, "office/users.html", {"page": page, "today": today()})


@never_cache
@require_http_methods(["GET", "POST"])
def appoint(request: OfficeRequest) -> HttpResponse:
    """任命：新建用户，或给已有的用户再加一个岗位。"""
    form = AppointForm(request.POST or None, request=request, initial={"since": today(), "place": scope.here(request)})
    if form.is_valid():
        data = form.cleaned_data
        done = form.tried(lambda: staff.appoint(**data, at=now(), by=request.user))
        if done is not None:
            made, first = done
            if first is not None:
                return render(request, "office/first_password.html", {"of": made.user, "password": first})
            messages.success(request, f"已任命{made.user}为{made.division.name} · {made.get_role_display()}。")
            return redirect("office:users")
    return form_page(
        request, form, "任命", reverse("office:users"), lead="经办、财务和审批不能由同一个人兼任。", action="任命"
    )


@require_http_methods(["GET", "POST"])
def end(request: OfficeRequest, pk: int) -> HttpResponse:
    """结束一个岗位。"""
    held = get_object_or_404(
        Appointment.objects.select_related("user", "division").filter(inside("division_id", scope.here(request))), pk=pk
    )
    form = EndForm(request.POST or None, initial={"on": today()})
    if form.is_valid():
        done = form.tried(
            lambda: staff.end(
                username=held.user.username,
                role=held.role,
                place=held.division_id,
                on=form.cleaned_data["on"],
                at=now(),
                by=request.user,
            )
        )
        if done is not None:
            messages.success(
                request, f"{held.user}自 {done.valid_to} 起不再任{held.division.name} · {held.get_role_display()}。"
            )
            return redirect("office:users")
    return form_page(
        request,
        form,
        f"结束岗位：{held.user}，{held.division.name} · {held.get_role_display()}",
        reverse("office:users"),
        action="结束",
    )


@never_cache
@require_POST
def new_password(request: OfficeRequest, pk: int) -> HttpResponse:
    """重设密码：给一个只显示一次的新密码，本人登录后必须换掉。"""
    found = _whole(request, pk)
    password = staff.set_password(username=found.username, at=now(), by=request.user)
    return render(request, "office/first_password.html", {"of": found, "password": password})


@require_POST
def drop_device(request: OfficeRequest, pk: int) -> HttpResponse:
    """解除动态口令：手机丢了或换了时用。"""
    found = _whole(request, pk)
    signing_in.drop_device(user=found, at=now(), by=request.user)
    messages.success(request, f"已解除{found}的动态口令，请提醒本人重新绑定。")
    return redirect("office:users")


@require_POST
def close(request: OfficeRequest, pk: int) -> HttpResponse:
    """停用：不能再登录，做过的事都留着。"""
    found = staff.close(username=_whole(request, pk).username, at=now(), by=request.user)
    messages.success(request, f"已停用{found}。")
    return redirect("office:users")


@require_POST
def reopen(request: OfficeRequest, pk: int) -> HttpResponse:
    """恢复停用的用户。"""
    found = staff.reopen(username=_whole(request, pk).username, at=now(), by=request.user)
    messages.success(request, f"已恢复{found}。")
    return redirect("office:users")
