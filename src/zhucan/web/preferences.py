"""关怀版 and light or dark: kept in a cookie, set by a plain form, so that no page flashes and none needs a script."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

_YEAR = 365 * 24 * 3600
_CHOICES = {"care": ("on", ""), "theme": ("light", "dark", "")}


def preferences(request: HttpRequest) -> dict[str, Any]:
    """Return what every page needs to know of the reader's choice; a context processor."""
    chosen = {
        name: value if (value := request.COOKIES.get(name, "")) in allowed else "" for name, allowed in _CHOICES.items()
    }
    return {"preferences": chosen}


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """页面停留太久，安全校验已过期。"""
    return render(request, "403_csrf.html", status=403)


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """记住读者选的版式，回到原来的页面。"""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    for name, allowed in _CHOICES.items():
        value = request.POST.get(name)
        if value in allowed:
            response.set_cookie(
                name, value, max_age=_YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
    return response
