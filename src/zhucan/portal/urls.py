"""Addresses of the pages for persons with disabilities and their families."""

from django.urls import path

from zhucan.portal import asking, counselling, courses, holder, views

app_name = "portal"
urlpatterns = [
    path("welcome/", views.welcome, name="welcome"),
    path("welcome/what/", views.questions, name="questions"),
    path("welcome/where/", views.counters, name="counters"),
    path("welcome/standards/", views.standards, name="standards"),
    path("welcome/accessibility/", views.accessibility, name="accessibility"),
    path("welcome/privacy/", views.privacy, name="privacy"),
    path("welcome/keyboard/", views.keyboard, name="keyboard"),
    path("welcome/publicity/", views.hung_out, name="publicity"),
    path("my/", holder.mine, name="mine"),
    path("my/apply/", asking.ask, name="ask"),
    path("my/applications/", asking.applications, name="applications"),
    path("my/applications/<int:pk>/", asking.application, name="application"),
    path("my/applications/<int:pk>/take/<slug:step>/", asking.step, name="step"),
    path("my/applications/<int:pk>/papers/", asking.upload, name="upload"),
    path("my/applications/<int:pk>/review/", asking.review, name="review"),
    path("my/applications/<int:pk>/letter.<str:suffix>", asking.letter, name="letter"),
    path("my/courses/", courses.courses, name="courses"),
    path("my/courses/<int:pk>/sign-up/", courses.sign_up, name="course-in"),
    path("my/courses/entries/<int:pk>/sign-off/", courses.sign_off, name="course-off"),
    path("my/counselling/", counselling.counselling, name="counselling"),
    path("my/counselling/<int:pk>/off/", counselling.call_off, name="counselling-off"),
    path("my/papers/<int:pk>/", asking.material, name="material"),
]
