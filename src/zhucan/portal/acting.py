"""What every page of the own file shares: whom the user may act for, and how a refusal is told."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from zhucan.core.errors import ZhucanError
from zhucan.orgs.clock import today
from zhucan.orgs.models import User
from zhucan.registry.holders import held_by
from zhucan.registry.models import Holder

View = Callable[..., HttpResponse]


def held(request: HttpRequest) -> list[Holder]:
    """Return the files that the user may act for; whoever has none finds nothing here."""
    found = list(held_by(cast(User, request.user), today()))
    if not found:
        raise Http404
    return found


def chosen_of(found: list[Holder], wanted: str) -> Holder:
    """Return the file whose person's key was asked for, the first where none was; nobody else's is found."""
    chosen = next((one for one in found if str(one.person_id) == wanted), None) if wanted else found[0]
    if chosen is None:
        raise Http404
    return chosen


def refusals_lead(back: Callable[..., str]) -> Callable[[View], View]:
    """Let what a service refuses be told as one sentence, with the way back that the keys of the address give."""

    def of(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except ZhucanError as error:
                context = {"sentence": str(error), "back": back(**kwargs)}
                return render(request, "portal/refused.html", context, status=409)

        return answer

    return of
