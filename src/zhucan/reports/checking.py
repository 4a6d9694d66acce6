"""Checking kept reports: ours before they are let out, and texts from elsewhere; findings are let stand with a reason."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from zhucan.core.errors import ZhucanError
from zhucan.indicators import engine
from zhucan.orgs import audit
from zhucan.orgs.divisions import division as place_of
from zhucan.orgs.models import User
from zhucan.orgs.wording import plain
from zhucan.reports.catalogue import form as form_of
from zhucan.reports.checker import Finding, Severity, check, reading
from zhucan.reports.composing import Composer
from zhucan.reports.models import CheckedText, Dismissal, Release, Report
from zhucan.reports.services import period_of

LONGEST_REASON = 200
_LONGEST_NAME = 120


class CheckRefused(ZhucanError):
    """What cannot be done with a report or its findings; nothing was changed."""


@dataclass(frozen=True)
class Told:
    """A finding of a kept document, and what was done about it."""

    finding: Finding
    key: str
    dismissal: Dismissal | None

    @property
    def open(self) -> bool:
        """Tell whether nobody let it stand."""
        return self.dismissal is None


def key_of(finding: Finding) -> str:
    """Return what a finding is known by in its document."""
    text = "|".join((finding.kind, str(finding.line), finding.sentence, finding.detail))
    return hashlib.sha256(text.encode()).hexdigest()


def lines_of(report: Report) -> list[str]:
    """Return a report of ours as lines: title, headings, paragraphs, tables with a row a line."""
    return [text for text, _ in _lines(report)]


def _lines(report: Report) -> Iterator[tuple[str, list[str]]]:
    """Yield each line with the keys of the figures in it."""
    yield report.content["title"], []
    for section in report.content["sections"]:
        yield section["heading"], []
        start = 0
        for line in section["text"].split("\n"):
            end = start + len(line)
            yield line, [key for left, right, key in section.get("marks", []) if start <= left and right <= end]
            start = end + 1
        for table in section.get("tables", ()):
            yield table["caption"], []
            yield "\t".join(table["header"]), []
            for at, row in enumerate(table["rows"]):
                yield "\t".join(row), [key for key in (table["keys"][at] if table.get("keys") else []) if key]


def findings_of(document: Report | CheckedText, *, at: datetime | None = None) -> list[Told]:
    """Return the findings of a document; with `at`, also the figures of a report that their indicators tell otherwise."""
    found = check(document.lines if isinstance(document, CheckedText) else lines_of(document))
    if at is not None and isinstance(document, Report):
        found = sorted([*found, *changed(document, at)], key=lambda one: one.line)
    dismissed = {one.finding: one for one in document.dismissals.select_related("by")}
    return [Told(one, key_of(one), dismissed.get(key_of(one))) for one in found]


def changed(report: Report, at: datetime) -> Iterator[Finding]:
    """Yield the figures of a report whose indicators give another value now: late facts, or figures of another hand."""
    place = place_of(report.division_id)
    with engine.together():
        composer = Composer(form_of(report.form), place, period_of(report.year, report.created_at), at)
        composer.sections()
    lines = list(_lines(report))
    for figure in report.content["figures"]:
        now = composer.figures.get(figure["key"])
        if now is not None and now["value"] == figure["value"]:
            continue
        number, text = next(
            ((number, text) for number, (text, keys) in enumerate(lines, start=1) if figure["key"] in keys),
            (1, lines[0][0]),
        )
        value = "没有数据" if now is None or now["value"] is None else f"{now['value']} {figure['unit']}"
        detail = (
            f"{figure['name']}（{figure['period']}）写的是 {figure['value']} {figure['unit']}，"
            f"现在按同一口径是{value}：写成以后资料有补登或更正，需要时请重新写一份。"
        )
        yield Finding("indicator-changed", Severity.DOUBT, number, text, detail)


@transaction.atomic
def keep(*, place: str, name: str, data: bytes, at: datetime, by: User | None) -> CheckedText:
    """Read a file, keep it to be checked, and return it. Raises `Unreadable`, `CheckRefused` and `UnknownDivision`."""
    lines = reading.read(name, data)
    shown = name[-_LONGEST_NAME:]
    if not plain(shown):
        raise CheckRefused("文件名里有不能用的符号：请改名后再上传。")
    made = CheckedText.objects.create(
        division=place_of(place),
        name=shown,
        lines=lines,
        word=data if name.lower().endswith(".docx") else None,
        at=at,
        by=by,
    )
    audit.record(actor=by, action="reports.checked", target=f"text:{made.pk}", at=at, lines=len(lines))
    return made


@transaction.atomic
def drop(*, text: CheckedText, at: datetime, by: User | None) -> None:
    """Throw away a text from elsewhere with what was said of it; that it was here stays in the trail."""
    audit.record(actor=by, action="reports.check-dropped", target=f"text:{text.pk}", at=at)
    text.delete()


@transaction.atomic
def dismiss(*, document: Report | CheckedText, key: str, reason: str, at: datetime, by: User | None) -> Dismissal:
    """Let a finding stand for a reason, and return that. Raises `CheckRefused`."""
    reason = _reason(reason, "为什么可以不改")
    told = next((one for one in findings_of(document, at=at) if one.key == key), None)
    if told is None:
        raise CheckRefused("这一处已经不在检查结果里：请刷新页面再看。")
    if told.dismissal is not None:
        raise CheckRefused("这一处已经有人处理过：请刷新页面再看。")
    holder = "report" if isinstance(document, Report) else "text"
    made = Dismissal.objects.create(
        **{holder: document}, finding=key, line=told.finding.line, kind=told.finding.kind, reason=reason, at=at, by=by
    )
    audit.record(
        actor=by,
        action="reports.finding-dismissed",
        target=f"{holder}:{document.pk}",
        at=at,
        what=told.finding.kind,
        line=told.finding.line,
        reason=reason,
    )
    return made


def _reason(reason: str, asked: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or not plain(reason):
        raise CheckRefused(f"请写明{asked}：1 至 {LONGEST_REASON} 个字，不要用尖括号，也不要用等号、加减号开头。")
    return reason


def open_errors(report: Report) -> list[Finding]:
    """Return the errors in a report of ours that nobody let stand."""
    return [one.finding for one in findings_of(report) if one.open and one.finding.severity is Severity.ERROR]


def refuse_drafts(report: Report) -> None:
    """Raise `CheckRefused` where a report has open errors and nobody let it out all the same."""
    if not Release.objects.filter(report=report).exists():
        _refuse_errors(open_errors(report))


def _refuse_lacking(report: Report) -> None:
    """Raise `CheckRefused` where a figure is not known without which the report is not let out, whatever the reason."""
    period = period_of(report.year, report.created_at)
    with engine.together():
        for counted, needed in form_of(report.form).needed:
            done, asked = engine.figures(report.division_id, period, [counted, needed], known_at=report.created_at)
            if done.value and asked.value is None:
                raise CheckRefused(
                    f"“{done.name}”是 {done.value}{done.unit}，“{asked.name}”却还不知道，不能定稿："
                    "请逐户补登资金，再重新写一份报告。"
                )


def _refuse_errors(errors: list[Finding]) -> None:
    if errors:
        first = errors[0]
        raise CheckRefused(
            f"报告里还有 {len(errors)} 处错误没有处理（第 {first.line} 行：{first.detail.rstrip('。')}），不能定稿："
            "请改正后重写，或写明仍然定稿的理由。"
        )


@transaction.atomic
def release(*, report: Report, at: datetime, by: User | None, despite: str = "") -> Release:
    """Let a report of ours out, once, and return how. Raises `CheckRefused` where errors stand open without a reason."""
    kept = Release.objects.filter(report=report).first()
    if kept is not None:
        return kept
    _refuse_lacking(report)
    errors = open_errors(report)
    if not despite.strip():
        _refuse_errors(errors)
    reason = _reason(despite, "仍然定稿的理由") if errors else ""
    told: list[Any] = [one.as_dict() for one in errors]
    made = Release.objects.create(report=report, at=at, by=by, reason=reason, errors=told)
    audit.record(
        actor=by, action="reports.released", target=f"report:{report.pk}", at=at, reason=reason, faults=len(errors)
    )
    return made
