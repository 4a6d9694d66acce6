"""A roster is looked through first, taken in only then, never beyond one's own place; what comes back says why."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from tests.county import County
from zhucan.orgs.clock import now
from zhucan.orgs.divisions import load_file
from zhucan.orgs.models import Appointment, AuditEntry, Division, Role, User
from zhucan.registry.models import FollowUp, ImportBatch, Person

DATA = Path(__file__).parents[1] / "data"
ROSTER = (DATA / "roster-a.xlsx").read_bytes()


@pytest.fixture
def enter(county: County, settings, tmp_path: Path) -> Callable[..., Client]:
    settings.ZHUCAN_HOME = tmp_path
    load_file(DATA / "divisions.csv", at=now(), by=None)

    def client(role: Role = Role.COUNTY_CLERK, place: Division | None = None) -> Client:
        where = place or county.a
        user, _ = User.objects.get_or_create(username=f"{role}-{where.pk}")
        Appointment.objects.get_or_create(user=user, role=role, division=where, valid_from=date(2020, 1, 1))
        made = Client()
        made.force_login(user)
        return made

    return client


def _work_off() -> None:
    for row in DBTaskResult.objects.ready():
        row.claim("test")
        row.set_successful(row.task.call(**row.args_kwargs["kwargs"]))


def _looked(client: Client, name: str = "名单.xlsx", content: bytes = ROSTER) -> str:
    answer = client.post(reverse("office:imports-new"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    _work_off()
    return answer["Location"]


def test_looking_through_changes_nothing_and_taking_in_does_what_was_said(enter):
    client = enter()
    address = _looked(client)
    page = client.get(address)
    said = page.context["result"]
    assert said["new"] > 0
    assert said["rejected"] > 0
    assert not Person.objects.exists()
    assert not ImportBatch.objects.exists()

    taken = client.post(address + "take/")
    _work_off()
    done = client.get(taken["Location"])
    assert {name: done.context["result"][name] for name in ("new", "corrected", "rejected")} == {
        name: said[name] for name in ("new", "corrected", "rejected")
    }
    assert Person.objects.count() == said["new"]
    assert "新登记" in client.get(reverse("office:imports")).content.decode()


def test_what_comes_back_is_marked_up_and_its_leaving_audited(enter):
    client = enter()
    address = _looked(client)
    assert "第" in client.get(address).content.decode()
    file = client.post(address + "marked/")
    assert file.content.startswith(b"PK")
    assert AuditEntry.objects.get(action="office.exported").detail["rows"] > 0


def test_rows_of_another_place_come_back(enter, county: County):
    client = enter(Role.COUNTY_CLERK, county.b)
    page = client.get(_looked(client))
    assert page.context["result"]["new"] == 0
    assert page.context["result"]["rejected"] > 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("名单.xls", ROSTER),
        ("名单.xlsm", ROSTER),
        ("名单.xlsx", b"MZ\x90\x00 not a workbook"),
        ("名单.csv", b"PK\x03\x04\x00\x00\x00\x00"),
        ("名单.xlsx", b""),
    ],
)
def test_a_file_that_is_no_roster_is_refused_before_anything_starts(enter, name: str, content: bytes):
    answer = enter().post(reverse("office:imports-new"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert not DBTaskResult.objects.exists()


def test_a_file_too_large_is_refused(enter, settings):
    settings.ZHUCAN_LARGEST_UPLOAD = 1 << 10
    answer = enter().post(reverse("office:imports-new"), {"file": SimpleUploadedFile("名单.xlsx", ROSTER)})
    assert answer.status_code == 422
    assert "MB" in answer.content.decode()


def test_a_workbook_that_cannot_be_read_is_told_in_a_sentence(enter):
    client = enter()
    page = client.get(_looked(client, "名单.xlsx", b"PK\x03\x04 broken"))
    assert "名单" in page.context["work"].refused or "文件" in page.context["work"].refused
    assert not Person.objects.exists()


def test_nobody_else_sees_or_takes_in_what_was_uploaded(enter, county: County):
    address = _looked(enter())
    other = enter(Role.TOWNSHIP_CLERK)
    assert other.get(address).status_code == 404
    assert other.post(address + "take/").status_code == 404
    assert other.post(address + "marked/").status_code == 404


def test_uploaded_files_are_private_and_gone_after_a_week(enter, settings):
    import os
    import time

    client = enter()
    _looked(client)
    uploads = Path(settings.ZHUCAN_HOME) / "uploads"
    files = list(uploads.iterdir())
    assert files
    assert oct(uploads.stat().st_mode & 0o777) == "0o700"
    for file in files:
        os.utime(file, (time.time() - 8 * 24 * 3600,) * 2)
    _looked(client)
    assert not set(files) & set(uploads.iterdir())
    shutil.rmtree(uploads)


def test_a_register_with_several_rows_of_a_person_is_looked_through_and_taken_in(enter, county: County):
    who = county.person(born=date(2001, 3, 1))
    client = enter()
    rows = f"姓名,身份证号,跟进事项,日期,跟进人,情况\n{who.name},{who.id_number},就业跟踪,2025-09-01,王某,推荐面试\n{who.name},{who.id_number},就业跟踪,2025-10-09,王某,已录用\n"
    file = SimpleUploadedFile("跟进.csv", rows.encode())
    answer = client.post(reverse("office:imports-new"), {"register": "follow-ups", "file": file})
    _work_off()
    page = client.get(answer["Location"])
    assert (page.context["result"]["new"], page.context["result"]["unit"]) == (2, "行")
    assert not FollowUp.objects.exists()

    client.post(answer["Location"] + "take/")
    _work_off()
    assert FollowUp.objects.as_known().filter(person=who).count() == 2
