"""Users and what they may be: adding somebody, appointing, ending an appointment, a new password.

Whoever prepares a payment, or pays it, does not approve it: such roles are not held together where the places overlap.
"""

import secrets
from collections.abc import Iterator
from datetime import date, datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, Q

from zhucan.core.calendar import add_years
from zhucan.core.divisions import within
from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit
from zhucan.orgs.clock import day_of
from zhucan.orgs.commands import APPROVER, CLERK
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Appointment, Division, Role, User
from zhucan.orgs.wording import plain

BUILT_IN = (CLERK, APPROVER)
_APART = (frozenset({Role.COUNTY_CLERK, Role.APPROVER}), frozenset({Role.FINANCE, Role.APPROVER}))
_FIRST_DAY = date(1990, 1, 1)
_YEARS_AHEAD = 10
_LONGEST_NAME, _LONGEST_USERNAME = 40, 150


class StaffRefused(ZhucanError):
    """The user or appointment cannot be made or changed so; nothing was changed."""


def role_of(text: str) -> Role:
    """Return the role of a code or its Chinese name. Raises `StaffRefused` with the list of them."""
    for role in Role:
        if text.strip() in (role.value, role.label):
            return role
    raise StaffRefused(f"没有角色“{text}”：可用的有 {'、'.join(f'{role.value}（{role.label}）' for role in Role)}。")


def user(username: str) -> User:
    """Return a user who can sign in. Raises `StaffRefused`."""
    if username in BUILT_IN:
        raise StaffRefused(f"{username} 是命令行的内置账号，不能登录或任职：请另建用户。")
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist as error:
        raise StaffRefused(f"没有用户 {username}：请用 zhucan user list 查看，或用 zhucan user add 建立。") from error


def everybody() -> Iterator[tuple[User, list[Appointment]]]:
    """Yield every user with the appointments, past and coming ones too."""
    held = Appointment.objects.select_related("division").order_by("valid_from", "pk")
    for found in User.objects.prefetch_related(Prefetch("appointments", queryset=held)).order_by("username"):
        yield found, list(found.appointments.all())


@transaction.atomic
def appoint(
    *, username: str, name: str, role: str, place: str, since: date, at: datetime, by: User | None
) -> tuple[Appointment, str | None]:
    """Give a user a role in a place from a day on, and make the user where there is none.

    Returns the appointment, and the first password of a new user, which is kept nowhere. Raises `StaffRefused` and
    `UnknownDivision`.
    """
    what, where = role_of(role), division(place)
    _in_reason(since, at)
    found = User.objects.select_for_update().filter(username=username).first()
    password = None
    if found is None:
        found, password = _make(username, name.strip(), at, by)
    else:
        user(username)
        if by is not None and by.pk == found.pk:
            raise StaffRefused("不能给自己任命：请由另一位管理员来办。")
        if name and name.strip() != found.full_name:
            raise StaffRefused(f"用户 {username} 是{found}，不是{name}：同一个人请写原来的姓名，另一个人请换用户名。")
    _compatible(found, what, where, since)
    made = Appointment.objects.create(user=found, role=what, division=where, valid_from=since)
    audit.record(
        actor=by,
        action="orgs.appointed",
        target=f"user:{username}",
        at=at,
        role=what.value,
        division=where.code,
        since=since.isoformat(),
    )
    return made, password


def reader(*, username: str, name: str, at: datetime, by: User | None) -> tuple[User, str | None]:
    """Return a user without any post, made where there is none, with the first password of a new one.

    Raises `StaffRefused` for a name that somebody else goes by, and for somebody who has a post: the office and one's
    own file are kept apart.
    """
    found = User.objects.select_for_update().filter(username=username).first()
    if found is None:
        return _make(username, name.strip(), at, by)
    if found.appointments.exists():
        raise StaffRefused(f"用户 {username} 是工作人员：请另起一个用户名，个人查询和办公账号分开。")
    if name.strip() != found.full_name:
        raise StaffRefused(f"用户 {username} 已经是另一个人：请换一个用户名。")
    return found, None


def _make(username: str, name: str, at: datetime, by: User | None) -> tuple[User, str]:
    try:
        User.username_validator(username)
    except ValidationError as error:
        raise StaffRefused(f"用户名“{username}”不对：只能用字母、汉字、数字和 @ . + - _，不要有空格。") from error
    if username in BUILT_IN or len(username) > _LONGEST_USERNAME:
        raise StaffRefused(f"用户名 {username[:_LONGEST_USERNAME]} 不能用：请换一个较短的、没有用过的用户名。")
    if not name or len(name) > _LONGEST_NAME or not plain(name):
        raise StaffRefused(f"新用户 {username} 要有姓名（一至 {_LONGEST_NAME} 个字，不要有尖括号）：请用 --name 写明。")
    made = User(username=username, full_name=name, password_given=True)
    password = _password()
    made.set_password(password)
    made.save()
    audit.record(actor=by, action="orgs.user-added", target=f"user:{username}", at=at)
    return made, password


def _password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(4))


def _in_reason(day: date, at: datetime) -> None:
    last = add_years(day_of(at), _YEARS_AHEAD)
    if not _FIRST_DAY <= day <= last:
        raise StaffRefused(f"日期 {day} 不对：任职日期应在 {_FIRST_DAY} 至 {last} 之间，请核对。")


def _compatible(found: User, role: Role, where: Division, since: date) -> None:
    """Let an appointment pass that is not there already and goes together with the others held then."""
    for other in found.appointments.filter(Q(valid_to=None) | Q(valid_to__gt=since)).select_related("division"):
        if (other.role, other.division_id) == (role, where.code):
            raise StaffRefused(
                f"{found}自 {other.valid_from} 起已是{where.name}的{role.label}：不用再任命；要改日期请先用 zhucan user end 结束。"
            )
        if frozenset({other.role, role}) in _APART and (
            within(where.code, other.division_id) or within(other.division_id, where.code)
        ):
            raise StaffRefused(
                f"{found}已是{other.division.name}的{other.get_role_display()}，不能兼任{where.name}的{role.label}："
                "经办、发钱和批准要由不同的人来做，请任命另一个人，或先结束原来的任职。"
            )


@transaction.atomic
def end(*, username: str, role: str, place: str, on: date, at: datetime, by: User | None) -> Appointment:
    """Let an appointment end: on the day `on` the user no longer holds it. Raises `StaffRefused`, `UnknownDivision`."""
    what, where, found = role_of(role), division(place), user(username)
    _in_reason(on, at)
    held = (
        found.appointments.select_for_update(of=("self",))
        .select_related("division")
        .filter(Q(valid_to=None) | Q(valid_to__gt=on), role=what, division=where)
        .order_by("valid_from")
        .first()
    )
    if held is None:
        raise StaffRefused(f"{found}在 {on} 不担任{where.name}的{what.label}：请用 zhucan user list 核对。")
    if held.valid_from >= on:
        raise StaffRefused(f"{found}自 {held.valid_from} 起才任{where.name}的{what.label}：结束日期要晚于这一天。")
    held.valid_to = on
    held.save(update_fields=["valid_to"])
    audit.record(
        actor=by,
        action="orgs.appointment-ended",
        target=f"user:{username}",
        at=at,
        role=what.value,
        division=where.code,
        on=on.isoformat(),
    )
    return held


@transaction.atomic
def close(*, username: str, at: datetime, by: User | None) -> User:
    """Let a user sign in no more; the appointments and the trail stay. Raises `StaffRefused`."""
    found = user(username)
    if by is not None and by.pk == found.pk:
        raise StaffRefused("不能停用自己：请由另一位管理员来办。")
    if not found.is_active:
        raise StaffRefused(f"用户 {username} 已经停用。")
    found.is_active = False
    found.save(update_fields=["is_active"])
    audit.record(actor=by, action="orgs.user-closed", target=f"user:{username}", at=at)
    return found


@transaction.atomic
def reopen(*, username: str, at: datetime, by: User | None) -> User:
    """Let a closed user sign in again. Raises `StaffRefused`."""
    found = user(username)
    if found.is_active:
        raise StaffRefused(f"用户 {username} 没有停用。")
    found.is_active = True
    found.save(update_fields=["is_active"])
    audit.record(actor=by, action="orgs.user-reopened", target=f"user:{username}", at=at)
    return found


@transaction.atomic
def set_password(*, username: str, at: datetime, by: User | None, typed: str | None = None) -> str:
    """Give a user the password typed, or a random one, and return it; whoever was signed in is signed out.

    Raises `StaffRefused` with what is wrong with a typed one.
    """
    found = user(username)
    if typed is not None:
        try:
            validate_password(typed, found)
        except ValidationError as error:
            raise StaffRefused(f"密码不能用：{' '.join(error.messages)}请换一个。") from error
    password = _password() if typed is None else typed
    found.set_password(password)
    found.password_given = typed is None
    found.save(update_fields=["password", "password_given"])
    audit.record(actor=by, action="orgs.password-set", target=f"user:{username}", at=at)
    return password
