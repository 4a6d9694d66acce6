"""Finding people: search as one types, filters, lists kept for next time, and lists taken out with a purpose."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.cases.models import Award
from zhucan.core import masking
from zhucan.core.calendar import add_years
from zhucan.office import exports, scope
from zhucan.office.access import OfficeRequest
from zhucan.office.models import SavedList
from zhucan.orgs.clock import today
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Division
from zhucan.orgs.wording import plain
from zhucan.policy.catalogue import MONTHLY
from zhucan.registry.models import Category, Certificate, CertificateStatus, Hardship, HardshipKind, Person, Residence
from zhucan.registry.queries import search
from zhucan.web.forms import UNPROCESSABLE, Form
from zhucan.web.slices import SIZE, slice_of

_ANY = ("", "不限")
_AGES = {"0-6": (0, 7), "7-17": (7, 18), "18-59": (18, 60), "60-": (60, 150)}
_MOST = 50_000  # rows a list taken out may have
_CHUNK = 2000
_TYPED = 25  # people shown while somebody types: half a page comes twice as fast


class FilterForm(Form):
    """找哪些人。"""

    quiet = True

    q = forms.CharField(
        label="姓名、拼音首字母、身份证号或后四位、残疾人证号、村名",
        required=False,
        max_length=60,
        widget=forms.TextInput({"type": "search", "autocomplete": "off", "data-live": "#found"}),
    )
    place = forms.ChoiceField(label="地方", required=False)
    category = forms.ChoiceField(label="残疾类别", required=False, choices=[_ANY, *Category.choices])
    grade = forms.ChoiceField(
        label="等级", required=False, choices=[_ANY, *((str(grade), f"{grade} 级") for grade in range(1, 5))]
    )
    certificate = forms.ChoiceField(
        label="残疾人证",
        required=False,
        choices=[_ANY, ("valid", "有效"), ("frozen", "冻结"), ("expired", "过期"), ("none", "没有")],
    )
    expiring = forms.ChoiceField(
        label="到期",
        required=False,
        choices=[_ANY, ("1", "一个月内"), ("3", "三个月内"), ("6", "半年内"), ("12", "一年内")],
    )
    hardship = forms.ChoiceField(
        label="困难类型", required=False, choices=[_ANY, *HardshipKind.choices, ("unknown", "没有登记")]
    )
    age = forms.ChoiceField(
        label="年龄",
        required=False,
        choices=[_ANY, *((key, f"{key}岁" if key != "60-" else "60岁以上") for key in _AGES)],
    )
    award = forms.ChoiceField(
        label="在享待遇", required=False, choices=[_ANY, *((one.id, one.name) for one in MONTHLY)]
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [("", "全部"), *places]  # type: ignore[attr-defined]  # a ChoiceField, declared above


class SaveForm(Form):
    """给名单起个名字。"""

    name = forms.CharField(label="名单的名字", max_length=40)

    def clean_name(self) -> str:
        """Let a name pass that no list takes for a formula."""
        said: str = self.cleaned_data["name"].strip()
        if not plain(said):
            raise forms.ValidationError("名字不要用尖括号，也不要用等号、加减号开头：请换一个。")
        return said


def _places(request: OfficeRequest) -> list[tuple[str, str]]:
    """Return the places right below one's own, and below and beside the one chosen: not hundreds of villages at once."""
    own = scope.here(request)
    chosen = (
        Division.objects.filter(pk=request.POST.get("place") or request.GET.get("place", ""))
        .values_list("pk", "parent")
        .first()
    )
    parents = {own, *(code for code in chosen or () if code and scope.contains(request, code))}
    found = scope.divisions(request).filter(parent__in=parents).order_by("code").values_list("code", "name", "parent")
    return [(code, name if parent == own else f"　{name}") for code, name, parent in found]


def _found(request: OfficeRequest, asked: Mapping[str, Any]) -> QuerySet[Person]:
    """Return the people of one's place that fit what was asked."""
    people = scope.people(request)
    day = today()
    live = {"person": OuterRef("pk"), "retracted_at": None, "valid_to": None}
    if asked.get("place"):
        people = people.filter(Exists(Residence.objects.filter(inside("division_id", asked["place"]), **live)))
    card, wanted = Certificate.objects.filter(**live), Q()
    if asked.get("category"):
        wanted &= Q(category=asked["category"])
    if asked.get("grade"):
        wanted &= Q(grade=asked["grade"])
    match asked.get("certificate"):
        case "valid":
            wanted &= Q(status=CertificateStatus.VALID, expires__gte=day)
        case "frozen":
            wanted &= Q(status=CertificateStatus.FROZEN)
        case "expired":
            wanted &= Q(status=CertificateStatus.VALID, expires__lt=day)
        case "none":
            people = people.filter(~Exists(card.exclude(status=CertificateStatus.CANCELLED)))
    if asked.get("expiring"):
        last = day + timedelta(days=round(int(asked["expiring"]) * 30.5))
        soon = Certificate.objects.filter(
            retracted_at=None, valid_to=None, status=CertificateStatus.VALID, expires__gte=day, expires__lt=last
        )
        people = people.filter(pk__in=soon.values("person"))  # these are few, and an index finds them
    if wanted:
        people = people.filter(Exists(card.filter(wanted)))
    if asked.get("hardship") == "unknown":
        people = people.filter(~Exists(Hardship.objects.filter(**live)))
    elif asked.get("hardship"):
        people = people.filter(Exists(Hardship.objects.filter(kind=asked["hardship"], **live)))
    if asked.get("age"):
        youngest, older = _AGES[asked["age"]]
        people = people.filter(born__lte=add_years(day, -youngest), born__gt=add_years(day, -older))
    if asked.get("award"):
        people = people.filter(
            Exists(
                Award.objects.filter(person=OuterRef("pk"), scheme=asked["award"], withdrawn_on=None, lapsed_from=None)
            )
        )
    query = (asked.get("q") or "").strip()
    return search(query, among=people) if query else people.order_by("pk")


