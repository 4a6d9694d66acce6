"""`zhucan verify`: ledger, audit chain, stock, data checks and sealed decisions.

A row of the register or of the divisions that was taken out with SQL is not found here: no check knows that it was
there. What a row says that cannot be true, and every change in the audit chain and the ledger's sums, is.
"""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from zhucan.cases import billing, deciding
from zhucan.community import checks as community_checks
from zhucan.delivery import checks as delivery_checks
from zhucan.orgs import audit, divisions
from zhucan.orgs.commands import Command as Base
from zhucan.payments import checks
from zhucan.payments.models import Entry
from zhucan.registry import checks as registry_checks


class Command(Base):
    help = "核对账簿、审计链、实物和服务、区划、登记资料和决定；有任何不对，退出码为 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        one = parser.add_mutually_exclusive_group()
        one.add_argument("--head", action="store_true", help="只输出审计链的链头（条数:校验值），请抄存在别处")
        one.add_argument("--against", metavar="SEQUENCE:HASH", help="另与留存的链头核对")

    def run(self, **options: Any) -> None:
        """Print every fault found."""
        if options["head"]:
            self.stdout.write("{}:{}".format(*audit.head()))
            return
        found = 0
        for name, source in (
            ("审计链", audit.against(options["against"]) if options["against"] is not None else ()),
            ("审计链", audit.faults()),
            ("账簿", checks.faults()),
            ("实物和服务", delivery_checks.faults()),
            ("活动", community_checks.faults()),
            ("区划", divisions.faults()),
            ("登记", registry_checks.faults()),
            ("决定", deciding.faults()),
            ("结算", billing.faults()),
        ):
            for sentence in source:
                found += 1
                self.stdout.write(f"{name}：{sentence}")
        if found:
            raise CommandError(f"发现 {found} 处不对：请逐条核对。")
        number, digest = audit.head()
        self.stdout.write(f"核对无误：账簿 {Entry.objects.count()} 条分录，审计链 {number} 条，链头 {digest}")
