"""Help in single cases: the files, the decision beside the other aid of the year, measures, visits, the outcome."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.aid import helping
from zhucan.aid.models import HelpFile, HelpNote
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.aid import who
from zhucan.office.fields import ReasonForm, YuanField, cents, enter, form_page, yuan
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import inside
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of

_STATES = {"": "在办的", "undecided": "等决定的", "closed": "已结案的"}


class FilesForm(Form):
    """看哪些。"""

    quiet = True

    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *HelpFile.Kind.choices])
    which = forms.ChoiceField(label="看哪些", required=False, choices=list(_STATES.items()))


class FileForm(Form):
    """登记一件。"""

    kind = forms.ChoiceField(label="类别", choices=HelpFile.Kind.choices)
    cause = forms.ChoiceField(label="困难原因", choices=HelpFile.Cause.choices)
    asked_for = forms.CharField(label="需要什么帮助", max_length=200, help_text="需要的服务，或钱用在哪里")
    asked = YuanField(label="申请金额（元）", required=False, max_length=20, help_text="不要钱就空着")
    income = YuanField(
        label="家庭人均月收入（元）", required=False, max_length=20, help_text="扶贫帮困的要写，没有收入写 0"
    )
    day = DateField(label="登记日期")


class DecideForm(Form):
    """决定。"""

    decision = forms.ChoiceField(label="决定", choices=HelpFile.Decision.choices)
    amount = YuanField(label="金额（元）", required=False, max_length=20, help_text="给钱的才写")
    day = DateField(label="决定日期")
    note = forms.CharField(label="说明", max_length=200)


class NoteForm(Form):
    """帮扶措施或回访。"""

    channel = forms.ChoiceField(label="渠道", choices=HelpNote.Channel.choices)
    day = DateField(label="日期")
    what = forms.CharField(label="内容", max_length=200)
    amount = YuanField(label="金额（元）", required=False, max_length=20)
    worker = forms.CharField(label="办理人", max_length=40)


class CloseForm(Form):
    """结案。"""

    day = DateField(label="结案日期")
    outcome = forms.CharField(label="结果", max_length=200)
    income = YuanField(
        label="家庭人均月收入（元）", required=False, max_length=20, help_text="扶贫帮困的要写，没有收入写 0"
    )


def _files(request: OfficeRequest) -> QuerySet[HelpFile]:
    return HelpFile.objects.filter(inside("place_id", scope.here(request))).select_related("person", "place", "by")


def to_decide(request: OfficeRequest) -> int:
    """Return how many files wait to be decided in the place."""
    return _files(request).filter(decision="").count()


@require_GET
def overview(request: OfficeRequest) -> HttpResponse:
    """帮扶个案：等决定的、在办的、结案的。"""
    form = FilesForm(request.GET)
    data: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    found = _files(request).filter(closed_on__isnull=data.get("which") != "closed")
    if data.get("which") == "undecided":
        found = found.filter(decision="")
    if data.get("kind"):
        found = found.filter(kind=data["kind"])
    page = slice_of(found, request)
    rows = [{"one": one, "who": who(one.person), "asked": yuan(one.asked_fen), "granted": yuan(one.granted_fen)} for one in page]  # fmt: skip
    return render(request, "office/helps.html", {"form": form, "page": page, "rows": rows})


@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest, pk: int) -> HttpResponse:
    """为一个人登记困难个案或扶贫帮困。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    form = FileForm(request.POST or None, initial={"day": today()})

    def act() -> HelpFile:
        data = form.cleaned_data
        return helping.open_file(
            kind=data["kind"], person=person, cause=data["cause"], asked_for=data["asked_for"], asked_fen=cents(data["asked"]),
            income_fen=cents(data["income"]), day=data["day"], at=now(), by=request.user,
        )  # fmt: skip

    if form.is_valid() and (made := form.tried(act)) is not None:
        messages.success(request, "已登记，等审批人决定。")
        return redirect("office:aid-help", made.pk)
    back = reverse("office:people-file", args=[pk])
    return form_page(request, form, "登记帮扶个案", back, lead=f"{who(person)}。", action="登记")


