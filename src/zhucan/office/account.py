"""Signing in and out, one's own password and second factor, and which appointment to act as."""

from typing import Any

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from zhucan.office.access import POST, OfficeRequest, held
from zhucan.orgs import audit, signing_in
from zhucan.orgs.clock import SHANGHAI, now, today
from zhucan.orgs.models import User
from zhucan.registry.holders import held_by
from zhucan.web.forms import UNPROCESSABLE, Form

_WAITING, _SINCE = "waiting", "waiting_since"  # session keys between password and code
_PATIENCE = 300  # seconds to type the code
_SECRET = "new_secret"  # session key of a device being set up


class PasswordForm(Form):
    """用户名和密码。"""

    username = forms.CharField(
        label="用户名",
        max_length=150,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="密码", max_length=200, strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )


class CodeForm(Form):
    """动态口令。"""

    code = forms.CharField(
        label="动态口令",
        max_length=12,
        help_text="打开手机上的验证器，填写现在显示的 6 位数字。",
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "class": "short"}),
    )


class NewPasswordForm(Form):
    """换密码。"""

    old = forms.CharField(
        label="现在的密码", strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )
    new = forms.CharField(
        label="新密码",
        strip=False,
        help_text="至少 10 个字，不要只用数字，也不要用姓名、用户名或常见的密码。几个不相干的词连起来又好记又难猜。",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再填一次新密码", strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        """Let two equal entries pass."""
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "两次填的新密码不一样：请重新填写。")
        return data


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else ""


def home_of(user: User) -> str:
    """Return the address of a user's first page: the office for staff, the own file for a holder."""
    own_file = not user.appointments.exists() and held_by(user, today()).exists()
    return reverse(settings.ZHUCAN_OWN_FILE_URL if own_file else settings.LOGIN_REDIRECT_URL)


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """登录。"""
    if request.user.is_authenticated:
        return redirect(home_of(request.user))
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        data, at = form.cleaned_data, now()
        user = form.tried(lambda: signing_in.with_password(**data, address=_address(request), at=at))
        if user is not None and user.totp_secret:
            request.session.cycle_key()
            request.session[_WAITING], request.session[_SINCE] = user.pk, int(at.timestamp())
            request.session["next"] = _next(request)
            return redirect("office:code")
        if user is not None:
            return _enter(request, user, _next(request))
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "office/sign_in.html", {"form": form, "next": _next(request)}, status=status)


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """登录的第二步：动态口令。"""
    at = now()
    waiting = User.objects.filter(pk=request.session.get(_WAITING, 0), is_active=True).first()
    if waiting is None or int(at.timestamp()) - request.session.get(_SINCE, 0) > _PATIENCE:
        request.session.flush()
        return redirect("office:sign-in")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        typed = form.cleaned_data["code"]
        form.tried(lambda: signing_in.with_code(user=waiting, code=typed, address=_address(request), at=at))
        if not form.errors:
            return _enter(request, waiting, request.session.get("next", ""))
    return render(request, "office/code.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


def _enter(request: HttpRequest, user: User, wanted: str) -> HttpResponse:
    before = user.last_login
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    signing_in.signed_in(user=user, address=_address(request), at=now())
    if before is not None:
        when = formats.date_format(before.astimezone(SHANGHAI), "Y年n月j日 H:i")
        messages.info(request, f"您上次登录是 {when}。如果不是您本人，请马上换密码并告诉管理员。")
    return redirect(wanted or home_of(user))


@require_POST
def sign_out(request: OfficeRequest) -> HttpResponse:
    """退出。"""
    audit.record(actor=request.user, action="orgs.signed-out", target=f"user:{request.user.username}", at=now())
    logout(request)
    return redirect("office:sign-in")


@require_POST
def switch(request: OfficeRequest) -> HttpResponse:
    """换一个岗位办事。"""
    chosen = request.POST.get("post", "")
    found = next((one for one in held(request.user) if str(one.pk) == chosen), None)
    if found is not None:
        request.session[POST] = found.pk
        audit.record(
            actor=request.user,
            action="orgs.acting-as",
            target=f"user:{request.user.username}",
            at=now(),
            role=found.role,
            division=found.division_id,
        )
        messages.success(request, f"现在的岗位：{found.division.name} · {found.get_role_display()}。")
    return redirect("office:home")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: OfficeRequest) -> HttpResponse:
    """换自己的密码。"""
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        form.tried(lambda: signing_in.change_password(user=request.user, old=data["old"], new=data["new"], at=now()))
        if not form.errors:
            update_session_auth_hash(request, request.user)
            messages.success(request, "密码已换好。")
            return redirect(home_of(request.user))
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "office/password.html", {"form": form, "given": request.user.password_given}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def device(request: OfficeRequest) -> HttpResponse:
    """动态口令：绑定或解除手机上的验证器。"""
    user, at = request.user, now()
    if user.totp_secret:
        form = CodeForm(request.POST or None)
        if form.is_valid():
            typed = form.cleaned_data["code"]
            form.tried(lambda: signing_in.with_code(user=user, code=typed, address=_address(request), at=at))
            if not form.errors:
                signing_in.drop_device(user=user, at=at, by=user)
                messages.success(request, "已解除动态口令，以后登录只用密码。")
                return redirect("office:device")
        status = UNPROCESSABLE if form.errors else 200
        return render(request, "office/device.html", {"form": form, "bound": True}, status=status)
    secret = request.session.get(_SECRET) or signing_in.new_secret()
    request.session[_SECRET] = secret
    form = CodeForm(request.POST or None)
    if form.is_valid():
        typed = form.cleaned_data["code"]
        form.tried(lambda: signing_in.use_device(user=user, secret=secret, code=typed, at=at))
        if not form.errors:
            del request.session[_SECRET]
            messages.success(request, "已绑定。以后登录除密码外还要填手机上的动态口令。")
            return redirect(home_of(request.user))
    picture = segno.make(signing_in.address_of(user, secret)).svg_data_uri(scale=5, border=2)
    context = {"form": form, "bound": False, "picture": picture, "secret": " ".join(_fours(secret))}
    return render(request, "office/device.html", context, status=UNPROCESSABLE if form.errors else 200)


def _fours(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]
