"""How cases are handled: by scheme and by place, for any months; every number opens the cases it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from zhucan.cases import courses
from zhucan.core.decimals import plain
from zhucan.core.errors import ZhucanError
from zhucan.indicators import shelf
from zhucan.indicators.engine import Figures
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import MonthsForm
from zhucan.office.figures import near, said, usual
from zhucan.orgs import audit
from zhucan.orgs.clock import now
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Division
from zhucan.policy.catalogue import scheme
from zhucan.web.forms import UNPROCESSABLE

_COLUMNS = (
    ("received", "收到"), ("approved", "批准"), ("refused", "不批"), ("pending", "待决定"), ("undelivered", "待办结"),
    ("overdue", "超期"), ("on-time-share", "按期率"), ("standard-share", "达标率"), ("waited-median", "等候中位"), ("waited-longest", "等候最长"),
    ("several-visits", "跑多次"),
)  # fmt: skip
_TABLES = (("scheme", "项目"), ("division", "地方"), ("area", "城乡"), ("step", "环节"))


class HandlingForm(MonthsForm):
    """看哪里、哪段时间。"""

    field_order = ("division", "first", "last", "by")

    division = forms.ChoiceField(label="地方")
    by = forms.ChoiceField(label="分开看", choices=_TABLES)

    def __init__(self, *args: Any, places: Sequence[Division], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].choices = [(one.code, one.name) for one in places]  # type: ignore[attr-defined]  # above


_COUNTED = "件"


@dataclass(frozen=True)
class Cell:
    """One number of a table, and where its cases are."""

    column: str
    said: str
    link: str


@require_GET
def handling(request: OfficeRequest) -> HttpResponse:
    """办理情况：按项目、地方、城乡或环节，看办得快不快、批没批、跑几次。"""
    first, last = usual()
    here = scope.here(request)
    asked = {"division": here, "first": str(first), "last": str(last), "by": "scheme", **request.GET.dict()}
    try:
        place = division(asked["division"])
    except ZhucanError as error:
        raise Http404(str(error)) from error
    if not scope.contains(request, place.code):
        raise Http404
    asked["division"] = place.code
    form = HandlingForm(asked, places=near(request, place))
    context: dict[str, Any] = {"form": form, "place": place}
    if form.is_valid():
        by, period = form.cleaned_data["by"], form.cleaned_data["period"]
        try:
            with shelf.opened("cases-received", place.code, period, at=now()) as (opened, known_at):
                context |= {"rows": _rows(opened, asked, by), "known_at": known_at, "whole": _whole(opened, asked)}
        except ZhucanError as error:
            form.add_error(None, str(error))
        context |= {"columns": [word for _, word in _COLUMNS], "word": dict(_TABLES)[by], "needed": by == "scheme"}
        audit.record(actor=request.user, action="office.handling", target=f"division:{place.code}", at=now(), period=period.label)  # fmt: skip
    return render(request, "office/handling.html", context, status=UNPROCESSABLE if form.errors else 200)


def _link(asked: dict[str, str], name: str, **part: str) -> str:
    wanted = {key: asked[key] for key in ("division", "first", "last")}
    return f"{reverse('office:indicators-figure')}?{urlencode({'id': f'cases-{name}', **wanted, **part})}"


def _whole(opened: Figures, asked: dict[str, str]) -> list[Cell]:
    told = opened.figures([f"cases-{name}" for name, _ in _COLUMNS])
    return [
        Cell(word, _short(one.value, one.unit), _link(asked, name))
        for (name, word), one in zip(_COLUMNS, told, strict=True)
    ]


def _rows(opened: Figures, asked: dict[str, str], by: str) -> list[dict[str, Any]]:
    """Return a row for each part that any figure has; what a part lacks is none of what is counted, and not known else."""
    told = {name: {one.key: one for one in opened.breakdown(f"cases-{name}", by)} for name, _ in _COLUMNS}
    units = {name: opened.figures([f"cases-{name}"])[0].unit for name, _ in _COLUMNS}
    labels = {key: part.label for parts in told.values() for key, part in parts.items()}

    def cell(key: str, name: str, word: str) -> Cell:
        part = told[name].get(key)
        value = part.value if part is not None else 0 if units[name] == _COUNTED else None
        return Cell(word, _short(value, units[name]), _link(asked, name, by=by, part=key))

    return [
        {
            "label": label,
            "needed": courses.visits_needed(scheme(key)) if by == "scheme" and key else None,
            "cells": [cell(key, name, word) for name, word in _COLUMNS],
        }
        for key, label in labels.items()
    ]


def _short(value: Any, unit: str) -> str:
    """Return a number for a cell; nothing to tell is a dash."""
    if value is None:
        return "—"
    return said(value, unit) if unit == "%" else plain(value)
