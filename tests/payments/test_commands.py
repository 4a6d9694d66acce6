"""The commands a clerk types, and what bad input gets: one sentence, exit code 1, nothing changed."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.county import County
from zhucan.payments.models import Entry, Run
from zhucan.registry.models import Death, Person


@pytest.fixture
def paid(county: County) -> Person:
    """Somebody paid from January to May 2025."""
    person = county.person()
    county.certify(person, "physical", 1)
    county.dibao(person)
    county.grant(person, "2025-01-06")
    for month in range(1, 6):
        county.book(f"2025-{month:02d}")
    return person


def test_a_death_reported_late_is_taken_back_with_its_cause(paid: Person, capsys: pytest.CaptureFixture[str]):
    call_command("record", "death", str(paid.pk), "--on", "2025-02-10")
    call_command("run", "2025-06", "--division", "330499", "--through", "approved")
    capsys.readouterr()

    call_command("recover", "list", str(paid.pk))

    told = capsys.readouterr().out
    assert "died（死亡）" in told
    assert told.count("人员") == 2  # one line a scheme


def test_a_recovery_is_settled_by_a_recorded_decision(paid: Person, capsys: pytest.CaptureFixture[str]):
    call_command("record", "death", str(paid.pk), "--on", "2025-04-10")
    call_command("run", "2025-06", "--division", "330499", "--through", "approved")
    call_command("recover", "list", str(paid.pk))
    amounts = [line.split()[-2] for line in capsys.readouterr().out.splitlines() if "died" in line]
    assert amounts

    for scheme, amount in zip(("living-allowance", "nursing-subsidy"), amounts, strict=True):
        call_command("recover", "repaid", str(paid.pk), scheme, "died", amount, "--document", "退款单")
    capsys.readouterr()
    call_command("recover", "list", str(paid.pk))

    assert "没有待追回" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "2099-01", "--division", "330499"), "没有到"),
        (("run", "2025-13", "--division", "330499"), "没有 2025 年 13 月"),
        (("run", "2025-06", "--division", "330411"), "没有区划代码"),
        (("bank", "return", "missing.csv"), "missing.csv"),
        (("bank", "waiting", "99999"), "99999"),
        (("record", "death", "1", "--on", "2025-02-30"), "2025-02-30"),
        (("record", "death", "nobody", "--on", "2025-02-10"), "没有找到"),
        (("recover", "repaid", "1", "nursing-subsidy", "died", "1.005", "--document", "x"), "1.005"),
        (("explain", "nobody", "2025-01"), "没有找到"),
        (("standard", "set", "dibao_monthly", "--division", "330499", "--from", "2025-01-01", "--value", "1.005", "--document", "x"), "1.005"),
        (("bench", "decide", "--people", "0"), "大于 0"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_bad_input_gets_one_sentence_and_changes_nothing(paid: Person, arguments: tuple[str, ...], told: str):
    before = Run.objects.count(), Entry.objects.count(), Death.objects.count()

    with pytest.raises(CommandError, match=told) as caught:
        call_command(*arguments)

    assert caught.value.returncode == 1
    assert "\n" not in str(caught.value).strip()
    assert (Run.objects.count(), Entry.objects.count(), Death.objects.count()) == before


def test_running_a_month_twice_changes_nothing(paid: Person):
    call_command("run", "2025-06", "--division", "330499", "--through", "approved")
    before = Entry.objects.count()

    call_command("run", "2025-06", "--division", "330499", "--through", "approved")

    assert Entry.objects.count() == before


def test_all_that_was_done_verifies(paid: Person, tmp_path: Path):
    call_command("run", "2025-06", "--division", "330499", "--through", "sent", "--out", str(tmp_path))

    call_command("verify")
    assert list(tmp_path.glob("*.csv"))


def test_explaining_is_measured_from_the_database(paid: Person, capsys: pytest.CaptureFixture[str]):
    call_command("bench", "explain", "--people", "1")

    assert {"people", "median_milliseconds", "p95_milliseconds"} <= json.loads(capsys.readouterr().out).keys()
