"""Addresses of the pages for persons with disabilities and their families."""

from django.urls import path

from zhucan.portal import holder, views

app_name = "portal"
urlpatterns = [
    path("welcome/", views.welcome, name="welcome"),
    path("welcome/what/", views.questions, name="questions"),
    path("welcome/where/", views.counters, name="counters"),
    path("welcome/accessibility/", views.accessibility, name="accessibility"),
    path("welcome/privacy/", views.privacy, name="privacy"),
    path("welcome/keyboard/", views.keyboard, name="keyboard"),
    path("my/", holder.mine, name="mine"),
]
