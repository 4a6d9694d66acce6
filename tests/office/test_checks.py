"""Checking reports on a page: upload or paste, findings beside sentences, reasons, marked-up files, letting reports out."""

import io
from datetime import date

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.county import County
from zhucan.orgs.clock import moment, now
from zhucan.orgs.models import Appointment, AuditEntry, Role, User
from zhucan.reports import checking
from zhucan.reports.models import CheckedText, Release, Report
from zhucan.reports.services import compose

_TEXT = "示例县残联2024年总结\n持证残疾人10人，其中男4人，女5人。"


@pytest.fixture
def clerk(county: County) -> Client:
    user = User.objects.create_user(username="reader", password="a long enough pass phrase")
    Appointment.objects.create(user=user, role=Role.COUNTY_CLERK, division=county.a, valid_from=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def spoilt(county: County) -> Report:
    county.certify(county.person(), "mental", 1)
    report = compose("county-work-report", "330499", 2025, at=moment(date(2026, 1, 5)), by=None)
    report.content["sections"][0]["text"] += "\n登记志愿者10人，其中男4人，女5人。"
    report.save(update_fields=["content"])
    return report


def _pasted(client: Client) -> CheckedText:
    answer = client.post(reverse("office:reports-check-new"), {"text": _TEXT})
    assert answer.status_code == 302
    return CheckedText.objects.get()


def test_pasted_text_is_shown_with_the_finding_beside_its_sentence(clerk: Client):
    text = _pasted(clerk)

    page = clerk.get(reverse("office:reports-check", args=[text.pk]))

    rows = {row["number"]: row for row in page.context["rows"]}
    assert rows[1]["findings"] == []
    assert "4 + 5 = 9" in rows[2]["findings"][0]["told"].finding.detail
    assert '<mark class="err">' in page.content.decode()


def test_a_word_file_comes_back_with_comments(clerk: Client):
    out, document = io.BytesIO(), docx.Document()
    for line in _TEXT.split("\n"):
        document.add_paragraph(line)
    document.save(out)
    clerk.post(reverse("office:reports-check-new"), {"file": SimpleUploadedFile("总结.docx", out.getvalue())})

    answer = clerk.post(reverse("office:reports-check-marked", args=[CheckedText.objects.get().pk]))

    assert len(list(docx.Document(io.BytesIO(answer.content)).comments)) == 1
    assert AuditEntry.objects.order_by("-sequence").first().action == "office.download"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "两样选一样"),
        ({"text": _TEXT, "file": SimpleUploadedFile("a.txt", b"x")}, "两样选一样"),
        ({"file": SimpleUploadedFile("a.pdf", b"%PDF-")}, "不是能检查的文件"),
        ({"file": SimpleUploadedFile("a.docx", b"PK\x03\x04")}, "打不开"),
        ({"file": SimpleUploadedFile("a.txt", b"")}, "文件是空的"),
    ],
)
def test_what_cannot_be_checked_changes_nothing(clerk: Client, sent: dict[str, object], said: str):
    answer = clerk.post(reverse("office:reports-check-new"), sent)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not CheckedText.objects.exists()


def test_a_finding_is_dismissed_with_a_reason_that_everybody_sees(clerk: Client):
    text = _pasted(clerk)
    (told,) = checking.findings_of(text)
    address = reverse("office:reports-check-dismiss", args=[text.pk])

    clerk.post(address, {"finding": told.key, "reason": ""})
    assert checking.findings_of(text)[0].open
    clerk.post(address, {"finding": told.key, "reason": "性别不明一人"})

    page = clerk.get(reverse("office:reports-check", args=[text.pk])).content.decode()
    assert "性别不明一人" in page
    assert "还有 0 处没有处理" in page
    assert AuditEntry.objects.filter(action="reports.finding-dismissed").count() == 1


def test_only_the_severity_asked_for_is_shown(clerk: Client):
    text = _pasted(clerk)

    page = clerk.get(reverse("office:reports-check", args=[text.pk]), {"only": "style"})

    assert page.context["rows"] == []


def test_a_text_is_dropped(clerk: Client):
    text = _pasted(clerk)

    clerk.post(reverse("office:reports-check-drop", args=[text.pk]))

    assert not CheckedText.objects.exists()


def test_a_report_of_ours_with_an_error_is_not_downloaded_until_somebody_says_why(clerk: Client, spoilt: Report):
    download = reverse("office:reports-download", args=[spoilt.pk, "docx"])
    assert "处理以前不能下载" in clerk.get(reverse("office:reports-report", args=[spoilt.pk])).content.decode()
    assert clerk.get(download).status_code == 409

    clerk.post(reverse("office:reports-release", args=[spoilt.pk]), {"reason": ""})
    assert not Release.objects.exists()
    clerk.post(reverse("office:reports-release", args=[spoilt.pk]), {"reason": "已在附注说明"})

    assert clerk.get(download).status_code == 200
    assert "已在附注说明" in clerk.get(reverse("office:reports-report", args=[spoilt.pk])).content.decode()
    assert AuditEntry.objects.get(action="reports.released").detail["reason"] == "已在附注说明"


def test_the_findings_of_our_report_are_shown_dismissed_and_taken_away(clerk: Client, spoilt: Report):
    address = reverse("office:reports-findings", args=[spoilt.pk])
    assert clerk.get(address).context["blocked"]
    told = next(one for one in checking.findings_of(spoilt, at=now()) if one.finding.severity == "error")

    marked = clerk.post(reverse("office:reports-marked", args=[spoilt.pk]))
    clerk.post(reverse("office:reports-dismiss", args=[spoilt.pk]), {"finding": told.key, "reason": "见附注"})

    assert any("4 + 5 = 9" in comment.text for comment in docx.Document(io.BytesIO(marked.content)).comments)
    assert not clerk.get(address).context["blocked"]
