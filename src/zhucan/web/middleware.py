"""What every answer carries: the content policy, no caching of personal pages, and a limit on how often one may ask."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhucan.web.limits import MINUTE, too_often

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
_Answer = Callable[[HttpRequest], HttpResponse]


class SecurityHeaders:
    """Set the content security policy, and keep personal pages out of every cache."""

    def __init__(self, get_response: _Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers set."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class RateLimit:
    """Let one reader, told by account or else by address, ask only so often a minute; 429 beyond that."""

    def __init__(self, get_response: _Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or ask to come back in a minute."""
        if request.path.startswith(settings.ZHUCAN_OWN_LIMITS):
            return self.get_response(request)
        signed_in = request.user.is_authenticated
        who = f"user:{request.user.pk}" if signed_in else f"address:{request.META.get('REMOTE_ADDR', '')}"
        most = settings.ZHUCAN_ASKED_A_MINUTE if signed_in else settings.ZHUCAN_ASKED_A_MINUTE_UNKNOWN
        if too_often(who, most):
            response = render(request, "429.html", status=429)
            response["Retry-After"] = str(MINUTE)
            return response
        return self.get_response(request)
