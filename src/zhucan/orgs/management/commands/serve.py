"""`zhucan serve`: serve the pages on this machine."""

import errno
import signal
import subprocess
import sys
from typing import Any

import waitress
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.wsgi import get_wsgi_application

from zhucan.orgs.commands import Command as Base
from zhucan.orgs.secrecy import refuse_unfinished

_LAST_PORT = 65535
_WORKER = (sys.executable, "-m", "zhucan", "db_worker", "--interval", "0.5", "--no-startup-delay", "--no-reload")
# a proxy on this machine says who asked and whether by HTTPS; anybody else's word for it is dropped
_PROXY = {
    "trusted_proxy": "127.0.0.1",
    "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    "clear_untrusted_proxy_headers": True,
}


class Command(Base):
    help = "启动网页服务（默认只在本机 127.0.0.1:8000）。按 Ctrl+C 停止。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="地址（默认只在本机）")
        parser.add_argument("--port", type=int, default=8000, help=f"端口，1 至 {_LAST_PORT}")
        parser.add_argument("--no-worker", action="store_true", help="不在旁边启动办理长事务的进程（已另外启动时）")

    def run(self, **options: Any) -> None:
        """Serve until interrupted."""
        refuse_unfinished()
        host, port = options["host"], options["port"]
        if not 1 <= port <= _LAST_PORT:
            raise CommandError(f"端口 {port} 不对：请写 1 至 {_LAST_PORT} 之间的数，例如 --port 8000。")
        try:
            server = waitress.create_server(
                get_wsgi_application(), host=host, port=port, threads=8, **(_PROXY if settings.BEHIND_PROXY else {})
            )
        except ValueError as error:
            raise CommandError(f"地址 {host} 不对：请写本机的 IP 地址，只在本机用请写 127.0.0.1。") from error
        except OSError as error:
            raise CommandError(_sentence(host, port, error)) from error
        self.stdout.write(f"网页服务：http://{host}:{port}/  （按 Ctrl+C 停止）")
        self.stdout.flush()
        worker = None if options["no_worker"] else subprocess.Popen(_WORKER)
        # asked to end by the system, leave the same way as by Ctrl+C: the worker goes along
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            server.run()
        finally:
            if worker is not None:
                worker.terminate()  # it ends what it is doing first


def _sentence(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"端口 {port} 已被别的程序占用：请停掉它，或用 --port 换一个端口。"
        case errno.EACCES:
            return f"没有权限使用端口 {port}：请换一个 1024 以上的端口，例如 --port 8000。"
        case _:
            return f"不能在 {host}:{port} 上启动：请核对 --host 是不是本机的地址。"
