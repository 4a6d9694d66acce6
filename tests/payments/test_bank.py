"""Bank files out and back: totals agree to the fen, failures are followed up, wrong files change nothing."""

import csv
from datetime import date
from pathlib import Path

import pytest

from tests.county import County, told
from zhucan.core.money import from_fen, yuan
from zhucan.orgs.clock import moment
from zhucan.payments import bank, checks, ledger, recoveries
from zhucan.payments.models import Account, Batch, Entry, Payment, PaymentStatus, RecoveryDecision, Run
from zhucan.registry import certificates
from zhucan.registry import services as registry
from zhucan.registry.models import Person

AT = moment(date(2025, 4, 5))


@pytest.fixture
def people(county: County) -> list[Person]:
    found = [county.person(), county.person(), county.person(account=False)]
    for person in found:
        county.certify(person, "physical", 2)
        county.grant(person, "2025-03-01", schemes=("nursing-subsidy",))
    return found


@pytest.fixture
def batch(county: County, people: list[Person]) -> Batch:
    run = county.book("2025-03")
    made = bank.send(run=run, day=date(2025, 4, 5), at=AT, by=county.clerk)
    assert made is not None
    return made


def answer(
    made: Batch, folder: Path, *, failed: tuple[int, ...] = (), encoding: str = "gb18030", **change: str
) -> Path:
    path = folder / "return.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["代发回盘"])
        writer.writerow(["批次号", "序号", "金额", "处理结果", "失败原因"])
        for payment in made.payments.order_by("number"):
            row = {
                "batch": made.number,
                "number": str(payment.number),
                "amount": str(from_fen(payment.amount_fen)),
                "result": "失败" if payment.number in failed else "成功",
                "reason": "账号户名不符" if payment.number in failed else "",
            }
            if payment.number == 1:
                row |= change
            writer.writerow(row.values())
    return path


def test_people_without_an_account_are_listed_and_their_money_stays_payable(batch: Batch, people: list[Person]):
    payment = Payment.objects.get(person=people[2])

    assert (payment.status, payment.batch) == (PaymentStatus.NO_ACCOUNT, None)
    assert ledger.balance(Account.PAYABLE, person_id=people[2].pk) == 250
    assert ledger.balance(Account.TRANSIT) == 500


def test_the_file_for_the_bank_is_gb18030_with_a_total(batch: Batch, tmp_path: Path):
    plain, sheet = bank.write(batch, tmp_path)

    rows = list(csv.reader(plain.read_text(encoding="gb18030").splitlines()))
    assert rows[0] == list(bank.OUT)
    assert [row[5] for row in rows[1:]] == ["250.00", "250.00", "500.00"]
    assert rows[-1][:2] == ["合计", "2"]
    assert sheet.stat().st_size > 1000


def test_a_name_that_looks_like_a_formula_is_made_harmless(county: County, tmp_path: Path):
    person = county.person(account=False)
    county.certify(person, "physical", 2)
    county.grant(person, "2025-03-01", schemes=("nursing-subsidy",))
    registry.set_account(
        person=person,
        day=date(2020, 1, 1),
        bank="=1+1",
        number="990000000000000018",
        holder="@SUM(A1)",
        witness=told("2020-01-01"),
    )
    made = bank.send(run=county.book("2025-03"), day=date(2025, 4, 5), at=AT, by=county.clerk)

    plain, _ = bank.write(made, tmp_path)

    assert "'=1+1" in plain.read_text(encoding="gb18030")


def test_failures_come_back_and_are_paid_in_a_follow_up_batch(
    batch: Batch, county: County, people: list[Person], tmp_path: Path
):
    found = bank.reconcile(path=answer(batch, tmp_path, failed=(2,)), at=AT, by=county.clerk)
    assert (found.paid, found.failed) == (1, 1)
    assert (str(found.paid_amount), str(found.failed_amount)) == ("250.00", "250.00")
    assert bank.follow_up(run=batch.run, day=date(2025, 4, 20), at=AT, by=county.clerk) is None

    for person in people[1:]:
        registry.set_account(
            person=person,
            day=date(2025, 4, 10),
            bank="示例银行",
            number=f"9901{person.pk:015d}",
            holder=person.name,
            witness=told("2025-04-10"),
        )
    again = bank.follow_up(run=batch.run, day=date(2025, 4, 20), at=AT, by=county.clerk)

    assert again is not None
    assert (again.count, again.total_fen, again.sequence) == (2, 50000, 2)
    bank.reconcile(path=answer(again, tmp_path), at=AT, by=county.clerk)
    assert ledger.balance(Account.PAID) == 750
    assert ledger.balance(Account.PAYABLE) == ledger.balance(Account.TRANSIT) == 0
    assert bank.waiting(Run.objects.get()) == []
    assert list(checks.faults()) == []


