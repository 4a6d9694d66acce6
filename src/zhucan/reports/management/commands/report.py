"""`zhucan report FORM --division CODE --year Y --out FILE`."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from zhucan.core.errors import ZhucanError
from zhucan.orgs.clock import now
from zhucan.orgs.commands import CLERK, command_user, new_file
from zhucan.orgs.commands import Command as Base
from zhucan.reports.catalogue import FORMS
from zhucan.reports.checking import release
from zhucan.reports.renderers import content_type, render
from zhucan.reports.services import compose


class CannotWrite(ZhucanError):
    """The file cannot be written."""


class Command(Base):
    help = "写一份报告（.docx、.pdf、.html 或 .json）。每个数字的口径和记录在 .json 里。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("form", metavar="FORM", help="、".join(f"{item.id}（{item.name}）" for item in FORMS))
        parser.add_argument("--division", required=True, metavar="CODE", help="区划代码")
        parser.add_argument("--year", required=True, type=int, metavar="Y", help="年度")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="写到哪里；扩展名决定格式")
        parser.add_argument("--despite", default="", metavar="REASON", help="检查出错误仍然写出文件的理由，记入审计")
        parser.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义")

    def run(self, **options: Any) -> None:
        """Compose, keep and write the report."""
        out: Path = options["out"]
        content_type(out.suffix)
        new_file(out)
        user = command_user(options["by"])
        report = compose(options["form"], options["division"], options["year"], now(), user)
        release(report=report, at=now(), by=user, despite=options["despite"])
        data, _ = render(report, out.suffix)
        try:
            out.write_bytes(data)
        except OSError as error:
            raise CannotWrite(f"写不了 {out}：请检查是否有权限、文件是否正被打开。") from error
        self.stdout.write(f"{report.title}：{out}（{len(report.content['figures'])} 个数字，报告编号 {report.pk}）")
        for gap in report.content["gaps"]:
            self.stdout.write(gap)
