"""People: finding them, and everything known about one."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from zhucan.cases.facts import judge
from zhucan.core import masking
from zhucan.core.divisions import county_of
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.payments.causes import label
from zhucan.payments.models import Line
from zhucan.policy.catalogue import SCHEMES, scheme
from zhucan.policy.explain import explain
from zhucan.registry.models import Certificate, Death, Hardship, Residence
from zhucan.registry.queries import search
from zhucan.web.slices import slice_of


def _money(fen: int | None) -> str:
    return text(from_fen(fen or 0))


@require_GET
def people(request: OfficeRequest) -> HttpResponse:
    """按姓名、拼音首字母、身份证号、证号或村名查人。"""
    query = request.GET.get("q", "").strip()
    visible = scope.people(request)
    page = slice_of(search(query, among=visible) if query else visible.order_by("pk"), request)
    shown = [person.pk for person in page]
    homes = {
        row.person_id: row.division.name
        for row in Residence.objects.filter(person__in=shown, retracted_at=None, valid_to=None).select_related(
            "division"
        )
    }
    cards = {
        row.person_id: row for row in Certificate.objects.filter(person__in=shown, retracted_at=None, valid_to=None)
    }
    rows = [
        {
            "person": item,
            "identity": masking.resident_id(item.id_number),
            "home": homes.get(item.pk, "已迁出或未登记"),
            "certificate": cards.get(item.pk),
        }
        for item in page
    ]
    return render(request, "office/people.html", {"query": query, "page": page, "rows": rows})


@require_GET
def person(request: OfficeRequest, pk: int) -> HttpResponse:
    """一个人的档案：残疾人证、困难情况、各项待遇的判断和理由、逐月发放。"""
    found = get_object_or_404(scope.people(request), pk=pk)
    audit.record(actor=request.user, action="office.person", target=f"person:{pk}", at=now())
    residence = (
        Residence.objects.filter(person=found, retracted_at=None, valid_to=None).select_related("division").first()
    )
    month = Month.of(today())
    try:
        month = Month.parse(request.GET["month"]) if request.GET.get("month") else month
    except ZhucanError as error:
        raise Http404(str(error)) from error
    explanations = []
    if residence is not None:
        judgement = judge(found, month, division=county_of(residence.division_id))
        explanations = [
            explain(item, judgement.decisions[item.id], judgement.facts, judgement.params)
            for item in SCHEMES
            if item.administered
        ]
    lines = [
        {
            "line": line,
            "month": Month.from_index(line.month).label,
            "run": Month.from_index(line.run.month).label,
            "scheme": scheme(line.scheme).name,
            "amount": _money(line.amount_fen),
            "cause": label(line.cause),
        }
        for line in Line.objects.filter(person=found, booked=True)
        .select_related("run")
        .order_by("-run__month", "-month")[:60]
    ]
    context = {
        "person": found,
        "identity": masking.resident_id(found.id_number),
        "residence": residence,
        "certificates": Certificate.objects.filter(person=found, retracted_at=None).order_by("-valid_from"),
        "hardships": Hardship.objects.filter(person=found, retracted_at=None).order_by("-valid_from"),
        "death": Death.objects.filter(person=found, retracted_at=None).first(),
        "explanations": explanations,
        "month": month,
        "lines": lines,
    }
    return render(request, "office/person.html", context)
