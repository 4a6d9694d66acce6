"""`zhucan export people FILE --purpose TEXT`."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from zhucan.orgs.clock import now
from zhucan.orgs.commands import CLERK, command_user
from zhucan.orgs.commands import Command as Base
from zhucan.registry.rosters.exporting import export_people


class Command(Base):
    help = "导出花名册（people）为 xlsx，表头与导入相同，可以改好再导入。内容不遮盖，导出会记入审计，请妥善保管。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=("people",), metavar="people")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--division", default="", metavar="CODE", help="只导出户籍在这个区划的人（默认全部）")
        parser.add_argument("--purpose", default="", metavar="TEXT", help="用途：给谁、做什么用；写在表上，并记入审计")
        parser.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义导出")

    def run(self, **options: Any) -> None:
        """Export and say how many people are in the file."""
        result = export_people(
            path=options["file"],
            at=now(),
            by=command_user(options["by"]),
            purpose=options["purpose"],
            division=options["division"],
        )
        dead = f"，已去世的 {result.dead} 人没有列入" if result.dead else ""
        self.stdout.write(
            f"已导出 {result.people} 人到 {result.file}{dead}。内含完整证号和账号，请妥善保管，用后删除。"
        )
