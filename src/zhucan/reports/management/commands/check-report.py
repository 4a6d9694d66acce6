"""`zhucan check-report FILE [--json]`."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from zhucan.orgs.commands import Command as Base
from zhucan.reports.checker import Severity, check
from zhucan.reports.checker.findings import SEVERITY_NAMES
from zhucan.reports.checker.reading import SUFFIXES, read_file


class Command(Base):
    help = f"检查一份报告（{'、'.join(SUFFIXES)}）：算不平的数、对不上的年份、漏掉的数字、写了两遍的话。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="要检查的报告，不一定是本系统写的")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def run(self, **options: Any) -> None:
        """Print what does not hold, in reading order."""
        found = check(read_file(options["file"]))
        if options["json"]:
            self.stdout.write(json.dumps([one.as_dict() for one in found], ensure_ascii=False, indent=1))
            return
        for one in found:
            self.stdout.write(f"第 {one.line} 行 [{one.severity_name}] {one.name}：{one.detail}")
            self.stdout.write(f"    {one.sentence}")
        counts = "，".join(f"{SEVERITY_NAMES[kind]} {sum(one.severity is kind for one in found)}" for kind in Severity)
        self.stdout.write(f"共 {len(found)} 处：{counts}。" if found else "没有发现问题。")
