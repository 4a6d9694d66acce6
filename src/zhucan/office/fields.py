"""Fields that more than one staff form asks for."""

from decimal import Decimal
from typing import Any

from django import forms

from zhucan.core.errors import ZhucanError
from zhucan.core.money import parse_yuan


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
