"""People: finding them, and everything known about one."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhucan.core import masking
from zhucan.core.money import from_fen, text
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.registry.models import Certificate, Residence
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
