"""The audit chain and sealed columns."""

import pytest

from zhucan.orgs import audit
from zhucan.orgs.clock import now
from zhucan.orgs.models import AuditEntry
from zhucan.orgs.secrecy import CannotOpen, blind_index, seal, unseal

pytestmark = pytest.mark.django_db


def _three() -> None:
    for number in range(3):
        audit.record(actor=None, action="test", target=f"t{number}", at=now(), number=number, note="中文")


def test_an_untouched_chain_has_no_faults():
    _three()

    assert list(audit.faults()) == []
    assert audit.head()[0] == 3


def test_a_changed_entry_is_found():
    _three()

    AuditEntry.objects.filter(sequence=2).update(detail={"number": 9})

    assert any("第 2 条内容" in fault for fault in audit.faults())


def test_a_removed_entry_is_found():
    _three()

    AuditEntry.objects.filter(sequence=2)._raw_delete("default")

    assert any("第 2 条缺失" in fault for fault in audit.faults())


def test_an_entry_is_never_changed_or_removed_through_the_program():
    _three()
    entry = AuditEntry.objects.get(sequence=1)

    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


def test_a_sealed_text_opens_only_in_its_own_column():
    data = seal("330499196002290011", "registry.Person.id_number")

    assert unseal(data, "registry.Person.id_number") == "330499196002290011"
    assert b"330499" not in data
    with pytest.raises(CannotOpen):
        unseal(data, "registry.Contact.phone")


def test_sealing_twice_gives_different_bytes_and_the_index_stays_equal():
    assert seal("a", "c") != seal("a", "c")
    assert blind_index("a", "x") == blind_index("a", "x") != blind_index("a", "y")
