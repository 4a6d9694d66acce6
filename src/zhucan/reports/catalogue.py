"""Every report form there is."""

from zhucan.reports.county_work_report import county_work_report
from zhucan.reports.forms import Form, UnknownReport

FORMS: tuple[Form, ...] = (county_work_report,)
_BY_ID = {form.id: form for form in FORMS}


def form(form_id: str) -> Form:
    """Return a form by id. Raises `UnknownReport`."""
    try:
        return _BY_ID[form_id]
    except KeyError as error:
        raise UnknownReport(f"没有报告格式 {form_id}：可用的有 {'、'.join(_BY_ID)}。") from error
