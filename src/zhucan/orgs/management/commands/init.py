"""`zhucan init`: make the keys, the database and the first administrator."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser

from zhucan.orgs import audit, tables
from zhucan.orgs.clock import now
from zhucan.orgs.commands import Command as Base


class Command(Base):
    help = "首次启动：生成密钥和数据库。可以重复运行，已有的不会改动。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--divisions", help="区划表 CSV（code,name,level,parent）")

    def run(self, **options: Any) -> None:
        """Make what is missing; the keys were made when the settings were read."""
        tables.prepare()
        if audit.head()[0] == 0:
            audit.record(actor=None, action="orgs.init", target="system", at=now())
        if options["divisions"]:
            call_command("import", "divisions", options["divisions"])
        self.stdout.write(
            f"已就绪，数据在 {settings.ZHUCAN_HOME}。请备份其中的 keys.json：没有它，加密的内容无法打开。"
        )
