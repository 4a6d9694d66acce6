"""What a return file may look like, and what it may not say."""

import csv
import zipfile
from datetime import date
from pathlib import Path

import pytest

from tests.county import County
from zhucan.core.money import from_fen
from zhucan.orgs.clock import moment
from zhucan.payments import bank
from zhucan.payments.models import Batch, Entry, Payment, PaymentStatus
from zhucan.payments.returns import ReturnRefused
from zhucan.payments.services import RunRefused

AT = moment(date(2025, 4, 5))
HEADER = ("批次号", "序号", "账号", "金额", "处理结果", "失败原因", "备注")


@pytest.fixture
def batch(county: County) -> Batch:
    for _ in range(2):
        person = county.person()
        county.certify(person, "physical", 2)
        county.grant(person, "2025-03-01", schemes=("nursing-subsidy",))
    made = bank.send(run=county.book("2025-03"), day=date(2025, 4, 5), at=AT, by=county.clerk)
    assert made is not None
    return made


def rows(batch: Batch, failed: tuple[int, ...] = ()) -> list[list[str]]:
    return [
        [
            batch.number, str(payment.number), payment.account.number if payment.account else "",
            str(from_fen(payment.amount_fen)), "失败" if payment.number in failed else "成功",
            "系统繁忙" if payment.number in failed else "", "",
        ]
        for payment in batch.payments.select_related("account").order_by("number")
    ]  # fmt: skip


def written(folder: Path, lines: list[list[str]], header: tuple[str, ...] = HEADER) -> Path:
    path = folder / "return.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([header, *lines])
    return path


@pytest.mark.parametrize("total", [["合计", "", "", "500.00"], ["", "合计", "", "250.00"], ["合计", "2 笔"], []])
def test_a_total_of_all_or_of_the_paid_is_taken(batch: Batch, county: County, tmp_path: Path, total: list[str]):
    path = written(tmp_path, [*rows(batch, failed=(2,)), total])

    assert bank.reconcile(path=path, at=AT, by=county.clerk).paid == 1


@pytest.mark.parametrize("total", [["合计", "", "", "99999.00"], ["总计", "", "", "500.01"]])
def test_another_total_is_refused_and_nothing_changes(batch: Batch, county: County, tmp_path: Path, total: list[str]):
    before = Entry.objects.count()

    with pytest.raises(ReturnRefused, match=r"合计 .* 与明细不符"):
        bank.reconcile(path=written(tmp_path, [*rows(batch), total]), at=AT, by=county.clerk)
    assert Entry.objects.count() == before
    assert set(batch.payments.values_list("status", flat=True)) == {PaymentStatus.SENT}


def test_an_account_that_is_not_the_one_paid_to_is_refused_with_its_digits_hidden(
    batch: Batch, county: County, tmp_path: Path
):
    lines = rows(batch)
    lines[0][2] = "1111222233334444"

    with pytest.raises(ReturnRefused, match="账号") as refusal:
        bank.reconcile(path=written(tmp_path, lines), at=AT, by=county.clerk)
    assert "1111222233334444" not in str(refusal.value)


def test_an_account_with_digits_hidden_by_the_bank_is_taken(batch: Batch, county: County, tmp_path: Path):
    lines = rows(batch)
    for line in lines:
        line[2] = f"{line[2][:4]}****{line[2][-4:]}"

    assert bank.reconcile(path=written(tmp_path, lines), at=AT, by=county.clerk).paid == 2


def test_the_reason_of_a_failure_stands_before_an_empty_remark(batch: Batch, county: County, tmp_path: Path):
    bank.reconcile(path=written(tmp_path, rows(batch, failed=(1,))), at=AT, by=county.clerk)

    assert Payment.objects.get(number=1).reason == "系统繁忙"


def test_a_failure_of_the_bank_is_paid_again_to_the_same_account_when_somebody_says_so(
    batch: Batch, county: County, tmp_path: Path
):
    bank.reconcile(path=written(tmp_path, rows(batch, failed=(1,))), at=AT, by=county.clerk)
    failed = Payment.objects.get(number=1)
    day = date(2025, 4, 20)

    assert bank.follow_up(run=batch.run, day=day, at=AT, by=county.clerk) is None
    with pytest.raises(RunRefused, match="没有未付的款项"):
        bank.follow_up(run=batch.run, day=day, at=AT, by=county.clerk, same_account=[failed.person_id + 999])
    again = bank.follow_up(run=batch.run, day=day, at=AT, by=county.clerk, same_account=[failed.person_id])

    assert again is not None
    assert [(one.person_id, one.account_id) for one in again.payments.all()] == [(failed.person_id, failed.account_id)]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(batch: Batch, county: County, tmp_path: Path):
    path = tmp_path / "return.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(64):
                sheet.write(b" " * 1024 * 1024)

    with pytest.raises(ReturnRefused, match="压缩炸弹"):
        bank.reconcile(path=path, at=AT, by=county.clerk)
