"""Finding people on pages: what a look at everybody found, whom to inform and to visit, whose benefit to look into."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.cases import informing as telling
from zhucan.cases.finding import List
from zhucan.cases.models import Approach, FoundRow, KeptLook
from zhucan.core.money import from_fen, text
from zhucan.office import exports, scope, work
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import Division
from zhucan.orgs.wording import plain
from zhucan.payments.models import Line, LineKind
from zhucan.policy.catalogue import UnknownScheme, scheme
from zhucan.policy.schemes import Scheme
from zhucan.registry.models import Benefit, Person
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of

_KEPT = 300  # seconds that counts over everybody are kept
_MOST = 50_000
_DONE = (Approach.Outcome.APPLIED, Approach.Outcome.REFUSED, Approach.Outcome.NOT_ENTITLED)


class OutcomeForm(Form):
    """告知了谁，结果怎样。"""

    outcome = forms.ChoiceField(label="结果", choices=Approach.Outcome.choices, widget=forms.RadioSelect)
    on = DateField(label="日期", help_text="哪一天告知的，或哪一天知道结果的。")
    note = forms.CharField(
        label="备注", max_length=200, required=False, help_text="例如：电话告知其监护人。不要写号码。"
    )

    def clean_note(self) -> str:
        """Let words pass that no list takes for a formula."""
        said: str = self.cleaned_data["note"].strip()
        if said and not plain(said):
            raise forms.ValidationError("备注不要用尖括号，也不要用等号、加减号开头：请改写。")
        return said


def counted(request: OfficeRequest, look: KeptLook) -> Mapping[str, Mapping[str, dict[str, Any]]]:
    """Return people, money at stake and, of those entitled, how many nobody told, by scheme and list, in one's place."""

    def find() -> dict[str, dict[str, dict[str, Any]]]:
        found: dict[str, dict[str, dict[str, Any]]] = {}
        rows = scope.found(request, look).values("scheme", "list").order_by()
        for row in rows.annotate(people=Count("pk"), fen=Sum("stake_fen")):
            found.setdefault(row["scheme"], {})[row["list"]] = {"people": row["people"], "fen": row["fen"] or 0}
        untold = _untold(scope.found(request, look).filter(list=List.ENTITLED)).values("scheme").order_by()
        for name, people in untold.annotate(people=Count("pk")).values_list("scheme", "people"):
            found[name][List.ENTITLED]["untold"] = people
        return found

    last = Approach.objects.order_by("-pk").values_list("pk", flat=True).first()  # one's own word counts at once
    return cache.get_or_set(f"finding:{look.pk}:{scope.here(request)}:{last}", find, _KEPT) or {}


def _untold(rows: QuerySet[FoundRow]) -> QuerySet[FoundRow]:
    return rows.filter(~Exists(Approach.objects.filter(person=OuterRef("person"), scheme=OuterRef("scheme"))))


def _age(look: KeptLook | None) -> int:
    return (today() - look.on).days if look else 0


@require_GET
def overview(request: OfficeRequest) -> HttpResponse:
    """政策找人：每个项目应享未享、在享已不符合、还不能确定、只差一项的各有多少人。"""
    look = telling.latest(scope.here(request))
    counts = counted(request, look) if look else {}
    precision = telling.precision(scope.people(request))
    rows = []
    for tally in look.tallies if look else ():
        item = scheme(tally["scheme"])
        own = counts.get(item.id, {})
        lists = [(one, own.get(one.value, {}).get("people", 0)) for one in List]
        rows.append(
            {
                "scheme": item,
                "lists": lists,
                "untold": own.get(List.ENTITLED, {}).get("untold", 0),
                "fen": own.get(List.ENTITLED, {}).get("fen", 0),
                "stake": text(from_fen(own.get(List.ENTITLED, {}).get("fen", 0))),
                "precision": precision.get(item.id),
                "no_standard": tally["no_standard"],
                "asking": tally["asking"],
            }
        )
    totals = {one: sum(own.get(one.value, {}).get("people", 0) for own in counts.values()) for one in List}
    context = {
        "look": look,
        "old": _age(look),
        "rows": sorted(rows, key=lambda row: -row["fen"]),
        "totals": [(one.label, totals[one]) for one in List],
        "whole": look is not None and look.division_id == scope.here(request),
    }
    return render(request, "office/finding.html", context)


@require_POST
def start(request: OfficeRequest) -> HttpResponse:
    """按今天的情况再找一次。"""
    key = work.start(work.find_people, place=scope.here(request), by=request.user.pk)
    return redirect("office:finding-progress", work_id=key)


