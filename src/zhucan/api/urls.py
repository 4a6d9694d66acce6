"""Addresses of the interface."""

from django.urls import path, re_path

from zhucan.api.routes import api, open_to_keys, unknown

_patterns, _app, _namespace = api.urls
urlpatterns = [
    path("", (open_to_keys(_patterns), _app, _namespace)),
    re_path(r"^(?P<path>.*)$", unknown),
]
