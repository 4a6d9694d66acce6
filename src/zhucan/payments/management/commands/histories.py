"""`zhucan histories FILE...`: play worked histories in a throw-away database and print each that fails."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from zhucan.core.yamls import YamlError
from zhucan.orgs.commands import Command as Base
from zhucan.payments.histories import History, load_histories
from zhucan.payments.replay import play, scratch


class Command(Base):
    help = "在临时数据库里走一遍 YAML 写的完整情形，列出不符的；不读写现有数据。有不符或文件有误时退出码为 1。"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="情形文件（YAML）")

    def run(self, **options: Any) -> None:
        """Play every history of every file; a file that cannot be read is told and the others still play."""
        histories: list[History] = []
        unreadable = 0
        for name in options["files"]:
            try:
                histories += load_histories(Path(name))
            except YamlError as error:
                self.stderr.write(str(error))
                unreadable += 1
        failed = 0
        if histories:
            with scratch():
                for history in histories:
                    wrong = play(history)
                    if wrong:
                        self.stdout.write("\n  ".join([f"✕ {history.name}", *wrong]))
                        failed += 1
        self.stdout.write(f"情形 {len(histories)} 个：符合 {len(histories) - failed}，不符 {failed}。")
        if failed or unreadable:
            unread = f"{unreadable} 个文件读不了" if unreadable else ""
            wrongly = f"{failed} 个情形不符" if failed else ""
            raise CommandError(f"{'，'.join(part for part in (wrongly, unread) if part)}：请按上面所列逐一核对。")
