"""`zhucan recover`: who owes what and why, and the decisions that settle it."""

from typing import Any

from django.core.management.base import CommandParser

from zhucan.core.money import parse_yuan, text
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import APPROVER, command_user, day
from zhucan.orgs.commands import Command as Base
from zhucan.payments import causes, recoveries
from zhucan.payments.models import RecoveryDecision
from zhucan.policy.catalogue import scheme
from zhucan.registry.queries import find


class Command(Base):
    help = "追回：列出待追回余额（list），登记处理决定：抵扣（set-off）、分期（instalments）、已归还（repaid）、核销（waived）。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|set-off|instalments|repaid|waived")
        listing = verbs.add_parser("list", help="待追回余额，每人每项每个原因一行")
        listing.add_argument("person", nargs="?", metavar="PERSON", help="只看一个人")
        for kind in RecoveryDecision.Kind:
            verb = verbs.add_parser(kind.value.replace("_", "-"), help=str(kind.label))
            verb.add_argument("person", metavar="PERSON", help="人员编号、身份证号、残疾人证号或全名")
            verb.add_argument("scheme", metavar="SCHEME", help="项目，如 nursing-subsidy")
            verb.add_argument("cause", metavar="CAUSE", help="原因代号，见 list")
            verb.add_argument("amount", metavar="YUAN", help="金额（元）")
            verb.add_argument("--document", required=True, help="依据的决定或协议")
            verb.add_argument("--monthly", metavar="YUAN", help="每月最多（元），用于抵扣和分期")
            verb.add_argument("--on", type=day, metavar="DATE", help="决定日期（默认今天）")
            verb.add_argument("--by", default=APPROVER, metavar="USER", help="以哪个用户的名义")

    def run(self, **options: Any) -> None:
        """List, or record a decision."""
        if options["verb"] == "list":
            person = find(options["person"]) if options["person"] else None
            found = list(recoveries.debts(person))
            for debt in found:
                self.stdout.write(
                    f"人员 {debt.person_id}  {debt.scheme}  {debt.cause}（{causes.label(debt.cause)}）  {text(debt.amount)} 元"
                )
            if not found:
                self.stdout.write("没有待追回的余额。")
            return
        decision = recoveries.decide(
            person=find(options["person"]),
            scheme=scheme(options["scheme"]).id,
            cause=options["cause"],
            kind=options["verb"].replace("-", "_"),
            amount=parse_yuan(options["amount"]),
            monthly=parse_yuan(options["monthly"]) if options["monthly"] else None,
            document=options["document"],
            on=options["on"] or today(),
            at=now(),
            by=command_user(options["by"]),
        )
        self.stdout.write(f"已登记：{decision.get_kind_display()} {options['amount']} 元，依据 {decision.document}。")