@require_GET
def progress(request: OfficeRequest, work_id: Any) -> HttpResponse:
    """找到哪一步了。"""
    told = work.found(work_id, now())
    if told is None or told.place != scope.here(request) or told.what != "政策找人":
        raise Http404
    if work.asked_by_script(request):
        return JsonResponse({"done": told.over, "said": told.said})
    if told.done:
        return redirect("office:finding")
    back = {"back": reverse("office:finding"), "back_word": "找人"}
    return render(request, "office/progress.html", {"work": told, **back})


def _asked(request: OfficeRequest, scheme_id: str, list_id: str) -> tuple[KeptLook, Scheme, List]:
    look = telling.latest(scope.here(request))
    if look is None or list_id not in set(List):
        raise Http404
    try:
        return look, scheme(scheme_id), List(list_id)
    except UnknownScheme as error:
        raise Http404 from error


def _rows_of(request: OfficeRequest, look: KeptLook, item: Scheme, which: List) -> QuerySet[FoundRow]:
    rows = scope.found(request, look).filter(scheme=item.id, list=which)
    what = request.GET.get("what", "")
    if what:
        rows = rows.filter(what=what)
    if request.GET.get("told") == "no":
        rows = _untold(rows)
    return rows.select_related("person").order_by("-stake_fen", "person_id")


@require_http_methods(["GET", "POST"])
def people(request: OfficeRequest, scheme_id: str, list_id: str) -> HttpResponse:
    """一个项目的一种名单；应享未享的，可以一起登记“已告知”。"""
    look, item, which = _asked(request, scheme_id, list_id)
    if request.method == "POST":
        return _inform(request, look, item, which)
    mine = scope.found(request, look).filter(scheme=item.id, list=which)
    groups = [
        {**row, "link": urlencode({"what": row["what"]}), "parts": row["what"].split("；")}
        for row in mine.exclude(what="").values("what").annotate(people=Count("pk")).order_by("-people", "what")[:30]
    ]
    page = slice_of(_rows_of(request, look, item, which), request)
    context = {
        "look": look,
        "old": _age(look),
        "scheme": item,
        "list": which,
        "groups": groups,
        "page": page,
        "rows": list(_shown(page, item, which)),
        "what": request.GET.get("what", ""),
        "untold": request.GET.get("told") == "no",
        "asked": request.GET.urlencode(),
        "count": sum(row["people"] for row in mine.values("list").order_by().annotate(people=Count("pk"))),
    }
    return render(request, "office/finding_list.html", context)


def _shown(page: Any, item: Scheme, which: List) -> Iterator[dict[str, Any]]:
    keys = [row.person_id for row in page]
    words = telling.standing(keys, item.id)
    homes = dict(Division.objects.filter(pk__in={row.home for row in page}).values_list("pk", "name"))
    paid = _paid(keys, item) if which is List.STOP else {}
    for row in page:
        yield {
            "row": row,
            "person": row.person,
            "home": homes.get(row.home, "不在本地"),
            "stake": "" if row.stake_fen is None else text(from_fen(row.stake_fen)),
            "paid": paid.get(row.person_id, ""),
            "word": words.get((row.person_id, item.id)),
        }


def _paid(keys: list[int], item: Scheme) -> dict[int, str]:
    """Return what was last booked for a month of a scheme, or what another body pays a month, by person, in yuan."""
    if item.paid_as:
        known = Benefit.objects.filter(person__in=keys, kind=item.paid_as, amount_fen__isnull=False).as_known()
        told = known.order_by("valid_from").values_list("person_id", "amount_fen")
        return {person: text(from_fen(fen)) for person, fen in told if fen is not None}
    lines = Line.objects.filter(person__in=keys, scheme=item.id, booked=True, kind=LineKind.REGULAR)
    rows = lines.order_by("month").values_list("person_id", "amount_fen")
    return {person: text(from_fen(fen)) for person, fen in rows}


def _inform(request: OfficeRequest, look: KeptLook, item: Scheme, which: List) -> HttpResponse:
    chosen = [int(key) for key in request.POST.getlist("person") if key.isascii() and key.isdigit() and len(key) < 12]
    listed = scope.found(request, look).filter(scheme=item.id, list=which, person__in=chosen)
    found = list(Person.objects.filter(pk__in=listed.values("person")))
    if which is not List.ENTITLED or len(found) != len(set(chosen)):
        raise Http404
    if not found:
        messages.error(request, "还没有勾选人：请先勾选已经告知的人。")
    else:
        many = telling.tell_all(people=found, scheme_id=item.id, on=today(), note="", at=now(), by=request.user)
        messages.success(request, f"已登记：今天告知了 {many} 人可以申请{item.name}。")
    back = reverse("office:finding-list", args=[item.id, which.value])
    return redirect(f"{back}?{request.GET.urlencode()}" if request.GET else back)


