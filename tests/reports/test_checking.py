"""Reports of ours before they are let out, and texts from elsewhere: findings, reasons, marked-up files."""

import io
from datetime import date
from pathlib import Path

import docx
import pytest
from django.core.management import CommandError, call_command

from tests.county import County
from zhucan.orgs import audit
from zhucan.orgs.clock import moment, now
from zhucan.orgs.models import AuditEntry
from zhucan.reports import checking, marking
from zhucan.reports.checking import CheckRefused
from zhucan.reports.models import CheckedText, Release, Report
from zhucan.reports.services import compose

_AT = moment(date(2026, 1, 5))
_WRONG = "登记志愿者10人，其中男4人，女5人。"


@pytest.fixture
def report(county: County) -> Report:
    for number in range(3):
        person = county.person()
        county.certify(person, "physical" if number else "mental", 1 + number)
    return compose("county-work-report", "330499", 2025, at=_AT, by=None)


def _spoil(report: Report) -> None:
    report.content["sections"][0]["text"] += f"\n{_WRONG}"
    report.save(update_fields=["content"])


def _text(data: str = f"示例县残联2024年总结\n{_WRONG}") -> CheckedText:
    return checking.keep(place="330499", name="总结.txt", data=data.encode(), at=_AT, by=None)


def test_a_report_of_ours_is_let_out_when_nothing_is_wrong_with_it(report: Report):
    made = checking.release(report=report, at=_AT, by=None)

    assert (made.reason, made.errors) == ("", [])
    checking.refuse_drafts(report)


def test_a_report_with_an_error_is_not_let_out_without_a_reason(report: Report):
    _spoil(report)

    with pytest.raises(CheckRefused, match="1 处错误"):
        checking.release(report=report, at=_AT, by=None)
    with pytest.raises(CheckRefused):
        checking.refuse_drafts(report)
    assert not Release.objects.exists()


def test_the_reason_of_letting_it_out_is_kept_and_audited(report: Report):
    _spoil(report)

    made = checking.release(report=report, at=_AT, by=None, despite="一人性别待核实，已在附注说明")

    entry = AuditEntry.objects.order_by("-sequence").first()
    assert [one["kind"] for one in made.errors] == ["parts-and-whole"]
    assert (entry.action, entry.detail["reason"]) == ("reports.released", made.reason)
    assert list(audit.faults()) == []
    assert checking.release(report=report, at=now(), by=None).pk == made.pk


def test_an_error_let_stand_with_a_reason_does_not_hold_the_report_back(report: Report):
    _spoil(report)
    (told,) = [one for one in checking.findings_of(report) if one.finding.severity == "error"]

    checking.dismiss(document=report, key=told.key, reason="见附注", at=_AT, by=None)

    assert checking.open_errors(report) == []
    assert checking.release(report=report, at=_AT, by=None).errors == []


@pytest.mark.parametrize("reason", ["", "   ", "=1", "太长" * 101])
def test_a_finding_is_not_dismissed_without_a_proper_reason(county: County, reason: str):
    text = _text()
    (told,) = checking.findings_of(text)

    with pytest.raises(CheckRefused):
        checking.dismiss(document=text, key=told.key, reason=reason, at=_AT, by=None)

    assert checking.findings_of(text)[0].open


def test_a_finding_is_dismissed_once_and_only_if_it_is_there(county: County):
    text = _text()
    (told,) = checking.findings_of(text)
    checking.dismiss(document=text, key=told.key, reason="口径不同", at=_AT, by=None)

    for key in (told.key, "0" * 64):
        with pytest.raises(CheckRefused, match="刷新"):
            checking.dismiss(document=text, key=key, reason="再来", at=_AT, by=None)


def test_a_figure_that_its_indicator_tells_otherwise_today_is_a_doubt_on_its_line(report: Report, county: County):
    assert list(checking.changed(report, _AT)) == []
    late = county.person()
    county.certify(late, "visual", 1)

    told = list(checking.changed(report, now()))

    whole = next(one for one in told if one.detail.startswith("持证残疾人") and "写的是 3 人" in one.detail)
    assert "现在按同一口径是4 人" in whole.detail.replace("是 4", "是4")
    assert whole.severity == "doubt"
    assert "持证残疾人3人" in whole.sentence


def test_a_text_thrown_away_is_gone_but_the_trail_tells(county: County):
    text = _text()

    checking.drop(text=text, at=_AT, by=None)

    assert not CheckedText.objects.exists()
    assert AuditEntry.objects.order_by("-sequence").first().action == "reports.check-dropped"


def test_a_marked_up_file_has_a_comment_at_the_sentence():
    lines = ["示例县残联2024年总结", _WRONG]
    findings = marking_findings(lines)

    document = docx.Document(io.BytesIO(marking.marked(lines, findings, None, "总结.txt")))

    (comment,) = document.comments
    assert "4 + 5 = 9" in comment.text
    assert document.paragraphs[1].runs[0].font.highlight_color is not None
    assert document.paragraphs[0].runs[0].font.highlight_color is None


def test_a_word_file_keeps_its_own_words_and_tables_when_marked_up():
    original = docx.Document()
    original.add_paragraph("示例县残联2024年总结")
    table = original.add_table(3, 2)
    for row, cells in zip(table.rows, (("乡镇", "人数"), ("甲乡", "3"), ("合计", "3")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    original.add_paragraph(_WRONG)
    out = io.BytesIO()
    original.save(out)
    lines = checking.reading.read("总结.docx", out.getvalue())

    marked = docx.Document(io.BytesIO(marking.marked(lines, marking_findings(lines), out.getvalue(), "总结.docx")))

    assert [cell.text for row in marked.tables[0].rows for cell in row.cells] == [
        "乡镇",
        "人数",
        "甲乡",
        "3",
        "合计",
        "3",
    ]
    assert len(list(marked.comments)) == 1
    assert marked.paragraphs[-1].text == _WRONG


def marking_findings(lines: list[str]) -> list[checking.Finding]:
    return checking.check(lines)


def test_the_command_does_not_write_a_report_with_errors_unless_told_why(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    wrong = checking.check([_WRONG])
    monkeypatch.setattr(checking, "open_errors", lambda report: wrong)
    words = ["report", "county-work-report", "--division", "330499", "--year", "2025"]

    with pytest.raises(CommandError, match="不能定稿"):
        call_command(*words, "--out", str(tmp_path / "a.json"), stdout=io.StringIO())
    assert not (tmp_path / "a.json").exists()

    call_command(*words, "--out", str(tmp_path / "b.json"), "--despite", "已在附注说明", stdout=io.StringIO())

    assert (tmp_path / "b.json").exists()
    assert Release.objects.get().reason == "已在附注说明"
