"""Runs that break off anywhere or meet each other: the books end as one uninterrupted run leaves them."""

import csv
import errno
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from python_calamine import CalamineWorkbook
from xlsxwriter.worksheet import Worksheet

from tests.county import County, told
from tests.payments.books import NURSING, answer, books, populate, sound
from zhucan.core.money import from_fen
from zhucan.core.months import Month
from zhucan.orgs.clock import moment, now
from zhucan.orgs.models import AuditEntry
from zhucan.payments import bank, ledger, recoveries, services
from zhucan.payments.models import Batch, Line, LineKind, Run
from zhucan.registry import services as registry
from zhucan.registry.models import Person
from zhucan.registry.spells import Witness


@pytest.fixture
def people(county: County) -> list[Person]:
    return populate(county)


class PowerCut(Exception):
    """The machine stops here."""


@contextmanager
def cut_at(number: int) -> Iterator[None]:
    """Break off right after the `number`-th write of the block."""
    counter = itertools.count(1)

    def count(word: str) -> None:
        if next(counter) == number:
            raise PowerCut(word)

    def statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            count(sql)
        return result

    whole = ledger.insert

    def insert(table: str, columns: Any, rows: Any) -> None:
        whole(table, columns, rows)  # goes round Django's cursor, which the wrapper watches
        count(table)

    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(statement):
        patch.setattr(ledger, "insert", insert)
        yield


def plainly(step: Callable[[], Any]) -> Any:
    return step()


def broken_off_everywhere(step: Callable[[], Any]) -> Any:
    """Break a step off at its first write, then at its second, until it comes through; nothing of it may stay."""
    for number in itertools.count(1):
        before = books(), AuditEntry.objects.count()
        try:
            with cut_at(number):
                return step()
        except PowerCut:
            assert (books(), AuditEntry.objects.count()) == before
    return None


def month_of_work(county: County, folder: Path, way: Callable[[Callable[[], Any]], Any]) -> None:
    """Take April from its calculation to the follow-up of what failed, and May to a set-off, each step in some way."""
    at = moment(date(2025, 5, 1))
    run = way(partial(county.calculate, "2025-04"))
    run = way(partial(services.check, run=run, at=at, by=county.clerk))
    run = way(partial(services.approve, run=run, at=at, by=county.approver))
    batch = way(partial(bank.send, run=run, day=date(2025, 5, 5), at=at, by=county.clerk))
    way(partial(bank.reconcile, path=answer(batch, folder / "1.csv", failed=(1,)), at=at, by=county.clerk))
    for person in (Person.objects.get(name="测试1"), Person.objects.get(name="测试4")):
        way(
            partial(
                registry.set_account, person=person, day=date(2025, 5, 6), bank="示例银行", holder=person.name,
                number=f"9901{person.id_tail:0>15}"[:19].replace("X", "0"), witness=told("2025-05-06"),
            )
        )  # fmt: skip
    batch = way(partial(bank.follow_up, run=run, day=date(2025, 5, 7), at=at, by=county.clerk))
    way(partial(bank.reconcile, path=answer(batch, folder / "2.csv"), at=at, by=county.clerk))
    owed = {debt.cause: debt for debt in recoveries.debts()}
    for kind, debt in (("set_off", owed["hardship_ended"]), ("waived", owed["died"])):
        way(
            partial(
                recoveries.decide, person=Person.objects.get(pk=debt.person_id), scheme=debt.scheme, cause=debt.cause,
                kind=kind, amount=debt.amount, document=f"虚构决定 {kind}", on=date(2025, 5, 8),
                at=moment(date(2025, 5, 8)), by=county.clerk,
            )
        )  # fmt: skip
    run = way(partial(county.calculate, "2025-05"))
    run = way(partial(services.check, run=run, at=at, by=county.clerk))
    way(partial(services.approve, run=run, at=moment(date(2025, 6, 1)), by=county.approver))


def test_a_step_broken_off_at_any_write_leaves_nothing_and_done_again_gives_the_uninterrupted_books(
    county: County, people: list[Person], tmp_path: Path
):
    with transaction.atomic():
        month_of_work(county, tmp_path, plainly)
        uninterrupted = books()
        transaction.set_rollback(True)

    month_of_work(county, tmp_path, broken_off_everywhere)

    assert books() == uninterrupted
    assert sound()
    assert {line[6] for line in uninterrupted["lines"]} == set(LineKind.values)
    moved = {(entry[1], entry[2], entry[11]) for entry in uninterrupted["entries"]}
    assert moved >= {
        ("payable", "recoverable", None),  # what is made up was set against what is taken back
        ("payable", "recoverable", "虚构决定 set_off"),
        ("waived", "recoverable", "虚构决定 waived"),
        ("transit", "payable", None),
    }


