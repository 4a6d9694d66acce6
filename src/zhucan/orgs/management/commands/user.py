"""`zhucan user`: who signs in, and what they may be where."""

from getpass import getpass
from typing import Any

from django.core.management.base import CommandError, CommandParser

from zhucan.orgs import staff
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import CLERK, command_user, day
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.models import Appointment, Role

_ROLES = "角色：" + "、".join(f"{role.value}（{role.label}）" for role in Role)
_ONCE = "密码只显示这一次，请交给本人，并请本人登录后保管好。"


class Command(Base):
    help = "用户和任职：建立用户或加一个角色（add）、查看（list）、结束任职（end）、换密码（password）。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="add|list|end|password")
        adding = verbs.add_parser("add", help="建立用户并任命；已有的用户再加一个角色")
        verbs.add_parser("list", help="全部用户和任职")
        ending = verbs.add_parser("end", help="结束一项任职")
        password = verbs.add_parser("password", help="换一个随机的新密码；原来的登录随即失效")
        for item in (adding, ending, password):
            item.add_argument("username", metavar="USERNAME", help="用户名")
            item.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义")
        adding.add_argument("--name", default="", metavar="NAME", help="姓名；新用户必写")
        for item in (adding, ending):
            item.add_argument("--role", required=True, metavar="ROLE", help=_ROLES)
            item.add_argument("--division", required=True, metavar="CODE", help="任职的区划代码")
        adding.add_argument("--from", dest="since", type=day, metavar="DATE", help="从哪天起（默认今天）")
        ending.add_argument("--on", required=True, type=day, metavar="DATE", help="从这天起不再担任")
        password.add_argument("--ask", action="store_true", help="自己输入密码（不显示），不用随机的")

    def run(self, **options: Any) -> None:
        """Do what the verb says."""
        if options["verb"] == "list":
            self._list()
            return
        username, at, by = options["username"], now(), command_user(options["by"])
        match options["verb"]:
            case "add":
                made, first = staff.appoint(
                    username=username,
                    name=options["name"],
                    role=options["role"],
                    place=options["division"],
                    since=options["since"] or today(),
                    at=at,
                    by=by,
                )
                if first is not None:
                    self.stdout.write(f"已建立用户 {username}（{made.user}），密码 {first}。{_ONCE}")
                self.stdout.write(f"已任命：{made.user} 自 {made.valid_from} 起任{_post(made)}。")
            case "end":
                held = staff.end(
                    username=username,
                    role=options["role"],
                    place=options["division"],
                    on=options["on"],
                    at=at,
                    by=by,
                )
                self.stdout.write(f"已结束：{held.user} 自 {held.valid_to} 起不再任{_post(held)}。")
            case _:
                typed = _ask() if options["ask"] else None
                password = staff.set_password(username=username, at=at, by=by, typed=typed)
                said = "密码已换成输入的。" if typed is not None else f"新密码 {password}。{_ONCE}"
                self.stdout.write(f"用户 {username} 的{said}")

    def _list(self) -> None:
        users = list(staff.everybody())
        for found, held in users:
            note = "（命令行内置账号，不能登录）" if found.username in staff.BUILT_IN else ""
            closed = "" if found.is_active else "（已停用）"
            self.stdout.write(f"{found.username}  {found.full_name}{note}{closed}")
            for one in held:
                until = f"，至 {one.valid_to} 止" if one.valid_to else ""
                self.stdout.write(f"    {_post(one)}，自 {one.valid_from} 起{until}")
        if not users:
            self.stdout.write("还没有用户：请用 zhucan user add 建立。")


def _post(one: Appointment) -> str:
    return f"{one.division.name}（{one.division_id}）{one.get_role_display()}"


def _ask() -> str:
    first = getpass("新密码：")
    if first != getpass("再输一次："):
        raise CommandError("两次输入的密码不一样，没有更改：请重新运行。")
    return first
