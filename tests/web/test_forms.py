"""Fields tell what is wrong, where, and what to do; what was typed stays in the boxes."""

from datetime import date

import pytest
from django.template.loader import render_to_string

from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.web.forms import DateField, Form, MonthField


class Asking(Form):
    day = DateField(label="出生日期")
    ended = DateField(label="结束日期", required=False)
    month = MonthField(label="月份", required=False)


def _form(**typed: str) -> Asking:
    return Asking({"day_year": "2026", "day_month": "3", "day_day": "8", **typed})


def test_a_day_is_read_from_three_boxes():
    form = _form()
    assert form.is_valid()
    assert form.cleaned_data["day"] == date(2026, 3, 8)
    assert form.cleaned_data["ended"] is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"day_year": "", "day_month": "", "day_day": ""}, "请填写出生日期。"),
        ({"day_month": "2", "day_day": "30"}, "不是一个日子"),
        ({"day_day": "八"}, "不是一个日子"),
        ({"day_year": ""}, "不是一个日子"),
        ({"ended_year": "2026"}, "结束日期不是一个日子"),
        ({"month": "2026-13"}, "13 月这个月份"),
    ],
)
def test_what_is_no_day_is_told_and_kept_in_the_boxes(typed: dict[str, str], said: str):
    form = _form(**typed)
    assert not form.is_valid()
    summary = render_to_string("web/mistakes.html", {"form": form})
    assert said in summary
    where = form.mistakes[0][0]
    assert f'id="{where}"' in str(form)
    for value in typed.values():
        assert not value or f'value="{value}"' in str(form)


def test_a_month_is_read():
    form = _form(month="2026-03")
    assert form.is_valid()
    assert form.cleaned_data["month"] == Month(2026, 3)


def test_a_service_that_refuses_speaks_through_the_form():
    def refuse() -> None:
        raise ZhucanError("没有这个人：请核对。")

    form = _form()
    assert form.is_valid()
    assert form.tried(refuse) is None
    assert form.mistakes == [("", "没有这个人：请核对。")]


def test_each_box_of_a_day_has_its_word_and_nothing_is_styled_in_place():
    drawn = str(_form())
    for word in ("年", "月", "日"):
        assert f">{word}</label>" in drawn
    assert "style=" not in drawn
    assert "onclick" not in drawn
