"""Lists taken out of the system: for a stated purpose, marked with who took them and when, and audited with their size.

No cell can become a formula: workbooks hold texts only, and in CSV a cell that begins like a formula gets an apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django import forms
from django.http import HttpResponse

from zhucan.core import masking
from zhucan.office.access import OfficeRequest
from zhucan.orgs import audit
from zhucan.orgs.clock import SHANGHAI, now
from zhucan.orgs.models import Role
from zhucan.orgs.wording import plain
from zhucan.payments.bank import safe
from zhucan.registry.models import Person
from zhucan.web.forms import Form

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WHOLE = frozenset({Role.TOWNSHIP_CLERK, Role.COUNTY_CLERK})
"""Roles that may take out whole ID numbers, with a reason."""


class PurposeForm(Form):
    """为什么导出，导成什么。"""

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if Role(role) not in _WHOLE:
            del self.fields["whole"]

    purpose = forms.CharField(
        label="用途", max_length=100, help_text="例如：交县民政局核对低保名单。会写在文件里，也记入审计。"
    )
    kind = forms.ChoiceField(
        label="文件", choices=[("xlsx", "Excel 表格"), ("csv", "CSV 文本")], widget=forms.RadioSelect, initial="xlsx"
    )
    whole = forms.BooleanField(
        label="要完整的身份证号", required=False, help_text="对方核对必须用到时才勾选；只有经办人可以导出。"
    )

    def clean_purpose(self) -> str:
        """Let words pass that no list takes for a formula."""
        said: str = self.cleaned_data["purpose"].strip()
        if not plain(said):
            raise forms.ValidationError("用途不要用尖括号，也不要用等号、加减号开头：请改写。")
        return said


@dataclass(frozen=True)
class Sheet:
    """What is taken out: title, header, rows of texts, and how many rows."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[str]]
    count: int


def answer(
    request: OfficeRequest, sheet: Sheet, form: PurposeForm, *, target: str, whole: bool = False
) -> HttpResponse:
    """Return the file, marked, and note in the audit chain what left the system."""
    at, data = now(), form.cleaned_data
    mark = (
        f"{request.user}（{request.post.division.name} · {request.post.get_role_display()}）于 "
        f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 导出{sheet.title}，用途：{data['purpose']}，共 {sheet.count} 行。内部资料，用完销毁。"
    )
    audit.record(
        actor=request.user,
        action="office.exported",
        target=target,
        at=at,
        purpose=data["purpose"],
        rows=sheet.count,
        whole=whole,
        kind=data["kind"],
    )
    body, kind = (
        (_workbook(sheet, mark), _WORKBOOK)
        if data["kind"] == "xlsx"
        else (_csv(sheet, mark), "text/csv; charset=utf-8")
    )
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = (
        f'attachment; filename="export-{at.astimezone(SHANGHAI):%Y%m%d-%H%M}.{data["kind"]}"'
    )
    return response


def number(person: Person, whole: bool) -> str:
    """Return somebody's ID number as a list takes it out: masked unless the whole was asked for."""
    return person.id_number if whole else masking.resident_id(person.id_number)


def _csv(sheet: Sheet, mark: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([mark])
    writer.writerow(sheet.header)
    writer.writerows([safe(cell) for cell in row] for row in sheet.rows)
    return out.getvalue().encode("utf-8-sig")


def _workbook(sheet: Sheet, mark: str) -> bytes:
    out = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "constant_memory": True,
    }
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet(sheet.title[:31])
        bold, pale = book.add_format({"bold": True, "bottom": 1}), book.add_format({"font_color": "#7f7f7f"})
        page.write_string(0, 0, mark, pale)
        for place, word in enumerate(sheet.header):
            page.write_string(1, place, word, bold)
        for line, row in enumerate(sheet.rows, start=2):
            for place, cell in enumerate(row):
                page.write_string(line, place, cell)
        page.set_column(0, len(sheet.header) - 1, 16)
        page.freeze_panes(2, 0)
        page.repeat_rows(0, 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_footer(f"&C{mark.replace('&', '&&')[:200]}&R第 &P 页，共 &N 页")
    return out.getvalue()
