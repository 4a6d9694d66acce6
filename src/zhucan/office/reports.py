"""Work reports: composing, reading with every figure opened to its records, downloading."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from zhucan.core.errors import ZhucanError
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.orgs import audit
from zhucan.orgs.clock import now
from zhucan.reports import renderers
from zhucan.reports.models import Report


def _report(request: OfficeRequest, pk: int) -> Report:
    return get_object_or_404(scope.reports(request), pk=pk)


@require_GET
def report(request: OfficeRequest, pk: int) -> HttpResponse:
    """一份工作报告，每个数字后面有它的口径和记录数。"""
    found = _report(request, pk)
    return render(request, "office/report.html", {"report": found, "content": found.content})


@require_GET
def download(request: OfficeRequest, pk: int, suffix: str) -> HttpResponse:
    """下载报告文件。"""
    found = _report(request, pk)
    try:
        data, content_type = renderers.render(found, suffix)
    except ZhucanError as error:
        raise Http404(str(error)) from error
    audit.record(actor=request.user, action="office.download", target=f"report:{pk}", at=now(), suffix=suffix)
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="report-{found.year}.{suffix}"'
    return response
