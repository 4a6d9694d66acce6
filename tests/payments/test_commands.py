"""The commands as a clerk types them: what they do, and that bad input gets one sentence and changes nothing."""

import csv
import os
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.county import County, told
from zhucan.cases.models import Award, BackpayGrant
from zhucan.core.months import Month
from zhucan.orgs.clock import moment, today
from zhucan.orgs.models import AuditEntry
from zhucan.payments import bank, checks, ledger
from zhucan.payments.models import Account, Batch, Entry, Line, Payment, RecoveryDecision, Run
from zhucan.registry import services as registry
from zhucan.registry.models import Custody, Death, Hardship, Person, Residence, Stay

_RECORDS = (
    Run, Line, Entry, Batch, Payment, RecoveryDecision, Award, BackpayGrant, AuditEntry, Death, Hardship, Residence,
    Stay, Custody,
)  # fmt: skip


def said(*words: object) -> str:
    """Run a command and return what it printed."""
    out = StringIO()
    call_command(str(words[0]), *(str(word) for word in words[1:]), stdout=out)
    return out.getvalue()


def everything() -> list[list[tuple[object, ...]]]:
    return [list(model._default_manager.order_by("pk").values_list()) for model in _RECORDS]


def refused(*words: object) -> str:
    """Run a command that must refuse: one Chinese sentence, exit code 1, nothing changed; return the sentence."""
    before = everything()

    with pytest.raises(CommandError) as caught:
        said(*words)

    assert caught.value.returncode == 1
    assert everything() == before
    sentence = str(caught.value)
    assert sentence.endswith("。")
    assert "\n" not in sentence
    assert "：" in sentence or "；" in sentence, "a sentence tells what to do next"
    return sentence


@pytest.fixture
def person(county: County) -> Person:
    found = county.person()
    county.certify(found, "physical", 2)
    county.dibao(found)
    return found


@pytest.fixture
def paid(county: County, person: Person) -> Batch:
    """A month that is with the bank: one person, 580.00 yuan."""
    county.grant(person, "2025-03-01")
    made = bank.send(run=county.book("2025-03"), day=date(2025, 4, 5), at=moment(date(2025, 4, 5)), by=county.clerk)
    assert made is not None
    return made


def returned(folder: Path, *rows: tuple[object, ...]) -> Path:
    path = folder / "回盘.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([("批次号", "序号", "金额", "结果", "失败原因"), *rows])
    return path


def test_a_clerk_pays_a_month_from_approval_to_the_bank_and_back(county: County, person: Person, tmp_path: Path):
    assert "已批准" in said("award", "approve", person.pk, "nursing-subsidy", "--applied", "2025-03-03")
    assert "当月发放（新增）：1 行，250.00 元" in said("run", "2025-03")

    out = said("run", "2025-03", "--through", "sent", "--out", tmp_path, "--lines", tmp_path / "lines.csv")

    assert "已报盘" in out
    batch = Batch.objects.get()
    assert (tmp_path / f"{batch.number}.csv").exists()
    assert (tmp_path / f"{batch.number}.xlsx").exists()
    assert "250.00" in (tmp_path / "lines.csv").read_text(encoding="utf-8-sig")
    path = returned(tmp_path, (batch.number, 1, "250.00", "失败", "账号户名不符"))
    assert "失败 1 笔 250.00 元" in said("bank", "return", path)
    assert "账号户名不符" in said("bank", "waiting", batch.run_id)
    registry.set_account(
        person=person, day=date(2025, 1, 1), bank="示例银行", number="9909000000000000001", holder=person.name,
        witness=told("2025-04-10"),
    )  # fmt: skip
    assert "1 笔" in said("bank", "follow-up", batch.run_id, "--out", tmp_path)
    again = Batch.objects.latest("sequence")
    path = returned(tmp_path, (again.number, 1, "250.00", "成功", ""))
    assert "成功 1 笔 250.00 元" in said("bank", "return", path)
    assert "没有变化" in said("bank", "return", path)
    assert ledger.balance(Account.PAID) == 250
    assert "核对无误" in said("verify")


def test_the_same_run_twice_changes_nothing(person: Person, tmp_path: Path):
    said("award", "approve", person.pk, "nursing-subsidy", "--applied", "2025-03-03")
    said("run", "2025-03", "--through", "sent", "--out", tmp_path)
    before = everything()

    out = said("run", "2025-03", "--through", "sent", "--out", tmp_path)

    assert "没有变化" in out
    assert everything() == before


