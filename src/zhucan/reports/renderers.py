"""A report as a file: .docx and tagged .pdf in the layout of GB/T 9704, .html, and .json with every figure's records."""

import json
from collections.abc import Callable, Mapping

from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen
from zhucan.indicators.words import names
from zhucan.reports import pages, word
from zhucan.reports.models import Report

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class UnknownForm(ZhucanError):
    """No file of this kind can be made."""


def as_json(report: Report) -> bytes:
    """Return the report as data: sections, and every figure with its value, definition and list of records.

    A figure's `record_list` has one entry a person, `[person, number of records]` and the amount in yuan where money
    is counted; `people` tells the masked name of each.
    """
    content = report.content
    lists = {item.key: item.rows() for item in report.records.all()}
    people = {person for rows in lists.values() for person, _, _ in rows}
    figures = [
        {
            **figure,
            "record_list": [
                (person, records) if fen is None else (person, records, str(from_fen(fen)))
                for person, records, fen in lists.get(figure["key"], [])
            ],
        }
        for figure in content["figures"]
    ]
    data = {
        **content,
        "figures": figures,
        "people": names(people),
        "form": report.form,
        "year": report.year,
        "digest": report.digest,
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


_RENDERERS: Mapping[str, tuple[Callable[[Report], bytes], str]] = {
    "docx": (lambda report: word.document(report.content), _WORD),
    "pdf": (lambda report: pages.pdf(report.content), "application/pdf"),
    "html": (lambda report: pages.html(report.content).encode(), "text/html; charset=utf-8"),
    "json": (as_json, "application/json"),
}


def content_type(suffix: str) -> str:
    """Return the media type of a kind of file. Raises `UnknownForm`."""
    return _renderer(suffix)[1]


def render(report: Report, suffix: str) -> tuple[bytes, str]:
    """Return the file and its media type. Raises `UnknownForm`."""
    make, kind = _renderer(suffix)
    return make(report), kind


def _renderer(suffix: str) -> tuple[Callable[[Report], bytes], str]:
    try:
        return _RENDERERS[suffix.lstrip(".").lower()]
    except KeyError as error:
        raise UnknownForm(f"不会生成“{suffix}”文件：请用 {'、'.join('.' + name for name in _RENDERERS)}。") from error