def test_the_same_return_file_twice_changes_nothing(batch: Batch, county: County, tmp_path: Path):
    path = answer(batch, tmp_path, encoding="utf-8-sig")
    bank.reconcile(path=path, at=AT, by=county.clerk)
    before = Entry.objects.count()

    assert bank.reconcile(path=path, at=AT, by=county.clerk).again
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch": "330499-2025-02-01-01"}, "没有批次"),
        ({"amount": "249.99"}, "不符"),
        ({"amount": "250.001"}, "金额"),
        ({"number": "7"}, "不在本批"),
        ({"number": "2"}, "重复"),
        ({"result": "处理中"}, "看不懂"),
    ],
)
def test_a_return_file_that_does_not_fit_changes_nothing(
    batch: Batch, county: County, tmp_path: Path, change: dict[str, str], message: str
):
    before = Entry.objects.count()

    with pytest.raises(bank.ReturnRefused, match=message):
        bank.reconcile(path=answer(batch, tmp_path, **change), at=AT, by=county.clerk)
    assert Entry.objects.count() == before
    assert not Payment.objects.filter(status=PaymentStatus.PAID).exists()


def test_an_incomplete_or_unreadable_return_file_is_refused(batch: Batch, county: County, tmp_path: Path):
    path = answer(batch, tmp_path)
    path.write_text("\n".join(path.read_text(encoding="gb18030").splitlines()[:-1]), encoding="gb18030")
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 nonsense")

    for file in (path, broken, tmp_path / "absent.csv"):
        with pytest.raises(bank.ReturnRefused):
            bank.reconcile(path=file, at=AT, by=county.clerk)


def test_a_recorded_decision_sets_off_at_most_its_monthly_part(county: County, lines):
    person = county.person()
    county.certify(person, "physical", 1)
    county.grant(person, "2025-01-01", schemes=("nursing-subsidy",))
    for month in ("2025-01", "2025-02", "2025-03"):
        county.book(month)
    certificates.issue(
        person=person, issued=date(2025, 1, 15), category="physical", grade=2, witness=told("2025-04-10")
    )
    county.book("2025-04")
    assert ledger.balance(Account.RECOVERABLE, person_id=person.pk) == -500

    recoveries.decide(
        person=person, scheme="nursing-subsidy", cause="grade_changed", kind=RecoveryDecision.Kind.SET_OFF, amount=yuan("500.00"),
        monthly=yuan("100.00"), document="示例决定〔2025〕1号", on=date(2025, 5, 5), at=moment(date(2025, 5, 5)), by=county.clerk,
    )  # fmt: skip
    run = county.book("2025-05")

    assert ledger.balance(Account.RECOVERABLE, person_id=person.pk) == -400
    batch = bank.send(run=run, day=date(2025, 6, 5), at=AT, by=county.clerk)
    assert batch is not None
    assert batch.total_fen == 15000
    assert list(checks.faults()) == []


def test_more_than_is_owed_is_not_settled(county: County):
    person = county.person()

    with pytest.raises(recoveries.RecoveryRefused, match=r"余额为 0\.00"):
        recoveries.decide(
            person=person, scheme="nursing-subsidy", cause="died", kind="repaid", amount=yuan("1.00"), document="协议",
            on=date(2025, 5, 5), at=AT, by=None,
        )  # fmt: skip
    assert Entry.objects.count() == 0


def test_a_line_changed_by_hand_is_found(batch: Batch):
    entry = Entry.objects.filter(source=Account.FUND).order_by("pk")[0]
    Entry.objects.filter(pk=entry.pk).update(amount_fen=26000)

    assert any("账簿不符" in fault for fault in checks.faults())
