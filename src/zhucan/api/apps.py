"""The interface for partner systems."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "zhucan.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"
