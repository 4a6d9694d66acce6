"""Public pages: what is here, what can I get, how the pages are made for everybody, and what becomes of one's data."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.cases import pledges, publicity
from zhucan.core.money import from_fen, text
from zhucan.orgs.clock import today
from zhucan.orgs.models import Division, Level, LocalParameter
from zhucan.policy.parameters import baseline
from zhucan.portal.questions import QuestionForm, answers, folded
from zhucan.web.forms import UNPROCESSABLE
from zhucan.web.slices import slice_of


def _counties() -> list[Division]:
    """Return the counties that have standards of their own: only there an answer can name an amount."""
    set_here = set(LocalParameter.objects.filter(retracted_at=None).values_list("division_id", flat=True))
    known = set_here | {row.division for row in baseline() if row.division}
    return list(Division.objects.filter(level=Level.COUNTY, code__in=known).order_by("code"))


@login_not_required
@require_GET
def welcome(request: HttpRequest) -> HttpResponse:
    """这里有什么。"""
    return render(request, "portal/welcome.html")


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """我能享受什么：回答几个问题，不用登录，也不留下任何记录。"""
    form = QuestionForm(request.POST if request.method == "POST" else None, counties=_counties())
    if form.is_valid():
        place = Division.objects.get(pk=form.cleaned_data["county"])
        told = answers(form.cleaned_data, today())
        context = {"answers": told, "place": place, "day": today(), **folded(one.rank for one in told)}
        return render(request, "portal/answers.html", context)
    return render(request, "portal/questions.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


@login_not_required
@require_GET
def counters(request: HttpRequest) -> HttpResponse:
    """到哪里办：乡镇（街道）残联的地址、电话和办公时间。"""
    counties = _counties()
    asked = request.GET.get("county", "")
    chosen = next((one for one in counties if one.code == asked), counties[0] if counties and not asked else None)
    places = Division.objects.filter(Q(parent=chosen, level=Level.TOWNSHIP) | Q(pk=chosen.pk)) if chosen else None
    context = {
        "counties": counties,
        "chosen": chosen,
        "places": places.select_related("counter").order_by("code") if places is not None else [],
    }
    return render(request, "portal/counters.html", context)


@login_not_required
@require_GET
def standards(request: HttpRequest) -> HttpResponse:
    """服务标准：每项服务怎么办、几天办完、最多跑几次、带什么。"""
    counties = _counties()
    asked = request.GET.get("county", "")
    chosen = next((one for one in counties if one.code == asked), counties[0] if counties and not asked else None)
    context = {
        "counties": counties,
        "chosen": chosen,
        "pledges": pledges.pledges(chosen.code, today()) if chosen is not None else [],
    }
    return render(request, "portal/standards.html", context)


@login_not_required
@never_cache
@require_GET
def hung_out(request: HttpRequest) -> HttpResponse:
    """公示：准备批准的，姓名遮住；期满自己撤下，也不许搜索引擎收录（RR-35）。"""
    day = today()
    shown = set(publicity.hanging(day).values_list("division_id", flat=True).order_by().distinct())
    counties = list(Division.objects.filter(code__in=shown).order_by("code"))
    asked = request.GET.get("county", "")
    chosen = next((one for one in counties if one.code == asked), counties[0] if counties else None)
    page = slice_of(publicity.hanging(day, chosen.code), request) if chosen is not None else None
    rows = [(one, "" if one.amount_fen is None else text(from_fen(one.amount_fen))) for one in page or ()]
    context = {"counties": counties, "chosen": chosen, "page": page, "rows": rows}
    answer = render(request, "portal/publicity.html", context)
    answer["X-Robots-Tag"] = "noindex, noarchive"
    return answer


@login_not_required
@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """无障碍说明。"""
    return render(request, "portal/accessibility.html")


@login_not_required
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """隐私说明。"""
    return render(request, "portal/privacy.html")


@login_not_required
@require_GET
def keyboard(request: HttpRequest) -> HttpResponse:
    """怎么用键盘和读屏软件。"""
    return render(request, "portal/keyboard.html")
