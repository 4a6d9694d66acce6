"""`zhucan apikey`: the keys of partner systems."""

from typing import Any

from django.core.management.base import CommandParser

from zhucan.api import keys
from zhucan.api.models import ApiKey, Right
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import CLERK, command_user
from zhucan.orgs.commands import Command as Base


class Command(Base):
    help = "合作系统的接口密钥：发放（issue）、查看（list）、收回（revoke）。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="issue|list|revoke")
        issuing = verbs.add_parser("issue", help="发放一个密钥；只显示一次")
        issuing.add_argument("name", metavar="NAME", help="合作系统的名称")
        issuing.add_argument("--right", action="append", required=True, metavar="RIGHT", help="、".join(Right.values))
        issuing.add_argument("--division", required=True, metavar="CODE", help="能看到的范围")
        issuing.add_argument("--days", type=int, default=366, metavar="N", help="有效天数（默认 366）")
        verbs.add_parser("list", help="全部密钥")
        revoking = verbs.add_parser("revoke", help="收回一个密钥")
        revoking.add_argument("public", metavar="KEY", help="密钥点号前的编号")
        for item in (issuing, revoking):
            item.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义")

    def run(self, **options: Any) -> None:
        """Do what the verb says."""
        match options["verb"]:
            case "issue":
                made, secret = keys.issue(
                    name=options["name"],
                    rights=options["right"],
                    place=options["division"],
                    days=options["days"],
                    day=today(),
                    at=now(),
                    by=command_user(options["by"]),
                )
                self.stdout.write(f"密钥（只显示这一次）：{secret}")
                self.stdout.write(f"{made.name} 可以用到 {made.valid_to} 前，放在请求头 X-API-Key 里。")
            case "revoke":
                found = keys.revoke(public=options["public"], at=now(), by=command_user(options["by"]))
                self.stdout.write(f"已收回 {found.name} 的密钥 {found.public}。")
            case _:
                for key in ApiKey.objects.select_related("division").order_by("pk"):
                    state = "已收回" if key.revoked_at else f"至 {key.valid_to} 前"
                    used = f"，最近使用 {key.last_used}" if key.last_used else ""
                    self.stdout.write(
                        f"{key.public}  {key.name}  {key.division.name}  {'、'.join(key.rights)}  {state}{used}"
                    )
