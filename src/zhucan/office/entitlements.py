"""What somebody is entitled to: every scheme condition by condition, and the same as a letter on paper or as a PDF."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from zhucan.cases.facts import judge
from zhucan.core import masking
from zhucan.core.divisions import county_of
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.policy.explain import explain
from zhucan.registry.models import Person, Residence
from zhucan.reports.pages import printed


@require_GET
def entitlements(request: OfficeRequest, pk: int) -> HttpResponse:
    """能享受什么：逐项逐条的判断、依据和差在哪里；也可以打印成告知书。"""
    person, month = _asked(request, pk)
    audit.record(actor=request.user, action="office.entitlements", target=f"person:{pk}", at=now(), month=str(month))
    if request.GET.get("as") == "letter":
        return render(request, "office/letter.html", _letter(person, month))
    return render(request, "office/entitlements.html", _told(person, month))


@never_cache
@require_GET
def letter(request: OfficeRequest, pk: int) -> HttpResponse:
    """补贴告知书：给本人的 PDF 文件，读屏软件能读。"""
    person, month = _asked(request, pk)
    page = render_to_string("office/letter_file.html", {**_letter(person, month), "post": request.post})
    made = printed(page)
    audit.record(actor=request.user, action="office.letter", target=f"person:{pk}", at=now(), month=str(month))
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="letter-{pk}-{month}.pdf"'
    return response


def _asked(request: OfficeRequest, pk: int) -> tuple[Person, Month]:
    """Return whose entitlements in which month are asked for; what is not there is not found."""
    person = get_object_or_404(scope.people(request), pk=pk)
    try:
        month = Month.parse(request.GET["month"]) if request.GET.get("month") else Month.of(today())
    except ZhucanError as error:
        raise Http404(str(error)) from error
    return person, month


def _letter(person: Person, month: Month) -> dict[str, Any]:
    """Return what the letter says: each source is written once and named by its number."""
    told = _told(person, month)
    numbers: dict[str, int] = {}
    for item in told["explanations"]:
        item["reasons"] = [
            (reason.said, numbers.setdefault(reason.source, len(numbers) + 1)) for reason in item["told"].reasons
        ]
    return {**told, "sources": [(number, source) for source, number in numbers.items()]}


def _told(person: Person, month: Month) -> dict[str, Any]:
    live = Residence.objects.filter(person=person, retracted_at=None, valid_to=None)
    home = live.select_related("division").first()
    explanations = []
    if home is not None:
        judgement = judge(person, month, division=county_of(home.division_id))
        explanations = [
            {
                "scheme": item,
                "told": explain(item, judgement.decisions[item.id], judgement.facts, judgement.params),
            }
            for item in judgement.offered
        ]
    return {
        "person": person,
        "identity": masking.resident_id(person.id_number),
        "home": home,
        "month": month,
        "explanations": explanations,
        "today": today(),
    }