def _rows(people: list[Person]) -> Iterator[dict[str, Any]]:
    keys = [person.pk for person in people]
    live = {"person__in": keys, "retracted_at": None, "valid_to": None}
    homes = dict(Residence.objects.filter(**live).values_list("person_id", "division__name"))
    cards = {row.person_id: row for row in Certificate.objects.filter(**live)}
    for person in people:
        yield {
            "person": person,
            "identity": masking.resident_id(person.id_number),
            "home": homes.get(person.pk, "已迁出或未登记"),
            "certificate": cards.get(person.pk),
        }


@require_http_methods(["GET", "POST"])
def people(request: OfficeRequest) -> HttpResponse:
    """找人：边打字边找，也可以按条件筛选。

    What is typed is somebody's name or number and comes in the body: addresses end up in histories and logs. Filters
    alone may stand in an address, so that a list can be kept and sent. While somebody types, the page is there already
    and only the part that changes is answered: the rest is most of the work.
    """
    typed = request.POST if request.method == "POST" else _without_query(request.GET)
    form = FilterForm(typed, places=_places(request))
    form.is_valid()
    found = _found(request, form.cleaned_data)
    page = slice_of(found, request, size=_TYPED if form.cleaned_data.get("q") else SIZE)
    asked = any(form.cleaned_data.get(name) for name in form.fields)
    context = {
        "form": form,
        "page": page,
        "rows": list(_rows(list(page))),
        "query": form.cleaned_data.get("q", ""),
        "asked": asked,
        "narrowed": any(form.cleaned_data.get(name) for name in form.fields if name != "q"),
        "lists": SavedList.objects.filter(user=request.user).order_by("name"),
        "here": _without_query(typed).urlencode(),
        "again": [(name, value) for name, value in typed.items() if name in form.fields],
    }
    typing = request.headers.get("X-Requested-With") == "fetch"  # app.js, which takes that part from the answer
    template = "office/people_found.html" if typing else "office/people.html"
    return render(request, template, context, status=UNPROCESSABLE if form.errors else 200)


def _without_query(asked: QueryDict) -> QueryDict:
    """Return the filters among what was asked: neither what was typed to be found, nor anything else."""
    kept = QueryDict(mutable=True)
    kept.update(
        {name: str(value) for name, value in asked.items() if name in FilterForm.base_fields and name != "q" and value}
    )
    return kept


@require_http_methods(["GET", "POST"])
def save_list(request: OfficeRequest) -> HttpResponse:
    """把现在的条件存成名单，下次直接打开。"""
    asked = _without_query(request.GET)
    form = SaveForm(request.POST or None)
    if form.is_valid():
        SavedList.objects.update_or_create(
            user=request.user, name=form.cleaned_data["name"], defaults={"filters": asked.dict()}
        )
        messages.success(request, f"已存好名单“{form.cleaned_data['name']}”。")
        return redirect("office:people")
    context = {"form": form, "heading": "存成名单", "back": reverse("office:people"),
               "lead": "存的是条件，不是人：以后打开时按当时的情况重新找。查找框里的字不存。"}  # fmt: skip
    return render(request, "office/form.html", context, status=UNPROCESSABLE if form.errors else 200)


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
    asked = FilterForm(_without_query(request.GET), places=_places(request))
    asked.is_valid()
    form = exports.PurposeForm(request.POST or None, role=request.post.role)
    if form.is_valid() and not asked.errors:
        whole = bool(form.cleaned_data.get("whole"))
        keys = list(_found(request, asked.cleaned_data).values_list("pk", flat=True)[: _MOST + 1])
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
            made = exports.Sheet("人员名单", header, _cells(keys, whole), len(keys))
            return exports.answer(request, made, form, target=f"people:{scope.here(request)}", whole=whole)
    context = {
        "form": form,
        "heading": "导出名单",
        "lead": "导出的是您辖区内符合条件的人。文件里写明谁、什么时候、为什么导出；用完请删除。",
        "action": "导出",
        "back": f"{reverse('office:people')}?{request.GET.urlencode()}",
    }
    return render(request, "office/form.html", context, status=UNPROCESSABLE if form.errors else 200)


def _cells(keys: list[int], whole: bool) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(keys), _CHUNK):
        part = list(Person.objects.filter(pk__in=keys[start : start + _CHUNK]).order_by("pk"))
        for row in _rows(part):
            person, card = row["person"], row["certificate"]
            yield (
                str(person.pk),
                person.name,
                person.get_sex_display(),
                person.born.isoformat(),
                person.id_number if whole else row["identity"],
                row["home"],
                card.get_category_display() if card else "",
                str(card.grade) if card else "",
                card.get_status_display() if card else "",
                card.expires.isoformat() if card else "",
            )
