"""The administrator keeps the users of the own place and nothing beyond it; the trail tells everything in words."""

import ast
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

import zhucan
from tests.county import County
from zhucan.office import deeds
from zhucan.office.deeds import WORDS
from zhucan.orgs import audit
from zhucan.orgs.clock import today
from zhucan.orgs.models import Appointment, AuditEntry, Division, Role, User
from zhucan.payments.models import RecoveryDecision


@pytest.fixture
def enter(county: County) -> Callable[..., Client]:
    def client(role: Role = Role.ADMINISTRATOR, place: Division | None = None) -> Client:
        where = place or county.a
        user, _ = User.objects.get_or_create(username=f"{role}-{where.pk}")
        Appointment.objects.get_or_create(user=user, role=role, division=where, valid_from=date(2020, 1, 1))
        made = Client()
        made.force_login(user)
        return made

    return client


def _asked(**more: str) -> dict[str, object]:
    day = today()
    return {
        "username": "newcomer", "name": "田甲", "role": Role.COUNTY_CLERK, "place": "330499",
        "since_year": day.year, "since_month": day.month, "since_day": day.day, **more,
    }  # fmt: skip


def test_somebody_new_gets_a_first_password_shown_once(enter):
    page = enter().post(reverse("office:users-appoint"), _asked())
    password = page.context["password"]
    assert password in page.content.decode()
    user = User.objects.get(username="newcomer")
    assert user.check_password(password)
    assert user.password_given
    assert password not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"place": "330498"}, "不在您的辖区内"),
        ({"place": "000"}, "没有区划"),
        ({"username": "a b"}, "用户名"),
        ({"name": ""}, "请填写姓名"),
        ({"role": "king"}, "没有这一项"),
        ({"since_month": "13"}, "不是一个日子"),
    ],
)
def test_a_wrong_appointment_is_refused_and_makes_nobody(enter, wrong: dict[str, str], said: str):
    answer = enter().post(reverse("office:users-appoint"), _asked(**wrong))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not User.objects.filter(username="newcomer").exists()


def test_roles_that_do_not_go_together_are_refused(enter):
    client = enter()
    client.post(reverse("office:users-appoint"), _asked())
    answer = client.post(reverse("office:users-appoint"), _asked(role=Role.APPROVER))
    assert answer.status_code == 422
    assert "不能兼任" in answer.content.decode()


def test_nobody_appoints_or_closes_themself(enter, county: County):
    client = enter()
    own = User.objects.get(username=f"{Role.ADMINISTRATOR}-{county.a.pk}")
    answer = client.post(reverse("office:users-appoint"), _asked(username=own.username, name=own.full_name or "管甲"))
    assert answer.status_code == 422
    assert "不能给自己任命" in answer.content.decode()
    assert client.post(reverse("office:users-close", args=[own.pk])).status_code == 409


def test_an_account_is_closed_reopened_and_given_a_new_password(enter):
    client = enter()
    client.post(reverse("office:users-appoint"), _asked())
    user = User.objects.get(username="newcomer")
    client.post(reverse("office:users-close", args=[user.pk]))
    user.refresh_from_db()
    assert not user.is_active
    assert client.post(reverse("office:users-close", args=[user.pk])).status_code == 409
    client.post(reverse("office:users-reopen", args=[user.pk]))
    page = client.post(reverse("office:users-password", args=[user.pk]))
    user.refresh_from_db()
    assert user.is_active
    assert user.check_password(page.context["password"])


def test_somebody_with_a_post_elsewhere_is_not_touched_as_a_whole(enter, county: County):
    client = enter()
    client.post(reverse("office:users-appoint"), _asked())
    user = User.objects.get(username="newcomer")
    Appointment.objects.create(user=user, role=Role.AUDITOR, division=county.b, valid_from=date(2020, 1, 1))
    assert client.post(reverse("office:users-password", args=[user.pk])).status_code == 409
    page = client.get(reverse("office:users")).content.decode()
    assert county.b.name not in page


