"""`zhucan plan`: the plan items of a year."""

from typing import Any

from django.core.management.base import CommandParser

from zhucan.indicators.catalog import indicator
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import now
from zhucan.orgs.commands import CLERK, command_user
from zhucan.orgs.commands import Command as Base
from zhucan.planning.services import add_plan_item, plan_items, progress, retract_plan_item


class Command(Base):
    help = "年度工作计划：录入（add）、查看（list）、完成情况（progress）、撤回（retract）。下一年的计划写进工作报告的最后一部分。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="add|list|progress|retract")
        adding = verbs.add_parser("add", help="录入一条")
        adding.add_argument("text", metavar="TEXT", help="要做什么")
        adding.add_argument("--indicator", default="", metavar="ID", help="用哪个指标衡量，见 zhucan indicators")
        adding.add_argument("--target", default="", metavar="VALUE", help="目标值")
        listing = verbs.add_parser("list", help="查看一年的计划")
        telling = verbs.add_parser("progress", help="一年的计划完成了多少")
        for item in (adding, listing, telling):
            item.add_argument("--division", required=True, metavar="CODE", help="区划代码")
            item.add_argument("--year", required=True, type=int, metavar="Y", help="年度")
        retracting = verbs.add_parser("retract", help="撤回一条")
        retracting.add_argument("key", type=int, metavar="N", help="编号")
        for item in (adding, retracting):
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
                    at=now(),
                    by=command_user(options["by"]),
                )
                self.stdout.write(f"已录入第 {item.pk} 号：{item.text}。")
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
                for one in progress(options["division"], period):
                    told = ""
                    if one.figure is not None:
                        value = "不明" if one.figure.value is None else f"{one.figure.value} {one.figure.unit}"
                        rate = "" if one.rate is None else f"，完成 {one.rate}%"
                        told = f"：{value}，目标 {one.item.target}{rate}"
                    self.stdout.write(f"{one.item.pk:>6}  {one.item.text}{told}")
            case _:
                item = retract_plan_item(key=options["key"], at=now(), by=command_user(options["by"]))
                self.stdout.write(f"已撤回第 {item.pk} 号：{item.text}。")