def everything() -> list[list[tuple[Any, ...]]]:
    """Return every row of every table of ours."""
    return [list(model._default_manager.order_by("pk").values_list()) for model in apps.get_models()]


def typed(*words: object) -> str:
    out = StringIO()
    call_command(*(str(word) for word in words), stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("through", ["approved", "sent"])
def test_a_booked_run_typed_again_changes_no_row_and_no_file(people: list[Person], tmp_path: Path, through: str):
    words = ("run", "2025-04", "--through", through, "--out", tmp_path)
    typed(*words)
    rows, files = everything(), {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}

    assert "没有变化" in typed(*words)

    assert everything() == rows
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")} == files
    assert len(files) == (through == "sent")


@pytest.mark.parametrize("through", ["calculated", "checked"])
def test_an_unbooked_run_typed_again_leaves_the_same_books(people: list[Person], through: str):
    typed("run", "2025-04", "--through", through)
    before = books()

    typed("run", "2025-04", "--through", through)

    assert books() == before


def test_a_doubt_is_told_once_and_not_again_when_something_else_is_learnt(county: County):
    person = county.person()
    county.certify(person, "physical", 2)
    county.grant(person, "2025-03-03")
    county.book("2025-03")
    registry.enter_institution(person=person, day=date(2025, 3, 20), witness=told("2025-04-01"))

    assert county.book("2025-03") is None
    county.book("2025-04")

    doubts = Line.objects.filter(kind=LineKind.DOUBT).values_list("run__month", "month")
    assert sorted(doubts) == [(month, month) for month in (Month(2025, 3).index, Month(2025, 4).index)]


def test_what_was_being_recorded_while_a_run_was_decided_is_found_by_the_next(county: County, lines):
    person = county.person()
    county.certify(person, "physical", 2)
    county.grant(person, "2025-03-03", schemes=NURSING)
    county.book("2025-03")
    begun = moment(Month(2025, 4).first) - timedelta(seconds=30)  # before the run looked, but written only after
    registry.record_death(person=person, day=date(2025, 2, 20), witness=Witness(at=begun))

    county.book("2025-04")

    assert lines(person)[1:] == [
        ("2025-04", "2025-03", "recovery", "died", -25000),
        ("2025-04", "2025-04", "stop", "died", 0),
    ]


def test_a_run_broken_off_before_its_bank_file_is_sent_even_if_something_was_learnt_since(
    county: County, people: list[Person], tmp_path: Path
):
    typed("run", "2025-04", "--through", "approved")
    registry.enter_institution(person=people[0], day=date(2025, 3, 10), witness=Witness(at=now()))

    typed("run", "2025-04", "--through", "sent", "--out", tmp_path)

    assert [(run.sequence, run.status) for run in Run.objects.filter(month=Month(2025, 4).index)] == [
        (1, "sent"),
        (2, "sent"),
    ]
    assert len(list(tmp_path.glob("*.csv"))) == 2
    assert sound()


@pytest.mark.parametrize(("module", "name", "suffix"), [(bank, "safe", "csv"), (Worksheet, "write_number", "xlsx")])
def test_a_bank_file_broken_off_half_written_is_not_there_and_comes_whole_the_next_time(
    people: list[Person], tmp_path: Path, module: Any, name: str, suffix: str
):
    words = ("run", "2025-04", "--through", "sent", "--out", tmp_path)
    cell, cells = getattr(module, name), itertools.count(1)

    def on_a_full_disk(*values: Any) -> Any:
        if next(cells) == 3:
            raise OSError(errno.ENOSPC, "no space left")
        return cell(*values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, on_a_full_disk)
        with pytest.raises((OSError, CommandError)):
            typed(*words)
    assert not list(tmp_path.glob(f"*.{suffix}"))

    typed(*words)

    batch = Batch.objects.get()
    rows = list(csv.reader((tmp_path / f"{batch.number}.csv").read_text(encoding="gb18030").splitlines()))
    assert rows[-1][5] == str(from_fen(batch.total_fen))
    sheet = CalamineWorkbook.from_path(tmp_path / f"{batch.number}.xlsx").get_sheet_by_index(0).to_python()
    assert len(sheet) == len(rows) == batch.count + 2
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []
