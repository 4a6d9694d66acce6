"""`zhucan demo`: build the invented county, run its months, write its report."""

import time
from pathlib import Path
from typing import Any, TextIO, cast

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from rich.console import Console

from zhucan.core.money import text
from zhucan.demo import building, places, premises
from zhucan.demo.asking import LAST
from zhucan.demo.building import LAST_MONTH, REPORT_DAY, Wanted
from zhucan.demo.paying import Paid
from zhucan.orgs.commands import Command as Base

_TO_SEE = (
    "clerk 的“办件”：各种状态的申请，有等补正停止计时的、超期的、要预约评定的；“找人”：应享未享的名单和告知结果；",
    "  “疑点”：公安、司法名单和登记不一致的；“实物”“服务”：轮椅、定向行走训练、居家服务券；“发放”里可以算单项批准的款项",
    "approver 的“办件”：等批准的和公示期满的，还有一户无障碍改造、一件复核后批准的",
    "guardian 的“我的申请”：一位母亲替听障的孩子一次申请四项，各办到哪一步；hospital：等登记结果的评定和服务计划",
)


class Command(Base):
    help = (
        "生成一个虚构的示例县：人员、两年的变动、每月的发放、正在办的申请和疑点，最后是年度工作报告。需要空的数据库。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=20000, metavar="N", help="持证残疾人数（默认 20000）")
        parser.add_argument("--seed", type=int, default=20260101, metavar="N", help="种子：同一种子，同样的县")
        parser.add_argument("--months", type=int, default=24, metavar="N", help="月数，到 2025 年 12 月为止（默认 24）")
        parser.add_argument("--fresh", action="store_true", help="先删除以前由本命令生成的示例数据库")

    def run(self, **options: Any) -> None:
        """Build and tell."""
        console = Console(file=cast(TextIO, self.stdout), highlight=False, soft_wrap=True)
        wanted = premises.checked(Wanted(options["people"], options["seed"], options["months"]))
        started = time.perf_counter()
        if options["fresh"]:
            premises.clear()
        call_command("init", stdout=_Nowhere())
        premises.require_empty()
        home = Path(settings.ZHUCAN_HOME)
        console.print(f"生成虚构的示例县：{wanted.people} 名残疾人，{wanted.months} 个月，种子 {wanted.seed}。")
        built = building.build(wanted, folder=home / "bank", progress=lambda paid: console.print(_line(paid)))
        from zhucan.demo import closing

        files = closing.close(
            county=places.COUNTY,
            people=wanted.people,
            year=LAST_MONTH.year,
            day=REPORT_DAY,
            folder=home / "reports",
            by=built.staff.clerk,
        )
        console.print(f"\n用时 {time.perf_counter() - started:.0f} 秒。数据在 {home}。")
        console.print("年度工作报告：")
        for path in files:
            console.print(f"  {path}")
        console.print(
            f"登录：用户名 {'、'.join(built.usernames)}，密码都是 [bold]{built.password}[/bold]（只显示这一次）。"
        )
        console.print("打开网页：zhucan serve ，然后访问 http://127.0.0.1:8000/")
        console.print(f"示例里办到 {LAST.year}年{LAST.month}月{LAST.day}日 为止，登录以后可以看：")
        for line in _TO_SEE:
            console.print(f"  {line}")


def _line(paid: Paid) -> str:
    parts = [
        f"[bold]{paid.month}[/bold]",
        f"新批 {paid.granted:>5} 项",
        f"发放 {paid.persons:>5} 人 {text(paid.amount):>14} 元",
        f"补发 {text(paid.arrears):>12} 元",
        f"追回 {text(paid.recoveries):>10} 元",
        f"退回 {paid.failed:>3} 笔",
        f"无账户 {paid.without_account:>3} 人",
    ]
    return "  ".join(parts)


class _Nowhere:
    """A stream for what need not be said."""

    def write(self, words: str) -> None:
        """Drop it."""
