"""Users, their appointments, and what one person may not be."""

import re
from datetime import date
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from zhucan.orgs import audit, divisions
from zhucan.orgs.models import Appointment, AuditEntry, User

pytestmark = pytest.mark.django_db
_COUNTY, _TOWN = ("--division", "330499"), ("--division", "330499101")


@pytest.fixture(autouse=True)
def _places() -> None:
    divisions.load(
        [
            ("330499000000", "示例县", "county", ""),
            ("330498000000", "示例乙县", "county", ""),
            ("330499101000", "青石镇", "township", "330499000000"),
        ]
    )


def _said(*words: str) -> str:
    out = StringIO()
    call_command("user", *words, stdout=out)
    return out.getvalue()


def _refused(*words: str) -> str:
    before = [list(model._default_manager.values_list()) for model in (Appointment, AuditEntry)]
    users = set(User.objects.exclude(username="cli-clerk").values_list("username", "password"))
    with pytest.raises(CommandError) as caught:
        _said(*words)
    assert [list(model._default_manager.values_list()) for model in (Appointment, AuditEntry)] == before
    assert set(User.objects.exclude(username="cli-clerk").values_list("username", "password")) == users
    return str(caught.value)


def _add(username: str, role: str, *more: str) -> str:
    return _said("add", username, "--name", "沈知远", "--role", role, *(more or _COUNTY))


def _password(said: str) -> str:
    found = re.search(r"密码 ([0-9a-f-]+)。", said)
    assert found
    return found[1]


def test_a_new_user_signs_in_with_the_password_shown_once():
    password = _password(_add("shen", "county_clerk"))

    assert authenticate(username="shen", password=password) == User.objects.get(username="shen")
    assert password not in "".join(str(entry.detail) for entry in AuditEntry.objects.all())
    assert [entry.action for entry in AuditEntry.objects.all()] == ["orgs.user-added", "orgs.appointed"]
    assert list(audit.faults()) == []


def test_one_person_may_hold_several_roles_in_several_places():
    _add("shen", "county_clerk")

    assert "密码" not in _said("add", "shen", "--role", "审计", *_TOWN)
    assert "密码" not in _said("add", "shen", "--role", "approver", "--division", "330498")

    assert Appointment.objects.filter(user__username="shen").count() == 3
    listed = _said("list")
    assert "青石镇（330499101000）审计" in listed
    assert "示例乙县（330498000000）县级审批人" in listed


@pytest.mark.parametrize(
    ("first", "second"), [("county_clerk", "approver"), ("approver", "county_clerk"), ("finance", "approver")]
)
def test_whoever_prepares_or_pays_does_not_approve_there_or_below(first: str, second: str):
    _add("shen", first)

    assert "不能兼任" in _refused("add", "shen", "--role", second, *_COUNTY)
    assert "不能兼任" in _refused("add", "shen", "--role", second, *_TOWN)


def test_roles_that_do_not_go_together_may_follow_each_other():
    _add("shen", "county_clerk", *_COUNTY, "--from", "2024-01-01")
    _said("end", "shen", "--role", "county_clerk", *_COUNTY, "--on", "2025-01-01")

    assert "不能兼任" in _refused("add", "shen", "--role", "approver", *_COUNTY, "--from", "2024-12-31")
    _said("add", "shen", "--role", "approver", *_COUNTY, "--from", "2025-01-01")

    assert Appointment.objects.get(role="county_clerk").valid_to == date(2025, 1, 1)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("add", "lu", "--name", "陆", "--role", "boss", *_COUNTY), "没有角色“boss”：可用的有 .*审批人"),
        (("add", "lu", "--name", "陆", "--role", "leader", "--division", "330497"), "没有区划"),
        (("add", "lu", "--role", "leader", *_COUNTY), "姓名"),
        (("add", "lu", "--name", "<b>", "--role", "leader", *_COUNTY), "姓名"),
        (("add", "l u", "--name", "陆", "--role", "leader", *_COUNTY), "用户名"),
        (("add", "l" * 151, "--name", "陆", "--role", "leader", *_COUNTY), "用户名"),
        (("add", "cli-clerk", "--role", "leader", *_COUNTY), "内置账号"),
        (("add", "cli-approver", "--name", "陆", "--role", "leader", *_COUNTY), "不能用"),
        (("add", "lu", "--name", "陆", "--role", "leader", *_COUNTY, "--from", "1800-01-01"), "1800-01-01 不对"),
        (("add", "shen", "--name", "别人", "--role", "leader", *_COUNTY), "原来的姓名"),
        (("add", "shen", "--role", "finance", *_COUNTY), "不用再任命"),
        (("end", "shen", "--role", "leader", *_COUNTY, "--on", "2030-01-01"), "不担任"),
        (("end", "shen", "--role", "finance", *_COUNTY, "--on", "1999-01-01"), "要晚于"),
        (("end", "lu", "--role", "finance", *_COUNTY, "--on", "2025-01-01"), "没有用户 lu"),
        (("password", "lu"), "没有用户 lu"),
        (("password", "cli-clerk"), "内置账号"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(words: tuple[str, ...], expected: str):
    _add("shen", "finance")

    sentence = _refused(*words)

    assert re.search(expected, sentence)
    assert sentence.endswith("。")


def test_a_new_password_takes_the_place_of_the_old_one():
    old = _password(_add("shen", "leader"))

    new = _password(_said("password", "shen"))

    assert authenticate(username="shen", password=old) is None
    assert authenticate(username="shen", password=new) is not None


def test_a_typed_password_must_be_a_good_one(monkeypatch: pytest.MonkeyPatch):
    _add("shen", "leader")
    monkeypatch.setattr("zhucan.orgs.management.commands.user.getpass", lambda prompt: "12345678")
    assert "密码不能用" in _refused("password", "shen", "--ask")

    monkeypatch.setattr("zhucan.orgs.management.commands.user.getpass", lambda prompt: "kuan-4 ping 77 shan")
    assert "密码已换成" in _said("password", "shen", "--ask")

    assert authenticate(username="shen", password="kuan-4 ping 77 shan") is not None
