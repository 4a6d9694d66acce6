"""Documents with their files: what they are is read from their beginning, and what looks infected is refused."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit
from zhucan.orgs.clock import day_of
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Document, User
from zhucan.orgs.wording import plain

LARGEST = 20 << 20  # bytes
KINDS = {
    ".pdf": (b"%PDF-", "application/pdf"),
    ".docx": (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".ofd": (b"PK\x03\x04", "application/ofd"),
    ".jpg": (b"\xff\xd8\xff", "image/jpeg"),
    ".png": (b"\x89PNG\r\n\x1a\n", "image/png"),
}
"""Suffix, how such a file begins, and its media type."""
_INFECTED = (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", b"/JavaScript", b"/Launch", b"vbaProject.bin")
_LONGEST = {"number": 60, "title": 120, "issuer": 60}


class DocumentRefused(ZhucanError):
    """The document cannot be kept; nothing was changed."""


def _look(suffix: str, data: bytes) -> None:
    if suffix not in KINDS:
        raise DocumentRefused(f"只能保存 {'、'.join(kind[1:] for kind in KINDS)} 文件：请转换后再上传。")
    if not data or len(data) > LARGEST:
        raise DocumentRefused(f"文件应在 1 字节至 {LARGEST >> 20} MB 之间：请压缩或分开上传。")
    if not data.startswith(KINDS[suffix][0]):
        raise DocumentRefused(f"文件内容不是 {suffix[1:]}：请核对是不是改过扩展名。")
    if any(mark in data for mark in _INFECTED):
        raise DocumentRefused("文件里有脚本、宏或病毒特征，没有保存：请换一份干净的文件，并告诉管理员。")


def folder() -> Path:
    """Return the private folder of the files; each is named by its digest."""
    path = Path(settings.ZHUCAN_HOME) / "documents"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@dataclass(frozen=True)
class Kept:
    """A file as it was looked through: how it ends, how many bytes, and its digest, which names it."""

    suffix: str
    data: bytes

    @property
    def digest(self) -> str:
        """Return the digest that names the file."""
        return hashlib.sha256(self.data).hexdigest()

    def write(self) -> None:
        """Put the file into the private folder; writing it again changes nothing."""
        path = folder() / self.digest
        path.write_bytes(self.data)
        path.chmod(0o600)


def looked_through(name: str, chunks: Iterable[bytes]) -> Kept:
    """Return an uploaded file whose content is what its name says, and looks clean. Raises `DocumentRefused`."""
    suffix, data = Path(name).suffix.lower().replace(".jpeg", ".jpg"), b"".join(chunks)
    _look(suffix, data)
    return Kept(suffix, data)


@transaction.atomic
def add(
    *,
    place: str,
    number: str,
    title: str,
    issuer: str,
    issued_on: date,
    name: str,
    chunks: Iterable[bytes],
    at: datetime,
    by: User | None,
) -> Document:
    """Keep a document of a place and return it. Raises `DocumentRefused` and `UnknownDivision`."""
    where = division(place)
    for field, text in (("number", number), ("title", title), ("issuer", issuer)):
        if len(text) > _LONGEST[field] or not plain(text) or (field != "number" and not text.strip()):
            raise DocumentRefused("文号、名称或发文机关不对：不要太长，不要有尖括号，也不要用等号、加减号开头。")
    if issued_on > day_of(at):
        raise DocumentRefused(f"发文日期 {issued_on} 还没有到：请核对。")
    kept = looked_through(name, chunks)
    if Document.objects.filter(division=where, digest=kept.digest, retracted_at=None).exists():
        raise DocumentRefused("这份文件已经登记过：请在文件里查找。")
    made = Document.objects.create(
        division=where,
        number=number.strip(),
        title=title.strip(),
        issuer=issuer.strip(),
        issued_on=issued_on,
        suffix=kept.suffix,
        size=len(kept.data),
        digest=kept.digest,
        added_at=at,
        added_by=by,
    )
    kept.write()
    audit.record(actor=by, action="orgs.document-added", target=f"document:{made.pk}", at=at, digest=made.digest)
    return made


def content(digest: str) -> bytes:
    """Return a file as it was kept, by its digest. Raises `DocumentRefused` when it is gone or was changed."""
    path = folder() / digest
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != digest:
        raise DocumentRefused("文件不见了或被改动过：请告诉管理员，从备份恢复。")
    return data


@transaction.atomic
def retract(*, document: Document, at: datetime, by: User | None) -> None:
    """Mark a document as added in error; its file stays. Raises `DocumentRefused`."""
    if not Document.objects.filter(pk=document.pk, retracted_at=None).update(retracted_at=at):
        raise DocumentRefused("这份文件已经撤回：请刷新页面。")
    audit.record(actor=by, action="orgs.document-retracted", target=f"document:{document.pk}", at=at)