def test_a_run_killed_between_two_steps_goes_on_where_it_stood(county: County, person: Person, tmp_path: Path):
    county.grant(person, "2025-03-01")
    said("run", "2025-03", "--through", "approved")

    assert "已报盘" in said("run", "2025-03", "--through", "sent", "--out", tmp_path)
    assert Batch.objects.count() == 1
    assert Entry.objects.filter(target=Account.PAYABLE).count() == 2


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("2023-05", "--division", "330499"), "没有配置"),
        (("2025-03", "--division", "110101"), "没有区划代码"),
        (("2025-03", "--division", "33x"), "区划代码"),
        (("2025-13", "--division", "330499"), "月"),
        (("三月", "--division", "330499"), "不是月份"),
        (("2025-03", "--division", "330499", "--scheme", "pension"), "没有项目"),
        (("2025-03", "--division", "330499", "--by", "nobody"), "没有用户"),
        (
            ("2025-03", "--division", "330499", "--by", "clerk", "--approved-by", "clerk", "--through", "approved"),
            "同一",
        ),
    ],
)
def test_a_run_that_cannot_be_is_refused(county: County, person: Person, words: tuple[str, ...], expected: str):
    county.grant(person, "2023-05-01" if "2023-05" in words else "2025-03-01")

    assert expected in refused("run", *words)


def test_a_future_month_is_not_run(county: County, person: Person):
    county.grant(person, "2025-03-01")

    assert "还没有到" in refused("run", Month.of(today()).next, "--division", "330499")


def test_a_month_before_one_that_is_booked_is_not_run(county: County, person: Person):
    county.grant(person, "2025-03-01")
    county.book("2025-04")

    assert "已经发放" in refused("run", "2025-03")


def test_a_run_without_a_division_needs_a_single_county(county: County):
    assert "--division" in refused("run", "2025-03")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("330499-2025-02-01-01", 1, "580.00", "成功", ""), "没有批次"),
        ((None, 1, "579.99", "成功", ""), "不符"),
        ((None, 1, "580.001", "成功", ""), "两位小数"),
        ((None, 1, "五百八", "成功", ""), "金额"),
        ((None, 1, "", "成功", ""), "金额"),
        ((None, 2, "580.00", "成功", ""), "不在本批"),
        ((None, 1, "580.00", "待定", ""), "看不懂"),
    ],
)
def test_a_return_file_that_does_not_fit_is_refused(
    paid: Batch, tmp_path: Path, row: tuple[object, ...], expected: str
):
    path = returned(tmp_path, (row[0] or paid.number, *row[1:]))

    assert expected in refused("bank", "return", path)


def test_a_return_file_with_a_row_of_another_batch_is_refused(paid: Batch, tmp_path: Path):
    good = (paid.number, 1, "580.00", "成功", "")

    assert "不是本批" in refused(
        "bank", "return", returned(tmp_path, good, ("330499-2025-02-01-01", 2, "1.00", "成功", ""))
    )
    assert "重复" in refused("bank", "return", returned(tmp_path, good, good))


