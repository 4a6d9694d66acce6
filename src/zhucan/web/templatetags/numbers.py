"""`plain` for templates; it is there without being loaded."""

from decimal import Decimal

from django import template

from zhucan.core import decimals

register = template.Library()


@register.filter
def plain(value: Decimal | int | None) -> str:
    """Return a number as it is written, "" where there is none."""
    return "" if value is None else decimals.plain(value)
