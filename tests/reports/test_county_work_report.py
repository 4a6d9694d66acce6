"""The county work report: its sentences, its figures with their records, its files."""

import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from docx import Document
from docx.shared import Mm
from pytest_django.plugin import DjangoDbBlocker

from tests.county import County
from zhucan.indicators.catalog import indicator
from zhucan.orgs import audit
from zhucan.orgs.clock import moment
from zhucan.planning.services import add_plan_item
from zhucan.reports.catalogue import FORMS
from zhucan.reports.forms import BREAKDOWNS, HOWS, WORDS, UnknownReport
from zhucan.reports.models import Report
from zhucan.reports.renderers import UnknownForm, render
from zhucan.reports.services import ReportRefused, compose

_AT = moment(date(2026, 1, 5))


@pytest.fixture(scope="module")
def lived(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[County]:
    """Make once: three holders, two of them paid through 2025, for all tests of the module, each of which leaves them so."""
    with django_db_blocker.unblock(), transaction.atomic():
        county = County()
        for number in range(3):
            person = county.person()
            county.certify(person, "physical" if number else "mental", 1 + number)
            if number < 2:
                county.dibao(person)
                county.grant(person, "2025-01-06")
        for month in range(1, 13):
            county.book(f"2025-{month:02d}")
        yield county
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def composed(lived: County, django_db_blocker: DjangoDbBlocker) -> Report:
    with django_db_blocker.unblock():
        return _compose()


@pytest.fixture(scope="module")
def pdf(composed: Report, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.pdf"
    with django_db_blocker.unblock():
        file.write_bytes(render(composed, "pdf")[0])
    return file


@pytest.fixture
def year(db: None, lived: County) -> County:
    return lived


@pytest.fixture
def report(db: None, composed: Report) -> Report:
    """The report of the year, which is only read."""
    return composed


def _compose() -> Report:
    return compose("county-work-report", "330499", 2025, at=_AT, by=None)


def _text(report: Report) -> str:
    return "\n".join(section["text"] for section in report.content["sections"])


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_every_slot_of_a_form_names_an_indicator_and_a_way_to_say_it(form):
    for sentence in form.sentences():
        for slot in sentence.slots():
            assert slot.name in WORDS or indicator(slot.name)
            assert slot.how in HOWS or slot.by in BREAKDOWNS
        assert not re.search(r"[{}]", re.sub(r"\{[a-z0-9-]+(\|[a-z ]+)?\}", "", sentence.text))
    for table in form.tables():
        assert all(indicator(name) for name, _ in table.columns)


def test_the_report_says_what_was_counted(report: Report):
    told = _text(report)

    assert "到2025年末，示例县有持证残疾人3人。" in told
    assert "精神残疾1人" in told
    assert "肢体残疾2人" in told
    assert "2025年共为2名残疾人发放两项补贴" in told


def test_every_number_of_a_sentence_is_a_figure_with_its_definition_and_records(report: Report):
    figures = {figure["key"]: figure for figure in report.content["figures"]}

    assert figures["holders"]["value"] == 3
    assert figures["holders"]["records"] == 3
    assert figures["holders[category=mental]"]["records"] == 1
    assert all(figure["definition"] for figure in figures.values())


def test_the_json_lists_the_people_behind_every_figure(report: Report):
    data = json.loads(render(report, "json")[0])

    by_key = {figure["key"]: figure for figure in data["figures"]}
    assert len(by_key["holders"]["record_list"]) == 3
    for figure in data["figures"]:
        assert sum(entry[1] for entry in figure["record_list"]) == figure["records"]
        assert {str(entry[0]) for entry in figure["record_list"]} <= data["people"].keys()
    amount = by_key["subsidies-amount"]
    assert f"{sum(float(entry[2]) for entry in amount['record_list']):.2f}" == amount["value"]


def test_a_comparison_with_a_year_without_data_is_left_out_and_told(report: Report):

    assert "金额比上年" not in _text(report)
    assert any("金额比上年" in gap for gap in report.content["gaps"])


def test_next_years_plan_ends_the_report(year: County):
    add_plan_item(division="330499", year=2026, text="逐人提醒换证", indicator="holders", target="5", at=_AT, by=None)

    last = _compose().content["sections"][-1]

    assert last["heading"].endswith("、2026年工作计划")
    assert last["text"] == "1.逐人提醒换证（目标：持证残疾人5人）。"


def test_sections_and_items_are_numbered_without_a_gap(report: Report):
    def numbers(sections: list[dict[str, str]]) -> str:
        return "".join(section["heading"].partition("、")[0] for section in sections)

    without = report.content["sections"]  # the section of the plan has nothing to say and is left out
    for text in ("逐人提醒换证", "入户12次", "每月核对"):
        add_plan_item(division="330499", year=2026, text=text, at=_AT, by=None)
    planned = _compose().content["sections"]

    assert numbers(without) == "一二三四五六七八九十"[: len(without)]
    assert numbers(planned) == "一二三四五六七八九十"[: len(without) + 1]
    assert planned[-1]["text"].splitlines() == ["1.逐人提醒换证。", "2.入户12次。", "3.每月核对。"]


def test_this_years_targets_are_held_against_the_figures(year: County):
    add_plan_item(division="330499", year=2025, text="扩大持证面", indicator="holders", target="5", at=_AT, by=None)

    assert "扩大持证面：计划5人，实际3人，尚未完成。" in _text(_compose())


def test_without_a_plan_the_gap_is_told(report: Report):
    assert any("zhucan plan add" in gap for gap in report.content["gaps"])


def test_composing_is_audited_and_keeps_the_report(year: County):
    before = audit.head()[0]

    report = _compose()

    assert audit.head()[0] == before + 1
    assert Report.objects.latest("pk") == report


def test_the_same_knowledge_composes_the_same_report(report: Report):
    assert _compose().digest == report.digest


def test_a_place_without_anybody_is_refused(year: County):
    report = compose("county-work-report", "330498", 2025, at=_AT, by=None)

    assert "覆盖率" not in _text(report)  # nobody to cover: not known, not 0 %


def test_a_year_to_come_is_refused(year: County):
    before = Report.objects.count()

    with pytest.raises(ReportRefused, match="还没有过完一个月"):
        compose("county-work-report", "330499", 2027, at=_AT, by=None)
    assert Report.objects.count() == before


def test_a_running_year_is_told_up_to_its_last_full_month(year: County):
    report = compose("county-work-report", "330499", 2025, at=moment(date(2025, 10, 3)), by=None)

    assert report.title == "示例县残疾人联合会2025年1—9月工作报告"


def test_an_unknown_form_is_refused(year: County):
    with pytest.raises(UnknownReport, match="county-work-report"):
        compose("city-report", "330499", 2025, at=_AT, by=None)


@pytest.mark.sqlite_only  # a report is written from what it holds, without the database
def test_the_word_file_has_the_layout_of_the_standard(report: Report):
    document = Document(io.BytesIO(render(report, "docx")[0]))
    page = document.sections[0]

    assert [round(side.mm) for side in (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)] == [
        37,
        35,
        28,
        26,
    ]
    assert abs(page.page_width - Mm(210)) < 1000
    assert document.paragraphs[0].text == report.title
    assert document.settings.odd_and_even_pages_header_footer
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert all(line in texts for section in report.content["sections"] for line in section["text"].splitlines())


@pytest.mark.sqlite_only  # a report is written from what it holds, without the database
@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="needs pdfinfo (poppler-utils)")
def test_the_pdf_is_tagged_a4_and_has_its_title(report: Report, pdf: Path):
    told = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True).stdout

    assert re.search(r"Tagged: +yes", told)
    assert re.search(r"Page size: .*A4", told)
    assert report.title in told