def test_a_return_file_that_cannot_be_read_is_refused(paid: Batch, tmp_path: Path):
    for name, content in {
        "空.csv": b"",
        "没有表头.csv": "甲,乙\n1,2\n".encode(),
        "没有明细.csv": "批次号,序号,金额,结果\n".encode(),
        "乱.bin": bytes(range(256)) * 8,
        "零.csv": b"\x00" * 64,
        "坏.xlsx": b"PK\x03\x04" + b"nonsense" * 10,
        "旧.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    }.items():
        (tmp_path / name).write_bytes(content)
        assert name in refused("bank", "return", tmp_path / name)
    for path in (tmp_path / "没有这个文件.csv", tmp_path):
        assert "读不了" in refused("bank", "return", path)


def test_other_content_for_a_batch_that_came_back_is_refused(paid: Batch, tmp_path: Path):
    said("bank", "return", returned(tmp_path, (paid.number, 1, "580.00", "成功", "")))

    assert "已经回盘" in refused("bank", "return", returned(tmp_path, (paid.number, 1, "580.00", "失败", "")))


def test_a_follow_up_waits_for_the_return_and_for_an_account(paid: Batch, tmp_path: Path):
    assert "没有回盘" in refused("bank", "follow-up", paid.run_id)
    assert "没有编号" in refused("bank", "follow-up", "9999")
    assert "没有编号" in refused("bank", "waiting", "三月")
    said("bank", "return", returned(tmp_path, (paid.number, 1, "580.00", "失败", "销户")))

    assert "没有可以补发" in refused("bank", "follow-up", paid.run_id)


def test_everybody_entitled_is_approved_once(county: County, person: Person):
    other = county.person()
    county.certify(other, "visual", 4)

    assert "可以批准" in said("award", "approve-eligible", "--division", "330499", "--month", "2025-03", "--dry-run")
    assert Award.objects.count() == 0
    out = said("award", "approve-eligible", "--division", "330499", "--month", "2025-03")

    assert "1 人，每月 330.00 元" in out
    assert sorted(Award.objects.values_list("person_id", "scheme")) == [
        (person.pk, "living-allowance"),
        (person.pk, "nursing-subsidy"),
    ]
    assert "没有变化" in said("award", "approve-eligible", "--division", "330499", "--month", "2025-04")
    assert Award.objects.count() == 2


def test_whoever_withdrew_is_paid_that_month_and_can_apply_again(county: County, person: Person):
    said("award", "approve", person.pk, "nursing-subsidy", "--applied", "2025-03-03")
    assert "2025年3月" in said("award", "withdraw", person.pk, "nursing-subsidy", "--on", "2025-03-10")
    assert "已于 2025-03-10 退出" in refused("award", "withdraw", person.pk, "nursing-subsidy", "--on", "2025-03-11")

    assert "当月发放（新增）：1 行" in said("run", "2025-03", "--through", "approved")
    assert "停发（本人退出）：1 行" in said("run", "2025-04", "--through", "approved")
    assert Line.objects.filter(booked=True, amount_fen__gt=0).count() == 1
    assert "已批准" in said("award", "approve", person.pk, "nursing-subsidy", "--applied", "2025-05-06")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("approve", "99999", "nursing-subsidy", "--applied", "2025-03-03"), "没有找到"),
        (("approve", "{person}", "pension", "--applied", "2025-03-03"), "没有项目"),
        (("approve", "{person}", "unattended-child-supplement", "--applied", "2025-03-03"), "不由残联发放"),
        (("approve", "{person}", "nursing-subsidy", "--applied", "2025-02-30"), "2025-02-30"),
        (("approve", "{person}", "nursing-subsidy", "--applied", "2999-01-01"), "还没有到"),
        (("approve", "{person}", "nursing-subsidy", "--applied", "1960-01-01", "--division", "330499"), "早于出生"),
        (("approve", "{person}", "nursing-subsidy", "--applied", "2025-03-03", "--approved", "2025-03-01"), "早于申请"),
        (("approve", "{person}", "nursing-subsidy", "--applied", "2025-03-03", "--division", "330400"), "不是县"),
        (("withdraw", "{person}", "nursing-subsidy", "--on", "2025-03-03"), "没有批准过"),
        (("backpay", "{person}", "nursing-subsidy", "--document", "文"), "没有批准过"),
        (("approve-eligible", "--division", "330499", "--month", "2999-01"), "还没有到"),
        (("approve-eligible", "--division", "330400", "--month", "2025-03"), "不是县"),
        (("approve-eligible", "--division", "330499", "--month", "2025-3-1"), "不是月份"),
    ],
)
def test_an_award_that_cannot_be_is_refused(person: Person, words: tuple[str, ...], expected: str):
    assert expected in refused("award", *(word.format(person=person.pk) for word in words))


def test_an_application_is_approved_once(person: Person):
    words = ("award", "approve", person.pk, "nursing-subsidy", "--applied", "2025-03-03")
    said(*words)

    assert "已经批准过" in refused(*words)
    assert "没有换证前" in refused("award", "backpay", person.pk, "nursing-subsidy", "--document", "虚构文件")


