"""Online courses and sessions: what is open, signing up and off for oneself or one's ward, what was completed."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from zhucan.community import own
from zhucan.community.kinds import kind_of
from zhucan.community.models import Activity, Participant
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import User
from zhucan.portal.acting import chosen_of, held, refusals_lead
from zhucan.registry.models import Holder

_MOST = 50
_said = refusals_lead(lambda **_: reverse("portal:courses"))


def _guardian(holder: Holder) -> str:
    """Return the name that a guardian takes part under, "" for whoever reads the own file."""
    return str(holder.user) if holder.relation == Holder.Relation.GUARDIAN else ""


@never_cache
@require_GET
def courses(request: HttpRequest) -> HttpResponse:
    """线上课程：能报哪些，报了哪些，学完了哪些。"""
    found = held(request)
    chosen = chosen_of(found, request.GET.get("person", ""))
    user, day = cast(User, request.user), today()
    audit.record(actor=user, action="portal.courses", target=f"person:{chosen.person_id}", at=now())
    mine = list(own.entries(chosen.person, _guardian(chosen))[:_MOST])
    there = {(one.activity_id, one.who) for one in mine}
    ways = ("self", "relative") if _guardian(chosen) else ("self",)
    rows = [_offer(one, there, ways) for one in own.offered(chosen.person, day)[:_MOST]]
    context: dict[str, Any] = {
        "held": found,
        "chosen": chosen,
        "rows": [row for row in rows if row["ways"] or row["full"]],
        "ahead": [_entry(one) for one in mine if one.activity.starts_on > day],
        "past": [_entry(one) for one in mine if one.activity.starts_on <= day],
    }
    return render(request, "portal/courses.html", context)


def _offer(one: Any, there: set[tuple[int, str]], ways: tuple[str, ...]) -> dict[str, Any]:
    left = None if one.planned is None else max(one.planned - one.entered, 0)
    open_to = [way for way in ways if (one.pk, way) not in there]
    return {**_told(one), "left": left, "full": left == 0 and bool(open_to), "ways": open_to if left != 0 else []}


def _told(one: Activity) -> dict[str, Any]:
    return {"one": one, "subject": kind_of(own.KIND).subjects.get(one.subject, "")}


def _entry(entry: Participant) -> dict[str, Any]:
    return {**_told(entry.activity), "entry": entry, "state": _state(entry)}


def _state(entry: Participant) -> tuple[str, str]:
    """Return what came of somebody's part so far, in words, and its tone."""
    if entry.activity.starts_on > today():
        return "已报名", ""
    if entry.passed:
        return "✓ 学完了", "ok"
    if entry.attended == 0:
        return "没有参加", ""
    if entry.passed is False:
        return "▲ 没有学完", "warn"
    return ("已参加", "") if entry.attended else ("还没有登记", "")


@_said
@require_POST
def sign_up(request: HttpRequest, pk: int) -> HttpResponse:
    """报名：替本人，或监护人自己。"""
    chosen = chosen_of(held(request), request.POST.get("person", ""))
    activity = Activity.objects.filter(pk=pk, kind=own.KIND, retracted_at=None).first()
    if activity is None:
        raise Http404
    name = _guardian(chosen) if request.POST.get("who") == "relative" else ""
    own.join(person=chosen.person, activity=activity, at=now(), by=cast(User, request.user), family_name=name)
    messages.success(request, f"报好名了：{activity.starts_on.month}月{activity.starts_on.day}日开始。")
    return _back(chosen)


@_said
@require_POST
def sign_off(request: HttpRequest, pk: int) -> HttpResponse:
    """取消报名：开始以前都可以。"""
    chosen = chosen_of(held(request), request.POST.get("person", ""))
    entry = own.entries(chosen.person, _guardian(chosen)).filter(pk=pk).first()
    if entry is None:
        raise Http404
    own.leave(entry=entry, at=now(), by=cast(User, request.user))
    messages.success(request, "已取消报名。")
    return _back(chosen)


def _back(chosen: Holder) -> HttpResponse:
    return redirect(f"{reverse('portal:courses')}?person={chosen.person_id}")
