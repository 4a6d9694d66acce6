"""A month in the browser: calculated in the background, looked through, held back in part, approved by another person,
sent, reconciled, paid again; each step by its role and in its place only."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from tests.county import County, told
from zhucan.office import work
from zhucan.orgs.clock import today
from zhucan.orgs.models import Appointment, AuditEntry, Division, Role, User
from zhucan.payments import checks
from zhucan.payments.models import Batch, LineKind, Payment, PaymentStatus, Run, RunStatus
from zhucan.registry.models import Person
from zhucan.registry.services import record_death


@pytest.fixture
def people(county: County) -> list[Person]:
    found = [county.person() for _ in range(3)]
    for person in found:
        county.certify(person, "physical", 1, expires=date(2039, 12, 31))
        county.dibao(person)
        county.grant(person, "2025-01-06")
    doubtful = county.person()
    county.certify(doubtful, "physical", 3, expires=date(2039, 12, 31))
    county.grant(doubtful, "2025-01-06", schemes=("living-allowance",))
    return [*found, doubtful]


@pytest.fixture
def enter(county: County) -> Callable[..., Client]:
    def client(role: Role, place: Division | None = None) -> Client:
        where = place or county.a
        user, _ = User.objects.get_or_create(username=f"{role}-{where.pk}", defaults={"full_name": role.label})
        Appointment.objects.get_or_create(user=user, role=role, division=where, valid_from=date(2020, 1, 1))
        made = Client()
        made.force_login(user)
        return made

    return client


def _work_off() -> None:
    """Do what waits in the queue, as the worker does."""
    for row in DBTaskResult.objects.ready():
        row.claim("test")
        answer = row.task.call(**row.args_kwargs["kwargs"])
        row.set_successful(answer)


def _calculated(client: Client, month: str = "2025-01") -> Run:
    answer = client.post(reverse("office:runs-calculate"), {"month": month, "what": "monthly"})
    assert answer.status_code == 302, answer.content.decode()
    assert "排上队" in client.get(answer["Location"]).content.decode()
    _work_off()
    done = client.get(answer["Location"])
    return Run.objects.get(pk=int(done["Location"].rstrip("/").rsplit("/", 1)[1]))


def _approved(enter: Callable[..., Client]) -> Run:
    run = _calculated(enter(Role.COUNTY_CLERK))
    enter(Role.COUNTY_CLERK).post(reverse("office:runs-check", args=[run.pk]), {"anyway": "yes"})
    enter(Role.APPROVER).post(reverse("office:runs-approve", args=[run.pk]))
    _work_off()
    run.refresh_from_db()
    assert run.status == RunStatus.APPROVED
    return run


def test_calculating_goes_on_behind_the_page_and_tells_how_far_it_is(people, enter):
    client = enter(Role.COUNTY_CLERK)
    answer = client.post(reverse("office:runs-calculate"), {"month": "2025-01", "what": "monthly"})
    told = client.get(answer["Location"], headers={"accept": "application/json"}).json()
    assert told["done"] is False
    assert "排上队" in client.get(reverse("office:runs")).content.decode()
    _work_off()
    assert client.get(answer["Location"], headers={"accept": "application/json"}).json()["done"] is True


def test_a_refusal_of_long_work_is_told_in_its_sentence(people, enter, county: County):
    county.book("2025-02")
    client = enter(Role.COUNTY_CLERK)
    answer = client.post(reverse("office:runs-calculate"), {"month": "2025-01", "what": "monthly"})
    _work_off()
    assert "不能再单独计算" in client.get(answer["Location"]).content.decode()
    assert Run.objects.count() == 1


def test_a_month_to_come_is_refused_before_anything_starts(people, enter):
    answer = enter(Role.COUNTY_CLERK).post(reverse("office:runs-calculate"), {"month": "2199-01", "what": "monthly"})
    assert answer.status_code == 422
    assert not DBTaskResult.objects.exists()


def test_doubts_stand_first_and_are_looked_at_in_bulk_before_checking(people, enter):
    client = enter(Role.COUNTY_CLERK)
    run = _calculated(client)
    page = client.get(reverse("office:runs-run", args=[run.pk]))
    assert [row["line"].kind for row in page.context["rows"]] == [LineKind.DOUBT]

    client.post(reverse("office:runs-check", args=[run.pk]))
    run.refresh_from_db()
    assert run.status == RunStatus.CALCULATED  # nobody has looked at the doubt

    picked = [row["line"].pk for row in page.context["rows"]]
    client.post(reverse("office:runs-look-at", args=[run.pk]), {"pick": picked, "text": "已上门核实", "kind": "doubt"})
    client.post(reverse("office:runs-check", args=[run.pk]))
    run.refresh_from_db()
    assert run.status == RunStatus.CHECKED


def test_the_approver_holds_one_line_back_and_approves_the_rest(people, enter):
    run = _calculated(enter(Role.COUNTY_CLERK))
    enter(Role.COUNTY_CLERK).post(reverse("office:runs-check", args=[run.pk]), {"anyway": "yes"})
    approver = enter(Role.APPROVER)
    line = run.lines.filter(kind=LineKind.REGULAR).first()
    assert approver.post(reverse("office:runs-hold", args=[line.pk]), {"text": ""}).status_code == 422
    approver.post(reverse("office:runs-hold", args=[line.pk]), {"text": "收到举报，先核实"})
    assert "1 行" in approver.get(reverse("office:runs-approve", args=[run.pk])).content.decode()
    approver.post(reverse("office:runs-approve", args=[run.pk]))
    _work_off()

    line.refresh_from_db()
    assert not line.booked
    assert run.lines.filter(booked=True).count() == run.lines.count() - 1
    assert list(checks.faults()) == []


def test_who_calculated_is_not_let_approve_even_with_the_role(people, enter, county: County):
    run = _calculated(enter(Role.COUNTY_CLERK))
    clerk = enter(Role.COUNTY_CLERK)
    clerk.post(reverse("office:runs-check", args=[run.pk]), {"anyway": "yes"})
    user = User.objects.get(username=f"{Role.COUNTY_CLERK}-{county.a.pk}")
    Appointment.objects.filter(user=user).update(role=Role.APPROVER)
    answer = clerk.post(reverse("office:runs-approve", args=[run.pk]))
    assert answer.status_code == 409
    assert "同一个人" in answer.content.decode()


def test_finance_sends_reconciles_and_pays_again_what_failed(people, enter):
    run = _approved(enter)
    finance = enter(Role.FINANCE)
    finance.post(reverse("office:runs-send", args=[run.pk]))
    batch = Batch.objects.get()
    file = finance.post(reverse("office:runs-bank-file", args=[batch.pk, "csv"]))
    assert file.status_code == 200
    rows = file.content.decode("gb18030").splitlines()
    assert len(rows) == batch.count + 2

    numbers = list(Payment.objects.filter(batch=batch).order_by("number").values_list("number", "amount_fen"))
    said = "批次号,序号,金额,结果,失败原因\n" + "".join(
        f"{batch.number},{number},{fen / 100:.2f},{'失败' if number == 1 else '成功'},{'账户已注销' if number == 1 else ''}\n"
        for number, fen in numbers
    )
    address = reverse("office:runs-reconcile", args=[run.pk])
    wrong = SimpleUploadedFile("回盘.csv", said.replace("成功", "大概", 1).encode("gb18030"))
    assert finance.post(address, {"file": wrong}).status_code == 422
    assert not Payment.objects.filter(status=PaymentStatus.PAID).exists()
    finance.post(address, {"file": SimpleUploadedFile("回盘.csv", said.encode("gb18030"))})
    failed = Payment.objects.get(status=PaymentStatus.FAILED)
    assert "账户已注销" in finance.get(reverse("office:runs-waiting", args=[run.pk])).content.decode()
    assert "账户已注销" in finance.get(reverse("office:runs-failed")).content.decode()

    finance.post(reverse("office:runs-follow-up", args=[run.pk]))
    assert Batch.objects.count() == 1  # the account is still the one that failed
    finance.post(reverse("office:runs-follow-up", args=[run.pk]), {"same": [failed.person_id]})
    assert Batch.objects.count() == 2
    assert list(checks.faults()) == []


@pytest.mark.parametrize("name", ["virus.exe", "回盘.xlsx.html"])
def test_a_file_that_is_no_table_is_refused(people, enter, name: str):
    run = _approved(enter)
    finance = enter(Role.FINANCE)
    finance.post(reverse("office:runs-send", args=[run.pk]))
    answer = finance.post(
        reverse("office:runs-reconcile", args=[run.pk]), {"file": SimpleUploadedFile(name, b"MZ whatever")}
    )
    assert answer.status_code == 422
    assert "只能用 xlsx、xls 或 csv" in answer.content.decode()


def test_downloading_the_bank_file_is_audited_and_finances_alone(people, enter):
    run = _approved(enter)
    enter(Role.FINANCE).post(reverse("office:runs-send", args=[run.pk]))
    batch = Batch.objects.get()
    address = reverse("office:runs-bank-file", args=[batch.pk, "xlsx"])
    for role in (Role.COUNTY_CLERK, Role.APPROVER, Role.LEADER, Role.AUDITOR, Role.COMMISSIONER):
        assert enter(role).post(address).status_code == 403, role
    assert enter(Role.FINANCE).get(address).status_code == 405
    enter(Role.FINANCE).post(address)
    entry = AuditEntry.objects.filter(action="office.bank-file").get()
    assert entry.detail["rows"] == batch.count


def test_a_line_tells_its_conditions_and_who_recorded_each_fact(people, enter):
    run = _approved(enter)
    line = run.lines.filter(scheme="living-allowance", kind=LineKind.REGULAR).first()
    page = enter(Role.AUDITOR).get(reverse("office:runs-line", args=[line.pk]))
    text = page.content.decode()
    assert "可以享受" in text
    assert "来源：test" in text
    facts = {fact.label: fact for fact in page.context["reasons"].facts}
    assert any(fact.rows for fact in facts.values())


def test_another_county_finds_nothing_of_it(people, enter, county: County):
    run = _approved(enter)
    line = run.lines.first()
    for role, address in (
        (Role.COUNTY_CLERK, reverse("office:runs-run", args=[run.pk])),
        (Role.AUDITOR, reverse("office:runs-line", args=[line.pk])),
        (Role.FINANCE, reverse("office:runs-reconcile", args=[run.pk])),
        (Role.APPROVER, reverse("office:runs-hold", args=[line.pk])),
    ):
        assert enter(role, county.b).get(address).status_code == 404, address
    assert enter(Role.FINANCE, county.b).post(reverse("office:runs-send", args=[run.pk])).status_code == 404
    assert not enter(Role.LEADER, county.b).get(reverse("office:runs")).context["rows"]
    assert enter(Role.FINANCE, county.b).get(reverse("office:runs-recoveries")).context["count"] == 0


def test_long_work_of_another_county_is_not_found(people, enter, county: County):
    key = work.start(work.calculate, month="2025-01", place=county.a.code, by=county.clerk.pk)
    client = enter(Role.COUNTY_CLERK, county.b)
    assert client.get(reverse("office:runs-progress", args=[key])).status_code == 404
    assert not client.get(reverse("office:runs")).context["works"]


def test_what_was_paid_wrongly_is_told_by_cause_month_and_place(people, enter, county: County):
    for month in ("2025-01", "2025-02", "2025-03"):
        county.book(month)
    record_death(person=people[0], day=date(2025, 1, 20), witness=told("2025-04-20"))
    county.book("2025-04")
    page = enter(Role.LEADER).get(reverse("office:runs-risk"), {"first": "2025-01", "last": "2025-04"})
    assert page.context["much"][0] == 1
    causes = page.context["tables"][0]["rows"]
    assert [row["label"] for row in causes] == ["死亡"]
    assert {row["label"] for row in page.context["tables"][1]["rows"]} == {"2025年2月", "2025年3月"}

    finance = enter(Role.FINANCE)
    listed = finance.get(reverse("office:runs-recoveries"))
    assert listed.context["count"] == 2
    debt = listed.context["rows"][0]["debt"]
    address = reverse("office:runs-decide", args=[debt.person_id, debt.scheme, debt.cause])
    day = today()
    asked = {
        "kind": "repaid", "amount": str(debt.amount), "document": "收据 1 号", "on_year": day.year, "on_month": day.month, "on_day": day.day,
    }  # fmt: skip
    assert finance.post(address, {**asked, "amount": "999999"}).status_code == 422
    assert finance.post(address, {**asked, "amount": "一百"}).status_code == 422
    finance.post(address, asked)
    assert finance.get(reverse("office:runs-recoveries")).context["count"] == 1
