"""One person's file: who they are, what is recorded of them, what they get, and all of it on one line of time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.cases.facts import Judgement, judge
from zhucan.cases.models import Award
from zhucan.core import masking
from zhucan.core.divisions import county_of
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.indicators.given import Kind, given_to
from zhucan.office import activities, scope
from zhucan.office.access import OfficeRequest
from zhucan.office.corrections import FACTS, SPELLS
from zhucan.orgs import audit
from zhucan.orgs.clock import SHANGHAI, day_of, last_moment, now, today
from zhucan.payments import recoveries
from zhucan.payments.causes import label
from zhucan.payments.models import Line, LineKind, Payment, RecoveryDecision
from zhucan.policy.catalogue import MONTHLY, scheme
from zhucan.policy.explain import Explanation, explain
from zhucan.policy.facts import BENEFIT_LABELS
from zhucan.policy.schemes import Scheme
from zhucan.registry import models
from zhucan.registry.findings import finding_words
from zhucan.registry.models import Person, Spell
from zhucan.registry.services import name_of
from zhucan.web.charts import Bar, Chart
from zhucan.web.forms import UNPROCESSABLE, DateField, Form

SECRETS: Mapping[str, tuple[str, type[Spell] | None, str]] = {
    "id-number": ("公民身份号码", None, "id_number"),
    "phone": ("电话", models.Contact, "phone"),
    "address": ("住址", models.Contact, "address"),
    "account": ("收款账号", models.PayeeAccount, "number"),
    "guardian-phone": ("监护人电话", models.Guardianship, "phone"),
    "certificate": ("残疾人证号", models.Certificate, "number"),
}
"""What is kept closed: its word, the spell it stands in (None: the person), and the column."""
_MONTHS = 12


class KnownForm(Form):
    """看哪一天时所知道的情况。"""

    known = DateField(label="按哪一天知道的情况看", required=False)


class OpenForm(Form):
    """为什么要看。"""

    reason = forms.CharField(label="为什么要看", max_length=100, help_text="例如：核对银行退回的账号。会记入审计。")


@dataclass(frozen=True)
class Event:
    """One thing on the line of time."""

    day: date
    what: str
    detail: str
    recorded: str
    link: str = ""
    tone: str = ""


@require_GET
def file(request: OfficeRequest, pk: int) -> HttpResponse:
    """一个人的档案：现在的情况，或某一天所知道的情况。"""
    found = get_object_or_404(scope.people(request), pk=pk)
    form = KnownForm(request.GET if any(name.startswith("known") for name in request.GET) else None)
    status, known_day = 200, None
    if form.is_bound and not form.is_valid():
        status = UNPROCESSABLE
    elif form.is_bound:
        known_day = form.cleaned_data["known"]
    known_at = None if known_day is None or known_day >= today() else last_moment(known_day)
    audit.record(actor=request.user, action="office.person", target=f"person:{pk}", at=now())
    spells = {model: list(_known(model, found, known_at)) for model in _models()}
    home = _live(spells[models.Residence])
    lines = list(
        Line.objects.filter(person=found, booked=True).select_related("run").order_by("-run__month", "-month", "-id")
    )
    if known_at is not None:
        lines = [line for line in lines if line.run.approved_at is not None and line.run.approved_at <= known_at]
    context = {
        "person": found,
        "called": found.name if known_at is None else name_of(found, known_day or today(), known_at),
        "identity": masking.resident_id(found.id_number),
        "age": _age(found.born, known_day or today()),
        "home": home,
        "closed": _closed(spells, request),
        "hardship": _live(spells[models.Hardship]),
        "certificate": next((one for one in reversed(spells[models.Certificate]) if one.valid_to is None), None),
        "household": _household(request, found, _live(spells[models.Membership])),
        "guardian": _live(spells[models.Guardianship]),
        "death": _live(spells[models.Death]),
        "states": [_state(one) for model in SPELLS.values() for one in spells.get(model, ()) if _shows(one)],
        "certificates": spells[models.Certificate],
        "verdicts": _verdicts(found, home, known_at),
        "month": Month.of(known_day or today()),
        "paid": _paid(lines),
        "lines": [_line(line) for line in lines[:60]],
        "more": len(lines) > 60,
        "given": [] if known_at else _given(found),
        "activities": activities.of_person(request, found, known_at),
        "debts": [
            {"cause": label(debt.cause), "scheme": scheme(debt.scheme).name, "amount": text(debt.amount)}
            for debt in recoveries.debts(found)
        ],
        "events": sorted(_events(found, spells, lines), key=lambda event: event.day, reverse=True)[:120],
        "facts": [(what, fact.word) for what, fact in FACTS.items()],
        "form": form,
        "known_day": known_day if known_at else None,
    }
    return render(request, "office/person.html", context, status=status)


def _models() -> tuple[type[Spell], ...]:
    return (models.Naming, *SPELLS.values(), models.Certificate, models.Membership)


def _known(model: type[Spell], person: Person, known_at: datetime | None) -> Any:
    rows = model._default_manager.filter(person=person).as_known(known_at)
    rows = rows.select_related("recorded_by")
    return (rows.select_related("division") if model is models.Residence else rows).order_by("valid_from", "id")


def _live(rows: list[Any]) -> Any:
    day = today()
    return next((one for one in reversed(rows) if one.valid_to is None or one.valid_to > day), None)


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _closed(spells: Mapping[type[Spell], list[Any]], request: OfficeRequest) -> list[dict[str, str]]:
    """Return what is kept closed and there, each masked."""
    masks = {
        "phone": masking.phone, "guardian-phone": masking.phone, "account": masking.card, "address": masking.address,
        "certificate": masking.certificate,
    }  # fmt: skip
    found = []
    for what, (word, model, column) in SECRETS.items():
        if model is None:
            continue
        row = _live(spells[model])
        value = getattr(row, column, "") if row is not None else ""
        if value:
            note = f"{row.bank}，户名 {masking.name(row.holder)}" if model is models.PayeeAccount else ""
            found.append({"what": what, "word": word, "masked": masks[what](value), "note": note})
    return found


def _household(request: OfficeRequest, person: Person, membership: Any) -> list[dict[str, Any]]:
    if membership is None:
        return []
    rows = models.Membership.objects.filter(
        household=membership.household_id, retracted_at=None, valid_to=None
    ).select_related("person")
    mine = set(scope.people(request).filter(pk__in=[row.person_id for row in rows]).values_list("pk", flat=True))
    return [
        {
            "name": masking.name(row.person.name),
            "role": row.role,
            "pk": row.person_id if row.person_id in mine else None,
        }
        for row in rows
        if row.person_id != person.pk
    ]


def _shows(spell: Spell) -> bool:
    return not isinstance(spell, models.Contact | models.PayeeAccount | models.Guardianship)


def _value(spell: Any) -> str:
    """Return what a spell says, without anything that is kept closed."""
    match spell:
        case models.Naming():
            return str(spell.name)
        case models.Residence():
            return str(spell.division.name)
        case models.Hardship():
            return str(spell.get_kind_display())
        case models.Income():
            return f"人均 {text(from_fen(spell.per_head_fen))} 元"
        case models.OwnIncome():
            return f"{text(from_fen(spell.amount_fen))} 元"
        case models.Benefit():
            amount = "" if spell.amount_fen is None else f" {text(from_fen(spell.amount_fen))} 元"
            return f"{BENEFIT_LABELS.get(spell.kind, spell.kind)}{amount}"
        case models.Certificate():
            return f"{spell.get_category_display()} {spell.grade} 级，{spell.get_status_display()}"
        case models.PayeeAccount():
            return f"{spell.bank} {masking.card(spell.number)}"
        case models.Guardianship():
            return f"{masking.name(spell.name)}（{spell.relation}）"
        case models.Membership():
            return str(spell.role)
        case models.Finding():
            return finding_words(spell)
        case models.Schooling():
            ended = spell.get_outcome_display() if spell.outcome else ""
            parts = [
                spell.get_stage_display(),
                spell.get_placement_display(),
                spell.school,
                spell.class_name,
                spell.support,
            ]
            return "，".join(part for part in (*parts, ended) if part)
        case models.Job():
            channel = spell.get_channel_display() if spell.channel else ""
            income = "" if spell.income_fen is None else f"月收入 {text(from_fen(spell.income_fen))} 元"
            parts = [spell.get_kind_display(), spell.workplace, channel, spell.product, spell.scale]
            return "，".join(part for part in (*parts, income, "" if spell.main else "兼职", spell.ended) if part)
        case models.Candidacy():
            line = "" if spell.qualified is None else "上线" if spell.qualified else "没有上线"
            score = "" if spell.score is None else f"{spell.score} 分"
            admitted = f"录取到{spell.school}" if spell.school else ""
            return "，".join(part for part in (f"{spell.year} 年", spell.adjustments, score, line, admitted) if part)
        case models.TermAid():
            amount = "" if spell.amount_fen is None else f" {text(from_fen(spell.amount_fen))} 元"
            return f"{spell.get_kind_display()}{amount}"
        case models.FollowUp():
            going = "" if spell.well is None else "，正常" if spell.well else "，有困难"
            return f"{spell.get_kind_display()}：{spell.said}（{spell.worker}{going}）"
        case models.TerminalContract():
            return f"{spell.number}，{spell.provider}"
        case models.Insurance():
            return f"{spell.get_kind_display()}，{spell.get_payer_display()}缴费"
        case models.Contact():
            return masking.phone(spell.phone) if spell.phone else "登记了住址"
    return ""


def _state(spell: Any) -> dict[str, Any]:
    return {
        "spell": spell,
        "word": spell._meta.verbose_name,
        "value": _value(spell),
        "kind": spell._meta.model_name,
    }


def _verdicts(person: Person, home: Any, known_at: datetime | None) -> list[tuple[Explanation, bool]]:
    """Return what each scheme says, and whether it can be folded away: neither to be had nor decided by the runs."""
    if home is None:
        return []
    month = Month.of(day_of(known_at or now()))
    judgement = judge(person, month, division=county_of(home.division_id), known_at=known_at)
    return [
        (
            explain(item, judgement.decisions[item.id], judgement.facts, judgement.params),
            judgement.decisions[item.id].rank > 1 and not item.in_runs,
        )
        for item in _ordered(judgement)
    ]


def _ordered(judgement: Judgement) -> list[Scheme]:
    """Return the schemes of the place, what can be had first."""
    return sorted(judgement.offered, key=lambda item: judgement.decisions[item.id].rank)


def _paid(lines: list[Line]) -> Chart | None:
    """Return what was booked in each of the last months as columns."""
    sums: dict[int, int] = {}
    for line in lines:
        if line.kind in (LineKind.REGULAR, LineKind.ARREARS):
            sums[line.run.month] = sums.get(line.run.month, 0) + line.amount_fen
    months = sorted(sums)[-_MONTHS:]
    bars = [
        Bar(
            f"{Month.from_index(month).month}月",
            sums[month],
            f"{text(from_fen(sums[month]))}",
            short=f"{from_fen(sums[month]):.0f}",
        )
        for month in months
    ]
    return Chart("paid", "每月发放（元）", bars, row="月份", column="元") if len(bars) > 1 else None


def _given(person: Person) -> list[dict[str, Any]]:
    """Return what the person was given of everything but the months' money, which stands in its own table."""
    monthly = {item.name for item in MONTHLY}
    return [
        {"one": one, "amount": text(one.amount) if one.amount else ""}
        for one in given_to(person.pk)
        if not (one.kind is Kind.CASH and one.scheme in monthly)
    ][:100]


