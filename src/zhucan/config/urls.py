"""Root URLs."""

from django.urls import include, path

from zhucan.web import preferences

urlpatterns = [
    path("preferences/", preferences.choose, name="preferences"),
    path("api/", include("zhucan.api.urls")),
    path("", include("zhucan.portal.urls")),
    path("", include("zhucan.office.urls")),
]
