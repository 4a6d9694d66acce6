"""`zhucan serve`: serve the pages on this machine."""

from typing import Any

import waitress
from django.core.management.base import CommandParser
from django.core.wsgi import get_wsgi_application

from zhucan.orgs.commands import Command as Base


class Command(Base):
    help = "启动网页服务（默认只在本机 127.0.0.1:8000）。按 Ctrl+C 停止。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def run(self, **options: Any) -> None:
        """Serve until interrupted."""
        self.stdout.write(f"网页服务：http://{options['host']}:{options['port']}/  （按 Ctrl+C 停止）")
        self.stdout.flush()
        waitress.serve(get_wsgi_application(), host=options["host"], port=options["port"], threads=8, _quiet=True)
