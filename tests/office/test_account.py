"""Signing in: passwords are hard to guess, codes count once, posts are switched openly, and all of it is audited."""

from datetime import date, timedelta

import pyotp
import pytest
from django.test import Client
from django.urls import reverse

from tests.county import County
from zhucan.orgs import signing_in
from zhucan.orgs.clock import moment, now
from zhucan.orgs.models import Appointment, AuditEntry, Role, User

PASSWORD = "four quiet words here"
AT = moment(date(2026, 3, 2))


@pytest.fixture
def user(county: County) -> User:
    made = User.objects.create_user(username="reader", password=PASSWORD, full_name="沈知远")
    Appointment.objects.create(user=made, role=Role.COUNTY_CLERK, division=county.a, valid_from=date(2020, 1, 1))
    return made


def _enter(client: Client, password: str = PASSWORD, username: str = "reader"):
    return client.post(reverse("office:sign-in"), {"username": username, "password": password})


def test_a_right_password_opens_the_workbench_and_is_audited(user: User):
    client = Client()
    assert _enter(client)["Location"] == reverse("office:home")
    assert AuditEntry.objects.filter(action="orgs.signed-in", target="user:reader").count() == 1


def test_a_wrong_password_and_a_wrong_name_are_told_alike(user: User):
    for username in ("reader", "nobody"):
        answer = _enter(Client(), "wrong", username)
        assert answer.status_code == 422
        assert "用户名或密码不对" in answer.content.decode()
    assert {"user:reader", "user:?"} == set(
        AuditEntry.objects.filter(action="orgs.sign-in-failed").values_list("target", flat=True)
    )


def test_after_five_wrong_passwords_even_the_right_one_waits(user: User):
    for _ in range(5):
        _enter(Client(), "wrong")
    answer = _enter(Client())
    assert answer.status_code == 422
    assert "过 15 分钟再试" in answer.content.decode()


def test_the_wait_ends_after_a_quarter_of_an_hour(user: User):
    for _ in range(5):
        with pytest.raises(signing_in.SignInRefused, match="不对"):
            signing_in.with_password(username="reader", password="wrong", address="10.0.0.1", at=AT)
    later = AT + timedelta(minutes=15, seconds=1)
    assert signing_in.with_password(username="reader", password=PASSWORD, address="10.0.0.1", at=later) == user


def test_one_address_cannot_lock_everybody_else_out(user: User):
    for _ in range(5):
        with pytest.raises(signing_in.SignInRefused):
            signing_in.with_password(username="reader", password="wrong", address="10.0.0.1", at=AT)
    assert signing_in.with_password(username="reader", password=PASSWORD, address="10.0.0.2", at=AT) == user


def test_a_device_is_asked_for_its_code_and_each_code_counts_once(user: User):
    secret, at = signing_in.new_secret(), now()
    shown = pyotp.TOTP(secret)
    signing_in.use_device(user=user, secret=secret, code=shown.at(at - timedelta(seconds=30)), at=at)
    client = Client()
    assert _enter(client)["Location"] == reverse("office:code")
    assert client.get(reverse("office:home")).status_code == 302  # not in yet
    answer = client.post(reverse("office:code"), {"code": shown.at(at)})
    assert answer["Location"] == reverse("office:home")

    again = Client()
    _enter(again)
    assert "已经用过" in again.post(reverse("office:code"), {"code": shown.at(at)}).content.decode()


def test_the_secret_of_a_device_is_closed_in_the_database(user: User):
    from django.db import connection

    secret, at = signing_in.new_secret(), now()
    signing_in.use_device(user=user, secret=secret, code=pyotp.TOTP(secret).at(at), at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT totp_secret FROM orgs_user WHERE id = %s", [user.pk])
        assert secret.encode() not in bytes(cursor.fetchone()[0])


def test_a_given_password_is_changed_before_anything_else(user: User):
    User.objects.filter(pk=user.pk).update(password_given=True)
    client = Client()
    _enter(client)
    assert client.get(reverse("office:people"))["Location"] == reverse("office:password")

    new = "another five quiet words"
    answer = client.post(reverse("office:password"), {"old": PASSWORD, "new": new, "again": new})
    assert answer["Location"] == reverse("office:home")
    assert client.get(reverse("office:people")).status_code == 200


def test_a_weak_password_is_refused_in_chinese(user: User):
    client = Client()
    _enter(client)
    answer = client.post(reverse("office:password"), {"old": PASSWORD, "new": "12345678", "again": "12345678"})
    assert answer.status_code == 422
    assert "新密码不能用" in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_posts_are_switched_openly_and_only_to_ones_own(user: User, county: County):
    other = Appointment.objects.create(user=user, role=Role.AUDITOR, division=county.b, valid_from=date(2020, 1, 1))
    foreign = Appointment.objects.create(
        user=User.objects.create(username="else"), role=Role.LEADER, division=county.a, valid_from=date(2020, 1, 1)
    )
    client = Client()
    _enter(client)
    client.post(reverse("office:switch"), {"post": foreign.pk})
    assert "示例县 · 县级经办人" in client.get(reverse("office:home")).content.decode()
    client.post(reverse("office:switch"), {"post": other.pk})
    assert f"{county.b.name} · 审计" in client.get(reverse("office:home")).content.decode()
    assert AuditEntry.objects.filter(action="orgs.acting-as").count() == 1


def test_an_ended_appointment_opens_nothing(user: User):
    client = Client()
    _enter(client)
    Appointment.objects.filter(user=user).update(valid_to=date(2020, 2, 1))
    assert client.get(reverse("office:people")).status_code == 403


def test_who_has_not_clicked_for_long_signs_in_again(user: User, settings):
    client = Client()
    _enter(client)
    session = client.session
    session["seen"] = int(now().timestamp()) - settings.ZHUCAN_IDLE_SECONDS - 1
    session.save()
    assert client.get(reverse("office:home"))["Location"].startswith(reverse("office:sign-in"))


def test_asking_too_often_is_answered_with_429(user: User, settings):
    settings.ZHUCAN_ASKED_A_MINUTE_UNKNOWN = 3
    client = Client(REMOTE_ADDR="10.9.9.9")
    answers = [client.get(reverse("office:sign-in")).status_code for _ in range(9)]
    assert 429 in answers
