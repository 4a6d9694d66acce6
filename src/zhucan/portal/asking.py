"""Asking for oneself or one's ward: one form for an event in a life, and following what became of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.cases import materials, moving, reopening, taking, weighing
from zhucan.cases.applying import Asked, apply, proposals
from zhucan.cases.models import Application, Channel, Decision, MaterialFile, Notice
from zhucan.cases.moving import Actor
from zhucan.core.money import from_fen, text
from zhucan.orgs import audit, documents
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import User
from zhucan.policy.catalogue import SCHEMES, scheme
from zhucan.policy.schemes import LifeEvent
from zhucan.policy.steps import APPLICANT, State
from zhucan.portal.acting import chosen_of, held, refusals_lead
from zhucan.registry.models import Holder
from zhucan.web import letters
from zhucan.web.asking import MORE, ROWS, AskForm
from zhucan.web.forms import UNPROCESSABLE

_NOTICES = 30
_TONES = {State.REFUSED: "err", State.CORRECTING: "warn", State.APPROVED: "ok", State.DELIVERED: "ok"}


def _back(pk: int | None = None, **_: Any) -> str:
    return reverse("portal:application", args=[pk]) if pk else reverse("portal:applications")


_said = refusals_lead(_back)


def _own(request: HttpRequest) -> QuerySet[Application]:
    people = [one.person_id for one in held(request)]
    return Application.objects.filter(person__in=people).select_related("person", "bundle", "division")


def _actor(request: HttpRequest) -> Actor:
    return Actor(cast(User, request.user), APPLICANT)


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """我要申请：选发生了什么事，一张表一次申请几项。"""
    own = held(request)
    typed = request.POST if request.method == "POST" else request.GET
    chosen, event = chosen_of(own, typed.get("person", "")), typed.get("event", "")
    if event and event not in {one.value for one in LifeEvent}:
        raise Http404
    known = {one for item in SCHEMES if item.administered for one in item.events}
    context: dict[str, Any] = {
        "held": own,
        "chosen": chosen,
        "event": LifeEvent(event) if event else None,
        "events": [one for one in LifeEvent if one in known],
    }
    if not event:
        return render(request, "portal/ask.html", context)
    proposed = proposals(chosen.person, today(), event=event)
    more = "more" in request.POST
    rows = request.POST.get("rows", "")
    count = min(int(rows), 30) if rows.isascii() and rows.isdigit() and len(rows) < 3 else ROWS
    form = AskForm(
        request.POST if request.method == "POST" else None, proposals=proposed, rows=count + (MORE if more else 0)
    )
    if request.method == "POST" and not more and form.is_valid():
        bundle = form.tried(lambda: _asked(request, chosen, event, form.cleaned_data))
        if bundle is not None:
            messages.success(request, "已提交。办到哪一步，都会告诉您。")
            return redirect("portal:applications")
    bound = request.method == "POST" and not more
    context |= {
        "form": form,
        "bound": bound,
        "proposed": proposed,
        "not_now": [one for one in proposed if not one.likely],
    }
    return render(request, "portal/ask.html", context, status=UNPROCESSABLE if bound and form.errors else 200)


def _asked(request: HttpRequest, chosen: Holder, event: str, data: dict[str, Any]) -> Any:
    user = cast(User, request.user)
    guardian = chosen.relation == Holder.Relation.GUARDIAN
    since = chosen.valid_from
    return apply(
        person=chosen.person,
        asked=Asked(
            schemes=tuple(data["schemes"]),
            event=event,
            channel=Channel.ONLINE,
            relation=chosen.relation,
            applicant=str(user),
            authorisation=f"监护人账号，{since.year}年{since.month}月{since.day}日在窗口开通" if guardian else "",
            applied_on=today(),
            facts=data["facts"],
            items=data["items"],
        ),
        actor=_actor(request),
        at=now(),
    )


@never_cache
@require_GET
def applications(request: HttpRequest) -> HttpResponse:
    """我的申请：办到哪一步，有什么通知。"""
    rows = [_row(one) for one in _own(request).order_by("-pk")[:100]]
    people = [one.person_id for one in held(request)]
    notices = Notice.objects.filter(person__in=people).order_by("-pk")[:_NOTICES]
    return render(request, "portal/applications.html", {"rows": rows, "notices": notices})


def _row(one: Application) -> dict[str, Any]:
    state = State(one.state)
    return {
        "one": one,
        "scheme": scheme(one.scheme).name,
        "state": state.label,
        "tone": _TONES.get(state, ""),
        "late": one.due_on is not None and one.closed_on is None and one.paused_on is None and one.due_on < today(),
    }


@never_cache
@require_GET
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """一件申请：办到哪一步，还缺什么，决定和理由。"""
    one = get_object_or_404(_own(request), pk=pk)
    audit.record(actor=cast(User, request.user), action="portal.application", target=f"application:{pk}", at=now())
    weighed = weighing.weigh(one)
    decision = Decision.objects.filter(application=one).first()
    last = reopening.last_day_to_ask(one)
    needs = materials.needs(one, weighed.facts, today())
    papers = materials.labels((weighed.scheme,))
    context = {
        **_row(one),
        "steps": [step for step in moving.steps_for(one, APPLICANT) if step.name != "submit"],
        "needs": needs,
        "papers": {item.code: item.label for item in weighed.scheme.materials},
        "files": materials.usable(one.person_id, one.bundle, today()).filter(code__in=papers),
        "moves": list(_moves(one)),
        "decision": decision,
        "amount": text(from_fen(decision.amount_fen)) if decision is not None and decision.amount_fen else "",
        "review_until": last if last is not None and today() <= last and not hasattr(one, "review") else None,
        "assessment": getattr(one, "assessment", None),
        "notices": one.notices.order_by("-pk"),
    }
    return render(request, "portal/application.html", context)


def _moves(one: Application) -> Iterator[dict[str, Any]]:
    """Yield what happened, without the names of the staff."""
    for move in one.moves.all():
        yield {"on": move.on, "word": moving.word(move), "state": State(move.target).label, "reason": move.reason}


@_said
@require_POST
def step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """撤回，或补交以后接着办。"""
    one = get_object_or_404(_own(request), pk=pk)
    taking.take(
        application=one, step=step, actor=_actor(request), on=today(), at=now(), seen=request.POST.get("seen", "")
    )
    messages.success(request, "已办好。")
    return redirect("portal:application", pk=pk)


@_said
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """交一份材料：以后申请还能用，不用再交。"""
    one = get_object_or_404(_own(request), pk=pk)
    file: UploadedFile[Any] | None = request.FILES.get("file")
    if file is None:
        raise materials.MaterialRefused("没有选文件：请选好再上传。")
    materials.upload(
        application=one, code=request.POST.get("code", ""), name=Path(file.name or "").name, chunks=file.chunks(),
        on=today(), at=now(), by=cast(User, request.user),
    )  # fmt: skip
    messages.success(request, "材料已收下。")
    return redirect("portal:application", pk=pk)


@_said
@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """不同意决定，要求复核。"""
    made = reopening.review(
        application=get_object_or_404(_own(request), pk=pk), actor=_actor(request), on=today(), at=now(),
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, "已要求复核，由另一个人重新决定。")
    return redirect("portal:application", pk=made.pk)


@_said
@never_cache
@require_GET
def letter(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """决定书：看、打印，或下载 PDF。"""
    one = get_object_or_404(_own(request), pk=pk)
    decision = Decision.objects.filter(application=one).first()
    if decision is None or suffix not in ("html", "pdf"):
        raise Http404
    audit.record(actor=cast(User, request.user), action="portal.decision", target=f"application:{pk}", at=now())
    if suffix == "html":
        return render(request, "portal/letter.html", letters.letter(one, decision))
    answer = HttpResponse(letters.pdf(one, decision), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="decision-{one.number}.pdf"'
    return answer


@never_cache
@require_GET
def material(request: HttpRequest, pk: int) -> HttpResponse:
    """看自己交的一份材料。"""
    people = [one.person_id for one in held(request)]
    kept = get_object_or_404(MaterialFile, pk=pk, person__in=people)
    data = documents.content(kept.digest)
    audit.record(actor=cast(User, request.user), action="portal.material", target=f"material:{pk}", at=now())
    answer = HttpResponse(data, content_type=documents.KINDS[kept.suffix][1])
    answer["Content-Disposition"] = f'attachment; filename="material-{pk}{kept.suffix}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
