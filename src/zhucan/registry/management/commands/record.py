"""`zhucan record`: what the federation learns about a person today, from whatever day it holds."""

from typing import Any

from django.core.management.base import CommandParser

from zhucan.core.errors import ZhucanError
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import CLERK, command_user, day
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division
from zhucan.registry import services
from zhucan.registry.models import HardshipKind
from zhucan.registry.queries import find
from zhucan.registry.spells import Witness


class NotYet(ZhucanError):
    """The day has not come."""


class Command(Base):
    help = (
        "登记一个人的变化：死亡、困难类型、户籍迁移、机构托养、服刑。晚得知的也按实际日期登记，下次发放自动补发或追回。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
        for name, words in (
            ("death", "死亡"),
            ("hardship", "困难类型"),
            ("move", "户籍迁移"),
            ("institution-in", "进入机构托养"),
            ("institution-out", "离开机构"),
            ("custody-in", "开始服刑"),
            ("custody-out", "刑满释放"),
        ):
            verb = verbs.add_parser(name, help=words)
            verb.add_argument("person", metavar="PERSON", help="人员编号、身份证号、残疾人证号或全名")
            if name == "hardship":
                verb.add_argument(
                    "kind", metavar="KIND", help="、".join(f"{k}（{v}）" for k, v in HardshipKind.choices)
                )
            if name == "move":
                verb.add_argument("division", metavar="CODE", help="迁入的村（社区）或县")
            verb.add_argument("--on", required=True, type=day, metavar="DATE", help="实际发生的日期")
            verb.add_argument("--source", default="命令行登记", help="从哪里得知")
            verb.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义")

    def run(self, **options: Any) -> None:
        """Record it with both clocks."""
        person, day, at = find(options["person"]), options["on"], now()
        if day > today():
            raise NotYet(f"日期 {day} 还没有到：只能登记已经发生的事。")
        by = command_user(options["by"])
        witness = Witness(at, by, options["source"][:80])
        match options["what"]:
            case "death":
                services.record_death(person=person, day=day, witness=witness)
            case "hardship":
                services.set_hardship(person=person, day=day, kind=options["kind"], witness=witness)
            case "move":
                services.move(person=person, day=day, division=division(options["division"]), witness=witness)
            case "institution-in":
                services.enter_institution(person=person, day=day, witness=witness)
            case "institution-out":
                services.leave_institution(person=person, day=day, witness=witness)
            case "custody-in":
                services.enter_custody(person=person, day=day, witness=witness)
            case _:
                services.leave_custody(person=person, day=day, witness=witness)
        audit.record(
            actor=by, action=f"registry.{options['what']}", target=f"person:{person.pk}", at=at, on=day.isoformat()
        )
        self.stdout.write(f"已登记：人员 {person.pk}，{day}。下次发放会按此重新核定以前的月份。")
