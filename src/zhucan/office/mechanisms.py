"""The county's own service mechanisms: how they are laid down, the matters in them by deadline, and the next step of one.

What was asked and what was noted at each step is confidential: it is shown to the roles that answer for a step, and every
opening stands in the audit chain.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q, QuerySet
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.casework import mechanisms
from zhucan.casework.mechanisms import MOST_STEPS, RESPONSIBLE, Step
from zhucan.casework.models import Matter, MatterMove, Mechanism
from zhucan.core import masking
from zhucan.core.divisions import county_of
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import done, form_page
from zhucan.office.plan_steps import DayForm, ReasonForm
from zhucan.office.scope import county
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import inside
from zhucan.web.forms import UNPROCESSABLE, DateField, Form
from zhucan.web.slices import slice_of

_FEWEST = 3
"""So many steps can be filled in at first; one more at a time after that."""
_OF_A_STEP = ("name", "role", "days")
_ROLES = [(role.value, role.label) for role in RESPONSIBLE]


class MechanismForm(Form):
    """登记或修订服务机制。"""

    quiet = True

    name = forms.CharField(label="名称", max_length=60, help_text="县里自己定的名字，如 助残直通车")
    document = forms.CharField(label="文件", max_length=200, help_text="按哪个文件办")
    valid_from = DateField(label="从哪天起实行")

    def __init__(self, data: Mapping[str, Any] | None, *, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.growing = data is not None and "more" in data
        shown = str((data or initial).get("steps", ""))
        many = (int(shown) if shown.isdecimal() else _FEWEST) + self.growing
        self.many = min(max(many, _FEWEST), MOST_STEPS)
        for number in range(1, self.many + 1):
            must = number == 1
            self.fields[f"name_{number}"] = forms.CharField(label=f"第 {number} 步做什么", max_length=40, required=must)
            self.fields[f"role_{number}"] = forms.ChoiceField(
                label="谁负责", required=must, choices=[("", "请选择"), *_ROLES]
            )
            self.fields[f"days_{number}"] = forms.IntegerField(
                label="几个工作日内", required=must, min_value=1, max_value=250
            )
        if self.growing:
            self.fields[f"name_{self.many}"].widget.attrs["autofocus"] = True

    @property
    def about(self) -> list[BoundField]:
        """What is asked of the mechanism itself."""
        return [self[name] for name in ("name", "document", "valid_from")]

    @property
    def blocks(self) -> list[tuple[int, list[BoundField]]]:
        """The boxes of each step."""
        return [(one, [self[f"{field}_{one}"] for field in _OF_A_STEP]) for one in range(1, self.many + 1)]

    @property
    def can_grow(self) -> bool:
        """Whether there may be one more step."""
        return self.many < MOST_STEPS

    def full_clean(self) -> None:
        """Judge nothing while a step is being added: what was typed only comes back."""
        if self.growing:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()

    def clean(self) -> dict[str, Any]:
        """Return what was typed, with its steps in order; a step is whole or empty, and none is left out between."""
        data: dict[str, Any] = super().clean() or {}
        steps: list[Step] = []
        for number in range(1, self.many + 1):
            told = [data.get(f"{field}_{number}") for field in _OF_A_STEP]
            if not any(told):
                continue
            if not all(told) or len(steps) != number - 1:
                if not self.errors:
                    self.add_error(
                        f"name_{number}", f"第 {number} 步要写全做什么、谁负责和几个工作日，前面不能空着一步。"
                    )
                break
            steps.append(Step(str(told[0]), str(told[1]), int(told[2] or 0)))
        return {**data, "steps": steps}


class MatterForm(Form):
    """受理一件。"""

    mechanism = forms.ModelChoiceField(label="按哪个机制办", queryset=Mechanism.objects.none())
    asked = forms.CharField(
        label="要办什么",
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text="保密，只有负责办理的岗位看得到",
    )
    day = DateField(label="受理日期")


class MoveForm(Form):
    """办这一步。"""

    what = forms.ChoiceField(label="怎么办", widget=forms.RadioSelect)
    outcome = forms.ChoiceField(
        label="结果", required=False, choices=[("", "还没有办结"), *Matter.Outcome.choices], help_text="办结时要选"
    )
    day = DateField(label="办理日期")
    note = forms.CharField(
        label="说明", max_length=1000, required=False, widget=forms.Textarea({"rows": 3}),
        help_text="退回和办结要写；保密，只有负责办理的岗位看得到",
    )  # fmt: skip


class MattersForm(Form):
    """看哪些。"""

    quiet = True

    which = forms.ChoiceField(
        label="看哪些", required=False,
        choices=[("", "没有办结的"), ("mine", "等我办的"), ("overdue", "超期的"), ("closed", "已办结的")],
    )  # fmt: skip


def _mechanisms(request: OfficeRequest) -> QuerySet[Mechanism]:
    return Mechanism.objects.filter(inside("division_id", county(request))).select_related("division")


def _matters(request: OfficeRequest) -> QuerySet[Matter]:
    """Return the matters of the county, or below it those of the people of the place."""
    found = Matter.objects.filter(inside("division_id", county(request)))
    if scope.below_county(request):
        found = found.filter(person__in=scope.people(request))
    return found.select_related("mechanism", "person", "step")


_LIVE = Q(matters__retracted_at=None)


@require_GET
def listing(request: OfficeRequest) -> HttpResponse:
    """县里的服务机制：步骤、岗位和期限。"""
    found = _mechanisms(request).prefetch_related("steps")
    found = found.annotate(
        many=Count("matters", filter=_LIVE), waiting=Count("matters", filter=_LIVE & Q(matters__closed_on=None))
    )
    context = {"rows": found.order_by("valid_to", "name"), "day": today()}
    return render(request, "office/mechanisms.html", context)


def _data(form: Form) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("name", "document", "valid_from", "steps")}


def _form(
    request: OfficeRequest, heading: str, initial: Mapping[str, Any], act: Callable[..., object], words: str, lead: str = ""
) -> HttpResponse:  # fmt: skip
    """Ask for a mechanism with as many steps as are wanted, and lay it down."""
    form = MechanismForm(request.POST if request.method == "POST" else None, initial=initial)

    def lay() -> object:
        said = {name: form.cleaned_data[name] for name in ("name", "document", "valid_from", "steps")}
        return act(**said, at=now(), by=request.user)

    if not form.growing and done(request, form, lay, words):
        return redirect("office:services-mechanisms")
    context = {"form": form, "heading": heading, "lead": lead, "back": reverse("office:services-mechanisms")}
    return render(request, "office/mechanism_form.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    """登记一个服务机制。"""
    act = partial(mechanisms.define, division=request.post.division)
    return _form(request, "登记服务机制", {"valid_from": today()}, act, "已登记。")


@require_http_methods(["GET", "POST"])
def revise(request: OfficeRequest, pk: int) -> HttpResponse:
    """修订一个服务机制：有办件的，原来的截止，另立新的。"""
    found = get_object_or_404(_mechanisms(request), pk=pk)
    initial: dict[str, Any] = {"name": found.name, "document": found.document, "valid_from": found.valid_from}
    steps = list(found.steps.all())
    for one in steps:
        told = (one.name, one.role, one.working_days)
        initial |= {f"{field}_{one.number}": value for field, value in zip(_OF_A_STEP, told, strict=True)}
    initial["steps"] = len(steps)
    many = Matter.everything.filter(mechanism=found, version_of=None).count()
    lead = f"已有 {many} 件按它办：原来的步骤到新的实行那天为止，在办的仍按原来的办完。" if many else ""
    if many:
        initial["valid_from"] = today()
    return _form(request, f"修订“{found}”", initial, partial(mechanisms.revise, mechanism=found), "已修订。", lead)


@require_http_methods(["GET", "POST"])
def end(request: OfficeRequest, pk: int) -> HttpResponse:
    """服务机制截止：不再受理新的，在办的办完。"""
    found = get_object_or_404(_mechanisms(request), pk=pk)
    form = DayForm(request.POST or None, initial={"day": today()})
    if done(
        request, form,
        lambda: mechanisms.end(mechanism=found, day=form.cleaned_data["day"], at=now(), by=request.user), "已截止。",
    ):  # fmt: skip
        return redirect("office:services-mechanisms")
    lead = "从这一天起不再受理新的，在办的仍按原来的办完。"
    return form_page(request, form, f"“{found}”截止", reverse("office:services-mechanisms"), lead=lead, action="截止")


@require_GET
def matters(request: OfficeRequest) -> HttpResponse:
    """按服务机制办的事：等谁办，什么时候到期。"""
    form = MattersForm(request.GET)
    form.is_valid()
    found = _matters(request)
    match form.cleaned_data.get("which"):
        case "mine":
            found = mechanisms.waiting(found, request.post.role)
        case "overdue":
            found = mechanisms.overdue(found, today())
        case "closed":
            found = found.filter(closed_on__isnull=False).order_by("-closed_on", "-pk")
        case _:
            found = mechanisms.waiting(found)
    page = slice_of(found, request)
    rows = [{"one": one, "name": masking.name(one.person.name)} for one in page]
    return render(request, "office/matters.html", {"form": form, "page": page, "rows": rows, "day": today()})


@require_http_methods(["GET", "POST"])
def take_in(request: OfficeRequest, pk: int) -> HttpResponse:
    """按服务机制受理一个人的事。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    form = MatterForm(request.POST or None, initial={"day": today()})
    choice: Any = form.fields["mechanism"]
    choice.queryset = mechanisms.in_force(county_of(scope.here(request)), today())
    if done(
        request,
        form,
        lambda: mechanisms.open_matter(person=person, **form.cleaned_data, at=now(), by=request.user),
        "已受理。",
    ):
        return redirect("office:services-matters")
    lead = f"{masking.name(person.name)}（人员 {pk}）。"
    back = reverse("office:people-file", args=[pk])
    return form_page(request, form, "按服务机制受理", back, lead=lead, action="受理")


