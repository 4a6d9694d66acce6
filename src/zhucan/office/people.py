"""Finding people: search as one types, filters, lists kept for next time, and lists taken out with a purpose."""

from collections.abc import Iterator
from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.office import exports, scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page
from zhucan.office.finding import NAMES, FilterForm, found, places, rows, without_query
from zhucan.office.models import SavedList
from zhucan.orgs.wording import plain
from zhucan.registry.models import Person
from zhucan.web.forms import UNPROCESSABLE, Form
from zhucan.web.slices import SIZE, slice_of

_MOST = 50_000  # rows a list taken out may have
_CHUNK = 2000
_TYPED = 25  # people shown while somebody types: half a page comes twice as fast


class SaveForm(Form):
    """给名单起个名字。"""

    name = forms.CharField(label="名单的名字", max_length=40)

    def clean_name(self) -> str:
        """Let a name pass that no list takes for a formula."""
        said: str = self.cleaned_data["name"].strip()
        if not plain(said):
            raise forms.ValidationError("名字不要用尖括号，也不要用等号、加减号开头：请换一个。")
        return said


@require_http_methods(["GET", "POST"])
def people(request: OfficeRequest) -> HttpResponse:
    """找人：边打字边找，也可以按条件筛选。

    What is typed is somebody's name or number and comes in the body: addresses end up in histories and logs. Filters
    alone may stand in an address, so that a list can be kept and sent. While somebody types, the page is there already
    and only the part that changes is answered: the rest is most of the work.
    """
    typed = request.POST if request.method == "POST" else without_query(request.GET)
    form = FilterForm(typed, places=places(request))
    form.is_valid()
    page = slice_of(
        found(request, form.cleaned_data, form.known_day), request, size=_TYPED if form.cleaned_data.get("q") else SIZE
    )
    asked = any(form.cleaned_data.get(name) for name in form.fields)
    context = {
        "form": form,
        "page": page,
        "rows": list(rows(page, form.known_day)),
        "known_day": form.known_day,
        "query": form.cleaned_data.get("q", ""),
        "asked": asked,
        "narrowed": any(form.cleaned_data.get(name) for name in form.fields if name != "q"),
        "lists": SavedList.objects.filter(user=request.user).order_by("name"),
        "here": without_query(typed).urlencode(),
        "again": [(name, value) for name, value in typed.items() if name in NAMES],
    }
    typing = request.headers.get("X-Requested-With") == "fetch"  # app.js, which takes that part from the answer
    template = "office/people_found.html" if typing else "office/people.html"
    return render(request, template, context, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "POST"])
def save_list(request: OfficeRequest) -> HttpResponse:
    """把现在的条件存成名单，下次直接打开。"""
    asked = without_query(request.GET)
    form = SaveForm(request.POST or None)
    if form.is_valid():
        SavedList.objects.update_or_create(
            user=request.user, name=form.cleaned_data["name"], defaults={"filters": asked.dict()}
        )
        messages.success(request, f"已存好名单“{form.cleaned_data['name']}”。")
        return redirect("office:people")
    return form_page(
        request,
        form,
        "存成名单",
        reverse("office:people"),
        lead="存的是条件，不是人：以后打开时按当时的情况重新找。查找框里的字不存。",
    )


@require_GET
def open_list(request: OfficeRequest, pk: int) -> HttpResponse:
    """打开存好的名单。"""
    kept = get_object_or_404(SavedList, pk=pk, user=request.user)
    asked = QueryDict(mutable=True)
    asked.update(kept.filters)
    return redirect(f"{reverse('office:people')}?{asked.urlencode()}")


@require_POST
def drop_list(request: OfficeRequest, pk: int) -> HttpResponse:
    """删掉存好的名单；人员资料不受影响。"""
    get_object_or_404(SavedList, pk=pk, user=request.user).delete()
    messages.success(request, "名单已删除，人员资料没有变动。")
    return redirect("office:people")


@require_http_methods(["GET", "POST"])
def export(request: OfficeRequest) -> HttpResponse:
    """导出名单：写明用途，带水印，记入审计。"""
    asked = FilterForm(without_query(request.GET), places=places(request))
    asked.is_valid()
    form = exports.PurposeForm(request.POST or None, role=request.post.role)
    if form.is_valid() and not asked.errors:
        whole = bool(form.cleaned_data.get("whole"))
        keys = list(found(request, asked.cleaned_data, asked.known_day).values_list("pk", flat=True)[: _MOST + 1])
        if len(keys) > _MOST:
            form.add_error(None, f"超过 {_MOST} 人，一次导不出：请先加条件缩小范围。")
        else:
            header = (
                "人员编号",
                "姓名",
                "性别",
                "出生日期",
                "身份证号",
                "户籍地",
                "残疾类别",
                "等级",
                "证件状态",
                "有效期至",
            )
            made = exports.Sheet(_title(asked.known_day), header, _cells(keys, whole, asked.known_day), len(keys))
            return exports.answer(request, made, form, target=f"people:{scope.here(request)}", whole=whole)
    return form_page(
        request,
        form,
        "导出名单",
        f"{reverse('office:people')}?{request.GET.urlencode()}",
        lead="导出的是您辖区内符合条件的人。文件里写明谁、什么时候、为什么导出；用完请删除。",
        action="导出",
    )


def _title(known_day: date | None) -> str:
    return "人员名单" if known_day is None else f"人员名单（{known_day}所知）"


def _cells(keys: list[int], whole: bool, known_day: date | None) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(keys), _CHUNK):
        part = list(Person.objects.filter(pk__in=keys[start : start + _CHUNK]).order_by("pk"))
        for row in rows(part, known_day):
            person, card = row["person"], row["certificate"]
            yield (
                str(person.pk),
                row["name"],
                person.get_sex_display(),
                person.born.isoformat(),
                person.id_number if whole else row["identity"],
                row["home"],
                card.get_category_display() if card else "",
                str(card.grade) if card else "",
                card.get_status_display() if card else "",
                card.expires.isoformat() if card else "",
            )