def test_a_death_reported_late_is_recovered_and_settled(county: County, person: Person):
    county.grant(person, "2025-03-01", schemes=("nursing-subsidy",))
    for month in ("2025-03", "2025-04", "2025-05"):
        county.book(month)
    assert "已登记" in said("record", "death", person.pk, "--on", "2025-03-20")

    assert "追回（死亡）" in said("run", "2025-06", "--through", "approved")

    assert f"人员 {person.pk}  nursing-subsidy  died（死亡）  500.00 元" in said("recover", "list")
    debt = ("recover", "repaid", person.pk, "nursing-subsidy", "died")
    assert "余额为 500.00" in refused(*debt, "500.01", "--document", "收据")
    assert "余额为 0.00" in refused("recover", "waived", person.pk, "nursing-subsidy", "moved", "1", "--document", "文")
    assert "两位小数" in refused(*debt, "1.005", "--document", "收据")
    assert "大于零" in refused(*debt, "0", "--document", "收据")
    assert "依据" in refused(*debt, "500", "--document", " ")
    said(*debt, "200", "--document", "收据 1 号")
    said("recover", "waived", person.pk, "nursing-subsidy", "died", "300", "--document", "核销决定")
    assert "没有待追回" in said("recover", "list")
    assert list(checks.faults()) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("death", "{person}", "--on", "2999-01-01"), "还没有到"),
        (("death", "{person}", "--on", "1960-01-01"), "早于出生"),
        (("death", "没有这个人", "--on", "2025-01-01"), "没有找到"),
        (("death", "{person}", "--on", "2025-02-30"), "2025-02-30"),
        (("hardship", "{person}", "rich", "--on", "2025-01-01"), "困难类型"),
        (("move", "{person}", "110101", "--on", "2025-01-01"), "没有区划"),
        (("institution-out", "{person}", "--on", "2025-01-01"), "没有可以结束"),
        (("custody-out", "{person}", "--on", "2025-01-01"), "没有可以结束"),
    ],
)
def test_a_record_that_cannot_be_is_refused(person: Person, words: tuple[str, ...], expected: str):
    assert expected in refused("record", *(word.format(person=person.pk) for word in words))


def test_a_refusal_on_the_command_line_is_one_line_and_exit_code_1(tmp_path: Path):
    def typed(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "zhucan", *words],
            env={**os.environ, "ZHUCAN_HOME": str(tmp_path), "ZHUCAN_DATABASE": "", "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    before = typed("run", "2025-03", "--division", "330499")
    assert typed("init").returncode == 0
    after = typed("run", "2025-03", "--division", "330499")

    assert (before.returncode, before.stdout) == (1, "")
    assert before.stderr.strip().endswith("数据库还没有建立：请先运行 zhucan init。")
    assert (after.returncode, after.stdout) == (1, "")
    assert len(after.stderr.strip().splitlines()) == 1
    assert "没有区划代码 330499" in after.stderr


@pytest.mark.sqlite_only
def test_a_database_whose_keys_are_gone_is_refused_and_gets_no_new_ones(tmp_path: Path):
    def typed(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "zhucan", *words],
            env={**os.environ, "ZHUCAN_HOME": str(tmp_path), "ZHUCAN_DATABASE": "", "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    assert typed("init").returncode == 0
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir() if path.is_file()} == {0}
    (tmp_path / "keys.json").unlink()
    found = typed("verify")

    assert (found.returncode, found.stdout) == (1, "")
    assert "请从备份恢复" in found.stderr
    assert not (tmp_path / "keys.json").exists()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("run",), "还缺少 month"),
        (("run", "2025-03", "--division"), "--division：后面要写一个值"),
        (("run", "2025-03", "--through", "paid"), "没有 'paid'，可以写"),
        (("indicators", "--year", "abc"), "'abc' 不是整数"),
        (("verify", "--all"), "多出了 --all"),
    ],
)
def test_a_mistyped_argument_is_told_in_chinese(county: County, words: tuple[str, ...], expected: str):
    assert expected in refused(*words)


def test_the_lines_of_a_run_never_overwrite_a_file(county: County, tmp_path: Path):
    path = tmp_path / "people.xlsx"
    path.write_text("花名册")

    assert "没有覆盖" in refused("run", "2025-03", "--division", "330499", "--lines", path)
    assert "没有文件夹" in refused("run", "2025-03", "--division", "330499", "--lines", tmp_path / "no" / "lines.csv")
    assert (path.read_text(), Run.objects.count()) == ("花名册", 0)


def test_a_bank_file_that_cannot_be_written_stops_the_run_and_a_lost_one_is_written_again(
    person: Person, county: County, tmp_path: Path
):
    county.grant(person, "2025-03-01", schemes=("nursing-subsidy",))
    words = ("run", "2025-03", "--division", "330499", "--through", "sent", "--out")
    (tmp_path / "file").write_text("")

    assert "不能写到" in refused(*words, tmp_path / "file")
    assert not Run.objects.exists()
    said(*words, tmp_path / "bank")
    first = {path.name: path.read_bytes() for path in (tmp_path / "bank").glob("*.csv")}
    for path in (tmp_path / "bank").iterdir():
        path.unlink()
    said(*words, tmp_path / "bank")

    assert first
    assert {path.name: path.read_bytes() for path in (tmp_path / "bank").glob("*.csv")} == first
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "bank").iterdir()} == {0}