@require_http_methods(["GET", "POST"])
def matter(request: OfficeRequest, pk: int) -> HttpResponse:
    """一件事：办到哪一步；负责的岗位在这里办下一步。"""
    found = get_object_or_404(_matters(request), pk=pk)
    mine = found.closed_on is None and request.post.role == found.step.role
    if request.method == "POST" and found.closed_on is None and not mine:
        raise PermissionDenied
    steps = list(found.mechanism.steps.all())
    form = MoveForm(request.POST or None, initial={"day": today(), "what": _ways(found, len(steps))[0][0]})
    form.fields["what"].choices = _ways(found, len(steps))  # type: ignore[attr-defined]  # a ChoiceField, above
    act: dict[str, Any] = {"matter": found, "role": request.post.role, "by": request.user}
    if done(request, form, lambda: mechanisms.move(**act, **form.cleaned_data, at=now()), "已登记。"):
        return redirect("office:services-matter", pk=pk)
    told = request.post.role in {one.role for one in steps}
    audit.record(
        actor=request.user, action="office.matter", target=f"matter:{pk}", at=now(), person=found.person_id, told=told
    )
    context: Mapping[str, Any] = {
        "one": found, "name": masking.name(found.person.name), "steps": steps, "told": told, "form": form if mine else None,
        "moves": found.moves.select_related("step", "by"), "day": today(),
    }  # fmt: skip
    return render(request, "office/matter.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "POST"])
def take_back(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤回受理错的一件，写明原因。"""
    found = get_object_or_404(_matters(request), pk=pk)
    form = ReasonForm(request.POST or None)
    if done(
        request, form,
        lambda: mechanisms.take_back(matter=found, **form.cleaned_data, at=now(), by=request.user), "已撤回。",
    ):  # fmt: skip
        return redirect("office:services-matters")
    lead = "受理错了才撤回：不再列出，也不再计入数字。本人不要办了的，请办结为“本人撤回”。"
    back = reverse("office:services-matter", args=[pk])
    return form_page(request, form, f"撤回受理错的一件：{found.mechanism}", back, lead=lead, action="撤回")


def _ways(found: Matter, last: int) -> list[tuple[str, str]]:
    """Return what can be done at the step where a matter waits."""
    kind, number = MatterMove.Kind, found.step.number
    ways = [(kind.DONE.value, "办好，到下一步")] if number < last else []
    ways.append((kind.ENDED.value, "办结"))
    return [*ways, (kind.RETURNED.value, kind.RETURNED.label)] if number > 1 else ways


def to_do(request: OfficeRequest) -> dict[str, Any]:
    """Return how many matters wait for the acting role, and by when the first is due."""
    return mechanisms.waiting(_matters(request), request.post.role).aggregate(many=Count("pk"), first=Min("due_on"))
