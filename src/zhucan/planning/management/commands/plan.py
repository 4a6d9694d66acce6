"""`zhucan plan`: the plan items of a year."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from zhucan.indicators.catalog import indicator
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import now
from zhucan.orgs.commands import CLERK, command_user
from zhucan.orgs.commands import Command as Base
from zhucan.planning.loading import COLUMNS, load
from zhucan.planning.services import add_plan_item, by_department, plan_items, progress, retract_plan_item


class Command(Base):
    help = "年度工作计划：录入（add）、导入规划（load）、查看（list）、完成情况（progress）、撤回（retract）。下一年的计划写进工作报告的最后一部分。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="add|load|list|progress|retract")
        adding = verbs.add_parser("add", help="录入一条")
        adding.add_argument("text", metavar="TEXT", help="要做什么")
        adding.add_argument("--indicator", default="", metavar="ID", help="用哪个指标衡量，见 zhucan indicators")
        adding.add_argument("--target", default="", metavar="VALUE", help="目标值")
        adding.add_argument("--department", default="", help="责任部门")
        loading = verbs.add_parser("load", help="导入一个规划的任务")
        loading.add_argument("file", type=Path, metavar="FILE", help=f"CSV，第一行为 {'、'.join(COLUMNS)}")
        loading.add_argument("--programme", required=True, help="规划名称")
        loading.add_argument("--division", required=True, metavar="CODE", help="区划代码")
        listing = verbs.add_parser("list", help="查看一年的计划")
        telling = verbs.add_parser("progress", help="一年的计划完成了多少")
        for item in (adding, listing, telling):
            item.add_argument("--division", required=True, metavar="CODE", help="区划代码")
            item.add_argument("--year", required=True, type=int, metavar="Y", help="年度")
        telling.add_argument("--programme", default="", help="只看一个规划")
        retracting = verbs.add_parser("retract", help="撤回一条")
        retracting.add_argument("key", type=int, metavar="N", help="编号")
        for item in (adding, loading, retracting):
            item.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义")

    def run(self, **options: Any) -> None:
        """Do what the verb says."""
        match options["verb"]:
            case "add":
                item = add_plan_item(
                    division=options["division"],
                    year=options["year"],
                    text=options["text"],
                    indicator=options["indicator"],
                    target=options["target"],
                    department=options["department"],
                    at=now(),
                    by=command_user(options["by"]),
                )
                self.stdout.write(f"已录入第 {item.pk} 号：{item.text}。")
            case "load":
                made = load(
                    options["file"], division=options["division"], programme=options["programme"], at=now(),
                    by=command_user(options["by"]),
                )  # fmt: skip
                self.stdout.write(f"已录入 {len(made)} 项任务。")
            case "list":
                items = list(plan_items(options["division"], options["year"]))
                for item in items:
                    aim = ""
                    if item.indicator:
                        measure = indicator(item.indicator)
                        aim = f"（{measure.name} 达到 {item.target} {measure.unit}）"
                    self.stdout.write(f"{item.pk:>6}  {item.text}{aim}")
                if not items:
                    self.stdout.write(f"{options['year']} 年还没有计划：请用 zhucan plan add 录入。")
            case "progress":
                period = Period.year(options["year"])
                found = progress(options["division"], period)
                if options["programme"]:
                    found = [one for one in found if one.item.programme == options["programme"]]
                for one in found:
                    told = ""
                    if one.figure is not None:
                        value = "不明" if one.figure.value is None else f"{one.figure.value} {one.figure.unit}"
                        rate = "" if one.rate is None else f"，完成 {one.rate}%"
                        told = f"：{value}，目标 {one.item.target}{rate}"
                    who = f"（{one.item.department}）" if one.item.department else ""
                    self.stdout.write(f"{one.item.pk:>6}  {one.item.text}{who}{told}")
                for part in by_department(found):
                    if part.name:
                        share = "不明" if part.rate is None else f"{part.rate}%"
                        self.stdout.write(
                            f"{part.name}：{part.tasks} 项，能判断 {part.told} 项，完成 {part.reached} 项，完成率 {share}"
                        )
            case _:
                item = retract_plan_item(key=options["key"], at=now(), by=command_user(options["by"]))
                self.stdout.write(f"已撤回第 {item.pk} 号：{item.text}。")
