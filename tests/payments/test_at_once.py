"""Runs that meet each other, and runs that are killed: nobody is paid twice, and nobody is left out."""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from python_calamine import CalamineWorkbook

from tests.county import BOTH, County, told
from tests.given import STARTUP, grant, put_into_catalogue
from tests.payments.books import answer, books, populate, sound
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.orgs import audit
from zhucan.orgs.clock import moment
from zhucan.orgs.models import AuditEntry, Division
from zhucan.payments import bank, recoveries, services
from zhucan.payments.models import Batch, Entry, Payment, Run
from zhucan.registry import services as registry
from zhucan.registry.models import Person

AT = moment(date(2025, 5, 1))
_PATIENCE = 0.4  # seconds that one of two waits for the other where a lock may keep them apart


@pytest.fixture
def shared(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """Put the database where threads and processes can all open it (SQLite: into a file); return its address."""
    if connection.vendor == "postgresql":
        place = connection.settings_dict
        yield "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**place)
        return
    path = tmp_path / "shared.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    memory, place = connections["default"], connections.databases["default"]
    name = place["NAME"]
    del connections["default"]
    place["NAME"] = str(path)
    yield str(path)
    connections["default"].close()
    connections["default"], place["NAME"] = memory, name


@pytest.fixture
def place(shared: str) -> County:
    """A county whose people have every kind of line in April."""
    county = County()
    populate(county)
    return county


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do things in threads that start together; return what each returned or raised."""
    start = threading.Barrier(len(works))
    ends: list[Any] = [None] * len(works)

    def carry_out(number: int, work: Callable[[], Any]) -> None:
        start.wait()
        try:
            ends[number] = work()
        except Exception as error:
            ends[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=carry_out, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], None]:
    """Return how to let two threads both come past a function before either goes on, unless a lock keeps them apart."""

    def after(module: Any, name: str) -> None:
        both, whole = threading.Barrier(2), getattr(module, name)

        def met(*args: Any, **kwargs: Any) -> Any:
            found = whole(*args, **kwargs)
            with suppress(threading.BrokenBarrierError):
                both.wait(_PATIENCE)
            return found

        monkeypatch.setattr(module, name, met)

    return after


def one_of(ends: list[Any], expected: str) -> Any:
    """Return what the one that came through returned; the other must have been refused with a sentence to act on."""
    refused = [end for end in ends if isinstance(end, Exception)]
    assert [type(error).__name__ for error in refused if not isinstance(error, ZhucanError)] == []
    assert len(refused) == len(ends) - 1, ends
    for error in refused:
        assert expected in str(error)
        assert str(error).endswith("。")
        assert "：" in str(error)
    return next(end for end in ends if not isinstance(end, Exception))


def checked(county: County, month: str, place: Division | None = None) -> Run:
    run = county.calculate(month, place)
    assert run is not None
    return services.check(run=run, at=AT, by=county.clerk)


def test_of_two_calculations_at_once_one_stands_and_books_as_if_alone(place: County, meet):
    with transaction.atomic():
        place.book("2025-04")
        alone = books()
        transaction.set_rollback(True)
    meet(services, "decide_month")

    ends = at_once(lambda: place.calculate("2025-04"), lambda: place.calculate("2025-04"))

    assert all(isinstance(end, Run) for end in ends), ends
    run = Run.objects.get(status="calculated")
    services.check(run=run, at=AT, by=place.clerk)
    services.approve(run=run, at=AT, by=place.approver)
    assert books() == alone
    assert sound()


def test_of_two_calculations_of_different_schemes_at_once_one_is_refused(place: County, meet):
    meet(services, "decide_month")
    at = moment(date(2025, 5, 1))

    def calculate(scheme: str) -> Run | None:
        return services.calculate(
            month=Month(2025, 4), division=place.a, schemes=(scheme,), known_at=at, at=at, by=place.clerk
        )

    one_of(at_once(*(lambda scheme=scheme: calculate(scheme) for scheme in BOTH)), "未批准")
    assert Run.objects.filter(status="calculated").count() == 1


def test_a_run_that_was_calculated_anew_meanwhile_is_not_checked_or_booked(place: County):
    run = place.calculate("2025-04")
    place.calculate("2025-04")

    for move in (
        lambda: services.check(run=run, at=AT, by=place.clerk),
        lambda: services.discard(run=run, at=AT, by=place.clerk),
    ):
        with pytest.raises(services.RunRefused, match="重新计算"):
            move()


def test_of_two_approvals_of_a_run_at_once_one_books(place: County, meet):
    run = checked(place, "2025-04")
    meet(services, "_footprint")

    one_of(at_once(*[lambda: services.approve(run=run, at=AT, by=place.approver)] * 2), "已批准")

    assert Entry.objects.filter(line__run=run, source="fund").count() == run.lines.filter(amount_fen__gt=0).count()
    assert sound()


def test_of_two_runs_that_pay_the_same_people_at_once_one_books(place: County, meet):
    town = Division.objects.create(code="330499001000", name="示例镇", level="township", parent=place.a)
    for person in Person.objects.all():
        registry.move(person=person, day=date(2025, 1, 1), division=town, witness=told("2025-04-20"))
    runs = [checked(place, "2025-04"), checked(place, "2025-04", town)]
    meet(services, "_footprint")

    one_of(at_once(*(lambda run=run: services.approve(run=run, at=AT, by=place.approver) for run in runs)), "重新计算")

    assert Run.objects.filter(month=Month(2025, 4).index, status="approved").count() == 1
    assert sound()


def test_of_two_months_approved_at_once_one_books(place: County, meet):
    runs = [checked(place, month) for month in ("2025-04", "2025-05")]
    meet(services, "_footprint")
    at = moment(date(2025, 6, 1))

    one_of(at_once(*(lambda run=run: services.approve(run=run, at=at, by=place.approver) for run in runs)), "重新计算")
    assert sound()


def test_of_two_runs_over_the_same_grants_approved_at_once_one_books(place: County, meet, monkeypatch):
    put_into_catalogue(monkeypatch)
    grant(place, place.person(), STARTUP, 100_000, "2025-04-10")
    runs = [
        services.calculate(
            month=Month(2025, month), division=place.a, schemes=(STARTUP.id,), known_at=AT, at=AT, by=place.clerk
        )
        for month in (4, 5)
    ]
    checked = [services.check(run=run, at=AT, by=place.clerk) for run in runs if run is not None]
    meet(services, "_footprint")

    one_of(
        at_once(*(lambda run=run: services.approve(run=run, at=AT, by=place.approver) for run in checked)), "重新计算"
    )

    assert Entry.objects.filter(line__scheme=STARTUP.id, source="fund").count() == 1
    assert sound()


def test_of_two_bank_files_at_once_one_is_made(place: County, meet):
    run = place.book("2025-04")
    meet(bank, "payable_of")

    one_of(at_once(*[lambda: bank.send(run=run, day=date(2025, 5, 5), at=AT, by=place.clerk)] * 2), "已报盘")

    assert Batch.objects.filter(run=run).count() == 1
    assert sound()


def test_of_two_readings_of_a_return_file_at_once_one_counts(place: County, tmp_path: Path, meet):
    run = place.book("2025-04")
    path = answer(bank.send(run=run, day=date(2025, 5, 5), at=AT, by=place.clerk), tmp_path / "return.csv", failed=(1,))
    meet(bank, "_matched")

    ends = at_once(*[lambda: bank.reconcile(path=path, at=AT, by=place.clerk)] * 2)

    assert sorted(end.again for end in ends) == [False, True]
    assert sound()


def test_of_two_follow_ups_at_once_one_pays(place: County, tmp_path: Path, meet):
    run = place.book("2025-04")
    batch = bank.send(run=run, day=date(2025, 5, 5), at=AT, by=place.clerk)
    bank.reconcile(path=answer(batch, tmp_path / "return.csv", failed=(1,)), at=AT, by=place.clerk)
    person = Payment.objects.get(run=run, status="failed").person
    registry.set_account(
        person=person, day=date(2025, 5, 6), bank="示例银行", number="9909000000000000001", holder=person.name,
        witness=told("2025-04-20"),
    )  # fmt: skip
    meet(bank, "waiting")

    one_of(at_once(*[lambda: bank.follow_up(run=run, day=date(2025, 5, 7), at=AT, by=place.clerk)] * 2), "回盘")

    assert Payment.objects.filter(run=run, person=person).count() == 2
    assert sound()


def test_of_two_settlements_of_a_debt_at_once_one_is_taken(place: County, meet):
    place.book("2025-04")
    debt = next(debt for debt in recoveries.debts() if debt.cause == "died")
    person = Person.objects.get(pk=debt.person_id)
    meet(recoveries, "_owed")

    def repay() -> Any:
        return recoveries.decide(
            person=person, scheme=debt.scheme, cause=debt.cause, kind="repaid", amount=debt.amount, document="收据",
            on=date(2025, 5, 1), at=AT, by=place.clerk,
        )  # fmt: skip

    one_of(at_once(repay, repay), "余额为 0.00")
    assert sound()


def test_others_write_while_a_month_is_decided(place: County, monkeypatch: pytest.MonkeyPatch):
    whole, waited = services.decide_month, []

    def decide(scope: Any) -> Any:
        found = whole(scope)
        started = time.monotonic()
        (end,) = at_once(lambda: audit.record(actor=None, action="test", target="test", at=AT))
        waited.append(time.monotonic() - started)
        assert not isinstance(end, Exception), end
        return found

    monkeypatch.setattr(services, "decide_month", decide)
    run = place.calculate("2025-04")

    assert run is not None
    assert waited
    assert waited[0] < 5  # a writer that has to wait gives up after a minute
    assert AuditEntry.objects.filter(action="test").exists()


def test_a_result_that_a_booking_overtook_while_it_was_decided_is_not_kept(
    place: County, monkeypatch: pytest.MonkeyPatch
):
    whole = services.decide_month

    def decide(scope: Any) -> Any:
        found = whole(scope)
        with monkeypatch.context() as inner:
            inner.setattr(services, "decide_month", whole)
            place.book("2025-04")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(services, "decide_month", decide)
        (end,) = at_once(lambda: place.calculate("2025-04"))

    assert isinstance(end, services.RunRefused)
    assert "请重新计算" in str(end)

    assert Run.objects.filter(month=Month(2025, 4).index).count() == 1
    assert sound()


def typed(*words: object) -> str:
    out = StringIO()
    call_command(*(str(word) for word in words), stdout=out)
    return out.getvalue()


def test_of_two_commands_for_a_month_at_once_nobody_is_paid_twice(place: County, tmp_path: Path):
    with transaction.atomic():
        typed("run", "2025-04", "--through", "sent", "--out", tmp_path)
        alone = books()
        transaction.set_rollback(True)

    ends = at_once(*[lambda: typed("run", "2025-04", "--through", "sent", "--out", tmp_path)] * 2)

    for error in (end for end in ends if isinstance(end, Exception)):
        assert isinstance(error, CommandError), error
        assert str(error).endswith("。")
    typed("run", "2025-04", "--through", "sent", "--out", tmp_path)
    assert books() == alone
    assert sound()


_NURSERY = """
import json, os, signal, sys, time
import django
from django.core.management import call_command
django.setup()
import zhucan.payments.management.commands.run
for line in sys.stdin:
    seconds, words = json.loads(line)
    child = os.fork()
    if not child:
        call_command(*words, stdout=open(os.devnull, "w"))
        os._exit(0)
    time.sleep(seconds)
    ended = os.waitpid(child, os.WNOHANG)[0]
    if not ended:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    print("ended" if ended else "killed", flush=True)
"""


@pytest.fixture
def killed(shared: str, tmp_path: Path) -> Iterator[Callable[..., bool]]:
    """Return how to have a process carry out a command and kill it after some seconds; it says whether it came to that.

    The processes are forked from one that has all modules loaded, so that a kill hits the work and not the start.
    """
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(Path(settings.ZHUCAN_HOME) / "keys.json", home)
    environment = {**os.environ, "ZHUCAN_HOME": str(home), "ZHUCAN_DATABASE": shared, "PYTHONUTF8": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", _NURSERY], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:
        asked, answered = nursery.stdin, nursery.stdout
        assert asked is not None
        assert answered is not None

        def after(seconds: float, *words: object) -> bool:
            print(json.dumps([seconds, [str(word) for word in words]]), file=asked, flush=True)
            return answered.readline() == "killed\n"

        yield after
        asked.close()


def test_a_run_killed_at_random_moments_and_started_again_leaves_the_books_and_files_of_an_uninterrupted_one(
    place: County, killed: Callable[..., bool], tmp_path: Path
):
    chance = random.Random(20250401)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    months = [str(Month(2025, number)) for number in range(4, 9)]

    def run(month: str, folder: Path) -> tuple[object, ...]:
        return ("run", month, "--division", "330499", "--through", "sent", "--out", folder)

    started = time.monotonic()
    with transaction.atomic():
        for month in months:
            typed(*run(month, whole))
        uninterrupted = books()
        transaction.set_rollback(True)
    took = (time.monotonic() - started) / len(months)

    kills = 0
    for month in months:
        for _ in range(2):
            kills += killed(chance.uniform(0.1, 1.2) * took, *run(month, broken))
        typed(*run(month, broken))

    assert kills >= 3
    assert books() == uninterrupted
    assert sound()
    for path in broken.glob("[!.]*.csv"):
        assert path.read_bytes() == (whole / path.name).read_bytes()
    for path in broken.glob("[!.]*.xlsx"):
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        assert rows == CalamineWorkbook.from_path(whole / path.name).get_sheet_by_index(0).to_python()
    assert {path.name for path in broken.glob("[!.]*")} == {path.name for path in whole.iterdir()}
