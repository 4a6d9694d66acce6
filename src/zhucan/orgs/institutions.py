"""Institutions: bodies that serve people for public money, with the account it goes to and the users who work there."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from zhucan.core.divisions import prefix
from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import bank_card
from zhucan.orgs import audit
from zhucan.orgs.models import Division, Institution, InstitutionAccount, InstitutionStaff, User


class InstitutionRefused(ZhucanError):
    """The institution cannot be entered or changed like this; nothing was changed."""


@transaction.atomic
def register(*, name: str, kind: str, division: Division, at: datetime, by: User | None) -> Institution:
    """Enter an institution of a county. Raises `InstitutionRefused`."""
    said = name.strip()
    if not said:
        raise InstitutionRefused("没有写机构名称：请写全称。")
    if Institution.objects.filter(division=division, name=said).exists():
        raise InstitutionRefused(f"{division.name}已有机构“{said}”：不用重复登记。")
    made = Institution.objects.create(name=said, kind=kind, division=division, recorded_at=at, recorded_by=by)
    audit.record(actor=by, action="orgs.institution", target=f"institution:{made.pk}", at=at, name=said)
    return made


@transaction.atomic
def set_account(
    *, institution: Institution, bank: str, number: str, holder: str, at: datetime, by: User | None
) -> InstitutionAccount:
    """Let an institution be paid to an account from now on. Raises `InstitutionRefused` and `InvalidNumber`."""
    if not bank.strip() or not holder.strip():
        raise InstitutionRefused("开户银行和户名都要写：请补上。")
    digits = number.replace(" ", "")
    if not digits.isdigit() or not 8 <= len(digits) <= 30:
        raise InstitutionRefused("账号应为 8 到 30 位数字：请核对。")
    if len(digits) in range(16, 20) and digits.startswith("62"):
        bank_card(digits)  # a card is checked as one; accounts of bodies have forms of their own
    Institution.objects.select_for_update().get(pk=institution.pk)
    institution.accounts.filter(retracted_at=None).update(retracted_at=at)
    made = InstitutionAccount.objects.create(
        institution=institution, bank=bank.strip(), number=digits, holder=holder.strip(), recorded_at=at, recorded_by=by
    )
    audit.record(actor=by, action="orgs.institution-account", target=f"institution:{institution.pk}", at=at)
    return made


@transaction.atomic
def employ(*, institution: Institution, user: User, day: date, at: datetime, by: User | None) -> InstitutionStaff:
    """Let a user act for an institution from a day on. Raises `InstitutionRefused`."""
    if institution.staff.filter(user=user, valid_to=None).exists():
        raise InstitutionRefused(f"{user}已经是{institution.name}的工作人员：不用再次登记。")
    made = InstitutionStaff.objects.create(institution=institution, user=user, valid_from=day)
    audit.record(
        actor=by, action="orgs.institution-staff", target=f"institution:{institution.pk}", at=at, user=user.username
    )
    return made


def inside(division: str) -> QuerySet[Institution]:
    """Return the institutions of the counties in a place, or of the county a place lies in."""
    return Institution.objects.filter(division__code__startswith=prefix(division)[:6]).select_related("division")


def named(name: str, place: Division) -> Institution:
    """Return the institution of a county by its name. Raises `InstitutionRefused`."""
    found = inside(place.code).filter(name=name.strip()).first()
    if found is None:
        raise InstitutionRefused(f"{place.name}没有机构“{name}”：请先用 zhucan service provider 登记。")
    return found


def employers_of(user: User, day: date) -> QuerySet[Institution]:
    """Return the institutions a user works for on a day."""
    held = InstitutionStaff.objects.filter(user=user, valid_from__lte=day).filter(
        Q(valid_to=None) | Q(valid_to__gt=day)
    )
    return Institution.objects.filter(pk__in=held.values("institution"))
