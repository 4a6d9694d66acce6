"""`zhucan verify`: ledger, audit chain and data checks."""

from typing import Any

from django.core.management.base import CommandError

from zhucan.orgs import audit
from zhucan.orgs.commands import Command as Base
from zhucan.payments import checks
from zhucan.payments.models import Entry
from zhucan.registry import checks as registry_checks


class Command(Base):
    help = "核对账簿、审计链和登记资料；有任何不对，退出码为 1。"

    def run(self, **options: Any) -> None:
        """Print every fault found."""
        found = 0
        for name, source in (("审计链", audit.faults), ("账簿", checks.faults), ("登记", registry_checks.faults)):
            for sentence in source():
                found += 1
                self.stdout.write(f"{name}：{sentence}")
        if found:
            raise CommandError(f"发现 {found} 处不对：请逐条核对。")
        number, digest = audit.head()
        self.stdout.write(f"核对无误：账簿 {Entry.objects.count()} 条分录，审计链 {number} 条，链头 {digest}")
