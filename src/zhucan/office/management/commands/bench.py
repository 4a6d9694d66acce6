"""`zhucan bench NAME`: measured figures as JSON."""

import json
from typing import Any

from django.core.management.base import CommandParser

from zhucan.cases.bench import bench_explain
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.office.bench import bench_pages
from zhucan.orgs.clock import today
from zhucan.orgs.commands import Command as Base
from zhucan.payments.bench import bench_run
from zhucan.policy.bench import bench_decide
from zhucan.registry.rosters.bench import bench_import
from zhucan.reports.bench import bench_report


class BadCount(ZhucanError):
    """A count that cannot be measured."""


class Command(Base):
    help = "测速：decide 全员判断，run 一个月的发放，import 花名册导入，explain 一个人的说明，pages 网页，report 检查三十页的报告。结果是 JSON。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=("decide", "run", "import", "explain", "pages", "report"), metavar="NAME")
        parser.add_argument("--people", type=int, metavar="N", help="人数（decide、run、explain、pages）")
        parser.add_argument("--all", action="store_true", help="decide：整个目录的项目，不只是两项补贴")
        parser.add_argument("--rows", type=int, default=100_000, metavar="N", help="花名册行数（import）")
        parser.add_argument(
            "--database", default="", metavar="URL", help="run、pages 用的空 PostgreSQL 库（默认临时 SQLite）"
        )

    def run(self, **options: Any) -> None:
        """Measure and print one object."""
        people = options["people"]
        if (people is not None and people < 1) or options["rows"] < 1:
            raise BadCount("人数和行数都应大于 0：请改正后再试。")
        month = Month.of(today())
        found: dict[str, Any]
        match options["name"]:
            case "decide":
                found = bench_decide(people or 1_000_000, whole=options["all"])
            case "run":
                found = dict(bench_run(people or 100_000, month, options["database"]))
            case "import":
                found = dict(bench_import(options["rows"]))
            case "report":
                found = dict(bench_report())
            case "pages":
                found = bench_pages(people or 100_000, month, options["database"])
            case _:
                found = dict(bench_explain(month, people or 200))
        self.stdout.write(json.dumps(found, ensure_ascii=False))
