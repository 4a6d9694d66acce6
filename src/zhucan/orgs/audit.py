"""The audit chain: each entry hashes the one before it, and a sealed head says where the chain ends.

Changed, removed and reordered entries show in the hashes; a cut tail, or entries added behind the program's back, in
the head, which nobody signs without the keys. What the head cannot show is a chain put back together with its own
older head, as after restoring a backup: for that, keep heads elsewhere (`zhucan verify --head`) and compare them.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from hmac import compare_digest
from typing import Any

from django.db import connection, transaction

from zhucan.core.errors import ZhucanError
from zhucan.orgs.clock import SHANGHAI
from zhucan.orgs.models import AuditEntry, AuditHead, User
from zhucan.orgs.secrecy import keyed, signature

_FIRST = "0" * 64
_LOCK = 0x7A68_7563  # any fixed number: serialises the chain's end on PostgreSQL
_HEAD = 1  # the key of the only row
_PURPOSE = "audit-head"
_KEPT = re.compile(r"([0-9]{1,18})[:：]([0-9a-f]{64})")


class BadHead(ZhucanError):
    """The text is no head of an audit chain."""


def _digest(sequence: int, at: datetime, actor: str, action: str, target: str, detail: Any, previous: str) -> str:
    text = json.dumps(
        [sequence, at.astimezone(SHANGHAI).isoformat(timespec="microseconds"), actor, action, target, detail, previous],
        ensure_ascii=False,
        sort_keys=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def seal_of(sequence: int, digest: str) -> str:
    """Return the signature of a head."""
    return signature(f"{sequence}:{digest}", _PURPOSE)


@transaction.atomic
def reseal(former: str, key: str) -> None:
    """Sign the head with another key. Raises `BadHead` for one that neither key has signed: it stays as it is."""
    sealed = AuditHead.objects.select_for_update().filter(pk=_HEAD).first()
    if sealed is None:
        if AuditEntry.objects.exists():
            raise BadHead("封存的链头不在了，不能换密钥：请先运行 zhucan verify，并报告管理员。")
        return
    text = f"{sealed.sequence}:{sealed.digest}"
    if not any(compare_digest(sealed.seal, keyed(one, text, _PURPOSE)) for one in (former, key)):
        raise BadHead("封存的链头与其签名不符，不能换密钥：请先运行 zhucan verify，并报告管理员。")
    sealed.seal = keyed(key, text, _PURPOSE)
    sealed.save(update_fields=["seal"])


@transaction.atomic
def record(*, actor: User | None, action: str, target: str, at: datetime, **detail: Any) -> AuditEntry:
    """Append an entry. `detail` must be JSON and hold no ID number, phone or account."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = AuditEntry.objects.order_by("-sequence").first()
    sequence, previous = (last.sequence + 1, last.digest) if last else (1, _FIRST)
    name = actor.username if actor else "system"
    entry = AuditEntry(
        sequence=sequence,
        at=at,
        actor=name,
        action=action,
        target=target,
        detail=detail,
        previous=previous,
        digest=_digest(sequence, at, name, action, target, detail, previous),
    )
    entry.save()
    _advance(entry)
    return entry


def _advance(entry: AuditEntry) -> None:
    """Let the head follow, but only from the entry before: a head that disagrees stays, and `faults` keeps telling."""
    now = {"sequence": entry.sequence, "digest": entry.digest, "seal": seal_of(entry.sequence, entry.digest)}
    before = entry.sequence - 1
    moved = AuditHead.objects.filter(
        pk=_HEAD, sequence=before, digest=entry.previous, seal=seal_of(before, entry.previous)
    ).update(**now)
    if not moved and before == 0 and not AuditHead.objects.exists():
        AuditHead.objects.create(pk=_HEAD, **now)


def faults() -> Iterator[str]:
    """Yield a Chinese sentence for every changed, removed or reordered entry, and for a head that does not fit."""
    expected, previous = 1, _FIRST
    for entry in AuditEntry.objects.order_by("sequence").iterator():
        if entry.sequence != expected:
            yield f"审计链第 {expected} 条缺失（下一条是第 {entry.sequence} 条）：请与留存的链头核对，并报告管理员。"
        elif entry.previous != previous:
            yield f"审计链第 {entry.sequence} 条与前一条不衔接：前一条或本条被改动过。"
        digest = _digest(
            entry.sequence, entry.at, entry.actor, entry.action, entry.target, entry.detail, entry.previous
        )
        if digest != entry.digest:
            yield f"审计链第 {entry.sequence} 条内容与其校验值不符：记录被改动过。"
        expected, previous = entry.sequence + 1, entry.digest
    yield from _head_faults(expected - 1, previous)


def _head_faults(last: int, digest: str) -> Iterator[str]:
    sealed = AuditHead.objects.filter(pk=_HEAD).first()
    if sealed is None:
        if last:
            yield f"审计链有 {last} 条，封存的链头却不在了：链头被删除过，请与留存的链头核对，并报告管理员。"
    elif not compare_digest(sealed.seal, seal_of(sealed.sequence, sealed.digest)):
        yield "封存的链头与其签名不符：链头被改动过，或 keys.json 与数据库不配套；请报告管理员。"
    elif sealed.sequence > last:
        yield f"审计链应有 {sealed.sequence} 条，现在只到第 {last} 条：末尾的记录被删除过，请报告管理员。"
    elif (sealed.sequence, sealed.digest) != (last, digest):
        yield f"封存的链头停在第 {sealed.sequence} 条，与审计链不符：其后的记录被删改过，或不是由程序写入；请报告管理员。"


def head() -> tuple[int, str]:
    """Return the number and hash of the last entry, to be printed and kept elsewhere."""
    last = AuditEntry.objects.order_by("-sequence").first()
    return (last.sequence, last.digest) if last else (0, _FIRST)


def against(kept: str) -> Iterator[str]:
    """Yield what is wrong with the chain in the light of a head kept elsewhere, `SEQUENCE:HASH`. Raises `BadHead`."""
    read = _KEPT.fullmatch(kept.strip().lower())
    if read is None:
        raise BadHead(f"“{kept}”不是链头：请照 zhucan verify --head 的输出，写成“条数:校验值”。")
    sequence, digest = int(read[1]), read[2]
    if (sequence, digest) == (0, _FIRST):
        return
    entry = AuditEntry.objects.filter(sequence=sequence).first()
    if entry is None:
        yield f"留存的链头是第 {sequence} 条，审计链里没有这一条：记录被删除过，或数据库不是原来的；请报告管理员。"
    elif entry.digest != digest:
        yield f"审计链第 {sequence} 条与留存的链头不符：这一条或以前的记录被改写过；请报告管理员。"
