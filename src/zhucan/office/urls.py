"""Addresses of the staff pages: the sign-in, and the rows of the table."""

from django.urls import path

from zhucan.office import account
from zhucan.office.access import guarded
from zhucan.office.pages import PAGES

app_name = "office"
urlpatterns = [
    path("sign-in/", account.sign_in, name="sign-in"),
    path("sign-in/code/", account.code, name="code"),
    path("sign-out/", account.sign_out, name="sign-out"),
    *(path(page.path, guarded(page), name=page.name) for page in PAGES),
]
