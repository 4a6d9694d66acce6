"""The audit chain: each entry hashes the one before it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from zhucan.orgs.clock import SHANGHAI
from zhucan.orgs.models import AuditEntry, User

_FIRST = "0" * 64
_LOCK = 0x7A68_7563  # any fixed number: serialises the chain's end on PostgreSQL


def _digest(sequence: int, at: datetime, actor: str, action: str, target: str, detail: Any, previous: str) -> str:
    text = json.dumps(
        [sequence, at.astimezone(SHANGHAI).isoformat(timespec="microseconds"), actor, action, target, detail, previous],
        ensure_ascii=False,
        sort_keys=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()


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
    return entry


def faults() -> Iterator[str]:
    """Yield a Chinese sentence for every changed, removed or reordered entry."""
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


def head() -> tuple[int, str]:
    """Return the number and hash of the last entry, to be printed and kept elsewhere."""
    last = AuditEntry.objects.order_by("-sequence").first()
    return (last.sequence, last.digest) if last else (0, _FIRST)
