from django.apps import AppConfig
from django.conf import settings

from zhucan.core import calendar


class OrgsConfig(AppConfig):
    name = "zhucan.orgs"
    label = "orgs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the years of holidays that this installation was told of count."""
        calendar.keep_years_in(settings.ZHUCAN_HOME / "holidays.yaml")
