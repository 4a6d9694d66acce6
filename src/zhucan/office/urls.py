"""The pages for staff."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from zhucan.office import views

app_name = "office"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("people/", views.people, name="people"),
    path("people/<int:pk>/", views.person, name="person"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("reports/<int:pk>/", views.report, name="report"),
    path("reports/<int:pk>/download.<str:suffix>", views.download, name="download"),
]
