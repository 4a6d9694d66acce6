"""Root URLs."""

from django.urls import include, path

from zhucan.web import preferences

urlpatterns = [
    path("preferences/", preferences.choose, name="preferences"),
    path("", include("zhucan.portal.urls")),
    path("", include("zhucan.office.urls")),
]
