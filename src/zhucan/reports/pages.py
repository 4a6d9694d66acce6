"""A report as a page (HTML) and, from the same page, as a tagged PDF."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

from zhucan.core.errors import ZhucanError


class CannotPrint(ZhucanError):
    """The machine lacks what PDF files are made with."""


def html(content: Mapping[str, Any]) -> str:
    """Return the report as one self-contained page in the layout of GB/T 9704."""
    return render_to_string("reports/report.html", {"content": content})


def pdf(content: Mapping[str, Any]) -> bytes:
    """Return the report as a tagged PDF. Raises `CannotPrint`."""
    return printed(html(content))


def printed(page: str) -> bytes:
    """Return a self-contained page as a tagged PDF (PDF/UA-1). Raises `CannotPrint` where Pango is not installed."""
    try:
        import weasyprint  # loads Pango, which a machine may lack
    except OSError as error:
        raise CannotPrint(
            "本机缺少生成 PDF 的组件 Pango：Debian 请安装 libpango-1.0-0、libpangoft2-1.0-0 和 libharfbuzz-subset0；报告也可改用 .docx，告知书也可用浏览器打印。"
        ) from error
    made: bytes = weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/ua-1")
    return made
