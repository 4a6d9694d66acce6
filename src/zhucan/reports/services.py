"""Compose a report and keep it."""

import hashlib
import json
from datetime import datetime

from django.db import transaction

from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs import audit
from zhucan.orgs.clock import day_of
from zhucan.orgs.divisions import division as place_of
from zhucan.orgs.models import User
from zhucan.reports.catalogue import form as form_of
from zhucan.reports.composing import Composer
from zhucan.reports.models import FigureRecords, Report


class ReportRefused(ZhucanError):
    """A report that cannot be composed; nothing was kept."""


@transaction.atomic
def compose(form_id: str, division: str, year: int, at: datetime, by: User | None) -> Report:
    """Compose the report of a place and year as known at a time, and keep it with the records behind each figure.

    A year that still runs is reported up to its last full month. Raises `UnknownReport`, `UnknownDivision` or
    `ReportRefused`.
    """
    form = form_of(form_id)
    place = place_of(division)
    with engine.together():
        composer = Composer(form, place, period_of(year, at), at)
        sections = composer.sections()
        if not composer.figures:
            raise ReportRefused(f"{place.name}{composer.period.label}没有可以写进报告的数字：请先导入人员、发放补贴。")
        lists = {key: _records(composer, key) for key in composer.figures}
    title = form.title.format(place=place.name, year=composer.period.label)
    organ = f"{place.name}残疾人联合会"
    day = day_of(at)
    for key, figure in composer.figures.items():
        figure["records"] = sum(records for _, records, _ in lists[key])
    content = {
        "title": title,
        "organ": organ,
        "division": place.code,
        "period": composer.period.label,
        "date": f"{day.year}年{day.month}月{day.day}日",
        "sections": sections,
        "figures": list(composer.figures.values()),
        "gaps": composer.gaps,
    }
    report = Report.objects.create(
        form=form.id,
        division=place,
        year=year,
        title=title,
        created_at=at,
        by=by,
        content=content,
        digest=hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest(),
    )
    FigureRecords.objects.bulk_create(
        [FigureRecords(report=report, key=key, packed=FigureRecords.pack(rows)) for key, rows in lists.items()]
    )
    audit.record(actor=by, action="reports.compose", target=f"report:{report.pk}", at=at, digest=report.digest)
    return report


def _records(composer: Composer, key: str) -> list[tuple[int, int, int | None]]:
    name, code, period, by, part = composer.sources[key]
    return engine.people(name, code, period, known_at=composer.known_at, by=by, part=part)


def period_of(year: int, at: datetime) -> Period:
    """Return what a report of a year, written at a time, covers. Raises `ReportRefused` before a month has passed."""
    this = Month.of(day_of(at))
    first = Month(year, 1)
    after = min(first + 12, this)
    if after <= first:
        raise ReportRefused(f"{year} 年还没有过完一个月，没有可以报告的内容：请选以前的年度。")
    return Period(first, after)
