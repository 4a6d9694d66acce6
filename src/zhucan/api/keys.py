"""Issuing, checking and revoking the keys of partner systems."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hmac import compare_digest

from django.db import transaction

from zhucan.api.models import ApiKey, Right
from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit
from zhucan.orgs.divisions import division
from zhucan.orgs.models import User
from zhucan.orgs.wording import plain

_LONGEST_DAYS = 366 * 2


class KeyRefused(ZhucanError):
    """The key cannot be issued or revoked so."""


def _hash(secret: str) -> str:
    # the secret is 256 random bits: nothing slower than a plain hash is needed
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def issue(
    *, name: str, rights: Sequence[str], place: str, days: int, day: date, at: datetime, by: User | None
) -> tuple[ApiKey, str]:
    """Return a new key and its secret, which is kept nowhere. Raises `KeyRefused` and `UnknownDivision`."""
    where = division(place)
    if not name.strip() or len(name) > 60 or not plain(name):
        raise KeyRefused("合作系统的名称要有一至 60 个字，不要有尖括号：请改正。")
    unknown = sorted(set(rights) - set(Right.values))
    if unknown or not rights:
        raise KeyRefused(f"权限{'“' + unknown[0] + '”' if unknown else ''}不对：可以写 {'、'.join(Right.values)}。")
    if not 1 <= days <= _LONGEST_DAYS:
        raise KeyRefused(f"有效天数应在 1 至 {_LONGEST_DAYS} 之间：到期可以再发。")
    public, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    made = ApiKey.objects.create(
        name=name.strip(),
        public=public,
        digest=_hash(secret),
        rights=sorted(set(rights)),
        division=where,
        valid_from=day,
        valid_to=day + timedelta(days=days),
        created_at=at,
        created_by=by,
    )
    audit.record(
        actor=by,
        action="api.key-issued",
        target=f"key:{public}",
        at=at,
        rights=made.rights,
        division=where.code,
        days=days,
    )
    return made, f"{public}.{secret}"


@transaction.atomic
def revoke(*, public: str, at: datetime, by: User | None) -> ApiKey:
    """Let a key open nothing any more. Raises `KeyRefused`."""
    found = ApiKey.objects.select_for_update().filter(public=public, revoked_at=None).first()
    if found is None:
        raise KeyRefused(f"没有有效的密钥 {public}：请用 zhucan apikey list 查看。")
    found.revoked_at = at
    found.save(update_fields=["revoked_at"])
    audit.record(actor=by, action="api.key-revoked", target=f"key:{public}", at=at)
    return found


def holder_of(shown: str, day: date) -> ApiKey | None:
    """Return the key that a caller shows, None for a wrong, ended or revoked one."""
    public, _, secret = shown.partition(".")
    found = ApiKey.objects.select_related("division").filter(public=public, revoked_at=None).first()
    if found is None or not compare_digest(found.digest, _hash(secret)):
        return None
    if not found.valid_from <= day < found.valid_to:
        return None
    if found.last_used != day:
        ApiKey.objects.filter(pk=found.pk).update(last_used=day)
    return found
