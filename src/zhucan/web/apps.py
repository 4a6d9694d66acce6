"""What pages for staff and for the public share."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "zhucan.web"
    label = "web"
