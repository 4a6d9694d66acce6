"""WSGI entry for waitress or gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from zhucan.orgs.secrecy import refuse_unfinished

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhucan.config.settings")
application = get_wsgi_application()
refuse_unfinished()
