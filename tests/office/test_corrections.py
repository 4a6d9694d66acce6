"""What is recorded or corrected of a person shows its effect on the money first, is saved only then, and leaves what was
believed before readable."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.county import County
from zhucan.core import masking
from zhucan.orgs.models import Appointment, AuditEntry, Division, Role, User
from zhucan.registry.models import Death, Hardship, PayeeAccount, Person, Residence


@pytest.fixture
def person(county: County) -> Person:
    made = county.person()
    county.certify(made, "physical", 1, expires=date(2039, 12, 31))
    county.dibao(made)
    county.grant(made, "2025-01-06")
    for month in ("2025-01", "2025-02", "2025-03"):
        county.book(month)
    return made


@pytest.fixture
def enter(county: County) -> Callable[..., Client]:
    def client(role: Role = Role.COUNTY_CLERK, place: Division | None = None) -> Client:
        where = place or county.a
        user, _ = User.objects.get_or_create(username=f"{role}-{where.pk}")
        Appointment.objects.get_or_create(user=user, role=role, division=where, valid_from=date(2020, 1, 1))
        made = Client()
        made.force_login(user)
        return made

    return client


def _on(day: date, name: str = "day") -> dict[str, object]:
    return {f"{name}_year": day.year, f"{name}_month": day.month, f"{name}_day": day.day}


DIED = {**_on(date(2025, 1, 20)), "source": "派出所名单"}


def test_a_death_is_shown_with_its_recoveries_before_it_is_saved(person: Person, enter):
    address = reverse("office:people-record", args=[person.pk, "death"])
    page = enter().post(address, {**DIED, "step": "look"})
    assert page.status_code == 200
    assert {row["month"] for row in page.context["rows"] if "追回（死亡）" in row["will"]} == {"2025年2月", "2025年3月"}
    assert not Death.objects.exists()
    assert not AuditEntry.objects.filter(action="office.recorded").exists()

    answer = enter().post(address, {**DIED, "step": "save"})
    assert answer["Location"] == reverse("office:people-file", args=[person.pk])
    death = Death.objects.get()
    assert (death.valid_from, death.source) == (date(2025, 1, 20), "派出所名单")
    assert death.recorded_by is not None
    entry = AuditEntry.objects.get(action="office.recorded")
    assert (entry.target, entry.detail["what"]) == (f"person:{person.pk}", "death")


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": ""},
        {"source": "=1+1"},
        {"day_year": "2199"},
        {"day_year": "1900"},
        {"day_month": "13"},
    ],
)
def test_bad_input_is_told_and_changes_nothing(person: Person, enter, wrong: dict[str, str]):
    address = reverse("office:people-record", args=[person.pk, "death"])
    for step in ("look", "save"):
        assert enter().post(address, {**DIED, **wrong, "step": step}).status_code == 422
    assert not Death.objects.exists()


def test_a_wrong_date_is_corrected_and_the_old_row_stays_to_be_read(person: Person, enter):
    row = Hardship.objects.get(person=person)
    address = reverse("office:people-correct", args=[person.pk, "hardship", row.pk])
    asked = {"never": "", **_on(date(2025, 2, 5), "start"), "source": "民政更正函"}
    page = enter().post(address, {**asked, "step": "look"})
    assert any("待核实" in one["will"] for one in page.context["rows"])  # nothing is known of the months before
    enter().post(address, {**asked, "step": "save"})

    row.refresh_from_db()
    assert row.retracted_at is not None
    live = Hardship.objects.get(person=person, retracted_at=None)
    assert live.valid_from == date(2025, 2, 5)
    then = enter().get(reverse("office:people-file", args=[person.pk]), _on(date(2025, 3, 31), "known"))
    assert "不是现在的" in then.content.decode()
    assert [one["spell"].pk for one in then.context["states"] if one["kind"] == "hardship"] == [row.pk]


def test_what_never_was_is_taken_back(person: Person, enter):
    row = Hardship.objects.get(person=person)
    address = reverse("office:people-correct", args=[person.pk, "hardship", row.pk])
    enter().post(address, {"never": "yes", "source": "登记错了人", "step": "save"})
    row.refresh_from_db()
    assert row.retracted_at is not None
    assert enter().get(address).status_code == 404  # it is no longer believed


def test_an_end_before_the_beginning_is_refused(person: Person, enter):
    row = Hardship.objects.get(person=person)
    asked = {**_on(date(2025, 2, 5), "start"), **_on(date(2025, 2, 5), "stop"), "source": "x", "step": "save"}
    answer = enter().post(reverse("office:people-correct", args=[person.pk, "hardship", row.pk]), asked)
    assert answer.status_code == 422
    assert "要晚于开始" in answer.content.decode()


@pytest.mark.parametrize(
    ("what", "more", "check"),
    [
        ("hardship", {"kind": "dibian"}, lambda p: Hardship.objects.get(person=p, retracted_at=None, valid_to=None).kind == "dibian"),
        ("income", {"amount": "1650.00"}, lambda p: p.income_spells.get().per_head_fen == 165000),
        ("own-income", {"amount": "800.00"}, lambda p: p.ownincome_spells.get().amount_fen == 80000),
        ("move", {"place": "330498"}, lambda p: Residence.objects.get(person=p, retracted_at=None, valid_to=None).division_id == "330498000000"),
        ("institution-in", {}, lambda p: p.stay_spells.exists()),
        ("custody-in", {}, lambda p: p.custody_spells.exists()),
        ("benefit", {"kind": "ltci", "amount": "300"}, lambda p: p.benefit_spells.get().amount_fen == 30000),
        ("contact", {"phone": "13800000000", "address": "示例县示例镇"}, lambda p: p.contact_spells.get().phone == "13800000000"),
        ("guardian", {"name": "测试甲", "relation": "父亲"}, lambda p: p.guardianship_spells.exists()),
        ("account", {"bank": "示例银行", "number": "990000000000000999", "holder": "测试1"},
         lambda p: PayeeAccount.objects.get(person=p, retracted_at=None, valid_to=None).number == "990000000000000999"),
    ],
)  # fmt: skip
def test_everything_else_that_can_be_told_is_recorded(person: Person, enter, what: str, more, check):
    address = reverse("office:people-record", args=[person.pk, what])
    asked = {**_on(date(2025, 3, 10)), "source": "本人告知", **more}
    looked = enter().post(address, {**asked, "step": "look"})
    assert looked.status_code == 200, looked.context["form"].errors
    assert enter().post(address, {**asked, "step": "save"}).status_code == 302
    assert check(person)


def test_only_clerks_of_the_place_record(person: Person, enter, county: County):
    address = reverse("office:people-record", args=[person.pk, "death"])
    for role in (Role.COMMISSIONER, Role.APPROVER, Role.FINANCE, Role.LEADER, Role.AUDITOR):
        assert enter(role).post(address, {**DIED, "step": "save"}).status_code == 403, role
    assert enter(Role.COUNTY_CLERK, county.b).post(address, {**DIED, "step": "save"}).status_code == 404
    assert not Death.objects.exists()


def test_a_closed_value_is_opened_with_a_reason_once_and_audited(person: Person, enter):
    address = reverse("office:people-opened", args=[person.pk, "account"])
    client = enter(Role.FINANCE)
    account = PayeeAccount.objects.get(person=person)
    assert account.number not in client.get(address).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    assert not AuditEntry.objects.filter(action="office.opened").exists()
    page = client.post(address, {"reason": "核对银行退回的账号"})
    assert account.number in page.content.decode()
    entry = AuditEntry.objects.get(action="office.opened")
    assert entry.detail == {"field": "account", "reason": "核对银行退回的账号"}
    assert account.number not in client.get(reverse("office:people-file", args=[person.pk])).content.decode()
    assert enter(Role.LEADER).post(address, {"reason": "看看"}).status_code == 403


def test_the_file_tells_everything_on_one_line_of_time(person: Person, enter):
    page = enter().get(reverse("office:people-file", args=[person.pk]))
    text = page.content.decode()
    days = [event.day for event in page.context["events"]]
    assert days == sorted(days, reverse=True)
    for word in ("出生", "残疾人证：新办", "困难身份", "申请困难残疾人生活补贴"):
        assert word in text, word
    assert person.id_number not in text
    assert masking.resident_id(person.id_number) in text


def test_the_letter_gives_reasons_and_the_right_of_review(person: Person, enter):
    page = enter().get(reverse("office:people-entitlements", args=[person.pk]), {"as": "letter", "month": "2025-03"})
    text = page.content.decode()
    assert "行政复议" in text
    assert "困难残疾人生活补贴：可以享受，每月" in text
    assert person.id_number not in text


def test_a_new_name_ends_the_one_before_and_both_stay_to_be_read(person: Person, enter):
    address, before = reverse("office:people-record", args=[person.pk, "name"]), person.name
    asked = {**_on(date(2025, 3, 1)), "name": "唐 改名", "source": "户口簿"}
    assert enter().post(address, {**asked, "name": "=1+1", "step": "save"}).status_code == 422
    assert enter().post(address, {**asked, "step": "look"}).status_code == 200
    person.refresh_from_db()
    assert person.name == before

    enter().post(address, {**asked, "step": "save"})

    person.refresh_from_db()
    assert (person.name, person.initials) == ("唐改名", "tgm")
    client = enter()
    now = client.get(reverse("office:people-file", args=[person.pk])).content.decode()
    assert "唐改名" in now
    assert before in now  # on the line of time, with who told it and when
    then = client.get(reverse("office:people-file", args=[person.pk]), _on(date(2025, 6, 30), "known"))
    assert then.context["called"] == before
    row = client.get(reverse("office:people"), _on(date(2025, 6, 30), "known")).context["rows"][0]
    assert row["name"] == before
    assert client.post(reverse("office:people"), {"q": "唐改名"}).context["rows"][0]["name"] == "唐改名"
