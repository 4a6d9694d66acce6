"""What staff forms share: fields that more than one asks for, a choice of institutions, and the page of one form."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhucan.core.errors import ZhucanError
from zhucan.core.money import fen, from_fen, parse_yuan, text
from zhucan.indicators.periods import InvalidPeriod, Period
from zhucan.orgs import institutions
from zhucan.web.forms import UNPROCESSABLE, Form, MonthField


class YuanField(forms.CharField):
    """An amount in yuan; gives a Decimal."""

    def clean(self, value: Any) -> Decimal | None:
        """Return the amount, None where it may be left out."""
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return parse_yuan(typed)
        except ZhucanError as error:
            raise forms.ValidationError(str(error)) from error


class MonthsForm(Form):
    """看哪段时间：两个月份，和由它们得出的 `period`。"""

    quiet = True

    first = MonthField(label="从哪个月")
    last = MonthField(label="到哪个月")

    def clean(self) -> dict[str, Any]:
        """Let months in order pass."""
        data = super().clean() or {}
        if data.get("first") and data.get("last"):
            try:
                data["period"] = Period(data["first"], data["last"].next)
            except InvalidPeriod:
                self.add_error("last", "结束的月份早于开始的月份：请核对。")
        return data


class ReasonForm(Form):
    """原因。"""

    reason = forms.CharField(label="原因", max_length=200)


def cents(amount: Decimal | None) -> int | None:
    """Return an amount typed in as fen, None where the box was left empty."""
    return None if amount is None else fen(amount)


def yuan(amount_fen: int | None) -> str:
    """Return fen as pages show them, "" where nothing is known."""
    return "" if amount_fen is None else text(from_fen(amount_fen))


def took(form: Form, act: Callable[[], object]) -> bool:
    """Do what a valid form asks and tell whether it was done; a refusal stands among its errors."""
    return form.tried(lambda: act() or True) is not None


def form_page(
    request: HttpRequest, form: Form, heading: str, back: str, *, lead: str = "", action: str = "保存"
) -> HttpResponse:
    """Return the page of one form, as unprocessable where something typed in it is wrong."""
    context = {"form": form, "heading": heading, "lead": lead, "action": action, "back": back}
    return render(request, "office/form.html", context, status=UNPROCESSABLE if form.errors else 200)


def done(request: HttpRequest, form: Form, act: Callable[[], object], words: str) -> bool:
    """Do what a valid form asks and say so; a refusal stands among its errors."""
    if not form.is_valid() or not took(form, act):
        return False
    messages.success(request, words)
    return True


def enter(
    request: HttpRequest, form: Form, act: Callable[[], object], back: str, heading: str, *, lead: str, done: str
) -> HttpResponse:
    """Do what a form asks and go back, or show the form again with what was refused."""
    if form.is_valid() and took(form, act):
        messages.success(request, done)
        return redirect(back)
    return form_page(request, form, heading, back, lead=lead)


def offer_institutions(form: Form, county: str) -> None:
    """Let a form choose among the institutions of a county that have not ended, in its field `institution`."""
    choice = form.fields["institution"]
    assert isinstance(choice, forms.ModelChoiceField)
    choice.queryset = institutions.inside(county).filter(ended_on=None)