@pytest.mark.sqlite_only  # a report is written from what it holds, without the database
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext (poppler-utils)")
def test_the_pdf_loses_no_character(report: Report, pdf: Path):
    told = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout

    plain = re.sub(r"\s|—\s*\d+\s*—", "", told)
    for section in report.content["sections"]:
        for line in section["text"].splitlines():
            assert re.sub(r"\s", "", line)[:12] in plain


@pytest.mark.sqlite_only  # a report is written from what it holds, without the database
def test_the_page_shows_every_paragraph(report: Report):
    page = render(report, "html")[0].decode()

    assert all(line in page for section in report.content["sections"] for line in section["text"].splitlines())


@pytest.mark.sqlite_only  # a report is written from what it holds, without the database
def test_another_kind_of_file_is_refused(report: Report):
    with pytest.raises(UnknownForm, match="docx"):
        render(report, "odt")


@pytest.mark.parametrize(("name", "told"), [("r.odt", "odt"), ("missing/r.docx", "missing")])
def test_the_command_refuses_what_it_cannot_write_and_keeps_nothing(year: County, tmp_path: Path, name: str, told: str):
    before = Report.objects.count()

    with pytest.raises(CommandError, match=told):
        call_command(
            "report", "county-work-report", "--division", "330499", "--year", "2025", "--out", str(tmp_path / name)
        )

    assert Report.objects.count() == before
    assert not list(tmp_path.iterdir())


def test_the_command_writes_the_file(year: County, tmp_path: Path):
    out = tmp_path / "report.json"

    call_command("report", "county-work-report", "--division", "330499", "--year", "2025", "--out", str(out))

    data = json.loads(out.read_text(encoding="utf-8"))
    assert {"title", "sections", "figures"} <= data.keys()
    assert {"indicator", "value", "unit", "text", "records", "period"} <= data["figures"][0].keys()
