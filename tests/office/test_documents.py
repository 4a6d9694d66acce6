"""Documents are what they say they are, are read where they bind, and nothing infected is kept; counters are told to all."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.county import County
from zhucan.orgs.clock import now
from zhucan.orgs.models import Appointment, AuditEntry, Counter, Division, Document, Role, User
from zhucan.orgs.standards import set_standard

PDF = b"%PDF-1.4 an example of a document"


@pytest.fixture
def enter(county: County, settings, tmp_path: Path) -> Callable[..., Client]:
    settings.ZHUCAN_HOME = tmp_path

    def client(role: Role = Role.COUNTY_CLERK, place: Division | None = None) -> Client:
        where = place or county.a
        user, _ = User.objects.get_or_create(username=f"{role}-{where.pk}")
        Appointment.objects.get_or_create(user=user, role=role, division=where, valid_from=date(2020, 1, 1))
        made = Client()
        made.force_login(user)
        return made

    return client


def _add(client: Client, name: str = "文件.pdf", content: bytes = PDF, **more: str):
    asked = {"title": "补贴办法", "number": "示例〔2025〕1号", "issuer": "示例县残联", "issued_on_year": "2025",
             "issued_on_month": "3", "issued_on_day": "1", **more}  # fmt: skip
    return client.post(reverse("office:documents-add"), {**asked, "file": SimpleUploadedFile(name, content)})


def test_a_document_is_kept_found_and_given_out_as_it_was(enter):
    client = enter()
    assert _add(client).status_code == 302
    kept = Document.objects.get()
    assert "补贴办法" in client.get(reverse("office:documents"), {"q": "〔2025〕1号"}).content.decode()
    assert "补贴办法" not in client.get(reverse("office:documents"), {"q": "别的"}).content.decode()
    file = client.get(reverse("office:documents-download", args=[kept.pk]))
    assert file.content == PDF
    assert file["Content-Disposition"].startswith("attachment")
    assert AuditEntry.objects.filter(action="office.document").count() == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("文件.exe", b"MZ", "只能保存"),
        ("文件.html", b"<script>", "只能保存"),
        ("文件.pdf", b"PK\x03\x04 not a pdf", "内容不是 pdf"),
        ("文件.pdf", PDF + rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD", "病毒特征"),
        ("文件.pdf", PDF + b"/JavaScript (app.alert(1))", "病毒特征"),
        ("文件.docx", b"PK\x03\x04 word/vbaProject.bin", "病毒特征"),
        ("文件.pdf", b"", "空的"),
    ],
)
def test_what_is_wrong_or_looks_infected_is_refused_and_not_kept(enter, settings, name: str, content: bytes, said: str):
    answer = _add(enter(), name, content)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Document.objects.exists()
    assert not list((Path(settings.ZHUCAN_HOME) / "documents").glob("*"))


@pytest.mark.parametrize("wrong", [{"title": ""}, {"title": "=1"}, {"issued_on_year": "2199"}, {"issuer": "<b>"}])
def test_a_document_without_its_particulars_is_refused(enter, wrong: dict[str, str]):
    assert _add(enter(), **wrong).status_code == 422
    assert not Document.objects.exists()


def test_the_same_file_is_not_kept_twice_and_a_wrong_one_is_taken_back(enter):
    client = enter()
    _add(client)
    assert "已经登记过" in _add(client).content.decode()
    kept = Document.objects.get()
    client.post(reverse("office:documents-retract", args=[kept.pk]))
    assert "补贴办法" not in client.get(reverse("office:documents")).content.decode()
    assert client.post(reverse("office:documents-retract", args=[kept.pk])).status_code == 409
    assert _add(client).status_code == 302


def test_a_file_changed_by_hand_is_not_given_out(enter, settings):
    client = enter()
    _add(client)
    kept = Document.objects.get()
    (Path(settings.ZHUCAN_HOME) / "documents" / kept.digest).write_bytes(b"%PDF-1.4 something else")
    answer = client.get(reverse("office:documents-download", args=[kept.pk]))
    assert answer.status_code == 409
    assert "被改动过" in answer.content.decode()


def test_documents_bind_the_places_below_and_are_not_seen_beside(enter, county: County):
    _add(enter())
    town = Division.objects.create(code="330499101000", name="青石镇", level="township", parent=county.a)
    assert "补贴办法" in enter(Role.TOWNSHIP_CLERK, town).get(reverse("office:documents")).content.decode()
    kept = Document.objects.get()
    other = enter(Role.COUNTY_CLERK, county.b)
    assert "补贴办法" not in other.get(reverse("office:documents")).content.decode()
    assert other.get(reverse("office:documents-download", args=[kept.pk])).status_code == 404
    assert other.post(reverse("office:documents-retract", args=[kept.pk])).status_code == 404


def test_what_the_counter_tells_is_found_by_everybody(enter, county: County):
    client = enter()
    town = Division.objects.create(code="330499101000", name="青石镇", level="township", parent=county.a)
    set_standard(
        name="dibao_monthly",
        place=county.a.code,
        valid_from=date(2025, 1, 1),
        value="1000.00",
        document="示例",
        at=now(),
        by=None,
    )
    address = reverse("office:counters-edit", args=[town.code])
    wrong = {"address": "示例路1号", "phone": "电话", "hours": "周一"}
    assert client.post(address, wrong).status_code == 422
    assert not Counter.objects.exists()
    client.post(address, {**wrong, "phone": "0000-00000001"})
    public = Client().get(reverse("portal:counters"), {"county": county.a.code}).content.decode()
    assert "0000-00000001" in public
    assert Client().get(reverse("portal:counters"), {"county": "nowhere"}).status_code == 200
    assert enter(Role.COUNTY_CLERK, county.b).get(address).status_code == 404
