"""The audit chain: who did or looked at what, whether the chain is whole, and its head to be kept elsewhere."""

from collections.abc import Iterator
from typing import Any

import segno
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.core.divisions import Level, level_of
from zhucan.office import exports, scope
from zhucan.office.access import OfficeRequest
from zhucan.office.deeds import WORDS, detail_words, word_of
from zhucan.office.fields import form_page
from zhucan.orgs import audit
from zhucan.orgs.clock import SHANGHAI, moment, now, today
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Appointment, AuditEntry, User
from zhucan.web.forms import UNPROCESSABLE, DateField, Form
from zhucan.web.slices import slice_of

_MOST = 20_000  # rows a list taken out may have
_SHOWN = 100  # faults told on one page


class FilterForm(Form):
    """看哪些记录。"""

    quiet = True

    since = DateField(label="从哪天", required=False)
    until = DateField(label="到哪天", required=False)
    actor = forms.CharField(label="操作人（用户名）", required=False, max_length=150)
    action = forms.ChoiceField(
        label="做了什么", required=False, choices=[("", "全部"), *sorted(WORDS.items(), key=lambda item: item[1])]
    )
    target = forms.CharField(label="对象", required=False, max_length=60, help_text="例如 person:12、run:3、user:clerk")


class HeadForm(Form):
    """以前留存的链头。"""

    kept = forms.CharField(label="留存的链头", max_length=100, help_text="照打印的抄写：条数:校验值。")


def _entries(request: OfficeRequest, asked: dict[str, Any]) -> QuerySet[AuditEntry]:
    """Return the entries a place may read: those of users with an appointment in it, now or before.

    The chain is one for the whole system. A county reads what its own people did, and of its own people only; what the
    system did by itself (commands, imports at the start) is read where the whole system is, above the counties or in
    the only one.
    """
    own = scope.here(request)
    users = User.objects.filter(
        pk__in=Appointment.objects.filter(inside("division_id", own)).values("user")
    ).values_list("username", flat=True)
    mine = Q(actor__in=list(users))
    if (
        level_of(own) in (Level.NATION, Level.PROVINCE, Level.CITY)
        or not Appointment.objects.exclude(inside("division_id", own)).exists()
    ):
        mine |= ~Q(
            actor__in=User.objects.exclude(username__in=list(users)).exclude(appointments=None).values("username")
        )
    found = AuditEntry.objects.filter(mine)
    if asked.get("since"):
        found = found.filter(at__gte=moment(asked["since"]))
    if asked.get("until"):
        last = asked["until"]
        found = found.filter(at__lt=moment(last.fromordinal(last.toordinal() + 1)))
    for name in ("actor", "action", "target"):
        if asked.get(name):
            found = found.filter(**{name: asked[name].strip()})
    return found.order_by("-sequence")


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {"entry": entry, "word": word_of(entry.action), "detail": detail_words(entry.detail)}


@require_GET
def trail(request: OfficeRequest) -> HttpResponse:
    """审计记录：谁在什么时候做了什么、看了谁。"""
    form = FilterForm(request.GET)
    status = 200 if form.is_valid() else UNPROCESSABLE
    page = slice_of(_entries(request, form.cleaned_data), request)
    names = dict(User.objects.filter(username__in={entry.actor for entry in page}).values_list("username", "full_name"))
    rows = [_row(entry) | {"name": names.get(entry.actor, "")} for entry in page]
    context = {"form": form, "page": page, "rows": rows, "asked": request.GET.urlencode()}
    return render(request, "office/trail.html", context, status=status)


@require_http_methods(["GET", "POST"])
def verify(request: OfficeRequest) -> HttpResponse:
    """核对审计链：有没有被改动、删除或调换；也可以和以前留存的链头比。"""
    form = HeadForm(request.POST if "kept" in request.POST else None)
    faults: list[str] | None = None
    if request.method == "POST" and not form.is_bound:
        faults = list(_some(audit.faults()))
    elif form.is_valid():
        kept = form.cleaned_data["kept"]
        faults = form.tried(lambda: list(_some(audit.against(kept))))
    if faults is not None:
        audit.record(actor=request.user, action="office.verified", target="audit", at=now(), faults=len(faults))
    sequence, _ = audit.head()
    context = {"form": form, "faults": faults, "sequence": sequence, "compared": form.is_bound}
    return render(request, "office/verify.html", context, status=UNPROCESSABLE if form.errors else 200)


def _some(found: Iterator[str]) -> Iterator[str]:
    for number, sentence in enumerate(found):
        if number == _SHOWN:
            yield "……后面还有，没有列出：请在命令行用 zhucan verify 看全部。"
            return
        yield sentence


@require_GET
def head(request: OfficeRequest) -> HttpResponse:
    """打印链头，签字后放到系统以外的地方。"""
    sequence, digest = audit.head()
    audit.record(actor=request.user, action="office.head-printed", target="audit", at=now(), sequence=sequence)
    text = f"{sequence}:{digest}"
    context = {
        "sequence": sequence,
        "digest": " ".join(digest[start : start + 8] for start in range(0, len(digest), 8)),
        "text": text,
        "picture": segno.make(text).svg_data_uri(scale=4, border=2),
        "seal": audit.seal_of(sequence, digest)[:16],
        "today": today(),
    }
    return render(request, "office/head.html", context)


@require_http_methods(["GET", "POST"])
def export(request: OfficeRequest) -> HttpResponse:
    """导出审计记录：写明用途，记入审计。"""
    asked = FilterForm(request.GET)
    asked.is_valid()
    form = exports.PurposeForm(request.POST or None, role=request.post.role)
    form.fields.pop("whole", None)
    if form.is_valid() and not asked.errors:
        entries = _entries(request, asked.cleaned_data)[: _MOST + 1]
        count = len(entries)
        if count > _MOST:
            form.add_error(None, f"超过 {_MOST} 条，一次导不出：请先选日期或操作人。")
        else:
            header = ("序号", "时间", "操作人", "做了什么", "对象", "内容", "校验值")
            made = exports.Sheet("审计记录", header, map(_cells, entries), count)
            return exports.answer(request, made, form, target="audit")
    return form_page(
        request, form, "导出审计记录", f"{reverse('office:audit')}?{request.GET.urlencode()}", action="导出"
    )


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    when = f"{entry.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    return (
        str(entry.sequence), when, entry.actor, word_of(entry.action), entry.target, detail_words(entry.detail), entry.digest,
    )  # fmt: skip
