"""What somebody can get is told as a letter too: a tagged PDF that a screen reader reads, taken out on record."""

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.county import County
from zhucan.orgs.models import Appointment, AuditEntry, Role, User
from zhucan.registry.models import Person


@pytest.fixture
def person(county: County) -> Person:
    found = county.person()
    county.certify(found, "physical", 1, expires=date(2039, 12, 31))
    county.dibao(found)
    return found


@pytest.fixture
def client(county: County) -> Client:
    user = User.objects.create(username="clerk-a")
    Appointment.objects.create(user=user, role=Role.COUNTY_CLERK, division=county.a, valid_from=date(2020, 1, 1))
    made = Client()
    made.force_login(user)
    return made


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext (poppler-utils)")
def test_the_letter_is_a_tagged_pdf_that_says_what_the_page_says(person: Person, client: Client, tmp_path: Path):
    answer = client.get(reverse("office:people-letter", args=[person.pk]), {"month": "2025-03"})
    assert answer["Content-Type"] == "application/pdf"
    assert person.name not in answer["Content-Disposition"]
    file = tmp_path / "letter.pdf"
    file.write_bytes(answer.content)

    told = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, check=True).stdout
    words = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout

    assert re.search(r"Tagged: +yes", told)
    assert "补贴告知书（2025年3月）" in told
    plain = re.sub(r"\s", "", words)
    page = client.get(reverse("office:people-entitlements", args=[person.pk]), {"month": "2025-03", "as": "letter"})
    for item in page.context["explanations"]:
        assert re.sub(r"\s", "", f"{item['scheme'].name}：{item['told'].verdict}✓") in plain
        for reason in item["told"].reasons:
            assert re.sub(r"\s", "", reason.said) in plain
            assert re.sub(r"\s", "", reason.source) in plain
    assert person.id_number not in plain
    assert "示例县残疾人联合会" in plain


def test_taking_the_letter_is_on_record(person: Person, client: Client):
    client.get(reverse("office:people-letter", args=[person.pk]))

    entry = AuditEntry.objects.order_by("-sequence").first()
    assert (entry.action, entry.target) == ("office.letter", f"person:{person.pk}")


@pytest.mark.parametrize("month", ["0001-01", "1899-12", "3000-01", "9999-12", "2025-13", "x"])
def test_a_month_that_nobody_lives_in_is_not_found(person: Person, client: Client, month: str):
    for page in ("people-entitlements", "people-letter"):
        assert client.get(reverse(f"office:{page}", args=[person.pk]), {"month": month}).status_code == 404