@require_GET
def one(request: OfficeRequest, pk: int) -> HttpResponse:
    """一件帮扶：原因、当年其他救助、决定、措施、回访、结果。"""
    found = get_object_or_404(_files(request), pk=pk)
    audit.record(actor=request.user, action="office.help", target=f"help:{pk}", at=now(), person=found.person_id)
    year = (found.decided_on or today()).year
    others = [one for one in helping.other_aid(found.person, year) if one.day != found.decided_on or not found.decision]
    context = {
        "one": found, "who": who(found.person), "year": year,
        "asked": yuan(found.asked_fen), "granted": yuan(found.granted_fen), "other": yuan(found.other_fen),
        "before": yuan(found.income_before_fen), "line_before": yuan(found.line_before_fen),
        "after": yuan(found.income_after_fen), "line_after": yuan(found.line_after_fen),
        "others": [{"one": one, "amount": yuan(one.amount_fen)} for one in others],
        "notes": [{"one": one, "amount": yuan(one.amount_fen)} for one in found.notes.select_related("by")],
    }  # fmt: skip
    return render(request, "office/help.html", context)


def _entered(request: OfficeRequest, found: HelpFile, form: Form, act: Any, heading: str) -> HttpResponse:
    back = reverse("office:aid-help", args=[found.pk])
    lead = f"{who(found.person)}，{found.get_kind_display()}，{found.get_cause_display()}。"
    return enter(request, form, act, back, heading, lead=lead, done="已登记。")


@require_http_methods(["GET", "POST"])
def decide(request: OfficeRequest, pk: int) -> HttpResponse:
    """决定给不给帮扶。"""
    found = get_object_or_404(_files(request), pk=pk)
    form = DecideForm(request.POST or None, initial={"day": today()})

    def act() -> HelpFile:
        data = form.cleaned_data
        return helping.decide(
            file=found, decision=data["decision"], amount_fen=cents(data["amount"]), day=data["day"], note=data["note"],
            at=now(), by=request.user,
        )  # fmt: skip

    return _entered(request, found, form, act, "决定帮扶个案")


@require_http_methods(["GET", "POST"])
def note(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记一项帮扶措施，或一次回访。"""
    found = get_object_or_404(_files(request), pk=pk)
    form = NoteForm(request.POST or None, initial={"day": today()})

    def act() -> HelpNote:
        data = form.cleaned_data
        return helping.note(
            file=found, channel=data["channel"], day=data["day"], what=data["what"], amount_fen=cents(data["amount"]),
            worker=data["worker"], at=now(), by=request.user,
        )  # fmt: skip

    return _entered(request, found, form, act, "登记帮扶措施或回访")


@require_http_methods(["GET", "POST"])
def take_back(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤回登记错的一条。"""
    found = get_object_or_404(HelpNote.objects.filter(file__in=_files(request)), pk=pk)
    form = ReasonForm(request.POST or None)

    def act() -> HelpNote:
        return helping.take_back(note=found, reason=form.cleaned_data["reason"], at=now(), by=request.user)

    return _entered(request, found.file, form, act, f"撤回 {found.day:%Y-%m-%d} 的{found.get_channel_display()}")


@require_http_methods(["GET", "POST"])
def close(request: OfficeRequest, pk: int) -> HttpResponse:
    """写明结果，结案。"""
    found = get_object_or_404(_files(request), pk=pk)
    form = CloseForm(request.POST or None, initial={"day": today()})

    def act() -> HelpFile:
        data = form.cleaned_data
        return helping.close(
            file=found, day=data["day"], outcome=data["outcome"], income_fen=cents(data["income"]), at=now(),
            by=request.user,
        )  # fmt: skip

    return _entered(request, found, form, act, "帮扶个案结案")
