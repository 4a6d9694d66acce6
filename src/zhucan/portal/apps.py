"""Pages for persons with disabilities and their families."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "zhucan.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"
