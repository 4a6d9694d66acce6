"""Who may open which page. Every page is a row of `pages.py`; here is what a row means and how it is kept.

A request is answered as one appointment of the user, shown at the top of every page and switched openly: what lies
outside its place is not found (404), what its role does not do is forbidden (403).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from zhucan.core.errors import ZhucanError
from zhucan.orgs.clock import now, today
from zhucan.orgs.models import Appointment, Role, User

EVERYONE = frozenset(Role)
POST, SEEN = "post", "seen"  # session keys: the appointment acted as, and when the user last clicked
_SEEN_EVERY = 300  # seconds: the session is written this seldom
_RANK = {
    role: place
    for place, role in enumerate(
        (
            Role.LEADER,
            Role.APPROVER,
            Role.COUNTY_CLERK,
            Role.FINANCE,
            Role.TOWNSHIP_CLERK,
            Role.COMMISSIONER,
            Role.AUDITOR,
            Role.ADMINISTRATOR,
            Role.PARTNER,
        )
    )
}


class OfficeRequest(HttpRequest):
    """A request by a signed-in user, answered as one appointment."""

    user: User  # signed in: LoginRequiredMiddleware
    post: Appointment
    posts: list[Appointment]


View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Page:
    """One page: its name, address below the root, view, the roles that may open it, and its word in the menu."""

    name: str
    path: str
    view: View
    roles: frozenset[Role]
    menu: str = ""

    @property
    def address(self) -> str:
        """Where it is, for a page that needs no key."""
        return reverse(f"office:{self.name}")

    @property
    def section(self) -> str:
        """The part of the menu it belongs to: the first word of its name."""
        return self.name.split("-")[0]


def held(user: User) -> list[Appointment]:
    """Return the appointments of a user in force today, the one acted as by default first."""
    day = today()
    rows = Appointment.objects.select_related("division").filter(user=user, valid_from__lte=day)
    found = rows.filter(Q(valid_to=None) | Q(valid_to__gt=day))
    return sorted(found, key=lambda one: (_RANK[Role(one.role)], one.division_id))


def guarded(page: Page) -> View:
    """Return the view of a page behind its row of the table."""

    @wraps(page.view)
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:  # only the root lets anybody in, to be shown the way
            return redirect(settings.ZHUCAN_WELCOME_URL)
        asked = cast(OfficeRequest, request)
        if _idle(asked, now()):
            logout(request)
            return redirect(f"{reverse(settings.LOGIN_URL)}?next={request.path}")
        if asked.user.password_given and page.name not in ("password", "sign-out"):
            return redirect("office:password")
        asked.posts = held(asked.user)
        chosen = request.session.get(POST)
        acting = next((one for one in asked.posts if one.pk == chosen), asked.posts[0] if asked.posts else None)
        if acting is None and page.name == "home":
            return redirect(settings.ZHUCAN_OWN_FILE_URL)
        if acting is None:
            if page.roles == EVERYONE and page.section in ("password", "device"):
                return page.view(request, *args, **kwargs)
            raise PermissionDenied("您现在没有任何岗位，看不到资料：请联系管理员任命。")
        asked.post = acting
        if Role(acting.role) not in page.roles:
            raise PermissionDenied
        try:
            return page.view(request, *args, **kwargs)
        except ZhucanError as error:
            return render(request, "web/refused.html", {"sentence": str(error), "back": _back(request)}, status=409)

    return login_not_required(view) if page.path == "" else view


def link(request: OfficeRequest, name: str, *args: Any) -> str:
    """Return the address of a page, "" where the acting role may not open it."""
    from zhucan.office.pages import PAGES  # the table names the views, which name this module

    for page in PAGES:
        if page.name == name and Role(request.post.role) in page.roles:
            return reverse(f"office:{name}", args=args)
    return ""


def _idle(request: OfficeRequest, at: datetime) -> bool:
    """Tell whether the user has not clicked for long, and note that they just did."""
    moment, seen = int(at.timestamp()), request.session.get(SEEN)
    if seen is not None and moment - seen > settings.ZHUCAN_IDLE_SECONDS:
        return True
    if seen is None or moment - seen > _SEEN_EVERY:
        request.session[SEEN] = moment
    return False


def _back(request: HttpRequest) -> str:
    came = request.META.get("HTTP_REFERER", "")
    safe = url_has_allowed_host_and_scheme(came, {request.get_host()}, require_https=request.is_secure())
    return came if safe else "/"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame of a staff page shows: the menu of the role, and the appointment; a context processor."""
    post = getattr(request, "post", None)
    if post is None:
        return {}
    from zhucan.office.pages import PAGES  # the table names the views, which name this module

    match = request.resolver_match
    section = (match.url_name or "").split("-")[0] if match else ""
    menu = [(page, page.section == section) for page in PAGES if page.menu and Role(post.role) in page.roles]
    allowed = {page.name for page in PAGES if Role(post.role) in page.roles}
    return {"menu": menu, "post": post, "posts": getattr(request, "posts", []), "may": allowed}
