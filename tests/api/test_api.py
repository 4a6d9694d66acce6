"""Partner systems ask with a key: within its rights and place, and nothing personal stands in addresses or the trail."""

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, settings

from tests.county import County
from zhucan.api import keys
from zhucan.api.keys import KeyRefused
from zhucan.api.models import ApiKey, Right
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import AuditEntry
from zhucan.registry.models import Certificate, Person


@pytest.fixture
def person(county: County) -> Person:
    made = county.person()
    county.certify(made, "physical", 1, expires=date(2039, 12, 31))
    county.dibao(made)
    county.grant(made, "2025-01-06")
    county.book("2025-01")
    return made


def _key(place: str = "330499", rights: tuple[str, ...] = tuple(Right.values), **more: Any) -> str:
    return keys.issue(
        name="示例医院",
        rights=rights,
        place=place,
        days=more.get("days", 30),
        day=more.get("day", today()),
        at=now(),
        by=None,
    )[1]


def _ask(method: str, address: str, key: str | None, **more: Any):
    headers = {} if key is None else {"x-api-key": key}
    return getattr(Client(headers=headers), method)(f"/api{address}", content_type="application/json", **more)


def _look_up(key: str | None, **number: str):
    return _ask("post", "/people/look-up", key, data=number)


def test_a_person_is_found_by_either_number(person: Person):
    key = _key()
    card = Certificate.objects.get(person=person)
    for number in ({"resident_id": person.id_number}, {"certificate": card.number}):
        found = _look_up(key, **number)
        assert found.status_code == 200, found.content
        assert found.json()["certificate"] == {
            "category": "physical",
            "grade": 1,
            "status": "valid",
            "expires": "2039-12-31",
        }


def test_a_reference_opens_the_entitlements_with_the_key_it_was_made_for_alone(person: Person):
    key, other = _key(), _key()
    reference = _look_up(key, resident_id=person.id_number).json()["reference"]
    told = _ask("get", f"/people/{reference}/entitlements?month=2025-02", key)
    living = next(one for one in told.json() if one["scheme"] == "living-allowance")
    assert (living["outcome"], living["amount"] is not None) == ("yes", True)
    assert all(reason["met"] is True for reason in living["reasons"])
    assert _ask("get", f"/people/{reference}/entitlements", other).status_code == 404
    assert _ask("get", f"/people/{reference[:-2]}AA/entitlements", key).status_code == 404
    assert _ask("get", f"/people/{person.pk}/entitlements", key).status_code == 404


def test_nobody_outside_the_keys_place_is_found(person: Person):
    assert _look_up(_key("330498"), resident_id=person.id_number).status_code == 404
    reference = _look_up(_key(), resident_id=person.id_number).json()["reference"]
    assert _ask("get", f"/people/{reference}/entitlements", _key("330498")).status_code == 404
    asked = "/indicators/holders?division=330499&first=2025-01&last=2025-01"
    assert _ask("get", asked, _key("330498")).status_code == 404


def test_a_figure_is_text_and_not_known_is_null(person: Person):
    key = _key()
    told = _ask("get", "/indicators/living-allowance-amount?division=330499&first=2025-01&last=2025-01", key).json()
    assert told["unit"] == "元"
    assert told["value"].count(".") == 1
    later = _ask("get", "/indicators/living-allowance-recipients?division=330499&first=2025-02&last=2025-02", key)
    assert later.json()["value"] is None
    future = _ask("get", "/indicators/holders?division=330499&first=2199-01&last=2199-01", key)
    assert (future.status_code, future.json()["code"]) == (409, "refused")
    assert len(_ask("get", "/indicators", key).json()) > 50


@pytest.mark.parametrize("shown", [None, "", "x", "a.b", "0" * 400])
def test_without_a_good_key_nothing_opens(person: Person, shown: str | None):
    answer = _look_up(shown, resident_id=person.id_number)
    assert (answer.status_code, answer.json()["code"]) == (401, "key")


def test_an_ended_revoked_or_narrow_key_is_refused(person: Person):
    old = _key(days=1, day=today() - timedelta(days=3))
    gone = _key()
    keys.revoke(public=gone.split(".")[0], at=now(), by=None)
    for key in (old, gone):
        assert _ask("get", "/indicators", key).status_code == 401
    narrow = _key(rights=(Right.LOOK_UP.value,))
    assert _ask("get", "/indicators", narrow).status_code == 403
    assert "没有“查询指标”的权限" in _ask("get", "/indicators", narrow).json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"resident_id": "1"},
        {"resident_id": "33049919700302001X", "certificate": "33049919700302001X41"},
        {"name": "王"},
        [],
    ],
)
def test_a_body_that_is_not_as_described_is_422_in_one_shape(person: Person, body: object):
    answer = _ask("post", "/people/look-up", _key(), data=body)
    assert answer.status_code == 422, answer.content
    assert set(answer.json()) == {"code", "message"}


def test_asking_too_often_is_429_with_when_to_come_back(person: Person, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("zhucan.api.routes._A_MINUTE", 3)
    key = _key()
    answers = [_ask("get", "/indicators", key) for _ in range(8)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "60"
    assert answers[-1].json()["code"] == "too-often"


def test_every_call_is_in_the_trail_without_anything_personal(person: Person):
    key = _key()
    reference = _look_up(key, resident_id=person.id_number).json()["reference"]
    _ask("get", f"/people/{reference}/entitlements", key)
    _look_up(key, resident_id="330499197003020990")
    entries = list(AuditEntry.objects.filter(action__startswith="api.").exclude(action="api.key-issued"))
    assert [entry.action for entry in entries][:2] == ["api.looked-up", "api.entitlements"]
    assert person.id_number not in str([(entry.target, entry.detail) for entry in entries])
    assert key.split(".")[1] not in str(list(ApiKey.objects.values()))


@pytest.mark.parametrize(
    "wrong", [{"rights": ()}, {"rights": ("everything",)}, {"place": "999999"}, {"days": 0}, {"days": 99999}]
)
def test_a_wrong_key_is_not_issued(county: County, wrong: dict[str, Any]):
    with pytest.raises(Exception, match=r"[权区有]"):
        _key(**wrong)
    assert not ApiKey.objects.exists()


def test_keys_are_issued_listed_and_revoked_by_command(county: County):
    out = StringIO()
    call_command("apikey", "issue", "示例医院", "--right", "people.look-up", "--division", "330499", stdout=out)
    secret = out.getvalue().split("：")[1].split()[0]
    assert keys.holder_of(secret, today()) is not None
    call_command("apikey", "revoke", secret.split(".")[0], stdout=out)
    assert keys.holder_of(secret, today()) is None
    call_command("apikey", "list", stdout=out)
    assert "已收回" in out.getvalue()
    with pytest.raises(KeyRefused, match="没有有效的密钥"):
        keys.revoke(public="nothing", at=now(), by=None)


@pytest.mark.django_db
def test_what_does_not_exist_is_told_in_json():
    answer = _ask("get", "/nothing/here", None)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_interface_does_what_its_description_says(person: Person, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("zhucan.api.routes._A_MINUTE", 10**6)
    monkeypatch.setattr("zhucan.api.routes._WRONG_A_MINUTE", 10**6)
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    key = _key()
    seen = set()
    for operation in schema.get_all_operations():
        found = operation.ok()

        @settings(
            max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        @_given(found)
        def check(case: Any) -> None:
            case.call_and_validate(headers={"X-API-Key": key})

        check()
        seen.add(found.label)
    assert len(seen) == 4


def _given(operation: Any):
    from hypothesis import given

    return given(case=operation.as_strategy())
