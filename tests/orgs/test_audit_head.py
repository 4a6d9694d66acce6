"""The sealed head: what it shows that the hashes of the entries cannot."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from zhucan.orgs import audit
from zhucan.orgs.clock import now
from zhucan.orgs.models import AuditEntry, AuditHead

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _three() -> None:
    _more(3)


def _more(count: int) -> None:
    for _ in range(count):
        audit.record(actor=None, action="test", target="t", at=now())


def _cut(above: int) -> None:
    AuditEntry.objects.filter(sequence__gt=above)._raw_delete("default")


def _verify(*words: str) -> str:
    out = StringIO()
    call_command("verify", *words, stdout=out)
    return out.getvalue().strip()


def test_a_cut_tail_is_found():
    _cut(2)

    assert any("应有 3 条，现在只到第 2 条" in fault for fault in audit.faults())


def test_a_cut_tail_is_still_found_after_work_went_on():
    _cut(1)
    _more(5)

    assert any("链头停在第 3 条" in fault for fault in audit.faults())


def test_a_head_moved_back_without_the_key_is_found_and_never_sealed_again():
    _cut(2)
    last = AuditEntry.objects.get(sequence=2)
    AuditHead.objects.update(sequence=2, digest=last.digest)
    assert any("签名不符" in fault for fault in audit.faults())

    _more(2)

    assert any("签名不符" in fault for fault in audit.faults())


def test_a_head_taken_away_is_found_and_not_made_anew():
    AuditHead.objects.all().delete()
    _more(1)

    assert any("链头却不在" in fault for fault in audit.faults())


def test_an_entry_written_behind_the_programs_back_is_found():
    last = AuditEntry.objects.get(sequence=3)
    at = now()
    digest = audit._digest(4, at, "system", "forged", "t", {}, last.digest)
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(
                sequence=4, at=at, actor="system", action="forged", target="t", previous=last.digest, digest=digest
            )
        ]
    )

    assert any("链头停在第 3 条" in fault for fault in audit.faults())


def test_a_chain_put_back_with_its_older_head_is_found_by_a_kept_head():
    older = AuditHead.objects.values("sequence", "digest", "seal").get()
    _more(2)
    kept = _verify("--head")
    _cut(3)
    AuditHead.objects.update(**older)
    assert list(audit.faults()) == []

    assert any("没有这一条" in fault for fault in audit.against(kept))
    _more(2)
    assert any("与留存的链头不符" in fault for fault in audit.against(kept))


def test_verify_accepts_a_head_kept_from_before():
    kept = _verify("--head")
    _more(2)

    assert "核对无误" in _verify("--against", kept)


@pytest.mark.parametrize("kept", ["", "3", "3:abc", "x:" + "0" * 64, "9" * 30 + ":" + "0" * 64])
def test_a_text_that_is_no_head_is_refused(kept: str):
    with pytest.raises(CommandError, match="不是链头"):
        _verify("--against", kept)