def test_an_appointment_is_ended_from_a_day_on(enter):
    client = enter()
    client.post(reverse("office:users-appoint"), _asked(since_year="2025"))
    held = Appointment.objects.get(user__username="newcomer")
    day = today()
    client.post(
        reverse("office:users-end", args=[held.pk]), {"on_year": day.year, "on_month": day.month, "on_day": day.day}
    )
    held.refresh_from_db()
    assert held.valid_to == day


def test_every_action_that_the_program_writes_has_a_word():
    source = "\n".join(path.read_text() for path in Path(zhucan.__file__).parent.rglob("*.py"))
    written = set(
        re.findall(
            r'action="((?:cases|facilities|office|orgs|payments|planning|registry|reports|demo|portal|api)\.[a-z_-]+)"',
            source,
        )
    )
    assert written
    assert written <= WORDS.keys()
    assert {f"payments.{kind}" for kind in RecoveryDecision.Kind.values} <= WORDS.keys()


def test_the_trail_is_filtered_and_told_in_words(enter):
    enter(Role.AUDITOR).get(reverse("office:audit"))
    client = enter()
    client.post(reverse("office:users-appoint"), _asked())
    page = client.get(reverse("office:audit"), {"action": "orgs.appointed"})
    assert [row["entry"].target for row in page.context["rows"]] == ["user:newcomer"]
    assert "任命" in page.content.decode()
    day = {"until_year": "2001", "until_month": "1", "until_day": "1"}
    assert client.get(reverse("office:audit"), day).context["rows"] == []


def test_another_county_reads_none_of_it(enter, county: County):
    enter().post(reverse("office:users-appoint"), _asked())
    page = enter(Role.AUDITOR, county.b).get(reverse("office:audit"))
    actors = {row["entry"].actor for row in page.context["rows"]}
    assert f"{Role.ADMINISTRATOR}-{county.a.pk}" not in actors


def test_an_entry_altered_by_hand_is_found_from_the_page(enter):
    client = enter(Role.AUDITOR)
    enter().post(reverse("office:users-appoint"), _asked())
    good = client.post(reverse("office:audit-verify"))
    assert good.context["faults"] == []
    kept = ":".join(map(str, audit.head()))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orgs_auditentry SET target = 'user:somebody' WHERE action = 'orgs.appointed'")
    bad = client.post(reverse("office:audit-verify"))
    assert any("记录被改动过" in fault for fault in bad.context["faults"])
    assert client.post(reverse("office:audit-verify"), {"kept": kept}).context["faults"] == []
    forged = kept[:-1] + ("0" if kept[-1] != "0" else "1")
    assert client.post(reverse("office:audit-verify"), {"kept": forged}).context["faults"]
    assert client.post(reverse("office:audit-verify"), {"kept": "nothing"}).status_code == 422


def test_the_head_is_printed_with_what_verify_takes(enter):
    page = enter(Role.AUDITOR).get(reverse("office:audit-head"))
    assert list(audit.against(page.context["text"])) == []


def test_the_trail_leaves_with_a_purpose(enter):
    client = enter(Role.AUDITOR)
    answer = client.post(reverse("office:audit-export"), {"purpose": "年度审计", "kind": "csv"})
    assert "用途：年度审计" in answer.content.decode("utf-8-sig")
    assert AuditEntry.objects.filter(action="office.exported", target="audit").count() == 1


def test_everything_that_goes_to_the_trail_has_its_word():
    told = set()
    for path in (Path(deeds.__file__).parents[1]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("audit.record", "record"):
                told |= {word.arg for word in node.keywords if word.arg is not None}
    told -= {"actor", "action", "target", "at", "kwargs"}

    assert len(told) > 20
    assert told <= set(deeds._DETAILS)
    assert deeds.detail_words({"relation": "self", "whole": True}) == "关系：本人，含完整证号：是"
