"""Signing in: a password, then a code where the user has set one up; guessing is slowed down, and everything is audited."""

from datetime import datetime, timedelta
from hmac import compare_digest

import pyotp
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit
from zhucan.orgs.models import FailedSignIn, User
from zhucan.orgs.secrecy import blind_index

_WINDOW = timedelta(minutes=15)
_MOST_HERE, _MOST_NAME, _MOST_ADDRESS = 5, 20, 50  # failures in the window: name from one address, name, address
_STEP = 30  # seconds that a code lasts (RFC 6238)
ISSUER = "助残"


class SignInRefused(ZhucanError):
    """The name, password or code is wrong, or was wrong too often."""


def _indexes(username: str, address: str) -> tuple[str, str]:
    return blind_index(username.strip().casefold(), "sign-in-name"), blind_index(address, "sign-in-address")


def _let_try(name: str, address: str, at: datetime) -> None:
    recent = FailedSignIn.objects.filter(at__gt=at - _WINDOW, at__lte=at)
    if (
        recent.filter(name_index=name, address_index=address).count() >= _MOST_HERE
        or recent.filter(name_index=name).count() >= _MOST_NAME
        or recent.filter(address_index=address).count() >= _MOST_ADDRESS
    ):
        minutes = int(_WINDOW.total_seconds() // 60)
        raise SignInRefused(f"错的次数太多，暂时不能登录：请过 {minutes} 分钟再试；忘了密码请找管理员重设。")


def _failed(name: str, address: str, at: datetime, user: User | None, what: str) -> None:
    FailedSignIn.objects.filter(at__lte=at - _WINDOW).delete()
    FailedSignIn.objects.create(name_index=name, address_index=address, at=at)
    target = f"user:{user.username}" if user else "user:?"  # a wrong name may be a password typed in the wrong box
    audit.record(actor=None, action="orgs.sign-in-failed", target=target, at=at, what=what)


def with_password(*, username: str, password: str, address: str, at: datetime) -> User:
    """Return the user of a name and password. Raises `SignInRefused`, the same for a wrong name and a wrong password."""
    name, where = _indexes(username, address)
    _let_try(name, where, at)
    found = authenticate(None, username=username.strip(), password=password)
    if not isinstance(found, User):
        with transaction.atomic():
            _failed(name, where, at, User.objects.filter(username=username.strip()).first(), "password")
        raise SignInRefused("用户名或密码不对：请核对后再试。")
    return found


def with_code(*, user: User, code: str, address: str, at: datetime) -> None:
    """Let a code of the user's device pass, once. Raises `SignInRefused`."""
    name, where = _indexes(user.username, address)
    _let_try(name, where, at)
    step = _step_of(user.totp_secret, code, at)
    used = step is not None and (
        User.objects.filter(pk=user.pk, totp_step__lt=step).update(totp_step=step) == 1  # another request may be faster
    )
    if not used:
        with transaction.atomic():
            _failed(name, where, at, user, "code")
        raise SignInRefused("动态口令不对或已经用过：请等手机上出现下一个口令，再填一次。")


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """Return the half minute whose code this is; the one before and after pass too, for clocks that differ."""
    typed, now = "".join(code.split()), int(at.timestamp()) // _STEP
    if not secret or not typed.isascii():
        return None
    for step in (now, now - 1, now + 1):
        if compare_digest(pyotp.TOTP(secret).generate_otp(step), typed):
            return step
    return None


def signed_in(*, user: User, address: str, at: datetime) -> None:
    """Note that somebody has come in, and forget what failed before from there."""
    name, where = _indexes(user.username, address)
    with transaction.atomic():
        FailedSignIn.objects.filter(name_index=name, address_index=where).delete()
        audit.record(actor=user, action="orgs.signed-in", target=f"user:{user.username}", at=at)


def new_secret() -> str:
    """Return a secret for a device, kept nowhere yet."""
    return pyotp.random_base32()


def address_of(user: User, secret: str) -> str:
    """Return what a device reads from the picture (otpauth://…)."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)


@transaction.atomic
def use_device(*, user: User, secret: str, code: str, at: datetime) -> None:
    """Ask for a code at every sign-in from now on. Raises `SignInRefused` when the device shows another code."""
    step = _step_of(secret, code, at)
    if step is None:
        raise SignInRefused("口令不对：请核对手机的时间，等下一个口令出现再填。")
    User.objects.filter(pk=user.pk).update(totp_secret=secret, totp_step=step)
    audit.record(actor=user, action="orgs.second-factor-on", target=f"user:{user.username}", at=at)


@transaction.atomic
def drop_device(*, user: User, at: datetime, by: User | None) -> None:
    """Ask for no code any more: by the user, or by an administrator when the device is lost."""
    User.objects.filter(pk=user.pk).update(totp_secret="", totp_step=0)
    audit.record(actor=by, action="orgs.second-factor-off", target=f"user:{user.username}", at=at)


@transaction.atomic
def change_password(*, user: User, old: str, new: str, at: datetime) -> None:
    """Let a user change the password. Raises `SignInRefused` with what is wrong with either."""
    if not user.check_password(old):
        raise SignInRefused("现在的密码不对：请核对后再填。")
    if old == new:
        raise SignInRefused("新密码和现在的一样：请换一个。")
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise SignInRefused(f"新密码不能用：{' '.join(error.messages)}") from error
    user.set_password(new)
    user.password_given = False
    user.save(update_fields=["password", "password_given"])
    audit.record(actor=user, action="orgs.password-changed", target=f"user:{user.username}", at=at)
