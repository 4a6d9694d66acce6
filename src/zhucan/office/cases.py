"""The queue of cases by deadline, one case with its steps, and the letter of a decision."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from zhucan.cases import asking, awards, billing, deciding, materials, moving, queries, reopening, taking, weighing
from zhucan.cases.models import Application, Decision, Move
from zhucan.cases.moving import Actor
from zhucan.core.money import from_fen, text
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.policy.catalogue import SCHEMES, scheme
from zhucan.policy.engine import Outcome
from zhucan.policy.explain import shown
from zhucan.policy.facts import BY_NAME
from zhucan.policy.steps import State
from zhucan.web import letters
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of

_SOON = timedelta(days=3)
_BULK = "check"
_TONES = {Outcome.YES: "ok", Outcome.NO: "err", Outcome.UNKNOWN: "warn"}


class QueueForm(Form):
    """看哪些件。"""

    quiet = True

    which = forms.ChoiceField(
        label="看哪些",
        required=False,
        choices=[
            ("", "等我办的"), ("open", "没有办结的"), ("overdue", "超期的"), ("paused", "等补正的"), ("all", "全部"),
        ],
    )  # fmt: skip
    state = forms.ChoiceField(label="环节", required=False)
    scheme = forms.ChoiceField(label="项目", required=False)
    number = forms.CharField(
        label="编号", required=False, max_length=11, widget=forms.TextInput({"class": "short", "inputmode": "numeric"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [(one.id, one.name) for one in SCHEMES if one.administered]
        self.fields["scheme"].choices = [("", "全部"), *listed]  # type: ignore[attr-defined]  # a ChoiceField, above
        stands = [(state.value, state.label) for state in State]
        self.fields["state"].choices = [("", "全部"), *stands]  # type: ignore[attr-defined]  # a ChoiceField, above


class StepForm(Form):
    """办一步时要写的。"""

    reason = forms.CharField(required=False, max_length=400)
    ends_on = DateField(required=False)


def actor(request: OfficeRequest) -> Actor:
    """Return the user as the appointment acted as."""
    return Actor(request.user, request.post.role)


def found(request: OfficeRequest, pk: int) -> Application:
    """Return an application of the place; what lies outside is not found."""
    rows = scope.applications(request).select_related(
        "person", "bundle", "place", "division", "bundle__by", "award__payee", "award__curtailment"
    )
    return get_object_or_404(rows, pk=pk)


def due(one: Application) -> dict[str, Any]:
    """Return how pressing a case is, in a tone and words."""
    day = today()
    if one.closed_on is not None:
        return {"tone": "plain", "said": "已结束"}
    if one.paused_on is not None:
        return {"tone": "plain", "said": f"停止计时（{one.paused_on.month}月{one.paused_on.day}日起）"}
    if one.due_on is None:
        return {"tone": "plain", "said": "没有期限"}
    year = "" if one.due_on.year == day.year else f"{one.due_on.year}年"
    words = f"{year}{one.due_on.month}月{one.due_on.day}日"
    if one.due_on < day:
        return {"tone": "err", "said": f"● 超期，应在 {words}前"}
    return {"tone": "warn" if one.due_on <= day + _SOON else "", "said": f"期限 {words}"}


def _narrowed(request: OfficeRequest, data: dict[str, Any]) -> QuerySet[Application]:
    rows = scope.applications(request)
    if data.get("number"):
        number = data["number"].strip()
        return (
            rows.filter(pk=int(number[4:]))
            if len(number) == 11 and number.isascii() and number.isdigit()
            else rows.none()
        )
    match data.get("which"):
        case "all":
            pass
        case "open":
            rows = rows.filter(closed_on=None)
        case "overdue":
            rows = rows.filter(queries.overdue(today()))
        case "paused":
            rows = rows.filter(closed_on=None).exclude(paused_on=None)
        case _:
            rows = rows.filter(queries.waiting_for(request.post.role), closed_on=None)
    return rows.filter(**{name: data[name] for name in ("scheme", "state") if data.get(name)})


@require_GET
def queue(request: OfficeRequest) -> HttpResponse:
    """办件：期限近的在前；等我办的可以成批初审。"""
    form = QueueForm(request.GET)
    form.is_valid()
    data = form.cleaned_data
    last = Move.objects.filter(application=OuterRef("pk")).order_by("-pk")
    rows = (
        _narrowed(request, data)
        .annotate(
            last_name=Subquery(last.values("by__full_name")[:1]), last_user=Subquery(last.values("by__username")[:1])
        )
        .select_related("person", "place")
        .order_by(F("due_on").asc(nulls_last=True), "pk")
    )
    page = slice_of(rows, request)
    day = today()
    counts = scope.applications(request).aggregate(
        mine=Count("pk", filter=queries.waiting_for(request.post.role) & Q(closed_on=None)),
        overdue=Count("pk", filter=queries.overdue(day)),
        soon=Count("pk", filter=Q(due_on__gte=day, due_on__lte=day + _SOON, paused_on=None, closed_on=None)),
        paused=Count("pk", filter=Q(closed_on=None, paused_on__isnull=False)),
    )
    listed = [
        {
            "one": one,
            "scheme": scheme(one.scheme).name,
            "state": State(one.state).label,
            "due": due(one),
            "by": one.last_name or one.last_user or "申请人",
            "pick": any(step.name == _BULK for step in moving.steps_for(one, request.post.role)),
        }
        for one in page
    ]
    context = {
        "form": form, "page": page, "rows": listed, "counts": counts, "bulk": any(row["pick"] for row in listed),
        "which": data.get("which", ""), "here": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "office/cases.html", context)


@require_POST
def bulk(request: OfficeRequest) -> HttpResponse:
    """成批初审：逐件办，办不了的说明为什么。"""
    picked = [int(value) for value in request.POST.getlist("pick") if value.isascii() and value.isdigit()]
    rows = list(
        scope.applications(request).filter(pk__in=picked[:200]).select_related("person", "bundle").order_by("pk")
    )
    if not rows:
        messages.warning(request, "没有勾选任何件，什么都没有改动。")
        return redirect("office:cases")
    told = taking.take_many(applications=rows, step=_BULK, actor=actor(request), on=today(), at=now())
    if told.done:
        messages.success(request, f"{told.done} 件初审通过。")
    for one, sentence in told.refused:
        messages.warning(request, f"{one.number}：{sentence}")
    return redirect("office:cases")


@never_cache
@require_GET
def case(request: OfficeRequest, pk: int) -> HttpResponse:
    """一件申请：现在能办什么、逐条判断、材料、经过。"""
    one = found(request, pk)
    audit.record(actor=request.user, action="office.case", target=f"application:{pk}", at=now())
    weighed = weighing.weigh(one)
    decision = Decision.objects.filter(application=one).select_related("by").first()
    role = request.post.role
    last = reopening.last_day_to_ask(one)
    context = {
        "one": one,
        "scheme": weighed.scheme,
        "state": State(one.state).label,
        "due": due(one),
        "steps": [step for step in moving.steps_for(one, role) if step.name != "submit"],
        "weighed": weighed,
        "tone": _TONES[weighed.outcome],
        "amount": "" if weighed.amount_fen is None else text(from_fen(weighed.amount_fen)),
        "answers": list(_answers(one)),
        "needs": materials.needs(one, weighed.facts, today()),
        "papers": materials.labels((weighed.scheme,)),
        "files": materials.usable(one.person_id, one.bundle, today())
        .filter(code__in=materials.labels((weighed.scheme,)))
        .select_related("added_by"),
        "assessment": getattr(one, "assessment", None),
        "moves": [
            {"move": move, "word": moving.word(move), "state": State(move.target).label}
            for move in one.moves.select_related("by")
        ],
        "decision": decision,
        "to_pay": one.award if one.award is not None and awards.names_payee(one.award) else None,
        "billed": text(from_fen(one.award.granted_fen or 0)) if one.award and weighed.scheme in billing.BILLED else "",
        "stands": one.award is not None and one.award.granted_fen is not None and one.award.revoked_at is None,
        "revoked": awards.REVOCATIONS.get(one.award.revocation_cause, "") if one.award else "",
        "granted": "" if decision is None or decision.amount_fen is None else text(from_fen(decision.amount_fen)),
        "beside": [
            (other, scheme(other.scheme).name, State(other.state).label)
            for other in scope.applications(request).filter(bundle=one.bundle_id).exclude(pk=one.pk)
        ],
        "notices": one.notices.order_by("-pk")[:20],
        "may_review": last is not None and today() <= last and not hasattr(one, "review"),
        "is_open": one.closed_on is None,
        "awaited": deciding.awaited_card(one),
        "may_amend": one.decided_on is None
        and one.closed_on is None
        and (weighed.scheme.claim is not None or bool(asking.told_by(weighed.scheme))),
    }
    return render(request, "office/case.html", context)


def _answers(one: Application) -> Iterator[tuple[str, str]]:
    """Yield what the applicant told, in words."""
    for name, value in asking.facts_in(one.answers).items():
        fact = BY_NAME[name]
        yield fact.label, shown(value, fact.kind, fact.choices)
    item = scheme(one.scheme)
    for number, values in enumerate(asking.items_in(item, one.answers), 1):
        fields = item.claim.fields if item.claim else ()
        said = "，".join(
            f"{field.label} {shown(values[field.name], field.kind, field.choices)}"
            for field in fields
            if values.get(field.name) is not None
        )
        yield f"第 {number} 项", said


@require_POST
def step(request: OfficeRequest, pk: int, step: str) -> HttpResponse:
    """办一步：谁能办、要什么，都由项目的流程决定。"""
    one = found(request, pk)
    form = StepForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "；".join(said for _, said in form.mistakes))
        return redirect("office:cases-case", pk=pk)
    moved = taking.take(
        application=one, step=step, actor=actor(request), on=today(), at=now(), reason=form.cleaned_data["reason"],
        seen=request.POST.get("seen", ""), ends_on=form.cleaned_data["ends_on"],
    )  # fmt: skip
    if moved.pk != one.pk:
        messages.success(request, f"已转出，那里的编号是 {moved.number}。")
    else:
        messages.success(request, f"已办理，现在是“{State(moved.state).label}”。")
    return redirect("office:cases-case", pk=pk)


@require_POST
def review(request: OfficeRequest, pk: int) -> HttpResponse:
    """替申请人登记复核要求；由另一个人重新决定。"""
    made = reopening.review(
        application=found(request, pk),
        actor=actor(request),
        on=today(),
        at=now(),
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, f"已进入复核，新的编号是 {made.number}。")
    return redirect("office:cases-case", pk=made.pk)


@never_cache
@require_GET
def letter(request: OfficeRequest, pk: int, suffix: str) -> HttpResponse:
    """决定书：看、打印，或下载 PDF。"""
    one = found(request, pk)
    decision = Decision.objects.filter(application=one).first()
    if decision is None or suffix not in ("html", "pdf"):
        raise Http404
    audit.record(actor=request.user, action="office.decision", target=f"application:{pk}", at=now(), what=suffix)
    if suffix == "html":
        back = reverse("office:cases-case", args=[pk])
        return render(request, "office/case_letter.html", {**letters.letter(one, decision), "back": back})
    answer = HttpResponse(letters.pdf(one, decision), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="decision-{one.number}.pdf"'
    return answer
