"""Who may read a person's file as that person or as the guardian: given and ended by a clerk, face to face."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit, staff
from zhucan.orgs.models import User
from zhucan.registry.models import Death, Holder, Person


class HolderRefused(ZhucanError):
    """The access cannot be given or ended so; nothing was changed."""


def held_by(user: User, day: date) -> QuerySet[Holder]:
    """Return the files a user may read on a day."""
    held = Holder.objects.filter(user=user, valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gt=day))
    return held.select_related("person").order_by("relation", "pk")


@transaction.atomic
def give(
    *, person: Person, username: str, name: str, relation: str, day: date, at: datetime, by: User | None
) -> tuple[Holder, str | None]:
    """Let somebody read a person's file from a day on, making the user where there is none.

    Returns the access, and a new user's first password, which is kept nowhere. Raises `HolderRefused` and
    `staff.StaffRefused`.
    """
    if relation not in Holder.Relation.values:
        raise HolderRefused(f"关系“{relation}”不对：应为本人或监护人。")
    if relation == Holder.Relation.SELF and Death.objects.filter(person=person, retracted_at=None).exists():
        raise HolderRefused("本人已去世，不能开通本人查询：请核对人员。")
    user, password = staff.reader(username=username, name=name, at=at, by=by)
    if Holder.objects.filter(user=user, person=person, valid_to=None).exists():
        raise HolderRefused(f"用户 {username} 已经可以查询：不用再开通；忘了密码请重设。")
    if relation == Holder.Relation.SELF and held_by(user, day).filter(relation=relation).exists():
        raise HolderRefused(f"用户 {username} 是另一个人本人的账号：请换一个用户名。")
    made = Holder.objects.create(
        user=user, person=person, relation=relation, valid_from=day, granted_by=by, recorded_at=at
    )
    audit.record(
        actor=by, action="registry.access-given", target=f"person:{person.pk}", at=at, user=username, relation=relation
    )
    return made, password


@transaction.atomic
def end(*, holder: Holder, day: date, at: datetime, by: User | None) -> None:
    """End an access from a day on; one that began that day never was. Raises `HolderRefused`."""
    if holder.valid_to is not None:
        raise HolderRefused("这个查询已经停了：请刷新页面。")
    holder.valid_to = max(day, holder.valid_from)
    holder.save(update_fields=["valid_to"])
    audit.record(
        actor=by,
        action="registry.access-ended",
        target=f"person:{holder.person_id}",
        at=at,
        user=holder.user.username,
    )
