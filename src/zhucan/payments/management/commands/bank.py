"""`zhucan bank`: take in a return file, or pay again what failed."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen, text
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import CLERK, command_user
from zhucan.orgs.commands import Command as Base
from zhucan.payments import bank
from zhucan.payments.models import PaymentStatus, Run


class Command(Base):
    help = "银行代发：return 导入回盘文件，follow-up 补发失败和无账户的款项，waiting 列出它们。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("return", "follow-up", "waiting"), help="做什么")
        parser.add_argument("target", help="回盘文件（return），或发放编号（follow-up、waiting）")
        parser.add_argument("--out", help="银行文件写到这个文件夹")
        parser.add_argument(
            "--same-account",
            nargs="+",
            type=int,
            default=[],
            metavar="PERSON",
            help="follow-up：这些人原账户无误（银行方面的失败），仍付到原账户",
        )
        parser.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义办理")

    def run(self, **options: Any) -> None:
        """Do one of the three."""
        by = command_user(options["by"])
        if options["action"] == "return":
            found = bank.reconcile(path=Path(options["target"]), at=now(), by=by)
            if found.again:
                self.stdout.write("这份回盘文件已经导入过，没有变化。")
            self.stdout.write(
                f"批次 {found.batch.number}：成功 {found.paid} 笔 {text(found.paid_amount)} 元，"
                f"失败 {found.failed} 笔 {text(found.failed_amount)} 元。"
            )
            if found.failed:
                self.stdout.write(f"核对账户后用 zhucan bank follow-up {found.batch.run_id} 补发。")
            return
        run = Run.objects.filter(pk=int(options["target"])).first() if options["target"].isdigit() else None
        if run is None:
            raise ZhucanError(f"没有编号为 {options['target']} 的发放：请看 zhucan run 打印的编号。")
        if options["action"] == "waiting":
            for payment in bank.waiting(run):
                reason = payment.reason or PaymentStatus(payment.status).label
                self.stdout.write(f"人员 {payment.person_id}：{text(from_fen(payment.amount_fen))} 元，{reason}")
            return
        folder = bank.folder(options["out"])
        batch = bank.follow_up(run=run, day=today(), at=now(), by=by, same_account=options["same_account"])
        if batch is None:
            raise ZhucanError(
                "没有可以补发的款项：失败和无账户的人还没有登记新账户；原账户无误的，用 --same-account 写明人员编号。"
            )
        for path in bank.write(batch, folder):
            self.stdout.write(f"银行文件：{path}")
        self.stdout.write(f"批次 {batch.number}：{batch.count} 笔。")
