"""Standards that a place sets by its own documents."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from zhucan.orgs import audit, divisions, standards
from zhucan.orgs.clock import now
from zhucan.orgs.models import LocalParameter
from zhucan.policy.parameters import BadParameter, resolve

pytestmark = pytest.mark.django_db
_DAY = date(2031, 1, 1)


@pytest.fixture(autouse=True)
def _county():
    divisions.load([("330499000000", "示例县", "county", "")])


def _set(value: str = "1300.00", document: str = "示例文件") -> LocalParameter:
    return standards.set_standard(
        name="dibao_monthly", place="330499", valid_from=_DAY, value=value, document=document, at=now(), by=None
    )


def _in_force() -> int | None:
    return resolve(divisions.parameter_rows(), "330499", _DAY)["dibao_monthly"]


def test_a_standard_is_in_force_from_its_day_on():
    _set()

    assert _in_force() == 130_000


def test_setting_the_same_standard_again_changes_nothing():
    first = _set()

    assert _set() == first
    assert audit.head()[0] == 1


def test_a_corrected_standard_keeps_the_row_it_replaces():
    _set("1300.00")
    _set("1310.00")

    assert _in_force() == 131_000
    assert LocalParameter.objects.filter(retracted_at__isnull=False).count() == 1


def test_a_retracted_standard_gives_way_to_the_one_before():
    before = _in_force()
    _set()

    standards.retract_standard(name="dibao_monthly", place="330499", valid_from=_DAY, at=now(), by=None)

    assert _in_force() == before


@pytest.mark.parametrize("value", ["1300.123", "-1", "一千", ""])
def test_an_amount_that_is_none_is_refused_and_changes_nothing(value: str):
    with pytest.raises(BadParameter, match="金额"):
        _set(value)

    assert not LocalParameter.objects.exists()


def test_a_standard_needs_its_document():
    with pytest.raises(standards.StandardRefused, match="文件"):
        _set(document=" ")


def test_the_command_refuses_an_unknown_parameter_by_name():
    with pytest.raises(CommandError, match="没有名为 dibao_month 的参数"):
        call_command(
            "standard",
            "set",
            "dibao_month",
            "--division",
            "330499",
            "--from",
            "2031-01-01",
            "--value",
            "1",
            "--document",
            "x",
        )


@pytest.mark.parametrize("value", ["1000000.00", "99999999999999999999", "1e400", "NaN", "Infinity"])
def test_an_amount_beyond_all_reason_is_refused(value: str):
    with pytest.raises(BadParameter, match=r"999999\.99"):
        _set(value)

    assert not LocalParameter.objects.exists()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ls_rate_of_dibao", "10.0001", "0 至 10"),
        ("ls_rate_of_dibao", "1e999999", "0 至 10"),
        ("ls_rate_of_dibao", "-0.1", "0 至 10"),
        ("working_age_until", "1201", "0 至 1200"),
        ("working_age_until", "-1", "0 至 1200"),
        ("working_age_until", "9" * 5000, "0 至 1200"),
        ("edu_window_from", "1301", "月日"),
        ("edu_window_from", "230", "月日"),
    ],
)
def test_a_rate_or_count_out_of_bounds_is_refused(name: str, value: str, expected: str):
    with pytest.raises(BadParameter, match=expected):
        standards.set_standard(
            name=name, place="330499", valid_from=_DAY, value=value, document="示例文件", at=now(), by=None
        )


@pytest.mark.parametrize("day", [date(1800, 9, 1), date(1989, 12, 31), date(9999, 1, 1)])
def test_a_standard_from_a_day_out_of_reason_is_refused(day: date):
    with pytest.raises(standards.StandardRefused, match="应在 1990-01-01 至"):
        standards.set_standard(
            name="dibao_monthly", place="330499", valid_from=day, value="1", document="示例文件", at=now(), by=None
        )