@require_GET
def visits(request: OfficeRequest) -> HttpResponse:
    """上门名单：应享未享和还不能确定的人，按一年可能多得的钱从多到少。"""
    look = telling.latest(scope.here(request))
    settled = Approach.objects.filter(person=OuterRef("person"), scheme=OuterRef("scheme"), outcome__in=_DONE)
    open_rows = FoundRow.objects.none()
    if look is not None:
        open_rows = scope.found(request, look).filter(~Exists(settled), list__in=(List.ENTITLED, List.UNKNOWN))
    groups = open_rows.values("person", "home").annotate(fen=Sum("stake_fen")).order_by("-fen", "person")
    page = slice_of(groups, request)
    keys = [row["person"] for row in page]
    named = dict(Person.objects.filter(pk__in=keys).values_list("pk", "name"))
    homes = dict(Division.objects.filter(pk__in={row["home"] for row in page}).values_list("pk", "name"))
    details: dict[int, list[str]] = {}
    for one in open_rows.filter(person__in=keys):
        why = "可以享受" if one.list == List.ENTITLED else f"要查清{one.what}"
        details.setdefault(one.person_id, []).append(f"{scheme(one.scheme).name}：{why}")
    rows = [
        {
            "person": row["person"],
            "name": named[row["person"]],
            "home": homes.get(row["home"], "不在本地"),
            "stake": text(from_fen(row["fen"])) if row["fen"] else "",
            "details": details.get(row["person"], []),
        }
        for row in page
    ]
    return render(request, "office/visits.html", {"look": look, "old": _age(look), "page": page, "rows": rows})


@require_http_methods(["GET", "POST"])
def tell(request: OfficeRequest, pk: int, scheme_id: str) -> HttpResponse:
    """登记告知了一个人，或结果怎样。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    try:
        item = scheme(scheme_id)
    except UnknownScheme as error:
        raise Http404 from error
    form = OutcomeForm(request.POST or None, initial={"on": today()})
    back = reverse("office:finding-list", args=[item.id, List.ENTITLED.value])
    if form.is_valid():
        data = form.cleaned_data
        made = form.tried(
            lambda: telling.tell(
                person=person, scheme_id=item.id, outcome=data["outcome"], on=data["on"], note=data["note"], at=now(),
                by=request.user,
            )
        )  # fmt: skip
        if made is not None:
            messages.success(request, f"已登记：{made.get_outcome_display()}。")
            return redirect(back)
    return form_page(
        request,
        form,
        f"登记结果：{item.name}",
        back,
        lead=f"{person.name}（{person.pk}）。本人符合条件、还没有享受；告知以后，结果登记在这里。",
    )


@require_http_methods(["GET", "POST"])
def export(request: OfficeRequest, scheme_id: str, list_id: str) -> HttpResponse:
    """导出一种名单：写明用途，带水印，记入审计。"""
    look, item, which = _asked(request, scheme_id, list_id)
    form = exports.PurposeForm(request.POST or None, role=request.post.role)
    if form.is_valid():
        whole = bool(form.cleaned_data.get("whole"))
        rows = list(_rows_of(request, look, item, which)[: _MOST + 1])
        if len(rows) > _MOST:
            form.add_error(None, f"超过 {_MOST} 人，一次导不出：请先按要查清的事缩小范围。")
        else:
            header = ("人员编号", "姓名", "身份证号", "户籍地", "一年的金额（元）", "说明", "最近一次登记")
            sheet = exports.Sheet(
                f"{item.name}{which.label}", header, _cells(rows, item, which, look.on, whole), len(rows)
            )
            return exports.answer(request, sheet, form, target=f"finding:{item.id}:{which.value}", whole=whole)
    return form_page(
        request,
        form,
        f"导出：{item.name}，{which.label}",
        f"{reverse('office:finding-list', args=[item.id, which.value])}?{request.GET.urlencode()}",
        lead=f"名单按 {look.on} 的情况判断，只含您辖区的人。文件里写明谁、什么时候、为什么导出；用完请删除。",
        action="导出",
    )


def _cells(rows: list[FoundRow], item: Scheme, which: List, on: date, whole: bool) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(rows), 500):
        for one in _shown(rows[start : start + 500], item, which):
            person, word = one["person"], one["word"]
            yield (
                str(person.pk),
                person.name,
                exports.number(person, whole),
                one["home"],
                one["stake"],
                f"{one['row'].what}（按 {on} 判断）",
                f"{word.on} {word.get_outcome_display()}" if word else "",
            )


def to_do(request: OfficeRequest) -> tuple[KeptLook | None, int, int, int]:
    """Return the newest look with how many are entitled and untold, the money of all entitled in fen, how many to stop."""
    look = telling.latest(scope.here(request))
    counts = counted(request, look) if look else {}
    entitled = [own.get(List.ENTITLED, {}) for own in counts.values()]
    stops = sum(own.get(List.STOP, {}).get("people", 0) for own in counts.values())
    return look, sum(one.get("untold", 0) for one in entitled), sum(one.get("fen", 0) for one in entitled), stops