def _line(line: Line) -> dict[str, Any]:
    return {
        "line": line,
        "month": Month.from_index(line.month).label,
        "run": Month.from_index(line.run.month).label,
        "scheme": scheme(line.scheme).name,
        "amount": text(from_fen(line.amount_fen)),
        "cause": label(line.cause),
    }


def _events(person: Person, spells: Mapping[type[Spell], list[Any]], lines: list[Line]) -> Iterator[Event]:
    yield Event(person.born, "出生", "", "")
    for model, rows in spells.items():
        for row in rows:
            recorded = f"{row.recorded_at.astimezone(SHANGHAI):%Y-%m-%d} 登记，{row.recorded_by or '导入或命令行'}"
            word = row.get_event_display() if isinstance(row, models.Certificate) else "起"
            yield Event(
                row.valid_from,
                f"{model._meta.verbose_name}：{word}" if word != "起" else str(model._meta.verbose_name),
                _value(row),
                recorded,
            )
            if row.valid_to is not None and not isinstance(row, models.Certificate):
                yield Event(row.valid_to, f"{model._meta.verbose_name}结束", _value(row), recorded)
    for award in Award.objects.filter(person=person):
        yield Event(award.applied_on, f"申请{scheme(award.scheme).name}", f"{award.approved_on}批准", "")
        if award.withdrawn_on is not None:
            yield Event(award.withdrawn_on, f"退出{scheme(award.scheme).name}", award.withdrawal_reason, "")
    for line in lines:
        if line.kind != LineKind.REGULAR or line.cause:
            told = _line(line)
            amount = f" {told['amount']} 元" if line.amount_fen else ""
            tone = {LineKind.RECOVERY: "err", LineKind.STOP: "warn", LineKind.DOUBT: "warn"}.get(
                LineKind(line.kind), ""
            )
            day = Month.from_index(line.run.month).first
            yield Event(
                day,
                f"{told['scheme']}：{line.get_kind_display()}",
                f"{told['month']}{amount}，{told['cause']}",
                "",
                f"{line.pk}",
                tone,
            )
    for payment in Payment.objects.filter(person=person, status="failed").select_related("run"):
        day = Month.from_index(payment.run.month).first
        yield Event(day, "代发失败", f"{text(from_fen(payment.amount_fen))} 元，{payment.reason}", "", "", "err")
    for decision in RecoveryDecision.objects.filter(person=person):
        yield Event(
            decision.decided_on,
            f"追回处理：{decision.get_kind_display()}",
            f"{text(from_fen(decision.amount_fen))} 元，{decision.document}",
            "",
        )


@never_cache
@require_http_methods(["GET", "POST"])
def opened(request: OfficeRequest, pk: int, what: str) -> HttpResponse:
    """看一项平时遮住的资料：要写原因，会记入审计。"""
    person = get_object_or_404(scope.people(request), pk=pk)
    if what not in SECRETS:
        raise Http404
    word, model, column = SECRETS[what]
    form = OpenForm(request.POST or None)
    value = ""
    if form.is_valid():
        row: Any = person if model is None else _live(list(_known(model, person, None)))
        value = getattr(row, column, "") if row is not None else ""
        if not value:
            raise ZhucanError(f"没有登记{word}：请先登记。")
        audit.record(
            actor=request.user,
            action="office.opened",
            target=f"person:{pk}",
            at=now(),
            field=what,
            reason=form.cleaned_data["reason"],
        )
    context = {"person": person, "name": masking.name(person.name), "word": word, "form": form, "value": value}
    return render(request, "office/opened.html", context, status=UNPROCESSABLE if form.errors else 200)
